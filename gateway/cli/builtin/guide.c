/* wordclaw content guide and its likes: the guide of a group's own task, under the group's name. */
#include "cli/api.h"
#include "cli/command/builtins.h"
#include "cli/output/failure.h"
#include "cli/output/output.h"
#include "gateway_proto.h"

#include <string.h>

enum { TIMEOUT_MS = 10000 };

static const struct {
	const char *command, *task;
} tasks[] = { { "audit guide", "verify-provenance" }, { "content guide", "author-content" }, { "integrations guide", "manage-integrations" },
	{ "l402 guide", "consume-paid-content" }, { "workflow guide", "review-workflow" } };

static const char *
task_of(const char *command)
{
	size_t i = 0;

	while (strcmp(tasks[i].command, command) != 0) /* only commands of the table come here */
		i++;
	return tasks[i].task;
}

static bool
is_number(const char *text)
{
	return text[0] && strlen(text) < 10 && strspn(text, "0123456789") == strlen(text);
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	const char *type = arguments_get(command, arguments, "content-type-id");
	struct rest_request request = { .method = "GET" };
	struct api_reply reply;

	if (type && !is_number(type))
		return failure_usage(cli, NULL, "--content-type-id is a type's id, as in 7");
	request.target = arena_printf(cli->arena, "/api/guides/%s%s%s", task_of(command->name), type ? "?contentTypeId=" : "", type ? type : "");
	api_add_headers(cli, &request);
	int status = api_send(cli, &request, TIMEOUT_MS, &reply);
	if (status == CLI_OK)
		status = api_judge(cli, &reply);
	if (status != CLI_OK)
		return status;
	return reply.json ? output_print(cli, reply.json, &gateway_guides_get_response_shape) : failure_answer(cli, reply.status, NULL, NULL);
}

static const struct flag flags[] = { { .name = "content-type-id", .alias = "contentTypeId", .kind = FLAG_VALUE, .value = "ID",
	.summary = "The type that it is about; by default that of the item that was changed last." } };

#define GUIDE(symbol, words, what) \
	extern const struct command symbol; \
	const struct command symbol = { .name = words, .summary = what, .flags = flags, .n_flags = 1, .run = run }

GUIDE(audit_guide_command, "audit guide", "Say how to find out who changed what, with the calls for it.");
GUIDE(content_guide_command, "content guide", "Say how to write and publish an item here, with the calls for it.");
GUIDE(integrations_guide_command, "integrations guide", "Say how to connect other systems and programs, with the calls for it.");
GUIDE(l402_guide_command, "l402 guide", "Say how to buy content and read it, with the calls for it.");
GUIDE(workflow_guide_command, "workflow guide", "Say how to submit an item for review and decide one, with the calls for it.");
