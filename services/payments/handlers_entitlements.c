/* handlers_entitlements.c: buying, owning and using reads.  Order follows proto/payments.toml. */
#include <inttypes.h>
#include <string.h>

#include "contract/policy.h"
#include "store.h"

/* Who buys must be there tomorrow: a key of the tenant, not a setting of the process and no human. */
static const struct error *
buyer_of(struct request *req, bool is_made, int64_t *ret_profile)
{
	if (req->principal->key_id <= 0)
		return FAIL(req, API_KEY_REQUIRED, "%s is not an API key of the tenant", req->principal->id);
	return store_profile(req, req->principal->key_id, is_made, ret_profile);
}

static const char *
purchase_path(struct request *req, int64_t offer_id)
{
	return arena_printf(req->arena, "/api/offers/%" PRId64 "/purchase", offer_id);
}

/* ---- buying ---- */

static const struct error *
check_sale(struct request *req, const struct payments_offers_purchase_request *in, const struct offer **ret_offer,
    const struct license_policy **ret_license)
{
	const struct error *error = store_offer_get(req, in->id, ret_offer);
	if (error)
		return error;
	if (!*ret_offer || !(*ret_offer)->active)
		return FAIL(req, OFFER_NOT_FOUND, "offer %" PRId64 " does not exist or is not on sale", in->id);
	if (strcmp(in->payment_method, "lightning") != 0)
		return FAIL_AT(req, PAYMENT_METHOD_UNSUPPORTED, "/paymentMethod", "payments by '%s' are not accepted", in->payment_method);
	error = store_license_sold(req, in->id, ret_license);
	if (error)
		return error;
	return *ret_license ? NULL : FAIL(req, OFFER_MISSING_POLICY, "offer %" PRId64 " has no terms", in->id);
}

/* Reads that wait for this payment: made once. */
static const struct error *
add_entitlement(struct request *req, const struct license_policy *license, int64_t profile_id, const char *payment_hash,
    const struct entitlement **ret_entitlement)
{
	const struct error *error = query_find(req, &payments_entitlement_add_query, PARAMS(P_INT(req->tenant), P_INT(license->offer_id),
	    P_INT(license->id), P_INT(license->version), P_INT(profile_id), P_TEXT(payment_hash), P_TIME_OPT(license->expires_at),
	    P_INT_OPT(license->max_reads), P_TIME(req->now_us)), ret_entitlement);

	if (error)
		return error;
	if (!*ret_entitlement)
		return store_entitlement_of_payment(req, payment_hash, ret_entitlement);
	emit_entitlement_create(req, (*ret_entitlement)->id, 0, &(struct entitlement_create_event){ .offer_id = license->offer_id,
	    .agent_profile_id = profile_id });
	return NULL;
}

/* The challenge is an error that stays: the invoice and what it will pay for are committed. */
const struct error *
payments_offers_purchase(struct request *req, const struct payments_offers_purchase_request *in, struct payments_offers_purchase_response *out)
{
	const struct license_policy *license;
	const struct entitlement *entitlement;
	const struct offer *offer;
	struct bill_invoice invoice;
	int64_t profile_id;
	(void)out;

	const struct error *error = check_sale(req, in, &offer, &license);
	if (!error)
		error = buyer_of(req, true, &profile_id);
	if (error)
		return error;
	struct bill bill = { .purpose = "purchase", .amount_sats = offer->price_sats, .method = "POST", .path = purchase_path(req, offer->id),
		.actor_id = req->principal->id, .actor_type = req->principal->type, .actor_source = req->principal->source,
		.sats_per_day = principal_budget(req->principal, BUDGET_SATS_PER_DAY), .sats_per_call = principal_budget(req->principal, BUDGET_SATS_PER_CALL) };
	error = invoice_for(req, &bill, &invoice);
	if (!error && invoice.is_ready)
		error = add_entitlement(req, license, profile_id, invoice.payment->payment_hash, &entitlement);
	if (error)
		return error;
	req->keeps_refusal = true;
	if (!invoice.is_ready)
		return FAIL(req, PAYMENT_PROVIDER_UNAVAILABLE, "the invoice is being made");
	const char *more = arena_printf(req->arena, ",\"entitlementId\":%" PRId64 ",\"paymentMethod\":\"lightning\"", entitlement->id);
	return FAIL_WITH(req, PAYMENT_REQUIRED, invoice_context(req, &invoice, "initial", more), "offer %" PRId64 " costs %" PRId64 " sats", offer->id,
	    offer->price_sats);
}

