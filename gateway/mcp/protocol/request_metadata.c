/* Which generation a message speaks, and whether its headers say the same as its body. */
#include <string.h>

#include "clock.h"
#include "gateway.h"
#include "id.h"
#include "mcp/mcp.h"

#define META_VERSION "io.modelcontextprotocol/protocolVersion"
#define META_CAPABILITIES "io.modelcontextprotocol/clientCapabilities"
#define META_LOG_LEVEL "io.modelcontextprotocol/logLevel"
#define SENTINEL_BEGIN "=?base64?"
#define SENTINEL_END "?="

const char *const mcp_versions[] = { MCP_STATELESS_VERSION, "2025-11-25", "2025-06-18", NULL };

static bool
is_session_version(const char *version)
{
	for (size_t i = 1; mcp_versions[i]; i++)
		if (strcmp(mcp_versions[i], version) == 0)
			return true;
	return false;
}

/* Per-request _meta decides; without it a version of the older generation, or none, means a session. */
static bool
is_stateless(const struct mcp_call *call)
{
	const char *version = exchange_header(call->exchange, "mcp-protocol-version");

	if (call->meta && json_get(call->meta, META_VERSION))
		return true;
	if (version)
		return !is_session_version(version) && !exchange_header(call->exchange, "mcp-session-id");
	return exchange_header(call->exchange, "mcp-method") != NULL;
}

static bool
malformed(struct mcp_call *call, const char *what)
{
	call->is_malformed = true;
	mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "invalid params: %s", what);
	return false;
}

static bool
mismatch(struct mcp_call *call, const char *header, const char *found, const char *wanted)
{
	mcp_fail(call, MCP_HEADER_MISMATCH, NULL, "header mismatch: %s is %s%s%s, the body says '%s'", header, found ? "'" : "",
	    found ? found : "missing", found ? "'" : "", wanted);
	return false;
}

/* ---- versions ---- */

static bool
unsupported(struct mcp_call *call, const char *requested)
{
	struct buf data;

	buf_init(&data, call->arena, 256);
	buf_add_text(&data, "{\"supported\":[");
	for (size_t i = 0; mcp_versions[i]; i++)
		buf_printf(&data, "%s\"%s\"", i > 0 ? "," : "", mcp_versions[i]);
	buf_add_text(&data, "],\"requested\":");
	buf_add_json_text(&data, requested, strlen(requested));
	buf_add_char(&data, '}');
	mcp_fail(call, MCP_UNSUPPORTED_VERSION, data.bytes, "protocol version '%s' is not supported", requested);
	return false;
}

/* ---- names in headers ---- */

/* Standard base64 with its padding, through the decoder of the other alphabet. */
static const char *
decode_base64(struct arena *arena, const char *text, size_t n)
{
	char *url = arena_strndup(arena, text, n);
	void *bytes;
	size_t n_bytes, n_padding = 0;

	if (n % 4 != 0 || strchr(url, '-') || strchr(url, '_'))
		return NULL;
	while (n_padding < 2 && n > 0 && url[n - 1] == '=') {
		url[--n] = '\0';
		n_padding++;
	}
	for (char *c = url; *c; c++)
		*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
	if (!base64url_decode(arena, url, &bytes, &n_bytes) || memchr(bytes, '\0', n_bytes))
		return NULL;
	return arena_strndup(arena, bytes, n_bytes);
}

