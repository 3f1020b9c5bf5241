/* handlers.c: what each operation on workflows decides.  Order follows proto/workflow.toml. */
#include <inttypes.h>
#include <string.h>

#include "outbound.h"
#include "rules.h"
#include "store.h"

static const struct error *
workflow_not_found(struct request *req, int64_t id)
{
	return FAIL(req, WORKFLOW_NOT_FOUND, "workflow %" PRId64 " does not exist", id);
}

static struct workflow
shown(const struct workflow_row *row)
{
	return (struct workflow){ .id = row->id, .name = row->name, .content_type_id = row->content_type_id, .active = row->active,
		.is_applied = row->is_applied, .agent_configured = row->agent_url != NULL, .created_at = row->created_at, .updated_at = row->updated_at };
}

static struct edge *
edges_of(struct request *req, const struct shape_list *transitions)
{
	const struct workflow_transition *list = transitions->items;
	struct edge *edges = ARENA_ARRAY(req->arena, struct edge, transitions->n + 1);

	for (size_t i = 0; i < transitions->n; i++)
		edges[i] = (struct edge){ list[i].from_state, list[i].to_state, list[i].approvals_needed };
	return edges;
}

static const struct error *
check_graph(struct request *req, const struct shape_list *transitions)
{
	const char *problem = rules_graph_problem(req->arena, edges_of(req, transitions), transitions->n);

	return problem ? FAIL_AT(req, WORKFLOW_INVALID, "/transitions", "%s", problem) : NULL;
}

static struct doc
roles_text(struct request *req, struct shape_list roles, const char *fallback)
{
	struct buf json;

	if (!roles.items)
		return (struct doc){ fallback, strlen(fallback) };
	buf_init(&json, req->arena, 64);
	buf_add_char(&json, '[');
	for (size_t i = 0; i < roles.n; i++) {
		const char *role = ((const char *const *)roles.items)[i];
		if (i > 0)
			buf_add_char(&json, ',');
		buf_add_json_text(&json, role, strlen(role));
	}
	buf_add_char(&json, ']');
	return (struct doc){ json.bytes, json.len };
}

/* A workflow as it is after its transaction, with content told. */
struct reading {
	int64_t id;
	const struct workflow_row *row;
	struct shape_list transitions;
};

static const struct error *
read_workflow(struct request *req, void *context)
{
	struct reading *reading = context;
	const struct error *error = store_workflow_get(req, reading->id, false, &reading->row);

	return error ? error : store_transition_list(req, reading->id, &reading->transitions);
}

static const struct error *
complete_workflow(struct request *req, int64_t id, struct workflow *out)
{
	struct reading reading = { .id = id };
	const struct error *error = govern_await(req, id);

	if (!error)
		error = request_transaction(req, read_workflow, &reading);
	if (error || !reading.row)
		return error;
	*out = shown(reading.row);
	out->transitions = reading.transitions;
	return NULL;
}

static const struct error *
changed(struct request *req, const struct workflow_row *row, const char *change)
{
	const struct error *error = govern_begin(req, row, row->generation + 1, false);

	if (!error)
		emit_workflow_update(req, row->id, 0, &(struct workflow_update_event){ .name = row->name, .active = row->active, .change = change });
	return error;
}

/* ---- workflows ---- */

const struct error *
workflow_workflows_create_prepare(struct request *req, const struct workflow_workflows_create_request *in)
{
	struct content_type type;
	struct content_types_get_request get = { .id = in->content_type_id };

	return request_call(req, &operation_content_types_get, &get, NULL, &type);
}

static const struct error *
add_transitions(struct request *req, int64_t workflow_id, struct shape_list wanted, struct shape_list *ret_made)
{
	struct workflow_transition *made = ARENA_ARRAY(req->arena, struct workflow_transition, wanted.n + 1);

	for (size_t i = 0; i < wanted.n; i++) {
		const struct new_transition *one = (const struct new_transition *)wanted.items + i;
		made[i] = (struct workflow_transition){ .workflow_id = workflow_id, .from_state = one->from_state, .to_state = one->to_state,
			.required_roles = roles_text(req, one->required_roles, "[]"), .decision_roles = roles_text(req, one->decision_roles, "[\"admin\"]"),
			.approvals_needed = one->approvals_needed ? *one->approvals_needed : 1, .author_may_decide = one->author_may_decide && *one->author_may_decide };
		const struct error *error = store_transition_add(req, &made[i], &made[i].id);
		if (error)
			return error;
	}
	*ret_made = (struct shape_list){ made, wanted.n };
	return check_graph(req, ret_made);
}

/* Left out: as it was; empty: nobody is told any more. */
static const struct error *
set_agent(struct request *req, const char *url, const char *secret, struct workflow_row *row)
{
	const char *problem = url && *url ? outbound_check_url(req->arena, url) : NULL;

	if (problem)
		return FAIL_AT(req, WORKFLOW_AGENT_URL_UNSAFE, "/agentUrl", "the URL cannot be an agent's: %s", problem);
	if (url)
		row->agent_url = *url ? url : NULL;
	if (secret)
		row->agent_secret = request_seal(req, secret);
	return NULL;
}

