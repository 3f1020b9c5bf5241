/* JSON Schema as the product uses it: errors in full, dialects, refusals, hostile schemas and instances.
 * What keywords mean is the official suite's business (tests/contract/test_json_schema_suite). */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "schema/json_schema.h"
#include "regex.h"

enum { ARENA_BYTES = 256 * 1024 * 1024 };

static const struct json_schema_options product = { .assert_format = true, .regex = &regex_engine };
static struct arena *arena;
static struct json_schema_errors errors;

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
	ck_assert_msg(value != NULL, "%.200s: %s at %zu", text, error.message, error.offset);
	return value;
}

static struct json_schema *
compiled(const char *schema)
{
	struct json_schema_error error;
	struct json_schema *program = json_schema_compile(arena, parse(schema), &product, &error);
	ck_assert_msg(program != NULL, "%.200s: %s %s", schema, error.schema_pointer, error.message);
	return program;
}

static bool
is_valid(const char *schema, const char *instance)
{
	struct json_schema *program = compiled(schema);
	const struct json_value *value = parse(instance);
	bool listed = json_schema_validate(program, value, arena, &errors);
	bool quick = json_schema_validate(program, value, arena, NULL);

	ck_assert_msg(listed == quick, "the two ways of validating differ: %s %s", schema, instance);
	ck_assert(listed == (errors.n == 0));
	json_schema_unref(program);
	return listed;
}

static double
now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- errors ---- */

static const struct row {
	const char *schema, *instance, *pointer, *schema_pointer, *keyword, *message, *expected;
} rows[] = {
	{ "{\"type\":\"string\"}", "1", "", "#/type", "type", "must be string", "\"string\"" },
	{ "{\"properties\":{\"a/b\":{\"type\":[\"integer\",\"null\"]}}}", "{\"a/b\":true}", "/a~1b",
	    "#/properties/a~1b/type", "type", "must be null or integer", "[\"integer\",\"null\"]" },
	{ "{\"required\":[\"a\"]}", "{}", "", "#/required", "required", "must have the property 'a'", "\"a\"" },
	{ "{\"properties\":{\"a\":true},\"additionalProperties\":false}", "{\"b\":1}", "/b", "#/additionalProperties",
	    "additionalProperties", "property 'b' is not allowed", "false" },
	{ "{\"items\":{\"minimum\":1.50}}", "[2,1]", "/1", "#/items/minimum", "minimum", "must be at least 1.50", "1.50" },
	{ "{\"enum\":[\"a\",1]}", "\"b\"", "", "#/enum", "enum", "must be one of [\"a\",1]", "[\"a\",1]" },
	{ "{\"const\":{\"a\":1}}", "{}", "", "#/const", "const", "must be the constant {\"a\":1}", "{\"a\":1}" },
	{ "{\"maxLength\":2}", "\"\xc3\xa9\xc3\xa9\xc3\xa9\"", "", "#/maxLength", "maxLength",
	    "must have at most 2 characters, has 3", "2" },
	{ "{\"pattern\":\"^a\"}", "\"b\"", "", "#/pattern", "pattern", "must match the pattern ^a", "\"^a\"" },
	{ "{\"format\":\"date\"}", "\"2023-02-29\"", "", "#/format", "format", "must be a valid date", "\"date\"" },
	{ "{\"uniqueItems\":true}", "[1,2,1.0]", "", "#/uniqueItems", "uniqueItems", "items 0 and 2 (from 0) are equal",
	    "true" },
	{ "{\"multipleOf\":0.01}", "0.015", "", "#/multipleOf", "multipleOf", "must be a multiple of 0.01", "0.01" },
	{ "{\"not\":{\"type\":\"null\"}}", "null", "", "#/not", "not", "must not match the schema under \"not\"",
	    "{\"type\":\"null\"}" },
	{ "{\"$defs\":{\"x\":{\"maximum\":1}},\"allOf\":[{\"$ref\":\"#/$defs/x\"}]}", "2", "", "#/$defs/x/maximum",
	    "maximum", "must be at most 1", "1" },
	{ "{\"contains\":{\"type\":\"null\"}}", "[1]", "", "#/contains", "contains",
	    "must contain at least 1 matching items, has 0", "{\"type\":\"null\"}" },
	{ "{\"properties\":{\"a\":true},\"unevaluatedProperties\":false}", "{\"a\":1,\"b\":2}", "/b",
	    "#/unevaluatedProperties", "unevaluatedProperties", "property 'b' is not allowed", "false" },
	{ "{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1}", "", "#/dependentRequired", "dependentRequired",
	    "must have the property 'b'", "\"b\"" },
	{ "{\"propertyNames\":{\"maxLength\":1}}", "{\"ab\":1}", "/ab", "#/propertyNames", "propertyNames",
	    "the property's name is not allowed", "{\"maxLength\":1}" },
	{ "{\"oneOf\":[{\"type\":\"integer\"},{\"minimum\":0}]}", "1", "", "#/oneOf", "oneOf",
	    "must match exactly one schema, but matches numbers 0 and 1 (from 0)", "[{\"type\":\"integer\"},{\"minimum\":0}]" },
};

