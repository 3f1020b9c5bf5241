/* Commands of operations, made from the registry; and finding a command by its words. */
#include "cli/command/command.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "suggest.h"

enum { PLACEHOLDER_BYTES_MAX = 48, NAME_BYTES_MAX = 160 };

const struct command_alias command_aliases[] = {
	{ "ct", "content-types" }, { "caps", "capabilities" }, { "asset", "assets" }, { "wf", "workflow" }, { "interactive", "repl" },
	{ "ls", "list" }, { "rm", "delete" }, { NULL, NULL },
};

/* Two words that stand for a command: what other WordClaw clients call it. */
static const struct {
	const char *words[2];
	const char *name;
} phrases[] = {
	{ { "assets", "offers" }, "offers list" }, { { "capabilities", "show" }, "capabilities" }, { { "capabilities", "status" }, "deployment-status" },
	{ { "capabilities", "whoami" }, "whoami" }, { { "forms", "public" }, "forms contract" }, { { "globals", "update" }, "globals put" },
	{ { "l402", "confirm" }, "offers confirm" }, { { "l402", "entitlement" }, "entitlements get" }, { { "l402", "entitlements" }, "entitlements list" },
	{ { "l402", "offers" }, "offers list" }, { { "l402", "purchase" }, "offers purchase" }, { { "l402", "read" }, "content get" },
	{ { "workflow", "active" }, "workflows active" }, { { "workflow", "decide" }, "review decide" }, { { "workflow", "submit" }, "review submit" },
	{ { "workflow", "tasks" }, "review list" },
};

/* Options of every operation's command, where the operation has them. */
static const struct flag input_flag = { .name = "input", .kind = FLAG_DOCUMENT, .value = "@FILE|-",
	.summary = "The whole input as one JSON object; other options replace its members." };
static const struct flag dry_run_flag = { .name = "dry-run", .kind = FLAG_SWITCH, .summary = "Say what would happen, and change nothing." };
static const struct flag idempotency_flag = { .name = "idempotency-key", .kind = FLAG_VALUE, .value = "KEY",
	.summary = "Makes it safe to send the command again: the same key, the same answer." };
static const struct flag watch_flag = { .name = "watch", .kind = FLAG_SWITCH, .summary = "Print again on every change, until interrupted." };
enum { OPERATION_FLAGS_MAX = 4 };

const char *
kebab_case(struct arena *arena, const char *name)
{
	struct buf buf;

	buf_init(&buf, arena, strlen(name) + 8);
	for (; *name; name++) {
		if (isupper((unsigned char)*name) && buf.len > 0)
			buf_add_char(&buf, '-');
		buf_add_char(&buf, (char)tolower((unsigned char)*name));
	}
	return buf.bytes;
}

static enum flag_kind
kind_of(const struct shape_field *field)
{
	switch (field->type) {
	case SHAPE_BOOL:
		return FLAG_SWITCH;
	case SHAPE_INT:
	case SHAPE_TIME:
	case SHAPE_TEXT:
		return FLAG_VALUE;
	case SHAPE_DOC:
	case SHAPE_STRUCT:
		return FLAG_DOCUMENT;
	case SHAPE_LIST:
		return field->item == SHAPE_INT || field->item == SHAPE_TEXT ? FLAG_LIST : FLAG_DOCUMENT;
	}
	assert(!"shape type");
	return FLAG_VALUE;
}

static const char *
choices_text(struct arena *arena, const char *const *choices)
{
	struct buf buf;

	buf_init(&buf, arena, PLACEHOLDER_BYTES_MAX);
	for (size_t i = 0; choices[i]; i++)
		buf_printf(&buf, "%s%s", i ? "|" : "", choices[i]);
	return buf.len <= PLACEHOLDER_BYTES_MAX ? buf.bytes : "CHOICE";
}

