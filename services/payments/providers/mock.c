/* The mock provider: real, signed regtest invoices whose money nobody has.  Its state is a table, so it survives restarts. */
#include <string.h>

#include "id.h"
#include "lightning/bolt11.h"
#include "payments_queries.h"
#include "providers/providers.h"
#include "secret.h"

/* The key of a node that does not exist: known to everybody, so that clients can check whose invoices these are. */
static void
node_key(unsigned char key[NODE_KEY_BYTES])
{
	static const char seed[] = "wordclaw mock node";

	sha256(key, seed, strlen(seed));
}

static enum issue_result
issue(struct request *req, const struct draft *draft, struct issued *ret_issued, const char **ret_problem)
{
	struct bolt11_invoice invoice = { .network = "bcrt", .amount_msats = draft->amount_sats * 1000, .made_s = req->now_us / 1000000,
		.expiry_s = draft->expiry_s, .description = draft->memo };
	unsigned char key[NODE_KEY_BYTES];
	char preimage[2 * PREIMAGE_BYTES + 1], hash[SHA256_HEX_BYTES];

	node_key(key);
	sha256(invoice.payment_hash, draft->preimage, PREIMAGE_BYTES);
	secret_random(invoice.payment_secret, sizeof(invoice.payment_secret));
	char *text = bolt11_encode(req->arena, &invoice, key);
	if (!text) {
		*ret_problem = "the invoice cannot be written";
		return ISSUE_REFUSED;
	}
	hex_encode(preimage, draft->preimage, PREIMAGE_BYTES);
	hex_encode(hash, invoice.payment_hash, SHA256_BYTES);
	query_send(req, &payments_mock_invoice_add_query, PARAMS(P_TEXT(arena_strdup(req->arena, hash)), P_INT(req->tenant),
	    P_TEXT(arena_strdup(req->arena, preimage)), P_TIME(req->now_us)));
	return provider_take_invoice(req, draft, text, hash, ret_issued, ret_problem) ? ISSUED : ISSUE_REFUSED;
}

static enum settlement
ask(struct request *req, const char *hash, int64_t *ret_settled_us)
{
	const struct mock_invoice_row *row;
	const struct error *error = query_find(req, &payments_mock_invoice_get_query, PARAMS(P_TEXT(hash)), &row);

	if (error || !row)
		return SETTLEMENT_UNKNOWN;
	if (!row->paid_at)
		return SETTLEMENT_UNPAID;
	*ret_settled_us = *row->paid_at;
	return SETTLEMENT_PAID;
}

const struct provider provider_mock = { .name = "mock", .is_local = true, .issue = issue, .ask = ask };