START_TEST(a_violation_says_where_and_what_was_expected)
{
	const struct row *row = &rows[_i];
	ck_assert_msg(!is_valid(row->schema, row->instance), "%s accepts %s", row->schema, row->instance);
	const struct json_schema_error *error = &errors.list[0];

	ck_assert_uint_eq(errors.n, 1);
	ck_assert_str_eq(error->pointer, row->pointer);
	ck_assert_str_eq(error->schema_pointer, row->schema_pointer);
	ck_assert_str_eq(error->keyword, row->keyword);
	ck_assert_str_eq(error->message, row->message);
	ck_assert_str_eq(error->expected, row->expected);
}
END_TEST

START_TEST(every_violation_is_listed)
{
	ck_assert(!is_valid("{\"required\":[\"a\",\"b\"],\"properties\":{\"c\":{\"type\":\"string\",\"enum\":[\"x\"]},"
	                    "\"d\":{\"minLength\":3,\"pattern\":\"^z\"}},\"additionalProperties\":false}",
	    "{\"c\":1,\"d\":\"y\",\"e\":2}"));
	ck_assert_uint_eq(errors.n, 7);
}
END_TEST

#define BLOCKS(combinator) "{\"" combinator "\":[" \
	"{\"properties\":{\"k\":{\"const\":\"text\"}},\"required\":[\"k\"],\"additionalProperties\":false}," \
	"{\"$ref\":\"#/$defs/img\"}]," \
	"\"$defs\":{\"img\":{\"properties\":{\"k\":{\"enum\":[\"img\",\"photo\"]},\"src\":{\"type\":\"string\"}},\"required\":[\"k\",\"src\"]}}}"

static const struct tag_row {
	const char *instance, *pointer, *keyword;
	size_t n;
} tags[] = {
	{ "{\"k\":\"img\",\"src\":1}", "/src", "type", 1 },
	{ "{\"k\":\"photo\"}", "", "required", 1 },
	{ "{\"k\":\"text\",\"more\":1}", "/more", "additionalProperties", 1 },
};

START_TEST(the_branch_that_the_tag_names_is_reported)
{
	const struct tag_row *row = &tags[_i / 2];
	ck_assert(!is_valid(_i % 2 ? BLOCKS("oneOf") : BLOCKS("anyOf"), row->instance));
	ck_assert_msg(errors.n == row->n, "%s: %zu", row->instance, errors.n);
	ck_assert_str_eq(errors.list[0].pointer, row->pointer);
	ck_assert_str_eq(errors.list[0].keyword, row->keyword);
}
END_TEST

