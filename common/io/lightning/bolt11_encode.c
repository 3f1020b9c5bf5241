/* BOLT 11 invoices: writing. */
#include <string.h>

#include "lightning/bech32.h"
#include "lightning/bolt11.h"
#include "utf8.h"

enum { WORDS_MAX = 2048, TIMESTAMP_BITS = 35 };
#define MSATS_PER_BITCOIN INT64_C(100000000000)

struct words {
	uint8_t list[WORDS_MAX];
	size_t n;
};

static void
add_number(struct words *words, uint64_t number, size_t n)
{
	for (size_t i = n; i-- > 0;)
		words->list[words->n++] = (uint8_t)(number >> 5 * i & 31);
}

static void
add_bytes(struct words *words, const unsigned char *bytes, size_t n)
{
	uint32_t bits = 0;
	int n_bits = 0;

	for (size_t i = 0; i < n; i++) {
		bits = (bits << 8 | bytes[i]) & 0xffff;
		for (n_bits += 8; n_bits >= 5; n_bits -= 5)
			words->list[words->n++] = (uint8_t)(bits >> (n_bits - 5) & 31);
	}
	if (n_bits > 0)
		words->list[words->n++] = (uint8_t)(bits << (5 - n_bits) & 31);
}

static void
add_bytes_field(struct words *words, char name, const void *bytes, size_t n)
{
	size_t n_words = (n * 8 + 4) / 5;

	words->list[words->n++] = (uint8_t)bech32_word(name);
	add_number(words, n_words, 2);
	add_bytes(words, bytes, n);
}

static void
add_number_field(struct words *words, char name, int64_t number)
{
	size_t n_words = 1;

	while (number >> 5 * n_words)
		n_words++;
	words->list[words->n++] = (uint8_t)bech32_word(name);
	add_number(words, n_words, 2);
	add_number(words, (uint64_t)number, n_words);
}

/* The shortest way to say it. */
static const char *
amount_text(struct arena *arena, int64_t msats)
{
	static const struct {
		int64_t unit;
		const char *suffix;
	} units[] = { { MSATS_PER_BITCOIN, "" }, { MSATS_PER_BITCOIN / 1000, "m" }, { MSATS_PER_BITCOIN / 1000000, "u" },
		{ MSATS_PER_BITCOIN / 1000000000, "n" } };

	if (msats == 0)
		return "";
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (msats % units[i].unit == 0)
			return arena_printf(arena, "%lld%s", (long long)(msats / units[i].unit), units[i].suffix);
	}
	return arena_printf(arena, "%lld0p", (long long)msats);
}

static bool
is_in_range(const struct bolt11_invoice *invoice)
{
	size_t n = invoice->description ? strlen(invoice->description) : 0;
	/* Single millisatoshis are written in tenths of them. */
	int64_t most = invoice->amount_msats % 100 ? INT64_MAX / 10 : INT64_C(21000000) * MSATS_PER_BITCOIN;

	return invoice->amount_msats >= 0 && invoice->amount_msats <= most && invoice->made_s >= 0 &&
	    invoice->made_s >> TIMESTAMP_BITS == 0 && invoice->expiry_s > 0 && invoice->final_cltv_blocks >= 0 &&
	    n <= BOLT11_DESCRIPTION_BYTES_MAX && utf8_is_valid(invoice->description ? invoice->description : "", n);
}

char *
bolt11_encode(struct arena *arena, const struct bolt11_invoice *invoice, const unsigned char key[NODE_KEY_BYTES])
{
	unsigned char digest[32], signature[NODE_SIGNATURE_BYTES];
	struct words *words = ARENA_NEW(arena, struct words);

	if (!is_in_range(invoice))
		return NULL;
	const char *prefix = arena_printf(arena, "ln%s%s", invoice->network, amount_text(arena, invoice->amount_msats));
	add_number(words, (uint64_t)invoice->made_s, TIMESTAMP_BITS / 5);
	add_bytes_field(words, 's', invoice->payment_secret, BOLT11_HASH_BYTES);
	add_bytes_field(words, 'p', invoice->payment_hash, BOLT11_HASH_BYTES);
	if (invoice->description)
		add_bytes_field(words, 'd', invoice->description, strlen(invoice->description));
	else
		add_bytes_field(words, 'h', invoice->description_hash, BOLT11_HASH_BYTES);
	if (invoice->expiry_s != BOLT11_EXPIRY_DEFAULT_S)
		add_number_field(words, 'x', invoice->expiry_s);
	if (invoice->final_cltv_blocks > 0)
		add_number_field(words, 'c', invoice->final_cltv_blocks);
	words->list[words->n++] = (uint8_t)bech32_word('9');
	add_number(words, 3, 2);
	add_number(words, 1 << 14 | 1 << 8, 3); /* payment_secret and var_onion_optin, both required */
	bolt11_digest(arena, prefix, words->list, words->n, digest);
	if (!node_sign(signature, key, digest))
		return NULL;
	add_bytes(words, signature, sizeof(signature));
	return bech32_encode(arena, prefix, words->list, words->n);
}
