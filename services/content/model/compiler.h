/* What the files of the manifest compiler share. */
#ifndef MODEL_COMPILER_H
#define MODEL_COMPILER_H

#include "model/manifest.h"

enum {
	FIELDS_MAX = 500,      /* of one object */
	FIELD_NAME_BYTES_MAX = 200,
	OPTIONS_MAX = 500,
	BLOCKS_MAX = 200,
};

/* Where the compiler is: written out only when something is wrong there. */
struct place {
	const struct place *up;
	const char *step; /* a name, or NULL: the number */
	size_t number;
};

struct compiler {
	struct arena *arena;
	struct buf out;
	struct model_problem *problem;
};

/* False, for the caller to return. */
bool compiler_fail(struct compiler *compiler, const struct place *place, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* An optional member of a kind.  *ret is NULL when there is none. */
bool compiler_text(struct compiler *compiler, const struct place *place, const struct json_value *from, const char *name, const char **ret);
bool compiler_flag(struct compiler *compiler, const struct place *place, const struct json_value *from, const char *name, bool *ret);
bool compiler_count(struct compiler *compiler, const struct place *place, const struct json_value *from, const char *name, const int64_t **ret);

/* A text that has to be there, without the spaces around it. */
bool compiler_name(struct compiler *compiler, const struct place *place, const struct json_value *from, const char *name, const char **ret);

/* ,"name":value */
void compiler_add(struct compiler *compiler, const char *name, const struct json_value *value);
void compiler_add_text(struct compiler *compiler, const char *name, const char *text);

/* "type":"object", ... of the fields that `from` has; a block's discriminator in front of them when block is not NULL. */
bool compiler_object(struct compiler *compiler, const struct place *place, const struct json_value *from, const char *block);

/* manifest_field.c: "type": ... of one field, without the braces. */
bool compiler_field(struct compiler *compiler, const struct place *place, const struct json_value *field);

#endif
