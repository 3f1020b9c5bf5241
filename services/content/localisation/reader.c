/* Schemas are asked for once per answer and only of types that are localized. */
#include "localisation/reader.h"

#include <string.h>

#include "store.h"

enum { SCRATCH_BYTES = 64 * 1024 * 1024 };

struct type_schema {
	int64_t id;
	const struct json_value *schema; /* NULL: it does not parse, so it was never one */
};

const struct error *
reader_check(struct request *req, const char *locale, const char *fallback)
{
	if (!fallback || locale)
		return NULL;
	return FAIL_AT(req, CONTENT_LOCALE_REQUIRED, "/fallbackLocale", "fallbackLocale '%s' was sent without locale", fallback);
}

void
reader_add(struct request *req, struct reader *reader, struct content_item *item, const struct locale_wish *wish)
{
	if (!wish->locale)
		return;
	struct localised_item *added = ARENA_NEW(req->arena, struct localised_item);
	*added = (struct localised_item){ .item = item, .wish = *wish, .next = reader->first };
	reader->first = added;
	reader->n++;
}

void
reader_add_all(struct request *req, struct reader *reader, struct content_item *items, size_t n, const struct locale_wish *wish)
{
	for (size_t i = 0; i < n; i++)
		reader_add(req, reader, &items[i], wish);
}

static const struct error *
read_schemas(struct request *req, const struct reader *reader, struct type_schema **ret_schemas, size_t *ret_n)
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, reader->n);
	struct shape_list rows = { .n = 0 };
	size_t n = 0;

	for (const struct localised_item *at = reader->first; at; at = at->next) {
		size_t i = 0;
		while (i < n && ids[i] != at->item->content_type_id)
			i++;
		if (i == n)
			ids[n++] = at->item->content_type_id;
	}
	const struct error *error = store_types_localized(req, ids, n, &rows);
	if (error)
		return error;
	const struct content_localized_row *row = rows.items;
	struct type_schema *schemas = ARENA_ARRAY(req->arena, struct type_schema, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++) {
		struct json_error problem;
		schemas[i] = (struct type_schema){ row[i].id, json_parse(req->arena, row[i].schema, strlen(row[i].schema), NULL, &problem) };
	}
	*ret_schemas = schemas;
	*ret_n = rows.n;
	return NULL;
}

static const struct json_value *
schema_of(const struct type_schema *schemas, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++) {
		if (schemas[i].id == id)
			return schemas[i].schema;
	}
	return NULL;
}

static struct shape_list
copied_texts(struct arena *arena, const struct shape_list *texts)
{
	const char **copies = ARENA_ARRAY(arena, const char *, texts->n + 1);
	const char *const *text = texts->items;

	for (size_t i = 0; i < texts->n; i++)
		copies[i] = arena_strdup(arena, text[i]);
	return (struct shape_list){ .items = copies, .n = texts->n };
}

/* What the walk needs is forgotten after each item: of a page of large ones it would be more than a request may have. */
static void
localise_one(struct request *req, struct arena *scratch, const struct json_value *schema, const struct localised_item *read)
{
	struct content_locale_resolution *resolution = ARENA_NEW(req->arena, struct content_locale_resolution);
	struct content_item *item = read->item;
	struct json_error problem;
	struct doc data;

	const struct json_value *value = json_parse(scratch, item->data.json, item->data.len, NULL, &problem);
	if (!value || !localise(scratch, schema, item->data, value, &read->wish, &data, resolution))
		return;
	resolution->fallback_locale = arena_strdup(req->arena, resolution->fallback_locale);
	resolution->default_locale = arena_strdup(req->arena, resolution->default_locale);
	resolution->unresolved_fields = copied_texts(req->arena, &resolution->unresolved_fields);
	item->data = (struct doc){ arena_memdup(req->arena, data.json, data.len), data.len };
	item->locale_resolution = resolution;
}

const struct error *
reader_run(struct request *req, const struct reader *reader)
{
	struct type_schema *schemas = NULL;
	size_t n = 0;

	if (reader->n == 0)
		return NULL;
	const struct error *error = read_schemas(req, reader, &schemas, &n);
	if (error || n == 0)
		return error;
	struct arena *scratch = arena_new(SCRATCH_BYTES);
	for (const struct localised_item *at = reader->first; at && !arena_is_exhausted(req->arena); at = at->next) {
		const struct json_value *schema = schema_of(schemas, n, at->item->content_type_id);
		if (schema)
			localise_one(req, scratch, schema, at);
		arena_reset(scratch);
	}
	arena_free(scratch);
	return NULL;
}

const struct error *
reader_localise(struct request *req, struct content_item *items, size_t n, const struct locale_wish *wish)
{
	struct reader reader = { .n = 0 };

	reader_add_all(req, &reader, items, n, wish);
	return reader_run(req, &reader);
}
