/* handlers.c: what each operation on endpoints decides.  Order follows proto/webhooks.toml. */
#include <inttypes.h>
#include <string.h>

#include "codec/json.h"
#include "events.h"
#include "id.h"
#include "json/json.h"
#include "outbound.h"
#include "rules.h"
#include "secret.h"
#include "store.h"

enum { SECRET_BYTES = 32 };

static const struct error *
webhook_not_found(struct request *req, int64_t id)
{
	return FAIL(req, WEBHOOK_NOT_FOUND, "webhook %" PRId64 " does not exist", id);
}

/* ---- texts ---- */

static const char *
join(struct request *req, struct shape_list patterns)
{
	struct buf text;

	buf_init(&text, req->arena, 128);
	for (size_t i = 0; i < patterns.n; i++)
		buf_printf(&text, "%s%s", i ? "," : "", ((const char *const *)patterns.items)[i]);
	return text.bytes;
}

static struct shape_list
split(struct request *req, const char *patterns)
{
	const char **list = ARENA_ARRAY(req->arena, const char *, 64);
	size_t n = 0;

	for (const char *at = patterns; *at && n < 64;) {
		size_t length = strcspn(at, ",");
		list[n++] = arena_strndup(req->arena, at, length);
		at += length + (at[length] == ',');
	}
	return (struct shape_list){ list, n };
}

/* A row as callers see it: no secret but the one just made. */
static struct webhook
shown(struct request *req, const struct webhook_row *row, const char *secret)
{
	return (struct webhook){ .id = row->id, .url = row->url, .events = split(req, row->events), .active = row->active, .payload = row->payload,
		.description = row->description, .running_max = row->running_max, .timeout_ms = row->timeout_ms, .public_key = row->public_key,
		.secret = secret, .last_sequence = row->last_sequence, .failing_since = row->failing_since, .disabled_reason = row->disabled_reason,
		.created_at = row->created_at, .updated_at = row->updated_at };
}

static const char *
new_secret(struct request *req)
{
	unsigned char bytes[SECRET_BYTES];

	secret_random(bytes, sizeof(bytes));
	return arena_printf(req->arena, "whsec_%s", base64_encode(req->arena, bytes, sizeof(bytes)));
}

/* ---- checks ---- */

static const struct error *
check_url(struct request *req, const char *url)
{
	const char *problem = outbound_check_url(req->arena, url);

	return problem ? FAIL_AT(req, INVALID_WEBHOOK_URL, "/url", "the URL cannot be a receiver's: %s", problem) : NULL;
}

static const struct error *
check_events(struct request *req, struct shape_list patterns)
{
	const char *unknown = rules_unknown_pattern(patterns);
	struct buf known;

	if (!unknown)
		return NULL;
	buf_init(&known, req->arena, 1024);
	for (size_t i = 0; registry_events[i]; i++)
		buf_printf(&known, "%s, ", registry_events[i]->name);
	return FAIL_AT(req, INVALID_WEBHOOK_EVENTS, "/events", "'%s' names no event: use *, <entity>.*, audit.<action>, %s"
	    "content_item.published, content_item.unpublished, workflow.review.approved and workflow.review.rejected", unknown, known.bytes);
}

static const struct error *
check_secret(struct request *req, const char *secret)
{
	if (rules_secret_is_good(req->arena, secret))
		return NULL;
	return FAIL_AT(req, INVALID_WEBHOOK_SECRET, "/secret", "after the prefix whsec_, the secret must be base64 of 24 to 64 bytes");
}

/* ---- endpoints ---- */

