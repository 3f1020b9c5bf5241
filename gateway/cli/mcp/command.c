/* wordclaw mcp call, wordclaw mcp prompt: what takes arguments. */
#include <string.h>

#include "cli/command/builtins.h"
#include "cli/input/document.h"
#include "cli/output/failure.h"
#include "cli/mcp/client.h"
#include "cli/mcp/message.h"
#include "cli/output/output.h"

enum { FLAG_NAME, FLAG_JSON, FLAGS };
static const size_t positions[] = { FLAG_NAME };

/* What --json holds. */
static int
read_arguments(struct cli *cli, const char *value, const char **ret_text)
{
	const struct document_source source = document_source_of(cli);
	const char *problem = NULL;
	struct json_error error;

	*ret_text = "{}";
	if (!value)
		return CLI_OK;
	const char *text = source.load(source.context, cli->arena, value, &problem);
	if (!text)
		return failure_usage(cli, NULL, "--json: %s", problem);
	const struct json_value *parsed = json_parse(cli->arena, text, strlen(text), NULL, &error);
	if (!parsed)
		return failure_usage(cli, NULL, "--json is not JSON: %s at line %zu, column %zu", error.message, error.line, error.column);
	if (parsed->type != JSON_OBJECT)
		return failure_usage(cli, NULL, "--json must hold a JSON object");
	*ret_text = text;
	return CLI_OK;
}

/* Ask for what has the name, with the arguments.  CLI_OK with *ret_result, else told. */
static int
ask_by_name(struct cli *cli, const char *method, const struct arguments *arguments, const struct json_value **ret_result)
{
	const char *name = arguments->values[FLAG_NAME], *text;
	struct buf params;
	int status = read_arguments(cli, arguments->values[FLAG_JSON], &text);

	if (status != CLI_OK)
		return status;
	buf_init(&params, cli->arena, 256);
	buf_add_text(&params, "{\"name\":");
	buf_add_json_text(&params, name, strlen(name));
	buf_printf(&params, ",\"arguments\":%s", text);
	return mcp_ask(cli, method, params.bytes, ret_result);
}

/* ---- call ---- */

static const struct json_value *
shown_result(const struct json_value *result)
{
	const struct json_value *structured = mcp_member(result, "structuredContent"), *content = mcp_member(result, "content");
	return structured ? structured : content ? content : result;
}

/* A tool's refusal is an object with the member error, structured or as text, or words. */
static int
tell_tool_error(struct cli *cli, const struct json_value *result)
{
	const struct json_value *structured = mcp_member(result, "structuredContent"), *content = mcp_member(result, "content");
	const struct json_value *first = content && content->type == JSON_LIST && content->n > 0 ? &content->items[0] : NULL;
	const char *text = mcp_text(first, "text");
	struct json_error problem;

	if (!structured && text)
		structured = json_parse(cli->arena, text, strlen(text), NULL, &problem);
	return mcp_tell_error(cli, mcp_member(structured, "error"), text);
}

static int
call(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	const struct json_value *result = NULL;
	int status = ask_by_name(cli, "tools/call", arguments, &result);

	(void)command;
	if (status != CLI_OK)
		return status;
	const struct json_value *is_error = mcp_member(result, "isError");
	cli->last_reply = shown_result(result);
	if (is_error && is_error->type == JSON_BOOL && is_error->boolean)
		return tell_tool_error(cli, result);
	return output_print(cli, shown_result(result), NULL);
}

static const struct flag call_flags[FLAGS] = {
	[FLAG_NAME] = { .name = "tool", .kind = FLAG_VALUE, .is_required = true, .value = "TOOL", .summary = "Name of the tool." },
	[FLAG_JSON] = { .name = "json", .kind = FLAG_DOCUMENT, .value = "JSON|@FILE|-", .summary = "Its arguments, a JSON object." },
};
static const char *const call_examples[] = { "wordclaw mcp call get_content_item --json '{\"id\":42}'", NULL };

extern const struct command mcp_call_command, mcp_prompt_command;
const struct command mcp_call_command = { .name = "mcp call", .summary = "Call a tool of the MCP endpoint.", .flags = call_flags, .n_flags = FLAGS,
	.positions = positions, .n_positions = 1, .examples = call_examples, .run = call };


/* ---- prompt ---- */

static int
prompt(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct json_value list = { .type = JSON_LIST };
	const struct json_value *shown = &list;
	bool is_named = arguments->values[FLAG_NAME];

	(void)command;
	if (!is_named && arguments->values[FLAG_JSON])
		return failure_usage(cli, "'wordclaw mcp prompt' lists them.", "--json holds the arguments of a prompt, and none is named");
	int status = is_named ? ask_by_name(cli, "prompts/get", arguments, &shown) : mcp_list(cli, "prompts/list", "prompts", &list);
	if (status != CLI_OK)
		return status;
	cli->last_reply = is_named ? shown : json_copy(cli->arena, &list);
	return output_print(cli, cli->last_reply, NULL);
}

static const struct flag prompt_flags[FLAGS] = {
	[FLAG_NAME] = { .name = "name", .kind = FLAG_VALUE, .value = "NAME", .summary = "Name of the prompt; without it, all are listed." },
	[FLAG_JSON] = { .name = "json", .kind = FLAG_DOCUMENT, .value = "JSON|@FILE|-", .summary = "Its arguments, a JSON object whose values are texts." },
};
static const char *const prompt_examples[] = { "wordclaw mcp prompt", "wordclaw mcp prompt task-guidance --json '{\"taskId\":\"author-content\"}'", NULL };

const struct command mcp_prompt_command = { .name = "mcp prompt", .summary = "List the prompts of the MCP endpoint, or get the messages of one.",
	.flags = prompt_flags, .n_flags = FLAGS, .positions = positions, .n_positions = 1, .examples = prompt_examples, .run = prompt };
