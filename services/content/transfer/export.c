/* Everything there is, a page at a time: types, then what led to their schemas, then assets, then items with their versions. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "id.h"
#include "rules.h"
#include "store.h"
#include "transfer/transfer.h"
#include "transfer/transfer_store.h"

enum { EXPORT_BYTES_MAX = 3 * 512 * 1024, EXPORT_REFERENCES_MAX = 20000 };

/* Where a page begins: behind a row of one of them. */
enum section { SECTION_TYPES, SECTION_MIGRATIONS, SECTION_ASSETS, SECTION_ITEMS, SECTIONS };

struct position {
	enum section section;
	struct transfer_place after;
};

static const char *
cursor_of(struct request *req, const struct position *position)
{
	const char *text = arena_printf(req->arena, "%d.%" PRId64 ".%" PRId64, (int)position->section, position->after.item_id, position->after.version);
	return base64url_encode(req->arena, text, strlen(text));
}

static bool
read_cursor(struct request *req, const char *cursor, struct position *ret_position)
{
	struct position position = { .section = SECTION_TYPES };
	int section = 0, n_read = 0;
	void *bytes = NULL;
	size_t n = 0;

	if (!base64url_decode(req->arena, cursor, &bytes, &n) || n > 40)
		return false;
	const char *text = arena_strndup(req->arena, bytes, n);
	if (sscanf(text, "%2d.%10" SCNd64 ".%10" SCNd64 "%n", &section, &position.after.item_id, &position.after.version, &n_read) != 3 || (size_t)n_read != n)
		return false;
	if (section < 0 || section >= SECTIONS || position.after.item_id < 0 || position.after.item_id > INT32_MAX || position.after.version < 0 || position.after.version > INT32_MAX)
		return false;
	position.section = (enum section)section;
	*ret_position = position;
	return true;
}

/* ---- records ---- */

static struct doc
doc_of(const char *text)
{
	return (struct doc){ .json = text, .len = text ? strlen(text) : 0 };
}

/* Members that a record may lack are pointers, rows have values: they are kept in the row. */
static struct transfer_record
type_record(const struct content_type_row *row)
{
	return (struct transfer_record){ .kind = RECORD_TYPE, .id = row->id, .version = &row->version, .schema_version = &row->schema_version, .created_at = &row->created_at, .updated_at = row->updated_at,
		.updated_by = row->updated_by, .slug = row->slug, .name = row->name, .content_kind = row->kind, .description = row->description,
		.base_price = row->base_price, .schema_manifest = row->schema_manifest, .schema = row->schema };
}

static struct transfer_record
migration_record(const struct content_transfer_migration_row *row)
{
	return (struct transfer_record){ .kind = RECORD_MIGRATION, .id = row->content_type_id, .schema_version = &row->schema_version, .created_at = &row->started_at,
		.updated_at = row->updated_at, .updated_by = row->started_by, .steps = row->steps };
}

static struct transfer_record
asset_record(const struct asset_row *row)
{
	return (struct transfer_record){ .kind = RECORD_ASSET, .id = row->id, .status = row->status, .created_at = &row->created_at, .updated_at = row->updated_at,
		.deleted_at = row->deleted_at, .updated_by = row->uploader_actor_id, .filename = row->filename, .original_filename = row->original_filename,
		.mime_type = row->mime_type, .size_bytes = &row->size_bytes, .byte_hash = row->byte_hash, .access_mode = row->access_mode,
		.entitlement_scope = row->entitlement_scope_type, .entitlement_ref = row->entitlement_scope_ref, .source_asset_id = row->source_asset_id,
		.variant_key = row->variant_key, .transform_spec = doc_of(row->transform_spec), .metadata = doc_of(row->metadata) };
}

static struct transfer_record
item_record(const struct content_transfer_row *row)
{
	struct transfer_record record = { .kind = row->is_head ? RECORD_ITEM : RECORD_VERSION, .id = row->item_id, .content_type_id = &row->content_type_id,
		.version = &row->version, .schema_version = &row->schema_version, .status = row->status, .updated_at = row->updated_at, .updated_by = row->updated_by, .data = row->data };

	if (row->is_head) {
		record.created_at = &row->created_at;
		record.published_version = row->published_version;
		record.published_at = row->published_at;
	}
	return record;
}

/* ---- sections ---- */

struct page {
	struct transfer_record *records;
	size_t n, limit;
	size_t n_bytes; /* of schemas */
	struct position end; /* behind the last record */
	bool is_full;   /* there may be more in this section */
};

/* A page ends where its schemas have become too much; one always fits. */
static bool
has_room(struct page *page, size_t n_bytes)
{
	page->n_bytes += n_bytes;
	return page->n == 0 || page->n_bytes <= EXPORT_BYTES_MAX;
}

static const struct error *
read_types(struct request *req, const struct position *from, struct page *page)
{
	struct type_list list = { .after = from->after.item_id, .limit = (int64_t)page->limit };
	struct shape_list rows = { .n = 0 };
	int64_t total = 0;

	const struct error *error = store_types(req, &list, &rows, &total);
	if (error)
		return error;
	const struct content_type_row *row = rows.items;
	for (size_t i = 0; i < rows.n; i++) {
		if (!has_room(page, strlen(row[i].schema) + (row[i].schema_manifest ? strlen(row[i].schema_manifest) : 0))) {
			page->is_full = true;
			return NULL;
		}
		page->records[page->n++] = type_record(&row[i]);
		page->end.after.item_id = row[i].id;
	}
	page->is_full = rows.n == page->limit;
	return NULL;
}

