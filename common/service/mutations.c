/* Mutations: several that waited together share a transaction, and one statement where they write the same kind of row. */
#include <assert.h>
#include <string.h>

#include "charge.h"
#include "clock.h"
#include "codec/msgpack.h"
#include "contract/policy.h"
#include "fair.h"
#include "process/runner.h"
#include "service_internal.h"

/* One failure in a group makes all of it run again one by one.  Nobody shall slow down others by provoking that over and over. */
enum { CAREFUL_US = 1000000, GROUPED_INPUT_BYTES_MAX = 16 * 1024 };

bool
dispatch_fits_write(const struct job *first, const struct job *other)
{
	/* Each has its own savepoint and tenant: any two mutations of one role may share a commit.  Large ones go alone: what a group
	 * writes comes to consumers in one piece. */
	if (first->envelope.n_input > GROUPED_INPUT_BYTES_MAX || other->envelope.n_input > GROUPED_INPUT_BYTES_MAX)
		return false;
	const struct principal *one = &first->envelope.principal, *two = &other->envelope.principal;
	if (fair_is_long(first) || fair_is_long(other))
		return false;
	if (one->narrow || two->narrow) /* rows of a group are written in one scope */
		return false;
	/* What counts a key is locked until the commit: two groups with two such keys would wait for each other. */
	if (one->key_id != two->key_id && (principal_is_counted(one) || principal_is_counted(two)))
		return false;
	return ((first->row->operation->flags ^ other->row->operation->flags) & OPERATION_SYSTEM) == 0;
}

/* Run one mutation inside the open transaction.  True when its changes may stay. */
static bool
write_one(struct job *job)
{
	bool is_replay = false;

	job->error = idempotency_claim(job, &is_replay);
	if (job->error || is_replay) {
		job->is_replayed = is_replay && !job->error;
		return false;
	}
	if (!(job->row->operation->flags & OPERATION_INTERNAL))
		job->error = request_spend(&job->req, BUDGET_WRITES_PER_MINUTE, 1);
	if (job->error)
		return false;
	dispatch_call(job);
	if (job->error && !job->req.keeps_refusal)
		return false;
	if (!job->error && job->req.reservation_id)
		charge_note_done(&job->req);
	if (!job->error)
		dispatch_encode(job);
	outbox_write(&job->req);
	if (!job->error)
		idempotency_store(job);
	return true;
}

enum group_outcome { GROUP_COMMITTED, GROUP_RERUN, GROUP_UNKNOWN };

static bool
is_undone(const struct job *job, bool stays)
{
	return !stays || job->req.dry_run;
}

/* What a careful worker waits for, and a dry run before it is undone. */
static bool
check_sent(struct job *job)
{
	enum db_status status = db_drain(job->req.db);

	if (status != DB_OK)
		job->error = request_db_error(&job->req, status, "queued statements");
	return status == DB_OK;
}

/* One mutation of a group; it has a savepoint if it has sent a statement of its own.  False when the whole transaction is beyond use. */
static bool
write_in_group(struct worker *worker, struct job *job)
{
	struct request *req = &job->req;
	int64_t tenant = req->tenant;
	bool is_careful = clock_monotonic_us() < worker->careful_until_us;

	worker->own.n = 0;
	req->own = req->dry_run || is_careful ? NULL : &worker->own;
	req->earlier = &worker->earlier;
	req->has_savepoint = false;
	if (!req->own)
		gather_settle(req);
	bool stays = write_one(job);
	if (req->is_lost || req->must_rerun)
		return false;
	if (stays && !req->own && !check_sent(job)) {
		if (req->is_lost || req->must_rerun)
			return false;
		stays = false;
	}
	if (is_undone(job, stays))
		return !req->has_savepoint || db_rollback_to(req->db) == DB_OK;
	if (req->own && req->tenant != tenant) /* it acted for another one, whose scope ends here */
		gather_settle(req);
	if (req->own)
		gather_keep(req); /* saves a round trip: what was checked under the row's lock hardly ever fails */
	if (req->has_savepoint)
		db_release_unseen(req->db);
	return true;
}

