/* Operations that ask back, and what they say before they answer. */
#include "mcp/client/interaction.h"

#include <string.h>

#include "mcp/client/client_requests.h"
#include "common_proto.h"
#include "rest/template.h"

/* ---- what the operation gets ---- */

/* Only what makes a difference to operations. */
static struct doc
capabilities_doc(struct arena *arena, uint8_t abilities)
{
	struct buf buf;

	buf_init(&buf, arena, 64);
	buf_add_char(&buf, '{');
	for (size_t i = 0; i < 3; i++) {
		static const char *const names[] = { "elicitation", "sampling", "roots" };
		if (!(abilities & 1 << i))
			continue;
		json_key(&buf, names[i]);
		buf_add_text(&buf, "{}");
	}
	buf_add_char(&buf, '}');
	return (struct doc){ buf.bytes, buf.len };
}

/* inputResponses and requestState of a retry.  False: it was answered. */
static bool
take_answers(struct interaction *interaction)
{
	struct mcp_call *call = interaction->call;
	const struct json_value *params = call->message.params;
	const struct json_value *responses = params ? json_get(params, "inputResponses") : NULL;
	const struct json_value *state = params ? json_get(params, "requestState") : NULL;
	bool is_good = !responses || responses->type == JSON_OBJECT;

	for (uint32_t i = 0; responses && is_good && i < responses->n; i++)
		is_good = responses->members[i].value.type == JSON_OBJECT;
	if (!is_good) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "inputResponses is an object of objects, by the keys of inputRequests");
		return false;
	}
	if (responses)
		interaction->side.input_responses = (struct doc){ call->source + responses->start, responses->end - responses->start };
	if (!state)
		return true;
	interaction->side.request_state = state->type == JSON_TEXT ? request_state_open(interaction, state->text) : NULL;
	if (interaction->side.request_state)
		return true;
	mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "requestState is not the one of this call, or too old: call again without it");
	return false;
}

/* ---- what it says before the result ---- */

static bool
is_wanted(const struct mcp_call *call, const struct mcp_notice *notice)
{
	enum mcp_log_level level;

	if (strcmp(notice->kind, "progress") == 0)
		return call->meta && json_get(call->meta, "progressToken") && notice->progress;
	return notice->level && notice->data.json && mcp_log_level_parse(notice->level, &level) && call->log_level != MCP_LOG_NONE &&
	    level >= call->log_level;
}

static void
write_progress(struct buf *out, const struct mcp_call *call, const struct mcp_notice *notice)
{
	buf_add_text(out, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":");
	json_write(out, json_get(call->meta, "progressToken"));
	json_key(out, "progress");
	buf_add_int(out, *notice->progress);
	if (notice->total) {
		json_key(out, "total");
		buf_add_int(out, *notice->total);
	}
	json_member_text(out, "message", notice->message);
	buf_add_text(out, "}}");
}

