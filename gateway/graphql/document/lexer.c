/* Tokens.  Source: GraphQL specification, section 2.1. */
#include "graphql/document/lexer.h"

#include <ctype.h>
#include <string.h>

#include "buf.h"
#include "utf8.h"

void
graphql_lexer_init(struct graphql_lexer *lexer, struct arena *arena, const char *text, size_t n)
{
	*lexer = (struct graphql_lexer){ .arena = arena, .at = text, .end = text + n, .line_start = text, .line = 1 };
	if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		lexer->at = lexer->line_start = text + 3;
}

static struct graphql_at
place(const struct graphql_lexer *lexer)
{
	return (struct graphql_at){ lexer->line, (uint32_t)(lexer->at - lexer->line_start) + 1 };
}

static void
fail(struct graphql_lexer *lexer, const char *problem)
{
	if (!lexer->problem) {
		lexer->problem = problem;
		lexer->problem_at = place(lexer);
	}
	lexer->at = lexer->end;
}

static char
peek(const struct graphql_lexer *lexer, size_t n)
{
	return (size_t)(lexer->end - lexer->at) > n ? lexer->at[n] : '\0';
}

/* Over a line terminator, CRLF being one. */
static void
next_line(struct graphql_lexer *lexer)
{
	lexer->at += lexer->at[0] == '\r' && peek(lexer, 1) == '\n' ? 2 : 1;
	lexer->line++;
	lexer->line_start = lexer->at;
}

static void
skip_ignored(struct graphql_lexer *lexer)
{
	while (lexer->at < lexer->end) {
		char c = *lexer->at;
		if (c == '\n' || c == '\r')
			next_line(lexer);
		else if (c == ' ' || c == '\t' || c == ',')
			lexer->at++;
		else if (c == '#')
			while (lexer->at < lexer->end && *lexer->at != '\n' && *lexer->at != '\r')
				lexer->at++;
		else
			return;
	}
}

