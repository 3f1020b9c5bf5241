/* HTTP by libmicrohttpd: its callbacks become the moments of an exchange.
 *
 * One daemon without threads of its own, driven by MHD_run from the process's loop: the library's own epoll loop hangs from 128 connections
 * on, and one thread for HTTP and bus saves two hand-overs per request.  An exchange that waits is a suspended connection, so the library
 * never ends one that somebody still works on. */
#include "http/http.h"

#include <assert.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/compress.h"
#include "http/connection.h"
#include "http/exchange_pool.h"
#include "http/listen_socket.h"
#include "http/stream.h"

enum {
	CONNECTION_POOL_BYTES = 16 * 1024, /* docs/performance.md: 32 KB costs more than it gives */
	DISCARD_MAX = 16 * 1024 * 1024,    /* of a body whose length and answer are known already */
	STREAM_BLOCK_BYTES = 4096,
	FILE_BLOCK_BYTES = 64 * 1024,
	KEPT_SHARE = 64, /* one place of so many is kept for whoever comes next */
	PROGRESS_BYTES = 64 * 1024, /* of a body that is taken as it comes: this much within the receive timeout is not too slow */
	LENIENT = 0, /* the library's strictness.  1 answers more heads with a page of its own; what 0 lets through head.c refuses in the envelope */
};

struct http {
	struct gateway *gateway;
	struct http_options options;
	struct http_handlers handlers;
	struct MHD_Daemon *daemon;
	int epoll_fd;
	struct connections connections;
	struct exchange_pool *exchanges;
	struct exchange *abandoned; /* their clients have left, and somebody still works on them */
	struct connection nowhere;  /* theirs */
};

static struct http *
http_of(const struct exchange *exchange)
{
	return exchange->gateway->http;
}

/* ---- connections and exchanges come and go ---- */

/* Whose connection it is: an IPv6 caller owns a /64. */
static struct in6_addr
owner_of(struct in6_addr peer)
{
	if (!IN6_IS_ADDR_V4MAPPED(&peer))
		memset(&peer.s6_addr[8], 0, 8);
	return peer;
}

static void
on_connection(void *context, struct MHD_Connection *mhd, void **socket_context, enum MHD_ConnectionNotificationCode code)
{
	struct http *http = context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		struct in6_addr peer = IN6ADDR_ANY_INIT;
		(void)forwarded_peer(MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr, &peer);
		peer = owner_of(peer);
		*socket_context = connection_new(&http->connections, mhd, MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd, &peer);
		connections_make_room(&http->connections);
	} else if (*socket_context) {
		connection_free(*socket_context);
	}
}

/* One address does not take all places; behind a proxy that we trust are many. */
static enum MHD_Result
may_connect(void *context, const struct sockaddr *peer, socklen_t n_peer)
{
	struct http *http = context;
	unsigned n_max = http->options.connections_per_address_max;
	struct in6_addr address;

	(void)n_peer;
	if (n_max == 0 || !forwarded_peer(peer, &address) || trusted_proxies_have(http->options.trusted_proxies, &address))
		return MHD_YES;
	struct in6_addr owner = owner_of(address);
	return connections_of(&http->connections, &owner) < n_max ? MHD_YES : MHD_NO;
}

/* The request line was read: the earliest moment the library shows. */
static void *
on_request_line(void *context, const char *target, struct MHD_Connection *mhd)
{
	struct http *http = context;
	struct connection *connection = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	struct exchange *exchange = exchange_pool_take(http->exchanges);

	connection_enter(connection, PHASE_RECEIVING);
	exchange->gateway = http->gateway;
	exchange->connection = connection;
	exchange->started_us = connection->phase_since_us;
	exchange->body_max = EXCHANGE_BODY_MAX;
	http_head_begin(&exchange->head, exchange->arena, target);
	connection->exchange = exchange;
	return exchange;
}

static void
end_exchange(struct http *http, struct exchange *exchange)
{
	http->handlers.end(exchange);
	if (exchange->has_file)
		(void)close(exchange->file_fd);
	if (exchange->stream)
		stream_close(exchange);
	exchange_pool_return(http->exchanges, exchange);
}

/* A reset may come between the call that began to wait and the next one, which suspends: then whoever it waits for still holds it. */
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
	*request_context = NULL;
	connection->exchange = NULL;
	connection->is_streaming = connection->is_read = false;
	connection->is_known = exchange->principal.type && strcmp(exchange->principal.type, "anonymous") != 0;
	connection_enter(connection, PHASE_IDLE);
	if (exchange->is_waiting) {
		exchange->connection = &http->nowhere;
		exchange->next = http->abandoned;
		http->abandoned = exchange;
		return;
	}
	end_exchange(http, exchange);
}

/* Those for whom nobody works any more. */
static void
end_abandoned(struct http *http)
{
	struct exchange **link = &http->abandoned;

	while (*link) {
		struct exchange *exchange = *link;
		if (exchange->is_waiting) {
			link = &exchange->next;
			continue;
		}
		*link = exchange->next;
		end_exchange(http, exchange);
	}
}

