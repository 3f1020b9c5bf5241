/* The strict JSON reader: one pass over a copy of the text, in which strings are unescaped in place. */
#include <string.h>

#include "json/internal.h"
#include "utf8.h"

enum {
	PADDING = 8,             /* zero bytes after the copy: words may be read past its end */
	DEPTH_LIMIT = 1024,      /* whatever the caller asks for: the reader recurses */
	STACK_FIRST = 64,        /* members */
	NAME_SHOWN_MAX = 64,     /* bytes of a duplicate key in the message */
};

struct parser {
	struct arena *arena;
	char *text; /* our copy */
	char *at;
	char *end;
	struct json_limits limits;
	size_t depth;
	struct json_member *stack; /* values of the containers still open */
	size_t n_stack;
	size_t stack_capacity;
	const char *message;
	const char *error_at;
};

static bool parse_value(struct parser *p, struct json_value *ret);

static bool
fail_at(struct parser *p, const char *where, const char *message)
{
	if (!p->message) {
		p->error_at = where;
		p->message = message;
	}
	return false;
}

static bool
fail(struct parser *p, const char *message)
{
	return fail_at(p, p->at, p->at >= p->end ? "unexpected end of text" : message);
}

static inline void
skip_space(struct parser *p)
{
	while (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t')
		p->at++;
}

static bool
push(struct parser *p, const struct json_member *member)
{
	if (p->n_stack == p->stack_capacity) {
		if (arena_is_exhausted(p->arena))
			return fail_at(p, p->at, "document needs more memory than allowed");
		struct json_member *stack = arena_alloc_raw(p->arena, p->stack_capacity * 2 * sizeof(*stack));
		memcpy(stack, p->stack, p->n_stack * sizeof(*stack));
		p->stack = stack;
		p->stack_capacity *= 2;
	}
	p->stack[p->n_stack++] = *member;
	return true;
}

static bool
parse_number(struct parser *p, struct json_value *ret)
{
	const char *message = NULL;
	const char *after = json_number_read(p->at, &p->limits, ret, &message);
	size_t n = (size_t)(after - p->at);

	p->at += n;
	return !message || fail(p, message);
}

/* ---- strings ---- */

/* Words whose bytes need no attention: none is below 0x20, a quote, a backslash or above 0x7F. */
static inline bool
is_plain_word(const char *at)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t highs = ones * 0x80;
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	uint64_t quote = word ^ ones * '"';
	uint64_t backslash = word ^ ones * '\\';
	return (((word - ones * 0x20) | (quote - ones) | (backslash - ones) | word) & highs) == 0;
}

