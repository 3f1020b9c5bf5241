/* Jobs: work that happens later, or again and again, done by the service that owns its kind. */
#ifndef JOBS_H
#define JOBS_H

#include "jobs_proto.h"
#include "process.h"
#include "service.h"

enum { JOB_ATTEMPTS_DEFAULT = 3, NEXT_TIMES = 5 };

/* settings.c */
struct jobs_settings {
	int64_t keep_days;
};
extern struct jobs_settings jobs_settings;
extern const struct setting jobs_setting_table[];
extern const size_t jobs_n_settings;

/* steps.c: what the runner does for jobs and schedules; the timer */
extern const struct process_kind jobs_process_kinds[];
extern const size_t jobs_n_process_kinds;
const struct error *jobs_maintain_partitions(struct request *req) MUST_CHECK;

/* creation.c: jobs come from callers and from schedules */
struct job_wish {
	const char *kind;
	struct doc payload;
	const char *queue;      /* NULL: the kind's own */
	int64_t max_attempts, priority;
	int64_t run_at;         /* 0: now */
	const char *unique_key; /* or NULL */
	const int64_t *schedule_id;
};

/* The operation that does jobs of this kind; NULL for an unknown one. */
const struct operation *job_kind_find(const char *kind);

/* May this caller have such a job, and is the payload what the kind needs?  No secrets are looked for: kinds name them by id.
 * Errors: JOB_KIND_UNKNOWN, JOB_PAYLOAD_INVALID, ADMIN_REQUIRED. */
const struct error *job_wish_check(struct request *req, const struct job_wish *wish) MUST_CHECK;

/* Uses up what the job will publish of the caller's budget; a release counts as the most that one may have.  Errors: BUDGET_EXCEEDED. */
const struct error *job_wish_spend(struct request *req, const struct job_wish *wish) MUST_CHECK;

/* *ret_job is the first job of the unique key when it was used before; then *ret_is_new is false. */
const struct error *job_create(struct request *req, const struct job_wish *wish, const struct scheduled_job **ret_job, bool *ret_is_new) MUST_CHECK;

/* Have the runner do it when it is due. */
void job_start(struct request *req, const struct scheduled_job *job);

struct job_question {
	int64_t job_id;
	bool begins; /* else: how does it go? */
};

/* What the kind's operation is asked: the payload with the job in front. */
char *job_input(struct arena *arena, const struct job_question *question, struct doc payload, bool has_members);

/* schedule.c: the next n (at most NEXT_TIMES) times after a moment.  Errors: JOB_SCHEDULE_INVALID. */
const struct error *schedule_times(struct request *req, const char *cron, const char *time_zone, int64_t after_us, size_t n,
    int64_t *ret_times) MUST_CHECK;

#endif
