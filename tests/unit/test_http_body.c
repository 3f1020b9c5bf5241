/* The body of a request: the same whichever way its bytes arrive, and refused where its end is not clear. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "http/body.h"

enum { BODY_BYTES_MAX = 8192 };

/* Body and rest of the input, taken in pieces of n_piece bytes. */
struct taken {
	char body[BODY_BYTES_MAX];
	size_t n_body, n_used;
	struct http_body state;
};

static struct taken
take(int64_t length, const char *text, size_t n_text, size_t n_piece)
{
	struct taken taken = { .n_body = 0 };

	http_body_init(&taken.state, length);
	while (taken.n_used < n_text) {
		const char *data;
		size_t n = n_text - taken.n_used < n_piece ? n_text - taken.n_used : n_piece, n_data;
		size_t n_taken = http_body_take(&taken.state, text + taken.n_used, n, &data, &n_data);
		if (n_taken == 0)
			break;
		ck_assert_uint_le(taken.n_body + n_data, BODY_BYTES_MAX);
		memcpy(taken.body + taken.n_body, data, n_data);
		taken.n_body += n_data;
		taken.n_used += n_taken;
	}
	return taken;
}

static const struct whole_row {
	int64_t length;
	const char *text, *body, *rest;
} wholes[] = {
	{ 0, "GET", "", "GET" },
	{ 5, "helloGET", "hello", "GET" },
	{ -1, "5\r\nhello\r\n0\r\n\r\nGET", "hello", "GET" },
	{ -1, "5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n", "hello, world", "" },
	{ -1, "A;name=value\r\n0123456789\r\n0;last\r\n\r\n", "0123456789", "" },
	{ -1, "00a\r\n0123456789\r\n000\r\nTrailer: one\r\nAnother: two\r\n\r\nGET", "0123456789", "GET" },
	{ -1, "2\r\n\r\n\r\n0\r\n\r\n", "\r\n", "" },
	{ -1, "0\r\n\r\n0\r\n\r\n", "", "0\r\n\r\n" },
};

START_TEST(a_body_is_the_same_in_pieces_of_any_size)
{
	const struct whole_row *r = &wholes[_i];

	for (size_t n_piece = 1; n_piece <= strlen(r->text); n_piece++) {
		struct taken taken = take(r->length, r->text, strlen(r->text), n_piece);
		ck_assert_msg(taken.state.state == HTTP_BODY_WHOLE, "'%s' in pieces of %zu is not whole", r->text, n_piece);
		ck_assert_msg(taken.n_body == strlen(r->body) && memcmp(taken.body, r->body, taken.n_body) == 0, "'%s' in pieces of %zu", r->text, n_piece);
		ck_assert_str_eq(r->text + taken.n_used, r->rest);
	}
}
END_TEST

START_TEST(a_body_without_its_end_is_not_whole)
{
	static const char text[] = "5\r\nhello\r\n0\r\nA: b\r\n\r\n";

	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		struct taken taken = take(-1, text, n, sizeof(text));
		ck_assert_msg(taken.state.state != HTTP_BODY_WHOLE && taken.state.state != HTTP_BODY_BROKEN, "decided after %zu bytes", n);
	}
}
END_TEST

static const char *const brokens[] = { "\r\n", "g\r\n", "-1\r\n", "+1\r\n", "0x1\r\n", " 1\r\n", "1 \r\n", "1\n", "1\rx", "1;\n", "1;\x7f", "1\r\nab", "1\r\na\n", "1\r\na\rb",
	"0\r\n\n", "0\r\n: b\r\n", "0\r\nA b: c\r\n", "0\r\nA\r\n", "00\r\n0\r\n", "0\r\nA: b\n", "0\r\nA: b\rc", "0\r\n\rx", "0000000000000001\r\n", "ffffffffffffffff\r\n", "1\r\na\r\n\r\n" };

START_TEST(chunks_that_two_readers_would_take_differently_are_broken)
{
	const char *text = brokens[_i];

	for (size_t n_piece = 1; n_piece <= strlen(text); n_piece++) {
		struct taken taken = take(-1, text, strlen(text), n_piece);
		ck_assert_msg(taken.state.state == HTTP_BODY_BROKEN, "'%s' in pieces of %zu is taken", text, n_piece);
		ck_assert_ptr_nonnull(taken.state.problem);
	}
}
END_TEST

START_TEST(what_nobody_reads_must_end)
{
	char text[BODY_BYTES_MAX];

	memset(text, 'x', sizeof(text));
	memcpy(text, "1;", 2);
	ck_assert_int_eq(take(-1, text, sizeof(text), 100).state.state, HTTP_BODY_BROKEN);
	memcpy(text, "0\r\nA:", 5);
	ck_assert_int_eq(take(-1, text, sizeof(text), 100).state.state, HTTP_BODY_BROKEN);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_body");
	TCase *tcase = tcase_create("http_body");

	tcase_add_loop_test(tcase, a_body_is_the_same_in_pieces_of_any_size, 0, sizeof(wholes) / sizeof(wholes[0]));
	tcase_add_test(tcase, a_body_without_its_end_is_not_whole);
	tcase_add_loop_test(tcase, chunks_that_two_readers_would_take_differently_are_broken, 0, sizeof(brokens) / sizeof(brokens[0]));
	tcase_add_test(tcase, what_nobody_reads_must_end);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed != 0;
}
