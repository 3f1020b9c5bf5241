/* Randomness, hashes, signatures and secrets through libsodium. */
#ifndef SECRET_H
#define SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that no format conversion can take. */
struct secret {
	size_t n;
	unsigned char bytes[128];
};

enum { SHA256_BYTES = 32, SHA256_HEX_BYTES = 65, CHAIN_HASH_BYTES = 32, SIGNATURE_BYTES = 64 };

void secret_init(void); /* once per process; aborts when the system has no randomness */
void secret_random(void *bytes, size_t n);
void secret_wipe(struct secret *secret);
bool secret_equal(const void *a, const void *b, size_t n); /* constant time */

void sha256(unsigned char digest[SHA256_BYTES], const void *bytes, size_t n);
void sha256_hex(char text[SHA256_HEX_BYTES], const void *bytes, size_t n);

/* The same of bytes that come in pieces.  sha256_end frees it; text may be NULL. */
struct sha256;
struct sha256 *sha256_begin(void);
void sha256_add(struct sha256 *sum, const void *bytes, size_t n);
void sha256_end(struct sha256 *sum, char text[SHA256_HEX_BYTES]);

/* BLAKE2b-256 over prev || bytes: the audit chain. */
void chain_hash(unsigned char digest[CHAIN_HASH_BYTES], const unsigned char prev[CHAIN_HASH_BYTES], const void *bytes, size_t n);
void hmac_sha256(unsigned char digest[SHA256_BYTES], const void *key, size_t n_key, const void *bytes, size_t n);

/* Ed25519.  The secret key file is made with mode 0600 when it does not exist; false when unreadable. */
bool signer_load(const char *path, struct secret *ret_key, unsigned char ret_public[32]);
void signer_from_seed(const unsigned char seed[32], struct secret *ret_key, unsigned char ret_public[32]);
void signer_sign(unsigned char signature[SIGNATURE_BYTES], const struct secret *key, const void *bytes, size_t n);
bool signature_check(const unsigned char signature[SIGNATURE_BYTES], const unsigned char public_key[32], const void *bytes, size_t n);

/* Sealed with a 32-byte key (XSalsa20-Poly1305, random nonce in front).  sealed needs n + SEAL_OVERHEAD_BYTES; open is false
 * when the bytes were not sealed with this key. */
enum { SEAL_OVERHEAD_BYTES = 40, SEAL_KEY_BYTES = 32 };
void secret_seal(unsigned char *sealed, const struct secret *key, const void *bytes, size_t n);
bool secret_open(unsigned char *bytes, const struct secret *key, const unsigned char *sealed, size_t n_sealed);
/* Read a key file of n raw bytes, or make it (mode 0600, atomically, so that several processes agree). */
bool secret_load_key(const char *path, size_t n, struct secret *ret_key);
/* The same of one to four sealing keys in a row: the first seals, secret_open tries all of them. */
bool secret_load_keys(const char *path, struct secret *ret_keys);

/* Argon2id password hash as text (libsodium's encoded form, at most 128 bytes). */
bool password_hash(char text[128], const char *password);
bool password_check(const char *text, const char *password);

#endif
