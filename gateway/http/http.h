/* The HTTP server: connections in, exchanges out. */
#ifndef HTTP_H
#define HTTP_H

#include "http/exchange.h"
#include "http/forwarded.h"

/* The moments of an exchange.  All on the loop's thread. */
struct http_handlers {
	void (*begin)(struct exchange *exchange);    /* the head is there, perhaps with a fault; the body was not read */
	void (*run)(struct exchange *exchange);      /* the whole request is there */
	void (*overflow)(struct exchange *exchange); /* the body grew beyond body_max, or memory is short: answer */
	void (*end)(struct exchange *exchange);      /* answered or given up; is_answered tells */
};

struct http_options {
	const char *bind;
	int port;
	unsigned connections_max, listeners_max; /* streams have places of their own */
	unsigned connections_per_address_max;    /* of whoever is no trusted proxy; 0: no limit */
	int64_t idle_timeout_us, receive_timeout_us, send_timeout_us;
	uint64_t address_seed;
	const struct trusted_proxies *trusted_proxies;
};

/* NULL with *ret_problem when the address cannot be used. */
struct http *http_new(struct gateway *gateway, const struct http_options *options, const struct http_handlers *handlers,
    const char **ret_problem);

/* Every exchange must have been answered. */
void http_free(struct http *http);

/* Turns readable when http_run has something to do. */
int http_fd(const struct http *http);

/* Do what can be done without waiting.  True when there is more to do at once. */
bool http_run(struct http *http);

/* Close connections that take too long, and notice clients that left their stream.  Call about twice a second. */
void http_sweep(struct http *http, int64_t now_us);

/* Stop listening; open connections end with their current request. */
void http_quiesce(struct http *http);

int http_port(const struct http *http);
size_t http_n_connections(const struct http *http);
size_t http_n_exchanges(const struct http *http);

#endif
