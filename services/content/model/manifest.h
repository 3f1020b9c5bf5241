/* Schema manifests: lists of fields, compiled to the JSON Schema that they stand for. */
#ifndef MODEL_MANIFEST_H
#define MODEL_MANIFEST_H

#include "json/json.h"

/* What is wrong with a manifest or a schema, and where: "/fields/title/options". */
struct model_problem {
	const char *path, *message;
};

/* The schema's text, indented by two spaces.  False with *ret_problem set (in arena) when the manifest is none. */
bool manifest_compile(struct arena *arena, const struct json_value *manifest, struct buf *schema, struct model_problem *ret_problem);

#endif
