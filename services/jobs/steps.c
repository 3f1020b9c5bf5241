/* What the runner does: a job is a call of the operation that its kind names; a schedule makes a job at each of its times. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"
#include "json/json.h"
#include "store.h"

enum { JOB_TIMEOUT_MS = 20000, CHECK_AFTER_MS = 1000, BACKOFF_FIRST_MS = 15 * 1000, BACKOFF_LAST_MS = 300 * 1000, LANE_RUNNING_MAX = 32 };

/* ---- jobs ---- */

struct attempt {
	const struct operation *operation;
	struct doc payload;
	bool has_members;
	int64_t max_attempts;
};

static bool
read_attempt(struct request *req, const struct process *process, struct attempt *attempt)
{
	struct json_error wrong;
	const struct json_value *value = json_parse(req->arena, process->payload.json, process->payload.len, NULL, &wrong);
	const struct json_value *kind = value ? json_get(value, "kind") : NULL, *payload = value ? json_get(value, "payload") : NULL;
	const struct json_value *max = value ? json_get(value, "maxAttempts") : NULL;

	if (!kind || !payload || !max)
		return false;
	*attempt = (struct attempt){ .operation = job_kind_find(kind->text), .has_members = payload->n > 0, .max_attempts = max->integer,
		.payload = { process->payload.json + payload->start, payload->end - payload->start } };
	return attempt->operation;
}

static const struct shape_field *
find_field(const struct shape *shape, const char *name)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		if (strcmp(shape->fields[i].name, name) == 0)
			return &shape->fields[i];
	}
	return NULL;
}

static void
fail(struct step_outcome *outcome, const char *reason)
{
	*outcome = (struct step_outcome){ .verdict = STEP_FAILED, .reason = reason };
}

/* Ask the owner.  Its answer is the result, or that it is not there yet. */
static void
ask(struct request *req, const struct process *process, const char *purpose, struct step_outcome *outcome)
{
	struct job_question question = { .job_id = strtoll(process->key, NULL, 10), .begins = strcmp(process->step, "run") == 0 };
	struct attempt attempt;
	struct json_error wrong;

	if (!read_attempt(req, process, &attempt)) {
		fail(outcome, "no service performs jobs of this kind");
		return;
	}
	const struct shape *shape = attempt.operation->request, *answer = attempt.operation->response;
	char *text = job_input(req->arena, &question, attempt.payload, attempt.has_members);
	const struct json_value *value = json_parse(req->arena, text, strlen(text), NULL, &wrong);
	struct violations *violations = ARENA_NEW(req->arena, struct violations);
	void *in = arena_alloc(req->arena, shape->size), *out = arena_alloc(req->arena, answer->size);
	if (!value || !codec_json_read_all(req->arena, shape, text, value, in, violations) || !codec_json_finish(req->arena, shape, in, violations)) {
		fail(outcome, "the payload is not what the kind needs");
		return;
	}
	struct principal *principal = ARENA_NEW(req->arena, struct principal);
	*principal = *req->principal;
	principal->id = arena_printf(req->arena, "system:job:%s", process->key);
	req->principal = principal;
	const struct error *error = request_call(req, attempt.operation, in, process_key(req, process, purpose), out);
	if (error) {
		bool is_final = (req->call_fate == CALL_REFUSED && !error->info->is_retryable) || process->attempt >= attempt.max_attempts;
		*outcome = (struct step_outcome){ .verdict = is_final ? STEP_FAILED : STEP_RETRY,
			.reason = arena_printf(req->arena, "%s: %s", error->info->code, error->message) };
		return;
	}
	const struct shape_field *pending = find_field(answer, "isPending"), *after = find_field(answer, "checkAfterMs");
	if (pending && shape_get_bool(pending, out)) {
		int64_t ms = after && shape_get_int(after, out) > 0 ? shape_get_int(after, out) : CHECK_AFTER_MS;
		*outcome = (struct step_outcome){ .verdict = STEP_NEXT, .next = "check", .delay_us = ms * 1000 };
		return;
	}
	const struct shape_field *result = find_field(answer, "result");
	struct doc *memo = ARENA_NEW(req->arena, struct doc);
	*memo = result ? shape_get_doc(result, out) : (struct doc){ NULL, 0 };
	outcome->memo = memo;
}

