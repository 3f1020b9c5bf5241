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
#include "trace.h"

/* ---- admission ---- */

static const struct error *
check_policy(struct request *req)
{
	struct policy_verdict verdict = policy_decide(&(struct policy_question){
	    .principal = req->principal,
	    .operation = req->op->policy,
	    .resource_type = req->op->resource_type,
	    .is_narrow = req->op->flags & OPERATION_NARROW,
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
void
dispatch_check_declared(struct job *job)
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

void
dispatch_encode(struct job *job)
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
	trace_record(&(struct trace_span){ .name = op->id, .kind = TRACE_SERVER, .context = job->req.trace_parent, .took_us = took_us,
	    .error = error ? error->info->code : NULL, .request_id = job->req.request_id, .tenant = job->req.principal->tenant });
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
		dispatch_encode(job);
	if (!error) {
		reply.output = job->output;
		reply.n_output = job->n_output;
		reply.effects = job->req.dry_run ? outbox_effects(&job->req) : NULL;
		reply.budget = job->req.budget ? arena_printf(job->arena, "{%s}", job->req.budget) : NULL;
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

void
dispatch_start_over(struct worker *worker, struct job *job)
{
	request_init_from(&job->req, worker, job);
	memset(job->out, 0, job->row->operation->response->size);
	job->error = NULL;
	job->output = NULL;
	job->is_replayed = false;
	job->req.prepared = job->prepared;
	job->req.paid_sats = job->paid_sats;
	job->req.reservation_id = job->reservation_id;
	job->req.may_move = job->may_move;
}

void
dispatch_run_again(struct worker *worker, struct job *job)
{
	arena_rewind(job->arena, job->admitted);
	dispatch_start_over(worker, job);
}

/* With the job's own request: readers of a batch have the same scopes, and are not the same. */
static void
pass_gate(struct job *job)
{
	const struct service_definition *definition = job->req.service->definition;

	if (!job->error && definition->gate)
		job->error = definition->gate(&job->req, job->in, job->out);
	dispatch_check_declared(job);
}

void
dispatch_call(struct job *job)
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
	pass_gate(job);
}

/* ---- reads ---- */

bool
dispatch_fits_read(const struct job *first, const struct job *other)
{
	return first->row == other->row && first->row->batch
	    && first->envelope.principal.tenant == other->envelope.principal.tenant
	    && !first->envelope.principal.narrow && !other->envelope.principal.narrow
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
		pass_gate(jobs[i]);
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
	dispatch_check_declared(job);
}

size_t
dispatch_admit_all(struct worker *worker, struct job **jobs, size_t n, struct job **ready)
{
	size_t n_ready = 0;

	for (size_t i = 0; i < n; i++) {
		dispatch_start_over(worker, jobs[i]);
		jobs[i]->error = dispatch_admit(&jobs[i]->req);
		if (!jobs[i]->error && jobs[i]->row->prepare)
			prepare(jobs[i]);
		jobs[i]->admitted = arena_mark(jobs[i]->arena);
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
		dispatch_call(jobs[0]);
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
	dispatch_start_over(worker, job);
	(void)read_once(&job, 1);
	if (!job->error && job->reservation_id)
		job->error = charge_note_read(worker, job);
}

/* After the transaction, also of one that was answered from its key: it goes on from where the rows are. */
void
dispatch_complete(struct job *job)
{
	const struct operation *op = job->row->operation;
	const char *problem;

	if (job->is_replayed && !codec_msgpack_read(job->arena, op->response, job->output, job->n_output, job->out, &problem))
		return; /* the stored answer stands */
	job->req.in_transaction = false;
	job->req.own = job->req.earlier = NULL;
	job->req.n_events = 0;
	job->output = NULL;
	job->error = job->row->complete(&job->req, job->in, job->out);
	dispatch_check_declared(job);
}

void
dispatch_reads(struct worker *worker, struct job **jobs, size_t n)
{
	struct job *ready[BATCH_MAX];
	size_t n_ready = dispatch_admit_all(worker, jobs, n, ready);

	if (n_ready > 0 && ready[0]->row->operation->tx == OPERATION_TX_NONE) {
		assert(n_ready == 1);
		dispatch_call(ready[0]);
	} else if (n_ready > 0 && read_once(ready, n_ready)) {
		/* The connection was lost: a read may simply be asked again, once, on a new one. */
		for (size_t i = 0; i < n_ready; i++)
			dispatch_run_again(worker, ready[i]);
		(void)read_once(ready, n_ready);
	}
	for (size_t i = 0; i < n_ready; i++) {
		if (charge_is_asked(ready[i]))
			charge_run(worker, ready[i], read_alone);
		if (entitlement_is_asked(ready[i]))
			entitlement_use(worker, ready[i]);
		if (ready[i]->row->complete && !ready[i]->error)
			dispatch_complete(ready[i]);
	}
	if (n > 1) {
		metric_add(worker->service->batches, 1);
		metric_add(worker->service->batched, (int64_t)n);
	}
	for (size_t i = 0; i < n; i++)
		dispatch_reply(worker, jobs[i]);
}
