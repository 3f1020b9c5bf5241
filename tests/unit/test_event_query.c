/* What listeners may ask for. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "events/event_query.h"

static struct arena *arena;
static const struct principal reader = { .id = "api_key:1", .tenant = 1, .scopes = (const char *[]){ "content:read" }, .n_scopes = 1 };

static void
set_up(void)
{
	arena = arena_new(1024 * 1024);
}

static void
tear_down(void)
{
	arena_free(arena);
}

static const struct error *
read_text(const char *text, const char *last_event_id, struct event_query *ret_query)
{
	struct query query;

	const char *problem = query_parse(arena, text, &query);
	ck_assert_msg(!problem, "%s", problem);
	return event_query_read(arena, &query, last_event_id, &reader, ret_query);
}

static const struct position_row {
	const char *query, *last_event_id;
	int64_t after;
} positions[] = {
	{ "", NULL, HUB_NOW },
	{ "after=0", NULL, 0 },
	{ "after=41", NULL, 41 },
	{ "after=999999999999999999", NULL, 999999999999999999 },
	{ "", "7", 7 },
	{ "after=3", "7", 7 }, /* a browser comes back to the address it began with */
};

START_TEST(the_newer_position_counts)
{
	const struct position_row *row = &positions[_i];
	struct event_query query;

	ck_assert_ptr_null(read_text(row->query, row->last_event_id, &query));
	ck_assert_int_eq(query.after, row->after);
	ck_assert_uint_eq(query.filter.n_types, 0);
}
END_TEST

START_TEST(all_filters_are_taken)
{
	struct event_query query;

	ck_assert_ptr_null(read_text("types=content_item.*,content_type.create&entityType=content_item&entityId=7&actorId=api_key%3A1", NULL, &query));
	ck_assert_uint_eq(query.filter.n_types, 2);
	ck_assert_str_eq(query.filter.types[0], "content_item.*");
	ck_assert_str_eq(query.filter.types[1], "content_type.create");
	ck_assert_str_eq(query.filter.entity_type, "content_item");
	ck_assert_int_eq(query.filter.entity_id, 7);
	ck_assert_str_eq(query.filter.actor_id, "api_key:1");
}
END_TEST

#define THIRTY_THREE_TYPES "*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*"

static const struct refusal_row {
	const char *query, *last_event_id, *code, *pointer;
} refusals[] = {
	{ "after=-1", NULL, "VALIDATION_ERROR", "/after" },
	{ "entityType=content_itm", NULL, "VALIDATION_ERROR", "/entityType" },
	{ "after=", NULL, "VALIDATION_ERROR", "/after" },
	{ "after=9223372036854775808", NULL, "VALIDATION_ERROR", "/after" },
	{ "after=18446744073709551617", NULL, "VALIDATION_ERROR", "/after" },
	{ "after=1e3", NULL, "VALIDATION_ERROR", "/after" },
	{ "", "", "VALIDATION_ERROR", "/Last-Event-ID" },
	{ "", "x", "VALIDATION_ERROR", "/Last-Event-ID" },
	{ "entityId=one", NULL, "VALIDATION_ERROR", "/entityId" },
	{ "types=content_item", NULL, "VALIDATION_ERROR", "/types" },
	{ "types=content_item.*,,*", NULL, "VALIDATION_ERROR", "/types" },
	{ "types=content_item.nothing", NULL, "VALIDATION_ERROR", "/types" },
	{ "types=" THIRTY_THREE_TYPES, NULL, "VALIDATION_ERROR", "/types" },
	{ "types=api_key.create", NULL, "POLICY_DENIED", NULL },
	{ "colour=1", NULL, "VALIDATION_ERROR", "" },
};

START_TEST(what_makes_no_sense_is_refused)
{
	const struct refusal_row *row = &refusals[_i];
	struct event_query query;
	const struct error *error = read_text(row->query, row->last_event_id, &query);

	ck_assert_msg(error != NULL, "'%s' was taken", row->query);
	ck_assert_str_eq(error->info->code, row->code);
	ck_assert_pstr_eq(error->pointer, row->pointer);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("event_query");
	TCase *tests = tcase_create("event_query");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, the_newer_position_counts, 0, (int)(sizeof(positions) / sizeof(positions[0])));
	tcase_add_test(tests, all_filters_are_taken);
	tcase_add_loop_test(tests, what_makes_no_sense_is_refused, 0, (int)(sizeof(refusals) / sizeof(refusals[0])));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
