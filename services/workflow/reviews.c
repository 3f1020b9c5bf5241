/* What a review is made of: a task that pins what is reviewed, and a process that has content follow. */
#include <inttypes.h>
#include <string.h>

#include "codec/json.h"
#include "json/json.h"
#include "rules.h"
#include "store.h"

struct review_task
review_shown(const struct review_task_row *row)
{
	return (struct review_task){ .id = row->id, .content_item_id = row->content_item_id, .content_type_id = row->content_type_id,
		.workflow_id = row->workflow_id, .workflow_transition_id = row->workflow_transition_id, .from_state = row->from_state, .to_state = row->to_state,
		.status = row->status, .source = row->source, .source_event_id = row->source_event_id, .item_version = row->item_version,
		.content_hash = row->content_hash, .approvals_needed = row->approvals_needed, .approvals = row->approvals, .assignee = row->assignee,
		.submitted_by = row->submitted_by, .decided_by = row->decided_by, .decided_at = row->decided_at, .reason = row->reason,
		.due_at = row->due_at, .created_at = row->created_at, .updated_at = row->updated_at };
}

const struct error *
review_snapshot(struct request *req, int64_t item_id, const struct content_items_snapshot_response **ret_item)
{
	const struct principal *caller = req->principal;
	struct content_items_snapshot_response *item = ARENA_NEW(req->arena, struct content_items_snapshot_response);
	struct content_items_snapshot_request in = { .id = item_id };

	req->principal = request_system_principal(req);
	const struct error *error = request_call(req, &operation_content_items_snapshot, &in, NULL, item);
	req->principal = caller;
	if (!error)
		*ret_item = item;
	return error;
}

/* ---- submission ---- */

static const struct error *
no_transition(struct request *req, const struct submission *submission)
{
	if (submission->to_state)
		return FAIL(req, EXTERNAL_FEEDBACK_PUBLISH_TRANSITION_NOT_FOUND, "no transition of the type's workflow leads to '%s'", submission->to_state);
	return FAIL(req, WORKFLOW_STATE_MISMATCH, "no transition of the type's workflow starts from '%s'", submission->item->status);
}

/* The transition that was named, or the only one that fits. */
static const struct error *
choose_transition(struct request *req, const struct submission *submission, const struct workflow_row *workflow, const struct workflow_transition **ret_transition)
{
	struct shape_list all;
	const struct workflow_transition *found = NULL;
	size_t n_found = 0;
	const struct error *error = store_transition_list(req, workflow->id, &all);
	if (error)
		return error;
	for (size_t i = 0; i < all.n; i++) {
		const struct workflow_transition *transition = (const struct workflow_transition *)all.items + i;
		bool fits = submission->transition_id ? transition->id == submission->transition_id
		    : submission->to_state ? strcmp(transition->to_state, submission->to_state) == 0
		    : strcmp(transition->from_state, submission->item->status) == 0;
		if (fits) {
			found = transition;
			n_found++;
		}
	}
	if (n_found == 0 && submission->transition_id)
		return FAIL_AT(req, WORKFLOW_TRANSITION_NOT_FOUND_OR_CROSS_TENANT, "/workflowTransitionId", "the type's active workflow has no transition %" PRId64,
		    submission->transition_id);
	if (n_found == 0)
		return no_transition(req, submission);
	if (n_found > 1 && submission->to_state)
		return FAIL(req, EXTERNAL_FEEDBACK_TRANSITION_AMBIGUOUS, "%zu transitions lead to '%s'", n_found, submission->to_state);
	if (n_found > 1)
		return FAIL(req, WORKFLOW_STATE_MISMATCH, "%zu transitions start from '%s': name one with workflowTransitionId", n_found, submission->item->status);
	*ret_transition = found;
	return NULL;
}

static const struct error *
check_submission(struct request *req, const struct submission *submission, const struct workflow_transition *transition)
{
	struct json_error wrong;
	bool is_empty;
	const struct json_value *roles = json_parse(req->arena, transition->required_roles.json, transition->required_roles.len, NULL, &wrong);

	if (!submission->skip_roles && !rules_has_role(req->principal, roles, &is_empty) && !is_empty)
		return FAIL(req, UNAUTHORIZED_WORKFLOW_TRANSITION, "submitting for '%s' needs one of the scopes %.*s", transition->to_state,
		    (int)transition->required_roles.len, transition->required_roles.json);
	if (!submission->any_status && strcmp(transition->from_state, submission->item->status) != 0)
		return FAIL(req, WORKFLOW_STATE_MISMATCH, "content item %" PRId64 " is %s, the transition starts from '%s'", submission->item->id,
		    submission->item->status, transition->from_state);
	return NULL;
}

static const char *
task_key(struct request *req, int64_t task_id)
{
	return arena_printf(req->arena, "task:%" PRId64, task_id);
}

static const struct error *
supersede(struct request *req, int64_t item_id)
{
	const struct review_task_row *open;
	bool is_found;
	const struct error *error = store_task_open_of_item(req, item_id, &open);

	if (error || !open)
		return error;
	store_task_end(req, open->id, "superseded", "a newer submission took its place");
	emit_review_task_supersede(req, open->id, 0, &(struct review_task_supersede_event){ .content_item_id = item_id });
	return process_cancel(req, "review", task_key(req, open->id), false, &is_found);
}

