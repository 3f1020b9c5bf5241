/* The methods of both generations, and the few that need nothing but this process. */
#include <string.h>

#include "clock.h"
#include "gateway.h"
#include "mcp/mcp.h"
#include "mcp/client/subscriptions.h"

enum generation { STATELESS = 1 << 0, SESSION = 1 << 1, BOTH = STATELESS | SESSION };

/* How long a client may keep what only a new gateway changes. */
enum { CATALOGUE_TTL_MS = 300000 };

#define INSTRUCTIONS \
	"WordClaw holds structured content in versions, with an audit trail of every change. Read a content type's schema before you write " \
	"an item of it. Changes need expectedVersion: the version you read. dryRun says what a change would do. An error tells what to do " \
	"next and, in example, how the call would have been right."

static void
write_capabilities(struct buf *out)
{
	json_key(out, "capabilities");
	buf_add_text(out, "{\"tools\":{},\"prompts\":{},\"resources\":{\"subscribe\":true},\"completions\":{},\"logging\":{}}");
}

static void
discover(struct mcp_call *call)
{
	struct buf *out = mcp_begin(call, "complete", CATALOGUE_TTL_MS);

	json_key(out, "supportedVersions");
	for (size_t i = 0; mcp_versions[i]; i++)
		buf_printf(out, "%s\"%s\"", i > 0 ? "," : "[", mcp_versions[i]);
	buf_add_char(out, ']');
	write_capabilities(out);
	json_member_text(out, "instructions", INSTRUCTIONS);
	mcp_end(call);
}

/* The version the client asks for when it has sessions and we know it, else the newest that has. */
static uint8_t
negotiate(const char *asked)
{
	for (uint8_t i = 1; asked && mcp_versions[i]; i++)
		if (strcmp(mcp_versions[i], asked) == 0)
			return i;
	return 1;
}

static void
initialize(struct mcp_call *call)
{
	const struct json_value *params = call->message.params;
	const struct json_value *capabilities = json_object_of(params, "capabilities");
	int64_t now_us = clock_now_us();

	if (!json_text_of(params, "protocolVersion") || !capabilities || !json_object_of(params, "clientInfo")) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "initialize needs protocolVersion, capabilities and clientInfo");
		return;
	}
	call->session = (struct session){ .version = negotiate(json_text_of(params, "protocolVersion")),
		.abilities = mcp_abilities(capabilities) };
	exchange_set_header(call->exchange, "mcp-session-id", session_make(call->arena, &call->session, call->principal, now_us));
	(void)session_row(call->gateway->mcp->sessions, &call->session, call->principal, now_us);
	struct buf *out = mcp_begin(call, "complete", -1);
	json_member_text(out, "protocolVersion", mcp_versions[call->session.version]);
	write_capabilities(out);
	json_key(out, "serverInfo");
	buf_add_text(out, "{\"name\":\"wordclaw\",\"title\":\"WordClaw\",\"version\":\"" WORDCLAW_VERSION "\"}");
	json_member_text(out, "instructions", INSTRUCTIONS);
	mcp_end(call);
}

static void
ping(struct mcp_call *call)
{
	(void)mcp_begin(call, "complete", -1);
	mcp_end(call);
}

static void
set_level(struct mcp_call *call)
{
	const char *text = json_text_of(call->message.params, "level");
	enum mcp_log_level level;

	if (!text || !mcp_log_level_parse(text, &level)) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "level is one of debug, info, notice, warning, error, critical, alert, emergency");
		return;
	}
	session_row(call->gateway->mcp->sessions, &call->session, call->principal, clock_now_us())->log_level = level;
	ping(call);
}

static const struct method {
	const char *name;
	enum generation generations;
	void (*answer)(struct mcp_call *call);
} methods[] = {
	{ "tools/call", BOTH, mcp_tools_call },
	{ "tools/list", BOTH, mcp_tools_list },
	{ "resources/read", BOTH, mcp_resources_read },
	{ "resources/list", BOTH, mcp_resources_list },
	{ "resources/templates/list", BOTH, mcp_resource_templates_list },
	{ "prompts/get", BOTH, mcp_prompts_get },
	{ "prompts/list", BOTH, mcp_prompts_list },
	{ "completion/complete", BOTH, mcp_complete },
	{ "subscriptions/listen", STATELESS, mcp_listen },
	{ "resources/subscribe", SESSION, mcp_subscribe },
	{ "resources/unsubscribe", SESSION, mcp_unsubscribe },
	{ "server/discover", STATELESS, discover },
	{ "initialize", SESSION, initialize },
	{ "ping", SESSION, ping },
	{ "logging/setLevel", SESSION, set_level },
};

void
mcp_run_method(struct mcp_call *call)
{
	enum generation generation = call->is_stateless ? STATELESS : SESSION;

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strcmp(methods[i].name, call->message.method) == 0 && methods[i].generations & generation) {
			methods[i].answer(call);
			return;
		}
	}
	mcp_fail(call, JSONRPC_METHOD_NOT_FOUND, NULL, "there is no method '%s' in this protocol version", call->message.method);
}
