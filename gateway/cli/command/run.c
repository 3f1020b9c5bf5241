/* One command line: parse it, load settings, run the command. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/command/builtins.h"
#include "cli/call.h"
#include "cli/output/failure.h"
#include "cli/output/output.h"
#include "cli/command/help.h"
#include "http_client.h"
#include "patterns.h"

bool
cli_is_on(const struct cli *cli, enum global global)
{
	return cli->globals[global] && strcmp(cli->globals[global], "true") == 0;
}

bool
cli_shows_progress(const struct cli *cli)
{
	return cli->is_err_terminal && !cli_is_on(cli, GLOBAL_QUIET);
}

void
cli_remark(const struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli_is_on(cli, GLOBAL_QUIET))
		return;
	va_start(args, format);
	(void)vfprintf(cli->err, format, args); /* there is nowhere to complain about standard error */
	va_end(args);
	(void)fputc('\n', cli->err);
}

size_t
cli_width(const struct cli *cli)
{
	const char *said = getenv("COLUMNS");
	struct winsize size;
	long columns = said ? strtol(said, NULL, 10) : 0;

	if (columns > 0)
		return (size_t)columns;
	if (cli->is_out_terminal && ioctl(fileno(cli->out), TIOCGWINSZ, &size) == 0)
		return size.ws_col;
	return 0;
}

static int
usage_problem(struct cli *cli, const struct command_line *line)
{
	const char *between = line->hint ? " " : "";

	if (!line->command)
		return failure_usage(cli, line->hint, "%s", line->problem);
	return failure_usage(cli, arena_printf(cli->arena, "%s%sUsage: wordclaw %s%s", line->hint ? line->hint : "", between, line->command->name,
	    help_usage(cli->arena, line->command)), "%s", line->problem);
}

static bool
is_of_one_answer(size_t global)
{
	return global == GLOBAL_OUTPUT || global == GLOBAL_REQUEST_ID || global == GLOBAL_COLUMNS || global == GLOBAL_FIELDS || global == GLOBAL_JQ;
}

/* A step has the script's options where it says nothing else. */
static void
take_globals(struct cli *cli, const struct command_line *line)
{
	memcpy(cli->globals, line->globals, sizeof(cli->globals));
	for (size_t i = 0; cli->script && i < GLOBALS; i++)
		if (!cli->globals[i] && !is_of_one_answer(i))
			cli->globals[i] = cli->script->globals[i];
}

static int
run(struct cli *cli, const struct command_line *line)
{
	/* First of all, for they say how problems are told. */
	const char *problem = preferences_load(cli->arena, cli->globals, &cli->preferences);

	if (line->problem)
		return usage_problem(cli, line);
	if (problem)
		return failure_usage(cli, NULL, "%s", problem);
	int status = output_check(cli);
	if (status != CLI_OK)
		return status;
	if (cli->script && line->command->has_no_end)
		return failure_usage(cli, NULL, "'%s' cannot be a step of a script", line->command->name);
	if (cli->preferences.warning)
		cli_remark(cli, "wordclaw: %s", cli->preferences.warning);
	return line->command->run(cli, line->command, &line->arguments);
}

int
cli_run(struct cli *cli, size_t argc, const char *const *argv)
{
	struct command_line line;

	if (!cli->commands)
		cli->commands = commands_make(cli->arena, cli->builtins, call_run);
	command_line_parse(cli->arena, cli->commands, argc, argv, &line);
	take_globals(cli, &line);
	if (cli_is_on(cli, GLOBAL_HELP_ALL))
		return help_print_all(cli);
	if (cli_is_on(cli, GLOBAL_HELP))
		return help_print(cli, cli->out, line.words, line.n_words);
	if (cli_is_on(cli, GLOBAL_VERSION) && !line.problem) {
		(void)fprintf(cli->out, "wordclaw %s\n", WORDCLAW_VERSION); /* cli_main tells when it cannot be written */
		return CLI_OK;
	}
	if (!line.command && !line.problem) {
		(void)help_print(cli, cli->err, NULL, 0); /* nothing to fail */
		return CLI_USAGE;
	}
	return run(cli, &line);
}

int
cli_main(int argc, char **argv)
{
	struct arena *arena = arena_new(CLI_ARENA_BYTES);
	struct cli cli = { .arena = arena, .builtins = builtins, .in = stdin, .out = stdout, .err = stderr,
		.is_out_terminal = isatty(STDOUT_FILENO), .is_err_terminal = isatty(STDERR_FILENO) };

	(void)setlocale(LC_CTYPE, "C.UTF-8"); /* widths of characters; glibc has it built in */
	if (!patterns_install())
		return CLI_USAGE;
	int status = cli_run(&cli, argc > 0 ? (size_t)argc - 1 : 0, (const char *const *)argv + 1);
	http_client_free(cli.client);
	if (fflush(stdout) != 0 && status == CLI_OK)
		status = CLI_USAGE;
	arena_free(arena);
	return status;
}