static const char *
placeholder_of(struct arena *arena, const struct shape_field *field)
{
	switch (field->type) {
	case SHAPE_BOOL:
		return NULL;
	case SHAPE_INT:
		return field->flags & SHAPE_SLUG ? "N|SLUG" : "N";
	case SHAPE_TIME:
		return "TIME";
	case SHAPE_TEXT:
		return field->choices ? choices_text(arena, field->choices) : "TEXT";
	case SHAPE_DOC:
	case SHAPE_STRUCT:
		return "JSON|@FILE|-";
	case SHAPE_LIST:
		return field->item == SHAPE_INT ? "N,N.." : field->item == SHAPE_TEXT ? "TEXT,.." : "JSON|@FILE|-";
	}
	assert(!"shape type");
	return NULL;
}

static struct flag
flag_of(struct arena *arena, const struct shape_field *field)
{
	const char *name = kebab_case(arena, field->name);

	return (struct flag){ .name = name, .alias = strcmp(name, field->name) == 0 ? NULL : field->name, .kind = kind_of(field),
		.is_required = field->flags & SHAPE_REQUIRED, .value = placeholder_of(arena, field), .summary = field->doc,
		.choices = field->choices, .field = field };
}

static bool
has_flag(const struct flag *flags, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(flags[i].name, name) == 0)
			return true;
	return false;
}

/* A field of the same name keeps it. */
static size_t
add_operation_flags(const struct operation *operation, struct flag *flags, size_t n)
{
	const struct { const struct flag *flag; bool is_there; } offers[OPERATION_FLAGS_MAX] = {
		{ &input_flag, operation->request->n_fields > 0 }, { &dry_run_flag, operation->flags & OPERATION_DRY_RUN },
		{ &idempotency_flag, operation->flags & OPERATION_IDEMPOTENT }, { &watch_flag, operation->list != NULL },
	};

	for (size_t i = 0; i < OPERATION_FLAGS_MAX; i++)
		if (offers[i].is_there && !has_flag(flags, n, offers[i].flag->name))
			flags[n++] = *offers[i].flag;
	return n;
}

static size_t
index_of_field(const struct flag *flags, size_t n_flags, const char *name, size_t n_name)
{
	for (size_t i = 0; i < n_flags; i++)
		if (strncmp(flags[i].field->name, name, n_name) == 0 && flags[i].field->name[n_name] == '\0')
			return i;
	assert(!"the generator lets no path variable pass that is not a field");
	return 0;
}

/* The path's variables, in their order, are what operands mean. */
static size_t
list_positions(const struct operation *operation, const struct flag *flags, size_t n_flags, size_t *positions)
{
	size_t n = 0;

	for (const char *open = strchr(operation->routes[0].path, '{'); open; open = strchr(open + 1, '{'))
		positions[n++] = index_of_field(flags, n_flags, open + 1, strcspn(open + 1, "}"));
	return n;
}

static const struct command *
command_of(struct arena *arena, const struct operation *operation,
    int (*call)(struct cli *cli, const struct command *command, const struct arguments *arguments))
{
	size_t n_fields = operation->request->n_fields, n_flags = 0;
	struct flag *flags = ARENA_ARRAY(arena, struct flag, n_fields + OPERATION_FLAGS_MAX);
	size_t *positions = ARENA_ARRAY(arena, size_t, n_fields + 1);
	struct command *command = ARENA_NEW(arena, struct command);

	for (size_t i = 0; i < n_fields; i++)
		if (operation->request->fields[i].in != SHAPE_IN_MCP)
			flags[n_flags++] = flag_of(arena, &operation->request->fields[i]);
	*command = (struct command){ .name = operation->cli, .summary = operation->summary, .description = operation->description,
		.flags = flags, .n_flags = add_operation_flags(operation, flags, n_flags), .positions = positions,
		.n_positions = list_positions(operation, flags, n_flags, positions), .operation = operation, .run = call };
	return command;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp((*(const struct command *const *)a)->name, (*(const struct command *const *)b)->name);
}

