/* wordclaw rest: any request to the gateway, with the command's key. */
#include <string.h>
#include <strings.h>

#include "cli/api.h"
#include "cli/command/builtins.h"
#include "cli/input/document.h"
#include "cli/output/failure.h"
#include "cli/output/output.h"

enum { TIMEOUT_MS = 30000, FLAG_BODY = 0, FLAG_HEADER, FLAG_KEY, FLAGS };

static const struct flag flags[FLAGS] = {
	[FLAG_BODY] = { .name = "body", .kind = FLAG_DOCUMENT, .value = "JSON|@FILE|-", .summary = "The request's body." },
	[FLAG_HEADER] = { .name = "header", .kind = FLAG_VALUE, .value = "NAME:VALUE", .summary = "One more header, such as if-match." },
	[FLAG_KEY] = { .name = "idempotency-key", .kind = FLAG_VALUE, .value = "KEY", .summary = "Makes a mutation safe to repeat." },
};

static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", NULL };

static const char *
method_of(const char *text)
{
	for (size_t i = 0; methods[i]; i++)
		if (strcasecmp(methods[i], text) == 0)
			return methods[i];
	return NULL;
}

static int
read_body(struct cli *cli, const char *value, struct rest_request *request)
{
	const struct document_source source = document_source_of(cli);
	const char *problem = NULL;
	const char *body = source.load(source.context, cli->arena, value, &problem);

	if (!body)
		return failure_usage(cli, NULL, "--body: %s", problem);
	request->body = body;
	request->n_body = strlen(body);
	rest_request_add_header(cli->arena, request, "content-type", "application/json");
	return CLI_OK;
}

static int
print_reply(struct cli *cli, const struct api_reply *reply)
{
	if (strcmp(preference_text(&cli->preferences, PREFERENCE_RAW), "true") == 0 || (!reply->json && reply->status < 400))
		return output_print_bytes(cli, reply->body, reply->n_body);
	return reply->status < 400 ? output_print(cli, reply->json, NULL) : CLI_OK;
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	const char **operands = arguments->operands + (arguments->n_operands - 2); /* behind the word `request` */
	const char *method = method_of(operands[0]), *target = operands[1], *header = arguments->values[FLAG_HEADER];
	struct rest_request request = { .method = method, .target = target };
	struct api_reply reply;
	int status = CLI_OK;

	(void)command;
	if (arguments->n_operands == 3 && strcmp(arguments->operands[0], "request") != 0)
		return failure_usage(cli, NULL, "it takes a method and a path: '%s' is one too many", operands[1]);
	if (!method)
		return failure_usage(cli, NULL, "'%s' is not a method: GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS", operands[0]);
	if (target[0] != '/' || strpbrk(target, " \t\r\n#"))
		return failure_usage(cli, NULL, "a path begins with / and has no blanks: '%s'", target);
	if (arguments->values[FLAG_BODY])
		status = read_body(cli, arguments->values[FLAG_BODY], &request);
	if (status != CLI_OK)
		return status;
	if (header && !strchr(header, ':'))
		return failure_usage(cli, NULL, "--header takes NAME:VALUE, not '%s'", header);
	if (header)
		request.headers[request.n_headers++] = header;
	if (arguments->values[FLAG_KEY])
		rest_request_add_header(cli->arena, &request, "idempotency-key", arguments->values[FLAG_KEY]);
	api_add_headers(cli, &request);
	status = api_send(cli, &request, TIMEOUT_MS, &reply);
	if (status == CLI_OK)
		status = print_reply(cli, &reply);
	return status == CLI_OK ? api_judge(cli, &reply) : status;
}

static const char *const examples[] = { "wordclaw rest GET '/api/content-items?limit=5'",
	"wordclaw rest POST /api/content-types/7/items --body @item.json", NULL };

extern const struct command rest_command;
const struct command rest_command = { .name = "rest", .summary = "Send any request to the gateway and print its answer.", .flags = flags,
	.n_flags = FLAGS, .operands = "[request] METHOD PATH", .operands_min = 2, .operands_max = 3, .examples = examples, .run = run };
