/* The references in a document, by its schema.  Values in, answers out: no request, no database. */
#ifndef COLLECT_H
#define COLLECT_H

#include "json/json.h"

enum { REFERENCES_MAX = 2000, REFERENCE_PATH_MAX = 1000 };

struct reference {
	const char *path;            /* JSON pointer of the object that holds the id */
	const char *kind;            /* "content_item" or "asset" */
	int64_t id;
	const struct json_value *node; /* of the schema: what it allows */
};

struct references {
	struct reference *list;
	size_t n;
	bool is_too_many;
	const char *beyond_path; /* of the first integer that no item's id can be, or NULL */
	int64_t beyond_id;
};

/* In document order, self references and repeated targets included.  Through properties, lists, allOf, local $ref, conditions and those branches
 * of anyOf and oneOf that the value can be of; of localised fields, each locale. */
void references_collect(struct arena *arena, const struct json_value *schema, const struct json_value *data, struct references *ret_references);

#endif
