/* Structs to and from JSON and single texts, with every violation named. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"
#include "sample_shape.h"

enum { ARENA_BYTES = 4 * 1024 * 1024 };

#define GOOD "\"id\":1,\"isOn\":true,\"createdAt\":\"2026-03-01T10:00:00Z\",\"name\":\"Ada\",\"data\":{}"

static struct arena *arena;
static struct violations violations;
static struct sample sample;

/* Stands in for the regular expression engine: lower-case letters and blanks. */
static bool
is_lower(const char *pattern, const char *text, size_t n_bytes)
{
	(void)pattern; /* the sample has one */
	return strspn(text, "abcdefghijklmnopqrstuvwxyz ") == n_bytes;
}

static void
set_up(void)
{
	arena = arena_new(ARENA_BYTES);
	memset(&violations, 0, sizeof(violations));
	memset(&sample, 0, sizeof(sample));
	codec_json_set_pattern_matcher(is_lower);
}

static void
tear_down(void)
{
	arena_free(arena);
}

static bool
read_json(const char *text)
{
	struct json_error error = { 0 };
	const struct json_value *value = json_parse(arena, text, strlen(text), NULL, &error);

	ck_assert_msg(value != NULL, "%s: %s", text, error.message);
	return codec_json_read(arena, &sample_shape, text, value, &sample, &violations);
}

static const struct shape_field *
field(const char *name)
{
	for (size_t i = 0; i < sample_shape.n_fields; i++) {
		if (strcmp(sample_fields[i].name, name) == 0)
			return &sample_fields[i];
	}
	ck_abort_msg("no field %s", name);
	return NULL;
}

static const char *
written(void)
{
	struct buf buf;

	buf_init(&buf, arena, 256);
	codec_json_write(&buf, &sample_shape, &sample);
	return buf.bytes;
}

START_TEST(every_member_survives_the_round_trip)
{
	const char *text = "{\"id\":1,\"isOn\":true,\"createdAt\":\"2026-03-01T10:00:00.123Z\",\"name\":\"A\\\"\\u0001\","
	    "\"data\":{ \"x\" : 1.10 },\"count\":-5,\"isSure\":false,\"expiresAt\":\"1969-12-31T23:59:59.999Z\","
	    "\"color\":\"red\",\"note\":\"a b\",\"extra\":[1, 2],\"part\":{\"size\":2,\"label\":\"x\"},"
	    "\"tags\":[\"a\",\"b\"],\"numbers\":[-9223372036854775808,9223372036854775807],"
	    "\"parts\":[{\"size\":1},{\"size\":9}],\"docs\":[null,{\"a\": 1}]}";

	ck_assert(read_json(text));
	ck_assert_str_eq(written(), text);
}
END_TEST

START_TEST(absent_members_are_left_out_and_nullable_ones_written_as_null)
{
	ck_assert(read_json("{" GOOD ",\"color\":null,\"part\":null,\"tags\":null,\"count\":null}"));
	ck_assert_str_eq(written(), "{\"id\":1,\"isOn\":true,\"createdAt\":\"2026-03-01T10:00:00.000Z\",\"name\":\"Ada\","
	    "\"data\":{},\"note\":null}");
	ck_assert_ptr_null(sample.tags.items);
}
END_TEST

START_TEST(a_field_can_be_written_alone)
{
	struct buf buf;

	ck_assert(read_json("{" GOOD ",\"numbers\":[]}"));
	buf_init(&buf, arena, 64);
	codec_json_write_field(&buf, field("numbers"), &sample);
	codec_json_write_field(&buf, field("tags"), &sample);
	ck_assert_str_eq(buf.bytes, "[]null");
	ck_assert(codec_json_has_field(field("numbers"), &sample));
	ck_assert(!codec_json_has_field(field("tags"), &sample));
}
END_TEST

