/* What a version refers to, and what follows for whoever deletes it. */
#include "references/references.h"

#include <inttypes.h>
#include <string.h>

#include "id.h"
#include "past/past.h"
#include "references/reference_store.h"
#include "store.h"
#include "validation.h"

enum { SHOWN_MAX = 5, INCLUDED_MAX = 500 };

/* ---- what a version has ---- */

static bool
has_id(const int64_t *ids, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++) {
		if (ids[i] == id)
			return true;
	}
	return false;
}

static const struct content_reference_target_row *
find_target(const struct shape_list *rows, int64_t id)
{
	const struct content_reference_target_row *row = rows->items;

	for (size_t i = 0; i < rows->n; i++) {
		if (row[i].id == id)
			return &row[i];
	}
	return NULL;
}

/* By id or by slug; a list of slugs of which none is a type's allows nothing. */
static bool
is_allowed(const struct json_value *node, const struct content_reference_target_row *target)
{
	const struct json_value *ids = json_get(node, "allowedContentTypeIds"), *slugs = json_get(node, "allowedContentTypeSlugs");
	bool is_limited = false;

	for (uint32_t i = 0; ids && ids->type == JSON_LIST && i < ids->n; i++) {
		is_limited = true;
		if (ids->items[i].type == JSON_INT && ids->items[i].integer == target->content_type_id)
			return true;
	}
	for (uint32_t i = 0; slugs && slugs->type == JSON_LIST && i < slugs->n; i++) {
		is_limited = true;
		if (slugs->items[i].type == JSON_TEXT && strcmp(slugs->items[i].text, target->type_slug) == 0)
			return true;
	}
	return !is_limited;
}

/* Of a list the limits may stand on its items. */
static const struct json_value *
limits_of(const struct json_value *node)
{
	const struct json_value *items = json_get(node, "items");
	bool is_above = json_get(node, "allowedContentTypeIds") || json_get(node, "allowedContentTypeSlugs");

	return !is_above && items && items->type == JSON_OBJECT ? items : node;
}

static const struct error *
refuse(struct request *req, struct error *error, const char *path, const int64_t *ids, size_t n)
{
	struct buf buf;

	buf_init(&buf, req->arena, 128);
	buf_add_text(&buf, "{\"details\":");
	const char *details = arena_printf(req->arena, "%s %s", path[0] ? path : "/", error->message);
	buf_add_json_text(&buf, details, strlen(details));
	buf_add_text(&buf, ",\"invalidContentItemIds\":[");
	for (size_t i = 0; i < n; i++)
		buf_printf(&buf, "%s%" PRId64, i ? "," : "", ids[i]);
	buf_add_text(&buf, "]}");
	return error_at(error, arena_printf(req->arena, "/data%s", path), buf.bytes);
}

static const struct error *
refuse_missing(struct request *req, const char *path, const int64_t *ids, size_t n)
{
	return refuse(req, FAIL(req, CONTENT_REFERENCE_INVALID, "the data refers to content items that are not there"), path, ids, n);
}

static const struct error *
check_assets(struct request *req, const struct references *references)
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, references->n + 1);
	struct shape_list rows = { .n = 0 };
	size_t n = 0;
	struct buf buf;

	for (size_t i = 0; i < references->n; i++) {
		const struct reference *reference = &references->list[i];
		if (strcmp(reference->kind, REFERENCE_TO_ASSET) == 0 && !has_id(ids, n, reference->id))
			ids[n++] = reference->id;
	}
	const struct error *error = n > 0 ? store_reference_assets(req, ids, n, &rows) : NULL;
	if (error || rows.n == n)
		return error;
	const struct content_id_row *row = rows.items;
	const char *path = NULL;
	buf_init(&buf, req->arena, 128);
	for (size_t i = 0; i < references->n; i++) {
		const struct reference *reference = &references->list[i];
		bool is_there = strcmp(reference->kind, REFERENCE_TO_ASSET) != 0;
		for (size_t k = 0; !is_there && k < rows.n; k++)
			is_there = row[k].id == reference->id;
		if (is_there)
			continue;
		buf_printf(&buf, "%s%" PRId64, path ? "," : "{\"invalidAssetIds\":[", reference->id);
		path = path ? path : reference->path;
	}
	buf_add_text(&buf, "]}");
	return error_at(FAIL(req, CONTENT_REFERENCE_INVALID, "the data refers to assets that are not there or deleted"), arena_printf(req->arena, "/data%s", path), buf.bytes);
}

