/* Structs from JSON by their shapes. */
#include "codec/json_internal.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "id.h"

static codec_json_pattern_matcher match_pattern;

void
codec_json_set_pattern_matcher(codec_json_pattern_matcher matcher)
{
	match_pattern = matcher;
}

/* min and max both 0: no limits. */
bool
read_int(struct reader *reader, const struct place *place, const struct shape_field *field, int64_t value,
    void *object)
{
	bool is_limited = field->type == SHAPE_INT && (field->min != 0 || field->max != 0);

	if (is_limited && (value < field->min || value > field->max)) {
		const char *message = value < field->min
		    ? arena_printf(reader->arena, "'%s' must be at least %lld, not %lld", field->name,
			(long long)field->min, (long long)value)
		    : arena_printf(reader->arena, "'%s' must be at most %lld, not %lld", field->name,
			(long long)field->max, (long long)value);
		return violate(reader, place, value < field->min ? "minimum" : "maximum", field, message);
	}
	shape_set_int(reader->arena, field, object, value);
	return true;
}

static bool
is_choice(const struct shape_field *field, const char *text)
{
	for (size_t i = 0; field->choices[i]; i++) {
		if (strcmp(field->choices[i], text) == 0)
			return true;
	}
	return false;
}

/* Closed set and pattern: of a text field, and of each item of a list of texts. */
bool
check_item_text(struct reader *reader, const struct place *place, const struct shape_field *field,
    const char *text, size_t n_bytes)
{
	if (memchr(text, '\0', n_bytes))
		return violate(reader, place, "type", field,
		    arena_printf(reader->arena, "'%s' must not contain the character U+0000", field->name));
	if (field->choices && !is_choice(field, text))
		return violate_choice(reader, place, field);
	if (field->pattern && match_pattern && !match_pattern(field->pattern, text, n_bytes))
		return violate(reader, place, "pattern", field,
		    arena_printf(reader->arena, "'%s' must match %s", field->name, field->pattern));
	return true;
}

/* Bytes of TEXT and DOC. */
static bool
check_bytes(struct reader *reader, const struct place *place, const struct shape_field *field, size_t n_bytes)
{
	if (field->min > 0 && n_bytes < (uint64_t)field->min)
		return violate(reader, place, "minLength", field, arena_printf(reader->arena,
		    "'%s' must have at least %lld byte%s, not %zu", field->name, (long long)field->min,
		    field->min == 1 ? "" : "s", n_bytes));
	if (field->max > 0 && n_bytes > (uint64_t)field->max)
		return violate(reader, place, "maxLength", field, arena_printf(reader->arena,
		    "'%s' must have at most %lld byte%s, not %zu", field->name, (long long)field->max,
		    field->max == 1 ? "" : "s", n_bytes));
	return true;
}

bool
check_count(struct reader *reader, const struct place *place, const struct shape_field *field, size_t n)
{
	if (field->min > 0 && n < (uint64_t)field->min)
		return violate(reader, place, "minItems", field, arena_printf(reader->arena,
		    "'%s' must have at least %lld item%s, not %zu", field->name, (long long)field->min,
		    field->min == 1 ? "" : "s", n));
	if (field->max > 0 && n > (uint64_t)field->max)
		return violate(reader, place, "maxItems", field, arena_printf(reader->arena,
		    "'%s' must have at most %lld item%s, not %zu", field->name, (long long)field->max,
		    field->max == 1 ? "" : "s", n));
	/* A short text may ask for many large structs. */
	if (!arena_has_room(reader->arena, n * shape_item_size(field)))
		return violate(reader, place, "maxItems", field,
		    arena_printf(reader->arena, "'%s' is too large for one request", field->name));
	return true;
}

bool
read_text(struct reader *reader, const struct place *place, const struct shape_field *field, const char *text,
    size_t n_bytes, void *object)
{
	if (!check_bytes(reader, place, field, n_bytes) || !check_item_text(reader, place, field, text, n_bytes))
		return false;
	shape_set_text(field, object, text);
	return true;
}

static bool
read_time(struct reader *reader, const struct place *place, const struct shape_field *field,
    const struct json_value *value, void *object)
{
	int64_t time_us;

	if (value->type != JSON_TEXT)
		return violate_type(reader, place, field);
	if (!time_parse(value->text, value->n, &time_us))
		return violate(reader, place, "format", field, arena_printf(reader->arena,
		    "'%s' must be an RFC 3339 time like \"2026-03-01T10:00:00Z\"", field->name));
	shape_set_int(reader->arena, field, object, time_us);
	return true;
}

/* The document's own text: a slice of the source, so that it is stored as it was sent. */
static struct doc
doc_of(struct reader *reader, const struct json_value *value)
{
	struct buf buf;

	if (reader->source)
		return (struct doc){ reader->source + value->start, value->end - value->start };
	buf_init(&buf, reader->arena, 256);
	json_write(&buf, value);
	return (struct doc){ buf.bytes, buf.len };
}

