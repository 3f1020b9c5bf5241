/* Macaroons with first-party caveats, in the V2 binary format that libmacaroons' successors read. */
#ifndef MACAROON_H
#define MACAROON_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "buf.h"

enum { MACAROON_SIGNATURE_BYTES = 32, MACAROON_CAVEATS_MAX = 32, MACAROON_TEXT_BYTES_MAX = 8192 };

struct macaroon_bytes {
	const unsigned char *bytes;
	size_t n;
};

struct macaroon {
	const char *location;          /* or NULL */
	struct macaroon_bytes identifier;
	struct macaroon_bytes caveats[MACAROON_CAVEATS_MAX];
	size_t n_caveats;
	unsigned char signature[MACAROON_SIGNATURE_BYTES];
};

/* A new one without caveats.  The identifier is borrowed. */
void macaroon_begin(struct macaroon *ret_macaroon, const char *location, const void *identifier, size_t n_identifier, const void *root_key,
    size_t n_key);

/* Narrow it; the text is borrowed.  False when it has MACAROON_CAVEATS_MAX already. */
bool macaroon_restrict(struct macaroon *macaroon, const char *caveat);

/* Binary V2 as base64url without padding. */
char *macaroon_write(struct arena *arena, const struct macaroon *macaroon);

/* False when text is none, or has third-party caveats, which nobody here can discharge.  Reads base64 of either alphabet, with or without
 * padding.  What it points at lives in the arena. */
bool macaroon_read(struct arena *arena, const char *text, struct macaroon *ret_macaroon);

/* Was it begun with this key and only narrowed since?  Constant time.  Says nothing about the caveats. */
bool macaroon_is_signed(const struct macaroon *macaroon, const void *root_key, size_t n_key);

#endif