/* A header's value without the sentinel encoding; NULL when that is malformed. */
static const char *
header_plain(struct arena *arena, const char *value)
{
	size_t n = strlen(value), n_begin = strlen(SENTINEL_BEGIN), n_end = strlen(SENTINEL_END);

	while (n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t'))
		n--;
	bool is_encoded = n >= n_begin + n_end && strncmp(value, SENTINEL_BEGIN, n_begin) == 0 &&
	    strncmp(value + n - n_end, SENTINEL_END, n_end) == 0;
	if (!is_encoded)
		return arena_strndup(arena, value, n);
	return decode_base64(arena, value + n_begin, n - n_begin - n_end);
}

static bool
check_name(struct mcp_call *call)
{
	const char *method = call->message.method;
	bool is_named = strcmp(method, "tools/call") == 0 || strcmp(method, "prompts/get") == 0;
	const char *wanted = is_named ? json_text_of(call->message.params, "name")
	    : strcmp(method, "resources/read") == 0 ? json_text_of(call->message.params, "uri") : NULL;
	if (!wanted)
		return true; /* the method itself says what is missing */
	const char *header = exchange_header(call->exchange, "mcp-name");
	const char *found = header ? header_plain(call->arena, header) : NULL;
	return found && strcmp(found, wanted) == 0 ? true : mismatch(call, "Mcp-Name", found, wanted);
}

/* ---- the two generations ---- */

uint8_t
mcp_abilities(const struct json_value *capabilities)
{
	return (uint8_t)((json_object_of(capabilities, "elicitation") ? CLIENT_ELICITATION : 0) |
	    (json_object_of(capabilities, "sampling") ? CLIENT_SAMPLING : 0) | (json_object_of(capabilities, "roots") ? CLIENT_ROOTS : 0));
}

static bool
read_meta(struct mcp_call *call)
{
	const struct json_value *capabilities = call->meta ? json_get(call->meta, META_CAPABILITIES) : NULL;
	const struct json_value *level = call->meta ? json_get(call->meta, META_LOG_LEVEL) : NULL;

	if (!json_text_of(call->meta, META_VERSION))
		return malformed(call, "_meta has no text " META_VERSION);
	if (!capabilities || capabilities->type != JSON_OBJECT)
		return malformed(call, "_meta has no object " META_CAPABILITIES);
	call->abilities = mcp_abilities(capabilities);
	call->log_level = MCP_LOG_NONE; /* who asks for no level gets no lines */
	if (level && (level->type != JSON_TEXT || !mcp_log_level_parse(level->text, &call->log_level)))
		return malformed(call, META_LOG_LEVEL " is not a level");
	return true;
}

static bool
check_stateless(struct mcp_call *call)
{
	const char *version = exchange_header(call->exchange, "mcp-protocol-version");
	const char *method = exchange_header(call->exchange, "mcp-method");

	if (call->message.kind != JSONRPC_REQUEST)
		return true; /* a notification needs no metadata */
	if (!version)
		return mismatch(call, "MCP-Protocol-Version", NULL, MCP_STATELESS_VERSION);
	if (!read_meta(call))
		return false;
	const char *said = json_text_of(call->meta, META_VERSION);
	if (strcmp(said, version) != 0)
		return mismatch(call, "MCP-Protocol-Version", version, said);
	if (strcmp(version, MCP_STATELESS_VERSION) != 0)
		return unsupported(call, version);
	method = method ? header_plain(call->arena, method) : NULL;
	if (!method || strcmp(method, call->message.method) != 0)
		return mismatch(call, "Mcp-Method", method, call->message.method);
	return check_name(call);
}

static bool
check_session(struct mcp_call *call)
{
	struct exchange *exchange = call->exchange;
	struct sessions *sessions = exchange->gateway->mcp->sessions;
	const char *text = exchange_header(exchange, "mcp-session-id");
	const char *version = exchange_header(exchange, "mcp-protocol-version");
	int64_t now_us = clock_now_us();

	if (version && !is_session_version(version))
		return unsupported(call, version);
	if (call->message.method && strcmp(call->message.method, "initialize") == 0)
		return true;
	if (!text) {
		mcp_fail(call, MCP_NO_SESSION, NULL, "the request has no mcp-session-id: begin with initialize, or speak " MCP_STATELESS_VERSION);
		return false;
	}
	if (!session_open(sessions, call->arena, text, &exchange->principal, now_us, &call->session)) {
		mcp_fail(call, MCP_SESSION_NOT_FOUND, NULL, "Session not found");
		return false;
	}
	call->abilities = call->session.abilities;
	call->log_level = session_row(sessions, &call->session, &exchange->principal, now_us)->log_level;
	return true;
}

bool
request_metadata_check(struct mcp_call *call)
{
	call->meta = json_object_of(call->message.params, "_meta");
	call->is_stateless = is_stateless(call);
	return call->is_stateless ? check_stateless(call) : check_session(call);
}
