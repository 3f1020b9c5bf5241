/* Values of HTTP headers. */
#include "http/header.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "contract/envelope.h"
#include "id.h"

bool
header_is_request_id(const char *text)
{
	size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/");
	return n > 0 && n <= REQUEST_ID_MAX && text[n] == '\0';
}

bool
header_is_label(const char *text)
{
	return header_is_request_id(text) && strlen(text) <= LABEL_BYTES_MAX;
}

bool
header_is_visible_ascii(const char *text, size_t n_max)
{
	size_t n = 0;
	while (text[n] >= '!' && text[n] <= '~')
		if (++n > n_max)
			return false;
	return n > 0 && text[n] == '\0';
}

/* n lower-case hex digits, not all zero. */
static bool
is_hex_field(const char *text, size_t n, bool zero_is_fine)
{
	bool is_zero = true;
	for (size_t i = 0; i < n; i++) {
		if (!isdigit((unsigned char)text[i]) && (text[i] < 'a' || text[i] > 'f'))
			return false;
		is_zero = is_zero && text[i] == '0';
	}
	return zero_is_fine || !is_zero;
}

bool
header_is_trace_parent(const char *text)
{
	return strlen(text) == TRACE_PARENT_BYTES - 1 && strncmp(text, "00-", 3) == 0 && text[35] == '-' && text[52] == '-' &&
	    is_hex_field(text + 3, 32, false) && is_hex_field(text + 36, 16, false) && is_hex_field(text + 53, 2, true);
}

void
header_trace_parent_continue(char text[TRACE_PARENT_BYTES], const char *parent, const unsigned char trace[16],
    const unsigned char span[8])
{
	memcpy(text, "00-", 3);
	if (parent)
		memcpy(text + 3, parent + 3, 32);
	else
		hex_encode(text + 3, trace, 16);
	text[35] = '-';
	hex_encode(text + 36, span, 8);
	memcpy(text + 52, parent ? parent + 52 : "-00", 3);
	text[55] = '\0';
}

const char *
header_bearer(const char *authorization)
{
	if (strncasecmp(authorization, "Bearer ", 7) != 0)
		return NULL;
	return authorization + 7 + strspn(authorization + 7, " ");
}

bool
header_is_json(const char *content_type)
{
	size_t n = strcspn(content_type, "; \t");
	if (n < 16 || strncasecmp(content_type, "application/", 12) != 0)
		return false;
	if (!(n == 16 && strncasecmp(content_type + 12, "json", 4) == 0) &&
	    !(n > 17 && strncasecmp(content_type + n - 5, "+json", 5) == 0))
		return false;
	const char *charset = strcasestr(content_type + n, "charset=");
	if (!charset)
		return true;
	charset += 8 + (charset[8] == '"');
	return strncasecmp(charset, "utf-8", 5) == 0 || strncasecmp(charset, "utf8", 4) == 0;
}

bool
header_version(const char *if_match, int64_t *ret_version)
{
	const char *text = if_match + (strncmp(if_match, "W/", 2) == 0 ? 2 : 0);
	size_t n = text[0] == '"' ? strspn(text + 1, "0123456789") : 0;
	if (n == 0 || n > 10 || text[1 + n] != '"' || text[2 + n] != '\0')
		return false;
	*ret_version = strtoll(text + 1, NULL, 10);
	return true;
}

bool
header_names_etag(const char *if_none_match, const char *etag)
{
	size_t n_etag = strlen(etag);
	const char *at = if_none_match + strspn(if_none_match, " \t");

	if (*at == '*')
		return at[1 + strspn(at + 1, " \t")] == '\0'; /* alone: inside quotes it is a character like others */
	while (*(at += strspn(at, " \t,"))) {
		if (strncmp(at, "W/", 2) == 0)
			at += 2;
		const char *end = *at == '"' ? strchr(at + 1, '"') : NULL;
		if (!end)
			return false; /* no list of tags from here on */
		if ((size_t)(end + 1 - at) == n_etag && memcmp(at, etag, n_etag) == 0)
			return true;
		at = end + 1;
	}
	return false;
}

bool
header_size(const char *text, uint64_t *ret_size)
{
	size_t n = strspn(text, "0123456789");
	if (n == 0 || n > 18 || text[n] != '\0')
		return false;
	*ret_size = strtoull(text, NULL, 10);
	return true;
}

