/* What the command line prints: YAML that says the same as JSON, tables that fit, text that steers no terminal. */
#include <check.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "content_proto.h"
#include "cli/output/output.h"
#include "cli/output/selection.h"
#include "cli/output/table.h"
#include "cli/output/yaml.h"

enum { ARENA_BYTES = 4 * 1024 * 1024 };

static struct arena *arena;

static void
setup(void)
{
	arena = arena_new(ARENA_BYTES);
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
}

static void
teardown(void)
{
	arena_free(arena);
}

static const struct json_value *
json(const char *text)
{
	struct json_error error;
	struct json_limits limits = { .allow_nul = true };
	const struct json_value *value = json_parse(arena, text, strlen(text), &limits, &error);

	ck_assert_msg(value != NULL, "%s: %s", text, error.message);
	return value;
}

static const char *
yaml(const char *text)
{
	struct buf buf;

	buf_init(&buf, arena, 64);
	yaml_write(&buf, json(text));
	return buf.bytes;
}

static const char *
table(const char *text, const struct shape *shape, size_t width)
{
	struct buf buf;

	buf_init(&buf, arena, 64);
	table_write(&buf, json(text), shape, width);
	return buf.bytes;
}

static const struct {
	const char *json, *yaml;
} yaml_rows[] = {
	{ "\"plain text\"", "plain text\n" },
	{ "\"a: b\"", "\"a: b\"\n" },
	{ "\"a #b\"", "\"a #b\"\n" },
	{ "\"- a\"", "\"- a\"\n" },
	{ "\"\"", "\"\"\n" },
	{ "\" a\"", "\" a\"\n" },
	{ "\"a \"", "\"a \"\n" },
	{ "\"true\"", "\"true\"\n" },
	{ "\"No\"", "\"No\"\n" },
	{ "\"null\"", "\"null\"\n" },
	{ "\"~\"", "\"~\"\n" },
	{ "\"12\"", "\"12\"\n" },
	{ "\"1e3\"", "\"1e3\"\n" },
	{ "\"0x1F\"", "\"0x1F\"\n" },
	{ "\"2026-01-01\"", "\"2026-01-01\"\n" },
	{ "\"12:30:45\"", "\"12:30:45\"\n" },
	{ "\"*a\"", "\"*a\"\n" },
	{ "\"a\\nb\"", "\"a\\nb\"\n" },
	{ "\"a\\\"b\\\\c\"", "\"a\\\"b\\\\c\"\n" },
	{ "\"\\u0000\\u001b\"", "\"\\u0000\\u001B\"\n" },
	{ "\"\\u007f\\u0085\\u2028\\ufeff\"", "\"\\u007F\\u0085\\u2028\\uFEFF\"\n" },
	{ "\"f\\u00f6\"", "\"f\u00f6\"\n" },
	{ "12", "12\n" },
	{ "1.10", "1.10\n" },
	{ "1e5", "1.0e+5\n" },
	{ "1.5E-7", "1.5e-7\n" },
	{ "true", "true\n" },
	{ "null", "null\n" },
	{ "[]", "[]\n" },
	{ "{}", "{}\n" },
	{ "[1,[2,3],[]]", "- 1\n- - 2\n  - 3\n- []\n" },
	{ "{\"a\":{\"b\":[{\"c\":1,\"d\":[2]}]},\"e\":{}}", "a:\n  b:\n    - c: 1\n      d:\n        - 2\ne: {}\n" },
	{ "{\"a: b\":1,\"yes\":2,\"\":3}", "\"a: b\": 1\n\"yes\": 2\n\"\": 3\n" },
};

START_TEST(yaml_means_what_json_means)
{
	ck_assert_str_eq(yaml(yaml_rows[_i].json), yaml_rows[_i].yaml);
}
END_TEST

START_TEST(rows_are_aligned_by_what_a_terminal_shows)
{
	ck_assert_str_eq(table("[{\"id\":1,\"name\":\"\u4e16\u754c\",\"n\":\"a\"},{\"id\":20,\"name\":\"e\u0301\",\"n\":\"b\"}]", NULL, 0),
	    "id  name  n\n"
	    " 1  \u4e16\u754c  a\n"
	    "20  e\u0301     b\n");
}
END_TEST

START_TEST(columns_come_from_the_shape_and_empty_ones_are_left_out)
{
	ck_assert_str_eq(table("[{\"id\":1,\"contentTypeId\":7,\"data\":{\"title\":\"x\"},\"status\":\"draft\",\"version\":3,"
	    "\"createdAt\":\"2026-01-02T03:04:05.678Z\",\"updatedAt\":\"2026-01-02T03:04:05.678Z\",\"publicationState\":\"draft\","
	    "\"workingCopyVersion\":3,\"publishedVersion\":null}]", &content_item_shape, 0),
	    "id  contentTypeId  status  version  createdAt             updatedAt             publicationState  workingCopyVersion  data\n"
	    " 1              7  draft         3  2026-01-02 03:04:05Z  2026-01-02 03:04:05Z  draft                              3  {\"title\":\"x\"}\n");
}
END_TEST