/* The rows that the next mutations of this tenant will change, locked at once.  Returns how many mutations that were; 0: the transaction is beyond use. */
static size_t
lock_ahead(struct worker *worker, struct job **jobs, size_t n_max)
{
	const struct ahead *ahead = &worker->service->definition->ahead;
	const struct operation *operations[GROUP_MAX];
	const void *in[GROUP_MAX], *held = NULL;
	size_t n = 0;

	if (principal_is_counted(&jobs[0]->envelope.principal)) /* what counts a key is locked before what it changes */
		return 1;
	for (; ahead->knows && n < n_max && jobs[n]->req.tenant == jobs[0]->req.tenant && !jobs[n]->req.dry_run; n++) {
		operations[n] = jobs[n]->row->operation;
		in[n] = jobs[n]->in;
		if (!ahead->knows(operations[n]))
			break;
	}
	if (n < 2)
		return 1;
	if (ahead->lock(&jobs[0]->req, operations, in, n, &held))
		return 0;
	for (size_t i = 0; i < n; i++)
		jobs[i]->req.held = held;
	return n;
}

static enum group_outcome
commit(struct worker *worker, struct job **jobs, size_t n)
{
	enum db_status status = db_commit(jobs[0]->req.db);
	if (status == DB_OK) {
		atomic_store(&worker->service->has_written, true);
		bool has_processes = false;
		for (size_t i = 0; i < n; i++)
			has_processes |= jobs[i]->req.has_processes;
		if (has_processes)
			runner_poke();
		return GROUP_COMMITTED;
	}
	if (status == DB_REFUSED)
		return GROUP_RERUN;
	for (size_t i = 0; i < n; i++) {
		if ((jobs[i]->error && !jobs[i]->req.keeps_refusal) || jobs[i]->req.dry_run)
			continue;
		jobs[i]->is_replayed = false; /* perhaps of one of this very group */
		jobs[i]->error = FAIL(&jobs[i]->req, SERVICE_UNAVAILABLE,
		    "the connection was lost while committing: the change may or may not have happened");
	}
	return GROUP_UNKNOWN;
}

/* Rows that wait belong to the tenant whose scope is set. */
static void
enter_tenant(struct worker *worker, struct job *job, struct db_scope *scope)
{
	if (job->req.tenant != scope->tenant)
		gather_write(&job->req, &worker->earlier);
	scope->tenant = request_scope(&job->req).tenant;
	db_set_scope(job->req.db, scope);
}

static enum group_outcome
run_group(struct worker *worker, struct job **jobs, size_t n)
{
	struct db_scope scope = request_scope(&jobs[0]->req);
	struct db *db = jobs[0]->req.db;
	int64_t deadline_us = jobs[0]->req.deadline_us;
	size_t n_locked = 0;

	for (size_t i = 1; i < n; i++) {
		if (jobs[i]->req.deadline_us < deadline_us)
			deadline_us = jobs[i]->req.deadline_us;
	}
	worker->earlier.n = 0;
	db_set_deadline(db, deadline_us);
	db_begin(db, &scope);
	for (size_t i = 0; i < n; i++) {
		enter_tenant(worker, jobs[i], &scope);
		if (i == n_locked)
			n_locked += lock_ahead(worker, jobs + i, n - i);
		if (i == n_locked || !write_in_group(worker, jobs[i])) {
			db_rollback(db);
			return GROUP_RERUN;
		}
	}
	gather_write(&jobs[n - 1]->req, &worker->earlier);
	return commit(worker, jobs, n);
}

