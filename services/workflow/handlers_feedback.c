/* What each operation on feedback from outside decides.  Order follows proto/workflow.toml. */
#include <inttypes.h>
#include <string.h>

#include "id.h"
#include "json/json.h"
#include "store.h"
#include "utf8.h"

/* Feedback on its way into the tables, by a key or by a token. */
struct feedback {
	int64_t content_item_id;
	const char *decision, *comment, *prompt, *refinement_mode;
	const int64_t *workflow_transition_id;
	const struct feedback_submitter *submitter;
	const struct content_items_snapshot_response *item;
};

/* What of an event is kept short. */
static const char *
cut(struct request *req, const char *text)
{
	return text ? arena_strndup(req->arena, text, utf8_cut(text, EVENT_TEXT_BYTES_MAX)) : NULL;
}

static bool
is_direct(const struct feedback *feedback)
{
	return strcmp(feedback->refinement_mode, "agent_direct") == 0;
}

static bool
needs_review(const struct feedback *feedback)
{
	return is_direct(feedback) || feedback->prompt || (feedback->decision && strcmp(feedback->decision, "changes_requested") == 0);
}

/* Before the transaction: what was said must say something, about something that is published. */
static const struct error *
prepare_feedback(struct request *req, struct feedback *feedback)
{
	if (!feedback->decision && !feedback->comment && !feedback->prompt)
		return FAIL(req, EXTERNAL_FEEDBACK_EMPTY, "give a decision, a comment or a prompt");
	if (is_direct(feedback) && !feedback->prompt)
		return FAIL_AT(req, EXTERNAL_FEEDBACK_PROMPT_REQUIRED, "/prompt", "agent_direct needs a prompt");
	const struct error *error = review_snapshot(req, feedback->content_item_id, &feedback->item);
	if (error && error->info == &error_catalogue[ERROR_CONTENT_ITEM_NOT_FOUND])
		return FAIL(req, EXTERNAL_FEEDBACK_CONTENT_ITEM_NOT_FOUND, "content item %" PRId64 " does not exist", feedback->content_item_id);
	if (error)
		return error;
	if (!feedback->item->published_version)
		return FAIL(req, EXTERNAL_FEEDBACK_REQUIRES_PUBLISHED_SNAPSHOT, "content item %" PRId64 " is not published", feedback->content_item_id);
	return NULL;
}

static const char *
comment_text(struct request *req, const struct feedback *feedback)
{
	const char *name = feedback->submitter->display_name ? feedback->submitter->display_name : feedback->submitter->actor_id;

	return arena_printf(req->arena, "External feedback from %s%s%s%s%s%s%s%s", name, feedback->decision ? " (" : "", feedback->decision ? feedback->decision : "",
	    feedback->decision ? ")" : "", feedback->comment ? ": " : "", feedback->comment ? feedback->comment : "", feedback->prompt ? "\nPrompt: " : "",
	    feedback->prompt ? feedback->prompt : "");
}

/* Whoever listens for the type's workflow is told. */
static const struct error *
start_agent(struct request *req, int64_t content_type_id, int64_t feedback_id)
{
	const struct workflow_row *workflow;
	const struct error *error = store_workflow_active(req, content_type_id, &workflow);

	if (error || !workflow || !workflow->agent_url)
		return error;
	return process_start(req, &(struct process_start){ .kind = "agent", .key = arena_printf(req->arena, "%" PRId64, feedback_id), .lane = "agents",
	    .payload = arena_printf(req->arena, "{\"workflowId\":%" PRId64 "}", workflow->id) }, NULL);
}

/* Event, comment and, where it is needed, a review: in one transaction. */
static const struct error *
record(struct request *req, const struct feedback *feedback, struct external_feedback_event *ret_event, int64_t *ret_task_id)
{
	struct principal *author = ARENA_NEW(req->arena, struct principal);
	struct review_comment comment = { .content_item_id = feedback->content_item_id, .item_version = feedback->item->published_version,
		.comment = comment_text(req, feedback) };
	int64_t comment_id;

