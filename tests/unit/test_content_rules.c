/* What content may be and become, as tables. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../services/content/rules.h"

static struct arena *arena;

static void
setup(void)
{
	arena = arena_new(4 * 1024 * 1024);
}

static void
teardown(void)
{
	arena_free(arena);
}

static const struct json_value *
parse(const char *text)
{
	struct json_error problem;
	const struct json_value *value = json_parse(arena, text, strlen(text), NULL, &problem);
	ck_assert_msg(value != NULL, "%s: %s", text, value ? "" : problem.message);
	return value;
}

/* ---- names ---- */

static char long_slug[SLUG_BYTES_MAX + 2];

static const struct slug_row {
	const char *slug;
	bool is_valid;
} slugs[] = {
	{ "a", true }, { "article", true }, { "news-2026", true }, { "a_b-c", true }, { "0", false },
	{ "", false }, { "-a", false }, { "a-", false }, { "a--b", false }, { "a-_b", false }, { "Article", false },
	{ "a b", false }, { "a/b", false }, { "\xc3\xa9t\xc3\xa9", false }, { long_slug, false }, { "123", false }, { "1-2", true }, { "2nd", true },
};

START_TEST(slug_is_lower_case_words_joined_by_one_sign)
{
	const struct slug_row *row = &slugs[_i];
	memset(long_slug, 'a', sizeof(long_slug) - 1);
	ck_assert_msg(rules_slug_is_valid(row->slug) == row->is_valid, "'%s'", row->slug);
}
END_TEST

/* ---- status ---- */

static const char *const states[] = { "legal", "approved" };

static const struct status_row {
	const char *label, *from, *to;
	bool is_edit, is_governed, is_transition;
	enum status_verdict verdict;
	const char *next;
} statuses[] = {
	{ "a new item is a draft", NULL, NULL, false, false, false, STATUS_OK, "draft" },
	{ "or what is asked for", NULL, "published", false, false, false, STATUS_OK, "published" },
	{ "an edit of a published head makes a draft", "published", NULL, true, false, false, STATUS_OK, "draft" },
	{ "no edit leaves it", "published", NULL, false, false, false, STATUS_OK, "published" },
	{ "an edit of another head leaves its status", "in_review", NULL, true, false, false, STATUS_OK, "in_review" },
	{ "an edit can publish", "published", "published", true, false, false, STATUS_OK, "published" },
	{ "case matters", "draft", "Published", false, false, false, STATUS_UNKNOWN, NULL },
	{ "no such status", "draft", "live", false, false, false, STATUS_UNKNOWN, NULL },
	{ "a state of the workflow", "draft", "legal", false, true, true, STATUS_OK, "legal" },
	{ "only the workflow changes it", "draft", "legal", false, true, false, STATUS_GOVERNED, NULL },
	{ "nobody publishes past it", "draft", "published", false, true, false, STATUS_GOVERNED, NULL },
	{ "nor an edit of what is published", "published", "published", true, true, false, STATUS_GOVERNED, NULL },
	{ "what is published may be called so", "published", "published", false, true, false, STATUS_OK, "published" },
	{ "a new draft is free", NULL, "draft", false, true, false, STATUS_OK, "draft" },
	{ "a new published item is not", NULL, "published", false, true, false, STATUS_GOVERNED, NULL },
	{ "edits are free", "published", NULL, true, true, false, STATUS_OK, "draft" },
	{ "also when they say draft", "published", "draft", true, true, false, STATUS_OK, "draft" },
	{ "back from review only by the workflow", "in_review", "draft", false, true, false, STATUS_GOVERNED, NULL },
	{ "the same status again", "in_review", "in_review", true, true, false, STATUS_OK, "in_review" },
};

START_TEST(status_follows_wish_and_workflow)
{
	const struct status_row *row = &statuses[_i];
	struct status_wish wish = { .from = row->from, .to = row->to, .is_edit = row->is_edit, .is_governed = row->is_governed,
		.is_transition = row->is_transition, .states = { .items = states, .n = row->is_governed ? 2 : 0 } };
	const char *next = NULL;
	ck_assert_msg(rules_next_status(&wish, &next) == row->verdict, "%s", row->label);
	ck_assert_msg(!row->next || strcmp(row->next, next) == 0, "%s: %s", row->label, next);
}
END_TEST

