/* Rewriting ECMA-262 patterns for PCRE2. */
#include "schema/ecma_pattern.h"

#include <stdint.h>
#include <string.h>

#include "buf.h"

enum { PROPERTY_NAME_MAX = 48, REPEAT_DIGITS_MAX = 5 };

/* White space and line terminators of ECMA-262, without the brackets. */
#define ECMA_SPACE "\\t\\n\\x{0b}\\f\\r \\x{a0}\\x{feff}\\x{2028}\\x{2029}\\p{Zs}"

struct translator {
	const char *at;
	const char *end;
	struct buf out;
	const char *message;
	bool is_in_class;
	bool may_repeat; /* what was just read can take a quantifier */
};

static bool
fail(struct translator *t, const char *message)
{
	t->message = message;
	return false;
}

static char
peek(const struct translator *t, size_t n)
{
	return (size_t)(t->end - t->at) > n ? t->at[n] : '\0';
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* n hexadecimal digits at t->at + skip, or -1. */
static long
hex_digits(const struct translator *t, size_t skip, size_t n)
{
	long value = 0;
	for (size_t i = 0; i < n; i++) {
		int digit = hex_value(peek(t, skip + i));
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

static bool
put_code(struct translator *t, long code)
{
	if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		return fail(t, "escape names no character");
	buf_printf(&t->out, "\\x{%lx}", code);
	return true;
}

/* After "\u{". */
static bool
escape_braced(struct translator *t)
{
	long code = 0;
	const char *start = t->at;

	for (; hex_value(peek(t, 0)) >= 0; t->at++) {
		code = code * 16 + hex_value(*t->at);
		if (code > 0x10FFFF)
			return fail(t, "escape names no character");
	}
	if (t->at == start || peek(t, 0) != '}')
		return fail(t, "malformed \\u escape");
	t->at++;
	return put_code(t, code);
}

/* After "\u": XXXX, a surrogate pair, or {X...}. */
static bool
escape_unicode(struct translator *t)
{
	if (peek(t, 0) == '{') {
		t->at++;
		return escape_braced(t);
	}
	long code = hex_digits(t, 0, 4);
	if (code < 0)
		return fail(t, "malformed \\u escape");
	t->at += 4;
	bool is_high = code >= 0xD800 && code <= 0xDBFF;
	if (is_high && peek(t, 0) == '\\' && peek(t, 1) == 'u') {
		long low = hex_digits(t, 2, 4);
		if (low >= 0xDC00 && low <= 0xDFFF) {
			t->at += 6;
			code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
		}
	}
	return put_code(t, code);
}

/* PCRE2 knows general categories by their short names only. */
static const char *
category_short(const char *name)
{
	static const char *const names[][2] = {
		{ "Letter", "L" }, { "Cased_Letter", "L&" }, { "LC", "L&" }, { "Uppercase_Letter", "Lu" },
		{ "Lowercase_Letter", "Ll" }, { "Titlecase_Letter", "Lt" }, { "Modifier_Letter", "Lm" },
		{ "Other_Letter", "Lo" }, { "Mark", "M" }, { "Combining_Mark", "M" }, { "Nonspacing_Mark", "Mn" },
		{ "Spacing_Mark", "Mc" }, { "Enclosing_Mark", "Me" }, { "Number", "N" }, { "Decimal_Number", "Nd" },
		{ "digit", "Nd" }, { "Letter_Number", "Nl" }, { "Other_Number", "No" }, { "Punctuation", "P" },
		{ "punct", "P" }, { "Connector_Punctuation", "Pc" }, { "Dash_Punctuation", "Pd" },
		{ "Open_Punctuation", "Ps" }, { "Close_Punctuation", "Pe" }, { "Initial_Punctuation", "Pi" },
		{ "Final_Punctuation", "Pf" }, { "Other_Punctuation", "Po" }, { "Symbol", "S" },
		{ "Math_Symbol", "Sm" }, { "Currency_Symbol", "Sc" }, { "Modifier_Symbol", "Sk" },
		{ "Other_Symbol", "So" }, { "Separator", "Z" }, { "Space_Separator", "Zs" },
		{ "Line_Separator", "Zl" }, { "Paragraph_Separator", "Zp" }, { "Other", "C" }, { "Control", "Cc" },
		{ "cntrl", "Cc" }, { "Format", "Cf" }, { "Surrogate", "Cs" }, { "Private_Use", "Co" },
		{ "Unassigned", "Cn" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i][0], name) == 0)
			return names[i][1];
	}
	return name;
}

/* After "\p" or "\P". */
static bool
escape_property(struct translator *t, char kind)
{
	static const char *const prefixes[] = { "General_Category=", "gc=" };
	char name[PROPERTY_NAME_MAX + 1];
	size_t n = 0;

	if (peek(t, 0) != '{')
		return fail(t, "\\p needs a property name in braces");
	for (t->at++; t->at < t->end && *t->at != '}'; t->at++) {
		if (n == PROPERTY_NAME_MAX || *t->at == '\\' || *t->at == '^')
			return fail(t, "unknown property after \\p");
		name[n++] = *t->at;
	}
	if (t->at == t->end || n == 0)
		return fail(t, "\\p needs a property name in braces");
	t->at++;
	name[n] = '\0';
	const char *bare = name;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			bare = name + strlen(prefixes[i]);
	}
	buf_printf(&t->out, "\\%c{%s}", kind, category_short(bare));
	return true;
}

