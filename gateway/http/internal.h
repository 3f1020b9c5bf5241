/* What the parts of the HTTP server share. */
#ifndef HTTP_INTERNAL_H
#define HTTP_INTERNAL_H

#include "http/connections.h"
#include "http/exchange_pool.h"
#include "http/http.h"

enum { HTTP_INPUT_BYTES = 64 * 1024, HTTP_DISCARD_MAX = 16 * 1024 * 1024 /* of a body whose answer is known already */ };

/* What a connection has received and not used, for the length of its turn. */
struct input {
	char *bytes;
	size_t at, n;
};

struct http {
	struct gateway *gateway;
	struct http_options options;
	struct http_handlers handlers;
	struct connections connections;
	struct exchange_pool *exchanges;
	struct connection *serving; /* whose turn it is */
	struct exchange *orphans;   /* answered after their connection ended */
	char input[HTTP_INPUT_BYTES];
};

/* The exchange of a head, or of as much of one as there is.  Not begun. */
struct exchange *http_open(struct http *http, struct connection *connection, const char *head, size_t n_head);

/* The exchange is over, whether it was answered or not. */
void http_close(struct http *http, struct connection *connection);

/* The next thing that can be done in the connection's phase; each is false when nothing can. */
bool http_receive_head(struct http *http, struct connection *connection, struct input *input);
bool http_receive_body(struct http *http, struct connection *connection, struct input *input);
bool http_discard(struct connection *connection, struct input *input);
void http_begin_answer(struct connection *connection);
bool http_send_answer(struct http *http, struct connection *connection);

#endif
