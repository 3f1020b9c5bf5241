/* The read gate: what is sold leaves this service to those who bought it. */
#ifndef LICENSING_GATE_H
#define LICENSING_GATE_H

#include "content.h"

/* Every answer passes here, of whatever operation, by the shape of what it holds.  An operation that reads one item is refused with what has to be
 * bought: the skeleton uses an entitlement, or asks for the price.  In all other answers what is sold is withheld: members that the schema flags as
 * premium, and where it flags none, all of the data.  Administrators, people of the tenant and other services see everything.
 * Errors: OFFER_REQUIRED, PAYMENT_REQUIRED. */
const struct error *gate_pass(struct request *req, const void *in, void *out) MUST_CHECK;

/* Whether the requester may not see the data of this item. */
const struct error *gate_withholds(struct request *req, int64_t item_id, int64_t type_id, bool *ret_withholds) MUST_CHECK;

/* Whether the data of an item is sold, or was under its former type: it goes into no event then, whoever wrote it. */
const struct error *gate_is_sold(struct request *req, int64_t item_id, int64_t type_id, int64_t former_type_id, bool *ret_is_sold) MUST_CHECK;

/* Questions about fields tell what is in them.  Paths, where there are any, are of the type; without a type it is the text of everything.
 * Errors: OFFER_REQUIRED. */
const struct error *gate_allow_question(struct request *req, const int64_t *type_id, const char *const *paths, size_t n_paths) MUST_CHECK;

/* Something of the tenant's is about to be sold, or not any more: what is remembered of it is out of date. */
void gate_touch(int64_t tenant);

/* offers.c: what payments sells */
extern const char *const offers_event_types[];
const struct error *offers_take_events(struct request *req, const char *publisher, const struct event_record *events, size_t n) MUST_CHECK;

#endif
