/* HTTP/1.1 over the connections: what came becomes an exchange, its answer goes out, and the connection is ready for the next.
 *
 * Everything happens in a connection's turn, which ends when there is nothing to read, nobody to wait for and nothing to send, or when
 * it has had its share. */
#include <stdlib.h>
#include <string.h>

#include "http/internal.h"
#include "http/listener.h"
#include "http/stream_internal.h"

enum { STEPS_MAX = 64 /* of one connection before the others get their turn */ };

static struct http *
http_of(const struct exchange *exchange)
{
	return exchange->gateway->http;
}

/* ---- exchanges ---- */

struct exchange *
http_open(struct http *http, struct connection *connection, const char *head, size_t n_head)
{
	struct exchange *exchange = exchange_pool_take(http->exchanges);

	exchange->gateway = http->gateway;
	exchange->connection = connection;
	exchange->started_us = connection->phase_since_us;
	exchange->body_max = EXCHANGE_BODY_MAX;
	connection->exchange = exchange;
	connection->n_scanned = connection->n_discarded = 0;
	http_head_read(&exchange->head, exchange->arena, head, n_head);
	http_body_init(&connection->body, exchange->head.content_length);
	exchange_read_address(exchange, &connection->peer.any, http->options.trusted_proxies, http->options.address_seed);
	return exchange;
}

void
http_close(struct http *http, struct connection *connection)
{
	struct exchange *exchange = connection->exchange;

	connection->exchange = NULL;
	http->handlers.end(exchange);
	if (exchange->stream)
		stream_close(exchange);
	if (exchange->is_answered || !exchange->is_waiting) {
		exchange_pool_return(http->exchanges, exchange);
		return;
	}
	/* The client left; whoever the exchange waits for still answers.  What it knows of the connection ends here. */
	exchange->connection = NULL;
}

/* ---- turns ---- */

/* The next thing that can be done; false when there is none. */
static bool
step(struct http *http, struct connection *connection, struct input *input)
{
	struct exchange *exchange = connection->exchange;

	if (exchange && exchange->is_answered && connection->phase < PHASE_SENDING)
		http_begin_answer(connection);
	switch (connection->phase) {
	case PHASE_FRESH:
	case PHASE_IDLE:
		return http_receive_head(http, connection, input);
	case PHASE_RECEIVING:
		return exchange ? http_receive_body(http, connection, input) : http_receive_head(http, connection, input);
	case PHASE_WORKING:
		return false;
	case PHASE_SENDING:
	case PHASE_RESTING:
		return http_send_answer(http, connection);
	case PHASE_DISCARDING:
	case PHASE_LINGERING:
		return http_discard(connection, input);
	}
	return false;
}

static struct input
take_pending(struct http *http, struct connection *connection)
{
	struct input input = { .bytes = http->input, .n = connection->n_pending };

	if (connection->n_pending > 0)
		memcpy(input.bytes, connection->pending, connection->n_pending);
	free(connection->pending);
	connection->pending = NULL;
	connection->n_pending = 0;
	return input;
}

static void
keep_pending(struct connection *connection, const struct input *input)
{
	size_t n = input->n - input->at;

	if (n == 0)
		return;
	connection->pending = malloc(n);
	if (!connection->pending)
		abort();
	memcpy(connection->pending, input->bytes + input->at, n);
	connection->n_pending = n;
}

static void
drop(struct http *http, struct connection *connection)
{
	if (connection->exchange)
		http_close(http, connection);
	connection_free(connection);
}

static void
take_turn(struct http *http, struct connection *connection)
{
	struct input input = take_pending(http, connection);
	int n_steps = 0;

	/* A stream's client that sends no more has left. */
	connection->is_over |= connection->has_left && connection->exchange && connection->exchange->stream;
	http->serving = connection;
	while (!connection->is_over && n_steps < STEPS_MAX && step(http, connection, &input))
		n_steps++;
	http->serving = NULL;
	if (connection->is_over) {
		drop(http, connection);
		return;
	}
	keep_pending(connection, &input);
	if (n_steps == STEPS_MAX)
		connection_make_ready(connection);
}

/* Not while they answer: whoever did may still look at its exchange. */
static void
release_orphans(struct http *http)
{
	while (http->orphans) {
		struct exchange *exchange = http->orphans;
		http->orphans = exchange->next;
		exchange_pool_return(http->exchanges, exchange);
	}
}

bool
http_run(struct http *http)
{
	connections_poll(&http->connections);
	struct connection *last = http->connections.last_ready, *connection;
	bool is_last = !last; /* who becomes ready meanwhile comes in the next run */
	while (!is_last) {
		connection = connections_next_ready(&http->connections);
		is_last = connection == last;
		take_turn(http, connection);
	}
	release_orphans(http);
	return http->connections.first_ready != NULL;
}

void
http_resume(struct exchange *exchange)
{
	struct connection *connection = exchange->connection;
	struct http *http = http_of(exchange);

	if (!connection) {
		exchange->next = http->orphans;
		http->orphans = exchange;
	} else if (connection != http->serving) {
		connection_make_ready(connection);
	}
}

/* ---- the server ---- */

/* Perhaps not even its head is whole.  Whoever still waits for a decision has a deadline of its own. */
static void
on_late(struct connection *connection)
{
	struct http *http = connection->all->options.http;
	struct exchange *exchange = connection->exchange;

	if (!exchange)
		exchange = http_open(http, connection, connection->pending, connection->n_pending);
	if (exchange->is_waiting || exchange->is_answered)
		return;
	exchange->must_close = true;
	http->handlers.late(exchange);
}

struct http *
http_new(struct gateway *gateway, const struct http_options *options, const struct http_handlers *handlers,
    const char **ret_problem)
{
	int listener = listener_open(options->bind, options->port, ret_problem);
	if (listener < 0)
		return NULL;
	struct http *http = calloc(1, sizeof(*http));
	if (!http)
		abort();
	http->gateway = gateway;
	http->options = *options;
	http->handlers = *handlers;
	http->exchanges = exchange_pool_new();
	connections_init(&http->connections, &(struct connections_options){ .listener = listener, .n_max = options->connections_max,
	    .n_per_address_max = options->connections_per_address_max, .idle_timeout_us = options->idle_timeout_us,
	    .receive_timeout_us = options->receive_timeout_us, .send_timeout_us = options->send_timeout_us, .http = http, .late = on_late });
	return http;
}

void
http_free(struct http *http)
{
	while (http->connections.first)
		drop(http, http->connections.first);
	release_orphans(http);
	connections_release(&http->connections);
	exchange_pool_free(http->exchanges);
	free(http);
}

int
http_fd(const struct http *http)
{
	return http->connections.epoll_fd;
}

void
http_sweep(struct http *http, int64_t now_us)
{
	connections_sweep(&http->connections, now_us);
}

void
http_quiesce(struct http *http)
{
	connections_quiesce(&http->connections);
}

size_t
http_n_connections(const struct http *http)
{
	return http->connections.n;
}

size_t
http_n_exchanges(const struct http *http)
{
	return exchange_pool_n_taken(http->exchanges);
}
