/* The only file that knows libmicrohttpd.
 *
 * One daemon without threads of its own, driven by MHD_run from the process's loop: its internal epoll loop hangs from 128
 * connections on, and one thread for HTTP and bus saves two hand-overs per request.  Its own timeouts count inactivity
 * only; http_sweep counts whole phases, so a client that trickles is closed too. */
#include "http.h"

#include <assert.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "connections.h"
#include "exchange_pool.h"
#include "header.h"
#include "listener.h"
#include "stream_internal.h"

enum {
	CONNECTION_POOL_BYTES = 8 * 1024, /* measured: 32 KB costs a quarter of the throughput at 64 connections */
	DISCARD_MAX = 16 * 1024 * 1024, /* of a body whose answer is known already */
	PARKED_MAX = 256,
	STREAM_BLOCK_BYTES = 4096,
	LEAVERS_AT_ONCE_MAX = 64,
};

struct http {
	struct gateway *gateway;
	struct http_options options;
	struct http_handlers handlers;
	struct MHD_Daemon *daemon;
	int epoll_fd;
	struct connections connections;
	struct exchange_pool *exchanges;
	size_t n_parked;
	struct exchange *orphans; /* answered after their connection ended */
	bool wants_run;           /* an exchange may go on */
	bool has_moved;           /* in this run a connection came to a state in which libmicrohttpd may read or write at once */
};

/* ---- connections ---- */

static struct http *
http_of(const struct exchange *exchange)
{
	return exchange->gateway->http;
}

static void
on_connection(void *context, struct MHD_Connection *mhd, void **socket_context, enum MHD_ConnectionNotificationCode code)
{
	struct http *http = context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*socket_context = connection_new(&http->connections, mhd, MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
	else if (*socket_context)
		connection_free(*socket_context);
}

static struct connection *
connection_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info->socket_context;
}

static void
read_address(struct exchange *exchange, struct connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection->owner, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct http_options *options = &http_of(exchange)->options;
	exchange_read_address(exchange, info ? info->client_addr : NULL, options->trusted_proxies, options->address_seed);
}

/* ---- waiting ----
 *
 * Suspending takes a connection out of the daemon's epoll set, and resuming it costs an attempt to read before it comes back:
 * three system calls per request.  So an exchange that has arrived whole is parked instead: the daemon keeps asking for its
 * answer in every run, which is cheap while there are few.  In return MHD_get_timeout, which counts them as ready, says nothing
 * while any is parked; then has_moved tells, and should it miss something, the next tick of the loop does not. */

static void
park(struct http *http, struct connection *connection)
{
	connection->is_parked = true;
	http->n_parked++;
}

static void
unpark(struct http *http, struct connection *connection)
{
	connection->is_parked = false;
	http->n_parked--;
}

static void
suspend(struct connection *connection)
{
	connection->is_suspended = true;
	MHD_suspend_connection(connection->owner);
}

static void
resume(struct http *http, struct connection *connection)
{
	http->wants_run = true;
	connection->is_suspended = false;
	MHD_resume_connection(connection->owner);
}

/* The request line was read: the earliest moment libmicrohttpd shows. */
static void *
on_request_line(void *context, const char *uri, struct MHD_Connection *mhd)
{
	struct http *http = context;
	struct connection *connection = connection_of(mhd);
	struct exchange *exchange = exchange_pool_take(http->exchanges);

	connection_enter(connection, PHASE_RECEIVING);
	exchange->gateway = http->gateway;
	exchange->connection = connection;
	connection->exchange = exchange;
	exchange->started_us = connection->phase_since_us;
	exchange->uri = arena_strdup(exchange->arena, uri);
	exchange->body_max = EXCHANGE_BODY_MAX;
	return exchange;
}

static void
on_completed(void *context, struct MHD_Connection *mhd, void **request_context, enum MHD_RequestTerminationCode code)
{
	struct http *http = context;
	struct exchange *exchange = *request_context;

	(void)mhd;
	(void)code; /* an answer that could not be sent is not worth a line: the client left */
	if (!exchange)
		return;
	struct connection *connection = exchange->connection;
	connection->exchange = NULL;
	assert(!connection->is_suspended);
	connection_enter(connection, PHASE_IDLE);
	connection->n_discarded = 0;
	connection_unwatch(connection);
	*request_context = NULL;
	http->handlers.end(exchange);
	if (exchange->stream)
		stream_close(exchange);
	if (!connection->is_parked) {
		exchange_pool_return(http->exchanges, exchange);
		return;
	}
	/* The client left; whoever the exchange waits for still answers.  What it knows of the connection ends here. */
	unpark(http, connection);
	exchange->connection = NULL;
	exchange->n_headers = 0;
}

/* ---- requests ---- */

