/* Payments' rules: which status follows which, what a token says, what a provider's message means. */
#ifndef RULES_H
#define RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

struct transition {
	const char *from, *on, *to;
};
extern const struct transition rules_payment_transitions[], rules_entitlement_transitions[];
extern const size_t rules_n_payment_transitions, rules_n_entitlement_transitions;

/* The status that follows, or NULL when there is none. */
const char *rules_payment_next(const char *from, const char *on);
const char *rules_entitlement_next(const char *from, const char *on);

/* What a token must say to be good for a call. */
struct token_terms {
	const char *payment_hash, *method, *path;
	int64_t tenant;
	const int64_t *amount_sats; /* NULL: whatever it says */
	int64_t now_us;
};

/* The caveats of a new token: "hash = ...", "method = ...", ..., in their order.  Six. */
enum { TOKEN_CAVEATS = 6 };
void rules_caveats_make(struct arena *arena, const struct token_terms *terms, int64_t expires_us, const char *ret_caveats[TOKEN_CAVEATS]);

/* Does the caveat hold?  An unknown one does not. */
bool rules_caveat_holds(const char *caveat, size_t n, const struct token_terms *terms);

/* "t=1700000000,v1=<64 hex>": false when malformed. */
bool rules_signature_read(const char *header, int64_t *ret_time_s, unsigned char ret_digest[32]);

/* A provider's message, whatever it calls its members. */
enum reported { REPORTED_NOTHING, REPORTED_PENDING, REPORTED_PAID, REPORTED_EXPIRED, REPORTED_FAILED };
struct report {
	const char *event_id, *payment_hash, *provider_invoice_id, *reason;
	enum reported status;
	int64_t settled_us;  /* 0: not said */
	int64_t amount_sats; /* 0: not said */
};
/* False when it names no event, no payment or no status. */
bool rules_report_read(struct arena *arena, const char *json, size_t n, struct report *ret_report);

/* The secret of a provider in "mock:secret,lnbits:other"; NULL when it has none. */
const char *rules_secret_of(struct arena *arena, const char *secrets, const char *provider);

#endif
