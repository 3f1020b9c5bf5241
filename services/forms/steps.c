/* The life of a submission: received, an item of content, under review, told. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "files/files.h"
#include "id.h"
#include "json/json.h"
#include "outbound.h"
#include "secret.h"
#include "store.h"
#include "workflow_proto.h"

enum { NOTIFY_ATTEMPTS_MAX = 4, NOTIFY_BACKOFF_MS = 15 * 1000, NOTIFY_TIMEOUT_MS = 5000, RESPONSE_BYTES_MAX = 65536, CONNECT_MS = 3000 };

/* What run hands to commit. */
struct made {
	const struct error *refusal;
	struct content_item item;
	struct review_task task;
	bool has_webhook, has_transition;
};

static const struct json_value *
note_of(struct request *req, const struct process *process)
{
	struct json_error wrong;

	return process->note.json ? json_parse(req->arena, process->note.json, process->note.len, NULL, &wrong) : NULL;
}

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

struct doc
submission_merged(struct request *req, const struct json_value *data, const struct json_value *defaults)
{
	struct buf json;
	size_t n = 0;

	buf_init(&json, req->arena, 1024);
	buf_add_char(&json, '{');
	for (int pass = 0; pass < 2; pass++) {
		const struct json_value *from = pass ? data : defaults;
		for (size_t i = 0; from && from->type == JSON_OBJECT && i < from->n; i++) {
			if (!pass && json_get(data, from->members[i].name))
				continue;
			if (n++ > 0)
				buf_add_char(&json, ',');
			buf_add_json_text(&json, from->members[i].name, from->members[i].n_name);
			buf_add_char(&json, ':');
			json_write(&json, &from->members[i].value);
		}
	}
	buf_add_char(&json, '}');
	return (struct doc){ json.bytes, json.len };
}

static void
judge(struct request *req, const struct error *error, struct made *made, struct step_outcome *outcome)
{
	outcome->memo = made;
	if (!error)
		return;
	if (req->call_fate == CALL_REFUSED && !error->info->is_retryable)
		made->refusal = error;
	else
		*outcome = (struct step_outcome){ .verdict = STEP_RETRY, .reason = error->message, .memo = made };
}

static void
create_item(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct json_value *note = note_of(req, process);
	struct made *made = ARENA_NEW(req->arena, struct made);

	if (!note) {
		*outcome = (struct step_outcome){ .verdict = STEP_FAILED, .reason = "the form was deleted" };
		return;
	}
	made->has_transition = int_in(note, "transitionId") > 0;
	made->has_webhook = text_in(note, "webhookUrl") != NULL;
	int64_t paid_sats = int_in(note, "paidSats");
	struct content_items_create_as_request in = { .content_type_id = int_in(note, "contentTypeId"),
		.data = submission_merged(req, json_get(note, "data"), json_get(note, "defaultData")), .paid_sats = &paid_sats, .status = text_in(note, "status"), .actor_id = arena_printf(req->arena, "form:%s", text_in(note, "slug")), .actor_type = "form", .actor_source = "public" };
	judge(req, request_call(req, &operation_content_items_create_as, &in, process_key(req, process, "item"), &made->item), made, outcome);
}

static const struct error *
note_created(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	int64_t id = strtoll(process->key, NULL, 10);
	const struct made *made = outcome->memo;

	if (outcome->verdict == STEP_RETRY || !made)
		return NULL;
	if (made->refusal) {
		store_submission_refused(req, id, made->refusal->info->code, made->refusal->message, made->refusal->context);
		store_files_give_back(req, id);
		return NULL;
	}
	store_submission_created(req, id, made->item.id, made->item.status);
	if (made->has_transition)
		*outcome = (struct step_outcome){ .verdict = STEP_NEXT, .next = "review" };
	else if (made->has_webhook)
		return process_start(req, &(struct process_start){ .kind = "notice", .key = process->key, .lane = "notices" }, NULL);
	return NULL;
}

static void
ask_review(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct json_value *note = note_of(req, process);
	struct made *made = ARENA_NEW(req->arena, struct made);

	if (!note) {
		*outcome = (struct step_outcome){ .verdict = STEP_FAILED, .reason = "the form was deleted" };
		return;
	}
	made->has_webhook = text_in(note, "webhookUrl") != NULL;
	struct workflow_reviews_submit_as_request in = { .content_item_id = int_in(note, "contentItemId"), .workflow_transition_id = int_in(note, "transitionId"),
		.actor_id = arena_printf(req->arena, "form:%s", text_in(note, "slug")), .actor_type = "form", .actor_source = "public" };
	judge(req, request_call(req, &operation_workflow_reviews_submit_as, &in, process_key(req, process, "review"), &made->task), made, outcome);
}

static const struct error *
note_reviewed(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct made *made = outcome->memo;

	if (outcome->verdict == STEP_RETRY || !made)
		return NULL;
	/* A review that cannot be: the item stays as it is, for people to see. */
	if (!made->refusal)
		store_submission_reviewed(req, strtoll(process->key, NULL, 10), made->task.id, "in_review");
	if (made->has_webhook)
		return process_start(req, &(struct process_start){ .kind = "notice", .key = process->key, .lane = "notices" }, NULL);
	return NULL;
}

