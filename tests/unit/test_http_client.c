/* The HTTP client against a server of this process that answers, stalls and floods. */
#include "http_client.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

enum { REQUEST_BYTES = 8192, ARENA_BYTES = 4 * 1024 * 1024, FLOOD_BYTES = 1024 * 1024 };

static int listener;
static int port;
static pthread_t server;
static struct arena *arena;
static struct http_client *client;
static char seen[REQUEST_BYTES]; /* the last request; read after its answer came */

static void
say(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t n_sent = send(fd, bytes, n, MSG_NOSIGNAL);
		if (n_sent <= 0)
			return;
		bytes += n_sent;
		n -= (size_t)n_sent;
	}
}

static void
flood(int fd)
{
	static char bytes[FLOOD_BYTES];

	memset(bytes, 'x', sizeof(bytes));
	say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", 38);
	say(fd, bytes, sizeof(bytes));
}

/* Two pieces, then silence until the client hangs up. */
static void
stream_events(int fd)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Session: s1\r\nConnection: close\r\n\r\n";

	say(fd, head, sizeof(head) - 1);
	say(fd, "data: a\n\n", 9);
	say(fd, "data: b\n\n", 9);
	(void)recv(fd, &(char){ 0 }, 1, 0);
}

static void
flood_headers(int fd)
{
	static const char line[] = "X-Many: 0123456789012345678901234567890123456789\r\n";

	say(fd, "HTTP/1.1 200 OK\r\n", 17);
	for (size_t i = 0; i < FLOOD_BYTES / sizeof(line); i++)
		say(fd, line, sizeof(line) - 1);
}

/* Read until the body is complete as its Content-Length says. */
static bool
hear(int fd)
{
	size_t n = 0;

	seen[0] = '\0';
	while (n < sizeof(seen) - 1) {
		ssize_t n_read = recv(fd, seen + n, sizeof(seen) - 1 - n, 0);
		if (n_read <= 0)
			return false;
		n += (size_t)n_read;
		seen[n] = '\0';
		const char *end = strstr(seen, "\r\n\r\n");
		const char *length = strstr(seen, "Content-Length: ");
		if (end && strlen(end + 4) >= (length ? strtoul(length + 16, NULL, 10) : 0))
			return true;
	}
	return false;
}

/* One request a connection; a request for /stop ends the server. */
static void *
serve(void *context)
{
	static const char hello[] = "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nETag: \"v7\"\r\nConnection: close\r\n\r\nhello";
	static const char redirect[] = "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	static const char promise[] = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\nConnection: close\r\n\r\n";

	for (bool is_stopped = false; !is_stopped;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0 || !hear(fd)) {
			close(fd);
			continue;
		}
		is_stopped = strstr(seen, " /stop ");
		if (strstr(seen, " /redirect "))
			say(fd, redirect, sizeof(redirect) - 1);
		else if (strstr(seen, " /flood "))
			flood(fd);
		else if (strstr(seen, " /headers "))
			flood_headers(fd);
		else if (strstr(seen, " /promise "))
			say(fd, promise, sizeof(promise) - 1);
		else if (strstr(seen, " /stream "))
			stream_events(fd);
		else if (strstr(seen, " /stall "))
			(void)recv(fd, &(char){ 0 }, 1, 0); /* until the client hangs up */
		else
			say(fd, hello, sizeof(hello) - 1);
		close(fd);
	}
	return context;
}

static const char *
url(const char *host, const char *path)
{
	return arena_printf(arena, "http://%s:%d%s", host, port, path);
}

static enum http_client_result
ask(struct http_client *with, const char *target, struct http_client_response *ret_response)
{
	return http_client_send(with, arena, &(struct http_client_request){ .method = "GET", .url = target, .connect_timeout_ms = 500,
		.timeout_ms = 1000, .response_bytes_max = 64 * 1024 }, ret_response);
}

static void
setup(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(address);

	listener = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, n), 0);
	ck_assert_int_eq(listen(listener, 8), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &n), 0);
	port = ntohs(address.sin_port);
	ck_assert_int_eq(pthread_create(&server, NULL, serve, NULL), 0);
	arena = arena_new(ARENA_BYTES);
	client = http_client_new(true);
}

