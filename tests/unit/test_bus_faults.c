/* The bus when processes are killed, stopped, silent, late or overloaded. */
#include <sys/resource.h>

#include "bus_fixture.h"

START_TEST(killed_instance_loses_only_commands)
{
	pid_t mute = start_server(endpoint("a"), SERVER_MUTE);
	pid_t echo = start_server(endpoint("b"), SERVER_ECHO);
	struct bus_client *client =
	    bus_client_new("content", arena_printf(arena, "%s,%s", endpoint("a"), endpoint("b")));
	struct outcome queries = { 0 }, commands = { 0 };

	wait_live(client, 2);
	for (int i = 0; i < 200; i++) {
		call(client, &queries, true, 4 * SECOND_US);
		call(client, &commands, false, 4 * SECOND_US);
	}
	/* Until only what the mute instance took is left: at least a part of either kind. */
	for (int i = 0; i < 20; i++)
		turn(client);
	size_t n_commands_left = 200 - commands.n_done[BUS_REPLIED];
	ck_assert_uint_gt(bus_client_n_outstanding(client), 0);

	int64_t killed_us = clock_monotonic_us();
	kill_server(mute);
	wait_done(client);
	ck_assert_int_lt(clock_monotonic_us() - killed_us, 400000);
	ck_assert_uint_eq(queries.n_done[BUS_REPLIED], 200);
	ck_assert_uint_eq(commands.n_done[BUS_LOST], n_commands_left);
	ck_assert_uint_eq(commands.n_done[BUS_REPLIED] + commands.n_done[BUS_LOST], 200);
	ck_assert_uint_eq(bus_client_n_live(client), 1);
	bus_client_free(client);
	kill_server(echo);
}
END_TEST

START_TEST(kill_under_load_answers_every_query)
{
	pid_t one = start_server(endpoint("a"), SERVER_ECHO);
	pid_t two = start_server(endpoint("b"), SERVER_ECHO);
	struct bus_client *client =
	    bus_client_new("content", arena_printf(arena, "%s,%s", endpoint("a"), endpoint("b")));
	struct outcome outcome = { 0 };

	wait_live(client, 2);
	for (int i = 0; i < 200; i++) {
		for (int j = 0; j < 32; j++)
			call(client, &outcome, true, 4 * SECOND_US);
		if (i == 100)
			kill_server(one);
		do
			turn(client);
		while (bus_client_n_outstanding(client) > BUS_OUTSTANDING_MAX / 2);
	}
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_REPLIED], 200 * 32);
	bus_client_free(client);
	kill_server(two);
}
END_TEST

START_TEST(stopped_instance_is_noticed)
{
	pid_t stopped = start_server(endpoint("a"), SERVER_ECHO);
	pid_t other = start_server(endpoint("b"), SERVER_ECHO);
	struct bus_client *client =
	    bus_client_new("content", arena_printf(arena, "%s,%s", endpoint("a"), endpoint("b")));
	struct outcome outcome = { 0 };

	wait_live(client, 2);
	(void)kill(stopped, SIGSTOP);
	int64_t stopped_us = clock_monotonic_us();
	for (int i = 0; i < 100; i++)
		call(client, &outcome, true, 4 * SECOND_US);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_REPLIED], 100);
	ck_assert_int_lt(outcome.last_us - stopped_us, 1200000);
	ck_assert_uint_eq(bus_client_n_live(client), 1);

	(void)kill(stopped, SIGCONT);
	wait_live(client, 2);
	bus_client_free(client);
	kill_server(stopped);
	kill_server(other);
}
END_TEST

START_TEST(absent_server_is_unreachable)
{
	struct bus_client *client = bus_client_new("content", endpoint("nobody"));
	struct outcome outcome = { 0 };
	struct bus_call made = make_call(client, &outcome, true, 3 * SECOND_US);
	int64_t start_us = clock_monotonic_us();

	ck_assert_int_eq(bus_client_ask(client, &made), BUS_UNREACHABLE);
	ck_assert_int_lt(clock_monotonic_us() - start_us, 1000000);
	ck_assert_uint_eq(outcome.n_done[BUS_UNREACHABLE], 1);
	bus_client_free(client);
}
END_TEST

