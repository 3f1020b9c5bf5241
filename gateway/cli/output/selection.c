/* Parts of an answer by name. */
#include "cli/output/selection.h"

#include <string.h>

const struct json_value *
selection_find(struct arena *arena, const struct json_value *value, const char *path)
{
	while (value && value->type == JSON_OBJECT) {
		const struct json_value *whole = json_get(value, path);
		size_t n = strcspn(path, ".");
		if (whole || path[n] == '\0')
			return whole;
		value = json_get(value, arena_strndup(arena, path, n));
		path += n + 1;
	}
	return NULL;
}

const char *const *
selection_names(struct arena *arena, const char *text)
{
	const char **names = ARENA_ARRAY(arena, const char *, strlen(text) / 2 + 2);
	size_t n = 0;

	while (*text) {
		size_t length = strcspn(text, ",");
		if (length > 0)
			names[n++] = arena_strndup(arena, text, length);
		text += length + (text[length] == ',');
	}
	names[n] = NULL;
	return names;
}

static struct json_value *
object_of(struct arena *arena, size_t n, struct json_member **ret_members)
{
	struct json_value *object = ARENA_NEW(arena, struct json_value);

	*ret_members = ARENA_ARRAY(arena, struct json_member, n + 1);
	*object = (struct json_value){ .type = JSON_OBJECT, .members = *ret_members };
	return object;
}

static const struct json_value *
row_of(struct arena *arena, const struct json_value *row, const char *const *names)
{
	struct json_member *members;
	size_t n_names = 0;

	if (row->type != JSON_OBJECT)
		return row;
	while (names[n_names])
		n_names++;
	struct json_value *made = object_of(arena, n_names, &members);
	for (size_t i = 0; i < n_names; i++) {
		const struct json_value *found = selection_find(arena, row, names[i]);
		if (found)
			members[made->n++] = (struct json_member){ .name = names[i], .n_name = (uint32_t)strlen(names[i]), .value = *found };
	}
	return made;
}

static const struct json_value *
rows_of(struct arena *arena, const struct json_value *value, const char *const *names)
{
	if (value->type != JSON_LIST)
		return row_of(arena, value, names);
	struct json_value *made = ARENA_NEW(arena, struct json_value), *items = ARENA_ARRAY(arena, struct json_value, value->n + 1);
	for (uint32_t i = 0; i < value->n; i++)
		items[i] = *row_of(arena, &value->items[i], names);
	*made = (struct json_value){ .type = JSON_LIST, .n = value->n, .items = items };
	return made;
}

const struct json_value *
selection_of(struct arena *arena, const struct json_value *value, const char *const *names)
{
	const struct json_value *data = value->type == JSON_OBJECT ? json_get(value, "data") : NULL;
	struct json_member *members;

	if (!data || !json_get(value, "meta"))
		return rows_of(arena, value, names);
	struct json_value *envelope = object_of(arena, value->n, &members);
	for (uint32_t i = 0; i < value->n; i++) {
		members[i] = value->members[i];
		if (&value->members[i].value == data)
			members[i].value = *rows_of(arena, data, names);
	}
	envelope->n = value->n;
	return envelope;
}
