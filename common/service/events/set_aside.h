/* Applying events so that one which cannot be applied holds up its own tenant and nobody else. */
#ifndef SET_ASIDE_H
#define SET_ASIDE_H

#include "service_internal.h"

/* All events but those of tenants that have some set aside: those join them, in order. */
const struct error *apply_unblocked(struct request *req, const struct consumer *consumer, const char *publisher,
    const struct event_record *events, size_t n) MUST_CHECK;

/* Each event under a savepoint of its own: what fails is set aside, with all that follows of its tenant. */
const struct error *apply_one_by_one(struct request *req, const struct consumer *consumer, const char *publisher,
    const struct event_record *events, size_t n) MUST_CHECK;

/* Apply what was set aside, each tenant's in order until one fails again: a timer, and the command --retry-events. */
const struct error *set_aside_retry(struct request *req) MUST_CHECK;

#endif
