/* Transactions besides those of operations: of timers, consumers, commands, and what an operation goes on with. */
#include <assert.h>

#include "clock.h"
#include "process/runner.h"
#include "service_internal.h"

static const struct error *
run_in_transaction(struct request *req, int64_t timeout_ms, const struct error *(*run)(struct request *req, void *context), void *context)
{
	req->in_transaction = true;
	req->deadline_us = clock_now_us() + timeout_ms * 1000;
	db_set_deadline(req->db, req->deadline_us);
	struct db_scope scope = request_scope(req);
	db_begin(req->db, &scope);
	const struct error *error = run(req, context);
	if (error) {
		db_rollback(req->db);
		return error;
	}
	req->own = &req->worker->own; /* its events are one statement */
	req->own->n = 0;
	outbox_write(req);
	gather_settle(req);
	req->own = NULL;
	enum db_status status = db_commit(req->db);
	if (status != DB_OK)
		return request_db_error(req, status, "commit");
	if (req->n_events > 0)
		service_poke();
	if (req->has_processes)
		runner_poke();
	return NULL;
}

const struct error *
request_transaction(struct request *req, const struct error *(*run)(struct request *req, void *context), void *context)
{
	enum { TRIES_MAX = 3, TIMEOUT_MS = 5000 };
	const struct error *error = NULL;
	int64_t deadline_us = req->deadline_us;

	assert(!req->in_transaction && req->db);
	for (int i = 0; i < TRIES_MAX; i++) {
		req->must_rerun = req->is_lost = false;
		req->n_events = 0;
		error = run_in_transaction(req, TIMEOUT_MS, run, context);
		req->in_transaction = false;
		if (!error || !req->must_rerun)
			break;
	}
	req->deadline_us = deadline_us;
	return error;
}

const struct error *
transaction_run(struct worker *worker, struct arena *arena, int64_t timeout_ms,
    const struct error *(*run)(struct request *req, void *context), void *context)
{
	struct request req;

	request_init(&req, worker, arena, NULL);
	return run_in_transaction(&req, timeout_ms, run, context);
}

const struct error *
transaction_run_for(struct worker *worker, struct arena *arena, int64_t tenant, int64_t timeout_ms,
    const struct error *(*run)(struct request *req, void *context), void *context)
{
	struct request req;

	request_init(&req, worker, arena, NULL);
	req.db = worker->db;
	req.tenant = tenant;
	return run_in_transaction(&req, timeout_ms, run, context);
}
