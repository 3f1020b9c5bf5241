/* Reading the command line: no option means two things, and nothing is guessed. */
#include "cli/command/command_line.h"

#include <ctype.h>
#include <string.h>

#include "suggest.h"

static const char *const output_choices[] = { "table", "json", "yaml", NULL };
static const char *const transport_choices[] = { "stdio", "http", NULL };

const struct flag global_flags[GLOBALS] = {
	[GLOBAL_BASE_URL] = { .name = "base-url", .kind = FLAG_VALUE, .value = "URL", .summary = "The gateway (http://localhost:4000)." },
	[GLOBAL_API_KEY] = { .name = "api-key", .kind = FLAG_VALUE, .value = "KEY", .summary = "The API key; others on the machine can see it here, so rather set WORDCLAW_API_KEY or WORDCLAW_API_KEY_FILE." },
	[GLOBAL_MCP_TRANSPORT] = { .name = "mcp-transport", .kind = FLAG_VALUE, .value = "stdio|http", .choices = transport_choices,
		.summary = "How 'mcp' commands reach the endpoint: themselves (http), or through 'wordclaw mcp serve', as agents do (stdio)." },
	[GLOBAL_MCP_URL] = { .name = "mcp-url", .kind = FLAG_VALUE, .value = "URL", .summary = "The MCP endpoint (the gateway's /mcp)." },
	[GLOBAL_CONFIG] = { .name = "config", .kind = FLAG_VALUE, .value = "FILE", .summary = "Settings instead of .wordclaw.json here or at home." },
	[GLOBAL_OUTPUT] = { .name = "output", .alias = "format", .kind = FLAG_VALUE, .value = "table|json|yaml", .choices = output_choices,
		.summary = "How answers are printed: a table on a terminal, otherwise JSON." },
	[GLOBAL_RAW] = { .name = "raw", .kind = FLAG_SWITCH, .summary = "Print the answer's bytes as they came, also of a refusal." },
	[GLOBAL_COLUMNS] = { .name = "columns", .kind = FLAG_LIST, .value = "NAME,..", .summary = "The columns of a table: id, data.title." },
	[GLOBAL_FIELDS] = { .name = "fields", .kind = FLAG_LIST, .value = "NAME,..", .summary = "Only these members of the data, or of each of its rows." },
	[GLOBAL_JQ] = { .name = "jq", .kind = FLAG_VALUE, .value = "PROGRAM", .summary = "Print what a program of jq makes of the answer: .data[].id." },
	[GLOBAL_SESSION] = { .name = "session", .kind = FLAG_VALUE, .value = "LABEL", .summary = "Label of this run, kept in the audit trail (WORDCLAW_SESSION)." },
	[GLOBAL_PROMPT_HASH] = { .name = "prompt-hash", .kind = FLAG_VALUE, .value = "HASH", .summary = "Hash of the prompt that led to what is changed (WORDCLAW_PROMPT_HASH)." },
	[GLOBAL_CHANGE_SET] = { .name = "change-set", .kind = FLAG_VALUE, .value = "LABEL", .summary = "Changes that belong together and can be undone together (WORDCLAW_CHANGE_SET)." },
	[GLOBAL_REQUEST_ID] = { .name = "request-id", .kind = FLAG_VALUE, .value = "ID", .summary = "The request's id in logs and in the audit trail." },
	[GLOBAL_TIMEOUT] = { .name = "timeout", .kind = FLAG_VALUE, .value = "SECONDS", .summary = "Give up after this long (30, or what the operation may take)." },
	[GLOBAL_QUIET] = { .name = "quiet", .kind = FLAG_SWITCH, .summary = "No progress and no remarks." },
	[GLOBAL_NO_COLOR] = { .name = "no-color", .kind = FLAG_SWITCH, .summary = "No colour; NO_COLOR in the environment does the same." },
	[GLOBAL_HELP] = { .name = "help", .kind = FLAG_SWITCH, .summary = "What the command takes." },
	[GLOBAL_HELP_ALL] = { .name = "help-all", .kind = FLAG_SWITCH, .summary = "What every command takes." },
	[GLOBAL_VERSION] = { .name = "version", .kind = FLAG_SWITCH, .summary = "The program's version." },
};

