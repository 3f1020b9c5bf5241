/* Workflow's rows: one call, one statement. */
#include "store.h"

const struct constraint_error store_constraints[] = {
	{ "workflows_one_active", ERROR_WORKFLOW_ACTIVE_CONFLICT, "another workflow governs this content type" },
	{ "workflow_transitions_once", ERROR_WORKFLOW_TRANSITION_CONFLICT, "the workflow has this transition already" },
};
const size_t store_n_constraints = sizeof(store_constraints) / sizeof(store_constraints[0]);

static const struct error *
find_id(struct request *req, const struct db_statement *statement, const struct db_param *params, int64_t *ret_id)
{
	const struct workflow_id_row *row;
	const struct error *error = query_find(req, statement, params, &row);

	if (!error)
		*ret_id = row->id;
	return error;
}

/* ---- workflows ---- */

const struct error *
store_workflow_get(struct request *req, int64_t id, bool is_locked, const struct workflow_row **ret_row)
{
	return query_find(req, is_locked ? &workflow_workflow_lock_query : &workflow_workflow_get_query, PARAMS(P_INT(id)), ret_row);
}

const struct error *
store_workflow_active(struct request *req, int64_t content_type_id, const struct workflow_row **ret_row)
{
	return query_find(req, &workflow_workflow_active_query, PARAMS(P_INT(content_type_id)), ret_row);
}

const struct error *
store_workflow_list(struct request *req, const struct workflow_workflows_list_request *in, int64_t limit, struct shape_list *ret_rows)
{
	int64_t after = in->after ? *in->after : 0;

	if (!in->content_type_id)
		return query_list(req, &workflow_workflow_list_query, PARAMS(P_INT(after), P_INT(limit)), ret_rows);
	return query_list(req, &workflow_workflow_list_of_type_query, PARAMS(P_INT(after), P_INT(limit), P_INT(*in->content_type_id)), ret_rows);
}

const struct error *
store_workflow_add(struct request *req, const struct workflow_row *w, int64_t *ret_id)
{
	return find_id(req, &workflow_workflow_add_query, PARAMS(P_INT(req->tenant), P_TEXT(w->name), P_INT(w->content_type_id), P_BOOL(w->active),
	    P_TIME(req->now_us), P_TEXT(w->agent_url), P_TEXT(w->agent_secret)), ret_id);
}

const struct error *
store_workflow_update(struct request *req, const struct workflow_row *w)
{
	int64_t n;

	return query_exec(req, &workflow_workflow_update_query, PARAMS(P_INT(w->id), P_TEXT(w->name), P_BOOL(w->active), P_TIME(req->now_us),
	    P_TEXT(w->agent_url), P_TEXT(w->agent_secret)), &n);
}

void
store_workflow_applied(struct request *req, int64_t id, int64_t generation)
{
	query_send(req, &workflow_workflow_applied_query, PARAMS(P_INT(id), P_INT(generation)));
}

void
store_workflow_delete(struct request *req, int64_t id)
{
	query_send(req, &workflow_workflow_delete_query, PARAMS(P_INT(id)));
}

const struct error *
store_transition_list(struct request *req, int64_t workflow_id, struct shape_list *ret_transitions)
{
	return query_list(req, &workflow_transition_list_query, PARAMS(P_INT(workflow_id)), ret_transitions);
}

const struct error *
store_transition_get(struct request *req, int64_t id, const struct workflow_transition **ret_transition)
{
	return query_find(req, &workflow_transition_get_query, PARAMS(P_INT(id)), ret_transition);
}

const struct error *
store_transition_add(struct request *req, const struct workflow_transition *t, int64_t *ret_id)
{
	return find_id(req, &workflow_transition_add_query, PARAMS(P_INT(req->tenant), P_INT(t->workflow_id), P_TEXT(t->from_state), P_TEXT(t->to_state),
	    P_DOC(t->required_roles), P_DOC(t->decision_roles), P_INT(t->approvals_needed), P_BOOL(t->author_may_decide)), ret_id);
}

const struct error *
store_transition_delete(struct request *req, int64_t workflow_id, int64_t id, bool *ret_found)
{
	int64_t n = 0;
	const struct error *error = query_exec(req, &workflow_transition_delete_query, PARAMS(P_INT(id), P_INT(workflow_id)), &n);

	*ret_found = n > 0;
	return error;
}

/* ---- reviews ---- */

