/* Invoices: one for each thing that somebody was asked to pay for, also while the provider does not answer. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "id.h"
#include "json/json.h"
#include "providers/providers.h"
#include "secret.h"
#include "store.h"

/* An invoice that ends this soon is not handed out again: nobody could pay it in time. */
enum { MARGIN_US = 60 * 1000000 };

/* ---- intents ---- */

static const char *
fingerprint_of(struct request *req, const struct bill *bill)
{
	char hex[SHA256_HEX_BYTES];
	const char *text = arena_printf(req->arena, "%s\n%s\n%s\n%s\n%" PRId64, bill->actor_id, bill->purpose, bill->method, bill->path, bill->amount_sats);

	sha256_hex(hex, text, strlen(text));
	return arena_strdup(req->arena, hex);
}

struct fresh {
	const char *reference, *sealed;
	unsigned char preimage[PREIMAGE_BYTES];
};

static struct fresh
make_fresh(struct request *req)
{
	struct fresh fresh;
	unsigned char random[10];
	char uuid[UUID_TEXT_BYTES], hex[2 * PREIMAGE_BYTES + 1];

	secret_random(random, sizeof(random));
	secret_random(fresh.preimage, sizeof(fresh.preimage));
	uuid7_format(uuid, req->now_us, random);
	hex_encode(hex, fresh.preimage, sizeof(fresh.preimage));
	fresh.reference = arena_strdup(req->arena, uuid);
	fresh.sealed = request_seal(req, hex);
	return fresh;
}

/* ---- issuing ---- */

static const char *
memo_of(struct request *req, const struct bill *bill, const char *reference)
{
	return arena_printf(req->arena, "%s %.200s (%s)", bill->method, bill->path, reference);
}

static const struct error *
add_payment(struct request *req, const struct bill *bill, const struct intent_row *intent, const struct provider *provider,
    const struct issued *issued, const struct payment **ret_payment)
{
	const char *details = arena_printf(req->arena, "{\"method\":\"%s\",\"provider\":\"%s\",\"reference\":\"%s\"}", bill->method, provider->name,
	    intent->reference);

	const struct error *error = query_find(req, &payments_payment_add_query, PARAMS(P_INT(req->tenant), P_TEXT(issued->hash), P_TEXT(provider->name),
	    P_TEXT(issued->provider_invoice_id), P_TEXT(issued->invoice), P_INT(bill->amount_sats), P_TEXT(bill->purpose), P_TEXT(bill->method),
	    P_TEXT(bill->path), P_TIME(issued->expires_us), P_TEXT(bill->actor_id), P_TEXT(bill->actor_type), P_TEXT(bill->actor_source),
	    P_DOC(((struct doc){ details, strlen(details) })), P_TIME(req->now_us)), ret_payment);
	if (error)
		return error;
	const struct payment *payment = *ret_payment;
	store_intent_settle(req, intent->id, intent->generation, "ready", &payment->id, NULL);
	emit_payment_create(req, payment->id, 0, &(struct payment_create_event){ .amount_satoshis = payment->amount_satoshis,
	    .resource_path = payment->resource_path });
	return settlement_watch(req, payment);
}

static void
add_member(struct buf *buf, const char *name, const char *text)
{
	buf_printf(buf, ",\"%s\":", name);
	buf_add_json_text(buf, text, strlen(text));
}

/* The provider is asked by a process: what it answers, or does not, has a row that survives us. */
static const struct error *
start_issuing(struct request *req, const struct bill *bill, const struct intent_row *intent)
{
	struct buf buf;

	buf_init(&buf, req->arena, 512);
	buf_printf(&buf, "{\"intent\":%" PRId64 ",\"generation\":%" PRId64 ",\"amount\":%" PRId64, intent->id, intent->generation, bill->amount_sats);
	add_member(&buf, "provider", payments_settings.provider);
	add_member(&buf, "reference", intent->reference);
	add_member(&buf, "secret", intent->secret);
	add_member(&buf, "purpose", bill->purpose);
	add_member(&buf, "method", bill->method);
	add_member(&buf, "path", bill->path);
	add_member(&buf, "actorId", bill->actor_id);
	add_member(&buf, "actorType", bill->actor_type);
	add_member(&buf, "actorSource", bill->actor_source);
	buf_add_char(&buf, '}');
	return process_start(req, &(struct process_start){ .kind = "invoice", .key = arena_printf(req->arena, "%" PRId64 ":%" PRId64, intent->id,
	    intent->generation), .payload = buf.bytes }, NULL);
}

