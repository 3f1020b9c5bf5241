/* Rows of embeddings: one call, one statement. */
#include "store.h"

/* ---- where items stand ---- */

void
store_index_touch(struct request *req, const int64_t *ids, size_t n)
{
	query_send(req, &embeddings_index_touch_query, PARAMS(P_INT(req->tenant), P_INT_LIST(ids, n)));
}

void
store_index_note(struct request *req, const int64_t *ids, size_t n)
{
	query_send(req, &embeddings_index_note_query, PARAMS(P_INT(req->tenant), P_INT_LIST(ids, n)));
}

void
store_chunks_remove_of(struct request *req, const int64_t *ids, size_t n)
{
	query_send(req, &embeddings_chunks_remove_of_query, PARAMS(P_INT_LIST(ids, n)));
}

const struct error *
store_index_lock(struct request *req, int64_t id, const struct search_index_row **ret_row)
{
	return query_find(req, &embeddings_index_lock_query, PARAMS(P_INT(id)), ret_row);
}

const struct error *
store_hash_list(struct request *req, int64_t id, const char *model, struct shape_list *ret_rows)
{
	return query_list(req, &embeddings_hash_list_query, PARAMS(P_INT(id), P_TEXT(model)), ret_rows);
}

void
store_index_confirm(struct request *req, int64_t id)
{
	query_send(req, &embeddings_index_confirm_query, PARAMS(P_INT(id)));
}

void
store_index_fail(struct request *req, int64_t id, const char *code)
{
	query_send(req, &embeddings_index_fail_query, PARAMS(P_INT(id), P_TEXT(code)));
}

void
store_drafts_write(struct request *req, int64_t id, const char *model, struct doc vectors)
{
	query_send(req, &embeddings_drafts_write_query, PARAMS(P_INT(req->tenant), P_INT(id), P_TEXT(model), P_DOC(vectors)));
}

void
store_drafts_remove(struct request *req, int64_t id)
{
	query_send(req, &embeddings_drafts_remove_query, PARAMS(P_INT(id)));
}

const struct error *
store_index_of_type(struct request *req, int64_t type_id, int64_t after, int64_t limit, struct shape_list *ret_rows)
{
	return query_list(req, &embeddings_index_of_type_query, PARAMS(P_INT(type_id), P_INT(after), P_INT(limit)), ret_rows);
}

const struct error *
store_index_unseen(struct request *req, int64_t after, int64_t before_us, int64_t limit, struct shape_list *ret_rows)
{
	return query_list(req, &embeddings_index_unseen_query, PARAMS(P_INT(after), P_TIME(before_us), P_INT(limit)), ret_rows);
}

const struct error *
store_index_failed(struct request *req, int64_t before_us, struct shape_list *ret_rows)
{
	return query_list(req, &embeddings_index_failed_query, PARAMS(P_TIME(before_us)), ret_rows);
}

const struct error *
store_index_counts(struct request *req, const struct search_counts_row **ret_row)
{
	return query_find(req, &embeddings_index_counts_query, PARAMS(P_NULL()), ret_row);
}

const struct error *
store_index_get_many(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_rows)
{
	return query_list(req, &embeddings_index_get_many_query, PARAMS(P_INT_LIST(ids, n)), ret_rows);
}

/* In this order: the older chunks lend their vectors before they go. */
void
store_version_write(struct request *req, const struct version_read *read, bool texts_changed)
{
	query_send(req, &embeddings_chunks_write_query, PARAMS(P_INT(req->tenant), P_INT(read->item), P_TEXT(read->model), P_INT(read->dimension),
	    P_DOC(read->chunks), P_INT(read->version), P_INT(read->type_id), P_TEXT(read->type_slug)));
	query_send(req, &embeddings_chunks_trim_query, PARAMS(P_INT(read->item), P_TEXT(read->model), P_INT(read->n_chunks), P_BOOL(texts_changed)));
	query_send(req, &embeddings_index_settle_query, PARAMS(P_INT(read->item), P_TEXT("ready"), P_INT(read->type_id), P_TEXT(read->type_slug),
	    P_INT(read->version), P_TEXT(read->hash), P_TEXT(read->model), P_INT(read->n_chunks), P_TEXT(read->title), P_DOC(read->public_data)));
}

void
store_version_remove(struct request *req, int64_t item)
{
	store_chunks_remove_of(req, &item, 1);
	query_send(req, &embeddings_index_settle_query, PARAMS(P_INT(item), P_TEXT("disabled"), P_NULL(), P_NULL(), P_NULL(), P_NULL(), P_NULL(),
	    P_INT(0), P_NULL(), P_NULL()));
}

/* ---- tenants ---- */

const struct error *
store_tenant_get(struct request *req, const struct search_tenant_row **ret_row)
{
	return query_find(req, &embeddings_tenant_get_query, PARAMS(P_NULL()), ret_row);
}

void
store_tenant_count(struct request *req, int64_t n_more_chunks, int64_t n_asked)
{
	query_send(req, &embeddings_tenant_count_query, PARAMS(P_INT(req->tenant), P_TEXT(embeddings_settings.model),
	    P_INT(embeddings_settings.dimension), P_INT(n_more_chunks), P_INT(n_asked)));
}

