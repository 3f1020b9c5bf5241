/* Fields of a type that can be asked for by path: "price", "seo.title", "tags".  Values in, answers out: no request, no database. */
#ifndef PATHS_H
#define PATHS_H

#include "json/json.h"

enum { PATH_BYTES_MAX = 200, PATH_STEPS_MAX = 8, DECLARED_MAX = 32 };

#define QUERYABLE_KEYWORD "x-wordclaw-queryable"

enum field_kind { FIELD_TEXT, FIELD_NUMBER, FIELD_BOOLEAN };

struct field_path {
	const char *path;
	enum field_kind kind;
	bool is_list;  /* an array of such values: any of them may satisfy a condition, and nothing is sorted by it */
};

const char *field_kind_name(enum field_kind kind);

/* The field at a path, through properties, allOf and local $ref.  False: there is none, or it is no scalar, or localised. */
bool paths_find(const struct json_value *schema, const char *path, struct field_path *ret_field);

struct declared_paths {
	struct field_path list[DECLARED_MAX];
	size_t n;
	const char *wrong; /* path of a declaration that cannot be served, or NULL */
	bool is_too_many;
};

/* Every field that carries x-wordclaw-queryable: true. */
void paths_declared(struct arena *arena, const struct json_value *schema, struct declared_paths *ret_declared);

/* Names of the fields at the root that paths_find knows, joined by ", ": what an error offers. */
const char *paths_offered(struct arena *arena, const struct json_value *schema);

#endif
