/* Answers are one JSON document or a stream of them. */
#include "cli/mcp/post.h"

#include <string.h>

#include "cli/builtin/event_reader.h"

struct exchange {
	struct arena *arena;
	const struct mcp_message *message;
	const struct mcp_receiver *receiver;
	struct event_reader reader;
	struct mcp_reply *reply;
};

/* As one line, whatever it was before. */
static bool
pass_on(struct exchange *exchange, const char *text, size_t n_text)
{
	struct json_limits limits = { .allow_nul = true, .allow_big_numbers = true };
	struct json_error problem;
	struct buf line;
	struct arena_mark mark = arena_mark(exchange->arena);
	const struct json_value *value = json_parse(exchange->arena, text, n_text, &limits, &problem);

	if (!value) {
		arena_rewind(exchange->arena, mark);
		return true; /* no message: a request without an answer is told as such */
	}
	buf_init(&line, exchange->arena, n_text + 1);
	json_write(&line, value);
	if (exchange->message->id && mcp_answers(exchange->arena, line.bytes, line.len, exchange->message->id))
		exchange->reply->is_answered = true;
	bool goes_on = exchange->receiver->on_message(exchange->receiver->context, line.bytes, line.len);
	arena_rewind(exchange->arena, mark);
	return goes_on;
}

static bool
on_event(void *context, const struct event *event)
{
	struct exchange *exchange = context;

	if (event->n_data == 0 || strcmp(event->type, "message") != 0)
		return true;
	return pass_on(exchange, event->data, event->n_data);
}

static bool
on_bytes(void *context, const char *bytes, size_t n_bytes)
{
	struct exchange *exchange = context;

	return event_reader_feed(&exchange->reader, bytes, n_bytes);
}

void
mcp_post(struct http_client *client, struct arena *arena, const struct mcp_target *target, const struct mcp_message *message,
    const char *session, const char *protocol, const struct mcp_receiver *receiver, struct mcp_reply *ret_reply)
{
	struct arena *events = arena_new(MCP_ARENA_BYTES);
	struct exchange exchange = { .arena = arena, .message = message, .receiver = receiver, .reply = ret_reply };
	const struct http_client_receiver bytes = { .take = on_bytes, .context = &exchange, .idle_timeout_ms = MCP_IDLE_TIMEOUT_MS };
	struct rest_request request = { 0 };
	struct http_client_response response;

	*ret_reply = (struct mcp_reply){ .body = "" };
	event_reader_init(&exchange.reader, events, MCP_MESSAGE_BYTES_MAX, on_event, &exchange);
	mcp_message_add_headers(arena, message, session, protocol, &request);
	if (target->key)
		rest_request_add_header(arena, &request, "x-api-key", target->key);
	ret_reply->result = http_client_stream(client, arena, &(struct http_client_request){ .method = "POST", .url = target->url,
		.headers = request.headers, .body = message->text, .n_body = message->n_text, .connect_timeout_ms = MCP_CONNECT_TIMEOUT_MS,
		.timeout_ms = target->timeout_ms, .response_bytes_max = MCP_MESSAGE_BYTES_MAX }, &bytes, &response);
	ret_reply->problem = exchange.reader.is_too_long ? "a message of the answer is too long" : response.problem;
	ret_reply->status = response.status;
	if (ret_reply->result == HTTP_CLIENT_ANSWERED) {
		const char *made = http_client_header(client, "mcp-session-id");
		ret_reply->session = made ? arena_strdup(arena, made) : NULL;
		ret_reply->body = response.body;
		if (response.status >= 200 && response.status < 300 && response.n_body > 0)
			(void)pass_on(&exchange, response.body, response.n_body); /* it is the last */
	}
	arena_free(events);
}

/* A refusal that is a JSON-RPC error already, with the request's id. */
static const char *
own_error(struct arena *arena, const struct mcp_message *message, const struct json_value *body)
{
	const struct json_value *error = body->type == JSON_OBJECT ? json_get(body, "error") : NULL;
	struct buf buf;

	if (!error || error->type != JSON_OBJECT || !json_get(error, "code") || !json_get(error, "message"))
		return NULL;
	buf_init(&buf, arena, 256);
	buf_printf(&buf, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":", message->id ? message->id : "null");
	json_write(&buf, error);
	buf_add_char(&buf, '}');
	return buf.bytes;
}

/* In the words that the command line has for it. */
static const char no_answer[] = "{\"code\":\"UNREACHABLE\",\"remediation\":\"Check that a WordClaw gateway runs there, or name another endpoint "
    "with --mcp-url or WORDCLAW_MCP_URL.\"}";

const char *
mcp_reply_error(struct arena *arena, const struct mcp_target *target, const struct mcp_message *message, const struct mcp_reply *reply)
{
	struct json_error problem;
	size_t n_body = strlen(reply->body);
	const struct json_value *body = n_body ? json_parse(arena, reply->body, n_body, NULL, &problem) : NULL;

	if (reply->result != HTTP_CLIENT_ANSWERED)
		return mcp_error_text(arena, message->id, MCP_SERVER_ERROR, arena_printf(arena, "%s: %s", target->url,
		    reply->problem ? reply->problem : "no answer"), no_answer);
	if (reply->status < 400)
		return mcp_error_text(arena, message->id, MCP_SERVER_ERROR, arena_printf(arena, "%s: the answer was cut off", target->url), no_answer);
	const char *own = body ? own_error(arena, message, body) : NULL;
	if (own)
		return own;
	if (!body || !mcp_text(body, "code"))
		return mcp_error_text(arena, message->id, MCP_SERVER_ERROR, arena_printf(arena, "%s answered %d", target->url, reply->status),
		    reply->status >= 500 ? no_answer : NULL);
	const char *what = mcp_text(body, "message") ? mcp_text(body, "message") : mcp_text(body, "error");
	struct buf data;
	buf_init(&data, arena, 256);
	json_write(&data, body);
	return mcp_error_text(arena, message->id, MCP_SERVER_ERROR, arena_printf(arena, "%s: %s", mcp_text(body, "code"), what ? what : "refused"),
	    data.bytes);
}
