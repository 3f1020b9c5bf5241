/* Sort keys by name. */
#include "query/keys.h"

#include <inttypes.h>
#include <string.h>

static bool
is_column(const char *name)
{
	return strcmp(name, "updatedAt") == 0 || strcmp(name, "createdAt") == 0 || strcmp(name, "version") == 0;
}

/* A field of that name is one of the data; the columns have their names where the data does not. */
static const struct error *
read_key(struct request *req, const struct query_type *type, const char *word, size_t index, struct sort_key *ret_key)
{
	struct sort_key key = { .is_descending = word[0] == '-', .name = word + (word[0] == '-') };
	struct field_path field = { .path = NULL };

	bool is_found = strlen(key.name) <= PATH_BYTES_MAX && paths_find(type->schema, key.name, &field) && !field.is_list;
	if (!is_found && !is_column(key.name)) {
		struct error *error = FAIL(req, CONTENT_ITEMS_FIELD_SORT_FIELD_UNKNOWN, "content type %" PRId64 " has no field '%.200s' to sort by; at the root it has %s, and every item updatedAt, createdAt and version",
		    type->id, key.name, paths_offered(req->arena, type->schema));
		return error_at(error, arena_printf(req->arena, "/sort/%zu", index), "{\"example\":[\"-price\",\"title\"]}");
	}
	key.is_column = !is_found;
	key.field_id = is_found ? query_type_field_id(type, key.name) : 0;
	*ret_key = key;
	return NULL;
}

const struct error *
keys_read(struct request *req, const struct query_type *type, const struct shape_list *sort, struct sort_key *ret_keys)
{
	const char *const *word = sort->items;

	for (size_t i = 0; i < sort->n; i++) {
		const struct error *error = read_key(req, type, word[i], i, &ret_keys[i]);
		if (error)
			return error;
	}
	return NULL;
}

struct doc
keys_json(struct arena *arena, const struct sort_key *keys, size_t n)
{
	struct buf buf;

	buf_init(&buf, arena, 128);
	buf_add_char(&buf, '[');
	for (size_t i = 0; i < n; i++) {
		buf_printf(&buf, "%s{\"n\":%zu,\"id\":%" PRId64 ",\"name\":", i ? "," : "", i + 1, keys[i].field_id);
		if (keys[i].is_column)
			buf_add_json_text(&buf, keys[i].name, strlen(keys[i].name));
		else
			buf_add_text(&buf, "null");
		buf_add_text(&buf, ",\"steps\":");
		if (keys[i].is_column)
			buf_add_text(&buf, "[]");
		else
			conditions_add_steps(&buf, keys[i].name);
		buf_add_char(&buf, '}');
	}
	buf_add_char(&buf, ']');
	return (struct doc){ .json = buf.bytes, .len = buf.len };
}
