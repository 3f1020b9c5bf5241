/* Identifiers, times and opaque tokens. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "id.h"

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

START_TEST(uuid7_carries_time_version_and_variant)
{
	static const unsigned char random[10] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	char text[UUID_TEXT_BYTES];

	/* The time of RFC 9562 appendix A.6. */
	uuid7_format(text, INT64_C(0x017F22E279B0) * 1000 + 999, random);
	ck_assert_str_eq(text, "017f22e2-79b0-7fff-bfff-ffffffffffff");
	ck_assert(uuid_is_valid(text));
}
END_TEST

static const struct uuid_row {
	const char *text;
	bool is_valid;
} uuids[] = {
	{ "017F22E2-79B0-7CC3-98C4-DC0C0C07398F", true },
	{ "", false },
	{ "017f22e2-79b0-7cc3-98c4-dc0c0c07398", false },
	{ "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0", false },
	{ "017f22e279b07cc398c4dc0c0c07398f", false },
	{ "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", false },
	{ "017f22e2-79b0-7cc3-98c4dc-0c0c07398f", false },
};

START_TEST(uuids_are_told_from_other_text)
{
	ck_assert_msg(uuid_is_valid(uuids[_i].text) == uuids[_i].is_valid, "%s", uuids[_i].text);
}
END_TEST

static const struct time_row {
	int64_t time_us;
	const char *text;
} times[] = {
	{ 0, "1970-01-01T00:00:00.000Z" },
	{ -1, "1969-12-31T23:59:59.999Z" },
	{ INT64_C(1772359200123456), "2026-03-01T10:00:00.123Z" },
	{ INT64_C(951782400000000), "2000-02-29T00:00:00.000Z" },
	{ INT64_C(4107542399000000), "2100-02-28T23:59:59.000Z" },
	{ INT64_C(4107542400000000), "2100-03-01T00:00:00.000Z" },
	{ INT64_C(253402300799999999), "9999-12-31T23:59:59.999Z" },
	{ INT64_C(-62167219200000000), "0000-01-01T00:00:00.000Z" },
	{ INT64_MAX, "294247-01-10T04:00:54.775Z" },
	{ INT64_MIN, "-290308-12-21T19:59:05.224Z" },
};

START_TEST(times_are_written_in_milliseconds)
{
	char text[TIME_TEXT_BYTES];

	time_format(text, times[_i].time_us);
	ck_assert_str_eq(text, times[_i].text);
}
END_TEST

START_TEST(times_agree_with_the_c_library)
{
	char text[TIME_TEXT_BYTES], expected[TIME_TEXT_BYTES];
	int64_t back;

	/* Every 11 days and some hours over eight centuries. */
	for (int64_t second = INT64_C(-12000000000); second < INT64_C(13000000000); second += 987654) {
		struct tm tm;
		time_t when = second;
		gmtime_r(&when, &tm);
		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%S.000Z", &tm);
		time_format(text, second * 1000000);
		ck_assert_str_eq(text, expected);
		ck_assert(time_parse(text, strlen(text), &back));
		ck_assert_int_eq(back, second * 1000000);
	}
}
END_TEST

static const struct parse_row {
	const char *text;
	bool is_good;
	int64_t time_us;
} parses[] = {
	{ "2026-03-01T10:00:00Z", true, INT64_C(1772359200000000) },
	{ "2026-03-01t10:00:00z", true, INT64_C(1772359200000000) },
	{ "2026-03-01T10:00:00.5Z", true, INT64_C(1772359200500000) },
	{ "2026-03-01T10:00:00.000001Z", true, INT64_C(1772359200000001) },
	{ "2026-03-01T10:00:00.123456789Z", true, INT64_C(1772359200123456) },
	{ "2026-03-01T11:30:00+01:30", true, INT64_C(1772359200000000) },
	{ "2026-02-28T23:00:00-11:00", true, INT64_C(1772359200000000) },
	{ "2016-12-31T23:59:60Z", true, INT64_C(1483228800000000) },
	{ "2017-01-01T00:59:60+01:00", true, INT64_C(1483228800000000) },
	{ "2016-12-31T22:59:60Z", false, 0 },
	{ "2024-02-29T00:00:00Z", true, INT64_C(1709164800000000) },
	{ "2026-02-29T00:00:00Z", false, 0 },
	{ "2100-02-29T00:00:00Z", false, 0 },
	{ "2026-13-01T00:00:00Z", false, 0 },
	{ "2026-00-01T00:00:00Z", false, 0 },
	{ "2026-01-00T00:00:00Z", false, 0 },
	{ "2026-01-32T00:00:00Z", false, 0 },
	{ "2026-01-01T24:00:00Z", false, 0 },
	{ "2026-01-01T00:60:00Z", false, 0 },
	{ "2026-01-01T00:00:61Z", false, 0 },
	{ "2026-01-01T00:00:00", false, 0 },
	{ "2026-01-01T00:00:00.Z", false, 0 },
	{ "2026-01-01T00:00:00.1234567890Z", false, 0 },
	{ "2026-01-01T00:00:00+24:00", false, 0 },
	{ "2026-01-01T00:00:00+0100", false, 0 },
	{ "2026-01-01T00:00:00Zx", false, 0 },
	{ "2026-01-01 00:00:00Z", false, 0 },
	{ "2026-01-01", false, 0 },
	{ "26-01-01T00:00:00Z", false, 0 },
	{ "+026-01-01T00:00:00Z", false, 0 },
	{ "", false, 0 },
};

