/* Completion: values of an argument, out of a closed set or of what an operation lists. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "mcp/tools/arguments.h"
#include "mcp/mcp.h"
#include "rest/template.h"

enum { VALUES_MAX = 100 };

struct completing {
	struct mcp_call *call;
	const struct mcp_completion *completion;
	const char *prefix;
	struct buf values;
	size_t n, n_fitting;
};

static void
add_value(struct completing *completing, const char *text)
{
	if (strncasecmp(text, completing->prefix, strlen(completing->prefix)) != 0)
		return;
	if (completing->n_fitting++ >= VALUES_MAX)
		return;
	if (completing->n++ > 0)
		buf_add_char(&completing->values, ',');
	buf_add_json_text(&completing->values, text, strlen(text));
}

static void
answer(struct completing *completing, bool may_have_more)
{
	struct buf *out = mcp_begin(completing->call, "complete", -1);
	bool has_more = may_have_more || completing->n_fitting > completing->n;

	json_key(out, "completion");
	buf_printf(out, "{\"values\":[%s]", completing->values.bytes);
	if (!may_have_more)
		buf_printf(out, ",\"total\":%zu", completing->n_fitting);
	buf_printf(out, ",\"hasMore\":%s}", has_more ? "true" : "false");
	mcp_end(completing->call);
}

/* ---- what an operation lists ---- */

static const char *
value_text(struct arena *arena, const struct shape_field *field, const void *item)
{
	if (!shape_is_present(field, item))
		return NULL;
	return field->type == SHAPE_INT ? arena_printf(arena, "%" PRId64, shape_get_int(field, item)) : shape_get_text(field, item);
}

static void
on_listed(void *context, const struct invoked *result)
{
	struct completing *completing = context;
	const struct operation *operation = completing->completion->operation;

	if (result->error) {
		mcp_fail_operation(completing->call, operation, result, NULL);
		return;
	}
	const struct shape_field *list = shape_find(operation->response, operation->list);
	const struct shape_field *value = shape_find(list->shape, completing->completion->value);
	const struct shape_field *more = shape_find(operation->response, "hasMore");
	struct shape_list items = shape_get_list(list, result->output);
	for (size_t i = 0; i < items.n; i++) {
		const char *text = value_text(completing->call->arena, value, (const char *)items.items + i * list->shape->size);
		if (text)
			add_value(completing, text);
	}
	answer(completing, more && more->type == SHAPE_BOOL && shape_get_bool(more, result->output));
}

static void
ask(struct completing *completing)
{
	const struct operation *operation = completing->completion->operation;
	const struct shape_field *limit = shape_find(operation->request, "limit");
	struct arguments arguments;

	arguments_begin(&arguments, completing->call->arena, operation, NULL);
	if (limit && limit->type == SHAPE_INT)
		arguments_add(&arguments, "limit", limit->max < VALUES_MAX ? arena_printf(completing->call->arena, "%" PRId64, limit->max) : "100");
	mcp_ask(completing->call, &(struct mcp_question){ .operation = operation, .arguments = arguments_end(&arguments),
	    .done = on_listed, .context = completing });
}

/* ---- what is asked about ---- */

static const struct mcp_completion *
of_prompt(const struct mcp_prompt *prompt, const char *argument)
{
	for (size_t i = 0; i < prompt->n_arguments; i++)
		if (strcmp(prompt->arguments[i].name, argument) == 0)
			return &prompt->arguments[i].completion;
	return NULL;
}

static const struct mcp_completion *
of_resource(const struct mcp_resource *resource, const char *variable)
{
	static const struct mcp_completion nothing;

	for (size_t i = 0; i < resource->n_completions; i++)
		if (strcmp(resource->completions[i].name, variable) == 0)
			return &resource->completions[i];
	return strstr(resource->uri, variable) ? &nothing : NULL;
}

static const struct mcp_completion *
find_completion(const struct json_value *ref, const char *argument)
{
	const char *type = json_text_of(ref, "type");
	const char *uri = json_text_of(ref, "uri");
	const struct mcp_prompt *prompt = prompt_find(json_text_of(ref, "name"));

	if (!type || !argument)
		return NULL;
	if (strcmp(type, "ref/prompt") == 0)
		return prompt ? of_prompt(prompt, argument) : NULL;
	for (size_t i = 0; strcmp(type, "ref/resource") == 0 && uri && i < mcp_n_resources; i++)
		if (strcmp(mcp_resources[i].uri, uri) == 0)
			return of_resource(&mcp_resources[i], argument);
	return NULL;
}

void
mcp_complete(struct mcp_call *call)
{
	const struct json_value *argument = json_object_of(call->message.params, "argument");
	const struct mcp_completion *completion =
	    find_completion(json_object_of(call->message.params, "ref"), json_text_of(argument, "name"));
	const char *prefix = json_text_of(argument, "value");

	if (!completion || !prefix) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "completion/complete needs ref (a prompt or resource template that exists) and "
		    "argument (one of its arguments, and the text so far)");
		return;
	}
	struct completing *completing = ARENA_NEW(call->arena, struct completing);
	*completing = (struct completing){ .call = call, .completion = completion, .prefix = prefix };
	buf_init(&completing->values, call->arena, 512);
	if (completion->operation) {
		ask(completing);
		return;
	}
	for (size_t i = 0; completion->choices && completion->choices[i]; i++)
		add_value(completing, completion->choices[i]);
	answer(completing, false);
}
