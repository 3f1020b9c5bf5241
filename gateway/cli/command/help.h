/* Help: an overview, the commands that begin with some words, or one command. */
#ifndef HELP_H
#define HELP_H

#include "cli/cli.h"

int help_print(struct cli *cli, FILE *out, const char *const *words, size_t n_words);

/* Every command with everything it takes. */
int help_print_all(struct cli *cli);

/* "CONTENT-TYPE-ID [OPTION...]": what stands behind the command's words. */
const char *help_usage(struct arena *arena, const struct command *command);

/* The statuses a command may exit with, and what they say. */
struct exit_meaning {
	int status;
	const char *meaning;
};
extern const struct exit_meaning exit_meanings[]; /* ends with a NULL meaning */

/* What is read from the environment. */
struct variable {
	const char *name, *meaning;
};
extern const struct variable help_variables[]; /* ends with a NULL name */

extern const struct command help_command;

#endif
