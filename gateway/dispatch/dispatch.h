/* The single way from any surface (REST now; MCP and GraphQL alike) to a service: an operation and its input struct in,
 * an error value or the output struct out. */
#ifndef DISPATCH_H
#define DISPATCH_H

#include "contract/envelope.h"
#include "contract/operation.h"

struct gateway;
struct key_hash;

struct dispatch_reply {
	const struct error *error; /* NULL: success */
	const void *output;        /* of the operation's response shape */
	bool is_replayed;
	const char *effects;       /* dry run: JSON text, or NULL */
	const char *budget;        /* the same of what the caller's key has used up of its budget */
};

/* Everything the reply points at lives in the request's arena. */
typedef void (*dispatch_done)(void *context, const struct dispatch_reply *reply);

struct dispatch_request {
	const struct operation *operation;
	const char *service;      /* NULL: the operation's; which one for operations every service answers */
	const void *input;        /* of the operation's request shape */
	const struct principal *principal;
	const struct key_hash *key; /* whose it is, for what lasts: it ends with the key.  NULL: the gateway asks itself */
	const char *request_id;
	const char *trace_parent; /* or NULL */
	const char *surface;
	const char *idempotency_key; /* or NULL */
	struct labels labels;
	bool dry_run;
	bool is_kept;             /* the output is used after done has returned: its documents are copied */
	struct arena *arena;      /* lives until done was called */
	dispatch_done done;       /* never called before dispatch returns, unless the call is refused or answered here at once */
	void *context;
};

/* Calls done exactly once, within the operation's timeout. */
void dispatch(struct gateway *gateway, const struct dispatch_request *request);

/* Why n_bytes more cannot be kept in the arena: SERVICE_OVERLOADED where all requests hold too much together, else RESPONSE_TOO_LARGE. */
struct error *dispatch_no_room(struct arena *arena, size_t n_bytes);

/* The principal of what the gateway does on its own account. */
extern const struct principal dispatch_system_principal;

#endif