static void
run_job(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	ask(req, process, "run", outcome);
}

/* Each question is a new one: the owner tells by the job's id what it has begun. */
static void
check_job(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	ask(req, process, arena_printf(req->arena, "check:%" PRId64, process->fence), outcome);
}

static const char *
kind_of(struct request *req, const struct process *process)
{
	struct attempt attempt;

	return read_attempt(req, process, &attempt) ? attempt.operation->job_kind : "unknown";
}

static const struct error *
settle_job(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	int64_t id = strtoll(process->key, NULL, 10);
	struct doc result = outcome->memo ? *(const struct doc *)outcome->memo : (struct doc){ NULL, 0 };

	switch (outcome->verdict) {
	case STEP_NEXT:
		return NULL;
	case STEP_RETRY:
		store_job_settle(req, id, "queued", result, outcome->reason, req->now_us + outcome->delay_us);
		return NULL;
	case STEP_FAILED:
		store_job_settle(req, id, "failed", result, outcome->reason, 0);
		emit_job_fail(req, id, 0, &(struct job_fail_event){ .kind = kind_of(req, process), .attempts = process->attempt,
		    .reason = outcome->reason ? outcome->reason : "it failed" });
		return NULL;
	case STEP_DONE:
		store_job_settle(req, id, "succeeded", result, NULL, 0);
		emit_job_succeed(req, id, 0, &(struct job_succeed_event){ .kind = kind_of(req, process), .attempts = process->attempt, .result = result });
		return NULL;
	}
	return NULL;
}

static const struct error *
show_claimed(struct request *req, struct process *processes, size_t n)
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n), *attempts = ARENA_ARRAY(req->arena, int64_t, n);

	for (size_t i = 0; i < n; i++) {
		ids[i] = strtoll(processes[i].key, NULL, 10);
		attempts[i] = processes[i].attempt;
	}
	store_jobs_claimed(req, ids, attempts, n);
	return NULL;
}

/* ---- schedules ---- */

/* What was missed while nothing ran is made up for by one job, not by all of them. */
static const struct error *
tick(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct job_schedule *schedule;
	const struct scheduled_job *job;
	int64_t id = strtoll(process->key, NULL, 10), next;
	bool is_new;

	const struct error *error = store_schedule_lock(req, id, &schedule);
	if (error || !schedule || !schedule->active || !schedule->next_at)
		return error;
	struct job_wish wish = { .kind = schedule->kind, .payload = schedule->payload, .queue = schedule->queue, .priority = schedule->priority,
		.max_attempts = schedule->max_attempts, .run_at = *schedule->next_at, .schedule_id = &schedule->id,
		.unique_key = arena_printf(req->arena, "schedule:%" PRId64 ":%" PRId64, id, *schedule->next_at / 1000000) };
	error = job_create(req, &wish, &job, &is_new);
	if (!error)
		error = schedule_times(req, schedule->cron, schedule->time_zone, req->now_us > *schedule->next_at ? req->now_us : *schedule->next_at, 1, &next);
	if (error)
		return error;
	store_schedule_move(req, id, next);
	*outcome = (struct step_outcome){ .verdict = STEP_NEXT, .delay_us = next - req->now_us };
	return NULL;
}

/* ---- tables ---- */

static const struct step job_steps[] = {
	{ .name = "run", .run = run_job, .commit = settle_job, .timeout_ms = JOB_TIMEOUT_MS },
	{ .name = "check", .run = check_job, .commit = settle_job, .timeout_ms = JOB_TIMEOUT_MS },
};
static const struct step schedule_steps[] = { { .name = "tick", .commit = tick } };

const struct process_kind jobs_process_kinds[] = {
	{ .name = "job", .steps = job_steps, .n_steps = 2, .backoff_ms = BACKOFF_FIRST_MS, .backoff_max_ms = BACKOFF_LAST_MS,
	    .running_max = LANE_RUNNING_MAX, .claimed = show_claimed },
	{ .name = "schedule", .steps = schedule_steps, .n_steps = 1 },
};
const size_t jobs_n_process_kinds = sizeof(jobs_process_kinds) / sizeof(jobs_process_kinds[0]);
