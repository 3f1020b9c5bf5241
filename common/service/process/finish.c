/* The ends of steps: what they have done is committed with what follows.
 *
 * Steps that end while a connection is busy are committed together: one transaction for those of a tenant, one statement for what they have in
 * common.  What spoils a group is found by committing its steps one by one. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"

enum { CONNECTIONS_MAX = 16, TOGETHER_MAX = 32, COMMIT_TIMEOUT_MS = 5000, COMMIT_TRIES_MAX = 3 };

struct connections {
	struct db *tenant, *system;
};

static struct {
	struct connections connections[CONNECTIONS_MAX];
	size_t n_connections; /* not borrowed */
	struct finish *first, **end; /* steps that wait for their commit */
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct metric *groups, *grouped;
} pool = { .end = &pool.first, .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

void
step_request_init(struct request *req, struct worker *worker, const struct claimed_row *row, struct arena *arena, struct principal *principal)
{
	request_init(req, worker, arena, NULL);
	*principal = principal_system;
	principal->tenant = row->tenant;
	req->principal = principal;
	req->tenant = row->tenant;
	req->db = row->tenant ? worker->db : worker->system_db; /* none while the step runs */
	if (row->request_id)
		req->request_id = row->request_id;
	req->trace_parent = row->trace_parent;
	req->labels = row->labels;
}

static bool
has_effect(const struct finish *finish)
{
	return finish->step && finish->step->commit;
}

/* What system work did for tenants is done: the row is its own. */
static void
act_as_before(struct request *req, const struct finish *finish)
{
	if (req->tenant != finish->row->tenant)
		request_act_for(req, finish->row->tenant);
}

/* ---- one ---- */

static const struct error *
finish_once(struct worker *worker, struct finish *finish)
{
	struct request req;
	struct principal principal;

	step_request_init(&req, worker, finish->row, finish->arena, &principal);
	req.in_transaction = true;
	req.deadline_us = req.now_us + COMMIT_TIMEOUT_MS * 1000;
	struct db *db = req.db;
	db_set_deadline(db, req.deadline_us);
	struct db_scope scope = request_scope(&req);
	db_begin(db, &scope);
	finish->is_mine = true;
	const struct error *error = has_effect(finish) ? process_hold(&req, finish->process, &finish->is_mine) : NULL;
	if (!error && finish->is_mine && has_effect(finish))
		error = finish->step->commit(&req, finish->process, finish->outcome);
	if (!error)
		act_as_before(&req, finish);
	if (!error && finish->is_mine)
		error = process_finish(&req, finish->process, finish->outcome, &finish->is_mine);
	finish->must_rerun = req.must_rerun;
	if (error || !finish->is_mine) {
		db_rollback(db);
		return error;
	}
	outbox_write(&req);
	enum db_status status = db_commit(db);
	if (status != DB_OK) {
		error = request_db_error(&req, status, "commit of a step");
		finish->must_rerun = req.must_rerun;
	} else if (req.n_events > 0) {
		service_poke();
	}
	return error;
}

static void
finish_alone(struct worker *worker, struct finish *finish)
{
	for (int i = 0; i < COMMIT_TRIES_MAX; i++) {
		*finish->outcome = finish->wanted;
		finish->error = finish_once(worker, finish);
		if (!finish->error || !finish->must_rerun)
			break;
	}
}

/* ---- many ---- */

static int
by_id(const void *a, const void *b)
{
	const struct finish *const *left = a, *const *right = b;

	return ((*left)->process->id > (*right)->process->id) - ((*left)->process->id < (*right)->process->id);
}

/* The hooks of those that still have their lease, and what they emit. */
static const struct error *
run_hooks(struct request *reqs, struct finish **group, size_t n)
{
	const struct error *error = NULL;

	for (size_t i = 0; !error && i < n; i++) {
		*group[i]->outcome = group[i]->wanted;
		if (!group[i]->is_mine)
			continue;
		if (has_effect(group[i]))
			error = group[i]->step->commit(&reqs[i], group[i]->process, group[i]->outcome);
		if (error)
			return error;
		act_as_before(&reqs[i], group[i]);
		outbox_write(&reqs[i]);
	}
	return error;
}

/* False: nothing was committed, or nobody knows; each is to be tried by itself, and the fence tells those that were. */
static bool
finish_together(struct worker *worker, struct finish **group, size_t n)
{
	struct arena *arena = group[0]->arena;
	struct request *reqs = ARENA_ARRAY(arena, struct request, n);
	struct principal *principals = ARENA_ARRAY(arena, struct principal, n);
	size_t n_events = 0;

	qsort(group, n, sizeof(struct finish *), by_id);
	for (size_t i = 0; i < n; i++) {
		step_request_init(&reqs[i], worker, group[i]->row, group[i]->arena, &principals[i]);
		reqs[i].in_transaction = true;
		reqs[i].deadline_us = reqs[i].now_us + COMMIT_TIMEOUT_MS * 1000;
		reqs[i].own = &worker->own;
	}
	struct db *db = reqs[0].db;
	worker->own.n = 0;
	db_set_deadline(db, reqs[0].deadline_us);
	struct db_scope scope = request_scope(&reqs[0]);
	db_begin(db, &scope);
	const struct error *error = processes_hold(&reqs[0], group, n);
	if (!error)
		error = run_hooks(reqs, group, n);
	if (!error)
		error = processes_finish(&reqs[0], group, n);
	if (error) {
		db_rollback(db);
		return false;
	}
	if (db_commit(db) != DB_OK)
		return false;
	for (size_t i = 0; i < n; i++) {
		group[i]->error = NULL;
		n_events += group[i]->is_mine ? reqs[i].n_events : 0;
	}
	if (n_events > 0)
		service_poke();
	return true;
}

static void
finish_group(struct worker *worker, struct finish **group, size_t n)
{
	metric_add(pool.groups, 1);
	metric_add(pool.grouped, (int64_t)n);
	if (n == 1 || !finish_together(worker, group, n)) {
		for (size_t i = 0; i < n; i++)
			finish_alone(worker, group[i]);
	}
	awaits_tell(group, n);
}

/* ---- waiting ---- */

/* The first that waits, and others of its tenant. */
static size_t
take_group(struct finish **group)
{
	size_t n = 0;
	int64_t tenant = pool.first->row->tenant;

	for (struct finish **at = &pool.first; *at && n < TOGETHER_MAX;) {
		struct finish *finish = *at;
		if (finish->row->tenant != tenant) {
			at = &finish->next;
			continue;
		}
		*at = finish->next;
		if (!*at)
			pool.end = at;
		group[n++] = finish;
	}
	return n;
}

/* Commit for all that wait with this thread's worker: theirs wait meanwhile.  Called with the mutex held. */
static void
lead(struct worker *worker)
{
	struct finish *group[TOGETHER_MAX];
	struct connections connections = pool.connections[--pool.n_connections];
	size_t n = take_group(group);

	pthread_mutex_unlock(&pool.mutex);
	worker->db = connections.tenant;
	worker->system_db = connections.system;
	finish_group(worker, group, n);
	worker->db = worker->system_db = NULL;
	pthread_mutex_lock(&pool.mutex);
	pool.connections[pool.n_connections++] = connections;
	for (size_t i = 0; i < n; i++)
		group[i]->is_done = true;
	pthread_cond_broadcast(&pool.changed);
}

const struct error *
finish_step(struct finish *finish)
{
	finish->wanted = *finish->outcome;
	finish->is_done = false;
	finish->next = NULL;
	pthread_mutex_lock(&pool.mutex);
	*pool.end = finish;
	pool.end = &finish->next;
	while (!finish->is_done) {
		if (pool.first && pool.n_connections > 0)
			lead(finish->worker);
		else
			pthread_cond_wait(&pool.changed, &pool.mutex);
	}
	pthread_mutex_unlock(&pool.mutex);
	return finish->error;
}

void
finishes_init(struct service *service)
{
	for (int64_t i = 0; i < service->settings.step_connections; i++)
		pool.connections[pool.n_connections++] = (struct connections){ worker_db(service, "steps", false),
			worker_db(service, "steps", true) };
	pool.groups = metric_counter("wordclaw_step_groups_total", "Transactions in which steps ended.", NULL);
	pool.grouped = metric_counter("wordclaw_step_grouped_total", "Steps that ended in them.", NULL);
}

void
finishes_release(void)
{
	for (size_t i = 0; i < pool.n_connections; i++) {
		db_free(pool.connections[i].tenant);
		db_free(pool.connections[i].system);
	}
	pool.n_connections = 0;
}
