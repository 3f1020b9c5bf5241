/* wordclaw mcp inspect, resource, whoami, openai-tools: what the MCP endpoint offers. */
#include <string.h>

#include "cli/command/builtins.h"
#include "cli/output/failure.h"
#include "cli/mcp/client.h"
#include "cli/mcp/message.h"
#include "cli/output/output.h"

static void
add_text(struct buf *buf, const char *name, const char *text)
{
	buf_printf(buf, "\"%s\":", name);
	buf_add_json_text(buf, text, strlen(text));
}

static int
print_text(struct cli *cli, const struct buf *text)
{
	struct json_error problem;
	const struct json_value *value = json_parse(cli->arena, text->bytes, text->len, NULL, &problem);

	if (!value)
		return failure_usage(cli, NULL, "the endpoint's lists are no JSON: %s", problem.message);
	cli->last_reply = value;
	return output_print(cli, value, NULL);
}

/* ---- inspect ---- */

static const struct listing {
	const char *kind, *method, *list, *name;
} listings[] = {
	{ "tool", "tools/list", "tools", "name" },
	{ "resource", "resources/list", "resources", "uri" },
	{ "template", "resources/templates/list", "resourceTemplates", "uriTemplate" },
	{ "prompt", "prompts/list", "prompts", "name" },
};

struct inspection {
	struct buf rows;
	size_t n_rows, n_bytes;
};

static void
add_row(struct cli *cli, struct inspection *inspection, const struct listing *listing, const struct json_value *entry)
{
	struct buf text, *rows = &inspection->rows;
	const char *name = mcp_text(entry, listing->name), *title = mcp_text(entry, "title");

	buf_init(&text, cli->arena, 1024);
	json_write(&text, entry);
	buf_add_text(rows, inspection->n_rows++ ? ",{" : "{");
	add_text(rows, "kind", listing->kind);
	buf_add_char(rows, ',');
	add_text(rows, "name", name ? name : "?");
	buf_printf(rows, ",\"bytes\":%zu,", text.len);
	add_text(rows, "title", title ? title : "");
	buf_add_char(rows, '}');
	inspection->n_bytes += text.len;
}

static int
list_all(struct cli *cli, struct inspection *inspection)
{
	struct mcp_client client;
	int status = mcp_client_open(cli, &client);

	for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]) && status == CLI_OK; i++) {
		struct json_value list = { .type = JSON_LIST };
		status = mcp_client_list(&client, listings[i].method, listings[i].list, &list);
		for (uint32_t n = 0; n < list.n; n++)
			add_row(cli, inspection, &listings[i], &list.items[n]);
	}
	mcp_client_close(&client);
	return status;
}

static int
inspect(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct inspection inspection = { 0 };

	(void)command;
	(void)arguments;
	buf_init(&inspection.rows, cli->arena, 16384);
	buf_add_char(&inspection.rows, '[');
	int status = list_all(cli, &inspection);
	if (status != CLI_OK)
		return status;
	buf_add_char(&inspection.rows, ']');
	status = print_text(cli, &inspection.rows);
	cli_remark(cli, "%zu entries, %zu bytes", inspection.n_rows, inspection.n_bytes);
	return status;
}

static const char *const inspect_examples[] = { "wordclaw mcp inspect --output table", "wordclaw --mcp-transport stdio mcp inspect", NULL };

extern const struct command mcp_inspect_command, mcp_openai_tools_command, mcp_resource_command, mcp_whoami_command;
const struct command mcp_inspect_command = { .name = "mcp inspect", .summary = "List tools, resources and prompts of the MCP endpoint, with their sizes.",
	.examples = inspect_examples, .run = inspect };

/* ---- openai-tools ---- */

/* A tool without description or input schema is one without arguments. */
static void
add_function(struct buf *buf, const struct json_value *tool)
{
	const char *name = mcp_text(tool, "name"), *description = mcp_text(tool, "description");
	const struct json_value *schema = mcp_member(tool, "inputSchema");

	buf_add_text(buf, buf->len > 1 ? ",{\"type\":\"function\",\"function\":{" : "{\"type\":\"function\",\"function\":{");
	add_text(buf, "name", name ? name : "?");
	buf_add_char(buf, ',');
	add_text(buf, "description", description ? description : "");
	buf_add_text(buf, ",\"parameters\":");
	if (schema)
		json_write(buf, schema);
	else
		buf_add_text(buf, "{\"type\":\"object\",\"properties\":{}}");
	buf_add_text(buf, "}}");
}

