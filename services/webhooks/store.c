/* Webhooks' rows: one call, one statement. */
#include "store.h"

#include <inttypes.h>

/* ---- endpoints ---- */

const struct error *
store_webhook_get(struct request *req, int64_t id, const struct webhook_row **ret_row)
{
	return query_find(req, &webhooks_webhook_get_query, PARAMS(P_INT(id)), ret_row);
}

const struct error *
store_webhook_lock(struct request *req, int64_t id, const struct webhook_row **ret_row)
{
	return query_find(req, &webhooks_webhook_lock_query, PARAMS(P_INT(id)), ret_row);
}

const struct error *
store_webhook_list(struct request *req, int64_t after, int64_t limit, struct shape_list *ret_rows)
{
	return query_list(req, &webhooks_webhook_list_query, PARAMS(P_INT(after), P_INT(limit)), ret_rows);
}

const struct error *
store_webhook_add(struct request *req, const struct webhook_row *row, int64_t *ret_id)
{
	const struct webhook_id_row *made;
	const struct error *error = query_find(req, &webhooks_webhook_add_query, PARAMS(P_INT(req->tenant), P_TEXT(row->url), P_TEXT(row->events),
	    P_TEXT(row->secret), P_TEXT(row->signing_seed), P_TEXT(row->public_key), P_BOOL(row->active), P_TEXT(row->payload),
	    P_TEXT(row->description), P_INT(row->running_max), P_INT(row->timeout_ms), P_TIME(req->now_us)), &made);

	if (!error)
		*ret_id = made->id;
	return error;
}

void
store_webhook_update(struct request *req, const struct webhook_row *row)
{
	query_send(req, &webhooks_webhook_update_query, PARAMS(P_INT(row->id), P_TEXT(row->url), P_TEXT(row->events), P_TEXT(row->secret),
	    P_TEXT(row->old_secret), P_TIME_OPT(row->old_secret_until), P_BOOL(row->active), P_TEXT(row->payload), P_TEXT(row->description),
	    P_INT(row->running_max), P_INT(row->timeout_ms), P_TIME_OPT(row->failing_since), P_TEXT(row->disabled_reason), P_TIME(req->now_us)));
}

void
store_webhook_delete(struct request *req, int64_t id)
{
	query_send(req, &webhooks_webhook_delete_query, PARAMS(P_INT(id)));
}

const struct error *
store_webhook_number(struct request *req, int64_t id, int64_t *ret_number)
{
	const struct webhook_number_row *row;
	const struct error *error = query_find(req, &webhooks_webhook_number_query, PARAMS(P_INT(id)), &row);

	if (!error)
		*ret_number = row->last_sequence;
	return error;
}

void
store_webhook_failing(struct request *req, int64_t id)
{
	query_send(req, &webhooks_webhook_failing_query, PARAMS(P_INT(id)));
}

void
store_webhook_working(struct request *req, int64_t id)
{
	query_send(req, &webhooks_webhook_working_query, PARAMS(P_INT(id)));
}

void
store_webhook_disable(struct request *req, int64_t id, const char *reason)
{
	query_send(req, &webhooks_webhook_disable_query, PARAMS(P_INT(id), P_TEXT(reason)));
}

/* ---- matching and claiming ---- */

const struct error *
store_active_of(struct request *req, const int64_t *tenants, size_t n, struct shape_list *ret_rows)
{
	return query_list(req, &webhooks_active_of_tenants_query, PARAMS(P_INT_LIST(tenants, n)), ret_rows);
}

const struct error *
store_numbers_take(struct request *req, struct doc wanted, struct shape_list *ret_rows)
{
	return query_list(req, &webhooks_webhooks_number_query, PARAMS(P_DOC(wanted)), ret_rows);
}

const struct error *
store_deliveries_add(struct request *req, struct doc deliveries, struct shape_list *ret_rows)
{
	return query_list(req, &webhooks_deliveries_add_query, PARAMS(P_DOC(deliveries)), ret_rows);
}

const struct error *
store_deliveries_claimed(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_rows)
{
	return query_list(req, &webhooks_deliveries_claimed_query, PARAMS(P_INT_LIST(ids, n)), ret_rows);
}

const struct error *
store_calls_claimed(struct request *req, const int64_t *tenants, const int64_t *jobs, size_t n, struct shape_list *ret_rows)
{
	return query_list(req, &webhooks_calls_claimed_query, PARAMS(P_INT_LIST(tenants, n), P_INT_LIST(jobs, n)), ret_rows);
}

