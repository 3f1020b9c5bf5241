/* Who refers to an item. */
#include <inttypes.h>
#include <string.h>

#include "id.h"
#include "assets/store.h"
#include "references/reference_store.h"
#include "store.h"

enum { LIST_LIMIT_DEFAULT = 50 };

/* ---- cursors: where a list of references goes on ---- */

static const char *
cursor_behind(struct request *req, const struct reference_page *page, const struct content_reference_row *row)
{
	const char *text = arena_printf(req->arena, "{\"of\":\"%s-%" PRId64 "\",\"i\":%" PRId64 ",\"v\":%" PRId64 ",\"p\":%" PRId64 "}", page->state, page->target_id,
	    row->source_id, row->source_version, row->place);
	return base64url_encode(req->arena, text, strlen(text));
}

static bool
read_int(const struct json_value *object, const char *name, int64_t *ret_value)
{
	const struct json_value *value = json_get(object, name);

	if (!value || value->type != JSON_INT || value->integer < 0 || value->integer > INT32_MAX)
		return false;
	*ret_value = value->integer;
	return true;
}

static bool
read_cursor(struct request *req, const char *text, struct reference_page *page)
{
	struct json_error problem;
	void *bytes = NULL;
	size_t n = 0;

	if (!base64url_decode(req->arena, text, &bytes, &n))
		return false;
	const struct json_value *object = json_parse(req->arena, bytes, n, NULL, &problem);
	const struct json_value *of = object && object->type == JSON_OBJECT ? json_get(object, "of") : NULL;
	return of && of->type == JSON_TEXT && strcmp(of->text, arena_printf(req->arena, "%s-%" PRId64, page->state, page->target_id)) == 0
	    && read_int(object, "i", &page->after.source_id) && read_int(object, "v", &page->after.version) && read_int(object, "p", &page->after.place);
}

/* ---- pages ---- */

struct shown_references {
	struct content_reference *list;
	size_t n;
	const char *next_cursor;
};

static struct content_reference
view(const struct content_reference_row *row)
{
	return (struct content_reference){ .content_item_id = row->source_id, .content_item_version_id = row->version_id, .content_type_id = row->content_type_id,
		.content_type_name = row->type_name, .content_type_slug = row->type_slug, .path = row->path, .version = row->source_version, .status = row->status,
		.is_published = row->is_published };
}

static const struct error *
read_page(struct request *req, struct reference_page *page, struct shown_references *ret_shown)
{
	int64_t limit = page->limit;
	struct shape_list rows = { .n = 0 };

	page->limit = limit + 1; /* one more tells whether there are more */
	const struct error *error = store_references_from(req, page, &rows);
	if (error)
		return error;
	const struct content_reference_row *row = rows.items;
	size_t n = rows.n > (size_t)limit ? (size_t)limit : rows.n;
	struct content_reference *list = ARENA_ARRAY(req->arena, struct content_reference, n + 1);
	for (size_t i = 0; i < n; i++)
		list[i] = view(&row[i]);
	*ret_shown = (struct shown_references){ .list = list, .n = n, .next_cursor = rows.n > n && n > 0 ? cursor_behind(req, page, &row[n - 1]) : NULL };
	return NULL;
}

/* Without a cursor from the beginning; beside the other list's cursor it is not asked for. */
static const struct error *
read_state(struct request *req, const char *kind, const struct content_items_used_by_request *in, const char *state, struct shown_references *ret_shown, int64_t *ret_total)
{
	bool is_active = strcmp(state, "active") == 0;
	const char *cursor = is_active ? in->cursor : in->historical_cursor, *other = is_active ? in->historical_cursor : in->cursor;
	struct reference_page page = { .kind = kind, .target_id = in->id, .state = state, .after = { .version = INT32_MAX }, .limit = in->limit ? *in->limit : LIST_LIMIT_DEFAULT };

	*ret_shown = (struct shown_references){ .list = ARENA_ARRAY(req->arena, struct content_reference, 1) };
	if (cursor && !read_cursor(req, cursor, &page))
		return FAIL_AT(req, INVALID_CURSOR, is_active ? "/cursor" : "/historicalCursor", "the cursor is invalid");
	const struct error *error = store_references_count(req, kind, in->id, state, ret_total);
	return error || (other && !cursor) ? error : read_page(req, &page, ret_shown);
}

static const struct error *
used_by(struct request *req, const char *kind, const struct content_items_used_by_request *in, struct content_items_used_by_response *out)
{
	struct shown_references active = { .n = 0 }, historical = { .n = 0 };
	int64_t n_active = 0, n_historical = 0;

	const struct error *error = read_state(req, kind, in, "active", &active, &n_active);
	if (!error)
		error = read_state(req, kind, in, "historical", &historical, &n_historical);
	if (error)
		return error;
	*out = (struct content_items_used_by_response){
		.active_reference_count = n_active, .historical_reference_count = n_historical,
		.active_references = { .items = active.list, .n = active.n }, .historical_references = { .items = historical.list, .n = historical.n },
		.next_cursor = active.next_cursor, .next_historical_cursor = historical.next_cursor,
	};
	return NULL;
}

const struct error *
content_items_used_by(struct request *req, const struct content_items_used_by_request *in, struct content_items_used_by_response *out)
{
	const struct content_public_row *item = NULL;
	const struct error *error = store_item_public(req, in->id, &item);

	if (error)
		return error;
	return item ? used_by(req, REFERENCE_TO_ITEM, in, out) : FAIL(req, CONTENT_ITEM_NOT_FOUND, "no content item %" PRId64, in->id);
}

const struct error *
content_assets_used_by(struct request *req, const struct content_assets_used_by_request *in, struct content_assets_used_by_response *out)
{
	const struct content_items_used_by_request asked = { .id = in->id, .limit = in->limit, .cursor = in->cursor, .historical_cursor = in->historical_cursor };
	struct content_items_used_by_response used = { .active_reference_count = 0 };
	const struct asset_row *asset = NULL;
	const struct error *error = store_asset(req, in->id, &asset);

	if (!error && !asset)
		error = FAIL(req, ASSET_NOT_FOUND, "asset %" PRId64 " does not exist", in->id);
	if (!error)
		error = used_by(req, REFERENCE_TO_ASSET, &asked, &used);
	*out = (struct content_assets_used_by_response){ .active_reference_count = used.active_reference_count, .historical_reference_count = used.historical_reference_count,
		.active_references = used.active_references, .historical_references = used.historical_references, .next_cursor = used.next_cursor,
		.next_historical_cursor = used.next_historical_cursor };
	return error;
}
