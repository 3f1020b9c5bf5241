/* Rows of embeddings: one call, one statement. */
#ifndef STORE_H
#define STORE_H

#include "embeddings.h"
#include "embeddings_queries.h"

/* ---- where items stand ---- */

void store_index_touch(struct request *req, const int64_t *ids, size_t n);
void store_index_note(struct request *req, const int64_t *ids, size_t n);
void store_chunks_remove_of(struct request *req, const int64_t *ids, size_t n);
const struct error *store_index_lock(struct request *req, int64_t id, const struct search_index_row **ret_row) MUST_CHECK;
const struct error *store_hash_list(struct request *req, int64_t id, const char *model, struct shape_list *ret_rows) MUST_CHECK;
void store_index_confirm(struct request *req, int64_t id);
void store_index_fail(struct request *req, int64_t id, const char *code);
void store_drafts_write(struct request *req, int64_t id, const char *model, struct doc vectors);
void store_drafts_remove(struct request *req, int64_t id);
const struct error *store_index_of_type(struct request *req, int64_t type_id, int64_t after, int64_t limit, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_index_unseen(struct request *req, int64_t after, int64_t before_us, int64_t limit, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_index_failed(struct request *req, int64_t before_us, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_index_counts(struct request *req, const struct search_counts_row **ret_row) MUST_CHECK;
const struct error *store_index_get_many(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_rows) MUST_CHECK;

/* A version that was read and cut.  chunks: [{"i": 0, "t": text, "h": hash, "l": locale, "g": language, "v": vector}, ...] */
struct version_read {
	int64_t item, type_id, version;
	const char *type_slug, *hash, *model, *title;
	int64_t dimension, n_chunks;
	struct doc chunks, public_data;
};
/* texts_changed: also sets of other models have the wrong texts. */
void store_version_write(struct request *req, const struct version_read *read, bool texts_changed);
/* Nothing is public: no chunk stays. */
void store_version_remove(struct request *req, int64_t item);

/* ---- tenants ---- */

const struct error *store_tenant_get(struct request *req, const struct search_tenant_row **ret_row) MUST_CHECK;
void store_tenant_count(struct request *req, int64_t n_more_chunks, int64_t n_asked);
void store_tenant_reindex(struct request *req, int64_t n_more, bool is_reindexing);
void store_tenant_finish(struct request *req);
const struct error *store_old_set_remove(struct request *req, const char *model, int64_t *ret_n) MUST_CHECK;
const struct error *store_tenant_outdated(struct request *req, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_vector_exists(struct request *req, bool *ret_exists) MUST_CHECK;

/* ---- search ---- */

struct search_filters {
	const int64_t *type_id;
	const char *type, *locale;
};
db_ticket store_ask_nearest(struct request *req, bool is_exact, int64_t dimension, const char *vector, const char *model,
    const struct search_filters *filters, int64_t limit);
db_ticket store_ask_text(struct request *req, const char *query, const char *language, const char *vector, const char *model,
    const struct search_filters *filters, int64_t limit);
/* Whether there is an approximate index of the dimension. */
bool store_is_indexed(int64_t dimension);
const struct error *store_chunk_list(struct request *req, const int64_t *ids, size_t n, const char *query, bool with_data,
    struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_item_vector(struct request *req, int64_t id, const char *model, const char **ret_vector) MUST_CHECK;
const struct error *store_twins(struct request *req, bool is_exact, int64_t dimension, const char *model, int64_t after, int64_t limit,
    int64_t threshold, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_twins_page_end(struct request *req, const char *model, int64_t after, int64_t limit,
    const struct search_page_end_row **ret_row) MUST_CHECK;

#endif