START_TEST(failed_branches_are_listed_only_when_none_holds)
{
	const char *schema = "{\"anyOf\":[{\"type\":\"string\"},{\"minimum\":5}]}";
	ck_assert(is_valid(schema, "7"));
	ck_assert(!is_valid(schema, "3"));
	ck_assert_uint_eq(errors.n, 3);
	ck_assert_str_eq(errors.list[0].schema_pointer, "#/anyOf/0/type");
	ck_assert_str_eq(errors.list[1].schema_pointer, "#/anyOf/1/minimum");
	ck_assert_str_eq(errors.list[2].schema_pointer, "#/anyOf");
}
END_TEST

START_TEST(the_list_of_violations_is_bounded)
{
	struct buf buf;
	buf_init(&buf, arena, 64);
	buf_add_text(&buf, "[0");
	for (int i = 0; i < 1000; i++)
		buf_add_text(&buf, ",0");
	buf_add_char(&buf, ']');
	ck_assert(!is_valid("{\"items\":{\"type\":\"string\"}}", buf.bytes));
	ck_assert_uint_eq(errors.n, JSON_SCHEMA_ERRORS_MAX);
	ck_assert(!errors.is_exhausted);
}
END_TEST

/* ---- dialects ---- */

static const struct dialect_row {
	const char *schema, *instance;
	bool is_valid;
} dialect_rows[] = {
	/* without $schema: 2020-12, and the forms of draft-07 */
	{ "{\"items\":[{\"type\":\"string\"}],\"additionalItems\":false}", "[\"a\"]", true },
	{ "{\"items\":[{\"type\":\"string\"}],\"additionalItems\":false}", "[\"a\",1]", false },
	{ "{\"dependencies\":{\"a\":[\"b\"]}}", "{\"a\":1}", false },
	{ "{\"dependencies\":{\"a\":{\"required\":[\"b\"]}}}", "{\"a\":1}", false },
	{ "{\"definitions\":{\"x\":{\"type\":\"null\"}},\"$ref\":\"#/definitions/x\"}", "1", false },
	{ "{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}", "[\"a\",1]", false },
	{ "{\"$defs\":{\"x\":true},\"$ref\":\"#/$defs/x\",\"type\":\"null\"}", "1", false },
	/* draft-07: siblings of $ref and the words of 2020-12 count for nothing */
	{ "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"prefixItems\":[false]}", "[1]", true },
	{ "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"definitions\":{\"x\":true},\"properties\":{\"a\":"
	  "{\"$ref\":\"#/definitions/x\",\"type\":\"null\"}}}", "{\"a\":1}", true },
	{ "{\"$schema\":\"https://json-schema.org/draft-07/schema\",\"items\":[false]}", "[1]", false },
	/* 2020-12 */
	{ "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"additionalItems\":false}", "[1]", true },
	{ "true", "1", true },
	{ "false", "1", false },
	{ "{}", "{\"a\":[1]}", true },
};

START_TEST(a_schema_without_dialect_may_use_the_forms_of_both)
{
	const struct dialect_row *row = &dialect_rows[_i];
	ck_assert_msg(is_valid(row->schema, row->instance) == row->is_valid, "%s %s", row->schema, row->instance);
}
END_TEST

/* ---- schemas refused ---- */