static const struct error *
check_items(struct request *req, const struct references *references)
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, references->n + 1), *wrong = ARENA_ARRAY(req->arena, int64_t, references->n + 1);
	const char *missing = NULL, *other = NULL;
	size_t n = 0, n_wrong = 0;
	struct shape_list rows = { .n = 0 };

	if (references->beyond_path)
		return refuse_missing(req, references->beyond_path, &references->beyond_id, 1);
	for (size_t i = 0; i < references->n; i++) {
		const struct reference *reference = &references->list[i];
		if (strcmp(reference->kind, "content_item") == 0 && !has_id(ids, n, reference->id))
			ids[n++] = reference->id;
	}
	const struct error *error = n > 0 ? store_reference_targets(req, ids, n, &rows) : NULL;
	if (error || n == 0)
		return error;
	for (int pass = 0; pass < 2 && n_wrong == 0; pass++) { /* what is missing first */
		for (size_t i = 0; i < references->n; i++) {
			const struct reference *reference = &references->list[i];
			if (strcmp(reference->kind, "content_item") != 0)
				continue;
			const struct content_reference_target_row *target = find_target(&rows, reference->id);
			if (pass == 0 ? target != NULL : is_allowed(limits_of(reference->node), target))
				continue;
			const char **first = pass == 0 ? &missing : &other;
			*first = *first ? *first : reference->path;
			wrong[n_wrong++] = reference->id;
		}
	}
	if (missing)
		return refuse_missing(req, missing, wrong, n_wrong);
	if (other)
		return refuse(req, FAIL(req, CONTENT_REFERENCE_TYPE_MISMATCH, "the data refers to content items of types that the schema does not allow there"), other, wrong, n_wrong);
	return NULL;
}

struct known_schema {
	int64_t type_id;
	const struct json_value *schema;
};

/* Parsed once for the entries of a batch that are of one type. */
static const struct error *
read_schema(struct request *req, int64_t type_id, const struct json_value **ret_schema)
{
	const struct content_schema_row *row = NULL;
	struct known_schema *known = req->memo;

	if (known && known->type_id == type_id) {
		*ret_schema = known->schema;
		return NULL;
	}
	const struct error *error = store_type_schema(req, type_id, &row);
	if (error)
		return error;
	if (!row)
		return FAIL(req, SERVICE_UNAVAILABLE, "content type %" PRId64 " was deleted meanwhile", type_id);
	error = validation_stored_data(req, (struct doc){ row->schema, strlen(row->schema) }, ret_schema);
	if (error)
		return error;
	req->memo = arena_memdup(req->arena, &(struct known_schema){ type_id, *ret_schema }, sizeof(struct known_schema));
	return NULL;
}

const struct error *
references_find(struct request *req, const struct reference_type *type, const struct json_value *data, bool is_checked, struct references *ret_references)
{
	const struct json_value *schema = NULL;

	*ret_references = (struct references){ .n = 0 };
	if (!type->has_references)
		return NULL;
	const struct error *error = read_schema(req, type->id, &schema);
	if (error)
		return error;
	references_collect(req->arena, schema, data, ret_references);
	if (ret_references->is_too_many)
		return FAIL_AT(req, CONTENT_SCHEMA_VALIDATION_FAILED, "/data", "the data has more than %d references", REFERENCES_MAX);
	error = is_checked ? check_items(req, ret_references) : NULL;
	return error || !is_checked ? error : check_assets(req, ret_references);
}

/* ---- deletion ---- */

const struct error *
references_check_unused(struct request *req, const struct reference_target *target, const bool *force)
{
	struct reference_page page = { .kind = target->kind, .target_id = target->id, .state = "active", .after = { .version = INT32_MAX }, .limit = SHOWN_MAX, .is_without_self = true };
	struct shape_list rows = { .n = 0 };
	int64_t n = 0;
	struct buf buf;

	if (force && *force)
		return NULL;
	const struct error *error = store_references_from(req, &page, &rows);
	if (error)
		return error;
	const struct content_reference_row *row = rows.items;
	if (rows.n == 0)
		return NULL;
	error = store_references_count(req, target->kind, target->id, "active", &n);
	if (error)
		return error;
	buf_init(&buf, req->arena, 256);
	buf_printf(&buf, "{\"activeReferenceCount\":%" PRId64 ",\"activeReferences\":[", n);
	for (size_t i = 0; i < rows.n; i++) {
		buf_printf(&buf, "%s{\"contentItemId\":%" PRId64 ",\"version\":%" PRId64 ",\"path\":", i ? "," : "", row[i].source_id, row[i].source_version);
		buf_add_json_text(&buf, row[i].path, strlen(row[i].path));
		buf_add_char(&buf, '}');
	}
	buf_add_text(&buf, "]}");
	const char *what = strcmp(target->kind, REFERENCE_TO_ITEM) == 0 ? "content item" : "asset";
	return error_at(error_make(req->arena, &error_catalogue[target->code], ERROR_WHERE, "%s %" PRId64 " is referred to in %" PRId64 " place%s, first by content item %" PRId64, what,
	    target->id, n, n == 1 ? "" : "s", row[0].source_id), NULL, buf.bytes);
}