static void
teardown(void)
{
	struct http_client_response response;

	ck_assert_int_eq(ask(client, url("127.0.0.1", "/stop"), &response), HTTP_CLIENT_ANSWERED);
	ck_assert_int_eq(pthread_join(server, NULL), 0);
	close(listener);
	http_client_free(client);
	arena_free(arena);
}

START_TEST(answer_is_returned_with_status_body_and_headers)
{
	struct http_client_response response;

	ck_assert_int_eq(ask(client, url("127.0.0.1", "/"), &response), HTTP_CLIENT_ANSWERED);
	ck_assert_int_eq(response.status, 201);
	ck_assert_str_eq(response.body, "hello");
	ck_assert_uint_eq(response.n_body, 5);
	ck_assert_str_eq(http_client_header(client, "etag"), "\"v7\"");
	ck_assert_ptr_null(http_client_header(client, "location"));
	ck_assert_ptr_null(response.problem);
}
END_TEST

START_TEST(post_carries_headers_and_body)
{
	struct http_client_response response;
	const char *const headers[] = { "X-Signature: abc", "Content-Type: application/json", NULL };
	struct http_client_request request = { .method = "POST", .url = url("127.0.0.1", "/hook"), .headers = headers, .body = "{\"a\":1}",
		.n_body = 7, .connect_timeout_ms = 500, .timeout_ms = 1000, .response_bytes_max = 1024 };

	ck_assert_int_eq(http_client_send(client, arena, &request, &response), HTTP_CLIENT_ANSWERED);
	ck_assert_msg(strncmp(seen, "POST /hook HTTP/1.1\r\n", 21) == 0, "%s", seen);
	ck_assert_msg(strstr(seen, "\r\nX-Signature: abc\r\n"), "%s", seen);
	ck_assert_msg(strstr(seen, "\r\n\r\n{\"a\":1}"), "%s", seen);
}
END_TEST

START_TEST(other_methods_are_sent_as_they_are)
{
	struct http_client_response response;
	struct http_client_request request = { .method = "DELETE", .url = url("127.0.0.1", "/x"), .connect_timeout_ms = 500,
		.timeout_ms = 1000, .response_bytes_max = 1024 };

	ck_assert_int_eq(http_client_send(client, arena, &request, &response), HTTP_CLIENT_ANSWERED);
	ck_assert_msg(strncmp(seen, "DELETE /x ", 10) == 0, "%s", seen);
	request.method = "PUT";
	request.body = "abc";
	request.n_body = 3;
	ck_assert_int_eq(http_client_send(client, arena, &request, &response), HTTP_CLIENT_ANSWERED);
	ck_assert_msg(strncmp(seen, "PUT /x ", 7) == 0 && strstr(seen, "\r\n\r\nabc"), "%s", seen);
}
END_TEST

START_TEST(redirect_is_an_answer_and_not_followed)
{
	struct http_client_response response;

	ck_assert_int_eq(ask(client, url("127.0.0.1", "/redirect"), &response), HTTP_CLIENT_ANSWERED);
	ck_assert_int_eq(response.status, 302);
	ck_assert_str_eq(http_client_header(client, "Location"), "http://192.0.2.1/");
}
END_TEST

START_TEST(private_address_is_refused_by_name_number_and_disguise)
{
	static const char *const hosts[] = { "127.0.0.1", "localhost", "2130706433", "0x7f.1", "0", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1",
		"169.254.169.254", "[fe80::1]", "[fd00::1]" };
	struct http_client *careful = http_client_new(false);
	struct http_client_response response;

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		enum http_client_result result = ask(careful, url(hosts[i], "/"), &response);
		ck_assert_msg(result == HTTP_CLIENT_ADDRESS_REFUSED, "%s: %d, %s", hosts[i], result, response.problem);
	}
	http_client_free(careful);
}
END_TEST

START_TEST(large_answer_is_cut_off)
{
	struct http_client_response response;

	ck_assert_int_eq(ask(client, url("127.0.0.1", "/flood"), &response), HTTP_CLIENT_TOO_LARGE);
	ck_assert_int_eq(ask(client, url("127.0.0.1", "/promise"), &response), HTTP_CLIENT_TOO_LARGE);
	ck_assert_int_eq(ask(client, url("127.0.0.1", "/headers"), &response), HTTP_CLIENT_TOO_LARGE);
	ck_assert_str_eq(response.body, "");
}
END_TEST

