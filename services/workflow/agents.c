/* Feedback that an agent answers: it is told with a one-time key, and what it writes with that goes to review. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "id.h"
#include "json/json.h"
#include "outbound.h"
#include "secret.h"
#include "store.h"

enum { TOLD_TIMEOUT_MS = 5000, CONNECT_MS = 3000, RESPONSE_BYTES_MAX = 65536, KEY_SECONDS = 24 * 3600 };

static const struct json_value *
parse(struct request *req, struct doc doc)
{
	struct json_error wrong;
	const struct json_value *value = doc.json ? json_parse(req->arena, doc.json, doc.len, NULL, &wrong) : NULL;

	return value && value->type == JSON_OBJECT ? value : NULL;
}

static const char *
text_in(const struct json_value *object, const char *name)
{
	const struct json_value *value = object ? json_get(object, name) : NULL;

	return value && value->type == JSON_TEXT ? value->text : NULL;
}

static int64_t
int_in(const struct json_value *object, const char *name)
{
	const struct json_value *value = object ? json_get(object, name) : NULL;

	return value && value->type == JSON_INT ? value->integer : 0;
}

/* ---- keys ---- */

const char *
agent_key_make(struct request *req, int64_t feedback_id, int64_t item_id, int64_t *ret_expires_us)
{
	*ret_expires_us = req->now_us + (int64_t)KEY_SECONDS * 1000000;
	return request_seal(req, arena_printf(req->arena, "{\"purpose\":\"feedback-revision\",\"tenant\":%" PRId64 ",\"item\":%" PRId64 ",\"feedback\":%" PRId64
	    ",\"expires\":%" PRId64 "}", req->tenant, item_id, feedback_id, *ret_expires_us));
}

const struct error *
agent_key_read(struct request *req, const char *key, struct agent_key *ret_key)
{
	const char *text = request_open(req, key);
	const struct json_value *claims = text ? parse(req, (struct doc){ text, strlen(text) }) : NULL;
	const char *purpose = text_in(claims, "purpose");

	if (!purpose || strcmp(purpose, "feedback-revision") != 0)
		return FAIL_AT(req, INVALID_EXTERNAL_FEEDBACK_TOKEN, "/token", "the token is no key to a working copy");
	if (int_in(claims, "expires") <= req->now_us)
		return FAIL_AT(req, EXTERNAL_FEEDBACK_TOKEN_EXPIRED, "/token", "the key has expired");
	*ret_key = (struct agent_key){ .tenant = int_in(claims, "tenant"), .item_id = int_in(claims, "item"), .feedback_id = int_in(claims, "feedback") };
	return NULL;
}

/* ---- telling ---- */

static void
add_member(struct buf *json, const struct json_value *note, const char *name)
{
	const struct json_value *value = json_get(note, name);

	buf_printf(json, "%s\"%s\":", json->bytes[json->len - 1] == '{' ? "" : ",", name);
	if (value)
		json_write(json, value);
	else
		buf_add_text(json, "null");
}

static const char *
body_of(struct request *req, const struct json_value *note, const struct content_items_snapshot_response *item)
{
	static const char *const members[] = { "id", "contentItemId", "publishedVersion", "decision", "comment", "prompt", "actorId", "actorSource", "actorDisplayName", "reviewTaskId" };
	char time[TIME_TEXT_BYTES];
	int64_t expires_us;
	struct buf json;

	buf_init(&json, req->arena, 2048 + item->data.len);
	buf_add_text(&json, "{\"event\":\"external_feedback.agent_direct\",\"feedback\":{");
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		add_member(&json, note, members[i]);
	buf_printf(&json, "},\"item\":{\"id\":%" PRId64 ",\"contentTypeId\":%" PRId64 ",\"version\":%" PRId64 ",\"data\":%.*s},\"key\":{\"token\":\"%s\"", item->id,
	    item->content_type_id, item->version, (int)item->data.len, item->data.json, agent_key_make(req, int_in(note, "id"), item->id, &expires_us));
	time_format(time, expires_us);
	buf_printf(&json, ",\"expiresAt\":\"%s\",\"method\":\"POST\",\"path\":\"/api/public/external-feedback/revision\"}}", time);
	return json.bytes;
}

static void
send_body(struct request *req, const struct json_value *note, const char *body, struct step_outcome *outcome)
{
	const char *sealed = text_in(note, "secret"), *secret = sealed ? request_open(req, sealed) : NULL, *headers[3] = { "content-type: application/json" };
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES];
	struct http_client_response response;

	if (secret) {
		hmac_sha256(digest, secret, strlen(secret), body, strlen(body));
		hex_encode(hex, digest, sizeof(digest));
		headers[1] = arena_printf(req->arena, "x-wordclaw-signature: %s", hex);
	}
	struct http_client_request request = { .method = "POST", .url = text_in(note, "url"), .headers = headers, .body = body, .n_body = strlen(body),
		.connect_timeout_ms = CONNECT_MS, .timeout_ms = TOLD_TIMEOUT_MS, .response_bytes_max = RESPONSE_BYTES_MAX };
	enum outbound_result result = outbound_send(req, &request, &response);
	if (result == OUTBOUND_ANSWERED && response.status >= 200 && response.status < 300)
		return;
	*outcome = (struct step_outcome){ .verdict = result == OUTBOUND_REFUSED ? STEP_FAILED : STEP_RETRY,
		.reason = result == OUTBOUND_ANSWERED ? arena_printf(req->arena, "the agent answered %d", response.status) : response.problem };
}

