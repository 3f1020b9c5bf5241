/* The ledger: the only place where statuses move, and the proof that they moved rightly. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rules.h"
#include "store.h"

/* ---- entitlements ---- */

static void
tell_entitlement(struct request *req, const struct entitlement *entitlement)
{
	if (strcmp(entitlement->status, "active") == 0)
		emit_entitlement_activate(req, entitlement->id, 0, &(struct entitlement_activate_event){ .offer_id = entitlement->offer_id,
		    .agent_profile_id = entitlement->agent_profile_id });
	else if (strcmp(entitlement->status, "revoked") == 0)
		emit_entitlement_revoke(req, entitlement->id, 0, &(struct entitlement_revoke_event){ .offer_id = entitlement->offer_id });
	else
		emit_entitlement_expire(req, entitlement->id, 0, &(struct entitlement_expire_event){ .offer_id = entitlement->offer_id });
}

const struct error *
ledger_entitlement(struct request *req, const struct entitlement *entitlement, const char *on, const struct entitlement **ret_entitlement)
{
	const char *to = rules_entitlement_next(entitlement->status, on);
	const struct entitlement *moved = NULL;

	if (to) {
		const struct error *error = query_find(req, &payments_entitlement_step_query,
		    PARAMS(P_INT(entitlement->id), P_TEXT(entitlement->status), P_TEXT(to), P_TIME(req->now_us)), &moved);
		if (error)
			return error;
	}
	if (moved)
		tell_entitlement(req, moved);
	*ret_entitlement = moved;
	return NULL;
}

/* ---- payments ---- */

static void
tell_payment(struct request *req, const struct payment *payment, const char *on)
{
	if (strcmp(on, "settle") == 0)
		emit_payment_settle(req, payment->id, 0, &(struct payment_settle_event){ .amount_satoshis = payment->amount_satoshis,
		    .resource_path = payment->resource_path });
	else if (strcmp(on, "expire") == 0)
		emit_payment_expire(req, payment->id, 0, &(struct payment_expire_event){ .amount_satoshis = payment->amount_satoshis });
	else if (strcmp(on, "fail") == 0)
		emit_payment_fail(req, payment->id, 0, &(struct payment_fail_event){ .amount_satoshis = payment->amount_satoshis,
		    .reason = payment->failure_reason ? payment->failure_reason : "reported by the provider" });
}

/* What a purchase's payment means for what was bought, in the same transaction. */
static const struct error *
carry_over(struct request *req, const struct payment *payment, const char *on)
{
	const struct entitlement *entitlement, *moved;

	if (strcmp(payment->purpose, "purchase") != 0)
		return NULL;
	const struct error *error = store_entitlement_of_payment(req, payment->payment_hash, &entitlement);
	if (error || !entitlement)
		return error;
	return ledger_entitlement(req, entitlement, strcmp(on, "settle") == 0 ? "activate" : "expire", &moved);
}

const struct error *
ledger_payment(struct request *req, const struct payment *payment, const char *on, const struct ledger_note *note, const struct payment **ret_payment)
{
	const char *to = rules_payment_next(payment->status, on);
	bool is_settled = strcmp(on, "settle") == 0;
	const struct payment *moved;

	if (!to)
		return FAIL(req, INVALID_PAYMENT_TRANSITION, "payment %" PRId64 " is %s and cannot %s", payment->id, payment->status, on);
	const struct error *error = query_find(req, &payments_payment_step_query, PARAMS(P_INT(payment->id), P_TEXT(payment->status), P_TEXT(to),
	    is_settled ? P_TIME(note->at_us ? note->at_us : req->now_us) : P_NULL(), P_TEXT(note->reason), P_TEXT(note->event_id),
	    P_TIME(req->now_us)), &moved);
	if (error)
		return error;
	if (!moved)
		return FAIL(req, INVALID_PAYMENT_TRANSITION, "payment %" PRId64 " has just moved on from %s", payment->id, payment->status);
	tell_payment(req, moved, on);
	*ret_payment = moved;
	bool is_end = is_settled || strcmp(on, "expire") == 0 || strcmp(on, "fail") == 0;
	return is_end ? carry_over(req, moved, on) : NULL;
}

/* ---- reservations ---- */

const struct error *
ledger_end(struct request *req, int64_t reservation_id, const char *state, const char **ret_state)
{
	const struct reservation_row *row;
	const struct payment *payment, *moved;
	bool is_consumed = strcmp(state, "consumed") == 0;
	int64_t n;

	const struct error *error = query_find(req, &payments_reservation_lock_query, PARAMS(P_INT(reservation_id)), &row);
	if (error)
		return error;
	*ret_state = row ? row->state : "unknown";
	if (!row || strcmp(row->state, "held") != 0)
		return NULL;
	error = store_payment_get(req, row->payment_id, &payment);
	if (!error && payment)
		error = ledger_payment(req, payment, is_consumed ? "consume" : "release", &(struct ledger_note){ .reason = NULL }, &moved);
	if (!error)
		error = query_exec(req, &payments_reservation_end_query, PARAMS(P_INT(reservation_id), P_TEXT(state), P_TIME(req->now_us)), &n);
	if (error)
		return error;
	if (is_consumed)
		emit_payment_consume(req, row->payment_id, 0, &(struct payment_consume_event){ .amount_satoshis = moved->amount_satoshis,
		    .operation = row->operation });
	*ret_state = state;
	return NULL;
}

/* ---- conservation ---- */

const struct error *
ledger_conserve(struct request *req, int argc, char **argv)
{
	const struct conserve_row *row;
	(void)argc;
	(void)argv;

	const struct error *error = query_find(req, &payments_conserve_totals_query, PARAMS(P_NULL()), &row);
	if (error)
		return error;
	(void)printf("received %" PRId64 " sats: %" PRId64 " not used yet, %" PRId64 " in use, %" PRId64 " used, %" PRId64 " in entitlements\n",
	    row->received, row->unused, row->in_use, row->used, row->in_entitlements);
	int64_t wrong = row->settled_wrong + row->held_wrong + row->consumed_wrong + row->entitlement_missing + row->entitlement_unpaid;
	int64_t lost = row->received - row->unused - row->in_use - row->used - row->in_entitlements;
	if (wrong == 0 && lost == 0)
		return NULL;
	return FAIL(req, INTERNAL_SERVER_ERROR, "%" PRId64 " sats are unaccounted for; payments at odds: %" PRId64 " with their settlement, %" PRId64
	    " with what is held, %" PRId64 " with what was used, %" PRId64 " without entitlement, %" PRId64 " entitlements unpaid", lost,
	    row->settled_wrong, row->held_wrong, row->consumed_wrong, row->entitlement_missing, row->entitlement_unpaid);
}
