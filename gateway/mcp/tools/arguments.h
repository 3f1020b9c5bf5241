/* An operation's arguments out of texts: variables of a URI, arguments of a prompt. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "mcp/mcp.h"

struct arguments {
	const struct operation *operation;
	struct buf json;
};

/* fixed: a JSON object's text whose members are in from the start. */
void arguments_begin(struct arguments *arguments, struct arena *arena, const struct operation *operation, const char *fixed);

/* A number or boolean where the field is one and the text looks like one; the operation's own checks say what is wrong. */
void arguments_add(struct arguments *arguments, const char *name, const char *text);

const struct json_value *arguments_end(struct arguments *arguments);

/* Texts with {places}: the value of each place is appended by put, which gets the place's name and, after a dot, its part. */
struct places {
	void (*put)(struct buf *buf, void *context, const char *name, const char *part);
	void *context;
};
void places_fill(struct buf *buf, const char *text, const struct places *places);

#endif
