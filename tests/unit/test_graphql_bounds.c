/* What one GraphQL document can cost before anything is asked: its numbers are bounded, and what multiplies is refused
 * within the memory that a document has.  Against the real schema. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "graphql/run/plan.h"
#include "graphql/validate/validate.h"
#include "pages/openapi_data.h"

enum { DOCUMENT_ARENA_BYTES = 16 * 1024 * 1024 }; /* the gateway's */

static struct arena *schema_arena, *arena;
static const struct graphql_schema *schema;
static const struct graphql_meta *meta;
static struct buf text;

static void
setup(void)
{
	struct graphql_problem problem = { .message = NULL };
	struct embedded sdl = schema_graphql();

	schema_arena = arena_new(64 * 1024 * 1024);
	schema = graphql_schema_read(schema_arena, sdl.bytes, sdl.n, &problem);
	ck_assert_msg(schema != NULL, "%s", problem.message);
	meta = graphql_meta_new(schema_arena, schema);
	buf_init(&text, schema_arena, GRAPHQL_TEXT_MAX);
	arena = arena_new(DOCUMENT_ARENA_BYTES);
}

static void
teardown(void)
{
	arena_free(arena);
	arena_free(schema_arena);
}

/* Each # is the number of the turn, each + the next. */
static void
add_turn(size_t i, const char *pattern)
{
	for (const char *c = pattern; *c; c++) {
		if (*c == '#' || *c == '+')
			buf_add_int(&text, (int64_t)(*c == '+' ? i + 1 : i));
		else
			buf_add_char(&text, *c);
	}
	buf_add_char(&text, ' ');
}

static void
repeat(size_t n, const char *pattern)
{
	for (size_t i = 0; i < n; i++)
		add_turn(i, pattern);
}

/* ---- numbers ---- */

struct number_row {
	const char *label;
	const char *before, *repeated, *after;
	size_t n; /* as many as may be */
	const char *problem;
};

static const struct number_row number_rows[] = {
	{ "fragments", "{ a }", "fragment f# on T { a }", "", GRAPHQL_FRAGMENTS_MAX, "256 fragments" },
	{ "operations", "", "query q# { a }", "", GRAPHQL_OPERATIONS_MAX, "64 operations" },
	{ "variables", "query (", "$v#: T", ") { a }", GRAPHQL_VARIABLES_MAX, "256 variables" },
	{ "arguments", "{ a(", "a#: 1", ") }", GRAPHQL_MEMBERS_MAX, "1000 arguments" },
	{ "fields of an object", "{ a(b: {", "a#: 1", "}) }", GRAPHQL_MEMBERS_MAX, "1000 fields" },
	{ "directives", "{ a ", "@d#", " }", GRAPHQL_DIRECTIVES_MAX, "32 directives" },
	{ "tokens", "{ a(b: [", "1", "]) }", GRAPHQL_PARSE_TOKENS_MAX - 9, "10000 tokens" },
};

static const struct graphql_document *
parse_row(const struct number_row *row, size_t n, struct graphql_problem *ret_problem)
{
	buf_reset(&text);
	buf_add_text(&text, row->before);
	repeat(n, row->repeated);
	buf_add_text(&text, row->after);
	return graphql_parse(arena, text.bytes, text.len, ret_problem);
}

START_TEST(as_many_as_the_limit_says_and_no_more)
{
	const struct number_row *row = &number_rows[_i];
	struct graphql_problem problem = { .message = NULL };

	ck_assert_msg(parse_row(row, row->n, &problem) != NULL, "%s: %s", row->label, problem.message);
	ck_assert_msg(parse_row(row, row->n + 1, &problem) == NULL, "%s: one more was read", row->label);
	ck_assert_msg(strstr(problem.message, row->problem) != NULL, "%s: %s", row->label, problem.message);
}
END_TEST

START_TEST(a_text_has_so_many_bytes_and_no_more)
{
	struct graphql_problem problem = { .message = NULL };

	buf_add_text(&text, "{ a }");
	while (text.len < GRAPHQL_TEXT_MAX)
		buf_add_char(&text, ' ');
	ck_assert_ptr_nonnull(graphql_parse(arena, text.bytes, text.len, &problem));
	buf_add_char(&text, ' ');
	ck_assert_ptr_null(graphql_parse(arena, text.bytes, text.len, &problem));
	ck_assert_msg(strstr(problem.message, "65536 bytes") != NULL, "%s", problem.message);
}
END_TEST

/* ---- products ---- */

static void
write_operations_sharing_wide_fragment(void)
{
	repeat(GRAPHQL_OPERATIONS_MAX, "query q# { ...f }");
	buf_add_text(&text, "fragment f on Query {");
	repeat(3000, "a#: __typename");
	buf_add_text(&text, "}");
}

