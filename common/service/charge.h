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

extern const struct service_operation charge_settle_operation;
const struct error *charge_expire(struct request *req) MUST_CHECK;

#endif
