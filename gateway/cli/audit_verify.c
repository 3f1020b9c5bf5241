/* wordclaw audit verify: have the tenant's whole hash chain recomputed, page by page, and say where it breaks. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "http_client.h"
#include "json.h"

enum { TIMEOUT_MS = 60000, CONNECT_TIMEOUT_MS = 5000, ANSWER_BYTES_MAX = 1024 * 1024, PAGE = 20000 };

struct run {
	struct http_client *client;
	struct arena *arena;
	const char *base_url;
	const char *headers[3];
	int64_t n_entries, n_checkpoints;
};

static void
print_help(void)
{
	printf("usage: wordclaw audit verify\n\n"
	       "Recomputes the hash chain of the key's tenant and compares it with the signed checkpoints.\n"
	       "Exit status: 0 intact, 1 broken, 2 could not be checked.\n\n"
	       "  WORDCLAW_BASE_URL  the gateway (default http://127.0.0.1:4000)\n"
	       "  WORDCLAW_API_KEY   a key with scope audit:read\n\n"
	       "example: WORDCLAW_API_KEY=\"$(cat .wordclaw/admin-key)\" wordclaw audit verify\n");
}

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

/* The answer's data, or NULL with the reason on stderr. */
static const struct json_value *
ask(struct run *run, int64_t from)
{
	struct http_client_response response;
	struct json_error problem;
	struct http_client_request request = { .method = "GET", .headers = run->headers, .connect_timeout_ms = CONNECT_TIMEOUT_MS,
		.url = arena_printf(run->arena, "%s/api/audit-logs/verify?from=%" PRId64 "&limit=%d", run->base_url, from, PAGE),
		.timeout_ms = TIMEOUT_MS, .response_bytes_max = ANSWER_BYTES_MAX };

	if (http_client_send(run->client, run->arena, &request, &response) != HTTP_CLIENT_ANSWERED) {
		(void)fprintf(stderr, "wordclaw: %s: %s\n", request.url, response.problem);
		return NULL;
	}
	const struct json_value *answer = json_parse(run->arena, response.body, response.n_body, NULL, &problem);
	if (answer && response.status == 200 && json_get(answer, "data"))
		return json_get(answer, "data");
	if (answer && json_get(answer, "code"))
		(void)fprintf(stderr, "wordclaw: %s: %s\n%s\n", text(answer, "code"), text(answer, "message"), text(answer, "remediation"));
	else
		(void)fprintf(stderr, "wordclaw: %s answered %d and no JSON: is it a WordClaw gateway?\n", request.url, response.status);
	return NULL;
}

static int
report_break(const struct run *run, const struct json_value *broken)
{
	printf("broken at entry %" PRId64 ": %s\n  expected %s\n  found    %s\n%" PRId64 " entries before it hold\n", integer(broken, "number"),
	    text(broken, "reason"), text(broken, "expected"), text(broken, "found"), run->n_entries);
	return CLI_NO;
}

static int
verify(struct run *run)
{
	bool has_terminal = isatty(STDERR_FILENO);
	int64_t from = 1;

	for (;;) {
		const struct json_value *data = ask(run, from);
		if (!data)
			return CLI_ERROR;
		const struct json_value *broken = json_get(data, "firstBreak"), *complete = json_get(data, "isComplete");
		run->n_entries += integer(data, "checkedEntries");
		run->n_checkpoints += integer(data, "checkedCheckpoints");
		if (has_terminal)
			(void)fprintf(stderr, "\r%" PRId64 " entries checked ", run->n_entries);
		if (has_terminal && broken && broken->type == JSON_OBJECT)
			(void)fputc('\n', stderr);
		if (broken && broken->type == JSON_OBJECT)
			return report_break(run, broken);
		if (complete && complete->type == JSON_BOOL && complete->boolean)
			break;
		if (integer(data, "lastNumber") < from) {
			(void)fprintf(stderr, "wordclaw: the verification makes no progress at entry %" PRId64 "\n", from);
			return CLI_ERROR;
		}
		from = integer(data, "lastNumber") + 1;
		arena_reset(run->arena);
	}
	if (has_terminal)
		(void)fputc('\n', stderr);
	printf("intact: %" PRId64 " entries, %" PRId64 " signed checkpoints\n", run->n_entries, run->n_checkpoints);
	return CLI_OK;
}

int
cli_audit_verify(int argc, char **argv)
{
	const char *url = getenv("WORDCLAW_BASE_URL"), *key = getenv("WORDCLAW_API_KEY");

	if (argc > 0) {
		print_help();
		return strcmp(argv[0], "--help") == 0 ? CLI_OK : CLI_ERROR;
	}
	if (!key || !*key) {
		(void)fprintf(stderr, "wordclaw: WORDCLAW_API_KEY is not set: a key with scope audit:read, for example $(cat .wordclaw/admin-key)\n");
		return CLI_ERROR;
	}
	char *header = NULL;
	if (asprintf(&header, "x-api-key: %s", key) < 0)
		abort();
	struct run run = { .client = http_client_new(true), .arena = arena_new((size_t)16 * 1024 * 1024),
		.base_url = url && *url ? url : "http://127.0.0.1:4000", .headers = { header, "accept: application/json", NULL } };
	int status = verify(&run);
	http_client_free(run.client);
	arena_free(run.arena);
	free(header);
	return status;
}
