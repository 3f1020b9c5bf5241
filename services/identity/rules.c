/* Scopes, roles, key and token texts, base URLs, percentiles. */
#include "rules.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "id.h"

static const char *const known_scopes[SCOPES_MAX] = { "content:read", "content:read:published", "content:write", "audit:read", "admin" };

static const char *
find_scope(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	size_t n = strlen(text);
	while (n > 0 && isspace((unsigned char)text[n - 1]))
		n--;
	for (size_t i = 0; i < SCOPES_MAX; i++) {
		if (strlen(known_scopes[i]) == n && memcmp(known_scopes[i], text, n) == 0)
			return known_scopes[i];
	}
	return NULL;
}

bool
rules_scopes_normalise(struct arena *arena, struct shape_list scopes, struct shape_list *ret_scopes, const char **ret_bad)
{
	const char *const *given = scopes.items;
	const char **kept = ARENA_ARRAY(arena, const char *, SCOPES_MAX);
	size_t n = 0;

	*ret_bad = NULL;
	for (size_t i = 0; i < scopes.n; i++) {
		const char *scope = find_scope(given[i]);
		bool is_repeat = false;
		if (!scope) {
			*ret_bad = given[i];
			return false;
		}
		for (size_t j = 0; j < n; j++)
			is_repeat |= kept[j] == scope;
		if (!is_repeat)
			kept[n++] = scope;
	}
	*ret_scopes = (struct shape_list){ kept, n };
	return n > 0;
}

void
rules_key_format(char text[KEY_TEXT_BYTES], const unsigned char random[KEY_RANDOM_BYTES])
{
	memcpy(text, "wcak_", 5);
	hex_encode(text + 5, random, KEY_RANDOM_BYTES);
}

const struct role *
rules_role(const char *name)
{
	static const char *const platform[] = { "admin", "tenant:admin" }, *const tenant[] = { "admin" },
		*const editor[] = { "content:read", "content:write" }, *const reviewer[] = { "content:read", "content:review" },
		*const reader[] = { "content:read", "audit:read" };
	static const struct role roles[] = {
		{ "platform", platform, 2, true }, { "tenant_admin", tenant, 1, false }, { "editor", editor, 2, false },
		{ "reviewer", reviewer, 2, false }, { "read_only", reader, 2, false },
	};

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (strcmp(roles[i].name, name) == 0)
			return &roles[i];
	}
	return NULL;
}

const char *
rules_email(struct arena *arena, const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	size_t n = strlen(text);
	while (n > 0 && isspace((unsigned char)text[n - 1]))
		n--;
	char *email = arena_strndup(arena, text, n);
	for (char *c = email; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	}
	return email;
}

void
rules_token_format(char text[TOKEN_TEXT_BYTES], const char *prefix, const unsigned char random[TOKEN_RANDOM_BYTES])
{
	memcpy(text, prefix, 5);
	hex_encode(text + 5, random, TOKEN_RANDOM_BYTES);
}

const char *
rules_session_token(struct arena *arena, const char *cookies)
{
	static const char name[] = "supervisor_session=";

	while (cookies && *cookies) {
		cookies += strspn(cookies, "; ");
		size_t n = strcspn(cookies, ";");
		if (strncmp(cookies, name, sizeof(name) - 1) == 0)
			return arena_strndup(arena, cookies + sizeof(name) - 1, n - (sizeof(name) - 1));
		cookies += n;
	}
	return NULL;
}

bool
rules_base_url_is_valid(const char *url)
{
	const char *host = strncmp(url, "https://", 8) == 0 ? url + 8 : strncmp(url, "http://", 7) == 0 ? url + 7 : NULL;

	if (!host || !isalnum((unsigned char)*host))
		return *url != '\0' && host && *host == '[' && strchr(host, ']');
	return !strpbrk(url, "?#@\\ \t\"<>");
}

static int
by_value(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

int64_t
rules_p95(int64_t *values, size_t n)
{
	qsort(values, n, sizeof(*values), by_value);
	return values[(n * 95 + 99) / 100 - 1];
}
