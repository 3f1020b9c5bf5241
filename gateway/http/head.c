/* The head of a request (RFC 9112, sections 2 to 6): refuses what another reader could take otherwise. */
#include "http/head.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "http/header.h"

enum { METHOD_BYTES_MAX = 32, SHOWN_BYTES_MAX = 64, VERSION_BYTES = 8 /* the library takes HTTP/1.x only */ };

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

/* The first fault counts. */
__attribute__((format(printf, 4, 5))) static void
refuse(struct http_head *head, struct arena *arena, enum http_head_fault fault, const char *format, ...)
{
	va_list args;

	if (head->fault)
		return;
	va_start(args, format);
	head->problem = arena_vprintf(arena, format, args);
	va_end(args);
	head->fault = fault;
}

#define MALFORMED(head, arena, ...) refuse((head), (arena), HTTP_HEAD_MALFORMED, __VA_ARGS__)

/* ---- the request line ---- */

void
http_head_begin(struct http_head *head, struct arena *arena, const char *target)
{
	*head = (struct http_head){ .method = "", .target = arena_strdup(arena, target ? target : ""), .expected = target };
}

/* "http://host/path" is for proxies, but everybody must take it (RFC 9112, 3.2.2); then it says the host, and not the header. */
static void
split_authority(struct http_head *head, struct arena *arena)
{
	const char *target = head->target;
	size_t n_scheme = strncasecmp(target, "http://", 7) == 0 ? 7 : strncasecmp(target, "https://", 8) == 0 ? 8 : 0;
	const char *rest = target + n_scheme + strcspn(target + n_scheme, "/?");

	if (n_scheme == 0)
		return;
	head->authority = arena_strndup(arena, target + n_scheme, (size_t)(rest - target) - n_scheme);
	head->target = *rest == '/' ? rest : arena_printf(arena, "/%s", rest);
}

static void
check_target(struct http_head *head, struct arena *arena)
{
	if (strlen(head->target) > HTTP_TARGET_BYTES_MAX)
		refuse(head, arena, HTTP_HEAD_TARGET_TOO_LONG, "the request target has more than %d bytes", HTTP_TARGET_BYTES_MAX);
	for (const char *c = head->target; *c && !head->fault; c++)
		if (*c == ' ')
			MALFORMED(head, arena, "the request target has a space; write it as %%20");
		else if (*c < ' ' || *c > '~')
			MALFORMED(head, arena, "the request target has a byte that is not a visible ASCII character; write it as %%%02X", (unsigned char)*c);
	split_authority(head, arena);
	if (head->target[0] != '/' && strcmp(head->target, "*") != 0)
		MALFORMED(head, arena, "the request target '%s' does not begin with '/'", shown(arena, head->target));
}

void
http_head_line(struct http_head *head, struct arena *arena, const char *method, const char *version)
{
	const char *target_at = head->expected;

	head->method = method;
	head->minor = version[VERSION_BYTES - 1] - '0';
	head->expected = version + VERSION_BYTES + 2;
	if (!header_is_name(method) || strlen(method) > METHOD_BYTES_MAX)
		MALFORMED(head, arena, "the request line has no valid method, such as GET");
	if (target_at != method + strlen(method) + 1 || version != target_at + strlen(head->target) + 1)
		MALFORMED(head, arena, "the request line has a NUL, or its parts are not separated by one space each");
	check_target(head, arena);
}

/* ---- headers ---- */

/* The line before at ended where another reader would end it, too. */
static void
check_line_end(struct http_head *head, struct arena *arena, const char *at)
{
	size_t n_lines = head->n_headers + 1;

	if (at == head->expected - 1)
		MALFORMED(head, arena, "line %zu of the head ends with LF alone; HTTP lines end with CR LF", n_lines);
	else if (at != head->expected)
		MALFORMED(head, arena, "line %zu of the head has a NUL or ends with LF alone", n_lines);
}

