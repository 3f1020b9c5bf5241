/* Tokens: a macaroon says which payment pays for which call, the preimage proves the payment. */
#include <string.h>

#include "id.h"
#include "lightning/l402.h"
#include "macaroon.h"
#include "rules.h"
#include "secret.h"
#include "store.h"

/* The identifier as clients read it: version, payment hash, token id.  The token id begins with the number of the root key.
 * Source: L402 protocol specification, "Macaroon identifier". */
enum { ROOT_KEY_BYTES = 32, HASH_BYTES = 32, TOKEN_ID_BYTES = 32, IDENTIFIER_BYTES = 2 + HASH_BYTES + TOKEN_ID_BYTES, KEY_ID_AT = 2 + HASH_BYTES };
#define LOCATION "wordclaw-l402"

/* ---- root keys ---- */

static const struct error *
open_key(struct request *req, const struct root_key_row *row, void **ret_key)
{
	const char *text = request_open(req, row->sealed);
	size_t n;

	if (!text || !base64url_decode(req->arena, text, ret_key, &n) || n != ROOT_KEY_BYTES)
		return FAIL(req, INTERNAL_SERVER_ERROR, "root key %lld cannot be opened", (long long)row->id);
	return NULL;
}

static const struct error *
add_key(struct request *req, int64_t id)
{
	unsigned char key[ROOT_KEY_BYTES];
	int64_t n;

	secret_random(key, sizeof(key));
	return query_exec(req, &payments_root_key_add_query, PARAMS(P_INT(id), P_TEXT(request_seal(req, base64url_encode(req->arena, key, sizeof(key))))), &n);
}

static const struct error *
newest_key(struct request *req, const struct root_key_row **ret_row)
{
	const struct error *error = query_find(req, &payments_root_key_newest_query, PARAMS(P_NULL()), ret_row);

	if (error || *ret_row)
		return error;
	error = add_key(req, 1);
	return error ? error : query_find(req, &payments_root_key_newest_query, PARAMS(P_NULL()), ret_row);
}

const struct error *
token_rotate(struct request *req, int argc, char **argv)
{
	const struct root_key_row *row;
	(void)argc;
	(void)argv;

	const struct error *error = newest_key(req, &row);
	return error ? error : add_key(req, row->id + 1);
}

/* ---- making ---- */

static bool
hash_bytes(const char *hex, unsigned char *bytes)
{
	if (strlen(hex) != 2 * HASH_BYTES)
		return false;
	for (size_t i = 0; i < HASH_BYTES; i++) {
		const char *digits = "0123456789abcdef";
		const char *high = strchr(digits, hex[2 * i]), *low = strchr(digits, hex[2 * i + 1]);
		if (!high || !low)
			return false;
		bytes[i] = (unsigned char)((high - digits) << 4 | (low - digits));
	}
	return true;
}

/* The same token whenever the payment is asked for, so the rest of its id follows from the key and the payment. */
static void
make_identifier(unsigned char identifier[IDENTIFIER_BYTES], const unsigned char *hash, uint32_t key_id, const void *key)
{
	unsigned char digest[SHA256_BYTES];

	memset(identifier, 0, IDENTIFIER_BYTES);
	memcpy(identifier + 2, hash, HASH_BYTES);
	hmac_sha256(digest, key, ROOT_KEY_BYTES, hash, HASH_BYTES);
	memcpy(identifier + KEY_ID_AT, digest, TOKEN_ID_BYTES);
	for (size_t i = 0; i < 4; i++)
		identifier[KEY_ID_AT + i] = (unsigned char)(key_id >> 8 * (3 - i));
}

const struct error *
token_make(struct request *req, const struct payment *payment, const char **ret_text)
{
	unsigned char hash[HASH_BYTES], *identifier = arena_alloc(req->arena, IDENTIFIER_BYTES);
	const char *caveats[TOKEN_CAVEATS];
	const struct root_key_row *row;
	struct macaroon macaroon;
	void *key;

	const struct error *error = newest_key(req, &row);
	if (!error)
		error = open_key(req, row, &key);
	if (error)
		return error;
	if (!hash_bytes(payment->payment_hash, hash))
		return FAIL(req, INTERNAL_SERVER_ERROR, "payment %lld has no hash", (long long)payment->id);
	make_identifier(identifier, hash, (uint32_t)row->id, key);
	macaroon_begin(&macaroon, LOCATION, identifier, IDENTIFIER_BYTES, key, ROOT_KEY_BYTES);
	struct token_terms terms = { .payment_hash = payment->payment_hash, .method = payment->method, .path = payment->resource_path,
		.tenant = req->tenant, .amount_sats = &payment->amount_satoshis };
	rules_caveats_make(req->arena, &terms, payment->expires_at + payments_settings.token_hours * 3600 * 1000000, caveats);
	for (size_t i = 0; i < TOKEN_CAVEATS; i++)
		(void)macaroon_restrict(&macaroon, caveats[i]); /* six of thirty-two */
	*ret_text = macaroon_write(req->arena, &macaroon);
	return NULL;
}

/* ---- checking ---- */

static const struct error *
find_key(struct request *req, const struct macaroon *macaroon, void **ret_key)
{
	const unsigned char *at = macaroon->identifier.bytes + KEY_ID_AT;
	int64_t id = (int64_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
	const struct root_key_row *row = NULL;

	*ret_key = NULL;
	if (id > INT32_MAX)
		return NULL;
	const struct error *error = query_find(req, &payments_root_key_get_query, PARAMS(P_INT(id)), &row);
	return error || !row ? error : open_key(req, row, ret_key);
}

const struct error *
token_check(struct request *req, const char *text, const char *method, const char *path, const int64_t *amount_sats, const char **ret_hash)
{
	struct l402_proof proof;
	struct macaroon macaroon;
	unsigned char digest[SHA256_BYTES];
	char hash[SHA256_HEX_BYTES];
	void *key;

	*ret_hash = NULL;
	if (!l402_proof_read(req->arena, text, &proof) || !macaroon_read(req->arena, proof.macaroon, &macaroon) ||
	    macaroon.identifier.n != IDENTIFIER_BYTES || macaroon.identifier.bytes[0] || macaroon.identifier.bytes[1])
		return NULL;
	const struct error *error = find_key(req, &macaroon, &key);
	if (error || !key || !macaroon_is_signed(&macaroon, key, ROOT_KEY_BYTES))
		return error;
	sha256(digest, proof.preimage, sizeof(proof.preimage));
	if (!secret_equal(digest, macaroon.identifier.bytes + 2, sizeof(digest)))
		return NULL;
	hex_encode(hash, digest, sizeof(digest));
	struct token_terms terms = { .payment_hash = hash, .method = method, .path = path, .tenant = req->tenant, .amount_sats = amount_sats,
		.now_us = req->now_us };
	for (size_t i = 0; i < macaroon.n_caveats; i++) {
		if (!rules_caveat_holds((const char *)macaroon.caveats[i].bytes, macaroon.caveats[i].n, &terms))
			return NULL;
	}
	*ret_hash = arena_strdup(req->arena, hash);
	return NULL;
}