	*author = (struct principal){ .tenant = req->tenant, .id = feedback->submitter->actor_id, .type = "external_requester", .source = feedback->submitter->actor_source };
	*ret_task_id = 0;
	*ret_event = (struct external_feedback_event){ .content_item_id = feedback->content_item_id, .published_version = *feedback->item->published_version,
		.decision = feedback->decision, .comment = feedback->comment, .prompt = feedback->prompt, .refinement_mode = feedback->refinement_mode,
		.actor_id = author->id, .actor_type = author->type, .actor_source = author->source, .actor_display_name = feedback->submitter->display_name,
		.created_at = req->now_us };
	req->actor = author; /* events name who said it */
	const struct error *error = store_feedback_add(req, ret_event, feedback->submitter->email, &ret_event->id);
	if (!error)
		error = store_comment_add(req, &comment, author, &comment_id);
	if (!error && needs_review(feedback)) {
		struct submission submission = { .item = feedback->item, .transition_id = feedback->workflow_transition_id ? *feedback->workflow_transition_id : 0,
			.to_state = feedback->workflow_transition_id ? NULL : "published", .any_status = true, .source = "external_feedback",
			.source_event_id = &ret_event->id, .submitter = author, .skip_roles = true };
		error = review_submit(req, &submission, ret_task_id);
	}
	if (error)
		return error;
	if (*ret_task_id) {
		store_feedback_link(req, ret_event->id, *ret_task_id);
		ret_event->review_task_id = arena_memdup(req->arena, ret_task_id, sizeof(*ret_task_id));
	}
	if (is_direct(feedback)) {
		error = start_agent(req, feedback->item->content_type_id, ret_event->id);
		if (error)
			return error;
	}
	emit_external_feedback_event_create(req, ret_event->id, 0, &(struct external_feedback_event_create_event){ .content_item_id = feedback->content_item_id,
	    .published_version = ret_event->published_version, .decision = feedback->decision, .refinement_mode = feedback->refinement_mode,
	    .prompt = cut(req, feedback->prompt), .review_task_id = ret_event->review_task_id });
	emit_review_comment_create(req, comment_id, 0, &(struct review_comment_create_event){ .content_item_id = feedback->content_item_id,
	    .comment = cut(req, comment.comment) });
	return NULL;
}

/* ---- with a key ---- */

const struct error *
workflow_feedback_create_prepare(struct request *req, const struct workflow_feedback_create_request *in)
{
	struct feedback *feedback = ARENA_NEW(req->arena, struct feedback);

	*feedback = (struct feedback){ .content_item_id = in->content_item_id, .decision = in->decision, .comment = in->comment, .prompt = in->prompt,
		.refinement_mode = in->refinement_mode, .workflow_transition_id = in->workflow_transition_id, .submitter = in->submitter };
	req->prepared = feedback;
	return prepare_feedback(req, feedback);
}

const struct error *
workflow_feedback_create(struct request *req, const struct workflow_feedback_create_request *in, struct workflow_feedback_create_response *out)
{
	struct external_feedback_event *event = ARENA_NEW(req->arena, struct external_feedback_event);
	const struct review_task_row *task;
	int64_t task_id;

	(void)in;
	const struct error *error = record(req, req->prepared, event, &task_id);
	if (!error && task_id)
		error = store_task_get(req, task_id, false, &task);
	if (error)
		return error;
	out->event = event;
	int64_t expires_us;
	if (is_direct(req->prepared))
		out->revision_token = agent_key_make(req, event->id, event->content_item_id, &expires_us);
	if (task_id) {
		struct review_task *shown = ARENA_NEW(req->arena, struct review_task);
		*shown = review_shown(task);
		out->review_task = shown;
	}
	return NULL;
}

const struct error *
workflow_feedback_create_complete(struct request *req, const struct workflow_feedback_create_request *in, struct workflow_feedback_create_response *out)
{
	const struct review_task_row *task;
	struct review_task *shown = ARENA_NEW(req->arena, struct review_task);

	(void)in;
	if (!out->review_task)
		return NULL;
	const struct error *error = review_await(req, out->review_task->id, &task);
	if (error)
		return error;
	*shown = review_shown(task);
	out->review_task = shown;
	return NULL;
}

const struct error *
workflow_feedback_list_prepare(struct request *req, const struct workflow_feedback_list_request *in)
{
	const struct content_items_snapshot_response *item = NULL;

	return review_snapshot(req, in->content_item_id, &item);
}

