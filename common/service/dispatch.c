/* What every operation needs around its decision: admission, transaction, idempotency, dry run, outbox, reply. */
#include <assert.h>
#include <string.h>

#include "charge.h"
#include "clock.h"
#include "codec/msgpack.h"
#include "log.h"
#include "contract/policy.h"
#include "process/runner.h"
#include "service_internal.h"

/* ---- admission ---- */

static const struct error *
check_policy(struct request *req)
{
	struct policy_verdict verdict = policy_decide(&(struct policy_question){
	    .principal = req->principal,
	    .operation = req->op->policy,
	    .resource_type = req->op->resource_type,
	});
	if (verdict.is_allowed)
		return NULL;
	/* The gateway asks the same function before it reads the body; this is the second lock. */
	return error_make(req->arena, request_error_info(verdict.code), ERROR_WHERE, "%s may not do %s",
	    req->principal->id, req->op->policy);
}

const struct error *
dispatch_admit(struct request *req)
{
	if (clock_now_us() >= req->deadline_us)
		return FAIL(req, SERVICE_UNAVAILABLE, "the request waited past its deadline");
	if (req->op->flags & OPERATION_INTERNAL) {
		if (strcmp(req->principal->type, "system") == 0)
			return NULL;
		return FAIL(req, VALIDATION_ERROR, "%s is for services only", req->op->id);
	}
	if (req->dry_run && !(req->op->flags & OPERATION_DRY_RUN))
		return FAIL(req, VALIDATION_ERROR, "%s has no dry run", req->op->id);
	if (req->op->flags & OPERATION_PUBLIC)
		return NULL;
	return check_policy(req);
}

/* ---- reply ---- */

/* A code that the contract does not promise is our mistake: stop loudly instead of surprising the caller. */
static void
check_declared(struct job *job)
{
	bool is_declared = !job->error;

	for (const struct error_info *const *known = job->row->operation->errors; *known && !is_declared; known++)
		is_declared = *known == job->error->info;
	if (is_declared)
		return;
	/* A mistake of ours that a request found: its own transaction ends with a 500, the process and everybody else go on. */
	log_write(LOG_ERROR, "operation.undeclared_error", LOG_TEXT("operation", job->row->operation->id), LOG_TEXT("code", job->error->info->code),
	    LOG_TEXT("message", job->error->message));
	job->error = error_make(job->arena, &error_catalogue[ERROR_INTERNAL_SERVER_ERROR], ERROR_WHERE, "%s answered an error that it does not declare", job->row->operation->id);
}

static void
encode_output(struct job *job)
{
	struct buf buf;

	buf_init(&buf, job->arena, 1024);
	codec_msgpack_write(&buf, job->row->operation->response, job->out);
	job->output = buf.bytes;
	job->n_output = buf.len;
}

static void
measure(const struct worker *worker, const struct job *job)
{
	const struct error *error = job->error;
	int64_t took_us = clock_monotonic_us() - job->received_us;
	const struct operation *op = job->row->operation;
	bool is_fault = error && error->info->status >= 500;

	metric_add(!error ? job->metrics->ok : is_fault ? job->metrics->failed : job->metrics->refused, 1);
	metric_observe_us(job->metrics->seconds, took_us);
	/* Reads and the services' own bookkeeping are counted, not logged, while all goes well: a line each would cost as much as they do. */
	bool is_change = op->tx == OPERATION_TX_WRITE && !(op->flags & OPERATION_INTERNAL);
	enum log_level level = is_fault ? LOG_ERROR : is_change ? LOG_INFO : LOG_DEBUG;
	log_write(level, "request", LOG_TEXT("operation", op->id), LOG_TEXT("outcome", error ? error->info->code : "ok"),
	    LOG_TEXT("requestId", job->req.request_id), LOG_TEXT("traceParent", job->req.trace_parent),
	    LOG_TEXT("actor", job->req.principal->id), LOG_INT("tenant", job->req.principal->tenant),
	    LOG_INT("tookUs", took_us), LOG_TEXT("message", is_fault ? error->message : NULL),
	    LOG_TEXT("cause", error ? error->cause : NULL), LOG_TEXT("where", is_fault ? error->where : NULL));
	(void)worker;
}

