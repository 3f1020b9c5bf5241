/* What each operation that decides reviews does: one, many, or by asking the person at the client.  Order follows proto/workflow.toml. */
#include <inttypes.h>
#include <string.h>

#include "contract/policy.h"
#include "json/json.h"
#include "rules.h"
#include "store.h"

enum { CHANGES_BYTES_MAX = 32 * 1024 };

/* Whom the review is for, or whoever has a scope that decides; the author only where the transition says so. */
static const struct error *
check_decider(struct request *req, const struct review_task_row *task)
{
	const struct workflow_transition *transition;
	struct json_error wrong;
	bool is_empty = true, may = false;
	const struct error *error = store_transition_get(req, task->workflow_transition_id, &transition);
	if (error)
		return error;
	const struct json_value *roles = transition
	    ? json_parse(req->arena, transition->decision_roles.json, transition->decision_roles.len, NULL, &wrong) : NULL;
	may = rules_has_role(req->principal, roles, &is_empty) || principal_has_scope(req->principal, "admin") || (task->assignee && strcmp(task->assignee, req->principal->id) == 0);
	if (!may)
		return FAIL(req, UNAUTHORIZED_REVIEW_DECISION, "review task %" PRId64 " is %s%s to decide", task->id, task->assignee ? "for " : "not for you",
		    task->assignee ? task->assignee : "");
	if (strcmp(task->submitted_by, req->principal->id) == 0 && !(transition && transition->author_may_decide))
		return FAIL(req, UNAUTHORIZED_REVIEW_DECISION, "review task %" PRId64 " cannot be decided by the principal that submitted it", task->id);
	return NULL;
}

/* One decision, in this transaction.  *ret_task is the review after it. */
static const struct error *
decide(struct request *req, int64_t id, const char *decision, const char *reason, const struct review_task_row **ret_task)
{
	const struct review_task_row *task;
	int64_t approvals = 0;
	bool is_new;

	const struct error *error = store_task_get(req, id, true, &task);
	if (error)
		return error;
	if (!task || strcmp(task->status, "pending") != 0)
		return FAIL(req, INVALID_REVIEW_TASK_STATE_OR_NOT_FOUND, "review task %" PRId64 " is %s", id, task ? task->status : "not there");
	error = check_decider(req, task);
	if (!error)
		error = store_decision_add(req, id, decision, reason, &is_new);
	if (!error && !is_new)
		return FAIL(req, INVALID_REVIEW_TASK_STATE_OR_NOT_FOUND, "%s has decided review task %" PRId64 " already", req->principal->id, id);
	if (!error)
		error = store_approval_count(req, id, &approvals);
	bool is_rejected = strcmp(decision, "rejected") == 0, is_last = is_rejected || approvals >= task->approvals_needed;
	/* Content publishes it after this transaction, when there is no key whose budget it is. */
	if (!error && is_last && !is_rejected && strcmp(task->to_state, STATUS_PUBLISHED) == 0)
		error = request_spend(req, BUDGET_PUBLISHES_PER_DAY, 1);
	if (!error && is_last)
		error = review_begin_decision(req, task, decision, reason);
	if (!error)
		error = store_task_get(req, id, false, &task);
	if (error)
		return error;
	emit_review_task_decide(req, id, 0, &(struct review_task_decide_event){ .content_item_id = task->content_item_id, .decision = decision,
	    .reason = reason, .approvals = approvals, .approvals_needed = task->approvals_needed });
	*ret_task = task;
	return NULL;
}

/* What was reviewed against what is there, as far as the decider may read it. */
static const char *
difference(struct request *req, const struct review_task_row *task)
{
	struct content_versions_diff_response *diff = ARENA_NEW(req->arena, struct content_versions_diff_response);
	struct content_versions_diff_request in = { .id = task->content_item_id, .from = task->item_version };
	const struct error *error = request_call(req, &operation_content_versions_diff, &in, NULL, diff);

	if (error || diff->patch.len > CHANGES_BYTES_MAX)
		return arena_printf(req->arena, "{\"reviewedVersion\":%" PRId64 "}", task->item_version);
	return arena_printf(req->arena, "{\"reviewedVersion\":%" PRId64 ",\"version\":%" PRId64 ",\"changes\":%.*s}", task->item_version, diff->to,
	    (int)diff->patch.len, diff->patch.json);
}

