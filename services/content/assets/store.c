/* The statements about assets as functions. */
#include "assets/store.h"

#include <stdlib.h>

#include "content_queries.h"
#include "undo/things.h"

const struct error *
store_asset_insert(struct request *req, const struct asset_row *row, const struct asset_row **ret)
{
	const struct principal *who = req->actor ? req->actor : req->principal;

	const struct error *error = query_find(req, &content_asset_insert_query,
	    PARAMS(P_INT_OPT(row->source_asset_id), P_TEXT(row->variant_key), P_TEXT(row->transform_spec), P_TEXT(row->filename),
	        P_TEXT(row->original_filename), P_TEXT(row->mime_type), P_INT(row->size_bytes), P_TEXT(row->byte_hash), P_TEXT(row->storage_key),
	        P_TEXT(row->access_mode), P_TEXT(row->entitlement_scope_type), P_INT_OPT(row->entitlement_scope_ref), P_TEXT(row->metadata),
	        P_TEXT(who->id), P_TEXT(who->type), P_TEXT(who->source), P_TIME(req->now_us), P_TEXT(row->storage_provider)),
	    ret);
	if (!error)
		change_note(req, &(struct change_note){ "asset", "create", (*ret)->id, .is_there = true });
	return error;
}

const struct error *
store_asset(struct request *req, int64_t id, const struct asset_row **ret)
{
	return query_find(req, &content_asset_get_query, PARAMS(P_INT(id)), ret);
}

const struct error *
store_asset_lock(struct request *req, int64_t id, const struct asset_row **ret)
{
	return query_find(req, &content_asset_lock_query, PARAMS(P_INT(id)), ret);
}

const struct error *
store_asset_open(struct request *req, int64_t id, const struct asset_row **ret)
{
	return query_find(req, &content_asset_open_query, PARAMS(P_INT(id)), ret);
}

const struct error *
store_assets(struct request *req, const struct asset_page *page, struct shape_list *ret)
{
	if (page->source_id)
		return query_list(req, &content_asset_derivatives_query, PARAMS(P_INT(*page->source_id), P_INT(page->before), P_TEXT(page->status),
		    P_TEXT(page->access_mode), P_TEXT(page->q), P_INT(page->limit)), ret);
	return query_list(req, &content_assets_list_query, PARAMS(P_TEXT(page->status), P_INT(page->before), P_TEXT(page->access_mode),
	    P_TEXT(page->q), P_INT(page->limit)), ret);
}

const struct error *
store_asset_has_derivative(struct request *req, int64_t id, bool *ret)
{
	const struct content_id_row *row = NULL;
	const struct error *error = query_find(req, &content_asset_has_derivative_query, PARAMS(P_INT(id)), &row);

	*ret = row != NULL;
	return error;
}

void
store_asset_status(struct request *req, int64_t id, const char *status, const int64_t *deleted_at)
{
	change_note(req, &(struct change_note){ "asset", deleted_at ? "delete" : "restore", id, .was_there = deleted_at != NULL, .is_there = deleted_at == NULL });
	query_send(req, &content_asset_status_query, PARAMS(P_INT(id), P_TEXT(status), P_TIME_OPT(deleted_at), P_TIME(req->now_us)));
}

void
store_asset_remove(struct request *req, int64_t id)
{
	change_note(req, &(struct change_note){ .kind = "asset", .action = "purge", .id = id });
	query_send(req, &content_asset_remove_query, PARAMS(P_INT(id)));
}

const struct error *
store_asset_orphans(struct request *req, const char *const *keys, size_t n, struct shape_list *ret)
{
	int64_t *tenants = ARENA_ARRAY(req->arena, int64_t, n + 1);

	for (size_t i = 0; i < n; i++)
		tenants[i] = strtoll(keys[i], NULL, 10);
	return query_list(req, &content_asset_orphans_query, PARAMS(P_INT_LIST(tenants, n), P_TEXT_LIST(keys, n)), ret);
}