START_TEST(no_line_is_wider_than_the_terminal)
{
	const char *rows = "[{\"id\":1,\"contentTypeId\":7,\"data\":{\"title\":\"a rather long title that goes on and on and on\"},\"status\":\"published\","
	    "\"version\":3,\"createdAt\":\"2026-01-02T03:04:05.678Z\",\"updatedAt\":\"2026-01-02T03:04:05.678Z\",\"publicationState\":\"published\"}]";

	for (size_t width = 20; width <= 200; width += 3) {
		const char *line = table(rows, &content_item_shape, width);
		for (; *line; line += strcspn(line, "\n") + 1)
			ck_assert_uint_le(table_text_width(line, strcspn(line, "\n")), width);
	}
	ck_assert_ptr_nonnull(strstr(table(rows, &content_item_shape, 90), "{\"title\":\"a rather"));
}
END_TEST

START_TEST(an_object_is_names_and_values)
{
	ck_assert_str_eq(table("{\"id\":1,\"tags\":[\"a\",\"b\"],\"data\":{\"x\":[1]},\"none\":null}", NULL, 80),
	    "id    1\n"
	    "tags  a,b\n"
	    "data\n"
	    "  {\n"
	    "    \"x\": [\n"
	    "      1\n"
	    "    ]\n"
	    "  }\n"
	    "none  \n");
	ck_assert_str_eq(table("[]", NULL, 80), "(none)\n");
	ck_assert_str_eq(table("[\"a\",\"b\"]", NULL, 80), "a\nb\n");
}
END_TEST

START_TEST(columns_and_fields_are_chosen_by_name)
{
	const struct json_value *rows = json("{\"data\":[{\"id\":1,\"data\":{\"title\":\"A\"},\"a.b\":true},{\"id\":22}],\"meta\":{}}");
	struct buf buf;

	buf_init(&buf, arena, 64);
	ck_assert_ptr_null(table_write_columns(&buf, json_get(rows, "data"), NULL, 80, selection_names(arena, "data.title,,id,none")));
	ck_assert_str_eq(buf.bytes, "data.title  id  none\nA            1      \n            22      \n");
	buf_init(&buf, arena, 64);
	json_write(&buf, selection_of(arena, rows, selection_names(arena, "data.title,a.b,none")));
	ck_assert_str_eq(buf.bytes, "{\"data\":[{\"data.title\":\"A\",\"a.b\":true},{}],\"meta\":{}}");
	buf_init(&buf, arena, 64);
	const char *wide = "[{\"one\":\"aaaaaaaaaaaaaaaaaaaaaaaa\",\"two\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbb\",\"three\":\"cccccccccccccccccccccccccc\"}]";
	ck_assert_str_eq(table_write_columns(&buf, json(wide), NULL, 40, NULL), "three");
}
END_TEST

START_TEST(text_from_elsewhere_steers_no_terminal)
{
	const char *hostile = "{\"title\":\"\\u001b]0;x\\u0007 \\u009b31m\\nnext\",\"\\u001bname\":1}";

	ck_assert_str_eq(table(hostile, NULL, 80), "title     \\x1b]0;x\\x07 \\x9b31m next\n\\x1bname  1\n");
	ck_assert_ptr_null(strchr(table(arena_printf(arena, "[%s]", hostile), NULL, 80), '\033'));
	struct buf buf;
	buf_init(&buf, arena, 64);
	json_text_write(&buf, json("\"\\u001b\\u007f\\u009b\u00e9\""));
	ck_assert_str_eq(buf.bytes, "\"\\u001b\\u007f\\u009b\u00e9\"");
	ck_assert_ptr_null(strpbrk(yaml(hostile), "\033\007"));
	const char *turned = "{\"a\":\"x\\u202etxt.exe\\u2066\\u200f\\u061c\"}";
	ck_assert_str_eq(table(turned, NULL, 80), "a  x\\u202etxt.exe\\u2066\\u200f\\u061c\n");
	buf_init(&buf, arena, 64);
	json_text_write(&buf, json(turned));
	ck_assert_str_eq(buf.bytes, "{\n  \"a\": \"x\\u202etxt.exe\\u2066\\u200f\\u061c\"\n}");
	ck_assert_str_eq(yaml(turned), "a: \"x\\u202Etxt.exe\\u2066\\u200F\\u061C\"\n");
}
END_TEST

START_TEST(a_long_cell_is_cut_between_characters)
{
	const char *line = table("[{\"name\":\"\u4e16\u754c\u4e16\u754c\u4e16\u754c\u4e16\u754c\u4e16\u754c\u4e16\u754c\"}]", NULL, 18);

	ck_assert_str_eq(line, "name\n\u4e16\u754c\u4e16\u754c\u4e16\u754c\u4e16\u754c\u2026\n");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cli_output");
	TCase *tcase = tcase_create("output");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, yaml_means_what_json_means, 0, sizeof(yaml_rows) / sizeof(yaml_rows[0]));
	tcase_add_test(tcase, rows_are_aligned_by_what_a_terminal_shows);
	tcase_add_test(tcase, columns_come_from_the_shape_and_empty_ones_are_left_out);
	tcase_add_test(tcase, no_line_is_wider_than_the_terminal);
	tcase_add_test(tcase, an_object_is_names_and_values);
	tcase_add_test(tcase, columns_and_fields_are_chosen_by_name);
	tcase_add_test(tcase, text_from_elsewhere_steers_no_terminal);
	tcase_add_test(tcase, a_long_cell_is_cut_between_characters);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
