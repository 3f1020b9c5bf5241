/* Jobs come into being: by a caller's wish, or by a schedule's. */
#include <inttypes.h>
#include <string.h>

#include "codec/json.h"
#include "contract/policy.h"
#include "json/json.h"
#include "store.h"

#define QUEUE_LANE "queue:"
enum { RELEASE_ENTRIES_MAX = 1000 }; /* content takes no more */

const struct operation *
job_kind_find(const char *kind)
{
	for (size_t i = 0; i < registry_n_operations; i++) {
		if (registry_operations[i]->job_kind && strcmp(registry_operations[i]->job_kind, kind) == 0)
			return registry_operations[i];
	}
	return NULL;
}

static const struct error *
unknown_kind(struct request *req, const char *kind)
{
	struct buf known;

	buf_init(&known, req->arena, 128);
	for (size_t i = 0; i < registry_n_operations; i++) {
		if (registry_operations[i]->job_kind)
			buf_printf(&known, "%s%s", known.len ? ", " : "", registry_operations[i]->job_kind);
	}
	return FAIL_AT(req, JOB_KIND_UNKNOWN, "/kind", "'%s' is not a kind of job: use one of %s", kind, known.bytes);
}

char *
job_input(struct arena *arena, const struct job_question *question, struct doc payload, bool has_members)
{
	const char *rest = memchr(payload.json, '{', payload.len);

	return arena_printf(arena, "{\"jobId\":%" PRId64 ",\"begins\":%s%s%.*s", question->job_id, question->begins ? "true" : "false", has_members ? "," : "",
	    (int)(payload.len - (size_t)(rest + 1 - payload.json)), rest + 1);
}

/* The payload is the operation's input but for the job. */
static const struct error *
check_payload(struct request *req, const struct operation *operation, struct doc payload)
{
	struct json_error wrong;
	struct violations *violations = ARENA_NEW(req->arena, struct violations);
	const struct json_value *value = json_parse(req->arena, payload.json, payload.len, NULL, &wrong);
	char *text = job_input(req->arena, &(struct job_question){ .job_id = 1 }, payload, value && value->n > 0);

	value = value ? json_parse(req->arena, text, strlen(text), NULL, &wrong) : NULL;
	if (!value)
		return FAIL_AT(req, JOB_PAYLOAD_INVALID, "/payload", "the payload of %s must not have jobId or begins", operation->job_kind);
	void *input = arena_alloc(req->arena, operation->request->size);
	if (codec_json_read_all(req->arena, operation->request, text, value, input, violations) &&
	    codec_json_finish(req->arena, operation->request, input, violations))
		return NULL;
	const struct violation *first = &violations->list[0];
	return FAIL_AT(req, JOB_PAYLOAD_INVALID, arena_printf(req->arena, "/payload%s", first->pointer), "the payload of %s: %s %s",
	    operation->job_kind, *first->pointer ? first->pointer : "it", first->message);
}

const struct error *
job_wish_check(struct request *req, const struct job_wish *wish)
{
	const struct operation *operation = job_kind_find(wish->kind);

	if (!operation)
		return unknown_kind(req, wish->kind);
	struct policy_verdict verdict = policy_decide(&(struct policy_question){ .principal = req->principal,
	    .operation = operation->job_policy ? operation->job_policy : "job.write", .resource_type = "job" });
	if (!verdict.is_allowed)
		return FAIL(req, ADMIN_REQUIRED, "jobs of kind %s are an administrator's to create", wish->kind);
	return check_payload(req, operation, wish->payload);
}

/* What publishes later is counted now, while there is a key whose budget it is. */
const struct error *
job_wish_spend(struct request *req, const struct job_wish *wish)
{
	struct json_error wrong;
	const struct json_value *payload = json_parse(req->arena, wish->payload.json, wish->payload.len, NULL, &wrong);
	const struct json_value *status = payload && payload->type == JSON_OBJECT ? json_get(payload, "targetStatus") : NULL;

	if (strcmp(wish->kind, "content_release_publish") == 0)
		return request_spend(req, BUDGET_PUBLISHES_PER_DAY, RELEASE_ENTRIES_MAX);
	if (strcmp(wish->kind, "content_status_transition") != 0 || !status || status->type != JSON_TEXT || strcmp(status->text, "published") != 0)
		return NULL;
	return request_spend(req, BUDGET_PUBLISHES_PER_DAY, 1);
}

void
job_start(struct request *req, const struct scheduled_job *job)
{
	struct buf payload;

	buf_init(&payload, req->arena, 128 + job->payload.len);
	buf_printf(&payload, "{\"kind\":\"%s\",\"maxAttempts\":%" PRId64 ",\"payload\":%.*s}", job->kind, job->max_attempts, (int)job->payload.len,
	    job->payload.json);
	const struct error *queued = process_start(req, &(struct process_start){ .kind = "job", .key = arena_printf(req->arena, "%" PRId64, job->id),
	    .lane = arena_printf(req->arena, QUEUE_LANE "%s", job->queue), .at_us = job->run_at, .priority = job->priority,
	    .payload = payload.bytes }, NULL);
	(void)queued; /* without an id asked for it only queues the statement: what fails shows at the commit */
}

const struct error *
job_create(struct request *req, const struct job_wish *wish, const struct scheduled_job **ret_job, bool *ret_is_new)
{
	const struct operation *operation = job_kind_find(wish->kind);
	const char *queue = wish->queue ? wish->queue : operation->job_queue;
	const int64_t *id = NULL;
	int64_t used = 0;
	const struct error *error = wish->unique_key ? store_key_claim(req, wish->unique_key, &id, &used) : NULL;

	*ret_is_new = !error && !used;
	if (!error && used)
		return store_job_get(req, used, ret_job);
	if (!error)
		error = store_job_add(req, wish, queue, id, ret_job);
	if (error)
		return error;
	job_start(req, *ret_job);
	emit_job_create(req, (*ret_job)->id, 0, &(struct job_create_event){ .kind = wish->kind, .queue = queue, .run_at = (*ret_job)->run_at,
	    .schedule_id = wish->schedule_id });
	return NULL;
}
