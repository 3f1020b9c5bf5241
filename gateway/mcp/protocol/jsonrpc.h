/* JSON-RPC 2.0 messages: what came in, and the envelopes of what goes out. */
#ifndef JSONRPC_H
#define JSONRPC_H

#include "json/json.h"

enum { JSONRPC_ID_BYTES_MAX = 256, JSONRPC_METHOD_BYTES_MAX = 128, JSONRPC_DEPTH_MAX = 48 };

enum jsonrpc_code {
	JSONRPC_PARSE_ERROR = -32700,
	JSONRPC_INVALID_REQUEST = -32600,
	JSONRPC_METHOD_NOT_FOUND = -32601,
	JSONRPC_INVALID_PARAMS = -32602,
	JSONRPC_INTERNAL_ERROR = -32603,
};

enum jsonrpc_kind { JSONRPC_REQUEST, JSONRPC_NOTIFICATION, JSONRPC_RESPONSE };

struct jsonrpc_message {
	enum jsonrpc_kind kind;
	const struct json_value *id;     /* TEXT or INT; NULL for a notification */
	const char *method;              /* NULL for a response */
	const struct json_value *params; /* an object, or NULL */
	const struct json_value *result; /* of a response; NULL when it is an error */
};

struct jsonrpc_problem {
	enum jsonrpc_code code;
	const char *message;
	const struct json_value *id; /* of the message, when it has a usable one; else NULL */
};

/* Text is borrowed from the arena and the source.  False with *ret_problem when it is no single message. */
bool jsonrpc_read(struct arena *arena, const char *text, size_t n_bytes, struct jsonrpc_message *ret_message,
    struct jsonrpc_problem *ret_problem);

/* {"jsonrpc":"2.0","id":<id>,  ... id NULL leaves it out. */
void jsonrpc_begin(struct buf *buf, const struct json_value *id);

/* "error":{...}}: the rest of an error response.  data: JSON text or NULL. */
void jsonrpc_write_error(struct buf *buf, int code, const char *message, const char *data);

/* "key": with a comma before it unless it is the first in its object. */
void json_key(struct buf *buf, const char *key);

/* "key":"text", and nothing when text is NULL. */
void json_member_text(struct buf *buf, const char *key, const char *text);

/* The member when it is text, else NULL.  object may be NULL or no object. */
const char *json_text_of(const struct json_value *object, const char *name);

/* The member when it is an object, else NULL. */
const struct json_value *json_object_of(const struct json_value *object, const char *name);

#endif
