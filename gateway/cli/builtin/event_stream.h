/* The tenant's events as they happen, over any number of connections. */
#ifndef EVENT_STREAM_H
#define EVENT_STREAM_H

#include "cli/cli.h"
#include "cli/builtin/event_reader.h"

struct event_stream_options {
	const char *target; /* "/api/events?types=..." */
	const char *after;  /* resume behind this id, or NULL: from now on */
	bool (*on_open)(void *context); /* connected, also again; false: enough.  Or NULL */
	bool (*on_event)(void *context, const struct event *event); /* false: enough.  Or NULL */
	bool (*on_batch)(void *context); /* behind the events that came together; false: enough.  Or NULL */
	void *context;
};

/* Until a callback has enough (CLI_OK), the gateway refuses, or nobody answers for too long: both have been told. */
int event_stream_run(struct cli *cli, const struct event_stream_options *options);

#endif
