/* handlers.c: what each operation on payments decides, and what other services ask.  Order follows proto/payments.toml. */
#include <inttypes.h>
#include <string.h>

#include "id.h"
#include "lightning/bolt11.h"
#include "providers/providers.h"
#include "store.h"

enum { DAY_S = 86400, RESERVED_FOR_S = 15 };

/* ---- payments ---- */

const struct error *
payments_list(struct request *req, const struct payments_list_request *in, struct payments_list_response *out)
{
	int64_t before_us = INT64_MAX, before_id = INT32_MAX;

	if (in->cursor && !cursor_decode(req->arena, in->cursor, &before_us, &before_id))
		return FAIL_AT(req, INVALID_CURSOR, "/cursor", "the cursor is invalid");
	out->limit = *in->limit;
	const struct error *error = store_payment_page(req, in->status, before_us, before_id, out->limit + 1, &out->payments);
	if (error)
		return error;
	out->has_more = (int64_t)out->payments.n > out->limit;
	if (out->has_more) {
		out->payments.n = (size_t)out->limit;
		const struct payment *last = (const struct payment *)out->payments.items + (out->limit - 1);
		out->next_cursor = cursor_encode(req->arena, last->created_at, last->id);
	}
	return NULL;
}

const struct error *
payments_summary(struct request *req, const struct payments_summary_request *in, struct payments_summary_response *out)
{
	out->since = in->since ? *in->since : req->now_us - (int64_t)DAY_S * 1000000;
	const struct error *error = query_list(req, &payments_payment_totals_query, PARAMS(P_TIME(out->since)), &out->totals);
	const struct payment_total *totals = error ? NULL : out->totals.items;
	for (size_t i = 0; !error && i < out->totals.n; i++) {
		if (strcmp(totals[i].status, "paid") == 0 || strncmp(totals[i].status, "consum", 6) == 0)
			out->received_satoshis += totals[i].satoshis;
	}
	return error;
}

const struct error *
payments_get(struct request *req, const struct payments_get_request *in, struct payment *out)
{
	const struct payment *payment;
	const struct error *error = store_payment_get(req, in->id, &payment);

	if (error)
		return error;
	if (!payment)
		return FAIL(req, PAYMENT_NOT_FOUND, "payment %" PRId64 " does not exist", in->id);
	*out = *payment;
	return NULL;
}

/* The wallet and the provider's message in one: as with a real one, the payer has the preimage and we hear of it. */
const struct error *
payments_mock_pay(struct request *req, const struct payments_mock_pay_request *in, struct payments_mock_pay_response *out)
{
	struct bolt11_invoice invoice;
	const struct mock_invoice_row *row;
	const struct payment *payment;
	const char *problem;
	char hash[2 * BOLT11_HASH_BYTES + 1];

	if (provider_active() != &provider_mock)
		return FAIL(req, PAYMENT_PROVIDER_UNAVAILABLE, "the provider here is %s", payments_settings.provider);
	if (!bolt11_decode(req->arena, in->invoice, &invoice, &problem))
		return FAIL_AT(req, PAYMENT_INVOICE_INVALID, "/invoice", "the invoice cannot be read: %s", problem);
	hex_encode(hash, invoice.payment_hash, sizeof(invoice.payment_hash));
	const struct error *error = store_payment_lock(req, hash, &payment);
	if (!error && !payment)
		return FAIL(req, PAYMENT_NOT_FOUND, "no payment has the hash %s", hash);
	bool is_paid = !error && payment->settled_at;
	if (!error && !is_paid && (strcmp(payment->status, "pending") != 0 || payment->expires_at <= req->now_us))
		return FAIL(req, INVALID_PAYMENT_TRANSITION, "the invoice of payment %" PRId64 " has expired or was cancelled", payment->id);
	if (!error)
		error = query_find(req, &payments_mock_invoice_pay_query, PARAMS(P_TEXT(hash), P_TIME(req->now_us)), &row);
	if (!error && !is_paid && *in->notify)
		error = ledger_payment(req, payment, "settle", &(struct ledger_note){ .reason = NULL }, &payment);
	if (error)
		return error;
	*out = (struct payments_mock_pay_response){ .payment_hash = payment->payment_hash, .preimage = row->preimage, .status = payment->status };
	return NULL;
}

