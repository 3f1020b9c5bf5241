/* Rate limits. */
#include <check.h>
#include <stdlib.h>

#include "access/admission.h"

enum { WINDOW_US = 60000000, START_US = 5 };

static struct window_table *table;

static void
set_up(void)
{
	table = window_table_new(3, WINDOW_US);
}

static void
tear_down(void)
{
	window_table_free(table);
}

START_TEST(a_caller_gets_max_requests_per_window)
{
	struct window_verdict verdict;

	for (int i = 0; i < 3; i++) {
		verdict = window_take(table, 7, START_US + i);
		ck_assert(verdict.is_admitted);
		ck_assert_int_eq(verdict.remaining, 2 - i);
	}
	verdict = window_take(table, 7, START_US + 10);
	ck_assert(!verdict.is_admitted);
	ck_assert_int_eq(verdict.remaining, 0);
	ck_assert_int_eq(verdict.max, 3);
	ck_assert_int_eq(verdict.reset_s, 60);
}
END_TEST

START_TEST(the_next_window_starts_afresh)
{
	for (int i = 0; i < 10; i++)
		(void)window_take(table, 7, START_US);
	ck_assert(!window_take(table, 7, START_US + WINDOW_US - 1).is_admitted);
	ck_assert(window_take(table, 7, START_US + WINDOW_US).is_admitted);
}
END_TEST

START_TEST(callers_do_not_share_a_window)
{
	for (int i = 0; i < 10; i++)
		(void)window_take(table, 7, START_US);
	ck_assert(window_take(table, 8, START_US).is_admitted);
	ck_assert(!window_take(table, 7, START_US).is_admitted);
}
END_TEST

START_TEST(peeking_does_not_count)
{
	for (int i = 0; i < 10; i++)
		ck_assert(window_peek(table, 7, START_US).is_admitted);
	for (int i = 0; i < 3; i++)
		(void)window_take(table, 7, START_US);
	ck_assert(!window_peek(table, 7, START_US).is_admitted);
}
END_TEST

START_TEST(max_0_admits_everything)
{
	struct window_table *off = window_table_new(0, WINDOW_US);

	for (int i = 0; i < 100000; i++)
		ck_assert(window_take(off, 7, START_US).is_admitted);
	ck_assert_int_eq(window_take(off, 7, START_US).max, 0);
	window_table_free(off);
}
END_TEST

START_TEST(a_flood_of_callers_stays_bounded)
{
	for (uint64_t caller = 1; caller < 200000; caller++)
		ck_assert(window_take(table, caller, START_US + (int64_t)caller).is_admitted);
}
END_TEST

START_TEST(the_hash_depends_on_seed_and_bytes)
{
	ck_assert(admission_hash(1, "a", 1) == admission_hash(1, "a", 1));
	ck_assert(admission_hash(1, "a", 1) != admission_hash(2, "a", 1));
	ck_assert(admission_hash(1, "a", 1) != admission_hash(1, "b", 1));
	ck_assert(admission_hash(0, "", 0) != 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("admission");
	TCase *tc = tcase_create("admission");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, a_caller_gets_max_requests_per_window);
	tcase_add_test(tc, the_next_window_starts_afresh);
	tcase_add_test(tc, callers_do_not_share_a_window);
	tcase_add_test(tc, peeking_does_not_count);
	tcase_add_test(tc, max_0_admits_everything);
	tcase_add_test(tc, a_flood_of_callers_stays_bounded);
	tcase_add_test(tc, the_hash_depends_on_seed_and_bytes);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