static bool
is_value(const char *text)
{
	for (const char *c = text; *c; c++)
		if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
			return false;
	return true;
}

/* White space at its end does not belong to a value; the library leaves it there. */
static const char *
trimmed(struct arena *arena, const char *value)
{
	size_t n = strlen(value), n_kept = n;

	while (n_kept > 0 && (value[n_kept - 1] == ' ' || value[n_kept - 1] == '\t'))
		n_kept--;
	return n_kept == n ? value : arena_strndup(arena, value, n_kept);
}

/* A folded line is moved together with its first one, and the value stays behind. */
static bool
is_folded(const struct header *header)
{
	const char *behind = header->name + strlen(header->name) + 1;

	return header->value < behind || header->value != behind + strspn(behind, " \t");
}

void
http_head_add(struct http_head *head, struct arena *arena, const struct header *header)
{
	if (head->n_headers == HTTP_HEADERS_MAX) {
		refuse(head, arena, HTTP_HEAD_TOO_LARGE, "there are more than %d headers", HTTP_HEADERS_MAX);
		return;
	}
	if (header->name[0] == ' ' || header->name[0] == '\t' || is_folded(header))
		MALFORMED(head, arena, "line %zu of the head is folded; write each header in one line", head->n_headers + 2);
	check_line_end(head, arena, header->name);
	if (!header_is_name(header->name))
		MALFORMED(head, arena, "'%s' is not a valid header name", shown(arena, header->name));
	if (!is_value(header->value))
		MALFORMED(head, arena, "header '%s' has a control character", shown(arena, header->name));
	if (header_must_be_single(header->name) && http_head_header(head, header->name))
		MALFORMED(head, arena, "header '%s' is given twice", shown(arena, header->name));
	head->expected = header->value + strlen(header->value) + 2;
	head->headers[head->n_headers++] = (struct header){ header->name, trimmed(arena, header->value) };
}

static void
read_host(struct http_head *head, struct arena *arena)
{
	const char *host = http_head_header(head, "host"), *authority = head->authority;

	if (head->minor > 0 && !host)
		MALFORMED(head, arena, "the request has no Host header, such as 'Host: localhost:4000'");
	if ((host && !header_is_host(host)) || (authority && !header_is_host(authority)))
		MALFORMED(head, arena, "'%s' is not a valid host, such as 'localhost:4000'", shown(arena, authority ? authority : host));
	for (size_t i = 0; authority && i < head->n_headers; i++)
		if (strcasecmp(head->headers[i].name, "host") == 0)
			head->headers[i].value = authority;
}

static void
read_framing(struct http_head *head, struct arena *arena)
{
	const char *length = http_head_header(head, "content-length"), *encoding = http_head_header(head, "transfer-encoding");
	uint64_t n = 0;

	if (length && encoding)
		MALFORMED(head, arena, "Content-Length and Transfer-Encoding exclude each other");
	if (encoding && head->minor == 0)
		MALFORMED(head, arena, "HTTP/1.0 has no Transfer-Encoding; send a Content-Length");
	if (encoding && strcasecmp(encoding, "chunked") != 0)
		MALFORMED(head, arena, "the transfer encoding '%s' is not supported; send 'chunked' or a Content-Length", shown(arena, encoding));
	if (length && !header_size(length, &n))
		MALFORMED(head, arena, "the Content-Length '%s' is not a number of bytes", shown(arena, length));
	head->content_length = encoding ? -1 : (int64_t)n;
	head->has_body = encoding || n > 0;
}

void
http_head_end(struct http_head *head, struct arena *arena, const char *end)
{
	check_line_end(head, arena, end - 2);
	read_host(head, arena);
	read_framing(head, arena);
}

const char *
http_head_header(const struct http_head *head, const char *name)
{
	for (size_t i = 0; i < head->n_headers; i++)
		if ((head->headers[i].name[0] | 0x20) == (name[0] | 0x20) && strcasecmp(head->headers[i].name, name) == 0)
			return head->headers[i].value;
	return NULL;
}
