/* Texts that clients carry for us and cannot read, make or change: sealed with a key that all gateways share. */
#ifndef SEALED_H
#define SEALED_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "contract/envelope.h"

enum { SEALED_BYTES_MAX = 32 * 1024, SEALED_DIGEST_BYTES = 16 };

/* A text of one kind never opens as another. */
enum sealed_kind { SEALED_SESSION = 1, SEALED_REQUEST_STATE = 2 };

/* Load the key, making its file when there is none.  False with a log line. */
bool sealed_load_key(const char *path);

/* base64url. */
const char *sealed_make(struct arena *arena, enum sealed_kind kind, const void *bytes, size_t n_bytes);
bool sealed_open(struct arena *arena, enum sealed_kind kind, const char *text, const unsigned char **ret_bytes, size_t *ret_n);

/* Who a text is for: a digest of the principal's tenant, id and source. */
void sealed_digest_principal(unsigned char digest[SEALED_DIGEST_BYTES], const struct principal *principal, struct arena *arena);

#endif
