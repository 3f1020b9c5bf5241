/* wordclaw mcp smoke: does what an agent needs work here, one check after the other. */
#include "cli/command/builtins.h"
#include "cli/mcp/client.h"
#include "cli/mcp/message.h"
#include "cli/output/output.h"
#include "clock.h"

struct smoke {
	struct mcp_client client;
	struct buf report; /* JSON list of what went well */
};

static void
note(struct smoke *smoke, const char *check, uint32_t n, int64_t began_us)
{
	buf_printf(&smoke->report, "%s{\"check\":\"%s\",\"found\":%u,\"milliseconds\":%lld}", smoke->report.len > 1 ? "," : "", check, n,
	    (long long)((clock_monotonic_us() - began_us) / 1000));
}

static int
list(struct smoke *smoke, const char *check, const char *method, const char *name)
{
	struct json_value entries = { .type = JSON_LIST };
	int64_t began_us = clock_monotonic_us();
	int status = mcp_client_list(&smoke->client, method, name, &entries);

	if (status == CLI_OK)
		note(smoke, check, entries.n, began_us);
	return status;
}

/* A tool that reads; its refusal is told. */
static int
call(struct smoke *smoke, const char *check, const char *params)
{
	const struct json_value *result = NULL;
	int64_t began_us = clock_monotonic_us();
	int status = mcp_client_ask(&smoke->client, "tools/call", params, &result);

	if (status != CLI_OK)
		return status;
	const struct json_value *is_error = mcp_member(result, "isError");
	if (is_error && is_error->type == JSON_BOOL && is_error->boolean)
		return mcp_tell_error(smoke->client.cli, mcp_member(mcp_member(result, "structuredContent"), "error"), check);
	note(smoke, check, 1, began_us);
	return CLI_OK;
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct smoke smoke;
	struct json_error ignored;

	(void)command;
	(void)arguments;
	buf_init(&smoke.report, cli->arena, 512);
	buf_add_char(&smoke.report, '[');
	int status = mcp_client_open(cli, &smoke.client);
	if (status != CLI_OK)
		return status;
	status = list(&smoke, "tools", "tools/list", "tools");
	if (status == CLI_OK)
		status = list(&smoke, "resources", "resources/list", "resources");
	if (status == CLI_OK)
		status = list(&smoke, "prompts", "prompts/list", "prompts");
	if (status == CLI_OK)
		status = call(&smoke, "who am I", "{\"name\":\"whoami\",\"arguments\":{}");
	if (status == CLI_OK)
		status = call(&smoke, "what is here", "{\"name\":\"guide_task\",\"arguments\":{\"taskId\":\"discover-workspace\"}");
	mcp_client_close(&smoke.client);
	if (status != CLI_OK)
		return status;
	buf_add_char(&smoke.report, ']');
	cli->last_reply = json_parse(cli->arena, smoke.report.bytes, smoke.report.len, NULL, &ignored);
	return output_print(cli, cli->last_reply, NULL);
}

static const char *const examples[] = { "wordclaw mcp smoke", "wordclaw mcp smoke --mcp-transport stdio", NULL };

extern const struct command mcp_smoke_command;
const struct command mcp_smoke_command = { .name = "mcp smoke", .summary = "Try what an agent needs of the MCP endpoint: lists, and tools that read.",
	.description = "The first thing that does not work is told, and ends it.", .examples = examples, .run = run };