static const struct refusal {
	const char *schema, *schema_pointer, *message;
} refusals[] = {
	{ "1", "#", "a schema must be an object or a boolean" },
	{ "{\"type\":\"strin\"}", "#/type", "must be one of" },
	{ "{\"properties\":{\"a\":{\"minLength\":-1}}}", "#/properties/a/minLength", "must be at least 0" },
	{ "{\"properties\":{\"a\":5}}", "#/properties/a", "must be boolean or object" },
	{ "{\"required\":\"a\"}", "#/required", "must be array" },
	{ "{\"multipleOf\":0}", "#/multipleOf", "must be above 0" },
	{ "{\"pattern\":\"(\"}", "#/pattern", "bad regular expression: " },
	{ "{\"patternProperties\":{\"[\":true}}", "#/patternProperties", "bad regular expression: " },
	{ "{\"pattern\":\"\\\\Z\"}", "#/pattern", "bad regular expression: unknown escape \\Z" },
	{ "{\"$ref\":\"#/$defs/none\"}", "#/$ref", "'#/$defs/none' names no schema" },
	{ "{\"$ref\":\"#none\"}", "#/$ref", "'#none' names no schema" },
	{ "{\"$ref\":\"https://example.org/s.json\"}", "#/$ref", "cannot resolve 'https://example.org/s.json'" },
	{ "{\"$ref\":\"file:///etc/passwd\"}", "#/$ref", "cannot resolve 'file:///etc/passwd'" },
	{ "{\"$schema\":\"http://json-schema.org/draft-04/schema#\"}", "#/$schema", "unknown dialect" },
	{ "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"items\":[true]}", "#/items",
	    "must be boolean or object" },
	{ "{\"$ref\":\"#\"}", "#", "infinite $ref loop" },
	{ "{\"allOf\":[{\"$ref\":\"#/$defs/a\"}],\"$defs\":{\"a\":{\"anyOf\":[{\"$ref\":\"#/$defs/b\"}]},"
	  "\"b\":{\"not\":{\"$ref\":\"#/$defs/a\"}}}}", NULL, "infinite $ref loop" },
};

START_TEST(a_bad_schema_does_not_compile)
{
	const struct refusal *row = &refusals[_i];
	struct json_schema_error error;
	struct json_schema *program = json_schema_compile(arena, parse(row->schema), &product, &error);

	ck_assert_msg(program == NULL, "compiles: %s", row->schema);
	ck_assert_msg(strncmp(error.message, row->message, strlen(row->message)) == 0, "%s: %s", row->schema,
	    error.message);
	if (row->schema_pointer)
		ck_assert_str_eq(error.schema_pointer, row->schema_pointer);
}
END_TEST

START_TEST(metaschemas_can_be_referenced)
{
	ck_assert(is_valid("{\"$ref\":\"http://json-schema.org/draft-07/schema#\"}", "{\"type\":\"object\"}"));
	ck_assert(!is_valid("{\"$ref\":\"http://json-schema.org/draft-07/schema#\"}", "{\"type\":\"objec\"}"));
	ck_assert(is_valid("{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}", "{\"$defs\":{\"a\":true}}"));
	ck_assert(!is_valid("{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}", "{\"$defs\":{\"a\":1}}"));
}
END_TEST

START_TEST(given_documents_can_be_referenced)
{
	const struct json_schema_document documents[] = {
		{ "https://example.org/name.json", parse("{\"type\":\"string\",\"$defs\":{\"n\":{\"type\":\"null\"}}}") },
	};
	struct json_schema_options options = product;
	struct json_schema_error error;

	options.documents = documents;
	options.n_documents = 1;
	struct json_schema *program = json_schema_compile(arena,
	    parse("{\"$id\":\"https://example.org/root.json\",\"properties\":{\"a\":{\"$ref\":\"name.json\"},"
	          "\"b\":{\"$ref\":\"/name.json#/$defs/n\"}}}"), &options, &error);
	ck_assert_ptr_nonnull(program);
	ck_assert(json_schema_validate(program, parse("{\"a\":\"x\",\"b\":null}"), arena, NULL));
	ck_assert(!json_schema_validate(program, parse("{\"a\":1}"), arena, &errors));
	ck_assert_str_eq(errors.list[0].schema_pointer, "https://example.org/name.json#/type");
	json_schema_unref(program);
}
END_TEST

START_TEST(a_program_outlives_the_schema_it_came_from)
{
	struct arena *other = arena_new(1024 * 1024);
	struct json_error parse_error;
	struct json_schema_error error;
	const char text[] = "{\"properties\":{\"a\":{\"enum\":[\"x\",{\"y\":1.50}],\"pattern\":\"^x\"}}}";
	const struct json_value *value = json_parse(other, text, sizeof(text) - 1, NULL, &parse_error);
	struct json_schema *program = json_schema_compile(other, value, &product, &error);

	arena_free(other);
	ck_assert(json_schema_validate(program, parse("{\"a\":{\"y\":1.5}}"), arena, NULL));
	ck_assert(!json_schema_validate(program, parse("{\"a\":\"z\"}"), arena, &errors));
	ck_assert_str_eq(errors.list[0].expected, "[\"x\",{\"y\":1.50}]");
	json_schema_unref(program);
}
END_TEST

