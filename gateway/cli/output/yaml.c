/* Plain scalars are letters that mean nothing; everything else is quoted as JSON is, which YAML understands. */
#include "cli/output/yaml.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "cli/output/output.h"
#include "utf8.h"

enum { INDENT = 2, PLAIN_BYTES_MAX = 200 };

static const char *const words_with_meaning[] = { "null", "true", "false", "yes", "no", "on", "off", "y", "n", NULL };

static bool
is_plain(const char *text, size_t n)
{
	if (n == 0 || n > PLAIN_BYTES_MAX || !isalpha((unsigned char)text[0]) || text[n - 1] == ' ')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr(" _-./+@", text[i]))
			return false;
	for (size_t i = 0; words_with_meaning[i]; i++)
		if (strlen(words_with_meaning[i]) == n && strncasecmp(words_with_meaning[i], text, n) == 0)
			return false;
	return true;
}

/* What YAML does not allow to stand for itself, and what looks like a line break to some. */
static bool
must_escape(uint32_t c)
{
	return output_is_bidi_control(c) || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0xfffe || c == 0xffff;
}

static void
write_quoted(struct buf *buf, const char *text, size_t n)
{
	buf_add_char(buf, '"');
	for (size_t at = 0; at < n;) {
		size_t step = 1;
		uint32_t c = utf8_read(text + at, &step);
		if (c == '"' || c == '\\')
			buf_printf(buf, "\\%c", (char)c);
		else if (c == '\n')
			buf_add_text(buf, "\\n");
		else if (c == '\t')
			buf_add_text(buf, "\\t");
		else if (c < 0x20 || must_escape(c))
			buf_printf(buf, "\\u%04X", c);
		else
			buf_add(buf, text + at, step);
		at += step;
	}
	buf_add_char(buf, '"');
}

static void
write_text(struct buf *buf, const char *text, size_t n)
{
	if (is_plain(text, n))
		buf_add(buf, text, n);
	else
		write_quoted(buf, text, n);
}

static void
indent(struct buf *buf, unsigned depth)
{
	for (unsigned i = 0; i < depth * INDENT; i++)
		buf_add_char(buf, ' ');
}

static bool
is_block(const struct json_value *value)
{
	return (value->type == JSON_LIST || value->type == JSON_OBJECT) && value->n > 0;
}

/* 1e5 is a number to YAML 1.2 only, 1.0e+5 to every version. */
static void
write_real(struct buf *buf, const struct json_value *value)
{
	size_t start = buf->len;

	json_write(buf, value);
	const char *number = arena_strndup(buf->arena, buf->bytes + start, buf->len - start);
	size_t n_mantissa = strcspn(number, "eE");
	if (number[n_mantissa] == '\0')
		return;
	const char *exponent = number + n_mantissa + 1;
	bool has_point = memchr(number, '.', n_mantissa), has_sign = *exponent == '-' || *exponent == '+';
	buf->len = start;
	buf_printf(buf, "%.*s%se%s%s", (int)n_mantissa, number, has_point ? "" : ".0", has_sign ? "" : "+", exponent);
}

static void
write_scalar(struct buf *buf, const struct json_value *value)
{
	if (value->type == JSON_TEXT)
		write_text(buf, value->text, value->n);
	else if (value->type == JSON_REAL)
		write_real(buf, value);
	else
		json_write(buf, value); /* integers, true, false, null, [] and {} are the same in both */
	buf_add_char(buf, '\n');
}

static void write_block(struct buf *buf, const struct json_value *value, unsigned depth, bool is_in_line);

/* One item or member; is_in_line: its first line has begun already (an object's first member behind "- "). */
static void
write_entry(struct buf *buf, const struct json_value *list, uint32_t i, unsigned depth, bool is_in_line)
{
	bool is_item = list->type == JSON_LIST;
	const struct json_value *value = is_item ? &list->items[i] : &list->members[i].value;

	if (!is_in_line)
		indent(buf, depth);
	if (is_item) {
		buf_add_char(buf, '-');
	} else {
		write_text(buf, list->members[i].name, list->members[i].n_name);
		buf_add_char(buf, ':');
	}
	if (!is_block(value)) {
		buf_add_char(buf, ' ');
		write_scalar(buf, value);
		return;
	}
	buf_add_char(buf, is_item ? ' ' : '\n');
	write_block(buf, value, depth + 1, is_item);
}

static void
write_block(struct buf *buf, const struct json_value *value, unsigned depth, bool is_in_line)
{
	for (uint32_t i = 0; i < value->n; i++)
		write_entry(buf, value, i, depth, is_in_line && i == 0);
}

void
yaml_write(struct buf *buf, const struct json_value *value)
{
	if (is_block(value))
		write_block(buf, value, 0, false);
	else
		write_scalar(buf, value);
}
