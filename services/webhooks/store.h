/* Webhooks' rows: one call, one statement. */
#ifndef STORE_H
#define STORE_H

#include "webhooks.h"
#include "webhooks_queries.h"

const struct error *store_webhook_get(struct request *req, int64_t id, const struct webhook_row **ret_row) MUST_CHECK;
const struct error *store_webhook_lock(struct request *req, int64_t id, const struct webhook_row **ret_row) MUST_CHECK;
const struct error *store_webhook_list(struct request *req, int64_t after, int64_t limit, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_webhook_add(struct request *req, const struct webhook_row *row, int64_t *ret_id) MUST_CHECK;
void store_webhook_update(struct request *req, const struct webhook_row *row);
void store_webhook_delete(struct request *req, int64_t id);
const struct error *store_webhook_number(struct request *req, int64_t id, int64_t *ret_number) MUST_CHECK;
void store_webhook_failing(struct request *req, int64_t id);
void store_webhook_working(struct request *req, int64_t id);
void store_webhook_disable(struct request *req, int64_t id, const char *reason);

const struct error *store_active_of(struct request *req, const int64_t *tenants, size_t n, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_numbers_take(struct request *req, struct doc wanted, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_deliveries_add(struct request *req, struct doc deliveries, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_deliveries_claimed(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_calls_claimed(struct request *req, const int64_t *tenants, const int64_t *jobs, size_t n, struct shape_list *ret_rows) MUST_CHECK;

const struct error *store_delivery_get(struct request *req, int64_t id, const struct webhook_delivery **ret_delivery) MUST_CHECK;
const struct error *store_delivery_list(struct request *req, int64_t webhook_id, int64_t after, const char *status, int64_t limit,
    struct shape_list *ret_deliveries) MUST_CHECK;
const struct error *store_delivery_since(struct request *req, int64_t webhook_id, int64_t since_us, int64_t limit, struct shape_list *ret_deliveries) MUST_CHECK;
const struct error *store_delivery_event(struct request *req, int64_t id, struct doc *ret_event) MUST_CHECK;
/* n_attempts are added; next_us and response_status 0: none. */
void store_delivery_settle(struct request *req, int64_t id, const char *status, int64_t n_attempts, int64_t next_us, int64_t response_status,
    const char *problem);
const struct error *store_delivery_requeue(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_rows) MUST_CHECK;
void store_attempt_add(struct request *req, int64_t delivery_id, int64_t attempt, int64_t response_status, const char *body, const char *problem,
    int64_t duration_ms, int64_t started_us);
const struct error *store_attempt_list(struct request *req, int64_t delivery_id, struct shape_list *ret_attempts) MUST_CHECK;

void store_call_add(struct request *req, const struct webhooks_calls_make_request *in);
const struct error *store_call_get(struct request *req, int64_t job_id, const struct webhook_call_row **ret_row) MUST_CHECK;
void store_call_settle(struct request *req, int64_t job_id, const char *status, int64_t response_status, const char *problem);
void store_call_reset(struct request *req, int64_t job_id);

#endif
