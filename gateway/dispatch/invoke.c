/* Operations, whatever surface asks. */
#include "dispatch/invoke.h"

#include <string.h>

#include "access/permit.h"
#include "rest/answer.h"
#include "codec/json.h"
#include "rest/template.h"

struct call {
	struct invocation invocation;
};

static void
refuse(const struct invocation *invocation, const struct error *error, const struct violations *violations)
{
	struct invoked result = { .error = error, .violations = violations };
	invocation->done(invocation->context, &result);
}

static void
add_violation(struct violations *violations, const char *pointer, const char *keyword, const char *message, const char *example)
{
	if (violations->n < VIOLATIONS_MAX)
		violations->list[violations->n++] = (struct violation){ .pointer = pointer, .keyword = keyword, .message = message,
			.example = example };
}

static bool
is_violated(const struct violations *violations, const char *pointer)
{
	for (size_t i = 0; i < violations->n; i++)
		if (strcmp(violations->list[i].pointer, pointer) == 0)
			return true;
	return false;
}

/* What an agent must send although others may leave it out. */
static void
require_of_agent(struct arena *arena, const struct shape *shape, const void *input, struct violations *violations)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		if (!(field->flags & SHAPE_AGENT_REQUIRED) || codec_json_has_field(field, input))
			continue;
		const char *pointer = arena_printf(arena, "/%s", field->name);
		if (!is_violated(violations, pointer))
			add_violation(violations, pointer, "required", arena_printf(arena, "'%s' is required of agents", field->name),
			    shape_field_example(arena, field));
	}
}

/* One shape per parameter: an agent's document is no text that holds one. */
static void
refuse_document_texts(struct arena *arena, const struct shape *shape, const struct json_value *arguments, struct violations *violations)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		const struct json_value *value = field->flags & SHAPE_DOC_TEXT ? json_get(arguments, field->name) : NULL;
		const char *pointer = arena_printf(arena, "/%s", field->name);
		if (value && value->type == JSON_TEXT && !is_violated(violations, pointer))
			add_violation(violations, pointer, "type", arena_printf(arena, "'%s' must be a JSON object, not text", field->name),
			    shape_field_example(arena, field));
	}
}

static void
set_side(const struct shape *shape, const struct invocation_side *side, void *input)
{
	const struct shape_field *responses = shape_find(shape, "inputResponses");
	const struct shape_field *state = shape_find(shape, "requestState");
	const struct shape_field *capabilities = shape_find(shape, "clientCapabilities");

	if (responses && responses->in == SHAPE_IN_MCP)
		shape_set_doc(responses, input, side->input_responses);
	if (state && state->in == SHAPE_IN_MCP)
		shape_set_text(state, input, side->request_state);
	if (capabilities && capabilities->in == SHAPE_IN_MCP)
		shape_set_doc(capabilities, input, side->client_capabilities);
}

static const void *
read_input(const struct invocation *invocation, struct violations *violations)
{
	static const struct json_value nothing = { .type = JSON_OBJECT };
	const struct operation *operation = invocation->operation;
	const struct json_value *arguments = invocation->arguments ? invocation->arguments : &nothing;
	void *input = arena_alloc(invocation->arena, operation->request->size);

	if (arguments->type == JSON_OBJECT) {
		(void)codec_json_read_all(invocation->arena, operation->request, invocation->source, arguments, input, violations);
		(void)codec_json_finish(invocation->arena, operation->request, input, violations);
	} else {
		add_violation(violations, "", "type", "the arguments must be a JSON object", NULL);
	}
	if (invocation->side)
		set_side(operation->request, invocation->side, input);
	if (invocation->is_agent && arguments->type == JSON_OBJECT)
		refuse_document_texts(invocation->arena, operation->request, arguments, violations);
	if (invocation->is_agent)
		require_of_agent(invocation->arena, operation->request, input, violations);
	if (invocation->dry_run && !(operation->flags & OPERATION_DRY_RUN))
		add_violation(violations, "/dryRun", "unknown", "this operation has no dry run", NULL);
	return input;
}

static void
on_reply(void *context, const struct dispatch_reply *reply)
{
	const struct invocation *invocation = &((struct call *)context)->invocation;
	struct invoked result = { .error = reply->error, .output = reply->output, .is_replayed = reply->is_replayed,
		.effects = reply->effects, .budget = reply->budget };

	invocation->done(invocation->context, &result);
}

/* Many calls may share an arena: the one too many is refused before it takes more. */
static const struct error *
check(struct gateway *gateway, const struct invocation *invocation)
{
	const struct error *error = permit(gateway, invocation->operation, invocation->principal, invocation->surface, invocation->request_id,
	    invocation->arena);

	if (!error && arena_is_exhausted(invocation->arena))
		return dispatch_no_room(invocation->arena, 0);
	return error;
}

static const void *
check_and_read(struct gateway *gateway, const struct invocation *invocation)
{
	struct violations *violations = ARENA_NEW(invocation->arena, struct violations);
	const struct error *error = check(gateway, invocation);
	const void *input = error ? NULL : read_input(invocation, violations);

	if (!error && arena_is_short(invocation->arena, 0))
		error = dispatch_no_room(invocation->arena, 0);
	if (!error && violations->n == 0)
		return input;
	if (error)
		refuse(invocation, error, NULL);
	else
		refuse(invocation, violations_error(invocation->arena, invocation->operation->request, violations), violations);
	return NULL;
}

void
invoke(struct gateway *gateway, const struct invocation *invocation)
{
	const struct operation *operation = invocation->operation;
	const void *input = invocation->input ? invocation->input : check_and_read(gateway, invocation);

	if (!input)
		return;
	struct call *call = ARENA_NEW(invocation->arena, struct call);
	call->invocation = *invocation;
	bool is_idempotent = operation->flags & OPERATION_IDEMPOTENT && !invocation->dry_run;
	dispatch(gateway, &(struct dispatch_request){ .operation = operation, .input = input, .principal = invocation->principal,
	    .key = invocation->key, .request_id = invocation->request_id, .trace_parent = invocation->trace_parent, .surface = invocation->surface,
	    .idempotency_key = is_idempotent ? invocation->idempotency_key : NULL, .labels = invocation->labels, .dry_run = invocation->dry_run,
	    .is_kept = invocation->is_kept, .arena = invocation->arena, .done = on_reply, .context = call });
}
