/* The head of a request: its line and its headers, read strictly, because what two readers take differently can be made to mean
 * two requests to one and one to the other. */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include <stdint.h>

#include "arena.h"

enum {
	HTTP_HEAD_BYTES_MAX = 16 * 1024,
	HTTP_TARGET_BYTES_MAX = 8000, /* what RFC 9110, 4.1 asks of everybody at least */
	HTTP_HEADERS_MAX = 64,
};

/* What keeps a head from being served. */
enum http_head_fault {
	HTTP_HEAD_FINE,
	HTTP_HEAD_MALFORMED,
	HTTP_HEAD_TARGET_TOO_LONG,
	HTTP_HEAD_TOO_LARGE,
	HTTP_HEAD_VERSION_UNKNOWN,
};

struct header {
	const char *name;
	const char *value;
};

/* Texts live in the arena the head was read with. */
struct http_head {
	enum http_head_fault fault;              /* with one, what was read before it is there */
	const char *problem;                     /* what is wrong, as one clause of printable text; NULL when nothing is */
	size_t n_bytes;                          /* that were read */
	const char *method;                      /* "" where it could not be read */
	const char *target;                      /* raw; without scheme and authority where it came with them */
	int minor;                               /* of the version: HTTP/1.minor */
	struct header headers[HTTP_HEADERS_MAX]; /* in their order, names as they were written, values without white space around them */
	size_t n_headers;
	bool has_body;
	int64_t content_length; /* -1: in chunks */
	bool keeps_alive;       /* the client would send another request */
	bool expects_continue;  /* it waits for a 100 before it sends the body */
};

/* How many of the bytes to read as a head: a whole one, or the beginning of one that will never be right.  0: more bytes are needed.
 * *scanned is where the last look ended, 0 at first; empty lines before the request line are the caller's to skip. */
size_t http_head_reach(const char *bytes, size_t n, size_t *scanned);

/* Read what http_head_reach said, or as much as there will ever be. */
void http_head_read(struct http_head *ret_head, struct arena *arena, const char *bytes, size_t n);

/* NULL when absent.  name in lower case. */
const char *http_head_header(const struct http_head *head, const char *name);

#endif
