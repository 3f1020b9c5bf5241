/* /mcp: who may knock (Host and Origin), one message per POST, the end of a session by DELETE, and what RFC 9728 tells about it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rest/answer.h"
#include "mcp/client/client_requests.h"
#include "http/header.h"
#include "mcp/mcp.h"
#include "pages/page.h"
#include "mcp/protocol/sealed.h"
#include "settings.h"
#include "mcp/client/subscriptions.h"

/* A document of the largest operation, quoted, and its envelope. */
enum { MCP_BODY_MAX = 1536 * 1024 };

struct mcp *
mcp_new(const char *key_path)
{
	if (!sealed_load_key(key_path))
		return NULL;
	struct mcp *mcp = calloc(1, sizeof(*mcp));
	if (!mcp)
		abort();
	mcp->sessions = sessions_new();
	return mcp;
}

void
mcp_free(struct mcp *mcp)
{
	if (!mcp)
		return;
	client_requests_abandon(mcp);
	mcp_tick(mcp, 0);
	sessions_free(mcp->sessions);
	free(mcp);
}

/* ---- DNS rebinding: a web page that resolves its own name to us must not reach us ---- */

static bool
is_named(const char *host, size_t n, const char *name)
{
	return strlen(name) == n && strncasecmp(host, name, n) == 0;
}

static bool
is_known_host(struct arena *arena, const char *host)
{
	const char *close = host[0] == '[' ? strchr(host, ']') : NULL;
	size_t n = close ? (size_t)(close - host) + 1 : strcspn(host, ":");
	const char *bind = strchr(settings.bind, ':') ? arena_printf(arena, "[%s]", settings.bind) : settings.bind;

	if (is_named(host, n, "localhost") || is_named(host, n, "127.0.0.1") || is_named(host, n, "[::1]") || is_named(host, n, bind))
		return true;
	return header_list_has(settings.allowed_hosts, arena_strndup(arena, host, n)) || header_list_has(settings.allowed_hosts, host);
}

/* "http://host:port" of the same host as the request's own, or one that the CORS setting names. */
static bool
is_known_origin(const char *origin, const char *host)
{
	const char *authority = strstr(origin, "://");
	return (authority && strcasecmp(authority + 3, host) == 0) || header_list_has(settings.cors_allowed_origins, origin);
}

static bool
turn_away(struct exchange *exchange, const char *message)
{
	struct buf out;

	buf_init(&out, exchange->arena, 256);
	jsonrpc_begin(&out, NULL);
	jsonrpc_write_error(&out, JSONRPC_INVALID_REQUEST, message, NULL);
	exchange->cause = message;
	exchange_answer(exchange, 403, "application/json", out.bytes, out.len);
	return false;
}

static bool
check_door(struct exchange *exchange)
{
	const char *host = exchange_header(exchange, "host");
	const char *origin = exchange_header(exchange, "origin");

	if (!host || !is_known_host(exchange->arena, host))
		return turn_away(exchange, "this Host is not served: name it in WORDCLAW_ALLOWED_HOSTS");
	if (origin && !is_known_origin(origin, host))
		return turn_away(exchange, "this Origin may not call: name it in WORDCLAW_CORS_ALLOWED_ORIGINS");
	return true;
}

/* ---- POST ---- */

static enum mcp_profile
profile_of(const struct exchange *exchange)
{
	const char *profile = query_get(&exchange->query, "profile");
	const char *name = profile ? profile : settings.mcp_profile;

	return strcmp(name, "registry") == 0 ? MCP_PROFILE_REGISTRY : strcmp(name, "all") == 0 ? MCP_PROFILE_ALL : group_named(name);
}

/* Before it is answered, on the stream of its answer: a session's way, and only to clients that can be asked something. */
static bool
may_ask_client(const struct mcp_call *call)
{
	const char *method = call->message.method;
	return !call->is_stateless && call->abilities && call->takes_events && (strcmp(method, "tools/call") == 0 ||
	    strcmp(method, "prompts/get") == 0 || strcmp(method, "resources/read") == 0);
}

static void
take_message(struct mcp_call *call)
{
	struct jsonrpc_problem problem;
	struct exchange *exchange = call->exchange;

	if (!jsonrpc_read(call->arena, call->source, call->n_source, &call->message, &problem)) {
		call->message.id = problem.id;
		call->is_malformed = true;
		mcp_fail(call, problem.code, NULL, "%s", problem.message);
		return;
	}
	if (!request_metadata_check(call))
		return;
	switch (call->message.kind) {
	case JSONRPC_REQUEST:
		mcp_run_method(may_ask_client(call) ? mcp_call_detach(call) : call);
		return;
	case JSONRPC_RESPONSE:
		client_requests_deliver(call);
		return;
	case JSONRPC_NOTIFICATION:
		exchange_answer(exchange, 202, NULL, "", 0);
		return;
	}
}

