/* Resources: results of operations at URIs. */
#include <string.h>

#include "mcp/tools/arguments.h"
#include "codec/json.h"
#include "mcp/mcp.h"
#include "rest/template.h"
#include "mcp/tools/tool_error.h"
#include "uri.h"

enum { CATALOGUE_TTL_MS = 300000, RESOURCE_VARIABLES_MAX = 8, URI_BYTES_MAX = 2048 };

struct resource_read {
	struct mcp_call *call;
	const struct mcp_resource *resource;
	const char *uri;
};

static bool
is_template(const struct mcp_resource *resource)
{
	return strchr(resource->uri, '{') != NULL;
}

/* ---- lists ---- */

static void
list(struct mcp_call *call, const char *key, const char *uri_key, bool are_templates)
{
	struct buf *out;

	if (json_text_of(call->message.params, "cursor")) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "the list has one page: there are no cursors");
		return;
	}
	out = mcp_begin(call, "complete", CATALOGUE_TTL_MS);
	json_key(out, key);
	buf_add_char(out, '[');
	for (size_t i = 0, n = 0; i < mcp_n_resources; i++) {
		const struct mcp_resource *resource = &mcp_resources[i];
		if (is_template(resource) != are_templates || !mcp_may(call, resource->operation))
			continue;
		buf_add_text(out, n++ > 0 ? ",{" : "{");
		json_member_text(out, uri_key, resource->uri);
		json_member_text(out, "name", resource->name);
		json_member_text(out, "title", resource->title);
		json_member_text(out, "description", resource->description);
		json_member_text(out, "mimeType", resource->mime);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
	mcp_end(call);
}

void
mcp_resources_list(struct mcp_call *call)
{
	list(call, "resources", "uri", false);
}

void
mcp_resource_templates_list(struct mcp_call *call)
{
	list(call, "resourceTemplates", "uriTemplate", true);
}

/* ---- which resource a URI is ---- */

static bool
match_uri(struct arena *arena, const char *pattern, const char *uri, struct resource_variable *variables, size_t *ret_n)
{
	size_t n = 0;

	while (*pattern) {
		if (*pattern != '{') {
			if (*pattern++ != *uri++)
				return false;
			continue;
		}
		size_t n_name = strcspn(pattern + 1, "}");
		size_t n_value = strcspn(uri, "/?#");
		const char *value = n_value > 0 && n < RESOURCE_VARIABLES_MAX ? uri_decode(arena, uri, n_value, false) : NULL;
		if (!value)
			return false;
		variables[n++] = (struct resource_variable){ arena_strndup(arena, pattern + 1, n_name), value };
		pattern += n_name + 2;
		uri += n_value;
	}
	*ret_n = n;
	return *uri == '\0';
}

const struct mcp_resource *
resource_find(struct arena *arena, const char *uri, struct resource_variable **ret_variables, size_t *ret_n)
{
	struct resource_variable *variables = ARENA_ARRAY(arena, struct resource_variable, RESOURCE_VARIABLES_MAX);

	if (strlen(uri) > URI_BYTES_MAX)
		return NULL;
	for (size_t i = 0; i < mcp_n_resources; i++) {
		if (!match_uri(arena, mcp_resources[i].uri, uri, variables, ret_n))
			continue;
		*ret_variables = variables;
		return &mcp_resources[i];
	}
	return NULL;
}

/* ---- read ---- */

static void
fail_not_found(struct mcp_call *call, const char *uri, const char *message)
{
	struct buf data;

	buf_init(&data, call->arena, 128);
	buf_add_char(&data, '{');
	json_member_text(&data, "uri", uri);
	buf_add_char(&data, '}');
	mcp_fail(call, call->is_stateless ? JSONRPC_INVALID_PARAMS : MCP_RESOURCE_NOT_FOUND, data.bytes, "Resource not found: %s", message);
}

static void
write_text(struct buf *out, const struct resource_read *read, const void *output)
{
	struct buf json;

	buf_init(&json, read->call->arena, 4096);
	codec_json_write(&json, read->resource->operation->response, output);
	json_key(out, "contents");
	buf_add_text(out, "[{");
	json_member_text(out, "uri", read->uri);
	json_member_text(out, "mimeType", read->resource->mime);
	json_key(out, "text");
	buf_add_json_text(out, json.bytes, json.len);
	buf_add_text(out, "}]");
}

static void
on_result(void *context, const struct invoked *result)
{
	struct resource_read *read = context;
	struct mcp_call *call = read->call;
	const struct operation *operation = read->resource->operation;

	if (result->error && result->error->info->status == 404) {
		fail_not_found(call, read->uri, result->error->message);
		return;
	}
	if (result->error) {
		mcp_fail_operation(call, operation, result, NULL);
		return;
	}
	const struct shape_field *contents = shape_find(operation->response, "contents");
	struct buf *out = mcp_begin(call, "complete", 0);
	if (contents && contents->in == SHAPE_IN_MCP)
		mcp_write_docs(out, "contents", contents, result->output);
	else
		write_text(out, read, result->output);
	mcp_end(call);
}

void
mcp_resources_read(struct mcp_call *call)
{
	const char *uri = json_text_of(call->message.params, "uri");
	struct resource_variable *variables;
	struct arguments arguments;
	size_t n;

	if (!uri) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "resources/read needs the text uri");
		return;
	}
	const struct mcp_resource *resource = resource_find(call->arena, uri, &variables, &n);
	if (!resource) {
		fail_not_found(call, uri, "resources/list and resources/templates/list say what there is");
		return;
	}
	arguments_begin(&arguments, call->arena, resource->operation, resource->request);
	for (size_t i = 0; i < n; i++)
		arguments_add(&arguments, variables[i].name, variables[i].value);
	struct resource_read *read = ARENA_NEW(call->arena, struct resource_read);
	*read = (struct resource_read){ .call = call, .resource = resource, .uri = uri };
	mcp_ask(call, &(struct mcp_question){ .operation = resource->operation, .arguments = arguments_end(&arguments), .done = on_result,
	    .context = read });
}