static const struct rollback_row {
	const char *head, *old;
	bool is_governed;
	const char *next;
} rollbacks[] = {
	{ "draft", "published", false, "draft" }, { "published", "published", false, "draft" }, { "published", "in_review", false, "in_review" },
	{ "draft", "archived", false, "draft" }, { "archived", "archived", false, "archived" }, { "archived", "published", false, "draft" },
	{ "draft", "legal", false, "draft" }, { "draft", "legal", true, "draft" }, { "legal", "legal", true, "legal" },
	{ "draft", "in_review", true, "draft" },
};

START_TEST(rollback_never_publishes)
{
	const struct rollback_row *row = &rollbacks[_i];
	struct shape_list known = { .items = states, .n = row->is_governed ? 2 : 0 };
	const char *next = rules_rollback_status(row->head, row->old, row->is_governed, &known);
	ck_assert_msg(strcmp(next, row->next) == 0, "%s over %s: %s", row->old, row->head, next);
}
END_TEST

/* ---- publication ---- */

static const struct publication_row {
	const char *label, *status;
	int64_t version, last, published;
	const char *state;
} publications[] = {
	{ "new draft", "draft", 1, 0, 0, "draft" },
	{ "created published", "published", 1, 0, 1, "published" },
	{ "edited after publishing", "draft", 3, 2, 2, "changed" },
	{ "in review after publishing", "in_review", 4, 2, 2, "changed" },
	{ "published again", "published", 5, 2, 5, "published" },
	{ "archived retracts", "archived", 3, 2, 0, "draft" },
	{ "revived from the archive", "draft", 4, 0, 0, "draft" },
	{ "never published, archived", "archived", 2, 0, 0, "draft" },
};

START_TEST(publication_follows_status_and_history)
{
	const struct publication_row *row = &publications[_i];
	int64_t published = rules_published_version(row->status, row->version, row->last);
	ck_assert_msg(published == row->published, "%s: published version %lld", row->label, (long long)published);
	ck_assert_msg(strcmp(rules_publication_state(row->version, published), row->state) == 0, "%s: %s", row->label,
	    rules_publication_state(row->version, published));
}
END_TEST

/* ---- tokens and times ---- */

START_TEST(only_the_head_version_is_current)
{
	const int64_t head = 3, stale = 2, future = 4;
	ck_assert(rules_token_is_current(NULL, head));
	ck_assert(rules_token_is_current(&head, head));
	ck_assert(!rules_token_is_current(&stale, head));
	ck_assert(!rules_token_is_current(&future, head));
}
END_TEST

START_TEST(stored_times_have_milliseconds_and_never_go_back)
{
	ck_assert_int_eq(rules_stored_time(1700000000123456), 1700000000123000);
	ck_assert_int_eq(rules_change_time(1700000000123456, 1700000000000000), 1700000000123000);
	ck_assert_int_eq(rules_change_time(1700000000123456, 1700000000999000), 1700000000999000);
}
END_TEST

/* ---- lists ---- */

