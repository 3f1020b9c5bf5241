/* What supervisors do with what came in.  Order follows proto/forms.toml. */
#include <inttypes.h>
#include <string.h>

#include "files/files.h"
#include "rules.h"
#include "store.h"

static struct form_submission
shown(const struct submission_row *row)
{
	return (struct form_submission){ .id = row->id, .form_id = row->form_id, .status = row->status, .verdict = row->verdict, .data = row->data,
		.content_item_id = row->content_item_id, .item_status = row->item_status, .review_task_id = row->review_task_id,
		.error_message = row->error_message, .created_at = row->created_at };
}

static const struct error *
submission_not_found(struct request *req, int64_t id)
{
	return FAIL(req, FORM_SUBMISSION_NOT_FOUND, "submission %" PRId64 " does not exist", id);
}

const struct error *
forms_submissions_list(struct request *req, const struct forms_submissions_list_request *in, struct forms_submissions_list_response *out)
{
	const struct form_row *form;
	struct shape_list rows;
	const struct error *error = store_form_get(req, in->id, false, &form);
	if (!error && !form)
		return FAIL(req, FORM_DEFINITION_NOT_FOUND, "form %" PRId64 " does not exist", in->id);
	if (!error)
		error = store_submission_list(req, in->id, *in->after, in->status, *in->limit + 1, &rows);
	if (error)
		return error;
	out->has_more = (int64_t)rows.n > *in->limit;
	size_t n = out->has_more ? (size_t)*in->limit : rows.n;
	struct form_submission *list = ARENA_ARRAY(req->arena, struct form_submission, n + 1);
	for (size_t i = 0; i < n; i++)
		list[i] = shown((const struct submission_row *)rows.items + i);
	out->submissions = (struct shape_list){ list, n };
	return NULL;
}

const struct error *
forms_submissions_get(struct request *req, const struct forms_submissions_get_request *in, struct form_submission *out)
{
	const struct submission_row *row;
	const struct error *error = store_submission_get(req, in->id, false, &row);
	if (error)
		return error;
	if (!row)
		return submission_not_found(req, in->id);
	*out = shown(row);
	return NULL;
}

const struct error *
forms_submissions_release(struct request *req, const struct forms_submissions_release_request *in, struct form_submission *out)
{
	const struct submission_row *row;
	const struct error *error = store_submission_get(req, in->id, true, &row);
	if (error)
		return error;
	if (!row)
		return submission_not_found(req, in->id);
	if (strcmp(row->status, "quarantined") != 0)
		return FAIL(req, FORM_SUBMISSION_NOT_QUARANTINED, "submission %" PRId64 " is %s", in->id, row->status);
	error = submission_begin(req, row->form_id, in->id);
	if (error)
		return error;
	store_submission_status(req, in->id, "received", false);
	*out = shown(row);
	out->status = "received";
	emit_form_submission_release(req, in->id, 0, &(struct form_submission_release_event){ .form_id = row->form_id });
	return NULL;
}

const struct error *
forms_submissions_release_complete(struct request *req, const struct forms_submissions_release_request *in, struct form_submission *out)
{
	const struct submission_row *row = NULL;
	const struct error *error = submission_await(req, in->id, &row);

	if (!error && row)
		*out = shown(row);
	return error;
}

/* What was sent goes; that it was sent, and its hash, stay.  Not while an item is being made of it, of which nobody would hear. */
static const struct error *
erase(struct request *req, const struct submission_row *row)
{
	bool is_found, is_running = false;
	const char *key = arena_printf(req->arena, "%" PRId64, row->id);
	const struct error *error = process_cancel(req, "submission", key, true, &is_found);

	if (!error && !is_found)
		error = process_is_there(req, "submission", key, &is_running);
	if (error)
		return error;
	if (is_running)
		return FAIL(req, SERVICE_UNAVAILABLE, "submission %" PRId64 " is being made an item at this moment", row->id);
	error = files_drop_of_submission(req, row->id);
	if (error)
		return error;
	store_submission_status(req, row->id, "erased", true);
	emit_form_submission_erase(req, row->id, 0, &(struct form_submission_erase_event){ .form_id = row->form_id, .data_hash = row->data_hash });
	return NULL;
}

const struct error *
forms_submissions_erase(struct request *req, const struct forms_submissions_erase_request *in, struct form_submission *out)
{
	const struct submission_row *row;
	const struct error *error = store_submission_get(req, in->id, true, &row);
	if (error)
		return error;
	if (!row)
		return submission_not_found(req, in->id);
	error = erase(req, row);
	if (error)
		return error;
	*out = shown(row);
	out->status = "erased";
	out->data = (struct doc){ NULL, 0 };
	return NULL;
}

/* ---- export ---- */

const struct error *
forms_submissions_export(struct request *req, const struct forms_submissions_export_request *in, struct forms_submissions_export_response *out)
{
	const struct form_row *form;
	struct shape_list rows;
	struct buf text;
	const struct error *error = store_form_get(req, in->id, false, &form);
	if (error)
		return error;
	if (!form)
		return FAIL(req, FORM_DEFINITION_NOT_FOUND, "form %" PRId64 " does not exist", in->id);
	error = store_submission_export(req, in->id, *in->after, in->status, *in->limit + 1, &rows);
	if (error)
		return error;
	const struct submission_export_row *list = rows.items;
	size_t n = rows.n > (size_t)*in->limit ? (size_t)*in->limit : rows.n;
	bool is_csv = strcmp(in->format, "csv") == 0;
	buf_init(&text, req->arena, 65536);
	if (is_csv && *in->after == 0)
		export_csv_names(req, &text, form->fields);
	for (size_t i = 0; i < n; i++) {
		if (is_csv)
			export_csv_row(req, &text, &list[i], form->fields);
		else
			export_json_row(req, &text, &list[i]);
	}
	out->text = text.bytes;
	out->count = (int64_t)n;
	out->after = n > 0 ? list[n - 1].id : *in->after;
	out->has_more = n > 0 && (int64_t)n < list[0].n_found;
	out->total = form->n_submissions;
	return NULL;
}

/* ---- one person's ---- */

const struct error *
forms_submitters_erase(struct request *req, const struct forms_submitters_erase_request *in, struct forms_submitters_erase_response *out)
{
	const char *hash = sender_hash_of(req, in->submitter);
	struct shape_list rows = { NULL, 0 };
	const struct error *error = hash ? store_submissions_of_submitter(req, hash, ERASE_MAX + 1, &rows) : NULL;
	int64_t *items = ARENA_ARRAY(req->arena, int64_t, rows.n + 1);
	size_t n = rows.n > ERASE_MAX ? ERASE_MAX : rows.n, n_items = 0;

	for (size_t i = 0; !error && i < n; i++) {
		const struct submission_row *row = (const struct submission_row *)rows.items + i;
		error = erase(req, row);
		if (row->content_item_id)
			items[n_items++] = *row->content_item_id;
	}
	out->erased = (int64_t)n;
	out->has_more = rows.n > n;
	out->content_item_ids = (struct shape_list){ items, n_items };
	return error;
}