START_TEST(stalling_server_is_left_in_time)
{
	struct http_client_response response;
	int64_t start_us = clock_monotonic_us();

	ck_assert_int_eq(ask(client, url("127.0.0.1", "/stall"), &response), HTTP_CLIENT_LATE);
	ck_assert_int_lt(clock_monotonic_us() - start_us, 2500 * 1000);
}
END_TEST

/* ---- streams ---- */

struct listening {
	struct http_client *client;
	char text[64];
	size_t n, n_wanted;
	const char *session;
	pthread_t stopper;
	bool stops_from_outside;
};

static void *
stop(void *context)
{
	http_client_stop(context);
	return NULL;
}

static bool
open_stream(void *context)
{
	struct listening *listening = context;

	listening->session = arena_strdup(arena, http_client_header(listening->client, "x-session"));
	return true;
}

static bool
take(void *context, const char *bytes, size_t n_bytes)
{
	struct listening *listening = context;

	ck_assert_uint_le(listening->n + n_bytes, sizeof(listening->text));
	memcpy(listening->text + listening->n, bytes, n_bytes);
	listening->n += n_bytes;
	if (listening->stops_from_outside && listening->n >= listening->n_wanted)
		ck_assert_int_eq(pthread_create(&listening->stopper, NULL, stop, listening->client), 0);
	return listening->stops_from_outside || listening->n < listening->n_wanted;
}

static enum http_client_result
listen_to(struct listening *listening, const char *path, int64_t idle_timeout_ms, struct http_client_response *response)
{
	const struct http_client_receiver receiver = { .open = open_stream, .take = take, .context = listening, .idle_timeout_ms = idle_timeout_ms };

	listening->client = client;
	return http_client_stream(client, arena, &(struct http_client_request){ .method = "GET", .url = url("127.0.0.1", path),
		.connect_timeout_ms = 500, .timeout_ms = 1000, .response_bytes_max = 64 * 1024 }, &receiver, response);
}

START_TEST(a_stream_is_taken_as_it_comes_until_there_is_enough)
{
	struct listening listening = { .n_wanted = 18 };
	struct http_client_response response;

	ck_assert_int_eq(listen_to(&listening, "/stream", 5000, &response), HTTP_CLIENT_STOPPED);
	ck_assert_mem_eq(listening.text, "data: a\n\ndata: b\n\n", 18);
	ck_assert_str_eq(listening.session, "s1");
	ck_assert_int_eq(ask(client, url("127.0.0.1", "/"), &response), HTTP_CLIENT_ANSWERED);
}
END_TEST

START_TEST(a_silent_stream_is_left_in_time)
{
	struct listening listening = { .n_wanted = sizeof(listening.text) };
	struct http_client_response response;
	int64_t start_us = clock_monotonic_us();

	ck_assert_int_eq(listen_to(&listening, "/stream", 300, &response), HTTP_CLIENT_LATE);
	ck_assert_int_eq(listen_to(&listening, "/stall", 300, &response), HTTP_CLIENT_LATE);
	ck_assert_int_lt(clock_monotonic_us() - start_us, 3000 * 1000);
}
END_TEST

START_TEST(a_stream_is_stopped_from_outside)
{
	struct listening listening = { .n_wanted = 18, .stops_from_outside = true };
	struct http_client_response response;
	int64_t start_us = clock_monotonic_us();

	ck_assert_int_eq(listen_to(&listening, "/stream", 10000, &response), HTTP_CLIENT_STOPPED);
	ck_assert_int_eq(pthread_join(listening.stopper, NULL), 0);
	ck_assert_int_eq(listen_to(&listening, "/stream", 10000, &response), HTTP_CLIENT_STOPPED);
	ck_assert_int_lt(clock_monotonic_us() - start_us, 3000 * 1000);
}
END_TEST

START_TEST(an_answer_that_is_no_stream_is_an_answer)
{
	struct listening listening = { .n_wanted = 1 };
	struct http_client_response response;

	ck_assert_int_eq(listen_to(&listening, "/", 1000, &response), HTTP_CLIENT_ANSWERED);
	ck_assert_int_eq(response.status, 201);
	ck_assert_str_eq(response.body, "hello");
	ck_assert_uint_eq(listening.n, 0);
	ck_assert_int_eq(listen_to(&listening, "/flood", 1000, &response), HTTP_CLIENT_TOO_LARGE);
}
END_TEST

