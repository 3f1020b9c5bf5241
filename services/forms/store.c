/* Forms' rows: one call, one statement. */
#include "store.h"

const struct constraint_error store_constraints[] = {
	{ "form_definitions_domain_slug_unique", ERROR_FORM_DEFINITION_SLUG_CONFLICT, "another form has this slug" },
	{ "form_submissions_work_once", ERROR_FORM_WORK_INVALID, "the work for this start token has been used" },
};
const size_t store_n_constraints = sizeof(store_constraints) / sizeof(store_constraints[0]);

static const struct error *
find_id(struct request *req, const struct db_statement *statement, const struct db_param *params, int64_t *ret_id)
{
	const struct form_id_row *row;
	const struct error *error = query_find(req, statement, params, &row);

	if (!error)
		*ret_id = row->id;
	return error;
}

/* ---- forms ---- */

const struct error *
store_form_get(struct request *req, int64_t id, bool is_locked, const struct form_row **ret_row)
{
	return query_find(req, is_locked ? &forms_form_lock_query : &forms_form_get_query, PARAMS(P_INT(id)), ret_row);
}

const struct error *
store_form_by_slug(struct request *req, int64_t domain_id, const char *slug, bool is_locked, const struct form_row **ret_row)
{
	return query_find(req, is_locked ? &forms_form_by_slug_lock_query : &forms_form_by_slug_query, PARAMS(P_INT(domain_id), P_TEXT(slug)), ret_row);
}

const struct error *
store_form_list(struct request *req, int64_t after, int64_t limit, struct shape_list *ret_rows)
{
	return query_list(req, &forms_form_list_query, PARAMS(P_INT(after), P_INT(limit)), ret_rows);
}

const struct error *
store_form_add(struct request *req, const struct form_row *f, int64_t *ret_id)
{
	return find_id(req, &forms_form_add_query, PARAMS(P_INT(req->tenant), P_TEXT(f->name), P_TEXT(f->slug), P_TEXT(f->description), P_INT(f->content_type_id),
	    P_TEXT(f->content_type_name), P_TEXT(f->content_type_slug), P_DOC(f->fields), P_DOC(f->default_data), P_BOOL(f->active), P_BOOL(f->public_read),
	    P_TEXT(f->submission_status), P_INT_OPT(f->workflow_transition_id), P_BOOL(f->require_payment), P_TEXT(f->webhook_url), P_TEXT(f->webhook_secret),
	    P_TEXT(f->success_message), P_TEXT(f->honeypot_field), P_INT(f->min_fill_seconds), P_INT_OPT(f->per_hour_max), P_INT_OPT(f->total_max),
	    P_TIME_OPT(f->open_from), P_TIME_OPT(f->open_until), P_TIME(req->now_us), P_TEXT(f->submitter_field), P_INT(f->work_bits), P_INT_OPT(f->per_address_hour_max)), ret_id);
}

const struct error *
store_form_update(struct request *req, const struct form_row *f)
{
	int64_t n;

	return query_exec(req, &forms_form_update_query, PARAMS(P_INT(f->id), P_TEXT(f->name), P_TEXT(f->slug), P_TEXT(f->description),
	    P_TEXT(f->content_type_name), P_TEXT(f->content_type_slug), P_DOC(f->fields), P_DOC(f->default_data), P_BOOL(f->active), P_BOOL(f->public_read),
	    P_TEXT(f->submission_status), P_INT_OPT(f->workflow_transition_id), P_BOOL(f->require_payment), P_TEXT(f->webhook_url), P_TEXT(f->webhook_secret),
	    P_TEXT(f->success_message), P_TEXT(f->honeypot_field), P_INT(f->min_fill_seconds), P_INT_OPT(f->per_hour_max), P_INT_OPT(f->total_max),
	    P_TIME_OPT(f->open_from), P_TIME_OPT(f->open_until), P_TIME(req->now_us), P_TEXT(f->submitter_field), P_INT(f->work_bits), P_INT_OPT(f->per_address_hour_max)), &n);
}

void
store_form_delete(struct request *req, int64_t id)
{
	query_send(req, &forms_form_delete_query, PARAMS(P_INT(id)));
}

void
store_form_count_up(struct request *req, int64_t id)
{
	query_send(req, &forms_form_count_up_query, PARAMS(P_INT(id)));
}

/* ---- submissions ---- */

const struct error *
store_submissions_of_hour(struct request *req, int64_t form_id, int64_t max, int64_t *ret_n)
{
	const struct form_count_row *row;
	const struct error *error = query_find(req, &forms_submissions_of_hour_query, PARAMS(P_INT(form_id), P_INT(max)), &row);

	if (!error)
		*ret_n = row->total;
	return error;
}

const struct error *
store_submissions_of_address(struct request *req, int64_t form_id, int64_t max, const char *address_hash, int64_t *ret_n)
{
	const struct form_count_row *row;
	const struct error *error = query_find(req, &forms_submissions_of_address_query, PARAMS(P_INT(form_id), P_INT(max), P_TEXT(address_hash)), &row);

	if (!error)
		*ret_n = row->total;
	return error;
}

void
store_addresses_forget(struct request *req, int64_t max)
{
	query_send(req, &forms_addresses_forget_query, PARAMS(P_INT(max)));
}

const struct error *
store_submission_get(struct request *req, int64_t id, bool is_locked, const struct submission_row **ret_row)
{
	return query_find(req, is_locked ? &forms_submission_lock_query : &forms_submission_get_query, PARAMS(P_INT(id)), ret_row);
}

const struct error *
store_submission_same(struct request *req, int64_t form_id, const char *data_hash, const struct submission_row **ret_row)
{
	return query_find(req, &forms_submission_same_query, PARAMS(P_INT(form_id), P_TEXT(data_hash), P_INT(DUPLICATE_SECONDS)), ret_row);
}

