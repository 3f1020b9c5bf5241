/* wordclaw complete: what may come next on a command line.  The scripts of `wordclaw completion` ask it.
 *
 * Words and options come from the commands' tables, closed sets from their fields, ids and slugs from the server, which has little time: a
 * shell waits.  Nothing is ever said about failures. */
#include <ctype.h>
#include <string.h>

#include "cli/api.h"
#include "cli/command/builtins.h"
#include "cli/output/output.h"
#include "cli/output/selection.h"

enum { ASKED_ROWS = 50, ASK_TIMEOUT_MS = 1500, WORDS_MAX = 200, FLAG_DESCRIBE = 0, DESCRIPTION_BYTES_MAX = 60 };

struct completing {
	struct cli *cli;
	const char *prefix;            /* what stands there of the word */
	bool is_described;
	const struct command *command; /* NULL: not yet */
	const char *words[WORDS_MAX];  /* of the command */
	size_t n_words;
	const struct flag *pending;    /* whose value it is, or NULL */
	size_t n_operands;
	struct buf out;
};

/* ---- offers ---- */

static void
offer(struct completing *completing, const char *text, const char *description)
{
	if (strncmp(text, completing->prefix, strlen(completing->prefix)) != 0)
		return;
	buf_add_text(&completing->out, text);
	if (completing->is_described && description && description[0]) {
		size_t n = strlen(description);
		buf_add_char(&completing->out, '\t');
		while (n > DESCRIPTION_BYTES_MAX || (description[n] & 0xc0) == 0x80)
			n--;
		output_add_printable(&completing->out, description, n);
	}
	buf_add_char(&completing->out, '\n');
}

/* Shells expand what they are offered: what could mean something to them is not passed on. */
static bool
is_harmless(const char *text)
{
	return text[0] && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-") == strlen(text);
}

static void
offer_flags(struct completing *completing, const struct flag *flags, size_t n)
{
	for (size_t i = 0; i < n; i++)
		offer(completing, arena_printf(completing->cli->arena, "--%s", flags[i].name), flags[i].summary);
}

static void
offer_words(struct completing *completing)
{
	const char *last = "";

	for (size_t i = 0; i < completing->cli->commands->n; i++) {
		const struct command *command = completing->cli->commands->list[i];
		const char *rest = command->name;
		if (!command_is_in(command, completing->words, completing->n_words))
			continue;
		for (size_t n = 0; rest && n < completing->n_words; n++)
			rest = strchr(rest, ' ') ? strchr(rest, ' ') + 1 : NULL;
		if (!rest)
			continue;
		const char *word = arena_strndup(completing->cli->arena, rest, strcspn(rest, " "));
		if (strcmp(word, last) != 0)
			offer(completing, word, strchr(rest, ' ') ? "" : command->summary);
		last = word;
	}
}

/* ---- from the server ---- */

/* The collection that the value is of: the path before the variable, or that of the field's name: offerId, /api/offers. */
static const char *
collection_of(struct arena *arena, const struct command *command, const struct shape_field *field)
{
	const char *path = command->operation->routes[0].path, *variable = strstr(path, arena_printf(arena, "/{%s}", field->name));
	size_t n = strlen(field->name);

	if (variable)
		return memchr(path, '{', (size_t)(variable - path)) ? NULL : arena_strndup(arena, path, (size_t)(variable - path));
	if (n < 3 || strcmp(field->name + n - 2, "Id") != 0)
		return NULL;
	const char *name = kebab_case(arena, arena_strndup(arena, field->name, n - 2));
	n = strlen(name);
	return name[n - 1] == 'y' ? arena_printf(arena, "/api/%.*sies", (int)n - 1, name) : arena_printf(arena, "/api/%ss", name);
}

static const struct operation *
list_of(const char *path)
{
	for (size_t i = 0; i < registry_n_operations; i++) {
		const struct operation *operation = registry_operations[i];
		for (size_t j = 0; operation->list && j < operation->n_routes; j++)
			if (strcmp(operation->routes[j].method, "GET") == 0 && strcmp(operation->routes[j].path, path) == 0)
				return operation;
	}
	return NULL;
}

static bool
takes_limit(const struct operation *operation)
{
	for (size_t i = 0; i < operation->request->n_fields; i++)
		if (strcmp(operation->request->fields[i].name, "limit") == 0)
			return true;
	return false;
}

static const char *
text_at(struct arena *arena, const struct json_value *row, const char *path)
{
	const struct json_value *value = selection_find(arena, row, path);
	return value && value->type == JSON_TEXT && value->n > 0 ? value->text : NULL;
}

static void
offer_row(struct completing *completing, const struct json_value *row, bool takes_slug)
{
	struct arena *arena = completing->cli->arena;
	const struct json_value *id = row->type == JSON_OBJECT ? json_get(row, "id") : NULL;
	const char *slug = text_at(arena, row, "slug"), *name = NULL;
	static const char *const names[] = { "name", "data.title", "data.name", "title", "status" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !name; i++)
		name = text_at(arena, row, names[i]);
	if (takes_slug && slug && is_harmless(slug))
		offer(completing, slug, name);
	if (id && id->type == JSON_INT)
		offer(completing, arena_printf(arena, "%lld", (long long)id->integer), name ? name : slug);
}

