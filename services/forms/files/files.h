/* Files of forms: from an upload to an asset, and to the submission that names them. */
#ifndef FORMS_FILES_H
#define FORMS_FILES_H

#include "forms.h"

enum { SUBMISSION_FILES_MAX = 50 };

/* The process that makes the asset. */
const struct error *file_begin(struct request *req, const struct form_row *form, const struct form_file_row *file) MUST_CHECK;

/* What was sent, with the assets that its file tokens stand for; *ret_ids of the files, SUBMISSION_FILES_MAX at most.  Error:
 * FORM_SUBMISSION_FIELD_INVALID for a token that stands for none. */
const struct error *files_resolve(struct request *req, const struct form_row *form, struct doc data, struct doc *ret_data, int64_t ids[SUBMISSION_FILES_MAX],
    size_t *ret_n) MUST_CHECK;

/* Assets that the public names by their numbers are public.  Asks content, so not inside a transaction. */
const struct error *files_check_named(struct request *req, const struct form_row *form, struct doc data) MUST_CHECK;

/* They belong to this submission from now on. */
const struct error *files_attach(struct request *req, const struct form_row *form, const int64_t *ids, size_t n, int64_t submission_id) MUST_CHECK;

/* Their assets are removed for good, by processes. */
const struct error *files_drop_of_submission(struct request *req, int64_t submission_id) MUST_CHECK;
const struct error *files_drop_of_form(struct request *req, int64_t form_id) MUST_CHECK;

/* Timers: what nobody has sent within a day; whose address it was an hour ago. */
const struct error *files_forget(struct request *req) MUST_CHECK;
const struct error *addresses_forget(struct request *req) MUST_CHECK;

extern const struct step file_steps[], file_drop_steps[];

#endif