void
dispatch_reply(struct worker *worker, struct job *job)
{
	const struct error *error = job->error;
	struct envelope_reply reply = {
		.correlation = job->envelope.correlation, .ok = !error, .is_replayed = job->is_replayed, .code = "",
	};

	if (!error && !job->output)
		encode_output(job);
	if (!error) {
		reply.output = job->output;
		reply.n_output = job->n_output;
		reply.effects = job->req.dry_run ? outbox_effects(&job->req) : NULL;
	} else {
		reply.code = error->info->code;
		reply.message = error->message;
		reply.remediation = error->remediation;
		reply.pointer = error->pointer;
		reply.context = error->context;
	}
	buf_init(&job->reply, job->arena, 512 + job->n_output);
	envelope_write_reply(&job->reply, &reply);
	measure(worker, job);
}

/* ---- one handler ---- */

static void
start_over(struct worker *worker, struct job *job)
{
	request_init_from(&job->req, worker, job);
	memset(job->out, 0, job->row->operation->response->size);
	job->error = NULL;
	job->output = NULL;
	job->is_replayed = false;
	job->req.prepared = job->prepared;
	job->req.paid_sats = job->paid_sats;
	job->req.reservation_id = job->reservation_id;
}

static void
call_one(struct job *job)
{
	const void *in[] = { job->in };
	void *out[] = { job->out };
	const struct error *errors[] = { NULL };
	job->error = slugs_resolve(&job->req, 1, &job->in, errors);
	if (!job->error && !errors[0] && job->row->batch)
		job->error = job->row->batch(&job->req, 1, in, out, errors);
	else if (!job->error && !errors[0])
		job->error = job->row->call(&job->req, job->in, job->out);
	if (!job->error)
		job->error = errors[0];
	check_declared(job);
}

/* ---- reads ---- */

bool
dispatch_fits_read(const struct job *first, const struct job *other)
{
	return first->row == other->row && first->row->batch
	    && first->envelope.principal.tenant == other->envelope.principal.tenant
	    && principals_have_same_scopes(&first->envelope.principal, &other->envelope.principal);
}

static void
call_batch(struct job **jobs, size_t n)
{
	void *in[BATCH_MAX] = { NULL }, *out[BATCH_MAX] = { NULL };
	const struct error *errors[BATCH_MAX] = { NULL }, *refusals[BATCH_MAX] = { NULL };

	for (size_t i = 0; i < n; i++) {
		in[i] = jobs[i]->in;
		out[i] = jobs[i]->out;
	}
	/* The first job's request serves all: they have the same tenant and scopes. */
	const struct error *error = slugs_resolve(&jobs[0]->req, n, in, refusals);
	if (!error)
		error = jobs[0]->row->batch(&jobs[0]->req, n, (const void *const *)in, out, errors);
	for (size_t i = 0; i < n; i++) {
		jobs[i]->error = error ? error : refusals[i] ? refusals[i] : errors[i];
		check_declared(jobs[i]);
	}
}

/* Outside the transaction: the operation may ask other services what it has to know. */
static void
prepare(struct job *job)
{
	job->req.in_transaction = false;
	job->error = job->row->prepare(&job->req, job->in);
	job->prepared = job->req.prepared;
	job->req.in_transaction = true;
	check_declared(job);
}

