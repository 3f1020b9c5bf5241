/* One request of the public for a form. */
#ifndef VISIT_H
#define VISIT_H

#include "error.h"
#include "http/exchange.h"

struct visit {
	struct exchange *exchange;
	int64_t domain_id;
	const char *slug, *locale, *start_token, *work;
	const char *kind;          /* of what is rendered */
	struct doc sent;           /* texts by field */
	const struct error *error; /* why it was refused, or NULL */
	int status;                /* of the page */
};

/* Counted, and its path and query read.  NULL: it was answered. */
struct visit *visit_new(struct exchange *exchange, const char *kind);

#endif
