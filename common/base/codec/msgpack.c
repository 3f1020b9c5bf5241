/* Structs to and from msgpack by their shapes, straight from and to the bytes: no tree in between. */
#include "codec/msgpack.h"

#include <assert.h>
#include <string.h>

#include "codec/frame.h"

/* ---- writing ---- */

static void write_map(struct buf *buf, const struct shape *shape, const void *object, bool is_indexed);

static void
write_list(struct buf *buf, const struct shape_field *field, struct shape_list list)
{
	size_t size = shape_item_size(field);
	const char *item = list.items;

	frame_write_list(buf, list.n);
	for (size_t i = 0; i < list.n; i++, item += size) {
		if (field->item == SHAPE_STRUCT)
			write_map(buf, field->shape, item, false);
		else if (field->item == SHAPE_TEXT)
			frame_write_text(buf, ((const char *const *)list.items)[i]);
		else if (field->item == SHAPE_DOC)
			frame_write_bin(buf, ((const struct doc *)list.items)[i].json, ((const struct doc *)list.items)[i].len);
		else
			frame_write_int(buf, ((const int64_t *)list.items)[i]);
	}
}

static void
write_field(struct buf *buf, const struct shape_field *field, const void *object)
{
	struct doc doc;

	switch (field->type) {
	case SHAPE_BOOL:
		frame_write_bool(buf, shape_get_bool(field, object));
		return;
	case SHAPE_INT:
	case SHAPE_TIME:
		frame_write_int(buf, shape_get_int(field, object));
		return;
	case SHAPE_TEXT:
		frame_write_text(buf, shape_get_text(field, object));
		return;
	case SHAPE_DOC:
		doc = shape_get_doc(field, object);
		frame_write_bin(buf, doc.json, doc.len);
		return;
	case SHAPE_STRUCT:
		write_map(buf, field->shape, shape_get_struct(field, object), false);
		return;
	case SHAPE_LIST:
		write_list(buf, field, shape_get_list(field, object));
		return;
	}
	assert(!"shape type");
}

static void
write_map(struct buf *buf, const struct shape *shape, const void *object, bool is_indexed)
{
	size_t n = 0;
	size_t begin = frame_begin_map(buf, shape->n_fields);

	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		if (!shape_is_present(field, object))
			continue;
		n++;
		if (is_indexed)
			frame_write_int(buf, (int64_t)i);
		else
			frame_write_text(buf, field->name);
		write_field(buf, field, object);
	}
	frame_end_map(buf, begin, shape->n_fields, n);
}

void
codec_msgpack_write(struct buf *buf, const struct shape *shape, const void *object)
{
	write_map(buf, shape, object, false);
}

void
codec_msgpack_write_indexed(struct buf *buf, const struct shape *shape, const void *object)
{
	write_map(buf, shape, object, true);
}

/* ---- reading ---- */

/* frame_check has seen every head and length, so what is left always holds the next value. */
struct decoder {
	struct arena *arena;
	const unsigned char *at;
	size_t left;
	const char *problem;
};

static const unsigned char *
take_bytes(struct decoder *decoder, size_t n)
{
	const unsigned char *bytes = decoder->at;

	decoder->at += n;
	decoder->left -= n;
	return bytes;
}

static struct frame_head
take_head(struct decoder *decoder)
{
	struct frame_head head = frame_read_head(decoder->at, decoder->left);

	(void)take_bytes(decoder, head.n_bytes);
	return head;
}

static void
skip_value(struct decoder *decoder)
{
	for (uint64_t n = 1; n > 0; n--) {
		struct frame_head head = take_head(decoder);
		n += frame_n_children(&head);
		if (head.kind == FRAME_TEXT || head.kind == FRAME_BIN)
			(void)take_bytes(decoder, head.n);
	}
}

static bool
fail(struct decoder *decoder, const struct shape_field *field, const char *what)
{
	decoder->problem = arena_printf(decoder->arena, "field '%s': %s", field->name, what);
	return false;
}

static bool
take_int(struct decoder *decoder, int64_t *ret_integer)
{
	struct frame_head head = take_head(decoder);

	if (head.kind != FRAME_INT || head.is_beyond)
		return false;
	*ret_integer = head.integer;
	return true;
}

/* Text with a NUL inside would end early in every C string that follows, so it is no text. */
static bool
take_text(struct decoder *decoder, const char **ret_text)
{
	struct frame_head head = take_head(decoder);

	if (head.kind != FRAME_TEXT || memchr(decoder->at, '\0', head.n) || !arena_has_room(decoder->arena, head.n))
		return false;
	*ret_text = arena_strndup(decoder->arena, (const char *)take_bytes(decoder, head.n), head.n);
	return true;
}

static bool
take_doc(struct decoder *decoder, struct doc *ret_doc)
{
	struct frame_head head = take_head(decoder);

	if (head.kind != FRAME_BIN && head.kind != FRAME_TEXT)
		return false;
	*ret_doc = (struct doc){ (const char *)take_bytes(decoder, head.n), head.n };
	return true;
}

static bool take_map(struct decoder *decoder, const struct shape *shape, bool is_indexed, void *object);

static bool
take_item(struct decoder *decoder, const struct shape_field *field, void *item)
{
	if (field->item == SHAPE_STRUCT)
		return take_map(decoder, field->shape, false, item);
	if (field->item == SHAPE_TEXT)
		return take_text(decoder, item) || fail(decoder, field, "items must be text");
	if (field->item == SHAPE_DOC)
		return take_doc(decoder, item) || fail(decoder, field, "items must be documents");
	return take_int(decoder, item) || fail(decoder, field, "items must be integers");
}

