/* Bounded HTTP requests to the outside; libcurl stays behind this header.  A client belongs to one thread. */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "arena.h"

struct http_client; /* keeps connections for reuse */

struct http_client_request {
	const char *method;           /* "GET", "POST", ... */
	const char *url;              /* http or https */
	const char *const *headers;   /* "Name: value", NULL-terminated, or NULL */
	const void *body;             /* NULL: none */
	size_t n_body;
	int64_t connect_timeout_ms;   /* 1.. */
	int64_t timeout_ms;           /* of everything, from name lookup to the last byte */
	size_t response_bytes_max;
};

enum http_client_result {
	HTTP_CLIENT_ANSWERED,        /* with any status; redirects are answers too, never followed */
	HTTP_CLIENT_BAD_REQUEST,     /* the URL or a header cannot be used */
	HTTP_CLIENT_ADDRESS_REFUSED, /* the name leads to an address that is not public */
	HTTP_CLIENT_UNREACHABLE,     /* no name, no connection, no TLS, or it broke */
	HTTP_CLIENT_LATE,            /* a timeout passed */
	HTTP_CLIENT_TOO_LARGE,       /* the answer exceeds response_bytes_max, or its headers 64 KiB */
	HTTP_CLIENT_STOPPED,         /* the receiver wanted no more, or http_client_stop */
};

struct http_client_url {
	const char *scheme; /* "http" or "https" */
	const char *host;   /* lower case; an IPv6 address in brackets */
	int port;
	bool has_credentials;
	bool has_zone;      /* "[fe80::1%eth0]" */
};

/* What the client would connect to.  False when text is no absolute http or https URL. */
bool http_client_url_parse(struct arena *arena, const char *text, struct http_client_url *ret_url);

struct http_client_response {
	int status;
	const char *body; /* NUL-terminated */
	size_t n_body;
	int64_t duration_us;
	const char *problem; /* one clause, NULL when answered */
};

/* allow_private  connections to loopback, private, link-local and other special addresses: only where an operator, not a
 *                tenant, chose the URL (the CLI, tests).  Checked on the address actually connected to, after name lookup. */
struct http_client *http_client_new(bool allow_private);
void http_client_free(struct http_client *client); /* accepts NULL */

/* *ret_response is filled in any case (body "" unless answered) and lives in the arena. */
enum http_client_result http_client_send(struct http_client *client, struct arena *arena,
    const struct http_client_request *request, struct http_client_response *ret_response);

/* Who takes a stream piece by piece.  Both may return false: enough. */
struct http_client_receiver {
	bool (*open)(void *context);  /* the stream's headers are there (http_client_header reads them); or NULL */
	bool (*take)(void *context, const char *bytes, size_t n_bytes);
	void *context;
	int64_t idle_timeout_ms;      /* without a byte */
};

/* As http_client_send, but an answer of 2xx and type text/event-stream goes to the receiver, for as long as it lasts; then
 * request->timeout_ms counts until the headers only.  Any other answer is in *ret_response as usual.  HTTP_CLIENT_ANSWERED:
 * the other side ended the stream. */
enum http_client_result http_client_stream(struct http_client *client, struct arena *arena, const struct http_client_request *request,
    const struct http_client_receiver *receiver, struct http_client_response *ret_response);

/* From any thread: the client's stream ends at once, and so does every later one. */
void http_client_stop(struct http_client *client);

/* The last answer's header, NULL when absent; dies with the next send. */
const char *http_client_header(const struct http_client *client, const char *name);

/* True when anybody on the Internet could own the address. */
bool http_client_is_public(const struct sockaddr *address);

#endif
