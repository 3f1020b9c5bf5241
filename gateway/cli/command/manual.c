/* wordclaw man: the manual page, written out from the commands' tables (man(7)). */
#include <string.h>

#include "cli/command/builtins.h"
#include "cli/command/example.h"
#include "cli/command/help.h"
#include "cli/output/output.h"

enum { LINE_WIDTH = 78 };

static const char introduction[] =
    "wordclaw is the command line of WordClaw. Most commands are operations of the API: their names, options, limits and messages come from "
    "the registry that the gateway serves, so they say and refuse the same. An input of the path is an argument, every other one an option; "
    "each option may also be written as the API spells it (--contentTypeId). A document is JSON text, @FILE, or - for standard input; "
    "--input gives a whole input as one JSON object. Lists are separated by commas, or the option is repeated. "
    "Before the command, options are those of the program; behind it, a field of the same name comes first.";

static const char configuration[] =
    "An option comes before the environment, that before a file, that before the default. The file is that of --config or WORDCLAW_CONFIG, else "
    ".wordclaw.json in the working directory, else in the home directory: a JSON object with baseUrl, apiKey, mcpTransport, mcpUrl, "
    "output, timeout and raw; /dev/null is none. "
    "A file that others can write is refused. 'wordclaw config show' says where each setting comes from.";

/* Text that roff takes as text. */
static void
add_text(struct buf *buf, const char *text)
{
	bool starts_line = buf->len > 0 && buf->bytes[buf->len - 1] == '\n';

	if (starts_line && (*text == '.' || *text == '\''))
		buf_add_text(buf, "\\&");
	for (; *text; text++) {
		if (*text == '\\')
			buf_add_text(buf, "\\e");
		else if (*text == '-')
			buf_add_text(buf, "\\-");
		else if (*text == '\'')
			buf_add_text(buf, "\\(aq");
		else if (*text == '`')
			buf_add_text(buf, "\\(ga");
		else if (*text == '^')
			buf_add_text(buf, "\\(ha");
		else if (*text == '~')
			buf_add_text(buf, "\\(ti");
		else
			buf_add_char(buf, *text);
	}
}

static void
add_line(struct buf *buf, const char *macro, const char *text)
{
	buf_add_text(buf, macro);
	add_text(buf, text);
	buf_add_char(buf, '\n');
}

/* A paragraph, in lines that roff likes. */
static void
add_paragraph(struct buf *buf, const char *text)
{
	size_t at = 0;

	while (*text) {
		size_t n = strcspn(text, " ");
		if (at > 0) {
			bool is_full = at + 1 + n > LINE_WIDTH;
			buf_add_char(buf, is_full ? '\n' : ' ');
			at = is_full ? 0 : at + 1;
		}
		size_t start = buf->len;
		add_text(buf, arena_strndup(buf->arena, text, n));
		at += buf->len - start;
		text += n + (text[n] == ' ');
	}
	buf_add_char(buf, '\n');
}

/* A tagged paragraph. */
static void
add_entry(struct buf *buf, const char *tag, const char *value, const char *text)
{
	buf_add_text(buf, ".TP\n\\fB");
	add_text(buf, tag);
	buf_add_text(buf, "\\fR");
	if (value) {
		buf_add_text(buf, " \\fI");
		add_text(buf, value);
		buf_add_text(buf, "\\fR");
	}
	buf_add_char(buf, '\n');
	add_paragraph(buf, text);
}

static const char *
flag_text(struct arena *arena, const struct flag *flag)
{
	const char *default_text = flag->field ? flag->field->default_text : NULL;

	return arena_printf(arena, "%s%s%s%s%s", flag->summary, default_text ? " Default: " : "", default_text ? default_text : "",
	    default_text ? "." : "", flag->is_required ? " Required." : "");
}

static void
add_flag(struct buf *buf, const struct flag *flag)
{
	add_entry(buf, arena_printf(buf->arena, "--%s", flag->name), flag->value, flag_text(buf->arena, flag));
}

static void
add_examples(struct buf *buf, const struct command *command)
{
	struct example examples[EXAMPLES_MAX];
	size_t n = examples_of(buf->arena, command, examples);

	for (size_t i = 0; i < n; i++) {
		buf_add_text(buf, ".PP\n");
		if (examples[i].title)
			add_paragraph(buf, arena_printf(buf->arena, "%s:", examples[i].title));
		buf_add_text(buf, ".RS 4\n.nf\n");
		add_line(buf, "", examples[i].line);
		buf_add_text(buf, ".fi\n.RE\n");
	}
}

static void
add_command(struct buf *buf, const struct command *command)
{
	const struct operation *operation = command->operation;

	add_line(buf, ".SS ", arena_printf(buf->arena, "wordclaw %s%s", command->name, help_usage(buf->arena, command)));
	add_paragraph(buf, command->summary);
	if (command->description) {
		buf_add_text(buf, ".PP\n");
		add_paragraph(buf, command->description);
	}
	for (size_t i = 0; i < command->n_flags; i++)
		add_flag(buf, &command->flags[i]);
	add_examples(buf, command);
	if (operation)
		add_line(buf, ".PP\n", arena_printf(buf->arena, "%s %s%s%s.", operation->routes[0].method, operation->routes[0].path,
		    operation->scope ? ", needs scope " : "", operation->scope ? operation->scope : ""));
}

static void
add_page(struct buf *buf, const struct commands *commands)
{
	buf_add_text(buf, ".TH WORDCLAW 1 \"2026-11-25\" \"WordClaw\" \"User Commands\"\n.SH NAME\nwordclaw \\- the command line of WordClaw\n");
	buf_add_text(buf, ".SH SYNOPSIS\n.B wordclaw\n[\\fIOPTION\\fR...] \\fICOMMAND\\fR [\\fIARGUMENT\\fR...]\n.SH DESCRIPTION\n");
	add_paragraph(buf, introduction);
	buf_add_text(buf, ".SH OPTIONS\n");
	for (size_t i = 0; i < GLOBALS; i++)
		add_flag(buf, &global_flags[i]);
	buf_add_text(buf, ".SH COMMANDS\n");
	for (size_t i = 0; i < commands->n; i++)
		add_command(buf, commands->list[i]);
	buf_add_text(buf, ".SH CONFIGURATION\n");
	add_paragraph(buf, configuration);
	buf_add_text(buf, ".SH ENVIRONMENT\n");
	for (const struct variable *variable = help_variables; variable->name; variable++)
		add_entry(buf, variable->name, NULL, variable->meaning);
	buf_add_text(buf, ".SH EXIT STATUS\n");
	for (size_t i = 0; exit_meanings[i].meaning; i++)
		add_entry(buf, arena_printf(buf->arena, "%d", exit_meanings[i].status), NULL, exit_meanings[i].meaning);
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct buf buf;

	(void)command;
	(void)arguments;
	buf_init(&buf, cli->arena, 64 * 1024);
	add_page(&buf, cli->commands);
	return output_print_bytes(cli, buf.bytes, buf.len);
}

static const char *const examples[] = { "wordclaw man | man -l -", NULL };

extern const struct command man_command;
const struct command man_command = { .name = "man", .summary = "Print the manual page.", .examples = examples, .run = run };
