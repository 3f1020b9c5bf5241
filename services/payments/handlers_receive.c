/* A provider's message: written down and applied in one transaction, or neither. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "providers/providers.h"
#include "rules.h"
#include "secret.h"
#include "store.h"

enum { TOLERANCE_S = 300 };

static const struct error *
check_signature(struct request *req, const struct payments_receive_request *in, const char *header)
{
	const char *secret = rules_secret_of(req->arena, payments_settings.webhook_secrets, in->provider);
	unsigned char said[SHA256_BYTES], wanted[SHA256_BYTES];
	int64_t time_s = 0;
	struct buf signed_text;

	if (!secret)
		return FAIL(req, PAYMENT_WEBHOOK_NOT_CONFIGURED, "no secret is set for provider '%s'", in->provider);
	if (!header || !rules_signature_read(header, &time_s, said))
		return FAIL(req, INVALID_PAYMENT_WEBHOOK_SIGNATURE, "the signature is missing or is not of the form t=...,v1=...");
	if (llabs(time_s - req->now_us / 1000000) > TOLERANCE_S)
		return FAIL(req, INVALID_PAYMENT_WEBHOOK_SIGNATURE, "the signature is not of the last %d seconds", TOLERANCE_S);
	buf_init(&signed_text, req->arena, in->raw_body.len + 32);
	buf_printf(&signed_text, "%" PRId64 ".", time_s);
	buf_add(&signed_text, in->raw_body.json ? in->raw_body.json : "", in->raw_body.len);
	hmac_sha256(wanted, secret, strlen(secret), signed_text.bytes, signed_text.len);
	if (!secret_equal(said, wanted, sizeof(said)))
		return FAIL(req, INVALID_PAYMENT_WEBHOOK_SIGNATURE, "the signature is not that of this body");
	return NULL;
}

static const char *
status_word(enum reported status)
{
	switch (status) {
	case REPORTED_PAID:
		return "paid";
	case REPORTED_EXPIRED:
		return "expired";
	case REPORTED_FAILED:
		return "failed";
	case REPORTED_PENDING:
	case REPORTED_NOTHING:
		return "pending";
	}
	return "pending";
}

/* What the payment becomes.  The same again is no news; anything else that does not follow is refused, and the message with it. */
static const struct error *
apply(struct request *req, const struct report *report, const struct payment *payment, const struct payment **ret_payment)
{
	struct ledger_note note = { .reason = report->reason, .event_id = report->event_id, .at_us = report->settled_us };
	bool is_paid = payment->settled_at;
	const char *on = report->status == REPORTED_PAID ? "settle" : report->status == REPORTED_EXPIRED ? "expire" : "fail";

	*ret_payment = payment;
	if (report->status == REPORTED_PENDING || (report->status == REPORTED_PAID && is_paid) ||
	    strcmp(status_word(report->status), payment->status) == 0)
		return NULL;
	return ledger_payment(req, payment, on, &note, ret_payment);
}

const struct error *
payments_receive(struct request *req, const struct payments_receive_request *in, struct payments_receive_response *out)
{
	const char *header = in->signature ? in->signature : in->lnbits_signature;
	const struct payment *payment;
	struct report report;
	int64_t n_new;

	const struct error *error = check_signature(req, in, header);
	if (error)
		return error;
	if (!rules_report_read(req->arena, in->raw_body.json, in->raw_body.len, &report))
		return FAIL(req, INVALID_PAYMENT_WEBHOOK_PAYLOAD, "the body names no event, no payment or no status");
	error = query_exec(req, &payments_provider_event_add_query, PARAMS(P_TEXT(in->provider), P_TEXT(report.event_id), P_TEXT(report.payment_hash),
	    P_TEXT(status_word(report.status)), P_TEXT(header), P_DOC(in->raw_body), P_TIME(req->now_us)), &n_new);
	if (error)
		return error;
	out->accepted = true;
	out->event_id = report.event_id;
	out->payment_hash = report.payment_hash;
	if (n_new == 0) {
		out->duplicate = &out->accepted;
		return NULL;
	}
	error = store_payment_lock(req, report.payment_hash, &payment);
	if (error)
		return error;
	if (!payment || strcmp(payment->provider, in->provider) != 0) {
		out->unknown_payment = &out->accepted;
		return NULL;
	}
	if (report.amount_sats && report.amount_sats != payment->amount_satoshis)
		return FAIL(req, INVALID_PAYMENT_WEBHOOK_PAYLOAD, "the message is about %" PRId64 " sats, the payment about %" PRId64, report.amount_sats,
		    payment->amount_satoshis);
	request_act_for(req, payment->domain_id);
	error = apply(req, &report, payment, &payment);
	if (!error)
		out->status = payment->status;
	return error;
}
