/* Each request stands for itself (revision 2026-07-28), so it may take either way and any gateway. */
#include "cli/mcp/client.h"

#include <string.h>

#include "cli/api.h"
#include "cli/output/failure.h"
#include "cli/mcp/bridge.h"
#include "cli/mcp/child.h"

enum { TIMEOUT_MS = 60000, CHILD_MARGIN_MS = 2000, PAGES_MAX = 100 };

struct answer {
	struct arena *arena;
	const char *id;
	const struct json_value *message; /* the response, or NULL */
};

static bool
on_message(void *context, const char *text, size_t n_text)
{
	struct answer *answer = context;
	struct json_limits limits = { .allow_nul = true, .allow_big_numbers = true };
	struct json_error problem;

	if (!mcp_answers(answer->arena, text, n_text, answer->id))
		return true; /* progress */
	/* The text is gone with this call, and so is what is parsed from it in the channel's arena. */
	answer->message = json_parse(answer->arena, text, n_text, &limits, &problem);
	return true;
}

/* ---- errors ---- */

int
mcp_tell_error(struct cli *cli, const struct json_value *error, const char *message)
{
	const struct refusal refusal = { .code = mcp_text(error, "code"), .message = mcp_text(error, "message") ? mcp_text(error, "message") : message,
		.remediation = mcp_text(error, "remediation"), .pointer = mcp_text(error, "pointer"),
		.request_id = mcp_text(mcp_member(error, "context"), "requestId"), .violations = mcp_member(error, "violations") };

	return failure_refusal(cli, &refusal);
}

/* An error of the protocol: its data may say it in the gateway's words. */
static int
tell_protocol_error(struct cli *cli, const struct json_value *error)
{
	return mcp_tell_error(cli, mcp_member(error, "data"), mcp_text(error, "message"));
}

static int
tell_no_answer(struct mcp_client *client, const struct mcp_target *target, const struct mcp_reply *reply)
{
	bool is_child = client->child;
	const char *problem = reply->problem ? reply->problem : "no answer";

	mcp_client_close(client); /* an interruption ends us here, without a word */
	if (is_child)
		return failure_unreachable(client->cli, "What was asked may or may not have been done: look, then repeat the command, "
		    "perhaps with a longer --timeout or with --mcp-transport http.", "%s", problem);
	return failure_unreachable(client->cli, "Check that the gateway runs there, or name another endpoint with --mcp-url.", "%s: %s", target->url, problem);
}

static int
tell_refusal(struct mcp_client *client, const struct mcp_target *target, const struct mcp_reply *reply)
{
	struct cli *cli = client->cli;
	struct json_error problem;

	if (reply->result != HTTP_CLIENT_ANSWERED)
		return tell_no_answer(client, target, reply);
	const struct json_value *body = json_parse(cli->arena, reply->body, strlen(reply->body), NULL, &problem);
	const struct json_value *error = mcp_member(body, "error");
	if (error && error->type == JSON_OBJECT)
		return tell_protocol_error(cli, error);
	return failure_answer(cli, reply->status >= 400 ? reply->status : 502, body, NULL);
}

/* ---- the client ---- */

int
mcp_client_open(struct cli *cli, struct mcp_client *ret_client)
{
	const char *problem = NULL;

	*ret_client = (struct mcp_client){ .cli = cli };
	if (strcmp(preference_text(&cli->preferences, PREFERENCE_MCP_TRANSPORT), "stdio") != 0)
		return CLI_OK;
	ret_client->child = mcp_child_start(cli->arena, &cli->preferences, &problem);
	if (ret_client->child)
		return CLI_OK;
	return failure_unreachable(cli, "Use --mcp-transport http, which needs no other process.", "%s", problem);
}

void
mcp_client_close(struct mcp_client *client)
{
	if (client->child)
		mcp_child_end(client->child);
	client->child = NULL;
}

static void
post(struct mcp_client *client, struct arena *channel, const struct mcp_target *target, const struct mcp_message *message,
    const struct mcp_receiver *receiver, struct mcp_reply *ret_reply)
{
	if (client->child) /* it tells itself what is late */
		mcp_child_post(client->child, channel, message, target->timeout_ms + CHILD_MARGIN_MS, receiver, ret_reply);
	else
		mcp_post(api_client(client->cli), channel, target, message, NULL, NULL, receiver, ret_reply);
}

