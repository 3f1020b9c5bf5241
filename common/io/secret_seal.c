/* Sealing bytes with a key from a file: XSalsa20-Poly1305 through libsodium. */
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

_Static_assert(SEAL_OVERHEAD_BYTES == crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES, "nonce in front, then the box");
_Static_assert(SEAL_KEY_BYTES == crypto_secretbox_KEYBYTES, "the key is libsodium's");

void
secret_seal(unsigned char *sealed, const struct secret *key, const void *bytes, size_t n)
{
	assert(key->n > 0 && key->n % SEAL_KEY_BYTES == 0);
	randombytes_buf(sealed, crypto_secretbox_NONCEBYTES);
	(void)crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, bytes, n, sealed, key->bytes); /* cannot fail */
}

bool
secret_open(unsigned char *bytes, const struct secret *key, const unsigned char *sealed, size_t n_sealed)
{
	assert(key->n > 0 && key->n % SEAL_KEY_BYTES == 0);
	if (n_sealed < SEAL_OVERHEAD_BYTES)
		return false;
	for (size_t at = 0; at < key->n; at += SEAL_KEY_BYTES) {
		if (crypto_secretbox_open_easy(bytes, sealed + crypto_secretbox_NONCEBYTES, n_sealed - crypto_secretbox_NONCEBYTES,
		        sealed, key->bytes + at) == 0)
			return true;
	}
	return false;
}

/* A complete file under its own name first, then linked: of several processes starting at once one wins. */
static void
make_key_file(const char *path, size_t n)
{
	unsigned char bytes[128];
	char *name = NULL;

	if (asprintf(&name, "%s.XXXXXX", path) < 0)
		abort();
	int fd = mkostemp(name, O_CLOEXEC); /* mode 0600 */
	if (fd >= 0) {
		randombytes_buf(bytes, n);
		bool is_written = write(fd, bytes, n) == (ssize_t)n && fsync(fd) == 0;
		(void)close(fd);
		if (is_written && link(name, path) != 0 && errno != EEXIST)
			perror(path); /* EEXIST: another process was first, its key is as good; else the caller cannot read it either */
		(void)unlink(name);
		sodium_memzero(bytes, sizeof(bytes));
	}
	free(name);
}

bool
secret_load_key(const char *path, size_t n, struct secret *ret_key)
{
	assert(n <= sizeof(ret_key->bytes));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		make_key_file(path, n);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0)
		return false;
	ssize_t n_read = read(fd, ret_key->bytes, n);
	(void)close(fd); /* only read from */
	ret_key->n = n;
	return n_read == (ssize_t)n;
}

bool
secret_load_keys(const char *path, struct secret *ret_keys)
{
	struct stat state;

	if (!secret_load_key(path, SEAL_KEY_BYTES, ret_keys))
		return false;
	if (stat(path, &state) != 0 || state.st_size % SEAL_KEY_BYTES != 0 || state.st_size > (off_t)sizeof(ret_keys->bytes))
		return false;
	return secret_load_key(path, (size_t)state.st_size, ret_keys);
}
