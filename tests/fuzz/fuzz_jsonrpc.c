/* JSON-RPC messages on any bytes: what is accepted has what it says it has; arguments of any shape are corrected into ones that a
 * tool takes; texts with places and routes never lead out of bounds. */
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"
#include "mcp/tools/arguments.h"
#include "mcp/protocol/jsonrpc.h"
#include "mcp/tools/tool_error.h"
#include "patterns.h"

enum { ARENA_BYTES = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void
must(bool is_true)
{
	if (!is_true)
		abort();
}

static void
check_message(const struct jsonrpc_message *message)
{
	must((message->kind == JSONRPC_RESPONSE) == !message->method);
	must((message->kind == JSONRPC_NOTIFICATION) == (message->method && !message->id));
	must(!message->id || message->id->type == JSON_INT || message->id->type == JSON_TEXT);
	must(!message->params || message->params->type == JSON_OBJECT);
}

/* The answer to a message is JSON whatever its id is. */
static void
check_answer(struct arena *arena, const struct json_value *id, const char *text)
{
	struct json_error error;
	struct buf out;

	buf_init(&out, arena, 64);
	jsonrpc_begin(&out, id);
	jsonrpc_write_error(&out, JSONRPC_INTERNAL_ERROR, text, NULL);
	must(json_parse(arena, out.bytes, out.len, NULL, &error) != NULL);
}

static size_t
judge(struct arena *arena, const struct operation *operation, const struct json_value *arguments, struct violations *violations)
{
	void *input = arena_alloc(arena, operation->request->size);

	(void)codec_json_read_all(arena, operation->request, NULL, arguments, input, violations);
	(void)codec_json_finish(arena, operation->request, input, violations);
	return violations->n;
}

static void
check_correction(struct arena *arena, const struct operation *operation, const struct json_value *arguments)
{
	struct violations *violations = ARENA_NEW(arena, struct violations), *left = ARENA_NEW(arena, struct violations);
	struct json_error error;

	if (judge(arena, operation, arguments, violations) >= VIOLATIONS_MAX)
		return; /* not all that is wrong is known */
	const char *text = correction_make(arena, operation->request, arguments, violations);
	const struct json_value *corrected = json_parse(arena, text, strlen(text), NULL, &error);
	must(corrected != NULL);
	/* "<id>" stands where nobody knows what belongs there. */
	if (!json_get(corrected, "dryRun") && !strstr(text, "\"<"))
		must(judge(arena, operation, corrected, left) == 0);
}

static void
put_nothing(struct buf *buf, void *context, const char *name, const char *part)
{
	(void)context;
	buf_add_text(buf, name);
	buf_add_text(buf, part ? part : "");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	static bool is_ready;
	struct arena *arena = arena_new(ARENA_BYTES);
	struct jsonrpc_message message;
	struct jsonrpc_problem problem = { 0 };
	struct buf filled;

	is_ready = is_ready || patterns_install();
	must(is_ready);
	char *text = arena_strndup(arena, (const char *)bytes, n_bytes);
	(void)mcp_reword(arena, text, MCP_PROFILE_DEFAULT);
	buf_init(&filled, arena, 64);
	places_fill(&filled, text, &(struct places){ .put = put_nothing });
	if (!jsonrpc_read(arena, text, n_bytes, &message, &problem)) {
		must(problem.message != NULL);
		check_answer(arena, problem.id, problem.message);
	} else {
		check_message(&message);
		check_answer(arena, message.id, message.method ? message.method : "");
		const struct json_value *arguments = json_object_of(message.params, "arguments");
		for (size_t i = 0; arguments && i < mcp_n_tools; i++)
			check_correction(arena, mcp_tools[i].operation, arguments);
	}
	arena_free(arena);
	return 0;
}
