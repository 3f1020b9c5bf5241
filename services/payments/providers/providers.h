/* Who issues invoices, behind one table of functions. */
#ifndef PROVIDERS_H
#define PROVIDERS_H

#include "payments.h"

struct json_value;

enum { PREIMAGE_BYTES = 32 };

/* An invoice to be made. */
struct draft {
	int64_t amount_sats;
	const char *memo;      /* shown to the payer; holds the reference */
	const char *reference; /* by which the provider's list tells whether it was made already */
	unsigned char preimage[PREIMAGE_BYTES]; /* for providers that take one */
	int64_t expiry_s;
	bool may_exist;        /* an earlier attempt had no answer: look for it first */
};

struct issued {
	const char *invoice, *hash, *provider_invoice_id;
	int64_t expires_us;
};

enum issue_result {
	ISSUED,
	ISSUE_REFUSED, /* there is no invoice, and asking again does not help */
	ISSUE_UNKNOWN, /* there may be one: never make another, ask again */
};

enum settlement {
	SETTLEMENT_UNKNOWN,
	SETTLEMENT_UNPAID,
	SETTLEMENT_PAID,
	SETTLEMENT_ENDED,  /* the provider takes no money for it any more */
};

struct provider {
	const char *name;
	bool is_local;     /* its state is in our database: asked in a transaction.  Others are asked from steps only. */
	enum issue_result (*issue)(struct request *req, const struct draft *draft, struct issued *ret_issued, const char **ret_problem);
	/* *ret_settled_us stays when it does not say. */
	enum settlement (*ask)(struct request *req, const char *hash, int64_t *ret_settled_us);
};

extern const struct provider provider_mock, provider_lnbits, provider_lnd;

/* The one that issues; NULL: payments are disabled. */
const struct provider *provider_active(void);
const struct provider *provider_find(const char *name);
/* What is wrong with the settings, or NULL. */
const char *provider_settings_problem(void);

/* Fill *ret_issued from an invoice and check that it is for this amount and, unless NULL, this hash.  False with the reason. */
bool provider_take_invoice(struct request *req, const struct draft *draft, const char *invoice, const char *hash, struct issued *ret_issued,
    const char **ret_problem);

/* One request to a provider, JSON in and out.  *ret_answer is NULL unless it answered 2xx with JSON; *ret_status is 0 without an answer. */
void provider_send(struct request *req, const char *method, const char *url, const char *header, const char *body, int *ret_status,
    const struct json_value **ret_answer);

#endif