static const struct error *
begin(struct request *req, const struct bill *bill, const struct provider *provider, const struct intent_row *intent, const struct fresh *fresh,
    const struct payment **ret_payment)
{
	struct draft draft = { .amount_sats = bill->amount_sats, .memo = memo_of(req, bill, intent->reference), .reference = intent->reference,
		.expiry_s = payments_settings.invoice_expiry_s };
	const char *problem = "";
	struct issued issued;

	*ret_payment = NULL;
	if (!provider->is_local)
		return start_issuing(req, bill, intent);
	memcpy(draft.preimage, fresh->preimage, sizeof(draft.preimage));
	if (provider->issue(req, &draft, &issued, &problem) != ISSUED)
		return FAIL(req, PAYMENT_PROVIDER_UNAVAILABLE, "no invoice could be made: %s", problem);
	return add_payment(req, bill, intent, provider, &issued, ret_payment);
}

static bool
is_payable(const struct request *req, const struct payment *payment)
{
	return strcmp(payment->status, "pending") == 0 && payment->expires_at > req->now_us + MARGIN_US / 2;
}

/* Invoices count from when they are made: one that is paid later was asked for within the budget.  Who asks twice at once is asked one by one. */
static const struct error *
check_budget(struct request *req, const struct bill *bill, const char *reference)
{
	const struct spent_row *spent;
	int64_t day_us = INT64_C(86400) * 1000000, since_us = req->now_us / day_us * day_us;

	if (bill->sats_per_call >= 0 && bill->amount_sats > bill->sats_per_call)
		return request_over_budget(req, BUDGET_SATS_PER_CALL, bill->sats_per_call);
	if (bill->sats_per_day < 0)
		return NULL;
	const struct error *error = query_find(req, &payments_spent_today_query, PARAMS(P_TEXT(bill->actor_id), P_TIME(since_us), P_TIME(req->now_us),
	    P_TEXT(reference)), &spent);
	if (error)
		return error;
	return spent->sats + bill->amount_sats <= bill->sats_per_day ? NULL : request_over_budget(req, BUDGET_SATS_PER_DAY, bill->sats_per_day);
}

/* The intent's invoice, or a new one where the old one's story has ended.  NULL: it is being made. */
static const struct error *
find_or_begin(struct request *req, const struct bill *bill, const struct provider *provider, const struct payment **ret_payment)
{
	struct fresh fresh = make_fresh(req);
	int64_t expires_us = req->now_us + payments_settings.invoice_expiry_s * 1000000 + MARGIN_US;
	const struct intent_row *intent;
	const struct payment *payment = NULL;

	const struct spender_row *spender;
	const struct error *error = bill->sats_per_day < 0 ? NULL : query_find(req, &payments_spender_lock_query, PARAMS(P_INT(req->tenant), P_TEXT(bill->actor_id)), &spender);
	if (!error)
		error = store_intent_claim(req, bill, fingerprint_of(req, bill), fresh.reference, fresh.sealed, expires_us, &intent);
	if (!error && intent->payment_id)
		error = store_payment_get(req, *intent->payment_id, &payment);
	if (error)
		return error;
	*ret_payment = payment;
	bool is_new = strcmp(intent->reference, fresh.reference) == 0;
	if (!is_new && (payment ? is_payable(req, payment) : strcmp(intent->state, "creating") == 0))
		return NULL;
	error = check_budget(req, bill, intent->reference);
	if (error)
		return error;
	if (!is_new)
		error = store_intent_renew(req, intent->id, fresh.reference, fresh.sealed, expires_us, &intent);
	return error ? error : begin(req, bill, provider, intent, &fresh, ret_payment);
}

const struct error *
invoice_for(struct request *req, const struct bill *bill, struct bill_invoice *ret_invoice)
{
	const struct provider *provider = provider_active();

	*ret_invoice = (struct bill_invoice){ .is_ready = false };
	if (!provider)
		return FAIL(req, PAYMENT_PROVIDER_UNAVAILABLE, "payments are disabled here");
	const struct error *error = find_or_begin(req, bill, provider, &ret_invoice->payment);
	if (error || !ret_invoice->payment)
		return error;
	ret_invoice->is_ready = true;
	return token_make(req, ret_invoice->payment, &ret_invoice->macaroon);
}