START_TEST(without_an_engine_patterns_are_refused_and_the_rest_works)
{
	struct json_schema_error error;
	ck_assert_ptr_null(json_schema_compile(arena, parse("{\"pattern\":\"a\"}"), NULL, &error));
	struct json_schema *program = json_schema_compile(arena, parse("{\"type\":\"null\"}"), NULL, &error);
	ck_assert_ptr_nonnull(program);
	ck_assert(json_schema_validate(program, parse("null"), arena, NULL));
	json_schema_unref(program);
}
END_TEST

/* ---- exact numbers ---- */

static const struct dialect_row number_rows[] = {
	{ "{\"multipleOf\":0.01}", "4.35", true },
	{ "{\"multipleOf\":0.01}", "1.1e1", true },
	{ "{\"multipleOf\":0.01}", "9007199254740993", true },
	{ "{\"multipleOf\":0.0001}", "0.00751", false },
	{ "{\"multipleOf\":0.0001}", "0.0075", true },
	{ "{\"multipleOf\":0.3}", "0.9", true },
	{ "{\"multipleOf\":0.3}", "1", false },
	{ "{\"multipleOf\":1e-8}", "12391239123.00000001", true },
	{ "{\"multipleOf\":3}", "1e30", false },
	{ "{\"multipleOf\":5}", "1e300", true },
	{ "{\"multipleOf\":7}", "-14.0", true },
	{ "{\"multipleOf\":2}", "0", true },
	{ "{\"multipleOf\":2}", "-9223372036854775808", true },
	{ "{\"maximum\":9007199254740992}", "9007199254740993", false },
	{ "{\"maximum\":9007199254740992.0}", "9007199254740993", false },
	{ "{\"exclusiveMinimum\":9223372036854775806}", "9223372036854775807", true },
	{ "{\"maximum\":9223372036854775807}", "9223372036854775808.0", false },
	{ "{\"type\":\"integer\"}", "1.0", true },
	{ "{\"type\":\"integer\"}", "1e3", true },
	{ "{\"type\":\"integer\"}", "1.5", false },
	{ "{\"const\":1}", "1.0", true },
};

START_TEST(numbers_are_compared_exactly)
{
	const struct dialect_row *row = &number_rows[_i];
	ck_assert_msg(is_valid(row->schema, row->instance) == row->is_valid, "%s %s", row->schema, row->instance);
}
END_TEST

/* ---- hostile input ---- */

static const char *
repeated(const char *start, const char *part, int n, const char *end)
{
	struct buf buf;
	buf_init(&buf, arena, 64);
	buf_add_text(&buf, start);
	for (int i = 0; i < n; i++)
		buf_add_text(&buf, part);
	buf_add_text(&buf, end);
	return buf.bytes;
}

/* A limit is met within a second or two of processor time, and said so. */
static void
meets_a_limit(const char *schema, const char *instance)
{
	double start = now();
	ck_assert(!is_valid(schema, instance));
	ck_assert_msg(errors.is_exhausted, "no limit met: %.100s", schema);
	ck_assert_str_eq(errors.list[errors.n - 1].keyword, "limit");
	double seconds = now() - start;
	ck_assert_msg(seconds < 5, "%.1f s", seconds);
}

START_TEST(a_catastrophic_pattern_meets_a_limit)
{
	meets_a_limit("{\"pattern\":\"^(a+)+$\"}", repeated("\"", "a", 5000, "!\""));
	meets_a_limit("{\"pattern\":\"^(a|a)*$\"}", repeated("\"", "a", 5000, "!\""));
	meets_a_limit("{\"items\":{\"pattern\":\"(x+x+)+[yz]\"}}",
	    repeated("[\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"", ",\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"", 1000, "]"));
}
END_TEST

