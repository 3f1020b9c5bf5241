/* The head of a request (RFC 9112, sections 2 to 6).
 *
 * Nothing is repaired: no line that ends with LF alone, no folded line, no space before a colon, no second length.  Each of these is
 * read in two ways by two servers somewhere. */
#include "http/head.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "http/header.h"

enum { METHOD_BYTES_MAX = 32, SHOWN_BYTES_MAX = 64 };

struct reader {
	struct http_head *head;
	struct arena *arena;
	char *at;        /* of a copy that is NUL-terminated */
	char *end;
	int n_lines;
};

/* ---- how far it reaches ---- */

/* A method and a space, as far as there are bytes.  Refuses what is no HTTP at all, such as a TLS greeting, at its first byte. */
static bool
begins_like_a_method(const char *bytes, size_t n)
{
	size_t i = 0;

	while (i < n && i <= METHOD_BYTES_MAX && header_is_name_char(bytes[i]))
		i++;
	return i == n || (i > 0 && i <= METHOD_BYTES_MAX && bytes[i] == ' ');
}

size_t
http_head_reach(const char *bytes, size_t n, size_t *scanned)
{
	size_t n_max = n < HTTP_HEAD_BYTES_MAX ? n : HTTP_HEAD_BYTES_MAX;
	const char *feed;

	if (!begins_like_a_method(bytes, n))
		return n_max;
	for (; (feed = memchr(bytes + *scanned, '\n', n_max - *scanned)); *scanned = (size_t)(feed - bytes) + 1)
		if (feed == bytes || feed[-1] != '\r' || (feed - bytes >= 3 && feed[-2] == '\n'))
			return (size_t)(feed - bytes) + 1;
	return n_max == HTTP_HEAD_BYTES_MAX ? n_max : 0;
}

/* ---- words for what is wrong ---- */