/* ---- include ---- */

static const struct error *
pointers_of(struct request *req, const struct shape_list *paths, const char ***ret_pointers)
{
	const char *const *path = paths->items;
	const char **pointers = ARENA_ARRAY(req->arena, const char *, paths->n + 1);

	for (size_t i = 0; i < paths->n; i++) {
		const char *pointer = "";
		for (const char *step = path[i]; *step; step += strcspn(step, ".")) {
			step += *step == '.';
			pointer = pointer_append(req->arena, pointer, arena_strndup(req->arena, step, strcspn(step, ".")));
		}
		bool is_empty = !*pointer || strstr(pointer, "//") || pointer[strlen(pointer) - 1] == '/';
		if (is_empty || strlen(pointer) > REFERENCE_PATH_MAX)
			return FAIL_AT(req, CONTENT_ITEMS_INCLUDE_FIELD_UNKNOWN, "/include", "'%.100s' is no path of a reference", path[i]);
		pointers[i] = pointer;
	}
	*ret_pointers = pointers;
	return NULL;
}

static const struct error *
add_included(struct request *req, const struct content_item_row *row, struct content_item *items, size_t *n)
{
	if (!row || !row->version)
		return NULL; /* not there, or not public */
	if (!row->data.json)
		return FAIL(req, RESPONSE_TOO_LARGE, "the included items hold more than %d bytes of data", PAGE_BYTES_MAX);
	items[(*n)++] = content_item_view(req, row);
	return NULL;
}

static const struct error *
include_past(struct request *req, const int64_t *ids, size_t n, const struct include_view *view, struct shape_list *ret_included)
{
	struct past_wish *wishes = ARENA_ARRAY(req->arena, struct past_wish, n + 1);
	const struct content_item_row **rows = ARENA_ARRAY(req->arena, const struct content_item_row *, n + 1);
	const struct error **errors = ARENA_ARRAY(req->arena, const struct error *, n + 1);
	struct content_item *items = ARENA_ARRAY(req->arena, struct content_item, n + 1);
	size_t n_items = 0;

	for (size_t i = 0; i < n; i++)
		wishes[i] = (struct past_wish){ ids[i], *view->as_of, view->is_published };
	const struct error *error = n > 0 ? past_items(req, wishes, n, rows, errors) : NULL;
	for (size_t i = 0; !error && i < n; i++)
		error = errors[i] ? errors[i] : add_included(req, rows[i], items, &n_items);
	*ret_included = (struct shape_list){ .items = items, .n = n_items };
	return error;
}

static const struct error *
include_present(struct request *req, const int64_t *ids, size_t n, bool is_published_view, struct shape_list *ret_included)
{
	struct shape_list heads = { .n = 0 }, snapshots = { .n = 0 };
	struct item_ids wanted = { .heads = is_published_view ? NULL : ids, .n_heads = is_published_view ? 0 : n,
		.snapshots = is_published_view ? ids : NULL, .n_snapshots = is_published_view ? n : 0 };
	const struct error *error = n > 0 ? store_items_by_id(req, &wanted, &heads, &snapshots) : NULL;
	const struct shape_list *rows = is_published_view ? &snapshots : &heads;
	struct content_item *items = ARENA_ARRAY(req->arena, struct content_item, rows->n + 1);
	size_t n_items = 0;

	for (size_t i = 0; !error && i < rows->n; i++)
		error = add_included(req, (const struct content_item_row *)rows->items + i, items, &n_items);
	*ret_included = (struct shape_list){ .items = items, .n = n_items };
	return error;
}

const struct error *
references_include(struct request *req, const struct shape_list *items, const struct shape_list *paths, const struct include_view *view, struct shape_list *ret_included)
{
	const struct content_item *item = items->items;
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, items->n + 1), *versions = ARENA_ARRAY(req->arena, int64_t, items->n + 1);
	struct shape_list targets = { .n = 0 };
	const char **pointers = NULL;

	const struct error *error = pointers_of(req, paths, &pointers);
	for (size_t i = 0; i < items->n; i++) {
		ids[i] = item[i].id;
		versions[i] = item[i].version;
	}
	if (!error && items->n > 0)
		error = store_references_to_include(req, ids, versions, items->n, pointers, paths->n, INCLUDED_MAX, &targets);
	if (error)
		return error;
	int64_t *found = ARENA_ARRAY(req->arena, int64_t, targets.n + 1);
	for (size_t i = 0; i < targets.n; i++)
		found[i] = ((const struct content_id_row *)targets.items)[i].id;
	if (view->as_of)
		return include_past(req, found, targets.n, view, ret_included);
	return include_present(req, found, targets.n, view->is_published, ret_included);
}
