/* The statements about references as functions. */
#include "references/reference_store.h"

#include "content_queries.h"
#include "store.h"

void
store_references(struct request *req, const struct version_references *of, const struct references *references)
{
	const char **paths = ARENA_ARRAY(req->arena, const char *, references->n + 1), **kinds = ARENA_ARRAY(req->arena, const char *, references->n + 1);
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, references->n + 1);

	for (size_t i = 0; i < references->n; i++) {
		paths[i] = references->list[i].path;
		kinds[i] = references->list[i].kind;
		ids[i] = references->list[i].id;
	}
	query_send(req, &content_references_put_query,
	    PARAMS(P_INT(of->item_id), P_INT(of->version), P_INT(of->published), P_TEXT_LIST(paths, references->n), P_TEXT_LIST(kinds, references->n),
	        P_INT_LIST(ids, references->n)));
}

const struct error *
store_reference_targets(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_rows)
{
	return query_list(req, &content_reference_targets_query, PARAMS(P_INT_LIST(ids, n)), ret_rows);
}

const struct error *
store_reference_assets(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_rows)
{
	return query_list(req, &content_reference_assets_query, PARAMS(P_INT_LIST(ids, n)), ret_rows);
}

const struct error *
store_references_from(struct request *req, const struct reference_page *page, struct shape_list *ret_rows)
{
	return query_list(req, &content_references_from_query,
	    PARAMS(P_TEXT(page->kind), P_INT(page->target_id), P_TEXT(page->state), P_INT(page->after.source_id), P_INT(page->after.version),
	        P_INT(page->after.place), P_INT(page->limit), P_BOOL(page->is_without_self)),
	    ret_rows);
}

const struct error *
store_references_count(struct request *req, const char *kind, int64_t target_id, const char *state, int64_t *ret_n)
{
	const struct content_count_row *row = NULL;
	const struct error *error = query_find(req, &content_references_count_query, PARAMS(P_TEXT(kind), P_INT(target_id), P_TEXT(state)), &row);
	if (!error)
		*ret_n = row ? row->total : 0;
	return error;
}

const struct error *
store_references_to_include(struct request *req, const int64_t *ids, const int64_t *versions, size_t n, const char *const *paths, size_t n_paths,
    int64_t limit, struct shape_list *ret_rows)
{
	return query_list(req, &content_references_to_include_query,
	    PARAMS(P_INT_LIST(ids, n), P_INT_LIST(versions, n), P_TEXT_LIST(paths, n_paths), P_INT(limit)), ret_rows);
}

void
store_type_has_references(struct request *req, int64_t type_id)
{
	query_send(req, &content_type_set_references_query, PARAMS(P_INT(type_id)));
}
