/* Spans of traces, sent to an OpenTelemetry collector (OTLP over HTTP, as JSON).  Nothing happens unless an endpoint is set.
 *
 * Who records a span waits for nothing: spans are kept in a bounded ring, a thread sends them, and what a collector does not take in time is
 * counted and dropped. */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"

struct trace_settings {
	const char *endpoint;  /* "http://collector:4318"; "": off */
	int64_t sample_percent;
};

#define TRACE_SETTINGS(s) \
	{ "OTEL_EXPORTER_OTLP_ENDPOINT", SETTING_TEXT, "", 0, 0, "OpenTelemetry collector that traces are sent to (OTLP over HTTP), as http://collector:4318; empty: none", &(s).endpoint }, \
	{ "WORDCLAW_TRACE_SAMPLE_PERCENT", SETTING_INT, "100", 0, 100, "traces that are sent, of those whose caller has not decided; the same ones in every process", &(s).sample_percent }

enum trace_kind { TRACE_INTERNAL = 1, TRACE_SERVER = 2, TRACE_CONSUMER = 5 };

struct trace_span {
	const char *name;
	enum trace_kind kind;
	const char *context;    /* W3C traceparent: the trace, and the span that this one is within; NULL: none, not recorded */
	const char *own;        /* traceparent that others were given as theirs, whose span this is; NULL: nobody's, it gets a number of its own */
	int64_t took_us;        /* until now */
	int64_t status;         /* of HTTP; 0: not of HTTP */
	const char *error;      /* code, NULL: none */
	const char *request_id; /* or NULL */
	int64_t tenant;         /* 0: none */
};

/* service: "content".  False with *ret_problem, one line, when the endpoint is no URL. */
bool trace_start(const struct trace_settings *settings, const char *service, const char **ret_problem);

/* Any thread.  Its texts are copied. */
void trace_record(const struct trace_span *span);

/* What is still there is sent, for two seconds at most. */
void trace_stop(void);

#endif