const struct commands *
commands_make(struct arena *arena, const struct command *const *builtins,
    int (*call)(struct cli *cli, const struct command *command, const struct arguments *arguments))
{
	struct commands *commands = ARENA_NEW(arena, struct commands);

	for (size_t i = 0; builtins[i]; i++)
		commands->list[commands->n++] = builtins[i];
	for (size_t i = 0; i < registry_n_operations; i++) {
		const struct operation *operation = registry_operations[i];
		assert(commands->n < COMMANDS_MAX);
		if (operation->cli && !(operation->flags & OPERATION_INTERNAL))
			commands->list[commands->n++] = command_of(arena, operation, call);
	}
	qsort(commands->list, commands->n, sizeof(commands->list[0]), compare_names);
	return commands;
}

static bool
means(const char *typed, const char *word, size_t n_word)
{
	if (strlen(typed) == n_word && memcmp(typed, word, n_word) == 0)
		return true;
	for (size_t i = 0; command_aliases[i].alias; i++)
		if (strcmp(command_aliases[i].alias, typed) == 0 && strlen(command_aliases[i].word) == n_word &&
		    memcmp(command_aliases[i].word, word, n_word) == 0)
			return true;
	return false;
}

/* How many words of the name stand there; all of them: *ret_is_whole. */
static size_t
words_in_common(const char *name, const char *const *words, size_t n_words, bool *ret_is_whole)
{
	size_t n = 0;

	while (n < n_words && *name) {
		size_t n_word = strcspn(name, " ");
		if (!means(words[n], name, n_word))
			break;
		n++;
		name += n_word + (name[n_word] == ' ');
	}
	*ret_is_whole = *name == '\0';
	return n;
}

/* NULL: the words are none of the phrases. */
static const struct command *
find_phrase(const struct commands *commands, const char *const *words, size_t n_words)
{
	const char *name = NULL;

	for (size_t i = 0; n_words >= 2 && i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (means(words[0], phrases[i].words[0], strlen(phrases[i].words[0])) && strcmp(words[1], phrases[i].words[1]) == 0)
			name = phrases[i].name;
	for (size_t i = 0; name && i < commands->n; i++)
		if (strcmp(commands->list[i]->name, name) == 0)
			return commands->list[i];
	return NULL;
}

const struct command *
commands_find(const struct commands *commands, const char *const *words, size_t n_words, size_t *ret_n_words)
{
	const struct command *found = find_phrase(commands, words, n_words);
	size_t n_found = found ? 2 : 0;

	for (size_t i = 0; i < commands->n; i++) {
		bool is_whole;
		size_t n = words_in_common(commands->list[i]->name, words, n_words, &is_whole);
		if (is_whole && n > n_found) {
			found = commands->list[i];
			n_found = n;
		}
	}
	*ret_n_words = n_found;
	return found;
}

bool
command_is_in(const struct command *command, const char *const *words, size_t n_words)
{
	bool is_whole;
	return words_in_common(command->name, words, n_words, &is_whole) == n_words;
}

const char *
commands_suggest(const struct commands *commands, struct arena *arena, const char *const *words, size_t n_words)
{
	struct suggestion best = { 0 };
	struct buf typed;

	buf_init(&typed, arena, NAME_BYTES_MAX);
	for (size_t n = 0; n < n_words && n < COMMAND_WORDS_MAX; n++) {
		buf_printf(&typed, "%s%s", n ? " " : "", words[n]);
		struct suggestion suggestion = suggestion_for(arena_strdup(arena, typed.bytes));
		for (size_t i = 0; i < commands->n; i++)
			suggestion_offer(&suggestion, commands->list[i]->name);
		if (suggestion.nearest && (!best.nearest || suggestion.distance < best.distance))
			best = suggestion;
	}
	return best.nearest;
}

const char *
arguments_get(const struct command *command, const struct arguments *arguments, const char *name)
{
	for (size_t i = 0; i < command->n_flags; i++)
		if (strcmp(command->flags[i].name, name) == 0 && !command->flags[i].field)
			return arguments->values[i];
	return NULL;
}

bool
arguments_has(const struct command *command, const struct arguments *arguments, const char *name)
{
	const char *value = arguments_get(command, arguments, name);
	return value && strcmp(value, "true") == 0;
}
