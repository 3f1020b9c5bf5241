/* handlers.c: what each operation on jobs and queues decides.  Order follows proto/jobs.toml. */
#include <inttypes.h>
#include <string.h>

#include "content_proto.h"
#include "id.h"
#include "store.h"

static const struct error *
job_not_found(struct request *req, int64_t id)
{
	return FAIL(req, JOB_NOT_FOUND, "job %" PRId64 " does not exist", id);
}

static const char *
key_of(struct request *req, int64_t id)
{
	return arena_printf(req->arena, "%" PRId64, id);
}

/* ---- jobs ---- */

static void
answer(struct request *req, const struct scheduled_job *job, struct scheduled_job *out)
{
	*out = *job;
	if (req->dry_run)
		out->id = 0; /* the one it would get is not known before it is created */
}

const struct error *
jobs_create(struct request *req, const struct jobs_create_request *in, struct scheduled_job *out)
{
	struct job_wish wish = { .kind = in->kind, .payload = in->payload, .queue = in->queue, .max_attempts = *in->max_attempts,
		.priority = *in->priority, .run_at = in->run_at ? *in->run_at : 0, .unique_key = in->unique_key };
	const struct scheduled_job *job;
	bool is_new;

	const struct error *error = job_wish_check(req, &wish);
	if (!error)
		error = job_create(req, &wish, &job, &is_new);
	if (!error && is_new)
		error = job_wish_spend(req, &wish);
	if (error)
		return error;
	answer(req, job, out);
	return NULL;
}

const struct error *
jobs_list(struct request *req, const struct jobs_list_request *in, struct jobs_list_response *out)
{
	int64_t after_us = INT64_MIN, after_id = 0;

	if (in->cursor && !cursor_decode(req->arena, in->cursor, &after_us, &after_id))
		return FAIL_AT(req, INVALID_CURSOR, "/cursor", "the cursor is invalid");
	out->limit = *in->limit;
	const struct error *error = store_job_page(req, in, after_us, after_id, out->limit + 1, &out->jobs);
	if (error)
		return error;
	out->has_more = (int64_t)out->jobs.n > out->limit;
	if (out->has_more) {
		out->jobs.n = (size_t)out->limit;
		const struct scheduled_job *last = (const struct scheduled_job *)out->jobs.items + (out->limit - 1);
		out->next_cursor = cursor_encode(req->arena, last->run_at, last->id);
	}
	return NULL;
}

const struct error *
jobs_get(struct request *req, const struct jobs_get_request *in, struct scheduled_job *out)
{
	const struct scheduled_job *job;
	const struct error *error = store_job_get(req, in->id, &job);
	if (error)
		return error;
	if (!job)
		return job_not_found(req, in->id);
	*out = *job;
	return NULL;
}

const struct error *
jobs_cancel(struct request *req, const struct jobs_cancel_request *in, struct scheduled_job *out)
{
	const struct scheduled_job *job;
	bool is_found;

	const struct error *error = store_job_cancel(req, in->id, &job);
	if (!error && job)
		error = process_cancel(req, "job", key_of(req, in->id), true, &is_found);
	if (error)
		return error;
	if (job && is_found) {
		*out = *job;
		emit_job_cancel(req, in->id, 0, &(struct job_cancel_event){ .kind = job->kind });
		return NULL;
	}
	if (!job)
		error = store_job_get(req, in->id, &job);
	if (error)
		return error;
	if (!job)
		return job_not_found(req, in->id);
	/* Claimed in this very moment: it still says cancelled here, and rolls back. */
	return FAIL(req, JOB_CANCEL_FORBIDDEN, "job %" PRId64 " is %s", in->id, strcmp(job->status, "cancelled") == 0 ? "being started" : job->status);
}