static const struct refusal {
	const char *text, *pointer, *keyword, *message;
} refusals[] = {
	{ "[]", "", "type", "must be a JSON object" },
	{ "{" GOOD ",\"count\":2.5}", "/count", "type", "'count' must be an integer between -5 and 500" },
	{ "{" GOOD ",\"count\":\"02\"}", "/count", "type", "'count' must be an integer between -5 and 500" },
	{ "{" GOOD ",\"count\":-6}", "/count", "minimum", "'count' must be at least -5, not -6" },
	{ "{" GOOD ",\"count\":501}", "/count", "maximum", "'count' must be at most 500, not 501" },
	{ "{" GOOD ",\"isSure\":1}", "/isSure", "type", "'isSure' must be true or false" },
	{ "{" GOOD ",\"expiresAt\":0}", "/expiresAt", "type",
	    "'expiresAt' must be an RFC 3339 time like \"2026-03-01T10:00:00Z\"" },
	{ "{" GOOD ",\"expiresAt\":\"2026-02-30T00:00:00Z\"}", "/expiresAt", "format",
	    "'expiresAt' must be an RFC 3339 time like \"2026-03-01T10:00:00Z\"" },
	{ "{" GOOD ",\"color\":\"blue\"}", "/color", "enum", "'color' must be one of 'red', 'green'" },
	{ "{" GOOD ",\"color\":7}", "/color", "type", "'color' must be one of 'red', 'green'" },
	{ "{" GOOD ",\"color\":\"verylongcolour\"}", "/color", "maxLength",
	    "'color' must have at most 10 bytes, not 14" },
	{ "{" GOOD ",\"note\":\"X\"}", "/note", "pattern", "'note' must match ^[a-z ]*$" },
	{ "{" GOOD ",\"part\":[]}", "/part", "type", "'part' must be an object" },
	{ "{" GOOD ",\"part\":{}}", "/part/size", "required", "'size' is required: an integer between 1 and 9" },
	{ "{" GOOD ",\"part\":{\"size\":10}}", "/part/size", "maximum", "'size' must be at most 9, not 10" },
	{ "{" GOOD ",\"part\":{\"size\":1,\"a/b\":0}}", "/part/a~1b", "unknown",
	    "unknown field 'a/b'; known are 'size', 'label'" },
	{ "{" GOOD ",\"parts\":[{\"size\":1},{\"size\":0}]}", "/parts/1/size", "minimum",
	    "'size' must be at least 1, not 0" },
	{ "{" GOOD ",\"parts\":[3]}", "/parts/0", "type", "items of 'parts' must be objects" },
	{ "{" GOOD ",\"tags\":[]}", "/tags", "minItems", "'tags' must have at least 1 item, not 0" },
	{ "{" GOOD ",\"tags\":[\"a\",\"b\",\"c\",\"d\"]}", "/tags", "maxItems",
	    "'tags' must have at most 3 items, not 4" },
	{ "{" GOOD ",\"tags\":\"a\"}", "/tags", "type", "'tags' must be an array of 1 to 3 strings" },
	{ "{" GOOD ",\"tags\":[\"a\",1]}", "/tags/1", "type", "items of 'tags' must be strings" },
	{ "{" GOOD ",\"numbers\":[1,1.5]}", "/numbers/1", "type", "items of 'numbers' must be integers" },
	{ "{\"id\":null,\"isOn\":true,\"createdAt\":\"2026-03-01T10:00:00Z\",\"name\":\"Ada\",\"data\":{}}", "/id", "type",
	    "'id' must be an integer between 1 and 2147483647" },
	{ "{\"id\":1,\"isOn\":true,\"createdAt\":\"2026-03-01T10:00:00Z\",\"name\":\"\",\"data\":{}}", "/name",
	    "minLength", "'name' must have at least 1 byte, not 0" },
	{ "{\"id\":1,\"isOn\":true,\"createdAt\":\"2026-03-01T10:00:00Z\",\"name\":\"a\",\"data\":[]}", "/data", "type",
	    "'data' must be a JSON object (or a string holding its text)" },
	{ "{\"id\":1,\"isOn\":true,\"createdAt\":\"2026-03-01T10:00:00Z\",\"name\":\"a\",\"data\":\"[1]\"}", "/data", "type",
	    "'data' must be a JSON object (or a string holding its text)" },
	{ "{\"id\":1,\"isOn\":true,\"createdAt\":\"2026-03-01T10:00:00Z\",\"name\":\"a\",\"data\":null}", "/data", "type",
	    "'data' must be a JSON object (or a string holding its text)" },
};

