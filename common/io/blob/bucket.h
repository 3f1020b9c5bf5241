/* A bucket of an S3-compatible store: libcurl signs the requests (AWS Signature Version 4).  Keys are those of blobs, and need no escaping.
 *
 * The operator chose the address, so it may be a private one.  Each failure is logged with the store's own code, and sets errno. */
#ifndef BUCKET_H
#define BUCKET_H

#include "blob/blob.h"

struct bucket; /* of any thread */

struct bucket *bucket_new(const struct blob_settings *settings, const char **ret_problem);

/* The file's first n_bytes, whose SHA-256 is hash.  Tried three times. */
bool bucket_put(const struct bucket *bucket, const char *key, const char *hash, int fd, int64_t n_bytes);

/* Piece by piece; take returns false to end it.  ENOENT: there is none. */
bool bucket_get(const struct bucket *bucket, const char *key, bool (*take)(void *context, const void *bytes, size_t n), void *context);

/* True also when there was none. */
bool bucket_remove(const struct bucket *bucket, const char *key);

/* Keys and times (seconds since 1970) behind a key, in order, at most max; *ret_has_more when there are further ones. */
bool bucket_list(const struct bucket *bucket, const char *after, size_t max, void (*found)(void *context, const char *key, int64_t modified),
    void *context, bool *ret_has_more);

#endif
