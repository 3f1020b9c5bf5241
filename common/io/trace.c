/* Spans of traces on their way to a collector. */
#include "trace.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "clock.h"
#include "http_client.h"
#include "id.h"
#include "log.h"
#include "metrics.h"
#include "secret.h"

enum {
	RING_SPANS = 2048, SPAN_BYTES = 1024,
	BATCH_SPANS = 512,
	PERIOD_MS = 1000, TIMEOUT_MS = 2000,
	ARENA_BYTES = 4 * 1024 * 1024,
	TRACE_PARENT_CHARS = 55, TRACE_AT = 3, TRACE_CHARS = 32, SPAN_AT = 36, SPAN_CHARS = 16, FLAGS_AT = 53,
	URL_BYTES = 2048, NAME_BYTES = 64, HOST_BYTES = 256,
};

static struct {
	char (*ring)[SPAN_BYTES]; /* NULL: off */
	size_t first, n;
	bool is_stopping, is_failing;
	uint64_t sampled_below;   /* of the last half of a trace's number */
	char url[URL_BYTES], service[NAME_BYTES], host[HOST_BYTES];
	char shown[URL_BYTES];    /* the URL without a password that it may have */
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct metric *sent, *dropped;
} traces = { .mutex = PTHREAD_MUTEX_INITIALIZER };

/* ---- recording ---- */

static bool
is_context(const char *text)
{
	return text && strlen(text) == TRACE_PARENT_CHARS;
}

/* The caller's decision, or one that every process makes alike. */
static bool
is_sampled(const char *context)
{
	char half[SPAN_CHARS + 1];

	if (strtoul(context + FLAGS_AT, NULL, 16) & 1)
		return true;
	(void)snprintf(half, sizeof(half), "%.16s", context + TRACE_AT + TRACE_CHARS / 2);
	return traces.sampled_below == UINT64_MAX || strtoull(half, NULL, 16) < traces.sampled_below;
}

static void
add_text(struct buf *json, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(json, ",{\"key\":\"%s\",\"value\":{\"stringValue\":", key);
	buf_add_json_text(json, value, strlen(value));
	buf_add_text(json, "}}");
}

static void
add_int(struct buf *json, const char *key, int64_t value)
{
	if (value != 0)
		buf_printf(json, ",{\"key\":\"%s\",\"value\":{\"intValue\":\"%" PRId64 "\"}}", key, value);
}

static void
write_span(struct buf *json, const struct trace_span *span)
{
	int64_t end_us = clock_now_us();
	const char *parent = span->own && !is_context(span->context) ? NULL : span->context;
	const char *trace = span->own ? span->own : span->context;
	unsigned char random[SPAN_CHARS / 2];
	char id[SPAN_CHARS + 1];

	if (span->own) {
		(void)snprintf(id, sizeof(id), "%.16s", span->own + SPAN_AT);
	} else {
		secret_random(random, sizeof(random));
		hex_encode(id, random, sizeof(random));
	}
	buf_printf(json, "{\"traceId\":\"%.32s\",\"spanId\":\"%s\",", trace + TRACE_AT, id);
	if (parent)
		buf_printf(json, "\"parentSpanId\":\"%.16s\",", parent + SPAN_AT);
	buf_add_text(json, "\"name\":");
	buf_add_json_text(json, span->name, strlen(span->name));
	buf_printf(json, ",\"kind\":%d,\"startTimeUnixNano\":\"%" PRId64 "000\",\"endTimeUnixNano\":\"%" PRId64 "000\",\"status\":{\"code\":%d},\"attributes\":[", (int)span->kind,
	    end_us - span->took_us, end_us, span->error && (span->status == 0 || span->status >= 500) ? 2 : 0);
	buf_add_text(json, "{\"key\":\"wordclaw.operation\",\"value\":{\"stringValue\":");
	buf_add_json_text(json, span->name, strlen(span->name));
	buf_add_text(json, "}}");
	add_int(json, "http.response.status_code", span->status);
	add_text(json, "error.type", span->error);
	add_text(json, "wordclaw.request_id", span->request_id);
	add_int(json, "wordclaw.tenant", span->tenant);
	buf_add_text(json, "]}");
}

void
trace_record(const struct trace_span *span)
{
	const char *trace = span->own ? span->own : span->context;
	struct buf json;

	if (!traces.ring || !is_context(trace) || !is_sampled(trace))
		return;
	struct arena *arena = arena_new(8 * SPAN_BYTES);
	buf_init(&json, arena, SPAN_BYTES);
	write_span(&json, span);
	pthread_mutex_lock(&traces.mutex);
	bool is_kept = traces.n < RING_SPANS && json.len < SPAN_BYTES;
	if (is_kept) {
		char *slot = traces.ring[(traces.first + traces.n++) % RING_SPANS];
		memcpy(slot, json.bytes, json.len);
		slot[json.len] = '\0';
		if (traces.n == BATCH_SPANS)
			pthread_cond_signal(&traces.changed);
	}
	pthread_mutex_unlock(&traces.mutex);
	if (!is_kept)
		metric_add(traces.dropped, 1);
	arena_free(arena);
}

/* ---- sending ---- */

