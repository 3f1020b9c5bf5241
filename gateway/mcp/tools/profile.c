/* search_operations, describe_operation, execute_operation. */
#include "mcp/tools/profile.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "suggest.h"

/* DESCRIBED_MAX: so many come with what they take, which saves an agent the call that asks. */
enum { FOUND_MAX = 50, NEAR_MAX = 5, DESCRIBED_MAX = 2, QUERY_BYTES_MAX = 200, WORDS_MAX = 8 };

static const char tools[] =
    "{\"name\":\"search_operations\",\"title\":\"Search operations\",\"description\":\"Find operations by words in their id, name or "
    "summary; the best two come with what they take; without words, all you may use.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"query\":{\"type\":\"string\","
    "\"maxLength\":200,\"description\":\"Such as: create item.\"}},\"additionalProperties\":false},"
    "\"outputSchema\":{\"type\":\"object\",\"properties\":{\"operations\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":"
    "[\"id\",\"summary\",\"writes\"]}}}},\"annotations\":{\"readOnlyHint\":true}},"
    "{\"name\":\"describe_operation\",\"title\":\"Describe operation\",\"description\":\"What one operation takes and answers, as JSON "
    "Schema.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"operation\":{\"type\":\"string\",\"description\":\"Its id.\"}},"
    "\"required\":[\"operation\"],\"additionalProperties\":false},\"outputSchema\":{\"type\":\"object\",\"properties\":{\"operation\":"
    "{\"type\":\"string\"},\"tool\":{\"type\":\"object\"},\"examples\":{\"type\":\"array\"},\"nextAction\":{\"type\":\"string\"}}},"
    "\"annotations\":{\"readOnlyHint\":true}},"
    "{\"name\":\"execute_operation\",\"title\":\"Execute operation\",\"description\":\"Run one operation.\","
    "\"inputSchema\":{\"type\":\"object\",\"properties\":{\"operation\":{\"type\":\"string\",\"description\":\"Its id.\"},\"arguments\":"
    "{\"type\":\"object\",\"description\":\"As its inputSchema says.\"}},\"required\":[\"operation\"],\"additionalProperties\":false},"
    "\"outputSchema\":{\"type\":\"object\"},\"annotations\":{\"destructiveHint\":true}}";

void
profile_write_tools(struct buf *out)
{
	buf_add(out, tools, sizeof(tools) - 1);
}

/* By its id, or by its name in the other profiles, which an agent may have read. */
static const struct mcp_tool *
find_tool(const char *id)
{
	for (size_t i = 0; id && i < mcp_n_tools; i++)
		if (strcmp(mcp_tools[i].operation->id, id) == 0 || strcmp(mcp_tools[i].operation->mcp, id) == 0)
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

struct found {
	const struct mcp_tool *tool;
	int n_words; /* that occur */
	int n_named; /* of them in its id or name */
	int n_exact; /* of them as they were written: "versions" rather than "version" */
};

struct search {
	char *words[WORDS_MAX];
	const char *written[WORDS_MAX];
	size_t n_words;
	struct found *found;
	size_t n_found;
};

/* "items" finds "item" too. */
static void
split(struct search *search, struct arena *arena, const char *query)
{
	char *rest = NULL, *text = arena_strdup(arena, query);

	for (char *word = strtok_r(text, " \t\n,._", &rest); word && search->n_words < WORDS_MAX; word = strtok_r(NULL, " \t\n,._", &rest)) {
		size_t n = strlen(word);
		search->written[search->n_words] = arena_strdup(arena, word);
		if (n > 3 && word[n - 1] == 's' && word[n - 2] != 's')
			word[n - 1] = '\0';
		search->words[search->n_words++] = word;
	}
}

static void
add_found(struct search *search, const struct mcp_tool *tool)
{
	const struct operation *operation = tool->operation;
	struct found found = { .tool = tool };

	for (size_t i = 0; i < search->n_words; i++) {
		const char *word = search->words[i];
		bool is_named = strcasestr(operation->id, word) || strcasestr(operation->mcp, word);
		found.n_named += is_named;
		found.n_exact += strcasestr(operation->mcp, search->written[i]) != NULL;
		found.n_words += is_named || strcasestr(operation->summary, word) || (operation->description && strcasestr(operation->description, word));
	}
	if (found.n_words > 0 || search->n_words == 0)
		search->found[search->n_found++] = found;
}

static int
compare_found(const void *a, const void *b)
{
	const struct found *one = a, *other = b;

	if (one->n_words != other->n_words)
		return other->n_words - one->n_words;
	if (one->n_named != other->n_named)
		return other->n_named - one->n_named;
	if (one->n_exact != other->n_exact)
		return other->n_exact - one->n_exact;
	return strcmp(one->tool->operation->mcp, other->tool->operation->mcp);
}

/* Those in which every word occurs; where there are none, the nearest. */
static size_t
how_many_count(const struct search *search)
{
	size_t n = 0, n_max = FOUND_MAX;

	while (n < search->n_found && search->found[n].n_words == (int)search->n_words)
		n++;
	if (n == 0) {
		n = search->n_found;
		n_max = NEAR_MAX;
	}
	return n < n_max ? n : n_max;
}

static void
write_found(struct mcp_call *call, struct buf *json, const struct mcp_tool *tool, bool is_described)
{
	const struct operation *operation = tool->operation;
	struct json_error ignored;

	buf_add_char(json, '{');
	json_member_text(json, "id", operation->id);
	json_member_text(json, "summary", operation->summary);
	json_key(json, "writes");
	buf_add_text(json, operation->tx == OPERATION_TX_WRITE ? "true" : "false");
	const struct json_value *known = is_described ? json_parse(call->arena, tool->json, strlen(tool->json), NULL, &ignored) : NULL;
	const struct json_value *input = known ? json_get(known, "inputSchema") : NULL;
	if (input) {
		json_key(json, "inputSchema");
		json_write(json, input);
	}
	buf_add_char(json, '}');
}

static void
search(struct mcp_call *call, const struct json_value *arguments)
{
	const char *query = json_text_of(arguments, "query");
	struct search search = { .found = ARENA_ARRAY(call->arena, struct found, mcp_n_tools) };
	struct buf json;

	if (query && strlen(query) > QUERY_BYTES_MAX) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "query has more than %d bytes", QUERY_BYTES_MAX);
		return;
	}
	if (query)
		split(&search, call->arena, query);
	for (size_t i = 0; i < mcp_n_tools; i++)
		if (mcp_may(call, mcp_tools[i].operation))
			add_found(&search, &mcp_tools[i]);
	qsort(search.found, search.n_found, sizeof(search.found[0]), compare_found);
	size_t n = how_many_count(&search);
	buf_init(&json, call->arena, 4096);
	buf_add_text(&json, "{\"operations\":[");
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(&json, ',');
		write_found(call, &json, search.found[i].tool, search.n_words > 0 && i < DESCRIBED_MAX);
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

	if (tool)
		return tool;
	struct suggestion meant = suggestion_for(id ? id : "");
	for (size_t i = 0; i < mcp_n_tools; i++)
		if (mcp_may(call, mcp_tools[i].operation))
			suggestion_offer(&meant, mcp_tools[i].operation->id);
	mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "Unknown operation: %.64s%s%s; search_operations finds them", id ? id : "none is named",
	    meant.nearest ? "; the nearest is " : "", meant.nearest ? meant.nearest : "");
	return NULL;
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
