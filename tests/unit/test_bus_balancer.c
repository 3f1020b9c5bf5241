/* Which instance takes a call: the choice alone, with connections that lead nowhere. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/balancer.h"
#include "log.h"

static struct arena *arena;
static struct balancer *balancer;
static size_t n_done[4];

static void
setup(void)
{
	log_init("bus_balancer", LOG_ERROR + 1);
	memset(n_done, 0, sizeof(n_done));
	arena = arena_new(16 * 1024 * 1024);
	balancer = ARENA_NEW(arena, struct balancer);
	balancer->service = "content";
	bus_context_need();
	balancer->wake = ARENA_NEW(arena, struct bus_wake);
	balancer->calls = ARENA_NEW(arena, struct call_table);
	balancer->calls->arena = arena;
	bus_wake_init(balancer->wake);
}

static void
count_done(void *context, enum bus_result result, const void *reply, size_t n_reply)
{
	(void)context;
	(void)reply;
	(void)n_reply;
	n_done[result]++;
}

static void
drop_all(struct call_list *list)
{
	while (list->head)
		call_finish(balancer->calls, list->head, BUS_LOST, NULL, 0);
}

static void
teardown(void)
{
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++) {
		drop_all(&balancer->instances[i].pending);
		drop_all(&balancer->instances[i].sent);
		instance_close(&balancer->instances[i]);
	}
	drop_all(&balancer->held);
	drop_all(&balancer->calls->finished);
	bus_wake_release(balancer->wake);
	arena_free(arena);
}

static void
want(const char *addresses)
{
	static const struct bus_endpoints none = { .n = 0 };
	struct bus_endpoints endpoints;
	const char *problem;

	ck_assert(bus_endpoints_parse(addresses, &endpoints, &problem));
	balancer_want(balancer, &none, &endpoints);
}

static struct bus_instance *
find(const char *address)
{
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++)
		if (strcmp(balancer->instances[i].address, address) == 0)
			return &balancer->instances[i];
	ck_abort_msg("no instance %s", address);
	return NULL;
}

static void
call(bool is_retryable)
{
	static uint64_t correlation;
	struct call *made = call_new(balancer->calls, &(struct bus_call){
		.record = "x", .n_record = 1, .correlation = ++correlation, .deadline_us = INT64_MAX,
		.is_retryable = is_retryable, .done = count_done,
	});
	balancer_call(balancer, made);
}

/* As if its message had gone out. */
static void
pretend_sent(struct bus_instance *instance)
{
	while (instance->pending.n > 0) {
		struct call *sent = instance->pending.head;
		call_list_remove(sent);
		sent->was_sent = true;
		call_list_add(&instance->sent, sent);
	}
}

START_TEST(calls_spread_over_equal_instances)
{
	want("ipc:///tmp/none.a,ipc:///tmp/none.b,ipc:///tmp/none.c");
	for (size_t i = 0; i < 3; i++)
		balancer->instances[i].is_live = true;
	for (int i = 0; i < 30; i++)
		call(false);
	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_eq(instance_load(&balancer->instances[i]), 10);
}
END_TEST

START_TEST(the_least_loaded_instance_is_chosen)
{
	want("ipc:///tmp/none.a,ipc:///tmp/none.b");
	find("ipc:///tmp/none.a")->is_live = true;
	for (int i = 0; i < 5; i++)
		call(false);
	find("ipc:///tmp/none.b")->is_live = true;
	for (int i = 0; i < 5; i++)
		call(false);
	ck_assert_uint_eq(instance_load(find("ipc:///tmp/none.a")), 5);
	ck_assert_uint_eq(instance_load(find("ipc:///tmp/none.b")), 5);
}
END_TEST

START_TEST(full_instances_refuse_at_once)
{
	want("ipc:///tmp/none.a");
	balancer->instances[0].is_live = true;
	for (int i = 0; i < BUS_OUTSTANDING_MAX + 3; i++)
		call(false);
	ck_assert_uint_eq(instance_load(&balancer->instances[0]), BUS_OUTSTANDING_MAX);
	ck_assert_uint_eq(balancer->held.n, 0);
	ck_assert_uint_eq(call_tell_finished(balancer->calls), 3);
	ck_assert_uint_eq(n_done[BUS_UNREACHABLE], 3);
}
END_TEST

