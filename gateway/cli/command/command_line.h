/* What was typed: options of the program, a command, its options and operands. */
#ifndef COMMAND_LINE_H
#define COMMAND_LINE_H

#include "cli/command/command.h"

/* Options that every command takes.  Before the command's words they are always these; after them a field of the same name
 * comes first. */
enum global {
	GLOBAL_BASE_URL, GLOBAL_API_KEY, GLOBAL_MCP_TRANSPORT, GLOBAL_MCP_URL, GLOBAL_CONFIG, GLOBAL_OUTPUT, GLOBAL_RAW, GLOBAL_COLUMNS, GLOBAL_FIELDS, GLOBAL_JQ, GLOBAL_REQUEST_ID, GLOBAL_SESSION, GLOBAL_CHANGE_SET, GLOBAL_PROMPT_HASH, GLOBAL_TIMEOUT,
	GLOBAL_QUIET, GLOBAL_NO_COLOR, GLOBAL_HELP, GLOBAL_HELP_ALL, GLOBAL_VERSION,
	GLOBALS
};
extern const struct flag global_flags[GLOBALS];

enum { ARGUMENTS_MAX = 1024 };

struct command_line {
	const char *globals[GLOBALS];  /* NULL: not given */
	const char *const *words;      /* what stands before the first option behind the program's own */
	size_t n_words;
	const struct command *command; /* NULL: none fits the words */
	struct arguments arguments;
	const char *problem;           /* one clause, NULL: none */
	const char *hint;              /* what to do about it, or NULL */
};

/* Everything that is kept is borrowed from argv or lives in the arena. */
void command_line_parse(struct arena *arena, const struct commands *commands, size_t argc, const char *const *argv,
    struct command_line *ret_line);

#endif
