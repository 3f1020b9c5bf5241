/* wordclaw: the command line. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

enum { WORDS_MAX = 3 };

static const struct command {
	const char *name; /* words separated by one space */
	const char *summary;
	int (*function)(int argc, char **argv);
} commands[] = {
	{ "schema check", "validate JSON documents against a JSON Schema", cli_schema_check },
	{ "audit verify", "recompute the hash chain of the audit trail", cli_audit_verify },
};

enum { N_COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void
print_help(FILE *out)
{
	fprintf(out, "usage: wordclaw COMMAND [ARGUMENT...]\n\ncommands:\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-16s %s\n", commands[i].name, commands[i].summary);
	fprintf(out, "\n  wordclaw COMMAND --help    what a command takes\n  wordclaw --version\n");
}

/* How many of the words the command's name takes, 0 when it is another command. */
static int
words_taken(const char *name, int argc, char **argv)
{
	for (int i = 0; i < argc && i < WORDS_MAX; i++) {
		size_t n = strlen(argv[i]);
		if (strncmp(name, argv[i], n) != 0)
			return 0;
		if (name[n] == '\0')
			return i + 1;
		if (name[n] != ' ')
			return 0;
		name += n + 1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("wordclaw %s\n", WORDCLAW_VERSION);
		return CLI_OK;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		print_help(stdout);
		return CLI_OK;
	}
	for (size_t i = 0; i < N_COMMANDS; i++) {
		int n = words_taken(commands[i].name, argc - 1, argv + 1);
		if (n > 0)
			return commands[i].function(argc - 1 - n, argv + 1 + n);
	}
	if (argc > 1)
		fprintf(stderr, "wordclaw: unknown command '%s'\n", argv[1]);
	print_help(stderr);
	return CLI_ERROR;
}
