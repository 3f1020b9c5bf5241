/* Signatures of JSON Web Tokens (RFC 7518) through OpenSSL's libcrypto. */
#ifndef JWS_H
#define JWS_H

#include <stdbool.h>
#include <stddef.h>

enum { RSA_MODULUS_BYTES_MIN = 256, RSA_MODULUS_BYTES_MAX = 1024, P256_BYTES = 32 };

struct jws_bytes {
	const void *bytes;
	size_t n;
};

/* RSASSA-PKCS1-v1_5 with SHA-256.  False also for keys under 2048 bits. */
bool jws_check_rs256(struct jws_bytes modulus, struct jws_bytes exponent, struct jws_bytes message, struct jws_bytes signature);

/* ECDSA with P-256 and SHA-256: x and y of 32 bytes, a signature of 64. */
bool jws_check_es256(struct jws_bytes x, struct jws_bytes y, struct jws_bytes message, struct jws_bytes signature);

#endif
