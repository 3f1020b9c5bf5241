/* One MCP message to the endpoint, and every message that comes back for it. */
#ifndef MCP_POST_H
#define MCP_POST_H

#include "http_client.h"
#include "cli/mcp/message.h"

/* Where to, as whom. */
struct mcp_target {
	const char *url;
	const char *key;     /* or NULL */
	int64_t timeout_ms;  /* until an answer begins */
};

struct mcp_reply {
	enum http_client_result result;
	const char *problem;   /* when there is no answer */
	int status;
	const char *body;      /* of a refusal, else "" */
	const char *session;   /* id of a new session, or NULL */
	bool is_answered;      /* the response to a request has come */
};

struct mcp_receiver {
	/* One message as one line of JSON without its line break; false: enough. */
	bool (*on_message)(void *context, const char *text, size_t n_text);
	void *context;
};

/* session, protocol: of the session, or NULL.  Everything lives in arena. */
void mcp_post(struct http_client *client, struct arena *arena, const struct mcp_target *target, const struct mcp_message *message,
    const char *session, const char *protocol, const struct mcp_receiver *receiver, struct mcp_reply *ret_reply);

/* The error response for a request that got none: an endpoint's own words where it had some. */
const char *mcp_reply_error(struct arena *arena, const struct mcp_target *target, const struct mcp_message *message, const struct mcp_reply *reply);

enum { MCP_MESSAGE_BYTES_MAX = 16 * 1024 * 1024, MCP_CONNECT_TIMEOUT_MS = 5000, MCP_IDLE_TIMEOUT_MS = 120000, MCP_ARENA_BYTES = 128 * 1024 * 1024 };

#endif
