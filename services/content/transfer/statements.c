/* The statements of export and import as functions. */
#include "content_queries.h"
#include "total_cache.h"
#include "transfer/transfer_store.h"

const struct error *
store_transfer_items(struct request *req, const struct transfer_place *after, int64_t limit, int64_t bytes_max, struct shape_list *ret)
{
	return query_list(req, &content_transfer_items_query, PARAMS(P_INT(after->item_id), P_INT(after->version), P_INT(limit), P_INT(bytes_max)), ret);
}

const struct error *
store_transfer_references(struct request *req, const int64_t *ids, const int64_t *versions, size_t n, int64_t limit, struct shape_list *ret)
{
	return query_list(req, &content_transfer_references_query, PARAMS(P_INT_LIST(ids, n), P_INT_LIST(versions, n), P_INT(limit)), ret);
}

const struct error *
store_transfer_migrations(struct request *req, const struct transfer_place *after, int64_t limit, struct shape_list *ret)
{
	return query_list(req, &content_transfer_migrations_query, PARAMS(P_INT(after->item_id), P_INT(after->version), P_INT(limit)), ret);
}

const struct error *
store_transfer_migration(struct request *req, int64_t type_id, int64_t schema_version, const char **ret_steps)
{
	const struct content_schema_steps_row *row = NULL;
	const struct error *error = query_find(req, &content_transfer_migration_query, PARAMS(P_INT(type_id), P_INT(schema_version)), &row);

	if (!error)
		*ret_steps = row ? row->steps : NULL;
	return error;
}

const struct error *
store_transfer_assets(struct request *req, int64_t after, int64_t limit, struct shape_list *ret)
{
	return query_list(req, &content_transfer_assets_query, PARAMS(P_INT(after), P_INT(limit)), ret);
}

const struct error *
store_transfer_lock(struct request *req)
{
	const struct transfer_lock_row *row = NULL;
	return query_find(req, &content_transfer_lock_query, PARAMS(P_INT(1)), &row);
}

const struct error *
store_transfer_ids(struct request *req, const struct content_transfer_ids_row **ret)
{
	return query_find(req, &content_transfer_ids_query, PARAMS(P_INT(1)), ret);
}

const struct error *
store_transfer_reserve(struct request *req, int64_t id)
{
	const struct content_transfer_ids_row *row = NULL;
	return query_find(req, &content_transfer_reserve_query, PARAMS(P_INT(id)), &row);
}

const struct error *
store_transfer_known(struct request *req, const int64_t *ids, const int64_t *versions, size_t n, struct shape_list *ret)
{
	return query_list(req, &content_transfer_known_query, PARAMS(P_INT_LIST(ids, n), P_INT_LIST(versions, n)), ret);
}

const struct error *
store_transfer_incomplete(struct request *req, const int64_t *ids, size_t n, int64_t *ret_id)
{
	struct shape_list rows = { .n = 0 };
	const struct error *error = query_list(req, &content_transfer_incomplete_query, PARAMS(P_INT_LIST(ids, n)), &rows);

	if (!error)
		*ret_id = rows.n > 0 ? ((const struct content_id_row *)rows.items)->id : 0;
	return error;
}

/* ---- queued ---- */

/* Exports that were made before it was kept do not tell. */
static struct db_param
schema_version_of(const struct transfer_record *record)
{
	return P_INT(record->schema_version ? *record->schema_version : 1);
}

void
store_transfer_put_type(struct request *req, const struct transfer_record *record, const char *schema_hash)
{
	query_send(req, &content_transfer_put_type_query,
	    PARAMS(P_INT(record->id), P_TEXT(record->name), P_TEXT(record->slug), P_TEXT(record->content_kind), P_TEXT(record->description), P_TEXT(record->schema),
	        P_TEXT(schema_hash), P_INT_OPT(record->base_price), P_INT(*record->version), P_TIME(*record->created_at), P_TIME(record->updated_at),
	        P_TEXT(record->updated_by), P_TEXT(record->schema_manifest), schema_version_of(record)));
}

void
store_transfer_put_migration(struct request *req, const struct transfer_record *record)
{
	query_send(req, &content_transfer_put_migration_query,
	    PARAMS(P_INT(record->id), P_INT(*record->schema_version), P_TEXT(record->steps), P_TEXT(record->updated_by), P_TIME(*record->created_at),
	        P_TIME(record->updated_at)));
}

void
store_transfer_put_asset(struct request *req, const struct transfer_record *record)
{
	const char *key = arena_printf(req->arena, "imported-%lld-%lld", (long long)req->tenant, (long long)record->id);

	query_send(req, &content_transfer_put_asset_query,
	    PARAMS(P_INT(record->id), P_INT_OPT(record->source_asset_id), P_TEXT(record->variant_key), P_DOC(record->transform_spec), P_TEXT(record->filename),
	        P_TEXT(record->original_filename), P_TEXT(record->mime_type), P_INT(*record->size_bytes), P_TEXT(record->byte_hash), P_TEXT(key),
	        P_TEXT(record->access_mode), P_TEXT(record->entitlement_scope), P_INT_OPT(record->entitlement_ref), P_TEXT(record->status),
	        P_DOC(record->metadata), P_TEXT(record->updated_by), P_TIME(*record->created_at), P_TIME(record->updated_at), P_TIME_OPT(record->deleted_at)));
}

static void
put_references(struct request *req, const struct transfer_record *record)
{
	const struct transfer_reference *reference = record->references.items;

	for (size_t i = 0; i < record->references.n; i++)
		query_gather(req, &content_transfer_put_references_query,
		    PARAMS(P_INT(record->id), P_INT(*record->version), P_INT((int64_t)i + 1), P_TEXT(reference[i].path), P_TEXT(reference[i].kind),
		        P_INT(reference[i].id), P_TEXT(reference[i].state)));
}

void
store_transfer_put_version(struct request *req, const struct transfer_record *record)
{
	query_gather(req, &content_transfer_put_version_query,
	    PARAMS(P_INT(record->id), P_INT(*record->version), P_DOC(record->data), P_TEXT(record->status), P_TIME(record->updated_at), P_TEXT(record->updated_by),
	        schema_version_of(record)));
	put_references(req, record);
}

void
store_transfer_put_item(struct request *req, const struct transfer_record *record)
{
	total_cache_touch(req->tenant);
	query_gather(req, &content_transfer_put_item_query,
	    PARAMS(P_INT(record->id), P_INT(*record->content_type_id), P_DOC(record->data), P_TEXT(record->status), P_INT(*record->version),
	        P_TIME(*record->created_at), P_TIME(record->updated_at), P_TEXT(record->updated_by), P_INT_OPT(record->published_version),
	        P_TIME_OPT(record->published_at), schema_version_of(record)));
	put_references(req, record);
}

void
store_transfer_put_fields(struct request *req, const int64_t *ids, size_t n)
{
	query_send(req, &content_fields_put_query, PARAMS(P_INT_LIST(ids, n)));
}
