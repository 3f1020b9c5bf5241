/* Reads a text/event-stream as it comes (WHATWG HTML, "Server-sent events"). */
#ifndef EVENT_READER_H
#define EVENT_READER_H

#include "buf.h"

struct event {
	const char *type; /* "message" unless the stream names another */
	const char *id;   /* the last id so far, "" before any */
	const char *data; /* lines joined by line feeds, NUL-terminated */
	size_t n_data;
};

struct event_reader {
	bool (*on_event)(void *context, const struct event *event); /* false: enough */
	void *context;
	size_t event_bytes_max; /* of a line, and of an event's data */
	struct buf line, data, type, id, new_id;
	bool is_after_cr, has_data, is_begun;
	bool is_too_long;       /* the stream broke the bound */
	int64_t retry_ms;       /* as the other side asked, or -1 */
};

void event_reader_init(struct event_reader *reader, struct arena *arena, size_t event_bytes_max,
    bool (*on_event)(void *context, const struct event *event), void *context);

/* A new connection: what was half read is forgotten, the last id stays. */
void event_reader_reset(struct event_reader *reader);

/* False when there was enough, or an event beyond the bound. */
bool event_reader_feed(struct event_reader *reader, const char *bytes, size_t n_bytes);

#endif