const struct error *
workflow_workflows_create(struct request *req, const struct workflow_workflows_create_request *in, struct workflow *out)
{
	struct workflow_row row = { .name = in->name, .content_type_id = in->content_type_id, .active = *in->active, .generation = 1,
		.is_applied = !*in->active, .created_at = req->now_us, .updated_at = req->now_us };
	struct shape_list made;

	const struct error *error = set_agent(req, in->agent_url, in->agent_secret, &row);
	if (!error)
		error = store_workflow_add(req, &row, &row.id);
	if (!error)
		error = add_transitions(req, row.id, in->transitions, &made);
	if (!error && row.active)
		error = govern_begin(req, &row, 1, false);
	if (error)
		return error;
	*out = shown(&row);
	out->transitions = made;
	emit_workflow_create(req, row.id, 0, &(struct workflow_create_event){ .name = in->name, .content_type_id = in->content_type_id, .active = row.active });
	if (req->dry_run)
		out->id = 0;
	return NULL;
}

const struct error *
workflow_workflows_create_complete(struct request *req, const struct workflow_workflows_create_request *in, struct workflow *out)
{
	(void)in;
	return complete_workflow(req, out->id, out);
}

const struct error *
workflow_workflows_list(struct request *req, const struct workflow_workflows_list_request *in, struct workflow_workflows_list_response *out)
{
	struct shape_list rows;
	const struct error *error = store_workflow_list(req, in, *in->limit + 1, &rows);
	if (error)
		return error;
	out->has_more = (int64_t)rows.n > *in->limit;
	size_t n = out->has_more ? (size_t)*in->limit : rows.n;
	struct workflow *list = ARENA_ARRAY(req->arena, struct workflow, n + 1);
	for (size_t i = 0; i < n; i++)
		list[i] = shown((const struct workflow_row *)rows.items + i);
	out->workflows = (struct shape_list){ list, n };
	return NULL;
}

const struct error *
workflow_workflows_get(struct request *req, const struct workflow_workflows_get_request *in, struct workflow_workflows_get_response *out)
{
	struct reading reading = { .id = in->id };
	const struct error *error = read_workflow(req, &reading);
	if (error)
		return error;
	if (!reading.row)
		return workflow_not_found(req, in->id);
	struct workflow *workflow = ARENA_NEW(req->arena, struct workflow);
	*workflow = shown(reading.row);
	workflow->transitions = reading.transitions;
	out->workflow = workflow;
	out->diagram = diagram_text(req->arena, edges_of(req, &reading.transitions), reading.transitions.n);
	out->picture = diagram_picture(req->arena, edges_of(req, &reading.transitions), reading.transitions.n);
	return NULL;
}

const struct error *
workflow_workflows_active(struct request *req, const struct workflow_workflows_active_request *in, struct workflow *out)
{
	const struct workflow_row *row;
	const struct error *error = store_workflow_active(req, in->content_type_id, &row);
	if (error)
		return error;
	if (!row)
		return FAIL(req, WORKFLOW_NOT_FOUND, "no workflow governs content type %" PRId64, in->content_type_id);
	*out = shown(row);
	return store_transition_list(req, row->id, &out->transitions);
}

const struct error *
workflow_workflows_update(struct request *req, const struct workflow_workflows_update_request *in, struct workflow *out)
{
	const struct workflow_row *before;
	struct shape_list transitions;

	if (!in->name && !in->active && !in->agent_url && !in->agent_secret)
		return FAIL(req, EMPTY_UPDATE_BODY, "give name, active, agentUrl or agentSecret");
	const struct error *error = store_workflow_get(req, in->id, true, &before);
	if (error)
		return error;
	if (!before)
		return workflow_not_found(req, in->id);
	struct workflow_row row = *before;
	row.name = in->name ? in->name : row.name;
	row.active = in->active ? *in->active : row.active;
	error = set_agent(req, in->agent_url, in->agent_secret, &row);
	if (!error)
		error = store_transition_list(req, row.id, &transitions);
	if (!error && row.active && !before->active)
		error = check_graph(req, &transitions);
	if (!error)
		error = store_workflow_update(req, &row);
	if (!error)
		error = changed(req, &row, row.active == before->active ? in->name ? "renamed" : "another agent" : row.active ? "activated" : "deactivated");
	if (error)
		return error;
	*out = shown(&row);
	out->transitions = transitions;
	out->is_applied = false;
	return NULL;
}

const struct error *
workflow_workflows_update_complete(struct request *req, const struct workflow_workflows_update_request *in, struct workflow *out)
{
	return complete_workflow(req, in->id, out);
}

