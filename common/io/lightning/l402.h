/* The L402 scheme on the wire: what a client is told, and what it sends back.
 * Source: L402 protocol specification, "HTTP"; LSAT is its former name. */
#ifndef L402_H
#define L402_H

#include <stdbool.h>

#include "arena.h"

enum { L402_PREIMAGE_BYTES = 32, L402_PROOF_BYTES_MAX = 8192 };

struct l402_proof {
	const char *macaroon; /* base64, not looked at yet */
	unsigned char preimage[L402_PREIMAGE_BYTES];
};

/* Is this Authorization header of the scheme, under its present or its former name? */
bool l402_is_authorization(const char *authorization);

/* Macaroon, one colon, preimage in hex; a scheme in front is skipped.  False for anything else. */
bool l402_proof_read(struct arena *arena, const char *text, struct l402_proof *ret_proof);

/* The value of WWW-Authenticate.  Neither part may hold a quote, as neither base64url nor bech32 does. */
char *l402_challenge(struct arena *arena, const char *macaroon, const char *invoice);

#endif