/* ---- answers ---- */

/* Nothing to send: the connection rests until somebody writes. */
static ssize_t
read_stream(void *context, uint64_t position, char *bytes, size_t n_max)
{
	struct exchange *exchange = context;
	struct connection *connection = exchange->connection;

	(void)position;
	connection_enter(connection, PHASE_SENDING);
	if (connection->has_left)
		return MHD_CONTENT_READER_END_OF_STREAM;
	ssize_t n = stream_read(exchange->stream, bytes, n_max);
	if (n == 0)
		connection_suspend(connection);
	return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

/* Each block that the client takes begins the send timeout anew. */
static ssize_t
read_file(void *context, uint64_t position, char *bytes, size_t n_max)
{
	struct exchange *exchange = context;
	ssize_t n = pread(exchange->file_fd, bytes, n_max, (off_t)(exchange->file_offset + position));

	connection_enter(exchange->connection, PHASE_SENDING);
	return n > 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR; /* it was shorter than its row says */
}

static struct MHD_Response *
make_response(struct exchange *exchange)
{
	if (exchange->stream)
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, read_stream, exchange, NULL);
	if (exchange->has_file && exchange->n_content > 0)
		return MHD_create_response_from_callback(exchange->n_content, FILE_BLOCK_BYTES, read_file, exchange, NULL);
	return MHD_create_response_from_buffer(exchange->n_content, (void *)(uintptr_t)exchange->content, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result
send_answer(struct connection *connection, struct exchange *exchange)
{
	compress_answer(exchange);
	struct MHD_Response *response = make_response(exchange);
	if (!response)
		return MHD_NO;
	if (exchange->content_type)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, exchange->content_type);
	for (size_t i = 0; i < exchange->n_out_headers; i++)
		(void)MHD_add_response_header(response, exchange->out_headers[i].name, exchange->out_headers[i].value);
	bool is_unwelcome = connections_are_crowded(connection->all) && (!exchange->principal.type || strcmp(exchange->principal.type, "anonymous") == 0);
	if (exchange->gateway->is_draining || exchange->must_close || (is_unwelcome && !exchange->stream))
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (exchange->stream)
		connection_expect_stream(connection);
	connection_enter(connection, PHASE_SENDING);
	enum MHD_Result result = MHD_queue_response(connection->mhd, (unsigned)exchange->status, response);
	MHD_destroy_response(response);
	return result;
}

/* After a handler ran: answer, or wait for whoever the exchange waits for.
 *
 * The library notes only behind this call that nothing more is to be read.  Suspended within it, a connection is read once more when it is
 * resumed, which costs a system call and drops the answer to a client that has closed its half.  So it is suspended by the next call, which
 * comes in the next run. */
static enum MHD_Result
settle(struct connection *connection, struct exchange *exchange)
{
	if (exchange->is_answered)
		return send_answer(connection, exchange);
	if (exchange->is_waiting && connection->is_read)
		connection_suspend(connection);
	connection->is_read = true;
	return MHD_YES;
}

/* An answer given before the body ends the connection, and a client that is still sending meets a reset before it reads the answer.  So a
 * refused body is read and dropped first, unless nobody knows where it ends, it is huge, or the client asked whether to send it. */
static bool
must_answer_before_body(const struct exchange *exchange)
{
	const struct http_head *head = &exchange->head;

	return head->fault || (head->has_body && (head->content_length > DISCARD_MAX || http_head_header(head, "expect")));
}

/* Only the head was read.  Without a body the library's next call, which comes at once, answers or waits. */
static enum MHD_Result
settle_head(struct connection *connection, struct exchange *exchange)
{
	connection->is_at_head = exchange->head.has_body && exchange->is_waiting;
	if (connection->is_at_head)
		connection_suspend(connection);
	return exchange->is_answered && must_answer_before_body(exchange) ? send_answer(connection, exchange) : MHD_YES;
}

/* ---- requests ---- */

static enum MHD_Result
on_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct exchange *exchange = context;

	(void)kind;
	http_head_add(&exchange->head, exchange->arena, &(struct header){ name, value });
	return exchange->head.fault == HTTP_HEAD_TOO_LARGE ? MHD_NO : MHD_YES;
}

static void
read_head(struct connection *connection, struct exchange *exchange, const char *method, const char *version)
{
	struct MHD_Connection *mhd = connection->mhd;
	const struct http_options *options = &http_of(exchange)->options;

	http_head_line(&exchange->head, exchange->arena, method, version);
	(void)MHD_get_connection_values(mhd, MHD_HEADER_KIND, on_header, exchange);
	http_head_end(&exchange->head, exchange->arena, method + MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size);
	exchange_read_address(exchange, MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr, options->trusted_proxies,
	    options->address_seed);
}

