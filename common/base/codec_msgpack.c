/* Structs to and from msgpack by their shapes: the only file that calls msgpack-c. */
#include "codec_msgpack.h"

#include <assert.h>
#include <msgpack.h>
#include <string.h>

struct decoder {
	struct arena *arena;
	const char *problem;
};

static int
append(void *data, const char *bytes, size_t n_bytes)
{
	buf_add(data, bytes, n_bytes);
	return 0;
}

static void
pack_text(msgpack_packer *packer, const char *text)
{
	size_t n = strlen(text);

	msgpack_pack_str(packer, n);
	msgpack_pack_str_body(packer, text, n);
}

static void
pack_doc(msgpack_packer *packer, struct doc doc)
{
	msgpack_pack_bin(packer, doc.len);
	msgpack_pack_bin_body(packer, doc.json, doc.len);
}

static void pack_map(msgpack_packer *packer, const struct shape *shape, const void *object, bool is_indexed);

static void
pack_list(msgpack_packer *packer, const struct shape_field *field, struct shape_list list)
{
	size_t size = shape_item_size(field);
	const char *item = list.items;

	msgpack_pack_array(packer, list.n);
	for (size_t i = 0; i < list.n; i++, item += size) {
		if (field->item == SHAPE_STRUCT) {
			pack_map(packer, field->shape, item, false);
			continue;
		}
		if (field->item == SHAPE_TEXT)
			pack_text(packer, ((const char *const *)list.items)[i]);
		else if (field->item == SHAPE_DOC)
			pack_doc(packer, ((const struct doc *)list.items)[i]);
		else
			msgpack_pack_int64(packer, ((const int64_t *)list.items)[i]);
	}
}

static void
pack_field(msgpack_packer *packer, const struct shape_field *field, const void *object)
{
	switch (field->type) {
	case SHAPE_BOOL:
		if (shape_get_bool(field, object))
			msgpack_pack_true(packer);
		else
			msgpack_pack_false(packer);
		return;
	case SHAPE_INT:
	case SHAPE_TIME:
		msgpack_pack_int64(packer, shape_get_int(field, object));
		return;
	case SHAPE_TEXT:
		pack_text(packer, shape_get_text(field, object));
		return;
	case SHAPE_DOC:
		pack_doc(packer, shape_get_doc(field, object));
		return;
	case SHAPE_STRUCT:
		pack_map(packer, field->shape, shape_get_struct(field, object), false);
		return;
	case SHAPE_LIST:
		pack_list(packer, field, shape_get_list(field, object));
		return;
	}
	assert(!"shape type");
}

static void
pack_map(msgpack_packer *packer, const struct shape *shape, const void *object, bool is_indexed)
{
	size_t n_present = 0;

	for (size_t i = 0; i < shape->n_fields; i++)
		n_present += shape_is_present(&shape->fields[i], object);
	msgpack_pack_map(packer, n_present);
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		if (!shape_is_present(field, object))
			continue;
		if (is_indexed)
			msgpack_pack_unsigned_int(packer, (unsigned)i);
		else
			pack_text(packer, field->name);
		pack_field(packer, field, object);
	}
}

void
codec_msgpack_write(struct buf *buf, const struct shape *shape, const void *object)
{
	msgpack_packer packer;

	msgpack_packer_init(&packer, buf, append);
	pack_map(&packer, shape, object, false);
}

void
codec_msgpack_write_indexed(struct buf *buf, const struct shape *shape, const void *object)
{
	msgpack_packer packer;

	msgpack_packer_init(&packer, buf, append);
	pack_map(&packer, shape, object, true);
}

static bool
fail(struct decoder *decoder, const struct shape_field *field, const char *what)
{
	decoder->problem = arena_printf(decoder->arena, "field '%s': %s", field->name, what);
	return false;
}