/* Each fragment meets the next in twice two places: 2^n pairs. */
static void
write_pairs(void)
{
	repeat(30, "fragment p# on ContentItem { a: contentType { items { nodes { ...q# } } } a: contentType { items { nodes { ...r# } } } "
	           "b: contentType { items { nodes { ...q# } } } b: contentType { items { nodes { ...r# } } } }");
	repeat(30, "fragment q# on ContentItem { ...p+ } fragment r# on ContentItem { id ...p+ }");
	buf_add_text(&text, "fragment p30 on ContentItem { id }");
	repeat(GRAPHQL_OPERATIONS_MAX, "query q# { contentItem(id: 1) { ...p0 } }");
}

static void
write_operations_over_dense_fragments(void)
{
	repeat(GRAPHQL_OPERATIONS_MAX, "query q# { ...f0 }");
	for (size_t i = 0; i < GRAPHQL_FRAGMENTS_MAX; i++) {
		add_turn(i, "fragment f# on Query { __typename");
		for (size_t k = i + 1; k < i + 14 && k < GRAPHQL_FRAGMENTS_MAX; k++)
			add_turn(k, "...f#");
		buf_add_text(&text, "} ");
	}
}

static void
write_large_arguments(void)
{
	repeat(GRAPHQL_OPERATIONS_MAX, "query q# { ...f }");
	buf_add_text(&text, "fragment f on Query {");
	for (size_t i = 0; i < 3; i++) {
		buf_add_text(&text, "contentItem(");
		repeat(GRAPHQL_MEMBERS_MAX, "a#: 1");
		buf_add_text(&text, ") { id }");
	}
	buf_add_text(&text, "}");
}

static void
write_many_misfits(void)
{
	repeat(GRAPHQL_OPERATIONS_MAX, "query q#($v: Int) { ...f }");
	buf_add_text(&text, "fragment f on Query { contentItems(cursor: [");
	repeat(4000, "$v");
	buf_add_text(&text, "]) { total } }");
}

static void
write_conditions(void)
{
	buf_add_text(&text, "query (");
	repeat(60, "$v#: Boolean!");
	buf_add_text(&text, ") {");
	repeat(1200, "...f");
	buf_add_text(&text, "} fragment f on Query {");
	repeat(60, "__typename @skip(if: $v#)");
	buf_add_text(&text, "}");
}

static void
write_long_chain(void)
{
	buf_add_text(&text, "{ contentItem(id: 1) { ...f0 } }");
	for (size_t i = 0; i < 40; i++) {
		add_turn(i, "fragment f# on ContentItem {");
		repeat(20, "contentType { items { nodes {");
		add_turn(i, "...f+");
		repeat(20, "} } }");
		buf_add_text(&text, "} ");
	}
	buf_add_text(&text, "fragment f40 on ContentItem { id }");
}

static const struct product_row {
	const char *label;
	void (*write)(void);
	bool is_valid;
} product_rows[] = {
	{ "operations that share a wide fragment", write_operations_sharing_wide_fragment, false },
	{ "pairs of pairs of fragments", write_pairs, false },
	{ "operations over fragments that use many others", write_operations_over_dense_fragments, false },
	{ "long lists of arguments", write_large_arguments, false },
	{ "variables that never fit", write_many_misfits, false },
	{ "one field under many conditions", write_conditions, true },
	{ "a long chain of fragments", write_long_chain, true },
};

START_TEST(what_multiplies_stays_within_its_memory)
{
	const struct product_row *row = &product_rows[_i];
	struct graphql_problems *problems = ARENA_NEW(schema_arena, struct graphql_problems);
	struct graphql_plan *plan = ARENA_NEW(schema_arena, struct graphql_plan);
	struct graphql_problem problem = { .message = NULL };

	row->write();
	const struct graphql_document *document = graphql_parse(arena, text.bytes, text.len, &problem);
	ck_assert_msg(document != NULL, "%s: %s", row->label, problem.message);
	bool is_valid = graphql_validate(arena, schema, document, problems);
	ck_assert_msg(is_valid == row->is_valid, "%s: %s", row->label, problems->n > 0 ? problems->list[0].message : "valid");
	if (is_valid)
		ck_assert_msg(graphql_plan_make(arena, document, &document->operations[0], meta, plan) != GRAPHQL_PLANNED, "%s: planned", row->label);
	ck_assert_msg(!arena_is_exhausted(arena), "%s: %zu bytes", row->label, arena_used_bytes(arena));
}
END_TEST

#define N_ROWS(rows) ((int)(sizeof(rows) / sizeof((rows)[0])))

int
main(void)
{
	Suite *suite = suite_create("graphql bounds");
	TCase *tests = tcase_create("bounds");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, as_many_as_the_limit_says_and_no_more, 0, N_ROWS(number_rows));
	tcase_add_test(tests, a_text_has_so_many_bytes_and_no_more);
	tcase_add_loop_test(tests, what_multiplies_stays_within_its_memory, 0, N_ROWS(product_rows));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
