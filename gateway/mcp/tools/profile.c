/* search_operations, describe_operation, execute_operation. */
#include "mcp/tools/profile.h"

#include <string.h>
#include <strings.h>

enum { FOUND_MAX = 50, QUERY_BYTES_MAX = 200, WORDS_MAX = 8 };

static const char tools[] =
    "{\"name\":\"search_operations\",\"title\":\"Search operations\",\"description\":\"Find operations by words in their id, name or "
    "summary; without words, all you may use.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"query\":{\"type\":\"string\","
    "\"maxLength\":200,\"description\":\"Words that must all occur, such as: create item.\"}},\"additionalProperties\":false},"
    "\"outputSchema\":{\"type\":\"object\",\"properties\":{\"operations\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":"
    "[\"id\",\"summary\",\"writes\"]}}}},\"annotations\":{\"readOnlyHint\":true}},"
    "{\"name\":\"describe_operation\",\"title\":\"Describe operation\",\"description\":\"What one operation takes and answers, as JSON "
    "Schema.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"operation\":{\"type\":\"string\",\"description\":\"Its id.\"}},"
    "\"required\":[\"operation\"],\"additionalProperties\":false},\"outputSchema\":{\"type\":\"object\",\"properties\":{\"operation\":"
    "{\"type\":\"string\"},\"tool\":{\"type\":\"object\"},\"examples\":{\"type\":\"array\"},\"nextAction\":{\"type\":\"string\"}}},"
    "\"annotations\":{\"readOnlyHint\":true}},"
    "{\"name\":\"execute_operation\",\"title\":\"Execute operation\",\"description\":\"Run one operation. Describe it first.\","
    "\"inputSchema\":{\"type\":\"object\",\"properties\":{\"operation\":{\"type\":\"string\",\"description\":\"Its id.\"},\"arguments\":"
    "{\"type\":\"object\",\"description\":\"As its inputSchema says.\"}},\"required\":[\"operation\"],\"additionalProperties\":false},"
    "\"outputSchema\":{\"type\":\"object\"},\"annotations\":{\"destructiveHint\":true}}";

void
profile_write_tools(struct buf *out)
{
	buf_add(out, tools, sizeof(tools) - 1);
}

static const struct mcp_tool *
find_tool(const char *id)
{
	for (size_t i = 0; id && i < mcp_n_tools; i++)
		if (strcmp(mcp_tools[i].operation->id, id) == 0)
			return &mcp_tools[i];
	return NULL;
}

static void
answer(struct mcp_call *call, const struct buf *json)
{
	struct buf *out = mcp_begin(call, "complete", -1);

	json_key(out, "content");
	buf_add_text(out, "[{\"type\":\"text\",\"text\":");
	buf_add_json_text(out, json->bytes, json->len);
	buf_add_text(out, "}]");
	json_key(out, "structuredContent");
	buf_add(out, json->bytes, json->len);
	mcp_end(call);
}

/* ---- search ---- */

static bool
has_word(const struct operation *operation, const char *word)
{
	return strcasestr(operation->id, word) || strcasestr(operation->mcp, word) || strcasestr(operation->summary, word) ||
	    (operation->description && strcasestr(operation->description, word));
}

static bool
has_words(const struct operation *operation, char *const *words, size_t n_words)
{
	for (size_t i = 0; i < n_words; i++)
		if (!has_word(operation, words[i]))
			return false;
	return true;
}

static size_t
split(char *text, char *words[WORDS_MAX])
{
	size_t n = 0;
	char *rest = NULL;

	for (char *word = strtok_r(text, " \t\n,.", &rest); word && n < WORDS_MAX; word = strtok_r(NULL, " \t\n,.", &rest))
		words[n++] = word;
	return n;
}

static void
search(struct mcp_call *call, const struct json_value *arguments)
{
	const char *query = json_text_of(arguments, "query");
	char *words[WORDS_MAX];
	struct buf json;

	if (query && strlen(query) > QUERY_BYTES_MAX) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "query has more than %d bytes", QUERY_BYTES_MAX);
		return;
	}
	size_t n_words = query ? split(arena_strdup(call->arena, query), words) : 0;
	buf_init(&json, call->arena, 4096);
	buf_add_text(&json, "{\"operations\":[");
	for (size_t i = 0, n = 0; i < mcp_n_tools && n < FOUND_MAX; i++) {
		const struct operation *operation = mcp_tools[i].operation;
		if (!mcp_may(call, operation) || !has_words(operation, words, n_words))
			continue;
		buf_add_text(&json, n++ > 0 ? ",{" : "{");
		json_member_text(&json, "id", operation->id);
		json_member_text(&json, "summary", operation->summary);
		json_key(&json, "writes");
		buf_add_text(&json, operation->tx == OPERATION_TX_WRITE ? "true}" : "false}");
	}
	buf_add_text(&json, "]}");
	answer(call, &json);
}

/* ---- describe, execute ---- */

static const struct mcp_tool *
named_tool(struct mcp_call *call, const struct json_value *arguments)
{
	const char *id = json_text_of(arguments, "operation");
	const struct mcp_tool *tool = find_tool(id);

	if (!tool)
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "Unknown operation: %.64s; search_operations finds them", id ? id : "none is named");
	return tool;
}

static void
describe(struct mcp_call *call, const struct json_value *arguments)
{
	const struct mcp_tool *tool = named_tool(call, arguments);
	struct buf json;

	if (!tool)
		return;
	const struct operation *operation = tool->operation;
	buf_init(&json, call->arena, 4096);
	buf_add_char(&json, '{');
	json_member_text(&json, "operation", operation->id);
	json_key(&json, "tool");
	buf_add_text(&json, tool->json);
	json_key(&json, "examples");
	buf_add_char(&json, '[');
	for (size_t i = 0; i < operation->n_examples; i++) {
		buf_add_text(&json, i > 0 ? ",{" : "{");
		json_member_text(&json, "title", operation->examples[i].title);
		json_key(&json, "arguments");
		buf_add_text(&json, operation->examples[i].request);
		buf_add_char(&json, '}');
	}
	buf_add_char(&json, ']');
	if (operation->next_action)
		json_member_text(&json, "nextAction", mcp_reword(call->arena, operation->next_action, call->profile));
	buf_add_char(&json, '}');
	answer(call, &json);
}

static void
execute(struct mcp_call *call, const struct json_value *arguments)
{
	const struct mcp_tool *tool = named_tool(call, arguments);
	const struct json_value *inner = arguments ? json_get(arguments, "arguments") : NULL;

	if (!tool)
		return;
	if (inner && inner->type != JSON_OBJECT)
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "arguments is not an object");
	else
		mcp_tool_run(call, tool->operation, inner);
}

bool
profile_call(struct mcp_call *call, const char *name, const struct json_value *arguments)
{
	if (strcmp(name, "search_operations") == 0)
		search(call, arguments);
	else if (strcmp(name, "describe_operation") == 0)
		describe(call, arguments);
	else if (strcmp(name, "execute_operation") == 0)
		execute(call, arguments);
	else
		return false;
	return true;
}