/* Each level refers to the next one twice: 2^40 ways, 41 schemas. */
static const char *
doubling(const char *keyword, const char *end)
{
	struct buf buf;

	buf_init(&buf, arena, 64);
	buf_add_text(&buf, "{\"$ref\":\"#/$defs/a0\",\"$defs\":{");
	for (int i = 0; i < 40; i++)
		buf_printf(&buf, "\"a%d\":{\"%s\":[{\"$ref\":\"#/$defs/a%d\"},{\"$ref\":\"#/$defs/a%d\"}]},", i, keyword, i + 1, i + 1);
	buf_printf(&buf, "\"a40\":%s}}", end);
	return buf.bytes;
}

START_TEST(what_many_references_lead_to_is_looked_at_once)
{
	ck_assert(is_valid(doubling("allOf", "{\"type\":\"integer\"}"), "1"));
	ck_assert(is_valid(doubling("anyOf", "{\"type\":\"integer\"}"), "1"));
	ck_assert(!is_valid(doubling("oneOf", "{\"type\":\"integer\"}"), "1"));
	ck_assert(!is_valid(doubling("allOf", "{\"type\":\"integer\"}"), "\"x\""));
	ck_assert(!errors.is_exhausted);
	ck_assert_uint_eq(errors.n, 1);
	ck_assert_str_eq(errors.list[0].schema_pointer, "#/$defs/a40/type");
	ck_assert(!is_valid(doubling("anyOf", "{\"type\":\"integer\"}"), "\"x\""));
	ck_assert(!errors.is_exhausted);
	ck_assert_str_eq(errors.list[0].schema_pointer, "#/$defs/a40/type");
}
END_TEST

START_TEST(what_is_remembered_of_a_value_includes_what_was_evaluated_of_it)
{
	static const char schema[] = "{\"$defs\":{\"a\":{\"properties\":{\"a\":{\"type\":\"integer\"}}}},\"allOf\":[{\"$ref\":\"#/$defs/a\"}],"
	                             "\"anyOf\":[{\"$ref\":\"#/$defs/a\"},{\"$ref\":\"#/$defs/a\"}],\"unevaluatedProperties\":false}";

	ck_assert(is_valid(schema, "{\"a\":1}"));
	ck_assert(!is_valid(schema, "{\"a\":1,\"b\":1}"));
	ck_assert(!is_valid(schema, "{\"a\":\"x\"}"));
}
END_TEST

START_TEST(a_violation_that_was_taken_back_is_reported_where_it_counts)
{
	static const char schema[] = "{\"$defs\":{\"a\":{\"type\":\"integer\"}},\"anyOf\":[{\"$ref\":\"#/$defs/a\"},true],\"allOf\":[{\"$ref\":\"#/$defs/a\"}]}";

	ck_assert(!is_valid(schema, "\"x\""));
	ck_assert_uint_eq(errors.n, 1);
	ck_assert_str_eq(errors.list[0].schema_pointer, "#/$defs/a/type");
}
END_TEST

START_TEST(names_are_values_of_the_moment)
{
	static const char schema[] = "{\"$defs\":{\"n\":{\"pattern\":\"^a\"}},\"propertyNames\":{\"allOf\":[{\"$ref\":\"#/$defs/n\"},{\"$ref\":\"#/$defs/n\"}]}}";

	ck_assert(is_valid(schema, "{\"a\":1,\"ab\":1}"));
	ck_assert(!is_valid(schema, "{\"a\":1,\"b\":1}"));
}
END_TEST

START_TEST(a_loop_through_dynamic_references_meets_a_limit)
{
	const char *schema = "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$dynamicAnchor\":\"n\","
	                     "\"anyOf\":[{\"$dynamicRef\":\"#n\"}]}";
	meets_a_limit(schema, "1");
}
END_TEST

