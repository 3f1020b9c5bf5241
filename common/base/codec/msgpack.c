/* Structs to and from msgpack by their shapes.  The one file that sees msgpack-c. */
#include "codec/msgpack.h"

#include <assert.h>
#include <msgpack.h>
#include <pthread.h>
#include <string.h>

#include "codec/wire.h"

/* ---- writing ---- */

static int
append(void *buf, const char *bytes, size_t n_bytes)
{
	buf_add(buf, bytes, n_bytes);
	return 0;
}

static void
pack_text(msgpack_packer *packer, const char *text)
{
	msgpack_pack_str_with_body(packer, text, strlen(text));
}

static void
pack_bool(msgpack_packer *packer, bool value)
{
	if (value)
		msgpack_pack_true(packer);
	else
		msgpack_pack_false(packer);
}

static void pack_map(msgpack_packer *packer, const struct shape *shape, const void *object, bool is_indexed);

static void
pack_list(msgpack_packer *packer, const struct shape_field *field, struct shape_list list)
{
	size_t size = shape_item_size(field);
	const char *item = list.items;

	msgpack_pack_array(packer, list.n);
	for (size_t i = 0; i < list.n; i++, item += size) {
		if (field->item == SHAPE_STRUCT)
			pack_map(packer, field->shape, item, false);
		else if (field->item == SHAPE_TEXT)
			pack_text(packer, ((const char *const *)list.items)[i]);
		else if (field->item == SHAPE_DOC)
			msgpack_pack_bin_with_body(packer, ((const struct doc *)list.items)[i].json, ((const struct doc *)list.items)[i].len);
		else
			msgpack_pack_int64(packer, ((const int64_t *)list.items)[i]);
	}
}

