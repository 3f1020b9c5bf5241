/* Violations of a shape, put so that the sender can correct them without reading documentation. */
#include "codec/json_internal.h"

#include <assert.h>
#include <string.h>

#include "id.h"

enum { NAME_SHOWN_MAX = 80 }; /* bytes of a sender's own key that a message repeats */

static bool
has_range(const struct shape_field *field)
{
	return field->min != 0 || field->max != 0;
}

static void
add_range(struct buf *buf, const char *minimum, const char *maximum, const struct shape_field *field)
{
	if (field->min > 0 || (field->type == SHAPE_INT && has_range(field) && field->min != INT64_MIN))
		buf_printf(buf, ",\"%s\":%lld", minimum, (long long)field->min);
	if (field->max == INT64_MAX)
		return;
	if (field->max > 0 || (field->type == SHAPE_INT && has_range(field)))
		buf_printf(buf, ",\"%s\":%lld", maximum, (long long)field->max);
}

static void
add_closed_set(struct buf *buf, const struct shape_field *field)
{
	if (field->pattern) {
		buf_add_text(buf, ",\"pattern\":");
		buf_add_json_text(buf, field->pattern, strlen(field->pattern));
	}
	if (!field->choices)
		return;
	buf_add_text(buf, ",\"enum\":[");
	for (size_t i = 0; field->choices[i]; i++) {
		if (i)
			buf_add_char(buf, ',');
		buf_add_json_text(buf, field->choices[i], strlen(field->choices[i]));
	}
	buf_add_char(buf, ']');
}

static const char *
schema_type(enum shape_type type)
{
	switch (type) {
	case SHAPE_BOOL:
		return "\"type\":\"boolean\"";
	case SHAPE_INT:
		return "\"type\":\"integer\"";
	case SHAPE_TIME:
		return "\"type\":\"string\",\"format\":\"date-time\"";
	case SHAPE_TEXT:
		return "\"type\":\"string\"";
	case SHAPE_DOC:
		return "\"type\":[\"object\",\"array\",\"string\",\"number\",\"boolean\",\"null\"]";
	case SHAPE_STRUCT:
		return "\"type\":\"object\"";
	case SHAPE_LIST:
		return "\"type\":\"array\"";
	}
	assert(!"shape type");
	return "";
}

/* JSON-Schema-like: maxLength counts bytes here. */
static const char *
expected_shape(struct arena *arena, const struct shape_field *field)
{
	struct buf buf;

	buf_init(&buf, arena, 128);
	buf_add_char(&buf, '{');
	bool is_object = field->type == SHAPE_DOC && (field->flags & SHAPE_DOC_OBJECT);
	if (field->flags & SHAPE_SLUG)
		buf_add_text(&buf, "\"type\":[\"integer\",\"string\"]");
	else
		buf_add_text(&buf, is_object ? "\"type\":\"object\"" : schema_type(field->type));
	if (field->type == SHAPE_LIST) {
		add_range(&buf, "minItems", "maxItems", field);
		buf_printf(&buf, ",\"items\":{%s", schema_type(field->item));
		add_closed_set(&buf, field);
		buf_add_char(&buf, '}');
	}
	if (field->type == SHAPE_INT)
		add_range(&buf, "minimum", "maximum", field);
	if (field->type == SHAPE_TEXT) {
		add_range(&buf, "minLength", "maxLength", field);
		add_closed_set(&buf, field);
	}
	buf_add_char(&buf, '}');
	return buf.bytes;
}

static void
add_choices(struct buf *buf, const struct shape_field *field)
{
	buf_add_text(buf, "one of ");
	for (size_t i = 0; field->choices[i]; i++)
		buf_printf(buf, "%s'%s'", i ? ", " : "", field->choices[i]);
}

static void
add_amount(struct buf *buf, const struct shape_field *field, const char *unit)
{
	if (field->min > 0 && field->max > 0)
		buf_printf(buf, " of %lld to %lld %s", (long long)field->min, (long long)field->max, unit);
	if (field->min > 0 && field->max <= 0)
		buf_printf(buf, " of at least %lld %s", (long long)field->min, unit);
	if (field->min <= 0 && field->max > 0)
		buf_printf(buf, " of at most %lld %s", (long long)field->max, unit);
}

static void
add_int_phrase(struct buf *buf, const struct shape_field *field)
{
	buf_add_text(buf, "an integer");
	if (!has_range(field) || (field->min == INT64_MIN && field->max == INT64_MAX))
		return;
	if (field->max == INT64_MAX)
		buf_printf(buf, " of at least %lld", (long long)field->min);
	else if (field->min == INT64_MIN)
		buf_printf(buf, " of at most %lld", (long long)field->max);
	else
		buf_printf(buf, " between %lld and %lld", (long long)field->min, (long long)field->max);
}

static void
add_text_phrase(struct buf *buf, const struct shape_field *field)
{
	if (field->choices) {
		add_choices(buf, field);
		return;
	}
	buf_add_text(buf, "a string");
	add_amount(buf, field, "bytes");
	if (field->pattern)
		buf_printf(buf, " that matches %s", field->pattern);
}

static const char *
item_phrase(const struct shape_field *field)
{
	switch (field->item) {
	case SHAPE_INT:
		return "integers";
	case SHAPE_TEXT:
		return "strings";
	case SHAPE_STRUCT:
		return "objects";
	case SHAPE_DOC:
		return "JSON values";
	case SHAPE_TIME:
		return "RFC 3339 times";
	case SHAPE_BOOL:
	case SHAPE_LIST:
		break;
	}
	return "values";
}