static void
offer_rows(struct completing *completing, const struct shape_field *field)
{
	struct cli *cli = completing->cli;
	const char *path = collection_of(cli->arena, completing->command, field);
	const struct operation *list = path ? list_of(path) : NULL;
	struct api_reply reply;

	if (!list)
		return;
	struct rest_request request = { .method = "GET", .target = takes_limit(list)
		? arena_printf(cli->arena, "%s?limit=%d", path, ASKED_ROWS) : path };
	api_add_headers(cli, &request);
	cli->preferences.values[PREFERENCE_TIMEOUT].text = NULL; /* a shell waits less long than a person */
	if (api_send(cli, &request, ASK_TIMEOUT_MS, &reply) != CLI_OK || reply.status != 200 || !reply.json || reply.json->type != JSON_OBJECT)
		return;
	const struct json_value *rows = json_get(reply.json, "data");
	for (uint32_t i = 0; rows && rows->type == JSON_LIST && i < rows->n; i++)
		offer_row(completing, &rows->items[i], field->flags & SHAPE_SLUG);
}

static void
offer_values(struct completing *completing, const struct flag *flag)
{
	for (size_t i = 0; flag->choices && flag->choices[i]; i++)
		offer(completing, flag->choices[i], NULL);
	if (!flag->choices && flag->field && completing->command->operation && flag->field->flags & (SHAPE_ID | SHAPE_SLUG))
		offer_rows(completing, flag->field);
}

/* ---- where the cursor is ---- */

static const struct flag *
flag_named(const struct flag *flags, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(flags[i].name, name) == 0 || (flags[i].alias && strcmp(flags[i].alias, name) == 0))
			return &flags[i];
	return NULL;
}

/* The flag that takes the next word, or NULL. */
static const struct flag *
valued_flag(const struct completing *completing, const char *word)
{
	const struct command *command = completing->command;
	const struct flag *flag = command ? flag_named(command->flags, command->n_flags, word + 2) : NULL;

	if (!flag)
		flag = flag_named(global_flags, GLOBALS, word + 2);
	return flag && flag->kind != FLAG_SWITCH ? flag : NULL;
}

static void
take_word(struct completing *completing, const char *word)
{
	size_t n_taken = 0;

	if (completing->pending) {
		completing->pending = NULL;
	} else if (word[0] == '-') {
		completing->pending = word[1] == '-' && !strchr(word, '=') ? valued_flag(completing, word) : NULL;
	} else if (completing->n_operands > 0 || completing->n_words == WORDS_MAX) {
		completing->n_operands++;
	} else {
		completing->words[completing->n_words++] = word;
		const struct command *command = commands_find(completing->cli->commands, completing->words, completing->n_words, &n_taken);
		completing->command = command ? command : completing->command;
		if (command && n_taken < completing->n_words) {
			completing->n_words--;
			completing->n_operands++;
		}
	}
}

static void
offer_all(struct completing *completing)
{
	const struct command *command = completing->command;
	const char *equals = strncmp(completing->prefix, "--", 2) == 0 ? strchr(completing->prefix, '=') : NULL;

	if (equals)
		return; /* a shell splits there, and asks again */
	if (completing->pending) {
		offer_values(completing, completing->pending);
		return;
	}
	if (completing->prefix[0] == '-') {
		offer_flags(completing, command ? command->flags : NULL, command ? command->n_flags : 0);
		offer_flags(completing, global_flags, GLOBALS);
		return;
	}
	if (completing->n_operands == 0)
		offer_words(completing);
	if (command && completing->n_operands < command->n_positions)
		offer_values(completing, &command->flags[command->positions[completing->n_operands]]);
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct completing *completing = ARENA_NEW(cli->arena, struct completing);
	FILE *silence = fopen("/dev/null", "w"), *err = cli->err;

	(void)command;
	completing->cli = cli;
	completing->is_described = arguments->values[FLAG_DESCRIBE] && strcmp(arguments->values[FLAG_DESCRIBE], "true") == 0;
	completing->prefix = arguments->n_operands > 0 ? arguments->operands[arguments->n_operands - 1] : "";
	buf_init(&completing->out, cli->arena, 4096);
	for (size_t i = 0; i + 1 < arguments->n_operands; i++)
		take_word(completing, arguments->operands[i]);
	cli->err = silence ? silence : err;
	offer_all(completing);
	cli->err = err;
	if (silence)
		(void)fclose(silence); /* nothing was kept */
	return output_print_bytes(cli, completing->out.bytes, completing->out.len);
}

static const struct flag flags[] = {
	[FLAG_DESCRIBE] = { .name = "describe", .kind = FLAG_SWITCH, .summary = "Behind a tab: what each of them is." },
};

extern const struct command complete_command;
const struct command complete_command = { .name = "complete", .summary = "Print what may come next on a command line; completion in shells asks it.",
	.flags = flags, .n_flags = 1, .operands = "-- WORD..", .operands_max = WORDS_MAX, .run = run };
