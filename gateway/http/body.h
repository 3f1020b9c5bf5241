/* Where the body of a request ends: by its length, or chunk by chunk. */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_body_state {
	HTTP_BODY_SIZE, /* of a chunk, in hex */
	HTTP_BODY_EXTENSION,
	HTTP_BODY_SIZE_END,
	HTTP_BODY_BYTES,
	HTTP_BODY_BYTES_CR,
	HTTP_BODY_BYTES_LF,
	HTTP_BODY_TRAILER, /* the beginning of one, or of the last line */
	HTTP_BODY_TRAILER_NAME,
	HTTP_BODY_TRAILER_VALUE,
	HTTP_BODY_TRAILER_END,
	HTTP_BODY_LAST_LF,
	HTTP_BODY_WHOLE,
	HTTP_BODY_BROKEN,
};

struct http_body {
	enum http_body_state state;
	bool is_chunked;
	int64_t n_left;      /* of the body or the chunk */
	size_t n_digits;     /* of a chunk's size */
	size_t n_overhead;   /* bytes of extensions and trailers, which nobody reads but which must end */
	const char *problem; /* of a broken one: a clause, static */
};

/* length: -1 for chunks. */
void http_body_init(struct http_body *body, int64_t length);

/* Take some of the n > 0 bytes, which follow those taken before; returns how many.  *ret_n of them, at *ret_data, belong to the body.
 * Takes nothing once it is whole or broken. */
size_t http_body_take(struct http_body *body, const char *bytes, size_t n, const char **ret_data, size_t *ret_n);

#endif
