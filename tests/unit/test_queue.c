/* Who comes first when several tenants wait for one worker, and how much room each has. */
#include <check.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "fair.h"

enum { JOBS_MAX = 16 };

static struct job_queue queue;
static struct job jobs[JOBS_MAX];

static void
setup(void)
{
	queue_init(&queue);
	memset(jobs, 0, sizeof(jobs));
}

/* The text names the tenants in their order of arrival: "112" is two of tenant 1 and one of tenant 2. */
static void
push(const char *tenants)
{
	struct job_chain chain = { NULL, NULL };

	for (size_t i = 0; tenants[i]; i++) {
		jobs[i].envelope.principal.tenant = tenants[i] - '0';
		jobs[i].lock_order = i;
		chain_add(&chain, &jobs[i]);
	}
	(void)queue_push(&queue, &chain);
}

static void
use(int64_t tenant, int64_t used_us)
{
	struct job job = { .envelope.principal.tenant = tenant }, *list[] = { &job };

	fair_note(list, 1, used_us);
}

static bool
fits_nobody(const struct job *first, const struct job *other)
{
	(void)first;
	(void)other;
	return false;
}

static bool
is_same_tenant(const struct job *first, const struct job *other)
{
	return first->envelope.principal.tenant == other->envelope.principal.tenant;
}

/* Takes one after the other; "20" is the third that was pushed, then the first. */
static void
expect_order(const char *order)
{
	struct job *job;

	for (size_t i = 0; order[i]; i++) {
		ck_assert_uint_eq(queue_take(&queue, &job, 1, fits_nobody), 1);
		ck_assert_int_eq('0' + (int)job->lock_order, order[i]);
	}
	ck_assert_ptr_null(queue.first);
	ck_assert_ptr_null(queue.last);
}

START_TEST(who_used_nothing_comes_in_order_of_arrival)
{
	push("123121");
	expect_order("012345");
}
END_TEST

START_TEST(who_used_least_of_late_comes_first)
{
	use(1, 5000);
	use(3, 1000);
	push("1131212");
	expect_order("4620135");
}
END_TEST

START_TEST(the_last_one_in_the_queue_may_be_the_first)
{
	use(1, 5000);
	push("112");
	expect_order("201");
	push("11");
	expect_order("01");
}
END_TEST

START_TEST(those_that_fit_go_along)
{
	struct job *taken[4];

	use(1, 5000);
	push("12112");
	ck_assert_uint_eq(queue_take(&queue, taken, 4, is_same_tenant), 2);
	ck_assert_uint_eq(taken[0]->lock_order, 1);
	ck_assert_uint_eq(taken[1]->lock_order, 4);
	expect_order("023");
}
END_TEST

START_TEST(what_was_used_is_forgotten)
{
	use(1, 3000000);
	ck_assert_uint_gt(fair_used_us(&(struct job){ .envelope.principal.tenant = 1 }), 1000000);
	for (int i = 0; i < 3; i++) {
		(void)poll(NULL, 0, 1010);
		use(2, 0);
	}
	ck_assert_uint_lt(fair_used_us(&(struct job){ .envelope.principal.tenant = 1 }), 500000);
}
END_TEST

START_TEST(a_tenant_whose_work_takes_long_shares_no_transaction)
{
	const struct job job = { .envelope.principal.tenant = 1 };

	use(1, 100);
	ck_assert(!fair_is_long(&job));
	use(1, 20000);
	ck_assert(fair_is_long(&job));
	for (int i = 0; i < 100; i++)
		use(1, 50);
	ck_assert(!fair_is_long(&job));
}
END_TEST

START_TEST(a_tenant_has_its_share_of_the_room)
{
	const struct job one = { .envelope.principal.tenant = 1 }, two = { .envelope.principal.tenant = 2 };

	ck_assert(fair_enter(&one, 2));
	ck_assert(fair_enter(&one, 2));
	ck_assert(!fair_enter(&one, 2));
	ck_assert(fair_enter(&two, 2));
	fair_leave(&one);
	ck_assert(fair_enter(&one, 2));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("queue");
	TCase *tcase = tcase_create("queue");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, who_used_nothing_comes_in_order_of_arrival);
	tcase_add_test(tcase, who_used_least_of_late_comes_first);
	tcase_add_test(tcase, the_last_one_in_the_queue_may_be_the_first);
	tcase_add_test(tcase, those_that_fit_go_along);
	tcase_add_test(tcase, what_was_used_is_forgotten);
	tcase_add_test(tcase, a_tenant_whose_work_takes_long_shares_no_transaction);
	tcase_add_test(tcase, a_tenant_has_its_share_of_the_room);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
