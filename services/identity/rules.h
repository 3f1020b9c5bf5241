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

/* 95th percentile of n values (nearest rank); n > 0.  Sorts values. */
int64_t rules_p95(int64_t *values, size_t n);

#endif
