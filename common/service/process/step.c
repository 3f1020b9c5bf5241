/* One step of one process: run it, commit its effect with the row's next state, or say why not. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "runner.h"
#include "trace.h"

enum {
	KINDS_MAX = 32,
	LOSSES_MAX = 20,
	BACKOFF_MS = 1000, BACKOFF_MAX_MS = 300 * 1000,
};

struct kind_metrics {
	struct metric *done, *moved, *retried, *failed, *lost, *late;
};

static struct {
	struct kind_metrics kinds[KINDS_MAX], timer; /* parallel to the definition's kinds */
} metrics;

static struct kind_metrics
metrics_of(const char *kind)
{
	static const char *const outcomes[] = { "done", "moved", "retried", "failed", "lost" };
	struct metric *counters[5];
	char labels[128];

	for (size_t i = 0; i < 5; i++) {
		(void)snprintf(labels, sizeof(labels), "kind=\"%s\",outcome=\"%s\"", kind, outcomes[i]);
		counters[i] = metric_counter("wordclaw_steps_total", "Steps of durable processes by kind and outcome.", labels);
	}
	(void)snprintf(labels, sizeof(labels), "kind=\"%s\"", kind);
	return (struct kind_metrics){ counters[0], counters[1], counters[2], counters[3], counters[4],
		metric_histogram("wordclaw_step_start_seconds", "From the moment a step was due to its start.", labels) };
}

static const struct step *
find_step(const struct process_kind *kind, const char *name)
{
	for (size_t i = 0; kind && i < kind->n_steps; i++) {
		if (strcmp(kind->steps[i].name, name) == 0)
			return &kind->steps[i];
	}
	return NULL;
}

static int64_t
backoff_us(const struct process_kind *kind, int64_t attempt)
{
	int64_t ms = kind && kind->backoff_ms ? kind->backoff_ms : BACKOFF_MS;
	int64_t ms_max = kind && kind->backoff_max_ms ? kind->backoff_max_ms : BACKOFF_MAX_MS;
	uint32_t random;

	for (int64_t i = 1; i < attempt && ms < ms_max; i++)
		ms *= 2;
	if (ms > ms_max)
		ms = ms_max;
	secret_random(&random, sizeof(random));
	return ms * 1000 - ms * 200 + (int64_t)(random % 401) * ms; /* a fifth to either side */
}

static void
settle_verdict(const struct process_kind *kind, const struct process *process, struct step_outcome *outcome)
{
	if (outcome->verdict != STEP_RETRY)
		return;
	if (kind && kind->attempts_max && process->attempt >= kind->attempts_max)
		outcome->verdict = STEP_FAILED;
	else if (outcome->delay_us <= 0)
		outcome->delay_us = backoff_us(kind, process->attempt);
}

static void
count(const struct kind_metrics *counters, const struct finish *finish)
{
	const struct step_outcome *outcome = finish->outcome;

	if (!finish->is_mine)
		metric_add(counters->lost, 1);
	else if (outcome->verdict == STEP_DONE)
		metric_add(counters->done, 1);
	else if (outcome->verdict == STEP_NEXT)
		metric_add(counters->moved, 1);
	else
		metric_add(outcome->verdict == STEP_RETRY ? counters->retried : counters->failed, 1);
}

static void
log_outcome(const struct process *process, const struct finish *finish)
{
	const struct step_outcome *outcome = finish->outcome;
	bool is_failure = outcome->verdict == STEP_FAILED;

	log_write(is_failure ? LOG_ERROR : LOG_DEBUG, "step", LOG_TEXT("kind", process->kind), LOG_TEXT("step", process->step),
	    LOG_INT("processId", process->id), LOG_INT("tenant", process->tenant), LOG_INT("attempt", process->attempt),
	    LOG_TEXT("outcome", !finish->is_mine ? "lost" : is_failure ? "set_aside" : outcome->verdict == STEP_RETRY ? "retry" : "ok"),
	    LOG_TEXT("requestId", process->request_id), LOG_TEXT("message", outcome->reason));
}

/* What commit could not do is tried again like a step that failed by itself, this time without the hook. */
static void
finish_failed_commit(struct finish *finish, const struct process_kind *kind, const struct error *error)
{
	log_write(LOG_WARN, "step.commit_failed", LOG_TEXT("kind", finish->process->kind), LOG_TEXT("step", finish->process->step),
	    LOG_INT("processId", finish->process->id), LOG_TEXT("message", error->message), LOG_TEXT("cause", error->cause),
	    LOG_TEXT("where", error->where));
	*finish->outcome = (struct step_outcome){ .verdict = STEP_RETRY, .reason = error->message };
	settle_verdict(kind, finish->process, finish->outcome);
	finish->step = NULL;
	error = finish_step(finish);
	if (error) /* the database is away: the lease ends by itself */
		finish->is_mine = false;
}

struct process
process_of(const struct claimed_row *row)
{
	return (struct process){ .id = row->id, .tenant = row->tenant, .kind = row->kind, .key = row->key, .lane = row->lane,
		.ordering = row->ordering, .step = row->step, .attempt = row->attempts, .fence = row->fence, .payload = row->payload, .note = row->note,
		.request_id = row->request_id, .trace_parent = row->trace_parent, .started_us = row->created_us, .due_us = row->due_us };
}

void
step_run(struct worker *worker, const struct claimed_row *row, struct arena *arena)
{
	const struct process_kind *kind = process_kind_find(worker->service->definition, row->kind);
	const struct step *step = find_step(kind, row->step);
	struct process process = process_of(row);
	struct step_outcome outcome = { .verdict = STEP_DONE };
	const struct kind_metrics *counters = kind && kind != &timer_kind ? &metrics.kinds[kind - worker->service->definition->processes]
	    : &metrics.timer;
	struct finish finish = { .worker = worker, .row = row, .arena = arena, .process = &process, .step = step, .outcome = &outcome };
	struct principal principal;
	struct request req;

	int64_t began_us = clock_monotonic_us();
	metric_observe_us(counters->late, clock_now_us() - row->due_us);
	if (!step) {
		outcome = (struct step_outcome){ .verdict = STEP_RETRY, .reason = "this version does not know the step" };
	} else if (row->losses > LOSSES_MAX) {
		outcome = (struct step_outcome){ .verdict = STEP_FAILED, .reason = "its worker ended too many times while it ran" };
	} else if (step->run) {
		step_request_init(&req, worker, row, arena, &principal);
		req.deadline_us = req.now_us + (step->timeout_ms ? step->timeout_ms : PROCESS_STEP_TIMEOUT_MS) * 1000;
		step->run(&req, &process, &outcome);
	}
	settle_verdict(kind, &process, &outcome);
	const struct error *error = finish_step(&finish);
	if (error)
		finish_failed_commit(&finish, kind, error);
	count(counters, &finish);
	log_outcome(&process, &finish);
	trace_record(&(struct trace_span){ .name = arena_printf(arena, "%s/%s", process.kind, process.step), .kind = TRACE_CONSUMER, .context = process.trace_parent,
	    .took_us = clock_monotonic_us() - began_us, .error = outcome.verdict == STEP_FAILED ? "set_aside" : NULL, .request_id = process.request_id, .tenant = process.tenant });
}

void
steps_init(struct service *service)
{
	const struct service_definition *definition = service->definition;

	assert(definition->n_processes <= KINDS_MAX);
	for (size_t i = 0; i < definition->n_processes; i++)
		metrics.kinds[i] = metrics_of(definition->processes[i].name);
	metrics.timer = metrics_of(timer_kind.name);
	finishes_init(service);
}
