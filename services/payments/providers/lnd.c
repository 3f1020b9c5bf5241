/* LND over its REST interface.  We choose the preimage, so an invoice is made once however often it is asked for.
 * Source: LND API reference, AddInvoice and LookupInvoice. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "id.h"
#include "json/json.h"
#include "providers/providers.h"
#include "secret.h"

enum { CLIENT_ERROR = 400, SERVER_ERROR = 500 };

static const char *
auth(struct request *req)
{
	return arena_printf(req->arena, "Grpc-Metadata-macaroon: %s", payments_settings.lnd_macaroon);
}

/* Standard alphabet with padding, as protobuf's JSON has it. */
static const char *
base64(struct arena *arena, const void *bytes, size_t n)
{
	char *text = base64url_encode(arena, bytes, n);

	for (char *at = text; *at; at++)
		*at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
	return arena_printf(arena, "%s%s", text, n % 3 == 1 ? "==" : n % 3 == 2 ? "=" : "");
}

static const char *
text_of(const struct json_value *object, const char *name)
{
	const struct json_value *value = object ? json_get(object, name) : NULL;

	return value && value->type == JSON_TEXT ? value->text : NULL;
}

static const struct json_value *
look_up(struct request *req, const char *hash, int *ret_status)
{
	const struct json_value *answer;

	provider_send(req, "GET", arena_printf(req->arena, "%s/v1/invoice/%s", payments_settings.lnd_url, hash), auth(req), NULL, ret_status, &answer);
	return answer;
}

static enum issue_result
take(struct request *req, const struct draft *draft, const struct json_value *answer, const char *hash, struct issued *ret_issued,
    const char **ret_problem)
{
	const char *invoice = text_of(answer, "payment_request");

	*ret_problem = "LND answered without an invoice";
	if (!invoice)
		return ISSUE_UNKNOWN;
	return provider_take_invoice(req, draft, invoice, hash, ret_issued, ret_problem) ? ISSUED : ISSUE_REFUSED;
}

static enum issue_result
issue(struct request *req, const struct draft *draft, struct issued *ret_issued, const char **ret_problem)
{
	unsigned char digest[SHA256_BYTES];
	char hash[SHA256_HEX_BYTES];
	const struct json_value *answer;
	struct buf body;
	int status;

	sha256(digest, draft->preimage, PREIMAGE_BYTES);
	hex_encode(hash, digest, sizeof(digest));
	if (draft->may_exist && (answer = look_up(req, hash, &status)))
		return take(req, draft, answer, hash, ret_issued, ret_problem);
	buf_init(&body, req->arena, 512);
	buf_printf(&body, "{\"r_preimage\":\"%s\",\"value\":\"%" PRId64 "\",\"expiry\":\"%" PRId64 "\",\"memo\":",
	    base64(req->arena, draft->preimage, PREIMAGE_BYTES), draft->amount_sats, draft->expiry_s);
	buf_add_json_text(&body, draft->memo, strlen(draft->memo));
	buf_add_char(&body, '}');
	provider_send(req, "POST", arena_printf(req->arena, "%s/v1/invoices", payments_settings.lnd_url), auth(req), body.bytes, &status, &answer);
	if (answer)
		return take(req, draft, answer, hash, ret_issued, ret_problem);
	*ret_problem = status ? arena_printf(req->arena, "LND answered %d", status) : "LND did not answer";
	return status >= CLIENT_ERROR && status < SERVER_ERROR ? ISSUE_REFUSED : ISSUE_UNKNOWN;
}

static enum settlement
ask(struct request *req, const char *hash, int64_t *ret_settled_us)
{
	int status;
	const struct json_value *answer = look_up(req, hash, &status);
	const char *state = text_of(answer, "state"), *settled = text_of(answer, "settle_date");

	if (!state)
		return SETTLEMENT_UNKNOWN; /* also "not found": a node restored from an old copy does not decide about money */
	if (strcmp(state, "SETTLED") == 0) {
		int64_t seconds = settled ? strtoll(settled, NULL, 10) : 0;
		if (seconds > 0 && seconds < INT64_C(9999999999))
			*ret_settled_us = seconds * 1000000;
		return SETTLEMENT_PAID;
	}
	return strcmp(state, "CANCELED") == 0 ? SETTLEMENT_ENDED : strcmp(state, "OPEN") == 0 ? SETTLEMENT_UNPAID : SETTLEMENT_UNKNOWN;
}

const struct provider provider_lnd = { .name = "lnd", .issue = issue, .ask = ask };