static void
write_log(struct buf *out, const struct mcp_notice *notice)
{
	buf_add_text(out, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{");
	json_member_text(out, "level", notice->level);
	json_member_text(out, "logger", notice->logger);
	json_key(out, "data");
	buf_add(out, notice->data.json, notice->data.len);
	buf_add_text(out, "}}");
}

static void
tell(struct mcp_call *call, const struct operation *operation, const void *output)
{
	const struct shape_field *field = shape_find(operation->response, "notices");
	struct buf message;

	if (!field || field->in != SHAPE_IN_MCP || !shape_is_present(field, output))
		return;
	struct shape_list list = shape_get_list(field, output);
	for (size_t i = 0; i < list.n; i++) {
		const struct mcp_notice *notice = &((const struct mcp_notice *)list.items)[i];
		if (!is_wanted(call, notice))
			continue;
		buf_init(&message, call->arena, 256);
		if (strcmp(notice->kind, "progress") == 0)
			write_progress(&message, call, notice);
		else
			write_log(&message, notice);
		mcp_send_before(call, &message);
	}
}

/* ---- what it asks ---- */

static enum client_ability
ability_of(const struct mcp_input_request *request)
{
	return strncmp(request->method, "elicitation", 11) == 0 ? CLIENT_ELICITATION
	    : strncmp(request->method, "sampling", 8) == 0 ? CLIENT_SAMPLING : CLIENT_ROOTS;
}

/* A client is never asked for what it cannot do.  False: it was answered. */
static bool
check_abilities(struct mcp_call *call, const struct shape_list *requests)
{
	uint8_t missing = 0;

	for (size_t i = 0; i < requests->n; i++)
		missing |= (uint8_t)(ability_of(&((const struct mcp_input_request *)requests->items)[i]) & ~call->abilities);
	if (!missing)
		return true;
	struct doc capabilities = capabilities_doc(call->arena, missing);
	mcp_fail(call, MCP_MISSING_CAPABILITY, arena_printf(call->arena, "{\"requiredCapabilities\":%s}", capabilities.json),
	    "the call needs an ability that the client did not declare");
	return false;
}

static void
answer_input_required(struct interaction *interaction, const struct shape_list *requests, const char *state)
{
	struct mcp_call *call = interaction->call;
	const char *sealed = state ? request_state_seal(interaction, state) : NULL;
	struct buf *out;

	if (state && !sealed) {
		mcp_fail(call, JSONRPC_INTERNAL_ERROR, NULL, "the operation's state is too large");
		return;
	}
	out = mcp_begin(call, "input_required", -1);
	json_key(out, "inputRequests");
	buf_add_char(out, '{');
	for (size_t i = 0; i < requests->n; i++) {
		const struct mcp_input_request *request = &((const struct mcp_input_request *)requests->items)[i];
		json_key(out, request->key);
		buf_add_char(out, '{');
		json_member_text(out, "method", request->method);
		json_key(out, "params");
		buf_add(out, request->params.json, request->params.len);
		buf_add_char(out, '}');
	}
	buf_add_char(out, '}');
	json_member_text(out, "requestState", sealed);
	mcp_end(call);
}

static struct shape_list
requests_of(const struct operation *operation, const void *output)
{
	const struct shape_field *field = shape_find(operation->response, "inputRequests");
	if (!field || field->in != SHAPE_IN_MCP || !shape_is_present(field, output))
		return (struct shape_list){ 0 };
	return shape_get_list(field, output);
}

static void
ask_client(struct interaction *interaction, const struct shape_list *requests, const void *output)
{
	const struct shape_field *field = shape_find(interaction->question.operation->response, "requestState");
	const char *state = field && field->in == SHAPE_IN_MCP ? shape_get_text(field, output) : NULL;
	struct mcp_call *call = interaction->call;

	if (!check_abilities(call, requests))
		return;
	if (requests->n > INTERACTION_REQUESTS_MAX || ++interaction->n_rounds > INTERACTION_ROUNDS_MAX) {
		mcp_fail(call, JSONRPC_INTERNAL_ERROR, NULL, "the operation asks for more than %d things or more than %d times",
		    INTERACTION_REQUESTS_MAX, INTERACTION_ROUNDS_MAX);
		return;
	}
	if (call->is_stateless) {
		answer_input_required(interaction, requests, state);
		return;
	}
	interaction->side.request_state = state ? arena_strdup(call->arena, state) : NULL;
	client_requests_start(interaction, requests);
}

static void
on_result(void *context, const struct invoked *result)
{
	struct interaction *interaction = context;
	const struct operation *operation = interaction->question.operation;

	if (!result->error) {
		struct shape_list requests = requests_of(operation, result->output);
		if (requests.n > 0) {
			ask_client(interaction, &requests, result->output);
			return;
		}
		tell(interaction->call, operation, result->output);
	}
	interaction->question.done(interaction->question.context, result);
}

void
interaction_send(struct interaction *interaction)
{
	const struct mcp_question *question = &interaction->question;
	struct mcp_call *call = interaction->call;

	invoke(call->gateway, &(struct invocation){ .operation = question->operation, .arguments = question->arguments,
	    .source = question->is_from_body ? call->source : NULL, .side = &interaction->side, .principal = call->principal,
	    .key = call->key, .request_id = call->request_id, .trace_parent = call->trace_parent, .surface = "mcp",
	    .idempotency_key = question->idempotency_key, .labels = question->labels, .dry_run = question->dry_run, .is_kept = question->is_kept, .is_agent = true,
	    .arena = call->arena, .done = on_result, .context = interaction });
}

void
mcp_ask(struct mcp_call *call, const struct mcp_question *question)
{
	struct interaction *interaction = ARENA_NEW(call->arena, struct interaction);

	*interaction = (struct interaction){ .call = call, .question = *question,
		.side = { .client_capabilities = capabilities_doc(call->arena, call->abilities) } };
	if (call->exchange)
		call->exchange->operation = question->operation->id;
	if (call->is_stateless && !take_answers(interaction))
		return;
	if (call->exchange)
		exchange_wait(call->exchange);
	interaction_send(interaction);
}
