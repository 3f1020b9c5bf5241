/* What each operation on reviews and comments decides.  Order follows proto/workflow.toml. */
#include <inttypes.h>
#include <string.h>

#include "store.h"
#include "utf8.h"

static const struct error *
task_not_found(struct request *req, int64_t id)
{
	return FAIL(req, REVIEW_TASK_NOT_FOUND, "review task %" PRId64 " does not exist", id);
}

static const char *
cut(struct request *req, const char *text)
{
	return text ? arena_strndup(req->arena, text, utf8_cut(text, EVENT_TEXT_BYTES_MAX)) : NULL;
}

/* ---- submission ---- */

const struct error *
workflow_reviews_submit_prepare(struct request *req, const struct workflow_reviews_submit_request *in)
{
	const struct content_items_snapshot_response *item = NULL;
	const struct error *error = review_snapshot(req, in->content_item_id, &item);

	if (!error && in->expected_version && *in->expected_version != item->version)
		return FAIL_AT(req, VERSION_CONFLICT, "/expectedVersion", "content item %" PRId64 " has version %" PRId64 ", not %" PRId64,
		    in->content_item_id, item->version, *in->expected_version);
	req->prepared = (void *)(uintptr_t)item;
	return error;
}

const struct error *
workflow_reviews_submit(struct request *req, const struct workflow_reviews_submit_request *in, struct review_task *out)
{
	const struct review_task_row *task;
	int64_t id;
	struct submission submission = { .item = req->prepared, .transition_id = in->workflow_transition_id ? *in->workflow_transition_id : 0,
		.source = "author_submit", .assignee = in->assignee, .due_at = in->due_at, .submitter = req->principal };

	const struct error *error = review_submit(req, &submission, &id);
	if (!error)
		error = store_task_get(req, id, false, &task);
	if (error)
		return error;
	*out = review_shown(task);
	if (req->dry_run)
		out->id = 0;
	return NULL;
}

const struct error *
workflow_reviews_submit_complete(struct request *req, const struct workflow_reviews_submit_request *in, struct review_task *out)
{
	const struct review_task_row *task;
	const struct error *error = review_await(req, out->id, &task);
	if (error)
		return error;
	if (strcmp(task->status, "cancelled") == 0)
		return FAIL(req, REVIEW_TARGET_CHANGED, "content item %" PRId64 " could not be held for review: %s", in->content_item_id, task->reason);
	*out = review_shown(task);
	return NULL;
}

/* ---- submission in the name of who sent a form ---- */

const struct error *
workflow_reviews_submit_as_prepare(struct request *req, const struct workflow_reviews_submit_as_request *in)
{
	const struct content_items_snapshot_response *item = NULL;
	const struct error *error = review_snapshot(req, in->content_item_id, &item);

	req->prepared = (void *)(uintptr_t)item;
	return error;
}

const struct error *
workflow_reviews_submit_as(struct request *req, const struct workflow_reviews_submit_as_request *in, struct review_task *out)
{
	struct principal *author = ARENA_NEW(req->arena, struct principal);
	const struct review_task_row *task;
	int64_t id;

	*author = (struct principal){ .tenant = req->tenant, .id = in->actor_id, .type = in->actor_type, .source = in->actor_source };
	req->actor = author;
	struct submission submission = { .item = req->prepared, .transition_id = in->workflow_transition_id, .source = "form", .submitter = author, .skip_roles = true };
	const struct error *error = review_submit(req, &submission, &id);
	if (!error)
		error = store_task_get(req, id, false, &task);
	if (!error)
		*out = review_shown(task);
	return error;
}

const struct error *
workflow_reviews_submit_as_complete(struct request *req, const struct workflow_reviews_submit_as_request *in, struct review_task *out)
{
	const struct review_task_row *task;
	const struct error *error = review_await(req, out->id, &task);

	if (!error && strcmp(task->status, "cancelled") == 0)
		return FAIL(req, REVIEW_TARGET_CHANGED, "content item %" PRId64 " could not be held for review: %s", in->content_item_id, task->reason);
	if (!error)
		*out = review_shown(task);
	return error;
}

/* ---- reading ---- */

