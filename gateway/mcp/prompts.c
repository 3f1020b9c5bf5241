/* Prompts: texts filled with arguments and with what operations answer, or the messages of an operation. */
#include <inttypes.h>
#include <string.h>

#include "mcp/tools/arguments.h"
#include "codec/json.h"
#include "mcp/mcp.h"
#include "rest/template.h"

enum { CATALOGUE_TTL_MS = 300000, PROMPT_READS_MAX = 8 };

struct prompt_get {
	struct mcp_call *call;
	const struct mcp_prompt *prompt;
	const struct json_value *given;   /* the arguments, an object or NULL; texts all */
	const void *outputs[PROMPT_READS_MAX];
	size_t n_read;
};

static void ask_next(struct prompt_get *get);

/* ---- list ---- */

static void
write_prompt(struct buf *out, const struct mcp_prompt *prompt)
{
	json_member_text(out, "name", prompt->name);
	json_member_text(out, "title", prompt->title);
	json_member_text(out, "description", prompt->description);
	json_key(out, "arguments");
	buf_add_char(out, '[');
	for (size_t i = 0; i < prompt->n_arguments; i++) {
		buf_add_text(out, i > 0 ? ",{" : "{");
		json_member_text(out, "name", prompt->arguments[i].name);
		json_member_text(out, "description", prompt->arguments[i].doc);
		json_key(out, "required");
		buf_add_text(out, prompt->arguments[i].is_required ? "true}" : "false}");
	}
	buf_add_char(out, ']');
}

void
mcp_prompts_list(struct mcp_call *call)
{
	struct buf *out;

	if (json_text_of(call->message.params, "cursor")) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "the list has one page: there are no cursors");
		return;
	}
	out = mcp_begin(call, "complete", CATALOGUE_TTL_MS);
	json_key(out, "prompts");
	buf_add_char(out, '[');
	for (size_t i = 0; i < mcp_n_prompts; i++) {
		buf_add_text(out, i > 0 ? ",{" : "{");
		write_prompt(out, &mcp_prompts[i]);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
	mcp_end(call);
}

/* ---- arguments ---- */

static const struct mcp_argument *
find_argument(const struct mcp_prompt *prompt, const char *name)
{
	for (size_t i = 0; i < prompt->n_arguments; i++)
		if (strcmp(prompt->arguments[i].name, name) == 0)
			return &prompt->arguments[i];
	return NULL;
}

static bool
is_choice(const struct mcp_argument *argument, const char *text)
{
	const char *const *choices = argument->completion.choices;

	for (size_t i = 0; choices && choices[i]; i++)
		if (strcmp(choices[i], text) == 0)
			return true;
	return !choices;
}

static bool
check_given(struct mcp_call *call, const struct mcp_prompt *prompt, const struct json_value *given)
{
	for (uint32_t i = 0; given && i < given->n; i++) {
		const struct json_member *member = &given->members[i];
		const struct mcp_argument *argument = find_argument(prompt, member->name);
		const char *problem = !argument ? "is not an argument of the prompt" : member->value.type != JSON_TEXT ? "is not a string"
		    : !is_choice(argument, member->value.text) ? "is not one of the argument's values" : NULL;
		if (problem) {
			mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "argument '%.64s' %s", member->name, problem);
			return false;
		}
	}
	for (size_t i = 0; i < prompt->n_arguments; i++) {
		if (prompt->arguments[i].is_required && !json_text_of(given, prompt->arguments[i].name)) {
			mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "argument '%s' is required", prompt->arguments[i].name);
			return false;
		}
	}
	return true;
}

/* ---- text ---- */

static void
put_argument(struct buf *buf, void *context, const char *name, const char *part)
{
	const struct prompt_get *get = context;
	const char *text = part ? NULL : json_text_of(get->given, name);
	if (text)
		buf_add_text(buf, text);
}

static void
put_field(struct buf *buf, const struct shape_field *field, const void *output)
{
	if (!codec_json_has_field(field, output))
		return;
	if (field->type == SHAPE_TEXT)
		buf_add_text(buf, shape_get_text(field, output));
	else
		codec_json_write_field(buf, field, output);
}

static void
put_place(struct buf *buf, void *context, const char *name, const char *part)
{
	const struct prompt_get *get = context;

	if (!part) {
		put_argument(buf, context, name, part);
		return;
	}
	for (size_t i = 0; i < get->prompt->n_reads; i++) {
		const struct mcp_read *read = &get->prompt->reads[i];
		const struct shape_field *field = strcmp(read->name, name) == 0 ? shape_find(read->operation->response, part) : NULL;
		if (field)
			put_field(buf, field, get->outputs[i]);
	}
}

