/* tools/list and tools/call: operations as tools, and nothing of any one of them. */
#include <stdlib.h>
#include <string.h>

#include "rest/answer.h"
#include "codec/json.h"
#include "http/header.h"
#include "mcp/mcp.h"
#include "mcp/tools/profile.h"
#include "rest/template.h"
#include "mcp/tools/tool_error.h"
#include "suggest.h"

enum { CATALOGUE_TTL_MS = 300000 };

#define META_IDEMPOTENCY_KEY "wordclaw/idempotencyKey"
#define META_SESSION "wordclaw/session"
#define META_CHANGE_SET "wordclaw/changeSet"
#define META_PROMPT_HASH "wordclaw/promptHash"
#define META_CLIENT "io.modelcontextprotocol/clientInfo"

struct tool_call {
	struct mcp_call *call;
	const struct operation *operation;
	const struct json_value *arguments; /* the caller's, or NULL */
	bool dry_run;
};

/* ---- list ---- */

/* What the caller's scopes do not allow is not offered: it would only cost the agent's context. */
void
mcp_tools_list(struct mcp_call *call)
{
	struct buf *out;

	if (json_text_of(call->message.params, "cursor")) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "the list has one page: there are no cursors");
		return;
	}
	out = mcp_begin(call, "complete", CATALOGUE_TTL_MS);
	json_key(out, "tools");
	buf_add_char(out, '[');
	size_t n = 0, n_hidden = 0;
	for (size_t i = 0; i < mcp_n_tools && call->profile != MCP_PROFILE_REGISTRY; i++) {
		bool is_shown = call->profile == MCP_PROFILE_ALL || (call->profile == MCP_PROFILE_DEFAULT ? mcp_tools[i].is_listed : group_has(call->profile, mcp_tools[i].operation));
		if (!mcp_may(call, mcp_tools[i].operation))
			continue;
		n_hidden += !is_shown;
		if (!is_shown)
			continue;
		if (n++ > 0)
			buf_add_char(out, ',');
		buf_add_text(out, mcp_tools[i].json);
	}
	if (call->profile == MCP_PROFILE_REGISTRY || n_hidden > 0) {
		if (n > 0)
			buf_add_char(out, ',');
		profile_write_tools(out); /* they find what is not listed */
	}
	buf_add_char(out, ']');
	mcp_end(call);
}

/* ---- call ---- */

static int
compare_name(const void *name, const void *tool)
{
	return strcmp(name, ((const struct mcp_tool *)tool)->operation->mcp);
}

static bool
is_mcp_only(const struct shape *shape)
{
	for (size_t i = 0; i < shape->n_fields; i++)
		if (shape->fields[i].in != SHAPE_IN_MCP)
			return false;
	return shape->n_fields > 0;
}

/* The output as an object, without what is for MCP itself. */
static void
write_output(struct buf *json, const struct shape *shape, const void *output)
{
	buf_add_char(json, '{');
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		if (field->in == SHAPE_IN_MCP || !(codec_json_has_field(field, output) || field->flags & SHAPE_NULLABLE))
			continue;
		json_key(json, field->name);
		codec_json_write_field(json, field, output);
	}
}

/* JSON as the structured content, and as text for those who read only that. */
static void
write_structured(struct buf *out, const struct buf *json)
{
	json_key(out, "content");
	buf_add_text(out, "[{\"type\":\"text\",\"text\":");
	buf_add_json_text(out, json->bytes, json->len);
	buf_add_text(out, "}]");
	json_key(out, "structuredContent");
	buf_add(out, json->bytes, json->len);
}

void
mcp_write_docs(struct buf *out, const char *key, const struct shape_field *field, const void *output)
{
	struct shape_list list = shape_get_list(field, output);
	const struct doc *docs = list.items;

	json_key(out, key);
	buf_add_char(out, '[');
	for (size_t i = 0; i < list.n; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		buf_add(out, docs[i].json, docs[i].len);
	}
	buf_add_char(out, ']');
}