const struct error *
store_task_get(struct request *req, int64_t id, bool is_locked, const struct review_task_row **ret_row)
{
	return query_find(req, is_locked ? &workflow_task_lock_query : &workflow_task_get_query, PARAMS(P_INT(id)), ret_row);
}

const struct error *
store_task_open_of_item(struct request *req, int64_t content_item_id, const struct review_task_row **ret_row)
{
	return query_find(req, &workflow_task_open_of_item_query, PARAMS(P_INT(content_item_id)), ret_row);
}

const struct error *
store_task_list(struct request *req, const struct workflow_reviews_list_request *in, int64_t limit, struct shape_list *ret_rows)
{
	int64_t after = in->after ? *in->after : 0;

	if (*in->mine)
		return query_list(req, &workflow_task_list_of_assignee_query, PARAMS(P_TEXT(in->status), P_INT(after), P_INT(limit), P_TEXT(req->principal->id)), ret_rows);
	if (in->content_item_id)
		return query_list(req, &workflow_task_list_of_item_query, PARAMS(P_TEXT(in->status), P_INT(after), P_INT(limit), P_INT(*in->content_item_id)), ret_rows);
	if (in->content_type_id)
		return query_list(req, &workflow_task_list_of_type_query, PARAMS(P_TEXT(in->status), P_INT(after), P_INT(limit), P_INT(*in->content_type_id)), ret_rows);
	return query_list(req, &workflow_task_list_query, PARAMS(P_TEXT(in->status), P_INT(after), P_INT(limit)), ret_rows);
}

const struct error *
store_task_add(struct request *req, const struct review_task_row *t, int64_t *ret_id)
{
	return find_id(req, &workflow_task_add_query, PARAMS(P_INT(req->tenant), P_INT(t->content_item_id), P_INT(t->content_type_id), P_INT(t->workflow_id),
	    P_INT(t->workflow_transition_id), P_TEXT(t->from_state), P_TEXT(t->to_state), P_TEXT(t->source), P_INT_OPT(t->source_event_id),
	    P_INT(t->item_version), P_TEXT(t->content_hash), P_INT(t->approvals_needed), P_TEXT(t->assignee), P_TEXT(t->submitted_by),
	    P_TEXT(t->submitted_by_type), P_TEXT(t->submitted_by_source), P_TIME_OPT(t->due_at), P_TIME(req->now_us)), ret_id);
}

void
store_task_submitted(struct request *req, int64_t id, int64_t item_version)
{
	query_send(req, &workflow_task_submitted_query, PARAMS(P_INT(id), P_INT(item_version), P_TIME(req->now_us)));
}

void
store_task_deciding(struct request *req, int64_t id, const char *decision, const char *reason)
{
	query_send(req, &workflow_task_deciding_query, PARAMS(P_INT(id), P_TEXT(decision), P_TEXT(req->principal->id), P_TEXT(req->principal->type),
	    P_TEXT(req->principal->source), P_TIME(req->now_us), P_TEXT(reason)));
}

void
store_task_decided(struct request *req, int64_t id)
{
	query_send(req, &workflow_task_decided_query, PARAMS(P_INT(id), P_TIME(req->now_us)));
}

void
store_task_reopen(struct request *req, int64_t id, const char *reason)
{
	query_send(req, &workflow_task_reopen_query, PARAMS(P_INT(id), P_TEXT(reason), P_TIME(req->now_us)));
}

void
store_task_end(struct request *req, int64_t id, const char *status, const char *reason)
{
	query_send(req, &workflow_task_end_query, PARAMS(P_INT(id), P_TEXT(status), P_TEXT(reason), P_TIME(req->now_us)));
}

const struct error *
store_task_end_of_item(struct request *req, int64_t content_item_id, const char *reason, struct shape_list *ret_ids)
{
	return query_list(req, &workflow_task_end_of_item_query, PARAMS(P_INT(content_item_id), P_TEXT(reason)), ret_ids);
}

void
store_task_assign(struct request *req, int64_t id, const char *assignee, const int64_t *due_at)
{
	query_send(req, &workflow_task_assign_query, PARAMS(P_INT(id), P_TEXT(assignee), P_TIME_OPT(due_at), P_TIME(req->now_us)));
}

const struct error *
store_task_is_open(struct request *req, int64_t workflow_id, const int64_t *transition_id, bool *ret_is_open)
{
	const struct workflow_id_row *row;
	const struct error *error = query_find(req, &workflow_task_open_of_workflow_query, PARAMS(P_INT(workflow_id), P_INT_OPT(transition_id)), &row);

	if (!error)
		*ret_is_open = row != NULL;
	return error;
}

