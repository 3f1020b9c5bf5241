/* What each operation on deliveries decides, and the call that jobs ask for.  Order follows proto/webhooks.toml. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "json/json.h"
#include "outbound.h"
#include "rules.h"
#include "store.h"

enum { REPLAY_MAX = 1000, CHECK_AFTER_MS = 200 };

static const struct error *
delivery_not_found(struct request *req, int64_t id)
{
	return FAIL(req, WEBHOOK_DELIVERY_NOT_FOUND, "delivery %" PRId64 " does not exist", id);
}

static const struct error *
require_webhook(struct request *req, int64_t id)
{
	const struct webhook_row *row;
	const struct error *error = store_webhook_get(req, id, &row);

	if (!error && !row)
		return FAIL(req, WEBHOOK_NOT_FOUND, "webhook %" PRId64 " does not exist", id);
	return error;
}

const struct error *
webhooks_deliveries_list(struct request *req, const struct webhooks_deliveries_list_request *in, struct webhooks_deliveries_list_response *out)
{
	const struct error *error = require_webhook(req, in->id);
	if (!error)
		error = store_delivery_list(req, in->id, *in->after, in->status, *in->limit + 1, &out->deliveries);
	if (error)
		return error;
	out->has_more = (int64_t)out->deliveries.n > *in->limit;
	if (out->has_more)
		out->deliveries.n = (size_t)*in->limit;
	return NULL;
}

const struct error *
webhooks_deliveries_get(struct request *req, const struct webhooks_deliveries_get_request *in, struct webhooks_deliveries_get_response *out)
{
	const struct error *error = store_delivery_get(req, in->id, &out->delivery);
	if (error)
		return error;
	if (!out->delivery)
		return delivery_not_found(req, in->id);
	error = store_delivery_event(req, in->id, &out->event);
	return error ? error : store_attempt_list(req, in->id, &out->tries);
}

const struct error *
webhooks_deliveries_redeliver(struct request *req, const struct webhooks_deliveries_redeliver_request *in, struct webhook_delivery *out)
{
	const struct webhook_delivery *delivery;
	struct shape_list rows;
	const struct error *error = store_delivery_get(req, in->id, &delivery);
	if (error)
		return error;
	if (!delivery)
		return delivery_not_found(req, in->id);
	error = require_webhook(req, delivery->webhook_id);
	if (!error)
		error = store_delivery_requeue(req, &in->id, 1, &rows);
	if (!error)
		error = webhooks_start_deliveries(req, rows.items, rows.n);
	if (!error)
		error = store_delivery_get(req, in->id, &delivery);
	if (error)
		return error;
	*out = *delivery;
	emit_webhook_redeliver(req, delivery->webhook_id, 0, &(struct webhook_redeliver_event){ .deliveries = 1 });
	return NULL;
}

const struct error *
webhooks_deliveries_replay(struct request *req, const struct webhooks_deliveries_replay_request *in, struct webhooks_deliveries_replay_response *out)
{
	const char *status = *in->only_failed ? "failed" : NULL;
	struct shape_list found, rows;

	if (!in->after && !in->since)
		return FAIL(req, EMPTY_UPDATE_BODY, "give after or since");
	const struct error *error = require_webhook(req, in->id);
	if (!error)
		error = in->after ? store_delivery_list(req, in->id, *in->after, status, REPLAY_MAX, &found)
		                  : store_delivery_since(req, in->id, *in->since, REPLAY_MAX, &found);
	if (error)
		return error;
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, found.n + 1);
	size_t n = 0;
	int64_t *last = ARENA_NEW(req->arena, int64_t);
	for (size_t i = 0; i < found.n; i++) {
		const struct webhook_delivery *delivery = (const struct webhook_delivery *)found.items + i;
		*last = delivery->sequence > *last ? delivery->sequence : *last;
		if (!status || strcmp(delivery->status, status) == 0)
			ids[n++] = delivery->id;
	}
	if (n > 0) {
		error = store_delivery_requeue(req, ids, n, &rows);
		if (!error)
			error = webhooks_start_deliveries(req, rows.items, rows.n);
	}
	if (error)
		return error;
	out->queued = (int64_t)n;
	out->last_sequence = found.n ? last : NULL;
	emit_webhook_redeliver(req, in->id, 0, &(struct webhook_redeliver_event){ .deliveries = (int64_t)n });
	return NULL;
}

/* ---- calls of jobs ---- */