void
store_tenant_reindex(struct request *req, int64_t n_more, bool is_reindexing)
{
	query_send(req, &embeddings_tenant_reindex_query, PARAMS(P_INT(req->tenant), P_TEXT(embeddings_settings.model),
	    P_INT(embeddings_settings.dimension), P_INT(n_more), P_BOOL(is_reindexing)));
}

void
store_tenant_finish(struct request *req)
{
	query_send(req, &embeddings_tenant_finish_query, PARAMS(P_TEXT(embeddings_settings.model), P_INT(embeddings_settings.dimension)));
}

const struct error *
store_old_set_remove(struct request *req, const char *model, int64_t *ret_n)
{
	return query_exec(req, &embeddings_old_set_remove_query, PARAMS(P_TEXT(model)), ret_n);
}

const struct error *
store_tenant_outdated(struct request *req, struct shape_list *ret_rows)
{
	return query_list(req, &embeddings_tenant_outdated_query, PARAMS(P_TEXT(embeddings_settings.model)), ret_rows);
}

const struct error *
store_vector_exists(struct request *req, bool *ret_exists)
{
	const struct search_vector_exists_row *row;
	const struct error *error = query_find(req, &embeddings_vector_exists_query, PARAMS(P_NULL()), &row);

	if (!error)
		*ret_exists = row->exists;
	return error;
}

/* ---- search ---- */

static const struct approximate {
	int64_t dimension;
	const struct db_statement *nearest;
} approximate[] = {
	{ 128, &embeddings_nearest_128_query }, { 256, &embeddings_nearest_256_query }, { 384, &embeddings_nearest_384_query },
	{ 512, &embeddings_nearest_512_query }, { 768, &embeddings_nearest_768_query }, { 1024, &embeddings_nearest_1024_query },
	{ 1536, &embeddings_nearest_1536_query },
};

static const struct approximate *
find_approximate(int64_t dimension)
{
	for (size_t i = 0; i < sizeof(approximate) / sizeof(approximate[0]); i++) {
		if (approximate[i].dimension == dimension)
			return &approximate[i];
	}
	return NULL;
}

bool
store_is_indexed(int64_t dimension)
{
	return find_approximate(dimension);
}

db_ticket
store_ask_nearest(struct request *req, bool is_exact, int64_t dimension, const char *vector, const char *model,
    const struct search_filters *filters, int64_t limit)
{
	const struct approximate *own = is_exact ? NULL : find_approximate(dimension);

	if (own)
		query_send(req, &embeddings_tune_query, PARAMS(P_NULL()));
	return query_ask(req, own ? own->nearest : &embeddings_nearest_exact_query, PARAMS(P_TEXT(vector), P_TEXT(model),
	    P_INT_OPT(filters->type_id), P_TEXT(filters->type), P_TEXT(filters->locale), P_INT(limit)));
}

db_ticket
store_ask_text(struct request *req, const char *query, const char *language, const char *vector, const char *model,
    const struct search_filters *filters, int64_t limit)
{
	return query_ask(req, &embeddings_text_hits_query, PARAMS(P_TEXT(query), P_TEXT(language), P_TEXT(model), P_TEXT(vector),
	    P_INT_OPT(filters->type_id), P_TEXT(filters->type), P_TEXT(filters->locale), P_INT(limit)));
}

const struct error *
store_chunk_list(struct request *req, const int64_t *ids, size_t n, const char *query, bool with_data, struct shape_list *ret_rows)
{
	return query_list(req, &embeddings_chunk_list_query, PARAMS(P_INT_LIST(ids, n), P_TEXT(query), P_BOOL(with_data)), ret_rows);
}

const struct error *
store_item_vector(struct request *req, int64_t id, const char *model, const char **ret_vector)
{
	const struct search_vector_row *row;
	const struct error *error = query_find(req, &embeddings_item_vector_query, PARAMS(P_INT(id), P_TEXT(model)), &row);

	if (!error)
		*ret_vector = row ? row->vector : NULL;
	return error;
}

const struct error *
store_twins(struct request *req, bool is_exact, int64_t dimension, const char *model, int64_t after, int64_t limit, int64_t threshold,
    struct shape_list *ret_rows)
{
	bool is_approximate = !is_exact && dimension == 128;

	if (is_approximate)
		query_send(req, &embeddings_tune_query, PARAMS(P_NULL()));
	return query_list(req, is_approximate ? &embeddings_twins_128_query : &embeddings_twins_exact_query,
	    PARAMS(P_TEXT(model), P_INT(after), P_INT(limit), P_INT(threshold)), ret_rows);
}

const struct error *
store_twins_page_end(struct request *req, const char *model, int64_t after, int64_t limit, const struct search_page_end_row **ret_row)
{
	return query_find(req, &embeddings_twins_page_end_query, PARAMS(P_TEXT(model), P_INT(after), P_INT(limit)), ret_row);
}
