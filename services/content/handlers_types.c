/* What each operation on content types decides. */
#include <inttypes.h>
#include <string.h>

#include "conflict.h"
#include "content.h"
#include "contract/policy.h"
#include "id.h"
#include "licensing/gate.h"
#include "model/source.h"
#include "query/fields.h"
#include "rules.h"
#include "store.h"
#include "types_put.h"

enum { LIST_LIMIT_DEFAULT = 50 };

bool
content_is_public_reader(const struct request *req)
{
	static const char *const more[] = { "content:read", "content:write", "admin", "tenant:admin" };

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		if (principal_has_scope(req->principal, more[i]))
			return false;
	}
	return principal_has_scope(req->principal, "content:read:published");
}

struct content_type
content_type_view(const struct content_type_row *row)
{
	return (struct content_type){
		.id = row->id, .name = row->name, .slug = row->slug, .kind = row->kind, .description = row->description,
		.schema = row->schema, .schema_manifest = row->schema_manifest, .base_price = row->base_price, .version = row->version, .schema_version = row->schema_version,
		.created_at = row->created_at, .updated_at = row->updated_at,
	};
}

/* No list at all rather than an empty one. */
static struct shape_list
shown_warnings(const struct shape_list *warnings)
{
	return warnings->n > 0 ? *warnings : (struct shape_list){ .items = NULL };
}

static const struct error *
check_slug(struct request *req, const char *slug)
{
	if (!slug || rules_slug_is_valid(slug))
		return NULL;
	return FAIL_AT(req, VALIDATION_ERROR, "/slug", "'%s' is not a valid slug: use lower-case letters, digits and hyphens or underscores between them, not digits alone", slug);
}

static const struct error *
type_not_found(struct request *req, int64_t id)
{
	return FAIL(req, CONTENT_TYPE_NOT_FOUND, "content type %" PRId64 " does not exist", id);
}

/* Lock a type and hold the caller's version token against it. */
static const struct error *
lock_type(struct request *req, int64_t id, const int64_t *expected_version, const struct content_type_row **ret_type)
{
	const struct content_type_row *row = NULL;
	const struct error *error = store_type_lock(req, id, &row);
	if (error)
		return error;
	if (!row)
		return type_not_found(req, id);
	if (!rules_token_is_current(expected_version, row->version)) {
		struct content_type theirs = content_type_view(row);
		return conflict_type(req, *expected_version, &theirs, row->updated_by);
	}
	*ret_type = row;
	return NULL;
}

const struct error *
content_types_create(struct request *req, const struct content_types_create_request *in, struct content_type *out)
{
	struct content_type_row row = {
		.name = in->name, .slug = in->slug, .kind = in->kind ? in->kind : "collection",
		.description = in->description && in->description[0] ? in->description : NULL,
		.base_price = in->base_price, .created_at = rules_stored_time(req->now_us),
	};
	struct shape_list warnings = { .n = 0 };
	const struct error *error = check_slug(req, in->slug);
	if (error)
		return error;
	if (!in->schema.json && !in->schema_manifest.json)
		return FAIL_AT(req, CONTENT_TYPE_SCHEMA_SOURCE_REQUIRED, "/schema", "the content type has neither a schema nor a manifest");
	struct schema_source source = { .schema = in->schema, .manifest = in->schema_manifest };
	error = source_take(req, &source, &row, &warnings);
	if (error)
		return error;

	if (in->base_price)
		gate_touch(req->tenant);
	const struct content_type_row *made = NULL;
	error = store_type_insert(req, &row, &made);
	if (!error)
		error = fields_follow_schema(req, made->id, made->schema, true);
	if (error)
		return error;
	*out = content_type_view(made);
	out->warnings = shown_warnings(&warnings);
	if (req->dry_run)
		out->id = 0; /* the one it would get is not known before it is created */
	emit_content_type_create(req, made->id, made->version, &(struct content_type_create_event){
	    .name = made->name, .slug = made->slug, .kind = made->kind, .schema_hash = made->schema_hash });
	return NULL;
}

/* ---- list ---- */

static const struct content_type_stats *
stats_of(struct arena *arena, int64_t type_id, const struct shape_list *rows)
{
	struct content_type_stats *stats = ARENA_NEW(arena, struct content_type_stats);
	const struct content_type_stats_row *row = rows->items;
	struct buf counts;

	buf_init(&counts, arena, 64);
	buf_add_char(&counts, '{');
	for (size_t i = 0; i < rows->n; i++, row++) {
		if (row->content_type_id != type_id)
			continue;
		stats->item_count += row->total;
		if (!stats->last_item_updated_at || *stats->last_item_updated_at < row->last_updated_at)
			stats->last_item_updated_at = &row->last_updated_at;
		if (counts.len > 1)
			buf_add_char(&counts, ',');
		buf_add_json_text(&counts, row->status, strlen(row->status));
		buf_printf(&counts, ":%" PRId64, row->total);
	}
	buf_add_char(&counts, '}');
	stats->status_counts = (struct doc){ .json = counts.bytes, .len = counts.len };
	return stats;
}

static const struct error *
add_stats(struct request *req, struct content_type *types, size_t n)
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n);
	struct shape_list rows = { .n = 0 };

	for (size_t i = 0; i < n; i++)
		ids[i] = types[i].id;
	const struct error *error = store_types_stats(req, ids, n, &rows);
	if (error)
		return error;
	for (size_t i = 0; i < n; i++)
		types[i].stats = stats_of(req->arena, types[i].id, &rows);
	return NULL;
}

