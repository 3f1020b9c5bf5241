/* Patterns, topics and the schedule of attempts. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"

static const struct wants_row {
	const char *patterns, *type, *topic;
	bool wants;
} wants[] = {
	{ "*", "content_item.update", NULL, true },
	{ "content_item.*", "content_item.update", NULL, true },
	{ "content_item.*", "content_type.update", NULL, false },
	{ "content_item.update", "content_item.update", NULL, true },
	{ "content_item.updat", "content_item.update", NULL, false },
	{ "audit.update", "content_item.update", NULL, true },
	{ "audit.update", "content_item.create", NULL, false },
	{ "audit.*", "api_key.create", NULL, true },
	{ "job.fail,content_item.published", "content_item.update", "content_item.published", true },
	{ "content_item.published", "content_item.update", NULL, false },
	{ "workflow.*", "review_task.approve", "workflow.review.approved", true },
};

START_TEST(an_endpoint_gets_what_its_patterns_name)
{
	const struct wants_row *row = &wants[_i];

	ck_assert_msg(rules_wants(row->patterns, row->type, row->topic) == row->wants, "%s for %s", row->patterns, row->type);
}
END_TEST

static const struct topic_row {
	const char *type, *before, *after, *topic;
} topic_rows[] = {
	{ "content_item.create", NULL, "published", "content_item.published" },
	{ "content_item.update", "draft", "published", "content_item.published" },
	{ "content_item.update", "published", "published", NULL },
	{ "content_item.update", "published", "archived", "content_item.unpublished" },
	{ "content_item.delete", "published", NULL, "content_item.unpublished" },
	{ "content_item.publish", NULL, NULL, "content_item.published" },
	{ "content_item.unpublish", NULL, NULL, "content_item.unpublished" },
	{ "content_type.update", "draft", "published", NULL },
};

START_TEST(topics_come_from_what_an_event_says)
{
	const struct topic_row *row = &topic_rows[_i];
	const char *topic = rules_topic(row->type, row->before, row->after);

	ck_assert_msg((!topic && !row->topic) || (topic && row->topic && strcmp(topic, row->topic) == 0), "%s: %s", row->type, topic ? topic : "none");
}
END_TEST

START_TEST(unknown_patterns_are_found)
{
	const char *const good[] = { "*", "content_item.*", "api_key.rotate", "audit.delete", "content_item.published", "workflow.review.rejected" };
	const char *const bad[] = { "", "content", "content_item.explode", "nothing.*", "audit.explode", "content_item.create,x", "*.*" };

	ck_assert_ptr_null(rules_unknown_pattern((struct shape_list){ good, sizeof(good) / sizeof(good[0]) }));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(rules_unknown_pattern((struct shape_list){ &bad[i], 1 }), "'%s' was taken", bad[i]);
}
END_TEST

START_TEST(attempts_are_made_by_the_schedule)
{
	static const int64_t seconds[] = { 5, 300, 1800, 7200, 18000, 36000, 36000, 36000 };

	for (int i = 0; i < 8; i++)
		ck_assert_int_eq(rules_retry_after_us(i + 1), seconds[i] * 1000000);
	ck_assert_int_eq(rules_read_retry_after("120"), 120);
	ck_assert_int_eq(rules_read_retry_after("9999999"), 86400);
	ck_assert_int_eq(rules_read_retry_after("Wed, 21 Oct 2026 07:28:00 GMT"), 0);
	ck_assert_int_eq(rules_read_retry_after("-5"), 0);
	ck_assert_int_eq(rules_read_retry_after(NULL), 0);
}
END_TEST

START_TEST(secrets_have_a_least_length)
{
	struct arena *arena = arena_new(65536);

	ck_assert(rules_secret_is_good(arena, "0123456789abcdef"));
	ck_assert(!rules_secret_is_good(arena, "0123456789abcde"));
	ck_assert(rules_secret_is_good(arena, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
	ck_assert(!rules_secret_is_good(arena, "whsec_c2hvcnQ="));
	ck_assert(!rules_secret_is_good(arena, "whsec_not base64 but long enough"));
	arena_free(arena);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("webhooks rules");
	TCase *tcase = tcase_create("rules");
	SRunner *runner = srunner_create(suite);

	tcase_add_loop_test(tcase, an_endpoint_gets_what_its_patterns_name, 0, sizeof(wants) / sizeof(wants[0]));
	tcase_add_loop_test(tcase, topics_come_from_what_an_event_says, 0, sizeof(topic_rows) / sizeof(topic_rows[0]));
	tcase_add_test(tcase, unknown_patterns_are_found);
	tcase_add_test(tcase, attempts_are_made_by_the_schedule);
	tcase_add_test(tcase, secrets_have_a_least_length);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
