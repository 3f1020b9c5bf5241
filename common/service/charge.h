/* Operations that cost something. */
#ifndef CHARGE_H
#define CHARGE_H

#include "service_internal.h"

bool charge_is_asked(const struct job *job);

/* The job was refused because it has to be paid: challenge, or run it again with what the proof pays for. */
void charge_run(struct worker *worker, struct job *job, void (*run)(struct worker *worker, struct job *job));

/* That it was done: in the transaction of the work, or, of a read, in one of its own before it is answered. */
void charge_note_done(struct request *req);
const struct error *charge_note_read(struct worker *worker, struct job *job) MUST_CHECK;

/* Of the operation's own route, whatever surface the call came through: a token is good on all of them. */
const char *charge_path(const struct job *job);
/* The same wherever the call is asked again because an instance did not answer, and another one for every call: its span, which no client chooses. */
const char *charge_call_key(const struct job *job);
const struct shape_field *charge_field(const struct shape *shape, const char *name); /* or NULL */

/* entitlement.c: the read was refused because what it answers is sold: use one read of the caller's entitlement, and let it leave. */
bool entitlement_is_asked(const struct job *job);
void entitlement_use(struct worker *worker, struct job *job);

extern const struct service_operation charge_settle_operation;
const struct error *charge_expire(struct request *req) MUST_CHECK;

#endif
