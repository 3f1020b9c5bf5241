/* API keys given by the environment. */
#include "access/env_keys.h"

#include <stdlib.h>
#include <string.h>

#include "http/header.h"
#include "id.h"
#include "contract/policy.h"
#include "secret.h"

enum { KEY_BYTES_MIN = 8, TENANT = 1, ARENA_BYTES = 256 * 1024 };

struct env_key {
	unsigned char hash[SHA256_BYTES];
	struct principal principal;
};

struct env_keys {
	struct arena *arena;
	struct env_key list[ENV_KEYS_MAX];
	size_t n;
};

static const char *
find_scope(const char *text, size_t n)
{
	static const char *const scopes[] = { "content:read", "content:read:published", "content:write", "audit:read", "admin", NULL };
	for (size_t i = 0; scopes[i]; i++)
		if (strlen(scopes[i]) == n && memcmp(scopes[i], text, n) == 0)
			return scopes[i];
	return NULL;
}

static const char *
parse_scopes(struct arena *arena, const char *text, size_t n_text, struct principal *principal)
{
	const char **scopes = ARENA_ARRAY(arena, const char *, ENVELOPE_SCOPES_MAX);
	const char *end = text + n_text;

	while (text < end && principal->n_scopes < ENVELOPE_SCOPES_MAX) {
		size_t n = strcspn(text, "|,");
		const char *scope = find_scope(text, n);
		if (!scope)
			return "an entry has an unknown scope; scopes are content:read, content:read:published, content:write, audit:read, admin, joined by |";
		scopes[principal->n_scopes++] = scope;
		text += n + 1;
	}
	if (principal->n_scopes == 0)
		return "an entry has no scopes after its '='";
	principal->scopes = scopes;
	principal->is_platform_admin = principal_has_scope(principal, "admin");
	return NULL;
}

/* One entry of n bytes. */
static const char *
parse_entry(struct env_keys *keys, const char *text, size_t n)
{
	const char *equals = memchr(text, '=', n);
	size_t n_key = equals ? (size_t)(equals - text) : 0;
	struct env_key *key = &keys->list[keys->n];
	char hash_text[SHA256_HEX_BYTES];

	if (!equals)
		return "an entry has no '='; the form is key=scope|scope,key=scope";
	if (n_key < KEY_BYTES_MIN || n_key > API_KEY_MAX)
		return "a key has fewer than 8 or more than 512 characters";
	if (keys->n == ENV_KEYS_MAX)
		return "more than 64 keys";
	sha256(key->hash, text, n_key);
	hex_encode(hash_text, key->hash, sizeof(key->hash));
	key->principal = (struct principal){ .tenant = TENANT, .id = arena_printf(keys->arena, "env_key:%.12s", hash_text),
		.type = "env_key", .source = "env" };
	keys->n++;
	return parse_scopes(keys->arena, equals + 1, n - n_key - 1, &key->principal);
}

struct env_keys *
env_keys_parse(const char *text, const char **ret_problem)
{
	struct env_keys *keys = calloc(1, sizeof(*keys));
	if (!keys)
		abort();
	keys->arena = arena_new(ARENA_BYTES);
	while (*text) {
		size_t n = strcspn(text, ",");
		const char *problem = n > 0 ? parse_entry(keys, text, n) : NULL;
		if (problem) {
			*ret_problem = problem;
			env_keys_free(keys);
			return NULL;
		}
		text += n + (text[n] == ',');
	}
	return keys;
}

void
env_keys_free(struct env_keys *keys)
{
	if (!keys)
		return;
	arena_free(keys->arena);
	free(keys);
}

const struct principal *
env_keys_find(const struct env_keys *keys, const unsigned char hash[32])
{
	for (size_t i = 0; i < keys->n; i++)
		if (secret_equal(keys->list[i].hash, hash, SHA256_BYTES))
			return &keys->list[i].principal;
	return NULL;
}
