/* GraphQL documents: what is read, what is valid, what a plan of it has and costs.  Against the real schema. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graphql/run/cost.h"
#include "graphql/validate/validate.h"
#include "graphql/run/variables.h"
#include "pages/openapi_data.h"

static struct arena *arena;
static const struct graphql_schema *schema;
static const struct graphql_meta *meta;

static void
setup(void)
{
	struct graphql_problem problem = { .message = NULL };
	struct embedded text = schema_graphql();

	arena = arena_new(64 * 1024 * 1024);
	schema = graphql_schema_read(arena, text.bytes, text.n, &problem);
	ck_assert_msg(schema != NULL, "%s", problem.message);
	meta = graphql_meta_new(arena, schema);
}

static void
teardown(void)
{
	arena_free(arena);
}

static const struct graphql_document *
parse(const char *text, struct graphql_problem *ret_problem)
{
	return graphql_parse(arena, text, strlen(text), ret_problem);
}

/* ---- syntax ---- */

static const struct syntax_row {
	const char *text;
	const char *problem; /* part of it, or NULL */
	uint32_t line, column;
} syntax_rows[] = {
	{ "{a}", NULL, 0, 0 },
	{ "\xEF\xBB\xBF{a}", NULL, 0, 0 },
	{ "query Q($a: [Int!]! = [1, -2] @d, $b: T) @x(y: {z: $b}) { ... on T @i { a: b(c: \"d\\u{1F600}\") } ...f } fragment f on T { a }", NULL, 0, 0 },
	{ "{ a(b: \"\"\"\n  x\n    \\\"\"\" y\n\"\"\") }", NULL, 0, 0 },
	{ "{ a(b: 1.5e-3, c: -0, d: true, e: null, f: RED, g: [], h: {}) } # end", NULL, 0, 0 },
	{ "\"why\" query A(\"what\" $a: T) { a } \"\"\"and\"\"\" fragment f on T { a }", NULL, 0, 0 },
	{ "\"why\" { a }", "expected query", 1, 7 },
	{ "", "expected query", 1, 1 },
	{ "{", "expected a name, found the end", 1, 2 },
	{ "{}", "expected a name", 1, 2 },
	{ "{ a(b: ) }", "expected a value", 1, 8 },
	{ "{ a() }", "expected a name", 1, 5 },
	{ "{\n  a(\n b: $ )}", "expected a name", 3, 7 },
	{ "{ a(b: 01) }", "invalid number", 1, 8 },
	{ "{ a(b: 1.) }", "invalid number", 1, 8 },
	{ "{ a(b: 1x) }", "invalid number", 1, 8 },
	{ "{ a(b: \"x) }", "unterminated string", 1, 13 },
	{ "{ a(b: \"x\n\") }", "unterminated string", 1, 10 },
	{ "{ a(b: \"\\q\") }", "invalid escape", 1, 9 },
	{ "{ a(b: \"\\uD800\") }", "invalid escape", 1, 9 },
	{ "{ a(b: \"\\u{110000}\") }", "invalid escape", 1, 9 },
	{ "{ a ..b }", "unexpected character", 1, 5 },
	{ "{ a % }", "unexpected character", 1, 5 },
	{ "query ($a: Int = $b) { a }", "expected a value", 1, 18 },
	{ "fragment on on T { a }", "the fragment's name", 1, 10 },
	{ "type T { a: Int }", "expected query", 1, 1 },
	{ "{ a } }", "expected query", 1, 7 },
};

START_TEST(document_is_read_or_refused_where_it_breaks)
{
	const struct syntax_row *row = &syntax_rows[_i];
	struct graphql_problem problem = { .message = NULL };
	const struct graphql_document *document = parse(row->text, &problem);

	ck_assert_msg((document != NULL) == (row->problem == NULL), "%s: %s", row->text, problem.message ? problem.message : "was read");
	if (!row->problem)
		return;
	ck_assert_msg(strstr(problem.message, row->problem) != NULL, "%s: %s", row->text, problem.message);
	ck_assert_msg(problem.at.line == row->line && problem.at.column == row->column, "%s: at %u:%u", row->text, problem.at.line, problem.at.column);
}
END_TEST

