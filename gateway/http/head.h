/* The head of a request, as libmicrohttpd read it and as far as it may be served.
 *
 * The library is lenient: it takes lines that end with LF alone, joins folded lines, cuts values at a NUL and looks at the first of two
 * lengths.  A proxy in front may read such a head otherwise, and then the two disagree about where a request ends.  So each part is held
 * against the place in the library's buffer where a strict reader would expect it. */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include <stdint.h>

#include "arena.h"

enum {
	HTTP_TARGET_BYTES_MAX = 8000, /* what RFC 9110, 4.1 asks of everybody at least */
	HTTP_HEADERS_MAX = 64,
};

/* What keeps a head from being served. */
enum http_head_fault {
	HTTP_HEAD_FINE,
	HTTP_HEAD_MALFORMED,
	HTTP_HEAD_TARGET_TOO_LONG,
	HTTP_HEAD_TOO_LARGE,
};

struct header {
	const char *name;
	const char *value;
};

struct http_head {
	enum http_head_fault fault;
	const char *problem;                     /* what is wrong, as one clause of printable text; NULL when nothing is */
	const char *method;                      /* "" before it is known */
	const char *target;                      /* raw; without scheme and authority where it came with them */
	int minor;                               /* of the version: HTTP/1.minor */
	struct header headers[HTTP_HEADERS_MAX]; /* in their order, values without white space around them */
	size_t n_headers;
	bool has_body;
	int64_t content_length;                  /* -1: in chunks */
	const char *authority;                   /* of a target that came with one, or NULL */
	const char *expected;                    /* where in the buffer the next part begins */
};

/* A request line's target, where it lies in the buffer.  It is copied, for the library decodes it in place. */
void http_head_begin(struct http_head *head, struct arena *arena, const char *target);

/* The rest of the request line, then each header in order, then the first byte behind the head.  All lie in the buffer, which must outlive
 * the head. */
void http_head_line(struct http_head *head, struct arena *arena, const char *method, const char *version);
void http_head_add(struct http_head *head, struct arena *arena, const struct header *header);
void http_head_end(struct http_head *head, struct arena *arena, const char *end);

/* NULL when absent.  name in lower case. */
const char *http_head_header(const struct http_head *head, const char *name);

#endif