static const char *
text_of(const struct prompt_get *get)
{
	const struct mcp_prompt *prompt = get->prompt;
	const char *choice = prompt->by ? json_text_of(get->given, prompt->by) : "";

	for (size_t i = 0; i < prompt->n_texts; i++)
		if (strcmp(prompt->texts[i].name, choice) == 0)
			return prompt->texts[i].text;
	return "";
}

static void
answer_text(struct prompt_get *get)
{
	struct buf *out = mcp_begin(get->call, "complete", -1);
	struct buf text;

	buf_init(&text, get->call->arena, 2048);
	places_fill(&text, text_of(get), &(struct places){ .put = put_place, .context = get });
	json_member_text(out, "description", get->prompt->description);
	json_key(out, "messages");
	buf_add_text(out, "[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":");
	buf_add_json_text(out, text.bytes, text.len);
	buf_add_text(out, "}}]");
	mcp_end(get->call);
}

/* ---- operations ---- */

static void
on_read(void *context, const struct invoked *result)
{
	struct prompt_get *get = context;

	if (result->error) {
		mcp_fail_operation(get->call, get->prompt->reads[get->n_read].operation, result, NULL);
		return;
	}
	get->outputs[get->n_read++] = result->output;
	ask_next(get);
}

static void
ask_next(struct prompt_get *get)
{
	struct arguments arguments;
	struct buf text;

	if (get->n_read == get->prompt->n_reads) {
		answer_text(get);
		return;
	}
	const struct mcp_read *read = &get->prompt->reads[get->n_read];
	arguments_begin(&arguments, get->call->arena, read->operation, NULL);
	for (size_t i = 0; i < read->n_request; i++) {
		buf_init(&text, get->call->arena, 64);
		places_fill(&text, read->request[i].text, &(struct places){ .put = put_argument, .context = get });
		arguments_add(&arguments, read->request[i].name, text.bytes);
	}
	mcp_ask(get->call, &(struct mcp_question){ .operation = read->operation, .arguments = arguments_end(&arguments), .is_kept = true,
	    .done = on_read, .context = get });
}

static void
on_messages(void *context, const struct invoked *result)
{
	struct prompt_get *get = context;
	const struct operation *operation = get->prompt->operation;

	if (result->error) {
		mcp_fail_operation(get->call, operation, result, NULL);
		return;
	}
	struct buf *out = mcp_begin(get->call, "complete", -1);
	json_member_text(out, "description", get->prompt->description);
	mcp_write_docs(out, "messages", shape_find(operation->response, "messages"), result->output);
	mcp_end(get->call);
}

static void
ask_operation(struct prompt_get *get)
{
	struct arguments arguments;

	arguments_begin(&arguments, get->call->arena, get->prompt->operation, NULL);
	for (uint32_t i = 0; get->given && i < get->given->n; i++)
		arguments_add(&arguments, get->given->members[i].name, get->given->members[i].value.text);
	mcp_ask(get->call, &(struct mcp_question){ .operation = get->prompt->operation, .arguments = arguments_end(&arguments),
	    .done = on_messages, .context = get });
}

const struct mcp_prompt *
prompt_find(const char *name)
{
	for (size_t i = 0; name && i < mcp_n_prompts; i++)
		if (strcmp(mcp_prompts[i].name, name) == 0)
			return &mcp_prompts[i];
	return NULL;
}

void
mcp_prompts_get(struct mcp_call *call)
{
	const char *name = json_text_of(call->message.params, "name");
	const struct json_value *given = call->message.params ? json_get(call->message.params, "arguments") : NULL;
	const struct mcp_prompt *prompt = prompt_find(name);

	if (!prompt || prompt->n_reads > PROMPT_READS_MAX) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "Unknown prompt: %.64s", name ? name : "none is named");
		return;
	}
	if (given && given->type != JSON_OBJECT) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "arguments is not an object");
		return;
	}
	if (!check_given(call, prompt, given))
		return;
	struct prompt_get *get = ARENA_NEW(call->arena, struct prompt_get);
	*get = (struct prompt_get){ .call = call, .prompt = prompt, .given = given };
	if (prompt->operation)
		ask_operation(get);
	else
		ask_next(get);
}
