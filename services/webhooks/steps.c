/* Deliveries: sent, tried again, given up; and single calls for jobs. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"
#include "json/json.h"
#include "outbound.h"
#include "rules.h"
#include "secret.h"
#include "store.h"

enum { CALL_ATTEMPTS_MAX = 4, CALL_BACKOFF_MS = 15 * 1000, RESPONSE_BYTES_MAX = 64 * 1024, CONNECT_MS = 3000, STEP_TIMEOUT_MS = 20000, GONE = 410 };

/* What run hands to commit. */
struct sent {
	int64_t started_us, duration_us;
	int64_t webhook_id;
	int64_t failing_ms;
	int status;           /* 0: no answer */
	const char *body;     /* the first of it, valid UTF-8; or NULL */
	const char *error;
	bool is_cancelled;    /* the endpoint is gone or rests */
	bool is_gone;         /* it answered 410 */
};

static const char *
text_in(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);

	return value && value->type == JSON_TEXT ? value->text : NULL;
}

static int64_t
int_in(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);

	return value && value->type == JSON_INT ? value->integer : 0;
}

static const char *
open_member(struct request *req, const struct json_value *note, const char *name)
{
	const char *sealed = text_in(note, name);

	return sealed ? request_open(req, sealed) : NULL;
}

static const char *
shown_body(struct request *req, const struct http_client_response *response)
{
	size_t n = response->n_body < RESPONSE_SHOWN_BYTES ? response->n_body : RESPONSE_SHOWN_BYTES;
	char *text = arena_strndup(req->arena, response->body, n);

	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)text[i] >= 0x80 || text[i] == '\0')
			text[i] = '?'; /* cut characters and foreign encodings */
	}
	return text;
}

static void
send_message(struct request *req, const char *url, const char *method, int64_t timeout_ms, const struct message *message, struct sent *sent,
    struct step_outcome *outcome)
{
	struct http_client_response response;
	struct http_client_request request = { .method = method, .url = url, .headers = message->headers, .body = message->body,
		.n_body = message->n_body, .connect_timeout_ms = CONNECT_MS, .timeout_ms = timeout_ms, .response_bytes_max = RESPONSE_BYTES_MAX };

	sent->started_us = req->now_us;
	enum outbound_result result = outbound_send(req, &request, &response);
	sent->duration_us = response.duration_us;
	if (result != OUTBOUND_ANSWERED) {
		sent->error = response.problem;
		outcome->verdict = result == OUTBOUND_REFUSED ? STEP_FAILED : STEP_RETRY;
		outcome->reason = response.problem;
		return;
	}
	sent->status = response.status;
	sent->body = shown_body(req, &response);
	sent->is_gone = response.status == GONE;
	if (response.status >= 200 && response.status < 300)
		return;
	sent->error = outcome->reason = arena_printf(req->arena, "the receiver answered %d", response.status);
	outcome->verdict = sent->is_gone ? STEP_FAILED : STEP_RETRY;
	outcome->delay_us = rules_read_retry_after(outbound_header(req, "retry-after")) * 1000000;
}

/* ---- deliveries ---- */

static int64_t
with_jitter(int64_t us)
{
	uint32_t random;

	secret_random(&random, sizeof(random));
	return us - us / 10 + us / 5 * (random % 1000) / 1000;
}

