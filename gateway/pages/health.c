/* /health: this process serves.  /ready: so does every service behind it.  /api/runtime: what was built. */
#include <string.h>

#include "rest/answer.h"
#include "clock.h"
#include "common_proto.h"
#include "dispatch/dispatch.h"
#include "pages/page.h"
#include "settings.h"
#include "dispatch/upstream.h"

enum { SERVICES_MAX = 16 };

static void
answer_health(struct exchange *exchange)
{
	struct buf buf;

	buf_init(&buf, exchange->arena, 256);
	buf_printf(&buf, "{\"status\":\"ok\",\"version\":\"%s\",\"uptimeSeconds\":%lld,\"draining\":%s}", WORDCLAW_VERSION,
	    (long long)((clock_monotonic_us() - exchange->gateway->started_us) / 1000000),
	    exchange->gateway->is_draining ? "true" : "false");
	exchange_set_header(exchange, "Cache-Control", "no-store");
	answer_json(exchange, 200, &buf);
}

/* ---- readiness ---- */

struct ready_check {
	struct exchange *exchange;
	size_t n, n_left;
	struct ping {
		struct ready_check *check;
		struct upstream_state state;
		const struct health_ping_response *pong; /* NULL: no answer */
		const char *problem;
	} pings[SERVICES_MAX];
};

static void
write_service(struct buf *buf, const struct ping *ping)
{
	const struct health_ping_response *pong = ping->pong;
	const char *problem = ping->problem ? ping->problem : pong && pong->problem ? pong->problem : NULL;

	buf_printf(buf, "\"%s\":{\"status\":\"%s\",\"instances\":%zu,\"outstanding\":%zu", ping->state.service,
	    pong && pong->is_ready ? "ready" : "down", ping->state.n_live, ping->state.n_outstanding);
	if (pong)
		buf_printf(buf, ",\"queueDepth\":%lld", (long long)pong->queue_depth);
	if (problem) {
		buf_add_text(buf, ",\"problem\":");
		buf_add_json_text(buf, problem, strlen(problem));
	}
	buf_add_char(buf, '}');
}

static void
answer_ready(struct ready_check *check)
{
	struct exchange *exchange = check->exchange;
	const char *down = NULL;
	struct buf services, buf;

	buf_init(&services, exchange->arena, 1024);
	for (size_t i = 0; i < check->n; i++) {
		const struct ping *ping = &check->pings[i];
		if (!down && !(ping->pong && ping->pong->is_ready))
			down = ping->state.service;
		buf_add_text(&services, i > 0 ? "," : "\"services\":{");
		write_service(&services, ping);
	}
	buf_add_char(&services, '}');
	if (exchange->gateway->is_draining || down) {
		struct error *error = EXCHANGE_ERROR(exchange, SERVICE_UNAVAILABLE, "%s%s", down ? down : "the gateway",
		    down ? " is not ready" : " is draining");
		error->context = arena_printf(exchange->arena, "{%s}", services.bytes);
		answer_error(exchange, error);
		return;
	}
	buf_init(&buf, exchange->arena, services.len + 64);
	buf_printf(&buf, "{\"status\":\"ready\",%s}", services.bytes);
	exchange_set_header(exchange, "Cache-Control", "no-store");
	answer_json(exchange, 200, &buf);
}

static void
on_pong(void *context, const struct dispatch_reply *reply)
{
	struct ping *ping = context;
	struct ready_check *check = ping->check;

	ping->pong = reply->output;
	if (reply->error)
		ping->problem = reply->error->message;
	if (--check->n_left > 0)
		return;
	check->exchange->is_waiting = false;
	answer_ready(check);
}

static void
start_ready_check(struct exchange *exchange)
{
	static const struct health_ping_request nothing;
	struct ready_check *check = ARENA_NEW(exchange->arena, struct ready_check);
	struct upstream_state states[SERVICES_MAX];

	check->exchange = exchange;
	check->n = check->n_left = upstreams_states(exchange->gateway->upstreams, states, SERVICES_MAX);
	exchange_wait(exchange);
	for (size_t i = 0; i < check->n; i++) {
		check->pings[i] = (struct ping){ .check = check, .state = states[i] };
		dispatch(exchange->gateway, &(struct dispatch_request){ .operation = &operation_health_ping, .service = states[i].service,
		    .input = &nothing, .principal = &dispatch_system_principal, .request_id = exchange->request_id, .surface = "internal",
		    .arena = exchange->arena, .done = on_pong, .context = &check->pings[i] });
	}
}

/* ---- build ---- */

static void
add_optional(struct buf *buf, const char *key, const char *text)
{
	buf_printf(buf, ",\"%s\":", key);
	if (text && *text)
		buf_add_json_text(buf, text, strlen(text));
	else
		buf_add_text(buf, "null");
}

static void
answer_runtime(struct exchange *exchange)
{
	struct buf buf;

	buf_init(&buf, exchange->arena, 512);
	buf_printf(&buf, "{\"data\":{\"version\":\"%s\"", WORDCLAW_VERSION);
	add_optional(&buf, "commitSha", settings.build_commit);
	add_optional(&buf, "buildTime", settings.build_time);
	buf_add_text(&buf, "},\"meta\":{\"recommendedNextAction\":\"Say who you are with GET /api/identity.\","
	    "\"availableActions\":[\"GET /api/identity\"],\"actionPriority\":\"low\",\"cost\":1}}");
	exchange_set_header(exchange, "Cache-Control", "private, no-cache");
	answer_json(exchange, 200, &buf);
}

static const struct operation runtime_permission = { .id = "gateway.runtime", .policy = "content.read", .resource_type = "system" };

const struct page health_page = { .method = "GET", .path = "/health", .name = "health", .answer = answer_health };
const struct page ready_page = { .method = "GET", .path = "/ready", .name = "ready", .answer = start_ready_check };
const struct page runtime_page = { .method = "GET", .path = "/api/runtime", .name = "runtime", .permission = &runtime_permission,
	.answer = answer_runtime };

const struct page *const pages[] = { &health_page, &ready_page, &runtime_page, &metrics_page, &openapi_page, &documentation_page, &root_page, &docs_page, &events_page, &asset_content_page, &form_page, &form_sent_page, &form_script_page, &form_file_page,
	&console_page, &console_invite_page, &console_authorize_page, &console_oidc_page, &console_asset_page, &graphql_post_page, &graphql_get_page, &graphql_explorer_page, &mcp_post_page, &mcp_get_page, &mcp_delete_page, &mcp_metadata_page, &mcp_metadata_named_page,
	&oauth_metadata_page, &oauth_metadata_named_page, &oauth_register_page, &oauth_token_page, &oauth_revoke_page, NULL };