const struct error *
content_types_list(struct request *req, const struct content_types_list_request *in, struct content_types_list_response *out)
{
	int64_t limit = in->limit ? *in->limit : LIST_LIMIT_DEFAULT;
	struct type_list list = { .limit = limit + 1, .offset = in->offset ? *in->offset : 0 }; /* one more tells hasMore */
	struct shape_list rows;
	int64_t total = 0;

	if (in->cursor && (list.offset || !cursor_read_rows(req->arena, in->cursor, "types", &list.after)))
		return FAIL_AT(req, INVALID_CURSOR, "/cursor", list.offset ? "the list has a cursor and an offset" : "the cursor is invalid");
	const struct error *error = store_types(req, &list, &rows, &total);
	if (error)
		return error;
	size_t n = rows.n > (size_t)limit ? (size_t)limit : rows.n;
	struct content_type *types = ARENA_ARRAY(req->arena, struct content_type, n + 1);
	const struct content_type_row *row = rows.items;
	for (size_t i = 0; i < n; i++)
		types[i] = content_type_view(&row[i]);
	if (in->include_stats && *in->include_stats && n > 0 && !content_is_public_reader(req)) { /* they would tell of drafts */
		error = add_stats(req, types, n);
		if (error)
			return error;
	}
	*out = (struct content_types_list_response){
		.types = { .items = types, .n = n }, .total = total < LIST_TOTAL_MAX ? total : LIST_TOTAL_MAX,
		.total_is_exact = total <= LIST_TOTAL_MAX, .limit = limit, .offset = list.offset, .has_more = rows.n > n,
		.next_cursor = rows.n > n && n > 0 ? cursor_of_rows(req->arena, "types", types[n - 1].id) : NULL,
	};
	return NULL;
}

static const struct content_type_row *
find_row(const struct shape_list *rows, int64_t id)
{
	const struct content_type_row *row = rows->items;

	for (size_t i = 0; i < rows->n; i++) { /* a batch is small: a table would cost more */
		if (row[i].id == id)
			return &row[i];
	}
	return NULL;
}

const struct error *
content_types_get(struct request *req, size_t n, const struct content_types_get_request *const in[],
    struct content_type *const out[], const struct error *errors[])
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n);
	struct shape_list rows = { .n = 0 };

	for (size_t i = 0; i < n; i++)
		ids[i] = in[i]->id;
	const struct error *error = store_types_by_id(req, ids, n, &rows);
	if (error)
		return error;
	for (size_t i = 0; i < n; i++) {
		const struct content_type_row *row = find_row(&rows, in[i]->id);
		if (row)
			*out[i] = content_type_view(row);
		else
			errors[i] = type_not_found(req, in[i]->id);
	}
	return NULL;
}

/* ---- update ---- */

static bool
is_empty(const struct content_types_update_request *in)
{
	return !in->name && !in->slug && !in->kind && !in->description && !in->schema.json && !in->schema_manifest.json
	    && !in->base_price && in->steps.n == 0;
}

/* The request's fields in place of the old ones. */
static const struct error *
apply_update(struct request *req, const struct content_types_update_request *in, struct content_type_row *row, struct shape_list *ret_warnings)
{
	if (in->name)
		row->name = in->name;
	if (in->slug)
		row->slug = in->slug;
	if (in->kind)
		row->kind = in->kind;
	if (in->description)
		row->description = in->description[0] ? in->description : NULL;
	if (in->base_price)
		row->base_price = in->base_price;
	if (!in->schema.json && !in->schema_manifest.json)
		return NULL;
	struct schema_source source = { .schema = in->schema, .manifest = in->schema_manifest };
	return source_take(req, &source, row, ret_warnings);
}

const struct error *
content_types_update(struct request *req, const struct content_types_update_request *in, struct content_type *out)
{
	struct type_put put = { .steps = &in->steps, .is_forced = in->force && *in->force, .is_report = req->dry_run };

	if (is_empty(in))
		return FAIL(req, EMPTY_UPDATE_BODY, "the update changes nothing");
	const struct error *error = check_slug(req, in->slug);
	if (!error)
		error = lock_type(req, in->id, in->expected_version, &put.old);
	if (error)
		return error;
	put.row = *put.old;
	error = apply_update(req, in, &put.row, &put.warnings);
	return error ? error : type_put(req, &put, out);
}

const struct error *
content_types_delete(struct request *req, const struct content_types_delete_request *in, struct confirmation *out)
{
	const struct content_type_row *row = NULL;
	int64_t n = 0;

	const struct error *error = lock_type(req, in->id, in->expected_version, &row);
	if (!error)
		error = store_type_items_count(req, in->id, LIST_TOTAL_MAX, &n);
	if (error)
		return error;
	if (n > 0)
		return FAIL_WITH(req, CONTENT_TYPE_IN_USE, arena_printf(req->arena, "{\"itemCount\":%" PRId64 "}", n),
		    "content type %" PRId64 " has %" PRId64 " items", in->id, n);

	store_type_delete(req, in->id);
	*out = (struct confirmation){ .id = in->id, .message = arena_printf(req->arena, "content type %" PRId64 " deleted", in->id) };
	emit_content_type_delete(req, in->id, row->version, &(struct content_type_delete_event){
	    .name = row->name, .slug = row->slug, .kind = row->kind });
	return NULL;
}
