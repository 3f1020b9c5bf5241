/* Part of a document. */
#include <string.h>

#include "query/list.h"

/* Paths that begin with this member: how far they go in, or that the member is wanted whole. */
struct want {
	const char *const *paths; /* what is left of each */
	size_t n;
};

static void write_subset(struct arena *arena, struct buf *buf, const struct json_value *object, const struct want *want);

/* What is left of the paths behind a member; true when one of them ends there. */
static bool
behind(struct arena *arena, const struct want *want, const char *name, struct want *ret_rest)
{
	const char **rest = ARENA_ARRAY(arena, const char *, want->n + 1);
	size_t n_name = strlen(name), n = 0;

	for (size_t i = 0; i < want->n; i++) {
		const char *path = want->paths[i];
		if (strncmp(path, name, n_name) != 0)
			continue;
		if (path[n_name] == '\0')
			return true;
		if (path[n_name] == '.')
			rest[n++] = path + n_name + 1;
	}
	*ret_rest = (struct want){ .paths = rest, .n = n };
	return false;
}

static void
write_member(struct arena *arena, struct buf *buf, const struct json_member *member, const struct want *want)
{
	struct want rest = { .n = 0 };
	bool is_whole = behind(arena, want, member->name, &rest);

	if (!is_whole && (rest.n == 0 || member->value.type != JSON_OBJECT))
		return;
	if (buf->bytes[buf->len - 1] != '{')
		buf_add_char(buf, ',');
	buf_add_json_text(buf, member->name, member->n_name);
	buf_add_char(buf, ':');
	if (is_whole)
		json_write(buf, &member->value);
	else
		write_subset(arena, buf, &member->value, &rest);
}

static void
write_subset(struct arena *arena, struct buf *buf, const struct json_value *object, const struct want *want)
{
	buf_add_char(buf, '{');
	for (uint32_t i = 0; i < object->n; i++)
		write_member(arena, buf, &object->members[i], want);
	buf_add_char(buf, '}');
}

struct doc
subset_of(struct arena *arena, struct doc data, const struct shape_list *paths)
{
	const struct want want = { .paths = paths->items, .n = paths->n };
	struct json_error ignored;
	const struct json_value *value = json_parse(arena, data.json, data.len, NULL, &ignored);
	struct buf buf;

	if (!value || value->type != JSON_OBJECT)
		return data;
	buf_init(&buf, arena, 256);
	write_subset(arena, &buf, value, &want);
	return (struct doc){ .json = buf.bytes, .len = buf.len };
}