/* Macaroon and preimage are both verified; then what was bought is the caller's, however often this is asked. */
const struct error *
payments_offers_confirm(struct request *req, const struct payments_offers_confirm_request *in, struct entitlement *out)
{
	const struct entitlement *entitlement;
	const struct payment *payment;
	const char *hash;
	int64_t profile_id;

	const struct error *error = buyer_of(req, false, &profile_id);
	if (error)
		return error;
	if (!profile_id)
		return FAIL(req, PROFILE_MISSING, "this key has no purchase");
	if (!in->payment_proof)
		return FAIL(req, PAYMENT_CONFIRMATION_REQUIRED, "the request has no proof of payment");
	error = token_check(req, in->payment_proof, "POST", purchase_path(req, in->id), NULL, &hash);
	if (error)
		return error;
	if (!hash || (in->payment_hash && strcmp(in->payment_hash, hash) != 0))
		return FAIL(req, PAYMENT_VERIFICATION_FAILED, "the proof is not of a purchase of offer %" PRId64, in->id);
	error = store_payment_lock(req, hash, &payment);
	if (!error && payment && strcmp(payment->status, "pending") == 0)
		error = ledger_payment(req, payment, "settle", &(struct ledger_note){ .reason = NULL }, &payment);
	if (!error)
		error = store_entitlement_of_payment(req, hash, &entitlement);
	if (error)
		return error;
	if (!entitlement || entitlement->agent_profile_id != profile_id)
		return FAIL(req, ENTITLEMENT_NOT_FOUND, "this key has no entitlement of that payment");
	if (strcmp(entitlement->status, "active") != 0)
		return FAIL(req, ENTITLEMENT_NOT_ACTIVE, "entitlement %" PRId64 " is %s", entitlement->id, entitlement->status);
	*out = *entitlement;
	return NULL;
}

/* ---- owning ---- */

const struct error *
payments_entitlements_list(struct request *req, const struct payments_entitlements_list_request *in, struct payments_entitlements_list_response *out)
{
	int64_t profile_id;
	const struct error *error = buyer_of(req, false, &profile_id);

	if (!error)
		error = query_list(req, &payments_entitlement_list_query, PARAMS(P_INT(profile_id), P_INT(in->before ? *in->before : INT32_MAX),
		    P_INT(*in->limit + 1)), &out->entitlements);
	if (error)
		return error;
	out->has_more = (int64_t)out->entitlements.n > *in->limit;
	if (out->has_more)
		out->entitlements.n = (size_t)*in->limit;
	return NULL;
}

const struct error *
payments_entitlements_get(struct request *req, const struct payments_entitlements_get_request *in, struct entitlement *out)
{
	const struct entitlement *entitlement;
	int64_t profile_id;

	const struct error *error = buyer_of(req, false, &profile_id);
	if (!error)
		error = store_entitlement_get(req, in->id, &entitlement);
	if (error)
		return error;
	if (!entitlement || entitlement->agent_profile_id != profile_id)
		return FAIL(req, ENTITLEMENT_NOT_FOUND, "this key has no entitlement %" PRId64, in->id);
	*out = *entitlement;
	return NULL;
}

const struct error *
payments_entitlements_revoke(struct request *req, const struct payments_entitlements_revoke_request *in, struct entitlement *out)
{
	const struct entitlement *entitlement, *moved = NULL;

	const struct error *error = store_entitlement_get(req, in->id, &entitlement);
	if (!error && !entitlement)
		return FAIL(req, ENTITLEMENT_NOT_FOUND, "entitlement %" PRId64 " does not exist", in->id);
	if (!error)
		error = ledger_entitlement(req, entitlement, "revoke", &moved);
	if (error)
		return error;
	if (!moved)
		return FAIL(req, ENTITLEMENT_NOT_ACTIVE, "entitlement %" PRId64 " is %s", in->id, entitlement->status);
	*out = *moved;
	return NULL;
}

/* ---- using ---- */

static const char *
ids_of(struct request *req, const char *name, const struct shape_list *list, size_t size)
{
	struct buf buf;

	buf_init(&buf, req->arena, 128);
	buf_printf(&buf, "{\"%s\":[", name);
	for (size_t i = 0; i < list->n; i++) /* both rows begin with their id */
		buf_printf(&buf, "%s%" PRId64, i ? "," : "", *(const int64_t *)((const char *)list->items + i * size));
	buf_add_text(&buf, "]}");
	return buf.bytes;
}

