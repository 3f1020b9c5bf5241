/* Providers: the table, and what those over HTTP share. */
#include "providers/providers.h"

#include <string.h>

#include "id.h"
#include "json/json.h"
#include "lightning/bolt11.h"
#include "outbound.h"

enum { CONNECT_MS = 5000, ANSWER_MS = 10000, ANSWER_BYTES_MAX = 1024 * 1024, OK_FIRST = 200, OK_LAST = 299 };

static const struct provider *const providers[] = { &provider_mock, &provider_lnbits, &provider_lnd };

const struct provider *
provider_find(const char *name)
{
	for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
		if (strcmp(providers[i]->name, name) == 0)
			return providers[i];
	}
	return NULL;
}

const struct provider *
provider_active(void)
{
	return provider_find(payments_settings.provider);
}

const char *
provider_settings_problem(void)
{
	const char *name = payments_settings.provider;

	if (strcmp(name, "disabled") == 0)
		return NULL;
	if (!provider_find(name))
		return "WORDCLAW_PAYMENT_PROVIDER is not one of mock, lnbits, lnd, disabled";
	if (strcmp(name, "lnbits") == 0 && (!*payments_settings.lnbits_url || !*payments_settings.lnbits_key))
		return "the provider lnbits needs WORDCLAW_LNBITS_URL and WORDCLAW_LNBITS_KEY";
	if (strcmp(name, "lnd") == 0 && (!*payments_settings.lnd_url || !*payments_settings.lnd_macaroon))
		return "the provider lnd needs WORDCLAW_LND_URL and WORDCLAW_LND_MACAROON";
	return NULL;
}

bool
provider_take_invoice(struct request *req, const struct draft *draft, const char *invoice, const char *hash, struct issued *ret_issued,
    const char **ret_problem)
{
	struct bolt11_invoice decoded;
	char text[2 * BOLT11_HASH_BYTES + 1];

	if (!bolt11_decode(req->arena, invoice, &decoded, ret_problem))
		return false;
	hex_encode(text, decoded.payment_hash, BOLT11_HASH_BYTES);
	*ret_problem = "the provider's invoice is for another amount or hash";
	if (decoded.amount_msats != draft->amount_sats * 1000 || (hash && strcmp(hash, text) != 0))
		return false;
	*ret_issued = (struct issued){ .invoice = invoice, .hash = arena_strdup(req->arena, text), .provider_invoice_id = text[0] ? arena_strdup(req->arena, text) : NULL,
		.expires_us = (decoded.made_s + decoded.expiry_s) * 1000000 };
	return true;
}

void
provider_send(struct request *req, const char *method, const char *url, const char *header, const char *body, int *ret_status,
    const struct json_value **ret_answer)
{
	const char *const headers[] = { header, "Accept: application/json", body ? "Content-Type: application/json" : NULL, NULL };
	struct http_client_response response;
	struct json_error wrong;

	*ret_status = 0;
	*ret_answer = NULL;
	enum outbound_result result = outbound_send(req, &(struct http_client_request){ .method = method, .url = url, .headers = headers, .body = body,
	    .n_body = body ? strlen(body) : 0, .connect_timeout_ms = CONNECT_MS, .timeout_ms = ANSWER_MS, .response_bytes_max = ANSWER_BYTES_MAX }, &response);
	if (result != OUTBOUND_ANSWERED)
		return;
	*ret_status = response.status;
	if (response.status >= OK_FIRST && response.status <= OK_LAST)
		*ret_answer = json_parse(req->arena, response.body, response.n_body, &(struct json_limits){ .allow_big_numbers = true }, &wrong);
}
