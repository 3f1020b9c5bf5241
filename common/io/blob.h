/* Assets' bytes in a directory: written aside, hashed on the way, and moved to their place once they are complete.
 *
 * Each asset has a file of its own, <tenant>/<first two digits>/<sha256>.<random>: removing one never takes another's bytes away, and nobody
 * learns by uploading whether somebody else has the same. */
#ifndef BLOB_H
#define BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BLOB_KEY_BYTES = 128, BLOB_HASH_BYTES = 65 };

struct blob {
	char key[BLOB_KEY_BYTES];   /* relative to the root */
	char hash[BLOB_HASH_BYTES]; /* SHA-256, hex */
	int64_t n_bytes;
};

struct blob_writer;

/* NULL with errno set.  root is made when it is missing. */
struct blob_writer *blob_begin(const char *root, int64_t tenant);

/* False: it could not be written; errno says why, and so does blob_finish. */
bool blob_add(struct blob_writer *writer, const void *bytes, size_t n);

int64_t blob_n_bytes(const struct blob_writer *writer);

/* On disk and in its place when this returns true; takes as long as the disk does.  The writer is gone either way, and on false the bytes are too. */
bool blob_finish(struct blob_writer *writer, struct blob *ret);

/* Leaves nothing behind.  NULL is fine. */
void blob_abandon(struct blob_writer *writer);

/* For reading; -1 with errno set. */
int blob_open(const char *root, const char *key, int64_t *ret_n_bytes);

/* True also when there was none. */
bool blob_remove(const char *root, const char *key);

/* What writers that died have left: unfinished files older than a day. */
void blob_sweep(const char *root);

#endif