static void
answer_success(struct tool_call *tool, const struct invoked *result)
{
	struct mcp_call *call = tool->call;
	const struct shape *shape = tool->operation->response;
	const struct shape_field *content = shape_find(shape, "content");
	struct buf *out = mcp_begin(call, "complete", -1);
	struct buf json;

	buf_init(&json, call->arena, 4096);
	write_output(&json, shape, result->output);
	if (tool->dry_run) {
		json_key(&json, "dryRun");
		buf_add_text(&json, "true");
	}
	if (result->effects) {
		json_key(&json, "effects");
		buf_add_text(&json, result->effects);
	}
	if (result->budget) {
		json_key(&json, "budget");
		buf_add_text(&json, result->budget);
	}
	if (result->is_replayed) {
		json_key(&json, "replayed");
		buf_add_text(&json, "true");
	}
	buf_add_char(&json, '}');
	bool is_ready_made = content && content->in == SHAPE_IN_MCP && shape_is_present(content, result->output);
	if (!is_ready_made) {
		write_structured(out, &json);
	} else {
		mcp_write_docs(out, "content", content, result->output);
		if (!is_mcp_only(shape)) {
			json_key(out, "structuredContent");
			buf_add(out, json.bytes, json.len);
		}
	}
	mcp_end(call);
}

static void
answer_error_result(struct tool_call *tool, const struct invoked *result)
{
	struct mcp_call *call = tool->call;
	struct buf *out = mcp_begin(call, "complete", -1);
	struct buf json;

	call->code = result->error->info->code;
	call->cause = result->error->cause ? result->error->cause : result->error->message;
	buf_init(&json, call->arena, 1024);
	buf_add_text(&json, "{\"error\":");
	tool_error_write(&json, call, tool->operation, result, tool->arguments);
	buf_add_char(&json, '}');
	write_structured(out, &json);
	json_key(out, "isError");
	buf_add_text(out, "true");
	mcp_end(call);
}

static void
on_result(void *context, const struct invoked *result)
{
	struct tool_call *tool = context;

	if (result->error)
		answer_error_result(tool, result);
	else
		answer_success(tool, result);
}

/* Takes a member that is ours and no field of the operation out of the arguments; it, or NULL. */
static const struct json_value *
take_ours(struct tool_call *tool, const char *name, const struct json_value **arguments)
{
	const struct json_value *ours = *arguments ? json_get(*arguments, name) : NULL;

	if (!ours || shape_find(tool->operation->request, name))
		return NULL;
	struct json_value *rest = ARENA_NEW(tool->call->arena, struct json_value);
	struct json_member *members = ARENA_ARRAY(tool->call->arena, struct json_member, (*arguments)->n);
	*rest = **arguments;
	rest->n = 0;
	for (uint32_t i = 0; i < (*arguments)->n; i++)
		if (&(*arguments)->members[i].value != ours)
			members[rest->n++] = (*arguments)->members[i];
	rest->members = members;
	rest->order = NULL;
	*arguments = rest;
	return ours;
}

/* False: it is there and no boolean. */
static bool
take_dry_run(struct tool_call *tool, const struct json_value **arguments)
{
	const struct json_value *dry_run = take_ours(tool, "dryRun", arguments);

	tool->dry_run = dry_run && dry_run->type == JSON_BOOL && dry_run->boolean;
	return !dry_run || dry_run->type == JSON_BOOL;
}

static void
refuse_dry_run(struct tool_call *tool)
{
	struct violations *violations = ARENA_NEW(tool->call->arena, struct violations);

	violations->list[violations->n++] = (struct violation){ .pointer = "/dryRun", .keyword = "type", .message = "'dryRun' must be true or false",
		.example = "true" };
	answer_error_result(tool, &(struct invoked){ .violations = violations,
	    .error = violations_error(tool->call->arena, tool->operation->request, violations) });
}