static const char *
only_string(const char *literal)
{
	struct graphql_problem problem = { .message = NULL };
	const struct graphql_document *document = parse(arena_printf(arena, "{ a(b: %s) }", literal), &problem);
	ck_assert_msg(document != NULL, "%s: %s", literal, problem.message);
	return document->operations[0].set.list[0].arguments[0].value.text;
}

START_TEST(strings_have_the_text_they_mean)
{
	ck_assert_str_eq(only_string("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "\"\\/\b\f\n\r\t");
	ck_assert_str_eq(only_string("\"\\u00e9 \\uD83D\\uDE00 \\u{1F600} \xC3\xA9\""), "\xC3\xA9 \xF0\x9F\x98\x80 \xF0\x9F\x98\x80 \xC3\xA9");
	ck_assert_str_eq(only_string("\"\"\"\r\n    one\r\n      two\r\n\r\n    three\n  \"\"\""), "one\n  two\n\nthree");
	ck_assert_str_eq(only_string("\"\"\"  first\n    second \\\"\"\"\"\"\""), "  first\nsecond \"\"\"");
	ck_assert_str_eq(only_string("\"\"\"\"\"\""), "");
}
END_TEST

static char *
repeated(const char *text, size_t n)
{
	struct buf buf;
	buf_init(&buf, arena, strlen(text) * n + 1);
	for (size_t i = 0; i < n; i++)
		buf_add_text(&buf, text);
	return buf.bytes;
}

START_TEST(nesting_tokens_and_fragments_are_bounded)
{
	struct graphql_problem problem;

	ck_assert_ptr_null(parse(repeated("{a", 100000), &problem));
	ck_assert_ptr_null(parse(arena_printf(arena, "{ a(b: %s", repeated("[", 100000)), &problem));
	ck_assert_ptr_null(parse(arena_printf(arena, "query ($a: %s", repeated("[", 100000)), &problem));
	ck_assert_ptr_null(parse(arena_printf(arena, "{ %s }", repeated("a ", GRAPHQL_PARSE_TOKENS_MAX)), &problem));
	ck_assert_ptr_null(parse(arena_printf(arena, "{ a } %s", repeated("fragment f on T { a } ", GRAPHQL_FRAGMENTS_MAX + 1)), &problem));
}
END_TEST

/* ---- validity ---- */

#define ITEM "{ contentItem(id: 1) "

static const struct validity_row {
	const char *text;
	const char *problem; /* of the only problem, or NULL: valid */
} validity_rows[] = {
	{ ITEM "{ id } }", NULL },
	{ "{ __typename __schema { types { name } } __type(name: \"Query\") { kind } }", NULL },
	{ "query A { __typename } query B { __typename }", NULL },
	{ "query A { __typename } query A { __typename }", "several operations 'A'" },
	{ "query A { __typename } { __typename }", "must be the only one" },
	{ "subscription { a }", "no subscriptions" },
	{ "fragment f on ContentItem { id }", "'f' is never used" },
	{ ITEM "{ colour } }", "no field 'colour'" },
	{ ITEM "{ __schema { types { name } } } }", "no field '__schema'" },
	{ "mutation { __schema { types { name } } }", "no field '__schema'" },
	{ ITEM "}", "needs a selection" },
	{ ITEM "{ id { x } } }", "no fields to select" },
	{ "{ contentItem { id } }", "needs argument 'id'" },
	{ "{ contentItem(id: null) { id } }", "null is not a value" },
	{ "{ contentItem(id: 1, id: 2) { id } }", "given twice" },
	{ "{ contentItem(id: 1, shape: 2) { id } }", "no argument 'shape'" },
	{ "{ contentItem(id: 1.5) { id } }", "not a value of type 'ID'" },
	{ "{ contentItem(id: true) { id } }", "not a value of type 'ID'" },
	{ "{ contentItems(limit: 2147483648) { total } }", "not a value of type 'Int'" },
	{ "{ contentItems(limit: \"3\") { total } }", "not a value of type 'Int'" },
	{ "{ contentItems(draft: 1) { total } }", "not a value of type 'Boolean'" },
	{ "{ contentItems(status: draft) { total } }", "not a value of type 'String'" },
	{ "{ contentItems(sortBy: createdAt) { total } }", NULL },
	{ "{ contentItems(sortBy: \"createdAt\") { total } }", "not a value of type 'ContentItemsSortBy'" },
	{ "{ contentItems(sortBy: colour) { total } }", "not a value of type 'ContentItemsSortBy'" },
	{ "mutation { createApiKey(name: \"k\", scopes: \"admin\") { id } }", NULL },
	{ "mutation { createApiKey(name: \"k\", scopes: [\"admin\", 3]) { id } }", "3 is not a value of type 'String'" },
	{ "mutation { createApiKey(name: \"k\", scopes: [null]) { id } }", "null is not a value" },
	{ "mutation { createContentItem(contentTypeId: 1, data: {a: [1, {b: $x}], a: 1}) { id } }", NULL }, /* two problems: see below */
	{ "mutation { policyEvaluate(operation: \"x\", resource: {type: \"t\"}) { code } }", NULL },
	{ "mutation { policyEvaluate(operation: \"x\", resource: {}) { code } }", "needs field 'type'" },
	{ "mutation { policyEvaluate(operation: \"x\", resource: {type: \"t\", colour: 1}) { code } }", "no field 'colour'" },
	{ "mutation { policyEvaluate(operation: \"x\", resource: 3) { code } }", "not a value of type 'PolicyResourceInput'" },
	{ "query ($a: ID!) { contentItem(id: $a) { id } }", NULL },
	{ "query ($a: ID) { contentItem(id: $a) { id } }", "'ID' stands where 'ID!'" },
	{ "query ($a: ID = 3) { contentItem(id: $a) { id } }", NULL },
	{ "query ($a: ID = null) { contentItem(id: $a) { id } }", "'ID' stands where 'ID!'" },
	{ "query ($a: Int!) { contentItem(id: $a) { id } }", "'Int!' stands where 'ID!'" },
	{ "query ($a: Boolean) { contentItem(id: 1) { id @skip(if: $a) } }", "stands where 'Boolean!'" },
	{ "query ($a: String!) { contentItems(status: $a) { total } }", NULL },
	{ "query ($a: Boolean) { contentItems(draft: $a) { total } }", NULL },
	{ "query ($a: [String!]) { contentItems(status: $a) { total } }", "'[String!]' stands where 'String'" },
	{ "query { contentItem(id: $a) { id } }", "'$a' is not declared" },
	{ "query ($a: ID!) { __typename }", "'$a' is never used" },
	{ "query ($a: ID!, $a: ID!) { contentItem(id: $a) { id } }", NULL }, /* two problems */
	{ "query ($a: Colour!) { contentItem(id: $a) { id } }", "'Colour!' is not known" },
	{ "query ($a: ContentItem) { contentItem(id: $a) { id } }", "is not an input" },
	{ "query ($a: Int = \"x\") { contentItems(limit: $a) { total } }", "not a value of type 'Int'" },
	{ ITEM "{ ...f } } fragment f on ContentItem { id }", NULL },
	{ ITEM "{ ...f } }", "no fragment 'f'" },
	{ ITEM "{ id } } fragment f on ContentItem { id }", "'f' is never used" },
	{ ITEM "{ ...f } } fragment f on ContentType { id }", "never one" },
	{ ITEM "{ ...f } } fragment f on Colour { id }", "'Colour' is not known" },
	{ ITEM "{ ...f } } fragment f on JSON { id }", "has no fields" },
	{ ITEM "{ ...f } } fragment f on ContentItem { ...f }", "contains itself" },
	{ ITEM "{ ... on ContentItem { id } ... { version } } }", NULL },
	{ ITEM "{ ... on ContentType { id } } }", "is never a 'ContentType'" },
	{ ITEM "{ ...f } } fragment f on ContentItem { contentType { items(limit: $n) { limit } } }", "'$n' is not declared" },
	{ "query ($n: Int) " ITEM "{ ...f } } fragment f on ContentItem { contentType { items(limit: $n) { limit } } }", NULL },
	{ ITEM "@include(if: true) { id } }", NULL },
	{ ITEM "@include { id } }", "needs argument 'if'" },
	{ ITEM "@colour { id } }", "'@colour' is not known" },
	{ ITEM "@skip(if: true) @skip(if: true) { id } }", "stands here twice" },
	{ "query @skip(if: true) { __typename }", "may not stand on QUERY" },
	{ ITEM "{ a: id a: id } }", NULL },
	{ ITEM "{ a: id a: version } }", "give one an alias" },
	{ "{ contentItem(id: 1) { id } contentItem(id: 2) { id } }", "different arguments" },
	{ "{ contentItem(id: 1) { a: id } contentItem(id: 1) { a: version } }", "give one an alias" },
	{ "{ contentItem(id: 1) { ...f } contentItem(id: 1) { a: version } } fragment f on ContentItem { a: id }", "give one an alias" },
	{ "query ($a: ID!, $b: ID!) { contentItem(id: $a) { id } contentItem(id: $b) { id } }", "different arguments" },
};

static bool
has_two_problems(const char *text)
{
	return strstr(text, "a: 1}") || strstr(text, "$a: ID!, $a");
}

START_TEST(document_is_valid_or_refused_for_its_reason)
{
	const struct validity_row *row = &validity_rows[_i];
	struct graphql_problems *problems = ARENA_NEW(arena, struct graphql_problems);
	struct graphql_problem problem;
	const struct graphql_document *document = parse(row->text, &problem);

	ck_assert_msg(document != NULL, "%s", row->text);
	bool is_valid = graphql_validate(arena, schema, document, problems);
	if (has_two_problems(row->text)) {
		ck_assert_uint_eq(problems->n, 2);
		return;
	}
	const char *said = problems->n > 0 ? problems->list[0].message : "valid";
	ck_assert_msg(is_valid == (row->problem == NULL), "%s: %s", row->text, said);
	ck_assert_msg(is_valid || (problems->n == 1 && strstr(said, row->problem)), "%s: %zu problems, %s", row->text, problems->n, said);
}
END_TEST

START_TEST(documents_that_multiply_are_refused_in_time)
{
	struct graphql_problems *problems = ARENA_NEW(arena, struct graphql_problems);
	struct graphql_problem problem;
	struct buf text;

	buf_init(&text, arena, 65536);
	buf_add_text(&text, "{ contentItem(id: 1) { ...f0 } }");
	for (int i = 0; i < 60; i++)
		buf_printf(&text, " fragment f%d on ContentItem { a: contentType { items { nodes { ...f%d } } } b: contentType { items { nodes { ...f%d } } } }", i, i + 1, i + 1);
	buf_add_text(&text, " fragment f60 on ContentItem { id }");
	const struct graphql_document *document = parse(text.bytes, &problem);
	ck_assert(document && graphql_validate(arena, schema, document, problems));
	struct graphql_plan *plan = ARENA_NEW(arena, struct graphql_plan);
	ck_assert_int_ne(graphql_plan_make(arena, document, &document->operations[0], meta, plan), GRAPHQL_PLANNED);
	document = parse(arena_printf(arena, "{ %s contentItem(id: 1) { id } }", repeated("contentItem(id: 1) { id ... on ContentItem { version } } ", 600)), &problem);
	ck_assert_ptr_nonnull(document);
	(void)graphql_validate(arena, schema, document, problems);
}
END_TEST

/* ---- plans ---- */

static const struct graphql_plan *
plan_of(const char *text)
{
	struct graphql_problems *problems = ARENA_NEW(arena, struct graphql_problems);
	struct graphql_plan *plan = ARENA_NEW(arena, struct graphql_plan);
	struct graphql_problem problem = { .message = NULL };
	const struct graphql_document *document = parse(text, &problem);

	ck_assert_msg(document != NULL, "%s: %s", text, problem.message);
	ck_assert_msg(graphql_validate(arena, schema, document, problems), "%s: %s", text, problems->list[0].message);
	ck_assert_int_eq(graphql_plan_make(arena, document, &document->operations[0], meta, plan), GRAPHQL_PLANNED);
	return plan;
}

static const struct plan_row {
	const char *text;
	size_t depth, n_fields;
	int64_t cost, n_calls;
	bool is_single;
} plan_rows[] = {
	{ "{ __typename }", 1, 1, 0, 0, false },
	{ ITEM "{ id data } }", 2, 3, 1, 1, true },
	{ ITEM "{ id ...f ... { data } } } fragment f on ContentItem { id version }", 2, 4, 1, 1, true },
	{ "{ a: contentItem(id: 1) { id } b: contentItem(id: 2) { id } }", 2, 4, 2, 2, false },
	{ ITEM "{ contentType { name } } }", 3, 3, 2, 2, false },
	{ "{ auditVerification { isIntact } }", 2, 2, 2, 1, true },
	{ "{ contentItems { total } }", 2, 2, 1, 1, true },
	{ "{ contentItems { nodes { id } } }", 3, 3, 2, 1, true },
	{ "{ contentItems(limit: 500) { nodes { id } } }", 3, 3, 11, 1, true },
	{ "{ contentItems(limit: 49) { nodes { id } } }", 3, 3, 1, 1, true },
	{ "{ contentItems(limit: 100) { nodes { contentType { id } } } }", 4, 4, 1 + 2 + 100, 101, false },
	{ "{ contentTypes(limit: 10) { nodes { items(limit: 20) { nodes { contentType { items(limit: 50) { nodes { id } } } } } } } }", 8, 8,
		1 + 0 + 10 + 4 + 200 + 200 + 200, 411, false },
	{ "{ contentItem(id: 1) @skip(if: true) { id } identity { actorId } }", 2, 2, 1, 1, true },
	{ "{ contentItems(limit: 500) { nodes { a: contentType { items(limit: 500) { nodes { contentType { items(limit: 500) { nodes { contentType { id } } } } } } } } } }",
		10, 10, -1, -1, false },
	{ "{ __schema { types { fields { type { ofType { ofType { ofType { ofType { ofType { name } } } } } } } } } }", 1, 10, 0, 0, false },
};

START_TEST(plan_tells_depth_fields_and_cost)
{
	const struct plan_row *row = &plan_rows[_i];
	static const struct json_value none = { .type = JSON_OBJECT };
	const struct graphql_plan *plan = plan_of(row->text);
	struct graphql_cost cost = graphql_cost_of(plan, 0, &none);

	ck_assert_msg(plan->depth == row->depth, "%s: depth %zu", row->text, plan->depth);
	ck_assert_msg(plan->n_all_fields == row->n_fields, "%s: %zu fields", row->text, plan->n_all_fields);
	ck_assert_msg(plan->is_single_call == row->is_single, "%s: single", row->text);
	if (row->cost < 0) { /* beyond counting, not beyond a limit */
		ck_assert_msg(cost.cost > 1000000, "%s: cost %lld", row->text, (long long)cost.cost);
		return;
	}
	ck_assert_msg(cost.cost == row->cost && cost.n_calls == row->n_calls, "%s: cost %lld, %lld calls", row->text, (long long)cost.cost,
	    (long long)cost.n_calls);
}
END_TEST

START_TEST(field_is_shown_when_one_of_its_places_is)
{
	const struct graphql_plan *plan = plan_of("query ($a: Boolean!, $b: Boolean!) { contentItem(id: 1) { id @include(if: $a) ... @skip(if: $b) { id @include(if: $a) version } status } }");
	const struct graphql_plan_field *fields = plan->fields[0].fields;

	ck_assert_uint_eq(plan->n_conditions, 2);
	for (uint64_t holding = 0; holding < 4; holding++) { /* bit 0: a is true; bit 1: b is false */
		ck_assert_int_eq(graphql_shown(&fields[0], holding), (holding & 1) != 0);
		ck_assert_int_eq(graphql_shown(&fields[1], holding), (holding & 2) != 0);
		ck_assert(graphql_shown(&fields[2], holding));
	}
	plan = plan_of("query ($a: Boolean!) { contentItem(id: 1) { id @include(if: $a) id id @skip(if: $a) } }");
	ck_assert(graphql_shown(&plan->fields[0].fields[0], 0));
}
END_TEST

START_TEST(cost_follows_variables)
{
	const struct graphql_plan *plan = plan_of("query ($n: Int) { contentItems(limit: $n) { nodes { contentType { id } } } }");
	struct json_member member = { .name = "n", .n_name = 1, .value = { .type = JSON_INT, .integer = 200 } };
	struct json_value variables = { .type = JSON_OBJECT };

	ck_assert_int_eq(graphql_cost_of(plan, 0, &variables).cost, 1 + 1 + 50);
	variables = (struct json_value){ .type = JSON_OBJECT, .n = 1, .members = &member };
	ck_assert_int_eq(graphql_cost_of(plan, 0, &variables).cost, 1 + 4 + 200);
	member.value.integer = INT64_MAX; /* refused later, by the operation */
	ck_assert_int_gt(graphql_cost_of(plan, 0, &variables).cost, 1000000);
}
END_TEST

/* ---- variables ---- */

static const struct variables_row {
	const char *declared, *given;
	const char *coerced; /* NULL: refused */
} variables_rows[] = {
	{ "$v: Int", "{}", "{}" },
	{ "$v: Int = 3", "{}", "{\"v\":3}" },
	{ "$v: Int = 3", "{\"v\":null}", "{\"v\":null}" },
	{ "$v: Int!", "{}", NULL },
	{ "$v: Int!", "{\"v\":null}", NULL },
	{ "$v: Int!", "{\"v\":3.0}", "{\"v\":3}" },
	{ "$v: Int!", "{\"v\":3.5}", NULL },
	{ "$v: Int!", "{\"v\":2147483648}", NULL },
	{ "$v: Int!", "{\"v\":\"3\"}", NULL },
	{ "$v: ID!", "{\"v\":3,\"unheard\":1}", "{\"v\":3}" },
	{ "$v: ID!", "{\"v\":\"3\"}", "{\"v\":\"3\"}" },
	{ "$v: ID!", "{\"v\":true}", NULL },
	{ "$v: String", "{\"v\":3}", NULL },
	{ "$v: Boolean", "{\"v\":\"true\"}", NULL },
	{ "$v: JSON", "{\"v\":{\"a\":[1,null]}}", "{\"v\":{\"a\":[1,null]}}" },
	{ "$v: ContentItemsSortBy", "{\"v\":\"createdAt\"}", "{\"v\":\"createdAt\"}" },
	{ "$v: ContentItemsSortBy", "{\"v\":\"colour\"}", NULL },
	{ "$v: [String!]", "{\"v\":[\"a\",\"b\"]}", "{\"v\":[\"a\",\"b\"]}" },
	{ "$v: [String!]", "{\"v\":\"a\"}", "{\"v\":[\"a\"]}" },
	{ "$v: [String!]", "{\"v\":[null]}", NULL },
	{ "$v: PolicyResourceInput", "{\"v\":{\"type\":\"t\"}}", "{\"v\":{\"type\":\"t\"}}" },
	{ "$v: PolicyResourceInput", "{\"v\":{}}", NULL },
	{ "$v: PolicyResourceInput", "{\"v\":{\"type\":\"t\",\"colour\":1}}", NULL },
	{ "$v: PolicyResourceInput", "{\"v\":3}", NULL },
};

START_TEST(variables_are_coerced_or_refused)
{
	const struct variables_row *row = &variables_rows[_i];
	struct graphql_problems *problems = ARENA_NEW(arena, struct graphql_problems);
	struct graphql_problem problem;
	struct json_error json_problem;
	const struct graphql_document *document = parse(arena_printf(arena, "query (%s) { __typename }", row->declared), &problem);
	const struct json_value *given = json_parse(arena, row->given, strlen(row->given), NULL, &json_problem);
	const struct json_value *coerced = graphql_variables_coerce(arena, schema, &document->operations[0], given, problems);
	struct buf text;

	ck_assert_msg((coerced != NULL) == (row->coerced != NULL), "%s with %s: %s", row->declared, row->given, coerced ? "taken" : problems->list[0].message);
	if (!coerced)
		return;
	buf_init(&text, arena, 64);
	json_write(&text, coerced);
	ck_assert_str_eq(text.bytes, row->coerced);
}
END_TEST

#define N_ROWS(rows) ((int)(sizeof(rows) / sizeof((rows)[0])))

int
main(void)
{
	Suite *suite = suite_create("graphql documents");
	TCase *tests = tcase_create("documents");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, document_is_read_or_refused_where_it_breaks, 0, N_ROWS(syntax_rows));
	tcase_add_test(tests, strings_have_the_text_they_mean);
	tcase_add_test(tests, nesting_tokens_and_fragments_are_bounded);
	tcase_add_loop_test(tests, document_is_valid_or_refused_for_its_reason, 0, N_ROWS(validity_rows));
	tcase_add_test(tests, documents_that_multiply_are_refused_in_time);
	tcase_add_loop_test(tests, plan_tells_depth_fields_and_cost, 0, N_ROWS(plan_rows));
	tcase_add_test(tests, field_is_shown_when_one_of_its_places_is);
	tcase_add_test(tests, cost_follows_variables);
	tcase_add_loop_test(tests, variables_are_coerced_or_refused, 0, N_ROWS(variables_rows));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
