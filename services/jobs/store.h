/* Jobs' rows: one call, one statement. */
#ifndef STORE_H
#define STORE_H

#include "jobs.h"
#include "jobs_queries.h"

const struct error *store_job_add(struct request *req, const struct job_wish *wish, const char *queue, const int64_t *id,
    const struct scheduled_job **ret_job) MUST_CHECK;
/* The id for a job of a new key, or NULL with *ret_used set to the job that has it. */
const struct error *store_key_claim(struct request *req, const char *key, const int64_t **ret_new_id, int64_t *ret_used) MUST_CHECK;
const struct error *store_job_get(struct request *req, int64_t id, const struct scheduled_job **ret_job) MUST_CHECK;
const struct error *store_job_page(struct request *req, const struct jobs_list_request *in, int64_t after_us, int64_t after_id,
    int64_t limit, struct shape_list *ret_jobs) MUST_CHECK;
const struct error *store_job_cancel(struct request *req, int64_t id, const struct scheduled_job **ret_job) MUST_CHECK;
const struct error *store_job_requeue(struct request *req, int64_t id, const struct scheduled_job **ret_job) MUST_CHECK;
void store_jobs_claimed(struct request *req, const int64_t *ids, const int64_t *attempts, size_t n);
/* run_at_us 0: unchanged. */
void store_job_settle(struct request *req, int64_t id, const char *status, struct doc result, const char *problem, int64_t run_at_us);
const struct error *store_queue_list(struct request *req, const char *queue, struct shape_list *ret_queues) MUST_CHECK;
const struct error *store_set_aside_count(struct request *req, int64_t *ret_n) MUST_CHECK;

const struct error *store_schedule_add(struct request *req, const struct jobs_schedules_create_request *in, const char *queue,
    const int64_t *next_at, const struct job_schedule **ret_schedule) MUST_CHECK;
const struct error *store_schedule_get(struct request *req, int64_t id, const struct job_schedule **ret_schedule) MUST_CHECK;
const struct error *store_schedule_lock(struct request *req, int64_t id, const struct job_schedule **ret_schedule) MUST_CHECK;
const struct error *store_schedule_list(struct request *req, int64_t after, int64_t limit, struct shape_list *ret_schedules) MUST_CHECK;
const struct error *store_schedule_update(struct request *req, const struct job_schedule *schedule, const struct job_schedule **ret_schedule) MUST_CHECK;
void store_schedule_move(struct request *req, int64_t id, int64_t next_at);
const struct error *store_schedule_delete(struct request *req, int64_t id, const struct job_schedule **ret_schedule) MUST_CHECK;
const struct error *store_zone_exists(struct request *req, const char *time_zone, bool *ret_exists) MUST_CHECK;
const struct error *store_zone_local(struct request *req, const char *time_zone, int64_t at_us, int64_t *ret_local_us) MUST_CHECK;
const struct error *store_zone_moments(struct request *req, const char *time_zone, const int64_t *local_us, size_t n, int64_t *ret_times) MUST_CHECK;

#endif