const struct error *
store_decision_add(struct request *req, int64_t task_id, const char *decision, const char *reason, bool *ret_is_new)
{
	int64_t n = 0;
	const struct error *error = query_exec(req, &workflow_decision_add_query, PARAMS(P_INT(req->tenant), P_INT(task_id), P_TEXT(req->principal->id),
	    P_TEXT(req->principal->type), P_TEXT(req->principal->source), P_TEXT(decision), P_TEXT(reason), P_TIME(req->now_us)), &n);

	*ret_is_new = n == 1;
	return error;
}

void
store_decisions_clear(struct request *req, int64_t task_id)
{
	query_send(req, &workflow_decisions_clear_query, PARAMS(P_INT(task_id)));
}

const struct error *
store_approval_count(struct request *req, int64_t task_id, int64_t *ret_n)
{
	const struct workflow_count_row *row;
	const struct error *error = query_find(req, &workflow_approval_count_query, PARAMS(P_INT(task_id)), &row);

	if (!error)
		*ret_n = row->total;
	return error;
}

/* ---- comments and feedback ---- */

const struct error *
store_comment_add(struct request *req, const struct review_comment *c, const struct principal *author, int64_t *ret_id)
{
	return find_id(req, &workflow_comment_add_query, PARAMS(P_INT(req->tenant), P_INT(c->content_item_id), P_INT_OPT(c->review_task_id),
	    P_INT_OPT(c->item_version), P_TEXT(c->path), P_TEXT(author->id), P_TEXT(author->type), P_TEXT(author->source), P_TEXT(c->comment),
	    P_TIME(req->now_us)), ret_id);
}

const struct error *
store_comment_list(struct request *req, int64_t content_item_id, int64_t before, int64_t limit, struct shape_list *ret_comments)
{
	return query_list(req, &workflow_comment_list_query, PARAMS(P_INT(content_item_id), P_INT(before), P_INT(limit)), ret_comments);
}

const struct error *
store_feedback_add(struct request *req, const struct external_feedback_event *e, const char *email, int64_t *ret_id)
{
	return find_id(req, &workflow_feedback_add_query, PARAMS(P_INT(req->tenant), P_INT(e->content_item_id), P_INT(e->published_version),
	    P_TEXT(e->decision), P_TEXT(e->comment), P_TEXT(e->prompt), P_TEXT(e->refinement_mode), P_TEXT(e->actor_id), P_TEXT(e->actor_source),
	    P_TEXT(e->actor_display_name), P_TEXT(email), P_TIME(req->now_us)), ret_id);
}

void
store_feedback_link(struct request *req, int64_t id, int64_t task_id)
{
	query_send(req, &workflow_feedback_link_query, PARAMS(P_INT(id), P_INT(task_id)));
}

const struct error *
store_feedback_list(struct request *req, int64_t content_item_id, int64_t before, int64_t limit, struct shape_list *ret_events)
{
	return query_list(req, &workflow_feedback_list_query, PARAMS(P_INT(content_item_id), P_INT(before), P_INT(limit)), ret_events);
}

/* ---- working copies of agents ---- */

const struct error *
store_feedback_take(struct request *req, int64_t id, bool *ret_is_taken)
{
	int64_t n = 0;
	const struct error *error = query_exec(req, &workflow_feedback_take_query, PARAMS(P_INT(id), P_TIME(req->now_us)), &n);

	*ret_is_taken = n == 1;
	return error;
}

void
store_feedback_revised(struct request *req, int64_t id, int64_t version)
{
	query_send(req, &workflow_feedback_revised_query, PARAMS(P_INT(id), P_INT(version)));
}

void
store_feedback_unrevised(struct request *req, int64_t id, const struct error *refusal)
{
	query_send(req, &workflow_feedback_unrevised_query, PARAMS(P_INT(id), P_TEXT(refusal->info->code), P_TEXT(refusal->message), P_TEXT(refusal->context)));
}

const struct error *
store_feedback_revision(struct request *req, int64_t id, const struct feedback_revision_row **ret_row)
{
	return query_find(req, &workflow_feedback_revision_query, PARAMS(P_INT(id)), ret_row);
}

const struct error *
store_agents_claimed(struct request *req, const int64_t *ids, const int64_t *workflow_ids, size_t n, struct shape_list *ret_rows)
{
	return query_list(req, &workflow_agents_claimed_query, PARAMS(P_INT_LIST(ids, n), P_INT_LIST(workflow_ids, n)), ret_rows);
}
