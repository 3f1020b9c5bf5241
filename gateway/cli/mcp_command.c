/* wordclaw mcp call, wordclaw mcp inspect: an MCP client for people, without sessions. */
#include <string.h>

#include "api.h"
#include "builtins.h"
#include "document.h"
#include "failure.h"
#include "mcp_post.h"
#include "output.h"

enum { TIMEOUT_MS = 60000, PAGES_MAX = 100 };

struct answer {
	struct arena *arena;
	const char *id;
	const struct json_value *message; /* the response, or NULL */
};

static bool
on_message(void *context, const char *text, size_t n_text)
{
	struct answer *answer = context;
	struct json_limits limits = { .allow_nul = true, .allow_big_numbers = true };
	struct json_error problem;

	if (!mcp_answers(answer->arena, text, n_text, answer->id))
		return true; /* progress */
	/* The text is gone with this call, and so is what is parsed from it in the channel's arena. */
	answer->message = json_parse(answer->arena, text, n_text, &limits, &problem);
	return true;
}

static const struct json_value *
member(const struct json_value *object, const char *name)
{
	return object && object->type == JSON_OBJECT ? json_get(object, name) : NULL;
}

static const char *
text_member(const struct json_value *object, const char *name)
{
	const struct json_value *value = member(object, name);
	return value && value->type == JSON_TEXT ? value->text : NULL;
}

/* The gateway's words for an error, wherever they stand. */
static int
tell_error(struct cli *cli, const struct json_value *error, const char *message)
{
	const struct json_value *violations = member(error, "violations");
	const struct refusal refusal = { .code = text_member(error, "code"), .message = text_member(error, "message") ? text_member(error, "message") : message,
		.remediation = text_member(error, "remediation"), .pointer = text_member(error, "pointer"),
		.request_id = text_member(member(error, "context"), "requestId"), .violations = violations };

	return failure_refusal(cli, &refusal);
}

/* An error of the protocol: its data may say it in the gateway's words. */
static int
tell_protocol_error(struct cli *cli, const struct json_value *error)
{
	return tell_error(cli, member(error, "data"), text_member(error, "message"));
}

static int
tell_refusal(struct cli *cli, const struct mcp_target *target, const struct mcp_reply *reply)
{
	struct json_error problem;

	if (reply->result != HTTP_CLIENT_ANSWERED)
		return failure_unreachable(cli, "Check that the gateway runs there, or name another endpoint with --mcp-url.", "%s: %s", target->url,
		    reply->problem ? reply->problem : "no answer");
	const struct json_value *body = json_parse(cli->arena, reply->body, strlen(reply->body), NULL, &problem);
	const struct json_value *error = member(body, "error");
	if (error && error->type == JSON_OBJECT)
		return tell_protocol_error(cli, error);
	return failure_answer(cli, reply->status >= 400 ? reply->status : 502, body, NULL);
}

/* params: JSON object text without its closing brace, "{" at least.  CLI_OK with *ret_result, else told. */
static int
ask(struct cli *cli, const char *method, const char *params, const struct json_value **ret_result)
{
	const struct mcp_target target = { .url = preference_text(&cli->preferences, PREFERENCE_MCP_URL),
		.key = preference_text(&cli->preferences, PREFERENCE_API_KEY), .timeout_ms = api_timeout_ms(cli, TIMEOUT_MS) };
	struct arena *channel = arena_new(MCP_ARENA_BYTES);
	struct answer answer = { .arena = cli->arena, .id = "1" };
	const struct mcp_receiver receiver = { .on_message = on_message, .context = &answer };
	struct mcp_message message;
	struct mcp_reply reply;
	const char *problem;
	const char *text = arena_printf(cli->arena, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s%s\"_meta\":{"
	    "\"io.modelcontextprotocol/protocolVersion\":\"%s\",\"io.modelcontextprotocol/clientInfo\":{\"name\":\"wordclaw\",\"version\":\"1\"},"
	    "\"io.modelcontextprotocol/clientCapabilities\":{}}}}", method, params, params[1] ? "," : "", MCP_STATELESS);
	int status = CLI_OK;

	if (!mcp_message_read(cli->arena, text, strlen(text), &message, &problem)) {
		arena_free(channel);
		return failure_usage(cli, NULL, "the request is no message: %s", problem);
	}
	mcp_post(api_client(cli), channel, &target, &message, NULL, NULL, &receiver, &reply);
	const struct json_value *error = member(answer.message, "error");
	if (!answer.message)
		status = tell_refusal(cli, &target, &reply);
	else if (error)
		status = tell_protocol_error(cli, error);
	else
		*ret_result = member(answer.message, "result");
	arena_free(channel);
	return status;
}

