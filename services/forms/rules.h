/* Rules of forms: what a definition has to be, and what the public may send. */
#ifndef FORMS_RULES_H
#define FORMS_RULES_H

#include "forms.h"
#include "json/json.h"

/* definition.c: a form held against its type's schema */
struct definition {
	const char *name, *slug;
	const struct content_type *type;
	struct doc fields;        /* as given; resolved in place */
	struct doc default_data;
	const char *webhook_url;
	const char *honeypot_field;
	const char *submitter_field;
	const char *submission_status;
	const int64_t *workflow_transition_id;
	const int64_t *open_from, *open_until;
};
const struct error *definition_resolve(struct request *req, struct definition *definition) MUST_CHECK;

/* labels.c: texts that may come in several languages */
bool label_is_valid(const struct json_value *label);
/* The text in a language, else in a broader one, English, or the first; NULL: no label. */
const char *label_in(const struct json_value *label, const char *locale);
/* A form's fields with the labels of one language. */
struct doc labels_resolved(struct request *req, struct doc fields, const char *locale);

/* conditions.c: fields that are shown when another one has a value */
const struct error *conditions_check(struct request *req, const struct json_value *fields) MUST_CHECK;
bool condition_is_met(const struct json_value *field, const struct json_value *data);

/* surroundings.c: what a form needs of other services */
struct surroundings {
	const struct content_type *type;
	struct workflow_workflows_governing_response workflow;
};
/* Before the transaction: the type, its workflow, and whether content would take the default data.  transition_id may be NULL. */
const struct error *surroundings_ask(struct request *req, int64_t type_id, const int64_t *transition_id, struct doc default_data,
    struct surroundings *ret_surroundings) MUST_CHECK;
/* In it: items can be made with the form's status, and be submitted for its transition. */
const struct error *surroundings_check(struct request *req, const struct surroundings *surroundings, const struct definition *definition) MUST_CHECK;

/* rules.c */
/* Values against the form's fields: unknown, missing, of the wrong kind.  *ret_is_trapped when the honeypot was filled in. */
const struct error *submission_check(struct request *req, const struct form_row *form, struct doc data, bool *ret_is_trapped) MUST_CHECK;

/* export.c */
void export_csv_names(struct request *req, struct buf *out, struct doc fields);
void export_csv_row(struct request *req, struct buf *out, const struct submission_export_row *row, struct doc fields);
void export_json_row(struct request *req, struct buf *out, const struct submission_export_row *row);

/* senders.c: who sends, and what they have worked */
/* SHA-256 of a sender, however they are spelt; NULL when the form does not say who they are, or they did not. */
const char *sender_hash(struct request *req, const char *field, struct doc data);
const char *sender_hash_of(struct request *req, const char *name);
/* Keyed hash of the network address that nobody in particular sends from, of IPv6 its network's; NULL: it is a key that sends. */
const char *sender_address_hash(struct request *req);
/* Seconds since the form was read; -1 when the token says nothing. */
int64_t sender_seconds(struct request *req, const struct form_row *form, const char *start_token);
/* *ret_hash: of the start token that was worked for, which serves once; NULL: no work was asked for, or none was sent. */
const struct error *sender_work(struct request *req, const struct form_row *form, const char *start_token, const char *work, const char **ret_hash) MUST_CHECK;

#endif
