/* The strict JSON reader, the writers, lookup, equality and merge patch. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "utf8.h"

enum { ARENA_BYTES = 64 * 1024 * 1024 };

static struct arena *arena;

static void
set_up(void)
{
	arena = arena_new(ARENA_BYTES);
}

static void
tear_down(void)
{
	arena_free(arena);
}

static const struct json_value *
parse(const char *text)
{
	struct json_error error = { 0 };
	const struct json_value *value = json_parse(arena, text, strlen(text), NULL, &error);
	ck_assert_msg(value != NULL, "%s: %s at %zu", text, error.message, error.offset);
	return value;
}

static const char *
written(const struct json_value *value)
{
	struct buf buf;
	buf_init(&buf, arena, 64);
	json_write(&buf, value);
	return buf.bytes;
}

static const char *
canonical(const char *text)
{
	struct buf buf;
	buf_init(&buf, arena, 64);
	json_write_canonical(&buf, parse(text), arena);
	return buf.bytes;
}

static const struct refusal {
	const char *text;
	size_t offset;
	const char *message;
} refusals[] = {
	{ "", 0, "unexpected end of text" },
	{ "   ", 3, "unexpected end of text" },
	{ "{", 1, "unexpected end of text" },
	{ "[1", 2, "unexpected end of text" },
	{ "[1,]", 3, "expected a value" },
	{ "[1 2]", 3, "expected ',' or ']'" },
	{ "{\"a\":1,}", 7, "expected a key in double quotes" },
	{ "{\"a\" 1}", 5, "expected ':'" },
	{ "{a:1}", 1, "expected a key in double quotes" },
	{ "{\"a\":1 \"b\":2}", 7, "expected ',' or '}'" },
	{ "'a'", 0, "expected a value" },
	{ "nul", 0, "expected a value" },
	{ "truex", 4, "unexpected text after the value" },
	{ "1 2", 2, "unexpected text after the value" },
	{ "01", 0, "a number must not start with 0" },
	{ "-", 1, "unexpected end of text" },
	{ "-a", 1, "expected a digit" },
	{ "1.", 2, "unexpected end of text" },
	{ "1.x", 2, "expected a digit after the decimal point" },
	{ "1ex", 2, "expected a digit in the exponent" },
	{ "1e+", 3, "unexpected end of text" },
	{ ".5", 0, "expected a value" },
	{ "+1", 0, "expected a value" },
	{ "NaN", 0, "expected a value" },
	{ "1e400", 0, "number outside the range of a double" },
	{ "9223372036854775808", 0, "integer outside the 64-bit range" },
	{ "[-9223372036854775809]", 1, "integer outside the 64-bit range" },
	{ "123456789012345678901234567890", 0, "integer outside the 64-bit range" },
	{ "\"a", 2, "unexpected end of text" },
	{ "\"a\nb\"", 2, "control character in a string" },
	{ "\"\\x\"", 2, "unknown escape in a string" },
	{ "\"\\u12g4\"", 5, "expected four hexadecimal digits after \\u" },
	{ "\"\\u0000\"", 1, "\\u0000 is not allowed" },
	{ "\"\\ud800\"", 1, "unpaired surrogate" },
	{ "\"\\ud800\\u0041\"", 1, "unpaired surrogate" },
	{ "\"\\udc00\"", 1, "unpaired surrogate" },
	{ "\"\xc0\xaf\"", 1, "invalid UTF-8" },
	{ "\"\xe0\x80\xaf\"", 1, "invalid UTF-8" },
	{ "\"\xed\xa0\x80\"", 1, "invalid UTF-8" },
	{ "\"\xf4\x90\x80\x80\"", 1, "invalid UTF-8" },
	{ "\"abcdefgh\xff\"", 9, "invalid UTF-8" },
	{ "\"\xe2\x82\"", 1, "invalid UTF-8" },
	{ "\xef\xbb\xbf{}", 0, "expected a value" },
	{ "{\"a\":1,\"a\":2}", 7, "duplicate key \"a\"" },
	{ "{\"a\":1,\"\\u0061\":2}", 7, "duplicate key \"a\"" },
};

START_TEST(bad_text_is_refused_with_its_place)
{
	const struct refusal *row = &refusals[_i];
	struct json_error error = { 0 };
	const struct json_value *value = json_parse(arena, row->text, strlen(row->text), NULL, &error);

	ck_assert_msg(value == NULL, "accepted: %s", row->text);
	ck_assert_msg(strcmp(error.message, row->message) == 0, "%s: %s", row->text, error.message);
	ck_assert_msg(error.offset == row->offset, "%s: offset %zu", row->text, error.offset);
}
END_TEST

START_TEST(an_error_names_line_and_column_in_characters)
{
	struct json_error error = { 0 };
	const char text[] = "{\n  \"\xc3\xa9\": \xc3\xa9}";

	ck_assert_ptr_null(json_parse(arena, text, sizeof(text) - 1, NULL, &error));
	ck_assert_uint_eq(error.line, 2);
	ck_assert_uint_eq(error.column, 8);
}
END_TEST

START_TEST(nul_bytes_in_the_text_are_refused)
{
	struct json_error error = { 0 };

	ck_assert_ptr_null(json_parse(arena, "\"a\0b\"", 5, NULL, &error));
	ck_assert_ptr_null(json_parse(arena, "1\0", 2, NULL, &error));
	ck_assert_uint_eq(error.offset, 1);
}
END_TEST

static const struct meaning {
	const char *text;
	const char *expected;
} meanings[] = {
	{ " [ 1 , 2 ] ", "[1,2]" },
	{ "{ \"a\" : { } , \"b\" : [ ] }", "{\"a\":{},\"b\":[]}" },
	{ "[null,true,false]", "[null,true,false]" },
	{ "9223372036854775807", "9223372036854775807" },
	{ "-9223372036854775808", "-9223372036854775808" },
	{ "-0", "0" },
	{ "[1.10,1e2,1E+2,0.30000000000000004]", "[1.10,1e2,1E+2,0.30000000000000004]" },
	{ "\"\\u0041\\/\\\"\\\\\\b\\f\\n\\r\\t\"", "\"A/\\\"\\\\\\b\\f\\n\\r\\t\"" },
	{ "\"\\ud83d\\ude00 \xf0\x9f\x98\x80\"", "\"\xf0\x9f\x98\x80 \xf0\x9f\x98\x80\"" },
	{ "\"\\u00e9abcdefghijklmnop\\u20acqrstuvwx\"", "\"\xc3\xa9" "abcdefghijklmnop\xe2\x82\xac" "qrstuvwx\"" },
	{ "\"\\u001f\x7f\"", "\"\\u001f\x7f\"" },
	{ "{\"\":1}", "{\"\":1}" },
};

START_TEST(text_keeps_its_meaning_through_reading_and_writing)
{
	const struct meaning *row = &meanings[_i];
	ck_assert_str_eq(written(parse(row->text)), row->expected);
}
END_TEST

START_TEST(reals_are_correctly_rounded)
{
	static const char *const texts[] = { "0.1", "1e22", "1e23", "123456789.123456789", "2.2250738585072011e-308",
		"4.9e-324", "1.7976931348623157e308", "9007199254740993.0", "0.000001", "-1.5e-7", "1e-400",
		"179769313486231580793728971405301e276", "3.141592653589793238462643383279502884" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		ck_assert_msg(parse(texts[i])->real == strtod(texts[i], NULL), "%s", texts[i]);
}
END_TEST

START_TEST(big_numbers_and_nul_are_accepted_only_on_request)
{
	const struct json_limits limits = { .allow_nul = true, .allow_big_numbers = true };
	const char text[] = "[\"a\\u0000b\",98249283749234923498293171823948729348710298301928331]";
	struct json_error error = { 0 };
	const struct json_value *value = json_parse(arena, text, sizeof(text) - 1, &limits, &error);

	ck_assert_ptr_nonnull(value);
	ck_assert_uint_eq(value->items[0].n, 3);
	ck_assert_int_eq(value->items[1].type, JSON_REAL);
	ck_assert_str_eq(written(value), text);
}
END_TEST

START_TEST(nesting_is_bounded)
{
	enum { DEEP = 10000 };
	struct json_error error = { 0 };
	char *text = arena_alloc(arena, DEEP + 1);

	memset(text, '[', DEEP);
	ck_assert_ptr_null(json_parse(arena, text, DEEP, NULL, &error));
	ck_assert_str_eq(error.message, "nested deeper than 64 levels");
	ck_assert_uint_eq(error.offset, 64);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	ck_assert_ptr_nonnull(json_parse(arena, text, 2 * (size_t)JSON_DEPTH_MAX, NULL, &error));
}
END_TEST

static const char *
object_of(int n, const char *last)
{
	struct buf buf;
	buf_init(&buf, arena, 64);
	buf_add_char(&buf, '{');
	for (int i = 0; i < n; i++)
		buf_printf(&buf, "\"key%d\":%d,", i, i);
	buf_add_text(&buf, last);
	buf_add_char(&buf, '}');
	return buf.bytes;
}

START_TEST(large_objects_find_their_members_and_their_duplicates)
{
	struct json_error error = { 0 };
	const struct json_value *object = parse(object_of(5000, "\"last\":true"));

	ck_assert_int_eq(json_get(object, "key4321")->integer, 4321);
	ck_assert_ptr_null(json_get(object, "key5000"));
	const char *text = object_of(5000, "\"key77\":0");
	ck_assert_ptr_null(json_parse(arena, text, strlen(text), NULL, &error));
	ck_assert_str_eq(error.message, "duplicate key \"key77\"");
	ck_assert_uint_eq(error.offset, strlen(text) - strlen("\"key77\":0}"));
}
END_TEST

START_TEST(values_know_their_bytes_in_the_source)
{
	const char *text = " {\"a\": [1, 2.50] , \"b\":\"x\"}";
	const struct json_value *object = parse(text);
	const struct json_value *list = json_get(object, "a");

	ck_assert_int_eq(strncmp(text + list->start, "[1, 2.50]", list->end - list->start), 0);
	ck_assert_uint_eq(list->end - list->start, strlen("[1, 2.50]"));
	ck_assert_uint_eq(object->end, strlen(text));
}
END_TEST

START_TEST(a_small_memory_limit_refuses_a_large_document)
{
	struct arena *small = arena_new(100 * 1024);
	struct json_error error = { 0 };
	struct buf buf;

	buf_init(&buf, arena, 64);
	buf_add_char(&buf, '[');
	for (int i = 0; i < 20000; i++)
		buf_add_text(&buf, "0,");
	buf_add_text(&buf, "0]");
	ck_assert_ptr_null(json_parse(small, buf.bytes, buf.len, NULL, &error));
	ck_assert_str_eq(error.message, "document needs more memory than allowed");
	arena_free(small);
}
END_TEST

static const struct pair {
	const char *a, *b;
	bool is_equal;
} pairs[] = {
	{ "1", "1.0", true },
	{ "100", "1e2", true },
	{ "1", "1.1", false },
	{ "9007199254740993", "9007199254740992.0", false },
	{ "9223372036854775807", "9223372036854775808.0", false },
	{ "{\"a\":1,\"b\":[2]}", "{\"b\":[2.0],\"a\":1}", true },
	{ "{\"a\":1}", "{\"a\":1,\"b\":2}", false },
	{ "{\"a\":1}", "{\"b\":1}", false },
	{ "[1,2]", "[2,1]", false },
	{ "true", "1", false },
	{ "null", "false", false },
	{ "\"a\"", "\"\\u0061\"", true },
};

START_TEST(equality_follows_json)
{
	const struct pair *row = &pairs[_i];
	ck_assert_msg(json_equal(parse(row->a), parse(row->b)) == row->is_equal, "%s %s", row->a, row->b);
	ck_assert_msg(json_equal(parse(row->b), parse(row->a)) == row->is_equal, "%s %s", row->b, row->a);
}
END_TEST

static const struct meaning canonicals[] = {
	{ "{ \"b\":1, \"a\":{ \"d\":[ ], \"c\":null } }", "{\"a\":{\"c\":null,\"d\":[]},\"b\":1}" },
	{ "[1.0,1.10,1e2,1e21,1e20,0.000001,0.0000001,-0.0,4.50,2e-3]",
	    "[1,1.1,100,1e+21,1e+20,0.000001,1e-7,0,4.5,0.002]" },
	{ "[333333333.33333329,1E30,0.000000000000000000000000001]", "[333333333.3333333,1e+30,1e-27]" },
	{ "{\"\\ufb33\":1,\"\\ud83d\\ude00\":2,\"\\u20ac\":3}",
	    "{\"\xe2\x82\xac\":3,\"\xf0\x9f\x98\x80\":2,\"\xef\xac\xb3\":1}" },
	{ "[1000000000000000000,1e18,9223372036854775807,9223372036854775808.0,-9223372036854775808.0]",
	    "[1000000000000000000,1000000000000000000,9223372036854775807,9.223372036854776e+18,-9223372036854775808]" },
	{ "[1.7976931348623157e308,5e-324]", "[1.7976931348623157e+308,5e-324]" },
};

START_TEST(canonical_text_depends_on_the_value_alone)
{
	ck_assert_str_eq(canonical(canonicals[_i].text), canonicals[_i].expected);
}
END_TEST

/* The table of RFC 7396, appendix A. */
static const struct merge_row {
	const char *target, *patch, *result;
} merges[] = {
	{ "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
	{ "{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}" },
	{ "{\"a\":\"b\"}", "{\"a\":null}", "{}" },
	{ "{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}" },
	{ "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
	{ "{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}" },
	{ "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}" },
	{ "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}" },
	{ "[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]" },
	{ "{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]" },
	{ "{\"a\":\"foo\"}", "null", "null" },
	{ "{\"a\":\"foo\"}", "\"bar\"", "\"bar\"" },
	{ "{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}" },
	{ "[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}" },
	{ "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}" },
};

START_TEST(merge_patch_follows_rfc_7396)
{
	const struct merge_row *row = &merges[_i];
	ck_assert_str_eq(written(json_merge_patch(arena, parse(row->target), parse(row->patch))), row->result);
}
END_TEST

START_TEST(a_copy_outlives_its_source)
{
	struct arena *other = arena_new(1024 * 1024);
	struct json_error error = { 0 };
	const char *text = object_of(40, "\"x\":[1.50,\"y\",{\"z\":null}]");
	const struct json_value *copy = json_copy(arena, json_parse(other, text, strlen(text), NULL, &error));

	arena_free(other);
	ck_assert_str_eq(written(copy), text);
	ck_assert_int_eq(json_get(copy, "key33")->integer, 33);
}
END_TEST

START_TEST(members_made_by_hand_are_found_and_compared)
{
	struct json_member member = { .name = "a", .n_name = 1, .value = { .type = JSON_INT, .integer = 1 } };
	const struct json_value object = { .type = JSON_OBJECT, .n = 1, .members = &member };

	ck_assert_ptr_nonnull(json_get(&object, "a"));
	ck_assert(json_equal(&object, parse("{\"a\":1}")));
	ck_assert(json_equal(parse("{\"a\":1}"), &object));
}
END_TEST

/* 200 lists of the list before would be 2^200 texts: what is counted is bounded, and so is the time. */
START_TEST(the_size_of_a_value_is_never_more_than_its_text_and_counted_only_so_far)
{
	static const char *const texts[] = { "null", "[]", "{}", "-12", "\"a\\nb\"", "{\"a\":[1,2,{\"b\":\"c\"}]}", NULL };
	for (size_t i = 0; texts[i]; i++)
		ck_assert_uint_le(json_size(parse(texts[i]), 1000), strlen(texts[i]));

	struct json_value leaf = { .type = JSON_TEXT, .n = 100, .text = "x" }, lists[200];
	for (size_t i = 0; i < 200; i++) {
		struct json_value *items = ARENA_ARRAY(arena, struct json_value, 2);
		items[0] = items[1] = i > 0 ? lists[i - 1] : leaf;
		lists[i] = (struct json_value){ .type = JSON_LIST, .n = 2, .items = items };
	}
	size_t n = json_size(&lists[199], 5000);
	ck_assert(n > 5000 && n < 6000);
}
END_TEST

START_TEST(utf8_round_trips_every_code_point)
{
	for (uint32_t code = 0; code <= 0x10FFFF; code++) {
		if (code >= 0xD800 && code <= 0xDFFF)
			continue;
		char bytes[4];
		size_t n_read;
		size_t n = utf8_write(bytes, code);
		bool is_right = utf8_sequence(bytes, n) == n && utf8_sequence(bytes, n - 1) == 0 &&
		    utf8_read(bytes, &n_read) == code && n_read == n;
		if (!is_right) /* a million ck_asserts take seconds */
			ck_abort_msg("U+%04X", code);
	}
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int
main(void)
{
	Suite *suite = suite_create("json");
	TCase *tc = tcase_create("json");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, bad_text_is_refused_with_its_place, 0, ROWS(refusals));
	tcase_add_test(tc, an_error_names_line_and_column_in_characters);
	tcase_add_test(tc, nul_bytes_in_the_text_are_refused);
	tcase_add_loop_test(tc, text_keeps_its_meaning_through_reading_and_writing, 0, ROWS(meanings));
	tcase_add_test(tc, reals_are_correctly_rounded);
	tcase_add_test(tc, big_numbers_and_nul_are_accepted_only_on_request);
	tcase_add_test(tc, nesting_is_bounded);
	tcase_add_test(tc, large_objects_find_their_members_and_their_duplicates);
	tcase_add_test(tc, values_know_their_bytes_in_the_source);
	tcase_add_test(tc, a_small_memory_limit_refuses_a_large_document);
	tcase_add_loop_test(tc, equality_follows_json, 0, ROWS(pairs));
	tcase_add_loop_test(tc, canonical_text_depends_on_the_value_alone, 0, ROWS(canonicals));
	tcase_add_loop_test(tc, merge_patch_follows_rfc_7396, 0, ROWS(merges));
	tcase_add_test(tc, a_copy_outlives_its_source);
	tcase_add_test(tc, members_made_by_hand_are_found_and_compared);
	tcase_add_test(tc, the_size_of_a_value_is_never_more_than_its_text_and_counted_only_so_far);
	tcase_add_test(tc, utf8_round_trips_every_code_point);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
