/* Errors for agents. */
#include "mcp/tools/tool_error.h"

#include <ctype.h>
#include <string.h>

#include "rest/answer.h"
#include "rest/rest.h"

enum { MENTION_BYTES_MAX = 200 };

/* ---- words ---- */

/* How many bytes at text are a route like "GET /api/things/{id}"; 0: none. */
static size_t
mention_length(const char *text)
{
	static const char *const methods[] = { "GET /", "POST /", "PUT /", "PATCH /", "DELETE /" };

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		size_t n = strlen(methods[i]);
		if (strncmp(text, methods[i], n) != 0)
			continue;
		while (isalnum((unsigned char)text[n]) || (text[n] && strchr("/{}._-?=&", text[n])))
			n++;
		while (text[n - 1] == '.' || text[n - 1] == '?')
			n--; /* of the sentence */
		return n;
	}
	return 0;
}

/* The name of a tool, or nothing where an agent has none. */
static const char *
name_of_mention(struct arena *arena, const char *text, size_t n, enum mcp_profile profile)
{
	if (n > MENTION_BYTES_MAX)
		return NULL;
	const struct operation *operation = rest_operation_of(arena_strndup(arena, text, n));
	if (!operation || !operation->mcp)
		return NULL;
	return profile == MCP_PROFILE_REGISTRY ? arena_printf(arena, "execute_operation of %s", operation->id) : operation->mcp;
}

const char *
mcp_reword(struct arena *arena, const char *text, enum mcp_profile profile)
{
	struct buf buf;

	buf_init(&buf, arena, strlen(text) + 64);
	while (*text) {
		size_t n = mention_length(text);
		const char *name = n > 0 ? name_of_mention(arena, text, n, profile) : NULL;
		if (name)
			buf_add_text(&buf, name);
		else
			buf_add(&buf, text, n = n > 0 ? n : 1);
		text += n;
	}
	return buf.bytes;
}

/* ---- the error ---- */

static void
add_example(struct buf *buf, const struct mcp_call *call, const struct operation *operation, const struct invoked *result,
    const struct json_value *arguments)
{
	const char *example = NULL;

	if (result->violations)
		example = correction_make(call->arena, operation->request, arguments, result->violations);
	else if (result->error->info == &error_catalogue[ERROR_VERSION_CONFLICT] && arguments && result->error->context)
		example = correction_rebase(call->arena, operation, arguments, result->error->context);
	else if (result->error->info == &error_catalogue[ERROR_CONTENT_SCHEMA_VALIDATION_FAILED])
		example = data_error_example(call->arena, result->error, arguments);
	if (!example)
		return;
	json_key(buf, "example");
	buf_add_text(buf, example);
}

static void
add_violations(struct buf *buf, const struct mcp_call *call, const struct invoked *result)
{
	struct buf json;

	buf_init(&json, call->arena, 512);
	if (result->violations)
		buf_add_text(&json, violations_json(call->arena, result->violations));
	else if (result->error->info != &error_catalogue[ERROR_CONTENT_SCHEMA_VALIDATION_FAILED] ||
	    !data_error_write_violations(&json, call->arena, result->error))
		return;
	json_key(buf, "violations");
	buf_add(buf, json.bytes, json.len);
}

void
tool_error_write(struct buf *buf, const struct mcp_call *call, const struct operation *operation, const struct invoked *result,
    const struct json_value *arguments)
{
	const struct error *error = result->error;
	const char *remediation = error->remediation ? error->remediation : error->info->remediation;

	buf_add_char(buf, '{');
	json_member_text(buf, "code", error->info->code);
	json_member_text(buf, "message", error->message);
	json_member_text(buf, "remediation", result->violations ? "Correct what violations lists, as example does, and call again."
	    : mcp_reword(call->arena, remediation, call->profile));
	json_member_text(buf, "pointer", error->pointer);
	add_violations(buf, call, result);
	json_key(buf, "context");
	size_t n = error->context ? strlen(error->context) : 0;
	if (n > 2 && error->context[n - 1] == '}')
		buf_add(buf, error->context, n - 1);
	else
		buf_add_char(buf, '{');
	json_member_text(buf, "requestId", call->request_id);
	buf_add_char(buf, '}');
	add_example(buf, call, operation, result, arguments);
	if (error->info->is_retryable)
		buf_add_text(buf, ",\"retryable\":true");
	buf_add_char(buf, '}');
}