static bool
take_int(const msgpack_object *value, int64_t *ret_integer)
{
	if (value->type == MSGPACK_OBJECT_NEGATIVE_INTEGER) {
		*ret_integer = value->via.i64;
		return true;
	}
	if (value->type != MSGPACK_OBJECT_POSITIVE_INTEGER || value->via.u64 > INT64_MAX)
		return false;
	*ret_integer = (int64_t)value->via.u64;
	return true;
}

/* Text with a NUL inside would end early in every C string that follows, so it is no text. */
static bool
take_text(struct decoder *decoder, const msgpack_object *value, const char **ret_text)
{
	if (value->type != MSGPACK_OBJECT_STR || memchr(value->via.str.ptr, '\0', value->via.str.size))
		return false;
	if (!arena_has_room(decoder->arena, value->via.str.size))
		return false;
	*ret_text = arena_strndup(decoder->arena, value->via.str.ptr, value->via.str.size);
	return true;
}

static bool
take_doc(const msgpack_object *value, struct doc *ret_doc)
{
	if (value->type == MSGPACK_OBJECT_BIN)
		*ret_doc = (struct doc){ value->via.bin.ptr, value->via.bin.size };
	else if (value->type == MSGPACK_OBJECT_STR)
		*ret_doc = (struct doc){ value->via.str.ptr, value->via.str.size };
	else
		return false;
	return true;
}

static bool take_map(struct decoder *decoder, const struct shape *shape, const msgpack_object *value, bool is_indexed,
    void *object);

static bool
take_item(struct decoder *decoder, const struct shape_field *field, const msgpack_object *value, void *item)
{
	if (field->item == SHAPE_STRUCT)
		return take_map(decoder, field->shape, value, false, item);
	if (field->item == SHAPE_TEXT)
		return take_text(decoder, value, item) || fail(decoder, field, "items must be text");
	if (field->item == SHAPE_DOC)
		return take_doc(value, item) || fail(decoder, field, "items must be documents");
	return take_int(value, item) || fail(decoder, field, "items must be integers");
}

static bool
take_list(struct decoder *decoder, const struct shape_field *field, const msgpack_object *value, void *object)
{
	if (value->type != MSGPACK_OBJECT_ARRAY)
		return fail(decoder, field, "must be a list");
	size_t n = value->via.array.size;
	size_t size = shape_item_size(field);
	/* A small frame may claim many items of a large struct; n is at most FRAME_ITEMS_MAX. */
	if (!arena_has_room(decoder->arena, n * size))
		return fail(decoder, field, "too large");
	char *items = arena_alloc(decoder->arena, n ? n * size : 1);
	for (size_t i = 0; i < n; i++) {
		if (!take_item(decoder, field, &value->via.array.ptr[i], items + i * size))
			return false;
	}
	shape_set_list(field, object, (struct shape_list){ items, n });
	return true;
}

static bool
take_struct(struct decoder *decoder, const struct shape_field *field, const msgpack_object *value, void *object)
{
	if (!arena_has_room(decoder->arena, field->shape->size))
		return fail(decoder, field, "too large");
	void *inner = arena_alloc(decoder->arena, field->shape->size);
	if (!take_map(decoder, field->shape, value, false, inner))
		return false;
	shape_set_struct(field, object, inner);
	return true;
}

static bool
take_field(struct decoder *decoder, const struct shape_field *field, const msgpack_object *value, void *object)
{
	int64_t integer;
	const char *text;
	struct doc doc;

	switch (field->type) {
	case SHAPE_BOOL:
		if (value->type != MSGPACK_OBJECT_BOOLEAN)
			return fail(decoder, field, "must be a boolean");
		shape_set_bool(decoder->arena, field, object, value->via.boolean);
		return true;
	case SHAPE_INT:
	case SHAPE_TIME:
		if (!take_int(value, &integer))
			return fail(decoder, field, "must be an integer");
		shape_set_int(decoder->arena, field, object, integer);
		return true;
	case SHAPE_TEXT:
		if (!take_text(decoder, value, &text))
			return fail(decoder, field, "must be text");
		shape_set_text(field, object, text);
		return true;
	case SHAPE_DOC:
		if (!take_doc(value, &doc))
			return fail(decoder, field, "must be a document");
		shape_set_doc(field, object, doc);
		return true;
	case SHAPE_STRUCT:
		return take_struct(decoder, field, value, object);
	case SHAPE_LIST:
		return take_list(decoder, field, value, object);
	}
	assert(!"shape type");
	return false;
}

