/* Turning violations into error records. */
#include <string.h>

#include "schema/run.h"

enum { NAME_SHOWN_MAX = 100 };

static void
add_path(struct buf *buf, const struct schema_path *path)
{
	if (!path)
		return;
	add_path(buf, path->outer);
	buf_add_char(buf, '/');
	if (!path->member) {
		buf_add_int(buf, path->index);
		return;
	}
	for (uint32_t i = 0; i < path->member->n_name; i++) {
		char c = path->member->name[i];
		if (c == '~' || c == '/')
			buf_add_text(buf, c == '~' ? "~0" : "~1");
		else
			buf_add_char(buf, c);
	}
}

const char *
schema_path_text(struct arena *arena, const struct schema_path *path)
{
	struct buf buf;
	buf_init(&buf, arena, 64);
	add_path(&buf, path);
	return buf.bytes;
}

/* Room for one more, or NULL. */
static struct json_schema_error *
add_error(struct schema_run *run, const struct schema_node *node, const struct schema_path *path,
    const char *keyword)
{
	struct json_schema_errors *errors = run->errors;

	if (errors->n == JSON_SCHEMA_ERRORS_MAX)
		return NULL;
	if (arena_is_exhausted(run->arena)) {
		(void)schema_give_up(run, "more memory than one validation may take");
		return NULL;
	}
	struct json_schema_error *error = &errors->list[errors->n++];
	*error = (struct json_schema_error){ .keyword = keyword, .pointer = schema_path_text(run->arena, path) };
	error->schema_pointer = schema_place_text(run->arena, node->place, node->kind == SCHEMA_FALSE ? NULL : keyword);
	return error;
}

static const char *
expected_text(struct arena *arena, const struct json_value *value)
{
	struct buf buf;

	if (!value || value->end - value->start > SCHEMA_EXPECTED_BYTES_MAX)
		return NULL;
	buf_init(&buf, arena, value->end - value->start);
	json_write(&buf, value);
	return buf.bytes;
}

bool
schema_report(struct schema_run *run, const struct schema_node *node, const struct schema_path *path,
    const char *keyword, const char *format, ...)
{
	va_list args;

	if (!run->errors || run->limit)
		return false;
	struct json_schema_error *error = add_error(run, node, path, keyword);
	if (!error)
		return false;
	va_start(args, format);
	error->message = arena_vprintf(run->arena, format, args);
	va_end(args);
	error->expected = expected_text(run->arena, json_get(node->place->value, keyword));
	return false;
}

/* A prefix that ends between characters. */
static int
shown_bytes(const char *name, uint32_t n_name)
{
	uint32_t n = n_name;
	if (n > NAME_SHOWN_MAX)
		for (n = NAME_SHOWN_MAX; n > 0 && ((unsigned char)name[n] & 0xC0) == 0x80; n--)
			;
	return (int)n;
}

bool
schema_report_missing(struct schema_run *run, const struct schema_node *node, const struct schema_path *path,
    const char *keyword, const char *name, uint32_t n_name)
{
	struct buf buf;

	if (!run->errors || run->limit)
		return false;
	struct json_schema_error *error = add_error(run, node, path, keyword);
	if (!error)
		return false;
	buf_init(&buf, run->arena, n_name + 2);
	buf_add_json_text(&buf, name, n_name);
	error->expected = buf.bytes;
	error->message = arena_printf(run->arena, "must have the property '%.*s'", shown_bytes(name, n_name), name);
	return false;
}

bool
schema_report_false(struct schema_run *run, const struct schema_node *node, const struct schema_path *path)
{
	if (!run->errors || run->limit)
		return false;
	const char *keyword = node->place->outer ? node->place->keyword : "schema";
	struct json_schema_error *error = add_error(run, node, path, keyword);
	if (!error)
		return false;
	error->expected = "false";
	error->message = "is not allowed here";
	if (path && path->member)
		error->message = arena_printf(run->arena, "property '%.*s' is not allowed",
		    shown_bytes(path->member->name, path->member->n_name), path->member->name);
	return false;
}
