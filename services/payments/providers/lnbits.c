/* LNbits over HTTP.  It chooses the payment hash, so an invoice whose making had no answer is looked for by our reference.
 * Source: LNbits API, /api/v1/payments. */
#include <inttypes.h>
#include <string.h>

#include "buf.h"
#include "json/json.h"
#include "providers/providers.h"

enum { LIST_MAX = 200, CLIENT_ERROR = 400, SERVER_ERROR = 500 };

static const char *
auth(struct request *req)
{
	return arena_printf(req->arena, "X-Api-Key: %s", payments_settings.lnbits_key);
}

static const char *
text_of(const struct json_value *object, const char *const *names)
{
	for (; object && object->type == JSON_OBJECT && *names; names++) {
		const struct json_value *value = json_get(object, *names);
		if (value && value->type == JSON_TEXT)
			return value->text;
	}
	return NULL;
}

static enum issue_result
take(struct request *req, const struct draft *draft, const struct json_value *answer, struct issued *ret_issued, const char **ret_problem)
{
	const char *invoice = text_of(answer, (const char *const[]){ "bolt11", "payment_request", "paymentRequest", NULL });
	const char *hash = text_of(answer, (const char *const[]){ "payment_hash", "paymentHash", NULL });
	const char *id = text_of(answer, (const char *const[]){ "checking_id", NULL });

	*ret_problem = "LNbits answered without an invoice";
	if (!invoice)
		return ISSUE_UNKNOWN;
	if (!provider_take_invoice(req, draft, invoice, hash, ret_issued, ret_problem))
		return ISSUE_REFUSED;
	if (id)
		ret_issued->provider_invoice_id = id;
	return ISSUED;
}

/* *ret_found is NULL when the list has none with our reference; false when there was no list. */
static bool
find_by_reference(struct request *req, const struct draft *draft, const struct json_value **ret_found)
{
	const struct json_value *answer;
	int status;

	*ret_found = NULL;
	provider_send(req, "GET", arena_printf(req->arena, "%s/api/v1/payments?limit=%d", payments_settings.lnbits_url, LIST_MAX), auth(req), NULL, &status,
	    &answer);
	if (!answer || answer->type != JSON_LIST)
		return false;
	for (size_t i = 0; i < answer->n && i < LIST_MAX; i++) {
		const char *memo = text_of(&answer->items[i], (const char *const[]){ "memo", NULL });
		if (memo && strstr(memo, draft->reference))
			*ret_found = &answer->items[i];
	}
	return true;
}

static enum issue_result
issue(struct request *req, const struct draft *draft, struct issued *ret_issued, const char **ret_problem)
{
	const struct json_value *answer;
	struct buf body;
	int status;

	if (draft->may_exist) {
		*ret_problem = "LNbits did not say whether it has made the invoice";
		if (!find_by_reference(req, draft, &answer))
			return ISSUE_UNKNOWN;
		if (answer)
			return take(req, draft, answer, ret_issued, ret_problem);
	}
	buf_init(&body, req->arena, 512);
	buf_printf(&body, "{\"out\":false,\"amount\":%" PRId64 ",\"unit\":\"sat\",\"expiry\":%" PRId64 ",\"memo\":", draft->amount_sats, draft->expiry_s);
	buf_add_json_text(&body, draft->memo, strlen(draft->memo));
	buf_add_char(&body, '}');
	provider_send(req, "POST", arena_printf(req->arena, "%s/api/v1/payments", payments_settings.lnbits_url), auth(req), body.bytes, &status, &answer);
	if (answer)
		return take(req, draft, answer, ret_issued, ret_problem);
	*ret_problem = status ? arena_printf(req->arena, "LNbits answered %d", status) : "LNbits did not answer";
	return status >= CLIENT_ERROR && status < SERVER_ERROR ? ISSUE_REFUSED : ISSUE_UNKNOWN;
}

static bool
is_true(const struct json_value *object, const char *name)
{
	const struct json_value *value = object && object->type == JSON_OBJECT ? json_get(object, name) : NULL;

	return value && value->type == JSON_BOOL && value->boolean;
}

static enum settlement
ask(struct request *req, const char *hash, int64_t *ret_settled_us)
{
	const struct json_value *answer;
	int status;
	(void)ret_settled_us; /* it says so in several ways, none of them everywhere */

	provider_send(req, "GET", arena_printf(req->arena, "%s/api/v1/payments/%s", payments_settings.lnbits_url, hash), auth(req), NULL, &status, &answer);
	if (!answer || answer->type != JSON_OBJECT)
		return SETTLEMENT_UNKNOWN; /* also "not found", which it says of what it has not yet written */
	const char *state = text_of(json_get(answer, "details"), (const char *const[]){ "status", NULL });
	if (is_true(answer, "paid"))
		return SETTLEMENT_PAID;
	if (is_true(answer, "failed") || is_true(answer, "expired") || (state && strcmp(state, "failed") == 0))
		return SETTLEMENT_ENDED;
	return json_get(answer, "paid") ? SETTLEMENT_UNPAID : SETTLEMENT_UNKNOWN;
}

const struct provider provider_lnbits = { .name = "lnbits", .issue = issue, .ask = ask };
