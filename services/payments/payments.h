/* Payments: what costs money, who paid for it, and what became of that. */
#ifndef PAYMENTS_H
#define PAYMENTS_H

#include "payments_proto.h"
#include "process.h"
#include "service.h"

struct provider;

/* settings.c */
struct payments_settings {
	const char *provider;
	const char *webhook_secrets;
	int64_t invoice_expiry_s, token_hours;
	const char *lnbits_url, *lnbits_key;
	const char *lnd_url, *lnd_macaroon;
};
extern struct payments_settings payments_settings;
extern const struct setting payments_setting_table[];
extern const size_t payments_n_settings;
bool payments_start(void);
extern const struct constraint_error payments_constraints[];
extern const size_t payments_n_constraints;

/* What a payment is about, besides its invoice. */
struct bill {
	const char *purpose; /* "call", "purchase" */
	int64_t amount_sats; /* from the registry's owner, never from the client */
	const char *method, *path;
	const char *actor_id, *actor_type, *actor_source;
	int64_t sats_per_day, sats_per_call; /* budget of who is asked; -1: no bound */
};

/* invoices.c */
struct bill_invoice {
	bool is_ready;       /* false: the provider has not answered yet */
	const struct payment *payment;
	const char *macaroon;
};
/* The invoice of a bill: the same one until it was paid, expired or failed.
 * Errors: BUDGET_EXCEEDED, PAYMENT_PROVIDER_UNAVAILABLE.  Writes payment_intents, payments.  Emits payment.create. */
const struct error *invoice_for(struct request *req, const struct bill *bill, struct bill_invoice *ret_invoice) MUST_CHECK;
extern const struct step invoice_steps[];
/* The challenge as context of PAYMENT_REQUIRED: a JSON object; more is its further members, with a comma in front, or "". */
const char *invoice_context(struct request *req, const struct bill_invoice *invoice, const char *reason, const char *more);

/* token.c: macaroons over a payment */
const struct error *token_make(struct request *req, const struct payment *payment, const char **ret_text) MUST_CHECK;
/* *ret_hash is the payment hash that the proof pays for, or NULL: it is not ours, not for this call, or the preimage is wrong. */
const struct error *token_check(struct request *req, const char *proof, const char *method, const char *path, const int64_t *amount_sats,
    const char **ret_hash) MUST_CHECK;
const struct error *token_rotate(struct request *req, int argc, char **argv) MUST_CHECK;

/* ledger.c: the only writer of statuses.  A payment or entitlement that is there already is left alone; *ret_moved says which. */
struct ledger_note {
	const char *reason;   /* of a failure or an expiry; or NULL */
	const char *event_id; /* of the provider; or NULL */
	int64_t at_us;        /* when it was settled; 0: now */
};
/* Errors: INVALID_PAYMENT_TRANSITION. */
const struct error *ledger_payment(struct request *req, const struct payment *payment, const char *on, const struct ledger_note *note,
    const struct payment **ret_payment) MUST_CHECK;
const struct error *ledger_entitlement(struct request *req, const struct entitlement *entitlement, const char *on,
    const struct entitlement **ret_entitlement) MUST_CHECK;
/* A reservation ends as "consumed" or "released", once; *ret_state is how it stands. */
const struct error *ledger_end(struct request *req, int64_t reservation_id, const char *state, const char **ret_state) MUST_CHECK;
const struct error *ledger_conserve(struct request *req, int argc, char **argv) MUST_CHECK;

/* steps.c */
extern const struct process_kind payments_process_kinds[];
extern const size_t payments_n_process_kinds;
const struct error *payments_sweep(struct request *req) MUST_CHECK;
/* Ask the provider from time to time whether the payment was settled, and expire it when it was not. */
const struct error *settlement_watch(struct request *req, const struct payment *payment) MUST_CHECK;

/* events.c */
const struct error *payments_take_key_events(struct request *req, const char *publisher, const struct event_record *events, size_t n) MUST_CHECK;

#endif
