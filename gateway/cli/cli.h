/* The command line as a program: what a running command can reach, and how it ends. */
#ifndef CLI_H
#define CLI_H

#include <stdio.h>

#include "cli/command/command_line.h"
#include "cli/input/preferences.h"

/* Exit statuses: documented in help, in the manual and in docs/cli.md. */
enum cli_status {
	CLI_OK = 0,
	CLI_NO = 1,          /* the answer is no: refused, not found, invalid, broken */
	CLI_USAGE = 2,       /* the command cannot be understood, or a file cannot be read; nothing was sent */
	CLI_UNAVAILABLE = 3, /* no answer, or one that says: later */
	CLI_CONFLICT = 4,    /* somebody else changed it first */
	CLI_DENIED = 5,      /* no key, a bad key, or one that may not */
};

struct cli {
	struct arena *arena; /* lives as long as the command */
	const struct commands *commands;
	const struct command *const *builtins;
	FILE *in, *out, *err;
	bool is_out_terminal, is_err_terminal;
	bool is_input_taken; /* something has read standard input */
	const char *globals[GLOBALS];
	const struct cli *script; /* whose step this is, or NULL: its options hold where the step has none */
	struct preferences preferences;
	struct http_client *client;
	const struct json_value *last_reply; /* the last answer, for scripts; or NULL */
};

enum { CLI_ARENA_BYTES = 512 * 1024 * 1024 };

/* Run one command line (without the program's name) and return the exit status.  `cli` needs streams, builtins and arena. */
int cli_run(struct cli *cli, size_t argc, const char *const *argv);

/* The same from main. */
int cli_main(int argc, char **argv);

/* Remarks for people: left out when quiet. */
void cli_remark(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Is there somebody watching who wants to see how far it is? */
bool cli_shows_progress(const struct cli *cli);

bool cli_is_on(const struct cli *cli, enum global global);

/* Columns of the terminal, 0: not a terminal and not said. */
size_t cli_width(const struct cli *cli);

#endif
