/* An operation and its input as an HTTP request: the registry says where each field travels. */
#ifndef REST_REQUEST_H
#define REST_REQUEST_H

#include "contract/operation.h"

enum { REST_REQUEST_HEADERS_MAX = 16 };

struct rest_request {
	const char *method;
	const char *target;  /* path and query */
	const char *headers[REST_REQUEST_HEADERS_MAX + 1]; /* "Name: value", NULL-terminated */
	size_t n_headers;
	const char *body;    /* NULL: none */
	size_t n_body;
};

void rest_request_make(struct arena *arena, const struct operation *operation, const void *input, bool is_dry_run,
    struct rest_request *ret_request);
void rest_request_add_header(struct arena *arena, struct rest_request *request, const char *name, const char *value);

#endif
