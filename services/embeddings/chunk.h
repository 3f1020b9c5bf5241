/* An item's data as texts to be searched: "label: value" by the type's schema, cut where sentences end. */
#ifndef CHUNK_H
#define CHUNK_H

#include "json/json.h"

/* Sizes in UTF-16 units, which is what clients count in. */
enum { CHUNK_UNITS_MAX = 1000, CHUNK_UNITS_MIN = 500, CHUNK_OVERLAP_UNITS = 100, CHUNKS_MAX = 1500, CHUNK_TITLE_BYTES_MAX = 200, CHUNK_HASH_BYTES = 33 };

struct chunk {
	const char *text;
	size_t n;
	const char *locale; /* NULL: of every locale */
	char hash[CHUNK_HASH_BYTES]; /* of text, hex */
};

struct chunk_list {
	struct chunk *list;
	size_t n;
};

/* What the public may find: references, assets, constants, premium members and what the schema excludes with
 * "x-wordclaw-search": false are left out.  schema NULL: labels are the members' names. */
struct chunk_list chunks_make(struct arena *arena, const struct json_value *schema, const struct json_value *data);

/* A chunk's text without the labels at its lines' beginnings: what every item has says nothing about one. */
void chunk_values(struct buf *out, const char *text, size_t n);

/* The data without what chunks leave out because it is not for everybody. */
void chunks_public_data(struct buf *out, const struct json_value *schema, const struct json_value *data);

/* What an item is called: the preview's title field, title, name, or its first text; NULL when it has none. */
const char *chunks_title(struct arena *arena, const struct json_value *schema, const struct json_value *data);

#endif
