/* One subscriber of the hub per request; the id of a message is the event's number in the tenant's trail. */
#include "events/event_stream.h"

#include <stdlib.h>
#include <string.h>

#include "rest/answer.h"
#include "clock.h"
#include "events/event_query.h"
#include "pages/page.h"
#include "settings.h"
#include "http/stream.h"

struct event_stream {
	struct event_stream *previous, *next;
	struct exchange *exchange;
	struct stream *stream;             /* NULL: not begun, or ending */
	struct subscription *subscription; /* NULL: the hub has ended it */
	struct event_query query;
	int64_t sent_us;
	bool has_begun;
};

/* All of this process; its one loop is the only thread that looks. */
static struct event_stream *streams;

/* ---- messages ---- */

static bool
send(struct event_stream *stream, const char *bytes, size_t n_bytes)
{
	stream->sent_us = clock_monotonic_us();
	return stream_write(stream->stream, bytes, n_bytes);
}

static void
finish(struct event_stream *stream)
{
	struct stream *ending = stream->stream;

	stream->stream = NULL;
	if (ending)
		stream_end(ending);
}

/* What one event needs of the arena is given back: the stream may last for an hour. */
static bool
on_event(void *context, const struct hub_event *event)
{
	struct event_stream *stream = context;
	struct arena *arena = stream->exchange->arena;
	struct arena_mark mark = arena_mark(arena);
	struct buf message;

	if (!stream->stream)
		return true;
	buf_init(&message, arena, event->n_json + 128);
	buf_printf(&message, "id: %lld\nevent: %s\ndata: ", (long long)event->number, event->type->name);
	buf_add(&message, event->json, event->n_json);
	buf_add_text(&message, "\n\n");
	bool is_sent = send(stream, message.bytes, message.len);
	arena_rewind(arena, mark);
	return is_sent;
}

/* Half of the buffer, so that the largest event still fits. */
static bool
has_room(void *context)
{
	const struct event_stream *stream = context;
	return !stream->stream || stream_n_waiting(stream->stream) <= EVENT_STREAM_BYTES_MAX / 2;
}

/* ---- ends ---- */

static void
unlink_stream(struct event_stream *stream)
{
	if (stream->previous)
		stream->previous->next = stream->next;
	else
		streams = stream->next;
	if (stream->next)
		stream->next->previous = stream->previous;
}

static void
on_closed(void *context)
{
	struct event_stream *stream = context;

	if (stream->subscription)
		hub_unsubscribe(stream->subscription);
	unlink_stream(stream);
}

/* No stream comes of it. */
static void
give_up(struct event_stream *stream)
{
	on_closed(stream);
	ANSWER_FAIL(stream->exchange, SERVICE_UNAVAILABLE, "the events cannot be read now");
}

static void
on_end(void *context, enum hub_end how)
{
	struct event_stream *stream = context;

	(void)how; /* whatever it was: the client resumes, here or elsewhere, if it still may */
	stream->subscription = NULL;
	if (stream->has_begun)
		finish(stream);
	else
		give_up(stream);
}

void
event_streams_beat(int64_t now_us)
{
	struct event_stream *next;

	for (struct event_stream *stream = streams; stream; stream = next) {
		next = stream->next;
		if (!stream->has_begun) {
			if (now_us - stream->sent_us >= EVENT_STREAM_BEGIN_US)
				give_up(stream);
			continue;
		}
		if (stream->stream && now_us - stream->sent_us >= settings.heartbeat_ms * 1000 && !send(stream, ":\n\n", 3))
			finish(stream);
	}
}

/* ---- the request ---- */

/* It is known where the stream begins: from the first byte on nothing is missed. */
static void
on_begin(void *context)
{
	struct event_stream *stream = context;
	struct exchange *exchange = stream->exchange;

	stream->has_begun = true;
	exchange_set_header(exchange, "Cache-Control", "no-store");
	exchange_set_header(exchange, "X-Accel-Buffering", "no");
	stream->stream = exchange_stream(exchange, &(struct stream_options){ .status = 200, .content_type = "text/event-stream",
	    .buffer_max = EVENT_STREAM_BYTES_MAX, .closed = on_closed, .context = stream });
	if (!send(stream, "retry: 1000\n: ready\n\n", 21))
		finish(stream);
}

static void
answer_events(struct exchange *exchange)
{
	struct event_stream *stream = ARENA_NEW(exchange->arena, struct event_stream);

	*stream = (struct event_stream){ .exchange = exchange, .sent_us = clock_monotonic_us() };
	const struct error *refusal = event_query_read(exchange->arena, &exchange->query, exchange_header(exchange, "last-event-id"),
	    &exchange->principal, &stream->query);
	if (!refusal)
		refusal = hub_refusal(exchange->gateway->hub, exchange->arena, &exchange->principal);
	if (refusal) {
		answer_error(exchange, refusal);
		return;
	}
	exchange_wait(exchange);
	stream->next = streams;
	if (streams)
		streams->previous = stream;
	streams = stream;
	stream->subscription = hub_subscribe(exchange->gateway->hub, &(struct hub_options){ .principal = &exchange->principal, .key = exchange->key,
	    .filter = stream->query.filter, .after = stream->query.after, .on_begin = on_begin, .on_event = on_event, .has_room = has_room, .on_end = on_end, .context = stream });
}

static const struct operation events_permission = { .id = "gateway.events", .policy = "content.read", .resource_type = "system" };

const struct page events_page = { .method = "GET", .path = "/api/events", .name = "events", .permission = &events_permission,
	.answer = answer_events };
