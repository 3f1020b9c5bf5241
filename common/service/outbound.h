/* HTTP to the outside: from steps, and from what an operation prepares or does without a transaction; never inside one, never to where
 * an attacker would like it to go. */
#ifndef OUTBOUND_H
#define OUTBOUND_H

#include "http_client.h"
#include "request.h"

enum outbound_result {
	OUTBOUND_ANSWERED, /* with any status; a redirect is an answer, never followed */
	OUTBOUND_REFUSED,  /* we do not connect there: scheme, port, credentials in the URL, an address that is not public */
	OUTBOUND_FAILED,   /* no connection, no TLS, no answer in time, or one that is too large */
	OUTBOUND_RESTING,  /* the host failed OUTBOUND_FAILURES_MAX times in a row: it is left alone for a while */
};

enum { OUTBOUND_FAILURES_MAX = 10, OUTBOUND_REST_MS = 10 * 1000, OUTBOUND_URL_BYTES_MAX = 2048 };

/* The only settings: WORDCLAW_OUTBOUND_PORTS, ports of https receivers; WORDCLAW_OUTBOUND_ALLOW, host:port pairs ("*" for any port) that may be
 * private and plain http, such as receivers in development.  False with a line on standard error. */
bool outbound_settings_check(const char *ports, const char *allow);

/* Whether url may be a receiver's at all, without looking its name up.  NULL, or what is wrong as one clause. */
const char *outbound_check_url(struct arena *arena, const char *url);

/* One request.  *ret_response is filled in any case and lives in the request's arena; its problem says why it was not answered.
 * A worker keeps its connections for reuse. */
enum outbound_result outbound_send(struct request *req, const struct http_client_request *request,
    struct http_client_response *ret_response);

/* A header of the last answer, NULL when absent; dies with the next request. */
const char *outbound_header(const struct request *req, const char *name);

#endif