static bool
escape_space(struct translator *t, char kind)
{
	if (t->is_in_class)
		buf_add_text(&t->out, kind == 's' ? ECMA_SPACE : "\\S");
	else
		buf_add_text(&t->out, kind == 's' ? "[" ECMA_SPACE "]" : "[^" ECMA_SPACE "]");
	return true;
}

static bool
escape_control(struct translator *t)
{
	char letter = (char)(peek(t, 0) | 0x20);
	if (letter < 'a' || letter > 'z')
		return fail(t, "\\c needs a letter");
	t->at++;
	return put_code(t, letter & 0x1F);
}

static bool
escape_byte(struct translator *t)
{
	long code = hex_digits(t, 0, 2);
	if (code < 0)
		return fail(t, "\\x needs two hexadecimal digits");
	t->at += 2;
	return put_code(t, code);
}

static bool
copy_escape(struct translator *t, char c)
{
	buf_add(&t->out, (char[]){ '\\', c }, 2);
	return true;
}

static bool
escape_backreference(struct translator *t, char first)
{
	if (t->is_in_class)
		return fail(t, "a back reference cannot stand in a class");
	buf_printf(&t->out, "(?:\\g{%c", first);
	for (int i = 1; i < REPEAT_DIGITS_MAX && peek(t, 0) >= '0' && peek(t, 0) <= '9'; i++)
		buf_add_char(&t->out, *t->at++);
	buf_add_text(&t->out, "})");
	return true;
}

/* \k<name> */
static bool
escape_named_reference(struct translator *t)
{
	if (peek(t, 0) != '<' || t->is_in_class)
		return fail(t, "\\k needs a group name");
	return copy_escape(t, 'k');
}

static bool
escape_letter(struct translator *t, char c)
{
	switch (c) {
	case 'd': case 'D': case 'w': case 'W': case 'f': case 'n': case 'r': case 't': case 'b':
		return copy_escape(t, c);
	case 'B':
		return t->is_in_class ? fail(t, "\\B cannot stand in a class") : copy_escape(t, c);
	case 's': case 'S':
		return escape_space(t, c);
	case 'v':
		return put_code(t, 0x0B);
	case 'c':
		return escape_control(t);
	case 'x':
		return escape_byte(t);
	case 'u':
		return escape_unicode(t);
	case 'p': case 'P':
		return escape_property(t, c);
	case 'k':
		return escape_named_reference(t);
	default:
		return fail(t, arena_printf(t->out.arena, "unknown escape \\%c", c));
	}
}

