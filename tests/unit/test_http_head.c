/* The head of a request: how far it reaches, what is read of it, and what is refused. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "http/head.h"

enum { ARENA_BYTES = 1024 * 1024 };

static struct arena *arena;

static void
setup(void)
{
	arena = arena_new(ARENA_BYTES);
}

static void
teardown(void)
{
	arena_free(arena);
}

static struct http_head
read_text(const char *text)
{
	struct http_head head;

	http_head_read(&head, arena, text, strlen(text));
	return head;
}

/* ---- how far it reaches ---- */

START_TEST(a_head_reaches_to_its_empty_line)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\nbody\r\n\r\n";
	size_t scanned = 0;

	ck_assert_uint_eq(http_head_reach(text, sizeof(text) - 1, &scanned), strlen("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
}
END_TEST

START_TEST(a_head_that_trickles_is_found_where_it_ends)
{
	static const char text[] = "POST /a HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n";
	size_t scanned = 0;

	for (size_t n = 0; n < sizeof(text) - 1; n++)
		ck_assert_msg(http_head_reach(text, n, &scanned) == 0, "decided after %zu bytes", n);
	ck_assert_uint_eq(http_head_reach(text, sizeof(text) - 1, &scanned), sizeof(text) - 1);
}
END_TEST

START_TEST(what_can_never_be_a_head_is_decided_at_once)
{
	static const char *const texts[] = { "\x16", "G\x01", " GET", "\n", "GET / HTTP/1.1\n", "GET\n", "GET / HTTP/1.1\r\nHost: a\n", "{\"a\":1}" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t scanned = 0;
		ck_assert_msg(http_head_reach(texts[i], strlen(texts[i]), &scanned) > 0, "text %zu waits for more", i);
	}
}
END_TEST

START_TEST(a_head_without_end_is_decided_at_its_limit)
{
	char *text = malloc(HTTP_HEAD_BYTES_MAX + 100);
	size_t scanned = 0;

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', HTTP_HEAD_BYTES_MAX + 100);
	memcpy(text, "GET /", 5);
	ck_assert_uint_eq(http_head_reach(text, HTTP_HEAD_BYTES_MAX - 1, &scanned), 0);
	ck_assert_uint_eq(http_head_reach(text, HTTP_HEAD_BYTES_MAX + 100, &scanned), HTTP_HEAD_BYTES_MAX);
	struct http_head head;
	http_head_read(&head, arena, text, HTTP_HEAD_BYTES_MAX);
	ck_assert_int_eq(head.fault, HTTP_HEAD_TARGET_TOO_LONG);
	memcpy(text, "GET / HTTP/1.1\r\n", 16);
	http_head_read(&head, arena, text, HTTP_HEAD_BYTES_MAX);
	ck_assert_int_eq(head.fault, HTTP_HEAD_TOO_LARGE);
	ck_assert_str_eq(head.target, "/");
	free(text);
}
END_TEST

/* ---- what is read ---- */

START_TEST(line_and_headers_are_read_as_they_were_written)
{
	struct http_head head = read_text("PATCH /a%20b?c=d HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX-Wide: \t b  c \t\r\nX-Colon: d:e\r\n\r\n");

	ck_assert_int_eq(head.fault, HTTP_HEAD_FINE);
	ck_assert_str_eq(head.method, "PATCH");
	ck_assert_str_eq(head.target, "/a%20b?c=d");
	ck_assert_int_eq(head.minor, 1);
	ck_assert_uint_eq(head.n_headers, 4);
	ck_assert_str_eq(head.headers[2].name, "X-Wide");
	ck_assert_str_eq(http_head_header(&head, "x-empty"), "");
	ck_assert_str_eq(http_head_header(&head, "x-wide"), "b  c");
	ck_assert_str_eq(http_head_header(&head, "x-colon"), "d:e");
	ck_assert_ptr_null(http_head_header(&head, "x-none"));
}
END_TEST

static const struct connection_row {
	const char *label, *text;
	bool keeps_alive, has_body, expects_continue;
	int64_t content_length;
} connections[] = {
	{ "HTTP/1.1 goes on", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", true, false, false, 0 },
	{ "until it is told", "GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n", false, false, false, 0 },
	{ "among other things", "GET / HTTP/1.1\r\nHost: a\r\nConnection: TE, close\r\n\r\n", false, false, false, 0 },
	{ "in whichever line", "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", false, false, false, 0 },
	{ "HTTP/1.0 ends", "GET / HTTP/1.0\r\n\r\n", false, false, false, 0 },
	{ "by a token, not by what has one in it", "GET / HTTP/1.0\r\nConnection: ;keep-alive, keep-alive x\r\n\r\n", false, false, false, 0 },
	{ "unless it is told", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true, false, false, 0 },
	{ "a later minor version is read as ours", "GET / HTTP/1.7\r\nHost: a\r\n\r\n", true, false, false, 0 },
	{ "a length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\n", true, true, false, 17 },
	{ "a length of nothing", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", true, false, false, 0 },
	{ "chunks", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", true, true, false, -1 },
	{ "an expectation", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\n", true, true, true, 1 },
	{ "an expectation without body", "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", true, false, false, 0 },
	{ "an expectation of HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n", false, true, false, 1 },
};

START_TEST(where_the_body_ends_and_whether_another_request_follows)
{
	const struct connection_row *r = &connections[_i];
	struct http_head head = read_text(r->text);

	ck_assert_msg(head.fault == HTTP_HEAD_FINE, "%s: %s", r->label, head.problem);
	ck_assert_msg(head.keeps_alive == r->keeps_alive && head.has_body == r->has_body && head.expects_continue == r->expects_continue &&
	    head.content_length == r->content_length, "%s: read otherwise", r->label);
}
END_TEST

static const struct target_row {
	const char *line_target, *target, *host;
} targets[] = {
	{ "/a", "/a", "header" },
	{ "http://other:80/a?b", "/a?b", "other:80" },
	{ "HTTP://other", "/", "other" },
	{ "http://other?b", "/?b", "other" },
	{ "https://other/a", "/a", "other" },
	{ "*", "*", "header" },
};

START_TEST(a_target_that_names_its_host_is_believed)
{
	const struct target_row *r = &targets[_i];
	struct http_head head = read_text(arena_printf(arena, "GET %s HTTP/1.1\r\nHost: header\r\n\r\n", r->line_target));

	ck_assert_int_eq(head.fault, HTTP_HEAD_FINE);
	ck_assert_str_eq(head.target, r->target);
	ck_assert_str_eq(http_head_header(&head, "host"), r->host);
}
END_TEST

/* ---- what is refused: more of it over HTTP, in tests/e2e/test_bad_input ---- */

static const struct fault_row {
	const char *text;
	enum http_head_fault fault;
	const char *problem;
} faults[] = {
	{ "", HTTP_HEAD_MALFORMED, "ended within line 1" },
	{ "GET", HTTP_HEAD_MALFORMED, "ended within line 1" },
	{ "GET / HTTP/1.1\r\n", HTTP_HEAD_MALFORMED, "ended within line 2" },
	{ "GET / HTTP/1.1\r\nHost: a\r", HTTP_HEAD_MALFORMED, "ended within line 2" },
	{ "GET  HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_HEAD_MALFORMED, "has no target" },
	{ "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", HTTP_HEAD_MALFORMED, "'a/b' is no host" },
	{ "GET http://a\"b/ HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_HEAD_MALFORMED, "'a\"b' is no host" },
	{ "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_HEAD_MALFORMED, "'u@a' is no host" },
	{ "GET a/b HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_HEAD_MALFORMED, "'a/b' does not begin" },
	{ "GET / \r\nHost: a\r\n\r\n", HTTP_HEAD_MALFORMED, "'' is no version" },
	{ "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", HTTP_HEAD_MALFORMED, "has a space" },
	{ "GET / HTTP/2\r\nHost: a\r\n\r\n", HTTP_HEAD_MALFORMED, "is no version" },
	{ "GET / HTTP/0.9\r\n\r\n", HTTP_HEAD_VERSION_UNKNOWN, "HTTP/0.9" },
	{ "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_HEAD_MALFORMED, "HTTP/1.0 knows no" },
	{ "GET / HTTP/1.1\r\n Host: a\r\n\r\n", HTTP_HEAD_MALFORMED, "folded" },
	{ "GET / HTTP/1.1\r\nHost\xff: a\r\n\r\n", HTTP_HEAD_MALFORMED, "'Host?'" },
	{ "GET / HTTP/1.1\r\nHost: a\r\n\r\r\n", HTTP_HEAD_MALFORMED, "no colon" },
};

START_TEST(a_fault_is_named)
{
	const struct fault_row *r = &faults[_i];
	struct http_head head = read_text(r->text);

	ck_assert_msg(head.fault == r->fault, "'%s' is fault %d", r->text, head.fault);
	ck_assert_msg(strstr(head.problem, r->problem), "'%s': %s", r->text, head.problem);
	ck_assert_msg(!head.keeps_alive, "'%s': nothing may follow", r->text);
}
END_TEST

START_TEST(what_was_read_before_a_fault_is_known)
{
	struct http_head head = read_text("GET /a HTTP/1.1\r\nX-Request-Id: seven\r\nbad\r\n\r\n");

	ck_assert_int_eq(head.fault, HTTP_HEAD_MALFORMED);
	ck_assert_str_eq(head.method, "GET");
	ck_assert_str_eq(head.target, "/a");
	ck_assert_str_eq(http_head_header(&head, "x-request-id"), "seven");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_head");
	TCase *tcase = tcase_create("http_head");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_head_reaches_to_its_empty_line);
	tcase_add_test(tcase, a_head_that_trickles_is_found_where_it_ends);
	tcase_add_test(tcase, what_can_never_be_a_head_is_decided_at_once);
	tcase_add_test(tcase, a_head_without_end_is_decided_at_its_limit);
	tcase_add_test(tcase, line_and_headers_are_read_as_they_were_written);
	tcase_add_loop_test(tcase, where_the_body_ends_and_whether_another_request_follows, 0, sizeof(connections) / sizeof(connections[0]));
	tcase_add_loop_test(tcase, a_target_that_names_its_host_is_believed, 0, sizeof(targets) / sizeof(targets[0]));
	tcase_add_loop_test(tcase, a_fault_is_named, 0, sizeof(faults) / sizeof(faults[0]));
	tcase_add_test(tcase, what_was_read_before_a_fault_is_known);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed != 0;
}
