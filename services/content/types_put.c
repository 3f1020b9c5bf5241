/* A type's new state, held against its items. */
#include "types_put.h"

#include <inttypes.h>
#include <string.h>

#include "licensing/gate.h"
#include "query/fields.h"
#include "rules.h"
#include "schema_change/chain.h"
#include "schema_change/migrate.h"
#include "schema_change/report.h"
#include "store.h"

static bool
is_other_text(const char *before, const char *after)
{
	return strcmp(before ? before : "", after ? after : "") != 0;
}

/* Names of what differs; raises the schema's version where it does. */
static struct shape_list
note_changes(struct request *req, struct type_put *put)
{
	const struct content_type_row *old = put->old;
	struct content_type_row *row = &put->row;
	const char **names = ARENA_ARRAY(req->arena, const char *, 7);
	size_t n = 0;

	if (strcmp(old->name, row->name) != 0)
		names[n++] = "name";
	if (strcmp(old->slug, row->slug) != 0)
		names[n++] = "slug";
	if (strcmp(old->kind, row->kind) != 0)
		names[n++] = "kind";
	if (is_other_text(old->description, row->description))
		names[n++] = "description";
	if (strcmp(old->schema_hash, row->schema_hash) != 0)
		names[n++] = "schema";
	if (strcmp(old->schema_hash, row->schema_hash) != 0 || (put->steps && put->steps->n > 0))
		row->schema_version++;
	if (is_other_text(old->schema_manifest, row->schema_manifest))
		names[n++] = "schemaManifest";
	if ((old->base_price ? *old->base_price : -1) != (row->base_price ? *row->base_price : -1)) {
		names[n++] = "basePrice";
		gate_touch(req->tenant);
	}
	return (struct shape_list){ .items = names, .n = n };
}

/* Items cannot appear meanwhile: the type is locked. */
static const struct error *
check_singleton(struct request *req, const struct content_type_row *old, const struct content_type_row *row)
{
	int64_t n = 0;

	if (strcmp(row->kind, "singleton") != 0 || strcmp(old->kind, "singleton") == 0)
		return NULL;
	const struct error *error = store_type_items_count(req, row->id, LIST_TOTAL_MAX, &n);
	if (error || n <= 1)
		return error;
	return FAIL_WITH(req, SINGLETON_CONTENT_TYPE_REQUIRES_ONE_ITEM, arena_printf(req->arena, "{\"itemCount\":%" PRId64 "}", n),
	    "content type %" PRId64 " has %" PRId64 " items", row->id, n);
}

/* What takes the items there are to the schema of the row, or NULL. */
static const struct error *
read_chain(struct request *req, const struct type_put *put, const struct schema_chain **ret_chain)
{
	struct schema_steps steps = { .n = 0 };

	if (!put->steps || put->steps->n == 0)
		return NULL;
	struct schema_chain *chain = ARENA_NEW(req->arena, struct schema_chain);
	const struct error *error = chain_read_steps(req, put->steps, &steps);
	if (!error)
		error = chain_load(req, put->row.id, 0, chain);
	if (error)
		return error;
	chain_append(chain, put->row.schema_version, &steps);
	*ret_chain = chain;
	return NULL;
}

/* What a changed schema would break has to be forced. */
static const struct error *
check_change(struct request *req, const struct type_put *put, const struct schema_change **ret_change)
{
	const struct schema_chain *chain = NULL;

	if (put->old->schema_version == put->row.schema_version)
		return NULL;
	const struct error *error = put->is_forced ? NULL : migrate_check_idle(req, put->old->id);
	if (!error)
		error = read_chain(req, put, &chain);
	if (!error)
		error = change_report(req, put->old, &put->row, chain, ret_change);
	if (error || !change_is_breaking(*ret_change) || put->is_forced || put->is_report)
		return error;
	return FAIL_WITH(req, CONTENT_SCHEMA_INCOMPATIBLE, change_context(req, *ret_change), "%" PRId64 " of %" PRId64 " items that were checked do not satisfy the new schema%s",
	    (*ret_change)->breaking_count, (*ret_change)->checked_count, chain ? ", after the steps either" : "");
}

static const struct error *
put_row(struct request *req, struct type_put *put, const struct shape_list *changed, struct content_type *out)
{
	const struct schema_change *change = NULL;
	const struct schema_migration *migration = NULL;
	struct content_type_row *row = &put->row;

	const struct error *error = check_singleton(req, put->old, row);
	if (!error)
		error = check_change(req, put, &change);
	if (error)
		return error;
	row->updated_at = rules_change_time(req->now_us, put->old->updated_at);
	store_type_update(req, row);
	if (strcmp(put->old->schema_hash, row->schema_hash) != 0)
		error = fields_follow_schema(req, row->id, row->schema, false);
	if (!error && put->steps && put->steps->n > 0)
		error = migrate_start(req, row, put->steps, &migration);
	if (error)
		return error;
	row->version++;
	*out = content_type_view(row);
	if (put->warnings.n > 0)
		out->warnings = put->warnings;
	out->schema_change = change;
	out->migration = migration;
	emit_content_type_update(req, row->id, row->version, &(struct content_type_update_event){
	    .name = row->name, .slug = row->slug, .kind = row->kind, .schema_hash = row->schema_hash, .changed_fields = *changed });
	return NULL;
}

const struct error *
type_put(struct request *req, struct type_put *put, struct content_type *out)
{
	struct shape_list changed = note_changes(req, put);

	return put_row(req, put, &changed, out);
}

const struct error *
type_put_back(struct request *req, int64_t id, const struct content_type_row *then, bool *ret_is_unchanged)
{
	struct type_put put = { .old = NULL };
	struct content_type out = { .id = 0 };

	const struct error *error = store_type_lock(req, id, &put.old);
	if (error)
		return error;
	if (!put.old)
		return FAIL(req, CONTENT_TYPE_NOT_FOUND, "content type %" PRId64 " does not exist", id);
	put.row = *put.old;
	put.row.name = then->name;
	put.row.slug = then->slug;
	put.row.kind = then->kind;
	put.row.description = then->description;
	put.row.schema = then->schema;
	put.row.schema_hash = then->schema_hash;
	put.row.schema_manifest = then->schema_manifest;
	put.row.base_price = then->base_price;
	struct shape_list changed = note_changes(req, &put);
	*ret_is_unchanged = changed.n == 0;
	return changed.n > 0 ? put_row(req, &put, &changed, &out) : NULL;
}
