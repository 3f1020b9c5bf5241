/* From bytes to an exchange: the head, the body, and what nobody wants any more. */
#include <string.h>

#include "http/internal.h"

/* At most n_max bytes more, behind those there are.  0: none now, -1: none will come.  Not all that the input would hold, for what turns out to
 * belong to the next request is kept as long as this one takes. */
static ssize_t
receive(struct connection *connection, struct input *input, size_t n_max)
{
	if (input->at == input->n)
		input->at = input->n = 0;
	if (!connection->can_read)
		return connection->has_left ? -1 : 0;
	size_t n_room = HTTP_INPUT_BYTES - input->n;
	ssize_t n = connection_receive(connection, input->bytes + input->n, n_max < n_room ? n_max : n_room);
	input->n += n > 0 ? (size_t)n : 0;
	return n;
}

static size_t
n_wanted(const struct http_body *body)
{
	return body->is_chunked || body->n_left > HTTP_INPUT_BYTES ? HTTP_INPUT_BYTES : (size_t)body->n_left;
}

static void
skip_empty_lines(struct input *input)
{
	while (input->n - input->at >= 2 && memcmp(input->bytes + input->at, "\r\n", 2) == 0)
		input->at += 2;
}

static void
begin(struct http *http, struct connection *connection, struct input *input, size_t n_head)
{
	struct exchange *exchange = http_open(http, connection, input->bytes + input->at, n_head);

	input->at += n_head;
	exchange->has_begun = true;
	http->handlers.begin(exchange);
}

bool
http_receive_head(struct http *http, struct connection *connection, struct input *input)
{
	skip_empty_lines(input);
	size_t n = input->n - input->at, n_head = 0;
	bool is_half_line = n == 1 && input->bytes[input->at] == '\r'; /* of an empty one */
	if (n > 0 && !is_half_line) {
		if (connection->phase != PHASE_RECEIVING)
			connection_enter(connection, PHASE_RECEIVING);
		n_head = http_head_reach(input->bytes + input->at, n, &connection->n_scanned);
	}
	if (n_head > 0) {
		begin(http, connection, input, n_head);
		return true;
	}
	ssize_t n_received = receive(connection, input, HTTP_HEAD_BYTES_MAX);
	if (n_received >= 0)
		return n_received > 0;
	connection->is_over = n == 0;
	if (n > 0)
		begin(http, connection, input, n);
	return true;
}

static void
keep_body(struct http *http, struct exchange *exchange, const char *bytes, size_t n)
{
	if (!exchange->body.bytes)
		buf_init(&exchange->body, exchange->arena, n > 2048 ? 16384 : 4096);
	buf_add(&exchange->body, bytes, n);
	if (exchange->body.len > exchange->body_max)
		http->handlers.overflow(exchange);
}

static void
invite_body(struct connection *connection, struct exchange *exchange)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";

	exchange->head.expects_continue = false;
	connection->out[0] = (struct iovec){ (void *)(uintptr_t)text, sizeof(text) - 1 };
	connection->is_over |= !connection_send(connection); /* nothing was sent before it, so there is room */
}

bool
http_receive_body(struct http *http, struct connection *connection, struct input *input)
{
	struct exchange *exchange = connection->exchange;
	const char *data;
	size_t n_data;

	if (exchange->is_waiting) /* for whoever decides whether the body is wanted */
		return false;
	if (connection->body.state == HTTP_BODY_WHOLE) {
		connection_enter(connection, PHASE_WORKING);
		http->handlers.run(exchange);
		return true;
	}
	if (input->at == input->n) {
		if (exchange->head.expects_continue)
			invite_body(connection, exchange);
		ssize_t n = receive(connection, input, n_wanted(&connection->body));
		if (n < 0)
			http->handlers.broken(exchange, "the connection ended within the body");
		return n != 0;
	}
	input->at += http_body_take(&connection->body, input->bytes + input->at, input->n - input->at, &data, &n_data);
	keep_body(http, exchange, data, n_data);
	if (connection->body.state == HTTP_BODY_BROKEN && !exchange->is_answered)
		http->handlers.broken(exchange, connection->body.problem);
	return true;
}

/* The rest of a body whose answer is sent, or what still comes over a connection that ends. */
bool
http_discard(struct connection *connection, struct input *input)
{
	bool is_body = connection->phase == PHASE_DISCARDING;
	const char *data;
	size_t n_data;

	if (is_body && connection->body.state == HTTP_BODY_WHOLE) {
		connection_enter(connection, PHASE_IDLE);
		return true;
	}
	if (input->at == input->n) {
		ssize_t n = receive(connection, input, is_body ? n_wanted(&connection->body) : HTTP_INPUT_BYTES);
		connection->is_over |= n < 0;
		return n > 0;
	}
	size_t n = input->n - input->at;
	if (is_body)
		n = http_body_take(&connection->body, input->bytes + input->at, n, &data, &n_data);
	input->at += n;
	connection->n_discarded += n;
	connection->is_over |= connection->n_discarded > HTTP_DISCARD_MAX || (is_body && connection->body.state == HTTP_BODY_BROKEN);
	return true;
}
