/* Durable processes on a real database, in the schema of a service that has none of its own. */
#include <check.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "harness.h"
#include "process.h"
#include "process/runner.h"
#include "service_internal.h"

enum { WAIT_STEPS_MAX = 1000, WAIT_STEP_MS = 10, LOG_MAX = 4096 };

static struct harness *harness;

/* ---- kinds ---- */

/* What ran, in order: the first character of each payload's "name". */
static struct {
	pthread_mutex_t mutex;
	char text[LOG_MAX];
	size_t n;
} ran = { .mutex = PTHREAD_MUTEX_INITIALIZER };
static atomic_int n_at_once, n_at_once_max, n_runs, n_committing;
static struct process ended_process; /* read once its end is seen in the database */

static void
note(char letter)
{
	pthread_mutex_lock(&ran.mutex);
	ran.text[ran.n++ % LOG_MAX] = letter;
	pthread_mutex_unlock(&ran.mutex);
}

static char
letter_of(const struct process *process)
{
	const char *at = memchr(process->payload.json, ':', process->payload.len);

	return at ? at[2] : '?';
}

static const struct error *
add_effect(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	static const struct db_statement statement = { "effect_add", "INSERT INTO effects (process, tenant) VALUES ($1, $2)", DB_EXEC, 2, NULL };

	if (outcome->verdict != STEP_RETRY && outcome->verdict != STEP_FAILED)
		query_send(req, &statement, PARAMS(P_INT(process->id), P_INT(process->tenant)));
	return NULL;
}

static void
run_first(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	ck_assert_ptr_null(req->db); /* no connection, no transaction */
	note(letter_of(process));
	outcome->verdict = STEP_NEXT;
	outcome->next = "second";
	outcome->payload = (struct doc){ "{\"name\":\"2\"}", 12 };
}

static void
run_note(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	(void)req;
	(void)outcome;
	int n = atomic_fetch_add(&n_at_once, 1) + 1, seen = atomic_load(&n_at_once_max);
	while (n > seen && !atomic_compare_exchange_weak(&n_at_once_max, &seen, n))
		;
	note(letter_of(process));
	(void)poll(NULL, 0, 5);
	atomic_fetch_sub(&n_at_once, 1);
}

static void
run_failing(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	(void)req;
	(void)process;
	atomic_fetch_add(&n_runs, 1);
	*outcome = (struct step_outcome){ .verdict = STEP_RETRY, .delay_us = 1000, .reason = "it does not want to" };
}

static void
wait_for_number(const atomic_int *number, int want)
{
	for (int i = 0; i < WAIT_STEPS_MAX && atomic_load(number) < want; i++)
		(void)poll(NULL, 0, WAIT_STEP_MS);
}

/* Keeps its connection until the step that was robbed runs for the second time. */
static const struct error *
commit_slowly(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	(void)req;
	(void)process;
	(void)outcome;
	atomic_fetch_add(&n_committing, 1);
	wait_for_number(&n_runs, 2);
	(void)poll(NULL, 0, 100); /* both runs wait for a connection by then */
	return NULL;
}

/* Somebody else claims the row while this step runs, and ends with it. */
static void
run_robbed(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	(void)req;
	(void)outcome;
	wait_for_number(&n_committing, 2);
	if (atomic_fetch_add(&n_runs, 1) == 0) {
		char sql[128];
		(void)snprintf(sql, sizeof(sql), "UPDATE identity.processes SET fence = fence + 1, next_at = now(), lease_until = now() WHERE id = %lld",
		    (long long)process->id);
		harness_execute(harness, sql);
		wait_for_number(&n_runs, 2);
	}
}