START_TEST(times_are_read_strictly)
{
	const struct parse_row *row = &parses[_i];
	int64_t time_us = 0;
	size_t n = strlen(row->text);
	char *exact = malloc(n ? n : 1); /* no NUL: an overrun shows under the address sanitizer */

	memcpy(exact, row->text, n);
	ck_assert_msg(time_parse(exact, n, &time_us) == row->is_good, "%s", row->text);
	ck_assert_msg(time_us == row->time_us, "%s", row->text);
	free(exact);
}
END_TEST

/* Source: RFC 4648 section 10, without padding, and two digits outside plain base64. */
static const struct base64_row {
	const char *bytes, *text;
} base64s[] = {
	{ "", "" }, { "f", "Zg" }, { "fo", "Zm8" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg" },
	{ "fooba", "Zm9vYmE" }, { "foobar", "Zm9vYmFy" }, { "\xfb\xff", "-_8" },
};

START_TEST(base64url_follows_rfc_4648)
{
	const struct base64_row *row = &base64s[_i];
	void *bytes;
	size_t n;

	ck_assert_str_eq(base64url_encode(arena, row->bytes, strlen(row->bytes)), row->text);
	ck_assert(base64url_decode(arena, row->text, &bytes, &n));
	ck_assert_uint_eq(n, strlen(row->bytes));
	ck_assert_mem_eq(bytes, row->bytes, n);
}
END_TEST

START_TEST(base64url_has_one_text_per_value)
{
	static const char *const bad[] = { "Z", "Zh", "Zm9", "Zg==", "Zm+v", "Zm/v", "Zm 9v", "Zm9vY" };
	void *bytes;
	size_t n;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!base64url_decode(arena, bad[i], &bytes, &n), "%s", bad[i]);
}
END_TEST

START_TEST(hex_is_lower_case)
{
	char text[7];

	hex_encode(text, "\x00\xab\xff", 3);
	ck_assert_str_eq(text, "00abff");
}
END_TEST

START_TEST(cursors_have_the_documented_form)
{
	static const char known[] = "eyJjcmVhdGVkQXQiOiIyMDI2LTAxLTAyVDAzOjA0OjA1LjAwMFoiLCJpZCI6NDJ9";
	int64_t created_us, id;

	ck_assert_str_eq(cursor_encode(arena, INT64_C(1767323045000000), 42), known);
	ck_assert(cursor_decode(arena, known, &created_us, &id));
	ck_assert_int_eq(created_us, INT64_C(1767323045000000));
	ck_assert_int_eq(id, 42);
}
END_TEST

START_TEST(cursors_keep_microseconds)
{
	int64_t created_us, id;

	ck_assert(cursor_decode(arena, cursor_encode(arena, INT64_C(1767323045123456), INT64_MAX), &created_us, &id));
	ck_assert_int_eq(created_us, INT64_C(1767323045123456));
	ck_assert_int_eq(id, INT64_MAX);
}
END_TEST

static const char *const bad_cursors[] = {
	"", "x", "eyJ9", "{\"createdAt\":\"2026-01-02T03:04:05.000Z\"}",
	"{\"id\":1}", "{\"createdAt\":1,\"id\":1}", "{\"createdAt\":\"2026-01-02T03:04:05.000Z\",\"id\":\"1\"}",
	"{\"createdAt\":\"yesterday\",\"id\":1}", "[]", "{\"createdAt\":\"2026-01-02T03:04:05.000Z\",\"id\":1,\"x\":0}",
};

START_TEST(bad_cursors_are_refused)
{
	const char *text = bad_cursors[_i];
	int64_t created_us, id;

	if (text[0] == '{' || text[0] == '[')
		text = base64url_encode(arena, text, strlen(text));
	ck_assert_msg(!cursor_decode(arena, text, &created_us, &id), "%s", bad_cursors[_i]);
}
END_TEST

START_TEST(an_endless_cursor_is_refused)
{
	char text[4097];
	int64_t created_us, id;

	memset(text, 'A', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert(!cursor_decode(arena, text, &created_us, &id));
}
END_TEST

START_TEST(pointer_steps_are_escaped)
{
	ck_assert_str_eq(pointer_append(arena, "", "a"), "/a");
	ck_assert_str_eq(pointer_append(arena, "/a", ""), "/a/");
	ck_assert_str_eq(pointer_append(arena, "/a", "m~n/o"), "/a/m~0n~1o");
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int
main(void)
{
	Suite *suite = suite_create("id");
	TCase *tc = tcase_create("id");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, uuid7_carries_time_version_and_variant);
	tcase_add_loop_test(tc, uuids_are_told_from_other_text, 0, ROWS(uuids));
	tcase_add_loop_test(tc, times_are_written_in_milliseconds, 0, ROWS(times));
	tcase_add_test(tc, times_agree_with_the_c_library);
	tcase_add_loop_test(tc, times_are_read_strictly, 0, ROWS(parses));
	tcase_add_loop_test(tc, base64url_follows_rfc_4648, 0, ROWS(base64s));
	tcase_add_test(tc, base64url_has_one_text_per_value);
	tcase_add_test(tc, hex_is_lower_case);
	tcase_add_test(tc, cursors_have_the_documented_form);
	tcase_add_test(tc, cursors_keep_microseconds);
	tcase_add_loop_test(tc, bad_cursors_are_refused, 0, ROWS(bad_cursors));
	tcase_add_test(tc, an_endless_cursor_is_refused);
	tcase_add_test(tc, pointer_steps_are_escaped);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
