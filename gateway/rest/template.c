/* Text with places filled from structs. */
#include "rest/template.h"

#include <string.h>

#include "codec/json.h"
#include "uri.h"

const struct shape_field *
shape_find(const struct shape *shape, const char *name)
{
	for (size_t i = 0; shape && i < shape->n_fields; i++)
		if (strcmp(shape->fields[i].name, name) == 0)
			return &shape->fields[i];
	return NULL;
}

/* The text as inside a JSON string. */
static void
set_text(struct template_piece *piece, struct arena *arena, const char *text, size_t n)
{
	struct buf buf;

	buf_init(&buf, arena, n + 16);
	buf_add_json_text(&buf, text, n);
	piece->text = arena_strndup(arena, buf.bytes + 1, buf.len - 2);
	piece->n_text = buf.len - 2;
}

static const struct shape_field *
usable(const struct shape *shape, const char *name)
{
	const struct shape_field *field = shape_find(shape, name);
	return field && (field->type == SHAPE_INT || field->type == SHAPE_TEXT) ? field : NULL;
}

void
template_init(struct template *template, struct arena *arena, const char *text, const struct shape *output,
    const struct shape *input)
{
	template->n = 0;
	while (template->n + 1 < TEMPLATE_PIECES_MAX) {
		const char *open = strchr(text, '{');
		const char *close = open ? strchr(open, '}') : NULL;
		if (!close)
			break;
		struct template_piece *piece = &template->pieces[template->n++];
		const char *name = arena_strndup(arena, open + 1, (size_t)(close - open - 1));
		set_text(piece, arena, text, (size_t)(open - text));
		piece->output = usable(output, name);
		piece->input = usable(input, name);
		piece->name = arena_strndup(arena, open, (size_t)(close - open + 1));
		text = close + 1;
	}
	set_text(&template->pieces[template->n++], arena, text, strlen(text));
}

static bool
write_field(struct buf *buf, const struct shape_field *field, const void *object)
{
	if (!field || !object || !codec_json_has_field(field, object))
		return false;
	if (field->type == SHAPE_INT && shape_get_int(field, object) == 0)
		return false; /* the placeholder id of a dry run */
	if (field->type == SHAPE_INT)
		buf_add_int(buf, shape_get_int(field, object));
	else
		buf_add_text(buf, uri_encode(buf->arena, shape_get_text(field, object)));
	return true;
}

void
template_write(struct buf *buf, const struct template *template, const void *output, const void *input)
{
	buf_add_char(buf, '"');
	for (size_t i = 0; i < template->n; i++) {
		const struct template_piece *piece = &template->pieces[i];
		buf_add(buf, piece->text, piece->n_text);
		if (piece->name && !write_field(buf, piece->output, output) && !write_field(buf, piece->input, input))
			buf_add_text(buf, piece->name);
	}
	buf_add_char(buf, '"');
}
