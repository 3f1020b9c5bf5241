/* State machines as tables. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "statem.h"

static struct arena *arena;

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

enum { IDLE, RUNNING, DONE };
enum { START, STOP, FINISH };

static const char *const states[] = { "idle", "running", "done" };
static const char *const events[] = { "start", "stop", "finish" };
static const struct statem_step steps[] = {
	{ IDLE, START, RUNNING, "lamp.on" },
	{ RUNNING, STOP, IDLE, "lamp.off" },
	{ RUNNING, FINISH, DONE, NULL },
};
static const struct statem lamp = { "lamp", states, events, steps, 3, 3, 3 };

START_TEST(the_matrix_shows_every_state_and_event)
{
	struct buf buf;

	buf_init(&buf, arena, 256);
	statem_add_matrix(&buf, &lamp);
	ck_assert_str_eq(buf.bytes,
	    "idle start -> running emits lamp.on\n"
	    "idle stop -> refused\n"
	    "idle finish -> refused\n"
	    "running start -> refused\n"
	    "running stop -> idle emits lamp.off\n"
	    "running finish -> done\n"
	    "done start -> refused\n"
	    "done stop -> refused\n"
	    "done finish -> refused\n");
}
END_TEST

START_TEST(a_step_names_where_it_leads)
{
	const struct statem_step *step = statem_step(&lamp, IDLE, START);

	ck_assert_int_eq(step->to, RUNNING);
	ck_assert_str_eq(step->emits, "lamp.on");
	ck_assert_ptr_null(statem_step(&lamp, DONE, START));
	ck_assert_ptr_null(statem_step(&lamp, 99, -1));
}
END_TEST

START_TEST(names_are_found)
{
	ck_assert_int_eq(statem_state(&lamp, "done"), DONE);
	ck_assert_int_eq(statem_state(&lamp, "start"), -1);
	ck_assert_int_eq(statem_event(&lamp, "finish"), FINISH);
	ck_assert_int_eq(statem_event(&lamp, ""), -1);
}
END_TEST

START_TEST(a_state_without_steps_is_final)
{
	ck_assert(statem_is_final(&lamp, DONE));
	ck_assert(!statem_is_final(&lamp, IDLE));
}
END_TEST

START_TEST(allowed_events_are_listed_for_remediations)
{
	struct buf buf;

	buf_init(&buf, arena, 64);
	statem_add_allowed(&buf, &lamp, RUNNING);
	buf_add_char(&buf, ' ');
	statem_add_allowed(&buf, &lamp, DONE);
	ck_assert_str_eq(buf.bytes, "'stop', 'finish' nothing");
}
END_TEST

START_TEST(a_sound_table_passes)
{
	const char *problem = "";

	ck_assert_msg(statem_is_sound(arena, &lamp, &problem), "%s", problem);
}
END_TEST

START_TEST(an_ambiguous_table_is_found)
{
	static const struct statem_step twice[] = { { IDLE, START, RUNNING, NULL }, { IDLE, START, DONE, NULL } };
	struct statem machine = { "lamp", states, events, twice, 3, 3, 2 };
	const char *problem = "";

	ck_assert(!statem_is_sound(arena, &machine, &problem));
	ck_assert_str_eq(problem, "lamp: two steps for 'idle' on 'start'");
}
END_TEST

START_TEST(an_unreachable_state_is_found)
{
	struct statem machine = { "lamp", states, events, steps, 3, 3, 2 };
	const char *problem = "";

	ck_assert(!statem_is_sound(arena, &machine, &problem));
	ck_assert_str_eq(problem, "lamp: state 'done' is never reached");
}
END_TEST

START_TEST(a_number_without_a_name_is_found)
{
	static const struct statem_step stray[] = { { IDLE, START, 7, NULL } };
	struct statem machine = { "lamp", states, events, stray, 3, 3, 1 };
	const char *problem = "";

	ck_assert(!statem_is_sound(arena, &machine, &problem));
	ck_assert_str_eq(problem, "lamp: step 0 names no state or event");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("statem");
	TCase *tc = tcase_create("statem");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, the_matrix_shows_every_state_and_event);
	tcase_add_test(tc, a_step_names_where_it_leads);
	tcase_add_test(tc, names_are_found);
	tcase_add_test(tc, a_state_without_steps_is_final);
	tcase_add_test(tc, allowed_events_are_listed_for_remediations);
	tcase_add_test(tc, a_sound_table_passes);
	tcase_add_test(tc, an_ambiguous_table_is_found);
	tcase_add_test(tc, an_unreachable_state_is_found);
	tcase_add_test(tc, a_number_without_a_name_is_found);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
