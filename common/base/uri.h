/* The request target: percent-decoding and query parameters, strict because everything behind trusts the text. */
#ifndef URI_H
#define URI_H

#include <stdbool.h>

#include "arena.h"

enum { URI_QUERY_PARAMETERS_MAX = 32 };

struct query_parameter {
	const char *name;
	const char *value;
};

struct query {
	struct query_parameter list[URI_QUERY_PARAMETERS_MAX];
	size_t n;
};

/* Percent-decode n bytes.  NULL when an escape is malformed or the result is not UTF-8 without NUL. */
const char *uri_decode(struct arena *arena, const char *text, size_t n, bool plus_is_space);

/* A path by which equal ones are found: unreserved characters as they are rather than escaped (RFC 3986, 6.2.2.2), no slash at the end. */
const char *uri_plain_path(struct arena *arena, const char *text, size_t n);

/* Text after the '?'.  NULL on success, else what is wrong with it as one clause. */
const char *query_parse(struct arena *arena, const char *text, struct query *ret_query);

/* NULL when there is none. */
const char *query_get(const struct query *query, const char *name);

/* Append text with everything escaped that is not unreserved (RFC 3986). */
char *uri_encode(struct arena *arena, const char *text);

#endif
