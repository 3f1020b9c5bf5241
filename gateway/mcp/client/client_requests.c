/* Requests to clients of the older generation. */
#include "mcp/client/client_requests.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "common_proto.h"
#include "mcp/client/interaction.h"
#include "secret.h"
#include "http/stream.h"

#define ID_PREFIX "wordclaw-"

/* One round: everything the operation asked for at once. */
struct client_requests {
	struct client_requests *previous, *next;
	struct interaction *interaction;
	int64_t expires_us; /* monotonic */
	uint64_t id;        /* the requests' ids are this and their index */
	size_t n, n_answered;
	struct client_request {
		const char *key;
		const char *answer; /* JSON text, NULL while there is none */
	} list[INTERACTION_REQUESTS_MAX];
};

/* ---- the stream ---- */

/* The client left or the stream was ended: the exchange goes with this call. */
static void
on_closed(void *context)
{
	struct mcp_call *call = context;

	call->stream = NULL;
	call->exchange = NULL;
	if (call->is_finished)
		mcp_call_end(call);
	else
		client_requests_forget(call->gateway->mcp, call);
}

bool
mcp_stream_open(struct mcp_call *call)
{
	if (call->stream)
		return true;
	if (!call->exchange || !call->is_detached)
		return false;
	exchange_set_header(call->exchange, "Cache-Control", "no-store");
	exchange_set_header(call->exchange, "X-Accel-Buffering", "no");
	call->stream = exchange_stream(call->exchange, &(struct stream_options){ .status = 200, .content_type = "text/event-stream",
	    .buffer_max = CLIENT_STREAM_BYTES_MAX, .closed = on_closed, .context = call });
	return true;
}

bool
mcp_stream_send(struct mcp_call *call)
{
	bool is_sent = call->stream && stream_write(call->stream, call->events.bytes, call->events.len);
	buf_reset(&call->events);
	return is_sent;
}

void
mcp_stream_finish(struct mcp_call *call)
{
	if (!mcp_stream_send(call))
		call->cause = "the client is too slow for its own answer";
	call->is_finished = true;
	stream_end(call->stream);
}

/* ---- asking ---- */

static void
link_in(struct mcp *mcp, struct client_requests *requests)
{
	requests->next = mcp->pending;
	if (mcp->pending)
		mcp->pending->previous = requests;
	mcp->pending = requests;
	mcp->n_pending++;
}

static void
unlink_from(struct mcp *mcp, struct client_requests *requests)
{
	if (requests->previous)
		requests->previous->next = requests->next;
	else
		mcp->pending = requests->next;
	if (requests->next)
		requests->next->previous = requests->previous;
	mcp->n_pending--;
}

static void
write_request(struct mcp_call *call, const struct client_requests *requests, size_t index, const struct mcp_input_request *request)
{
	struct buf message;

	buf_init(&message, call->arena, 512);
	buf_printf(&message, "{\"jsonrpc\":\"2.0\",\"id\":\"" ID_PREFIX "%016llx-%zu\"", (unsigned long long)requests->id, index);
	json_member_text(&message, "method", request->method);
	if (strcmp(request->method, "roots/list") != 0) {
		json_key(&message, "params");
		buf_add(&message, request->params.json, request->params.len);
	}
	buf_add_char(&message, '}');
	mcp_send_before(call, &message);
}

void
client_requests_start(struct interaction *interaction, const struct shape_list *list)
{
	struct mcp_call *call = interaction->call;
	struct mcp *mcp = call->gateway->mcp;

	if (mcp->n_pending >= CLIENT_REQUESTS_PENDING_MAX || !mcp_stream_open(call)) {
		mcp_fail(call, JSONRPC_INTERNAL_ERROR, NULL, "the client cannot be asked now");
		return;
	}
	struct client_requests *requests = ARENA_NEW(call->arena, struct client_requests);
	*requests = (struct client_requests){ .interaction = interaction, .n = list->n,
		.expires_us = clock_monotonic_us() + CLIENT_ANSWER_US };
	secret_random(&requests->id, sizeof(requests->id));
	for (size_t i = 0; i < list->n; i++) {
		const struct mcp_input_request *request = &((const struct mcp_input_request *)list->items)[i];
		requests->list[i].key = arena_strdup(call->arena, request->key);
		write_request(call, requests, i, request);
	}
	link_in(mcp, requests);
	if (!mcp_stream_send(call))
		stream_end(call->stream);
}