const struct error *
workflow_feedback_list(struct request *req, const struct workflow_feedback_list_request *in, struct workflow_feedback_list_response *out)
{
	const struct error *error = store_feedback_list(req, in->content_item_id, in->before ? *in->before : INT32_MAX, *in->limit + 1, &out->events);
	if (error)
		return error;
	out->has_more = (int64_t)out->events.n > *in->limit;
	if (out->has_more)
		out->events.n = (size_t)*in->limit;
	return NULL;
}

/* ---- with a token: one item, one purpose, one person, until a time; sealed with the installation's key ---- */

const struct error *
workflow_feedback_issue_token_prepare(struct request *req, const struct workflow_feedback_issue_token_request *in)
{
	const struct content_items_snapshot_response *item = NULL;

	return review_snapshot(req, in->content_item_id, &item);
}

const struct error *
workflow_feedback_issue_token(struct request *req, const struct workflow_feedback_issue_token_request *in, struct workflow_feedback_issue_token_response *out)
{
	const struct feedback_submitter *who = in->submitter;
	struct buf json;

	out->expires_at = req->now_us + *in->ttl_seconds * 1000000;
	buf_init(&json, req->arena, 512);
	buf_printf(&json, "{\"purpose\":\"external-feedback\",\"tenant\":%" PRId64 ",\"item\":%" PRId64 ",\"expires\":%" PRId64 ",\"actorId\":", req->tenant,
	    in->content_item_id, out->expires_at);
	buf_add_json_text(&json, who->actor_id, strlen(who->actor_id));
	buf_add_text(&json, ",\"actorSource\":");
	buf_add_json_text(&json, who->actor_source, strlen(who->actor_source));
	buf_add_text(&json, ",\"displayName\":");
	buf_add_json_text(&json, who->display_name ? who->display_name : "", who->display_name ? strlen(who->display_name) : 0);
	buf_add_char(&json, '}');
	out->token = request_seal(req, json.bytes);
	emit_external_feedback_event_issue(req, in->content_item_id, 0, &(struct external_feedback_event_issue_event){ .content_item_id = in->content_item_id,
	    .actor_id = who->actor_id, .expires_at = out->expires_at });
	return NULL;
}

static const char *
text_of(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);

	return value && value->type == JSON_TEXT ? value->text : "";
}

static const struct error *
read_token(struct request *req, const char *token, struct feedback *feedback, int64_t *ret_tenant)
{
	struct json_error wrong;
	const char *text = request_open(req, token);
	const struct json_value *claims = text ? json_parse(req->arena, text, strlen(text), NULL, &wrong) : NULL;
	struct feedback_submitter *submitter = ARENA_NEW(req->arena, struct feedback_submitter);

	if (!claims || strcmp(text_of(claims, "purpose"), "external-feedback") != 0)
		return FAIL_AT(req, INVALID_EXTERNAL_FEEDBACK_TOKEN, "/token", "the token was not made for feedback");
	if (json_get(claims, "expires")->integer <= req->now_us)
		return FAIL_AT(req, EXTERNAL_FEEDBACK_TOKEN_EXPIRED, "/token", "the token has expired");
	*submitter = (struct feedback_submitter){ .actor_id = text_of(claims, "actorId"), .actor_source = text_of(claims, "actorSource"),
		.display_name = *text_of(claims, "displayName") ? text_of(claims, "displayName") : NULL };
	feedback->submitter = submitter;
	feedback->content_item_id = json_get(claims, "item")->integer;
	*ret_tenant = json_get(claims, "tenant")->integer;
	return NULL;
}

struct public_feedback {
	struct feedback feedback;
	int64_t tenant;
};

