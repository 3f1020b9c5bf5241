/* What the JSON files share and nobody else needs. */
#ifndef JSON_INTERNAL_H
#define JSON_INTERNAL_H

#include "json/json.h"

/* Objects with more members than this carry `order`; smaller ones are searched front to back. */
enum { JSON_ORDER_ABOVE = 32 };

/* Total order for lookup: hash, then length, then bytes. */
int json_member_compare(const struct json_member *a, const struct json_member *b);

/* Sorted pointers to members, in arena. */
const struct json_member *const *json_order_members(struct arena *arena, const struct json_member *members,
    size_t n);

/* Read the number at `start` (NUL-terminated text).  Returns what follows it; on failure where it
 * went wrong, with *ret_message set. */
const char *json_number_read(const char *start, const struct json_limits *limits, struct json_value *ret,
    const char **ret_message);

#endif