const struct error *
jobs_retry(struct request *req, const struct jobs_retry_request *in, struct scheduled_job *out)
{
	const struct scheduled_job *job;
	bool is_found;

	const struct error *error = store_job_requeue(req, in->id, &job);
	if (!error && job)
		error = process_cancel(req, "job", key_of(req, in->id), false, &is_found);
	if (error)
		return error;
	if (job && is_found) {
		job_start(req, job); /* another process: what it asks is not answered from what the one before has asked */
		*out = *job;
		emit_job_retry(req, in->id, 0, &(struct job_retry_event){ .kind = job->kind });
		return NULL;
	}
	if (!job)
		error = store_job_get(req, in->id, &job);
	if (error)
		return error;
	return job ? FAIL(req, JOB_RETRY_FORBIDDEN, "job %" PRId64 " is %s", in->id, job->status) : job_not_found(req, in->id);
}

/* Is the item there, and is it the version that was read? */
const struct error *
jobs_schedule_status_prepare(struct request *req, const struct jobs_schedule_status_request *in)
{
	struct content_items_snapshot_response *item = ARENA_NEW(req->arena, struct content_items_snapshot_response);
	struct content_items_snapshot_request get = { .id = in->content_item_id };
	const struct principal *caller = req->principal;

	req->principal = request_system_principal(req);
	const struct error *error = request_call(req, &operation_content_items_snapshot, &get, NULL, item);
	req->principal = caller;
	if (error)
		return error;
	if (in->expected_version && *in->expected_version != item->version)
		return FAIL_AT(req, VERSION_CONFLICT, "/expectedVersion", "content item %" PRId64 " has version %" PRId64 ", not %" PRId64,
		    in->content_item_id, item->version, *in->expected_version);
	req->prepared = item;
	return NULL;
}

const struct error *
jobs_schedule_status(struct request *req, const struct jobs_schedule_status_request *in, struct scheduled_job *out)
{
	const struct content_items_snapshot_response *item = req->prepared;
	const struct scheduled_job *job;
	struct buf payload;
	bool is_new;

	buf_init(&payload, req->arena, 128);
	buf_printf(&payload, "{\"contentItemId\":%" PRId64 ",\"targetStatus\":", in->content_item_id);
	buf_add_json_text(&payload, in->target_status, strlen(in->target_status));
	if (!*in->any_version)
		buf_printf(&payload, ",\"expectedVersion\":%" PRId64, item->version);
	buf_add_char(&payload, '}');
	struct job_wish wish = { .kind = "content_status_transition", .payload = { payload.bytes, payload.len }, .max_attempts = *in->max_attempts,
		.run_at = in->run_at };
	const struct error *error = job_create(req, &wish, &job, &is_new);
	if (!error)
		error = job_wish_spend(req, &wish);
	if (error)
		return error;
	answer(req, job, out);
	return NULL;
}

const struct error *
jobs_worker_status(struct request *req, const struct jobs_worker_status_request *in, struct jobs_worker_status_response *out)
{
	(void)in;
	out->started = true;
	out->workers = service_step_workers(req);
	const struct error *error = store_queue_list(req, NULL, &out->queues);
	return error ? error : store_set_aside_count(req, &out->set_aside);
}

/* ---- queues ---- */

const struct error *
jobs_queues_update(struct request *req, const struct jobs_queues_update_request *in, struct job_queue_state *out)
{
	struct shape_list queues;

	if (!in->is_paused && !in->running_max)
		return FAIL(req, EMPTY_UPDATE_BODY, "give isPaused, runningMax or both");
	const struct error *error = store_queue_list(req, in->queue, &queues);
	if (error)
		return error;
	const struct job_queue_state *before = queues.n ? queues.items : NULL;
	bool is_paused = in->is_paused ? *in->is_paused : before && before->is_paused;
	error = process_lane_set(req, arena_printf(req->arena, "queue:%s", in->queue), in->running_max ? *in->running_max : 0, is_paused);
	if (!error)
		error = store_queue_list(req, in->queue, &queues);
	if (error)
		return error;
	*out = *(const struct job_queue_state *)queues.items;
	emit_job_queue_update(req, 0, 0, &(struct job_queue_update_event){ .queue = in->queue, .is_paused = is_paused, .running_max = out->running_max });
	return NULL;
}

/* ---- the timer ---- */

const struct error *
jobs_maintain_partitions(struct request *req)
{
	int64_t n;

	return query_exec(req, &jobs_jobs_maintain_query, PARAMS(P_INT(jobs_settings.keep_days)), &n);
}