/* ---- call ---- */

enum { CALL_TOOL, CALL_JSON, CALL_FLAGS };

static const struct flag call_flags[CALL_FLAGS] = {
	[CALL_TOOL] = { .name = "tool", .kind = FLAG_VALUE, .is_required = true, .value = "TOOL", .summary = "Name of the tool." },
	[CALL_JSON] = { .name = "json", .kind = FLAG_DOCUMENT, .value = "JSON|@FILE|-", .summary = "Its arguments, a JSON object." },
};
static const size_t call_positions[] = { CALL_TOOL };

static int
read_arguments(struct cli *cli, const char *value, const char **ret_text)
{
	const struct document_source source = document_source_of(cli);
	const char *problem = NULL;
	struct json_error error;

	*ret_text = "{}";
	if (!value)
		return CLI_OK;
	const char *text = source.load(source.context, cli->arena, value, &problem);
	if (!text)
		return failure_usage(cli, NULL, "--json: %s", problem);
	const struct json_value *parsed = json_parse(cli->arena, text, strlen(text), NULL, &error);
	if (!parsed)
		return failure_usage(cli, NULL, "--json is no JSON: %s at line %zu, column %zu", error.message, error.line, error.column);
	if (parsed->type != JSON_OBJECT)
		return failure_usage(cli, NULL, "--json must hold a JSON object");
	*ret_text = text;
	return CLI_OK;
}

static const struct json_value *
shown_result(const struct json_value *result)
{
	const struct json_value *structured = member(result, "structuredContent"), *content = member(result, "content");
	return structured ? structured : content ? content : result;
}

/* A tool's refusal is an object with the member error, structured or as text, or words. */
static int
tell_tool_error(struct cli *cli, const struct json_value *result)
{
	const struct json_value *structured = member(result, "structuredContent"), *content = member(result, "content");
	const struct json_value *first = content && content->type == JSON_LIST && content->n > 0 ? &content->items[0] : NULL;
	const char *text = text_member(first, "text");
	struct json_error problem;

	if (!structured && text)
		structured = json_parse(cli->arena, text, strlen(text), NULL, &problem);
	return tell_error(cli, member(structured, "error"), text);
}

static int
call(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	const struct json_value *result = NULL;
	const char *text;
	struct buf params;
	int status = read_arguments(cli, arguments->values[CALL_JSON], &text);

	(void)command;
	if (status != CLI_OK)
		return status;
	buf_init(&params, cli->arena, 256);
	buf_add_text(&params, "{\"name\":");
	buf_add_json_text(&params, arguments->values[CALL_TOOL], strlen(arguments->values[CALL_TOOL]));
	buf_printf(&params, ",\"arguments\":%s", text);
	status = ask(cli, "tools/call", params.bytes, &result);
	if (status != CLI_OK)
		return status;
	const struct json_value *is_error = member(result, "isError");
	cli->last_reply = shown_result(result);
	if (is_error && is_error->type == JSON_BOOL && is_error->boolean)
		return tell_tool_error(cli, result);
	return output_print(cli, shown_result(result), NULL);
}

