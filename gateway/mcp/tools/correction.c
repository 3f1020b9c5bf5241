/* A call put right: the caller's own arguments, with every wrong member replaced by one that would do. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcp/tools/tool_error.h"

enum { CORRECTION_DEPTH_MAX = 8 };

struct correction {
	struct arena *arena;
	struct buf buf;
	const struct violations *violations;
};

static void write_struct(struct correction *correction, const struct shape *shape, const struct json_value *object,
    const char *pointer, int depth);

/* Is pointer itself at fault, or something below it? */
static bool
is_at_fault(const struct correction *correction, const char *pointer, bool or_below)
{
	size_t n = strlen(pointer);

	for (size_t i = 0; i < correction->violations->n; i++) {
		const char *at = correction->violations->list[i].pointer;
		if (strncmp(at, pointer, n) == 0 && (at[n] == '\0' || (or_below && at[n] == '/')))
			return true;
	}
	return false;
}

static void
write_made_text(struct buf *buf, const struct shape_field *field)
{
	if (field->choices) {
		buf_add_json_text(buf, field->choices[0], strlen(field->choices[0]));
		return;
	}
	buf_add_char(buf, '"');
	for (int64_t i = 0; i < (field->min > 1 ? field->min : 1); i++)
		buf_add_char(buf, 'x');
	buf_add_char(buf, '"');
}

static void
write_made_list(struct correction *correction, const struct shape_field *field, int depth)
{
	const char *const item = field->item == SHAPE_TEXT ? "\"x\"" : field->item == SHAPE_INT ? "1" : "{}";

	buf_add_char(&correction->buf, '[');
	for (int64_t i = 0; i < (field->min > 1 ? field->min : 1); i++) {
		if (i > 0)
			buf_add_char(&correction->buf, ',');
		if (field->item == SHAPE_STRUCT)
			write_struct(correction, field->shape, NULL, "", depth + 1);
		else
			buf_add_text(&correction->buf, item);
	}
	buf_add_char(&correction->buf, ']');
}

/* "50" and 50.0 say 50: what converts without loss is what was meant. */
static bool
write_converted(struct buf *buf, const struct shape_field *field, const struct json_value *value)
{
	char text[32];
	char *end = NULL;

	if (field->type != SHAPE_INT || value->type != JSON_TEXT || value->n == 0 || value->n >= sizeof(text))
		return false;
	int64_t number = strtoll(value->text, &end, 10);
	(void)snprintf(text, sizeof(text), "%" PRId64, number);
	if (strcmp(text, value->text) != 0 || number < field->min || (field->max > 0 && number > field->max))
		return false;
	buf_add_int(buf, number);
	return true;
}

/* A value of the field, out of what the registry says about it. */
static void
write_made(struct correction *correction, const struct shape_field *field, int depth)
{
	struct buf *buf = &correction->buf;

	const char *example = shape_field_example(correction->arena, field);
	if (example || field->default_text) {
		buf_add_text(buf, example ? example : field->default_text);
		return;
	}
	switch (field->type) {
	case SHAPE_BOOL:
		buf_add_text(buf, "false");
		return;
	case SHAPE_INT:
		buf_add_int(buf, field->min > 1 ? field->min : field->max == 0 && field->min == 0 ? 1 : field->max < 1 ? field->max : 1);
		return;
	case SHAPE_TIME:
		buf_add_text(buf, "\"2030-01-01T00:00:00.000Z\"");
		return;
	case SHAPE_TEXT:
		write_made_text(buf, field);
		return;
	case SHAPE_DOC:
		buf_add_text(buf, "{}");
		return;
	case SHAPE_STRUCT:
		write_struct(correction, field->shape, NULL, "", depth + 1);
		return;
	case SHAPE_LIST:
		write_made_list(correction, field, depth);
		return;
	}
}

static void
write_member(struct correction *correction, const struct shape_field *field, const struct json_value *value, const char *pointer,
    int depth)
{
	json_key(&correction->buf, field->name);
	bool is_inside = field->type == SHAPE_STRUCT && value && value->type == JSON_OBJECT && !is_at_fault(correction, pointer, false);
	if (is_inside)
		write_struct(correction, field->shape, value, pointer, depth + 1);
	else if (value && !is_at_fault(correction, pointer, true))
		json_write(&correction->buf, value);
	else if (!value || !write_converted(&correction->buf, field, value))
		write_made(correction, field, depth);
}

/* object NULL: nothing is there yet.  pointer "" below the root: made from nothing, so no violation is about it. */
static void
write_struct(struct correction *correction, const struct shape *shape, const struct json_value *object, const char *pointer,
    int depth)
{
	buf_add_char(&correction->buf, '{');
	for (size_t i = 0; i < shape->n_fields && depth < CORRECTION_DEPTH_MAX; i++) {
		const struct shape_field *field = &shape->fields[i];
		const struct json_value *value = object ? json_get(object, field->name) : NULL;
		const char *inner = arena_printf(correction->arena, "%s/%s", pointer, field->name);
		bool is_wanted = field->flags & (SHAPE_REQUIRED | SHAPE_AGENT_REQUIRED);
		if (field->in == SHAPE_IN_MCP || (!value && !is_wanted))
			continue;
		write_member(correction, field, value, inner, depth);
	}
	if (depth == 0 && object && json_get(object, "dryRun") && !is_at_fault(correction, "/dryRun", true)) {
		json_key(&correction->buf, "dryRun");
		json_write(&correction->buf, json_get(object, "dryRun"));
	}
	buf_add_char(&correction->buf, '}');
}

const char *
correction_make(struct arena *arena, const struct shape *shape, const struct json_value *arguments,
    const struct violations *violations)
{
	struct correction correction = { .arena = arena, .violations = violations };

	buf_init(&correction.buf, arena, 512);
	write_struct(&correction, shape, arguments && arguments->type == JSON_OBJECT ? arguments : NULL, "", 0);
	return correction.buf.bytes;
}

/* ---- after a conflict ---- */

/* A patch says what to change and fits any version; a whole document must be the merged one. */
static bool
takes_whole_document(const struct operation *operation, const struct shape_field *field)
{
	bool is_patch = operation->n_routes > 0 && strcmp(operation->routes[0].method, "PATCH") == 0;
	return field->type == SHAPE_DOC && !is_patch;
}

const char *
correction_rebase(struct arena *arena, const struct operation *operation, const struct json_value *arguments, const char *context)
{
	struct json_error ignored;
	const struct json_value *known = json_parse(arena, context, strlen(context), NULL, &ignored);
	const struct json_value *merged = known && known->type == JSON_OBJECT ? json_get(known, "merged") : NULL;
	const struct json_value *version = merged ? json_get(known, "currentVersion") : NULL;
	struct buf buf;

	if (!version)
		return NULL;
	buf_init(&buf, arena, 512);
	buf_add_char(&buf, '{');
	for (size_t i = 0; i < operation->request->n_fields; i++) {
		const struct shape_field *field = &operation->request->fields[i];
		const struct json_value *value = json_get(arguments, field->name);
		if (!value)
			continue;
		json_key(&buf, field->name);
		json_write(&buf, field->flags & SHAPE_AGENT_REQUIRED ? version : takes_whole_document(operation, field) ? merged : value);
	}
	buf_add_char(&buf, '}');
	return buf.bytes;
}
