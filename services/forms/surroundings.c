/* What a form needs of other services: a type whose items can be made as the form makes them, and a transition that anybody may ask for. */
#include <inttypes.h>
#include <string.h>

#include "rules.h"

static const struct error *
ask_type(struct request *req, int64_t id, const struct content_type **ret_type)
{
	struct content_type *type = ARENA_NEW(req->arena, struct content_type);
	struct content_types_get_request in = { .id = id };
	const struct error *error = request_call(req, &operation_content_types_get, &in, NULL, type);

	if (error && error->info == &error_catalogue[ERROR_CONTENT_TYPE_NOT_FOUND])
		return FAIL_AT(req, FORM_CONTENT_TYPE_NOT_FOUND, "/contentTypeId", "content type %" PRId64 " does not exist", id);
	*ret_type = type;
	return error;
}

static const struct error *
ask_workflow(struct request *req, int64_t type_id, const int64_t *transition_id, struct workflow_workflows_governing_response *ret_workflow)
{
	struct workflow_workflows_governing_request in = { .content_type_id = type_id, .workflow_transition_id = transition_id };
	const struct principal *caller = req->principal;

	req->principal = request_system_principal(req);
	const struct error *error = request_call(req, &operation_workflow_workflows_governing, &in, NULL, ret_workflow);
	req->principal = caller;
	return error;
}

/* The first of content's objections that is about a member of the default data: others are what the fields are for. */
static const char *
objection(struct request *req, const struct error *refusal, const struct json_value *defaults)
{
	struct json_error wrong;
	const struct json_value *context = refusal->context ? json_parse(req->arena, refusal->context, strlen(refusal->context), NULL, &wrong) : NULL;
	const struct json_value *errors = context ? json_get(context, "errors") : NULL;

	for (size_t i = 0; errors && errors->type == JSON_LIST && i < errors->n; i++) {
		const struct json_value *path = json_get(&errors->items[i], "path"), *message = json_get(&errors->items[i], "message");
		if (!path || path->type != JSON_TEXT || path->text[0] != '/' || !message || message->type != JSON_TEXT)
			continue;
		if (json_get_n(defaults, path->text + 1, strcspn(path->text + 1, "/")))
			return arena_printf(req->arena, "%s %s", path->text, message->text);
	}
	return NULL;
}

/* An item of the default data alone, in a dry run. */
static const struct error *
try_defaults(struct request *req, int64_t type_id, struct doc data)
{
	struct json_error wrong;
	const struct json_value *defaults = json_parse(req->arena, data.json, data.len, NULL, &wrong);
	const struct principal *caller = req->principal;
	struct content_item *item = ARENA_NEW(req->arena, struct content_item);
	struct content_items_create_as_request in = { .content_type_id = type_id, .data = data, .status = "draft", .actor_id = "form", .actor_type = "form",
		.actor_source = "public" };
	bool was_dry_run = req->dry_run;

	if (!defaults || defaults->type != JSON_OBJECT || defaults->n == 0)
		return NULL;
	req->principal = request_system_principal(req);
	req->dry_run = true;
	const struct error *error = request_call(req, &operation_content_items_create_as, &in, arena_printf(req->arena, "try:%s", req->request_id), item);
	req->dry_run = was_dry_run;
	req->principal = caller;
	if (!error || req->call_fate != CALL_REFUSED)
		return error;
	const char *problem = error->info == &error_catalogue[ERROR_CONTENT_SCHEMA_VALIDATION_FAILED] ? objection(req, error, defaults) : NULL;
	return problem ? FAIL_AT(req, FORM_DEFAULT_DATA_INVALID, "/defaultData", "the type does not take it: %s", problem) : NULL;
}

const struct error *
surroundings_ask(struct request *req, int64_t type_id, const int64_t *transition_id, struct doc default_data, struct surroundings *ret_surroundings)
{
	const struct error *error = ask_type(req, type_id, &ret_surroundings->type);

	if (!error)
		error = ask_workflow(req, type_id, transition_id, &ret_surroundings->workflow);
	if (!error && default_data.json)
		error = try_defaults(req, type_id, default_data);
	return error;
}

static const struct error *
check_transition(struct request *req, const struct surroundings *surroundings, const struct definition *definition)
{
	const struct workflow_workflows_governing_response *workflow = &surroundings->workflow;
	const struct workflow_transition *transition = workflow->transition;
	const char *pointer = "/workflowTransitionId";

	if (!transition)
		return FAIL_AT(req, FORM_WORKFLOW_TRANSITION_NOT_FOUND, pointer, "transition %" PRId64 " does not exist", *definition->workflow_transition_id);
	if (!workflow->transition_type_id || *workflow->transition_type_id != definition->type->id)
		return FAIL_AT(req, FORM_WORKFLOW_TRANSITION_CONTENT_TYPE_MISMATCH, pointer, "transition %" PRId64 " is not of content type %" PRId64, transition->id, definition->type->id);
	if (!workflow->transition_active || !*workflow->transition_active)
		return FAIL_AT(req, FORM_WORKFLOW_TRANSITION_INACTIVE, pointer, "the workflow of transition %" PRId64 " is not active", transition->id);
	if (transition->required_roles.len > 2)
		return FAIL_AT(req, FORM_WORKFLOW_TRANSITION_REQUIRES_ROLES, pointer, "transition %" PRId64 " needs one of the scopes %.*s", transition->id,
		    (int)transition->required_roles.len, transition->required_roles.json);
	if (strcmp(transition->from_state, definition->submission_status) != 0)
		return FAIL_AT(req, FORM_UNSUBMITTABLE, pointer, "items are made as '%s', the transition starts from '%s'", definition->submission_status, transition->from_state);
	return NULL;
}

const struct error *
surroundings_check(struct request *req, const struct surroundings *surroundings, const struct definition *definition)
{
	static const char *const states[] = { "draft", "in_review", "published", "archived" };
	bool is_known = false;

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		is_known |= strcmp(definition->submission_status, states[i]) == 0;
	if (surroundings->workflow.is_governed && strcmp(definition->submission_status, "draft") != 0)
		return FAIL_AT(req, FORM_UNSUBMITTABLE, "/submissionStatus", "a workflow governs the type: items are made as draft, not as '%s'", definition->submission_status);
	if (!is_known)
		return FAIL_AT(req, FORM_UNSUBMITTABLE, "/submissionStatus", "'%s' is no status: it is draft, in_review, published or archived", definition->submission_status);
	if (definition->open_from && definition->open_until && *definition->open_from >= *definition->open_until)
		return FAIL_AT(req, FORM_UNSUBMITTABLE, "/openUntil", "the form would close before it opens");
	return definition->workflow_transition_id ? check_transition(req, surroundings, definition) : NULL;
}
