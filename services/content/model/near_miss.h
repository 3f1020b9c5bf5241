/* What a schema says that JSON Schema ignores, and its writer probably meant. */
#ifndef MODEL_NEAR_MISS_H
#define MODEL_NEAR_MISS_H

#include <stdint.h>

#include "content_proto.h"
#include "json/json.h"

enum { NEAR_MISSES_MAX = 20 };

/* Rows of struct schema_warning, at most NEAR_MISSES_MAX. */
struct shape_list near_misses(struct arena *arena, const struct json_value *schema);

/* Letters to insert, drop, replace or swap with the next one, whatever their case; of longer names than NEAR_NAME_BYTES_MAX SIZE_MAX. */
enum { NEAR_NAME_BYTES_MAX = 64 };
size_t near_distance(const char *a, const char *b);

#endif
