/* What an OAuth request must look like. */
#include "oauth/requests.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "id.h"
#include "keys/rights.h"
#include "secret.h"
#include "uri.h"

/* ---- redirect URIs ---- */

static bool
starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Behind "http://", or NULL. */
static const char *
loopback_rest(const char *uri)
{
	static const char *const hosts[] = { "http://127.0.0.1", "http://[::1]", "http://localhost" };

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		const char *rest = uri + strlen(hosts[i]);
		if (starts_with(uri, hosts[i]) && (*rest == ':' || *rest == '/' || *rest == '\0'))
			return rest;
	}
	return NULL;
}

static bool
is_text(const char *uri)
{
	for (const char *c = uri; *c; c++) {
		if (*c <= ' ' || *c > '~' || strchr("\"<>\\^`{|}#", *c))
			return false;
	}
	return true;
}

static bool
has_host(const char *authority)
{
	size_t n = strcspn(authority, "/?");

	return n > 0 && memchr(authority, '@', n) == NULL && isalnum((unsigned char)*authority);
}

/* An application's own: schemes that browsers or their hosts know themselves are refused. */
static bool
is_own_scheme(const char *uri)
{
	static const char *const known[] = { "http", "https", "javascript", "data", "vbscript", "file", "blob", "about", "ws", "wss", "ftp", "ftps", "view-source",
		"mailto", "tel", "sms", "filesystem", "chrome", "resource", "jar", "ms-msdt", "search-ms", "intent" };
	size_t n = strcspn(uri, ":");

	if (uri[n] != ':' || uri[n + 1] != '/' || !islower((unsigned char)uri[0]))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!islower((unsigned char)uri[i]) && !isdigit((unsigned char)uri[i]) && !strchr("+.-", uri[i]))
			return false;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strlen(known[i]) == n && strncmp(uri, known[i], n) == 0)
			return false;
	}
	return n > 1;
}

bool
oauth_redirect_is_fit(const char *uri)
{
	if (strlen(uri) > REDIRECT_URI_BYTES_MAX || !is_text(uri))
		return false;
	if (starts_with(uri, "https://"))
		return has_host(uri + 8);
	return oauth_redirect_is_local(uri) || is_own_scheme(uri);
}

bool
oauth_redirect_is_local(const char *uri)
{
	const char *rest = loopback_rest(uri);

	if (!rest)
		return false;
	return *rest != ':' || strspn(rest + 1, "0123456789") == strcspn(rest + 1, "/?");
}

/* Behind the port. */
static const char *
after_port(const char *rest)
{
	return *rest == ':' ? rest + 1 + strspn(rest + 1, "0123456789") : rest;
}

bool
oauth_redirect_matches(const char *registered, const char *asked)
{
	const char *one = loopback_rest(registered), *other = loopback_rest(asked);

	if (strcmp(registered, asked) == 0)
		return true;
	if (!one || !other || !oauth_redirect_is_fit(asked))
		return false;
	return one - registered == other - asked && strncmp(registered, asked, (size_t)(one - registered)) == 0 && strcmp(after_port(one), after_port(other)) == 0;
}

const char *
oauth_redirect_host(struct arena *arena, const char *uri)
{
	const char *authority = strstr(uri, "://");

	if (!authority)
		return arena_strndup(arena, uri, strcspn(uri, "/"));
	if (!starts_with(uri, "http"))
		return arena_strndup(arena, uri, (size_t)(authority + 3 - uri) + strcspn(authority + 3, "/?"));
	return arena_strndup(arena, authority + 3, strcspn(authority + 3, "/?"));
}

/* ---- PKCE ---- */

static bool
is_unreserved(const char *text)
{
	for (const char *c = text; *c; c++) {
		if (!isalnum((unsigned char)*c) && !strchr("-._~", *c))
			return false;
	}
	return true;
}

bool
oauth_challenge_is_fit(const char *challenge)
{
	return strlen(challenge) == CHALLENGE_CHARS && is_unreserved(challenge);
}

bool
oauth_verifier_fits(struct arena *arena, const char *challenge, const char *verifier)
{
	unsigned char digest[SHA256_BYTES];
	size_t n = strlen(verifier);

	if (n < VERIFIER_CHARS_MIN || n > VERIFIER_CHARS_MAX || !is_unreserved(verifier))
		return false;
	sha256(digest, verifier, n);
	const char *made = base64url_encode(arena, digest, sizeof(digest));
	return strlen(made) == strlen(challenge) && secret_equal(made, challenge, strlen(made));
}

/* ---- what the token is for ---- */

const char *
oauth_resource(struct arena *arena, const char *base, const char *resource)
{
	size_t n = strlen(base);
	const char *own = arena_printf(arena, "%s/mcp", base);

	if (!resource || !*resource)
		return own;
	if (strncmp(resource, base, n) != 0)
		return NULL;
	const char *rest = resource + n;
	bool is_ours = !*rest || strcmp(rest, "/") == 0 || strcmp(rest, "/mcp") == 0 || strcmp(rest, "/mcp/") == 0;
	return is_ours ? own : NULL;
}

bool
oauth_base_is_ours(const char *base, const char *host, const char *configured)
{
	const char *authority = starts_with(base, "https://") ? base + 8 : starts_with(base, "http://") ? base + 7 : NULL;

	if (strcmp(base, configured) == 0)
		return true;
	return authority && host && *host && strcasecmp(authority, host) == 0;
}

static bool
names(const char *list, const char *scope)
{
	size_t n = strlen(scope);

	while (*list) {
		size_t n_word = strcspn(list, " ");
		if (n_word == n && strncmp(list, scope, n) == 0)
			return true;
		list += n_word;
		list += strspn(list, " ");
	}
	return false;
}

struct shape_list
oauth_scopes(struct arena *arena, const char *asked, struct shape_list held)
{
	static const char *const known[] = { "content:read", "content:read:published", "content:write", "audit:read", "admin" };
	static const char ordinary[] = "content:read content:write";
	const char **scopes = ARENA_ARRAY(arena, const char *, sizeof(known) / sizeof(known[0]));
	size_t n = 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (names(asked && *asked ? asked : ordinary, known[i]) && rights_include(held, known[i]))
			scopes[n++] = known[i];
	}
	return (struct shape_list){ scopes, n };
}

/* ---- answers ---- */

const char *
oauth_answer_url(struct arena *arena, const char *uri, const struct oauth_parameter *parameters, size_t n)
{
	struct buf url;
	char separator = strchr(uri, '?') ? '&' : '?';

	buf_init(&url, arena, 512);
	buf_add_text(&url, uri);
	for (size_t i = 0; i < n; i++) {
		if (!parameters[i].value)
			continue;
		buf_printf(&url, "%c%s=%s", separator, parameters[i].name, uri_encode(arena, parameters[i].value));
		separator = '&';
	}
	return arena_strndup(arena, url.bytes, url.len);
}