/* Ends only when the claimer waits for its row to renew the lease. */
static const struct error *
commit_under_renewal(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	int64_t began_us = clock_monotonic_us();

	(void)req;
	ended_process = *process;
	for (int i = 0; i < WAIT_STEPS_MAX && harness_count(harness, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
	    "AND query LIKE 'UPDATE processes p SET lease_until%'") == 0; i++)
		(void)poll(NULL, 0, WAIT_STEP_MS);
	outcome->delay_us = clock_monotonic_us() - began_us + 500000; /* from the transaction's beginning: long enough to be looked at */
	return NULL;
}

static const struct step two_steps[] = { { .name = "first", .run = run_first }, { .name = "second", .run = run_note, .commit = add_effect } };
static const struct step note_steps[] = { { .name = "note", .run = run_note, .commit = add_effect } };
static const struct step failing_steps[] = { { .name = "fail", .run = run_failing, .commit = add_effect } };
static const struct step robbed_steps[] = { { .name = "rob", .run = run_robbed, .commit = add_effect } };
static const struct step renewed_steps[] = { { .name = "first", .run = run_first, .commit = commit_under_renewal }, { .name = "second", .run = run_note } };
static const struct step slow_steps[] = { { .name = "slow", .commit = commit_slowly } };
static const struct process_kind kinds[] = {
	{ .name = "two", .steps = two_steps, .n_steps = 2 },
	{ .name = "note", .steps = note_steps, .n_steps = 1 },
	{ .name = "failing", .steps = failing_steps, .n_steps = 1, .attempts_max = 3 },
	{ .name = "robbed", .steps = robbed_steps, .n_steps = 1 },
	{ .name = "slow", .steps = slow_steps, .n_steps = 1 },
	{ .name = "renewed", .steps = renewed_steps, .n_steps = 2 },
};
static const struct service_definition definition = { .name = "identity", .processes = kinds, .n_processes = 6 };

/* ---- helpers ---- */

static void
wait_for(const char *sql, int64_t want)
{
	for (int i = 0; i < WAIT_STEPS_MAX && harness_count(harness, sql) != want; i++)
		(void)poll(NULL, 0, WAIT_STEP_MS);
	ck_assert_msg(harness_count(harness, sql) == want, "waited in vain for %lld: %s", (long long)want, sql);
}

static void
wait_until_done(void)
{
	wait_for("SELECT count(*) FROM identity.processes WHERE kind <> 'timer'", 0);
}

struct starts {
	const struct process_start *list;
	size_t n;
};

static const struct error *
start_all(struct request *req, void *context)
{
	const struct starts *starts = context;

	return process_start_many(req, starts->list, starts->n);
}

static void
start_many(int64_t tenant, const struct process_start *list, size_t n)
{
	struct starts starts = { list, n };
	const struct error *error = harness_act(harness, tenant, start_all, &starts);

	ck_assert_msg(!error, "%s: %s", error ? error->message : "", error && error->cause ? error->cause : "");
}

static void
start_one(int64_t tenant, struct process_start start)
{
	start_many(tenant, &start, 1);
}

static void
setup(void)
{
	harness = harness_start(&definition);
	harness_execute(harness, "CREATE TABLE identity.effects (id bigserial, process bigint, tenant bigint); "
	    "GRANT INSERT ON identity.effects TO PUBLIC; GRANT USAGE ON SEQUENCE identity.effects_id_seq TO PUBLIC");
	ran.n = 0;
	n_at_once_max = n_runs = n_committing = 0;
	memset(ran.text, 0, sizeof(ran.text));
}

static void
teardown(void)
{
	harness_runner_stop(harness);
	harness_stop(harness);
}

static const struct error *
restart(struct request *req, void *context)
{
	return process_restart(req, "failing", "f", context);
}

static const struct error *
cancel(struct request *req, void *context)
{
	return process_cancel(req, "note", "c", true, context);
}

/* ---- tests ---- */

START_TEST(steps_run_in_order_and_the_row_leaves)
{
	start_one(1, (struct process_start){ .kind = "two", .payload = "{\"name\":\"1\"}" });
	harness_runner_start(harness);
	wait_until_done();
	ck_assert_str_eq(ran.text, "12");
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.effects WHERE tenant = 1"), 1);
}
END_TEST