const struct error *
webhooks_create(struct request *req, const struct webhooks_create_request *in, struct webhook *out)
{
	unsigned char seed[32], public_key[32];
	struct secret key;
	const char *secret = in->secret ? in->secret : new_secret(req);

	const struct error *error = check_url(req, in->url);
	if (!error)
		error = check_events(req, in->events);
	if (!error)
		error = check_secret(req, secret);
	if (error)
		return error;
	secret_random(seed, sizeof(seed));
	signer_from_seed(seed, &key, public_key);
	secret_wipe(&key);
	struct webhook_row row = { .url = in->url, .events = join(req, in->events), .secret = request_seal(req, secret),
		.signing_seed = request_seal(req, base64url_encode(req->arena, seed, sizeof(seed))),
		.public_key = arena_printf(req->arena, "whpk_%s", base64_encode(req->arena, public_key, sizeof(public_key))),
		.active = *in->active, .payload = in->payload ? in->payload : "full", .description = in->description,
		.running_max = in->running_max ? *in->running_max : RUNNING_MAX_DEFAULT,
		.timeout_ms = in->timeout_ms ? *in->timeout_ms : TIMEOUT_MS_DEFAULT, .created_at = req->now_us, .updated_at = req->now_us };
	error = store_webhook_add(req, &row, &row.id);
	if (!error)
		error = process_lane_set(req, arena_printf(req->arena, "endpoint:%" PRId64, row.id), row.running_max, false);
	if (error)
		return error;
	*out = shown(req, &row, secret);
	emit_webhook_create(req, row.id, 0, &(struct webhook_create_event){ .url = in->url, .events = in->events, .active = row.active });
	if (req->dry_run)
		out->id = 0;
	return NULL;
}

const struct error *
webhooks_list(struct request *req, const struct webhooks_list_request *in, struct webhooks_list_response *out)
{
	struct shape_list rows;
	const struct error *error = store_webhook_list(req, in->after ? *in->after : 0, *in->limit + 1, &rows);
	if (error)
		return error;
	out->has_more = (int64_t)rows.n > *in->limit;
	size_t n = out->has_more ? (size_t)*in->limit : rows.n;
	struct webhook *list = ARENA_ARRAY(req->arena, struct webhook, n + 1);
	for (size_t i = 0; i < n; i++)
		list[i] = shown(req, (const struct webhook_row *)rows.items + i, NULL);
	out->webhooks = (struct shape_list){ list, n };
	return NULL;
}

const struct error *
webhooks_get(struct request *req, const struct webhooks_get_request *in, struct webhook *out)
{
	const struct webhook_row *row;
	const struct error *error = store_webhook_get(req, in->id, &row);
	if (error)
		return error;
	if (!row)
		return webhook_not_found(req, in->id);
	*out = shown(req, row, NULL);
	return NULL;
}

static const struct error *
check_update(struct request *req, const struct webhooks_update_request *in)
{
	if (!in->url && !in->events.items && !in->secret && !in->active && !in->payload && !in->description && !in->running_max && !in->timeout_ms)
		return FAIL(req, EMPTY_UPDATE_BODY, "give at least one field to change");
	const struct error *error = in->url ? check_url(req, in->url) : NULL;
	if (!error && in->events.items)
		error = check_events(req, in->events);
	if (!error && in->secret)
		error = check_secret(req, in->secret);
	return error;
}

const struct error *
webhooks_update(struct request *req, const struct webhooks_update_request *in, struct webhook *out)
{
	const struct webhook_row *before;
	const struct error *error = check_update(req, in);
	if (!error)
		error = store_webhook_lock(req, in->id, &before);
	if (error)
		return error;
	if (!before)
		return webhook_not_found(req, in->id);
	struct webhook_row row = *before;
	row.url = in->url ? in->url : row.url;
	row.events = in->events.items ? join(req, in->events) : row.events;
	row.secret = in->secret ? request_seal(req, in->secret) : row.secret;
	row.active = in->active ? *in->active : row.active;
	row.payload = in->payload ? in->payload : row.payload;
	row.description = in->description ? in->description : row.description;
	row.running_max = in->running_max ? *in->running_max : row.running_max;
	row.timeout_ms = in->timeout_ms ? *in->timeout_ms : row.timeout_ms;
	row.updated_at = req->now_us;
	if (in->active && *in->active) {
		row.failing_since = NULL;
		row.disabled_reason = NULL;
	}
	store_webhook_update(req, &row);
	error = process_lane_set(req, arena_printf(req->arena, "endpoint:%" PRId64, row.id), row.running_max, !row.active);
	if (error)
		return error;
	*out = shown(req, &row, NULL);
	emit_webhook_update(req, row.id, 0, &(struct webhook_update_event){ .url = row.url, .events = out->events, .active = row.active });
	return NULL;
}

