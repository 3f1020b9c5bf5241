/* Any words as a command line: what is understood becomes a request whose every part may travel; nothing else is. */
#include <assert.h>
#include <string.h>

#include "cli/command/builtins.h"
#include "cli/call.h"
#include "cli/input/input.h"
#include "json/json.h"
#include "patterns.h"
#include "cli/builtin/rest_request.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, WORDS_MAX = 64, BYTES_MAX = 16384 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static const struct commands *
all_commands(void)
{
	static struct arena *arena;
	static const struct commands *commands;

	if (!commands) {
		assert(patterns_install());
		arena = arena_new(ARENA_BYTES);
		commands = commands_make(arena, builtins, call_run);
	}
	return commands;
}

/* Text as it stands; there are no files here. */
static const char *
load(void *context, struct arena *arena, const char *value, const char **ret_problem)
{
	(void)context;
	(void)arena;
	if (value[0] != '@' && strcmp(value, "-") != 0)
		return value;
	*ret_problem = "no files";
	return NULL;
}

static void
check_request(struct arena *arena, const struct command *command, const struct input *input)
{
	struct json_error problem;
	struct rest_request request;

	rest_request_make(arena, command->operation, input->object, false, &request);
	assert(request.target[0] == '/');
	for (const char *c = request.target; *c; c++)
		assert(*c > ' ' && *c < 0x7f && *c != '#' && *c != '"' && *c != '{');
	if (request.body) {
		const struct json_value *body = json_parse(arena, request.body, request.n_body, NULL, &problem);
		assert(body && body->type == JSON_OBJECT);
	}
	for (size_t i = 0; i < request.n_headers; i++)
		assert(strchr(request.headers[i], ':'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	const struct commands *commands = all_commands();
	struct document_source source = { .load = load };
	const char *words[WORDS_MAX];
	struct command_line line;
	size_t n_words = 0;

	if (n_bytes > BYTES_MAX)
		return 0;
	struct arena *arena = arena_new(ARENA_BYTES);
	for (size_t at = 0; at < n_bytes && n_words < WORDS_MAX; n_words++) {
		const char *word = (const char *)bytes + at;
		size_t n = strnlen(word, n_bytes - at);
		words[n_words] = arena_strndup(arena, word, n);
		at += n + 1;
	}
	command_line_parse(arena, commands, n_words, words, &line);
	if (!line.problem && line.command && line.command->operation) {
		struct input *input = ARENA_NEW(arena, struct input);
		bool is_good = input_read(arena, line.command, &line.arguments, &source, input);
		assert(is_good == (input->violations.n == 0 && !input->problem));
		if (is_good)
			check_request(arena, line.command, input);
	}
	arena_free(arena);
	return 0;
}
