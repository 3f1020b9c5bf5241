/* A key file that may hold several keys: the first seals, all of them open.  Rotating it needs no restart: who uses it looks for a new
 * file once a second, and at once when something does not open. */
#ifndef KEY_RING_H
#define KEY_RING_H

#include "secret.h"

enum { KEY_RING_MAX = 4 };

struct key_ring;

/* The file is made with one key when it is missing.  NULL when it cannot be read or made. */
struct key_ring *key_ring_load(const char *path);
void key_ring_free(struct key_ring *ring); /* accepts NULL */

/* As secret_seal and secret_open; from any thread. */
void key_ring_seal(struct key_ring *ring, unsigned char *sealed, const void *bytes, size_t n);
bool key_ring_open(struct key_ring *ring, unsigned char *bytes, const unsigned char *sealed, size_t n_sealed);

/* HMAC-SHA-256 of the purpose with key i; false when there is none. */
bool key_ring_derive(struct key_ring *ring, size_t i, const char *purpose, unsigned char key[SHA256_BYTES]);

#endif
