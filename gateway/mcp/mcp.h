/* One MCP message on its way to its answer, in either protocol generation. */
#ifndef MCP_H
#define MCP_H

#include "http/exchange.h"
#include "dispatch/invoke.h"
#include "mcp/protocol/jsonrpc.h"
#include "mcp_catalogue.h"
#include "mcp/protocol/session.h"
#include "mcp/tools/groups.h"

/* MCP's own codes beside JSON-RPC's. */
enum mcp_code {
	MCP_NO_SESSION = -32000,
	MCP_SESSION_NOT_FOUND = -32001,
	MCP_RESOURCE_NOT_FOUND = -32002,      /* until 2025-11-25; INVALID_PARAMS since */
	MCP_HEADER_MISMATCH = -32020,
	MCP_MISSING_CAPABILITY = -32021,
	MCP_UNSUPPORTED_VERSION = -32022,
};

#define MCP_STATELESS_VERSION "2026-07-28"

/* Newest first; the first has no sessions. */
extern const char *const mcp_versions[]; /* NULL-terminated */

struct mcp;
struct stream;

struct mcp_call {
	struct exchange *exchange;       /* NULL: the client left */
	struct arena *arena;             /* the exchange's, or our own: see mcp_call_detach */
	struct gateway *gateway;
	const struct principal *principal;
	const struct key_hash *key;      /* the principal's */
	const char *request_id, *trace_parent;
	const char *source;              /* the body */
	size_t n_source;
	struct jsonrpc_message message;
	const struct json_value *meta;   /* params._meta, or NULL */
	bool is_stateless;               /* 2026-07-28 */
	bool is_malformed;               /* an INVALID_PARAMS error is about the envelope rather than the method's own */
	struct session session;          /* the older generation, once there is one */
	uint8_t abilities;               /* of the client: enum client_ability */
	enum mcp_log_level log_level;    /* least level the client wants */
	enum mcp_profile profile;
	bool takes_events;               /* the client can read a stream as the answer */
	bool is_detached;
	bool is_finished;                /* its stream has the response */
	struct stream *stream;           /* the answer, once it is one; or NULL */
	const char *code, *cause;        /* for the log */
	struct mcp_call *next;           /* among the dead */
	struct buf out;                  /* the response under construction */
	struct buf events;               /* .bytes NULL: the response is the whole answer */
};

struct client_requests;
struct subscriber;

/* What the process keeps for MCP. */
struct mcp {
	struct sessions *sessions;
	struct client_requests *pending; /* clients that were asked and have not answered */
	size_t n_pending;
	struct subscriber *subscribers;  /* open streams of changes */
	struct mcp_call *dead;           /* detached calls that ended; freed in the next tick, when nobody stands in them */
};

struct mcp *mcp_new(const char *key_path);  /* NULL with a log line */
void mcp_free(struct mcp *mcp);             /* accepts NULL */

/* Generation, version, headers and _meta of a request (request_metadata.c).  False: it was answered. */
bool request_metadata_check(struct mcp_call *call);
uint8_t mcp_abilities(const struct json_value *capabilities); /* enum client_ability */

/* ---- the life of a call (mcp_call.c) ---- */

struct mcp_call *mcp_call_new(struct exchange *exchange);

/* A call that lives on its own, so that it may outlast its exchange: one whose client may be asked before it is answered. */
struct mcp_call *mcp_call_detach(const struct mcp_call *call);

/* It was answered, or its client left and nothing is under way any more. */
void mcp_call_end(struct mcp_call *call);

/* At least twice a second: deadlines of what clients were asked, and what died since. */
void mcp_tick(struct mcp *mcp, int64_t now_us);

/* ---- answers (mcp_answer.c) ---- */

/* One message as an event of a stream; number: its id, or -1. */
void mcp_add_event(struct buf *events, const struct buf *message, int64_t number);

/* Begin the result; members follow with json_key.  type: "complete", "input_required".  ttl_ms: how long the result may be
 * cached, -1 for results that are not; of interest to 2026-07-28 only. */
struct buf *mcp_begin(struct mcp_call *call, const char *type, int64_t ttl_ms);
void mcp_end(struct mcp_call *call);

/* A notification that goes to the client before the response. */
void mcp_send_before(struct mcp_call *call, const struct buf *message);

/* A JSON-RPC error.  data: JSON text or NULL. */
void mcp_fail(struct mcp_call *call, int code, const char *data, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The error of an operation that was asked for a resource, prompt or completion: not a tool's, whose errors are results. */
void mcp_fail_operation(struct mcp_call *call, const struct operation *operation, const struct invoked *result,
    const struct json_value *arguments);

/* ---- methods ---- */

void mcp_run_method(struct mcp_call *call);   /* methods.c: a request whose envelope is in order */

void mcp_tools_list(struct mcp_call *call);
void mcp_tools_call(struct mcp_call *call);
void mcp_resources_list(struct mcp_call *call);
void mcp_resource_templates_list(struct mcp_call *call);
void mcp_resources_read(struct mcp_call *call);
void mcp_prompts_list(struct mcp_call *call);
void mcp_prompts_get(struct mcp_call *call);
void mcp_complete(struct mcp_call *call);

/* The resource at a URI with the values of its variables, or NULL. */
struct resource_variable {
	const char *name, *value;
};
const struct mcp_resource *resource_find(struct arena *arena, const char *uri, struct resource_variable **ret_variables, size_t *ret_n);

const struct mcp_prompt *prompt_find(const char *name); /* NULL: none; name may be NULL */

/* Call an operation as a tool with the caller's arguments, which are of the body's text. */
void mcp_tool_run(struct mcp_call *call, const struct operation *operation, const struct json_value *arguments);

/* "key":[...] of a list of documents. */
void mcp_write_docs(struct buf *out, const char *key, const struct shape_field *field, const void *output);

/* May the caller, by policy alone and without a word in the log? */
bool mcp_may(const struct mcp_call *call, const struct operation *operation);

/* Text of the catalogue for agents: routes become the names of tools. */
const char *mcp_reword(struct arena *arena, const char *text, enum mcp_profile profile);

/* Ask an operation, with everything that a call brings along, and its client where the operation asks back (interaction.c). */
struct mcp_question {
	const struct operation *operation;
	const struct json_value *arguments;  /* an object or NULL */
	bool is_from_body;                   /* arguments are of the body's text */
	bool is_kept;                        /* the output is used after done has returned */
	bool dry_run;
	const char *idempotency_key;
	struct labels labels;
	void (*done)(void *context, const struct invoked *result);
	void *context;
};
void mcp_ask(struct mcp_call *call, const struct mcp_question *question);

#endif
