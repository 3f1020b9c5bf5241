/* What identity decides without asking anybody. */
#ifndef RULES_H
#define RULES_H

#include "arena.h"
#include "contract/shape.h"

enum {
	KEY_RANDOM_BYTES = 24,
	KEY_TEXT_BYTES = 5 + 2 * KEY_RANDOM_BYTES + 1, /* "wcak_" + 48 hex + NUL */
	KEY_PREFIX_CHARS = 12,
	SCOPES_MAX = 5,
};

/* Scopes as they are stored: trimmed, without repeats, in the order given.  False when one is unknown or none is left;
 * *ret_bad is the unknown one or NULL. */
bool rules_scopes_normalise(struct arena *arena, struct shape_list scopes, struct shape_list *ret_scopes, const char **ret_bad);

/* A key's text from its random bytes. */
void rules_key_format(char text[KEY_TEXT_BYTES], const unsigned char random[KEY_RANDOM_BYTES]);

/* An absolute http(s) URL with a host, without query, fragment or credentials. */
bool rules_base_url_is_valid(const char *url);

enum {
	TOKEN_RANDOM_BYTES = 24,
	TOKEN_TEXT_BYTES = 5 + 2 * TOKEN_RANDOM_BYTES + 1,
	EMAIL_BYTES_MAX = 254,
};

/* What a person of a role may do; NULL when there is no such role. */
struct role {
	const char *name;
	const char *const *scopes;
	size_t n_scopes;
	bool is_platform;
};
const struct role *rules_role(const char *name);

/* A login as it is kept: trimmed, ASCII letters in lower case. */
const char *rules_email(struct arena *arena, const char *text);

/* prefix is "wcss_" (a session) or "wcsi_" (an invitation). */
void rules_token_format(char text[TOKEN_TEXT_BYTES], const char *prefix, const unsigned char random[TOKEN_RANDOM_BYTES]);

/* The session's token in a Cookie header, or NULL. */
const char *rules_session_token(struct arena *arena, const char *cookies);

/* 95th percentile of n values (nearest rank); n > 0.  Sorts values. */
int64_t rules_p95(int64_t *values, size_t n);

#endif
