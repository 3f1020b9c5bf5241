/* Steps that take a document from one schema to the next.  Values in, values out: no request, no database. */
#ifndef SCHEMA_STEPS_H
#define SCHEMA_STEPS_H

#include "json/json.h"

enum { STEPS_MAX = 50, STEP_PATH_BYTES_MAX = 200, STEP_DEPTH_MAX = 8 };

enum step_op { STEP_OP_RENAME, STEP_OP_DEFAULT, STEP_OP_DROP, STEP_OP_CAST, STEP_OP_MOVE };

/* "seo.title", "blocks.*.caption": member names from the root, * for every element of a list or member of an object. */
struct step_path {
	const char *names[STEP_DEPTH_MAX];
	size_t n;
};
#define STEP_EVERY "*"

struct schema_change_step {
	enum step_op op;
	struct step_path path;
	struct step_path to;            /* of a rename one name, of a move the whole path */
	const char *type;               /* of a cast */
	const struct json_value *value; /* of a default; of a cast what stands for values that it cannot take, or NULL */
};

struct schema_steps {
	const struct schema_change_step *list;
	size_t n;
};

/* False: an empty name, too many names or bytes. */
bool step_path_read(struct arena *arena, const char *text, struct step_path *ret_path);
bool step_path_has_every(const struct step_path *path);

/* The document after the steps; the same value when they change nothing.  What a step does not find, or what already is where it leads, stays as it
 * is: nothing is overwritten and nothing is lost, and the schema decides whether the result will do. */
const struct json_value *steps_apply(struct arena *arena, const struct schema_steps *steps, const struct json_value *document);

/* cast.c: the value as this JSON type ("string", "number", "integer", "boolean", "array"), or NULL: it cannot be. */
const struct json_value *cast_value(struct arena *arena, const struct json_value *value, const char *type);
bool cast_is_known(const char *type);

#endif