START_TEST(unusable_requests_are_refused)
{
	struct http_client_response response;
	const char *const headers[] = { "X-A: b\r\nX-Injected: c", NULL };
	struct http_client_request request = { .method = "GET", .url = url("127.0.0.1", "/"), .headers = headers, .connect_timeout_ms = 500,
		.timeout_ms = 1000, .response_bytes_max = 1024 };

	ck_assert_int_eq(http_client_send(client, arena, &request, &response), HTTP_CLIENT_BAD_REQUEST);
	ck_assert_int_eq(ask(client, "file:///etc/passwd", &response), HTTP_CLIENT_BAD_REQUEST);
	ck_assert_int_eq(ask(client, "gopher://127.0.0.1/", &response), HTTP_CLIENT_BAD_REQUEST);
	ck_assert_int_eq(ask(client, "http://", &response), HTTP_CLIENT_BAD_REQUEST);
	ck_assert_int_eq(ask(client, "http://127.0.0.1:1/", &response), HTTP_CLIENT_UNREACHABLE);
	ck_assert_ptr_nonnull(response.problem);
}
END_TEST

static const struct address {
	const char *text;
	bool is_public;
} addresses[] = {
	{ "8.8.8.8", true }, { "1.1.1.1", true }, { "172.15.255.255", true }, { "172.32.0.0", true }, { "100.63.255.255", true },
	{ "100.128.0.0", true }, { "11.0.0.0", true }, { "223.255.255.255", true },
	{ "0.0.0.0", false }, { "10.255.255.255", false }, { "100.64.0.1", false }, { "100.127.255.255", false }, { "127.0.0.1", false },
	{ "127.255.255.254", false }, { "169.254.169.254", false }, { "172.16.0.1", false }, { "172.31.255.255", false }, { "192.0.0.8", false },
	{ "192.0.2.1", false }, { "192.168.1.1", false }, { "198.18.0.1", false }, { "198.51.100.1", false }, { "203.0.113.1", false },
	{ "224.0.0.1", false }, { "255.255.255.255", false },
	{ "2606:4700:4700::1111", true }, { "2a00:1450:4001::1", true }, { "64:ff9b::808:808", true }, { "::ffff:8.8.8.8", true },
	{ "::", false }, { "::1", false }, { "::127.0.0.1", false }, { "::ffff:10.0.0.1", false }, { "64:ff9b::a00:1", false },
	{ "64:ff9b:1::1", false }, { "fc00::1", false }, { "fdff::1", false }, { "fe80::1", false }, { "fec0::1", false }, { "ff02::1", false },
	{ "2001:db8::1", false }, { "2001::1", false }, { "2002:7f00:1::", false }, { "100::1", false }, { "3fff::1", false },
};

START_TEST(special_addresses_are_not_public)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	const struct address *address = &addresses[_i];
	const struct sockaddr *any = (struct sockaddr *)&four;

	if (inet_pton(AF_INET, address->text, &four.sin_addr) != 1) {
		ck_assert_int_eq(inet_pton(AF_INET6, address->text, &six.sin6_addr), 1);
		any = (struct sockaddr *)&six;
	}
	ck_assert_msg(http_client_is_public(any) == address->is_public, "%s", address->text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_client");
	TCase *tcase = tcase_create("http_client");
	TCase *pure = tcase_create("addresses");

	tcase_set_timeout(tcase, 20);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, answer_is_returned_with_status_body_and_headers);
	tcase_add_test(tcase, post_carries_headers_and_body);
	tcase_add_test(tcase, other_methods_are_sent_as_they_are);
	tcase_add_test(tcase, redirect_is_an_answer_and_not_followed);
	tcase_add_test(tcase, private_address_is_refused_by_name_number_and_disguise);
	tcase_add_test(tcase, large_answer_is_cut_off);
	tcase_add_test(tcase, stalling_server_is_left_in_time);
	tcase_add_test(tcase, unusable_requests_are_refused);
	tcase_add_test(tcase, a_stream_is_taken_as_it_comes_until_there_is_enough);
	tcase_add_test(tcase, a_silent_stream_is_left_in_time);
	tcase_add_test(tcase, a_stream_is_stopped_from_outside);
	tcase_add_test(tcase, an_answer_that_is_no_stream_is_an_answer);
	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(pure, special_addresses_are_not_public, 0, sizeof(addresses) / sizeof(addresses[0]));
	suite_add_tcase(suite, pure);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
