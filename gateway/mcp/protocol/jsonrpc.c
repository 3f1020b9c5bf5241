/* JSON-RPC messages. */
#include "mcp/protocol/jsonrpc.h"

#include <string.h>

static bool
refuse(struct jsonrpc_problem *problem, enum jsonrpc_code code, const struct json_value *id, const char *message)
{
	*problem = (struct jsonrpc_problem){ .code = code, .message = message, .id = id };
	return false;
}

static bool
is_id(const struct json_value *id)
{
	return id->type == JSON_INT || (id->type == JSON_TEXT && id->n <= JSONRPC_ID_BYTES_MAX);
}

static bool
is_method(const struct json_value *method)
{
	return method->type == JSON_TEXT && method->n >= 1 && method->n <= JSONRPC_METHOD_BYTES_MAX;
}

static bool
classify(const struct json_value *root, struct jsonrpc_message *message, struct jsonrpc_problem *problem)
{
	const struct json_value *method = json_get(root, "method");
	const struct json_value *params = json_get(root, "params");
	const struct json_value *result = json_get(root, "result");
	const struct json_value *id = message->id;

	if (method && !is_method(method))
		return refuse(problem, JSONRPC_INVALID_REQUEST, id, "method is not a string of 1 to 128 bytes");
	if (params && params->type != JSON_OBJECT)
		return refuse(problem, method ? JSONRPC_INVALID_PARAMS : JSONRPC_INVALID_REQUEST, id, "params is not an object");
	if (!method && !(id && (result || json_get(root, "error"))))
		return refuse(problem, JSONRPC_INVALID_REQUEST, id, "the message has neither a method nor an id with its result");
	message->kind = !method ? JSONRPC_RESPONSE : id ? JSONRPC_REQUEST : JSONRPC_NOTIFICATION;
	message->method = method ? method->text : NULL;
	message->params = params;
	message->result = result;
	return true;
}

bool
jsonrpc_read(struct arena *arena, const char *text, size_t n_bytes, struct jsonrpc_message *ret_message,
    struct jsonrpc_problem *ret_problem)
{
	const struct json_limits limits = { .depth_max = JSONRPC_DEPTH_MAX };
	struct json_error error;
	const struct json_value *root = json_parse(arena, text, n_bytes, &limits, &error);

	if (!root)
		return refuse(ret_problem, JSONRPC_PARSE_ERROR, NULL, arena_printf(arena, "%s at line %zu, column %zu", error.message,
		    error.line, error.column));
	if (root->type == JSON_LIST)
		return refuse(ret_problem, JSONRPC_INVALID_REQUEST, NULL, "one message at a time: there are no batches");
	if (root->type != JSON_OBJECT)
		return refuse(ret_problem, JSONRPC_INVALID_REQUEST, NULL, "the message is not a JSON object");
	const struct json_value *version = json_get(root, "jsonrpc");
	const struct json_value *id = json_get(root, "id");
	if (id && !is_id(id))
		return refuse(ret_problem, JSONRPC_INVALID_REQUEST, NULL, "id is neither an integer nor a text of at most 256 bytes");
	if (!version || version->type != JSON_TEXT || strcmp(version->text, "2.0") != 0)
		return refuse(ret_problem, JSONRPC_INVALID_REQUEST, id, "jsonrpc is not \"2.0\"");
	*ret_message = (struct jsonrpc_message){ .id = id };
	return classify(root, ret_message, ret_problem);
}

void
json_key(struct buf *buf, const char *key)
{
	if (buf->len > 0 && buf->bytes[buf->len - 1] != '{')
		buf_add_char(buf, ',');
	buf_add_json_text(buf, key, strlen(key));
	buf_add_char(buf, ':');
}

void
json_member_text(struct buf *buf, const char *key, const char *text)
{
	if (!text)
		return;
	json_key(buf, key);
	buf_add_json_text(buf, text, strlen(text));
}

void
jsonrpc_begin(struct buf *buf, const struct json_value *id)
{
	buf_add_text(buf, "{\"jsonrpc\":\"2.0\"");
	if (id) {
		json_key(buf, "id");
		json_write(buf, id);
	}
}

void
jsonrpc_write_error(struct buf *buf, int code, const char *message, const char *data)
{
	json_key(buf, "error");
	buf_add_text(buf, "{\"code\":");
	buf_add_int(buf, code);
	json_member_text(buf, "message", message);
	if (data) {
		json_key(buf, "data");
		buf_add_text(buf, data);
	}
	buf_add_text(buf, "}}");
}

const char *
json_text_of(const struct json_value *object, const char *name)
{
	const struct json_value *value = object && object->type == JSON_OBJECT ? json_get(object, name) : NULL;
	return value && value->type == JSON_TEXT ? value->text : NULL;
}

const struct json_value *
json_object_of(const struct json_value *object, const char *name)
{
	const struct json_value *value = object && object->type == JSON_OBJECT ? json_get(object, name) : NULL;
	return value && value->type == JSON_OBJECT ? value : NULL;
}
