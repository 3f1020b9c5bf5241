/* BOLT 11 invoices: reading. */
#include <string.h>

#include "buf.h"
#include "lightning/bech32.h"
#include "lightning/bolt11.h"
#include "secret.h"
#include "utf8.h"

enum {
	SIGNATURE_WORDS = 104, TIMESTAMP_WORDS = 7, FIELD_HEAD_WORDS = 3, HASH_WORDS = 52, NODE_WORDS = 53,
	FEATURE_BITS_MAX = 64, /* a required feature above is unknown for certain */
};
#define MSATS_PER_BITCOIN INT64_C(100000000000)
#define BITCOINS_MAX INT64_C(21000000)
/* var_onion_optin, payment_secret, basic_mpp, large channels, route blinding, AMP, payment metadata, zero-conf. */
#define KNOWN_REQUIRED (UINT64_C(1) << 8 | UINT64_C(1) << 14 | UINT64_C(1) << 16 | UINT64_C(1) << 18 | UINT64_C(1) << 24 | \
	UINT64_C(1) << 30 | UINT64_C(1) << 48 | UINT64_C(1) << 50)
#define ODD_BITS UINT64_C(0xaaaaaaaaaaaaaaaa)

struct reading {
	struct arena *arena;
	struct bolt11_invoice *invoice;
	bool has_hash, has_secret, has_description_hash, has_payee;
	const char *problem;
};

/* Bits in order, most significant first; those that fill no byte are dropped. */
static unsigned char *
to_bytes(struct arena *arena, const uint8_t *words, size_t n, size_t *ret_n)
{
	unsigned char *bytes = arena_alloc(arena, n * 5 / 8 + 1);
	uint32_t bits = 0;
	int n_bits = 0;

	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		bits = (bits << 5 | words[i]) & 0xfff;
		n_bits += 5;
		if (n_bits >= 8) {
			n_bits -= 8;
			bytes[(*ret_n)++] = (unsigned char)(bits >> n_bits);
		}
	}
	return bytes;
}

void
bolt11_digest(struct arena *arena, const char *prefix, const uint8_t *words, size_t n_words, unsigned char ret_digest[32])
{
	size_t n_prefix = strlen(prefix), n_bytes, n_wanted = (n_words * 5 + 7) / 8;
	uint8_t *padded = arena_alloc(arena, n_words + 2); /* zeroed: up to seven bits are missing */
	struct buf buf;

	memcpy(padded, words, n_words);
	const unsigned char *bytes = to_bytes(arena, padded, n_words + 2, &n_bytes);
	buf_init(&buf, arena, n_prefix + n_wanted);
	buf_add(&buf, prefix, n_prefix);
	buf_add(&buf, bytes, n_wanted);
	sha256(ret_digest, buf.bytes, buf.len);
}

/* ---- prefix ---- */

static bool
read_amount(const char *text, int64_t *ret_msats)
{
	int64_t amount = 0, unit;

	if (*text == '\0') {
		*ret_msats = 0;
		return true;
	}
	if (*text < '1' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (__builtin_mul_overflow(amount, INT64_C(10), &amount) || __builtin_add_overflow(amount, (int64_t)(*text - '0'), &amount))
			return false;
	}
	unit = *text == '\0' ? MSATS_PER_BITCOIN : *text == 'm' ? MSATS_PER_BITCOIN / 1000 : *text == 'u' ? MSATS_PER_BITCOIN / 1000000
	    : *text == 'n' ? MSATS_PER_BITCOIN / 1000000000 : *text == 'p' ? 0 : -1;
	if (unit < 0 || (*text && text[1]) || (unit == 0 && amount % 10 != 0))
		return false;
	if (unit == 0)
		*ret_msats = amount / 10;
	else if (__builtin_mul_overflow(amount, unit, ret_msats))
		return false;
	return *ret_msats > 0 && *ret_msats <= BITCOINS_MAX * MSATS_PER_BITCOIN;
}

static bool
read_prefix(const char *prefix, struct bolt11_invoice *invoice)
{
	static const char *const networks[] = { "bcrt", "bc", "tbs", "tb" };

	if (strncmp(prefix, "ln", 2) != 0)
		return false;
	for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++) {
		size_t n = strlen(networks[i]);
		if (strncmp(prefix + 2, networks[i], n) != 0)
			continue;
		invoice->network = networks[i];
		return read_amount(prefix + 2 + n, &invoice->amount_msats);
	}
	return false;
}

/* ---- fields ---- */

static bool
read_number(const uint8_t *words, size_t n, int64_t *ret_number)
{
	int64_t number = 0;

	for (size_t i = 0; i < n; i++) {
		if (number > INT64_MAX >> 6)
			return false;
		number = number << 5 | words[i];
	}
	*ret_number = number;
	return true;
}

static bool
has_unknown_requirement(const uint8_t *words, size_t n)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < n; i++) {
		size_t lowest = (n - 1 - i) * 5; /* number of the word's lowest bit */
		if (lowest >= FEATURE_BITS_MAX - 4) {
			for (int b = 0; b < 5; b++) {
				if (words[i] & 1 << b && (lowest + (size_t)b) % 2 == 0)
					return true;
			}
			continue;
		}
		bits |= (uint64_t)words[i] << lowest;
	}
	return bits & ~ODD_BITS & ~KNOWN_REQUIRED;
}