const struct error *
workflow_reviews_list(struct request *req, const struct workflow_reviews_list_request *in, struct workflow_reviews_list_response *out)
{
	struct shape_list rows;
	const struct error *error = store_task_list(req, in, *in->limit + 1, &rows);
	if (error)
		return error;
	out->has_more = (int64_t)rows.n > *in->limit;
	size_t n = out->has_more ? (size_t)*in->limit : rows.n;
	struct review_task *list = ARENA_ARRAY(req->arena, struct review_task, n + 1);
	for (size_t i = 0; i < n; i++) {
		list[i] = review_shown((const struct review_task_row *)rows.items + i);
		/* The oldest come first: behind the first that is too young there are none. */
		if (in->created_before && list[i].created_at >= *in->created_before) {
			out->has_more = false;
			n = i;
		}
	}
	out->tasks = (struct shape_list){ list, n };
	return NULL;
}

const struct error *
workflow_reviews_get(struct request *req, const struct workflow_reviews_get_request *in, struct review_task *out)
{
	const struct review_task_row *row;
	const struct error *error = store_task_get(req, in->id, false, &row);
	if (error)
		return error;
	if (!row)
		return task_not_found(req, in->id);
	*out = review_shown(row);
	return NULL;
}

/* ---- assignment ---- */

const struct error *
workflow_reviews_assign(struct request *req, const struct workflow_reviews_assign_request *in, struct review_task *out)
{
	const struct review_task_row *task;

	if (!in->assignee && !in->due_at)
		return FAIL(req, EMPTY_UPDATE_BODY, "give assignee, dueAt or both");
	const struct error *error = store_task_get(req, in->id, true, &task);
	if (error)
		return error;
	if (!task)
		return task_not_found(req, in->id);
	if (strcmp(task->status, "pending") != 0)
		return FAIL(req, INVALID_REVIEW_TASK_STATE_OR_NOT_FOUND, "review task %" PRId64 " is %s", in->id, task->status);
	const char *assignee = in->assignee ? in->assignee : task->assignee;
	const int64_t *due_at = in->due_at ? in->due_at : task->due_at;
	store_task_assign(req, in->id, assignee, due_at);
	if (in->due_at)
		error = review_remind(req, in->id, due_at);
	if (!error)
		error = store_task_get(req, in->id, false, &task);
	if (error)
		return error;
	*out = review_shown(task);
	emit_review_task_assign(req, in->id, 0, &(struct review_task_assign_event){ .assignee = assignee, .due_at = due_at });
	return NULL;
}

/* ---- comments ---- */

const struct error *
workflow_comments_create_prepare(struct request *req, const struct workflow_comments_create_request *in)
{
	const struct content_items_snapshot_response *item = NULL;
	const struct error *error = review_snapshot(req, in->content_item_id, &item);

	req->prepared = (void *)(uintptr_t)item;
	return error;
}

const struct error *
workflow_comments_create(struct request *req, const struct workflow_comments_create_request *in, struct review_comment *out)
{
	const struct content_items_snapshot_response *item = req->prepared;
	const struct review_task_row *open;
	const struct error *error = store_task_open_of_item(req, in->content_item_id, &open);
	if (error)
		return error;
	*out = (struct review_comment){ .content_item_id = in->content_item_id, .review_task_id = open ? &open->id : NULL,
		.item_version = in->item_version ? in->item_version : &item->version, .path = in->path, .author_id = req->principal->id,
		.comment = in->comment, .created_at = req->now_us };
	error = store_comment_add(req, out, req->principal, &out->id);
	if (error)
		return error;
	emit_review_comment_create(req, out->id, 0, &(struct review_comment_create_event){ .content_item_id = in->content_item_id, .path = in->path,
	    .comment = cut(req, in->comment) });
	if (req->dry_run)
		out->id = 0;
	return NULL;
}

const struct error *
workflow_comments_list_prepare(struct request *req, const struct workflow_comments_list_request *in)
{
	const struct content_items_snapshot_response *item = NULL;

	return review_snapshot(req, in->content_item_id, &item);
}

const struct error *
workflow_comments_list(struct request *req, const struct workflow_comments_list_request *in, struct workflow_comments_list_response *out)
{
	const struct error *error = store_comment_list(req, in->content_item_id, in->before ? *in->before : INT32_MAX, *in->limit + 1, &out->comments);
	if (error)
		return error;
	out->has_more = (int64_t)out->comments.n > *in->limit;
	if (out->has_more)
		out->comments.n = (size_t)*in->limit;
	return NULL;
}
