/* GraphQL's pieces that stand alone: media types, enum names, the table of calls, kept plans. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graphql/answer.h"
#include "graphql/run/calls.h"
#include "graphql/document/documents.h"
#include "graphql/schema/enum.h"

/* ---- media types ---- */

static const struct media_row {
	const char *accept;
	enum graphql_media media;
} media_rows[] = {
	{ NULL, GRAPHQL_MEDIA_JSON },
	{ "", GRAPHQL_MEDIA_JSON },
	{ "*/*", GRAPHQL_MEDIA_JSON },
	{ "application/*", GRAPHQL_MEDIA_JSON },
	{ "application/json", GRAPHQL_MEDIA_JSON },
	{ "Application/JSON; charset=utf-8", GRAPHQL_MEDIA_JSON },
	{ "application/graphql-response+json", GRAPHQL_MEDIA_RESPONSE },
	{ "application/graphql-response+json, application/json", GRAPHQL_MEDIA_RESPONSE },
	{ "application/json, application/graphql-response+json", GRAPHQL_MEDIA_JSON },
	{ "application/json;q=0.5, application/graphql-response+json;q=0.75", GRAPHQL_MEDIA_RESPONSE },
	{ "application/json;q=0.75,application/graphql-response+json;q=0.705", GRAPHQL_MEDIA_JSON },
	{ "application/graphql-response+json; charset=utf-8; q=0, application/json;q=0.001", GRAPHQL_MEDIA_JSON },
	{ "text/html, text/css;q=0.9", GRAPHQL_MEDIA_NONE },
	{ "application/json;q=0", GRAPHQL_MEDIA_NONE },
	{ ",,;;,=", GRAPHQL_MEDIA_NONE },
	{ "text/html, */*;q=0.1", GRAPHQL_MEDIA_JSON },
};

START_TEST(accept_chooses_the_media_type)
{
	const struct media_row *row = &media_rows[_i];
	ck_assert_msg(graphql_media_of(row->accept) == row->media, "Accept: %s", row->accept ? row->accept : "(none)");
}
END_TEST

/* ---- enum values ---- */

static const struct enum_row {
	const char *choice, *name;
} enum_rows[] = {
	{ "draft", "draft" }, { "audit:read", "audit_read" }, { "1h", "_1h" }, { "", "_" }, { "true", "_true" }, { "null", "_null" },
	{ "a-b c", "a_b_c" }, { "updatedAt", "updatedAt" },
};

START_TEST(choice_has_a_legal_name_and_is_found_by_it)
{
	const struct enum_row *row = &enum_rows[_i];
	const char *choices[] = { "other", row->choice, NULL };
	struct arena *arena = arena_new(65536);
	struct buf buf;

	buf_init(&buf, arena, 32);
	graphql_enum_write(&buf, row->choice);
	ck_assert_str_eq(buf.bytes, arena_printf(arena, "\"%s\"", row->name));
	ck_assert_ptr_eq(graphql_enum_choice(choices, row->name), row->choice);
	ck_assert_ptr_null(graphql_enum_choice(choices, "none"));
	arena_free(arena);
}
END_TEST

/* ---- calls ---- */

START_TEST(calls_are_found_by_object_and_by_question)
{
	enum { N = 1000 };
	static struct graphql_plan_field fields[2];
	static int objects[N];
	static struct graphql_call made[2][N];
	struct arena *arena = arena_new(4 * 1024 * 1024);
	struct graphql_calls *calls = graphql_calls_new(arena);

	for (size_t f = 0; f < 2; f++)
		for (size_t i = 0; i < N; i++) {
			const char *bound = arena_printf(arena, "%zu,", i);
			ck_assert_ptr_null(*graphql_calls_on(calls, &fields[f], &objects[i]));
			ck_assert_ptr_null(*graphql_calls_asking(calls, &fields[f], bound));
			*graphql_calls_asking(calls, &fields[f], bound) = &made[f][i];
			*graphql_calls_on(calls, &fields[f], &objects[i]) = &made[f][N - 1 - i];
		}
	for (size_t f = 0; f < 2; f++)
		for (size_t i = 0; i < N; i++) {
			ck_assert_ptr_eq(*graphql_calls_on(calls, &fields[f], &objects[i]), &made[f][N - 1 - i]);
			ck_assert_ptr_eq(*graphql_calls_asking(calls, &fields[f], arena_printf(arena, "%zu,", i)), &made[f][i]);
		}
	ck_assert_ptr_null(*graphql_calls_on(calls, &fields[0], NULL));
	arena_free(arena);
}
END_TEST

