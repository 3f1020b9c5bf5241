/* Formats: URI and IRI (RFC 3986, 3987), URI templates (RFC 6570). */
#include <string.h>

#include "schema/format.h"
#include "utf8.h"

#define SUB_DELIMS "!$&'()*+,;="

struct cursor {
	const char *at;
	const char *end;
	bool is_iri;
};

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static char
peek(const struct cursor *c)
{
	return c->at < c->end ? *c->at : '\0';
}

/* ucschar of RFC 3987, and its private characters where a query allows them. */
static size_t
unicode_bytes(const struct cursor *c)
{
	size_t n;
	if (!c->is_iri || (unsigned char)*c->at < 0x80)
		return 0;
	uint32_t code = utf8_read(c->at, &n);
	bool is_surrogate_or_special = code >= 0xFFF0 && code <= 0xFFFF;
	return code >= 0xA0 && !is_surrogate_or_special ? n : 0;
}

/* Skip unreserved characters, percent escapes and those of `more`. */
static void
skip(struct cursor *c, const char *more)
{
	while (c->at < c->end) {
		bool is_escape = *c->at == '%' && c->end - c->at > 2 && is_hex(c->at[1]) && is_hex(c->at[2]);
		bool is_plain = is_alnum(*c->at) || (*c->at && (strchr("-._~", *c->at) || strchr(more, *c->at)));
		size_t n = is_escape ? 3 : is_plain ? 1 : unicode_bytes(c);
		if (n == 0)
			return;
		c->at += n;
	}
}

/* [IPv6] or [vX.name]; at "[". */
static bool
skip_literal(struct cursor *c)
{
	const char *close = memchr(c->at, ']', (size_t)(c->end - c->at));
	if (!close)
		return false;
	const char *inside = c->at + 1;
	size_t n = (size_t)(close - inside);
	c->at = close + 1;
	if (n > 0 && (inside[0] | 0x20) == 'v') {
		const char *dot = memchr(inside, '.', n);
		return dot && dot > inside + 1 && dot + 1 < close;
	}
	return schema_is_ipv6(inside, n);
}

static bool
skip_authority(struct cursor *c)
{
	struct cursor user = *c;

	skip(&user, SUB_DELIMS ":");
	if (peek(&user) == '@')
		c->at = user.at + 1;
	if (peek(c) == '[') {
		if (!skip_literal(c))
			return false;
	} else {
		skip(c, SUB_DELIMS);
	}
	if (peek(c) == ':')
		for (c->at++; peek(c) >= '0' && peek(c) <= '9'; c->at++)
			;
	return c->at == c->end || strchr("/?#", *c->at) != NULL;
}

static bool
skip_scheme(struct cursor *c)
{
	const char *at = c->at;

	if (at == c->end || !((*at | 0x20) >= 'a' && (*at | 0x20) <= 'z'))
		return false;
	while (at < c->end && (is_alnum(*at) || (*at && strchr("+-.", *at))))
		at++;
	if (at == c->end || *at != ':')
		return false;
	c->at = at + 1;
	return true;
}

static bool
skip_path(struct cursor *c, bool has_scheme)
{
	if (!has_scheme && peek(c) != '/') {
		skip(c, SUB_DELIMS "@"); /* or "a:b" would be read as a scheme */
		if (peek(c) == ':')
			return false;
	}
	skip(c, SUB_DELIMS ":@/");
	return true;
}

static bool
check(const char *text, size_t n, bool is_iri, bool needs_scheme)
{
	struct cursor c = { .at = text, .end = text + n, .is_iri = is_iri };
	bool has_scheme = skip_scheme(&c);

	if (needs_scheme && !has_scheme)
		return false;
	if (c.end - c.at >= 2 && c.at[0] == '/' && c.at[1] == '/') {
		c.at += 2;
		if (!skip_authority(&c))
			return false;
		skip(&c, SUB_DELIMS ":@/");
	} else if (!skip_path(&c, has_scheme)) {
		return false;
	}
	if (peek(&c) == '?') {
		c.at++;
		skip(&c, SUB_DELIMS ":@/?");
	}
	if (peek(&c) == '#') {
		c.at++;
		skip(&c, SUB_DELIMS ":@/?");
	}
	return c.at == c.end;
}

bool
schema_is_uri(const char *text, size_t n)
{
	return check(text, n, false, true);
}

bool
schema_is_uri_reference(const char *text, size_t n)
{
	return check(text, n, false, false);
}

bool
schema_is_iri(const char *text, size_t n)
{
	return check(text, n, true, true);
}

bool
schema_is_iri_reference(const char *text, size_t n)
{
	return check(text, n, true, false);
}

/* ---- templates ---- */

/* name[.name], then :n or * ; returns what follows or NULL. */
static const char *
skip_variable(const char *at, const char *end)
{
	const char *start = at;
	while (at < end && (is_alnum(*at) || *at == '_' || *at == '%' || (*at == '.' && at > start && at[-1] != '.')))
		at++;
	if (at == start)
		return NULL;
	if (at < end && *at == '*')
		return at + 1;
	if (at < end && *at == ':') {
		const char *digits = ++at;
		while (at < end && *at >= '0' && *at <= '9' && at - digits < 4)
			at++;
		return at > digits && *digits != '0' ? at : NULL;
	}
	return at;
}

static bool
is_expression(const char *at, const char *end)
{
	if (at < end && *at && strchr("+#./;?&", *at))
		at++;
	for (;;) {
		at = skip_variable(at, end);
		if (!at)
			return false;
		if (at == end)
			return true;
		if (*at++ != ',')
			return false;
	}
}

bool
schema_is_uri_template(const char *text, size_t n)
{
	const char *end = text + n;

	for (const char *at = text; at < end; at++) {
		unsigned char c = (unsigned char)*at;
		bool is_bad_escape = c == '%' && !(end - at > 2 && is_hex(at[1]) && is_hex(at[2]));
		if (c <= 0x20 || c == 0x7F || strchr("\"<>\\^`|}", c) || is_bad_escape)
			return false;
		if (c != '{')
			continue;
		const char *close = memchr(at, '}', (size_t)(end - at));
		if (!close || !is_expression(at + 1, close))
			return false;
		at = close;
	}
	return true;
}