START_TEST(held_calls_are_bounded_and_released)
{
	want("ipc:///tmp/none.a");
	for (int i = 0; i < CALL_HELD_MAX + 2; i++)
		call(false);
	ck_assert_uint_eq(balancer->held.n, CALL_HELD_MAX);
	ck_assert_uint_eq(call_tell_finished(balancer->calls), 2);
	balancer->instances[0].is_live = true;
	balancer_held(balancer);
	ck_assert_uint_eq(balancer->held.n, 0);
	ck_assert_uint_eq(instance_load(&balancer->instances[0]), BUS_OUTSTANDING_MAX);
	ck_assert_uint_eq(call_tell_finished(balancer->calls), CALL_HELD_MAX - BUS_OUTSTANDING_MAX);
}
END_TEST

START_TEST(lost_instance_hands_on_what_may_be_repeated)
{
	want("ipc:///tmp/none.a,ipc:///tmp/none.b");
	struct bus_instance *a = find("ipc:///tmp/none.a"), *b = find("ipc:///tmp/none.b");
	a->is_live = true;
	call(true);
	call(false);
	pretend_sent(a);
	call(false); /* not sent yet: may go elsewhere whatever it is */
	b->is_live = true;
	balancer_lose(balancer, a, "test");
	ck_assert_uint_eq(instance_load(a), 0);
	ck_assert(!a->is_live);
	ck_assert_uint_eq(b->pending.n, 2);
	ck_assert_uint_eq(call_tell_finished(balancer->calls), 1);
	ck_assert_uint_eq(n_done[BUS_LOST], 1);

	pretend_sent(b);
	balancer_lose(balancer, b, "test"); /* the second loss ends a query too */
	(void)call_tell_finished(balancer->calls);
	ck_assert_uint_eq(n_done[BUS_LOST], 3);
}
END_TEST

START_TEST(unlisted_instance_finishes_but_takes_nothing_new)
{
	want("ipc:///tmp/none.a,ipc:///tmp/none.b");
	struct bus_instance *a = find("ipc:///tmp/none.a"), *b = find("ipc:///tmp/none.b");
	a->is_live = b->is_live = true;
	want("ipc:///tmp/none.b");
	for (int i = 0; i < 4; i++)
		call(false);
	ck_assert_uint_eq(instance_load(a), 0);
	ck_assert_uint_eq(instance_load(b), 4);

	want("ipc:///tmp/none.a,ipc:///tmp/none.b"); /* listed again before it was dropped: same connection */
	ck_assert(a->is_live && !a->is_unlisted);
	want("ipc:///tmp/none.b");
	balancer_drop(balancer, a);
	want("ipc:///tmp/none.b,ipc:///tmp/none.c");
	ck_assert_ptr_eq(find("ipc:///tmp/none.c"), a); /* the slot is free again */
}
END_TEST

START_TEST(instances_are_bounded)
{
	char text[BUS_INSTANCES_MAX * 32] = "";
	size_t n = 0;

	for (int i = 0; i < BUS_INSTANCES_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "ipc:///tmp/none.%d,", i);
	want(text);
	want("ipc:///tmp/none.more"); /* all slots still taken by the unlisted */
	for (size_t i = 0; i < BUS_INSTANCES_MAX; i++)
		ck_assert_str_ne(balancer->instances[i].address, "ipc:///tmp/none.more");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bus_balancer");
	TCase *tcase = tcase_create("bus_balancer");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, calls_spread_over_equal_instances);
	tcase_add_test(tcase, the_least_loaded_instance_is_chosen);
	tcase_add_test(tcase, full_instances_refuse_at_once);
	tcase_add_test(tcase, held_calls_are_bounded_and_released);
	tcase_add_test(tcase, lost_instance_hands_on_what_may_be_repeated);
	tcase_add_test(tcase, unlisted_instance_finishes_but_takes_nothing_new);
	tcase_add_test(tcase, instances_are_bounded);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