START_TEST(a_key_starts_one_process)
{
	struct process_start start = { .kind = "note", .key = "once", .payload = "{\"name\":\"a\"}" };

	start_one(1, start);
	start_one(1, start);
	start_one(2, start);
	harness_runner_start(harness);
	wait_until_done();
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.effects"), 2);
}
END_TEST

START_TEST(a_failing_step_is_set_aside_and_can_be_restarted)
{
	bool is_found = false;

	start_one(1, (struct process_start){ .kind = "failing", .key = "f" });
	harness_runner_start(harness);
	wait_for("SELECT count(*) FROM identity.processes WHERE state = 'set_aside' AND attempts = 3 AND last_error = 'it does not want to'", 1);
	ck_assert_int_eq(atomic_load(&n_runs), 3);
	ck_assert_ptr_null(harness_act(harness, 1, restart, &is_found));
	ck_assert(is_found);
	for (int i = 0; i < WAIT_STEPS_MAX && atomic_load(&n_runs) < 6; i++)
		(void)poll(NULL, 0, WAIT_STEP_MS);
	ck_assert_int_eq(atomic_load(&n_runs), 6);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.effects"), 0);
}
END_TEST

/* Not even in one transaction with who has it. */
START_TEST(who_lost_the_lease_cannot_commit)
{
	start_one(1, (struct process_start){ .kind = "note", .payload = "{\"name\":\"a\"}" });
	harness_runner_start(harness);
	wait_until_done();
	wait_for("SELECT count(*) FROM identity.processes WHERE lease_until > now()", 0); /* timers need a connection, too */
	harness_execute(harness, "DELETE FROM identity.effects");
	start_one(2, (struct process_start){ .kind = "slow" }); /* these two keep both connections, */
	start_one(3, (struct process_start){ .kind = "slow" }); /* so that both runs end together */
	start_one(1, (struct process_start){ .kind = "robbed" });
	wait_until_done();
	ck_assert_int_eq(atomic_load(&n_runs), 2);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.effects"), 1);
}
END_TEST

static const struct error *
hold_again(struct request *req, void *context)
{
	return process_hold(req, &ended_process, context);
}

/* Neither its lease, which would keep the next step waiting, nor a second commit. */
START_TEST(a_step_that_has_ended_has_nothing_to_renew_or_repeat)
{
	bool is_mine = true;

	start_one(1, (struct process_start){ .kind = "renewed", .payload = "{\"name\":\"1\"}" });
	harness_runner_start(harness);
	wait_for("SELECT count(*) FROM identity.processes WHERE kind = 'renewed' AND step = 'second'", 1);
	int64_t ended_us = clock_monotonic_us();
	ck_assert_ptr_null(harness_act(harness, 1, hold_again, &is_mine));
	ck_assert(!is_mine);
	wait_until_done();
	ck_assert_int_lt(clock_monotonic_us() - ended_us, PROCESS_LEASE_MS * 1000 / 2);
	ck_assert_str_eq(ran.text, "12");
}
END_TEST

START_TEST(processes_of_one_ordering_run_one_after_the_other)
{
	struct process_start starts[20];
	char payloads[20][16];

	for (int i = 0; i < 20; i++) {
		(void)snprintf(payloads[i], sizeof(payloads[i]), "{\"name\":\"%c\"}", 'a' + i);
		starts[i] = (struct process_start){ .kind = "note", .ordering = "entity 1", .payload = payloads[i] };
	}
	harness_runner_start(harness);
	start_many(1, starts, 10);
	start_many(1, starts + 10, 10);
	wait_until_done();
	ck_assert_str_eq(ran.text, "abcdefghijklmnopqrst");
	ck_assert_int_eq(atomic_load(&n_at_once_max), 1);
}
END_TEST

