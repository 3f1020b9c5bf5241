/* One operation asked for by a surface: policy, reading, dispatch, in this order and with the same answers everywhere.
 *
 * MCP and GraphQL carry the input as one JSON object.  REST has it in path, query, headers and body, and decides on the headers before it
 * takes the body: it hands over an input struct that the principal may use. */
#ifndef INVOKE_H
#define INVOKE_H

#include "dispatch/dispatch.h"
#include "json/json.h"

struct invoked {
	const struct error *error;           /* NULL: success */
	const struct violations *violations; /* all that is wrong with the arguments, when error is about them; else NULL */
	const void *output;                  /* of the operation's response shape */
	bool is_replayed;
	const char *effects;                 /* dry run: JSON text, or NULL */
	const char *budget;                  /* the same of what the caller's key has used up of its budget */
};

/* Request fields that no caller sets: those with in = "mcp". */
struct invocation_side {
	struct doc input_responses;     /* .json NULL: none */
	const char *request_state;      /* or NULL */
	struct doc client_capabilities;
};

struct invocation {
	const struct operation *operation;
	const void *input;            /* of the operation's request shape, permitted and read; NULL: decide, and read arguments */
	const struct json_value *arguments; /* an object; NULL: none */
	const char *source;           /* the text they were parsed from, or NULL when they were made by hand */
	const struct invocation_side *side; /* or NULL */
	const struct principal *principal;
	const struct key_hash *key;   /* the principal's */
	const char *request_id;
	const char *trace_parent;     /* or NULL */
	const char *surface;          /* "rest", "mcp", "graphql" */
	const char *idempotency_key;  /* or NULL; passed on to idempotent operations only */
	struct labels labels;         /* checked tokens */
	bool dry_run;
	bool is_kept;                 /* the output is used after done has returned */
	bool is_agent;                /* SHAPE_AGENT_REQUIRED fields must be there */
	struct arena *arena;          /* lives until done was called */
	void (*done)(void *context, const struct invoked *result);
	void *context;
};

/* Calls done exactly once: before it returns when the call is refused here, else within the operation's timeout. */
void invoke(struct gateway *gateway, const struct invocation *invocation);

#endif