struct parser {
	struct arena *arena;
	const char *const *argv;
	size_t argc, at;
	struct command_line *line;
};

static bool
refuse(struct parser *parser, const char *problem, const char *hint)
{
	if (!parser->line->problem) {
		parser->line->problem = problem;
		parser->line->hint = hint;
	}
	return false;
}

/* ---- options ---- */

/* An option as it stands there. */
struct typed {
	const char *name;  /* without dashes */
	const char *value; /* behind '=', or NULL */
	bool is_negated;   /* --no-NAME */
};

static bool
is_named(const struct flag *flag, const char *name)
{
	return strcmp(flag->name, name) == 0 || (flag->alias && strcmp(flag->alias, name) == 0);
}

static const struct flag *
find_flag(const struct flag *flags, size_t n, struct typed *typed)
{
	for (size_t i = 0; i < n; i++)
		if (is_named(&flags[i], typed->name))
			return &flags[i];
	bool may_negate = strncmp(typed->name, "no-", 3) == 0;
	for (size_t i = 0; may_negate && i < n; i++)
		if (flags[i].kind == FLAG_SWITCH && is_named(&flags[i], typed->name + 3)) {
			typed->is_negated = true;
			return &flags[i];
		}
	return NULL;
}

static bool
refuse_unknown(struct parser *parser, const char *name)
{
	const struct command *command = parser->line->command;
	struct suggestion suggestion = suggestion_for(name);

	for (size_t i = 0; command && i < command->n_flags; i++)
		suggestion_offer(&suggestion, command->flags[i].name);
	for (size_t i = 0; i < GLOBALS; i++)
		suggestion_offer(&suggestion, global_flags[i].name);
	const char *hint = suggestion.nearest ? arena_printf(parser->arena, "Did you mean --%s?", suggestion.nearest) : NULL;
	if (command)
		return refuse(parser, arena_printf(parser->arena, "'%s' has no option --%s", command->name, name), hint);
	return refuse(parser, arena_printf(parser->arena, "there is no option --%s before the command", name),
	    hint ? hint : "Options of a command come after its words.");
}

static bool
refuse_choice(struct parser *parser, const struct flag *flag, const char *value)
{
	struct suggestion suggestion = suggestion_for(value);

	for (size_t i = 0; flag->choices[i]; i++)
		suggestion_offer(&suggestion, flag->choices[i]);
	return refuse(parser, arena_printf(parser->arena, "--%s takes %s, not '%s'", flag->name, flag->value, value),
	    suggestion.nearest ? arena_printf(parser->arena, "Did you mean %s?", suggestion.nearest) : NULL);
}

