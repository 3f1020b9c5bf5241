/* Codes of authenticator apps, and recovery codes. */
#include "factor/totp.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hmac_sha1.h"
#include "secret.h"
#include "uri.h"

enum { STEP_S = 30, WINDOW_STEPS = 1, GROUP_CHARS = 4 };

const char *
totp_base32(struct arena *arena, const unsigned char *bytes, size_t n)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	char *text = arena_alloc(arena, n * 8 / 5 + 2);
	uint32_t pending = 0;
	int n_bits = 0;
	size_t n_text = 0;

	for (size_t i = 0; i < n; i++) {
		pending = pending << 8 | bytes[i];
		n_bits += 8;
		for (; n_bits >= 5; n_bits -= 5)
			text[n_text++] = alphabet[pending >> (n_bits - 5) & 31];
	}
	if (n_bits > 0)
		text[n_text++] = alphabet[pending << (5 - n_bits) & 31];
	text[n_text] = '\0';
	return text;
}

void
totp_code(char text[TOTP_CODE_BYTES], const unsigned char *secret, size_t n_secret, int64_t step)
{
	unsigned char counter[8], digest[HMAC_SHA1_BYTES];

	for (int i = 0; i < 8; i++)
		counter[i] = (unsigned char)((uint64_t)step >> 8 * (7 - i));
	hmac_sha1(digest, secret, n_secret, counter, sizeof(counter));
	const unsigned char *at = digest + (digest[HMAC_SHA1_BYTES - 1] & 15); /* RFC 4226, 5.3 */
	uint32_t number = ((uint32_t)(at[0] & 127) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]) % 1000000;
	(void)snprintf(text, TOTP_CODE_BYTES, "%06" PRIu32, number);
}

bool
totp_fits(const unsigned char *secret, size_t n_secret, const char *code, int64_t now_us, int64_t last_step, int64_t *ret_step)
{
	int64_t now = now_us / 1000000 / STEP_S;
	bool fits = false;

	if (strlen(code) != TOTP_CODE_BYTES - 1)
		return false;
	for (int64_t step = now - WINDOW_STEPS; step <= now + WINDOW_STEPS; step++) {
		char right[TOTP_CODE_BYTES];
		totp_code(right, secret, n_secret, step);
		if (!secret_equal(right, code, TOTP_CODE_BYTES - 1) || step <= last_step || fits)
			continue;
		*ret_step = step;
		fits = true;
	}
	return fits;
}

const char *
totp_uri(struct arena *arena, const char *email, const char *secret)
{
	return arena_printf(arena, "otpauth://totp/WordClaw:%s?secret=%s&issuer=WordClaw", uri_encode(arena, email), secret);
}

const char *
recovery_code(struct arena *arena, const unsigned char random[RECOVERY_RANDOM_BYTES])
{
	const char *text = totp_base32(arena, random, RECOVERY_RANDOM_BYTES);

	return arena_printf(arena, "%.4s-%.4s-%.4s-%.4s", text, text + GROUP_CHARS, text + 2 * GROUP_CHARS, text + 3 * GROUP_CHARS);
}

const char *
recovery_plain(struct arena *arena, const char *typed)
{
	char *plain = arena_strdup(arena, typed);
	size_t n = 0;

	for (const char *c = typed; *c; c++) {
		if (*c != '-' && *c != ' ')
			plain[n++] = (char)toupper((unsigned char)*c);
	}
	plain[n] = '\0';
	return plain;
}
