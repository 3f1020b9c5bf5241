/* What follows from values alone: fused ranks, recall, languages, events, readiness. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"
#include "language.h"

static const int64_t high = 900000, low = 100000;

START_TEST(what_is_in_both_lists_is_first)
{
	const struct search_hit_row nearest[] = { { 1, 10, 0, 950000 }, { 2, 20, 0, 900000 }, { 3, 30, 0, 800000 } };
	const struct search_text_row matching[] = { { 3, 30, 0, &high, 1000 }, { 4, 40, 0, &low, 500 } };
	struct ranked ranked[5];

	size_t n = rules_fuse(&(struct fusion){ nearest, 3, matching, 2, true, SIMILARITY_NONE }, ranked);
	ck_assert_uint_eq(n, 4);
	ck_assert_int_eq(ranked[0].item, 30);
	ck_assert_int_eq(ranked[1].item, 10);
	ck_assert_int_eq(ranked[2].item, 20);
	ck_assert_int_eq(ranked[3].item, 40);
	ck_assert_int_eq(ranked[3].similarity, low);
}
END_TEST

START_TEST(an_item_has_its_best_chunk_only_unless_asked_otherwise)
{
	const struct search_hit_row nearest[] = { { 1, 10, 0, 950000 }, { 2, 10, 1, 900000 }, { 3, 30, 0, 800000 } };
	struct ranked ranked[3];

	ck_assert_uint_eq(rules_fuse(&(struct fusion){ nearest, 3, NULL, 0, true, SIMILARITY_NONE }, ranked), 2);
	ck_assert_int_eq(ranked[0].id, 1);
	ck_assert_int_eq(ranked[1].id, 3);
	ck_assert_uint_eq(rules_fuse(&(struct fusion){ nearest, 3, NULL, 0, false, SIMILARITY_NONE }, ranked), 3);
}
END_TEST

START_TEST(a_minimum_similarity_drops_what_is_below_and_what_has_none)
{
	const struct search_hit_row nearest[] = { { 1, 10, 0, 950000 }, { 2, 20, 0, 400000 } };
	const struct search_text_row matching[] = { { 4, 40, 0, NULL, 900 }, { 5, 50, 0, &high, 300 } };
	struct ranked ranked[4];

	size_t n = rules_fuse(&(struct fusion){ nearest, 2, matching, 2, true, 500000 }, ranked);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(ranked[0].item, 10);
	ck_assert_int_eq(ranked[1].item, 50);
}
END_TEST

START_TEST(equal_scores_come_in_order_of_item_and_chunk)
{
	const struct search_text_row matching[] = { { 4, 40, 0, NULL, 1000 } };
	const struct search_hit_row nearest[] = { { 1, 10, 0, 950000 } };
	struct ranked once[2], again[2];

	size_t n = rules_fuse(&(struct fusion){ nearest, 1, matching, 1, true, SIMILARITY_NONE }, once);
	ck_assert_uint_eq(rules_fuse(&(struct fusion){ nearest, 1, matching, 1, true, SIMILARITY_NONE }, again), n);
	ck_assert_mem_eq(once, again, sizeof(once));
}
END_TEST

START_TEST(recall_is_the_share_of_the_exact_ones_that_were_found)
{
	const struct search_hit_row found[] = { { 1, 1, 0, 0 }, { 2, 1, 0, 0 }, { 3, 1, 0, 0 } }, exact[] = { { 3, 1, 0, 0 }, { 9, 1, 0, 0 }, { 1, 1, 0, 0 }, { 2, 1, 0, 0 } };

	ck_assert_int_eq(rules_recall(found, 3, exact, 4, 10), 750);
	ck_assert_int_eq(rules_recall(found, 3, exact, 0, 10), 1000);
	ck_assert_int_eq(rules_recall(found, 1, exact, 4, 2), 0);
}
END_TEST

START_TEST(a_locale_has_its_language)
{
	ck_assert_str_eq(language_of(NULL, "dutch"), "dutch");
	ck_assert_str_eq(language_of("de-AT", "dutch"), "german");
	ck_assert_str_eq(language_of("EN", "dutch"), "english");
	ck_assert_str_eq(language_of("xx", "dutch"), "simple");
	ck_assert_str_eq(language_of("deu", "dutch"), "simple");
	ck_assert(language_is_known("simple") && !language_is_known("klingon"));
}
END_TEST

static const struct event_row {
	const char *type, *old_status, *new_status;
	bool is_moved, is_public, is_removal;
} events[] = {
	{ "content_item.create", NULL, "draft", false, false, false },
	{ "content_item.create", NULL, "published", false, true, false },
	{ "content_item.update", "draft", "draft", false, false, false },
	{ "content_item.update", "draft", "draft", true, true, false },
	{ "content_item.update", "published", "draft", false, true, false },
	{ "content_item.update", "draft", "published", false, true, false },
	{ "content_item.update", "draft", "archived", false, true, true },
	{ "content_item.publish", NULL, NULL, false, true, false },
	{ "content_item.unpublish", NULL, NULL, false, true, true },
	{ "content_item.rollback", "published", "draft", false, true, false },
	{ "content_item.delete", "published", NULL, false, true, true },
	{ "content_item.restore", NULL, "draft", false, true, false },
	{ "content_type.delete", NULL, NULL, false, false, false },
};

START_TEST(only_what_the_public_sees_matters)
{
	const struct event_row *row = &events[_i];

	ck_assert_msg(rules_is_public_change(row->type, row->old_status, row->new_status, row->is_moved) == row->is_public, "%s to %s", row->type, row->new_status);
	ck_assert_msg(rules_is_removal(row->type, row->new_status) == row->is_removal, "%s to %s", row->type, row->new_status);
}
END_TEST

static const int64_t version = 3, none = 0, two = 2, one = 1;
static const struct readiness_row {
	const char *label;
	struct search_readiness_row row;
	const char *state;
	bool is_searchable;
} states[] = {
	{ "ready", { 1, "ready", &version, "m", 2, NULL, &two }, "ready", true },
	{ "no text", { 1, "ready", &version, "m", 0, NULL, &none }, "empty", false },
	{ "rows gone", { 1, "ready", &version, "m", 2, NULL, &none }, "missing", false },
	{ "some rows gone", { 1, "ready", &version, "m", 2, NULL, &one }, "stale", true },
	{ "first time", { 1, "pending", NULL, NULL, 0, NULL, NULL }, "syncing", false },
	{ "again", { 1, "pending", &version, "m", 2, NULL, &two }, "syncing", true },
	{ "failed", { 1, "failed", &version, "m", 2, "EMBEDDING_API_ERROR", &two }, "failed", true },
	{ "unpublished", { 1, "disabled", NULL, NULL, 0, NULL, NULL }, "unpublished", false },
};

START_TEST(a_row_says_its_readiness)
{
	const struct readiness_row *row = &states[_i];
	struct embedding_readiness out;

	rules_readiness(&row->row, &out);
	ck_assert_msg(strcmp(out.state, row->state) == 0 && out.searchable == row->is_searchable, "%s: %s", row->label, out.state);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rules");
	TCase *tests = tcase_create("rules");

	tcase_add_test(tests, what_is_in_both_lists_is_first);
	tcase_add_test(tests, an_item_has_its_best_chunk_only_unless_asked_otherwise);
	tcase_add_test(tests, a_minimum_similarity_drops_what_is_below_and_what_has_none);
	tcase_add_test(tests, equal_scores_come_in_order_of_item_and_chunk);
	tcase_add_test(tests, recall_is_the_share_of_the_exact_ones_that_were_found);
	tcase_add_test(tests, a_locale_has_its_language);
	tcase_add_loop_test(tests, only_what_the_public_sees_matters, 0, sizeof(events) / sizeof(events[0]));
	tcase_add_loop_test(tests, a_row_says_its_readiness, 0, sizeof(states) / sizeof(states[0]));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