START_TEST(what_does_not_fit_the_shape_is_named)
{
	const struct refusal *row = &refusals[_i];

	ck_assert_msg(!read_json(row->text), "%s", row->text);
	ck_assert_msg(violations.n == 1, "%s: %zu violations", row->text, violations.n);
	const struct violation *violation = &violations.list[0];
	ck_assert_str_eq(violation->pointer, row->pointer);
	ck_assert_str_eq(violation->keyword, row->keyword);
	ck_assert_str_eq(violation->message, row->message);
	struct json_error error;
	if (violation->expected)
		ck_assert_msg(json_parse(arena, violation->expected, strlen(violation->expected), NULL, &error) != NULL,
		    "%s: %s", violation->expected, error.message);
}
END_TEST

START_TEST(every_violation_is_listed_with_shape_and_example)
{
	ck_assert(!read_json("{\"id\":0,\"nmae\":\"x\",\"count\":true,\"tags\":[1,2]}"));
	static const char *const expected[][2] = {
		{ "/id", "minimum" }, { "/nmae", "unknown" }, { "/count", "type" }, { "/tags/0", "type" },
		{ "/tags/1", "type" }, { "/isOn", "required" }, { "/createdAt", "required" }, { "/name", "required" },
		{ "/data", "required" },
	};
	ck_assert_uint_eq(violations.n, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < violations.n; i++) {
		ck_assert_str_eq(violations.list[i].pointer, expected[i][0]);
		ck_assert_str_eq(violations.list[i].keyword, expected[i][1]);
	}
	ck_assert_str_eq(violations.list[0].expected, "{\"type\":\"integer\",\"minimum\":1,\"maximum\":2147483647}");
	ck_assert_str_eq(violations.list[0].example, "42");
	ck_assert_str_eq(violations.list[4].expected,
	    "{\"type\":\"array\",\"minItems\":1,\"maxItems\":3,\"items\":{\"type\":\"string\"}}");
}
END_TEST

START_TEST(the_list_of_violations_is_bounded)
{
	struct buf buf;

	buf_init(&buf, arena, 4096);
	buf_add_text(&buf, "{" GOOD);
	for (int i = 0; i < VIOLATIONS_MAX + 10; i++)
		buf_printf(&buf, ",\"u%d\":0", i);
	buf_add_char(&buf, '}');
	ck_assert(!read_json(buf.bytes));
	ck_assert_uint_eq(violations.n, VIOLATIONS_MAX);
}
END_TEST

START_TEST(what_is_an_integer_without_loss_is_taken_for_one)
{
	static const char *const counts[] = { "2", "2.0", "2e0", "\"2\"" };

	ck_assert(read_json(arena_printf(arena, "{" GOOD ",\"count\":%s,\"numbers\":[2.0,\"2\"]}", counts[_i])));
	ck_assert_int_eq(*sample.count, 2);
	ck_assert_int_eq(((const int64_t *)sample.numbers.items)[1], 2);
}
END_TEST

START_TEST(a_document_keeps_its_bytes)
{
	ck_assert(read_json("{" GOOD ",\"extra\": {\"b\" : 1.50, \"a\":\"\\u00e9\"} }"));
	ck_assert_uint_eq(sample.extra.len, strlen("{\"b\" : 1.50, \"a\":\"\\u00e9\"}"));
	ck_assert_mem_eq(sample.extra.json, "{\"b\" : 1.50, \"a\":\"\\u00e9\"}", sample.extra.len);
}
END_TEST