/* ---- kept plans ---- */

static const struct graphql_plan plans[3];

static const struct graphql_document_plan *
keep(struct graphql_documents *documents, const char *text, const char *name, const struct graphql_plan *plan)
{
	return graphql_documents_add(documents, text, name, arena_new(65536), plan);
}

START_TEST(plan_is_found_by_text_and_operation)
{
	struct graphql_documents *documents = graphql_documents_new(7);
	graphql_documents_release(documents, keep(documents, "text", NULL, &plans[0]));
	graphql_documents_release(documents, keep(documents, "text", "A", &plans[1]));
	const struct graphql_document_plan *bare = graphql_documents_find(documents, "text", NULL);
	const struct graphql_document_plan *named = graphql_documents_find(documents, "text", "A");

	ck_assert_ptr_eq(bare->plan, &plans[0]);
	ck_assert_ptr_eq(named->plan, &plans[1]);
	ck_assert_ptr_null(graphql_documents_find(documents, "text", "B"));
	ck_assert_ptr_null(graphql_documents_find(documents, "texts", NULL));
	graphql_documents_release(documents, bare);
	graphql_documents_release(documents, named);
	graphql_documents_free(documents);
}
END_TEST

START_TEST(plan_in_use_outlives_its_place)
{
	struct graphql_documents *documents = graphql_documents_new(7);
	char text[32];
	const struct graphql_document_plan *held = keep(documents, "held", NULL, &plans[0]);
	const struct graphql_document_plan *hot = keep(documents, "hot", NULL, &plans[1]);

	graphql_documents_release(documents, hot);
	for (int i = 0; i < GRAPHQL_DOCUMENTS_MAX; i++) {
		(void)snprintf(text, sizeof(text), "other %d", i);
		graphql_documents_release(documents, keep(documents, text, NULL, &plans[2]));
		graphql_documents_release(documents, graphql_documents_find(documents, "hot", NULL));
	}
	ck_assert_ptr_null(graphql_documents_find(documents, "held", NULL));
	ck_assert_ptr_null(graphql_documents_find(documents, "other 0", NULL));
	ck_assert_ptr_eq(held->plan, &plans[0]); /* under a sanitizer: its memory is still there */
	ck_assert_uint_gt(arena_used_bytes(held->arena), 0);
	graphql_documents_release(documents, held);
	graphql_documents_free(documents);
}
END_TEST

START_TEST(large_document_is_not_kept)
{
	struct graphql_documents *documents = graphql_documents_new(7);
	char *text = malloc(GRAPHQL_DOCUMENT_BYTES_MAX + 2);

	memset(text, 'x', GRAPHQL_DOCUMENT_BYTES_MAX + 1);
	text[GRAPHQL_DOCUMENT_BYTES_MAX + 1] = '\0';
	graphql_documents_release(documents, keep(documents, text, NULL, &plans[0]));
	ck_assert_ptr_null(graphql_documents_find(documents, text, NULL));
	free(text);
	graphql_documents_free(documents);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("graphql serve");
	TCase *tests = tcase_create("pieces");
	tcase_add_loop_test(tests, accept_chooses_the_media_type, 0, sizeof(media_rows) / sizeof(media_rows[0]));
	tcase_add_loop_test(tests, choice_has_a_legal_name_and_is_found_by_it, 0, sizeof(enum_rows) / sizeof(enum_rows[0]));
	tcase_add_test(tests, calls_are_found_by_object_and_by_question);
	tcase_add_test(tests, plan_is_found_by_text_and_operation);
	tcase_add_test(tests, plan_in_use_outlives_its_place);
	tcase_add_test(tests, large_document_is_not_kept);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
