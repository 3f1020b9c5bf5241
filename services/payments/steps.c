/* What the runner does: invoices are made, payments watched until they are settled or not, reservations brought to an end. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common_proto.h"
#include "json/json.h"
#include "providers/providers.h"
#include "rules.h"
#include "store.h"

enum { RECONCILE_AFTER_S = 300, EXPIRE_AFTER_S = 60, DUE_MAX = 200, PURGE_MAX = 5000, KEEP_ACCESS_DAYS = 30, KEEP_INTENT_DAYS = 30,
	BACKOFF_FIRST_MS = 1000, BACKOFF_LAST_MS = 60 * 1000, INVOICES_AT_ONCE = 8 };

static const struct json_value *
payload_of(struct request *req, const struct process *process)
{
	struct json_error wrong;

	return json_parse(req->arena, process->payload.json, process->payload.len, NULL, &wrong);
}

static const char *
text_in(const struct json_value *object, const char *name)
{
	const struct json_value *value = object ? json_get(object, name) : NULL;

	return value && value->type == JSON_TEXT ? value->text : "";
}

/* ---- payments ---- */

struct watched {
	const struct provider *provider;
	const char *hash;
	enum settlement settlement;
	int64_t settled_us;
};

const struct error *
settlement_watch(struct request *req, const struct payment *payment)
{
	const char *payload = arena_printf(req->arena, "{\"hash\":\"%s\",\"provider\":\"%s\"}", payment->payment_hash, payment->provider);

	return process_start(req, &(struct process_start){ .kind = "settlement", .key = payment->payment_hash, .payload = payload,
	    .at_us = req->now_us + (int64_t)RECONCILE_AFTER_S * 1000000 }, NULL);
}

static void
run_settlement(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct watched *watched = ARENA_NEW(req->arena, struct watched);
	const struct json_value *payload = payload_of(req, process);

	watched->provider = provider_find(text_in(payload, "provider"));
	watched->hash = text_in(payload, "hash");
	if (watched->provider && !watched->provider->is_local)
		watched->settlement = watched->provider->ask(req, watched->hash, &watched->settled_us);
	outcome->memo = watched;
}

static const struct error *
settle(struct request *req, const struct payment *payment, const struct watched *watched, struct step_outcome *outcome)
{
	int64_t end_us = payment->expires_at + (int64_t)EXPIRE_AFTER_S * 1000000;
	bool is_over = req->now_us >= end_us;
	const struct payment *moved;

	switch (watched->settlement) {
	case SETTLEMENT_PAID:
		return ledger_payment(req, payment, "settle", &(struct ledger_note){ .at_us = watched->settled_us }, &moved);
	case SETTLEMENT_ENDED:
		return ledger_payment(req, payment, "fail", &(struct ledger_note){ .reason = "the provider cancelled the invoice" }, &moved);
	case SETTLEMENT_UNPAID:
		if (is_over)
			return ledger_payment(req, payment, "expire", &(struct ledger_note){ .reason = "it was not paid before it expired" }, &moved);
		break;
	case SETTLEMENT_UNKNOWN: /* whoever may have paid does not lose it: asked until there is an answer */
		break;
	}
	int64_t wait_us = (int64_t)RECONCILE_AFTER_S * 1000000;
	if (!is_over && req->now_us + wait_us > end_us)
		wait_us = end_us - req->now_us;
	*outcome = (struct step_outcome){ .verdict = STEP_NEXT, .delay_us = wait_us };
	return NULL;
}

static const struct error *
commit_settlement(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct watched *watched = outcome->memo;
	const struct payment *payment;
	(void)process;

	if (outcome->verdict != STEP_DONE || !watched->provider)
		return NULL;
	const struct error *error = store_payment_lock(req, watched->hash, &payment);
	if (error || !payment || strcmp(payment->status, "pending") != 0)
		return error;
	if (watched->provider->is_local)
		watched->settlement = watched->provider->ask(req, watched->hash, &watched->settled_us);
	return settle(req, payment, watched, outcome);
}

/* ---- reservations ---- */

/* Nobody has reported how the call ended: its owner knows, or decides now that it did not happen. */
static void
run_reservation(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct operation asked = operation_charges_settle;
	struct charges_settle_request in = { .reservation_id = strtoll(process->key, NULL, 10), .domain_id = process->tenant };
	struct charges_settle_response *out = ARENA_NEW(req->arena, struct charges_settle_response);

	asked.service = text_in(payload_of(req, process), "service");
	const struct error *error = request_call(req, &asked, &in, process_key(req, process, "settle"), out);
	if (error)
		*outcome = (struct step_outcome){ .verdict = STEP_RETRY, .reason = arena_printf(req->arena, "%s: %s", error->info->code, error->message) };
	else
		outcome->memo = out;
}

static const struct error *
commit_reservation(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct charges_settle_response *answer = outcome->memo;
	const char *state;

	if (outcome->verdict != STEP_DONE || !answer)
		return NULL;
	return ledger_end(req, strtoll(process->key, NULL, 10), answer->is_done ? "consumed" : "released", &state);
}

/* ---- the timer ---- */

static const struct error *
expire_entitlements(struct request *req)
{
	struct shape_list due;
	const struct entitlement *moved;

	const struct error *error = query_list(req, &payments_entitlement_due_query, PARAMS(P_TIME(req->now_us), P_INT(DUE_MAX)), &due);
	const struct entitlement_due_row *rows = error ? NULL : due.items;
	for (size_t i = 0; !error && i < due.n; i++) {
		request_act_for(req, rows[i].domain_id);
		struct entitlement entitlement = { .id = rows[i].id, .offer_id = rows[i].offer_id, .status = "active" };
		error = ledger_entitlement(req, &entitlement, "expire", &moved);
	}
	request_act_for(req, 0);
	return error;
}

const struct error *
payments_sweep(struct request *req)
{
	int64_t day_us = INT64_C(86400) * 1000000, n;

	const struct error *error = expire_entitlements(req);
	if (!error)
		error = query_exec(req, &payments_access_events_purge_query, PARAMS(P_TIME(req->now_us - KEEP_ACCESS_DAYS * day_us), P_INT(PURGE_MAX)), &n);
	if (!error)
		error = query_exec(req, &payments_intents_expire_query, PARAMS(P_TIME(req->now_us - KEEP_INTENT_DAYS * day_us), P_INT(PURGE_MAX)), &n);
	return error;
}

/* ---- tables ---- */

static const struct step settlement_steps[] = { { .name = "ask", .run = run_settlement, .commit = commit_settlement } };
static const struct step reservation_steps[] = { { .name = "ask", .run = run_reservation, .commit = commit_reservation } };

const struct process_kind payments_process_kinds[] = {
	{ .name = "invoice", .steps = invoice_steps, .n_steps = 1, .backoff_ms = BACKOFF_FIRST_MS, .backoff_max_ms = BACKOFF_LAST_MS,
	    .running_max = INVOICES_AT_ONCE },
	{ .name = "settlement", .steps = settlement_steps, .n_steps = 1, .backoff_ms = BACKOFF_FIRST_MS, .backoff_max_ms = BACKOFF_LAST_MS,
	    .running_max = INVOICES_AT_ONCE },
	{ .name = "reservation", .steps = reservation_steps, .n_steps = 1, .backoff_ms = BACKOFF_FIRST_MS, .backoff_max_ms = BACKOFF_LAST_MS,
	    .running_max = INVOICES_AT_ONCE },
};
const size_t payments_n_process_kinds = sizeof(payments_process_kinds) / sizeof(payments_process_kinds[0]);
