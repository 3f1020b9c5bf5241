/* Forms' rows: one call, one statement. */
#ifndef STORE_H
#define STORE_H

#include "forms.h"

extern const struct constraint_error store_constraints[];
extern const size_t store_n_constraints;

const struct error *store_form_get(struct request *req, int64_t id, bool is_locked, const struct form_row **ret_row) MUST_CHECK;
const struct error *store_form_by_slug(struct request *req, int64_t domain_id, const char *slug, bool is_locked, const struct form_row **ret_row) MUST_CHECK;
const struct error *store_form_list(struct request *req, int64_t after, int64_t limit, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_form_add(struct request *req, const struct form_row *form, int64_t *ret_id) MUST_CHECK;
const struct error *store_form_update(struct request *req, const struct form_row *form) MUST_CHECK;
void store_form_delete(struct request *req, int64_t id);
void store_form_count_up(struct request *req, int64_t id);

const struct error *store_submissions_of_hour(struct request *req, int64_t form_id, int64_t max, int64_t *ret_n) MUST_CHECK;
const struct error *store_submissions_of_address(struct request *req, int64_t form_id, int64_t max, const char *address_hash, int64_t *ret_n) MUST_CHECK;
void store_addresses_forget(struct request *req, int64_t max);
const struct error *store_submission_get(struct request *req, int64_t id, bool is_locked, const struct submission_row **ret_row) MUST_CHECK;
const struct error *store_submission_same(struct request *req, int64_t form_id, const char *data_hash, const struct submission_row **ret_row) MUST_CHECK;
const struct error *store_submission_list(struct request *req, int64_t form_id, int64_t after, const char *status, int64_t limit, struct shape_list *ret_rows) MUST_CHECK;
struct new_submission {
	int64_t form_id;
	const char *status, *verdict;
	struct doc data;
	const char *data_hash;
	const char *submitter_hash, *work_hash, *address_hash; /* or NULL */
	int64_t paid_sats;
};
const struct error *store_submission_add(struct request *req, const struct new_submission *submission, int64_t *ret_id) MUST_CHECK;
const struct error *store_submission_export(struct request *req, int64_t form_id, int64_t after, const char *status, int64_t limit, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_submissions_of_submitter(struct request *req, const char *submitter_hash, int64_t limit, struct shape_list *ret_rows) MUST_CHECK;
void store_submission_created(struct request *req, int64_t id, int64_t content_item_id, const char *item_status);
void store_submission_refused(struct request *req, int64_t id, const char *code, const char *message, const char *context);
void store_submission_reviewed(struct request *req, int64_t id, int64_t task_id, const char *item_status);
void store_submission_notified(struct request *req, int64_t id);
void store_submission_status(struct request *req, int64_t id, const char *status, bool is_erased);
const struct error *store_notes_claimed(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_rows) MUST_CHECK;

/* Files, as rows of struct form_file_row.  look and take find those of a form that are there and that no submission has. */
const struct error *store_file_add(struct request *req, const struct form_file_row *file, int64_t *ret_id) MUST_CHECK;
const struct error *store_files_look(struct request *req, int64_t form_id, const int64_t *ids, size_t n, struct shape_list *ret_rows) MUST_CHECK;
void store_files_give_back(struct request *req, int64_t submission_id);
const struct error *store_files_take(struct request *req, int64_t form_id, const int64_t *ids, size_t n, int64_t submission_id, int64_t *ret_n) MUST_CHECK;
const struct error *store_files_of_submission(struct request *req, int64_t submission_id, int64_t limit, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_files_unsent(struct request *req, int64_t limit, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_files_unsent_of_form(struct request *req, int64_t form_id, int64_t limit, struct shape_list *ret_rows) MUST_CHECK;
void store_file_stored(struct request *req, int64_t id, int64_t asset_id);
void store_file_remove(struct request *req, int64_t id);

#endif
