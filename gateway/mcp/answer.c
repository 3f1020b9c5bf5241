/* What every MCP method shares: asking an operation, and writing results and errors. */
#include <stdarg.h>
#include <string.h>

#include "rest/answer.h"
#include "mcp/client/client_requests.h"
#include "contract/policy.h"
#include "mcp/tools/tool_error.h"

#define JSON_TYPE "application/json"

struct buf *
mcp_begin(struct mcp_call *call, const char *type, int64_t ttl_ms)
{
	struct buf *out = &call->out;

	buf_init(out, call->arena, 4096);
	jsonrpc_begin(out, call->message.id);
	json_key(out, "result");
	buf_add_char(out, '{');
	if (!call->is_stateless)
		return out;
	json_member_text(out, "resultType", type);
	buf_add_text(out, ",\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{\"name\":\"wordclaw\",\"version\":\"" WORDCLAW_VERSION "\"}}");
	if (ttl_ms >= 0)
		buf_printf(out, ",\"ttlMs\":%lld,\"cacheScope\":\"private\"", (long long)ttl_ms);
	return out;
}

/* ---- events: what goes before the response makes the whole answer a stream of them ---- */

/* Documents may hold line ends, which mean something in a stream. */
void
mcp_add_event(struct buf *events, const struct buf *message, int64_t number)
{
	const char *line = message->bytes, *end = message->bytes + message->len;

	buf_add_text(events, "event: message\n");
	if (number >= 0)
		buf_printf(events, "id: %lld\n", (long long)number);
	while (line <= end) {
		const char *next = memchr(line, '\n', (size_t)(end - line));
		size_t n = next ? (size_t)(next - line) : (size_t)(end - line);
		buf_add_text(events, "data: ");
		buf_add(events, line, n > 0 && line[n - 1] == '\r' ? n - 1 : n);
		buf_add_char(events, '\n');
		line += n + 1;
	}
	buf_add_char(events, '\n');
}

/* A client that takes no events gets the response alone. */
void
mcp_send_before(struct mcp_call *call, const struct buf *message)
{
	if (!call->takes_events)
		return;
	if (!call->events.bytes)
		buf_init(&call->events, call->arena, 1024);
	mcp_add_event(&call->events, message, -1);
}

/* The answer is the exchange's from here on. */
static void
answer(struct mcp_call *call, int status, const char *type, const struct buf *body)
{
	struct exchange *exchange = call->exchange;
	const char *bytes = call->is_detached ? arena_memdup(exchange->arena, body->bytes, body->len) : body->bytes;

	exchange->code = call->code;
	exchange->cause = call->cause ? arena_strdup(exchange->arena, call->cause) : NULL;
	exchange_set_header(exchange, "Cache-Control", "no-store");
	exchange_answer(exchange, status, type, bytes, body->len);
}

static void
send(struct mcp_call *call, int status)
{
	bool is_stream = call->stream || call->events.bytes;

	if (is_stream && !call->events.bytes)
		buf_init(&call->events, call->arena, call->out.len + 64);
	if (is_stream)
		mcp_add_event(&call->events, &call->out, -1);
	if (call->stream) {
		mcp_stream_finish(call);
		return;
	}
	if (call->exchange)
		answer(call, status, is_stream ? "text/event-stream" : JSON_TYPE, is_stream ? &call->events : &call->out);
	mcp_call_end(call);
}

void
mcp_end(struct mcp_call *call)
{
	buf_add_text(&call->out, "}}");
	send(call, 200);
}

/* The HTTP status that 2026-07-28 wants beside a code; before, errors of a request are plain answers. */
static int
status_of(const struct mcp_call *call, int code)
{
	switch (code) {
	case JSONRPC_PARSE_ERROR:
	case JSONRPC_INVALID_REQUEST:
	case MCP_NO_SESSION:
	case MCP_HEADER_MISMATCH:
	case MCP_UNSUPPORTED_VERSION:
		return 400;
	case MCP_MISSING_CAPABILITY:
		return call->is_stateless ? 400 : 200;
	case MCP_SESSION_NOT_FOUND:
		return 404;
	case JSONRPC_METHOD_NOT_FOUND:
		return call->is_stateless ? 404 : 200;
	case JSONRPC_INVALID_PARAMS:
		return call->is_malformed ? 400 : 200;
	default:
		return 200;
	}
}

void
mcp_fail(struct mcp_call *call, int code, const char *data, const char *format, ...)
{
	struct buf *out = &call->out;
	va_list args;

	va_start(args, format);
	const char *message = arena_vprintf(call->arena, format, args);
	va_end(args);
	buf_init(out, call->arena, 512);
	jsonrpc_begin(out, call->message.id);
	jsonrpc_write_error(out, code, message, data);
	call->cause = message;
	send(call, status_of(call, code));
}

void
mcp_fail_operation(struct mcp_call *call, const struct operation *operation, const struct invoked *result,
    const struct json_value *arguments)
{
	const struct error *error = result->error;
	struct buf data;
	int code = error->info->status >= 500 ? JSONRPC_INTERNAL_ERROR : JSONRPC_INVALID_PARAMS;

	buf_init(&data, call->arena, 1024);
	tool_error_write(&data, call, operation, result, arguments);
	call->code = error->info->code;
	mcp_fail(call, code, data.bytes, "%s: %s", error->info->code, error->message);
}

bool
mcp_may(const struct mcp_call *call, const struct operation *operation)
{
	const struct principal *principal = call->principal;

	if (operation->flags & OPERATION_PUBLIC)
		return true;
	return policy_decide(&(struct policy_question){ .principal = principal, .operation = operation->policy,
	    .resource_type = operation->resource_type }).is_allowed;
}