static void
run_delivery(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct sent *sent = ARENA_NEW(req->arena, struct sent);
	struct event_record record = { 0 };
	struct violations *violations = ARENA_NEW(req->arena, struct violations);
	struct json_error wrong;
	struct message message = { 0 };

	outcome->memo = sent;
	const struct json_value *note = process->note.json ? json_parse(req->arena, process->note.json, process->note.len, NULL, &wrong) : NULL;
	const struct json_value *event = note ? json_get(note, "event") : NULL;
	if (!event || !codec_json_read_all(req->arena, &event_record_shape, process->note.json, event, &record, violations)) {
		sent->is_cancelled = true;
		sent->error = "the webhook was deleted";
		return;
	}
	struct message_keys keys = { open_member(req, note, "secret"), open_member(req, note, "oldSecret"), open_member(req, note, "seed") };
	const struct json_value *previous = json_get(note, "previousSequence");
	const char *payload = text_in(note, "payload");
	sent->webhook_id = int_in(note, "webhookId");
	sent->failing_ms = int_in(note, "failingMs");
	if (!keys.secret) {
		*outcome = (struct step_outcome){ .verdict = STEP_FAILED, .reason = "its secret cannot be decrypted with this installation's master key", .memo = sent };
		return;
	}
	message_write_event(req, &(struct message_event){ .record = &record, .sequence = int_in(note, "sequence"),
	    .previous_sequence = previous && previous->type == JSON_INT ? &previous->integer : NULL, .is_thin = payload && strcmp(payload, "thin") == 0 }, &message);
	message_add_header(req, &message, "content-type", "application/json");
	message_add_header(req, &message, "x-wordclaw-event", record.type);
	message_add_header(req, &message, "x-wordclaw-delivery", process->key);
	message_sign(req, arena_printf(req->arena, "msg_%s", record.event_id), &keys, req->now_us, &message);
	send_message(req, text_in(note, "url"), "POST", int_in(note, "timeoutMs"), &message, sent, outcome);
	if (outcome->verdict == STEP_RETRY && outcome->delay_us < rules_retry_after_us(process->attempt))
		outcome->delay_us = with_jitter(rules_retry_after_us(process->attempt));
}

static void
disable(struct request *req, int64_t webhook_id, const char *reason)
{
	store_webhook_disable(req, webhook_id, reason);
	emit_webhook_disable(req, webhook_id, 0, &(struct webhook_disable_event){ .reason = reason });
}

static const struct error *
judge_endpoint(struct request *req, const struct sent *sent, bool is_delivered)
{
	if (is_delivered) {
		store_webhook_working(req, sent->webhook_id);
		return NULL;
	}
	store_webhook_failing(req, sent->webhook_id);
	if (sent->is_gone)
		disable(req, sent->webhook_id, "the receiver answered 410 Gone");
	else if (sent->failing_ms > webhooks_settings.disable_after_hours * 3600 * 1000)
		disable(req, sent->webhook_id, "no delivery was accepted for too long");
	else
		return NULL;
	return process_lane_set(req, arena_printf(req->arena, "endpoint:%" PRId64, sent->webhook_id), 0, true);
}

static const struct error *
settle_delivery(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	static const struct sent nothing = { .error = "it was given up" };
	const struct sent *sent = outcome->memo ? outcome->memo : &nothing;
	int64_t id = strtoll(process->key, NULL, 10);
	bool is_delivered = outcome->verdict == STEP_DONE && !sent->is_cancelled, is_retried = outcome->verdict == STEP_RETRY;
	const char *status = sent->is_cancelled ? "cancelled" : is_delivered ? "delivered" : is_retried ? "pending" : "failed";

	store_delivery_settle(req, id, status, sent->started_us ? 1 : 0, is_retried ? req->now_us + outcome->delay_us : 0, sent->status,
	    is_delivered ? NULL : outcome->reason ? outcome->reason : sent->error);
	if (sent->started_us)
		store_attempt_add(req, id, process->attempt, sent->status, sent->body, sent->error, sent->duration_us / 1000, sent->started_us);
	/* A delivery that is given up is history: redelivering starts another process. */
	if (outcome->verdict == STEP_FAILED)
		outcome->verdict = STEP_DONE;
	return sent->webhook_id && sent->started_us ? judge_endpoint(req, sent, is_delivered) : NULL;
}

