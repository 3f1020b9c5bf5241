/* The request target: escapes and query parameters. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "uri.h"

static struct arena *arena;

static void
set_up(void)
{
	arena = arena_new(1024 * 1024);
}

static void
tear_down(void)
{
	arena_free(arena);
}

static const struct decode_row {
	const char *label, *text;
	bool plus_is_space;
	const char *decoded; /* NULL: refused */
} decodes[] = {
	{ "plain", "abc", false, "abc" },
	{ "empty", "", false, "" },
	{ "escape", "a%20b%2Fc", false, "a b/c" },
	{ "lower-case escape", "%c3%a9", false, "\xc3\xa9" },
	{ "plus in a path", "a+b", false, "a+b" },
	{ "plus in a query", "a+b", true, "a b" },
	{ "escape cut short", "a%2", false, NULL },
	{ "escape cut shorter", "a%", false, NULL },
	{ "no hex digits", "%zz", false, NULL },
	{ "sign is no digit", "%+1", false, NULL },
	{ "NUL", "a%00b", false, NULL },
	{ "not UTF-8", "%ff", false, NULL },
	{ "overlong UTF-8", "%c0%af", false, NULL },
	{ "surrogate", "%ed%a0%80", false, NULL },
};

START_TEST(escapes_are_decoded_strictly)
{
	const struct decode_row *row = &decodes[_i];
	const char *decoded = uri_decode(arena, row->text, strlen(row->text), row->plus_is_space);

	if (row->decoded)
		ck_assert_msg(decoded && strcmp(decoded, row->decoded) == 0, "%s: got %s", row->label, decoded ? decoded : "(refused)");
	else
		ck_assert_msg(!decoded, "%s: got %s", row->label, decoded);
}
END_TEST

START_TEST(parameters_are_found_by_name)
{
	struct query query;

	ck_assert_ptr_null(query_parse(arena, "a=1&&b=%20x&c&d=", &query));
	ck_assert_uint_eq(query.n, 4);
	ck_assert_str_eq(query_get(&query, "a"), "1");
	ck_assert_str_eq(query_get(&query, "b"), " x");
	ck_assert_str_eq(query_get(&query, "c"), "");
	ck_assert_str_eq(query_get(&query, "d"), "");
	ck_assert_ptr_null(query_get(&query, "e"));
}
END_TEST

START_TEST(an_empty_query_has_no_parameters)
{
	struct query query;

	ck_assert_ptr_null(query_parse(arena, "", &query));
	ck_assert_uint_eq(query.n, 0);
}
END_TEST

static const char *const bad_queries[] = { "a=1&a=2", "a=%zz", "%ff=1", "a=%00" };

START_TEST(bad_queries_are_refused)
{
	struct query query;
	ck_assert_msg(query_parse(arena, bad_queries[_i], &query) != NULL, "%s", bad_queries[_i]);
}
END_TEST

START_TEST(too_many_parameters_are_refused)
{
	struct query query;
	char text[2048] = "";
	size_t n = 0;

	for (int i = 0; i <= URI_QUERY_PARAMETERS_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "p%d=1&", i);
	ck_assert_ptr_nonnull(query_parse(arena, text, &query));
}
END_TEST

START_TEST(encoding_is_undone_by_decoding)
{
	const char *text = "a b/c?d=\xc3\xa9&~";
	const char *encoded = uri_encode(arena, text);

	ck_assert_str_eq(encoded, "a%20b%2Fc%3Fd%3D%C3%A9%26~");
	ck_assert_str_eq(uri_decode(arena, encoded, strlen(encoded), true), text);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int
main(void)
{
	Suite *suite = suite_create("uri");
	TCase *tc = tcase_create("uri");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, escapes_are_decoded_strictly, 0, ROWS(decodes));
	tcase_add_test(tc, parameters_are_found_by_name);
	tcase_add_test(tc, an_empty_query_has_no_parameters);
	tcase_add_loop_test(tc, bad_queries_are_refused, 0, ROWS(bad_queries));
	tcase_add_test(tc, too_many_parameters_are_refused);
	tcase_add_test(tc, encoding_is_undone_by_decoding);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