/* Names that would say where the request goes or where it ends. */
static bool
is_header_allowed(const struct json_member *header)
{
	static const char *const ours[] = { "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (strcasecmp(header->name, ours[i]) == 0)
			return false;
	}
	for (const char *at = header->name; *at; at++) {
		if (!isalnum((unsigned char)*at) && *at != '-')
			return false;
	}
	return header->n_name > 0 && header->value.type == JSON_TEXT && !strpbrk(header->value.text, "\r\n");
}

static const struct error *
check_call(struct request *req, const struct webhooks_calls_make_request *in)
{
	const char *problem = outbound_check_url(req->arena, in->url);
	struct json_error wrong;
	const struct json_value *headers = json_parse(req->arena, in->headers.json, in->headers.len, NULL, &wrong);

	if (problem)
		return FAIL_AT(req, INVALID_WEBHOOK_URL, "/url", "the URL cannot be a receiver's: %s", problem);
	for (size_t i = 0; headers && i < headers->n; i++) {
		if (!is_header_allowed(&headers->members[i]))
			return FAIL_AT(req, VALIDATION_ERROR, "/headers", "the header '%.64s' cannot be sent", headers->members[i].name);
	}
	return in->webhook_id ? require_webhook(req, *in->webhook_id) : NULL;
}

static struct doc
delivered(struct request *req, const struct webhook_call_row *call)
{
	struct buf json;

	buf_init(&json, req->arena, 256);
	buf_printf(&json, "{\"delivered\":true,\"status\":%" PRId64 ",\"source\":\"%s\",\"url\":", call->response_status ? *call->response_status : 0, call->source);
	buf_add_json_text(&json, call->url, strlen(call->url));
	buf_add_char(&json, '}');
	return (struct doc){ json.bytes, json.len };
}

/* The first question begins the call, later ones ask how it went. */
const struct error *
webhooks_calls_make(struct request *req, const struct webhooks_calls_make_request *in, struct webhooks_calls_make_response *out)
{
	const struct webhook_call_row *call;
	const char *key = arena_printf(req->arena, "%" PRId64, in->job_id);
	const struct error *error = store_call_get(req, in->job_id, &call);
	if (error)
		return error;
	if (call && strcmp(call->status, "delivered") == 0) {
		out->result = delivered(req, call);
		return NULL;
	}
	bool has_failed = call && strcmp(call->status, "failed") == 0;
	if (has_failed && !(in->begins && *in->begins)) /* a build before this one does not say */
		return FAIL(req, WEBHOOK_CALL_FAILED, "%s", call->last_error ? call->last_error : "the receiver did not answer");
	if (!call)
		error = check_call(req, in);
	if (error)
		return error;
	if (!call)
		store_call_add(req, in);
	if (has_failed)
		store_call_reset(req, in->job_id);
	error = process_start(req, &(struct process_start){ .kind = "call", .key = key, .lane = arena_printf(req->arena, "calls:%.64s", in->source) }, NULL);
	out->is_pending = true;
	out->check_after_ms = CHECK_AFTER_MS;
	return error;
}

/* ---- the timer ---- */

const struct error *
webhooks_maintain(struct request *req)
{
	int64_t n;

	return query_exec(req, &webhooks_webhooks_maintain_query, PARAMS(P_INT(webhooks_settings.keep_days)), &n);
}
