/* What the gateway answers itself. */
#include "dispatch/local.h"

#include "events.h"
#include "gateway_proto.h"

struct local_operation {
	const struct operation *operation;
	const struct error *(*answer)(struct arena *arena, const void *in, void *out);
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
capabilities(struct arena *arena, const void *in, void *out)
{
	struct gateway_capabilities_response *response = out;

	(void)in;
	response->version = WORDCLAW_VERSION;
	response->operations = list_operations(arena);
	response->events = list_events(arena);
	return NULL;
}

static const struct local_operation operations[] = {
	{ &operation_gateway_capabilities, capabilities },
};

bool
local_answer(const struct operation *operation, struct arena *arena, const void *in, void *out, const struct error **ret_error)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (operations[i].operation != operation)
			continue;
		*ret_error = operations[i].answer(arena, in, out);
		return true;
	}
	return false;
}
