/* Jobs' rows: one call, one statement. */
#include "store.h"

#include <assert.h>

/* ---- jobs ---- */

const struct error *
store_job_add(struct request *req, const struct job_wish *wish, const char *queue, const int64_t *id, const struct scheduled_job **ret_job)
{
	return query_find(req, &jobs_job_add_query, PARAMS(P_INT_OPT(id), P_INT(req->tenant), P_TEXT(wish->kind), P_TEXT(queue),
	    P_DOC(wish->payload), P_INT(wish->priority), P_INT(wish->max_attempts), P_TEXT(wish->unique_key), P_INT_OPT(wish->schedule_id),
	    P_TIME(wish->run_at ? wish->run_at : req->now_us), P_TIME(req->now_us)), ret_job);
}

const struct error *
store_key_claim(struct request *req, const char *key, const int64_t **ret_new_id, int64_t *ret_used)
{
	const struct job_key_row *row;
	const struct error *error = query_find(req, &jobs_key_claim_query, PARAMS(P_INT(req->tenant), P_TEXT(key)), &row);
	if (error)
		return error;
	*ret_new_id = row ? &row->job_id : NULL;
	if (row)
		return NULL;
	error = query_find(req, &jobs_key_get_query, PARAMS(P_INT(req->tenant), P_TEXT(key)), &row);
	if (!error && !row)
		return FAIL(req, SERVICE_UNAVAILABLE, "the job with this uniqueKey was just removed");
	if (!error)
		*ret_used = row->job_id;
	return error;
}

const struct error *
store_job_get(struct request *req, int64_t id, const struct scheduled_job **ret_job)
{
	return query_find(req, &jobs_job_get_query, PARAMS(P_INT(id)), ret_job);
}

const struct error *
store_job_page(struct request *req, const struct jobs_list_request *in, int64_t after_us, int64_t after_id, int64_t limit,
    struct shape_list *ret_jobs)
{
	const struct db_statement *statement = in->schedule_id ? &jobs_job_list_of_schedule_query
	    : in->queue ? &jobs_job_list_of_queue_query : in->kind ? &jobs_job_list_of_kind_query
	    : in->status ? &jobs_job_list_of_status_query : &jobs_job_list_query;

	return query_list(req, statement, PARAMS(P_TIME(after_us), P_INT(after_id), P_TEXT(in->status), P_TEXT(in->kind), P_TEXT(in->queue),
	    P_INT_OPT(in->schedule_id), P_INT(limit)), ret_jobs);
}

const struct error *
store_job_cancel(struct request *req, int64_t id, const struct scheduled_job **ret_job)
{
	return query_find(req, &jobs_job_cancel_query, PARAMS(P_INT(id), P_TIME(req->now_us)), ret_job);
}

const struct error *
store_job_requeue(struct request *req, int64_t id, const struct scheduled_job **ret_job)
{
	return query_find(req, &jobs_job_requeue_query, PARAMS(P_INT(id), P_TIME(req->now_us)), ret_job);
}

void
store_jobs_claimed(struct request *req, const int64_t *ids, const int64_t *attempts, size_t n)
{
	query_send(req, &jobs_job_claimed_query, PARAMS(P_INT_LIST(ids, n), P_INT_LIST(attempts, n)));
}

void
store_job_settle(struct request *req, int64_t id, const char *status, struct doc result, const char *problem, int64_t run_at_us)
{
	query_send(req, &jobs_job_settle_query, PARAMS(P_INT(id), P_TEXT(status), P_DOC(result), P_TEXT(problem), P_TIME(req->now_us),
	    run_at_us ? P_TIME(run_at_us) : P_NULL()));
}

const struct error *
store_queue_list(struct request *req, const char *queue, struct shape_list *ret_queues)
{
	return query_list(req, &jobs_queue_list_query, PARAMS(P_TEXT(queue)), ret_queues);
}

const struct error *
store_set_aside_count(struct request *req, int64_t *ret_n)
{
	const struct job_count_row *row;
	const struct error *error = query_find(req, &jobs_set_aside_count_query, PARAMS(P_NULL()), &row);

	if (!error)
		*ret_n = row->total;
	return error;
}

/* ---- schedules ---- */

const struct error *
store_schedule_add(struct request *req, const struct jobs_schedules_create_request *in, const char *queue, const int64_t *next_at,
    const struct job_schedule **ret_schedule)
{
	return query_find(req, &jobs_schedule_add_query, PARAMS(P_INT(req->tenant), P_TEXT(in->name), P_TEXT(in->cron), P_TEXT(in->time_zone),
	    P_TEXT(in->kind), P_TEXT(queue), P_DOC(in->payload), P_INT(*in->priority), P_INT(*in->max_attempts), P_BOOL(*in->active),
	    P_TIME_OPT(next_at), P_TIME(req->now_us)), ret_schedule);
}

const struct error *
store_schedule_get(struct request *req, int64_t id, const struct job_schedule **ret_schedule)
{
	return query_find(req, &jobs_schedule_get_query, PARAMS(P_INT(id)), ret_schedule);
}

const struct error *
store_schedule_lock(struct request *req, int64_t id, const struct job_schedule **ret_schedule)
{
	return query_find(req, &jobs_schedule_lock_query, PARAMS(P_INT(id)), ret_schedule);
}

const struct error *
store_schedule_list(struct request *req, int64_t after, int64_t limit, struct shape_list *ret_schedules)
{
	return query_list(req, &jobs_schedule_list_query, PARAMS(P_INT(after), P_INT(limit)), ret_schedules);
}

const struct error *
store_schedule_update(struct request *req, const struct job_schedule *schedule, const struct job_schedule **ret_schedule)
{
	return query_find(req, &jobs_schedule_update_query, PARAMS(P_INT(schedule->id), P_TEXT(schedule->name), P_TEXT(schedule->cron),
	    P_TEXT(schedule->time_zone), P_BOOL(schedule->active), P_TIME_OPT(schedule->next_at), P_TIME(req->now_us)), ret_schedule);
}

void
store_schedule_move(struct request *req, int64_t id, int64_t next_at)
{
	query_send(req, &jobs_schedule_move_query, PARAMS(P_INT(id), P_TIME(next_at)));
}

const struct error *
store_schedule_delete(struct request *req, int64_t id, const struct job_schedule **ret_schedule)
{
	return query_find(req, &jobs_schedule_delete_query, PARAMS(P_INT(id)), ret_schedule);
}

const struct error *
store_zone_exists(struct request *req, const char *time_zone, bool *ret_exists)
{
	const struct job_zone_row *row;
	const struct error *error = query_find(req, &jobs_zone_exists_query, PARAMS(P_TEXT(time_zone)), &row);

	if (!error)
		*ret_exists = row->is_known;
	return error;
}

const struct error *
store_zone_local(struct request *req, const char *time_zone, int64_t at_us, int64_t *ret_local_us)
{
	const struct job_local_row *row;
	const struct error *error = query_find(req, &jobs_zone_local_query, PARAMS(P_TEXT(time_zone), P_TIME(at_us)), &row);

	if (!error)
		*ret_local_us = row->local_us;
	return error;
}

const struct error *
store_zone_moments(struct request *req, const char *time_zone, const int64_t *local_us, size_t n, int64_t *ret_times)
{
	struct shape_list rows;
	const struct error *error = query_list(req, &jobs_zone_moments_query, PARAMS(P_TEXT(time_zone), P_INT_LIST(local_us, n)), &rows);

	for (size_t i = 0; !error && i < n; i++)
		ret_times[i] = ((const struct job_moment_row *)rows.items)[i].at;
	return error;
}