static size_t
admit_all(struct worker *worker, struct job **jobs, size_t n, struct job **ready)
{
	size_t n_ready = 0;

	for (size_t i = 0; i < n; i++) {
		start_over(worker, jobs[i]);
		jobs[i]->error = dispatch_admit(&jobs[i]->req);
		if (!jobs[i]->error && jobs[i]->row->prepare)
			prepare(jobs[i]);
		if (!jobs[i]->error)
			ready[n_ready++] = jobs[i];
	}
	return n_ready;
}

static bool
read_once(struct job **jobs, size_t n)
{
	struct db_scope scope = request_scope(&jobs[0]->req);
	struct db *db = jobs[0]->req.db;

	db_set_deadline(db, jobs[0]->req.deadline_us);
	db_begin_read(db, &scope);
	if (n == 1)
		call_one(jobs[0]);
	else
		call_batch(jobs, n);
	enum db_status status = db_end_read(db);
	if (status != DB_OK && !jobs[0]->error)
		jobs[0]->error = request_db_error(&jobs[0]->req, status, "end of read");
	return jobs[0]->req.is_lost;
}

static void
read_alone(struct worker *worker, struct job *job)
{
	start_over(worker, job);
	(void)read_once(&job, 1);
	if (!job->error && job->reservation_id)
		job->error = charge_note_read(worker, job);
}

void
dispatch_reads(struct worker *worker, struct job **jobs, size_t n)
{
	struct job *ready[BATCH_MAX];
	size_t n_ready = admit_all(worker, jobs, n, ready);

	if (n_ready > 0 && ready[0]->row->operation->tx == OPERATION_TX_NONE) {
		assert(n_ready == 1);
		call_one(ready[0]);
	} else if (n_ready > 0 && read_once(ready, n_ready)) {
		/* The connection was lost: a read may simply be asked again, once, on a new one. */
		for (size_t i = 0; i < n_ready; i++)
			start_over(worker, ready[i]);
		(void)read_once(ready, n_ready);
	}
	for (size_t i = 0; i < n_ready; i++) {
		if (charge_is_asked(ready[i]))
			charge_run(worker, ready[i], read_alone);
	}
	if (n > 1) {
		metric_add(worker->service->batches, 1);
		metric_add(worker->service->batched, (int64_t)n);
	}
	for (size_t i = 0; i < n; i++)
		dispatch_reply(worker, jobs[i]);
}

/* ---- writes ---- */

/* One failure in a group makes all of it run again one by one.  Nobody shall slow down others by provoking that over and over. */
enum { CAREFUL_US = 1000000, GROUPED_INPUT_BYTES_MAX = 16 * 1024 };

bool
dispatch_fits_write(const struct job *first, const struct job *other)
{
	/* Each has its own savepoint and tenant: any two mutations of one role may share a commit.  Large ones go alone: what a group
	 * writes comes to consumers in one piece. */
	if (first->envelope.n_input > GROUPED_INPUT_BYTES_MAX || other->envelope.n_input > GROUPED_INPUT_BYTES_MAX)
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
	call_one(job);
	if (job->error && !job->req.keeps_refusal)
		return false;
	if (!job->error && job->req.reservation_id)
		charge_note_done(&job->req);
	if (!job->error)
		encode_output(job);
	outbox_write(&job->req);
	if (!job->error)
		idempotency_store(job);
	return true;
}

enum group_outcome { GROUP_COMMITTED, GROUP_RERUN, GROUP_UNKNOWN };

