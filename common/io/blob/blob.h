/* Assets' bytes: written aside, hashed on the way, and moved to their place once they are complete.
 *
 * The place is a directory, or a bucket of an S3-compatible store.  The directory then holds what is on its way to the bucket and a bounded
 * number of copies, so that readers are served from files in both cases.
 *
 * Each asset has an object of its own, <tenant>/<first two digits>/<sha256>.<random>: removing one never takes another's bytes away, and
 * nobody learns by uploading whether somebody else has the same. */
#ifndef BLOB_H
#define BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"

enum { BLOB_KEY_BYTES = 128, BLOB_HASH_BYTES = 65, BLOB_LIST_MAX = 500, BLOB_PLACE_BYTES = 1100 };

struct blob_settings {
	const char *provider;       /* "local" or "s3" */
	const char *root;
	const char *bucket, *region, *endpoint, *access_key_id, *secret_access_key; /* s3 only */
	bool path_style;            /* endpoint/bucket/key instead of bucket.endpoint/key */
	int64_t cache_bytes_max;
};

/* What every process that handles the bytes reads.  The root is empty unless it was set. */
#define BLOB_SETTINGS(s) \
	{ "WORDCLAW_ASSET_STORAGE_PROVIDER", SETTING_TEXT, "local", 0, 0, "where the bytes of assets are: local (a directory) or s3 (a bucket)", &(s).provider }, \
	{ "WORDCLAW_ASSET_ROOT", SETTING_TEXT, "", 0, 0, "directory of the assets' bytes, shared by content and the gateways; with s3 each machine's own, of copies; default $WORDCLAW_HOME/assets", &(s).root }, \
	{ "WORDCLAW_ASSET_CACHE_BYTES_MAX", SETTING_INT, "10737418240", 0, INT64_MAX, "with s3: how much of the copies is kept, least recently read ones go first", &(s).cache_bytes_max }, \
	{ "WORDCLAW_ASSET_S3_BUCKET", SETTING_TEXT, "", 0, 0, "name of the bucket", &(s).bucket }, \
	{ "WORDCLAW_ASSET_S3_REGION", SETTING_TEXT, "us-east-1", 0, 0, "its region", &(s).region }, \
	{ "WORDCLAW_ASSET_S3_ENDPOINT", SETTING_TEXT, "", 0, 0, "URL of the store, as https://s3.example.com; default https://s3.REGION.amazonaws.com", &(s).endpoint }, \
	{ "WORDCLAW_ASSET_S3_ACCESS_KEY_ID", SETTING_TEXT, "", 0, 0, "who signs the requests", &(s).access_key_id }, \
	{ "WORDCLAW_ASSET_S3_SECRET_ACCESS_KEY", SETTING_SECRET, "", 0, 0, "with which secret", &(s).secret_access_key }, \
	{ "WORDCLAW_ASSET_S3_FORCE_PATH_STYLE", SETTING_BOOL, "false", 0, 0, "address the bucket as ENDPOINT/BUCKET instead of BUCKET.ENDPOINT", &(s).path_style }

struct blob {
	char key[BLOB_KEY_BYTES];   /* relative to the root or the bucket */
	char hash[BLOB_HASH_BYTES]; /* SHA-256, hex */
	int64_t n_bytes;
};

struct blob_store;  /* of any thread */
struct blob_writer; /* of one at a time */

/* Lives for the process.  NULL when the settings do not make sense together; *ret_problem then says how, as one line. */
struct blob_store *blob_store_open(const struct blob_settings *settings, const char **ret_problem);
const char *blob_store_provider(const struct blob_store *store);

/* NULL with errno set.  The root is made when it is missing. */
struct blob_writer *blob_begin(struct blob_store *store, int64_t tenant);

/* False: it could not be written; errno says why, and so does blob_finish. */
bool blob_add(struct blob_writer *writer, const void *bytes, size_t n);

int64_t blob_n_bytes(const struct blob_writer *writer);

/* Safe and in its place when this returns true; takes as long as the disk or the bucket does.  The writer is gone either way, and on false the
 * bytes are too. */
bool blob_finish(struct blob_writer *writer, struct blob *ret);

/* Leaves nothing behind.  NULL is fine. */
void blob_abandon(struct blob_writer *writer);

/* For reading; -1 with errno set.  ENOENT: blob_fetch may have it. */
int blob_open(struct blob_store *store, const char *key, int64_t *ret_n_bytes);

/* The same after bringing a copy from the bucket; takes as long as that does.  ENOENT: there is none; EIO: it cannot be had, or is not what the
 * key, hash and size of the blob say. */
int blob_fetch(struct blob_store *store, const struct blob *blob);

/* True also when there was none. */
bool blob_remove(struct blob_store *store, const char *key);

/* What writers that died have left: unfinished files older than a day. */
void blob_sweep(const struct blob_store *store);

/* Keys of blobs older than a day, in order, behind one: at most BLOB_LIST_MAX, and *ret_last is the one to go on behind, empty at the end.
 * False with errno set. */
struct blob_list {
	char keys[BLOB_LIST_MAX][BLOB_KEY_BYTES];
	size_t n;
	char last[BLOB_PLACE_BYTES]; /* as long as a bucket's longest key: others may have put things there */
};
bool blob_list(const struct blob_store *store, const char *after, struct blob_list *ret_list);

#endif
