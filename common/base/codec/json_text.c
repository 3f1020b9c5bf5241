/* Single fields from text: path variables, query parameters, headers. */
#include "codec/json_internal.h"

#include <assert.h>
#include <string.h>

#include "id.h"
#include "utf8.h"

enum { SLUG_BYTES_MAX = 100 };

bool
parse_int(const char *text, size_t n_bytes, int64_t *ret_value)
{
	bool is_negative = n_bytes > 0 && text[0] == '-';
	size_t i = is_negative;
	int64_t value = 0;

	if (i == n_bytes || (text[i] == '0' && n_bytes > 1))
		return false;
	for (; i < n_bytes; i++) {
		int digit = text[i] - '0';
		if (digit < 0 || digit > 9)
			return false;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, is_negative ? -digit : digit, &value))
			return false;
	}
	*ret_value = value;
	return true;
}

/* Lower-case letters, digits, '-' and '_', and not digits alone, which are an id. */
static bool
is_slug(const char *text, size_t n_bytes)
{
	static const char *const taken = "abcdefghijklmnopqrstuvwxyz0123456789-_";

	return n_bytes > 0 && n_bytes <= SLUG_BYTES_MAX && strspn(text, taken) == n_bytes && strspn(text, "0123456789") < n_bytes && text[0] != '-';
}

bool
read_id_text(struct reader *reader, const struct place *place, const struct shape_field *field, const char *text,
    size_t n_bytes, void *object)
{
	int64_t integer;

	if (parse_int(text, n_bytes, &integer))
		return read_int(reader, place, field, integer, object);
	if (!(field->flags & SHAPE_SLUG) || !is_slug(text, n_bytes))
		return violate_type(reader, place, field);
	shape_set_slug(reader->arena, field, object, arena_strndup(reader->arena, text, n_bytes));
	return true;
}

static bool
is_utf8(const char *text, size_t n_bytes)
{
	for (size_t i = 0; i < n_bytes;) {
		size_t n = utf8_sequence(text + i, n_bytes - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

static bool
read_bool(struct reader *reader, const struct place *place, const struct shape_field *field, const char *text,
    void *object)
{
	bool is_true = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;

	if (!is_true && strcmp(text, "false") != 0 && strcmp(text, "0") != 0)
		return violate_type(reader, place, field);
	shape_set_bool(reader->arena, field, object, is_true);
	return true;
}

static bool
read_document(struct reader *reader, const struct place *place, const struct shape_field *field, const char *text,
    void *object)
{
	struct json_error error;
	const struct json_value *value = json_parse(reader->arena, text, strlen(text), NULL, &error);

	if (!value)
		return violate(reader, place, "json", field, arena_printf(reader->arena,
		    "'%s' does not hold JSON: %s at line %zu, column %zu", field->name, error.message, error.line,
		    error.column));
	reader->source = text;
	return read_value(reader, place, field, value, object);
}

static size_t
count_items(const char *text)
{
	size_t n = *text != '\0';

	for (; *text; text++)
		n += *text == ',';
	return n;
}

/* n bytes at text without the blanks around them. */
static void
trim(const char **text, size_t *n)
{
	while (*n > 0 && **text == ' ') {
		(*text)++;
		(*n)--;
	}
	while (*n > 0 && (*text)[*n - 1] == ' ')
		(*n)--;
}

static bool
read_list_item(struct reader *reader, const struct place *place, const struct shape_field *field, const char *text,
    size_t n_bytes, void *item)
{
	int64_t integer;

	trim(&text, &n_bytes);
	if (field->item == SHAPE_INT) {
		if (!parse_int(text, n_bytes, &integer))
			return violate_item_type(reader, place, field);
		memcpy(item, &integer, sizeof(integer));
		return true;
	}
	if (n_bytes == 0)
		return violate(reader, place, "minLength", field,
		    arena_printf(reader->arena, "items of '%s' must not be empty", field->name));
	const char *copy = arena_strndup(reader->arena, text, n_bytes);
	memcpy(item, &copy, sizeof(copy));
	return check_item_text(reader, place, field, copy, n_bytes);
}

static bool
read_items(struct reader *reader, const struct place *place, const struct shape_field *field, const char *text,
    void *object)
{
	size_t n = count_items(text);
	if (!check_count(reader, place, field, n))
		return false;
	size_t size = shape_item_size(field);
	char *items = arena_alloc(reader->arena, n ? n * size : 1);
	bool is_good = true;
	for (size_t i = 0; i < n; i++) {
		struct place item = { .up = place, .index = i };
		size_t n_bytes = strcspn(text, ",");
		is_good &= read_list_item(reader, &item, field, text, n_bytes, items + i * size);
		text += n_bytes + (text[n_bytes] == ',');
	}
	shape_set_list(field, object, (struct shape_list){ items, n });
	return is_good;
}

static bool
read_field(struct reader *reader, const struct place *place, const struct shape_field *field, const char *text,
    void *object)
{
	int64_t integer;
	size_t n_bytes = strlen(text);

	switch (field->type) {
	case SHAPE_BOOL:
		return read_bool(reader, place, field, text, object);
	case SHAPE_INT:
		return read_id_text(reader, place, field, text, n_bytes, object);
	case SHAPE_TIME:
		if (!time_parse(text, n_bytes, &integer))
			return violate_type(reader, place, field);
		return read_int(reader, place, field, integer, object);
	case SHAPE_TEXT:
		return read_text(reader, place, field, arena_strndup(reader->arena, text, n_bytes), n_bytes, object);
	case SHAPE_DOC:
	case SHAPE_STRUCT:
		return read_document(reader, place, field, arena_strndup(reader->arena, text, n_bytes), object);
	case SHAPE_LIST:
		if (field->item == SHAPE_INT || field->item == SHAPE_TEXT)
			return read_items(reader, place, field, text, object);
		return read_document(reader, place, field, arena_strndup(reader->arena, text, n_bytes), object);
	}
	assert(!"shape type");
	return false;
}

bool
codec_json_read_text(struct arena *arena, const struct shape_field *field, const char *text,
    void *ret_object, struct violations *violations)
{
	struct reader reader = { .arena = arena, .violations = violations };
	struct place root = { .up = NULL };
	struct place place = { .up = &root, .name = field->name, .depth = 1 };

	if (field->flags & SHAPE_REQUIRED)
		settle(violations, field);
	if (!is_utf8(text, strlen(text)))
		return violate(&reader, &place, "type", field,
		    arena_printf(arena, "'%s' must be valid UTF-8", field->name));
	return read_field(&reader, &place, field, text, ret_object);
}
