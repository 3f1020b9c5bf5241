/* What every MCP method shares: asking an operation, and writing results and errors. */
#include <stdarg.h>
#include <string.h>

#include "answer.h"
#include "mcp.h"
#include "policy.h"
#include "tool_error.h"

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
static void
add_event(struct buf *events, const struct buf *message)
{
	const char *line = message->bytes, *end = message->bytes + message->len;

	buf_add_text(events, "event: message\n");
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
	const char *accept = exchange_header(call->exchange, "accept");

	if (!accept || !strstr(accept, "text/event-stream"))
		return;
	if (!call->events.bytes)
		buf_init(&call->events, call->arena, 1024);
	add_event(&call->events, message);
}

static void
send(struct mcp_call *call, int status)
{
	struct exchange *exchange = call->exchange;

	exchange_set_header(exchange, "Cache-Control", "no-store");
	if (!call->events.bytes) {
		exchange_answer(exchange, status, JSON_TYPE, call->out.bytes, call->out.len);
		return;
	}
	add_event(&call->events, &call->out);
	exchange_answer(exchange, status, "text/event-stream", call->events.bytes, call->events.len);
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
	struct exchange *exchange = call->exchange;
	struct buf *out = &call->out;
	va_list args;

	va_start(args, format);
	const char *message = arena_vprintf(call->arena, format, args);
	va_end(args);
	buf_init(out, call->arena, 512);
	jsonrpc_begin(out, call->message.id);
	jsonrpc_write_error(out, code, message, data);
	exchange->cause = message;
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
	call->exchange->code = error->info->code;
	mcp_fail(call, code, data.bytes, "%s: %s", error->info->code, error->message);
}

bool
mcp_may(const struct mcp_call *call, const struct operation *operation)
{
	const struct principal *principal = &call->exchange->principal;

	if (operation->flags & OPERATION_PUBLIC)
		return true;
	return policy_decide(&(struct policy_question){ .principal = principal, .operation = operation->policy,
	    .resource_type = operation->resource_type, .resource_tenant = principal->tenant }).is_allowed;
}