const struct error *
webhooks_delete(struct request *req, const struct webhooks_delete_request *in, struct confirmation *out)
{
	const struct webhook_row *row;
	const struct error *error = store_webhook_lock(req, in->id, &row);
	if (error)
		return error;
	if (!row)
		return webhook_not_found(req, in->id);
	store_webhook_delete(req, in->id);
	/* What waits finds its endpoint gone and ends as cancelled; it must not wait in a lane that rests. */
	error = process_lane_set(req, arena_printf(req->arena, "endpoint:%" PRId64, in->id), 0, false);
	if (error)
		return error;
	out->id = in->id;
	out->message = arena_printf(req->arena, "webhook %" PRId64 " was deleted", in->id);
	emit_webhook_delete(req, in->id, 0, &(struct webhook_delete_event){ .url = row->url });
	return NULL;
}

const struct error *
webhooks_rotate_secret(struct request *req, const struct webhooks_rotate_secret_request *in, struct webhook *out)
{
	const struct webhook_row *before;
	int64_t until = req->now_us + *in->overlap_seconds * 1000000;
	const char *secret = new_secret(req);

	const struct error *error = store_webhook_lock(req, in->id, &before);
	if (error)
		return error;
	if (!before)
		return webhook_not_found(req, in->id);
	struct webhook_row row = *before;
	row.old_secret = *in->overlap_seconds ? before->secret : NULL;
	row.old_secret_until = *in->overlap_seconds ? &until : NULL;
	row.secret = request_seal(req, secret);
	row.updated_at = req->now_us;
	store_webhook_update(req, &row);
	*out = shown(req, &row, secret);
	emit_webhook_rotate(req, in->id, 0, &(struct webhook_rotate_event){ .overlap_seconds = *in->overlap_seconds });
	return NULL;
}

/* ---- what would be sent ---- */

static const struct event_type *
find_event(const char *name)
{
	for (size_t i = 0; registry_events[i]; i++) {
		if (strcmp(registry_events[i]->name, name) == 0)
			return registry_events[i];
	}
	return NULL;
}

/* An event that did not happen. */
static struct event_record *
make_event(struct request *req, const struct event_type *type, int64_t entity_id, struct doc payload)
{
	struct event_record *record = ARENA_NEW(req->arena, struct event_record);
	unsigned char random[10];
	char *id = arena_alloc(req->arena, UUID_TEXT_BYTES);

	secret_random(random, sizeof(random));
	uuid7_format(id, req->now_us, random);
	*record = (struct event_record){ .epoch = 1, .seq = 1, .event_id = id, .type = type->name, .domain_id = &req->principal->tenant,
		.entity_type = type->entity_type, .entity_id = entity_id, .actor_id = req->principal->id, .actor_type = req->principal->type,
		.actor_source = req->principal->source, .request_id = req->request_id, .occurred_at = req->now_us, .payload = payload };
	return record;
}