bool
header_is_name_char(char c)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";
	return isascii((unsigned char)c) && c && (isalnum((unsigned char)c) || strchr(marks, c));
}

bool
header_is_name(const char *name)
{
	const char *c = name;

	while (header_is_name_char(*c))
		c++;
	return c > name && *c == '\0';
}

bool
header_is_host(const char *text)
{
	return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:-_[]")] == '\0';
}

bool
header_must_be_single(const char *name)
{
	static const char *const single[] = { "content-length", "transfer-encoding", "authorization", "x-api-key", "idempotency-key", "if-match",
		"host", "origin", "cookie", "x-wordclaw-domain", "mcp-session-id", "mcp-protocol-version", "mcp-method", "mcp-name", NULL };
	for (size_t i = 0; single[i]; i++)
		if (single[i][0] == (name[0] | 0x20) && strcasecmp(single[i], name) == 0)
			return true;
	return false;
}

bool
header_list_has(const char *list, const char *text)
{
	size_t n_text = strlen(text);
	const char *at = list;

	while (*(at += strspn(at, " ,"))) {
		size_t n = strcspn(at, " ,");
		if (n == n_text && memcmp(at, text, n) == 0)
			return true;
		at += n;
	}
	return false;
}

bool
header_list_has_token(const char *list, const char *token)
{
	size_t n_token = strlen(token);

	for (const char *at = list; *at; at += *at == ',') {
		at += strspn(at, " \t");
		size_t n = strcspn(at, ","), n_text = n;
		while (n_text > 0 && (at[n_text - 1] == ' ' || at[n_text - 1] == '\t'))
			n_text--;
		if (n_text == n_token && strncasecmp(at, token, n_token) == 0)
			return true;
		at += n;
	}
	return false;
}

/* Digits at *at, as far as they go; false when there are none or the number is beyond 18 of them. */
static bool
read_position(const char **at, int64_t *ret)
{
	const char *start = *at;

	for (*ret = 0; **at >= '0' && **at <= '9'; (*at)++) {
		if (*at - start >= 18)
			return false;
		*ret = *ret * 10 + (**at - '0');
	}
	return *at > start;
}

static enum header_range
part(int64_t first, int64_t last, int64_t n_bytes, int64_t *ret_first, int64_t *ret_n)
{
	if (last < first)
		return HEADER_RANGE_NONE;
	if (first >= n_bytes)
		return HEADER_RANGE_UNSATISFIABLE;
	*ret_first = first;
	*ret_n = (last < n_bytes ? last + 1 : n_bytes) - first;
	return HEADER_RANGE_PART;
}

enum header_range
header_range(const char *text, int64_t n_bytes, int64_t *ret_first, int64_t *ret_n)
{
	int64_t first, last = INT64_MAX - 1;
	const char *at = text + 6;

	if (strncmp(text, "bytes=", 6) != 0)
		return HEADER_RANGE_NONE;
	if (*at == '-') { /* the last so many */
		at++;
		if (!read_position(&at, &last) || *at)
			return HEADER_RANGE_NONE;
		return last == 0 ? HEADER_RANGE_UNSATISFIABLE : part(last < n_bytes ? n_bytes - last : 0, n_bytes - 1, n_bytes, ret_first, ret_n);
	}
	if (!read_position(&at, &first) || *at++ != '-' || (*at && (!read_position(&at, &last) || *at)))
		return HEADER_RANGE_NONE;
	return part(first, last, n_bytes, ret_first, ret_n);
}

bool
header_accepts(const char *accept_encoding, const char *coding)
{
	size_t n = strlen(coding);

	for (const char *at = accept_encoding; *at; at += strcspn(at, ",")) {
		at += strspn(at, ", \t");
		if (strncasecmp(at, coding, n) != 0 || !strchr(" \t;,", at[n]))
			continue; /* strchr finds the end too */
		const char *rest = at + n + strspn(at + n, " \t");
		if (*rest != ';')
			return true;
		rest += 1 + strspn(rest + 1, " \t");
		if (strncasecmp(rest, "q=", 2) != 0)
			return true;
		return strtod(rest + 2, NULL) > 0;
	}
	return false;
}