/* What is in the ring, BATCH_SPANS at most. */
static size_t
take_batch(struct buf *json)
{
	pthread_mutex_lock(&traces.mutex);
	size_t n = traces.n < BATCH_SPANS ? traces.n : BATCH_SPANS;
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(json, ',');
		buf_add_text(json, traces.ring[(traces.first + i) % RING_SPANS]);
	}
	traces.first = (traces.first + n) % RING_SPANS;
	traces.n -= n;
	pthread_mutex_unlock(&traces.mutex);
	return n;
}

static void
say_once(bool is_failing, const char *cause, int status)
{
	if (is_failing && !traces.is_failing)
		log_write(LOG_WARN, "traces.not_sent", LOG_TEXT("url", traces.shown), LOG_TEXT("cause", cause), LOG_INT("status", status));
	else if (!is_failing && traces.is_failing)
		log_write(LOG_INFO, "traces.sent_again", LOG_TEXT("url", traces.shown));
	traces.is_failing = is_failing;
}

static size_t
send_batch(struct http_client *client, struct arena *arena)
{
	static const char *const headers[] = { "content-type: application/json", NULL };
	struct http_client_response response;
	struct buf json;

	buf_init(&json, arena, 65536);
	buf_printf(&json, "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"wordclaw-%s\"}}", traces.service);
	add_text(&json, "service.namespace", "wordclaw");
	add_text(&json, "service.version", WORDCLAW_VERSION);
	add_text(&json, "host.name", traces.host);
	add_int(&json, "process.pid", getpid());
	buf_add_text(&json, "]},\"scopeSpans\":[{\"scope\":{\"name\":\"wordclaw\"},\"spans\":[");
	size_t n = take_batch(&json);
	buf_add_text(&json, "]}]}]}");
	if (n > 0) {
		enum http_client_result result = http_client_send(client, arena, &(struct http_client_request){ .method = "POST", .url = traces.url, .headers = headers,
		    .body = json.bytes, .n_body = json.len, .connect_timeout_ms = TIMEOUT_MS, .timeout_ms = TIMEOUT_MS, .response_bytes_max = 65536 }, &response);
		bool is_taken = result == HTTP_CLIENT_ANSWERED && response.status / 100 == 2;
		metric_add(is_taken ? traces.sent : traces.dropped, (int64_t)n);
		say_once(!is_taken, response.problem, response.status);
	}
	arena_reset(arena);
	return n;
}

static void
wait_for_spans(void)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PERIOD_MS / 1000;
	pthread_mutex_lock(&traces.mutex);
	if (!traces.is_stopping && traces.n < BATCH_SPANS)
		(void)pthread_cond_timedwait(&traces.changed, &traces.mutex, &until);
	pthread_mutex_unlock(&traces.mutex);
}

static void *
run(void *context)
{
	struct http_client *client = http_client_new(true);
	struct arena *arena = arena_new(ARENA_BYTES);
	bool is_stopping = false;

	(void)context;
	while (!is_stopping) {
		wait_for_spans();
		pthread_mutex_lock(&traces.mutex);
		is_stopping = traces.is_stopping;
		pthread_mutex_unlock(&traces.mutex);
		(void)send_batch(client, arena);
	}
	arena_free(arena);
	http_client_free(client);
	return NULL;
}

/* ---- start and stop ---- */

/* "http://user:password@collector:4318/...": logs name the collector alone. */
static void
show_url(void)
{
	const char *host = strstr(traces.url, "://") + 3, *at = host + strcspn(host, "/");

	while (at > host && *at != '@')
		at--;
	(void)snprintf(traces.shown, sizeof(traces.shown), "%.*s%s", (int)(host - traces.url), traces.url, *at == '@' ? at + 1 : host);
}

bool
trace_start(const struct trace_settings *settings, const char *service, const char **ret_problem)
{
	size_t n = strlen(settings->endpoint);

	*ret_problem = NULL;
	traces.sent = metric_counter("wordclaw_trace_spans_sent_total", "Spans that the collector took.", NULL);
	traces.dropped = metric_counter("wordclaw_trace_spans_dropped_total", "Spans that it did not, or that came faster than it takes them.", NULL);
	if (n == 0)
		return true;
	while (n > 0 && settings->endpoint[n - 1] == '/')
		n--;
	if (strncmp(settings->endpoint, "http://", 7) != 0 && strncmp(settings->endpoint, "https://", 8) != 0)
		*ret_problem = "OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https URL; example: OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318";
	else if (snprintf(traces.url, sizeof(traces.url), "%.*s/v1/traces", (int)n, settings->endpoint) >= (int)sizeof(traces.url))
		*ret_problem = "OTEL_EXPORTER_OTLP_ENDPOINT is too long";
	if (*ret_problem)
		return false;
	show_url();
	(void)snprintf(traces.service, sizeof(traces.service), "%s", service);
	(void)gethostname(traces.host, sizeof(traces.host) - 1);
	traces.sampled_below = settings->sample_percent >= 100 ? UINT64_MAX : UINT64_MAX / 100 * (uint64_t)settings->sample_percent;
	traces.ring = calloc(RING_SPANS, sizeof(*traces.ring));
	(void)pthread_cond_init(&traces.changed, NULL);
	if (!traces.ring || pthread_create(&traces.thread, NULL, run, NULL) != 0)
		abort(); /* at start */
	return true;
}

void
trace_stop(void)
{
	if (!traces.ring)
		return;
	pthread_mutex_lock(&traces.mutex);
	traces.is_stopping = true;
	pthread_cond_signal(&traces.changed);
	pthread_mutex_unlock(&traces.mutex);
	(void)pthread_join(traces.thread, NULL);
}