const struct error *
store_submission_list(struct request *req, int64_t form_id, int64_t after, const char *status, int64_t limit, struct shape_list *ret_rows)
{
	if (!status)
		return query_list(req, &forms_submission_list_query, PARAMS(P_INT(form_id), P_INT(after), P_INT(limit)), ret_rows);
	return query_list(req, &forms_submission_list_of_status_query, PARAMS(P_INT(form_id), P_INT(after), P_INT(limit), P_TEXT(status)), ret_rows);
}

const struct error *
store_submission_add(struct request *req, const struct new_submission *s, int64_t *ret_id)
{
	return find_id(req, &forms_submission_add_query, PARAMS(P_INT(req->tenant), P_INT(s->form_id), P_TEXT(s->status), P_TEXT(s->verdict), P_DOC(s->data),
	    P_TEXT(s->data_hash), P_TEXT(req->request_id), P_TIME(req->now_us), P_INT(s->paid_sats), P_TEXT(s->submitter_hash), P_TEXT(s->work_hash), P_TEXT(s->address_hash)), ret_id);
}

const struct error *
store_submission_export(struct request *req, int64_t form_id, int64_t after, const char *status, int64_t limit, struct shape_list *ret_rows)
{
	if (!status)
		return query_list(req, &forms_submission_export_query, PARAMS(P_INT(form_id), P_INT(after), P_INT(limit), P_INT(EXPORT_BYTES)), ret_rows);
	return query_list(req, &forms_submission_export_of_status_query, PARAMS(P_INT(form_id), P_INT(after), P_INT(limit), P_INT(EXPORT_BYTES), P_TEXT(status)), ret_rows);
}

const struct error *
store_submissions_of_submitter(struct request *req, const char *submitter_hash, int64_t limit, struct shape_list *ret_rows)
{
	return query_list(req, &forms_submissions_of_submitter_query, PARAMS(P_TEXT(submitter_hash), P_INT(limit)), ret_rows);
}

void
store_submission_created(struct request *req, int64_t id, int64_t content_item_id, const char *item_status)
{
	query_send(req, &forms_submission_created_query, PARAMS(P_INT(id), P_INT(content_item_id), P_TEXT(item_status)));
}

void
store_submission_refused(struct request *req, int64_t id, const char *code, const char *message, const char *context)
{
	query_send(req, &forms_submission_refused_query, PARAMS(P_INT(id), P_TEXT(code), P_TEXT(message), P_TEXT(context)));
}

void
store_submission_reviewed(struct request *req, int64_t id, int64_t task_id, const char *item_status)
{
	query_send(req, &forms_submission_reviewed_query, PARAMS(P_INT(id), P_INT(task_id), P_TEXT(item_status)));
}

void
store_submission_notified(struct request *req, int64_t id)
{
	query_send(req, &forms_submission_notified_query, PARAMS(P_INT(id)));
}

void
store_submission_status(struct request *req, int64_t id, const char *status, bool is_erased)
{
	query_send(req, &forms_submission_status_query, PARAMS(P_INT(id), P_TEXT(status), P_BOOL(is_erased)));
}

const struct error *
store_notes_claimed(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_rows)
{
	return query_list(req, &forms_notes_claimed_query, PARAMS(P_INT_LIST(ids, n)), ret_rows);
}

/* ---- files ---- */

const struct error *
store_file_add(struct request *req, const struct form_file_row *file, int64_t *ret_id)
{
	return find_id(req, &forms_file_add_query, PARAMS(P_INT(req->tenant), P_INT(file->form_id), P_TEXT(file->filename), P_TEXT(file->mime_type), P_TEXT(file->storage_key),
	    P_TEXT(file->byte_hash), P_INT(file->size_bytes), P_TIME(req->now_us)), ret_id);
}

const struct error *
store_files_look(struct request *req, int64_t form_id, const int64_t *ids, size_t n, struct shape_list *ret_rows)
{
	return query_list(req, &forms_files_look_query, PARAMS(P_INT(form_id), P_INT_LIST(ids, n)), ret_rows);
}

const struct error *
store_files_take(struct request *req, int64_t form_id, const int64_t *ids, size_t n, int64_t submission_id, int64_t *ret_n)
{
	return query_exec(req, &forms_files_take_query, PARAMS(P_INT(form_id), P_INT_LIST(ids, n), P_INT(submission_id)), ret_n);
}

void
store_files_give_back(struct request *req, int64_t submission_id)
{
	query_send(req, &forms_files_give_back_query, PARAMS(P_INT(submission_id)));
}

const struct error *
store_files_of_submission(struct request *req, int64_t submission_id, int64_t limit, struct shape_list *ret_rows)
{
	return query_list(req, &forms_files_of_submission_query, PARAMS(P_INT(submission_id), P_INT(limit)), ret_rows);
}

const struct error *
store_files_unsent(struct request *req, int64_t limit, struct shape_list *ret_rows)
{
	return query_list(req, &forms_files_unsent_query, PARAMS(P_INT(limit)), ret_rows);
}

const struct error *
store_files_unsent_of_form(struct request *req, int64_t form_id, int64_t limit, struct shape_list *ret_rows)
{
	return query_list(req, &forms_files_unsent_of_form_query, PARAMS(P_INT(form_id), P_INT(limit)), ret_rows);
}

void
store_file_stored(struct request *req, int64_t id, int64_t asset_id)
{
	query_send(req, &forms_file_stored_query, PARAMS(P_INT(id), P_INT(asset_id)));
}

void
store_file_remove(struct request *req, int64_t id)
{
	query_send(req, &forms_file_remove_query, PARAMS(P_INT(id)));
}
