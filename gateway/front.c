/* The front: from a request line to whoever answers, and one log line at the end. */
#include "front.h"

#include <stdlib.h>
#include <string.h>

#include "access/access.h"
#include "assets/asset_pages.h"
#include "rest/answer.h"
#include "clock.h"
#include "dispatch/dispatch.h"
#include "http/header.h"
#include "id.h"
#include "log.h"
#include "pages/outcomes.h"
#include "pages/page.h"
#include "rest/nearest.h"
#include "rest/rest.h"
#include "secret.h"
#include "settings.h"
#include "trace.h"

enum { ROUTES_ARENA_BYTES = 4 * 1024 * 1024, RANDOM_BYTES = 4096 };

/* What a route leads to: one of the two. */
struct target {
	const struct rest_plan *plan;
	const struct page *page;
	struct outcomes *outcomes;
};

struct front {
	struct front_options options;
	struct arena *arena; /* of the routes */
	struct router *router;
	struct outcomes *unrouted;
	unsigned char random[RANDOM_BYTES];
	size_t n_random; /* still unused */
};

/* ---- start ---- */

static bool
add_route(struct front *front, const char *method, const char *path, const struct target *target)
{
	const struct target *kept = arena_memdup(front->arena, target, sizeof(*target));
	if (router_add(front->router, method, path, kept))
		return true;
	log_write(LOG_ERROR, "route.refused", LOG_TEXT("method", method), LOG_TEXT("path", path));
	return false;
}

static bool
add_routes(struct front *front)
{
	bool is_good = true;

	for (const struct rest_plan *const *plan = rest_plans(front->arena); *plan; plan++)
		is_good &= add_route(front, (*plan)->route->method, (*plan)->route->path,
		    &(struct target){ .plan = *plan, .outcomes = (*plan)->outcomes });
	for (const struct page *const *page = pages; *page; page++) {
		bool is_documentation = *page == &documentation_page || *page == &root_page || *page == &docs_page;
		if (is_documentation && !front->options.documentation)
			continue;
		is_good &= add_route(front, (*page)->method, (*page)->path,
		    &(struct target){ .page = *page, .outcomes = outcomes_new(front->arena, (*page)->name) });
	}
	return is_good;
}

struct front *
front_new(const struct front_options *options)
{
	struct front *front = calloc(1, sizeof(*front));
	if (!front)
		abort();
	front->options = *options;
	front->arena = arena_new(ROUTES_ARENA_BYTES);
	front->router = router_new(front->arena);
	front->unrouted = outcomes_new(front->arena, "none");
	if (add_routes(front))
		return front;
	front_free(front);
	return NULL;
}

void
front_free(struct front *front)
{
	arena_free(front->arena);
	free(front);
}

/* ---- the request's identity ---- */

/* The system call once per few hundred requests. */
static const unsigned char *
random_bytes(struct front *front, size_t n)
{
	if (front->n_random < n) {
		secret_random(front->random, sizeof(front->random));
		front->n_random = sizeof(front->random);
	}
	front->n_random -= n;
	return &front->random[front->n_random];
}

static void
identify(struct exchange *exchange)
{
	struct front *front = exchange->gateway->front;
	const char *request_id = exchange_header(exchange, "x-request-id");
	const char *parent = exchange_header(exchange, "traceparent");
	char *trace_parent = arena_alloc(exchange->arena, TRACE_PARENT_BYTES);

	if (!request_id || !header_is_request_id(request_id)) {
		char *made = arena_alloc(exchange->arena, UUID_TEXT_BYTES);
		uuid7_format(made, clock_now_us(), random_bytes(front, 10));
		request_id = made;
	}
	if (parent && !header_is_trace_parent(parent))
		parent = NULL;
	const unsigned char *bytes = random_bytes(front, 24);
	header_trace_parent_continue(trace_parent, parent, bytes, bytes + 16);
	exchange->request_id = request_id;
	exchange->trace_parent = trace_parent;
}

