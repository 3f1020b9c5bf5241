/* The notification stream of a session: GET, taken up again where it broke. */
#include <string.h>

#include "cli/builtin/event_reader.h"
#include "cli/mcp/bridge.h"

enum { FIRST_PAUSE_MS = 250, PAUSE_MS_MAX = 15000, HEADERS_TIMEOUT_MS = 15000 };

struct listening {
	struct bridge *bridge;
	struct arena *arena; /* of one connection */
	struct event_reader reader;
	char session[BRIDGE_HEADER_BYTES], protocol[BRIDGE_HEADER_BYTES];
	unsigned number;     /* of the session */
	int64_t pause_ms;
};

static bool
on_event(void *context, const struct event *event)
{
	struct listening *listening = context;
	struct json_limits limits = { .allow_nul = true, .allow_big_numbers = true };
	struct json_error problem;
	struct arena_mark mark = arena_mark(listening->arena);
	const struct json_value *value = event->n_data ? json_parse(listening->arena, event->data, event->n_data, &limits, &problem) : NULL;
	bool goes_on = true;

	if (value && strcmp(event->type, "message") == 0) {
		struct buf line;
		buf_init(&line, listening->arena, event->n_data + 1);
		json_write(&line, value);
		goes_on = bridge_write(listening->bridge, line.bytes, line.len);
	}
	arena_rewind(listening->arena, mark);
	return goes_on;
}

static bool
on_open(void *context)
{
	struct listening *listening = context;

	listening->pause_ms = FIRST_PAUSE_MS;
	event_reader_reset(&listening->reader);
	return true;
}

static bool
on_bytes(void *context, const char *bytes, size_t n_bytes)
{
	return event_reader_feed(&((struct listening *)context)->reader, bytes, n_bytes);
}

static enum http_client_result
connect_once(struct listening *listening, struct http_client_response *response)
{
	const struct mcp_target *target = &listening->bridge->target;
	const struct http_client_receiver receiver = { .open = on_open, .take = on_bytes, .context = listening, .idle_timeout_ms = MCP_IDLE_TIMEOUT_MS };
	struct rest_request request = { 0 };

	rest_request_add_header(listening->arena, &request, "accept", "text/event-stream");
	rest_request_add_header(listening->arena, &request, "mcp-session-id", listening->session);
	if (*listening->protocol)
		rest_request_add_header(listening->arena, &request, "mcp-protocol-version", listening->protocol);
	if (target->key)
		rest_request_add_header(listening->arena, &request, "x-api-key", target->key);
	if (listening->reader.id.len)
		rest_request_add_header(listening->arena, &request, "last-event-id", listening->reader.id.bytes);
	return http_client_stream(listening->bridge->listener_client, listening->arena, &(struct http_client_request){ .method = "GET",
		.url = target->url, .headers = request.headers, .connect_timeout_ms = MCP_CONNECT_TIMEOUT_MS, .timeout_ms = HEADERS_TIMEOUT_MS,
		.response_bytes_max = BRIDGE_LINE_BYTES_MAX }, &receiver, response);
}

/* Until there is a session, another one when this one is lost.  False: the end has come. */
static bool
take_session(struct listening *listening, bool is_lost)
{
	struct bridge *bridge = listening->bridge;

	(void)pthread_mutex_lock(&bridge->lock);
	while (!bridge->is_ending && (!*bridge->session || (is_lost && bridge->n_sessions == listening->number)))
		bridge_wait(bridge, PAUSE_MS_MAX);
	bool goes_on = !bridge->is_ending;
	if (bridge->n_sessions != listening->number) {
		memcpy(listening->session, bridge->session, sizeof(listening->session));
		memcpy(listening->protocol, bridge->protocol, sizeof(listening->protocol));
		listening->number = bridge->n_sessions;
		buf_reset(&listening->reader.id); /* ids are those of a session */
		buf_reset(&listening->reader.new_id);
	}
	(void)pthread_mutex_unlock(&bridge->lock);
	return goes_on;
}

static void
pause_before_next(struct listening *listening)
{
	struct bridge *bridge = listening->bridge;
	int64_t ms = listening->reader.retry_ms > listening->pause_ms ? listening->reader.retry_ms : listening->pause_ms;

	(void)pthread_mutex_lock(&bridge->lock);
	if (!bridge->is_ending)
		bridge_wait(bridge, ms < PAUSE_MS_MAX ? ms : PAUSE_MS_MAX);
	(void)pthread_mutex_unlock(&bridge->lock);
	listening->pause_ms = listening->pause_ms * 2 < PAUSE_MS_MAX ? listening->pause_ms * 2 : PAUSE_MS_MAX;
}

static void *
listen_on(void *context)
{
	struct arena *events = arena_new(MCP_ARENA_BYTES);
	struct listening listening = { .bridge = context, .arena = arena_new(MCP_ARENA_BYTES), .pause_ms = FIRST_PAUSE_MS };
	bool is_lost = false;

	event_reader_init(&listening.reader, events, MCP_MESSAGE_BYTES_MAX, on_event, &listening);
	while (take_session(&listening, is_lost)) {
		struct http_client_response response;
		enum http_client_result result = connect_once(&listening, &response);
		bool is_answer = result == HTTP_CLIENT_ANSWERED && response.status >= 400;
		if (result == HTTP_CLIENT_STOPPED || (is_answer && response.status != 404 && response.status != 429 && response.status < 500))
			break; /* the end, or an endpoint without such a stream */
		is_lost = is_answer && response.status == 404;
		if (!is_lost)
			pause_before_next(&listening);
		arena_reset(listening.arena);
	}
	arena_free(listening.arena);
	arena_free(events);
	return NULL;
}

void
bridge_listen(struct bridge *bridge)
{
	if (bridge->is_listening)
		return;
	bridge->listener_client = http_client_new(true);
	/* Without a thread there are no notifications, and everything else still works. */
	bridge->is_listening = pthread_create(&bridge->listener, NULL, listen_on, bridge) == 0;
}

void
bridge_stop_listening(struct bridge *bridge)
{
	(void)pthread_mutex_lock(&bridge->lock);
	bridge->is_ending = true;
	(void)pthread_cond_broadcast(&bridge->change);
	(void)pthread_mutex_unlock(&bridge->lock);
	if (!bridge->is_listening)
		return;
	http_client_stop(bridge->listener_client);
	(void)pthread_join(bridge->listener, NULL);
	http_client_free(bridge->listener_client);
}