START_TEST(server_starting_within_the_hold_answers)
{
	int trigger;
	pid_t pid = prepare_server(endpoint("a"), SERVER_ECHO, &trigger);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };

	for (int i = 0; i < 10; i++)
		call(client, &outcome, false, 3 * SECOND_US);
	turn(client);
	ck_assert_uint_eq(bus_client_n_outstanding(client), 10);
	ck_assert_int_eq(write(trigger, "x", 1), 1);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_REPLIED], 10);
	bus_client_free(client);
	kill_server(pid);
}
END_TEST

START_TEST(deadline_is_kept)
{
	pid_t pid = start_server(endpoint("a"), SERVER_MUTE);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };
	struct bus_call made = make_call(client, &outcome, true, 300000);

	wait_live(client, 1);
	made.deadline_us = clock_now_us() + 300000;
	int64_t start_us = clock_monotonic_us();
	ck_assert_int_eq(bus_client_ask(client, &made), BUS_LATE);
	ck_assert_int_ge(clock_monotonic_us() - start_us, 295000);
	ck_assert_int_lt(clock_monotonic_us() - start_us, 1000000);

	struct bus_call past = make_call(client, &outcome, true, -1);
	ck_assert_int_eq(bus_client_ask(client, &past), BUS_LATE);
	bus_client_free(client);
	kill_server(pid);
}
END_TEST

START_TEST(late_reply_is_dropped)
{
	pid_t pid = start_server(endpoint("a"), SERVER_ECHO);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };
	int64_t until_us = clock_monotonic_us() + WAIT_US;

	wait_live(client, 1);
	(void)kill(pid, SIGSTOP);
	call(client, &outcome, false, 50000);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_LATE], 1);
	(void)kill(pid, SIGCONT);
	while (bus_client_n_stray(client) == 0 && clock_monotonic_us() < until_us)
		turn(client);
	ck_assert_uint_eq(bus_client_n_stray(client), 1);
	ck_assert_uint_eq(outcome.n_done[BUS_REPLIED], 0);
	bus_client_free(client);
	kill_server(pid);
}
END_TEST

START_TEST(outstanding_is_bounded)
{
	pid_t pid = start_server(endpoint("a"), SERVER_MUTE);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };

	wait_live(client, 1);
	for (int i = 0; i < BUS_OUTSTANDING_MAX + 5; i++)
		call(client, &outcome, false, 2 * SECOND_US);
	ck_assert_uint_eq(outcome.n_done[BUS_UNREACHABLE], 0); /* never from inside bus_client_call */
	turn(client);
	ck_assert_uint_eq(outcome.n_done[BUS_UNREACHABLE], 5);
	ck_assert_uint_eq(bus_client_n_outstanding(client), BUS_OUTSTANDING_MAX);
	bus_client_free(client);
	ck_assert_uint_eq(outcome.n_done[BUS_LOST], BUS_OUTSTANDING_MAX);
	kill_server(pid);
}
END_TEST

START_TEST(oversized_record_is_refused_by_the_sender)
{
	pid_t pid = start_server(endpoint("a"), SERVER_ECHO);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };

	wait_live(client, 1);
	struct bus_call made = make_call(client, &outcome, true, SECOND_US); /* its second counts from here */
	made.n_record = BUS_RECORD_BYTES_MAX + 1;
	made.record = arena_alloc(arena, made.n_record);
	ck_assert_int_eq(bus_client_ask(client, &made), BUS_UNREACHABLE);
	ck_assert_uint_eq(bus_client_n_live(client), 1);
	bus_client_free(client);
	kill_server(pid);
}
END_TEST

