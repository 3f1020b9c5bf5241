/* HMAC-SHA-1 through OpenSSL's libcrypto: what authenticator apps compute (RFC 6238), and nothing else. */
#ifndef HMAC_SHA1_H
#define HMAC_SHA1_H

#include <stddef.h>

enum { HMAC_SHA1_BYTES = 20 };

void hmac_sha1(unsigned char digest[HMAC_SHA1_BYTES], const void *key, size_t n_key, const void *bytes, size_t n);

#endif