static void
answer_post(struct exchange *exchange)
{
	const char *content_type = exchange_header(exchange, "content-type");
	struct mcp_call *call;

	if (!check_door(exchange))
		return;
	if (!content_type || !header_is_json(content_type)) {
		ANSWER_FAIL(exchange, UNSUPPORTED_MEDIA_TYPE, "an MCP message is application/json");
		return;
	}
	call = mcp_call_new(exchange);
	call->profile = profile_of(exchange);
	take_message(call);
}

/* ---- sessions: GET and DELETE ---- */

/* 2026-07-28 has neither.  False: it was answered. */
static bool
enter_session(struct mcp_call *call)
{
	call->message.kind = JSONRPC_NOTIFICATION; /* no message, so none of its metadata */
	if (!request_metadata_check(call))
		return false;
	if (!call->is_stateless)
		return true;
	exchange_set_header(call->exchange, "Allow", "POST");
	ANSWER_FAIL(call->exchange, METHOD_NOT_ALLOWED, "'/mcp' takes only POST in this protocol version");
	return false;
}


static void
answer_delete(struct exchange *exchange)
{
	struct mcp_call *call = mcp_call_new(exchange);

	if (!check_door(exchange) || !enter_session(call))
		return;
	session_end(exchange->gateway->mcp->sessions, &call->session);
	subscriptions_end(exchange->gateway->mcp, call->session.id);
	exchange_answer(exchange, 204, NULL, "", 0);
}

static void
answer_get(struct exchange *exchange)
{
	struct mcp_call *call = mcp_call_new(exchange);

	if (check_door(exchange) && enter_session(call))
		subscriptions_stream(call);
}

/* ---- what it is, for clients that must find out how to authenticate ---- */

/* What the bootstrap key may do besides: a right that no key can be given. */
#define NO_KEYS_SCOPE "platform"

static bool
is_first_with_scope(size_t at)
{
	const char *scope = registry_operations[at]->scope;
	if (!scope || strcmp(scope, NO_KEYS_SCOPE) == 0)
		return false;
	for (size_t i = 0; i < at; i++)
		if (registry_operations[i]->scope && strcmp(registry_operations[i]->scope, scope) == 0)
			return false;
	return true;
}

static void
answer_resource_metadata(struct exchange *exchange)
{
	struct buf out;

	buf_init(&out, exchange->arena, 512);
	buf_add_char(&out, '{');
	json_member_text(&out, "resource", arena_printf(exchange->arena, "%s/mcp", exchange_base_url(exchange)));
	json_member_text(&out, "resource_name", "WordClaw");
	buf_printf(&out, ",\"authorization_servers\":[\"%s\"]", exchange_base_url(exchange));
	buf_add_text(&out, ",\"bearer_methods_supported\":[\"header\"],\"scopes_supported\":[");
	for (size_t i = 0, n = 0; i < registry_n_operations; i++) {
		if (is_first_with_scope(i))
			buf_printf(&out, "%s\"%s\"", n++ > 0 ? "," : "", registry_operations[i]->scope);
	}
	buf_add_char(&out, ']');
	json_member_text(&out, "resource_documentation", arena_printf(exchange->arena, "%s/documentation", exchange_base_url(exchange)));
	buf_add_char(&out, '}');
	exchange_set_header(exchange, "Cache-Control", "no-cache");
	answer_json(exchange, 200, &out);
}

/* Any verified principal may knock; every operation asks for itself. */
static const struct operation mcp_permission = { .id = "gateway.mcp", .policy = "content.read", .resource_type = "system",
	.flags = OPERATION_UNRESTRICTED };

#define METADATA_PATH "/.well-known/oauth-protected-resource"

const struct page mcp_post_page = { .method = "POST", .path = "/mcp", .name = "mcp", .permission = &mcp_permission,
	.body_max = MCP_BODY_MAX, .answer = answer_post, .challenge_path = METADATA_PATH "/mcp" };
const struct page mcp_delete_page = { .method = "DELETE", .path = "/mcp", .name = "mcp.end", .permission = &mcp_permission,
	.answer = answer_delete, .challenge_path = METADATA_PATH "/mcp" };
const struct page mcp_get_page = { .method = "GET", .path = "/mcp", .name = "mcp.stream", .permission = &mcp_permission,
	.answer = answer_get, .challenge_path = METADATA_PATH "/mcp" };
const struct page mcp_metadata_page = { .method = "GET", .path = METADATA_PATH, .name = "mcp.metadata",
	.answer = answer_resource_metadata };
const struct page mcp_metadata_named_page = { .method = "GET", .path = METADATA_PATH "/mcp", .name = "mcp.metadata",
	.answer = answer_resource_metadata };