const char *
invoice_context(struct request *req, const struct bill_invoice *invoice, const char *reason, const char *more)
{
	const struct payment *payment = invoice->payment;
	char expires[TIME_TEXT_BYTES];

	time_format(expires, payment->expires_at);
	return arena_printf(req->arena, "{\"invoice\":\"%s\",\"macaroon\":\"%s\",\"amountSatoshis\":%" PRId64 ",\"paymentHash\":\"%s\",\"expiresAt\":\"%s\","
	    "\"reason\":\"%s\",\"recommendedNextAction\":\"pay_invoice_and_retry\"%s}", payment->payment_request, invoice->macaroon,
	    payment->amount_satoshis, payment->payment_hash, expires, reason, more);
}

/* ---- the process that asks a provider for an invoice ---- */

struct asked {
	struct bill bill;
	struct intent_row intent;
	const struct provider *provider;
	struct issued issued;
};

static const char *
text_in(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);

	return value && value->type == JSON_TEXT ? value->text : "";
}

static bool
read_asked(struct request *req, const struct process *process, struct asked *asked)
{
	struct json_error wrong;
	const struct json_value *object = json_parse(req->arena, process->payload.json, process->payload.len, NULL, &wrong);

	if (!object)
		return false;
	asked->bill = (struct bill){ .purpose = text_in(object, "purpose"), .amount_sats = json_get(object, "amount")->integer,
		.method = text_in(object, "method"), .path = text_in(object, "path"), .actor_id = text_in(object, "actorId"),
		.actor_type = text_in(object, "actorType"), .actor_source = text_in(object, "actorSource") };
	asked->intent = (struct intent_row){ .id = json_get(object, "intent")->integer, .generation = json_get(object, "generation")->integer,
		.reference = text_in(object, "reference"), .secret = text_in(object, "secret") };
	asked->provider = provider_find(text_in(object, "provider"));
	return asked->provider;
}

static bool
open_preimage(struct request *req, const char *sealed, unsigned char *preimage)
{
	const char *hex = request_open(req, sealed);

	for (size_t i = 0; hex && i < PREIMAGE_BYTES; i++) {
		char digits[3] = { hex[2 * i], hex[2 * i + 1], '\0' };
		preimage[i] = (unsigned char)strtoul(digits, NULL, 16);
	}
	return hex;
}

static void
run_invoice(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct asked *asked = ARENA_NEW(req->arena, struct asked);
	struct draft draft = { .expiry_s = payments_settings.invoice_expiry_s, .may_exist = process->attempt > 1 };
	const char *problem = "";

	outcome->memo = asked;
	if (!read_asked(req, process, asked) || !open_preimage(req, asked->intent.secret, draft.preimage)) {
		*outcome = (struct step_outcome){ .verdict = STEP_FAILED, .reason = "the provider is unknown or the secret cannot be opened", .memo = asked };
		return;
	}
	draft.amount_sats = asked->bill.amount_sats;
	draft.reference = asked->intent.reference;
	draft.memo = memo_of(req, &asked->bill, asked->intent.reference);
	switch (asked->provider->issue(req, &draft, &asked->issued, &problem)) {
	case ISSUED:
		return;
	case ISSUE_REFUSED:
		*outcome = (struct step_outcome){ .verdict = STEP_DONE, .reason = problem, .memo = asked };
		return;
	case ISSUE_UNKNOWN:
		*outcome = (struct step_outcome){ .verdict = STEP_RETRY, .reason = problem, .memo = asked };
		return;
	}
}

static const struct error *
commit_invoice(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct asked *asked = outcome->memo;
	const struct payment *payment;
	(void)process;

	if (outcome->verdict != STEP_DONE || !asked)
		return NULL;
	if (asked->issued.invoice)
		return add_payment(req, &asked->bill, &asked->intent, asked->provider, &asked->issued, &payment);
	store_intent_settle(req, asked->intent.id, asked->intent.generation, "failed", NULL, outcome->reason);
	return NULL;
}

const struct step invoice_steps[] = { { .name = "issue", .run = run_invoice, .commit = commit_invoice } };