START_TEST(a_document_may_come_as_text)
{
	ck_assert(read_json("{\"id\":1,\"isOn\":true,\"createdAt\":\"2026-03-01T10:00:00Z\",\"name\":\"Ada\","
	    "\"data\":\"{\\\"a\\\": \\\"\\u00e9\\\"}\",\"extra\":\"{}\"}"));
	ck_assert_uint_eq(sample.data.len, strlen("{\"a\": \"\xc3\xa9\"}"));
	ck_assert_mem_eq(sample.data.json, "{\"a\": \"\xc3\xa9\"}", sample.data.len);
	ck_assert_mem_eq(sample.extra.json, "\"{}\"", 4); /* without the flag a string is a string */
}
END_TEST

START_TEST(a_document_text_that_is_no_json_is_refused_with_its_place)
{
	ck_assert(!read_json("{\"id\":1,\"isOn\":true,\"createdAt\":\"2026-03-01T10:00:00Z\",\"name\":\"Ada\","
	    "\"data\":\"{\\\"a\\\":1,\\\"a\\\":2}\"}"));
	ck_assert_str_eq(violations.list[0].keyword, "json");
	ck_assert_msg(strstr(violations.list[0].message, "line 1, column 8") != NULL, "%s",
	    violations.list[0].message);
}
END_TEST

START_TEST(without_a_source_documents_are_written_anew)
{
	const char *text = "{" GOOD ",\"extra\":{ \"a\" : [ 1.10 ] }}";
	struct json_error error;
	const struct json_value *value = json_parse(arena, text, strlen(text), NULL, &error);

	ck_assert(codec_json_read(arena, &sample_shape, NULL, value, &sample, &violations));
	ck_assert_mem_eq(sample.extra.json, "{\"a\":[1.10]}", sample.extra.len);
}
END_TEST

START_TEST(a_list_that_claims_more_than_the_arena_holds_is_refused)
{
	static const struct shape_field fields[] = {
		{ .name = "parts", .type = SHAPE_LIST, .item = SHAPE_STRUCT, .shape = &sample_shape },
	};
	static const struct shape shape = { "many", sizeof(struct shape_list), fields, 1 };
	struct shape_list many = { 0 };
	struct arena *roomy = arena_new(64 * ARENA_BYTES);
	struct json_error error;
	struct buf buf;

	buf_init(&buf, roomy, 200000);
	buf_add_text(&buf, "{\"parts\":[");
	for (int i = 0; i < 50000; i++)
		buf_add_text(&buf, i ? ",{}" : "{}");
	buf_add_text(&buf, "]}");
	const struct json_value *value = json_parse(roomy, buf.bytes, buf.len, NULL, &error);
	ck_assert(!codec_json_read(arena, &shape, buf.bytes, value, &many, &violations));
	ck_assert_str_eq(violations.list[0].message, "'parts' is too large for one request");
	arena_free(roomy);
}
END_TEST

static const struct text_row {
	const char *name, *text;
	const char *keyword; /* NULL: read */
	const char *json;    /* the field as it is written */
} texts[] = {
	{ "id", "1", NULL, "1" },
	{ "id", "2147483647", NULL, "2147483647" },
	{ "id", "2147483648", "maximum", NULL },
	{ "id", "0", "minimum", NULL },
	{ "id", "-1", "minimum", NULL },
	{ "id", "", "type", NULL },
	{ "id", "1.0", "type", NULL },
	{ "id", "1e3", "type", NULL },
	{ "id", " 1", "type", NULL },
	{ "id", "+1", "type", NULL },
	{ "id", "007", "type", NULL },
	{ "id", "abc", "type", NULL },
	{ "id", "9223372036854775808", "type", NULL },
	{ "numbers", "-9223372036854775808,0,-1", NULL, "[-9223372036854775808,0,-1]" },
	{ "numbers", "1, 2", NULL, "[1,2]" },
	{ "numbers", "1,,2", "type", NULL },
	{ "numbers", "-0", "type", NULL },
	{ "numbers", "", NULL, "[]" },
	{ "isOn", "true", NULL, "true" },
	{ "isOn", "1", NULL, "true" },
	{ "isSure", "false", NULL, "false" },
	{ "isSure", "0", NULL, "false" },
	{ "isSure", "yes", "type", NULL },
	{ "isSure", "", "type", NULL },
	{ "expiresAt", "2026-03-01T11:00:00+01:00", NULL, "\"2026-03-01T10:00:00.000Z\"" },
	{ "expiresAt", "tomorrow", "type", NULL },
	{ "name", "Ada", NULL, "\"Ada\"" },
	{ "name", "", "minLength", NULL },
	{ "name", "\xff", "type", NULL },
	{ "color", "green", NULL, "\"green\"" },
	{ "color", "blue", "enum", NULL },
	{ "note", "A", "pattern", NULL },
	{ "tags", "a,b , c", NULL, "[\"a\",\"b\",\"c\"]" },
	{ "tags", "a,b,c,d", "maxItems", NULL },
	{ "tags", "a,", "minLength", NULL },
	{ "tags", "", "minItems", NULL },
	{ "extra", "{\"a\": 1}", NULL, "{\"a\": 1}" },
	{ "extra", "{a}", "json", NULL },
	{ "data", "[]", "type", NULL },
	{ "part", "{\"size\":3}", NULL, "{\"size\":3}" },
	{ "part", "{\"size\":30}", "maximum", NULL },
	{ "parts", "[{\"size\":3}]", NULL, "[{\"size\":3}]" },
	{ "parts", "3", "type", NULL },
};

