/* Compiled schemas of the types in use, shared by the workers of this process. */
#ifndef SCHEMA_CACHE_H
#define SCHEMA_CACHE_H

#include "schema/json_schema.h"

enum { SCHEMA_HASH_BYTES = 65, SCHEMA_CACHE_TEXT_BYTES_MAX = 32 * 1024 * 1024 };

/* Which schema: a type has one entry, of the schema with this hash (hex). */
struct schema_key {
	int64_t tenant;
	int64_t type_id;
	const char *hash;
};

/* Forgets everything and allows this many entries from now on. */
void schema_cache_reset(size_t n_max);

/* A reference for the caller to give back, or NULL when the schema is not here. */
struct json_schema *schema_cache_get(const struct schema_key *key);

/* Remember a program compiled from n_text bytes; the least recently used ones make room.  The caller keeps its own
 * reference. */
void schema_cache_put(const struct schema_key *key, struct json_schema *schema, size_t n_text);

size_t schema_cache_size(void);

#endif
