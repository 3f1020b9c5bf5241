/* What an endpoint wants, and when an attempt is made again. */
#ifndef RULES_H
#define RULES_H

#include "arena.h"
#include "contract/shape.h"

enum { DELIVERY_ATTEMPTS_MAX = 8 };

/* Another name for an event, by what it says: "content_item.published".  NULL: none. */
const char *rules_topic(const char *event_type, const char *old_status, const char *new_status);

/* NULL when each pattern names something; else the one that does not. */
const char *rules_unknown_pattern(struct shape_list patterns);

/* Whether a pattern of the list (with commas) fits the event's type or topic. */
bool rules_wants(const char *patterns, const char *event_type, const char *topic);

/* After the attempt with this number failed: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h. */
int64_t rules_retry_after_us(int64_t attempt);

/* Retry-After in seconds, as a receiver sent it; 0 when it is none, at most a day. */
int64_t rules_read_retry_after(const char *text);

/* "whsec_" and base64 of 24 to 64 bytes, or any other text of 16 characters and more that does not begin so. */
bool rules_secret_is_good(struct arena *arena, const char *secret);

#endif