static bool
read_doc(struct reader *reader, const struct place *place, const struct shape_field *field,
    const struct json_value *value, struct doc *ret_doc)
{
	struct doc doc;
	struct json_error error;

	if (value->type == JSON_TEXT && (field->flags & SHAPE_DOC_TEXT)) {
		doc = (struct doc){ value->text, value->n };
		value = json_parse(reader->arena, doc.json, doc.len, NULL, &error);
		if (!value)
			return violate(reader, place, "json", field, arena_printf(reader->arena,
			    "'%s' is a string that does not hold JSON: %s at line %zu, column %zu", field->name,
			    error.message, error.line, error.column));
	} else {
		/* Before it is written out: a value made by hand may be much larger than the message it came in. */
		size_t n_bytes = reader->source || field->max == 0 ? 0 : json_size(value, (size_t)field->max);
		if (n_bytes > (uint64_t)field->max)
			return check_bytes(reader, place, field, n_bytes);
		doc = doc_of(reader, value);
	}
	bool may_be_null = (field->flags & SHAPE_NULLABLE) && value->type == JSON_NULL;
	if ((field->flags & SHAPE_DOC_OBJECT) && value->type != JSON_OBJECT && !may_be_null)
		return violate_type(reader, place, field);
	if (field->type == SHAPE_DOC && !check_bytes(reader, place, field, doc.len))
		return false;
	*ret_doc = doc;
	return true;
}

/* What is an integer without loss is taken for one: 1.0, which JSON Schema counts as one, and "50", which agents send. */
static bool
int_of(const struct json_value *value, int64_t *ret_integer)
{
	enum { EXACT_BITS = 53 };

	if (value->type == JSON_INT)
		*ret_integer = value->integer;
	else if (value->type == JSON_REAL && value->real == floor(value->real) && fabs(value->real) <= (double)(INT64_C(1) << EXACT_BITS))
		*ret_integer = (int64_t)value->real;
	else
		return value->type == JSON_TEXT && parse_int(value->text, value->n, ret_integer);
	return true;
}

static bool read_object(struct reader *reader, const struct place *place, const struct shape *shape,
    const struct json_value *value, void *object);

static bool
read_item(struct reader *reader, const struct place *place, const struct shape_field *field,
    const struct json_value *value, void *item)
{
	int64_t integer;

	if (field->item == SHAPE_DOC)
		return read_doc(reader, place, field, value, item);
	if (field->item == SHAPE_STRUCT) {
		if (value->type != JSON_OBJECT)
			return violate_item_type(reader, place, field);
		return read_object(reader, place, field->shape, value, item);
	}
	if (field->item == SHAPE_TEXT) {
		if (value->type != JSON_TEXT)
			return violate_item_type(reader, place, field);
		memcpy(item, &value->text, sizeof(value->text));
		return check_item_text(reader, place, field, value->text, value->n);
	}
	if (!int_of(value, &integer))
		return violate_item_type(reader, place, field);
	memcpy(item, &integer, sizeof(integer));
	return true;
}

static bool
read_list(struct reader *reader, const struct place *place, const struct shape_field *field,
    const struct json_value *value, void *object)
{
	if (value->type != JSON_LIST)
		return violate_type(reader, place, field);
	if (!check_count(reader, place, field, value->n))
		return false;
	size_t size = shape_item_size(field);
	char *items = arena_alloc(reader->arena, value->n ? value->n * size : 1);
	bool is_good = true;
	for (uint32_t i = 0; i < value->n && !arena_is_exhausted(reader->arena); i++) {
		struct place item = { .up = place, .index = i, .depth = place->depth };
		is_good &= read_item(reader, &item, field, &value->items[i], items + i * size);
	}
	if (arena_is_exhausted(reader->arena))
		return violate(reader, place, "maxItems", field,
		    arena_printf(reader->arena, "'%s' is too large for one request", field->name));
	shape_set_list(field, object, (struct shape_list){ items, value->n });
	return is_good;
}

static bool
read_struct(struct reader *reader, const struct place *place, const struct shape_field *field,
    const struct json_value *value, void *object)
{
	if (value->type != JSON_OBJECT)
		return violate_type(reader, place, field);
	void *inner = arena_alloc(reader->arena, field->shape->size);
	shape_set_struct(field, object, inner);
	return read_object(reader, place, field->shape, value, inner);
}

/* One field from one value; null was dealt with by the caller except for documents. */
bool
read_value(struct reader *reader, const struct place *place, const struct shape_field *field,
    const struct json_value *value, void *object)
{
	struct doc doc;
	int64_t integer;

	switch (field->type) {
	case SHAPE_BOOL:
		if (value->type != JSON_BOOL)
			return violate_type(reader, place, field);
		shape_set_bool(reader->arena, field, object, value->boolean);
		return true;
	case SHAPE_INT:
		if (value->type == JSON_TEXT && (field->flags & SHAPE_SLUG))
			return read_id_text(reader, place, field, value->text, value->n, object);
		if (!int_of(value, &integer))
			return violate_type(reader, place, field);
		return read_int(reader, place, field, integer, object);
	case SHAPE_TIME:
		return read_time(reader, place, field, value, object);
	case SHAPE_TEXT:
		if (value->type != JSON_TEXT)
			return violate_type(reader, place, field);
		return read_text(reader, place, field, value->text, value->n, object);
	case SHAPE_DOC:
		if (!read_doc(reader, place, field, value, &doc))
			return false;
		shape_set_doc(field, object, doc);
		return true;
	case SHAPE_STRUCT:
		return read_struct(reader, place, field, value, object);
	case SHAPE_LIST:
		return read_list(reader, place, field, value, object);
	}
	assert(!"shape type");
	return false;
}