static int
ask(struct mcp_client *client, struct arena *channel, const struct mcp_message *message, const struct json_value **ret_result)
{
	struct cli *cli = client->cli;
	const struct mcp_target target = { .url = preference_text(&cli->preferences, PREFERENCE_MCP_URL),
		.key = preference_text(&cli->preferences, PREFERENCE_API_KEY), .timeout_ms = api_timeout_ms(cli, TIMEOUT_MS) };
	struct answer answer = { .arena = cli->arena, .id = message->id };
	const struct mcp_receiver receiver = { .on_message = on_message, .context = &answer };
	struct mcp_reply reply;

	post(client, channel, &target, message, &receiver, &reply);
	const struct json_value *error = mcp_member(answer.message, "error");
	if (!answer.message)
		return tell_refusal(client, &target, &reply);
	if (error)
		return tell_protocol_error(cli, error);
	*ret_result = mcp_member(answer.message, "result");
	return CLI_OK;
}

int
mcp_client_ask(struct mcp_client *client, const char *method, const char *params, const struct json_value **ret_result)
{
	struct cli *cli = client->cli;
	struct mcp_message message;
	const char *problem;
	const char *text = arena_printf(cli->arena, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s%s\"_meta\":{"
	    "\"io.modelcontextprotocol/protocolVersion\":\"%s\",\"io.modelcontextprotocol/clientInfo\":{\"name\":\"wordclaw\",\"version\":\"1\"},"
	    "\"io.modelcontextprotocol/clientCapabilities\":{}}}}", method, params, params[1] ? "," : "", MCP_STATELESS);

	if (!mcp_message_read(cli->arena, text, strlen(text), &message, &problem))
		return failure_usage(cli, NULL, "the request is not a message: %s", problem);
	if (client->child && message.n_text > BRIDGE_LINE_BYTES_MAX)
		return failure_usage(cli, "Use --mcp-transport http.", "the request is longer than the 4 MB that a line over stdio may have");
	struct arena *channel = arena_new(MCP_ARENA_BYTES);
	int status = ask(client, channel, &message, ret_result);
	arena_free(channel);
	return status;
}

/* ---- lists ---- */

static void
append(struct arena *arena, struct json_value *list, const struct json_value *page)
{
	struct json_value *items = ARENA_ARRAY(arena, struct json_value, list->n + page->n + 1);

	for (uint32_t i = 0; i < list->n; i++)
		items[i] = list->items[i];
	for (uint32_t i = 0; i < page->n; i++)
		items[list->n + i] = page->items[i];
	list->items = items;
	list->n += page->n;
}

static const char *
params_of(struct arena *arena, const char *cursor)
{
	struct buf params;

	buf_init(&params, arena, 64);
	buf_add_text(&params, "{\"cursor\":");
	buf_add_json_text(&params, cursor, strlen(cursor));
	return params.bytes;
}

int
mcp_client_list(struct mcp_client *client, const char *method, const char *name, struct json_value *list)
{
	struct arena *arena = client->cli->arena;
	const char *cursor = NULL;

	for (int page = 0; page < PAGES_MAX; page++) {
		const struct json_value *result = NULL;
		int status = mcp_client_ask(client, method, cursor ? params_of(arena, cursor) : "{", &result);
		const struct json_value *entries = mcp_member(result, name);
		if (status != CLI_OK)
			return status;
		if (entries && entries->type == JSON_LIST)
			append(arena, list, entries);
		cursor = mcp_text(result, "nextCursor");
		if (!cursor)
			return CLI_OK;
	}
	return failure_unreachable(client->cli, NULL, "%s has no end", method);
}

int
mcp_ask(struct cli *cli, const char *method, const char *params, const struct json_value **ret_result)
{
	struct mcp_client client;
	int status = mcp_client_open(cli, &client);

	if (status == CLI_OK)
		status = mcp_client_ask(&client, method, params, ret_result);
	mcp_client_close(&client);
	return status;
}

int
mcp_list(struct cli *cli, const char *method, const char *name, struct json_value *list)
{
	struct mcp_client client;
	int status = mcp_client_open(cli, &client);

	if (status == CLI_OK)
		status = mcp_client_list(&client, method, name, list);
	mcp_client_close(&client);
	return status;
}