const struct error *
workflow_workflows_delete(struct request *req, const struct workflow_workflows_delete_request *in, struct confirmation *out)
{
	const struct workflow_row *row;
	bool is_open = false;
	const struct error *error = store_workflow_get(req, in->id, true, &row);
	if (error)
		return error;
	if (!row)
		return workflow_not_found(req, in->id);
	error = store_task_is_open(req, in->id, NULL, &is_open);
	if (!error && is_open)
		return FAIL(req, WORKFLOW_IN_USE, "workflow %" PRId64 " has open reviews", in->id);
	if (!error)
		error = govern_begin(req, row, row->generation + 1, true);
	if (error)
		return error;
	store_workflow_delete(req, in->id);
	out->id = in->id;
	out->message = arena_printf(req->arena, "workflow %" PRId64 " was deleted", in->id);
	emit_workflow_delete(req, in->id, 0, &(struct workflow_delete_event){ .name = row->name, .content_type_id = row->content_type_id });
	return NULL;
}

const struct error *
workflow_workflows_delete_complete(struct request *req, const struct workflow_workflows_delete_request *in, struct confirmation *out)
{
	(void)out;
	return govern_await(req, in->id);
}

/* ---- transitions ---- */

/* An active workflow with the change that was just made; an inactive one is built step by step and checked when it is activated. */
static const struct error *
check_stored_graph(struct request *req, const struct workflow_row *row)
{
	struct shape_list transitions;
	const struct error *error = row->active ? store_transition_list(req, row->id, &transitions) : NULL;

	return error || !row->active ? error : check_graph(req, &transitions);
}

const struct error *
workflow_transitions_create(struct request *req, const struct workflow_transitions_create_request *in, struct workflow_transition *out)
{
	const struct workflow_row *row;
	const struct error *error = store_workflow_get(req, in->id, true, &row);
	if (error)
		return error;
	if (!row)
		return workflow_not_found(req, in->id);
	*out = (struct workflow_transition){ .workflow_id = in->id, .from_state = in->from_state, .to_state = in->to_state,
		.required_roles = roles_text(req, in->required_roles, "[]"), .decision_roles = roles_text(req, in->decision_roles, "[\"admin\"]"),
		.approvals_needed = *in->approvals_needed, .author_may_decide = *in->author_may_decide };
	error = store_transition_add(req, out, &out->id);
	if (!error)
		error = check_stored_graph(req, row);
	if (!error)
		error = store_workflow_update(req, row);
	if (!error)
		error = changed(req, row, "transition added");
	if (req->dry_run)
		out->id = 0;
	return error;
}

const struct error *
workflow_transitions_create_complete(struct request *req, const struct workflow_transitions_create_request *in, struct workflow_transition *out)
{
	(void)out;
	return govern_await(req, in->id);
}

const struct error *
workflow_transitions_delete(struct request *req, const struct workflow_transitions_delete_request *in, struct confirmation *out)
{
	const struct workflow_row *row;
	bool is_open = false, is_found = false;
	const struct error *error = store_workflow_get(req, in->id, true, &row);
	if (error)
		return error;
	if (!row)
		return workflow_not_found(req, in->id);
	error = store_task_is_open(req, in->id, &in->transition_id, &is_open);
	if (!error && is_open)
		return FAIL(req, WORKFLOW_IN_USE, "transition %" PRId64 " has open reviews", in->transition_id);
	if (!error)
		error = store_transition_delete(req, in->id, in->transition_id, &is_found);
	if (!error && !is_found)
		return FAIL(req, WORKFLOW_TRANSITION_NOT_FOUND, "workflow %" PRId64 " has no transition %" PRId64, in->id, in->transition_id);
	if (!error)
		error = check_stored_graph(req, row);
	if (!error)
		error = store_workflow_update(req, row);
	if (!error)
		error = changed(req, row, "transition removed");
	if (error)
		return error;
	out->id = in->transition_id;
	out->message = arena_printf(req->arena, "transition %" PRId64 " was removed", in->transition_id);
	return NULL;
}

const struct error *
workflow_transitions_delete_complete(struct request *req, const struct workflow_transitions_delete_request *in, struct confirmation *out)
{
	(void)out;
	return govern_await(req, in->id);
}

/* ---- for forms ---- */

const struct error *
workflow_workflows_governing(struct request *req, const struct workflow_workflows_governing_request *in, struct workflow_workflows_governing_response *out)
{
	const struct workflow_row *governing, *its_workflow;
	const struct error *error = store_workflow_active(req, in->content_type_id, &governing);

	if (error)
		return error;
	out->is_governed = governing != NULL;
	if (!in->workflow_transition_id)
		return NULL;
	error = store_transition_get(req, *in->workflow_transition_id, &out->transition);
	if (error || !out->transition)
		return error;
	error = store_workflow_get(req, out->transition->workflow_id, false, &its_workflow);
	if (error || !its_workflow)
		return error;
	out->transition_type_id = &its_workflow->content_type_id;
	out->transition_active = &its_workflow->active;
	return NULL;
}
