/* Events as subscribers see them, and which of them a subscriber wants. */
#ifndef HUB_EVENT_H
#define HUB_EVENT_H

#include "audit_proto.h"
#include "events/hub.h"

/* False: an event this gateway does not know. */
bool hub_event_make(struct arena *arena, const struct audit_feed_entry *entry, struct hub_event *ret_event);

/* As this principal may see it: data of items goes to those who see what is sold, once the tenant sells. */
struct hub_event hub_event_for(const struct principal *principal, const struct hub_event *event);

bool hub_filter_fits(const struct hub_filter *filter, const struct hub_event *event);

/* "content_item.update" or "content_item.*" or "*": does the pattern name at least one event that exists? */
bool hub_type_exists(const char *pattern);
bool hub_type_fits(const char *pattern, const struct event_type *type);

#endif
