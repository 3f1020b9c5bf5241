/* Files of a backup. */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 256 * 1024, DEPTH_MAX = 8 };

/* Read to the end, adding to the sum and writing to `to` unless it is -1. */
static bool
pass_on(int from, int to, struct file_sum *ret_sum)
{
	static char piece[PIECE_BYTES];
	struct sha256 *sum = sha256_begin();
	bool is_ok = true;

	ret_sum->n_bytes = 0;
	while (is_ok) {
		ssize_t n = read(from, piece, sizeof(piece));
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		is_ok = n > 0;
		for (ssize_t done = 0, m; is_ok && to >= 0 && done < n; done += m) {
			m = write(to, piece + done, (size_t)(n - done));
			is_ok = m > 0;
		}
		if (is_ok) {
			sha256_add(sum, piece, (size_t)n);
			ret_sum->n_bytes += n;
		}
	}
	sha256_end(sum, ret_sum->sha256);
	return is_ok;
}

bool
file_sum(const char *path, struct file_sum *ret_sum)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	bool is_ok = pass_on(fd, -1, ret_sum);
	int problem = errno;
	(void)close(fd); /* only read from */
	errno = problem;
	return is_ok;
}

static bool
give_to_owner(const char *path, const char *owner_of)
{
	struct stat place;

	if (!owner_of || geteuid() != 0)
		return true;
	return stat(owner_of, &place) == 0 && chown(path, place.st_uid, place.st_gid) == 0;
}

/* Every directory above the file. */
static bool
make_directories(const char *path, const char *owner_of)
{
	char text[PATH_MAX];

	if (snprintf(text, sizeof(text), "%s", path) >= (int)sizeof(text)) {
		errno = ENAMETOOLONG;
		return false;
	}
	for (char *slash = strchr(text + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(text, 0700) == 0 ? !give_to_owner(text, owner_of) : errno != EEXIST)
			return false;
		*slash = '/';
	}
	return true;
}

bool
directory_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return false;
	bool is_ok = fsync(fd) == 0;
	(void)close(fd);
	return is_ok;
}

/* ---- a file under a name of its own first ---- */

struct draft {
	char path[PATH_MAX];
	int fd;
};

static bool
draft_open(struct draft *draft, const char *path, const char *owner_of)
{
	if (!make_directories(path, owner_of))
		return false;
	if (snprintf(draft->path, sizeof(draft->path), "%s.XXXXXX", path) >= (int)sizeof(draft->path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	draft->fd = mkostemp(draft->path, O_CLOEXEC); /* mode 0600 */
	return draft->fd >= 0;
}

/* may_replace: over what is there; without, somebody else's file stays and errno is EEXIST. */
static bool
draft_finish(struct draft *draft, const char *path, const char *owner_of, bool is_written, bool may_replace)
{
	bool is_ok = is_written && fsync(draft->fd) == 0;
	int problem = errno;

	if (close(draft->fd) != 0 && is_ok) {
		is_ok = false;
		problem = errno;
	}
	if (is_ok) {
		is_ok = give_to_owner(draft->path, owner_of) && (may_replace ? rename(draft->path, path) : link(draft->path, path)) == 0;
		problem = errno;
	}
	if (!is_ok || !may_replace)
		(void)unlink(draft->path);
	errno = problem;
	return is_ok;
}

bool
file_copy(const char *from, const char *to, const char *owner_of, struct file_sum *ret_sum)
{
	struct draft draft;
	struct file_sum there;
	int fd = open(from, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	bool is_ok = draft_open(&draft, to, owner_of);
	if (is_ok)
		is_ok = draft_finish(&draft, to, owner_of, pass_on(fd, draft.fd, ret_sum), false);
	int problem = errno;
	(void)close(fd); /* only read from */
	if (!is_ok && problem == EEXIST && file_sum(to, &there) && strcmp(there.sha256, ret_sum->sha256) == 0)
		return true;
	errno = problem;
	return is_ok;
}

static bool
write_file(const char *path, const char *owner_of, const void *bytes, size_t n, bool may_replace)
{
	struct draft draft;

	if (!draft_open(&draft, path, owner_of))
		return false;
	return draft_finish(&draft, path, owner_of, write(draft.fd, bytes, n) == (ssize_t)n, may_replace);
}

bool
file_write(const char *path, const char *owner_of, const void *bytes, size_t n)
{
	return write_file(path, owner_of, bytes, n, false);
}

bool
file_replace(const char *path, const char *owner_of, const void *bytes, size_t n)
{
	return write_file(path, owner_of, bytes, n, true);
}

char *
file_read(struct arena *arena, const char *path, size_t n_max, size_t *ret_n)
{
	struct stat state;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	bool is_ok = fstat(fd, &state) == 0;
	if (is_ok && (size_t)state.st_size > n_max) {
		errno = EFBIG;
		is_ok = false;
	}
	char *text = is_ok ? arena_alloc(arena, (size_t)state.st_size + 1) : NULL;
	if (text && read(fd, text, (size_t)state.st_size) != state.st_size) {
		errno = EIO;
		text = NULL;
	}
	(void)close(fd); /* only read from */
	*ret_n = is_ok ? (size_t)state.st_size : 0;
	return text;
}

/* ---- walking ---- */

struct walk {
	const char *root;
	bool (*visit)(void *context, const char *name);
	void *context;
};

static int
keep_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool walk_directory(const struct walk *walk, const char *name, int depth);

static bool
walk_entry(const struct walk *walk, const char *directory, const char *entry, int depth)
{
	char name[PATH_MAX], path[PATH_MAX];
	struct stat state;

	if (snprintf(name, sizeof(name), "%s%s%s", directory, *directory ? "/" : "", entry) >= (int)sizeof(name) ||
	    snprintf(path, sizeof(path), "%s/%s", walk->root, name) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (lstat(path, &state) != 0)
		return errno == ENOENT; /* it went meanwhile */
	if (S_ISDIR(state.st_mode))
		return walk_directory(walk, name, depth + 1);
	/* A mounted secret is links to files. */
	if (S_ISLNK(state.st_mode) && stat(path, &state) != 0)
		return errno == ENOENT;
	return !S_ISREG(state.st_mode) || walk->visit(walk->context, name);
}

static bool
walk_directory(const struct walk *walk, const char *name, int depth)
{
	char path[PATH_MAX];
	struct dirent **entries;
	bool is_ok = true;

	if (depth > DEPTH_MAX || snprintf(path, sizeof(path), "%s/%s", walk->root, name) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	int n = scandir(path, &entries, keep_visible, alphasort);
	if (n < 0)
		return errno == ENOENT;
	for (int i = 0; i < n; i++) {
		is_ok = is_ok && walk_entry(walk, name, entries[i]->d_name, depth);
		free(entries[i]);
	}
	free(entries);
	return is_ok;
}

bool
files_walk(const char *root, bool (*visit)(void *context, const char *name), void *context)
{
	const struct walk walk = { root, visit, context };

	return walk_directory(&walk, "", 0);
}
