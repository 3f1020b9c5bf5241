/* What happens to every exchange, whatever it asks for: identity of the request, common headers, routing, log. */
#ifndef FRONT_H
#define FRONT_H

#include "http/http.h"

struct front;

struct front_options {
	const char *cors_allowed_origins;
	bool hsts;
	bool documentation;
};

/* Builds the routes from registry and pages.  NULL with a log line when two claim one. */
struct front *front_new(const struct front_options *options);
void front_free(struct front *front);

extern const struct http_handlers front_handlers;

#endif