static int
openai_tools(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct json_value tools = { .type = JSON_LIST };
	int status = mcp_list(cli, "tools/list", "tools", &tools);
	struct buf text;

	(void)command;
	(void)arguments;
	if (status != CLI_OK)
		return status;
	buf_init(&text, cli->arena, 16384);
	buf_add_char(&text, '[');
	for (uint32_t i = 0; i < tools.n; i++)
		add_function(&text, &tools.items[i]);
	buf_add_char(&text, ']');
	return print_text(cli, &text);
}

static const char *const openai_examples[] = { "wordclaw mcp openai-tools --output json", NULL };

const struct command mcp_openai_tools_command = { .name = "mcp openai-tools", .summary = "Print the tools of the MCP endpoint as function tools of OpenAI's API.",
	.examples = openai_examples, .run = openai_tools };

/* ---- resource, whoami ---- */

/* One JSON document is shown as such, anything else as it is told. */
static const struct json_value *
shown_contents(struct arena *arena, const struct json_value *contents)
{
	const struct json_value *only = contents->type == JSON_LIST && contents->n == 1 ? &contents->items[0] : NULL;
	const char *type = mcp_text(only, "mimeType"), *text = mcp_text(only, "text");
	struct json_limits limits = { .allow_nul = true, .allow_big_numbers = true };
	struct json_error problem;

	if (!text || !type || strcmp(type, "application/json") != 0)
		return contents;
	const struct json_value *document = json_parse(arena, text, strlen(text), &limits, &problem);
	return document ? document : contents;
}

static int
read_resource(struct cli *cli, const char *uri)
{
	const struct json_value *result = NULL;
	struct buf params;

	buf_init(&params, cli->arena, 128);
	buf_add_char(&params, '{');
	add_text(&params, "uri", uri);
	int status = mcp_ask(cli, "resources/read", params.bytes, &result);
	const struct json_value *contents = mcp_member(result, "contents");
	if (status != CLI_OK)
		return status;
	cli->last_reply = contents ? shown_contents(cli->arena, contents) : result;
	return output_print(cli, cli->last_reply, NULL);
}

/* Those that can be read, then the patterns of others. */
static int
list_resources(struct cli *cli, struct json_value *list)
{
	struct mcp_client client;
	int status = mcp_client_open(cli, &client);

	if (status == CLI_OK)
		status = mcp_client_list(&client, "resources/list", "resources", list);
	if (status == CLI_OK)
		status = mcp_client_list(&client, "resources/templates/list", "resourceTemplates", list);
	mcp_client_close(&client);
	return status;
}

static int
resource(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct json_value list = { .type = JSON_LIST };

	(void)command;
	if (arguments->values[0])
		return read_resource(cli, arguments->values[0]);
	int status = list_resources(cli, &list);
	if (status != CLI_OK)
		return status;
	cli->last_reply = json_copy(cli->arena, &list);
	return output_print(cli, cli->last_reply, NULL);
}

static const struct flag resource_flags[] = {
	{ .name = "uri", .kind = FLAG_VALUE, .value = "URI", .summary = "Of the resource; without it, all are listed." },
};
static const size_t resource_positions[] = { 0 };
static const char *const resource_examples[] = { "wordclaw mcp resource", "wordclaw mcp resource content://types", NULL };

const struct command mcp_resource_command = { .name = "mcp resource", .summary = "List the resources of the MCP endpoint, or read one.",
	.flags = resource_flags, .n_flags = 1, .positions = resource_positions, .n_positions = 1, .examples = resource_examples, .run = resource };

static int
whoami(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	(void)command;
	(void)arguments;
	return read_resource(cli, "system://current-actor");
}

static const char *const whoami_examples[] = { "wordclaw mcp whoami", NULL };

const struct command mcp_whoami_command = { .name = "mcp whoami", .summary = "Say as whom the MCP endpoint knows this key.",
	.examples = whoami_examples, .run = whoami };
