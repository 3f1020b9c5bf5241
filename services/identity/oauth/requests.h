/* What an OAuth request must look like (RFC 6749, 7591, 7636, 8252, 8707). */
#ifndef OAUTH_REQUESTS_H
#define OAUTH_REQUESTS_H

#include "arena.h"
#include "contract/shape.h"

enum { REDIRECT_URI_BYTES_MAX = 2000, CHALLENGE_CHARS = 43, VERIFIER_CHARS_MIN = 43, VERIFIER_CHARS_MAX = 128 };

/* https, http of the loopback interface, or a scheme of an application's own: never one that a browser runs or reads files by.
 * Without fragment, credentials, or what is no visible ASCII. */
bool oauth_redirect_is_fit(const char *uri);

/* The same text; of the loopback interface the port may be another one (RFC 8252, 7.3). */
bool oauth_redirect_matches(const char *registered, const char *asked);

/* A program on the person's own machine waits there. */
bool oauth_redirect_is_local(const char *uri);

/* "assistant.example.com", or of a scheme of its own what stands before the path. */
const char *oauth_redirect_host(struct arena *arena, const char *uri);

/* PKCE with S256. */
bool oauth_challenge_is_fit(const char *challenge);
bool oauth_verifier_fits(struct arena *arena, const char *challenge, const char *verifier);

/* What the token is for: the base URL's MCP endpoint, which is meant too when nothing is said; NULL: something else. */
const char *oauth_resource(struct arena *arena, const char *base, const char *resource);

/* The base URL is one of the host that was asked, or the one that is configured. */
bool oauth_base_is_ours(const char *base, const char *host, const char *configured);

/* Scopes of a key that are asked for, and that somebody with these scopes can hand on; of all that he can, reading and writing content,
 * when none is asked for. */
struct shape_list oauth_scopes(struct arena *arena, const char *asked, struct shape_list held);

/* uri with parameters of an answer added; NULL values are left out. */
struct oauth_parameter {
	const char *name, *value;
};
const char *oauth_answer_url(struct arena *arena, const char *uri, const struct oauth_parameter *parameters, size_t n);

#endif
