/* Files of a backup: written closed to others, hashed on the way, on disk when a function returns true. */
#ifndef FILES_H
#define FILES_H

#include <stdint.h>

#include "arena.h"
#include "secret.h"

struct file_sum {
	int64_t n_bytes;
	char sha256[SHA256_HEX_BYTES];
};

/* All of these return false with errno set. */
bool file_sum(const char *path, struct file_sum *ret_sum);

/* A copy with mode 0600 that appears whole or not at all; directories above it are made.  An existing file is left alone
 * when its bytes are the same and refused (EEXIST) when not.  owner_of: as root, it belongs to whoever owns that directory; or NULL. */
bool file_copy(const char *from, const char *to, const char *owner_of, struct file_sum *ret_sum);
bool file_write(const char *path, const char *owner_of, const void *bytes, size_t n);
/* The same over what is there. */
bool file_replace(const char *path, const char *owner_of, const void *bytes, size_t n);

/* All of it, NUL-terminated; NULL when it is larger than n_max (EFBIG). */
char *file_read(struct arena *arena, const char *path, size_t n_max, size_t *ret_n);

bool directory_sync(const char *path);

/* Every regular file below root, names relative to it, directories in order; visit returns false to stop with errno set.
 * A root that does not exist has no files. */
bool files_walk(const char *root, bool (*visit)(void *context, const char *name), void *context);

#endif
