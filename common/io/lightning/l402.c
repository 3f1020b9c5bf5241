/* The L402 scheme on the wire. */
#include "lightning/l402.h"

#include <string.h>
#include <strings.h>

static size_t
scheme_length(const char *text)
{
	if (strncasecmp(text, "L402 ", 5) != 0 && strncasecmp(text, "LSAT ", 5) != 0)
		return 0;
	return 5 + strspn(text + 5, " ");
}

bool
l402_is_authorization(const char *authorization)
{
	return scheme_length(authorization) > 0;
}

static int
hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
read_preimage(const char *hex, unsigned char *preimage)
{
	if (strnlen(hex, 2 * L402_PREIMAGE_BYTES + 1) != 2 * L402_PREIMAGE_BYTES)
		return false;
	for (size_t i = 0; i < L402_PREIMAGE_BYTES; i++) {
		int high = hex_value(hex[2 * i]), low = hex_value(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		preimage[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

bool
l402_proof_read(struct arena *arena, const char *text, struct l402_proof *ret_proof)
{
	struct l402_proof proof;

	if (strnlen(text, L402_PROOF_BYTES_MAX + 1) > L402_PROOF_BYTES_MAX)
		return false;
	text += scheme_length(text);
	const char *colon = strchr(text, ':');
	if (!colon || colon == text || !read_preimage(colon + 1, proof.preimage))
		return false;
	proof.macaroon = arena_strndup(arena, text, (size_t)(colon - text));
	*ret_proof = proof;
	return true;
}

char *
l402_challenge(struct arena *arena, const char *macaroon, const char *invoice)
{
	return arena_printf(arena, "L402 version=\"0\", token=\"%s\", macaroon=\"%s\", invoice=\"%s\"", macaroon, macaroon, invoice);
}
