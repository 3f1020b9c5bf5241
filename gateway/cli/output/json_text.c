/* Indented JSON; control characters beyond ASCII are escaped too, for it may end on a terminal. */
#include <string.h>

#include "cli/output/output.h"
#include "utf8.h"

enum { INDENT = 2 };

/* DEL, and the first bytes of what else is to be escaped. */
static bool
may_steer(const char *text, size_t n)
{
	return memchr(text, 0x7f, n) || memchr(text, 0xc2, n) || memchr(text, 0xd8, n) || memchr(text, 0xe2, n);
}

static void
write_text(struct buf *buf, const char *text, size_t n)
{
	size_t start = buf->len;

	buf_add_json_text(buf, text, n);
	if (!may_steer(buf->bytes + start, buf->len - start))
		return;
	const char *quoted = arena_strndup(buf->arena, buf->bytes + start, buf->len - start);
	size_t n_quoted = buf->len - start;
	buf->len = start;
	for (size_t at = 0; at < n_quoted;) {
		size_t step = 1;
		uint32_t c = utf8_read(quoted + at, &step);
		if (c == 0x7f || (c >= 0x80 && c < 0xa0) || output_is_bidi_control(c))
			buf_printf(buf, "\\u%04x", c);
		else
			buf_add(buf, quoted + at, step);
		at += step;
	}
}

static void
break_line(struct buf *buf, unsigned depth)
{
	buf_add_char(buf, '\n');
	for (unsigned i = 0; i < depth * INDENT; i++)
		buf_add_char(buf, ' ');
}

static void
write_value(struct buf *buf, const struct json_value *value, unsigned depth)
{
	bool is_list = value->type == JSON_LIST;

	if (value->type == JSON_TEXT) {
		write_text(buf, value->text, value->n);
		return;
	}
	if ((!is_list && value->type != JSON_OBJECT) || value->n == 0) {
		json_write(buf, value);
		return;
	}
	buf_add_char(buf, is_list ? '[' : '{');
	for (uint32_t i = 0; i < value->n; i++) {
		if (i)
			buf_add_char(buf, ',');
		break_line(buf, depth + 1);
		if (!is_list) {
			write_text(buf, value->members[i].name, value->members[i].n_name);
			buf_add_text(buf, ": ");
		}
		write_value(buf, is_list ? &value->items[i] : &value->members[i].value, depth + 1);
	}
	break_line(buf, depth);
	buf_add_char(buf, is_list ? ']' : '}');
}

void
json_text_write(struct buf *buf, const struct json_value *value)
{
	write_value(buf, value, 0);
}
