/* Codes of authenticator apps (RFC 6238: SHA-1, six digits, thirty seconds), and recovery codes. */
#ifndef TOTP_H
#define TOTP_H

#include <stdint.h>

#include "arena.h"

enum { TOTP_SECRET_BYTES = 20, TOTP_CODE_BYTES = 7, RECOVERY_CODES_N = 10, RECOVERY_RANDOM_BYTES = 10 };

/* Base32 without padding (RFC 4648). */
const char *totp_base32(struct arena *arena, const unsigned char *bytes, size_t n);

/* The code of a step: of thirty seconds since 1970. */
void totp_code(char text[TOTP_CODE_BYTES], const unsigned char *secret, size_t n_secret, int64_t step);

/* Whether the code is that of now, or of the step before or after, and of a later step than the last that was used.  *ret_step: which. */
bool totp_fits(const unsigned char *secret, size_t n_secret, const char *code, int64_t now_us, int64_t last_step, int64_t *ret_step);

/* What apps read from a picture. */
const char *totp_uri(struct arena *arena, const char *email, const char *secret);

/* "ABCD-EFGH-IJKL-MNOP" of its random bytes; and what a person has typed, without what they may leave out. */
const char *recovery_code(struct arena *arena, const unsigned char random[RECOVERY_RANDOM_BYTES]);
const char *recovery_plain(struct arena *arena, const char *typed);

#endif