START_TEST(many_choices_times_many_items_meet_a_limit)
{
	const char *large = repeated("{\"enum\":[", "{\"a\":[1,2,3,4,5,6,7,8],\"b\":1},", 3000, "{\"a\":[1,2,3,4,5,6,7,8],\"b\":2}]}");
	meets_a_limit(arena_printf(arena, "{\"items\":%s}", large),
	    repeated("[1", ",{\"a\":[1,2,3,4,5,6,7,8],\"b\":2}", 5000, "]"));
}
END_TEST

START_TEST(a_large_array_is_checked_for_duplicates_quickly)
{
	struct buf buf;
	double start = now();

	buf_init(&buf, arena, 64);
	buf_add_text(&buf, "[0");
	for (int i = 1; i < 100000; i++)
		buf_printf(&buf, ",%d", i);
	const char *distinct = arena_printf(arena, "%s]", buf.bytes);
	ck_assert(is_valid("{\"uniqueItems\":true}", distinct));
	ck_assert(!is_valid("{\"uniqueItems\":true}", arena_printf(arena, "%s,4711]", buf.bytes)));
	ck_assert(now() - start < 5);
}
END_TEST

START_TEST(a_schema_of_too_many_subschemas_is_refused)
{
	struct json_schema_error error;
	const char *schema = repeated("{\"allOf\":[true", ",{}", 30000, "]}");
	ck_assert_ptr_null(json_schema_compile(arena, parse(schema), &product, &error));
	ck_assert_str_eq(error.message, "more than 20000 subschemas");
}
END_TEST

START_TEST(a_long_chain_of_references_is_refused)
{
	struct json_schema_error error;
	struct buf buf;
	buf_init(&buf, arena, 64);
	buf_add_text(&buf, "{\"$ref\":\"#/$defs/a0\",\"$defs\":{");
	for (int i = 0; i < 5000; i++)
		buf_printf(&buf, "\"a%d\":{\"$ref\":\"#/$defs/a%d\"},", i, i + 1);
	buf_add_text(&buf, "\"a5000\":true}}");
	ck_assert_ptr_null(json_schema_compile(arena, parse(buf.bytes), &product, &error));
	ck_assert_str_eq(error.message, "more than 500 references in a row");
}
END_TEST

START_TEST(too_many_patterns_are_refused)
{
	struct json_schema_error error;
	struct buf buf;
	buf_init(&buf, arena, 64);
	buf_add_text(&buf, "{\"patternProperties\":{\"x\":true");
	for (int i = 0; i < 1200; i++)
		buf_printf(&buf, ",\"^a%d\":true", i);
	buf_add_text(&buf, "}}");
	ck_assert_ptr_null(json_schema_compile(arena, parse(buf.bytes), &product, &error));
	ck_assert_str_eq(error.message, "more than 1000 patterns");
}
END_TEST