/* A named entitlement that is none of the active ones: why not? */
static const struct error *
refuse_named(struct request *req, int64_t id, int64_t profile_id)
{
	const struct entitlement *entitlement;
	const struct error *error = store_entitlement_get(req, id, &entitlement);

	if (error)
		return error;
	if (!entitlement || entitlement->agent_profile_id != profile_id)
		return FAIL(req, ENTITLEMENT_NOT_FOUND, "this key has no entitlement %" PRId64, id);
	if (strcmp(entitlement->status, "exhausted") == 0)
		return FAIL(req, ENTITLEMENT_EXHAUSTED, "entitlement %" PRId64 " has no reads left", id);
	if (strcmp(entitlement->status, "expired") == 0)
		return FAIL(req, ENTITLEMENT_EXPIRED, "entitlement %" PRId64 " has expired", id);
	return FAIL(req, ENTITLEMENT_NOT_ACTIVE, "entitlement %" PRId64 " is %s or does not cover this", id, entitlement->status);
}

static const struct error *
choose(struct request *req, const struct payments_entitlements_use_request *in, const struct shape_list *offers, const struct entitlement **ret_chosen)
{
	struct shape_list eligible = { .n = 0 };
	int64_t profile_id = 0;

	const struct error *error = in->api_key_id ? store_profile(req, *in->api_key_id, false, &profile_id) : NULL;
	if (!error && profile_id)
		error = query_list(req, &payments_entitlement_eligible_query, PARAMS(P_INT(profile_id), P_INT_OPT(in->content_item_id),
		    P_INT_OPT(in->content_type_id)), &eligible);
	if (error)
		return error;
	const struct entitlement *list = eligible.items;
	for (size_t i = 0; in->entitlement_id && i < eligible.n; i++) {
		if (list[i].id == *in->entitlement_id) {
			*ret_chosen = &list[i];
			return NULL;
		}
	}
	if (in->entitlement_id)
		return refuse_named(req, *in->entitlement_id, profile_id);
	if (eligible.n > 1)
		return FAIL_WITH(req, ENTITLEMENT_AMBIGUOUS, ids_of(req, "candidateEntitlementIds", &eligible, sizeof(struct entitlement)),
		    "%zu entitlements cover this", eligible.n);
	if (eligible.n == 0)
		return FAIL_WITH(req, OFFER_REQUIRED, ids_of(req, "offers", offers, sizeof(struct offer)), "what is read is sold, and this key has no entitlement to it");
	*ret_chosen = list;
	return NULL;
}

/* The refusal is noted: the note stays although the call fails. */
static const struct error *
refuse_use(struct request *req, const struct payments_entitlements_use_request *in, const struct entitlement *chosen)
{
	const struct entitlement *moved;
	bool is_expired = chosen->expires_at && *chosen->expires_at <= req->now_us;

	query_send(req, &payments_access_refused_query, PARAMS(P_INT(req->tenant), P_INT(chosen->id), P_TEXT(in->path), P_TEXT(in->action),
	    P_TEXT(is_expired ? "entitlement_expired" : "remaining_reads_exhausted"), P_TIME(req->now_us)));
	const struct error *error = is_expired ? ledger_entitlement(req, chosen, "expire", &moved) : NULL;
	if (error)
		return error;
	req->keeps_refusal = true;
	if (is_expired)
		return FAIL(req, ENTITLEMENT_EXPIRED, "entitlement %" PRId64 " has expired", chosen->id);
	return FAIL(req, ENTITLEMENT_EXHAUSTED, "entitlement %" PRId64 " has no reads left", chosen->id);
}

const struct error *
payments_entitlements_use(struct request *req, const struct payments_entitlements_use_request *in, struct payments_entitlements_use_response *out)
{
	const struct entitlement *chosen = NULL;
	const struct entitlement_use_row *row;
	struct shape_list offers;

	const struct error *error = query_list(req, &payments_offer_list_for_item_query, PARAMS(P_INT_OPT(in->content_item_id), P_INT_OPT(in->content_type_id)), &offers);
	if (error || offers.n == 0)
		return error;
	error = choose(req, in, &offers, &chosen);
	if (!error)
		error = query_find(req, &payments_entitlement_use_query, PARAMS(P_INT(chosen->id), P_TIME(req->now_us), P_TEXT(in->path), P_TEXT(in->action)), &row);
	if (error)
		return error;
	if (!row)
		return refuse_use(req, in, chosen);
	out->entitlement_id = &row->id;
	out->remaining_reads = row->remaining_reads;
	if (strcmp(row->status, "exhausted") == 0)
		emit_entitlement_exhaust(req, row->id, 0, &(struct entitlement_exhaust_event){ .offer_id = row->offer_id });
	return NULL;
}