static enum MHD_Result
on_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct exchange *exchange = context;

	(void)kind;
	exchange->n_header_bytes += strlen(name) + (value ? strlen(value) : 0);
	if (exchange->n_headers == EXCHANGE_HEADERS_MAX) {
		exchange->n_header_bytes = SIZE_MAX / 2; /* refused like any header block that is too large */
		return MHD_NO;
	}
	if (!header_is_name(name))
		exchange->malformed_header = name;
	if (header_must_be_single(name) && exchange_header(exchange, name))
		exchange->repeated_header = name;
	exchange->headers[exchange->n_headers++] = (struct header){ name, value ? value : "" };
	return MHD_YES;
}

/* Nothing to send: the connection rests until somebody writes.  Without a client the stream just ends: after END_WITH_ERROR
 * libmicrohttpd kept such connections open until http_sweep came by. */
static ssize_t
read_stream(void *context, uint64_t position, char *bytes, size_t n_max)
{
	struct exchange *exchange = context;
	struct connection *connection = exchange->connection;
	ssize_t n = stream_read(exchange->stream, bytes, n_max);

	(void)position;
	connection_enter(connection, PHASE_SENDING);
	if (connection->has_left)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n == 0)
		suspend(connection);
	return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

static enum MHD_Result
send_answer(struct connection *connection, struct exchange *exchange)
{
	struct MHD_Response *response = exchange->stream
	    ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, read_stream, exchange, NULL)
	    : MHD_create_response_from_buffer(exchange->n_content, (void *)(uintptr_t)exchange->content, MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	if (exchange->content_type)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, exchange->content_type);
	for (size_t i = 0; i < exchange->n_out_headers; i++)
		(void)MHD_add_response_header(response, exchange->out_headers[i].name, exchange->out_headers[i].value);
	if (exchange->stream)
		connection_watch(connection);
	if (exchange->gateway->is_draining || exchange->must_close)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	connection_enter(connection, PHASE_SENDING);
	http_of(exchange)->has_moved = true;
	enum MHD_Result result = MHD_queue_response(connection->owner, (unsigned)exchange->status, response);
	MHD_destroy_response(response);
	return result;
}

/* After a handler ran: answer, or wait for whoever the exchange waits for. */
static enum MHD_Result
settle(struct connection *connection, struct exchange *exchange)
{
	if (exchange->is_answered)
		return send_answer(connection, exchange);
	if (!exchange->is_waiting)
		return MHD_YES;
	if (exchange->is_at_headers || http_of(exchange)->n_parked == PARKED_MAX)
		suspend(connection);
	else
		park(http_of(exchange), connection);
	return MHD_YES;
}

/* While only the headers were read.  An answer given here ends the connection, and where the client is still sending it
 * meets a reset before it reads the answer.  So a refused body is discarded first, unless it is huge or the client asked
 * with Expect whether to send it; and without a body the next call, which comes at once, answers or waits. */
static enum MHD_Result
settle_headers(struct connection *connection, struct exchange *exchange)
{
	bool is_answered_now = exchange->is_answered && exchange->has_body &&
	    (exchange->content_length > DISCARD_MAX || exchange_header(exchange, "expect"));

	exchange->is_at_headers = exchange->has_body && exchange->is_waiting;
	return is_answered_now || exchange->is_at_headers ? settle(connection, exchange) : MHD_YES;
}

static void
run(struct connection *connection, struct exchange *exchange)
{
	exchange->has_run = true;
	connection_enter(connection, PHASE_WORKING);
	http_of(exchange)->handlers.run(exchange);
}

static enum MHD_Result
begin(struct connection *connection, struct exchange *exchange, const char *method, const char *version)
{
	exchange->needs_host = strcmp(version, "HTTP/1.0") != 0;
	exchange->method = method;
	exchange->has_begun = true;
	exchange->n_header_bytes = strlen(exchange->uri);
	(void)MHD_get_connection_values(connection->owner, MHD_HEADER_KIND, on_header, exchange);
	read_address(exchange, connection);
	http_of(exchange)->handlers.begin(exchange);
	return settle_headers(connection, exchange);
}

static enum MHD_Result
receive(struct connection *connection, struct exchange *exchange, const char *bytes, size_t *n_bytes)
{
	size_t n = *n_bytes;

	*n_bytes = 0;
	http_of(exchange)->has_moved = true;
	if (exchange->is_answered) {
		connection->n_discarded += n;
		return connection->n_discarded > DISCARD_MAX ? MHD_NO : MHD_YES;
	}
	if (!exchange->body.bytes)
		buf_init(&exchange->body, exchange->arena, n > 2048 ? 16384 : 4096);
	buf_add(&exchange->body, bytes, n);
	if (exchange->body.len > exchange->body_max)
		http_of(exchange)->handlers.overflow(exchange);
	return MHD_YES;
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *mhd, const char *url, const char *method, const char *version,
    const char *bytes, size_t *n_bytes, void **request_context)
{
	struct exchange *exchange = *request_context;

	(void)context;
	(void)mhd;
	(void)url;
	if (!exchange)
		return MHD_NO;
	struct connection *connection = exchange->connection;
	if (!exchange->has_begun)
		return begin(connection, exchange, method, version);
	if (exchange->is_at_headers) /* resumed there: libmicrohttpd calls once more before it reads on */
		return settle_headers(connection, exchange);
	if (connection->is_parked)
		return MHD_YES;
	if (*n_bytes > 0)
		return receive(connection, exchange, bytes, n_bytes);
	if (!exchange->is_answered && !exchange->is_waiting && !exchange->has_run)
		run(connection, exchange);
	return settle(connection, exchange);
}

