/* Values of HTTP headers. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "http/header.h"

enum parser { REQUEST_ID, VISIBLE_8, TRACE_PARENT, JSON, BEARER };

static const struct verdict_row {
	enum parser parser;
	const char *text;
	bool is_good;
} verdicts[] = {
	{ REQUEST_ID, "abc-123_X.y:z/1", true },
	{ REQUEST_ID, "", false },
	{ REQUEST_ID, "a b", false },
	{ REQUEST_ID, "a\"b", false },
	{ REQUEST_ID, "a\xc3\xa9", false },
	{ VISIBLE_8, "12345678", true },
	{ VISIBLE_8, "123456789", false },
	{ VISIBLE_8, "", false },
	{ VISIBLE_8, "a b", false },
	{ VISIBLE_8, "a\x7f", false },
	{ TRACE_PARENT, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true },
	{ TRACE_PARENT, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0", false },
	{ TRACE_PARENT, "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false },
	{ TRACE_PARENT, "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false },
	{ TRACE_PARENT, "00-00000000000000000000000000000000-00f067aa0ba902b7-01", false },
	{ TRACE_PARENT, "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false },
	{ TRACE_PARENT, "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01", false },
	{ JSON, "application/json", true },
	{ JSON, "Application/JSON; charset=UTF-8", true },
	{ JSON, "application/json;charset=\"utf-8\"", true },
	{ JSON, "application/merge-patch+json", true },
	{ JSON, "application/json; charset=latin1", false },
	{ JSON, "application/jsonp", false },
	{ JSON, "application/+json", false },
	{ JSON, "text/json", false },
	{ JSON, "", false },
	{ BEARER, "Bearer abc", true },
	{ BEARER, "bearer abc", true },
	{ BEARER, "L402 a:b", false },
	{ BEARER, "Bearer", false },
};

static bool
parse(enum parser parser, const char *text)
{
	switch (parser) {
	case REQUEST_ID:
		return header_is_request_id(text);
	case VISIBLE_8:
		return header_is_visible_ascii(text, 8);
	case TRACE_PARENT:
		return header_is_trace_parent(text);
	case JSON:
		return header_is_json(text);
	case BEARER:
		return header_bearer(text) && strcmp(header_bearer(text), "abc") == 0;
	}
	return false;
}

START_TEST(values_are_judged_strictly)
{
	const struct verdict_row *row = &verdicts[_i];
	ck_assert_msg(parse(row->parser, row->text) == row->is_good, "'%s' is %s", row->text, row->is_good ? "good" : "bad");
}
END_TEST

START_TEST(a_long_request_id_is_refused)
{
	char text[REQUEST_ID_MAX + 2];

	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	ck_assert(!header_is_request_id(text));
	text[REQUEST_ID_MAX] = '\0';
	ck_assert(header_is_request_id(text));
}
END_TEST

START_TEST(a_trace_is_continued_under_a_new_span)
{
	static const unsigned char trace[16] = { 1 }, span[8] = { 0xab };
	char text[TRACE_PARENT_BYTES];

	header_trace_parent_continue(text, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", trace, span);
	ck_assert_str_eq(text, "00-4bf92f3577b34da6a3ce929d0e0e4736-ab00000000000000-01");
	header_trace_parent_continue(text, NULL, trace, span);
	ck_assert_str_eq(text, "00-01000000000000000000000000000000-ab00000000000000-00");
	ck_assert(header_is_trace_parent(text));
}
END_TEST

static const struct version_row {
	const char *text;
	bool is_good;
	int64_t version;
} versions[] = {
	{ "\"3\"", true, 3 }, { "W/\"12\"", true, 12 }, { "3", false, 0 }, { "\"\"", false, 0 }, { "\"3\",\"4\"", false, 0 },
	{ "\"-1\"", false, 0 }, { "\"3", false, 0 }, { "\"99999999999\"", false, 0 }, { "*", false, 0 },
};

START_TEST(if_match_takes_one_version)
{
	const struct version_row *row = &versions[_i];
	int64_t version = 0;

	ck_assert_msg(header_version(row->text, &version) == row->is_good, "%s", row->text);
	ck_assert_int_eq(version, row->version);
}
END_TEST

static const struct etag_row {
	const char *list, *etag;
	bool is_named;
} etags[] = {
	{ "\"3\"", "\"3\"", true }, { "W/\"3\"", "\"3\"", true }, { "\"1\", \"3\"", "\"3\"", true }, { "*", "\"3\"", true },
	{ "\"33\"", "\"3\"", false }, { "\"1\"", "\"3\"", false }, { "", "\"3\"", false }, { "\"1\",", "\"3\"", false },
	{ "\"foo,*,bar\"", "\"3\"", false }, { "\"a,*\"", "\"3\"", false }, { "\"a,\"3\"", "\"3\"", false }, { "\"a,b\", W/\"3\"", "\"3\"", true }, { " * ", "\"3\"", true },
	{ "\"a\", *", "\"3\"", false }, { "3", "3", false },
};

START_TEST(if_none_match_names_tags_of_a_list)
{
	const struct etag_row *row = &etags[_i];
	ck_assert_msg(header_names_etag(row->list, row->etag) == row->is_named, "%s in %s", row->etag, row->list);
}
END_TEST

START_TEST(sizes_are_plain_decimals)
{
	uint64_t size = 0;

	ck_assert(header_size("0", &size) && size == 0);
	ck_assert(header_size("1048576", &size) && size == 1048576);
	ck_assert(!header_size("", &size) && !header_size("-1", &size) && !header_size("+1", &size) && !header_size("1 ", &size));
	ck_assert(!header_size("9999999999999999999", &size));
}
END_TEST

START_TEST(lists_match_whole_entries)
{
	ck_assert(header_list_has("https://a.example, https://b.example", "https://b.example"));
	ck_assert(!header_list_has("https://a.example", "https://a.example.evil"));
	ck_assert(!header_list_has("https://a.example.evil", "https://a.example"));
	ck_assert(!header_list_has("", "x"));
}
END_TEST

START_TEST(a_coding_is_accepted_as_the_header_says)
{
	static const struct { const char *text; bool is_accepted; } rows[] = {
		{ "gzip", true }, { "br, gzip", true }, { "br;q=1.0, GZIP ;q=0.5", true }, { "gzip;q=0", false }, { "gzip; q=0.000", false }, { "gzipped", false },
		{ "x-gzip", false }, { "br", false }, { "", false }, { ",,gzip", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(header_accepts(rows[i].text, "gzip") == rows[i].is_accepted, "%s", rows[i].text);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int
main(void)
{
	Suite *suite = suite_create("header");
	TCase *tc = tcase_create("header");

	tcase_add_loop_test(tc, values_are_judged_strictly, 0, ROWS(verdicts));
	tcase_add_test(tc, a_long_request_id_is_refused);
	tcase_add_test(tc, a_trace_is_continued_under_a_new_span);
	tcase_add_loop_test(tc, if_match_takes_one_version, 0, ROWS(versions));
	tcase_add_loop_test(tc, if_none_match_names_tags_of_a_list, 0, ROWS(etags));
	tcase_add_test(tc, sizes_are_plain_decimals);
	tcase_add_test(tc, lists_match_whole_entries);
	tcase_add_test(tc, a_coding_is_accepted_as_the_header_says);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
