/* What the store's files share. */
#ifndef STORE_H
#define STORE_H

#include <pthread.h>

#include "blob/blob.h"

enum { PATH_BYTES = 4096 };

struct blob_store {
	const char *root;
	struct bucket *bucket;    /* NULL: the directory is the store */
	pthread_mutex_t mutex;    /* of what follows */
	int64_t cache_bytes_max;
	int64_t n_cached_bytes;   /* -1: not counted yet */
};

/* False with errno set when it is too long. */
bool blob_path(char path[PATH_BYTES], const char *root, const char *name);

/* After a copy came: when there are too many bytes, the ones that were not read for longest go. */
void blob_cache_grew(struct blob_store *store, int64_t n_bytes);

#endif