static const char *
take_label(struct exchange *exchange, const char *header)
{
	const char *label = exchange_header(exchange, header);

	if (label && !header_is_label(label) && !exchange->is_answered)
		ANSWER_FAIL(exchange, VALIDATION_ERROR, "%s: %s", header, LABEL_PROBLEM);
	return label;
}

static struct labels
take_labels(struct exchange *exchange)
{
	const char *agent = exchange_header(exchange, "user-agent");

	return (struct labels){ .session = take_label(exchange, "x-wordclaw-session"), .change_set = take_label(exchange, "x-wordclaw-change-set"),
		.prompt_hash = take_label(exchange, "x-wordclaw-prompt-hash"), .surface = agent && strcmp(agent, "wordclaw-cli") == 0 ? "cli" : NULL };
}

/* ---- headers every answer has ---- */

static void
set_cors_headers(struct exchange *exchange)
{
	const char *allowed = exchange->gateway->front->options.cors_allowed_origins;
	const char *origin = allowed[0] ? exchange_header(exchange, "origin") : NULL;

	if (!allowed[0])
		return;
	exchange_set_header(exchange, "Vary", "Origin");
	if (!origin || !header_list_has(allowed, origin))
		return;
	exchange->is_cors = true;
	exchange_set_header(exchange, "Access-Control-Allow-Origin", origin);
	exchange_set_header(exchange, "Access-Control-Expose-Headers",
	    "ETag, Retry-After, x-request-id, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, x-idempotent-replayed, "
	    "mcp-session-id, www-authenticate");
}

static void
set_common_headers(struct exchange *exchange)
{
	exchange_set_header(exchange, "x-request-id", exchange->request_id);
	exchange_set_header(exchange, "x-content-type-options", "nosniff");
	exchange_set_header(exchange, "x-frame-options", "DENY");
	exchange_set_header(exchange, "referrer-policy", "no-referrer");
	exchange_set_header(exchange, "x-xss-protection", "0");
	if (exchange->gateway->front->options.hsts)
		exchange_set_header(exchange, "strict-transport-security", "max-age=63072000; includeSubDomains; preload");
	set_cors_headers(exchange);
}

/* ---- what is refused before anybody is asked ---- */

static void
answer_out_of_memory(struct exchange *exchange)
{
	answer_error(exchange, dispatch_no_room(exchange->arena, SIZE_MAX));
}

/* Where the next request would begin is not certain. */
static void
answer_unreadable(struct exchange *exchange, enum error_code code, const char *message)
{
	struct error *error = error_make(exchange->arena, &error_catalogue[code], ERROR_WHERE, "%s", message);

	if (code == ERROR_VALIDATION_ERROR)
		error->remediation = "Send the request as HTTP/1.1 has it (RFC 9112); the message says what is wrong with it.";
	exchange->must_close = true;
	answer_error(exchange, error);
}

static enum error_code
code_of_fault(enum http_head_fault fault)
{
	switch (fault) {
	case HTTP_HEAD_TARGET_TOO_LONG:
		return ERROR_URI_TOO_LONG;
	case HTTP_HEAD_TOO_LARGE:
		return ERROR_HEADERS_TOO_LARGE;
	case HTTP_HEAD_FINE:
	case HTTP_HEAD_MALFORMED:
		return ERROR_VALIDATION_ERROR;
	}
	return ERROR_VALIDATION_ERROR;
}

static bool
parse_target(struct exchange *exchange)
{
	size_t n_path = strcspn(exchange->head.target, "?");
	const char *query = exchange->head.target[n_path] ? exchange->head.target + n_path + 1 : "";

	exchange->path = uri_plain_path(exchange->arena, exchange->head.target, n_path);
	const char *problem = query_parse(exchange->arena, query, &exchange->query);
	if (!problem)
		return true;
	ANSWER_FAIL(exchange, VALIDATION_ERROR, "%s", problem);
	return false;
}

/* ---- routing ---- */