/* ---- deliveries ---- */

const struct error *
store_delivery_get(struct request *req, int64_t id, const struct webhook_delivery **ret_delivery)
{
	return query_find(req, &webhooks_delivery_get_query, PARAMS(P_INT(id)), ret_delivery);
}

const struct error *
store_delivery_list(struct request *req, int64_t webhook_id, int64_t after, const char *status, int64_t limit, struct shape_list *ret_deliveries)
{
	if (!status)
		return query_list(req, &webhooks_delivery_list_query, PARAMS(P_INT(webhook_id), P_INT(after), P_INT(limit)), ret_deliveries);
	return query_list(req, &webhooks_delivery_list_of_status_query, PARAMS(P_INT(webhook_id), P_INT(after), P_INT(limit), P_TEXT(status)),
	    ret_deliveries);
}

const struct error *
store_delivery_since(struct request *req, int64_t webhook_id, int64_t since_us, int64_t limit, struct shape_list *ret_deliveries)
{
	return query_list(req, &webhooks_delivery_list_since_query, PARAMS(P_INT(webhook_id), P_TIME(since_us), P_INT(limit)), ret_deliveries);
}

const struct error *
store_delivery_event(struct request *req, int64_t id, struct doc *ret_event)
{
	const struct webhook_event_row *row;
	const struct error *error = query_find(req, &webhooks_delivery_event_query, PARAMS(P_INT(id)), &row);

	if (!error && row)
		*ret_event = row->event;
	return error;
}

void
store_delivery_settle(struct request *req, int64_t id, const char *status, int64_t n_attempts, int64_t next_us, int64_t response_status,
    const char *problem)
{
	query_gather(req, &webhooks_delivery_settle_query, PARAMS(P_INT(id), P_TEXT(status), P_INT(n_attempts), next_us ? P_TIME(next_us) : P_NULL(),
	    response_status ? P_INT(response_status) : P_NULL(), P_TEXT(problem), next_us ? P_NULL() : P_TIME(req->now_us)));
}

const struct error *
store_delivery_requeue(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_rows)
{
	const char **keys = ARENA_ARRAY(req->arena, const char *, n);

	for (size_t i = 0; i < n; i++)
		keys[i] = arena_printf(req->arena, "%" PRId64, ids[i]);
	query_send(req, &webhooks_processes_clear_query, PARAMS(P_INT(req->tenant), P_TEXT_LIST(keys, n)));
	return query_list(req, &webhooks_delivery_requeue_query, PARAMS(P_INT_LIST(ids, n)), ret_rows);
}

void
store_attempt_add(struct request *req, int64_t delivery_id, int64_t attempt, int64_t response_status, const char *body, const char *problem,
    int64_t duration_ms, int64_t started_us)
{
	query_gather(req, &webhooks_attempt_add_query, PARAMS(P_INT(req->tenant), P_INT(delivery_id), P_INT(attempt),
	    response_status ? P_INT(response_status) : P_NULL(), P_TEXT(body), P_TEXT(problem), P_INT(duration_ms), P_TIME(started_us)));
}

const struct error *
store_attempt_list(struct request *req, int64_t delivery_id, struct shape_list *ret_attempts)
{
	return query_list(req, &webhooks_attempt_list_query, PARAMS(P_INT(delivery_id)), ret_attempts);
}

/* ---- calls of jobs ---- */

void
store_call_add(struct request *req, const struct webhooks_calls_make_request *in)
{
	query_send(req, &webhooks_call_add_query, PARAMS(P_INT(req->tenant), P_INT(in->job_id), P_INT_OPT(in->webhook_id), P_TEXT(in->url),
	    P_TEXT(in->method), P_DOC(in->headers), P_DOC(in->body), P_TEXT(in->source), P_INT(*in->timeout_ms)));
}

const struct error *
store_call_get(struct request *req, int64_t job_id, const struct webhook_call_row **ret_row)
{
	return query_find(req, &webhooks_call_get_query, PARAMS(P_INT(job_id)), ret_row);
}

void
store_call_settle(struct request *req, int64_t job_id, const char *status, int64_t response_status, const char *problem)
{
	query_send(req, &webhooks_call_settle_query, PARAMS(P_INT(job_id), P_TEXT(status), response_status ? P_INT(response_status) : P_NULL(),
	    P_TEXT(problem)));
}

void
store_call_reset(struct request *req, int64_t job_id)
{
	query_send(req, &webhooks_call_reset_query, PARAMS(P_INT(job_id)));
}