/* "an integer between 1 and 500": what follows "must be". */
static void
add_phrase(struct buf *buf, const struct shape_field *field)
{
	switch (field->type) {
	case SHAPE_BOOL:
		buf_add_text(buf, "true or false");
		return;
	case SHAPE_INT:
		add_int_phrase(buf, field);
		if (field->flags & SHAPE_SLUG)
			buf_add_text(buf, " or a slug");
		return;
	case SHAPE_TIME:
		buf_add_text(buf, "an RFC 3339 time like \"2026-03-01T10:00:00Z\"");
		return;
	case SHAPE_TEXT:
		add_text_phrase(buf, field);
		return;
	case SHAPE_DOC:
		buf_add_text(buf, field->flags & SHAPE_DOC_OBJECT ? "a JSON object" : "a JSON value");
		if (field->flags & SHAPE_DOC_TEXT)
			buf_add_text(buf, " (or a string holding its text)");
		return;
	case SHAPE_STRUCT:
		buf_add_text(buf, "an object");
		return;
	case SHAPE_LIST:
		buf_printf(buf, "an array");
		add_amount(buf, field, item_phrase(field));
		if (field->min <= 0 && field->max <= 0)
			buf_printf(buf, " of %s", item_phrase(field));
		return;
	}
	assert(!"shape type");
}

static const char *
place_pointer(struct arena *arena, const struct place *place)
{
	const struct place *steps[CODEC_JSON_DEPTH_MAX * 2 + 2];
	size_t n = 0;
	const char *pointer = "";

	for (; place && place->up; place = place->up) {
		assert(n < sizeof(steps) / sizeof(steps[0]));
		steps[n++] = place;
	}
	while (n > 0) {
		const struct place *step = steps[--n];
		const char *token = step->name ? step->name : arena_printf(arena, "%zu", step->index);
		pointer = pointer_append(arena, pointer, token);
	}
	return pointer;
}

bool
violate(struct reader *reader, const struct place *place, const char *keyword,
    const struct shape_field *field, const char *message)
{
	struct violations *violations = reader->violations;

	if (violations->n == VIOLATIONS_MAX)
		return false;
	violations->list[violations->n++] = (struct violation){
		.pointer = place_pointer(reader->arena, place),
		.keyword = keyword,
		.message = message,
		.expected = field ? expected_shape(reader->arena, field) : NULL,
		.example = field ? shape_field_example(reader->arena, field) : NULL,
	};
	return false;
}

bool
violate_type(struct reader *reader, const struct place *place, const struct shape_field *field)
{
	struct buf buf;

	buf_init(&buf, reader->arena, 128);
	buf_printf(&buf, "'%s' must be ", field->name);
	add_phrase(&buf, field);
	return violate(reader, place, "type", field, buf.bytes);
}

bool
violate_item_type(struct reader *reader, const struct place *place, const struct shape_field *field)
{
	return violate(reader, place, "type", field,
	    arena_printf(reader->arena, "items of '%s' must be %s", field->name, item_phrase(field)));
}

bool
violate_choice(struct reader *reader, const struct place *place, const struct shape_field *field)
{
	struct buf buf;

	buf_init(&buf, reader->arena, 128);
	buf_printf(&buf, "'%s' must be ", field->name);
	add_choices(&buf, field);
	return violate(reader, place, "enum", field, buf.bytes);
}

bool
violate_required(struct reader *reader, const struct place *place, const struct shape_field *field)
{
	struct buf buf;

	buf_init(&buf, reader->arena, 128);
	buf_printf(&buf, "'%s' is required: ", field->name);
	add_phrase(&buf, field);
	return violate(reader, place, "required", field, buf.bytes);
}

static const char *
place_name(enum shape_in in)
{
	switch (in) {
	case SHAPE_IN_BODY:
		return "body";
	case SHAPE_IN_PATH:
		return "path";
	case SHAPE_IN_QUERY:
		return "query";
	case SHAPE_IN_HEADER:
		return "headers";
	case SHAPE_IN_MCP: /* unknown to every sender */
	case SHAPE_IN_COOKIE:
		break;
	}
	assert(!"shape place");
	return "";
}

bool
violate_unknown(struct reader *reader, const struct place *parent, const struct shape *shape,
    const struct json_member *member)
{
	struct place place = { .up = parent, .name = member->name };
	struct buf buf;
	bool is_first = true;

	buf_init(&buf, reader->arena, 256);
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		if (strcmp(field->name, member->name) != 0 || field->in == SHAPE_IN_MCP)
			continue;
		buf_printf(&buf, "'%s' belongs in the %s, not in the body", field->name, place_name(field->in));
		return violate(reader, &place, "unknown", field, buf.bytes);
	}
	buf_printf(&buf, "unknown field '%.*s'; ", NAME_SHOWN_MAX, member->name);
	for (size_t i = 0; i < shape->n_fields; i++) {
		bool is_elsewhere = !reader->takes_all && shape->fields[i].in != SHAPE_IN_BODY;
		if (is_elsewhere || shape->fields[i].in == SHAPE_IN_MCP)
			continue;
		buf_printf(&buf, "%s'%s'", is_first ? "known are " : ", ", shape->fields[i].name);
		is_first = false;
	}
	if (is_first)
		buf_add_text(&buf, "none is known here");
	return violate(reader, &place, "unknown", NULL, buf.bytes);
}

void
settle(struct violations *violations, const struct shape_field *field)
{
	if (violations->n_settled < VIOLATIONS_MAX)
		violations->settled[violations->n_settled++] = field;
}

bool
is_settled(const struct violations *violations, const struct shape_field *field)
{
	for (size_t i = 0; i < violations->n_settled; i++) {
		if (violations->settled[i] == field)
			return true;
	}
	return false;
}
