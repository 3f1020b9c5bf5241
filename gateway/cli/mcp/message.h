/* JSON-RPC messages of MCP: what kind one is, what it repeats in headers, and errors in its words. */
#ifndef MCP_MESSAGE_H
#define MCP_MESSAGE_H

#include "json/json.h"
#include "cli/builtin/rest_request.h"

#define MCP_STATELESS "2026-07-28"

enum mcp_kind { MCP_REQUEST, MCP_NOTIFICATION, MCP_RESPONSE, MCP_INVALID };

struct mcp_message {
	enum mcp_kind kind;
	const char *text; /* one line of JSON */
	size_t n_text;
	const char *method;              /* NULL: a response */
	const char *id;                  /* as JSON text; NULL: a notification */
	const struct json_value *params; /* or NULL */
	const char *protocol;            /* revision it names itself: then it needs no session; or NULL */
};

/* False with *ret_problem when the text is no message (kind MCP_INVALID; id is there when it could be read). */
bool mcp_message_read(struct arena *arena, const char *text, size_t n_text, struct mcp_message *ret_message, const char **ret_problem);

/* Headers of the POST that carries it.  session, protocol: of the session, or NULL. */
void mcp_message_add_headers(struct arena *arena, const struct mcp_message *message, const char *session, const char *protocol,
    struct rest_request *request);

/* A member of an object, its text; NULL when there is none, also of what is no object. */
const struct json_value *mcp_member(const struct json_value *object, const char *name);
const char *mcp_text(const struct json_value *object, const char *name);

enum { MCP_PARSE_ERROR = -32700, MCP_INVALID_REQUEST = -32600, MCP_SERVER_ERROR = -32000 };

/* An error response as one line without line break.  id: JSON text, NULL: null.  data: JSON text or NULL. */
const char *mcp_error_text(struct arena *arena, const char *id, int code, const char *message, const char *data);

/* Does the line answer the request with this id? */
bool mcp_answers(struct arena *arena, const char *text, size_t n_text, const char *id);

#endif
