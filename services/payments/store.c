/* Payments' rows: one call, one statement. */
#include "store.h"

/* ---- payments ---- */

const struct error *
store_payment_get(struct request *req, int64_t id, const struct payment **ret_payment)
{
	return query_find(req, &payments_payment_get_query, PARAMS(P_INT(id)), ret_payment);
}

const struct error *
store_payment_lock(struct request *req, const char *hash, const struct payment **ret_payment)
{
	return query_find(req, &payments_payment_lock_query, PARAMS(P_TEXT(hash)), ret_payment);
}

const struct error *
store_payment_page(struct request *req, const char *status, int64_t before_us, int64_t before_id, int64_t limit, struct shape_list *ret_payments)
{
	return query_list(req, status ? &payments_payment_list_of_status_query : &payments_payment_list_query,
	    PARAMS(P_TIME(before_us), P_INT(before_id), P_TEXT(status), P_INT(limit)), ret_payments);
}

/* ---- intents ---- */

const struct error *
store_intent_claim(struct request *req, const struct bill *bill, const char *fingerprint, const char *reference, const char *secret,
    int64_t expires_us, const struct intent_row **ret_intent)
{
	return query_find(req, &payments_intent_claim_query, PARAMS(P_INT(req->tenant), P_TEXT(fingerprint), P_TEXT(reference), P_TEXT(secret),
	    P_TEXT(bill->purpose), P_INT(bill->amount_sats), P_TEXT(bill->method), P_TEXT(bill->path), P_TEXT(bill->actor_id),
	    P_TEXT(bill->actor_type), P_TEXT(bill->actor_source), P_TIME(expires_us), P_TIME(req->now_us)), ret_intent);
}

const struct error *
store_intent_renew(struct request *req, int64_t id, const char *reference, const char *secret, int64_t expires_us, const struct intent_row **ret_intent)
{
	return query_find(req, &payments_intent_renew_query, PARAMS(P_INT(id), P_TEXT(reference), P_TEXT(secret), P_TIME(expires_us)), ret_intent);
}

void
store_intent_settle(struct request *req, int64_t id, int64_t generation, const char *state, const int64_t *payment_id, const char *reason)
{
	query_send(req, &payments_intent_settle_query, PARAMS(P_INT(id), P_INT(generation), P_TEXT(state), P_INT_OPT(payment_id), P_TEXT(reason)));
}

/* ---- offers ---- */

const struct error *
store_offer_get(struct request *req, int64_t id, const struct offer **ret_offer)
{
	return query_find(req, &payments_offer_get_query, PARAMS(P_INT(id)), ret_offer);
}

const struct error *
store_license_get(struct request *req, int64_t id, const struct license_policy **ret_license)
{
	return query_find(req, &payments_license_get_query, PARAMS(P_INT(id)), ret_license);
}

const struct error *
store_license_sold(struct request *req, int64_t offer_id, const struct license_policy **ret_license)
{
	return query_find(req, &payments_license_sold_query, PARAMS(P_INT(offer_id)), ret_license);
}

/* ---- profiles and entitlements ---- */

const struct error *
store_profile(struct request *req, int64_t key_id, bool is_made, int64_t *ret_id)
{
	const struct profile_row *row;
	const struct error *error = is_made
	    ? query_find(req, &payments_profile_claim_query, PARAMS(P_INT(req->tenant), P_INT(key_id)), &row)
	    : query_find(req, &payments_profile_get_query, PARAMS(P_INT(key_id)), &row);

	if (!error)
		*ret_id = row ? row->id : 0;
	return error;
}

const struct error *
store_entitlement_get(struct request *req, int64_t id, const struct entitlement **ret_entitlement)
{
	return query_find(req, &payments_entitlement_get_query, PARAMS(P_INT(id)), ret_entitlement);
}

const struct error *
store_entitlement_of_payment(struct request *req, const char *hash, const struct entitlement **ret_entitlement)
{
	return query_find(req, &payments_entitlement_of_payment_query, PARAMS(P_TEXT(hash)), ret_entitlement);
}
