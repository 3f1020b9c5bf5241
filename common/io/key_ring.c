/* A key file that may hold several keys. */
#include "key_ring.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clock.h"

enum { LOOK_US = 1000000 };

struct key_ring {
	char *path;
	pthread_mutex_t mutex;
	struct secret keys;
	struct stat state;     /* of the file that was read */
	int64_t next_look_us;  /* monotonic */
};

/* Under the mutex.  A file that cannot be read leaves the keys as they are. */
static void
look(struct key_ring *ring, bool at_once)
{
	int64_t now_us = clock_monotonic_us();
	struct secret keys;
	struct stat state;

	if (!at_once && now_us < ring->next_look_us)
		return;
	ring->next_look_us = now_us + LOOK_US;
	if (stat(ring->path, &state) != 0)
		return;
	if (state.st_ino == ring->state.st_ino && state.st_size == ring->state.st_size && state.st_mtim.tv_sec == ring->state.st_mtim.tv_sec &&
	    state.st_mtim.tv_nsec == ring->state.st_mtim.tv_nsec)
		return;
	if (!secret_load_keys(ring->path, &keys))
		return;
	ring->keys = keys;
	ring->state = state;
	secret_wipe(&keys);
}

struct key_ring *
key_ring_load(const char *path)
{
	struct key_ring *ring = calloc(1, sizeof(*ring));

	if (!ring || !(ring->path = strdup(path)))
		abort();
	if (!secret_load_keys(path, &ring->keys) || stat(path, &ring->state) != 0) {
		free(ring->path);
		free(ring);
		return NULL;
	}
	(void)pthread_mutex_init(&ring->mutex, NULL); /* fails only for attributes it does not know */
	return ring;
}

void
key_ring_free(struct key_ring *ring)
{
	if (!ring)
		return;
	secret_wipe(&ring->keys);
	(void)pthread_mutex_destroy(&ring->mutex); /* nobody holds it */
	free(ring->path);
	free(ring);
}

static struct secret
keys_of(struct key_ring *ring, bool at_once)
{
	pthread_mutex_lock(&ring->mutex);
	look(ring, at_once);
	struct secret keys = ring->keys;
	pthread_mutex_unlock(&ring->mutex);
	return keys;
}

void
key_ring_seal(struct key_ring *ring, unsigned char *sealed, const void *bytes, size_t n)
{
	struct secret keys = keys_of(ring, false);

	secret_seal(sealed, &keys, bytes, n);
	secret_wipe(&keys);
}

bool
key_ring_open(struct key_ring *ring, unsigned char *bytes, const unsigned char *sealed, size_t n_sealed)
{
	bool is_open = false;

	for (int i = 0; i < 2 && !is_open; i++) {
		struct secret keys = keys_of(ring, i == 1);
		is_open = secret_open(bytes, &keys, sealed, n_sealed);
		secret_wipe(&keys);
	}
	return is_open;
}

bool
key_ring_derive(struct key_ring *ring, size_t i, const char *purpose, unsigned char key[SHA256_BYTES])
{
	struct secret keys = keys_of(ring, false);
	bool is_there = (i + 1) * SEAL_KEY_BYTES <= keys.n;

	if (is_there)
		hmac_sha256(key, keys.bytes + i * SEAL_KEY_BYTES, SEAL_KEY_BYTES, purpose, strlen(purpose));
	secret_wipe(&keys);
	return is_there;
}