/* A mutation on its own needs no savepoint: its statements, outbox row and COMMIT leave in one flight. */
static enum group_outcome
run_single(struct worker *worker, struct job *job)
{
	struct db_scope scope = request_scope(&job->req);
	struct db *db = job->req.db;

	worker->own.n = 0;
	job->req.own = job->req.dry_run ? NULL : &worker->own;
	db_set_deadline(db, job->req.deadline_us);
	db_begin(db, &scope);
	if (write_one(job) && !job->req.dry_run) {
		gather_settle(&job->req);
		enum db_status status = db_commit(db);
		if (status == DB_OK) {
			atomic_store(&worker->service->has_written, true);
			if (job->req.has_processes)
				runner_poke();
			return GROUP_COMMITTED;
		}
		job->error = request_db_error(&job->req, status, "commit");
		if (status == DB_LOST) {
			job->error = FAIL(&job->req, SERVICE_UNAVAILABLE,
			    "the connection was lost while committing: the change may or may not have happened");
			return GROUP_UNKNOWN;
		}
	} else if (!job->error && !job->req.is_lost) {
		enum db_status status = db_drain(db);
		job->error = request_db_error(&job->req, status, "queued statements");
	}
	db_rollback(db);
	return job->req.must_rerun || job->req.is_lost ? GROUP_RERUN : GROUP_COMMITTED;
}

static void
run_alone(struct worker *worker, struct job *job)
{
	enum { TRIES_MAX = 3 };

	for (int i = 0; i < TRIES_MAX; i++) {
		if (i > 0) {
			metric_add(worker->service->reruns, 1);
			dispatch_run_again(worker, job);
			job->error = dispatch_admit(&job->req);
			if (job->error)
				return;
		}
		if (run_single(worker, job) != GROUP_RERUN)
			return;
	}
}

static void
write_alone(struct worker *worker, struct job *job)
{
	dispatch_start_over(worker, job);
	job->admitted = arena_mark(job->arena);
	job->req.may_move = job->may_move = false; /* what is paid for is under way */
	run_alone(worker, job);
}

static bool
comes_later(const struct job *job, const struct job *other)
{
	if (job->req.tenant != other->req.tenant)
		return job->req.tenant > other->req.tenant;
	return job->lock_order > other->lock_order;
}

/* Groups of all instances take their locks in one order, so they wait for each other but not in a circle.  A tenant's are together, and one
 * entity's mutations stay as they came. */
static void
sort_by_lock_order(struct job **jobs, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct job *job = jobs[i];
		size_t j = i;
		for (; j > 0 && comes_later(jobs[j - 1], job); j--)
			jobs[j] = jobs[j - 1];
		jobs[j] = job;
	}
}

/* Answers go out; what takes long leaves for the worker of such.  Returns how many were answered. */
static size_t
answer_or_move(struct worker *worker, struct job **jobs, size_t n)
{
	struct job_chain moved = { NULL, NULL };
	size_t n_answered = 0;

	for (size_t i = 0; i < n; i++) {
		if (jobs[i]->req.moves) {
			arena_rewind(jobs[i]->arena, jobs[i]->admitted);
			chain_add(&moved, jobs[i]);
			continue;
		}
		dispatch_reply(worker, jobs[i]);
		jobs[n_answered++] = jobs[i];
	}
	(void)queue_push(&worker->service->long_writes, &moved);
	return n_answered;
}

size_t
dispatch_writes(struct worker *worker, struct job **jobs, size_t n)
{
	struct job *ready[GROUP_MAX];

	for (size_t i = 0; i < n; i++)
		jobs[i]->may_move = worker->queue && worker->queue != &worker->service->long_writes;
	size_t n_ready = dispatch_admit_all(worker, jobs, n, ready);

	if (n_ready == 1)
		run_alone(worker, ready[0]);
	if (n_ready > 1) {
		metric_add(worker->service->groups, 1);
		metric_add(worker->service->grouped, (int64_t)n_ready);
		sort_by_lock_order(ready, n_ready);
		enum group_outcome outcome = run_group(worker, ready, n_ready);
		if (outcome == GROUP_RERUN)
			worker->careful_until_us = clock_monotonic_us() + CAREFUL_US;
		for (size_t i = 0; outcome == GROUP_RERUN && i < n_ready; i++) {
			dispatch_run_again(worker, ready[i]);
			run_alone(worker, ready[i]);
		}
	}
	for (size_t i = 0; i < n_ready; i++) {
		if (ready[i]->req.moves)
			continue;
		if (charge_is_asked(ready[i]))
			charge_run(worker, ready[i], write_alone);
		if (ready[i]->row->complete && !ready[i]->error && !ready[i]->req.dry_run)
			dispatch_complete(ready[i]);
	}
	return answer_or_move(worker, jobs, n);
}