static const struct error *
note_deliveries(struct request *req, struct process *processes, size_t n)
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n);
	struct shape_list rows;

	for (size_t i = 0; i < n; i++)
		ids[i] = strtoll(processes[i].key, NULL, 10);
	const struct error *error = store_deliveries_claimed(req, ids, n, &rows);
	for (size_t i = 0; !error && i < rows.n; i++) {
		const struct webhook_note_row *row = (const struct webhook_note_row *)rows.items + i;
		for (size_t j = 0; j < n; j++) {
			if (ids[j] == row->id)
				processes[j].note = row->note;
		}
	}
	return error;
}

/* ---- calls of jobs ---- */

static void
run_call(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct sent *sent = ARENA_NEW(req->arena, struct sent);
	struct json_error wrong;
	struct message message = { 0 };

	outcome->memo = sent;
	const struct json_value *note = process->note.json ? json_parse(req->arena, process->note.json, process->note.len, NULL, &wrong) : NULL;
	if (!note) {
		*outcome = (struct step_outcome){ .verdict = STEP_FAILED, .reason = "the call no longer exists", .memo = sent };
		return;
	}
	const struct json_value *body = json_get(note, "body"), *headers = json_get(note, "headers");
	message.body = process->note.json + body->start;
	message.n_body = body->end - body->start;
	message_add_header(req, &message, "content-type", "application/json");
	for (size_t i = 0; i < headers->n; i++) {
		if (headers->members[i].value.type == JSON_TEXT)
			message_add_header(req, &message, headers->members[i].name, headers->members[i].value.text);
	}
	struct message_keys keys = { .secret = open_member(req, note, "secret"), .seed = open_member(req, note, "seed") };
	if (keys.secret)
		message_sign(req, arena_printf(req->arena, "msg_job_%s", process->key), &keys, req->now_us, &message);
	send_message(req, text_in(note, "url"), text_in(note, "method"), int_in(note, "timeoutMs"), &message, sent, outcome);
}

static const struct error *
settle_call(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct sent *sent = outcome->memo;

	if (outcome->verdict == STEP_RETRY)
		return NULL;
	store_call_settle(req, strtoll(process->key, NULL, 10), outcome->verdict == STEP_DONE ? "delivered" : "failed", sent ? sent->status : 0, outcome->reason);
	outcome->verdict = STEP_DONE; /* the job that asked for it says what happens next */
	return NULL;
}

static const struct error *
note_calls(struct request *req, struct process *processes, size_t n)
{
	int64_t *tenants = ARENA_ARRAY(req->arena, int64_t, n), *jobs = ARENA_ARRAY(req->arena, int64_t, n);
	struct shape_list rows;

	for (size_t i = 0; i < n; i++) {
		tenants[i] = processes[i].tenant;
		jobs[i] = strtoll(processes[i].key, NULL, 10);
	}
	const struct error *error = store_calls_claimed(req, tenants, jobs, n, &rows);
	for (size_t i = 0; !error && i < rows.n; i++) {
		const struct webhook_note_row *row = (const struct webhook_note_row *)rows.items + i;
		for (size_t j = 0; j < n; j++) {
			if (jobs[j] == row->id)
				processes[j].note = row->note;
		}
	}
	return error;
}

/* ---- tables ---- */

static const struct step delivery_steps[] = { { .name = "send", .run = run_delivery, .commit = settle_delivery, .timeout_ms = STEP_TIMEOUT_MS } };
static const struct step call_steps[] = { { .name = "send", .run = run_call, .commit = settle_call, .timeout_ms = STEP_TIMEOUT_MS } };

const struct process_kind webhooks_process_kinds[] = {
	{ .name = "delivery", .steps = delivery_steps, .n_steps = 1, .attempts_max = DELIVERY_ATTEMPTS_MAX, .running_max = RUNNING_MAX_DEFAULT,
	    .claimed = note_deliveries },
	{ .name = "call", .steps = call_steps, .n_steps = 1, .attempts_max = CALL_ATTEMPTS_MAX, .backoff_ms = CALL_BACKOFF_MS, .claimed = note_calls },
};
const size_t webhooks_n_process_kinds = sizeof(webhooks_process_kinds) / sizeof(webhooks_process_kinds[0]);
