/* The life of a call: usually its exchange's; a call whose client may be asked has an arena of its own. */
#include <string.h>

#include "mcp/client/client_requests.h"
#include "mcp/mcp.h"
#include "mcp/client/subscriptions.h"

enum { CALL_ARENA_BYTES = 32 * 1024 * 1024 };

struct mcp_call *
mcp_call_new(struct exchange *exchange)
{
	struct mcp_call *call = ARENA_NEW(exchange->arena, struct mcp_call);
	const char *accept = exchange_header(exchange, "accept");

	*call = (struct mcp_call){ .exchange = exchange, .arena = exchange->arena, .gateway = exchange->gateway,
		.principal = &exchange->principal, .key = &exchange->key, .request_id = exchange->request_id, .trace_parent = exchange->trace_parent,
		.source = exchange->body.bytes, .n_source = exchange->body.len,
		.takes_events = accept && strstr(accept, "text/event-stream") };
	return call;
}

static const struct principal *
copy_principal(struct arena *arena, const struct principal *principal)
{
	struct principal *copy = arena_memdup(arena, principal, sizeof(*principal));
	const char **scopes = ARENA_ARRAY(arena, const char *, principal->n_scopes + 1);

	for (size_t i = 0; i < principal->n_scopes; i++)
		scopes[i] = arena_strdup(arena, principal->scopes[i]);
	copy->scopes = scopes;
	copy->narrow = principal->narrow ? arena_strdup(arena, principal->narrow) : NULL;
	copy->id = arena_strdup(arena, principal->id);
	copy->type = arena_strdup(arena, principal->type);
	copy->source = arena_strdup(arena, principal->source);
	return copy;
}

struct mcp_call *
mcp_call_detach(const struct mcp_call *call)
{
	struct arena *arena = arena_new(CALL_ARENA_BYTES);
	struct mcp_call *copy = arena_memdup(arena, call, sizeof(*call));
	struct jsonrpc_problem ignored;

	copy->arena = arena;
	copy->is_detached = true;
	copy->principal = copy_principal(arena, call->principal);
	copy->key = arena_memdup(arena, call->key, sizeof(*call->key));
	copy->request_id = arena_strdup(arena, call->request_id);
	copy->trace_parent = call->trace_parent ? arena_strdup(arena, call->trace_parent) : NULL;
	copy->source = arena_strndup(arena, call->source, call->n_source);
	(void)jsonrpc_read(arena, copy->source, copy->n_source, &copy->message, &ignored); /* it could be read before */
	copy->meta = json_object_of(copy->message.params, "_meta");
	return copy;
}

void
mcp_call_end(struct mcp_call *call)
{
	struct mcp *mcp = call->gateway->mcp;

	if (!call->is_detached)
		return;
	call->exchange = NULL;
	call->next = mcp->dead;
	mcp->dead = call;
}

void
mcp_tick(struct mcp *mcp, int64_t now_us)
{
	client_requests_expire(mcp, now_us);
	subscribers_beat(mcp, now_us);
	while (mcp->dead) {
		struct arena *arena = mcp->dead->arena;
		mcp->dead = mcp->dead->next;
		arena_free(arena);
	}
}