static const struct error *
narrow_lane(struct request *req, void *context)
{
	return process_lane_set(req, "narrow", 2, *(const bool *)context);
}

START_TEST(a_lane_has_a_limit_and_can_rest)
{
	struct process_start starts[30];
	bool is_paused = true;

	for (int i = 0; i < 30; i++)
		starts[i] = (struct process_start){ .kind = "note", .lane = "narrow", .payload = "{\"name\":\"x\"}" };
	ck_assert_ptr_null(harness_act(harness, 1, narrow_lane, &is_paused));
	start_many(1, starts, 30);
	harness_runner_start(harness);
	start_one(1, (struct process_start){ .kind = "note", .lane = "wide", .payload = "{\"name\":\"w\"}" });
	wait_for("SELECT count(*) FROM identity.processes WHERE kind <> 'timer'", 30);
	ck_assert_str_eq(ran.text, "w");
	is_paused = false;
	ck_assert_ptr_null(harness_act(harness, 1, narrow_lane, &is_paused));
	wait_until_done();
	ck_assert_int_le(atomic_load(&n_at_once_max), 2);
}
END_TEST

START_TEST(a_tenant_with_much_work_does_not_keep_another_waiting)
{
	struct process_start starts[200];

	for (int i = 0; i < 200; i++)
		starts[i] = (struct process_start){ .kind = "note", .payload = "{\"name\":\"m\"}" };
	start_many(1, starts, 200);
	start_one(2, (struct process_start){ .kind = "note", .payload = "{\"name\":\"s\"}" });
	harness_runner_start(harness);
	wait_until_done();
	const char *single = strchr(ran.text, 's');
	ck_assert_ptr_nonnull(single);
	ck_assert_int_lt(single - ran.text, 20);
}
END_TEST

START_TEST(the_future_waits_and_a_cancelled_process_never_runs)
{
	bool is_found = false;

	harness_runner_start(harness);
	start_one(1, (struct process_start){ .kind = "note", .at_us = clock_now_us() + 300000, .payload = "{\"name\":\"l\"}" });
	start_one(1, (struct process_start){ .kind = "note", .key = "c", .at_us = clock_now_us() + 3600 * INT64_C(1000000), .payload = "{\"name\":\"c\"}" });
	start_one(1, (struct process_start){ .kind = "note", .payload = "{\"name\":\"e\"}" });
	ck_assert_ptr_null(harness_act(harness, 1, cancel, &is_found));
	ck_assert(is_found);
	wait_until_done();
	ck_assert_str_eq(ran.text, "el");
}
END_TEST

START_TEST(another_tenant_sees_no_process)
{
	bool is_found = true;

	start_one(1, (struct process_start){ .kind = "note", .key = "c", .at_us = clock_now_us() + 3600 * INT64_C(1000000) });
	ck_assert_ptr_null(harness_act(harness, 2, cancel, &is_found));
	ck_assert(!is_found);
	harness_runner_start(harness);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("processes");
	TCase *tcase = tcase_create("runner");
	SRunner *runner = srunner_create(suite);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, steps_run_in_order_and_the_row_leaves);
	tcase_add_test(tcase, a_key_starts_one_process);
	tcase_add_test(tcase, a_failing_step_is_set_aside_and_can_be_restarted);
	tcase_add_test(tcase, who_lost_the_lease_cannot_commit);
	tcase_add_test(tcase, a_step_that_has_ended_has_nothing_to_renew_or_repeat);
	tcase_add_test(tcase, processes_of_one_ordering_run_one_after_the_other);
	tcase_add_test(tcase, a_lane_has_a_limit_and_can_rest);
	tcase_add_test(tcase, a_tenant_with_much_work_does_not_keep_another_waiting);
	tcase_add_test(tcase, the_future_waits_and_a_cancelled_process_never_runs);
	tcase_add_test(tcase, another_tenant_sees_no_process);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
