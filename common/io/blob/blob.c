/* Assets' bytes, one at a time. */
#include "blob/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob/bucket.h"
#include "blob/store.h"
#include "secret.h"

enum { RANDOM_BYTES = 8 };

struct blob_writer {
	struct blob_store *store;
	char draft[PATH_BYTES];
	int64_t tenant;
	int fd;
	bool has_failed;
	struct sha256 *sum;
	int64_t n_bytes;
};

struct blob_store *
blob_store_open(const struct blob_settings *settings, const char **ret_problem)
{
	struct blob_store *store = calloc(1, sizeof(*store));
	bool is_bucket = strcmp(settings->provider, "s3") == 0;

	if (!store)
		abort();
	*store = (struct blob_store){ .root = settings->root, .cache_bytes_max = settings->cache_bytes_max, .n_cached_bytes = -1,
		.mutex = PTHREAD_MUTEX_INITIALIZER };
	*ret_problem = NULL;
	if (is_bucket)
		store->bucket = bucket_new(settings, ret_problem);
	else if (strcmp(settings->provider, "local") != 0)
		*ret_problem = "WORDCLAW_ASSET_STORAGE_PROVIDER is local or s3; example: WORDCLAW_ASSET_STORAGE_PROVIDER=local";
	if (!*ret_problem)
		return store;
	free(store);
	return NULL;
}

const char *
blob_store_provider(const struct blob_store *store)
{
	return store->bucket ? "s3" : "local";
}

