/* Everything here is read from the commands' tables. */
#include "cli/command/help.h"

#include <ctype.h>
#include <string.h>

#include "buf.h"
#include "cli/command/example.h"
#include "cli/output/failure.h"

enum { NAME_WIDTH = 24, LINE_WIDTH = 100 };

const struct exit_meaning exit_meanings[] = {
	{ CLI_OK, "done" },
	{ CLI_NO, "refused, not found, invalid or broken" },
	{ CLI_USAGE, "bad usage or an input that breaks its rules: nothing was sent" },
	{ CLI_UNAVAILABLE, "no answer, or one that says: try later" },
	{ CLI_CONFLICT, "a conflict: somebody else changed it first" },
	{ CLI_DENIED, "no key, a bad key, or one that may not" },
	{ 0, NULL },
};

const struct variable help_variables[] = {
	{ "WORDCLAW_BASE_URL", "The gateway." },
	{ "WORDCLAW_API_KEY", "The API key." },
	{ "WORDCLAW_API_KEY_FILE", "A file that holds it." },
	{ "WORDCLAW_MCP_TRANSPORT", "stdio or http." },
	{ "WORDCLAW_MCP_URL", "The MCP endpoint." },
	{ "WORDCLAW_OUTPUT", "table, json or yaml." },
	{ "WORDCLAW_TIMEOUT", "Seconds." },
	{ "WORDCLAW_RAW", "true: as --raw." },
	{ "WORDCLAW_CONFIG", "The settings file." },
	{ "NO_COLOR", "Set to anything: no colour." },
	{ NULL, NULL },
};

/* ---- text ---- */

