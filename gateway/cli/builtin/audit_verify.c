/* wordclaw audit verify: have the tenant's whole hash chain recomputed, page by page, and say where it breaks. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/api.h"
#include "cli/command/builtins.h"
#include "cli/output/failure.h"
#include "cli/output/progress.h"

enum { TIMEOUT_MS = 60000, PAGE = 50000 };
enum { FLAG_FROM, FLAGS };

static const struct flag flags[FLAGS] = {
	[FLAG_FROM] = { .name = "from", .kind = FLAG_VALUE, .value = "N", .summary = "Begin at this entry and take the one before as given: to go on where another run ended." },
};

struct verification {
	struct cli *cli;
	int64_t from; /* first number not checked yet */
	int64_t n_entries, n_checkpoints;
	int64_t n_total; /* of the trail when the verification began; 0: nobody watches, or it is not known */
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

/* The answer to a GET, judged: *ret_answer is its whole object. */
static int
ask(struct cli *cli, const char *target, const struct json_value **ret_answer)
{
	struct rest_request request = { .method = "GET", .target = target };
	struct api_reply reply;

	api_add_headers(cli, &request);
	int status = api_send(cli, &request, TIMEOUT_MS, &reply);
	progress_clear(cli);
	if (status == CLI_OK)
		status = api_judge(cli, &reply);
	if (status != CLI_OK)
		return status;
	if (!reply.json || reply.json->type != JSON_OBJECT)
		return failure_answer(cli, reply.status, NULL, NULL);
	*ret_answer = reply.json;
	return CLI_OK;
}

static int
ask_length(struct verification *verification)
{
	struct cli *cli = verification->cli;
	const struct json_value *answer;

	if (!cli_shows_progress(cli))
		return CLI_OK;
	int status = ask(cli, "/api/audit-logs?limit=1", &answer);
	const struct json_value *meta = status == CLI_OK ? json_get(answer, "meta") : NULL;
	if (meta && meta->type == JSON_OBJECT)
		verification->n_total = integer(meta, "total");
	return status;
}

static int
ask_page(struct cli *cli, int64_t from, const struct json_value **ret_data)
{
	const struct json_value *answer;
	int status = ask(cli, arena_printf(cli->arena, "/api/audit-logs/verify?from=%" PRId64 "&limit=%d", from, PAGE), &answer);

	if (status != CLI_OK)
		return status;
	const struct json_value *data = json_get(answer, "data");
	if (!data || data->type != JSON_OBJECT)
		return failure_answer(cli, 200, NULL, NULL);
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

static int
verify(struct verification *verification)
{
	struct cli *cli = verification->cli;

	for (;;) {
		struct arena_mark mark = arena_mark(cli->arena);
		const struct json_value *data = NULL;
		progress_show(cli, verification->from - 1, verification->n_total, "%" PRId64 " entries checked", verification->n_entries);
		int status = ask_page(cli, verification->from, &data);
		if (status != CLI_OK)
			return status;
		const struct json_value *broken = json_get(data, "firstBreak"), *complete = json_get(data, "isComplete");
		verification->n_entries += integer(data, "checkedEntries");
		verification->n_checkpoints += integer(data, "checkedCheckpoints");
		if (broken && broken->type == JSON_OBJECT)
			return report_break(verification, broken);
		if (complete && complete->type == JSON_BOOL && complete->boolean)
			return CLI_OK;
		int64_t last = integer(data, "lastNumber");
		if (last < verification->from)
			return failure_unreachable(cli, NULL, "the verification gets no further than entry %" PRId64, verification->from);
		verification->from = last + 1;
		arena_rewind(cli->arena, mark);
	}
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	const char *from = arguments->values[FLAG_FROM];
	struct verification verification = { .cli = cli, .from = 1 };

	(void)command;
	if (from) {
		char *end;
		verification.from = strtoll(from, &end, 10);
		if (verification.from < 1 || *end)
			return failure_usage(cli, NULL, "--from takes a number from 1 on, not '%s'", from);
	}
	int status = ask_length(&verification);
	if (status == CLI_OK)
		status = verify(&verification);
	if (status != CLI_OK && status != CLI_NO && verification.n_entries > 0)
		(void)fprintf(cli->err, "%" PRId64 " entries hold; go on with --from %" PRId64 "\n", verification.n_entries, verification.from);
	if (status != CLI_OK)
		return status;
	(void)fprintf(cli->out, "intact: %" PRId64 " entries, %" PRId64 " signed checkpoints\n", verification.n_entries, verification.n_checkpoints);
	return CLI_OK;
}

static const char *const examples[] = { "WORDCLAW_API_KEY_FILE=.wordclaw/admin-key wordclaw audit verify", "wordclaw audit verify --from 500001", NULL };

extern const struct command audit_verify_command;
const struct command audit_verify_command = { .name = "audit verify", .summary = "Recompute the tenant's whole audit trail, page by page.",
	.description = "Compares the hash chain of the key's tenant with its entries and its signed checkpoints, and names the first break. Needs a key "
	    "with scope audit:read. Exits 0 when the trail is intact, 1 when it is broken; when it cannot go on, says where to begin again.",
	.flags = flags, .n_flags = FLAGS, .examples = examples, .run = run };