static bool
is_key_of(const msgpack_object *key, const struct shape_field *field)
{
	return key->type == MSGPACK_OBJECT_STR && strlen(field->name) == key->via.str.size &&
	    memcmp(field->name, key->via.str.ptr, key->via.str.size) == 0;
}

/* Both sides list fields in table order, so the one at `next` is nearly always it. */
static const struct shape_field *
find_field(const struct shape *shape, size_t next, const msgpack_object *key, bool is_indexed)
{
	if (is_indexed) {
		bool is_known = key->type == MSGPACK_OBJECT_POSITIVE_INTEGER && key->via.u64 < shape->n_fields;
		return is_known ? &shape->fields[key->via.u64] : NULL;
	}
	for (size_t i = next; i < shape->n_fields; i++) {
		if (is_key_of(key, &shape->fields[i]))
			return &shape->fields[i];
	}
	for (size_t i = 0; i < next && i < shape->n_fields; i++) {
		if (is_key_of(key, &shape->fields[i]))
			return &shape->fields[i];
	}
	return NULL;
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
take_map(struct decoder *decoder, const struct shape *shape, const msgpack_object *value, bool is_indexed, void *object)
{
	uint64_t seen = 0;
	size_t next = 0;

	assert(shape->n_fields <= 64);
	if (value->type != MSGPACK_OBJECT_MAP) {
		decoder->problem = arena_printf(decoder->arena, "'%s' must be a map", shape->name);
		return false;
	}
	for (size_t i = 0; i < value->via.map.size; i++) {
		const msgpack_object_kv *pair = &value->via.map.ptr[i];
		const struct shape_field *field = find_field(shape, next, &pair->key, is_indexed);
		if (!field)
			continue;
		next = (size_t)(field - shape->fields) + 1;
		if (pair->val.type == MSGPACK_OBJECT_NIL)
			continue;
		if (!take_field(decoder, field, &pair->val, object))
			return false;
		seen |= UINT64_C(1) << (next - 1);
	}
	return check_required(decoder, shape, seen);
}

static bool
read_frame(struct decoder *decoder, const struct shape *shape, const void *bytes, size_t n_bytes, bool is_indexed,
    void *object)
{
	msgpack_unpacked unpacked __attribute__((cleanup(msgpack_unpacked_destroy)));

	msgpack_unpacked_init(&unpacked);
	if (!frame_check(bytes, n_bytes) ||
	    msgpack_unpack_next(&unpacked, bytes, n_bytes, NULL) != MSGPACK_UNPACK_SUCCESS) {
		decoder->problem = "not one well-formed msgpack value within the limits";
		return false;
	}
	return take_map(decoder, shape, &unpacked.data, is_indexed, object);
}

bool
codec_msgpack_read(struct arena *arena, const struct shape *shape, const void *bytes, size_t n_bytes,
    void *ret_object, const char **ret_problem)
{
	struct decoder decoder = { .arena = arena };

	if (read_frame(&decoder, shape, bytes, n_bytes, false, ret_object))
		return true;
	*ret_problem = decoder.problem;
	return false;
}

bool
codec_msgpack_read_indexed(struct arena *arena, const struct shape *shape, const void *bytes, size_t n_bytes,
    void *ret_object, const char **ret_problem)
{
	struct decoder decoder = { .arena = arena };

	if (read_frame(&decoder, shape, bytes, n_bytes, true, ret_object))
		return true;
	*ret_problem = decoder.problem;
	return false;
}
