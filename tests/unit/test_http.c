/* The HTTP server alone: real sockets, and handlers of this test's own. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "http/http.h"
#include "http/stream.h"

enum {
	HEARD_MAX = 8 * 1024 * 1024,
	LARGE_BYTES = 4 * 1024 * 1024,
	WAITING_MAX = 8,
	DEADLINE_US = 5000000,
	TURNS_MAX = 20000,
	RECEIVE_TIMEOUT_US = 2000000,
	IDLE_TIMEOUT_US = 3000000,
	SEND_TIMEOUT_US = 4000000,
	STREAM_BUFFER_BYTES = 1024 * 1024,
};

static struct gateway gateway;
static struct http *http;
static struct exchange *waiting[WAITING_MAX];
static size_t n_begun, n_waiting, n_ended, n_ended_unanswered, n_streams_closed;
static struct stream *stream;
static char large[LARGE_BYTES];
static struct arena *notes; /* texts of the test itself */

/* ---- handlers: what a request is for says its target ---- */

static bool
is_target(const struct exchange *exchange, const char *target)
{
	return strcmp(exchange->head.target, target) == 0;
}

static void
answer(struct exchange *exchange, int status, const char *text)
{
	exchange_answer(exchange, status, "text/plain", text, strlen(text));
}

static void
hold(struct exchange *exchange)
{
	ck_assert_uint_lt(n_waiting, WAITING_MAX);
	waiting[n_waiting++] = exchange;
	exchange_wait(exchange);
}

static void
on_begin(struct exchange *exchange)
{
	n_begun++;
	exchange->must_close = exchange->head.fault != HTTP_HEAD_FINE;
	if (exchange->head.fault)
		answer(exchange, 400, exchange->head.problem);
	else if (is_target(exchange, "/refused"))
		answer(exchange, 403, "refused");
	else if (is_target(exchange, "/undecided"))
		hold(exchange);
}

static void
on_closed(void *context)
{
	(void)context;
	stream = NULL;
	n_streams_closed++;
}

static void
on_run(struct exchange *exchange)
{
	if (is_target(exchange, "/waits")) {
		hold(exchange);
	} else if (is_target(exchange, "/large")) {
		exchange_answer(exchange, 200, NULL, large, sizeof(large));
	} else if (is_target(exchange, "/stream")) {
		stream = exchange_stream(exchange,
		    &(struct stream_options){ .status = 200, .content_type = "text/plain", .buffer_max = STREAM_BUFFER_BYTES, .closed = on_closed });
		ck_assert_ptr_nonnull(stream);
	} else {
		const char *body = exchange->body.bytes ? exchange->body.bytes : "";
		answer(exchange, 200, arena_printf(exchange->arena, "%s %s <%s>", exchange->head.method, exchange->head.target, body));
	}
}

static void
on_overflow(struct exchange *exchange)
{
	answer(exchange, 413, "too large");
}

static void
on_end(struct exchange *exchange)
{
	n_ended++;
	n_ended_unanswered += !exchange->is_answered;
}

static const struct http_handlers handlers = { .begin = on_begin, .run = on_run, .overflow = on_overflow, .end = on_end };

/* ---- the server ---- */

static void
start(unsigned connections_max, unsigned per_address_max)
{
	static const struct trusted_proxies nobody;
	const char *problem = NULL;

	memset(large, 'x', sizeof(large));
	notes = arena_new(LARGE_BYTES);
	n_begun = n_waiting = n_ended = n_ended_unanswered = n_streams_closed = 0;
	gateway = (struct gateway){ .is_draining = false };
	http = gateway.http = http_new(&gateway, &(struct http_options){ .bind = "127.0.0.1", .port = 0, .connections_max = connections_max,
	    .connections_per_address_max = per_address_max, .idle_timeout_us = IDLE_TIMEOUT_US, .receive_timeout_us = RECEIVE_TIMEOUT_US,
	    .send_timeout_us = SEND_TIMEOUT_US, .trusted_proxies = &nobody }, &handlers, &problem);
	ck_assert_msg(http, "%s", problem);
}

static void
setup(void)
{
	start(64, 0);
}

static void
teardown(void)
{
	http_free(http);
	arena_free(notes);
}

/* What there is to do now, and what comes of it within a few milliseconds. */
static void
turn(void)
{
	struct pollfd news = { .fd = http_fd(http), .events = POLLIN };

	(void)poll(&news, 1, 2);
	for (int n = 0; http_run(http); n++)
		ck_assert_msg(n < TURNS_MAX, "the server has always more to do, for %zu connections and %zu exchanges", http_n_connections(http),
		    http_n_exchanges(http));
}