/* After the transaction: content has followed, or has refused what is not what was reviewed. */
static const struct error *
follow(struct request *req, int64_t id, const struct review_task_row **ret_task)
{
	const struct error *error = review_await(req, id, ret_task);

	if (error || strcmp((*ret_task)->status, "pending") != 0)
		return error;
	return FAIL_WITH(req, REVIEW_TARGET_CHANGED, difference(req, *ret_task), "the item is not what was reviewed: %s",
	    (*ret_task)->reason ? (*ret_task)->reason : "it has changed");
}

/* ---- one ---- */

const struct error *
workflow_reviews_decide(struct request *req, const struct workflow_reviews_decide_request *in, struct review_task *out)
{
	const struct review_task_row *task;
	const struct error *error = decide(req, in->id, in->decision, in->reason, &task);

	if (!error)
		*out = review_shown(task);
	return error;
}

const struct error *
workflow_reviews_decide_complete(struct request *req, const struct workflow_reviews_decide_request *in, struct review_task *out)
{
	const struct review_task_row *task;
	bool is_last = strcmp(out->status, "deciding") == 0;
	const struct error *error = is_last ? follow(req, in->id, &task) : NULL;

	if (!error && is_last)
		*out = review_shown(task);
	return error;
}

/* ---- many ---- */

/* A refusal of this one decision, after which the others go on: nothing was written for it. */
static bool
is_refusal(const struct error *error)
{
	return error->info == &error_catalogue[ERROR_INVALID_REVIEW_TASK_STATE_OR_NOT_FOUND] || error->info == &error_catalogue[ERROR_UNAUTHORIZED_REVIEW_DECISION]
	    || error->info == &error_catalogue[ERROR_REVIEW_TARGET_CHANGED];
}

static void
note_refusal(struct review_decision_result *result, const struct error *error)
{
	result->is_decided = false;
	result->code = error->info->code;
	result->message = error->message;
}

static void
note_task(struct request *req, struct review_decision_result *result, const struct review_task_row *task)
{
	result->status = task->status;
	result->approvals = arena_memdup(req->arena, &task->approvals, sizeof(task->approvals));
}

