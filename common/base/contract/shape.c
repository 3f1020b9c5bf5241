/* Access to the members of structs that a shape describes. */
#include "contract/shape.h"

#include <assert.h>
#include <string.h>

/* Members are reached by offset and copied with memcpy: the tables are the only type information there is. */
static const char *
member(const struct shape_field *field, const void *object)
{
	return (const char *)object + field->offset;
}

static const void *
pointer_of(const struct shape_field *field, const void *object)
{
	const void *pointer;

	memcpy(&pointer, member(field, object), sizeof(pointer));
	return pointer;
}

/* Which row is meant, and which version of it was read, only the caller knows: an invented one would be another's, and the call may delete. */
const char *
shape_field_example(struct arena *arena, const struct shape_field *field)
{
	if (field->type == SHAPE_INT && field->flags & SHAPE_AGENT_REQUIRED)
		return arena_printf(arena, "\"<%s: the version you read>\"", field->name);
	if (field->type == SHAPE_INT && field->flags & SHAPE_ID)
		return arena_printf(arena, "\"<%s>\"", field->name);
	if (field->type == SHAPE_LIST && field->flags & SHAPE_ID)
		return arena_printf(arena, "[\"<one of %s>\"]", field->name);
	return field->example;
}

bool
shape_is_present(const struct shape_field *field, const void *object)
{
	switch (field->type) {
	case SHAPE_BOOL:
	case SHAPE_INT:
	case SHAPE_TIME:
		return (field->flags & SHAPE_REQUIRED) || pointer_of(field, object);
	case SHAPE_TEXT:
	case SHAPE_STRUCT:
		return pointer_of(field, object);
	case SHAPE_DOC:
		return shape_get_doc(field, object).json;
	case SHAPE_LIST:
		return shape_get_list(field, object).items;
	}
	assert(!"shape type");
	return false;
}

bool
shape_get_bool(const struct shape_field *field, const void *object)
{
	bool value;
	bool is_plain = field->flags & SHAPE_REQUIRED;

	memcpy(&value, is_plain ? (const void *)member(field, object) : pointer_of(field, object), sizeof(value));
	return value;
}

int64_t
shape_get_int(const struct shape_field *field, const void *object)
{
	int64_t value;
	bool is_plain = field->flags & SHAPE_REQUIRED;

	memcpy(&value, is_plain ? (const void *)member(field, object) : pointer_of(field, object), sizeof(value));
	return value;
}

const char *
shape_get_text(const struct shape_field *field, const void *object)
{
	return pointer_of(field, object);
}

struct doc
shape_get_doc(const struct shape_field *field, const void *object)
{
	struct doc doc;

	memcpy(&doc, member(field, object), sizeof(doc));
	return doc;
}

const void *
shape_get_struct(const struct shape_field *field, const void *object)
{
	return pointer_of(field, object);
}

struct shape_list
shape_get_list(const struct shape_field *field, const void *object)
{
	struct shape_list list;

	memcpy(&list, member(field, object), sizeof(list));
	return list;
}

const char *
shape_get_slug(const struct shape_field *field, const void *object)
{
	const char *slug;

	if (!(field->flags & SHAPE_SLUG))
		return NULL;
	memcpy(&slug, (const char *)object + field->slug_offset, sizeof(slug));
	return slug;
}

static void
set_scalar(struct arena *arena, const struct shape_field *field, void *object, const void *value, size_t n_bytes)
{
	char *place = (char *)object + field->offset;

	if (field->flags & SHAPE_REQUIRED) {
		memcpy(place, value, n_bytes);
		return;
	}
	const void *copy = arena_memdup(arena, value, n_bytes);
	memcpy(place, &copy, sizeof(copy));
}

void
shape_set_bool(struct arena *arena, const struct shape_field *field, void *object, bool value)
{
	set_scalar(arena, field, object, &value, sizeof(value));
}

void
shape_set_int(struct arena *arena, const struct shape_field *field, void *object, int64_t value)
{
	set_scalar(arena, field, object, &value, sizeof(value));
}

void
shape_set_slug(struct arena *arena, const struct shape_field *field, void *object, const char *slug)
{
	assert(field->flags & SHAPE_SLUG);
	memcpy((char *)object + field->slug_offset, &slug, sizeof(slug));
	shape_set_int(arena, field, object, 0);
}

void
shape_set_text(const struct shape_field *field, void *object, const char *value)
{
	memcpy((char *)object + field->offset, &value, sizeof(value));
}

void
shape_set_doc(const struct shape_field *field, void *object, struct doc value)
{
	memcpy((char *)object + field->offset, &value, sizeof(value));
}

void
shape_set_struct(const struct shape_field *field, void *object, const void *value)
{
	memcpy((char *)object + field->offset, &value, sizeof(value));
}

void
shape_set_list(const struct shape_field *field, void *object, struct shape_list value)
{
	memcpy((char *)object + field->offset, &value, sizeof(value));
}

size_t
shape_item_size(const struct shape_field *field)
{
	switch (field->item) {
	case SHAPE_INT:
	case SHAPE_TIME:
		return sizeof(int64_t);
	case SHAPE_TEXT:
		return sizeof(const char *);
	case SHAPE_DOC:
		return sizeof(struct doc);
	case SHAPE_STRUCT:
		return field->shape->size;
	case SHAPE_BOOL:
	case SHAPE_LIST:
		break;
	}
	assert(!"list item type");
	return 0;
}
