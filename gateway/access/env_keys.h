/* API keys given by the environment: API_KEYS="key1=content:read|content:write,key2=admin", all of tenant 1. */
#ifndef ENV_KEYS_H
#define ENV_KEYS_H

#include "contract/envelope.h"

enum { ENV_KEYS_MAX = 64 };

struct env_keys;

/* Keys are forgotten at once, only their SHA-256 stays.  NULL with *ret_problem (static, naming no key) when malformed. */
struct env_keys *env_keys_parse(const char *text, const char **ret_problem);
void env_keys_free(struct env_keys *keys); /* accepts NULL */

/* The principal of a key by its SHA-256, or NULL.  Its id is "env_key:" and 12 hex digits of the hash. */
const struct principal *env_keys_find(const struct env_keys *keys, const unsigned char hash[32]);

#endif