START_TEST(own_stall_does_not_kill_peers)
{
	pid_t pid = start_server(endpoint("a"), SERVER_ECHO);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };

	wait_live(client, 1);
	uint64_t generation = bus_client_generation(client);
	(void)usleep((BUS_DEAD_MS + 200) * 1000); /* the stall is the condition */
	struct bus_call made = make_call(client, &outcome, false, SECOND_US);
	ck_assert_int_eq(bus_client_ask(client, &made), BUS_REPLIED);
	ck_assert_uint_eq(bus_client_generation(client), generation);
	bus_client_free(client);
	kill_server(pid);
}
END_TEST

/* A leaving server gets no new calls but still answers what it has. */
START_TEST(draining_server_answers_but_is_not_chosen)
{
	const char *problem = NULL;
	struct serving serving = { .mode = SERVER_ECHO, .arena = arena_new(1024 * 1024) };
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };
	int64_t until_us = clock_monotonic_us() + WAIT_US;

	serving.server = bus_server_new(endpoint("a"), NULL, &problem);
	while (bus_client_n_live(client) == 0 && clock_monotonic_us() < until_us) {
		turn(client);
		(void)bus_server_receive(serving.server, 64, serve_record, &serving);
	}
	call(client, &outcome, false, 3 * SECOND_US);
	bus_client_flush(client);
	bus_server_drain(serving.server);
	while (bus_client_n_live(client) == 1 && clock_monotonic_us() < until_us) {
		turn(client);
		(void)bus_server_receive(serving.server, 64, serve_record, &serving);
		bus_server_flush(serving.server);
	}
	ck_assert_uint_eq(bus_client_n_live(client), 0);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_REPLIED], 1);

	call(client, &outcome, false, 3 * SECOND_US);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_UNREACHABLE], 1);
	bus_client_free(client);
	bus_server_free(serving.server);
	arena_free(serving.arena);
}
END_TEST

static void
limit_fds(rlim_t n)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = n;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* Losing an instance while no descriptor is to be had must not take the process with it. */
START_TEST(client_survives_running_out_of_descriptors)
{
	int trigger;
	pid_t pid = start_server(endpoint("a"), SERVER_ECHO);
	pid_t next = prepare_server(endpoint("a"), SERVER_ECHO, &trigger);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };
	int64_t until_us = clock_monotonic_us() + WAIT_US;

	wait_live(client, 1);
	log_init("test_bus", LOG_ERROR + 1);
	limit_fds(3);
	kill_server(pid);
	while (bus_client_n_live(client) > 0 && clock_monotonic_us() < until_us)
		turn(client);
	call(client, &outcome, true, SECOND_US);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_UNREACHABLE], 1);

	limit_fds(1024);
	ck_assert_int_eq(write(trigger, "x", 1), 1);
	wait_live(client, 1);
	bus_client_free(client);
	kill_server(next);
}
END_TEST

struct again {
	struct bus_client *client;
	struct outcome *outcome;
	int n_left;
};

static void
call_again(void *context, enum bus_result result, const void *reply, size_t n_reply)
{
	struct again *again = context;

	count_outcome(again->outcome, result, reply, n_reply);
	if (again->n_left-- == 0)
		return;
	struct bus_call made = make_call(again->client, again->outcome, true, SECOND_US);
	made.done = call_again;
	made.context = again;
	bus_client_call(again->client, &made);
	bus_client_flush(again->client);
}

START_TEST(done_may_call_again)
{
	pid_t pid = start_server(endpoint("a"), SERVER_ECHO);
	struct bus_client *client = bus_client_new("content", endpoint("a"));
	struct outcome outcome = { 0 };
	struct again again = { .client = client, .outcome = &outcome, .n_left = 50 };

	wait_live(client, 1);
	call_again(&again, BUS_LATE, NULL, 0);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_REPLIED], 50);

	kill_server(pid);
	outcome = (struct outcome){ 0 };
	again.n_left = 3;
	call_again(&again, BUS_LATE, NULL, 0);
	wait_done(client);
	ck_assert_uint_eq(outcome.n_done[BUS_UNREACHABLE] + outcome.n_done[BUS_LOST], 3);
	bus_client_free(client);
}
END_TEST

