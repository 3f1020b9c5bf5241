/* Sealed texts. */
#include "mcp/protocol/sealed.h"

#include <string.h>

#include "id.h"
#include "key_ring.h"
#include "log.h"
#include "secret.h"

static struct key_ring *keys;

bool
sealed_load_key(const char *path)
{
	keys = key_ring_load(path);
	if (keys)
		return true;
	log_write(LOG_ERROR, "mcp.key_unreadable", LOG_TEXT("path", path));
	return false;
}

const char *
sealed_make(struct arena *arena, enum sealed_kind kind, const void *bytes, size_t n_bytes)
{
	unsigned char *plain = arena_alloc(arena, n_bytes + 1);
	unsigned char *sealed = arena_alloc(arena, n_bytes + 1 + SEAL_OVERHEAD_BYTES);

	plain[0] = (unsigned char)kind;
	memcpy(plain + 1, bytes, n_bytes);
	key_ring_seal(keys, sealed, plain, n_bytes + 1);
	return base64url_encode(arena, sealed, n_bytes + 1 + SEAL_OVERHEAD_BYTES);
}

bool
sealed_open(struct arena *arena, enum sealed_kind kind, const char *text, const unsigned char **ret_bytes, size_t *ret_n)
{
	void *sealed;
	size_t n_sealed;

	if (strlen(text) > SEALED_BYTES_MAX * 2 || !base64url_decode(arena, text, &sealed, &n_sealed) ||
	    n_sealed <= SEAL_OVERHEAD_BYTES)
		return false;
	unsigned char *plain = arena_alloc(arena, n_sealed - SEAL_OVERHEAD_BYTES);
	if (!key_ring_open(keys, plain, sealed, n_sealed) || plain[0] != (unsigned char)kind)
		return false;
	*ret_bytes = plain + 1;
	*ret_n = n_sealed - SEAL_OVERHEAD_BYTES - 1;
	return true;
}

void
sealed_digest_principal(unsigned char digest[SEALED_DIGEST_BYTES], const struct principal *principal, struct arena *arena)
{
	unsigned char whole[SHA256_BYTES];
	const char *text = arena_printf(arena, "%lld/%s/%s", (long long)principal->tenant, principal->source, principal->id);

	sha256(whole, text, strlen(text));
	memcpy(digest, whole, SEALED_DIGEST_BYTES);
}