static const char *const call_examples[] = { "wordclaw mcp call get_content_item --json '{\"id\":42}'", NULL };

extern const struct command mcp_call_command, mcp_inspect_command;
const struct command mcp_call_command = { .name = "mcp call", .summary = "Call a tool of the MCP endpoint.", .flags = call_flags, .n_flags = CALL_FLAGS,
	.positions = call_positions, .n_positions = 1, .examples = call_examples, .run = call };

/* ---- inspect ---- */

static const struct listing {
	const char *kind, *method, *list, *name;
} listings[] = {
	{ "tool", "tools/list", "tools", "name" },
	{ "resource", "resources/list", "resources", "uri" },
	{ "template", "resources/templates/list", "resourceTemplates", "uriTemplate" },
	{ "prompt", "prompts/list", "prompts", "name" },
};

struct inspection {
	struct buf rows;
	size_t n_rows, n_bytes;
};

static void
add_text(struct buf *buf, const char *name, const char *text)
{
	buf_printf(buf, "\"%s\":", name);
	buf_add_json_text(buf, text, strlen(text));
}

static void
add_row(struct cli *cli, struct inspection *inspection, const struct listing *listing, const struct json_value *entry)
{
	struct buf text, *rows = &inspection->rows;
	const char *name = text_member(entry, listing->name), *title = text_member(entry, "title");

	buf_init(&text, cli->arena, 1024);
	json_write(&text, entry);
	buf_add_text(rows, inspection->n_rows++ ? ",{" : "{");
	add_text(rows, "kind", listing->kind);
	buf_add_char(rows, ',');
	add_text(rows, "name", name ? name : "?");
	buf_printf(rows, ",\"bytes\":%zu,", text.len);
	add_text(rows, "title", title ? title : "");
	buf_add_char(rows, '}');
	inspection->n_bytes += text.len;
}

static int
list_all(struct cli *cli, struct inspection *inspection, const struct listing *listing)
{
	const char *params = "{";

	for (int page = 0; page < PAGES_MAX; page++) {
		const struct json_value *result = NULL;
		int status = ask(cli, listing->method, params, &result);
		const struct json_value *list = member(result, listing->list);
		const char *cursor = text_member(result, "nextCursor");
		if (status != CLI_OK)
			return status;
		for (uint32_t i = 0; list && list->type == JSON_LIST && i < list->n; i++)
			add_row(cli, inspection, listing, &list->items[i]);
		if (!cursor)
			return CLI_OK;
		struct buf next;
		buf_init(&next, cli->arena, 64);
		buf_add_char(&next, '{');
		add_text(&next, "cursor", cursor);
		params = next.bytes;
	}
	return failure_unreachable(cli, NULL, "%s has no end", listing->method);
}

static int
inspect(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct inspection inspection = { 0 };
	struct json_error problem;
	int status = CLI_OK;

	(void)command;
	(void)arguments;
	buf_init(&inspection.rows, cli->arena, 16384);
	buf_add_char(&inspection.rows, '[');
	for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]) && status == CLI_OK; i++)
		status = list_all(cli, &inspection, &listings[i]);
	if (status != CLI_OK)
		return status;
	buf_add_char(&inspection.rows, ']');
	const struct json_value *value = json_parse(cli->arena, inspection.rows.bytes, inspection.rows.len, NULL, &problem);
	if (!value)
		return failure_usage(cli, NULL, "the endpoint's lists are no JSON: %s", problem.message);
	status = output_print(cli, value, NULL);
	cli_remark(cli, "%zu entries, %zu bytes", inspection.n_rows, inspection.n_bytes);
	return status;
}

static const char *const inspect_examples[] = { "wordclaw mcp inspect --output table", NULL };

const struct command mcp_inspect_command = { .name = "mcp inspect", .summary = "List tools, resources and prompts of the MCP endpoint, with their sizes.",
	.examples = inspect_examples, .run = inspect };