/* A body that nobody keeps may be as long as it likes, as long as it moves. */
static void
pass_body(struct exchange *exchange, const char *bytes, size_t n)
{
	uint64_t before = exchange->n_taken / PROGRESS_BYTES;

	exchange->n_taken += n;
	if (exchange->n_taken / PROGRESS_BYTES != before)
		connection_enter(exchange->connection, PHASE_RECEIVING);
	if (exchange->n_taken > exchange->body_max)
		http_of(exchange)->handlers.overflow(exchange);
	else
		exchange->take(exchange, bytes, n);
}

static void
take_body(struct exchange *exchange, const char *bytes, size_t n)
{
	if (exchange->is_answered)
		return;
	if (exchange->take) {
		pass_body(exchange, bytes, n);
		return;
	}
	if (!exchange->body.bytes)
		buf_init(&exchange->body, exchange->arena, n > 2048 ? 16384 : 4096);
	buf_add(&exchange->body, bytes, n);
	if (exchange->body.len > exchange->body_max || !arena_has_room(exchange->arena, 0))
		http_of(exchange)->handlers.overflow(exchange);
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *mhd, const char *url, const char *method, const char *version,
    const char *bytes, size_t *n_bytes, void **request_context)
{
	struct http *http = context;
	struct exchange *exchange = *request_context;
	struct connection *connection = exchange->connection;

	(void)mhd;
	(void)url; /* decoded: uri.c does that, strictly */
	if (!exchange->has_begun) {
		read_head(connection, exchange, method, version);
		exchange->has_begun = true;
		http->handlers.begin(exchange);
		return settle_head(connection, exchange);
	}
	if (connection->is_at_head)
		return settle_head(connection, exchange);
	if (*n_bytes > 0) {
		take_body(exchange, bytes, *n_bytes);
		*n_bytes = 0;
		return MHD_YES;
	}
	if (!exchange->is_answered && !exchange->is_waiting && !exchange->has_run) {
		exchange->has_run = true;
		connection_enter(connection, PHASE_WORKING);
		http->handlers.run(exchange);
	}
	return settle(connection, exchange);
}

static size_t
keep_escapes(void *context, struct MHD_Connection *mhd, char *text)
{
	(void)context;
	(void)mhd;
	return strlen(text);
}

/* ---- the daemon ---- */

static struct MHD_Daemon *
start_daemon(struct http *http, int listen_fd)
{
	const struct http_options *options = &http->options;
	unsigned idle_timeout_s = (unsigned)((options->idle_timeout_us + 999999) / 1000000);

	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, may_connect, http, on_request, http, MHD_OPTION_LISTEN_SOCKET, listen_fd,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_POOL_BYTES, MHD_OPTION_CONNECTION_LIMIT, options->connections_max + options->listeners_max,
	    MHD_OPTION_CONNECTION_TIMEOUT, idle_timeout_s,
	    MHD_OPTION_STRICT_FOR_CLIENT, LENIENT, MHD_OPTION_URI_LOG_CALLBACK, on_request_line, http, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
	    http, MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_END);
}

struct http *
http_new(struct gateway *gateway, const struct http_options *options, const struct http_handlers *handlers,
    const char **ret_problem)
{
	int listen_fd = listen_socket_open(options->bind, options->port, ret_problem);
	if (listen_fd < 0)
		return NULL;
	struct http *http = calloc(1, sizeof(*http));
	if (!http)
		abort();
	http->gateway = gateway;
	http->options = *options;
	http->handlers = *handlers;
	http->nowhere.all = &http->connections;
	http->connections = (struct connections){ .n_max = options->connections_max + options->listeners_max,
		.n_kept = 1 + options->connections_max / KEPT_SHARE, .idle_timeout_us = options->idle_timeout_us,
		.receive_timeout_us = options->receive_timeout_us, .send_timeout_us = options->send_timeout_us };
	http->daemon = start_daemon(http, listen_fd);
	if (!http->daemon) {
		*ret_problem = "libmicrohttpd did not start";
		(void)close(listen_fd);
		free(http);
		return NULL;
	}
	http->exchanges = exchange_pool_new(&gateway->memory);
	http->epoll_fd = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	return http;
}

void
http_free(struct http *http)
{
	for (struct connection *connection = http->connections.first; connection; connection = connection->next)
		connection_resume(connection); /* a stream that nobody ended; the library panics over suspended ones */
	MHD_stop_daemon(http->daemon);
	end_abandoned(http);
	exchange_pool_free(http->exchanges);
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

	http->connections.wants_run = false;
	end_abandoned(http);
	(void)MHD_run(http->daemon);
	return http->connections.wants_run || (MHD_get_timeout(http->daemon, &timeout_ms) == MHD_YES && timeout_ms == 0);
}

void
http_sweep(struct http *http, int64_t now_us)
{
	connections_sweep(&http->connections, now_us);
}

void
http_quiesce(struct http *http)
{
	int listen_fd = MHD_quiesce_daemon(http->daemon);
	if (listen_fd >= 0)
		(void)close(listen_fd);
}

int
http_port(const struct http *http)
{
	return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
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