static const struct error *
read_migrations(struct request *req, const struct position *from, struct page *page)
{
	struct shape_list rows = { .n = 0 };

	const struct error *error = store_transfer_migrations(req, &from->after, (int64_t)page->limit, &rows);
	if (error)
		return error;
	const struct content_transfer_migration_row *row = rows.items;
	for (size_t i = 0; i < rows.n; i++) {
		if (!has_room(page, strlen(row[i].steps))) {
			page->is_full = true;
			return NULL;
		}
		page->records[page->n++] = migration_record(&row[i]);
		page->end.after = (struct transfer_place){ row[i].content_type_id, row[i].schema_version };
	}
	page->is_full = rows.n == page->limit;
	return NULL;
}

static const struct error *
read_assets(struct request *req, const struct position *from, struct page *page)
{
	struct shape_list rows = { .n = 0 };

	const struct error *error = store_transfer_assets(req, from->after.item_id, (int64_t)page->limit, &rows);
	if (error)
		return error;
	const struct asset_row *row = rows.items;
	for (size_t i = 0; i < rows.n; i++) {
		if (!has_room(page, strlen(row[i].metadata) + (row[i].transform_spec ? strlen(row[i].transform_spec) : 0))) {
			page->is_full = true;
			return NULL;
		}
		page->records[page->n++] = asset_record(&row[i]);
		page->end.after.item_id = row[i].id;
	}
	page->is_full = rows.n == page->limit;
	return NULL;
}

static const struct error *
add_references(struct request *req, struct page *page)
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, page->n + 1), *versions = ARENA_ARRAY(req->arena, int64_t, page->n + 1);
	struct shape_list rows = { .n = 0 };
	size_t at = 0;

	for (size_t i = 0; i < page->n; i++) {
		ids[i] = page->records[i].id;
		versions[i] = *page->records[i].version;
	}
	const struct error *error = page->n > 0 ? store_transfer_references(req, ids, versions, page->n, EXPORT_REFERENCES_MAX, &rows) : NULL;
	if (error)
		return error;
	if (rows.n == EXPORT_REFERENCES_MAX)
		return FAIL_AT(req, RESPONSE_TOO_LARGE, "/limit", "the page would hold more than %d references: ask for fewer records", EXPORT_REFERENCES_MAX);
	const struct content_transfer_reference_row *row = rows.items;
	struct transfer_reference *references = ARENA_ARRAY(req->arena, struct transfer_reference, rows.n + 1);
	for (size_t i = 0; i < page->n; i++) {
		size_t first = at;
		for (; at < rows.n && row[at].source_id == ids[i] && row[at].source_version == versions[i]; at++)
			references[at] = (struct transfer_reference){ .path = row[at].path, .kind = row[at].target_kind, .id = row[at].target_id, .state = row[at].state };
		if (at > first)
			page->records[i].references = (struct shape_list){ .items = references + first, .n = at - first };
	}
	return NULL;
}

static const struct error *
read_items(struct request *req, const struct position *from, struct page *page)
{
	struct shape_list rows = { .n = 0 };

	const struct error *error = store_transfer_items(req, &from->after, (int64_t)page->limit, EXPORT_BYTES_MAX, &rows);
	if (error)
		return error;
	const struct content_transfer_row *row = rows.items;
	for (size_t i = 0; i < rows.n && row[i].data.json; i++) {
		page->records[page->n++] = item_record(&row[i]);
		page->end.after = (struct transfer_place){ row[i].item_id, row[i].version };
	}
	page->is_full = page->n < rows.n || rows.n == page->limit;
	return add_references(req, page);
}

static const struct error *(*const readers[SECTIONS])(struct request *, const struct position *, struct page *) = {
	[SECTION_TYPES] = read_types, [SECTION_MIGRATIONS] = read_migrations, [SECTION_ASSETS] = read_assets, [SECTION_ITEMS] = read_items,
};

const struct error *
content_transfer_export(struct request *req, const struct content_transfer_export_request *in, struct content_transfer_export_response *out)
{
	struct position from = { .section = SECTION_TYPES };
	struct page page = { .limit = (size_t)*in->limit };

	if (in->cursor && !read_cursor(req, in->cursor, &from))
		return FAIL_AT(req, INVALID_CURSOR, "/cursor", "the cursor is invalid: send a nextCursor as it was received, or none");
	page.records = ARENA_ARRAY(req->arena, struct transfer_record, page.limit + 1);
	page.end = from;
	const struct error *error = readers[from.section](req, &from, &page);
	if (error)
		return error;
	bool has_more = page.is_full || from.section + 1 < SECTIONS;
	if (!page.is_full)
		page.end = (struct position){ .section = from.section + 1 };
	*out = (struct content_transfer_export_response){ .records = { page.records, page.n }, .limit = *in->limit, .has_more = has_more,
		.next_cursor = has_more ? cursor_of(req, &page.end) : NULL };
	return NULL;
}