static bool
read_hex(struct parser *p, uint32_t *ret)
{
	uint32_t value = 0;
	for (int i = 0; i < 4; i++, p->at++) {
		char c = *p->at;
		uint32_t digit;
		if (c >= '0' && c <= '9')
			digit = (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digit = (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return fail(p, "expected four hexadecimal digits after \\u");
		value = value << 4 | digit;
	}
	*ret = value;
	return true;
}

/* After "\u".  The escape is never shorter than what it stands for, so it is replaced in place. */
static bool
unescape_unicode(struct parser *p, char **out)
{
	const char *start = p->at - 2;
	uint32_t code;

	if (!read_hex(p, &code))
		return false;
	if (code == 0 && !p->limits.allow_nul)
		return fail_at(p, start, "\\u0000 is not allowed");
	if (code >= 0xDC00 && code <= 0xDFFF)
		return fail_at(p, start, "unpaired surrogate");
	if (code >= 0xD800 && code <= 0xDBFF) {
		uint32_t low = 0;
		if (p->at[0] != '\\' || p->at[1] != 'u')
			return fail_at(p, start, "unpaired surrogate");
		p->at += 2;
		if (!read_hex(p, &low))
			return false;
		if (low < 0xDC00 || low > 0xDFFF)
			return fail_at(p, start, "unpaired surrogate");
		code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
	}
	*out += utf8_write(*out, code);
	return true;
}

static bool
unescape(struct parser *p, char **out)
{
	static const char meanings[128] = {
		['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f',
		['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
	};

	p->at++;
	unsigned char c = (unsigned char)*p->at;
	if (c == 'u') {
		p->at++;
		return unescape_unicode(p, out);
	}
	if (c >= sizeof(meanings) || !meanings[c])
		return fail(p, "unknown escape in a string");
	*(*out)++ = meanings[c];
	p->at++;
	return true;
}

/* `out` is at or before p->at, so a word is read before it is overwritten. */
static inline char *
copy_plain_words(struct parser *p, char *out)
{
	while (is_plain_word(p->at)) {
		uint64_t word;
		memcpy(&word, p->at, sizeof(word));
		memcpy(out, &word, sizeof(word));
		out += sizeof(word);
		p->at += sizeof(word);
	}
	return out;
}

/* At the opening quote.  The text ends up NUL-terminated in our copy. */
static bool
parse_text(struct parser *p, const char **ret_text, uint32_t *ret_n)
{
	char *start = ++p->at;
	char *out = copy_plain_words(p, start);

	for (;;) {
		unsigned char c = (unsigned char)*p->at;
		if (c == '"')
			break;
		if (c == '\\') {
			if (!unescape(p, &out))
				return false;
			out = copy_plain_words(p, out);
			continue;
		}
		if (c < 0x20)
			return fail(p, "control character in a string");
		size_t n = c < 0x80 ? 1 : utf8_sequence(p->at, (size_t)(p->end - p->at));
		if (n == 0)
			return fail(p, "invalid UTF-8");
		do
			*out++ = *p->at++;
		while (--n > 0);
	}
	p->at++;
	*out = '\0';
	*ret_text = start;
	*ret_n = (uint32_t)(out - start);
	return true;
}

/* ---- containers ---- */

static bool
fail_duplicate(struct parser *p, const struct json_member *member)
{
	size_t n = member->n_name;
	if (n > NAME_SHOWN_MAX)
		for (n = NAME_SHOWN_MAX; n > 0 && ((unsigned char)member->name[n] & 0xC0) == 0x80; n--)
			;
	const char *message = arena_printf(p->arena, "duplicate key \"%.*s\"", (int)n, member->name);
	return fail_at(p, member->name - 1, message);
}

static bool
is_known_name(const struct json_member *members, size_t n, const struct json_member *name)
{
	for (size_t i = 0; i < n; i++) {
		if (members[i].hash == name->hash && json_member_compare(&members[i], name) == 0)
			return true;
	}
	return false;
}

/* Small objects were checked name by name; large ones here, in one sort that hostile names cannot slow down. */
static bool
finish_object(struct parser *p, size_t base, struct json_value *ret)
{
	size_t n = p->n_stack - base;

	if (arena_is_exhausted(p->arena))
		return fail_at(p, p->at, "document needs more memory than allowed");
	struct json_member *members = ARENA_ARRAY(p->arena, struct json_member, n);
	memcpy(members, p->stack + base, n * sizeof(*members));
	p->n_stack = base;
	ret->n = (uint32_t)n;
	ret->members = members;
	if (n <= JSON_ORDER_ABOVE)
		return true;
	ret->order = json_order_members(p->arena, members, n);
	for (size_t i = 1; i < n; i++) {
		const struct json_member *a = ret->order[i - 1];
		const struct json_member *b = ret->order[i];
		if (json_member_compare(a, b) == 0)
			return fail_duplicate(p, a->name > b->name ? a : b);
	}
	return true;
}

static bool
parse_member(struct parser *p, size_t base)
{
	struct json_member member = { 0 };

	skip_space(p);
	if (*p->at != '"')
		return fail(p, "expected a key in double quotes");
	if (!parse_text(p, &member.name, &member.n_name))
		return false;
	member.hash = json_name_hash(member.name, member.n_name);
	size_t n = p->n_stack - base;
	if (n < JSON_ORDER_ABOVE && is_known_name(p->stack + base, n, &member))
		return fail_duplicate(p, &member);
	skip_space(p);
	if (*p->at != ':')
		return fail(p, "expected ':'");
	p->at++;
	return parse_value(p, &member.value) && push(p, &member);
}

static bool
parse_object(struct parser *p, struct json_value *ret)
{
	size_t base = p->n_stack;

	p->at++;
	ret->type = JSON_OBJECT;
	skip_space(p);
	if (*p->at == '}') {
		p->at++;
		return true;
	}
	for (;;) {
		if (!parse_member(p, base))
			return false;
		if (*p->at == '}')
			break;
		if (*p->at != ',')
			return fail(p, "expected ',' or '}'");
		p->at++;
	}
	p->at++;
	return finish_object(p, base, ret);
}

static bool
parse_list(struct parser *p, struct json_value *ret)
{
	size_t base = p->n_stack;

	p->at++;
	ret->type = JSON_LIST;
	skip_space(p);
	if (*p->at == ']') {
		p->at++;
		return true;
	}
	for (;;) {
		struct json_member entry = { 0 };
		if (!parse_value(p, &entry.value) || !push(p, &entry))
			return false;
		if (*p->at == ']')
			break;
		if (*p->at != ',')
			return fail(p, "expected ',' or ']'");
		p->at++;
	}
	p->at++;
	size_t n = p->n_stack - base;
	if (arena_is_exhausted(p->arena))
		return fail_at(p, p->at, "document needs more memory than allowed");
	struct json_value *items = ARENA_ARRAY(p->arena, struct json_value, n);
	for (size_t i = 0; i < n; i++)
		items[i] = p->stack[base + i].value;
	p->n_stack = base;
	ret->n = (uint32_t)n;
	ret->items = items;
	return true;
}

static bool
parse_word(struct parser *p, const char *word, enum json_type type, bool boolean, struct json_value *ret)
{
	size_t n = strlen(word);
	if (strncmp(p->at, word, n) != 0)
		return fail(p, "expected a value");
	p->at += n;
	ret->type = type;
	ret->boolean = boolean;
	return true;
}

static bool
parse_container(struct parser *p, struct json_value *ret)
{
	if (p->depth == p->limits.depth_max)
		return fail_at(p, p->at,
		    arena_printf(p->arena, "nested deeper than %zu levels", p->limits.depth_max));
	p->depth++;
	bool is_ok = *p->at == '{' ? parse_object(p, ret) : parse_list(p, ret);
	p->depth--;
	return is_ok;
}

static bool
parse_unspaced(struct parser *p, struct json_value *ret)
{
	switch (*p->at) {
	case '{':
	case '[':
		return parse_container(p, ret);
	case '"':
		ret->type = JSON_TEXT;
		return parse_text(p, &ret->text, &ret->n);
	case 't':
		return parse_word(p, "true", JSON_BOOL, true, ret);
	case 'f':
		return parse_word(p, "false", JSON_BOOL, false, ret);
	case 'n':
		return parse_word(p, "null", JSON_NULL, false, ret);
	case '-':
	case '0': case '1': case '2': case '3': case '4':
	case '5': case '6': case '7': case '8': case '9':
		return parse_number(p, ret);
	default:
		return fail(p, "expected a value");
	}
}

/* A value with the space around it. */
static bool
parse_value(struct parser *p, struct json_value *ret)
{
	skip_space(p);
	ret->start = (uint32_t)(p->at - p->text);
	if (!parse_unspaced(p, ret))
		return false;
	ret->end = (uint32_t)(p->at - p->text);
	skip_space(p);
	return true;
}

/* Positions come from the caller's text: our copy has been unescaped in place. */
static void
report(const struct parser *p, const char *text, struct json_error *ret)
{
	ret->offset = (size_t)(p->error_at - p->text);
	ret->line = 1;
	ret->column = 1;
	ret->message = p->message;
	for (size_t i = 0; i < ret->offset; i++) {
		if (text[i] == '\n') {
			ret->line++;
			ret->column = 1;
			continue;
		}
		ret->column += ((unsigned char)text[i] & 0xC0) != 0x80;
	}
}

const struct json_value *
json_parse(struct arena *arena, const char *text, size_t n_bytes, const struct json_limits *limits,
    struct json_error *ret_error)
{
	if (n_bytes >= UINT32_MAX) {
		*ret_error = (struct json_error){ .line = 1, .column = 1, .message = "text of 4 GiB or more" };
		return NULL;
	}

	struct parser p = { .arena = arena, .stack_capacity = STACK_FIRST };
	if (limits)
		p.limits = *limits;
	if (p.limits.depth_max == 0)
		p.limits.depth_max = JSON_DEPTH_MAX;
	if (p.limits.depth_max > DEPTH_LIMIT)
		p.limits.depth_max = DEPTH_LIMIT;
	p.text = p.at = arena_alloc_raw(arena, n_bytes + PADDING);
	p.end = p.text + n_bytes;
	if (n_bytes)
		memcpy(p.text, text, n_bytes);
	memset(p.end, 0, PADDING);
	p.stack = arena_alloc_raw(arena, STACK_FIRST * sizeof(*p.stack));

	struct json_value *value = ARENA_NEW(arena, struct json_value);
	bool is_ok = parse_value(&p, value);
	if (is_ok && p.at != p.end)
		is_ok = fail_at(&p, p.at, "unexpected text after the value");
	if (is_ok)
		return value;
	report(&p, text, ret_error);
	return NULL;
}
