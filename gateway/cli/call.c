/* From the command line to the answer on standard output, for every operation alike. */
#include "cli/call.h"

#include <string.h>

#include "cli/api.h"
#include "cli/output/failure.h"
#include "cli/input/input.h"
#include "cli/output/output.h"
#include "cli/builtin/watch.h"

enum { TIMEOUT_MS = 30000, TIMEOUT_MARGIN_MS = 5000 };

static const struct shape_field *
list_field(const struct operation *operation)
{
	for (size_t i = 0; operation->list && i < operation->response->n_fields; i++)
		if (strcmp(operation->response->fields[i].name, operation->list) == 0)
			return &operation->response->fields[i];
	return NULL;
}

/* What the table of an answer is made of. */
static const struct shape *
shown_shape(const struct operation *operation)
{
	const struct shape_field *list = list_field(operation);
	return list ? list->shape : operation->response;
}

static const struct json_value *
meta_of(const struct api_reply *reply, const char *name)
{
	const struct json_value *meta = reply->json && reply->json->type == JSON_OBJECT ? json_get(reply->json, "meta") : NULL;
	return meta && meta->type == JSON_OBJECT ? json_get(meta, name) : NULL;
}

/* How to see the rest of a list; a table has no place for it. */
static void
remark_on_more(struct cli *cli, const struct api_reply *reply)
{
	const struct json_value *total = meta_of(reply, "total"), *more = meta_of(reply, "hasMore"), *cursor = meta_of(reply, "nextCursor");
	const struct json_value *offset = meta_of(reply, "offset"), *data = json_get(reply->json, "data");

	if (!data || data->type != JSON_LIST || !more || more->type != JSON_BOOL || !more->boolean)
		return;
	const char *of = total && total->type == JSON_INT ? arena_printf(cli->arena, " of %lld", (long long)total->integer) : "";
	if (cursor && cursor->type == JSON_TEXT)
		cli_remark(cli, "%u%s; more with --cursor %s", data->n, of, cursor->text);
	else if (offset && offset->type == JSON_INT)
		cli_remark(cli, "%u%s; more with --offset %lld", data->n, of, (long long)offset->integer + data->n);
	else
		cli_remark(cli, "%u%s; there are more", data->n, of);
}

static int
print_reply(struct cli *cli, const struct operation *operation, const struct api_reply *reply)
{
	if (strcmp(preference_text(&cli->preferences, PREFERENCE_RAW), "true") == 0)
		return output_print_bytes(cli, reply->body, reply->n_body);
	if (!reply->json)
		return failure_answer(cli, reply->status, NULL, NULL);
	int status = output_print(cli, reply->json, shown_shape(operation));
	if (reply->is_replayed)
		cli_remark(cli, "an earlier command with this idempotency key made this change; nothing was done again");
	if (operation->list && strcmp(output_format(cli), "table") == 0)
		remark_on_more(cli, reply);
	return status;
}

static int
perform(struct cli *cli, const struct operation *operation, const struct rest_request *request)
{
	struct api_reply reply;
	int64_t timeout_ms = (int64_t)operation->timeout_ms + TIMEOUT_MARGIN_MS;
	int status = api_send(cli, request, timeout_ms > TIMEOUT_MS ? timeout_ms : TIMEOUT_MS, &reply);

	if (status != CLI_OK)
		return status;
	if (reply.status < 400)
		return print_reply(cli, operation, &reply);
	if (strcmp(preference_text(&cli->preferences, PREFERENCE_RAW), "true") == 0)
		(void)output_print_bytes(cli, reply.body, reply.n_body); /* the refusal counts */
	return api_judge(cli, &reply);
}

struct repetition {
	struct cli *cli;
	const struct operation *operation;
	const struct rest_request *request;
};

static int
perform_again(void *context)
{
	const struct repetition *repetition = context;
	return perform(repetition->cli, repetition->operation, repetition->request);
}

int
call_run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	const struct operation *operation = command->operation;
	const struct document_source source = document_source_of(cli);
	struct input *input = ARENA_NEW(cli->arena, struct input);
	const char *key = arguments_get(command, arguments, "idempotency-key");
	struct rest_request request;

	if (!input_read(cli->arena, command, arguments, &source, input))
		return input->problem ? failure_usage(cli, NULL, "%s", input->problem) : failure_violations(cli, command, &input->violations);
	rest_request_make(cli->arena, operation, input->object, arguments_has(command, arguments, "dry-run"), &request);
	if (key)
		rest_request_add_header(cli->arena, &request, "idempotency-key", key);
	api_add_headers(cli, &request);
	if (!arguments_has(command, arguments, "watch"))
		return perform(cli, operation, &request);
	if (cli->script)
		return failure_usage(cli, NULL, "--watch has no end: it cannot be a step of a script");
	struct repetition repetition = { .cli = cli, .operation = operation, .request = &request };
	return watch_run(cli, operation, perform_again, &repetition);
}