static bool
take_list(struct decoder *decoder, const struct shape_field *field, void *object)
{
	struct frame_head head = take_head(decoder);

	if (head.kind != FRAME_LIST)
		return fail(decoder, field, "must be a list");
	size_t size = shape_item_size(field);
	/* A small frame may claim many items of a large struct; n is at most FRAME_ITEMS_MAX. */
	if (!arena_has_room(decoder->arena, head.n * size))
		return fail(decoder, field, "too large");
	char *items = arena_alloc(decoder->arena, head.n ? head.n * size : 1);
	for (size_t i = 0; i < head.n; i++) {
		if (!take_item(decoder, field, items + i * size))
			return false;
	}
	shape_set_list(field, object, (struct shape_list){ items, head.n });
	return true;
}

static bool
take_struct(struct decoder *decoder, const struct shape_field *field, void *object)
{
	if (!arena_has_room(decoder->arena, field->shape->size))
		return fail(decoder, field, "too large");
	void *inner = arena_alloc(decoder->arena, field->shape->size);
	if (!take_map(decoder, field->shape, false, inner))
		return false;
	shape_set_struct(field, object, inner);
	return true;
}

static bool
take_field(struct decoder *decoder, const struct shape_field *field, void *object)
{
	struct frame_head head;
	int64_t integer;
	const char *text;
	struct doc doc;

	switch (field->type) {
	case SHAPE_BOOL:
		head = take_head(decoder);
		if (head.kind != FRAME_BOOL)
			return fail(decoder, field, "must be a boolean");
		shape_set_bool(decoder->arena, field, object, head.integer);
		return true;
	case SHAPE_INT:
	case SHAPE_TIME:
		if (!take_int(decoder, &integer))
			return fail(decoder, field, "must be an integer");
		shape_set_int(decoder->arena, field, object, integer);
		return true;
	case SHAPE_TEXT:
		if (!take_text(decoder, &text))
			return fail(decoder, field, "must be text");
		shape_set_text(field, object, text);
		return true;
	case SHAPE_DOC:
		if (!take_doc(decoder, &doc))
			return fail(decoder, field, "must be a document");
		shape_set_doc(field, object, doc);
		return true;
	case SHAPE_STRUCT:
		return take_struct(decoder, field, object);
	case SHAPE_LIST:
		return take_list(decoder, field, object);
	}
	assert(!"shape type");
	return false;
}

/* Both sides list fields in table order, so the one at `next` is nearly always it. */
static const struct shape_field *
find_field(const struct shape *shape, size_t next, const unsigned char *name, size_t n_name)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[(next + i) % shape->n_fields];
		if (strlen(field->name) == n_name && memcmp(field->name, name, n_name) == 0)
			return field;
	}
	return NULL;
}

/* The field that the key names, or NULL for a key of any kind that is none of ours. */
static const struct shape_field *
take_key(struct decoder *decoder, const struct shape *shape, size_t next, bool is_indexed)
{
	struct frame_head head = frame_read_head(decoder->at, decoder->left);

	if (head.kind != (is_indexed ? FRAME_INT : FRAME_TEXT)) {
		skip_value(decoder);
		return NULL;
	}
	(void)take_bytes(decoder, head.n_bytes);
	if (!is_indexed)
		return find_field(shape, next, take_bytes(decoder, head.n), head.n);
	bool is_known = !head.is_beyond && head.integer >= 0 && head.integer < (int64_t)shape->n_fields;
	return is_known ? &shape->fields[head.integer] : NULL;
}

/* Required fields are counted by a bit each; shapes with more fields than bits are refused by the generator. */
static bool
check_required(struct decoder *decoder, const struct shape *shape, uint64_t seen)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		if ((shape->fields[i].flags & SHAPE_REQUIRED) && !(seen >> i & 1))
			return fail(decoder, &shape->fields[i], "is missing");
	}
	return true;
}

static bool
take_map(struct decoder *decoder, const struct shape *shape, bool is_indexed, void *object)
{
	struct frame_head head = take_head(decoder);
	uint64_t seen = 0;
	size_t next = 0;

	assert(shape->n_fields <= 64);
	if (head.kind != FRAME_MAP) {
		decoder->problem = arena_printf(decoder->arena, "'%s' must be a map", shape->name);
		return false;
	}
	for (uint64_t i = 0; i < head.n; i++) {
		const struct shape_field *field = take_key(decoder, shape, next, is_indexed);
		if (!field || frame_read_head(decoder->at, decoder->left).kind == FRAME_NIL) {
			skip_value(decoder);
			continue;
		}
		if (!take_field(decoder, field, object))
			return false;
		next = (size_t)(field - shape->fields) + 1;
		seen |= UINT64_C(1) << (next - 1);
	}
	return check_required(decoder, shape, seen);
}

static bool
read_frame(struct arena *arena, const struct shape *shape, const void *bytes, size_t n_bytes, bool is_indexed,
    void *object, const char **ret_problem)
{
	struct decoder decoder = { .arena = arena, .at = bytes, .left = n_bytes,
		.problem = "not one well-formed msgpack value within the limits" };

	if (frame_check(bytes, n_bytes) && take_map(&decoder, shape, is_indexed, object))
		return true;
	*ret_problem = decoder.problem;
	return false;
}

bool
codec_msgpack_read(struct arena *arena, const struct shape *shape, const void *bytes, size_t n_bytes,
    void *ret_object, const char **ret_problem)
{
	return read_frame(arena, shape, bytes, n_bytes, false, ret_object, ret_problem);
}

bool
codec_msgpack_read_indexed(struct arena *arena, const struct shape *shape, const void *bytes, size_t n_bytes,
    void *ret_object, const char **ret_problem)
{
	return read_frame(arena, shape, bytes, n_bytes, true, ret_object, ret_problem);
}