const struct error *
workflow_feedback_create_public_prepare(struct request *req, const struct workflow_feedback_create_public_request *in)
{
	struct public_feedback *given = ARENA_NEW(req->arena, struct public_feedback);

	given->feedback = (struct feedback){ .decision = in->decision, .comment = in->comment, .prompt = in->prompt, .refinement_mode = in->refinement_mode,
		.workflow_transition_id = in->workflow_transition_id };
	req->prepared = given;
	const struct error *error = read_token(req, in->token, &given->feedback, &given->tenant);
	if (error)
		return error;
	if (is_direct(&given->feedback))
		return FAIL_AT(req, EXTERNAL_FEEDBACK_TOKEN_AGENT_DIRECT_FORBIDDEN, "/refinementMode", "a token's feedback is reviewed by people");
	req->tenant = given->tenant; /* whose item is asked for */
	return prepare_feedback(req, &given->feedback);
}

const struct error *
workflow_feedback_create_public(struct request *req, const struct workflow_feedback_create_public_request *in, struct workflow_feedback_create_public_response *out)
{
	const struct public_feedback *given = req->prepared;
	struct external_feedback_event event;
	int64_t task_id;

	(void)in;
	request_act_for(req, given->tenant);
	const struct error *error = record(req, &given->feedback, &event, &task_id);
	if (error)
		return error;
	out->id = event.id;
	out->message = "Thank you: your feedback was recorded.";
	return NULL;
}

/* ---- an agent's working copy ---- */

const struct error *
workflow_feedback_revise_prepare(struct request *req, const struct workflow_feedback_revise_request *in)
{
	struct agent_key *key = ARENA_NEW(req->arena, struct agent_key);

	req->prepared = key;
	return agent_key_read(req, in->token, key);
}

const struct error *
workflow_feedback_revise(struct request *req, const struct workflow_feedback_revise_request *in, struct workflow_feedback_revise_response *out)
{
	const struct agent_key *key = req->prepared;
	struct principal *agent = ARENA_NEW(req->arena, struct principal);
	bool is_taken;

	request_act_for(req, key->tenant);
	*agent = (struct principal){ .tenant = key->tenant, .id = arena_printf(req->arena, "feedback_agent:%" PRId64, key->feedback_id), .type = "agent", .source = "feedback" };
	req->actor = agent;
	const struct error *error = store_feedback_take(req, key->feedback_id, &is_taken);
	if (!error && !is_taken)
		return FAIL_AT(req, EXTERNAL_FEEDBACK_TOKEN_USED, "/token", "the key of feedback %" PRId64 " has been used", key->feedback_id);
	if (!error)
		error = process_start(req, &(struct process_start){ .kind = "revision", .key = arena_printf(req->arena, "%" PRId64, key->feedback_id),
		    .payload = arena_printf(req->arena, "{\"itemId\":%" PRId64 ",\"data\":%.*s}", key->item_id, (int)in->data.len, in->data.json) }, NULL);
	if (error)
		return error;
	out->feedback_id = key->feedback_id;
	emit_external_feedback_event_revise(req, key->feedback_id, 0, &(struct external_feedback_event_revise_event){ .content_item_id = key->item_id });
	return NULL;
}

struct outcome_reading {
	int64_t id;
	const struct feedback_revision_row *row;
};

static const struct error *
read_outcome(struct request *req, void *context)
{
	struct outcome_reading *reading = context;

	return store_feedback_revision(req, reading->id, &reading->row);
}

const struct error *
workflow_feedback_revise_complete(struct request *req, const struct workflow_feedback_revise_request *in, struct workflow_feedback_revise_response *out)
{
	struct outcome_reading reading = { .id = out->feedback_id };
	bool has_ended;
	const struct error *error = process_await(req, "revision", arena_printf(req->arena, "%" PRId64, out->feedback_id), AWAIT_MS, &has_ended);

	(void)in;
	if (!error)
		error = request_transaction(req, read_outcome, &reading);
	if (error || !reading.row)
		return error;
	if (reading.row->revision_code && strcmp(reading.row->revision_code, error_catalogue[ERROR_CONTENT_SCHEMA_VALIDATION_FAILED].code) == 0)
		return FAIL_WITH(req, CONTENT_SCHEMA_VALIDATION_FAILED, reading.row->revision_context, "%s", reading.row->revision_message);
	if (reading.row->revision_code)
		return FAIL(req, EXTERNAL_FEEDBACK_REVISION_REFUSED, "%s", reading.row->revision_message);
	out->version = reading.row->revised_version;
	out->review_task_id = has_ended ? reading.row->review_task_id : NULL;
	return NULL;
}
