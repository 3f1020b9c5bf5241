/* Structs to JSON by their shapes. */
#include "codec/json.h"

#include <assert.h>
#include <string.h>

#include "id.h"

static void
write_text(struct buf *buf, const char *text)
{
	buf_add_json_text(buf, text, strlen(text));
}

static void
write_doc(struct buf *buf, struct doc doc)
{
	if (doc.json)
		buf_add(buf, doc.json, doc.len);
	else
		buf_add_text(buf, "null");
}

static void
write_time(struct buf *buf, int64_t time_us)
{
	char text[TIME_TEXT_BYTES + 2];

	text[0] = '"';
	time_format(text + 1, time_us);
	size_t n = strlen(text);
	text[n] = '"';
	buf_add(buf, text, n + 1);
}

static void
write_item(struct buf *buf, const struct shape_field *field, const struct shape_list *list, size_t i)
{
	switch (field->item) {
	case SHAPE_INT:
		buf_add_int(buf, ((const int64_t *)list->items)[i]);
		return;
	case SHAPE_TIME:
		write_time(buf, ((const int64_t *)list->items)[i]);
		return;
	case SHAPE_TEXT:
		write_text(buf, ((const char *const *)list->items)[i]);
		return;
	case SHAPE_DOC:
		write_doc(buf, ((const struct doc *)list->items)[i]);
		return;
	case SHAPE_STRUCT:
		codec_json_write(buf, field->shape, (const char *)list->items + i * field->shape->size);
		return;
	case SHAPE_BOOL:
	case SHAPE_LIST:
		break;
	}
	assert(!"list item type");
}

static void
write_list(struct buf *buf, const struct shape_field *field, const void *object)
{
	struct shape_list list = shape_get_list(field, object);

	buf_add_char(buf, '[');
	for (size_t i = 0; i < list.n; i++) {
		if (i)
			buf_add_char(buf, ',');
		write_item(buf, field, &list, i);
	}
	buf_add_char(buf, ']');
}

bool
codec_json_has_field(const struct shape_field *field, const void *object)
{
	return field->in != SHAPE_IN_COOKIE && shape_is_present(field, object);
}

void
codec_json_write_field(struct buf *buf, const struct shape_field *field, const void *object)
{
	if (!shape_is_present(field, object)) {
		buf_add_text(buf, "null");
		return;
	}
	switch (field->type) {
	case SHAPE_BOOL:
		buf_add_text(buf, shape_get_bool(field, object) ? "true" : "false");
		return;
	case SHAPE_INT:
		if (shape_get_slug(field, object))
			write_text(buf, shape_get_slug(field, object));
		else
			buf_add_int(buf, shape_get_int(field, object));
		return;
	case SHAPE_TIME:
		write_time(buf, shape_get_int(field, object));
		return;
	case SHAPE_TEXT:
		write_text(buf, shape_get_text(field, object));
		return;
	case SHAPE_DOC:
		write_doc(buf, shape_get_doc(field, object));
		return;
	case SHAPE_STRUCT:
		codec_json_write(buf, field->shape, shape_get_struct(field, object));
		return;
	case SHAPE_LIST:
		write_list(buf, field, object);
		return;
	}
	assert(!"shape type");
}

void
codec_json_write(struct buf *buf, const struct shape *shape, const void *object)
{
	bool is_first = true;

	buf_add_char(buf, '{');
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		bool is_null_shown = field->flags & (SHAPE_NULLABLE | SHAPE_REQUIRED);
		if (!is_null_shown && !codec_json_has_field(field, object))
			continue;
		buf_add_text(buf, is_first ? "\"" : ",\"");
		is_first = false;
		buf_add_text(buf, field->name);
		buf_add_text(buf, "\":");
		codec_json_write_field(buf, field, object);
	}
	buf_add_char(buf, '}');
}