const struct error *
webhooks_test(struct request *req, const struct webhooks_test_request *in, struct webhook_delivery *out)
{
	const struct webhook_row *row;
	const struct webhook_delivery *delivery;
	struct shape_list added;
	int64_t number;
	struct buf json;

	const struct error *error = store_webhook_lock(req, in->id, &row);
	if (error)
		return error;
	if (!row)
		return webhook_not_found(req, in->id);
	const struct event_record *record = make_event(req, &event_webhook_test, in->id, (struct doc){ "{\"test\":true}", 13 });
	error = store_webhook_number(req, in->id, &number);
	if (error)
		return error;
	buf_init(&json, req->arena, 1024);
	buf_printf(&json, "[{\"domainId\":%" PRId64 ",\"webhookId\":%" PRId64 ",\"eventId\":\"%s\",\"eventType\":\"webhook.test\",\"entityType\":\"webhook\","
	    "\"entityId\":%" PRId64 ",\"sequence\":%" PRId64 ",\"event\":", req->tenant, in->id, record->event_id, in->id, number);
	codec_json_write(&json, &event_record_shape, record);
	buf_add_text(&json, "}]");
	error = store_deliveries_add(req, (struct doc){ json.bytes, json.len }, &added);
	if (!error)
		error = webhooks_start_deliveries(req, added.items, added.n);
	if (!error)
		error = store_delivery_get(req, ((const struct webhook_added_row *)added.items)->id, &delivery);
	if (error)
		return error;
	*out = *delivery;
	emit_webhook_test(req, in->id, 0, &(struct webhook_test_event){ .delivery_id = delivery->id });
	return NULL;
}

static struct webhook_message
simulate(struct request *req, const struct webhook_row *row, const struct event_record *record)
{
	struct message message = { 0 };
	struct message_keys keys = { .secret = request_open(req, row->secret), .seed = request_open(req, row->signing_seed) };
	struct buf headers;

	message_write_event(req, &(struct message_event){ .record = record, .sequence = row->last_sequence + 1,
	    .is_thin = strcmp(row->payload, "thin") == 0 }, &message);
	message_add_header(req, &message, "content-type", "application/json");
	message_add_header(req, &message, "x-wordclaw-event", record->type);
	if (keys.secret)
		message_sign(req, arena_printf(req->arena, "msg_%s", record->event_id), &keys, req->now_us, &message);
	buf_init(&headers, req->arena, 512);
	for (size_t i = 0; message.headers[i]; i++) {
		const char *colon = strchr(message.headers[i], ':');
		buf_add_char(&headers, i ? ',' : '{');
		buf_add_json_text(&headers, message.headers[i], (size_t)(colon - message.headers[i]));
		buf_add_char(&headers, ':');
		buf_add_json_text(&headers, colon + 2, strlen(colon + 2));
	}
	buf_add_char(&headers, '}');
	return (struct webhook_message){ .webhook_id = row->id, .url = row->url, .headers = { headers.bytes, headers.len }, .body = message.body };
}

static const char *
text_in(const struct json_value *object, const char *name)
{
	const struct json_value *value = object ? json_get(object, name) : NULL;

	return value && value->type == JSON_TEXT ? value->text : NULL;
}

const struct error *
webhooks_simulate(struct request *req, const struct webhooks_simulate_request *in, struct webhooks_simulate_response *out)
{
	const struct event_type *type = find_event(in->event_type);
	struct json_error wrong;
	struct shape_list rows;

	if (!type) {
		const char *const names[] = { in->event_type };
		const struct error *unknown = check_events(req, (struct shape_list){ names, 1 });
		return unknown ? unknown : FAIL_AT(req, INVALID_WEBHOOK_EVENTS, "/eventType", "'%s' is a pattern: name one event", in->event_type);
	}
	const struct error *error = store_webhook_list(req, 0, 200, &rows);
	if (error)
		return error;
	const struct event_record *record = make_event(req, type, *in->entity_id, in->details);
	const struct json_value *details = json_parse(req->arena, in->details.json, in->details.len, NULL, &wrong);
	const char *topic = rules_topic(type->name, text_in(details, "oldStatus"), text_in(details, "newStatus"));
	struct webhook_message *messages = ARENA_ARRAY(req->arena, struct webhook_message, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++) {
		const struct webhook_row *row = (const struct webhook_row *)rows.items + i;
		if (row->active && rules_wants(row->events, type->name, topic))
			messages[out->messages.n++] = simulate(req, row, record);
	}
	out->messages.items = messages;
	return NULL;
}
