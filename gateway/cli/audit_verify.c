/* wordclaw audit verify: have the tenant's whole hash chain recomputed, page by page, and say where it breaks. */
#include <inttypes.h>
#include <string.h>

#include "api.h"
#include "builtins.h"
#include "failure.h"

enum { TIMEOUT_MS = 60000, PAGE = 20000 };

struct verification {
	struct cli *cli;
	int64_t n_entries, n_checkpoints;
};

static int64_t
integer(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);

	return value && value->type == JSON_INT ? value->integer : 0;
}

static const char *
text(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);

	return value && value->type == JSON_TEXT ? value->text : "?";
}

static int
ask(struct cli *cli, int64_t from, const struct json_value **ret_data)
{
	struct rest_request request = { .method = "GET",
		.target = arena_printf(cli->arena, "/api/audit-logs/verify?from=%" PRId64 "&limit=%d", from, PAGE) };
	struct api_reply reply;

	api_add_headers(cli, &request);
	int status = api_send(cli, &request, TIMEOUT_MS, &reply);
	if (status == CLI_OK)
		status = api_judge(cli, &reply);
	if (status != CLI_OK)
		return status;
	const struct json_value *data = reply.json && reply.json->type == JSON_OBJECT ? json_get(reply.json, "data") : NULL;
	if (!data || data->type != JSON_OBJECT)
		return failure_answer(cli, reply.status, NULL, NULL);
	*ret_data = data;
	return CLI_OK;
}

static int
report_break(const struct verification *verification, const struct json_value *broken)
{
	(void)fprintf(verification->cli->out, "broken at entry %" PRId64 ": %s\n  expected %s\n  found    %s\n%" PRId64 " entries before it hold\n",
	    integer(broken, "number"), text(broken, "reason"), text(broken, "expected"), text(broken, "found"), verification->n_entries);
	return CLI_NO;
}

static void
show_progress(const struct verification *verification, bool is_over)
{
	if (cli_shows_progress(verification->cli))
		(void)fprintf(verification->cli->err, "\r%" PRId64 " entries checked %s", verification->n_entries, is_over ? "\n" : "");
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct verification verification = { .cli = cli };
	int64_t from = 1;

	(void)command;
	(void)arguments;
	for (;;) {
		struct arena_mark mark = arena_mark(cli->arena);
		const struct json_value *data = NULL;
		int status = ask(cli, from, &data);
		if (status != CLI_OK)
			return status;
		const struct json_value *broken = json_get(data, "firstBreak"), *complete = json_get(data, "isComplete");
		bool is_broken = broken && broken->type == JSON_OBJECT, is_complete = complete && complete->type == JSON_BOOL && complete->boolean;
		verification.n_entries += integer(data, "checkedEntries");
		verification.n_checkpoints += integer(data, "checkedCheckpoints");
		show_progress(&verification, is_broken || is_complete);
		if (is_broken)
			return report_break(&verification, broken);
		if (is_complete)
			break;
		int64_t last = integer(data, "lastNumber");
		if (last < from)
			return failure_unreachable(cli, NULL, "the verification makes no progress at entry %" PRId64, from);
		from = last + 1;
		arena_rewind(cli->arena, mark);
	}
	(void)fprintf(cli->out, "intact: %" PRId64 " entries, %" PRId64 " signed checkpoints\n", verification.n_entries, verification.n_checkpoints);
	return CLI_OK;
}

static const char *const examples[] = { "WORDCLAW_API_KEY_FILE=.wordclaw/admin-key wordclaw audit verify", NULL };

extern const struct command audit_verify_command;
const struct command audit_verify_command = { .name = "audit verify", .summary = "Recompute the tenant's whole audit trail, page by page.",
	.description = "Compares the hash chain of the key's tenant with its entries and its signed checkpoints, and names the first break. Needs a key "
	    "with scope audit:read. Exits 0 when the trail is intact, 1 when it is broken.",
	.examples = examples, .run = run };
