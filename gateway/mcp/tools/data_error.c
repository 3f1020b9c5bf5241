/* Data that breaks its type's schema: the violations as any others are listed, and the call with what can be put right. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcp/tools/tool_error.h"

/* A larger call is not sent back: whoever made it has it. */
enum { ECHOED_BYTES_MAX = 4096, NUMBER_CHARS_MAX = 32 };

struct data_error {
	struct arena *arena;
	const struct json_value *errors; /* of the context: {path, keyword, message, expected} */
	const char *base;                /* where in the arguments the data is: "/data" */
};

/* "/" is the root's path in the context. */
static const char *
path_of(const struct json_value *error)
{
	const char *path = json_text_of(error, "path");
	return !path || strcmp(path, "/") == 0 ? "" : path;
}

static bool
read_context(struct arena *arena, const struct error *error, struct data_error *ret)
{
	struct json_error ignored;
	const struct json_value *context = error->context ? json_parse(arena, error->context, strlen(error->context), NULL, &ignored) : NULL;
	const struct json_value *errors = context && context->type == JSON_OBJECT ? json_get(context, "errors") : NULL;

	if (!errors || errors->type != JSON_LIST || errors->n == 0 || !error->pointer)
		return false;
	const char *first = path_of(&errors->items[0]);
	size_t n = strlen(error->pointer), n_first = strlen(first);
	if (n < n_first || strcmp(error->pointer + n - n_first, first) != 0)
		return false;
	*ret = (struct data_error){ arena, errors, arena_strndup(arena, error->pointer, n - n_first) };
	return true;
}

bool
data_error_write_violations(struct buf *buf, struct arena *arena, const struct error *error)
{
	struct data_error at;

	if (!read_context(arena, error, &at))
		return false;
	buf_add_char(buf, '[');
	for (uint32_t i = 0; i < at.errors->n; i++) {
		const struct json_value *violation = &at.errors->items[i], *expected = json_get(violation, "expected");
		buf_add_text(buf, i > 0 ? ",{" : "{");
		json_member_text(buf, "pointer", arena_printf(arena, "%s%s", at.base, path_of(violation)));
		json_member_text(buf, "keyword", json_text_of(violation, "keyword"));
		json_member_text(buf, "message", json_text_of(violation, "message"));
		if (expected) {
			json_key(buf, "expected");
			json_write(buf, expected);
		}
		buf_add_char(buf, '}');
	}
	buf_add_char(buf, ']');
	return true;
}

/* ---- the call put right ---- */

/* The violation of this keyword, or of any when it is NULL, whose path ends the pointer; from: the first to look at. */
static const struct json_value *
violation_at(const struct data_error *at, const char *pointer, uint32_t *from)
{
	size_t n_base = strlen(at->base);

	if (strncmp(pointer, at->base, n_base) != 0)
		return NULL;
	for (; *from < at->errors->n; (*from)++)
		if (strcmp(path_of(&at->errors->items[*from]), pointer + n_base) == 0)
			return &at->errors->items[(*from)++];
	return NULL;
}

static bool
has_keyword(const struct json_value *violation, const char *keyword)
{
	const char *found = json_text_of(violation, "keyword");
	return found && strcmp(found, keyword) == 0;
}

static bool
is_not_allowed(const struct json_value *violation)
{
	const struct json_value *expected = json_get(violation, "expected");
	return expected && expected->type == JSON_BOOL && !expected->boolean;
}

static bool
is_whole_number(const char *text)
{
	char again[NUMBER_CHARS_MAX];

	(void)snprintf(again, sizeof(again), "%lld", strtoll(text, NULL, 10));
	return strcmp(again, text) == 0;
}

/* "3" says 3, 3 says "3", "true" says true: what converts without loss is what was meant. */
static bool
write_converted(struct buf *buf, const struct json_value *value, const char *type)
{
	bool is_text = value->type == JSON_TEXT && value->n > 0 && value->n < NUMBER_CHARS_MAX;
	bool is_number = strcmp(type, "integer") == 0 || strcmp(type, "number") == 0;

	if (is_number && is_text && is_whole_number(value->text)) {
		buf_add_text(buf, value->text);
		return true;
	}
	if (strcmp(type, "boolean") == 0 && is_text && (strcmp(value->text, "true") == 0 || strcmp(value->text, "false") == 0)) {
		buf_add_text(buf, value->text);
		return true;
	}
	if (strcmp(type, "string") == 0 && value->type == JSON_INT) {
		buf_printf(buf, "\"%" PRId64 "\"", value->integer);
		return true;
	}
	return false;
}