START_TEST(values_are_counted_without_reading_them)
{
	static const struct {
		const char *text;
		size_t n;
	} rows[] = { { "1", 1 }, { "[1,2]", 3 }, { "{\"a\":1,\"b\":[1]}", 4 }, { "\"a,[\\\",{\"", 1 }, { "[]", 2 } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_uint_eq(rules_count_values((struct doc){ rows[i].text, strlen(rows[i].text) }), rows[i].n);
}
END_TEST

START_TEST(search_looks_at_decoded_strings)
{
	const char *text = rules_search_text(arena, parse("{\"name\":\"caf\\u00e9\",\"n\":12,\"list\":[\"x\\/y\",{\"deep\":\"say \\\"hi\\\"\"}],\"none\":\"\"}"));
	ck_assert_str_eq(text, "caf\xc3\xa9\nx/y\nsay \"hi\"");
	ck_assert_str_eq(rules_search_text(arena, parse("{}")), "");
}
END_TEST

/* ---- changes ---- */

static const struct changed_row {
	const char *before, *after, *names, *changes;
} changed[] = {
	{ "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", "", "{}" },
	{ "{\"a\":1}", "{\"a\":1.0}", "", "{}" },
	{ "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3,\"c\":[1]}", "b,c", "{\"b\":3,\"c\":[1]}" },
	{ "{\"a\":1,\"b\":2}", "{\"b\":2}", "a", "{\"a\":null}" },
	{ "{\"a\":{\"x\":1}}", "{\"a\":{\"x\":2}}", "a", "{\"a\":{\"x\":2}}" },
	{ "{\"a/\\\"b\":1}", "{}", "a/\"b", "{\"a/\\\"b\":null}" },
};

START_TEST(changes_are_the_members_that_differ)
{
	const struct changed_row *row = &changed[_i];
	const struct json_value *before = parse(row->before), *after = parse(row->after);
	struct shape_list list = rules_changed_fields(arena, before, after);
	struct doc doc = rules_changes(arena, before, after);
	const char *const *names = list.items;
	struct buf joined;

	buf_init(&joined, arena, 64);
	for (size_t i = 0; i < list.n; i++) {
		if (i > 0)
			buf_add_char(&joined, ',');
		buf_add_text(&joined, names[i]);
	}
	ck_assert_str_eq(joined.bytes, row->names);
	ck_assert_str_eq(doc.json, row->changes);
}
END_TEST

START_TEST(names_of_changes_are_bounded)
{
	struct buf after;

	buf_init(&after, arena, 1024);
	buf_add_char(&after, '{');
	for (int i = 0; i < 3 * CHANGED_FIELDS_MAX; i++)
		buf_printf(&after, "%s\"f%d\":%d", i ? "," : "", i, i);
	buf_add_char(&after, '}');
	ck_assert_uint_eq(rules_changed_fields(arena, parse("{}"), parse(after.bytes)).n, CHANGED_FIELDS_MAX);

	buf_reset(&after);
	buf_add_text(&after, "{\"");
	for (int i = 0; i < 2 * CHANGED_NAMES_BYTES_MAX; i++)
		buf_add_char(&after, 'n');
	buf_add_text(&after, "\":1,\"short\":2}");
	struct shape_list list = rules_changed_fields(arena, parse("{}"), parse(after.bytes));
	ck_assert_uint_eq(list.n, 1);
	ck_assert_str_eq(*(const char *const *)list.items, "short");
}
END_TEST

START_TEST(large_data_stays_out_of_events)
{
	struct doc small = { .json = "{}", .len = 2 }, large = { .json = "{}", .len = EVENT_DATA_BYTES_MAX + 1 };
	ck_assert_ptr_eq(rules_event_data(small).json, small.json);
	ck_assert_ptr_null(rules_event_data(large).json);
}
END_TEST

#define N(array) ((int)(sizeof(array) / sizeof((array)[0])))

int
main(void)
{
	Suite *suite = suite_create("content rules");
	TCase *tests = tcase_create("rules");
	SRunner *runner = srunner_create(suite);

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, slug_is_lower_case_words_joined_by_one_sign, 0, N(slugs));
	tcase_add_loop_test(tests, status_follows_wish_and_workflow, 0, N(statuses));
	tcase_add_loop_test(tests, rollback_never_publishes, 0, N(rollbacks));
	tcase_add_loop_test(tests, publication_follows_status_and_history, 0, N(publications));
	tcase_add_test(tests, only_the_head_version_is_current);
	tcase_add_test(tests, stored_times_have_milliseconds_and_never_go_back);
	tcase_add_test(tests, values_are_counted_without_reading_them);
	tcase_add_test(tests, search_looks_at_decoded_strings);
	tcase_add_loop_test(tests, changes_are_the_members_that_differ, 0, N(changed));
	tcase_add_test(tests, names_of_changes_are_bounded);
	tcase_add_test(tests, large_data_stays_out_of_events);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
