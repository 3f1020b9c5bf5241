/* What the gateway answers itself. */
#include "dispatch/local.h"

#include "events.h"
#include "discovery/deployment.h"
#include "discovery/workspace.h"
#include "error_codes.h"
#include "events/event_wait.h"
#include "guides/guides.h"

struct local_operation {
	const struct operation *operation;
	const struct error *(*answer)(struct arena *arena, const struct principal *principal, const void *in, void *out); /* fills out (zeroed) */
	void (*begin)(struct gateway *gateway, const struct dispatch_request *request); /* or: answers when it can */
};

static const char *
route_of(struct arena *arena, const struct operation *operation)
{
	return arena_printf(arena, "%s %s", operation->routes[0].method, operation->routes[0].path);
}

static struct shape_list
list_operations(struct arena *arena)
{
	struct capability *list = ARENA_ARRAY(arena, struct capability, registry_n_operations);
	size_t n = 0;

	for (size_t i = 0; i < registry_n_operations; i++) {
		const struct operation *operation = registry_operations[i];
		if (operation->n_routes == 0)
			continue;
		list[n++] = (struct capability){ .id = operation->id, .summary = operation->summary, .rest = route_of(arena, operation),
			.mcp = operation->mcp, .graphql = operation->graphql, .cli = operation->cli, .scope = operation->scope,
			.writes = operation->tx == OPERATION_TX_WRITE, .dry_run = operation->flags & OPERATION_DRY_RUN,
			.idempotent = operation->flags & OPERATION_IDEMPOTENT };
	}
	return (struct shape_list){ list, n };
}

static struct shape_list
list_events(struct arena *arena)
{
	size_t n = 0;
	while (registry_events[n])
		n++;
	struct capability_event *list = ARENA_ARRAY(arena, struct capability_event, n);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct capability_event){ .type = registry_events[i]->name, .summary = registry_events[i]->summary,
			.scope = registry_events[i]->scope };
	return (struct shape_list){ list, n };
}

static const struct error *
capabilities(struct arena *arena, const struct principal *principal, const void *in, void *out)
{
	struct gateway_capabilities_response *response = out;

	(void)principal;
	(void)in;
	response->version = WORDCLAW_VERSION;
	response->operations = list_operations(arena);
	response->events = list_events(arena);
	return NULL;
}

static const struct error *
list_guides(struct arena *arena, const struct principal *principal, const void *in, void *out)
{
	struct gateway_guides_list_response *response = out;

	(void)principal;
	(void)in;
	response->tasks = guides_list(arena);
	return NULL;
}

static const struct local_operation operations[] = {
	{ .operation = &operation_gateway_capabilities, .answer = capabilities },
	{ .operation = &operation_gateway_guides_list, .answer = list_guides },
	{ .operation = &operation_gateway_guides_get, .begin = guides_begin },
	{ .operation = &operation_gateway_events_wait, .begin = event_wait_begin },
	{ .operation = &operation_gateway_workspace_context, .begin = workspace_context },
	{ .operation = &operation_gateway_workspace_target, .begin = workspace_target },
	{ .operation = &operation_gateway_deployment_status, .begin = deployment_status },
};

static void
answer(const struct local_operation *local, const struct dispatch_request *request)
{
	struct dispatch_reply reply = { .error = NULL };
	void *output = arena_alloc(request->arena, request->operation->response->size);

	reply.error = local->answer(request->arena, request->principal, request->input, output);
	reply.output = output;
	request->done(request->context, &reply);
}

static const struct local_operation *
find(const struct operation *operation)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (operations[i].operation == operation)
			return &operations[i];
	return NULL;
}

bool
local_has(const struct operation *operation)
{
	return find(operation) != NULL;
}

bool
local_run(struct gateway *gateway, const struct dispatch_request *request)
{
	const struct local_operation *local = find(request->operation);

	if (!local)
		return false;
	if (local->begin)
		local->begin(gateway, request);
	else
		answer(local, request);
	return true;
}