/* An Idempotency-Key header or _meta, which clients find easier to set; false when it was refused. */
static bool
take_idempotency_key(struct tool_call *tool, const char **ret_key)
{
	struct mcp_call *call = tool->call;
	const struct json_value *in_meta = call->meta ? json_get(call->meta, META_IDEMPOTENCY_KEY) : NULL;
	const char *key = in_meta ? json_text_of(call->meta, META_IDEMPOTENCY_KEY) : exchange_header(call->exchange, "idempotency-key");

	*ret_key = key;
	if (!in_meta && !key)
		return true;
	if (key && header_is_visible_ascii(key, IDEMPOTENCY_KEY_MAX))
		return true;
	answer_error_result(tool, &(struct invoked){ .error = error_make(call->arena, &error_catalogue[ERROR_IDEMPOTENCY_KEY_INVALID], ERROR_WHERE,
	    "%s", IDEMPOTENCY_KEY_PROBLEM) });
	return false;
}

static const char *
label_of(const struct mcp_call *call, const char *in_meta, const char *in_header)
{
	const char *label = call->meta ? json_text_of(call->meta, in_meta) : NULL;

	return label ? label : in_header;
}

/* Of the argument changeSet, which every tool takes, of _meta, or of the headers; a session is also told by the client's name.  False when one was refused. */
static bool
take_labels(struct tool_call *tool, const struct json_value **arguments, struct labels *ret_labels)
{
	struct mcp_call *call = tool->call;
	const struct labels *headers = &call->exchange->labels;
	const struct json_value *client = call->meta ? json_object_of(call->meta, META_CLIENT) : NULL, *given = take_ours(tool, "changeSet", arguments);
	const char *name = client ? json_text_of(client, "name") : NULL;
	struct labels labels = { .session = label_of(call, META_SESSION, headers->session), .change_set = label_of(call, META_CHANGE_SET, headers->change_set),
		.prompt_hash = label_of(call, META_PROMPT_HASH, headers->prompt_hash) };

	if (given)
		labels.change_set = given->type == JSON_TEXT ? given->text : "";
	if ((!labels.session || header_is_label(labels.session)) && (!labels.change_set || header_is_label(labels.change_set))
	    && (!labels.prompt_hash || header_is_label(labels.prompt_hash))) {
		if (!labels.session && name && header_is_label(name))
			labels.session = name;
		*ret_labels = labels;
		return true;
	}
	answer_error_result(tool, &(struct invoked){ .error = error_make(call->arena, &error_catalogue[ERROR_VALIDATION_ERROR], ERROR_WHERE,
	    "%s: %s", given ? "changeSet" : "_meta", LABEL_PROBLEM) });
	return false;
}

void
mcp_tool_run(struct mcp_call *call, const struct operation *operation, const struct json_value *arguments)
{
	struct tool_call *tool = ARENA_NEW(call->arena, struct tool_call);
	struct mcp_question question = { .operation = operation, .arguments = arguments, .is_from_body = true, .done = on_result, .context = tool };

	*tool = (struct tool_call){ .call = call, .operation = operation, .arguments = arguments };
	if (!take_idempotency_key(tool, &question.idempotency_key) || !take_labels(tool, &question.arguments, &question.labels))
		return;
	if (!take_dry_run(tool, &question.arguments)) {
		refuse_dry_run(tool);
		return;
	}
	question.dry_run = tool->dry_run;
	mcp_ask(call, &question);
}

static void
fail_unknown_tool(struct mcp_call *call, const char *name)
{
	struct suggestion meant = suggestion_for(name);

	for (size_t i = 0; i < mcp_n_tools; i++)
		if (mcp_may(call, mcp_tools[i].operation))
			suggestion_offer(&meant, mcp_tools[i].operation->mcp);
	mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "Unknown tool: %.64s%s%s", name, meant.nearest ? "; the nearest is " : "",
	    meant.nearest ? meant.nearest : "");
}

void
mcp_tools_call(struct mcp_call *call)
{
	const char *name = json_text_of(call->message.params, "name");
	const struct json_value *arguments = call->message.params ? json_get(call->message.params, "arguments") : NULL;

	if (!name || (arguments && arguments->type != JSON_OBJECT)) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "tools/call needs the text name and the object arguments");
		return;
	}
	if (profile_call(call, name, arguments))
		return;
	const struct mcp_tool *tool = bsearch(name, mcp_tools, mcp_n_tools, sizeof(mcp_tools[0]), compare_name);
	if (!tool) {
		fail_unknown_tool(call, name);
		return;
	}
	mcp_tool_run(call, tool->operation, arguments);
}
