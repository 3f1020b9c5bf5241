/* From an answer to bytes: its head and content, or a stream block by block; and what becomes of the connection. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "http/internal.h"
#include "http/reply.h"
#include "http/stream_internal.h"

enum { STREAM_BLOCK_BYTES = 4096, CHUNK_SIZE_BYTES = 16 };

/* May the next request come over this connection?  Not behind a body that is too long to be discarded, or that the client may or may
 * not send: it asked first. */
static bool
may_go_on(const struct connection *connection, const struct exchange *exchange)
{
	bool is_whole = connection->body.state == HTTP_BODY_WHOLE;
	bool is_discardable = connection->body.state != HTTP_BODY_BROKEN && !exchange->head.expects_continue && connection->body.n_left <= HTTP_DISCARD_MAX;

	return exchange->head.keeps_alive && !exchange->must_close && !exchange->gateway->is_draining && (is_whole || is_discardable);
}

void
http_begin_answer(struct connection *connection)
{
	struct exchange *exchange = connection->exchange;
	bool has_content = http_reply_has_content(exchange), is_open_end = exchange->stream && has_content;
	bool is_chunked = is_open_end && exchange->head.minor > 0;
	struct buf head;

	connection->goes_on = may_go_on(connection, exchange) && (!is_open_end || is_chunked);
	buf_init(&head, exchange->arena, 1024);
	http_reply_write_head(&head, exchange,
	    &(struct http_reply){ .has_length = !exchange->stream, .is_chunked = is_chunked, .goes_on = connection->goes_on }, clock_now_us());
	connection->out[0] = (struct iovec){ head.bytes, head.len };
	connection->out[1] = (struct iovec){ (void *)(uintptr_t)exchange->content, has_content && !exchange->stream ? exchange->n_content : 0 };
	connection->is_last_block = false;
	if (is_open_end)
		connection_expect_stream(connection);
	connection_enter(connection, PHASE_SENDING);
}

static void
end_answer(struct http *http, struct connection *connection)
{
	bool is_whole = connection->body.state == HTTP_BODY_WHOLE && connection->exchange->head.fault == HTTP_HEAD_FINE;

	http_close(http, connection);
	if (connection->goes_on) {
		connection_enter(connection, is_whole ? PHASE_IDLE : PHASE_DISCARDING);
		return;
	}
	connection_enter(connection, PHASE_LINGERING);
	connection->is_over = (is_whole && !connection->can_read) || shutdown(connection->fd, SHUT_WR) != 0;
}

/* The stream's next bytes, or its end, into out; false when it rests. */
static bool
next_block(struct connection *connection, struct exchange *exchange)
{
	bool is_chunked = exchange->head.minor > 0;
	char *block = connection->block, size[CHUNK_SIZE_BYTES];

	if (!block && !(block = connection->block = malloc(CHUNK_SIZE_BYTES + STREAM_BLOCK_BYTES + 2)))
		abort();
	ssize_t n = stream_read(exchange->stream, block + CHUNK_SIZE_BYTES, STREAM_BLOCK_BYTES);
	if (n <= 0) { /* most streams rest most of the time */
		free(block);
		connection->block = NULL;
	}
	if (n == 0) {
		connection_enter(connection, PHASE_RESTING);
		return false;
	}
	connection_enter(connection, PHASE_SENDING);
	connection->is_last_block = n < 0;
	if (n < 0) {
		connection->out[0] = (struct iovec){ (void *)(uintptr_t)"0\r\n\r\n", is_chunked ? 5 : 0 };
		return true;
	}
	size_t n_size = is_chunked ? (size_t)snprintf(size, sizeof(size), "%zx\r\n", (size_t)n) : 0;
	memcpy(block + CHUNK_SIZE_BYTES - n_size, size, n_size);
	memcpy(block + CHUNK_SIZE_BYTES + n, "\r\n", 2);
	connection->out[0] = (struct iovec){ block + CHUNK_SIZE_BYTES - n_size, n_size + (size_t)n + (is_chunked ? 2 : 0) };
	return true;
}

bool
http_send_answer(struct http *http, struct connection *connection)
{
	struct exchange *exchange = connection->exchange;

	if (!connection_send(connection))
		return false;
	if (exchange->stream && http_reply_has_content(exchange) && !connection->is_last_block)
		return next_block(connection, exchange);
	end_answer(http, connection);
	return true;
}