/* What content is asked, as the payload of the process that asks. */
static const struct error *
start_process(struct request *req, int64_t task_id, const char *step, const struct content_governance_transition_request *asked)
{
	struct buf payload;

	buf_init(&payload, req->arena, 512);
	buf_printf(&payload, "{\"taskId\":%" PRId64 ",\"attempt\":%" PRId64 ",\"asked\":", task_id, req->now_us);
	codec_json_write(&payload, &content_governance_transition_request_shape, asked);
	buf_add_char(&payload, '}');
	return process_start(req, &(struct process_start){ .kind = "review", .key = task_key(req, task_id), .step = step, .payload = payload.bytes }, NULL);
}

static const struct error *
start_reminder(struct request *req, int64_t task_id, const int64_t *due_at)
{
	bool is_found;
	const char *key = arena_printf(req->arena, "%" PRId64, task_id);
	const struct error *error = process_cancel(req, "reminder", key, false, &is_found);

	if (error || !due_at)
		return error;
	return process_start(req, &(struct process_start){ .kind = "reminder", .key = key, .at_us = *due_at }, NULL);
}

const struct error *
review_remind(struct request *req, int64_t task_id, const int64_t *due_at)
{
	return start_reminder(req, task_id, due_at);
}

const struct error *
review_submit(struct request *req, const struct submission *submission, int64_t *ret_task_id)
{
	const struct content_items_snapshot_response *item = submission->item;
	const struct workflow_row *workflow;
	const struct workflow_transition *transition = NULL;

	const struct error *error = store_workflow_active(req, item->content_type_id, &workflow);
	if (error)
		return error;
	if (!workflow && submission->to_state)
		return FAIL(req, EXTERNAL_FEEDBACK_WORKFLOW_NOT_FOUND, "no workflow governs content type %" PRId64, item->content_type_id);
	if (!workflow)
		return FAIL(req, WORKFLOW_INACTIVE, "no workflow governs content type %" PRId64, item->content_type_id);
	error = choose_transition(req, submission, workflow, &transition);
	if (!error)
		error = check_submission(req, submission, transition);
	if (!error)
		error = supersede(req, item->id);
	if (error)
		return error;
	struct review_task_row task = { .content_item_id = item->id, .content_type_id = item->content_type_id, .workflow_id = workflow->id,
		.workflow_transition_id = transition->id, .from_state = transition->from_state, .to_state = transition->to_state, .source = submission->source,
		.source_event_id = submission->source_event_id, .item_version = item->version, .content_hash = item->content_hash,
		.approvals_needed = transition->approvals_needed, .assignee = submission->assignee, .submitted_by = submission->submitter->id,
		.submitted_by_type = submission->submitter->type, .submitted_by_source = submission->submitter->source, .due_at = submission->due_at };
	error = store_task_add(req, &task, &task.id);
	if (error)
		return error;
	struct content_governance_transition_request asked = { .content_item_id = item->id, .expected_version = &item->version,
		.to_status = STATUS_IN_REVIEW, .actor_id = task.submitted_by, .actor_type = task.submitted_by_type, .actor_source = task.submitted_by_source };
	error = start_process(req, task.id, "submit", &asked);
	if (!error)
		error = start_reminder(req, task.id, submission->due_at);
	if (error)
		return error;
	emit_review_task_submit(req, task.id, 0, &(struct review_task_submit_event){ .content_item_id = item->id, .item_version = item->version,
	    .content_hash = item->content_hash, .to_state = task.to_state, .source = task.source, .assignee = task.assignee });
	*ret_task_id = task.id;
	return NULL;
}

/* ---- decision ---- */

const struct error *
review_begin_decision(struct request *req, const struct review_task_row *task, const char *decision, const char *reason)
{
	bool is_approved = strcmp(decision, "approved") == 0;
	static const char *const in_review[] = { STATUS_IN_REVIEW };
	struct content_governance_transition_request asked = { .content_item_id = task->content_item_id,
		.expected_hash = is_approved ? task->content_hash : NULL, .from_states = { in_review, 1 },
		.to_status = is_approved ? task->to_state : task->from_state, .actor_id = req->principal->id, .actor_type = req->principal->type,
		.actor_source = req->principal->source, .reason = reason };

	store_task_deciding(req, task->id, decision, reason);
	return start_process(req, task->id, "decide", &asked);
}

struct reading {
	int64_t id;
	const struct review_task_row *row;
};

static const struct error *
read_task(struct request *req, void *context)
{
	struct reading *reading = context;

	return store_task_get(req, reading->id, false, &reading->row);
}

const struct error *
review_await(struct request *req, int64_t task_id, const struct review_task_row **ret_task)
{
	struct reading reading = { .id = task_id };
	bool has_ended;
	const struct error *error = process_await(req, "review", task_key(req, task_id), AWAIT_MS, &has_ended);

	if (!error)
		error = request_transaction(req, read_task, &reading);
	if (!error && !reading.row)
		return FAIL(req, SERVICE_UNAVAILABLE, "review task %" PRId64 " was removed meanwhile", task_id);
	if (!error)
		*ret_task = reading.row;
	return error;
}
