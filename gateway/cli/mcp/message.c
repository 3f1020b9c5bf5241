/* Messages are passed on as they came, but for line breaks. */
#include "cli/mcp/message.h"

#include <string.h>

#include "id.h"

static const char *
json_text(struct arena *arena, const struct json_value *value)
{
	struct buf buf;

	buf_init(&buf, arena, 64);
	json_write(&buf, value);
	return buf.bytes;
}

const struct json_value *
mcp_member(const struct json_value *object, const char *name)
{
	return object && object->type == JSON_OBJECT ? json_get(object, name) : NULL;
}

const char *
mcp_text(const struct json_value *object, const char *name)
{
	const struct json_value *value = mcp_member(object, name);
	return value && value->type == JSON_TEXT ? value->text : NULL;
}

static bool
is_id(const struct json_value *value)
{
	return value->type == JSON_TEXT || value->type == JSON_INT || value->type == JSON_REAL;
}

static const char *
protocol_of(const struct json_value *params)
{
	return mcp_text(mcp_member(params, "_meta"), "io.modelcontextprotocol/protocolVersion");
}

bool
mcp_message_read(struct arena *arena, const char *text, size_t n_text, struct mcp_message *ret_message, const char **ret_problem)
{
	struct json_limits limits = { .allow_nul = true, .allow_big_numbers = true };
	struct json_error problem;

	*ret_message = (struct mcp_message){ .kind = MCP_INVALID };
	const struct json_value *value = json_parse(arena, text, n_text, &limits, &problem);
	if (!value) {
		*ret_problem = arena_printf(arena, "%s at column %zu", problem.message, problem.column);
		return false;
	}
	ret_message->text = json_text(arena, value);
	ret_message->n_text = strlen(ret_message->text);
	if (value->type != JSON_OBJECT) {
		*ret_problem = "a message must be a JSON object";
		return false;
	}
	const struct json_value *id = json_get(value, "id");
	ret_message->method = mcp_text(value, "method");
	ret_message->params = json_get(value, "params");
	ret_message->protocol = protocol_of(ret_message->params);
	if (id && is_id(id))
		ret_message->id = json_text(arena, id);
	if (ret_message->method)
		ret_message->kind = ret_message->id ? MCP_REQUEST : id ? MCP_INVALID : MCP_NOTIFICATION;
	else if (ret_message->id && (json_get(value, "result") || json_get(value, "error")))
		ret_message->kind = MCP_RESPONSE;
	*ret_problem = "a message has a method, or an id with a result or an error";
	return ret_message->kind != MCP_INVALID;
}

/* ---- headers ---- */

/* Visible ASCII, blanks only inside: anything else travels in base64 (MCP 2026-07-28, "Streamable HTTP"). */
static bool
is_header_text(const char *text)
{
	size_t n = strlen(text);

	if (n == 0 || text[0] == ' ' || text[n - 1] == ' ' || strncmp(text, "=?base64?", 9) == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

/* Standard alphabet with padding. */
static const char *
base64(struct arena *arena, const char *text)
{
	size_t n_bytes = strlen(text), n;
	char *encoded = base64url_encode(arena, text, n_bytes);

	for (char *c = encoded; *c; c++)
		*c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
	n = strlen(encoded);
	return arena_printf(arena, "%s%s", encoded, n % 4 == 2 ? "==" : n % 4 == 3 ? "=" : "");
}

static void
add_header(struct arena *arena, struct rest_request *request, const char *name, const char *value)
{
	if (value && !is_header_text(value))
		value = arena_printf(arena, "=?base64?%s?=", base64(arena, value));
	if (value)
		rest_request_add_header(arena, request, name, value);
}

static const char *
name_of(const struct mcp_message *message)
{
	static const struct { const char *method, *member; } named[] = { { "tools/call", "name" }, { "prompts/get", "name" }, { "resources/read", "uri" } };

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (strcmp(named[i].method, message->method) == 0)
			return mcp_text(message->params, named[i].member);
	return NULL;
}

void
mcp_message_add_headers(struct arena *arena, const struct mcp_message *message, const char *session, const char *protocol,
    struct rest_request *request)
{
	bool is_first = message->method && strcmp(message->method, "initialize") == 0;

	rest_request_add_header(arena, request, "content-type", "application/json");
	rest_request_add_header(arena, request, "accept", "application/json, text/event-stream");
	rest_request_add_header(arena, request, "expect", "");
	if (message->protocol) {
		add_header(arena, request, "mcp-protocol-version", message->protocol);
		add_header(arena, request, "mcp-method", message->method);
		add_header(arena, request, "mcp-name", message->method ? name_of(message) : NULL);
		return;
	}
	if (protocol && !is_first)
		add_header(arena, request, "mcp-protocol-version", protocol);
	if (session && !is_first)
		add_header(arena, request, "mcp-session-id", session);
}

/* ---- answers ---- */

const char *
mcp_error_text(struct arena *arena, const char *id, int code, const char *message, const char *data)
{
	struct buf buf;

	buf_init(&buf, arena, 256);
	buf_printf(&buf, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":%d,\"message\":", id ? id : "null", code);
	buf_add_json_text(&buf, message, strlen(message));
	if (data)
		buf_printf(&buf, ",\"data\":%s", data);
	buf_add_text(&buf, "}}");
	return buf.bytes;
}

bool
mcp_answers(struct arena *arena, const char *text, size_t n_text, const char *id)
{
	struct mcp_message message;
	const char *problem;

	return mcp_message_read(arena, text, n_text, &message, &problem) && message.kind == MCP_RESPONSE && strcmp(message.id, id) == 0;
}