/* Past libmicrohttpd, which takes no answer before the request is whole: so far it has sent this client nothing, or a 100. */
static void
on_late(struct connection *connection)
{
	struct exchange *exchange = connection->exchange;
	struct buf text;

	if (!exchange)
		return;
	if (!exchange->is_answered)
		http_of(exchange)->handlers.late(exchange);
	exchange->has_begun = true; /* should the rest come after all: it is answered */
	buf_init(&text, exchange->arena, exchange->n_content + 1024);
	buf_printf(&text, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: %zu\r\n", exchange->status,
	    MHD_get_reason_phrase_for((unsigned)exchange->status), exchange->n_content);
	if (exchange->content_type)
		buf_printf(&text, "Content-Type: %s\r\n", exchange->content_type);
	for (size_t i = 0; i < exchange->n_out_headers; i++)
		buf_printf(&text, "%s: %s\r\n", exchange->out_headers[i].name, exchange->out_headers[i].value);
	buf_add_text(&text, "\r\n");
	buf_add(&text, exchange->content, exchange->n_content);
	(void)send(connection->fd, text.bytes, text.len, MSG_DONTWAIT | MSG_NOSIGNAL); /* who does not read it is closed all the same */
}

/* uri.c decodes, strictly. */
static size_t
keep_escapes(void *context, struct MHD_Connection *mhd, char *text)
{
	(void)context;
	(void)mhd;
	return strlen(text);
}

/* ---- the daemon ---- */

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
	connections_init(&http->connections, &(struct connections_options){ .idle_timeout_us = options->idle_timeout_us,
	    .receive_timeout_us = options->receive_timeout_us, .send_timeout_us = options->send_timeout_us, .late = on_late });
	http->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, http,
	    MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_POOL_BYTES,
	    MHD_OPTION_CONNECTION_LIMIT, options->connections_max, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
	    options->connections_per_address_max, MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_STRICT_FOR_CLIENT, 0,
	    MHD_OPTION_URI_LOG_CALLBACK, on_request_line, http, MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
	    MHD_OPTION_END);
	if (!http->daemon) {
		*ret_problem = "the HTTP daemon did not start";
		(void)close(listener);
		exchange_pool_free(http->exchanges);
		connections_release(&http->connections);
		free(http);
		return NULL;
	}
	http->epoll_fd = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	return http;
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

void
http_free(struct http *http)
{
	for (struct connection *connection = http->connections.first; connection; connection = connection->next)
		if (connection->is_suspended)
			resume(http, connection); /* a stream that nobody ended */
	MHD_stop_daemon(http->daemon);
	release_orphans(http);
	exchange_pool_free(http->exchanges);
	connections_release(&http->connections);
	free(http);
}

int
http_fd(const struct http *http)
{
	return http->epoll_fd;
}

bool
http_run(struct http *http)
{
	MHD_UNSIGNED_LONG_LONG timeout_ms;

	http->wants_run = http->has_moved = false;
	(void)MHD_run(http->daemon);
	release_orphans(http);
	if (http->wants_run || http->n_parked > 0)
		return http->wants_run || http->has_moved;
	return MHD_get_timeout(http->daemon, &timeout_ms) == MHD_YES && timeout_ms == 0;
}

void
http_resume(struct exchange *exchange)
{
	struct connection *connection = exchange->connection;
	struct http *http = http_of(exchange);

	if (!connection) {
		exchange->next = http->orphans;
		http->orphans = exchange;
		return;
	}
	if (connection->is_suspended) {
		resume(http, connection);
	} else if (connection->is_parked) {
		http->wants_run = true;
		unpark(http, connection);
	}
}

void
http_sweep(struct http *http, int64_t now_us)
{
	connections_sweep(&http->connections, now_us);
}

int
http_leavers_fd(const struct http *http)
{
	return http->connections.leavers_fd;
}

/* A stream that rests is woken: then read_stream ends it. */
void
http_reap(struct http *http)
{
	struct connection *connection;

	for (int i = 0; i < LEAVERS_AT_ONCE_MAX && (connection = connections_leaver(&http->connections)); i++)
		if (connection->is_suspended)
			resume(http, connection);
}

void
http_quiesce(struct http *http)
{
	int listener = MHD_quiesce_daemon(http->daemon);
	if (listener >= 0)
		(void)close(listener);
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
