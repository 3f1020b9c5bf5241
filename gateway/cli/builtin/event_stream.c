/* Connect, read, and connect again behind the last event: longer and longer waits, but not for ever. */
#include "cli/builtin/event_stream.h"

#include <string.h>
#include <time.h>

#include "cli/api.h"
#include "clock.h"
#include "cli/output/failure.h"
#include "http_client.h"

enum {
	CONNECT_TIMEOUT_MS = 5000, HEADERS_TIMEOUT_MS = 15000, IDLE_TIMEOUT_MS = 60000, /* heartbeats come more often */
	FIRST_PAUSE_MS = 250, PAUSE_MS_MAX = 15000, OUTAGE_MS_MAX = 300000, EVENT_BYTES_MAX = 4 * 1024 * 1024, REFUSAL_BYTES_MAX = 1024 * 1024,
	ARENA_BYTES = 32 * 1024 * 1024,
};

struct stream {
	struct cli *cli;
	const struct event_stream_options *options;
	struct http_client *client;
	struct arena *arena; /* of one connection */
	struct event_reader reader;
	bool was_open;
	size_t n_events;     /* in the piece being read */
	int64_t lost_us;     /* when the connection went, or the start */
	int64_t pause_ms;
};

static bool
on_open(void *context)
{
	struct stream *stream = context;

	stream->was_open = true;
	stream->pause_ms = FIRST_PAUSE_MS;
	event_reader_reset(&stream->reader);
	return !stream->options->on_open || stream->options->on_open(stream->options->context);
}

static bool
on_bytes(void *context, const char *bytes, size_t n_bytes)
{
	struct stream *stream = context;

	stream->n_events = 0;
	if (!event_reader_feed(&stream->reader, bytes, n_bytes))
		return false;
	return stream->n_events == 0 || !stream->options->on_batch || stream->options->on_batch(stream->options->context);
}

static bool
on_event(void *context, const struct event *event)
{
	struct stream *stream = context;

	stream->n_events++;
	return !stream->options->on_event || stream->options->on_event(stream->options->context, event);
}

static enum http_client_result
connect_once(struct stream *stream, struct http_client_response *response)
{
	struct rest_request request = { .method = "GET" };
	const struct http_client_receiver receiver = { .open = on_open, .take = on_bytes, .context = stream, .idle_timeout_ms = IDLE_TIMEOUT_MS };
	const char *last = stream->reader.id.len ? stream->reader.id.bytes : stream->options->after;

	rest_request_add_header(stream->cli->arena, &request, "accept", "text/event-stream");
	if (preference_text(&stream->cli->preferences, PREFERENCE_API_KEY))
		rest_request_add_header(stream->cli->arena, &request, "x-api-key", preference_text(&stream->cli->preferences, PREFERENCE_API_KEY));
	if (last)
		rest_request_add_header(stream->cli->arena, &request, "last-event-id", last);
	return http_client_stream(stream->client, stream->arena, &(struct http_client_request){ .method = "GET",
		.url = arena_printf(stream->arena, "%s%s", preference_text(&stream->cli->preferences, PREFERENCE_BASE_URL), stream->options->target),
		.headers = request.headers, .connect_timeout_ms = CONNECT_TIMEOUT_MS, .timeout_ms = HEADERS_TIMEOUT_MS,
		.response_bytes_max = REFUSAL_BYTES_MAX }, &receiver, response);
}

static bool
pause_ms(struct stream *stream)
{
	int64_t ms = stream->reader.retry_ms > stream->pause_ms ? stream->reader.retry_ms : stream->pause_ms;
	struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	if (clock_monotonic_us() - stream->lost_us > (int64_t)OUTAGE_MS_MAX * 1000)
		return false;
	(void)nanosleep(&pause, NULL); /* a signal ends it earlier, which is as good */
	stream->pause_ms = stream->pause_ms * 2 < PAUSE_MS_MAX ? stream->pause_ms * 2 : PAUSE_MS_MAX;
	return true;
}

/* An answer that is no stream: CLI_OK when it is worth another try. */
static int
judge_answer(struct stream *stream, const struct http_client_response *response)
{
	struct json_error problem;
	struct api_reply reply = { .status = response->status, .body = response->body, .n_body = response->n_body,
		.json = response->n_body ? json_parse(stream->cli->arena, response->body, response->n_body, NULL, &problem) : NULL };

	if (stream->was_open && (response->status < 400 || response->status == 429 || response->status >= 500))
		return CLI_OK;
	if (response->status >= 400)
		return api_judge(stream->cli, &reply);
	return failure_answer(stream->cli, response->status, NULL, NULL);
}

/* CLI_OK: try again. */
static int
judge(struct stream *stream, enum http_client_result result, const struct http_client_response *response, bool has_opened)
{
	const char *base = preference_text(&stream->cli->preferences, PREFERENCE_BASE_URL);

	if (result == HTTP_CLIENT_STOPPED && stream->reader.is_too_long)
		return failure_unreachable(stream->cli, NULL, "%s sent an event beyond 4 MB", base);
	if (has_opened)
		return CLI_OK;
	if (result == HTTP_CLIENT_ANSWERED)
		return judge_answer(stream, response);
	if (result == HTTP_CLIENT_BAD_REQUEST)
		return failure_usage(stream->cli, NULL, "the request cannot be sent: %s", response->problem);
	if (!stream->was_open)
		return failure_unreachable(stream->cli, "Check that the gateway runs there, or name another with --base-url or WORDCLAW_BASE_URL.",
		    "%s: %s", base, response->problem);
	return CLI_OK;
}

static int
run(struct stream *stream)
{
	for (;;) {
		struct http_client_response response;
		bool was_open = stream->was_open;
		struct arena_mark mark = arena_mark(stream->cli->arena);

		stream->was_open = false;
		enum http_client_result result = connect_once(stream, &response);
		bool has_opened = stream->was_open;
		stream->was_open = stream->was_open || was_open;
		if (result == HTTP_CLIENT_STOPPED && !stream->reader.is_too_long)
			return CLI_OK;
		int status = judge(stream, result, &response, has_opened);
		if (status != CLI_OK)
			return status;
		if (has_opened)
			stream->lost_us = clock_monotonic_us();
		if (!pause_ms(stream))
			return failure_unreachable(stream->cli, NULL, "no connection to %s for %d s",
			    preference_text(&stream->cli->preferences, PREFERENCE_BASE_URL), OUTAGE_MS_MAX / 1000);
		arena_reset(stream->arena);
		arena_rewind(stream->cli->arena, mark);
	}
}

int
event_stream_run(struct cli *cli, const struct event_stream_options *options)
{
	struct arena *events = arena_new(ARENA_BYTES);
	struct stream stream = { .cli = cli, .options = options, .client = http_client_new(true), .arena = arena_new(ARENA_BYTES),
		.lost_us = clock_monotonic_us(), .pause_ms = FIRST_PAUSE_MS };

	event_reader_init(&stream.reader, events, EVENT_BYTES_MAX, on_event, &stream);
	int status = run(&stream);
	http_client_free(stream.client);
	arena_free(stream.arena);
	arena_free(events);
	return status;
}