static void
tell_agent(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct json_value *note = parse(req, process->note);
	int64_t version = int_in(note, "publishedVersion");
	struct content_items_snapshot_response *item = ARENA_NEW(req->arena, struct content_items_snapshot_response);
	struct content_items_snapshot_request in = { .id = int_in(note, "contentItemId"), .version = &version };

	if (!text_in(note, "url"))
		return; /* nobody listens any more */
	const struct error *error = request_call(req, &operation_content_items_snapshot, &in, NULL, item);
	if (!error)
		send_body(req, note, body_of(req, note, item), outcome);
	else if (req->call_fate != CALL_REFUSED || error->info->is_retryable)
		*outcome = (struct step_outcome){ .verdict = STEP_RETRY, .reason = error->message };
	/* refused: the item is gone, and nobody needs to be told */
}

const struct error *
agents_note(struct request *req, struct process *processes, size_t n)
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n), *workflow_ids = ARENA_ARRAY(req->arena, int64_t, n);
	struct shape_list rows;

	for (size_t i = 0; i < n; i++) {
		ids[i] = strtoll(processes[i].key, NULL, 10);
		workflow_ids[i] = int_in(parse(req, processes[i].payload), "workflowId");
	}
	const struct error *error = store_agents_claimed(req, ids, workflow_ids, n, &rows);
	for (size_t i = 0; !error && i < rows.n; i++) {
		const struct workflow_note_row *row = (const struct workflow_note_row *)rows.items + i;
		for (size_t j = 0; j < n; j++) {
			if (ids[j] == row->id)
				processes[j].note = row->note;
		}
	}
	return error;
}

/* ---- the working copy ---- */

struct revision {
	struct content_item written;
	const struct content_items_snapshot_response *item;
	const struct error *refusal;
};

static const char *
agent_name(struct request *req, const struct process *process)
{
	return arena_printf(req->arena, "feedback_agent:%s", process->key);
}

static void
judge(struct request *req, const struct error *error, struct revision *revision, struct step_outcome *outcome)
{
	outcome->memo = revision;
	if (!error)
		return;
	if (req->call_fate == CALL_REFUSED && !error->info->is_retryable)
		revision->refusal = error;
	else
		*outcome = (struct step_outcome){ .verdict = STEP_RETRY, .reason = error->message, .memo = revision };
}

static void
write_copy(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct json_value *payload = parse(req, process->payload), *data = payload ? json_get(payload, "data") : NULL;
	struct revision *revision = ARENA_NEW(req->arena, struct revision);

	if (!data) {
		*outcome = (struct step_outcome){ .verdict = STEP_FAILED, .reason = "the process cannot be read" };
		return;
	}
	struct content_items_update_as_request in = { .id = int_in(payload, "itemId"), .data = { process->payload.json + data->start, data->end - data->start },
		.actor_id = agent_name(req, process), .actor_type = "agent", .actor_source = "feedback" };
	judge(req, request_call(req, &operation_content_items_update_as, &in, process_key(req, process, "write"), &revision->written), revision, outcome);
}

static const struct error *
note_copy(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct revision *revision = outcome->memo;
	int64_t id = strtoll(process->key, NULL, 10);

	if (outcome->verdict != STEP_DONE || !revision)
		return NULL;
	if (revision->refusal) {
		store_feedback_unrevised(req, id, revision->refusal);
		return NULL;
	}
	store_feedback_revised(req, id, revision->written.version);
	*outcome = (struct step_outcome){ .verdict = STEP_NEXT, .next = "review" };
	return NULL;
}

static void
read_copy(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct revision *revision = ARENA_NEW(req->arena, struct revision);

	judge(req, review_snapshot(req, int_in(parse(req, process->payload), "itemId"), &revision->item), revision, outcome);
}

static const struct error *
open_review(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct revision *revision = outcome->memo;
	int64_t id = strtoll(process->key, NULL, 10), task_id;
	struct principal *author = ARENA_NEW(req->arena, struct principal);

	if (outcome->verdict != STEP_DONE || !revision || revision->refusal)
		return NULL;
	*author = (struct principal){ .tenant = req->tenant, .id = agent_name(req, process), .type = "agent", .source = "feedback" };
	req->actor = author;
	struct submission submission = { .item = revision->item, .to_state = "published", .any_status = true, .source = "external_feedback", .source_event_id = &id,
		.submitter = author, .skip_roles = true };
	const struct error *error = review_submit(req, &submission, &task_id);
	if (!error)
		store_feedback_link(req, id, task_id);
	/* A workflow that has changed meanwhile: the working copy is there for people to submit. */
	return error && !error->info->is_retryable && error->info->status < 500 ? NULL : error;
}

const struct step agent_steps[1] = { { .name = "tell", .run = tell_agent } };
const struct step revision_steps[2] = {
	{ .name = "write", .run = write_copy, .commit = note_copy },
	{ .name = "review", .run = read_copy, .commit = open_review },
};