/* What the value should be, where nobody but the caller knows it. */
static void
write_placeholder(const struct data_error *at, struct buf *buf, const struct json_value *violation)
{
	const struct json_value *expected = json_get(violation, "expected");
	struct buf text;

	buf_init(&text, at->arena, 64);
	buf_printf(&text, "<%s", json_text_of(violation, "keyword"));
	if (expected) {
		buf_add_text(&text, ": ");
		json_write(&text, expected);
	}
	buf_add_char(&text, '>');
	buf_add_json_text(buf, text.bytes, text.len);
}

static void write_right(const struct data_error *at, struct buf *buf, const struct json_value *value, const char *pointer);

/* pointer/name, with the escapes of JSON Pointer. */
static const char *
below(struct arena *arena, const char *pointer, const char *name)
{
	struct buf buf;

	buf_init(&buf, arena, strlen(pointer) + strlen(name) + 8);
	buf_add_text(&buf, pointer);
	buf_add_char(&buf, '/');
	for (; *name; name++) {
		if (*name == '~' || *name == '/')
			buf_add_text(&buf, *name == '~' ? "~0" : "~1");
		else
			buf_add_char(&buf, *name);
	}
	return buf.bytes;
}

static void
write_missing(const struct data_error *at, struct buf *buf, const char *pointer)
{
	const struct json_value *violation;

	for (uint32_t from = 0; (violation = violation_at(at, pointer, &from));) {
		const char *name = json_text_of(violation, "expected");
		if (!has_keyword(violation, "required") || !name)
			continue;
		json_key(buf, name);
		const char *placeholder = arena_printf(at->arena, "<%s>", name);
		buf_add_json_text(buf, placeholder, strlen(placeholder));
	}
}

static void
write_object(const struct data_error *at, struct buf *buf, const struct json_value *value, const char *pointer)
{
	buf_add_char(buf, '{');
	for (uint32_t i = 0; i < value->n; i++) {
		const char *inner = below(at->arena, pointer, value->members[i].name);
		uint32_t from = 0;
		const struct json_value *violation = violation_at(at, inner, &from);
		if (violation && is_not_allowed(violation))
			continue;
		json_key(buf, value->members[i].name);
		write_right(at, buf, &value->members[i].value, inner);
	}
	write_missing(at, buf, pointer);
	buf_add_char(buf, '}');
}

static void
write_list(const struct data_error *at, struct buf *buf, const struct json_value *value, const char *pointer)
{
	buf_add_char(buf, '[');
	for (uint32_t i = 0; i < value->n; i++) {
		if (i > 0)
			buf_add_char(buf, ',');
		write_right(at, buf, &value->items[i], arena_printf(at->arena, "%s/%" PRIu32, pointer, i));
	}
	buf_add_char(buf, ']');
}

static void
write_right(const struct data_error *at, struct buf *buf, const struct json_value *value, const char *pointer)
{
	uint32_t from = 0;
	const struct json_value *violation = violation_at(at, pointer, &from);
	const char *type = violation && has_keyword(violation, "type") ? json_text_of(violation, "expected") : NULL;

	if (violation && !has_keyword(violation, "required")) {
		if (!type || !write_converted(buf, value, type))
			write_placeholder(at, buf, violation);
	} else if (value->type == JSON_OBJECT) {
		write_object(at, buf, value, pointer);
	} else if (value->type == JSON_LIST) {
		write_list(at, buf, value, pointer);
	} else {
		json_write(buf, value);
	}
}

const char *
data_error_example(struct arena *arena, const struct error *error, const struct json_value *arguments)
{
	struct data_error at;
	struct buf buf;

	if (!arguments || json_size(arguments, ECHOED_BYTES_MAX) > ECHOED_BYTES_MAX || !read_context(arena, error, &at))
		return NULL;
	buf_init(&buf, arena, 512);
	write_right(&at, &buf, arguments, "");
	return buf.bytes;
}
