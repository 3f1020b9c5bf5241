/* Examples as command lines that can be pasted into a shell. */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include "cli/command/command.h"

struct example {
	const char *title; /* or NULL */
	const char *line;
};

enum { EXAMPLES_MAX = 16 };

/* The registry's examples of an operation, or one made of its fields' examples; the command's own otherwise.  Returns how many. */
size_t examples_of(struct arena *arena, const struct command *command, struct example ret_examples[EXAMPLES_MAX]);

/* A word as a shell would have it quoted. */
const char *shell_word(struct arena *arena, const char *text);

#endif