/* Text of the client's that may stand in a message. */
static const char *
shown(struct arena *arena, const char *text)
{
	char *copy = arena_strndup(arena, text, strnlen(text, SHOWN_BYTES_MAX));

	for (char *c = copy; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return copy;
}

static bool
refuse(struct reader *reader, enum http_head_fault fault, const char *problem)
{
	reader->head->fault = fault;
	reader->head->problem = problem;
	return false;
}

__attribute__((format(printf, 2, 3))) static bool
malformed(struct reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *problem = arena_vprintf(reader->arena, format, args);
	va_end(args);
	return refuse(reader, HTTP_HEAD_MALFORMED, problem);
}

static bool
too_long(struct reader *reader)
{
	return refuse(reader, HTTP_HEAD_TARGET_TOO_LONG,
	    arena_printf(reader->arena, "the request target has more than %d bytes", HTTP_TARGET_BYTES_MAX));
}

/* What keeps the line up to feed, NULL where it has no end, from being one. */
static bool
check_line(struct reader *reader, const char *feed)
{
	bool is_cut = !feed && reader->head->n_bytes == HTTP_HEAD_BYTES_MAX;

	if (is_cut && reader->n_lines == 1)
		return too_long(reader);
	if (is_cut)
		return refuse(reader, HTTP_HEAD_TOO_LARGE,
		    arena_printf(reader->arena, "request line and headers have more than %d bytes", HTTP_HEAD_BYTES_MAX));
	if (!feed)
		return malformed(reader, "the connection ended within line %d of the head", reader->n_lines);
	if (feed == reader->at || feed[-1] != '\r')
		return malformed(reader, "line %d of the head ends with LF alone; in HTTP lines end with CR LF", reader->n_lines);
	if (memchr(reader->at, '\0', (size_t)(feed - reader->at)))
		return malformed(reader, "line %d of the head has a NUL", reader->n_lines);
	return true;
}

/* The next line without its end, or NULL with the fault. */
static char *
read_line(struct reader *reader)
{
	char *line = reader->at, *feed = memchr(line, '\n', (size_t)(reader->end - line));

	reader->n_lines++;
	if (!check_line(reader, feed))
		return NULL;
	feed[-1] = '\0';
	reader->at = feed + 1;
	return line;
}

/* ---- the request line ---- */

static bool
read_version(struct reader *reader, const char *version)
{
	if (strncmp(version, "HTTP/", 5) != 0 || !isdigit((unsigned char)version[5]) || version[6] != '.' ||
	    !isdigit((unsigned char)version[7]) || version[8] != '\0')
		return malformed(reader, "'%s' is no version of HTTP, such as HTTP/1.1", shown(reader->arena, version));
	if (version[5] != '1')
		return refuse(reader, HTTP_HEAD_VERSION_UNKNOWN, arena_printf(reader->arena, "%s is not spoken here, HTTP/1.1 is", version));
	reader->head->minor = version[7] - '0';
	return true;
}

/* "http://host/path" is for proxies, but everybody must take it (RFC 9112, 3.2.2); then it says the host, and not the header. */
static const char *
authority_of(struct reader *reader, char *target)
{
	size_t n_scheme = strncasecmp(target, "http://", 7) == 0 ? 7 : strncasecmp(target, "https://", 8) == 0 ? 8 : 0;
	char *authority = target + n_scheme;
	size_t n = strcspn(authority, "/?");

	if (n_scheme == 0)
		return NULL;
	reader->head->target = authority[n] == '/' ? arena_strdup(reader->arena, authority + n) : arena_printf(reader->arena, "/%s", authority + n);
	authority[n] = '\0';
	return authority;
}

static bool
read_target(struct reader *reader, const char *target)
{
	if (strlen(target) > HTTP_TARGET_BYTES_MAX)
		return too_long(reader);
	if (target[0] == '\0')
		return malformed(reader, "the request line has no target, as 'GET /health HTTP/1.1' has");
	for (const char *c = target; *c; c++)
		if (*c == ' ' || *c == '\t')
			return malformed(reader, "the request target has a space; write it as %%20");
		else if (*c < ' ' || *c > '~')
			return malformed(reader, "the request target has a byte that is no visible ASCII character; write it as %%%02X", (unsigned char)*c);
	return true;
}

/* METHOD target HTTP/1.1.  *ret_authority: of a target that came with one, or NULL. */
static bool
read_request_line(struct reader *reader, const char **ret_authority)
{
	struct http_head *head = reader->head;
	bool is_method = begins_like_a_method(reader->at, (size_t)(reader->end - reader->at));

	if (reader->at < reader->end && !is_method)
		return *reader->at == 0x16 ? malformed(reader, "this is TLS, but http:// is spoken here")
					   : malformed(reader, "the request begins with no method, as 'GET /health HTTP/1.1' does");
	char *line = read_line(reader);
	if (!line)
		return false;
	char *target = strchr(line, ' ');
	if (!target)
		return malformed(reader, "the request line has no target, as 'GET /health HTTP/1.1' has");
	*target++ = '\0';
	head->method = line;
	head->target = target;
	char *version = strrchr(target, ' ');
	if (!version)
		return malformed(reader, "the request line has no version, as 'GET /health HTTP/1.1' has");
	*version++ = '\0';
	if (!read_target(reader, target) || !read_version(reader, version))
		return false;
	*ret_authority = authority_of(reader, target);
	if (head->target[0] != '/' && strcmp(target, "*") != 0)
		return malformed(reader, "the request target '%s' does not begin with '/'", shown(reader->arena, target));
	return true;
}

/* ---- headers ---- */

static bool
is_value(const char *text)
{
	for (const char *c = text; *c; c++)
		if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
			return false;
	return true;
}

static char *
trimmed(char *text)
{
	text += strspn(text, " \t");
	size_t n = strlen(text);
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		n--;
	text[n] = '\0';
	return text;
}

static bool
read_header(struct reader *reader, char *line)
{
	struct http_head *head = reader->head;
	char *colon = strchr(line, ':');

	if (*line == ' ' || *line == '\t')
		return malformed(reader, "line %d of the head is folded; write a header in one line", reader->n_lines);
	if (!colon)
		return malformed(reader, "line %d of the head has no colon, as 'Name: value' has", reader->n_lines);
	*colon = '\0';
	char *value = trimmed(colon + 1);
	if (!header_is_name(line))
		return malformed(reader, "'%s' is no header's name: no space may stand before the colon", shown(reader->arena, line));
	if (!is_value(value))
		return malformed(reader, "header '%s' has a control character", shown(reader->arena, line));
	if (header_must_be_single(line) && http_head_header(head, line))
		return malformed(reader, "header '%s' is given twice", shown(reader->arena, line));
	if (head->n_headers == HTTP_HEADERS_MAX)
		return refuse(reader, HTTP_HEAD_TOO_LARGE, arena_printf(reader->arena, "there are more than %d headers", HTTP_HEADERS_MAX));
	head->headers[head->n_headers++] = (struct header){ line, value };
	return true;
}

static bool
read_headers(struct reader *reader)
{
	char *line;

	while ((line = read_line(reader)) && *line)
		if (!read_header(reader, line))
			return false;
	return line != NULL;
}

static bool
read_host(struct reader *reader, const char *authority)
{
	struct http_head *head = reader->head;
	const char *host = http_head_header(head, "host");

	if (head->minor > 0 && !host)
		return malformed(reader, "the request has no Host header, such as 'Host: localhost:4000'");
	if ((host && !header_is_host(host)) || (authority && !header_is_host(authority)))
		return malformed(reader, "'%s' is no host, such as 'localhost:4000'", shown(reader->arena, authority ? authority : host));
	for (size_t i = 0; authority && i < head->n_headers; i++)
		if (strcasecmp(head->headers[i].name, "host") == 0)
			head->headers[i].value = authority;
	return true;
}

/* ---- where the body ends and whether another request follows ---- */

static bool
read_framing(struct reader *reader)
{
	struct http_head *head = reader->head;
	const char *length = http_head_header(head, "content-length"), *encoding = http_head_header(head, "transfer-encoding");
	uint64_t n = 0;

	if (length && encoding)
		return malformed(reader, "the length of the body is not clear: Content-Length and Transfer-Encoding exclude each other");
	if (encoding && head->minor == 0)
		return malformed(reader, "HTTP/1.0 knows no Transfer-Encoding; send a Content-Length");
	if (encoding && strcasecmp(encoding, "chunked") != 0)
		return malformed(reader, "transfer encoding '%s' is not known here; send 'chunked' or a Content-Length", shown(reader->arena, encoding));
	if (length && !header_size(length, &n))
		return malformed(reader, "the length of the body is not clear: Content-Length '%s' is no number of bytes", shown(reader->arena, length));
	head->content_length = encoding ? -1 : (int64_t)n;
	head->has_body = encoding || n > 0;
	return true;
}

static bool
connection_says(const struct http_head *head, const char *token)
{
	for (size_t i = 0; i < head->n_headers; i++)
		if (strcasecmp(head->headers[i].name, "connection") == 0 && header_list_has_token(head->headers[i].value, token))
			return true;
	return false;
}

static void
read_connection(struct http_head *head)
{
	const char *expect = http_head_header(head, "expect");

	head->keeps_alive = !connection_says(head, "close") && (head->minor > 0 || connection_says(head, "keep-alive"));
	head->expects_continue = head->has_body && head->minor > 0 && expect && strcasecmp(expect, "100-continue") == 0;
}

void
http_head_read(struct http_head *ret_head, struct arena *arena, const char *bytes, size_t n)
{
	char *text = arena_strndup(arena, bytes, n);
	struct reader reader = { .head = ret_head, .arena = arena, .at = text, .end = text + n };
	const char *authority = NULL;

	ret_head->fault = HTTP_HEAD_FINE;
	ret_head->problem = NULL;
	ret_head->method = ret_head->target = "";
	ret_head->minor = 1;
	ret_head->n_headers = 0;
	ret_head->content_length = 0;
	ret_head->has_body = ret_head->keeps_alive = ret_head->expects_continue = false;
	ret_head->n_bytes = n;
	if (read_request_line(&reader, &authority) && read_headers(&reader) && read_host(&reader, authority) && read_framing(&reader)) {
		ret_head->n_bytes = (size_t)(reader.at - text);
		read_connection(ret_head);
	}
}

const char *
http_head_header(const struct http_head *head, const char *name)
{
	for (size_t i = 0; i < head->n_headers; i++)
		if ((head->headers[i].name[0] | 0x20) == (name[0] | 0x20) && strcasecmp(head->headers[i].name, name) == 0)
			return head->headers[i].value;
	return NULL;
}