/* Words of text in lines that begin at a column; the first line has begun. */
static void
print_wrapped(FILE *out, const char *text, size_t column)
{
	size_t at = column;

	while (*text) {
		size_t n = strcspn(text, " ");
		if (at > column && at + 1 + n > LINE_WIDTH) {
			(void)fprintf(out, "\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			(void)fputc(' ', out);
			at++;
		}
		(void)fprintf(out, "%.*s", (int)n, text);
		at += n;
		text += n + (text[n] == ' ');
	}
	(void)fputc('\n', out);
}

/* "  name     text", the text on a line of its own when the name is long. */
static void
print_entry(FILE *out, const char *name, const char *text)
{
	if (strlen(name) + 2 > NAME_WIDTH)
		(void)fprintf(out, "  %s\n  %*s", name, NAME_WIDTH, "");
	else
		(void)fprintf(out, "  %-*s", NAME_WIDTH, name);
	print_wrapped(out, text, NAME_WIDTH + 2);
}

/* ---- one command ---- */

static const char *
position_name(struct arena *arena, const struct flag *flag)
{
	char *name = arena_strdup(arena, flag->name);

	for (char *c = name; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return name;
}

static bool
is_position(const struct command *command, size_t flag)
{
	for (size_t i = 0; i < command->n_positions; i++)
		if (command->positions[i] == flag)
			return true;
	return false;
}

const char *
help_usage(struct arena *arena, const struct command *command)
{
	bool has_options = false;
	struct buf buf;

	buf_init(&buf, arena, 128);
	for (size_t i = 0; i < command->n_positions; i++)
		buf_printf(&buf, " %s", position_name(arena, &command->flags[command->positions[i]]));
	for (size_t i = 0; i < command->n_flags; i++) {
		const struct flag *flag = &command->flags[i];
		if (flag->is_required && !is_position(command, i))
			buf_printf(&buf, " --%s %s", flag->name, flag->value ? flag->value : "");
		else
			has_options = has_options || !is_position(command, i);
	}
	if (has_options)
		buf_add_text(&buf, " [OPTION...]");
	if (command->operands)
		buf_printf(&buf, " %s", command->operands);
	return buf.bytes;
}

static const char *
flag_text(struct arena *arena, const struct flag *flag)
{
	const char *default_text = flag->field ? flag->field->default_text : NULL;
	struct buf buf;

	buf_init(&buf, arena, 128);
	buf_add_text(&buf, flag->summary);
	if (default_text)
		buf_printf(&buf, " (default %s)", default_text);
	if (flag->is_required)
		buf_add_text(&buf, " (required)");
	return buf.bytes;
}

static void
print_flag(struct cli *cli, FILE *out, const struct flag *flag)
{
	const char *name = arena_printf(cli->arena, "--%s%s%s", flag->name, flag->value ? " " : "", flag->value ? flag->value : "");
	print_entry(out, name, flag_text(cli->arena, flag));
}

static void
print_flags(struct cli *cli, FILE *out, const struct command *command)
{
	bool has_title = false;

	for (size_t i = 0; i < command->n_positions; i++) {
		const struct flag *flag = &command->flags[command->positions[i]];
		if (i == 0)
			(void)fputs("\narguments:\n", out);
		print_entry(out, position_name(cli->arena, flag), flag->summary);
	}
	for (size_t i = 0; i < command->n_flags; i++) {
		if (is_position(command, i))
			continue;
		if (!has_title)
			(void)fputs("\noptions:\n", out);
		has_title = true;
		print_flag(cli, out, &command->flags[i]);
	}
}

static void
print_origin(FILE *out, const struct operation *operation)
{
	(void)fprintf(out, "\n%s %s", operation->routes[0].method, operation->routes[0].path);
	if (operation->scope)
		(void)fprintf(out, ", needs scope %s", operation->scope);
	if (operation->mcp)
		(void)fprintf(out, "; as a tool: %s", operation->mcp);
	(void)fputs("\n", out);
}

static void
print_command(struct cli *cli, FILE *out, const struct command *command)
{
	struct example examples[EXAMPLES_MAX];
	size_t n = examples_of(cli->arena, command, examples);

	(void)fprintf(out, "usage: wordclaw %s%s\n\n", command->name, help_usage(cli->arena, command));
	print_wrapped(out, command->summary, 0);
	if (command->description) {
		(void)fputs("\n", out);
		print_wrapped(out, command->description, 0);
	}
	print_flags(cli, out, command);
	for (size_t i = 0; i < n; i++) {
		(void)fputs(i == 0 ? "\nexamples:\n" : "", out);
		if (examples[i].title)
			(void)fprintf(out, "  # %s\n", examples[i].title);
		(void)fprintf(out, "  %s\n", examples[i].line);
	}
	if (command->operation)
		print_origin(out, command->operation);
}

/* ---- many ---- */

static void
print_commands(struct cli *cli, FILE *out, const char *const *words, size_t n_words)
{
	for (size_t i = 0; i < cli->commands->n; i++) {
		const struct command *command = cli->commands->list[i];
		if (command_is_in(command, words, n_words))
			print_entry(out, command->name, command->summary);
	}
}

static void
print_overview(struct cli *cli, FILE *out)
{
	(void)fputs("usage: wordclaw [OPTION...] COMMAND [ARGUMENT...]\n\ncommands:\n", out);
	print_commands(cli, out, NULL, 0);
	(void)fputs("\noptions of every command:\n", out);
	for (size_t i = 0; i < GLOBALS; i++)
		print_flag(cli, out, &global_flags[i]);
	(void)fputs("\nenvironment:\n", out);
	for (const struct variable *variable = help_variables; variable->name; variable++)
		print_entry(out, variable->name, variable->meaning);
	(void)fputs("\nexit status:\n", out);
	for (size_t i = 0; exit_meanings[i].meaning; i++)
		print_entry(out, arena_printf(cli->arena, "%d", exit_meanings[i].status), exit_meanings[i].meaning);
	(void)fputs("\n'wordclaw help COMMAND' says what a command takes, 'wordclaw man' is the whole manual.\n", out);
}

static bool
has_any(const struct cli *cli, const char *const *words, size_t n_words)
{
	for (size_t i = 0; i < cli->commands->n; i++)
		if (command_is_in(cli->commands->list[i], words, n_words))
			return true;
	return false;
}

int
help_print(struct cli *cli, FILE *out, const char *const *words, size_t n_words)
{
	size_t n_taken = 0;
	const struct command *command = commands_find(cli->commands, words, n_words, &n_taken);

	if (n_words == 0) {
		print_overview(cli, out);
	} else if (command && n_taken > 0) {
		print_command(cli, out, command);
	} else if (has_any(cli, words, n_words) || has_any(cli, words, 1)) {
		size_t n = has_any(cli, words, n_words) ? n_words : 1;
		(void)fprintf(out, "usage: wordclaw %s%s%s COMMAND [ARGUMENT...]\n\ncommands:\n", words[0], n > 1 ? " " : "", n > 1 ? words[1] : "");
		print_commands(cli, out, words, n);
	} else {
		const char *nearest = commands_suggest(cli->commands, cli->arena, words, n_words);
		return failure_usage(cli, nearest ? arena_printf(cli->arena, "Did you mean '%s'?", nearest) : NULL, "there is no command '%s'", words[0]);
	}
	return CLI_OK;
}

int
help_print_all(struct cli *cli)
{
	print_overview(cli, cli->out);
	for (size_t i = 0; i < cli->commands->n; i++) {
		(void)fprintf(cli->out, "\n----\n\n");
		print_command(cli, cli->out, cli->commands->list[i]);
	}
	return CLI_OK;
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	(void)command;
	return help_print(cli, cli->out, arguments->operands, arguments->n_operands);
}

static const char *const examples[] = { "wordclaw help", "wordclaw help content", "wordclaw help content update", NULL };

const struct command help_command = { .name = "help", .summary = "Say what a command takes.", .operands = "[WORD...]",
	.operands_max = COMMAND_WORDS_MAX, .examples = examples, .run = run };
