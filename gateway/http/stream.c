/* Answers that go on.  http.c takes bytes when the client does; between times the connection rests. */
#include "http/stream.h"

#include <stdlib.h>
#include <string.h>

#include "http/connection.h"

enum { STREAM_FIRST_BYTES = 1024 };

struct stream {
	struct exchange *exchange;
	struct stream_options options;
	char *bytes;      /* NULL while nothing waits: most streams are idle most of the time */
	size_t at, n, capacity;
	bool is_ended;
};

struct stream *
exchange_stream(struct exchange *exchange, const struct stream_options *options)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	if (!stream)
		abort();
	stream->exchange = exchange;
	stream->options = *options;
	exchange->stream = stream;
	exchange_answer(exchange, options->status, options->content_type, "", 0);
	return stream;
}

static struct arena_budget *
budget_of(const struct stream *stream)
{
	return &stream->exchange->gateway->memory;
}

/* What waits counts as memory of exchanges. */
static void
forget_bytes(struct stream *stream)
{
	budget_of(stream)->held_bytes -= stream->capacity;
	free(stream->bytes);
	stream->bytes = NULL;
	stream->at = stream->n = stream->capacity = 0;
}

static void
make_room(struct stream *stream, size_t n_more)
{
	if (stream->at > 0) {
		memmove(stream->bytes, stream->bytes + stream->at, stream->n - stream->at);
		stream->n -= stream->at;
		stream->at = 0;
	}
	if (stream->n + n_more <= stream->capacity)
		return;
	size_t capacity = stream->capacity ? stream->capacity : STREAM_FIRST_BYTES;
	while (capacity < stream->n + n_more)
		capacity *= 2;
	stream->bytes = realloc(stream->bytes, capacity);
	if (!stream->bytes)
		abort();
	budget_of(stream)->held_bytes += capacity - stream->capacity;
	stream->capacity = capacity;
}

bool
stream_write(struct stream *stream, const void *bytes, size_t n_bytes)
{
	if (stream->is_ended || stream->n - stream->at + n_bytes > stream->options.buffer_max || arena_budget_is_spent(budget_of(stream)))
		return false;
	make_room(stream, n_bytes);
	memcpy(stream->bytes + stream->n, bytes, n_bytes);
	stream->n += n_bytes;
	connection_resume(stream->exchange->connection);
	return true;
}

size_t
stream_n_waiting(const struct stream *stream)
{
	return stream->n - stream->at;
}

void
stream_end(struct stream *stream)
{
	stream->is_ended = true;
	connection_resume(stream->exchange->connection);
}

ssize_t
stream_read(struct stream *stream, char *bytes, size_t n_max)
{
	size_t n = stream->n - stream->at < n_max ? stream->n - stream->at : n_max;

	if (n == 0)
		return stream->is_ended ? -1 : 0;
	memcpy(bytes, stream->bytes + stream->at, n);
	stream->at += n;
	if (stream->at == stream->n)
		forget_bytes(stream);
	return (ssize_t)n;
}

void
stream_close(struct exchange *exchange)
{
	struct stream *stream = exchange->stream;

	exchange->stream = NULL;
	stream->options.closed(stream->options.context);
	forget_bytes(stream);
	free(stream);
}
