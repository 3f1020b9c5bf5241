/* Globals: the one item of each singleton type, by the type's slug. */
#include <inttypes.h>
#include <string.h>

#include "content.h"
#include "localisation/reader.h"
#include "past/past.h"
#include "rules.h"
#include "store.h"
#include "validation.h"
#include "write.h"

static const struct error *
find_type(struct request *req, const char *slug, const struct content_type_row **ret_type)
{
	const struct content_type_row *type = NULL;
	const struct error *error = store_singleton_type(req, slug, &type);
	if (error)
		return error;
	if (!type)
		return FAIL_AT(req, GLOBAL_CONTENT_TYPE_NOT_FOUND, "/slug", "no singleton content type has the slug '%s'", slug);
	*ret_type = type;
	return NULL;
}

/* What is read of them. */
struct view {
	bool is_published;
	const int64_t *as_of; /* NULL: now */
};

/* The items of singleton types, each once; a type without one has no row. */
static const struct error *
read_items(struct request *req, const struct content_type_row *types, size_t n, const struct view *view, struct shape_list *ret_rows)
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n), *limits = ARENA_ARRAY(req->arena, int64_t, n);
	struct type_pages pages = { .ids = ids, .limits = limits, .n = n, .is_published_view = view->is_published };
	struct shape_list known = { .n = 0 };

	for (size_t i = 0; i < n; i++) {
		ids[i] = types[i].id;
		limits[i] = 1;
	}
	if (view->as_of)
		return past_of_types(req, &(struct past_types){ .ids = ids, .n = n, .as_of = *view->as_of, .is_public = view->is_published }, ret_rows);
	return store_items_of_types(req, &pages, &known, ret_rows);
}

static const struct error *
view_global(struct request *req, const struct content_type_row *type, const struct shape_list *rows, struct content_global *ret_global)
{
	struct content_type *shown = ARENA_NEW(req->arena, struct content_type);
	const struct content_item_row *row = rows->items;

	*shown = content_type_view(type);
	*ret_global = (struct content_global){ .content_type = shown };
	for (size_t i = 0; i < rows->n; i++) {
		if (row[i].content_type_id != type->id)
			continue;
		if (!row[i].data.json)
			return FAIL(req, RESPONSE_TOO_LARGE, "the answer would hold more than %d bytes of data", PAGE_BYTES_MAX);
		struct content_item *item = ARENA_NEW(req->arena, struct content_item);
		*item = content_item_view(req, &row[i]);
		ret_global->item = item;
	}
	return NULL;
}

static bool
wants_published(const struct request *req, const bool *draft)
{
	return (draft && !*draft) || content_is_public_reader(req);
}

const struct error *
content_globals_list(struct request *req, const struct content_globals_list_request *in, struct content_globals_list_response *out)
{
	struct shape_list types = { .n = 0 }, rows = { .n = 0 };
	struct locale_wish wish = { in->locale, in->fallback_locale };
	struct view view = { wants_published(req, in->draft), in->as_of };
	struct reader reader = { .n = 0 };

	const struct error *error = reader_check(req, in->locale, in->fallback_locale);
	if (!error)
		error = store_singleton_types(req, LIST_LIMIT_MAX, &types);
	if (!error && types.n > 0)
		error = read_items(req, types.items, types.n, &view, &rows);
	if (error)
		return error;
	struct content_global *globals = ARENA_ARRAY(req->arena, struct content_global, types.n + 1);
	for (size_t i = 0; i < types.n; i++) {
		error = view_global(req, (const struct content_type_row *)types.items + i, &rows, &globals[i]);
		if (error)
			return error;
		if (globals[i].item) /* made for this answer by view_global */
			reader_add(req, &reader, (struct content_item *)globals[i].item, &wish);
	}
	error = reader_run(req, &reader);
	if (error)
		return error;
	out->globals = (struct shape_list){ .items = globals, .n = types.n };
	return NULL;
}

const struct error *
content_globals_get(struct request *req, const struct content_globals_get_request *in, struct content_global *out)
{
	const struct content_type_row *type = NULL;
	struct locale_wish wish = { in->locale, in->fallback_locale };
	struct view view = { wants_published(req, in->draft), in->as_of };
	struct shape_list rows = { .n = 0 };
	struct reader reader = { .n = 0 };

	const struct error *error = reader_check(req, in->locale, in->fallback_locale);
	if (!error)
		error = find_type(req, in->slug, &type);
	if (!error)
		error = read_items(req, type, 1, &view, &rows);
	if (!error)
		error = view_global(req, type, &rows, out);
	if (error)
		return error;
	if (out->item) /* made for this answer by view_global */
		reader_add(req, &reader, (struct content_item *)out->item, &wish);
	return reader_run(req, &reader);
}

/* While the type is locked it gets no item, so that of two who write first at once the second changes what the first made. */
static const struct error *
lock_global(struct request *req, const char *slug, const struct content_type_row **ret_type, int64_t *ret_item_id)
{
	const struct content_type_row *type = NULL;

	const struct error *error = find_type(req, slug, &type);
	if (!error)
		error = store_type_lock(req, type->id, &type);
	if (error)
		return error;
	if (!type || strcmp(type->kind, "singleton") != 0)
		return FAIL_AT(req, GLOBAL_CONTENT_TYPE_NOT_FOUND, "/slug", "the singleton content type with slug '%s' was just removed", slug);
	*ret_type = type;
	return store_singleton_item(req, type->id, 0, ret_item_id);
}

const struct error *
content_globals_put(struct request *req, const struct content_globals_put_request *in, struct content_globals_put_response *out)
{
	struct content_item *item = ARENA_NEW(req->arena, struct content_item);
	struct content_type *shown = ARENA_NEW(req->arena, struct content_type);
	const struct content_type_row *type = NULL;
	int64_t id = 0;

	const struct error *error = lock_global(req, in->slug, &type, &id);
	if (error)
		return error;
	if (id) {
		struct content_items_update_request update = { .id = id, .data = in->data, .status = in->status, .expected_version = in->expected_version };
		error = content_items_update(req, &update, item);
		if (error && error->info == &error_catalogue[ERROR_CONTENT_ITEM_NOT_FOUND])
			id = 0; /* deleted meanwhile */
	}
	if (!id) {
		struct content_items_create_request create = { .content_type_id = type->id, .data = in->data, .status = in->status };
		error = content_items_create(req, &create, item);
	}
	if (error)
		return error;
	*shown = content_type_view(type);
	*out = (struct content_globals_put_response){ .content_type = shown, .item = item, .is_created = id == 0 };
	return NULL;
}