static const struct shape_field *
find_field(const struct reader *reader, const struct shape *shape, const struct json_member *member, bool is_root)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		bool is_taken = !is_root || field->in == SHAPE_IN_BODY || (reader->takes_all && field->in != SHAPE_IN_MCP);
		if (is_taken && strcmp(field->name, member->name) == 0 && strlen(field->name) == member->n_name)
			return field;
	}
	return NULL;
}

static bool
read_member(struct reader *reader, const struct place *parent, const struct shape_field *field,
    const struct json_value *value, void *object)
{
	struct place place = { .up = parent, .name = field->name, .depth = parent->depth + 1 };
	bool is_optional = !(field->flags & SHAPE_REQUIRED);

	if (value->type == JSON_NULL && is_optional && field->type != SHAPE_DOC)
		return true;
	return read_value(reader, &place, field, value, object);
}

static bool
check_required(struct reader *reader, const struct place *place, const struct shape *shape, uint64_t seen)
{
	bool is_good = true;
	bool is_root = !place->up;

	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		bool is_elsewhere = is_root && !reader->takes_all && field->in != SHAPE_IN_BODY;
		if (!(field->flags & SHAPE_REQUIRED) || is_elsewhere || (is_root && is_settled(reader->violations, field)))
			continue;
		if (is_root)
			settle(reader->violations, field);
		if (seen >> i & 1)
			continue;
		struct place missing = { .up = place, .name = field->name };
		is_good = violate_required(reader, &missing, field);
	}
	return is_good;
}

static bool
read_object(struct reader *reader, const struct place *place, const struct shape *shape,
    const struct json_value *value, void *object)
{
	uint64_t seen = 0;
	bool is_good = true;

	assert(shape->n_fields <= 64);
	if (place->depth >= CODEC_JSON_DEPTH_MAX)
		return violate(reader, place, "maxDepth", NULL, "is nested too deeply");
	for (uint32_t i = 0; i < value->n; i++) {
		const struct json_member *member = &value->members[i];
		const struct shape_field *field = find_field(reader, shape, member, !place->up);
		if (!field) {
			is_good = violate_unknown(reader, place, shape, member);
			continue;
		}
		if (!place->up && is_settled(reader->violations, field)) {
			struct place twice = { .up = place, .name = field->name };
			is_good = violate(reader, &twice, "unknown", NULL, "is given by the path already and has no place in the body");
			continue;
		}
		seen |= UINT64_C(1) << (field - shape->fields);
		is_good &= read_member(reader, place, field, &member->value, object);
	}
	return check_required(reader, place, shape, seen) && is_good;
}

static bool
read_root(struct reader *reader, const struct shape *shape, const struct json_value *value, void *object)
{
	struct place root = { .up = NULL };

	if (value->type != JSON_OBJECT)
		return violate(reader, &root, "type", NULL, "must be a JSON object");
	return read_object(reader, &root, shape, value, object);
}

bool
codec_json_read(struct arena *arena, const struct shape *shape, const char *source,
    const struct json_value *value, void *ret_object, struct violations *violations)
{
	struct reader reader = { .arena = arena, .source = source, .violations = violations };

	return read_root(&reader, shape, value, ret_object);
}

bool
codec_json_read_all(struct arena *arena, const struct shape *shape, const char *source,
    const struct json_value *value, void *ret_object, struct violations *violations)
{
	struct reader reader = { .arena = arena, .source = source, .violations = violations, .takes_all = true };

	return read_root(&reader, shape, value, ret_object);
}

bool
codec_json_finish(struct arena *arena, const struct shape *shape, void *ret_object, struct violations *violations)
{
	bool is_good = true;
	struct place root = { .up = NULL };

	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		struct place place = { .up = &root, .name = field->name };
		struct reader reader = { .arena = arena, .source = field->default_text, .violations = violations };
		struct json_error error;
		if (field->flags & SHAPE_REQUIRED) {
			if (!is_settled(violations, field))
				is_good = violate_required(&reader, &place, field);
			continue;
		}
		if (!field->default_text || shape_is_present(field, ret_object))
			continue;
		const struct json_value *value = json_parse(arena, field->default_text, strlen(field->default_text),
		    NULL, &error);
		assert(value); /* the generator parsed it */
		is_good &= read_member(&reader, &root, field, value, ret_object);
	}
	return is_good;
}