START_TEST(a_recursive_schema_follows_the_deepest_instance)
{
	char deep[2 * JSON_DEPTH_MAX + 1];

	memset(deep, '[', JSON_DEPTH_MAX);
	memset(deep + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	deep[2 * JSON_DEPTH_MAX] = '\0';
	ck_assert(is_valid("{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}", deep));
	ck_assert(!is_valid("{\"type\":\"array\",\"minItems\":1,\"items\":{\"allOf\":[{\"$ref\":\"#\"}]}}", deep));
}
END_TEST

START_TEST(memory_of_one_validation_is_bounded)
{
	struct arena *small = arena_new(256 * 1024);
	const char *schema = "{\"anyOf\":[{\"items\":true},{\"items\":true},{\"items\":true}],\"unevaluatedItems\":false}";
	struct json_schema *program = compiled(repeated("{\"items\":", "", 1, arena_printf(arena, "%s}", schema)));
	const char *row = repeated("[0", ",0", 3000, "]");
	struct buf buf;

	buf_init(&buf, arena, 64);
	buf_printf(&buf, "[%s", row);
	for (int i = 0; i < 300; i++)
		buf_printf(&buf, ",%s", row);
	buf_add_char(&buf, ']');
	ck_assert(!json_schema_validate(program, parse(buf.bytes), small, &errors));
	ck_assert(errors.is_exhausted);
	json_schema_unref(program);
	arena_free(small);
}
END_TEST

/* ---- sharing ---- */

enum { THREADS = 4, ROUNDS = 500 };

struct shared {
	struct json_schema *program;
	const struct json_value *good, *bad;
};

static void *
validate_often(void *argument)
{
	const struct shared *shared = argument;
	struct arena *own = arena_new(16 * 1024 * 1024);
	struct json_schema *program = json_schema_ref(shared->program);
	size_t n_right = 0;

	for (int i = 0; i < ROUNDS; i++) {
		n_right += json_schema_validate(program, shared->good, own, NULL) &&
		    !json_schema_validate(program, shared->bad, own, NULL);
		arena_reset(own);
	}
	json_schema_unref(program);
	arena_free(own);
	return n_right == ROUNDS ? argument : NULL;
}

START_TEST(threads_share_a_program)
{
	struct shared shared = {
		.program = compiled("{\"properties\":{\"a\":{\"pattern\":\"^[a-z]+$\",\"format\":\"hostname\"}},"
		                    "\"patternProperties\":{\"^x\":{\"type\":\"integer\"}},\"unevaluatedProperties\":false}"),
		.good = parse("{\"a\":\"abc\",\"x1\":5}"),
		.bad = parse("{\"a\":\"abc\",\"y1\":5}"),
	};
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, validate_often, &shared), 0);
	for (int i = 0; i < THREADS; i++) {
		void *result;
		ck_assert_int_eq(pthread_join(threads[i], &result), 0);
		ck_assert_ptr_nonnull(result);
	}
	json_schema_unref(shared.program);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int
main(void)
{
	Suite *suite = suite_create("json_schema");
	TCase *tc = tcase_create("json_schema");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, a_violation_says_where_and_what_was_expected, 0, ROWS(rows));
	tcase_add_test(tc, every_violation_is_listed);
	tcase_add_loop_test(tc, the_branch_that_the_tag_names_is_reported, 0, 6);
	tcase_add_test(tc, failed_branches_are_listed_only_when_none_holds);
	tcase_add_test(tc, the_list_of_violations_is_bounded);
	tcase_add_loop_test(tc, a_schema_without_dialect_may_use_the_forms_of_both, 0, ROWS(dialect_rows));
	tcase_add_loop_test(tc, a_bad_schema_does_not_compile, 0, ROWS(refusals));
	tcase_add_test(tc, metaschemas_can_be_referenced);
	tcase_add_test(tc, given_documents_can_be_referenced);
	tcase_add_test(tc, a_program_outlives_the_schema_it_came_from);
	tcase_add_test(tc, without_an_engine_patterns_are_refused_and_the_rest_works);
	tcase_add_loop_test(tc, numbers_are_compared_exactly, 0, ROWS(number_rows));
	tcase_add_test(tc, a_catastrophic_pattern_meets_a_limit);
	tcase_add_test(tc, what_many_references_lead_to_is_looked_at_once);
	tcase_add_test(tc, what_is_remembered_of_a_value_includes_what_was_evaluated_of_it);
	tcase_add_test(tc, a_violation_that_was_taken_back_is_reported_where_it_counts);
	tcase_add_test(tc, names_are_values_of_the_moment);
	tcase_add_test(tc, a_loop_through_dynamic_references_meets_a_limit);
	tcase_add_test(tc, many_choices_times_many_items_meet_a_limit);
	tcase_add_test(tc, a_large_array_is_checked_for_duplicates_quickly);
	tcase_add_test(tc, a_schema_of_too_many_subschemas_is_refused);
	tcase_add_test(tc, a_long_chain_of_references_is_refused);
	tcase_add_test(tc, too_many_patterns_are_refused);
	tcase_add_test(tc, a_recursive_schema_follows_the_deepest_instance);
	tcase_add_test(tc, memory_of_one_validation_is_bounded);
	tcase_add_test(tc, threads_share_a_program);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
