/* handlers_index.c: how far the index is, and bringing it up to date. */
#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "provider.h"
#include "rules.h"
#include "store.h"

/* ---- readiness ---- */

static const struct search_readiness_row *
row_of(const struct shape_list *rows, int64_t id)
{
	const struct search_readiness_row *list = rows->items;

	for (size_t i = 0; i < rows->n; i++) {
		if (list[i].content_item_id == id)
			return &list[i];
	}
	return NULL;
}

const struct error *
embeddings_readiness(struct request *req, size_t n, const struct embeddings_readiness_request *const in[],
    struct embedding_readiness *const out[], const struct error *errors[])
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n);
	struct shape_list rows;

	for (size_t i = 0; i < n; i++)
		ids[i] = in[i]->content_item_id;
	const struct error *error = store_index_get_many(req, ids, n, &rows);
	for (size_t i = 0; !error && i < n; i++) {
		const struct search_readiness_row *row = row_of(&rows, ids[i]);
		if (row)
			rules_readiness(row, out[i]);
		else
			errors[i] = FAIL(req, CONTENT_ITEM_NOT_FOUND, "content item %" PRId64 " is not in the search index", ids[i]);
	}
	return error;
}

/* ---- status, reindexing ---- */

static const struct error *
answer_state(struct request *req, struct search_index_state *out)
{
	const struct search_counts_row *counts;
	const struct search_tenant_row *tenant;

	const struct error *error = store_tenant_get(req, &tenant);
	if (!error)
		error = store_index_counts(req, &counts);
	if (error)
		return error;
	*out = (struct search_index_state){ .provider = embeddings_settings.provider, .model = embeddings_settings.model,
		.dimension = embeddings_settings.dimension, .pending = counts->pending, .failed = counts->failed };
	if (tenant) {
		out->active_model = tenant->active_model;
		out->chunks = tenant->chunks;
		out->reindexing = tenant->is_reindexing;
		out->reindexed = tenant->reindexed;
	}
	return NULL;
}

const struct error *
embeddings_status(struct request *req, const struct embeddings_status_request *in, struct search_index_state *out)
{
	(void)in;
	return answer_state(req, out);
}

const struct error *
embeddings_reindex(struct request *req, const struct embeddings_reindex_request *in, struct search_index_state *out)
{
	int64_t id;

	(void)in;
	/* While one is under way, a second one is the same. */
	const struct error *error = process_start(req, &(struct process_start){ .kind = "reindex", .key = "all" }, &id);
	if (error)
		return error;
	if (id)
		store_tenant_reindex(req, 0, true);
	emit_search_index_reindex(req, 0, 0, &(struct search_index_reindex_event){ .model = embeddings_settings.model });
	return answer_state(req, out);
}

/* ---- the provider ---- */

const struct error *
embeddings_test(struct request *req, const struct embeddings_test_request *in, struct embeddings_test_response *out)
{
	const struct provider_text text = { "test", strlen("test") };
	int64_t begun_us = clock_monotonic_us();
	struct provider_failure failure;
	const char *vector;

	(void)in;
	out->ok = provider_embed(req, embeddings_settings.model, &text, 1, &vector, &failure);
	out->provider = embeddings_settings.provider;
	out->model = embeddings_settings.model;
	out->dimension = embeddings_settings.dimension;
	out->duration_ms = (clock_monotonic_us() - begun_us) / 1000;
	out->problem = out->ok ? NULL : failure.problem;
	return NULL;
}
