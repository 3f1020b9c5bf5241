/* Every schema inside a schema, and where a local $ref leads. */
#ifndef MODEL_WALK_H
#define MODEL_WALK_H

#include "json/json.h"

enum { SCHEMA_NODES_MAX = 20000, REF_HOPS_MAX = 32 };

struct schema_node {
	const struct json_value *value; /* an object, or true or false */
	const struct schema_node *up;   /* NULL: the root */
	const struct schema_node *next; /* in the walk: the root first, nearer ones before deeper ones */
	const char *keyword;            /* of up that it is under: "properties" */
	const char *name;               /* its name there, or NULL */
	int64_t index;                  /* its place there, or -1 */
};

/* NULL when there are more than SCHEMA_NODES_MAX. */
const struct schema_node *schema_walk(struct arena *arena, const struct json_value *root);

/* "/properties/title" and then "/<keyword>" unless it is NULL; "/" for the root itself. */
const char *schema_path(struct arena *arena, const struct schema_node *node, const char *keyword);

/* A keyword that holds schemas in one of these ways. */
enum holder { HOLDS_NONE, HOLDS_ONE, HOLDS_LIST, HOLDS_MAP };
enum holder schema_holder(const char *keyword);

/* What a node's $ref leads to within the document, through further ones; the node itself without one.  NULL: it leads nowhere here. */
const struct json_value *schema_deref(const struct json_value *root, const struct json_value *node);

/* What a pointer ("#/definitions/a") leads to, or NULL. */
const struct json_value *schema_at(const struct json_value *root, const char *pointer);

#endif