/* ---- between services ---- */

const struct error *
payments_challenge(struct request *req, const struct payments_challenge_request *in, struct payments_challenge_response *out)
{
	struct bill bill = { .purpose = "call", .amount_sats = in->amount_satoshis, .method = in->method, .path = in->path, .actor_id = in->actor_id,
		.actor_type = in->actor_type, .actor_source = in->actor_source, .sats_per_day = in->sats_per_day ? *in->sats_per_day : -1,
		.sats_per_call = in->sats_per_call ? *in->sats_per_call : -1 };
	struct bill_invoice invoice;

	const struct error *error = invoice_for(req, &bill, &invoice);
	if (error || !invoice.is_ready)
		return error;
	out->is_ready = true;
	out->invoice = invoice.payment->payment_request;
	out->macaroon = invoice.macaroon;
	out->payment_hash = invoice.payment->payment_hash;
	out->expires_at = &invoice.payment->expires_at;
	return NULL;
}

static const struct error *
hold(struct request *req, const struct payments_reserve_request *in, const struct payment *payment, struct payments_reserve_response *out)
{
	const struct reservation_row *row;
	const struct payment *held;

	const struct error *error = ledger_payment(req, payment, "reserve", &(struct ledger_note){ .reason = NULL }, &held);
	if (!error)
		error = query_find(req, &payments_reservation_add_query, PARAMS(P_INT(req->tenant), P_INT(payment->id), P_TEXT(in->service),
		    P_TEXT(in->operation), P_TEXT(req->request_id), P_TIME(req->now_us)), &row);
	if (error)
		return error;
	out->reservation_id = &row->id;
	return process_start(req, &(struct process_start){ .kind = "reservation", .key = arena_printf(req->arena, "%" PRId64, row->id),
	    .payload = arena_printf(req->arena, "{\"service\":\"%s\"}", in->service), .at_us = req->now_us + (int64_t)RESERVED_FOR_S * 1000000 }, NULL);
}

/* The preimage is the proof: only who paid has it, so a payment we had not heard of yet is settled by it. */
const struct error *
payments_reserve(struct request *req, const struct payments_reserve_request *in, struct payments_reserve_response *out)
{
	const struct payment *payment = NULL;
	const char *hash;

	const struct error *error = token_check(req, in->proof, in->method, in->path, &in->amount_satoshis, &hash);
	if (!error && hash)
		error = store_payment_lock(req, hash, &payment);
	if (error)
		return error;
	bool is_ours = payment && strcmp(payment->purpose, "call") == 0 && payment->amount_satoshis == in->amount_satoshis && payment->actor_id &&
	    strcmp(payment->actor_id, in->actor_id) == 0;
	if (!is_ours)
		out->reason = "invalid";
	else if (strcmp(payment->status, "expired") == 0 || strcmp(payment->status, "failed") == 0)
		out->reason = payment->status;
	if (out->reason)
		return NULL;
	if (strcmp(payment->status, "consumed") == 0)
		return FAIL(req, PAYMENT_CONSUMED, "payment %" PRId64 " was used for another call", payment->id);
	if (strcmp(payment->status, "consuming") == 0)
		return FAIL(req, PAYMENT_IN_USE, "payment %" PRId64 " is being used by another call", payment->id);
	if (strcmp(payment->status, "pending") == 0)
		error = ledger_payment(req, payment, "settle", &(struct ledger_note){ .reason = NULL }, &payment);
	return error ? error : hold(req, in, payment, out);
}

/* Told how it ended, nobody has to ask. */
static const struct error *
end(struct request *req, int64_t reservation_id, const char *state, const char **ret_state)
{
	bool is_found;
	const struct error *error = ledger_end(req, reservation_id, state, ret_state);

	return error ? error : process_cancel(req, "reservation", arena_printf(req->arena, "%" PRId64, reservation_id), false, &is_found);
}

const struct error *
payments_consume(struct request *req, const struct payments_consume_request *in, struct payments_consume_response *out)
{
	return end(req, in->reservation_id, "consumed", &out->state);
}

const struct error *
payments_release(struct request *req, const struct payments_release_request *in, struct payments_release_response *out)
{
	return end(req, in->reservation_id, "released", &out->state);
}