/* What anybody may do without a key, anybody's page may do: a browser sends no credentials to an answer that allows every origin. */
static void
allow_any_origin(struct exchange *exchange, const struct target *target)
{
	bool is_open = target->plan ? (target->plan->operation->flags & OPERATION_CROSS_ORIGIN) != 0 : target->page->is_cross_origin;

	if (!is_open || exchange->is_cors)
		return;
	exchange->is_cors = true;
	exchange_set_header(exchange, "Access-Control-Allow-Origin", "*");
	exchange_set_header(exchange, "Access-Control-Expose-Headers", "ETag, Retry-After, x-request-id");
}

static void
answer_options(struct exchange *exchange)
{
	const char *allow = route_allow(exchange->arena, &exchange->match);
	const char *wanted = exchange_header(exchange, "access-control-request-method");
	const struct target *target = wanted ? route_choose(&exchange->match, wanted) : NULL;

	if (target)
		allow_any_origin(exchange, target);
	exchange_set_header(exchange, "Allow", allow);
	if (exchange->is_cors && wanted) {
		exchange_set_header(exchange, "Access-Control-Allow-Methods", allow);
		exchange_set_header(exchange, "Access-Control-Allow-Headers",
		    "authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, mcp-method, mcp-name, mcp-protocol-version, "
		    "mcp-session-id, traceparent, x-api-key, x-request-id, x-wordclaw-change-set, x-wordclaw-session");
		exchange_set_header(exchange, "Access-Control-Max-Age", "600");
	}
	exchange_answer(exchange, 204, NULL, "", 0);
}

static void
answer_unknown_route(struct exchange *exchange)
{
	const char *nearest = nearest_route(exchange->arena, exchange->path);

	if (nearest)
		ANSWER_FAIL(exchange, NOT_FOUND, "no route '%s'; the nearest is '%s'", exchange->path, nearest);
	else
		ANSWER_FAIL(exchange, NOT_FOUND, "no route '%s'", exchange->path);
}

static const struct target *
route(struct exchange *exchange)
{
	if (!router_find(exchange->gateway->front->router, exchange->path, &exchange->match)) {
		if (access_count_anonymous(exchange))
			answer_unknown_route(exchange);
		return NULL;
	}
	if (strcmp(exchange->head.method, "OPTIONS") == 0) {
		answer_options(exchange);
		return NULL;
	}
	const struct target *target = route_choose(&exchange->match, exchange->head.method);
	if (!target) {
		const char *allow = route_allow(exchange->arena, &exchange->match);
		exchange_set_header(exchange, "Allow", allow);
		ANSWER_FAIL(exchange, METHOD_NOT_ALLOWED, "'%s' does not take %s; it takes %s", exchange->path, exchange->head.method, allow);
	}
	return target;
}

static void
answer_too_large(struct exchange *exchange, const char *message)
{
	struct error *error = EXCHANGE_ERROR(exchange, PAYLOAD_TOO_LARGE, "%s", message);
	error->context = arena_printf(exchange->arena, "{\"maxBytes\":%zu}", exchange->body_max);
	answer_error(exchange, error);
}

static bool
check_body_length(struct exchange *exchange, size_t body_max)
{
	exchange->body_max = body_max;
	if (body_max == 0 && exchange->head.has_body)
		answer_too_large(exchange, arena_printf(exchange->arena, "'%s' takes no body", exchange->path));
	else if (exchange->head.content_length > (int64_t)body_max)
		answer_too_large(exchange, arena_printf(exchange->arena, "the body has %lld bytes", (long long)exchange->head.content_length));
	return !exchange->is_answered;
}

static void
enter_page(struct exchange *exchange)
{
	const struct page *page = exchange->page;

	exchange->operation = page->name;
	exchange->take = page->take;
	if (check_body_length(exchange, page->body_limit ? page->body_limit() : page->body_max) && page->permission && !(page->is_open && page->is_open(exchange)))
		access_check(exchange, page->permission);
	else if (!exchange->is_answered && page->admit)
		page->admit(exchange);
}

