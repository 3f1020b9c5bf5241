/* What each operation on schedules decides.  Order follows proto/jobs.toml. */
#include <inttypes.h>

#include "id.h"
#include "store.h"

static const struct error *
schedule_not_found(struct request *req, int64_t id)
{
	return FAIL(req, JOB_SCHEDULE_NOT_FOUND, "schedule %" PRId64 " does not exist", id);
}

/* The next times, also when it rests: what it would do. */
static const struct error *
show_times(struct request *req, struct job_schedule *schedule)
{
	int64_t times[NEXT_TIMES];
	const char **texts = ARENA_ARRAY(req->arena, const char *, NEXT_TIMES);
	const struct error *error = schedule_times(req, schedule->cron, schedule->time_zone, req->now_us, NEXT_TIMES, times);

	for (size_t i = 0; !error && i < NEXT_TIMES; i++) {
		char *text = arena_alloc(req->arena, TIME_TEXT_BYTES);
		time_format(text, times[i]);
		texts[i] = text;
	}
	if (!error)
		schedule->next_times = (struct shape_list){ texts, NEXT_TIMES };
	return error;
}

static const struct error *
check_zone(struct request *req, const char *time_zone)
{
	bool is_known;
	const struct error *error = store_zone_exists(req, time_zone, &is_known);

	if (!error && !is_known)
		return FAIL_AT(req, JOB_SCHEDULE_INVALID, "/timeZone", "'%s' is not a time zone: use an IANA name such as Europe/Berlin", time_zone);
	return error;
}

/* The process that waits for the schedule's next time; none while it rests. */
static const struct error *
restart_process(struct request *req, const struct job_schedule *schedule)
{
	const char *key = arena_printf(req->arena, "%" PRId64, schedule->id);
	bool is_found;
	const struct error *error = process_cancel(req, "schedule", key, false, &is_found);

	if (error || !schedule->next_at)
		return error;
	return process_start(req, &(struct process_start){ .kind = "schedule", .key = key, .at_us = *schedule->next_at }, NULL);
}

const struct error *
jobs_schedules_create(struct request *req, const struct jobs_schedules_create_request *in, struct job_schedule *out)
{
	struct job_wish wish = { .kind = in->kind, .payload = in->payload };
	const struct job_schedule *schedule;
	int64_t next;

	const struct error *error = job_wish_check(req, &wish);
	if (!error)
		error = check_zone(req, in->time_zone);
	if (!error)
		error = schedule_times(req, in->cron, in->time_zone, req->now_us, 1, &next);
	if (!error)
		error = store_schedule_add(req, in, in->queue ? in->queue : job_kind_find(in->kind)->job_queue, *in->active ? &next : NULL, &schedule);
	if (!error)
		error = restart_process(req, schedule);
	if (!error)
		error = job_wish_spend(req, &wish);
	if (error)
		return error;
	*out = *schedule;
	emit_job_schedule_create(req, schedule->id, 0, &(struct job_schedule_create_event){ .name = in->name, .cron = in->cron, .kind = in->kind });
	if (req->dry_run)
		out->id = 0;
	return show_times(req, out);
}

const struct error *
jobs_schedules_list(struct request *req, const struct jobs_schedules_list_request *in, struct jobs_schedules_list_response *out)
{
	const struct error *error = store_schedule_list(req, in->after ? *in->after : 0, *in->limit + 1, &out->schedules);
	if (error)
		return error;
	out->has_more = (int64_t)out->schedules.n > *in->limit;
	if (out->has_more)
		out->schedules.n = (size_t)*in->limit;
	return NULL;
}

const struct error *
jobs_schedules_get(struct request *req, const struct jobs_schedules_get_request *in, struct job_schedule *out)
{
	const struct job_schedule *schedule;
	const struct error *error = store_schedule_get(req, in->id, &schedule);
	if (error)
		return error;
	if (!schedule)
		return schedule_not_found(req, in->id);
	*out = *schedule;
	return show_times(req, out);
}

const struct error *
jobs_schedules_update(struct request *req, const struct jobs_schedules_update_request *in, struct job_schedule *out)
{
	const struct job_schedule *before, *after;
	int64_t next;

	if (!in->name && !in->cron && !in->time_zone && !in->active)
		return FAIL(req, EMPTY_UPDATE_BODY, "give at least one field to change");
	const struct error *error = store_schedule_lock(req, in->id, &before);
	if (error)
		return error;
	if (!before)
		return schedule_not_found(req, in->id);
	struct job_schedule wanted = *before;
	wanted.name = in->name ? in->name : before->name;
	wanted.cron = in->cron ? in->cron : before->cron;
	wanted.time_zone = in->time_zone ? in->time_zone : before->time_zone;
	wanted.active = in->active ? *in->active : before->active;
	if (in->time_zone)
		error = check_zone(req, in->time_zone);
	if (!error)
		error = schedule_times(req, wanted.cron, wanted.time_zone, req->now_us, 1, &next);
	if (error)
		return error;
	wanted.next_at = wanted.active ? &next : NULL;
	error = store_schedule_update(req, &wanted, &after);
	if (!error)
		error = restart_process(req, after);
	if (error)
		return error;
	*out = *after;
	emit_job_schedule_update(req, in->id, 0, &(struct job_schedule_update_event){ .cron = wanted.cron, .active = wanted.active });
	return show_times(req, out);
}

const struct error *
jobs_schedules_delete(struct request *req, const struct jobs_schedules_delete_request *in, struct jobs_schedules_delete_response *out)
{
	const struct job_schedule *schedule;
	bool is_found;
	const struct error *error = store_schedule_delete(req, in->id, &schedule);
	if (error)
		return error;
	if (!schedule)
		return schedule_not_found(req, in->id);
	error = process_cancel(req, "schedule", arena_printf(req->arena, "%" PRId64, in->id), false, &is_found);
	if (error)
		return error;
	out->id = in->id;
	out->message = arena_printf(req->arena, "schedule %" PRId64 " was deleted", in->id);
	emit_job_schedule_delete(req, in->id, 0, &(struct job_schedule_delete_event){ .name = schedule->name });
	return NULL;
}