/* Three instances, one killed and restarted or stopped and continued every few turns: each call is done exactly once,
 * no query is merely late, and afterwards everybody is back. */
START_TEST(chaos_finishes_every_call_once)
{
	enum { N_INSTANCES = 3, N_ROUNDS = 24, N_TURNS = 12, N_CALLS = 8 };
	const char *addresses[N_INSTANCES] = { endpoint("a"), endpoint("b"), endpoint("c") };
	pid_t pids[N_INSTANCES];
	struct outcome queries = { 0 }, commands = { 0 };

	for (int i = 0; i < N_INSTANCES; i++)
		pids[i] = start_server(addresses[i], SERVER_ECHO);
	struct bus_client *client = bus_client_new("content",
	    arena_printf(arena, "%s,%s,%s", addresses[0], addresses[1], addresses[2]));
	wait_live(client, N_INSTANCES);
	srand((unsigned)_i);
	for (int round = 0; round < N_ROUNDS; round++) {
		int victim = rand() % N_INSTANCES;
		bool is_stop = rand() % 3 == 0;
		if (is_stop)
			(void)kill(pids[victim], SIGSTOP);
		else
			kill_server(pids[victim]);
		for (int i = 0; i < N_TURNS * N_CALLS; i++) {
			call(client, &queries, true, 3 * SECOND_US);
			call(client, &commands, false, 3 * SECOND_US);
			if (i % N_CALLS == 0)
				turn(client);
		}
		if (is_stop)
			(void)kill(pids[victim], SIGCONT);
		else
			pids[victim] = start_server(addresses[victim], SERVER_ECHO);
	}
	wait_done(client);
	size_t n_calls = (size_t)N_ROUNDS * N_TURNS * N_CALLS;
	for (size_t i = 0; i < 4; i++) {
		n_calls -= queries.n_done[i];
		ck_assert_msg(i == BUS_REPLIED || commands.n_done[i] < (size_t)N_ROUNDS * N_TURNS * N_CALLS / 2,
		    "too many commands ended with result %zu: %zu", i, commands.n_done[i]);
	}
	ck_assert_uint_eq(n_calls, 0);
	ck_assert_uint_eq(commands.n_done[BUS_REPLIED] + commands.n_done[BUS_LOST] + commands.n_done[BUS_UNREACHABLE],
	    (size_t)N_ROUNDS * N_TURNS * N_CALLS);
	ck_assert_uint_eq(queries.n_done[BUS_LATE], 0);
	ck_assert_uint_gt(queries.n_done[BUS_REPLIED], (size_t)N_ROUNDS * N_TURNS * N_CALLS * 9 / 10);
	wait_live(client, N_INSTANCES);
	bus_client_free(client);
	for (int i = 0; i < N_INSTANCES; i++)
		kill_server(pids[i]);
}
END_TEST

int
main(int argc, char **argv)
{
	serve_when_asked(argc, argv);
	Suite *suite = suite_create("bus_faults");
	TCase *tcase = tcase_create("bus_faults");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 20);
	tcase_add_test(tcase, killed_instance_loses_only_commands);
	tcase_add_test(tcase, kill_under_load_answers_every_query);
	tcase_add_test(tcase, stopped_instance_is_noticed);
	tcase_add_test(tcase, absent_server_is_unreachable);
	tcase_add_test(tcase, server_starting_within_the_hold_answers);
	tcase_add_test(tcase, deadline_is_kept);
	tcase_add_test(tcase, late_reply_is_dropped);
	tcase_add_test(tcase, outstanding_is_bounded);
	tcase_add_test(tcase, oversized_record_is_refused_by_the_sender);
	tcase_add_test(tcase, own_stall_does_not_kill_peers);
	tcase_add_test(tcase, draining_server_answers_but_is_not_chosen);
	tcase_add_test(tcase, client_survives_running_out_of_descriptors);
	tcase_add_test(tcase, done_may_call_again);
	tcase_add_loop_test(tcase, chaos_finishes_every_call_once, 1, 5);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
