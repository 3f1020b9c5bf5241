/* An answer that goes on, such as server-sent events: bytes wait in a bounded buffer until the client takes them. */
#ifndef STREAM_H
#define STREAM_H

#include <sys/types.h>

#include "http/exchange.h"

struct stream;

struct stream_options {
	int status;
	const char *content_type;
	size_t buffer_max;             /* bytes that may wait for the client */
	void (*closed)(void *context); /* the client left, or stream_end was carried out; the stream is gone with this call */
	void *context;
};

/* The exchange is answered by a stream; headers set so far are sent.  The exchange and its arena live until closed. */
struct stream *exchange_stream(struct exchange *exchange, const struct stream_options *options);

/* All or nothing: false when the bytes do not fit (the client is too slow, or memory is short: tell it where to resume and end the stream). */
bool stream_write(struct stream *stream, const void *bytes, size_t n_bytes) MUST_CHECK;

/* Bytes that the client has not taken yet. */
size_t stream_n_waiting(const struct stream *stream);

/* What waits is still sent, within the send timeout; then the answer is complete. */
void stream_end(struct stream *stream);

/* For the HTTP server.  Take bytes that wait.  0: none now.  -1: none will come. */
ssize_t stream_read(struct stream *stream, char *bytes, size_t n_max);

/* The connection is done with the exchange's stream. */
void stream_close(struct exchange *exchange);

#endif