START_TEST(fields_are_read_from_text)
{
	const struct text_row *row = &texts[_i];
	struct buf buf;
	bool is_good = codec_json_read_text(arena, field(row->name), row->text, &sample, &violations);

	ck_assert_msg(is_good == !row->keyword, "%s=%s", row->name, row->text);
	if (!is_good) {
		ck_assert_uint_eq(violations.n, 1);
		ck_assert_msg(strcmp(violations.list[0].keyword, row->keyword) == 0, "%s=%s: %s", row->name,
		    row->text, violations.list[0].keyword);
		return;
	}
	buf_init(&buf, arena, 64);
	codec_json_write_field(&buf, field(row->name), &sample);
	ck_assert_str_eq(buf.bytes, row->json);
}
END_TEST

START_TEST(finishing_sets_defaults_where_nothing_was_sent)
{
	ck_assert(read_json("{" GOOD "}"));
	ck_assert(codec_json_finish(arena, &sample_shape, &sample, &violations));
	ck_assert_int_eq(*sample.count, 50);
	ck_assert_ptr_null(sample.is_sure);
}
END_TEST

START_TEST(finishing_keeps_what_was_sent)
{
	ck_assert(read_json("{" GOOD ",\"count\":0}"));
	ck_assert(codec_json_finish(arena, &sample_shape, &sample, &violations));
	ck_assert_int_eq(*sample.count, 0);
}
END_TEST

START_TEST(finishing_reports_what_no_source_held_once)
{
	ck_assert(codec_json_read_text(arena, field("id"), "5", &sample, &violations));
	ck_assert(!codec_json_finish(arena, &sample_shape, &sample, &violations));
	ck_assert_uint_eq(violations.n, 4);
	ck_assert_str_eq(violations.list[0].pointer, "/isOn");

	memset(&violations, 0, sizeof(violations));
	ck_assert(!read_json("{\"id\":1}"));
	ck_assert_uint_eq(violations.n, 4);
	ck_assert(codec_json_finish(arena, &sample_shape, &sample, &violations));
	ck_assert_uint_eq(violations.n, 4);
}
END_TEST

struct placed {
	int64_t id;
	const int64_t *limit;
	const char *name;
};

static const struct shape_field placed_fields[] = {
	{ .name = "id", .type = SHAPE_INT, .flags = SHAPE_REQUIRED, .in = SHAPE_IN_PATH,
	    .offset = offsetof(struct placed, id), .min = 1, .max = 100 },
	{ .name = "limit", .type = SHAPE_INT, .in = SHAPE_IN_QUERY, .offset = offsetof(struct placed, limit) },
	{ .name = "name", .type = SHAPE_TEXT, .in = SHAPE_IN_BODY, .offset = offsetof(struct placed, name) },
};
static const struct shape placed_shape = { "placed", sizeof(struct placed), placed_fields, 3 };