static bool
is_name_start(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

static struct graphql_token
token_of(struct graphql_lexer *lexer, enum graphql_token_kind kind, size_t n)
{
	struct graphql_token token = { .kind = kind, .at = place(lexer), .n = n, .text = arena_strndup(lexer->arena, lexer->at, n) };
	lexer->at += n;
	return token;
}

static struct graphql_token
lex_name(struct graphql_lexer *lexer)
{
	size_t n = 1;
	while (is_name_start(peek(lexer, n)) || isdigit((unsigned char)peek(lexer, n)))
		n++;
	return token_of(lexer, GRAPHQL_TOKEN_NAME, n);
}

/* ---- numbers ---- */

static size_t
digits(const struct graphql_lexer *lexer, size_t from)
{
	size_t n = 0;
	while (isdigit((unsigned char)peek(lexer, from + n)))
		n++;
	return n;
}

static struct graphql_token
lex_number(struct graphql_lexer *lexer)
{
	size_t n = peek(lexer, 0) == '-';
	size_t n_whole = digits(lexer, n);
	enum graphql_token_kind kind = GRAPHQL_TOKEN_INT;
	bool is_good = n_whole == 1 || (n_whole > 1 && peek(lexer, n) != '0');

	n += n_whole;
	if (peek(lexer, n) == '.') {
		size_t n_fraction = digits(lexer, n + 1);
		is_good = is_good && n_fraction > 0;
		kind = GRAPHQL_TOKEN_FLOAT;
		n += 1 + n_fraction;
	}
	if (peek(lexer, n) == 'e' || peek(lexer, n) == 'E') {
		n += 1 + (peek(lexer, n + 1) == '+' || peek(lexer, n + 1) == '-');
		size_t n_exponent = digits(lexer, n);
		is_good = is_good && n_exponent > 0;
		kind = GRAPHQL_TOKEN_FLOAT;
		n += n_exponent;
	}
	if (!is_good || peek(lexer, n) == '.' || is_name_start(peek(lexer, n))) {
		fail(lexer, "invalid number");
		return (struct graphql_token){ .at = place(lexer) };
	}
	return token_of(lexer, kind, n);
}

/* ---- strings ---- */

/* n hex digits at offset; -1 when they are not. */
static int32_t
hex(const struct graphql_lexer *lexer, size_t offset, size_t n)
{
	int32_t value = 0;
	for (size_t i = 0; i < n; i++) {
		char c = peek(lexer, offset + i);
		if (!isxdigit((unsigned char)c) || value > 0xFFFFFF)
			return -1;
		value = value * 16 + (isdigit((unsigned char)c) ? c - '0' : (c | 32) - 'a' + 10);
	}
	return value;
}

static void
add_utf8(struct buf *buf, uint32_t c)
{
	if (c < 0x80) {
		buf_add_char(buf, (char)c);
	} else if (c < 0x800) {
		buf_add_char(buf, (char)(0xC0 | c >> 6));
		buf_add_char(buf, (char)(0x80 | (c & 63)));
	} else {
		if (c < 0x10000) {
			buf_add_char(buf, (char)(0xE0 | c >> 12));
		} else {
			buf_add_char(buf, (char)(0xF0 | c >> 18));
			buf_add_char(buf, (char)(0x80 | (c >> 12 & 63)));
		}
		buf_add_char(buf, (char)(0x80 | (c >> 6 & 63)));
		buf_add_char(buf, (char)(0x80 | (c & 63)));
	}
}

/* \uXXXX, a surrogate pair of them, or \u{X...}; the backslash is at offset 0.  Bytes taken, 0: malformed. */
static size_t
lex_unicode(const struct graphql_lexer *lexer, struct buf *buf)
{
	size_t n = 6;
	int32_t c = hex(lexer, 2, 4);

	if (peek(lexer, 2) == '{') {
		size_t n_digits = 0;
		while (n_digits < 8 && isxdigit((unsigned char)peek(lexer, 3 + n_digits)))
			n_digits++;
		c = n_digits > 0 && peek(lexer, 3 + n_digits) == '}' ? hex(lexer, 3, n_digits) : -1;
		n = 4 + n_digits;
	} else if (c >= 0xD800 && c < 0xDC00 && peek(lexer, 6) == '\\' && peek(lexer, 7) == 'u') {
		int32_t low = hex(lexer, 8, 4);
		c = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00) : -1;
		n = 12;
	}
	if (c <= 0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		return 0; /* U+0000 is refused as in JSON: texts are C strings */
	add_utf8(buf, (uint32_t)c);
	return n;
}

static size_t
lex_escape(const struct graphql_lexer *lexer, struct buf *buf)
{
	static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *found = peek(lexer, 1) ? strchr(plain, peek(lexer, 1)) : NULL;

	if (found) {
		buf_add_char(buf, meant[found - plain]);
		return 2;
	}
	return peek(lexer, 1) == 'u' ? lex_unicode(lexer, buf) : 0;
}

static struct graphql_token
lex_string(struct graphql_lexer *lexer)
{
	struct graphql_token token = { .kind = GRAPHQL_TOKEN_STRING, .at = place(lexer) };
	struct buf buf;

	buf_init(&buf, lexer->arena, 32);
	for (lexer->at++; peek(lexer, 0) != '"';) {
		unsigned char c = (unsigned char)peek(lexer, 0);
		if (lexer->at >= lexer->end || c == '\n' || c == '\r' || (c < 0x20 && c != '\t')) {
			fail(lexer, lexer->at >= lexer->end || c == '\n' || c == '\r' ? "unterminated string" : "invalid character within a string");
			return token;
		}
		size_t n = 1;
		if (c == '\\')
			n = lex_escape(lexer, &buf);
		else
			buf_add_char(&buf, (char)c);
		if (n == 0) {
			fail(lexer, "invalid escape sequence in a string");
			return token;
		}
		lexer->at += n;
	}
	lexer->at++;
	token.text = buf.bytes;
	token.n = buf.len;
	return token;
}

/* ---- block strings ---- */

static size_t
indent_of(const char *line, size_t n)
{
	size_t indent = 0;
	while (indent < n && (line[indent] == ' ' || line[indent] == '\t'))
		indent++;
	return indent;
}

/* What all lines but the first share is no part of the text, nor are blank lines at both ends (2.9.4). */
static void
dedent(struct arena *arena, const char *raw, size_t n_raw, struct graphql_token *token)
{
	size_t common = SIZE_MAX, first = SIZE_MAX, last = 0, number = 0;
	struct buf buf;

	for (const char *line = raw; line <= raw + n_raw; number++) {
		size_t n = strcspn(line, "\n");
		size_t indent = indent_of(line, n);
		if (indent < n) {
			first = first == SIZE_MAX ? number : first;
			last = number;
			common = number > 0 && indent < common ? indent : common;
		}
		line += n + 1;
	}
	buf_init(&buf, arena, n_raw + 1);
	number = 0;
	for (const char *line = raw; line <= raw + n_raw; number++) {
		size_t n = strcspn(line, "\n");
		size_t skipped = number > 0 && common != SIZE_MAX ? (common < n ? common : n) : 0;
		if (first != SIZE_MAX && number >= first && number <= last) {
			if (number > first)
				buf_add_char(&buf, '\n');
			buf_add(&buf, line + skipped, n - skipped);
		}
		line += n + 1;
	}
	token->text = buf.bytes;
	token->n = buf.len;
}

static bool
is_quotes(const struct graphql_lexer *lexer, size_t from)
{
	return peek(lexer, from) == '"' && peek(lexer, from + 1) == '"' && peek(lexer, from + 2) == '"';
}

static struct graphql_token
lex_block_string(struct graphql_lexer *lexer)
{
	struct graphql_token token = { .kind = GRAPHQL_TOKEN_STRING, .at = place(lexer), .is_block = true };
	struct buf raw;

	buf_init(&raw, lexer->arena, 64);
	for (lexer->at += 3; !is_quotes(lexer, 0);) {
		unsigned char c = (unsigned char)peek(lexer, 0);
		if (lexer->at >= lexer->end) {
			fail(lexer, "unterminated string");
			return token;
		}
		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
			fail(lexer, "invalid character within a string");
			return token;
		}
		if (c == '\\' && is_quotes(lexer, 1)) {
			buf_add_text(&raw, "\"\"\"");
			lexer->at += 4;
		} else if (c == '\n' || c == '\r') {
			buf_add_char(&raw, '\n');
			next_line(lexer);
		} else {
			buf_add_char(&raw, (char)c);
			lexer->at++;
		}
	}
	lexer->at += 3;
	dedent(lexer->arena, raw.bytes, raw.len, &token);
	return token;
}

struct graphql_token
graphql_lexer_next(struct graphql_lexer *lexer)
{
	skip_ignored(lexer);
	struct graphql_token token = { .at = place(lexer) };
	char c = peek(lexer, 0);

	if (lexer->at >= lexer->end)
		return token;
	if (is_name_start(c))
		return lex_name(lexer);
	if (isdigit((unsigned char)c) || c == '-')
		return lex_number(lexer);
	if (c == '"')
		return is_quotes(lexer, 0) ? lex_block_string(lexer) : lex_string(lexer);
	bool is_spread = c == '.' && peek(lexer, 1) == '.' && peek(lexer, 2) == '.';
	if (!is_spread && (c == '.' || !strchr("!$&():=@[]{|}", c))) {
		fail(lexer, "unexpected character");
		return token;
	}
	token.kind = GRAPHQL_TOKEN_PUNCTUATOR;
	token.punctuator = c;
	lexer->at += is_spread ? 3 : 1;
	return token;
}