/* One mutation under its savepoint.  False when the whole transaction is beyond use. */
static bool
write_in_savepoint(struct worker *worker, struct job *job)
{
	bool stays = write_one(job);
	if (job->req.is_lost || job->req.must_rerun)
		return false;
	bool is_careful = clock_monotonic_us() < worker->careful_until_us;
	if (stays && !job->req.dry_run && !is_careful) {
		db_release_unseen(job->req.db); /* saves a round trip: what was checked under the row's lock hardly ever fails */
		return true;
	}
	if (stays && !job->req.dry_run) {
		enum db_status status = db_release(job->req.db);
		if (status == DB_OK)
			return true;
		job->error = request_db_error(&job->req, status, "queued statements");
		if (job->req.is_lost || job->req.must_rerun)
			return false;
	} else if (stays) {
		enum db_status status = db_drain(job->req.db);
		if (status != DB_OK)
			job->error = request_db_error(&job->req, status, "queued statements");
		if (job->req.is_lost || job->req.must_rerun)
			return false;
	}
	return db_rollback_to(job->req.db) == DB_OK;
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
		if ((jobs[i]->error && !jobs[i]->req.keeps_refusal) || jobs[i]->is_replayed || jobs[i]->req.dry_run)
			continue;
		jobs[i]->error = FAIL(&jobs[i]->req, SERVICE_UNAVAILABLE,
		    "the connection was lost while committing: the change may or may not have happened");
	}
	return GROUP_UNKNOWN;
}

static enum group_outcome
run_group(struct worker *worker, struct job **jobs, size_t n)
{
	struct db_scope scope = request_scope(&jobs[0]->req);
	struct db *db = jobs[0]->req.db;
	int64_t deadline_us = jobs[0]->req.deadline_us;

	for (size_t i = 1; i < n; i++) {
		if (jobs[i]->req.deadline_us < deadline_us)
			deadline_us = jobs[i]->req.deadline_us;
	}
	db_set_deadline(db, deadline_us);
	db_begin(db, &scope);
	for (size_t i = 0; i < n; i++) {
		if (i > 0) {
			scope = request_scope(&jobs[i]->req);
			db_set_scope(db, &scope);
		}
		db_savepoint(db);
		if (!write_in_savepoint(worker, jobs[i])) {
			db_rollback(db);
			return GROUP_RERUN;
		}
	}
	return commit(worker, jobs, n);
}

/* A mutation on its own needs no savepoint: its statements, outbox row and COMMIT leave in one flight. */
static enum group_outcome
run_single(struct worker *worker, struct job *job)
{
	struct db_scope scope = request_scope(&job->req);
	struct db *db = job->req.db;

	db_set_deadline(db, job->req.deadline_us);
	db_begin(db, &scope);
	if (write_one(job) && !job->req.dry_run) {
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
			start_over(worker, job);
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
	start_over(worker, job);
	run_alone(worker, job);
}

/* Groups of all instances take their locks in one order, so they wait for each other but not in a circle.  One entity's
 * mutations stay as they came. */
static void
sort_by_lock_order(struct job **jobs, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct job *job = jobs[i];
		size_t j = i;
		for (; j > 0 && jobs[j - 1]->lock_order > job->lock_order; j--)
			jobs[j] = jobs[j - 1];
		jobs[j] = job;
	}
}

/* After the commit, also of one that was answered from its key: it goes on from where the rows are. */
static void
complete(struct job *job)
{
	const struct operation *op = job->row->operation;
	const char *problem;

	if (job->is_replayed && !codec_msgpack_read(job->arena, op->response, job->output, job->n_output, job->out, &problem))
		return; /* the stored answer stands */
	job->req.in_transaction = false;
	job->req.n_events = 0;
	job->output = NULL;
	job->error = job->row->complete(&job->req, job->in, job->out);
	check_declared(job);
}

void
dispatch_writes(struct worker *worker, struct job **jobs, size_t n)
{
	struct job *ready[GROUP_MAX];
	size_t n_ready = admit_all(worker, jobs, n, ready);

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
			start_over(worker, ready[i]);
			run_alone(worker, ready[i]);
		}
	}
	for (size_t i = 0; i < n_ready; i++) {
		if (charge_is_asked(ready[i]))
			charge_run(worker, ready[i], write_alone);
		if (ready[i]->row->complete && !ready[i]->error && !ready[i]->req.dry_run)
			complete(ready[i]);
	}
	for (size_t i = 0; i < n; i++)
		dispatch_reply(worker, jobs[i]);
}
