/* Any bytes as a macaroon: nothing is read past its end, and none that was not begun with the key is signed with it. */
#include <assert.h>
#include <string.h>

#include "id.h"
#include "macaroon.h"
#include "secret.h"

enum { ARENA_BYTES = 8 * 1024 * 1024, TEXT_BYTES_MAX = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void
check(struct arena *arena, const char *text)
{
	struct macaroon macaroon, again;

	if (!macaroon_read(arena, text, &macaroon))
		return;
	assert(!macaroon_is_signed(&macaroon, "a key of the server", 19));
	assert(macaroon_read(arena, macaroon_write(arena, &macaroon), &again));
	assert(again.n_caveats == macaroon.n_caveats && again.identifier.n == macaroon.identifier.n);
	assert(memcmp(again.signature, macaroon.signature, MACAROON_SIGNATURE_BYTES) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	if (n_bytes > TEXT_BYTES_MAX)
		return 0;
	secret_init();
	struct arena *arena = arena_new(ARENA_BYTES);
	check(arena, arena_strndup(arena, (const char *)bytes, n_bytes));
	check(arena, base64url_encode(arena, bytes, n_bytes));
	arena_free(arena);
	return 0;
}
