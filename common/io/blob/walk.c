/* Assets' bytes, all of them: what is unfinished, what there is, and which copies of a bucket's are kept. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "blob/blob.h"
#include "blob/bucket.h"
#include "blob/store.h"

enum { DAY_SECONDS = 24 * 3600 };

void
blob_sweep(const struct blob_store *store)
{
	char directory[PATH_BYTES], path[PATH_BYTES];
	const struct dirent *entry;
	struct stat facts;

	if (!blob_path(directory, store->root, "incoming"))
		return;
	DIR *incoming = opendir(directory);
	while (incoming && (entry = readdir(incoming))) {
		if (entry->d_name[0] != '.' && blob_path(path, directory, entry->d_name) && stat(path, &facts) == 0
		    && time(NULL) - facts.st_mtime > DAY_SECONDS)
			(void)unlink(path);
	}
	if (incoming)
		(void)closedir(incoming);
}

/* ---- every file of the directory ---- */

struct walk {
	const char *root;
	bool (*found)(struct walk *walk, const char *key, const struct stat *facts); /* false: enough */
	const char *after;      /* keys up to this one are passed over */
	void *context;
};

static int
is_shown(const struct dirent *entry)
{
	return entry->d_name[0] >= '0' && entry->d_name[0] <= 'f'; /* digits of tenants and hashes; not "incoming" */
}

/* The files below root/key, in the order of their keys.  False: enough, or it could not be read (errno, else 0). */
static bool
walk_below(struct walk *walk, const char *key, int depth)
{
	char path[PATH_BYTES], below[BLOB_KEY_BYTES];
	struct dirent **entries;
	struct stat facts;
	bool goes_on = true;

	if (!blob_path(path, walk->root, key))
		return false;
	int n = scandir(path, &entries, is_shown, alphasort);
	if (n < 0)
		return errno == ENOENT || errno == ENOTDIR;
	for (int i = 0; i < n; i++) {
		size_t n_below = (size_t)snprintf(below, sizeof(below), "%s%s%s", key, *key ? "/" : "", entries[i]->d_name);
		bool is_ours = goes_on && n_below < sizeof(below);
		free(entries[i]);
		if (!is_ours || (depth < 3 ? strncmp(below, walk->after, n_below) < 0 : strcmp(below, walk->after) <= 0))
			continue;
		if (depth < 3)
			goes_on = walk_below(walk, below, depth + 1);
		else if (blob_path(path, walk->root, below) && stat(path, &facts) == 0 && S_ISREG(facts.st_mode))
			goes_on = walk->found(walk, below, &facts);
	}
	free(entries);
	return goes_on;
}

/* ---- a list ---- */

struct listing {
	struct blob_list *list;
	time_t older_than;
	bool is_full;
};

/* tenant/ab/<sha256>.<random>: what others may have put into a bucket is no blob. */
static bool
is_key(const char *key)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = strspn(key, "0123456789");

	if (n == 0 || n > 9 || strlen(key) != n + 4 + 64 + 1 + 16 || key[n] != '/' || key[n + 3] != '/')
		return false;
	const char *hash = key + n + 4;
	return memcmp(key + n + 1, hash, 2) == 0 && strspn(hash, hex) == 64 && hash[64] == '.' && strspn(hash + 65, hex) == 16;
}

static void
add(struct listing *listing, const char *key, int64_t modified)
{
	struct blob_list *list = listing->list;

	(void)snprintf(list->last, sizeof(list->last), "%s", key);
	if (modified < listing->older_than && is_key(key) && list->n < BLOB_LIST_MAX)
		(void)snprintf(list->keys[list->n++], BLOB_KEY_BYTES, "%s", key);
}

static bool
add_file(struct walk *walk, const char *key, const struct stat *facts)
{
	struct listing *listing = walk->context;

	add(listing, key, facts->st_mtime);
	listing->is_full = listing->list->n == BLOB_LIST_MAX;
	return !listing->is_full;
}

static void
add_object(void *context, const char *key, int64_t modified)
{
	add(context, key, modified);
}

bool
blob_list(const struct blob_store *store, const char *after, struct blob_list *ret_list)
{
	struct listing listing = { .list = ret_list, .older_than = time(NULL) - DAY_SECONDS };
	struct walk walk = { .root = store->root, .found = add_file, .after = after, .context = &listing };

	ret_list->n = 0;
	ret_list->last[0] = '\0';
	if (store->bucket) {
		if (!bucket_list(store->bucket, after, BLOB_LIST_MAX, add_object, &listing, &listing.is_full))
			return false;
	} else if (!walk_below(&walk, "", 1) && !listing.is_full) {
		return false;
	}
	if (!listing.is_full)
		ret_list->last[0] = '\0';
	return true;
}

/* ---- copies ---- */

struct copy {
	char key[BLOB_KEY_BYTES];
	int64_t n_bytes, read_at;
};

struct copies {
	struct copy *list;
	size_t n, n_max;
	int64_t n_bytes;
};

static bool
add_copy(struct walk *walk, const char *key, const struct stat *facts)
{
	struct copies *copies = walk->context;

	if (copies->n == copies->n_max) {
		copies->n_max = copies->n_max ? 2 * copies->n_max : 1024;
		copies->list = realloc(copies->list, copies->n_max * sizeof(*copies->list));
		if (!copies->list)
			abort();
	}
	struct copy *copy = &copies->list[copies->n++];
	(void)snprintf(copy->key, sizeof(copy->key), "%s", key);
	copy->n_bytes = facts->st_size;
	copy->read_at = facts->st_atime > facts->st_mtime ? facts->st_atime : facts->st_mtime;
	copies->n_bytes += copy->n_bytes;
	return true;
}

static int
by_time(const void *a, const void *b)
{
	const struct copy *left = a, *right = b;

	return (left->read_at > right->read_at) - (left->read_at < right->read_at);
}

/* Nine tenths are left, so that not every copy that comes has all of them counted. */
static int64_t
evict(const struct blob_store *store)
{
	struct copies copies = { .list = NULL };
	struct walk walk = { .root = store->root, .found = add_copy, .after = "", .context = &copies };
	char path[PATH_BYTES];

	(void)walk_below(&walk, "", 1); /* what cannot be read now is counted the next time */
	if (copies.n > 0)
		qsort(copies.list, copies.n, sizeof(*copies.list), by_time);
	int64_t n_bytes_max = copies.n_bytes > store->cache_bytes_max ? store->cache_bytes_max / 10 * 9 : copies.n_bytes;
	for (size_t i = 0; i < copies.n && copies.n_bytes > n_bytes_max; i++) {
		if (blob_path(path, store->root, copies.list[i].key) && unlink(path) == 0)
			copies.n_bytes -= copies.list[i].n_bytes;
	}
	free(copies.list);
	return copies.n_bytes;
}

void
blob_cache_grew(struct blob_store *store, int64_t n_bytes)
{
	pthread_mutex_lock(&store->mutex);
	if (store->n_cached_bytes >= 0)
		store->n_cached_bytes += n_bytes;
	if (store->n_cached_bytes < 0 || store->n_cached_bytes > store->cache_bytes_max)
		store->n_cached_bytes = evict(store);
	pthread_mutex_unlock(&store->mutex);
}
