/* libsodium has no SHA-1, on purpose.  libcrypto is linked already, by libpq and libcurl. */
#include "hmac_sha1.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

void
hmac_sha1(unsigned char digest[HMAC_SHA1_BYTES], const void *key, size_t n_key, const void *bytes, size_t n)
{
	unsigned int n_digest = 0;

	if (!HMAC(EVP_sha1(), key, (int)n_key, bytes, n, digest, &n_digest) || n_digest != HMAC_SHA1_BYTES)
		abort(); /* out of memory, or a libcrypto without SHA-1 */
}
