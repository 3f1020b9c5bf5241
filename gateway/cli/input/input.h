/* From options to the input of an operation: the registry's rules, the registry's messages. */
#ifndef INPUT_H
#define INPUT_H

#include "cli/input/document.h"
#include "contract/shape.h"

struct input {
	const void *object;           /* as the operation's request shape says; defaults are left to the service */
	struct violations violations; /* n > 0: the input breaks rules */
	const char *problem;          /* a document could not be read, as one clause; or NULL */
};

/* True when the input may be sent. */
bool input_read(struct arena *arena, const struct command *command, const struct arguments *arguments,
    const struct document_source *source, struct input *ret_input);

#endif
