/* What the runner does: content follows a submission or a decision; reminders; items that are gone. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"
#include "common_proto.h"
#include "json/json.h"
#include "store.h"

/* What run hands to commit. */
struct followed {
	int64_t task_id;
	struct content_governance_transition_response done;
	const struct error *refusal; /* content said no; nothing was changed */
};

static void
ask_content(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct json_error wrong;
	const struct json_value *payload = json_parse(req->arena, process->payload.json, process->payload.len, NULL, &wrong);
	struct content_governance_transition_request in = { 0 };
	struct violations *violations = ARENA_NEW(req->arena, struct violations);
	struct followed *followed = ARENA_NEW(req->arena, struct followed);

	if (!payload || !codec_json_read_all(req->arena, &content_governance_transition_request_shape, process->payload.json, json_get(payload, "asked"), &in, violations)) {
		*outcome = (struct step_outcome){ .verdict = STEP_FAILED, .reason = "the process cannot be read" };
		return;
	}
	followed->task_id = json_get(payload, "taskId")->integer;
	outcome->memo = followed;
	const struct error *error = request_call(req, &operation_content_governance_transition, &in, process_key(req, process, "transition"), &followed->done);
	if (!error)
		return;
	if (req->call_fate == CALL_REFUSED && !error->info->is_retryable)
		followed->refusal = error;
	else
		*outcome = (struct step_outcome){ .verdict = STEP_RETRY, .reason = error->message, .memo = followed };
}

static const struct error *
end_submission(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct followed *followed = outcome->memo;

	(void)process;
	if (outcome->verdict != STEP_DONE || !followed)
		return NULL;
	if (!followed->refusal) {
		store_task_submitted(req, followed->task_id, followed->done.version);
		return NULL;
	}
	const struct review_task_row *task;
	const struct error *error = store_task_get(req, followed->task_id, true, &task);
	if (error || !task)
		return error;
	const char *reason = arena_printf(req->arena, "%s: %s", followed->refusal->info->code, followed->refusal->message);
	store_task_end(req, task->id, "cancelled", reason);
	emit_review_task_cancel(req, task->id, 0, &(struct review_task_cancel_event){ .content_item_id = task->content_item_id, .reason = reason });
	return NULL;
}

static const struct error *
end_decision(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct followed *followed = outcome->memo;
	const struct review_task_row *task;

	(void)process;
	if (outcome->verdict != STEP_DONE || !followed)
		return NULL;
	const struct error *error = store_task_get(req, followed->task_id, true, &task);
	if (error || !task || strcmp(task->status, "deciding") != 0)
		return error;
	bool is_approved = strcmp(task->decision, "approved") == 0;
	if (followed->refusal && is_approved) {
		/* What was approved is not what is there: nobody has approved that. */
		store_decisions_clear(req, task->id);
		store_task_reopen(req, task->id, arena_printf(req->arena, "%s: %s", followed->refusal->info->code, followed->refusal->message));
		return NULL;
	}
	store_task_decided(req, task->id);
	struct principal *actor = ARENA_NEW(req->arena, struct principal);
	*actor = (struct principal){ .tenant = req->tenant, .id = task->decided_by, .type = task->decided_by_type, .source = task->decided_by_source };
	req->actor = actor; /* the events name who decided */
	if (is_approved)
		emit_review_task_approve(req, task->id, 0, &(struct review_task_approve_event){ .content_item_id = task->content_item_id,
		    .item_version = followed->done.version, .to_state = task->to_state });
	else
		emit_review_task_reject(req, task->id, 0, &(struct review_task_reject_event){ .content_item_id = task->content_item_id,
		    .from_state = task->from_state, .reason = task->reason });
	return NULL;
}

static const struct error *
remind(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct review_task_row *task;
	const struct error *error = store_task_get(req, strtoll(process->key, NULL, 10), false, &task);

	(void)outcome;
	if (!error && task && strcmp(task->status, "pending") == 0)
		emit_review_task_overdue(req, task->id, 0, &(struct review_task_overdue_event){ .content_item_id = task->content_item_id, .assignee = task->assignee });
	return error;
}

/* ---- items that are gone ---- */

const struct error *
workflow_take_events(struct request *req, const char *publisher, const struct event_record *events, size_t n)
{
	const struct error *error = NULL;
	struct shape_list ended;

	(void)publisher;
	for (size_t i = 0; !error && i < n; i++) {
		if (!events[i].domain_id)
			continue;
		request_act_for(req, *events[i].domain_id);
		error = store_task_end_of_item(req, events[i].entity_id, "the item was deleted", &ended);
		for (size_t j = 0; !error && j < ended.n; j++)
			event_emit(req, &event_review_task_cancel, ((const struct workflow_id_row *)ended.items)[j].id, 0,
			    &(struct review_task_cancel_event){ .content_item_id = events[i].entity_id, .reason = "the item was deleted" });
	}
	request_act_for(req, 0);
	return error;
}

/* ---- tables ---- */

static const struct step review_steps[] = {
	{ .name = "submit", .run = ask_content, .commit = end_submission },
	{ .name = "decide", .run = ask_content, .commit = end_decision },
};
static const struct step reminder_steps[] = { { .name = "remind", .commit = remind } };

const struct process_kind workflow_process_kinds[] = {
	{ .name = "review", .steps = review_steps, .n_steps = 2, .backoff_ms = 200, .backoff_max_ms = 10000, .running_max = 16 },
	{ .name = "govern", .steps = govern_steps, .n_steps = 1, .backoff_ms = 200, .backoff_max_ms = 10000, .running_max = 8 },
	{ .name = "reminder", .steps = reminder_steps, .n_steps = 1 },
	{ .name = "agent", .steps = agent_steps, .n_steps = 1, .attempts_max = 8, .backoff_ms = 5000, .claimed = agents_note },
	{ .name = "revision", .steps = revision_steps, .n_steps = 2, .backoff_ms = 200, .backoff_max_ms = 10000 },
};
const size_t workflow_n_process_kinds = sizeof(workflow_process_kinds) / sizeof(workflow_process_kinds[0]);
