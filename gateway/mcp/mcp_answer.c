/* What every MCP method shares: asking an operation, and writing results and errors. */
#include <stdarg.h>
#include <string.h>

#include "answer.h"
#include "dispatch.h"
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

void
mcp_end(struct mcp_call *call)
{
	buf_add_text(&call->out, "}}");
	exchange_set_header(call->exchange, "Cache-Control", "no-store");
	exchange_answer(call->exchange, 200, JSON_TYPE, call->out.bytes, call->out.len);
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
	case MCP_MISSING_CAPABILITY:
	case MCP_UNSUPPORTED_VERSION:
		return 400;
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
	exchange_set_header(exchange, "Cache-Control", "no-store");
	exchange_answer(exchange, status_of(call, code), JSON_TYPE, out->bytes, out->len);
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

void
mcp_ask(struct mcp_call *call, const struct mcp_question *question)
{
	struct exchange *exchange = call->exchange;

	exchange->operation = question->operation->id;
	exchange_wait(exchange);
	invoke(exchange->gateway, &(struct invocation){ .operation = question->operation, .arguments = question->arguments,
	    .source = question->is_from_body ? call->source : NULL, .principal = &exchange->principal,
	    .request_id = exchange->request_id, .trace_parent = exchange->trace_parent, .surface = "mcp",
	    .idempotency_key = question->idempotency_key, .dry_run = question->dry_run, .is_kept = question->is_kept, .is_agent = true, .arena = call->arena,
	    .done = question->done, .context = question->context });
}