/* ---- whoever wants to be told ---- */

static const char *
notice_body(struct request *req, const struct json_value *note)
{
	struct buf json;

	buf_init(&json, req->arena, 1024);
	buf_printf(&json, "{\"event\":\"form.submitted\",\"form\":{\"id\":%" PRId64 ",\"slug\":\"%s\",\"name\":", int_in(note, "formId"), text_in(note, "slug"));
	buf_add_json_text(&json, text_in(note, "name"), strlen(text_in(note, "name")));
	buf_printf(&json, ",\"contentTypeId\":%" PRId64 ",\"contentTypeSlug\":\"%s\"},\"submission\":{\"contentItemId\":%" PRId64 ",\"status\":\"%s\",\"reviewTaskId\":",
	    int_in(note, "contentTypeId"), text_in(note, "contentTypeSlug"), int_in(note, "contentItemId"), text_in(note, "itemStatus") ? text_in(note, "itemStatus") : "");
	if (int_in(note, "reviewTaskId"))
		buf_printf(&json, "%" PRId64, int_in(note, "reviewTaskId"));
	else
		buf_add_text(&json, "null");
	buf_add_text(&json, ",\"draftGenerationJobId\":null,\"data\":");
	json_write(&json, json_get(note, "data"));
	buf_printf(&json, "},\"request\":{\"requestId\":\"%s\"}}", text_in(note, "requestId") ? text_in(note, "requestId") : "");
	return json.bytes;
}

static void
notify(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct json_value *note = note_of(req, process);
	const char *url = note ? text_in(note, "webhookUrl") : NULL, *sealed = note ? text_in(note, "webhookSecret") : NULL;
	const char *secret = sealed ? request_open(req, sealed) : NULL, *headers[4] = { "content-type: application/json" };
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES];
	struct http_client_response response;

	if (!url)
		return; /* nobody wants to be told any more */
	const char *body = notice_body(req, note);
	if (secret) {
		hmac_sha256(digest, secret, strlen(secret), body, strlen(body));
		hex_encode(hex, digest, sizeof(digest));
		headers[1] = arena_printf(req->arena, "x-wordclaw-signature: %s", hex);
	}
	struct http_client_request request = { .method = "POST", .url = url, .headers = headers, .body = body, .n_body = strlen(body),
		.connect_timeout_ms = CONNECT_MS, .timeout_ms = NOTIFY_TIMEOUT_MS, .response_bytes_max = RESPONSE_BYTES_MAX };
	enum outbound_result result = outbound_send(req, &request, &response);
	if (result == OUTBOUND_ANSWERED && response.status >= 200 && response.status < 300)
		return;
	*outcome = (struct step_outcome){ .verdict = result == OUTBOUND_REFUSED ? STEP_FAILED : STEP_RETRY,
		.reason = result == OUTBOUND_ANSWERED ? arena_printf(req->arena, "the receiver answered %d", response.status) : response.problem };
}

static const struct error *
note_notified(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	if (outcome->verdict == STEP_DONE)
		store_submission_notified(req, strtoll(process->key, NULL, 10));
	return NULL;
}

/* ---- tables ---- */

static const struct error *
note_submissions(struct request *req, struct process *processes, size_t n)
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n);
	struct shape_list rows;

	for (size_t i = 0; i < n; i++)
		ids[i] = strtoll(processes[i].key, NULL, 10);
	const struct error *error = store_notes_claimed(req, ids, n, &rows);
	for (size_t i = 0; !error && i < rows.n; i++) {
		const struct form_note_row *row = (const struct form_note_row *)rows.items + i;
		for (size_t j = 0; j < n; j++) {
			if (ids[j] == row->id)
				processes[j].note = row->note;
		}
	}
	return error;
}

static const struct step submission_steps[] = {
	{ .name = "create", .run = create_item, .commit = note_created },
	{ .name = "review", .run = ask_review, .commit = note_reviewed },
};
static const struct step notice_steps[] = { { .name = "notify", .run = notify, .commit = note_notified } };

const struct process_kind forms_process_kinds[] = {
	{ .name = "submission", .steps = submission_steps, .n_steps = 2, .backoff_ms = 200, .backoff_max_ms = 10000, .running_max = 16, .claimed = note_submissions },
	{ .name = "file", .steps = file_steps, .n_steps = 1, .backoff_ms = 200, .backoff_max_ms = 10000, .running_max = 8 },
	{ .name = "file_drop", .steps = file_drop_steps, .n_steps = 1, .backoff_ms = 1000, .backoff_max_ms = 60000, .running_max = 8 },
	{ .name = "notice", .steps = notice_steps, .n_steps = 1, .attempts_max = NOTIFY_ATTEMPTS_MAX, .backoff_ms = NOTIFY_BACKOFF_MS, .claimed = note_submissions },
};
const size_t forms_n_process_kinds = sizeof(forms_process_kinds) / sizeof(forms_process_kinds[0]);