/* Values of fields are judged by the field's own rules, later. */
static bool
check_value(struct parser *parser, const struct flag *flag, const char *value)
{
	if (flag->field)
		return true;
	if (flag->kind == FLAG_SWITCH && strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
		return refuse(parser, arena_printf(parser->arena, "--%s takes true or false, not '%s'", flag->name, value), NULL);
	for (size_t i = 0; flag->choices && strcmp(flag->choices[i], value) != 0; i++)
		if (!flag->choices[i + 1])
			return refuse_choice(parser, flag, value);
	return true;
}

static bool
set_value(struct parser *parser, const struct flag *flag, const char *value, const char **slot)
{
	if (!check_value(parser, flag, value))
		return false;
	if (*slot && flag->kind == FLAG_LIST)
		value = arena_printf(parser->arena, "%s,%s", *slot, value);
	else if (*slot)
		return refuse(parser, arena_printf(parser->arena, "--%s is given twice", flag->name), NULL);
	*slot = value;
	return true;
}

static const char *
switch_value(struct parser *parser, const struct flag *flag, const struct typed *typed)
{
	if (typed->value)
		return typed->value;
	const char *next = parser->at < parser->argc ? parser->argv[parser->at] : "";
	if (flag->field && !typed->is_negated && (strcmp(next, "true") == 0 || strcmp(next, "false") == 0)) {
		parser->at++;
		return next;
	}
	return typed->is_negated ? "false" : "true";
}

static bool
take_value(struct parser *parser, const struct flag *flag, const struct typed *typed, const char **slot)
{
	if (typed->is_negated && typed->value)
		return refuse(parser, arena_printf(parser->arena, "--%s takes no value", typed->name), NULL);
	if (flag->kind == FLAG_SWITCH)
		return set_value(parser, flag, switch_value(parser, flag, typed), slot);
	if (typed->value)
		return set_value(parser, flag, typed->value, slot);
	if (parser->at == parser->argc)
		return refuse(parser, arena_printf(parser->arena, "--%s needs a value: %s", flag->name, flag->value), NULL);
	return set_value(parser, flag, parser->argv[parser->at++], slot);
}

static bool
take_option(struct parser *parser)
{
	const char *text = parser->argv[parser->at++] + 2;
	size_t n_name = strcspn(text, "=");
	struct typed typed = { .name = arena_strndup(parser->arena, text, n_name), .value = text[n_name] ? text + n_name + 1 : NULL };
	struct command_line *line = parser->line;
	const struct command *command = line->command;
	const struct flag *flag = command ? find_flag(command->flags, command->n_flags, &typed) : NULL;

	if (flag)
		return take_value(parser, flag, &typed, &line->arguments.values[flag - command->flags]);
	flag = find_flag(global_flags, GLOBALS, &typed);
	if (flag)
		return take_value(parser, flag, &typed, &line->globals[flag - global_flags]);
	return refuse_unknown(parser, typed.name);
}

/* ---- operands ---- */

static bool
take_operand(struct parser *parser, const char *text)
{
	const struct command *command = parser->line->command;
	struct arguments *arguments = &parser->line->arguments;

	for (size_t i = 0; i < command->n_positions; i++) {
		const char **slot = &arguments->values[command->positions[i]];
		if (!*slot)
			return set_value(parser, &command->flags[command->positions[i]], text, slot);
	}
	if (arguments->n_operands == command->operands_max)
		return refuse(parser, arena_printf(parser->arena, "'%s' takes no argument '%s'", command->name, text),
		    command->n_flags ? "Inputs other than those of its path are options: --name value." : NULL);
	arguments->operands[arguments->n_operands++] = text;
	return true;
}

static bool
is_option(const char *text)
{
	return text[0] == '-' && text[1] == '-' && text[2] != '\0';
}

static bool
take_argument(struct parser *parser, bool *are_options_over)
{
	const char *text = parser->argv[parser->at];

	if (!*are_options_over && is_option(text))
		return take_option(parser);
	parser->at++;
	if (!*are_options_over && strcmp(text, "--") == 0) {
		*are_options_over = true;
		return true;
	}
	bool is_short = text[0] == '-' && isalpha((unsigned char)text[1]);
	if (!*are_options_over && strcmp(text, "-h") == 0)
		return set_value(parser, &global_flags[GLOBAL_HELP], "true", &parser->line->globals[GLOBAL_HELP]);
	if (!*are_options_over && is_short)
		return refuse(parser, arena_printf(parser->arena, "there is no option %s", text), "Options have two dashes: --help lists them.");
	return take_operand(parser, text);
}

/* ---- the whole ---- */

static bool
take_globals(struct parser *parser)
{
	while (parser->at < parser->argc && parser->argv[parser->at][0] == '-' && parser->argv[parser->at][1]) {
		if (strcmp(parser->argv[parser->at], "-h") == 0) {
			parser->line->globals[GLOBAL_HELP] = "true";
			parser->at++;
		} else if (!is_option(parser->argv[parser->at])) {
			return refuse(parser, arena_printf(parser->arena, "there is no option %s", parser->argv[parser->at]),
			    "Options have two dashes: --help lists them.");
		} else if (!take_option(parser)) {
			return false;
		}
	}
	return true;
}

static bool
is_group(const struct commands *commands, const char *const *words, size_t n_words)
{
	for (size_t i = 0; i < commands->n; i++)
		if (command_is_in(commands->list[i], words, n_words))
			return true;
	return false;
}

static bool
find_command(struct parser *parser, const struct commands *commands)
{
	struct command_line *line = parser->line;
	size_t n_taken = 0;

	line->words = parser->argv + parser->at;
	while (parser->at + line->n_words < parser->argc && line->words[line->n_words][0] != '-')
		line->n_words++;
	if (line->n_words == 0)
		return parser->at == parser->argc || take_globals(parser);
	const struct command *command = commands_find(commands, line->words, line->n_words, &n_taken);
	if (!command) {
		const char *nearest = commands_suggest(commands, parser->arena, line->words, line->n_words);
		const char *what = line->n_words > 1 ? arena_printf(parser->arena, "%s %s", line->words[0], line->words[1]) : line->words[0];
		if (is_group(commands, line->words, line->n_words))
			return refuse(parser, arena_printf(parser->arena, "'%s' needs another word", what),
			    arena_printf(parser->arena, "'wordclaw help %s' lists what it can do.", what));
		return refuse(parser, arena_printf(parser->arena, "there is no command '%s'", what),
		    nearest ? arena_printf(parser->arena, "Did you mean '%s'?", nearest) : "'wordclaw help' lists them.");
	}
	line->command = command;
	line->arguments.values = ARENA_ARRAY(parser->arena, const char *, command->n_flags + 1);
	line->arguments.operands = ARENA_ARRAY(parser->arena, const char *, parser->argc + 1);
	parser->at += n_taken;
	return true;
}

static bool
check_complete(struct parser *parser)
{
	const struct command *command = parser->line->command;

	if (parser->line->arguments.n_operands < command->operands_min)
		return refuse(parser, arena_printf(parser->arena, "'%s' needs %s", command->name, command->operands), NULL);
	for (size_t i = 0; i < command->n_flags; i++)
		if (command->flags[i].is_required && !command->flags[i].field && !parser->line->arguments.values[i])
			return refuse(parser, arena_printf(parser->arena, "'%s' needs --%s", command->name, command->flags[i].name), NULL);
	return true;
}

static bool
parse(struct parser *parser, const struct commands *commands)
{
	bool are_options_over = false;

	if (parser->argc > ARGUMENTS_MAX)
		return refuse(parser, "there are too many arguments", NULL);
	if (!take_globals(parser) || !find_command(parser, commands) || !parser->line->command)
		return false;
	while (parser->at < parser->argc)
		if (!take_argument(parser, &are_options_over))
			return false;
	return check_complete(parser);
}

/* Whoever asks for help gets it, whatever else is wrong. */
static bool
asks_for_help(const struct parser *parser)
{
	for (size_t i = parser->at; i < parser->argc && strcmp(parser->argv[i], "--") != 0; i++)
		if (strcmp(parser->argv[i], "--help") == 0 || strcmp(parser->argv[i], "-h") == 0)
			return true;
	return false;
}

void
command_line_parse(struct arena *arena, const struct commands *commands, size_t argc, const char *const *argv,
    struct command_line *ret_line)
{
	struct parser parser = { .arena = arena, .argv = argv, .argc = argc, .line = ret_line };

	*ret_line = (struct command_line){ .words = argv };
	if (!parse(&parser, commands) && asks_for_help(&parser))
		ret_line->globals[GLOBAL_HELP] = "true";
}
