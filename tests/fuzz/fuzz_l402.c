/* Any text as an Authorization header: what is taken for a proof has a macaroon's text and a whole preimage. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "lightning/l402.h"

enum { ARENA_BYTES = 1024 * 1024, TEXT_BYTES_MAX = 16384 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	struct l402_proof proof;

	if (n_bytes > TEXT_BYTES_MAX)
		return 0;
	struct arena *arena = arena_new(ARENA_BYTES);
	const char *text = arena_strndup(arena, (const char *)bytes, n_bytes);

	(void)l402_is_authorization(text);
	if (l402_proof_read(arena, text, &proof)) {
		size_t n = strlen(proof.macaroon);
		assert(n > 0 && !strchr(proof.macaroon, ':'));
		assert(strlen(text) >= n + 1 + 2 * L402_PREIMAGE_BYTES);
	}
	arena_free(arena);
	return 0;
}
