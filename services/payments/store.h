/* Payments' rows: one call, one statement. */
#ifndef STORE_H
#define STORE_H

#include "payments.h"
#include "payments_queries.h"

const struct error *store_payment_get(struct request *req, int64_t id, const struct payment **ret_payment) MUST_CHECK;
/* Locked; of any tenant where the scope is the system's. */
const struct error *store_payment_lock(struct request *req, const char *hash, const struct payment **ret_payment) MUST_CHECK;
const struct error *store_payment_page(struct request *req, const char *status, int64_t before_us, int64_t before_id, int64_t limit,
    struct shape_list *ret_payments) MUST_CHECK;

const struct error *store_intent_claim(struct request *req, const struct bill *bill, const char *fingerprint, const char *reference,
    const char *secret, int64_t expires_us, const struct intent_row **ret_intent) MUST_CHECK;
const struct error *store_intent_renew(struct request *req, int64_t id, const char *reference, const char *secret, int64_t expires_us,
    const struct intent_row **ret_intent) MUST_CHECK;
void store_intent_settle(struct request *req, int64_t id, int64_t generation, const char *state, const int64_t *payment_id, const char *reason);

const struct error *store_offer_get(struct request *req, int64_t id, const struct offer **ret_offer) MUST_CHECK;
const struct error *store_license_get(struct request *req, int64_t id, const struct license_policy **ret_license) MUST_CHECK;
const struct error *store_license_sold(struct request *req, int64_t offer_id, const struct license_policy **ret_license) MUST_CHECK;

/* *ret_id is 0 when the key has none and is_made is false. */
const struct error *store_profile(struct request *req, int64_t key_id, bool is_made, int64_t *ret_id) MUST_CHECK;
const struct error *store_entitlement_get(struct request *req, int64_t id, const struct entitlement **ret_entitlement) MUST_CHECK;
const struct error *store_entitlement_of_payment(struct request *req, const char *hash, const struct entitlement **ret_entitlement) MUST_CHECK;

#endif