static void
enter_operation(struct exchange *exchange)
{
	const struct operation *operation = exchange->plan->operation;

	if (asset_is_upload(exchange)) {
		exchange->page = &asset_upload_page;
		asset_upload_check(exchange);
		if (!exchange->is_answered)
			enter_page(exchange);
		return;
	}
	exchange->operation = operation->id;
	if (!check_body_length(exchange, operation->body_max_bytes ? operation->body_max_bytes : EXCHANGE_BODY_MAX))
		return;
	rest_check_headers(exchange);
	if (!exchange->is_answered)
		access_check(exchange, operation);
}

static void
begin(struct exchange *exchange)
{
	exchange->outcomes = exchange->gateway->front->unrouted;
	identify(exchange);
	set_common_headers(exchange);
	if (exchange->head.fault)
		answer_unreadable(exchange, code_of_fault(exchange->head.fault), exchange->head.problem);
	else if (arena_budget_is_spent(&exchange->gateway->memory))
		answer_out_of_memory(exchange);
	else
		exchange->labels = take_labels(exchange);
	if (exchange->is_answered || !parse_target(exchange))
		return;
	const struct target *target = route(exchange);
	if (!target)
		return;
	allow_any_origin(exchange, target);
	exchange->outcomes = target->outcomes;
	exchange->plan = target->plan;
	exchange->page = target->page;
	if (exchange->page)
		enter_page(exchange);
	else
		enter_operation(exchange);
}

static void
run(struct exchange *exchange)
{
	if (exchange->page)
		exchange->page->answer(exchange);
	else
		rest_run(exchange);
}

static void
overflow(struct exchange *exchange)
{
	if (exchange->body.len <= exchange->body_max && exchange->n_taken <= exchange->body_max)
		answer_out_of_memory(exchange);
	else
		answer_too_large(exchange, arena_printf(exchange->arena, "the body has more than %zu bytes", exchange->body_max));
}

/* ---- the end ---- */

/* Reads cost more in log lines than in work, overload is no time to write more, and who speaks no HTTP may do so often: all three are told
 * at debug only. */
static enum log_level
level_of(const struct exchange *exchange)
{
	if (exchange->code == error_catalogue[ERROR_SERVICE_OVERLOADED].code || exchange->head.fault)
		return LOG_DEBUG;
	if (exchange->status >= 500)
		return LOG_ERROR;
	bool is_mutation = exchange->plan && exchange->plan->operation->tx == OPERATION_TX_WRITE;
	return is_mutation ? LOG_INFO : LOG_DEBUG;
}

static void
end(struct exchange *exchange)
{
	int64_t duration_us = clock_monotonic_us() - exchange->started_us;

	if (exchange->page && exchange->page->leave)
		exchange->page->leave(exchange);
	if (!exchange->is_answered)
		return; /* the client left before there was an answer */
	outcomes_count(exchange->outcomes, exchange->status, duration_us);
	const char *parent = exchange_header(exchange, "traceparent");
	trace_record(&(struct trace_span){ .name = exchange->operation ? exchange->operation : "unrouted", .kind = TRACE_SERVER,
	    .context = parent && header_is_trace_parent(parent) ? parent : NULL, .own = exchange->trace_parent, .took_us = duration_us, .status = exchange->status,
	    .error = exchange->code, .request_id = exchange->request_id, .tenant = exchange->principal.tenant });
	log_write(level_of(exchange), "http.request", LOG_TEXT("requestId", exchange->request_id), LOG_TEXT("method", exchange->head.method),
	    LOG_TEXT("path", exchange->path), LOG_TEXT("operation", exchange->operation), LOG_INT("status", exchange->status),
	    LOG_TEXT("code", exchange->code), LOG_TEXT("cause", exchange->cause), LOG_TEXT("principal", exchange->principal.id),
	    LOG_INT("tenant", exchange->principal.tenant), LOG_TEXT("address", exchange->address), LOG_INT("durationUs", duration_us));
}

const struct http_handlers front_handlers = { .begin = begin, .run = run, .overflow = overflow, .end = end };