static bool
escape(struct translator *t)
{
	t->at++;
	if (t->at == t->end)
		return fail(t, "\\ at the end");
	char c = *t->at++;
	bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	t->may_repeat = !(c == 'b' || c == 'B') || t->is_in_class;
	if (is_letter)
		return escape_letter(t, c);
	if (c == '0')
		return put_code(t, 0);
	if (c >= '1' && c <= '9')
		return escape_backreference(t, c);
	if ((unsigned char)c >= 0x80 || c == '_') { /* an escaped letter of another script is itself */
		buf_add_char(&t->out, c);
		return true;
	}
	if ((unsigned char)c < 0x20)
		return put_code(t, c);
	return copy_escape(t, c);
}

static bool
class(struct translator *t)
{
	buf_add_char(&t->out, *t->at++);
	t->is_in_class = true;
	if (peek(t, 0) == '^')
		buf_add_char(&t->out, *t->at++);
	while (t->at < t->end && *t->at != ']') {
		if (*t->at == '\\') {
			if (!escape(t))
				return false;
			continue;
		}
		if (*t->at == '[') /* or PCRE2 would look for [:alpha:] */
			buf_add_char(&t->out, '\\');
		buf_add_char(&t->out, *t->at++);
	}
	if (t->at == t->end)
		return fail(t, "a class misses its ]");
	buf_add_char(&t->out, *t->at++);
	t->is_in_class = false;
	t->may_repeat = true;
	return true;
}

static bool
group(struct translator *t)
{
	static const char *const openings[] = { "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?<" };

	t->may_repeat = false;
	if (peek(t, 1) == '*')
		return fail(t, "nothing to repeat after (");
	if (peek(t, 1) != '?') {
		buf_add_char(&t->out, *t->at++);
		return true;
	}
	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		size_t n = strlen(openings[i]);
		if ((size_t)(t->end - t->at) < n || memcmp(t->at, openings[i], n) != 0)
			continue;
		buf_add_text(&t->out, openings[i]);
		t->at += n;
		return true;
	}
	return fail(t, "unknown kind of group");
}

/* Bytes of "{n}", "{n,}" or "{n,m}" at t->at, 0 when it is no quantifier. */
static size_t
repeat_length(const struct translator *t)
{
	size_t n = 1;
	while (peek(t, n) >= '0' && peek(t, n) <= '9')
		n++;
	if (n == 1)
		return 0;
	if (peek(t, n) == ',')
		for (n++; peek(t, n) >= '0' && peek(t, n) <= '9'; n++)
			;
	return peek(t, n) == '}' ? n + 1 : 0;
}

static bool
quantifier(struct translator *t, size_t n_bytes)
{
	if (!t->may_repeat)
		return fail(t, "nothing to repeat");
	buf_add(&t->out, t->at, n_bytes);
	t->at += n_bytes;
	if (peek(t, 0) == '?')
		buf_add_char(&t->out, *t->at++);
	t->may_repeat = false;
	return true;
}

static bool
brace(struct translator *t)
{
	size_t n = repeat_length(t);
	if (n > 0)
		return quantifier(t, n);
	buf_add_text(&t->out, "\\{");
	t->at++;
	t->may_repeat = true;
	return true;
}

static bool
step(struct translator *t)
{
	switch (*t->at) {
	case '\\':
		return escape(t);
	case '[':
		return class(t);
	case '(':
		return group(t);
	case '{':
		return brace(t);
	case '*':
	case '+':
	case '?':
		return quantifier(t, 1);
	case '\0':
		t->at++;
		t->may_repeat = true;
		return put_code(t, 0);
	default:
		t->may_repeat = *t->at != '|' && *t->at != '^' && *t->at != '$';
		buf_add_char(&t->out, *t->at++);
		return true;
	}
}

const char *
ecma_pattern_translate(struct arena *arena, const char *pattern, size_t n_bytes, const char **ret_message)
{
	struct translator t = { .at = pattern, .end = pattern + n_bytes };

	buf_init(&t.out, arena, n_bytes * 2);
	while (t.at < t.end) {
		if (!step(&t)) {
			*ret_message = t.message;
			return NULL;
		}
	}
	return t.out.bytes;
}