/* ---- answers ---- */

static void
go_on(struct client_requests *requests)
{
	struct interaction *interaction = requests->interaction;
	struct buf responses;

	unlink_from(interaction->call->gateway->mcp, requests);
	buf_init(&responses, interaction->call->arena, 512);
	buf_add_char(&responses, '{');
	for (size_t i = 0; i < requests->n; i++) {
		json_key(&responses, requests->list[i].key);
		buf_add_text(&responses, requests->list[i].answer);
	}
	buf_add_char(&responses, '}');
	interaction->side.input_responses = (struct doc){ responses.bytes, responses.len };
	interaction_send(interaction);
}

static void
give_up(struct client_requests *requests, const char *why)
{
	struct mcp_call *call = requests->interaction->call;

	unlink_from(call->gateway->mcp, requests);
	mcp_fail(call, JSONRPC_INTERNAL_ERROR, NULL, "%s", why);
}

/* "wordclaw-<16 hex digits>-<index>" of a round that waits in this session. */
static struct client_requests *
find_round(const struct mcp_call *call, size_t *ret_index)
{
	const struct json_value *id = call->message.id;
	size_t n_prefix = strlen(ID_PREFIX);
	char *rest = NULL;

	if (id->type != JSON_TEXT || strncmp(id->text, ID_PREFIX, n_prefix) != 0)
		return NULL;
	unsigned long long round = strtoull(id->text + n_prefix, &rest, 16);
	unsigned long long index = *rest == '-' ? strtoull(rest + 1, &rest, 10) : INTERACTION_REQUESTS_MAX;
	for (struct client_requests *requests = call->gateway->mcp->pending; requests; requests = requests->next) {
		if (requests->id != round || requests->interaction->call->session.id != call->session.id)
			continue;
		*ret_index = (size_t)index;
		return index < requests->n && *rest == '\0' ? requests : NULL;
	}
	return NULL;
}

void
client_requests_deliver(struct mcp_call *call)
{
	size_t index = 0;
	struct client_requests *requests = call->is_stateless ? NULL : find_round(call, &index);
	struct exchange *exchange = call->exchange;

	if (!requests || requests->list[index].answer) {
		call->message.id = NULL;
		mcp_fail(call, JSONRPC_INVALID_REQUEST, NULL, "nothing was asked under this id, or not by this gateway");
		return;
	}
	exchange_answer(exchange, 202, NULL, "", 0);
	if (!call->message.result || call->message.result->type != JSON_OBJECT) {
		give_up(requests, "the client could not do what the operation asked of it");
		return;
	}
	const struct json_value *result = call->message.result;
	struct arena *arena = requests->interaction->call->arena;
	requests->list[index].answer = arena_strndup(arena, call->source + result->start, result->end - result->start);
	if (++requests->n_answered == requests->n)
		go_on(requests);
}

/* ---- ends ---- */

void
client_requests_expire(struct mcp *mcp, int64_t now_us)
{
	struct client_requests *next;

	for (struct client_requests *requests = mcp->pending; requests; requests = next) {
		next = requests->next;
		if (now_us >= requests->expires_us)
			give_up(requests, "the client did not answer what the operation asked of it in time");
	}
}

void
client_requests_forget(struct mcp *mcp, const struct mcp_call *call)
{
	for (struct client_requests *requests = mcp->pending; requests; requests = requests->next) {
		if (requests->interaction->call != call)
			continue;
		unlink_from(mcp, requests);
		mcp_call_end(requests->interaction->call);
		return;
	}
}

void
client_requests_abandon(struct mcp *mcp)
{
	while (mcp->pending) {
		struct mcp_call *call = mcp->pending->interaction->call;
		unlink_from(mcp, mcp->pending);
		mcp_call_end(call);
	}
}
