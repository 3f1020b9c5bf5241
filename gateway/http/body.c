/* The body of a request (RFC 9112, sections 6 and 7.1).  Chunk extensions and trailers are passed over. */
#include "http/body.h"

#include "http/header.h"

enum { SIZE_DIGITS_MAX = 15, OVERHEAD_BYTES_MAX = 4096 };

void
http_body_init(struct http_body *body, int64_t length)
{
	*body = (struct http_body){ .is_chunked = length < 0, .n_left = length < 0 ? 0 : length };
	body->state = length < 0 ? HTTP_BODY_SIZE : length > 0 ? HTTP_BODY_BYTES : HTTP_BODY_WHOLE;
}

static enum http_body_state
broken(struct http_body *body, const char *problem)
{
	body->problem = problem;
	return HTTP_BODY_BROKEN;
}

static enum http_body_state
pass_over(struct http_body *body, char c, enum http_body_state state)
{
	if (((unsigned char)c < ' ' && c != '\t') || c == 0x7f)
		return broken(body, "a chunk's extension or a trailer has a control character");
	if (++body->n_overhead > OVERHEAD_BYTES_MAX)
		return broken(body, "chunk extensions and trailers are too long");
	return state;
}

static enum http_body_state
take_trailer_name(struct http_body *body, char c)
{
	return header_is_name_char(c) ? pass_over(body, c, HTTP_BODY_TRAILER_NAME) : broken(body, "a trailer is no 'Name: value'");
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum http_body_state
take_size(struct http_body *body, char c)
{
	int digit = hex_digit(c);

	if (digit < 0 && body->n_digits == 0)
		return broken(body, "a chunk begins with no size in hex digits");
	if (digit < 0)
		return c == '\r' ? HTTP_BODY_SIZE_END : c == ';' ? HTTP_BODY_EXTENSION : broken(body, "a chunk's size is followed by neither CR LF nor ';'");
	if (++body->n_digits > SIZE_DIGITS_MAX)
		return broken(body, "a chunk's size has too many digits");
	body->n_left = body->n_left * 16 + digit;
	return HTTP_BODY_SIZE;
}

static enum http_body_state
begin_chunk(struct http_body *body)
{
	body->n_left = 0;
	body->n_digits = 0;
	return HTTP_BODY_SIZE;
}

static enum http_body_state
expect(struct http_body *body, char c, char wanted, enum http_body_state next)
{
	return c == wanted ? next : broken(body, "a line between chunks does not end with CR LF");
}

/* What stands around the chunks, a character at a time. */
static enum http_body_state
take_character(struct http_body *body, char c)
{
	switch (body->state) {
	case HTTP_BODY_SIZE:
		return take_size(body, c);
	case HTTP_BODY_EXTENSION:
		return c == '\r' ? HTTP_BODY_SIZE_END : pass_over(body, c, HTTP_BODY_EXTENSION);
	case HTTP_BODY_SIZE_END:
		return expect(body, c, '\n', body->n_left > 0 ? HTTP_BODY_BYTES : HTTP_BODY_TRAILER);
	case HTTP_BODY_BYTES_CR:
		return c == '\r' ? HTTP_BODY_BYTES_LF : broken(body, "a chunk is longer than its size");
	case HTTP_BODY_BYTES_LF:
		return expect(body, c, '\n', begin_chunk(body));
	case HTTP_BODY_TRAILER:
		return c == '\r' ? HTTP_BODY_LAST_LF : take_trailer_name(body, c);
	case HTTP_BODY_TRAILER_NAME:
		return c == ':' ? pass_over(body, c, HTTP_BODY_TRAILER_VALUE) : take_trailer_name(body, c);
	case HTTP_BODY_TRAILER_VALUE:
		return c == '\r' ? HTTP_BODY_TRAILER_END : pass_over(body, c, HTTP_BODY_TRAILER_VALUE);
	case HTTP_BODY_TRAILER_END:
		return expect(body, c, '\n', HTTP_BODY_TRAILER);
	case HTTP_BODY_LAST_LF:
		return expect(body, c, '\n', HTTP_BODY_WHOLE);
	case HTTP_BODY_BYTES:
	case HTTP_BODY_WHOLE:
	case HTTP_BODY_BROKEN:
		return body->state;
	}
	return body->state;
}

size_t
http_body_take(struct http_body *body, const char *bytes, size_t n, const char **ret_data, size_t *ret_n)
{
	size_t at = 0;

	*ret_data = bytes;
	*ret_n = 0;
	while (at < n && body->state != HTTP_BODY_BYTES && body->state != HTTP_BODY_WHOLE && body->state != HTTP_BODY_BROKEN)
		body->state = take_character(body, bytes[at++]);
	if (body->state != HTTP_BODY_BYTES)
		return at;
	*ret_data = bytes + at;
	*ret_n = (uint64_t)body->n_left < n - at ? (size_t)body->n_left : n - at;
	body->n_left -= (int64_t)*ret_n;
	if (body->n_left == 0)
		body->state = body->is_chunked ? HTTP_BODY_BYTES_CR : HTTP_BODY_WHOLE;
	return at + *ret_n;
}
