/* Rules of forms: what a definition has to be, and what the public may send. */
#ifndef FORMS_RULES_H
#define FORMS_RULES_H

#include "forms.h"

/* definition.c: a form held against its type's schema */
struct definition {
	const char *name, *slug;
	const struct content_type *type;
	struct doc fields;        /* as given; resolved in place */
	struct doc default_data;
	const char *webhook_url;
	const char *honeypot_field;
};
const struct error *definition_resolve(struct request *req, struct definition *definition) MUST_CHECK;

/* rules.c */
/* Values against the form's fields: unknown, missing, of the wrong kind.  *ret_is_trapped when the honeypot was filled in. */
const struct error *submission_check(struct request *req, const struct form_row *form, struct doc data, bool *ret_is_trapped) MUST_CHECK;

#endif
