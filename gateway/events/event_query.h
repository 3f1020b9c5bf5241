/* What a listener asks for: the query of GET /api/events and the position it comes back with. */
#ifndef EVENT_QUERY_H
#define EVENT_QUERY_H

#include "events/hub.h"
#include "uri.h"

struct event_query {
	struct hub_filter filter; /* its texts belong to the query or to the arena */
	int64_t after;            /* or HUB_NOW */
};

/* Add a type or a pattern of types.  NULL, or why it is refused, as event_query_read refuses it. */
const struct error *event_query_take_type(struct arena *arena, const struct principal *principal, const char *type, struct hub_filter *filter) MUST_CHECK;

/* last_event_id: of the header a browser sends when it comes back, or NULL; it is newer than what the address says.  NULL, or why
 * it is refused: VALIDATION_ERROR, or POLICY_DENIED for a type that the principal may not receive. */
const struct error *event_query_read(struct arena *arena, const struct query *query, const char *last_event_id,
    const struct principal *principal, struct event_query *ret_query) MUST_CHECK;

#endif
