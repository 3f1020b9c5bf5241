/* Operations over REST: plans, header checks, and the way to the operation and back. */
#include "rest/rest.h"

#include <string.h>

#include "rest/answer.h"
#include "http/header.h"
#include "pages/outcomes.h"

/* ---- plans ---- */

static void
plan_path(struct rest_plan *plan, struct arena *arena)
{
	size_t n = 0;
	const char *open = plan->route->path;

	while (n < ROUTE_VARIABLES_MAX && (open = strchr(open, '{'))) {
		size_t n_name = strcspn(open + 1, "}");
		plan->path_fields[n++] = shape_find(plan->operation->request, arena_strndup(arena, open + 1, n_name));
		open += n_name;
	}
}

/* Two paths of the contract, the first until its query; variables are equal whatever their names. */
static bool
is_same_path(const char *a, const char *b)
{
	while (*a && *a != '?' && *b) {
		if (*a == '{' && *b == '{') {
			a += strcspn(a, "}");
			b += strcspn(b, "}");
		} else if (*a++ != *b++) {
			return false;
		}
	}
	return (*a == '\0' || *a == '?') && *b == '\0';
}

const struct operation *
rest_operation_of(const char *action)
{
	size_t n_method = strcspn(action, " ");
	const char *path = action + n_method + (action[n_method] == ' ');

	for (size_t i = 0; i < registry_n_operations; i++) {
		const struct operation *operation = registry_operations[i];
		for (size_t r = 0; r < operation->n_routes; r++) {
			const struct route *route = &operation->routes[r];
			bool is_method = strncmp(route->method, action, n_method) == 0 && strlen(route->method) == n_method;
			if (is_method && is_same_path(path, route->path))
				return operation;
		}
	}
	return NULL;
}

static void
plan_meta(struct rest_plan *plan, struct arena *arena)
{
	const struct operation *operation = plan->operation;

	template_init(&plan->next_action, arena, operation->next_action ? operation->next_action : "", operation->response,
	    operation->request);
	for (size_t i = 0; operation->actions[i] && i < REST_ACTIONS_MAX; i++) {
		template_init(&plan->actions[i], arena, operation->actions[i], operation->response, operation->request);
		plan->action_operations[i] = rest_operation_of(operation->actions[i]);
		plan->n_actions++;
	}
}

static const struct shape_field *
version_header_field(const struct shape *shape)
{
	for (size_t i = 0; i < shape->n_fields; i++)
		if (shape->fields[i].header && strcmp(shape->fields[i].header, "if-match") == 0)
			return &shape->fields[i];
	return NULL;
}

static const struct rest_plan *
plan_new(struct arena *arena, const struct operation *operation, const struct route *route, struct outcomes *outcomes)
{
	struct rest_plan *plan = ARENA_NEW(arena, struct rest_plan);
	const struct shape_field *id = shape_find(operation->response, "id");
	const struct shape_field *version = shape_find(operation->response, "version");

	plan->operation = operation;
	plan->route = route;
	plan->outcomes = outcomes;
	plan->list = operation->list ? shape_find(operation->response, operation->list) : NULL;
	plan->etag = operation->etag ? shape_find(operation->response, operation->etag) : NULL;
	plan->expected_version = version_header_field(operation->request);
	if (id && version && version->type == SHAPE_INT && !plan->list) {
		plan->id = id;
		plan->version = version;
		plan->head_version = shape_find(operation->response, "workingCopyVersion");
	}
	plan_path(plan, arena);
	plan_meta(plan, arena);
	return plan;
}

const struct rest_plan *const *
rest_plans(struct arena *arena)
{
	size_t n = 0, n_max = 1;
	for (size_t i = 0; i < registry_n_operations; i++)
		n_max += registry_operations[i]->n_routes;

	const struct rest_plan **plans = ARENA_ARRAY(arena, const struct rest_plan *, n_max);
	for (size_t i = 0; i < registry_n_operations; i++) {
		const struct operation *operation = registry_operations[i];
		struct outcomes *outcomes = operation->n_routes > 0 ? outcomes_new(arena, operation->id) : NULL;
		for (size_t r = 0; r < operation->n_routes; r++)
			plans[n++] = plan_new(arena, operation, &operation->routes[r], outcomes);
	}
	return plans;
}

/* ---- requests ---- */

static void
check_content_type(struct exchange *exchange)
{
	const char *content_type = exchange_header(exchange, "content-type"), *encoding = exchange_header(exchange, "content-encoding");

	if (exchange->head.has_body && encoding && strcasecmp(encoding, "identity") != 0)
		ANSWER_FAIL(exchange, UNSUPPORTED_MEDIA_TYPE, "the body has the Content-Encoding '%s'; send it as it is", encoding);
	else if (exchange->head.has_body && (!content_type || !header_is_json(content_type)))
		ANSWER_FAIL(exchange, UNSUPPORTED_MEDIA_TYPE, "the body is %s%s%s", content_type ? "'" : "of no declared type",
		    content_type ? content_type : "", content_type ? "'" : "");
}

void
rest_check_headers(struct exchange *exchange)
{
	const char *key = exchange_header(exchange, "idempotency-key");

	if (key && !header_is_visible_ascii(key, IDEMPOTENCY_KEY_MAX)) {
		ANSWER_FAIL(exchange, IDEMPOTENCY_KEY_INVALID, "%s", IDEMPOTENCY_KEY_PROBLEM);
		return;
	}
	const char *if_none_match = exchange_header(exchange, "if-none-match");
	if (exchange->plan->expected_version && exchange->plan->operation->tx == OPERATION_TX_WRITE && if_none_match && strcmp(if_none_match, "*") == 0) {
		ANSWER_FAIL(exchange, PRECONDITION_FAILED, "If-None-Match: * asks that nothing is there, and this operation changes what is there");
		return;
	}
	check_content_type(exchange);
}

static void
on_invoked(void *context, const struct invoked *result)
{
	struct exchange *exchange = context;

	exchange->is_waiting = false;
	if (result->is_replayed)
		exchange_set_header(exchange, "x-idempotent-replayed", "true");
	if (result->error)
		answer_error(exchange, result->error);
	else
		rest_answer(exchange, result);
}

void
rest_run(struct exchange *exchange)
{
	const void *input = rest_read_input(exchange);

	if (!input)
		return;
	exchange->input = input;
	exchange_wait(exchange);
	invoke(exchange->gateway, &(struct invocation){ .operation = exchange->plan->operation, .input = input, .principal = &exchange->principal,
	    .key = &exchange->key, .request_id = exchange->request_id, .trace_parent = exchange->trace_parent, .surface = "rest",
	    .idempotency_key = exchange_header(exchange, "idempotency-key"), .labels = exchange->labels, .dry_run = exchange->dry_run, .arena = exchange->arena,
	    .done = on_invoked, .context = exchange });
}