/* By their ids, so that two who decide the same ones do not wait for each other. */
static void
sort_by_id(const struct review_decision *decisions, size_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = i;
		for (; at > 0 && decisions[order[at - 1]].id > decisions[i].id; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

const struct error *
workflow_reviews_decide_many(struct request *req, const struct workflow_reviews_decide_many_request *in, struct workflow_reviews_decide_many_response *out)
{
	const struct review_decision *decisions = in->decisions.items;
	struct review_decision_result *results = ARENA_ARRAY(req->arena, struct review_decision_result, in->decisions.n);
	size_t *order = ARENA_ARRAY(req->arena, size_t, in->decisions.n);

	sort_by_id(decisions, order, in->decisions.n);
	for (size_t i = 0; i < in->decisions.n; i++) {
		const struct review_decision *decision = &decisions[order[i]];
		struct review_decision_result *result = &results[order[i]];
		const struct review_task_row *task;
		*result = (struct review_decision_result){ .id = decision->id, .is_decided = true };
		const struct error *error = decide(req, decision->id, decision->decision, decision->reason, &task);
		if (error && !is_refusal(error))
			return error;
		if (error)
			note_refusal(result, error);
		else
			note_task(req, result, task);
	}
	out->results = (struct shape_list){ results, in->decisions.n };
	return NULL;
}

const struct error *
workflow_reviews_decide_many_complete(struct request *req, const struct workflow_reviews_decide_many_request *in, struct workflow_reviews_decide_many_response *out)
{
	struct review_decision_result *results = arena_memdup(req->arena, out->results.items, out->results.n * sizeof(*results));

	(void)in;
	for (size_t i = 0; i < out->results.n; i++) {
		const struct review_task_row *task;
		if (!results[i].status || strcmp(results[i].status, "deciding") != 0)
			continue;
		const struct error *error = follow(req, results[i].id, &task);
		if (error && !is_refusal(error))
			return error;
		if (error)
			note_refusal(&results[i], error);
		note_task(req, &results[i], task);
	}
	out->results.items = results;
	return NULL;
}

/* ---- by asking the person at the client ---- */

static const struct json_value *
parse(struct request *req, struct doc doc)
{
	struct json_error wrong;
	const struct json_value *value = doc.json ? json_parse(req->arena, doc.json, doc.len, NULL, &wrong) : NULL;

	return value && value->type == JSON_OBJECT ? value : NULL;
}

static const struct json_value *
member(const struct json_value *object, const char *name, enum json_type type)
{
	const struct json_value *value = object && object->type == JSON_OBJECT ? json_get(object, name) : NULL;

	return value && value->type == type ? value : NULL;
}

static void
ask(struct request *req, const struct review_task_row *task, struct workflow_reviews_ask_response *out)
{
	struct mcp_input_request *question = ARENA_NEW(req->arena, struct mcp_input_request);
	const char *text = arena_printf(req->arena, "Content item %" PRId64 ", version %" PRId64 ", is to go from %s to %s. %s submitted it. Do you approve?",
	    task->content_item_id, task->item_version, task->from_state, task->to_state, task->submitted_by);
	struct buf params;

	buf_init(&params, req->arena, 512);
	buf_add_text(&params, "{\"message\":");
	buf_add_json_text(&params, text, strlen(text));
	buf_add_text(&params, ",\"requestedSchema\":{\"type\":\"object\",\"required\":[\"decision\"],\"properties\":{"
	    "\"decision\":{\"type\":\"string\",\"title\":\"Decision\",\"enum\":[\"approved\",\"rejected\"]},"
	    "\"reason\":{\"type\":\"string\",\"title\":\"Reason\",\"description\":\"The author reads it.\",\"maxLength\":2000}}}}");
	*question = (struct mcp_input_request){ .key = "decision", .method = "elicitation/create", .params = { params.bytes, params.len } };
	out->input_requests = (struct shape_list){ question, 1 };
}

const struct error *
workflow_reviews_ask(struct request *req, const struct workflow_reviews_ask_request *in, struct workflow_reviews_ask_response *out)
{
	const struct json_value *answer = member(parse(req, in->input_responses), "decision", JSON_OBJECT);
	const struct json_value *content = member(answer, "content", JSON_OBJECT), *decision = member(content, "decision", JSON_TEXT);
	const struct json_value *reason = member(content, "reason", JSON_TEXT);
	const struct review_task_row *task;

	const struct error *error = store_task_get(req, in->id, true, &task);
	if (error)
		return error;
	if (!task || strcmp(task->status, "pending") != 0)
		return FAIL(req, INVALID_REVIEW_TASK_STATE_OR_NOT_FOUND, "review task %" PRId64 " is %s", in->id, task ? task->status : "not there");
	error = check_decider(req, task);
	if (error)
		return error;
	if (!answer && !member(parse(req, in->client_capabilities), "elicitation", JSON_OBJECT))
		return FAIL(req, REVIEW_CLIENT_CANNOT_ASK, "there is nobody at this client who could be asked");
	if (!answer)
		ask(req, task, out);
	if (!decision || (strcmp(decision->text, "approved") != 0 && strcmp(decision->text, "rejected") != 0))
		return NULL; /* declined, or closed without an answer: nothing is decided */
	const char *why = reason && reason->n > 0 ? arena_strndup(req->arena, reason->text, reason->n < 2000 ? reason->n : 2000) : NULL;
	error = decide(req, in->id, decision->text, why, &task);
	if (error)
		return error;
	struct review_task *shown = ARENA_NEW(req->arena, struct review_task);
	*shown = review_shown(task);
	out->review_task = shown;
	return NULL;
}

const struct error *
workflow_reviews_ask_complete(struct request *req, const struct workflow_reviews_ask_request *in, struct workflow_reviews_ask_response *out)
{
	const struct review_task_row *task;
	bool is_last = out->review_task && strcmp(out->review_task->status, "deciding") == 0;
	const struct error *error = is_last ? follow(req, in->id, &task) : NULL;

	if (error || !is_last)
		return error;
	struct review_task *shown = ARENA_NEW(req->arena, struct review_task);
	*shown = review_shown(task);
	out->review_task = shown;
	return NULL;
}
