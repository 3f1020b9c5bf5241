/* Forms: what the public fills in, and what becomes of it. */
#ifndef FORMS_H
#define FORMS_H

#include "content_proto.h"
#include "forms_proto.h"
#include "forms_queries.h"
#include "process.h"
#include "service.h"
#include "workflow_proto.h"

enum { AWAIT_MS = 2500, DUPLICATE_SECONDS = 600, START_TOKEN_SECONDS_MAX = 86400, REVISION_SECONDS = 21600, REVISION_CHARS = 24,
	EXPORT_BYTES = 1024 * 1024, ERASE_MAX = 100 };

/* settings.c */
extern const struct setting forms_setting_table[];
extern const size_t forms_n_settings;

/* handlers_submissions.c */
/* What tells whether the public sees the same form as before; variant: language and kind of what is shown, or NULL. */
const char *form_revision(struct request *req, const struct form_row *form, const char *variant);
/* Says when the form was read, to whoever sends it. */
const char *form_start_token(struct request *req, const struct form_row *form);

/* Whether it takes submissions now.  Errors: FORM_CLOSED, FORM_RATE_LIMITED. */
const struct error *form_check_open(struct request *req, const struct form_row *form) MUST_CHECK;

/* The process that makes the item.  What was sent is read when it is claimed. */
const struct error *submission_begin(struct request *req, int64_t form_id, int64_t submission_id) MUST_CHECK;
/* After the transaction: wait until there is an item, and read the submission; NULL when it is gone. */
const struct error *submission_await(struct request *req, int64_t id, const struct submission_row **ret_row) MUST_CHECK;

/* steps.c */
struct json_value;
/* Default data, with what was sent over it. */
struct doc submission_merged(struct request *req, const struct json_value *data, const struct json_value *defaults);
extern const struct process_kind forms_process_kinds[];
extern const size_t forms_n_process_kinds;

#endif