START_TEST(a_body_does_not_carry_path_and_query_fields)
{
	const char *text = "{\"id\":1,\"name\":\"x\"}";
	struct placed placed = { 0 };
	struct json_error error;
	const struct json_value *value = json_parse(arena, text, strlen(text), NULL, &error);

	ck_assert(!codec_json_read(arena, &placed_shape, text, value, &placed, &violations));
	ck_assert_str_eq(violations.list[0].message, "'id' belongs in the path, not in the body");
	ck_assert_int_eq(placed.id, 0);
	ck_assert_str_eq(placed.name, "x");
}
END_TEST

START_TEST(one_object_may_hold_the_fields_of_every_place)
{
	const char *text = "{\"id\":1,\"limit\":5,\"name\":\"x\"}";
	struct placed placed = { 0 };
	struct json_error error;
	const struct json_value *value = json_parse(arena, text, strlen(text), NULL, &error);

	ck_assert(codec_json_read_all(arena, &placed_shape, text, value, &placed, &violations));
	ck_assert(codec_json_finish(arena, &placed_shape, &placed, &violations));
	ck_assert_int_eq(placed.id, 1);
	ck_assert_int_eq(*placed.limit, 5);
}
END_TEST

/* A shape that contains itself: only the depth limit ends it. */
struct nested {
	const struct nested *inner;
};
static const struct shape nested_shape;
static const struct shape_field nested_fields[] = {
	{ .name = "in", .type = SHAPE_STRUCT, .shape = &nested_shape },
};
static const struct shape nested_shape = { "nested", sizeof(struct nested), nested_fields, 1 };

START_TEST(nesting_is_bounded)
{
	struct buf buf;
	struct nested nested = { 0 };
	struct json_error error;

	buf_init(&buf, arena, 1024);
	for (int i = 0; i < 60; i++)
		buf_add_text(&buf, "{\"in\":");
	buf_add_text(&buf, "{}");
	for (int i = 0; i < 60; i++)
		buf_add_char(&buf, '}');
	const struct json_value *value = json_parse(arena, buf.bytes, buf.len, NULL, &error);
	ck_assert(!codec_json_read(arena, &nested_shape, buf.bytes, value, &nested, &violations));
	ck_assert_str_eq(violations.list[0].keyword, "maxDepth");
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int
main(void)
{
	Suite *suite = suite_create("codec_json");
	TCase *tc = tcase_create("codec_json");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, every_member_survives_the_round_trip);
	tcase_add_test(tc, absent_members_are_left_out_and_nullable_ones_written_as_null);
	tcase_add_test(tc, a_field_can_be_written_alone);
	tcase_add_loop_test(tc, what_does_not_fit_the_shape_is_named, 0, ROWS(refusals));
	tcase_add_test(tc, every_violation_is_listed_with_shape_and_example);
	tcase_add_test(tc, the_list_of_violations_is_bounded);
	tcase_add_loop_test(tc, what_is_an_integer_without_loss_is_taken_for_one, 0, 4);
	tcase_add_test(tc, a_document_keeps_its_bytes);
	tcase_add_test(tc, a_document_may_come_as_text);
	tcase_add_test(tc, a_document_text_that_is_no_json_is_refused_with_its_place);
	tcase_add_test(tc, without_a_source_documents_are_written_anew);
	tcase_add_test(tc, a_list_that_claims_more_than_the_arena_holds_is_refused);
	tcase_add_loop_test(tc, fields_are_read_from_text, 0, ROWS(texts));
	tcase_add_test(tc, finishing_sets_defaults_where_nothing_was_sent);
	tcase_add_test(tc, finishing_keeps_what_was_sent);
	tcase_add_test(tc, finishing_reports_what_no_source_held_once);
	tcase_add_test(tc, a_body_does_not_carry_path_and_query_fields);
	tcase_add_test(tc, one_object_may_hold_the_fields_of_every_place);
	tcase_add_test(tc, nesting_is_bounded);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
