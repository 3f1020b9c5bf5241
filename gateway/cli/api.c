/* The gateway at the other end. */
#include "cli/api.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/output/failure.h"
#include "http_client.h"

enum { CONNECT_TIMEOUT_MS = 5000, ANSWER_BYTES_MAX = 64 * 1024 * 1024 };
#define LOCAL_KEY_FILE ".wordclaw/admin-key"

struct http_client *
api_client(struct cli *cli)
{
	if (!cli->client)
		cli->client = http_client_new(true); /* whoever runs the command chose the URL */
	return cli->client;
}

static void
add_label(struct cli *cli, struct rest_request *request, const char *header, const char *given, const char *variable)
{
	const char *label = given ? given : getenv(variable);

	if (label && label[0])
		rest_request_add_header(cli->arena, request, header, label);
}

void
api_add_headers(struct cli *cli, struct rest_request *request)
{
	const char *key = preference_text(&cli->preferences, PREFERENCE_API_KEY);

	rest_request_add_header(cli->arena, request, "accept", "application/json");
	rest_request_add_header(cli->arena, request, "expect", ""); /* a body is small enough to be sent at once */
	if (key)
		rest_request_add_header(cli->arena, request, "x-api-key", key);
	if (cli->globals[GLOBAL_REQUEST_ID])
		rest_request_add_header(cli->arena, request, "x-request-id", cli->globals[GLOBAL_REQUEST_ID]);
	add_label(cli, request, "x-wordclaw-session", cli->globals[GLOBAL_SESSION], "WORDCLAW_SESSION");
	rest_request_add_header(cli->arena, request, "user-agent", "wordclaw-cli");
	add_label(cli, request, "x-wordclaw-prompt-hash", cli->globals[GLOBAL_PROMPT_HASH], "WORDCLAW_PROMPT_HASH");
	add_label(cli, request, "x-wordclaw-change-set", cli->globals[GLOBAL_CHANGE_SET], "WORDCLAW_CHANGE_SET");
}

int64_t
api_timeout_ms(const struct cli *cli, int64_t otherwise_ms)
{
	const char *seconds = preference_text(&cli->preferences, PREFERENCE_TIMEOUT);
	return seconds ? strtol(seconds, NULL, 10) * 1000 : otherwise_ms; /* checked when loaded */
}

static int
tell_unreachable(struct cli *cli, const struct rest_request *request, enum http_client_result result, const char *problem)
{
	const char *base = preference_text(&cli->preferences, PREFERENCE_BASE_URL);
	bool is_read = strcmp(request->method, "GET") == 0;

	if (result == HTTP_CLIENT_BAD_REQUEST)
		return failure_usage(cli, NULL, "the request cannot be sent: %s", problem);
	if (result == HTTP_CLIENT_LATE && !is_read)
		return failure_unreachable(cli, "The change may or may not have been made. Look, or repeat commands only with --idempotency-key.",
		    "%s did not answer in time", base);
	if (result == HTTP_CLIENT_LATE)
		return failure_unreachable(cli, "Repeat the command, perhaps with a longer --timeout.", "%s did not answer in time", base);
	return failure_unreachable(cli, "Check that the gateway runs there, or name another with --base-url or WORDCLAW_BASE_URL.",
	    "%s: %s", base, problem);
}

int
api_send(struct cli *cli, const struct rest_request *request, int64_t timeout_ms, struct api_reply *ret_reply)
{
	struct json_error problem;
	struct json_limits limits = { .allow_nul = true, .allow_big_numbers = true };
	struct http_client_response response;
	const char *url = arena_printf(cli->arena, "%s%s", preference_text(&cli->preferences, PREFERENCE_BASE_URL), request->target);
	enum http_client_result result = http_client_send(api_client(cli), cli->arena, &(struct http_client_request){
		.method = request->method, .url = url, .headers = request->headers, .body = request->body, .n_body = request->n_body,
		.connect_timeout_ms = CONNECT_TIMEOUT_MS, .timeout_ms = api_timeout_ms(cli, timeout_ms),
		.response_bytes_max = ANSWER_BYTES_MAX }, &response);

	if (result != HTTP_CLIENT_ANSWERED)
		return tell_unreachable(cli, request, result, response.problem);
	const char *retry_after = http_client_header(cli->client, "retry-after");
	*ret_reply = (struct api_reply){ .status = response.status, .body = response.body, .n_body = response.n_body,
		.json = response.n_body ? json_parse(cli->arena, response.body, response.n_body, &limits, &problem) : NULL,
		.retry_after = retry_after ? arena_strdup(cli->arena, retry_after) : NULL,
		.is_replayed = http_client_header(cli->client, "x-idempotent-replayed") != NULL };
	cli->last_reply = ret_reply->json;
	return CLI_OK;
}

/* A key that lies there is never taken unasked: which tenant a command changes is for people to say. */
static const char *
key_remark(struct cli *cli, int status)
{
	if (status != 401 || preference_text(&cli->preferences, PREFERENCE_API_KEY))
		return NULL;
	if (access(LOCAL_KEY_FILE, R_OK) == 0)
		return "key: none was given; export WORDCLAW_API_KEY_FILE=" LOCAL_KEY_FILE " uses the one of the local system";
	return "key: none was given; set WORDCLAW_API_KEY, or WORDCLAW_API_KEY_FILE, or apiKey in .wordclaw.json";
}

int
api_judge(struct cli *cli, const struct api_reply *reply)
{
	if (reply->status < 400)
		return CLI_OK;
	const char *remark = key_remark(cli, reply->status);
	if (!remark && reply->retry_after)
		remark = arena_printf(cli->arena, "retry: after %s s", reply->retry_after);
	return failure_answer(cli, reply->status, reply->json, remark);
}
