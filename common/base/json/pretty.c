/* JSON text for people: two spaces for each level. */
#include "json/json.h"

static void
new_line(struct buf *buf, size_t depth)
{
	buf_add_char(buf, '\n');
	for (size_t i = 0; i < depth; i++)
		buf_add_text(buf, "  ");
}

static void write_value(struct buf *buf, const struct json_value *value, size_t depth);

static void
write_list(struct buf *buf, const struct json_value *list, size_t depth)
{
	buf_add_char(buf, '[');
	for (uint32_t i = 0; i < list->n; i++) {
		if (i > 0)
			buf_add_char(buf, ',');
		new_line(buf, depth + 1);
		write_value(buf, &list->items[i], depth + 1);
	}
	new_line(buf, depth);
	buf_add_char(buf, ']');
}

static void
write_object(struct buf *buf, const struct json_value *object, size_t depth)
{
	buf_add_char(buf, '{');
	for (uint32_t i = 0; i < object->n; i++) {
		const struct json_member *member = &object->members[i];
		if (i > 0)
			buf_add_char(buf, ',');
		new_line(buf, depth + 1);
		buf_add_json_text(buf, member->name, member->n_name);
		buf_add_text(buf, ": ");
		write_value(buf, &member->value, depth + 1);
	}
	new_line(buf, depth);
	buf_add_char(buf, '}');
}

/* As deep as the reader lets a value be. */
static void
write_value(struct buf *buf, const struct json_value *value, size_t depth)
{
	if (value->type == JSON_LIST && value->n > 0)
		write_list(buf, value, depth);
	else if (value->type == JSON_OBJECT && value->n > 0)
		write_object(buf, value, depth);
	else
		json_write(buf, value);
}

void
json_write_pretty(struct buf *buf, const struct json_value *value)
{
	write_value(buf, value, 0);
}