bool
blob_path(char path[PATH_BYTES], const char *root, const char *name)
{
	if (snprintf(path, PATH_BYTES, "%s/%s", root, name) < PATH_BYTES)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

/* Every directory of the path, the last component too. */
static bool
make_directories(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		bool is_made = mkdir(path, 0700) == 0 || errno == EEXIST;
		*slash = '/';
		if (!is_made)
			return false;
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static void
random_hex(char text[2 * RANDOM_BYTES + 1])
{
	unsigned char bytes[RANDOM_BYTES];

	secret_random(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static bool
open_draft(struct blob_writer *writer)
{
	char directory[PATH_BYTES], random[2 * RANDOM_BYTES + 1];

	random_hex(random);
	if (!blob_path(directory, writer->store->root, "incoming") || !make_directories(directory) || !blob_path(writer->draft, directory, random))
		return false;
	writer->fd = open(writer->draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return writer->fd >= 0;
}

struct blob_writer *
blob_begin(struct blob_store *store, int64_t tenant)
{
	struct blob_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		abort();
	writer->store = store;
	writer->tenant = tenant;
	if (!open_draft(writer)) {
		free(writer);
		return NULL;
	}
	writer->sum = sha256_begin();
	return writer;
}

bool
blob_add(struct blob_writer *writer, const void *bytes, size_t n)
{
	const char *at = bytes;
	size_t n_left = n;

	while (n_left > 0 && !writer->has_failed) {
		ssize_t written = write(writer->fd, at, n_left);
		if (written < 0 && errno == EINTR)
			continue;
		writer->has_failed = written <= 0;
		if (!writer->has_failed) {
			at += written;
			n_left -= (size_t)written;
		}
	}
	if (writer->has_failed)
		return false;
	sha256_add(writer->sum, bytes, n);
	writer->n_bytes += (int64_t)n;
	return true;
}

int64_t
blob_n_bytes(const struct blob_writer *writer)
{
	return writer->n_bytes;
}

static void
writer_free(struct blob_writer *writer)
{
	if (writer->sum)
		sha256_end(writer->sum, NULL);
	if (writer->fd >= 0)
		(void)close(writer->fd);
	free(writer);
}

void
blob_abandon(struct blob_writer *writer)
{
	if (!writer)
		return;
	(void)unlink(writer->draft);
	writer_free(writer);
}

/* A rename lasts once its directory is on disk. */
static bool
sync_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return false;
	bool is_synced = fsync(fd) == 0;
	(void)close(fd);
	return is_synced;
}

static bool
name_blob(struct blob *blob, int64_t tenant)
{
	char random[2 * RANDOM_BYTES + 1];

	random_hex(random);
	return snprintf(blob->key, sizeof(blob->key), "%" PRId64 "/%.2s/%s.%s", tenant, blob->hash, blob->hash, random) < (int)sizeof(blob->key);
}

static bool
move_to_place(const struct blob_store *store, const char *draft, const char *key)
{
	char directory[PATH_BYTES], place[PATH_BYTES];

	if (!blob_path(place, store->root, key))
		return false;
	(void)snprintf(directory, sizeof(directory), "%.*s", (int)(strrchr(place, '/') - place), place);
	return make_directories(directory) && rename(draft, place) == 0 && sync_directory(directory);
}

/* In a bucket it is safe; the file is a copy then, which the first readers will want. */
static bool
put(struct blob_writer *writer, const struct blob *blob)
{
	struct blob_store *store = writer->store;
	int fd;

	if (!store->bucket)
		return fsync(writer->fd) == 0 && move_to_place(store, writer->draft, blob->key);
	fd = open(writer->draft, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool is_put = bucket_put(store->bucket, blob->key, blob->hash, fd, blob->n_bytes);
	int why = errno;
	(void)close(fd);
	errno = why;
	if (!is_put)
		return false;
	if (move_to_place(store, writer->draft, blob->key))
		blob_cache_grew(store, blob->n_bytes);
	else
		(void)unlink(writer->draft);
	return true;
}

bool
blob_finish(struct blob_writer *writer, struct blob *ret)
{
	*ret = (struct blob){ .n_bytes = writer->n_bytes };
	sha256_end(writer->sum, ret->hash);
	writer->sum = NULL;
	bool is_finished = !writer->has_failed && name_blob(ret, writer->tenant) && put(writer, ret);
	if (is_finished) {
		writer_free(writer);
		return true;
	}
	int why = errno;
	blob_abandon(writer);
	errno = why;
	return false;
}

/* Keys come from our own table; this is for the day they do not. */
static bool
key_is_safe(const char *key)
{
	return key[0] != '\0' && key[0] != '/' && !strstr(key, "..") && key[strspn(key, "0123456789abcdef/.")] == '\0';
}

int
blob_open(struct blob_store *store, const char *key, int64_t *ret_n_bytes)
{
	char path[PATH_BYTES];
	struct stat facts;

	if (!key_is_safe(key)) {
		errno = EINVAL;
		return -1;
	}
	if (!blob_path(path, store->root, key))
		return -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
		(void)close(fd);
		errno = ENOENT;
		return -1;
	}
	if (store->bucket)
		(void)futimens(fd, (const struct timespec[2]){ { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_OMIT } }); /* who was read last stays longest */
	*ret_n_bytes = facts.st_size;
	return fd;
}

static bool
take_piece(void *context, const void *bytes, size_t n)
{
	return blob_add(context, bytes, n);
}

/* What came is open for reading from before it can be removed for want of room. */
static int
settle_fetched(struct blob_writer *writer, const struct blob *blob, int why)
{
	char hash[BLOB_HASH_BYTES];
	int fd = -1;

	sha256_end(writer->sum, hash);
	writer->sum = NULL;
	if (!why && (writer->n_bytes != blob->n_bytes || strcmp(hash, blob->hash) != 0))
		why = EIO;
	if (!why && (fd = open(writer->draft, O_RDONLY | O_CLOEXEC)) < 0)
		why = errno;
	if (!why && move_to_place(writer->store, writer->draft, blob->key)) {
		blob_cache_grew(writer->store, blob->n_bytes);
		writer_free(writer);
		return fd;
	}
	why = why ? why : errno;
	if (fd >= 0)
		(void)close(fd);
	blob_abandon(writer);
	errno = why;
	return -1;
}

int
blob_fetch(struct blob_store *store, const struct blob *blob)
{
	int64_t n_bytes;
	int fd = blob_open(store, blob->key, &n_bytes); /* somebody may have brought it meanwhile */

	if ((fd >= 0 && n_bytes == blob->n_bytes) || (fd < 0 && errno != ENOENT) || !store->bucket)
		return fd;
	if (fd >= 0)
		(void)close(fd); /* what a crash left of a copy */
	struct blob_writer *writer = blob_begin(store, 0);
	if (!writer)
		return -1;
	bool is_got = bucket_get(store->bucket, blob->key, take_piece, writer);
	return settle_fetched(writer, blob, is_got ? 0 : errno);
}

bool
blob_remove(struct blob_store *store, const char *key)
{
	char path[PATH_BYTES];

	if (!key_is_safe(key)) {
		errno = EINVAL;
		return false;
	}
	if (store->bucket && !bucket_remove(store->bucket, key))
		return false;
	return blob_path(path, store->root, key) && (unlink(path) == 0 || errno == ENOENT);
}