static bool
take_bytes(struct reading *reading, const uint8_t *words, size_t n, void *ret_bytes, size_t n_bytes)
{
	size_t n_found;
	const unsigned char *bytes = to_bytes(reading->arena, words, n, &n_found);

	if (n_found < n_bytes)
		return false;
	memcpy(ret_bytes, bytes, n_bytes);
	return true;
}

static void
read_description(struct reading *reading, const uint8_t *words, size_t n)
{
	size_t n_bytes;
	const unsigned char *bytes = to_bytes(reading->arena, words, n, &n_bytes);

	if (!utf8_is_valid((const char *)bytes, n_bytes) || memchr(bytes, '\0', n_bytes))
		reading->problem = "its description is not UTF-8";
	else if (!reading->invoice->description)
		reading->invoice->description = arena_strndup(reading->arena, (const char *)bytes, n_bytes);
}

/* Fields of another length than theirs are skipped, as the specification says. */
static void
read_field(struct reading *reading, int name, const uint8_t *words, size_t n)
{
	struct bolt11_invoice *invoice = reading->invoice;

	if (name == bech32_word('p') && n == HASH_WORDS && !reading->has_hash)
		reading->has_hash = take_bytes(reading, words, n, invoice->payment_hash, BOLT11_HASH_BYTES);
	else if (name == bech32_word('s') && n == HASH_WORDS && !reading->has_secret)
		reading->has_secret = take_bytes(reading, words, n, invoice->payment_secret, BOLT11_HASH_BYTES);
	else if (name == bech32_word('h') && n == HASH_WORDS && !reading->has_description_hash)
		reading->has_description_hash = take_bytes(reading, words, n, invoice->description_hash, BOLT11_HASH_BYTES);
	else if (name == bech32_word('n') && n == NODE_WORDS && !reading->has_payee)
		reading->has_payee = take_bytes(reading, words, n, invoice->payee, NODE_ID_BYTES);
	else if (name == bech32_word('d'))
		read_description(reading, words, n);
	else if (name == bech32_word('x') && !read_number(words, n, &invoice->expiry_s))
		reading->problem = "its expiry is out of range";
	else if (name == bech32_word('c') && !read_number(words, n, &invoice->final_cltv_blocks))
		reading->problem = "its final expiry delta is out of range";
	else if (name == bech32_word('9') && has_unknown_requirement(words, n))
		reading->problem = "it requires an unknown feature";
	else if (name == bech32_word('m'))
		invoice->metadata = to_bytes(reading->arena, words, n, &invoice->n_metadata);
}

static void
read_fields(struct reading *reading, const uint8_t *words, size_t n)
{
	size_t at = 0;

	while (!reading->problem && at < n) {
		size_t n_field = n - at >= FIELD_HEAD_WORDS ? (size_t)words[at + 1] * 32 + words[at + 2] : n;
		if (n - at < FIELD_HEAD_WORDS || n_field > n - at - FIELD_HEAD_WORDS) {
			reading->problem = "a field is cut off";
			return;
		}
		read_field(reading, words[at], words + at + FIELD_HEAD_WORDS, n_field);
		at += FIELD_HEAD_WORDS + n_field;
	}
	if (!reading->problem && (!reading->has_hash || !reading->has_secret))
		reading->problem = "it has no payment hash or no payment secret";
	if (!reading->problem && !reading->invoice->description && !reading->has_description_hash)
		reading->problem = "it has no description";
}

static bool
check_signature(struct reading *reading, const char *prefix, const uint8_t *words, size_t n)
{
	unsigned char signature[NODE_SIGNATURE_BYTES], digest[32];

	if (!take_bytes(reading, words + n, SIGNATURE_WORDS, signature, sizeof(signature)))
		return false;
	bolt11_digest(reading->arena, prefix, words, n, digest);
	if (reading->has_payee)
		return node_verify(reading->invoice->payee, signature, digest);
	return node_recover(reading->invoice->payee, signature, digest);
}

bool
bolt11_decode(struct arena *arena, const char *text, struct bolt11_invoice *ret_invoice, const char **ret_problem)
{
	struct bolt11_invoice invoice = { .expiry_s = BOLT11_EXPIRY_DEFAULT_S };
	struct reading reading = { .arena = arena, .invoice = &invoice };
	const char *prefix;
	uint8_t *words;
	size_t n;

	if (!bech32_decode(arena, text, &prefix, &words, &n, ret_problem))
		return false;
	*ret_problem = "its network or amount is malformed";
	if (!read_prefix(prefix, &invoice))
		return false;
	*ret_problem = "it is too short";
	if (n < TIMESTAMP_WORDS + SIGNATURE_WORDS)
		return false;
	n -= SIGNATURE_WORDS;
	(void)read_number(words, TIMESTAMP_WORDS, &invoice.made_s); /* 35 bits fit */
	read_fields(&reading, words + TIMESTAMP_WORDS, n - TIMESTAMP_WORDS);
	if (!reading.problem && !check_signature(&reading, prefix, words, n))
		reading.problem = "its signature is wrong";
	*ret_problem = reading.problem;
	if (reading.problem)
		return false;
	*ret_invoice = invoice;
	return true;
}