static void
pack_field(msgpack_packer *packer, const struct shape_field *field, const void *object)
{
	struct doc doc;

	switch (field->type) {
	case SHAPE_BOOL:
		pack_bool(packer, shape_get_bool(field, object));
		return;
	case SHAPE_INT:
	case SHAPE_TIME:
		if (shape_get_slug(field, object))
			pack_text(packer, shape_get_slug(field, object));
		else
			msgpack_pack_int64(packer, shape_get_int(field, object));
		return;
	case SHAPE_TEXT:
		pack_text(packer, shape_get_text(field, object));
		return;
	case SHAPE_DOC:
		doc = shape_get_doc(field, object);
		msgpack_pack_bin_with_body(packer, doc.json, doc.len);
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

/* A bit for each field; shapes with more fields than bits are refused by the generator. */
static uint64_t
present_fields(const struct shape *shape, const void *object)
{
	uint64_t present = 0;

	assert(shape->n_fields <= 64);
	for (size_t i = 0; i < shape->n_fields; i++)
		present |= (uint64_t)shape_is_present(&shape->fields[i], object) << i;
	return present;
}

static void
pack_map(msgpack_packer *packer, const struct shape *shape, const void *object, bool is_indexed)
{
	uint64_t present = present_fields(shape, object);

	msgpack_pack_map(packer, (size_t)__builtin_popcountll(present));
	for (size_t i = 0; i < shape->n_fields; i++) {
		if (!(present >> i & 1))
			continue;
		if (is_indexed)
			msgpack_pack_int64(packer, (int64_t)i);
		else
			pack_text(packer, shape->fields[i].name);
		pack_field(packer, &shape->fields[i], object);
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

/* ---- reading ---- */

enum { ZONE_CHUNK_BYTES = 16 * 1024 }; /* an answer of fifty items needs one or two */

/* Each thread has one zone, emptied after every value: nothing of it is left in the struct, and what one large value took goes back. */
static pthread_key_t zone_key;
static pthread_once_t zone_once = PTHREAD_ONCE_INIT;

static void
free_zone(void *zone)
{
	msgpack_zone_free(zone);
}

static void
make_zone_key(void)
{
	int rc = pthread_key_create(&zone_key, free_zone);
	assert(rc == 0);
}

static msgpack_zone *
thread_zone(void)
{
	(void)pthread_once(&zone_once, make_zone_key);
	msgpack_zone *zone = pthread_getspecific(zone_key);
	if (!zone) {
		zone = msgpack_zone_new(ZONE_CHUNK_BYTES);
		assert(zone);
		int rc = pthread_setspecific(zone_key, zone);
		assert(rc == 0);
	}
	return zone;
}

struct reader {
	struct arena *arena;
	const char *problem;
};

static bool
fail(struct reader *reader, const struct shape_field *field, const char *what)
{
	reader->problem = arena_printf(reader->arena, "field '%s': %s", field->name, what);
	return false;
}

static bool
read_int(const msgpack_object *value, int64_t *ret_integer)
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
read_text(struct reader *reader, const msgpack_object *value, const char **ret_text)
{
	const msgpack_object_str *text = &value->via.str;

	if (value->type != MSGPACK_OBJECT_STR || memchr(text->ptr, '\0', text->size) || !arena_has_room(reader->arena, text->size))
		return false;
	*ret_text = arena_strndup(reader->arena, text->ptr, text->size);
	return true;
}

static bool
read_doc(const msgpack_object *value, struct doc *ret_doc)
{
	if (value->type == MSGPACK_OBJECT_BIN)
		*ret_doc = (struct doc){ value->via.bin.ptr, value->via.bin.size };
	else if (value->type == MSGPACK_OBJECT_STR)
		*ret_doc = (struct doc){ value->via.str.ptr, value->via.str.size };
	else
		return false;
	return true;
}

static bool read_map(struct reader *reader, const struct shape *shape, const msgpack_object *value, bool is_indexed, void *object);

static bool
read_item(struct reader *reader, const struct shape_field *field, const msgpack_object *value, void *item)
{
	if (field->item == SHAPE_STRUCT)
		return read_map(reader, field->shape, value, false, item);
	if (field->item == SHAPE_TEXT)
		return read_text(reader, value, item) || fail(reader, field, "items must be text");
	if (field->item == SHAPE_DOC)
		return read_doc(value, item) || fail(reader, field, "items must be documents");
	return read_int(value, item) || fail(reader, field, "items must be integers");
}

static bool
read_list(struct reader *reader, const struct shape_field *field, const msgpack_object *value, void *object)
{
	if (value->type != MSGPACK_OBJECT_ARRAY)
		return fail(reader, field, "must be a list");
	size_t size = shape_item_size(field), n = value->via.array.size;
	/* Few bytes may claim many items of a large struct; n is at most WIRE_ITEMS_MAX. */
	if (!arena_has_room(reader->arena, n * size))
		return fail(reader, field, "too large");
	char *items = arena_alloc(reader->arena, n ? n * size : 1);
	for (size_t i = 0; i < n; i++) {
		if (!read_item(reader, field, &value->via.array.ptr[i], items + i * size))
			return false;
	}
	shape_set_list(field, object, (struct shape_list){ items, n });
	return true;
}

static bool
read_struct(struct reader *reader, const struct shape_field *field, const msgpack_object *value, void *object)
{
	if (!arena_has_room(reader->arena, field->shape->size))
		return fail(reader, field, "too large");
	void *inner = arena_alloc(reader->arena, field->shape->size);
	if (!read_map(reader, field->shape, value, false, inner))
		return false;
	shape_set_struct(field, object, inner);
	return true;
}

static bool
read_field(struct reader *reader, const struct shape_field *field, const msgpack_object *value, void *object)
{
	int64_t integer;
	const char *text;
	struct doc doc;

	switch (field->type) {
	case SHAPE_BOOL:
		if (value->type != MSGPACK_OBJECT_BOOLEAN)
			return fail(reader, field, "must be a boolean");
		shape_set_bool(reader->arena, field, object, value->via.boolean);
		return true;
	case SHAPE_INT:
	case SHAPE_TIME:
		if ((field->flags & SHAPE_SLUG) && read_text(reader, value, &text)) {
			shape_set_slug(reader->arena, field, object, text);
			return true;
		}
		if (!read_int(value, &integer))
			return fail(reader, field, "must be an integer");
		shape_set_int(reader->arena, field, object, integer);
		return true;
	case SHAPE_TEXT:
		if (!read_text(reader, value, &text))
			return fail(reader, field, "must be text");
		shape_set_text(field, object, text);
		return true;
	case SHAPE_DOC:
		if (!read_doc(value, &doc))
			return fail(reader, field, "must be a document");
		shape_set_doc(field, object, doc);
		return true;
	case SHAPE_STRUCT:
		return read_struct(reader, field, value, object);
	case SHAPE_LIST:
		return read_list(reader, field, value, object);
	}
	assert(!"shape type");
	return false;
}

/* The field that the key names, or NULL for a key of any kind that is none of ours.  Both sides list fields in table order, so
 * the one at `next` is nearly always it. */
static const struct shape_field *
find_field(const struct shape *shape, size_t next, const msgpack_object *key, bool is_indexed)
{
	if (is_indexed) {
		bool is_known = key->type == MSGPACK_OBJECT_POSITIVE_INTEGER && key->via.u64 < shape->n_fields;
		return is_known ? &shape->fields[key->via.u64] : NULL;
	}
	if (key->type != MSGPACK_OBJECT_STR)
		return NULL;
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[(next + i) % shape->n_fields];
		if (strlen(field->name) == key->via.str.size && memcmp(field->name, key->via.str.ptr, key->via.str.size) == 0)
			return field;
	}
	return NULL;
}

static bool
check_required(struct reader *reader, const struct shape *shape, uint64_t seen)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		if ((shape->fields[i].flags & SHAPE_REQUIRED) && !(seen >> i & 1))
			return fail(reader, &shape->fields[i], "is missing");
	}
	return true;
}

static bool
read_map(struct reader *reader, const struct shape *shape, const msgpack_object *value, bool is_indexed, void *object)
{
	uint64_t seen = 0;
	size_t next = 0;

	assert(shape->n_fields <= 64);
	if (value->type != MSGPACK_OBJECT_MAP) {
		reader->problem = arena_printf(reader->arena, "'%s' must be a map", shape->name);
		return false;
	}
	for (uint32_t i = 0; i < value->via.map.size; i++) {
		const msgpack_object_kv *pair = &value->via.map.ptr[i];
		const struct shape_field *field = find_field(shape, next, &pair->key, is_indexed);
		if (!field || pair->val.type == MSGPACK_OBJECT_NIL)
			continue;
		if (!read_field(reader, field, &pair->val, object))
			return false;
		next = (size_t)(field - shape->fields) + 1;
		seen |= UINT64_C(1) << (next - 1);
	}
	return check_required(reader, shape, seen);
}

static bool
unpack(struct arena *arena, const struct shape *shape, const void *bytes, size_t n_bytes, bool is_indexed, void *object,
    const char **ret_problem)
{
	struct reader reader = { .arena = arena, .problem = "not one well-formed msgpack value within the limits" };
	msgpack_object value;
	bool is_good = false;

	if (wire_check(bytes, n_bytes)) {
		msgpack_zone *zone = thread_zone();
		/* Its texts and documents point into bytes, not into the zone. */
		if (msgpack_unpack(bytes, n_bytes, NULL, zone, &value) == MSGPACK_UNPACK_SUCCESS)
			is_good = read_map(&reader, shape, &value, is_indexed, object);
		msgpack_zone_clear(zone);
	}
	if (!is_good)
		*ret_problem = reader.problem;
	return is_good;
}

bool
codec_msgpack_read(struct arena *arena, const struct shape *shape, const void *bytes, size_t n_bytes,
    void *ret_object, const char **ret_problem)
{
	return unpack(arena, shape, bytes, n_bytes, false, ret_object, ret_problem);
}

bool
codec_msgpack_read_indexed(struct arena *arena, const struct shape *shape, const void *bytes, size_t n_bytes,
    void *ret_object, const char **ret_problem)
{
	return unpack(arena, shape, bytes, n_bytes, true, ret_object, ret_problem);
}
