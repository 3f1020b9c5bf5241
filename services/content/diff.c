/* Walks two documents at once; as deep as the parser allows. */
#include "diff.h"

#include <string.h>

#include "id.h"

struct walk {
	struct arena *arena;
	const struct diff_bounds *bounds;
	struct buf buf;
	size_t n;
	bool is_cut;  /* a value was too long to show */
	bool is_full; /* there are more entries */
};

static void
add_value(struct walk *walk, const char *name, const char *size_name, const struct json_value *value)
{
	struct buf text;

	if (!value)
		return;
	buf_init(&text, walk->arena, 64);
	json_write(&text, value);
	if (text.len > walk->bounds->value_bytes_max) {
		buf_printf(&walk->buf, ",\"%s\":%zu", size_name, text.len);
		walk->is_cut = true;
		return;
	}
	buf_printf(&walk->buf, ",\"%s\":", name);
	buf_add(&walk->buf, text.bytes, text.len);
}

static void
add_entry(struct walk *walk, const char *pointer, const struct json_value *before, const struct json_value *after)
{
	if (walk->n == walk->bounds->entries_max || walk->buf.len + strlen(pointer) + 2 * walk->bounds->value_bytes_max > walk->bounds->bytes_max) {
		walk->is_full = true;
		return;
	}
	buf_printf(&walk->buf, "%s{\"op\":\"%s\",\"path\":", walk->n++ ? "," : "", !before ? "add" : !after ? "remove" : "replace");
	buf_add_json_text(&walk->buf, pointer, strlen(pointer));
	add_value(walk, "before", "beforeBytes", before);
	add_value(walk, "value", "valueBytes", after);
	buf_add_char(&walk->buf, '}');
}

static void compare(struct walk *walk, const char *pointer, const struct json_value *before, const struct json_value *after);

static void
compare_objects(struct walk *walk, const char *pointer, const struct json_value *before, const struct json_value *after)
{
	for (size_t i = 0; i < after->n && !walk->is_full; i++) {
		const struct json_member *member = &after->members[i];
		compare(walk, pointer_append(walk->arena, pointer, member->name), json_get_n(before, member->name, member->n_name), &member->value);
	}
	for (size_t i = 0; i < before->n && !walk->is_full; i++) {
		const struct json_member *member = &before->members[i];
		if (!json_get_n(after, member->name, member->n_name))
			add_entry(walk, pointer_append(walk->arena, pointer, member->name), &member->value, NULL);
	}
}

static void
compare(struct walk *walk, const char *pointer, const struct json_value *before, const struct json_value *after)
{
	if (!before) {
		add_entry(walk, pointer, NULL, after);
		return;
	}
	if (json_equal(before, after))
		return;
	if (before->type == JSON_OBJECT && after->type == JSON_OBJECT) {
		compare_objects(walk, pointer, before, after);
		return;
	}
	if (before->type != JSON_LIST || after->type != JSON_LIST || before->n != after->n) {
		add_entry(walk, pointer, before, after);
		return;
	}
	for (uint32_t i = 0; i < after->n && !walk->is_full; i++)
		compare(walk, arena_printf(walk->arena, "%s/%u", pointer, i), &before->items[i], &after->items[i]);
}

struct diff
diff_documents(struct arena *arena, const struct json_value *before, const struct json_value *after, const struct diff_bounds *bounds)
{
	struct walk walk = { .arena = arena, .bounds = bounds };

	buf_init(&walk.buf, arena, 256);
	buf_add_char(&walk.buf, '[');
	compare(&walk, "", before, after);
	buf_add_char(&walk.buf, ']');
	return (struct diff){ .entries = { .json = walk.buf.bytes, .len = walk.buf.len }, .n = walk.n, .is_complete = !walk.is_cut && !walk.is_full };
}