static void
pass_us(int64_t us)
{
	http_sweep(http, clock_monotonic_us() + us);
	turn();
}

/* ---- clients ---- */

struct client {
	int fd;
	char *heard; /* NUL-terminated */
	size_t n;
	bool is_ended; /* by the other side */
};

static struct client
join(void)
{
	struct client client = { .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .heard = calloc(1, HEARD_MAX + 1) };
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(http)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	ck_assert_ptr_nonnull(client.heard);
	ck_assert_int_eq(connect(client.fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return client;
}

static void
leave(struct client *client)
{
	(void)close(client->fd);
	free(client->heard);
}

static void
say(const struct client *client, const char *text)
{
	ck_assert_int_eq(send(client->fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static void
listen_now(struct client *client)
{
	ssize_t n = recv(client->fd, client->heard + client->n, HEARD_MAX - client->n, MSG_DONTWAIT);

	if (n > 0)
		client->n += (size_t)n;
	client->heard[client->n] = '\0';
	client->is_ended |= n == 0 || (n < 0 && errno != EAGAIN);
}

/* Until the text was heard; what was heard up to its end is forgotten. */
static void
hear(struct client *client, const char *text)
{
	int64_t until_us = clock_monotonic_us() + DEADLINE_US;
	size_t n_text = strlen(text), n_searched = 0;
	char *found;

	while (!(found = strstr(client->heard + n_searched, text))) {
		ck_assert_msg(clock_monotonic_us() < until_us && !client->is_ended, "'%s' was not heard, but '%.300s'%s", text, client->heard,
		    client->is_ended ? " and the end" : "");
		n_searched = client->n < n_text ? 0 : client->n - n_text;
		turn();
		listen_now(client);
	}
	size_t n = (size_t)(found - client->heard) + n_text;
	memmove(client->heard, client->heard + n, client->n - n + 1);
	client->n -= n;
}

static void
hear_end(struct client *client)
{
	int64_t until_us = clock_monotonic_us() + DEADLINE_US;

	while (!client->is_ended) {
		ck_assert_msg(clock_monotonic_us() < until_us, "the connection goes on after '%.300s'", client->heard);
		turn();
		listen_now(client);
	}
	ck_assert_str_eq(client->heard, "");
}

static void
hear_nothing(struct client *client)
{
	for (int i = 0; i < 5; i++)
		turn();
	listen_now(client);
	ck_assert_msg(client->n == 0 && !client->is_ended, "heard '%.300s'%s", client->heard, client->is_ended ? " and the end" : "");
}

static void
until_no_connection(size_t n)
{
	int64_t until_us = clock_monotonic_us() + DEADLINE_US;

	while (http_n_connections(http) > n) {
		ck_assert_msg(clock_monotonic_us() < until_us, "%zu connections are left", http_n_connections(http));
		pass_us(0);
	}
}

/* ---- heads that another reader could take otherwise ---- */

#define HEAD(lines) "POST /a HTTP/1.1\r\nHost: a\r\n" lines "Connection: close\r\n\r\n"
#define BYTES(text) (text), sizeof(text) - 1

/* heard: what we say of it in its 400; NULL: it is served. */
static const struct head_row {
	const char *text;
	size_t n;
	const char *heard;
} heads[] = {
	{ BYTES(HEAD("X-A: b \t\r\nX-B:\r\nX-C:d\r\n")), NULL },
	{ BYTES("\r\nPOST http://b/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), NULL },
	{ BYTES(HEAD("X-A: b\r\n c\r\n")), "line 3 of the head is folded" },
	{ BYTES(HEAD("X-A:\r\n\tb\r\n c\r\n")), "line 3 of the head is folded" },
	{ BYTES(HEAD("Transfer-: chunked\r\n Encoding\r\n")), "line 3 of the head is folded" },
	{ BYTES("POST /a HTTP/1.1\r\n X: b\r\nHost: a\r\n\r\n"), "line 2 of the head is folded" },
	{ BYTES("POST /a HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"), "line 3 of the head is folded" },
	{ BYTES(HEAD("X-A: b\nX-B: c\r\n")), "line 3 of the head ends with LF alone" },
	{ BYTES("POST /a HTTP/1.1\nHost: a\r\n\r\n"), "line 1 of the head ends with LF alone" },
	{ BYTES("POST /a HTTP/1.1\r\nHost: a\n\r\n"), "line 2 of the head ends with LF alone" },
	{ BYTES("POST /a HTTP/1.1\r\nHost: a\r\n\n"), "line 2 of the head ends with LF alone" },
	{ BYTES("POST /a HTTP/1.1\n\n"), "line 1 of the head has a NUL or ends with LF alone" },
	{ BYTES(HEAD("X-A: b\0c\r\n")), "line 3 of the head has a NUL" },
	{ BYTES("POST /a HTTP/1.1\r\nHost: a\0b\r\n\r\n"), "line 2 of the head has a NUL" },
	{ BYTES("POST /a\0b HTTP/1.1\r\nHost: a\r\n\r\n"), "the request line has a NUL" },
	{ BYTES("PO\0ST /a HTTP/1.1\r\nHost: a\r\n\r\n"), "the request line has a NUL" },
	{ BYTES("POST  /a HTTP/1.1\r\nHost: a\r\n\r\n"), "not separated by one space" },
	{ BYTES("POST /a b HTTP/1.1\r\nHost: a\r\n\r\n"), "has a space" },
	{ BYTES("POST /a\tb HTTP/1.1\r\nHost: a\r\n\r\n"), "write it as %09" },
	{ BYTES("POST /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n"), "write it as %C3" },
	{ BYTES("POST a HTTP/1.1\r\nHost: a\r\n\r\n"), "does not begin with '/'" },
	{ BYTES("P(ST /a HTTP/1.1\r\nHost: a\r\n\r\n"), "no valid method" },
	{ BYTES("POST /a HTTP/1.1\r\n\r\n"), "has no Host header" },
	{ BYTES("POST /a HTTP/1.1\r\nHost: a b\r\n\r\n"), "'a b' is not a valid host" },
	{ BYTES("POST http://u@b/a HTTP/1.1\r\nHost: a\r\n\r\n"), "'u@b' is not a valid host" },
	{ BYTES(HEAD("Host: a\r\n")), "header 'Host' is given twice" },
	{ BYTES(HEAD("Content-Length: 2\r\nContent-Length: 2\r\n") "hi"), "header 'Content-Length' is given twice" },
	{ BYTES(HEAD("Content-Length: 0\r\ncontent-length: 2\r\n") "hi"), "header 'content-length' is given twice" },
	{ BYTES(HEAD("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n") "2\r\nhi\r\n0\r\n\r\n"), "exclude each other" },
	{ BYTES(HEAD("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") "2\r\nhi\r\n0\r\n\r\n"), "given twice" },
	{ BYTES(HEAD("Transfer-Encoding: rot13\r\n")), "'rot13' is not supported" },
	{ BYTES(HEAD("Transfer-Encoding: chunked, identity\r\n")), "'chunked, identity' is not supported" },
	{ BYTES(HEAD("Transfer-Encoding:\x0b" "chunked\r\n")), "has a control character" },
	{ BYTES("POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "HTTP/1.0 has no Transfer-Encoding" },
	{ BYTES(HEAD("Content-Length : 2\r\n") "hi"), "'Content-Length ' is not a valid header name" },
	{ BYTES(HEAD("Content Length: 2\r\n") "hi"), "'Content Length' is not a valid header name" },
	{ BYTES(HEAD(": b\r\n")), "line 2 of the head" },
	{ BYTES(HEAD("X-A: b\rX-B: c\r\n")), "header 'X-A' has a control character" },
};

START_TEST(a_head_that_two_readers_could_take_differently_is_refused)
{
	const struct head_row *r = &heads[_i];
	struct client client = join();

	ck_assert_int_eq(send(client.fd, r->text, r->n, MSG_NOSIGNAL), (ssize_t)r->n);
	hear(&client, r->heard ? "HTTP/1.1 400 Bad Request\r\n" : "HTTP/1.1 200 OK\r\n");
	hear(&client, "Connection: close\r\n");
	hear(&client, r->heard ? r->heard : "POST /a <>");
	ck_assert_uint_eq(n_begun, 1);
	leave(&client);
}
END_TEST

/* What the library refuses before we see it: its own words, or none. */
static const struct {
	const char *text, *heard;
} own_answers[] = {
	{ "nonsense\r\n\r\n", NULL },
	{ " / HTTP/1.1\r\n\r\n", NULL },
	{ "\x16\x03\x01\x02\r\n\r\n", NULL },
	{ "GET /a\r\n\r\n", "400" },
	{ "GET /a HTTP/1.10\r\n\r\n", "400" },
	{ "GET /a http/1.1\r\n\r\n", "400" },
	{ "PRI * HTTP/2.0\r\n\r\n", "505" },
	{ HEAD("no colon\r\n"), "400" },
	{ HEAD("Content-Length: -1\r\n"), "400" },
	{ HEAD("Content-Length: 2, 2\r\n"), "400" },
	{ HEAD("Content-Length:\r\n"), "400" },
	{ HEAD("Content-Length: 99999999999999999999\r\n"), "413" },
	{ HEAD("Transfer-Encoding: chunked\r\n") "zz\r\n", "400" },
	{ HEAD("Transfer-Encoding: chunked\r\n") "2\r\nhiya\r\n", "400" },
};

START_TEST(what_the_library_cannot_parse_it_answers_by_itself_and_closes)
{
	struct client client = join();

	say(&client, own_answers[_i].text);
	if (own_answers[_i].heard)
		hear(&client, arena_printf(notes, "HTTP/1.1 %s ", own_answers[_i].heard));
	while (!client.is_ended) {
		turn();
		listen_now(&client);
	}
	ck_assert_ptr_null(strstr(client.heard, " 200 "));
	until_no_connection(0);
	ck_assert_uint_eq(http_n_exchanges(http), 0);
	leave(&client);
}
END_TEST

static char *
head_of(size_t n_target, size_t n_value, size_t n_headers)
{
	struct buf buf;

	buf_init(&buf, notes, 1024);
	buf_add_text(&buf, "GET /");
	for (size_t i = 1; i < n_target; i++)
		buf_add_char(&buf, 'x');
	buf_add_text(&buf, " HTTP/1.1\r\nHost: a\r\nX: ");
	for (size_t i = 0; i < n_value; i++)
		buf_add_char(&buf, 'y');
	buf_add_text(&buf, "\r\n");
	for (size_t i = 2; i < n_headers; i++)
		buf_printf(&buf, "X-%zu: z\r\n", i);
	buf_add_text(&buf, "\r\n");
	return buf.bytes;
}

static const struct {
	size_t n_target, n_value, n_headers;
	const char *heard;
	bool is_seen; /* by us: then it is refused in our words */
} sizes[] = {
	{ 2, 1, 64, " 200 ", true },
	{ 2, 1, 65, " 400 ", true },
	{ 8000, 1, 2, " 200 ", true },
	{ 8001, 1, 2, " 400 ", true },
	{ 2, 8000, 20, " 200 ", true },
	{ 2, 100000, 2, " 431 ", false },
	{ 100000, 1, 2, " 414 ", false },
	{ 2, 1, 5000, " 431 ", false },
};

START_TEST(a_head_is_bounded)
{
	struct client client = join();
	const char *head = head_of(sizes[_i].n_target, sizes[_i].n_value, sizes[_i].n_headers);

	for (size_t n = strlen(head), n_sent = 0; n_sent < n;) { /* in pieces, so that the library's buffer grows */
		size_t n_piece = n - n_sent < 1000 ? n - n_sent : 1000;
		if (send(client.fd, head + n_sent, n_piece, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			break;
		n_sent += n_piece;
		turn();
	}
	hear(&client, sizes[_i].heard);
	ck_assert_uint_eq(n_begun, sizes[_i].is_seen);
	leave(&client);
}
END_TEST

/* ---- one after the other ---- */

START_TEST(requests_over_one_connection_are_answered_in_their_order)
{
	struct client client = join();

	say(&client, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhiPOST /3 HTTP/1.1\r\nHost: a\r\n"
		     "Transfer-Encoding: chunked\r\n\r\n3\r\nyou\r\n0\r\n\r\n\r\nGET /4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
	hear(&client, "GET /1 <>");
	hear(&client, "POST /2 <hi>");
	hear(&client, "POST /3 <you>");
	hear(&client, "Connection: close\r\n");
	hear(&client, "GET /4 <>");
	hear_end(&client);
	ck_assert_uint_eq(n_ended, 4);
	leave(&client);
}
END_TEST

START_TEST(a_request_that_comes_byte_by_byte_is_the_same)
{
	static const char text[] = "\r\nPOST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nhi\r\n0\r\nT: u\r\n\r\n";
	struct client client = join();

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		say(&client, (char[]){ text[i], '\0' });
		turn();
	}
	hear(&client, "POST /a <hi>");
	hear_nothing(&client);
	leave(&client);
}
END_TEST

START_TEST(a_request_behind_one_that_waits_is_kept_until_its_turn)
{
	struct client client = join();

	say(&client, "GET /waits HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
	hear_nothing(&client);
	ck_assert_uint_eq(n_waiting, 1);
	answer(waiting[0], 200, "waited");
	hear(&client, "waited");
	hear(&client, "GET /next <>");
	leave(&client);
}
END_TEST

START_TEST(a_client_that_says_no_more_hears_its_answer)
{
	struct client client = join();

	say(&client, "POST /waits HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
	ck_assert_int_eq(shutdown(client.fd, SHUT_WR), 0);
	hear_nothing(&client);
	answer(waiting[0], 200, "waited");
	hear(&client, "waited");
	hear_end(&client);
	until_no_connection(0);
	leave(&client);
}
END_TEST

START_TEST(HTTP_1_0_ends_with_its_answer_unless_asked)
{
	struct client one = join(), other = join();

	say(&one, "GET /a HTTP/1.0\r\n\r\n");
	hear(&one, "Connection: close\r\n");
	hear(&one, "GET /a <>");
	hear_end(&one);
	say(&other, "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	hear(&other, "Connection: Keep-Alive\r\n");
	hear(&other, "GET /a <>");
	say(&other, "HEAD /b HTTP/1.0\r\n\r\n");
	hear(&other, "Content-Length: 10\r\n\r\n");
	hear_end(&other); /* and no content */
	leave(&one);
	leave(&other);
}
END_TEST

/* ---- clients that leave ---- */

START_TEST(an_answer_to_a_client_that_left_goes_nowhere)
{
	struct client client = join();

	say(&client, "GET /waits HTTP/1.1\r\nHost: a\r\n\r\n");
	hear_nothing(&client);
	(void)setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
	leave(&client);
	pass_us(10 * (int64_t)SEND_TIMEOUT_US);
	ck_assert_uint_eq(http_n_exchanges(http), 1); /* somebody works on it, so it is there */
	answer(waiting[0], 200, "waited");
	until_no_connection(0);
	ck_assert_uint_eq(http_n_exchanges(http), 0);
	ck_assert_uint_eq(n_ended, 1);
}
END_TEST

START_TEST(a_client_that_leaves_in_the_middle_of_a_request_leaves_nothing)
{
	static const char *const beginnings[] = { "", "G", "GET / HTTP/1.1\r\nHo", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhi",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nh" };

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		struct client client = join();
		say(&client, beginnings[i]);
		turn();
		leave(&client);
		until_no_connection(0);
		ck_assert_uint_eq(http_n_exchanges(http), 0);
	}
}
END_TEST

/* ---- answers that go on ---- */

START_TEST(streams_follow_each_other_over_one_connection)
{
	struct client client = join();

	for (int i = 0; i < 3; i++) {
		say(&client, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
		hear(&client, "Transfer-Encoding: chunked\r\n\r\n");
		ck_assert(stream_write(stream, "hello", 5));
		hear(&client, "5\r\nhello\r\n");
		hear_nothing(&client);
		ck_assert(stream_write(stream, "0123456789", 10));
		ck_assert(stream_write(stream, "abcdef", 6));
		stream_end(stream);
		hear(&client, "10\r\n0123456789abcdef\r\n0\r\n\r\n");
		ck_assert_ptr_null(stream);
	}
	say(&client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
	hear(&client, "GET /a <>");
	ck_assert_uint_eq(n_streams_closed, 3);
	leave(&client);
}
END_TEST

START_TEST(a_stream_to_HTTP_1_0_ends_with_the_connection)
{
	struct client client = join();

	say(&client, "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	hear(&client, "Connection: close\r\n");
	hear(&client, "\r\n\r\n");
	ck_assert(stream_write(stream, "hello", 5));
	hear(&client, "hello");
	stream_end(stream);
	hear_end(&client);
	leave(&client);
}
END_TEST

START_TEST(a_stream_asked_for_with_HEAD_has_no_content)
{
	struct client client = join();

	say(&client, "HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n");
	hear(&client, "\r\n\r\nHTTP/1.1 200 OK\r\n");
	hear(&client, "GET /a <>");
	ck_assert_uint_eq(n_streams_closed, 1);
	leave(&client);
}
END_TEST

START_TEST(a_stream_whose_client_left_is_closed)
{
	struct client client = join();

	say(&client, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
	hear(&client, "\r\n\r\n");
	leave(&client);
	until_no_connection(0);
	ck_assert_uint_eq(n_streams_closed, 1);
	ck_assert_uint_eq(http_n_exchanges(http), 0);
}
END_TEST

START_TEST(a_stream_rests_as_long_as_it_likes_but_its_client_must_take_what_there_is)
{
	struct client client = join();
	size_t n = 0;

	say(&client, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
	hear(&client, "\r\n\r\n");
	turn();
	pass_us(10 * (int64_t)SEND_TIMEOUT_US);
	ck_assert_ptr_nonnull(stream);
	while (stream_write(stream, large, 4096) && ++n < STREAM_BUFFER_BYTES)
		turn();
	ck_assert_uint_gt(stream_n_waiting(stream), STREAM_BUFFER_BYTES - 4096); /* the client takes nothing, and this is all that is kept for it */
	pass_us(2 * (int64_t)SEND_TIMEOUT_US);
	ck_assert_uint_eq(n_streams_closed, 1);
	ck_assert_uint_eq(http_n_connections(http), 0);
	leave(&client);
}
END_TEST

START_TEST(a_large_answer_goes_as_the_client_takes_it)
{
	struct client client = join();

	(void)setsockopt(client.fd, SOL_SOCKET, SO_RCVBUF, &(int){ 32768 }, sizeof(int)); /* a hundred times its window */
	say(&client, "GET /large HTTP/1.1\r\nHost: a\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n");
	hear(&client, "Content-Length: 4194304\r\n\r\n");
	hear(&client, "GET /a <>");
	leave(&client);
}
END_TEST

/* ---- bodies nobody wants ---- */

/* Send n bytes of a body, whatever the server does meanwhile. */
static void
say_much(struct client *client, size_t n)
{
	while (n > 0) {
		ssize_t n_sent = send(client->fd, large, n < 65536 ? n : 65536, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n_sent > 0)
			n -= (size_t)n_sent;
		else if (errno != EAGAIN)
			return; /* cut off */
		else
			turn();
	}
}

START_TEST(a_refused_body_is_passed_over_and_the_connection_goes_on)
{
	struct client client = join();

	say(&client, "POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 4194304\r\n\r\n");
	say_much(&client, LARGE_BYTES);
	hear(&client, "refused");
	say(&client, "POST /refused HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n400000\r\n");
	say_much(&client, LARGE_BYTES);
	say(&client, "\r\n0\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n");
	hear(&client, "refused");
	hear(&client, "GET /a <>");
	leave(&client);
}
END_TEST

START_TEST(a_body_that_grows_too_large_is_passed_over_too)
{
	struct client client = join();

	say(&client, "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4194304\r\n\r\n");
	say_much(&client, LARGE_BYTES);
	hear(&client, "too large");
	say(&client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
	hear(&client, "GET /a <>");
	leave(&client);
}
END_TEST

START_TEST(a_body_too_large_to_be_passed_over_is_not_waited_for)
{
	struct client client = join();

	say(&client, "POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n");
	hear(&client, "Connection: close\r\n");
	hear(&client, "refused");
	hear_end(&client);
	until_no_connection(0);
	leave(&client);
}
END_TEST

START_TEST(what_exchanges_hold_together_is_bounded)
{
	struct client uploads[2] = { join(), join() }, streams = join();

	gateway.memory.max_bytes = 3 * 1024 * 1024;
	for (size_t i = 0; i < 2; i++) {
		say(&uploads[i], "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
		say_much(&uploads[i], 999999);
		hear_nothing(&uploads[i]);
	}
	ck_assert(arena_budget_is_spent(&gateway.memory));
	say_much(&uploads[1], 1);
	hear(&uploads[1], "too large"); /* it would have been served alone */
	say(&streams, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
	hear(&streams, "\r\n\r\n");
	gateway.memory.max_bytes = gateway.memory.held_bytes + 1;
	ck_assert(stream_write(stream, large, 4096)); /* counted from its first byte */
	ck_assert(!stream_write(stream, large, 4096));
	stream_end(stream);
	leave(&uploads[0]);
	leave(&uploads[1]);
	leave(&streams);
	until_no_connection(0);
	ck_assert_uint_eq(gateway.memory.held_bytes, 0);
}
END_TEST

START_TEST(a_client_that_asks_first_is_invited_once_its_body_is_wanted)
{
	struct client client = join();

	say(&client, "POST /undecided HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
	hear_nothing(&client);
	exchange_continue(waiting[0]);
	hear(&client, "HTTP/1.1 100 Continue\r\n\r\n");
	hear_nothing(&client);
	say(&client, "hi");
	hear(&client, "POST /undecided <hi>");
	say(&client, "POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
	hear(&client, "HTTP/1.1 403 Forbidden\r\n");
	hear(&client, "Connection: close\r\n"); /* it may send the body or not */
	hear(&client, "refused");
	hear_end(&client);
	leave(&client);
}
END_TEST

START_TEST(nothing_of_a_body_is_read_before_somebody_decided)
{
	struct client client = join();

	say(&client, "POST /undecided HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
	hear_nothing(&client);
	ck_assert_uint_eq(waiting[0]->body.len, 0);
	answer(waiting[0], 403, "no");
	hear(&client, "no");
	say(&client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
	hear(&client, "GET /a <>");
	leave(&client);
}
END_TEST

/* ---- time and room ---- */

static const struct late_row {
	const char *text, *heard;
	int64_t after_us;
} lates[] = {
	{ "", NULL, RECEIVE_TIMEOUT_US },
	{ "GET / HTTP/1.1\r\nHo", NULL, RECEIVE_TIMEOUT_US },
	{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhi", NULL, RECEIVE_TIMEOUT_US },
	{ "POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhi", NULL, RECEIVE_TIMEOUT_US },
	{ "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a <>", IDLE_TIMEOUT_US },
};

START_TEST(a_connection_that_takes_too_long_ends)
{
	const struct late_row *r = &lates[_i];
	struct client client = join();

	turn();
	say(&client, r->text);
	turn();
	pass_us(r->after_us / 2);
	ck_assert_uint_eq(http_n_connections(http), 1);
	pass_us(2 * r->after_us);
	if (r->heard)
		hear(&client, r->heard);
	hear_end(&client);
	leave(&client);
	until_no_connection(0);
	ck_assert_uint_eq(http_n_exchanges(http), 0);
}
END_TEST

START_TEST(an_empty_line_between_requests_begins_none)
{
	struct client client = join();

	say(&client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
	hear(&client, "GET /a <>");
	say(&client, "\r");
	turn();
	say(&client, "\n");
	turn();
	pass_us((RECEIVE_TIMEOUT_US + IDLE_TIMEOUT_US) / 2); /* too late for a request, early for the next */
	hear_nothing(&client);
	say(&client, "GET /b HTTP/1.1\r\nHost: a\r\n\r\n");
	hear(&client, "GET /b <>");
	leave(&client);
}
END_TEST

START_TEST(a_request_line_that_trickles_in_ends_the_connection)
{
	struct client client = join();

	say(&client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
	hear(&client, "GET /a <>");
	say(&client, "G");
	pass_us(IDLE_TIMEOUT_US);
	hear_nothing(&client);
	say(&client, "E");
	pass_us(2 * (int64_t)IDLE_TIMEOUT_US);
	hear_end(&client);
	leave(&client);
}
END_TEST

START_TEST(whoever_finds_no_room_is_served_once_somebody_is_done)
{
	struct client clients[4];

	for (size_t i = 0; i < 3; i++) {
		clients[i] = join();
		say(&clients[i], "GET /waits HTTP/1.1\r\nHost: a\r\n\r\n");
	}
	while (n_waiting < 3)
		turn();
	clients[3] = join();
	say(&clients[3], "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
	hear_nothing(&clients[3]);
	answer(waiting[0], 200, "waited");
	hear(&clients[0], "waited");
	leave(&clients[0]);
	hear(&clients[3], "GET /a <>");
	for (size_t i = 1; i < 3; i++)
		answer(waiting[i], 200, "waited");
	hear(&clients[1], "waited");
	hear(&clients[2], "waited");
	for (size_t i = 1; i < 4; i++)
		leave(&clients[i]);
}
END_TEST

START_TEST(whoever_rests_gives_way_to_newcomers)
{
	struct client clients[5];

	for (size_t i = 0; i < 5; i++) {
		clients[i] = join();
		say(&clients[i], "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
		hear(&clients[i], "GET /a <>");
	}
	hear_end(&clients[0]);
	ck_assert_uint_le(http_n_connections(http), 3);
	for (size_t i = 0; i < 5; i++)
		leave(&clients[i]);
}
END_TEST

START_TEST(an_address_has_its_share_of_connections)
{
	struct client first = join(), second = join(), third = join();

	turn();
	hear_end(&third);
	leave(&first);
	until_no_connection(1);
	struct client fourth = join();
	say(&fourth, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
	hear(&fourth, "GET /a <>");
	leave(&second);
	leave(&third);
	leave(&fourth);
}
END_TEST

START_TEST(who_is_being_served_when_the_server_stops_is_served)
{
	struct client idle = join(), waits = join();

	say(&idle, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
	hear(&idle, "GET /a <>");
	say(&waits, "GET /waits HTTP/1.1\r\nHost: a\r\n\r\n");
	hear_nothing(&waits);
	http_quiesce(http);
	gateway.is_draining = true;
	answer(waiting[0], 200, "waited");
	hear(&waits, "Connection: close\r\n");
	hear(&waits, "waited");
	hear_end(&waits);
	ck_assert_uint_eq(http_n_exchanges(http), 0);
	leave(&idle);
	leave(&waits);
}
END_TEST

/* The sanitizers look at what is left. */
START_TEST(a_server_may_end_with_connections_in_every_phase)
{
	static const char *const texts[] = { "", "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HT", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhi",
		"GET /large HTTP/1.1\r\nHost: a\r\n\r\n", "GET /stream HTTP/1.1\r\nHost: a\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhi" };
	enum { N = sizeof(texts) / sizeof(texts[0]) };
	struct client clients[N];

	for (size_t i = 0; i < N; i++) {
		clients[i] = join();
		say(&clients[i], texts[i]);
		turn();
	}
	turn();
	ck_assert_uint_eq(http_n_connections(http), N);
	for (size_t i = 0; i < N; i++)
		leave(&clients[i]);
}
END_TEST

static void
setup_small(void)
{
	start(3, 0);
}

static void
setup_shares(void)
{
	start(64, 2);
}

int
main(void)
{
	Suite *suite = suite_create("http");
	TCase *tcase = tcase_create("http"), *small = tcase_create("room"), *shares = tcase_create("shares");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_head_that_two_readers_could_take_differently_is_refused, 0, sizeof(heads) / sizeof(heads[0]));
	tcase_add_loop_test(tcase, what_the_library_cannot_parse_it_answers_by_itself_and_closes, 0, sizeof(own_answers) / sizeof(own_answers[0]));
	tcase_add_loop_test(tcase, a_head_is_bounded, 0, sizeof(sizes) / sizeof(sizes[0]));
	tcase_add_test(tcase, requests_over_one_connection_are_answered_in_their_order);
	tcase_add_test(tcase, a_request_that_comes_byte_by_byte_is_the_same);
	tcase_add_test(tcase, a_request_behind_one_that_waits_is_kept_until_its_turn);
	tcase_add_test(tcase, a_client_that_says_no_more_hears_its_answer);
	tcase_add_test(tcase, HTTP_1_0_ends_with_its_answer_unless_asked);
	tcase_add_test(tcase, an_answer_to_a_client_that_left_goes_nowhere);
	tcase_add_test(tcase, a_client_that_leaves_in_the_middle_of_a_request_leaves_nothing);
	tcase_add_test(tcase, streams_follow_each_other_over_one_connection);
	tcase_add_test(tcase, a_stream_to_HTTP_1_0_ends_with_the_connection);
	tcase_add_test(tcase, a_stream_asked_for_with_HEAD_has_no_content);
	tcase_add_test(tcase, a_stream_whose_client_left_is_closed);
	tcase_add_test(tcase, a_stream_rests_as_long_as_it_likes_but_its_client_must_take_what_there_is);
	tcase_add_test(tcase, a_large_answer_goes_as_the_client_takes_it);
	tcase_add_test(tcase, a_refused_body_is_passed_over_and_the_connection_goes_on);
	tcase_add_test(tcase, a_body_that_grows_too_large_is_passed_over_too);
	tcase_add_test(tcase, a_body_too_large_to_be_passed_over_is_not_waited_for);
	tcase_add_test(tcase, what_exchanges_hold_together_is_bounded);
	tcase_add_test(tcase, a_client_that_asks_first_is_invited_once_its_body_is_wanted);
	tcase_add_test(tcase, nothing_of_a_body_is_read_before_somebody_decided);
	tcase_add_loop_test(tcase, a_connection_that_takes_too_long_ends, 0, sizeof(lates) / sizeof(lates[0]));
	tcase_add_test(tcase, an_empty_line_between_requests_begins_none);
	tcase_add_test(tcase, a_request_line_that_trickles_in_ends_the_connection);
	tcase_add_test(tcase, who_is_being_served_when_the_server_stops_is_served);
	tcase_add_test(tcase, a_server_may_end_with_connections_in_every_phase);
	tcase_add_checked_fixture(small, setup_small, teardown);
	tcase_add_test(small, whoever_finds_no_room_is_served_once_somebody_is_done);
	tcase_add_test(small, whoever_rests_gives_way_to_newcomers);
	tcase_add_checked_fixture(shares, setup_shares, teardown);
	tcase_add_test(shares, an_address_has_its_share_of_connections);
	suite_add_tcase(suite, tcase);
	suite_add_tcase(suite, small);
	suite_add_tcase(suite, shares);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed != 0;
}
