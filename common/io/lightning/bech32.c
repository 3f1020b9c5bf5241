/* Bech32 without its limit of 90 characters, as invoices use it. */
#include "lightning/bech32.h"

#include <string.h>

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t
checksum_step(uint32_t state)
{
	static const uint32_t generator[5] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
	uint32_t next = (state & 0x1ffffff) << 5;

	for (int i = 0; i < 5; i++) {
		if (state >> 25 & 1U << i)
			next ^= generator[i];
	}
	return next;
}

static uint32_t
checksum_begin(const char *prefix, size_t n_prefix)
{
	uint32_t state = 1;

	for (size_t i = 0; i < n_prefix; i++)
		state = checksum_step(state) ^ (uint32_t)((unsigned char)prefix[i] >> 5);
	state = checksum_step(state);
	for (size_t i = 0; i < n_prefix; i++)
		state = checksum_step(state) ^ (uint32_t)(prefix[i] & 31);
	return state;
}

static uint32_t
checksum_add(uint32_t state, const uint8_t *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		state = checksum_step(state) ^ words[i];
	return state;
}

int
bech32_word(char letter)
{
	const char *at = letter ? strchr(alphabet, letter) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/* Lower case of either case; NULL when mixed, too long or not printable. */
static char *
one_case(struct arena *arena, const char *text)
{
	size_t n = strnlen(text, BECH32_TEXT_BYTES_MAX + 1);
	bool has_lower = false, has_upper = false;

	if (n > BECH32_TEXT_BYTES_MAX)
		return NULL;
	char *copy = arena_strndup(arena, text, n);
	for (size_t i = 0; i < n; i++) {
		if (copy[i] < 33 || copy[i] > 126)
			return NULL;
		has_lower |= copy[i] >= 'a' && copy[i] <= 'z';
		if (copy[i] >= 'A' && copy[i] <= 'Z') {
			has_upper = true;
			copy[i] = (char)(copy[i] - 'A' + 'a');
		}
	}
	return has_lower && has_upper ? NULL : copy;
}

bool
bech32_decode(struct arena *arena, const char *text, const char **ret_prefix, uint8_t **ret_words, size_t *ret_n, const char **ret_problem)
{
	char *copy = one_case(arena, text);
	char *separator = copy ? strrchr(copy, '1') : NULL;

	*ret_problem = "not valid bech32";
	if (!separator || separator == copy || strlen(separator + 1) < BECH32_CHECKSUM_WORDS)
		return false;
	size_t n_prefix = (size_t)(separator - copy), n = strlen(separator + 1);
	uint8_t *words = ARENA_ARRAY(arena, uint8_t, n);
	for (size_t i = 0; i < n; i++) {
		int word = bech32_word(separator[1 + i]);
		if (word < 0)
			return false;
		words[i] = (uint8_t)word;
	}
	if (checksum_add(checksum_begin(copy, n_prefix), words, n) != 1) {
		*ret_problem = "its checksum is wrong";
		return false;
	}
	*separator = '\0';
	*ret_prefix = copy;
	*ret_words = words;
	*ret_n = n - BECH32_CHECKSUM_WORDS;
	return true;
}

char *
bech32_encode(struct arena *arena, const char *prefix, const uint8_t *words, size_t n)
{
	static const uint8_t blank[BECH32_CHECKSUM_WORDS];
	size_t n_prefix = strlen(prefix);
	char *text = arena_alloc(arena, n_prefix + 1 + n + BECH32_CHECKSUM_WORDS + 1);
	uint32_t checksum = checksum_add(checksum_add(checksum_begin(prefix, n_prefix), words, n), blank, BECH32_CHECKSUM_WORDS) ^ 1;
	char *at = text + n_prefix;

	memcpy(text, prefix, n_prefix);
	*at++ = '1';
	for (size_t i = 0; i < n; i++)
		*at++ = alphabet[words[i] & 31];
	for (int i = 0; i < BECH32_CHECKSUM_WORDS; i++)
		*at++ = alphabet[checksum >> 5 * (BECH32_CHECKSUM_WORDS - 1 - i) & 31];
	return text;
}
