/* Assets' bytes in a directory. */
#include "blob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "secret.h"

enum { PATH_BYTES = 4096, RANDOM_BYTES = 8, UNFINISHED_SECONDS_MAX = 24 * 3600 };

struct blob_writer {
	char root[PATH_BYTES];
	char draft[PATH_BYTES];
	int64_t tenant;
	int fd;
	bool has_failed;
	struct sha256 *sum;
	int64_t n_bytes;
};

static bool
format(char path[PATH_BYTES], const char *root, const char *name)
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
	if (!format(directory, writer->root, "incoming") || !make_directories(directory) || !format(writer->draft, directory, random))
		return false;
	writer->fd = open(writer->draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return writer->fd >= 0;
}

struct blob_writer *
blob_begin(const char *root, int64_t tenant)
{
	struct blob_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		abort();
	writer->tenant = tenant;
	if (snprintf(writer->root, sizeof(writer->root), "%s", root) >= (int)sizeof(writer->root) || !open_draft(writer)) {
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
move_to_place(struct blob_writer *writer, struct blob *blob)
{
	char directory[PATH_BYTES], place[PATH_BYTES], random[2 * RANDOM_BYTES + 1], folder[32];

	random_hex(random);
	(void)snprintf(folder, sizeof(folder), "%" PRId64 "/%.2s", writer->tenant, blob->hash);
	if (snprintf(blob->key, sizeof(blob->key), "%s/%s.%s", folder, blob->hash, random) >= (int)sizeof(blob->key))
		return false; /* never: its parts are bounded */
	return format(directory, writer->root, folder) && make_directories(directory) && format(place, writer->root, blob->key)
	    && rename(writer->draft, place) == 0 && sync_directory(directory);
}

bool
blob_finish(struct blob_writer *writer, struct blob *ret)
{
	*ret = (struct blob){ .n_bytes = writer->n_bytes };
	sha256_end(writer->sum, ret->hash);
	writer->sum = NULL;
	bool is_finished = !writer->has_failed && fsync(writer->fd) == 0 && move_to_place(writer, ret);
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
	return key[0] != '\0' && key[0] != '/' && !strstr(key, "..");
}

int
blob_open(const char *root, const char *key, int64_t *ret_n_bytes)
{
	char path[PATH_BYTES];
	struct stat facts;

	if (!key_is_safe(key) || !format(path, root, key))
		return -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
		(void)close(fd);
		errno = ENOENT;
		return -1;
	}
	*ret_n_bytes = facts.st_size;
	return fd;
}

bool
blob_remove(const char *root, const char *key)
{
	char path[PATH_BYTES];

	return key_is_safe(key) && format(path, root, key) && (unlink(path) == 0 || errno == ENOENT);
}

void
blob_sweep(const char *root)
{
	char directory[PATH_BYTES], path[PATH_BYTES];
	const struct dirent *entry;
	struct stat facts;

	if (!format(directory, root, "incoming"))
		return;
	DIR *incoming = opendir(directory);
	while (incoming && (entry = readdir(incoming))) {
		if (entry->d_name[0] != '.' && format(path, directory, entry->d_name) && stat(path, &facts) == 0
		    && time(NULL) - facts.st_mtime > UNFINISHED_SECONDS_MAX)
			(void)unlink(path);
	}
	if (incoming)
		(void)closedir(incoming);
}
