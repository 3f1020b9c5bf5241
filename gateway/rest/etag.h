/* Entity tags: the version of a row, or a fingerprint of the answer's bytes. */
#ifndef ETAG_H
#define ETAG_H

#include <stdint.h>

#include "arena.h"

/* "\"3\"": what If-Match takes back. */
const char *etag_of_version(struct arena *arena, int64_t version);

/* Fast rather than cryptographic: a caller can only fool its own cache. */
const char *etag_of_bytes(struct arena *arena, const char *bytes, size_t n);

#endif
