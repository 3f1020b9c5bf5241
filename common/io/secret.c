/* Cryptography: thin names over libsodium. */
#include "secret.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A signer's file holds its seed as hexadecimal text and a newline. */
/* Linux gives this much in one call; of more, each part would cost another one, so a seed from it is stretched (ChaCha20). */
enum { ASK_BYTES_MAX = 256 };
enum { SEED_HEX_BYTES = 2 * crypto_sign_SEEDBYTES, PATH_BYTES_MAX = 4096 };

void
secret_init(void)
{
	if (sodium_init() < 0)
		abort();
}

void
secret_random(void *bytes, size_t n)
{
	unsigned char seed[randombytes_SEEDBYTES];

	if (n <= ASK_BYTES_MAX) {
		randombytes_buf(bytes, n);
		return;
	}
	randombytes_buf(seed, sizeof(seed));
	randombytes_buf_deterministic(bytes, n, seed);
	sodium_memzero(seed, sizeof(seed));
}

void
secret_wipe(struct secret *secret)
{
	sodium_memzero(secret, sizeof(*secret));
}

bool
secret_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

void
sha256(unsigned char digest[SHA256_BYTES], const void *bytes, size_t n)
{
	(void)crypto_hash_sha256(digest, bytes, n); /* cannot fail */
}

void
sha256_hex(char text[SHA256_HEX_BYTES], const void *bytes, size_t n)
{
	unsigned char digest[SHA256_BYTES];

	sha256(digest, bytes, n);
	(void)sodium_bin2hex(text, SHA256_HEX_BYTES, digest, sizeof(digest));
}

struct sha256 {
	crypto_hash_sha256_state state;
};

struct sha256 *
sha256_begin(void)
{
	struct sha256 *sum = malloc(sizeof(*sum));

	if (!sum)
		abort();
	(void)crypto_hash_sha256_init(&sum->state);
	return sum;
}

void
sha256_add(struct sha256 *sum, const void *bytes, size_t n)
{
	(void)crypto_hash_sha256_update(&sum->state, bytes, n);
}

void
sha256_end(struct sha256 *sum, char text[SHA256_HEX_BYTES])
{
	unsigned char digest[SHA256_BYTES];

	(void)crypto_hash_sha256_final(&sum->state, digest);
	if (text)
		(void)sodium_bin2hex(text, SHA256_HEX_BYTES, digest, sizeof(digest));
	free(sum);
}

void
chain_hash(unsigned char digest[CHAIN_HASH_BYTES], const unsigned char prev[CHAIN_HASH_BYTES], const void *bytes, size_t n)
{
	crypto_generichash_state state;

	/* None of these can fail with a length that generichash accepts. */
	(void)crypto_generichash_init(&state, NULL, 0, CHAIN_HASH_BYTES);
	(void)crypto_generichash_update(&state, prev, CHAIN_HASH_BYTES);
	(void)crypto_generichash_update(&state, bytes, n);
	(void)crypto_generichash_final(&state, digest, CHAIN_HASH_BYTES);
}

void
hmac_sha256(unsigned char digest[SHA256_BYTES], const void *key, size_t n_key, const void *bytes, size_t n)
{
	crypto_auth_hmacsha256_state state;

	(void)crypto_auth_hmacsha256_init(&state, key, n_key);
	(void)crypto_auth_hmacsha256_update(&state, bytes, n);
	(void)crypto_auth_hmacsha256_final(&state, digest);
	sodium_memzero(&state, sizeof(state));
}

/* Several processes may start at once: the file appears complete or not at all, and the first one's stays. */
static bool
seed_create(const char *path)
{
	unsigned char seed[crypto_sign_SEEDBYTES];
	char text[SEED_HEX_BYTES + 2];
	char draft[PATH_BYTES_MAX];

	if (snprintf(draft, sizeof(draft), "%s.XXXXXX", path) >= (int)sizeof(draft))
		return false;
	int fd = mkostemp(draft, O_CLOEXEC); /* makes it with mode 0600 */
	if (fd < 0)
		return false;
	randombytes_buf(seed, sizeof(seed));
	(void)sodium_bin2hex(text, SEED_HEX_BYTES + 1, seed, sizeof(seed));
	text[SEED_HEX_BYTES] = '\n';
	bool is_written = write(fd, text, SEED_HEX_BYTES + 1) == SEED_HEX_BYTES + 1 && fsync(fd) == 0;
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(text, sizeof(text));
	(void)close(fd); /* fsync has spoken */

	bool is_there = is_written && (link(draft, path) == 0 || errno == EEXIST);
	(void)unlink(draft);
	return is_there;
}

bool
signer_load(const char *path, struct secret *ret_key, unsigned char ret_public[32])
{
	char text[SEED_HEX_BYTES];
	unsigned char seed[crypto_sign_SEEDBYTES];
	size_t n_seed = 0;

	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && seed_create(path))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool is_good = read(fd, text, sizeof(text)) == (ssize_t)sizeof(text)
	    && sodium_hex2bin(seed, sizeof(seed), text, sizeof(text), NULL, &n_seed, NULL) == 0 && n_seed == sizeof(seed);
	(void)close(fd); /* only read from */
	if (is_good) {
		_Static_assert(crypto_sign_SECRETKEYBYTES <= sizeof(ret_key->bytes), "the key fits");
		signer_from_seed(seed, ret_key, ret_public);
	}
	sodium_memzero(text, sizeof(text));
	sodium_memzero(seed, sizeof(seed));
	return is_good;
}

void
signer_from_seed(const unsigned char seed[32], struct secret *ret_key, unsigned char ret_public[32])
{
	ret_key->n = crypto_sign_SECRETKEYBYTES;
	(void)crypto_sign_seed_keypair(ret_public, ret_key->bytes, seed); /* cannot fail */
}

void
signer_sign(unsigned char signature[SIGNATURE_BYTES], const struct secret *key, const void *bytes, size_t n)
{
	assert(key->n == crypto_sign_SECRETKEYBYTES);
	(void)crypto_sign_detached(signature, NULL, bytes, n, key->bytes); /* cannot fail */
}

bool
signature_check(const unsigned char signature[SIGNATURE_BYTES], const unsigned char public_key[32], const void *bytes, size_t n)
{
	return crypto_sign_verify_detached(signature, bytes, n, public_key) == 0;
}

bool
password_hash(char text[128], const char *password)
{
	_Static_assert(crypto_pwhash_STRBYTES == 128, "libsodium's encoded form fits");
	/* Fails only without the 64 MiB it works in. */
	return crypto_pwhash_str(text, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
		   crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0;
}

bool
password_check(const char *text, const char *password)
{
	return crypto_pwhash_str_verify(text, password, strlen(password)) == 0;
}
