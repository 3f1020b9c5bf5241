/* wordclaw schema migration: how far the items of a type are on their way to its new schema, until they have arrived. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/api.h"
#include "cli/command/builtins.h"
#include "cli/output/failure.h"
#include "cli/output/output.h"
#include "cli/output/progress.h"
#include "content_proto.h"

enum { TIMEOUT_MS = 5000, PAUSE_MS = 300 };

static const char *
status_of(const struct json_value *migration)
{
	const struct json_value *status = json_get(migration, "status");
	return status && status->type == JSON_TEXT ? status->text : "";
}

static int64_t
number_of(const struct json_value *migration, const char *name)
{
	const struct json_value *value = json_get(migration, name);
	return value && value->type == JSON_INT ? value->integer : 0;
}

static int
ask(struct cli *cli, long id, struct api_reply *reply, const struct json_value **ret_migration)
{
	struct rest_request request = { .method = "GET", .target = arena_printf(cli->arena, "/api/schema-migrations/%ld", id) };

	api_add_headers(cli, &request);
	int status = api_send(cli, &request, TIMEOUT_MS, reply);
	if (status == CLI_OK)
		status = api_judge(cli, reply);
	if (status != CLI_OK)
		return status;
	const struct json_value *data = reply->json && reply->json->type == JSON_OBJECT ? json_get(reply->json, "data") : NULL;
	if (!data || data->type != JSON_OBJECT)
		return failure_answer(cli, reply->status, NULL, NULL);
	*ret_migration = data;
	return CLI_OK;
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	const struct json_value *migration = NULL;
	struct api_reply reply;
	char *end = NULL;
	int status;

	(void)command;
	long id = arguments->n_operands == 1 ? strtol(arguments->operands[0], &end, 10) : 0;
	if (!end || *end || id < 1 || id > INT32_MAX)
		return failure_usage(cli, "wordclaw content-types migrations TYPE lists them.", "a migration is named by its id");
	for (;;) {
		struct arena_mark mark = arena_mark(cli->arena);
		status = ask(cli, id, &reply, &migration);
		if (status != CLI_OK || strcmp(status_of(migration), "running") != 0)
			break;
		progress_show(cli, number_of(migration, "done"), number_of(migration, "total"), "%lld of %lld items, %lld failed",
		    (long long)number_of(migration, "done"), (long long)number_of(migration, "total"), (long long)number_of(migration, "failed"));
		arena_rewind(cli->arena, mark);
		(void)nanosleep(&(struct timespec){ .tv_nsec = PAUSE_MS * 1000L * 1000L }, NULL); /* cut short, it asks sooner */
	}
	progress_clear(cli);
	if (status == CLI_OK)
		status = output_print(cli, reply.json, &schema_migration_shape);
	return status == CLI_OK && number_of(migration, "failed") > 0 ? CLI_NO : status;
}

static const char *const examples[] = { "wordclaw schema migration 3", NULL };

extern const struct command schema_migration_command;
const struct command schema_migration_command = { .name = "schema migration", .summary = "Wait until the items of a type are at its new schema, and say how it went.",
	.description = "Shows a bar on a terminal meanwhile. Exits 0 when all items are there, 1 when some failed and stay as they were; it stops asking when it is "
	    "interrupted, and the migration goes on.",
	.operands = "MIGRATION", .operands_max = 1, .examples = examples, .run = run };
