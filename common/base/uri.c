/* Percent-decoding and query parameters. */
#include "uri.h"

#include <ctype.h>
#include <string.h>

#include "buf.h"
#include "utf8.h"

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool
is_text(const char *text, size_t n)
{
	size_t at = 0;
	while (at < n) {
		size_t step = text[at] == '\0' ? 0 : utf8_sequence(text + at, n - at);
		if (step == 0)
			return false;
		at += step;
	}
	return true;
}

const char *
uri_decode(struct arena *arena, const char *text, size_t n, bool plus_is_space)
{
	char *decoded = arena_alloc(arena, n + 1);
	size_t n_decoded = 0;

	for (size_t i = 0; i < n; i++) {
		char c = text[i];
		if (c == '+' && plus_is_space)
			c = ' ';
		if (c == '%') {
			int high = i + 2 < n ? hex_digit(text[i + 1]) : -1;
			int low = i + 2 < n ? hex_digit(text[i + 2]) : -1;
			if (high < 0 || low < 0)
				return NULL;
			c = (char)(high << 4 | low);
			i += 2;
		}
		decoded[n_decoded++] = c;
	}
	return is_text(decoded, n_decoded) ? decoded : NULL;
}

static bool
is_unreserved(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '.' || c == '_' || c == '~';
}

const char *
uri_plain_path(struct arena *arena, const char *text, size_t n)
{
	char *plain = arena_alloc(arena, n + 1);
	size_t n_plain = 0;

	for (size_t i = 0; i < n; i++) {
		int high = text[i] == '%' && i + 2 < n ? hex_digit(text[i + 1]) : -1, low = high >= 0 ? hex_digit(text[i + 2]) : -1;
		char c = low >= 0 ? (char)(high << 4 | low) : '\0';
		if (is_unreserved(c) && (unsigned char)c < 0x80) {
			plain[n_plain++] = c;
			i += 2;
		} else {
			plain[n_plain++] = text[i];
		}
	}
	if (n_plain > 1 && plain[n_plain - 1] == '/')
		n_plain--;
	plain[n_plain] = '\0';
	return plain;
}

static const char *
add_parameter(struct arena *arena, const char *text, size_t n, struct query *query)
{
	const char *equals = memchr(text, '=', n);
	size_t n_name = equals ? (size_t)(equals - text) : n;
	const char *name = uri_decode(arena, text, n_name, true);
	const char *value = equals ? uri_decode(arena, equals + 1, n - n_name - 1, true) : "";

	if (!name || !value)
		return "the query string has a malformed percent escape or is not UTF-8";
	if (query_get(query, name))
		return arena_printf(arena, "query parameter '%s' is given twice", name);
	if (query->n == URI_QUERY_PARAMETERS_MAX)
		return "the query string has too many parameters";
	query->list[query->n++] = (struct query_parameter){ name, value };
	return NULL;
}

const char *
query_parse(struct arena *arena, const char *text, struct query *ret_query)
{
	ret_query->n = 0;
	while (*text) {
		size_t n = strcspn(text, "&");
		const char *problem = n > 0 ? add_parameter(arena, text, n, ret_query) : NULL;
		if (problem)
			return problem;
		text += n + (text[n] == '&');
	}
	return NULL;
}

const char *
query_get(const struct query *query, const char *name)
{
	for (size_t i = 0; i < query->n; i++)
		if (strcmp(query->list[i].name, name) == 0)
			return query->list[i].value;
	return NULL;
}

char *
uri_encode(struct arena *arena, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *encoded = arena_alloc(arena, strlen(text) * 3 + 1);
	size_t n = 0;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (isalnum(c) || strchr("-._~", c)) {
			encoded[n++] = (char)c;
			continue;
		}
		encoded[n++] = '%';
		encoded[n++] = digits[c >> 4];
		encoded[n++] = digits[c & 15];
	}
	return encoded;
}
