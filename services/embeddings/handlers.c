/* handlers.c: searches.  Order follows proto/embeddings.toml. */
#include <inttypes.h>
#include <string.h>

#include "search.h"
#include "withheld.h"

enum { CONTEXT_CHUNKS_MAX = 200, TITLE_PLACE = 64 };

static int64_t
least(const int64_t *hundredths)
{
	return hundredths ? *hundredths * 10000 : SIMILARITY_NONE;
}

/* Chunks of the first ranked ones, in their order; NULL for one that has just gone. */
static const struct error *
read_chunks(struct request *req, const struct search_answer *answer, size_t n, const char *query, bool with_data,
    const struct search_chunk_row ***ret_chunks)
{
	const struct search_chunk_row **chunks = ARENA_ARRAY(req->arena, const struct search_chunk_row *, n + 1);
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n + 1);
	struct shape_list rows;

	for (size_t i = 0; i < n; i++)
		ids[i] = answer->ranked[i].id;
	*ret_chunks = chunks;
	if (n == 0)
		return NULL;
	const struct error *error = store_chunk_list(req, ids, n, query, with_data, &rows);
	if (error)
		return error;
	const struct search_chunk_row *list = rows.items;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < rows.n && !chunks[i]; j++)
			chunks[i] = list[j].id == ids[i] ? &list[j] : NULL;
	}
	return NULL;
}

static struct search_result
result_of(struct request *req, const struct ranked *ranked, const struct search_chunk_row *chunk)
{
	return (struct search_result){ .id = chunk->id, .content_item_id = chunk->content_item_id, .content_type_id = chunk->content_type_id,
		.content_type_slug = chunk->type_slug, .title = chunk->title, .version = chunk->published_version, .locale = chunk->locale,
		.chunk_index = chunk->chunk_index, .text_chunk = chunk->text_chunk, .highlight = chunk->highlight,
		.similarity = ranked->similarity == SIMILARITY_NONE ? (struct doc){ NULL, 0 } : search_number(req->arena, ranked->similarity, 1000000),
		.score = search_number(req->arena, ranked->score, 1000000000), .content_item_data = chunk->public_data };
}

static const struct error *
answer_results(struct request *req, const struct search_answer *answer, size_t n_max, const char *query, bool with_data, struct shape_list *ret_results)
{
	size_t n = answer->n < n_max ? answer->n : n_max, n_results = 0;
	struct search_result *results = ARENA_ARRAY(req->arena, struct search_result, n + 1);
	const struct search_chunk_row **chunks;

	const struct error *error = read_chunks(req, answer, n, query, with_data, &chunks);
	for (size_t i = 0; !error && i < n; i++) {
		if (chunks[i])
			results[n_results++] = result_of(req, &answer->ranked[i], chunks[i]);
	}
	*ret_results = (struct shape_list){ results, n_results };
	return error;
}

/* ---- search ---- */

const struct error *
embeddings_search_prepare(struct request *req, const struct embeddings_search_request *in)
{
	return search_prepare(req, in->query, in->mode);
}

const struct error *
embeddings_search(struct request *req, const struct embeddings_search_request *in, struct embeddings_search_response *out)
{
	const struct search search = { .query = in->query, .mode = in->mode, .filters = { in->content_type_id, in->type, in->locale },
		.min_similarity = least(in->min_similarity), .by_item = *in->group_by_item, .asked = req->prepared };
	struct search_answer answer;

	const struct error *error = search_run(req, &search, &answer);
	if (!error)
		error = answer_results(req, &answer, (size_t)*in->limit, in->query, *in->include_data, &out->results);
	if (error)
		return error;
	out->mode = answer.mode;
	out->model = answer.model;
	out->is_exact = answer.is_exact;
	out->recall = answer.recall;
	return NULL;
}

const struct error *
embeddings_search_complete(struct request *req, const struct embeddings_search_request *in, struct embeddings_search_response *out)
{
	(void)in;
	return withheld_hide(req, &out->results);
}

/* ---- context ---- */

/* Adds the chunk as far as it fits as a whole. */
static bool
add_passage(struct buf *text, size_t number, const struct search_chunk_row *chunk, size_t n_bytes_max)
{
	size_t before = text->len;

	buf_printf(text, "%s[%zu] ", before ? "\n\n" : "", number);
	buf_add_text(text, chunk->text_chunk);
	if (text->len <= n_bytes_max)
		return true;
	text->len = before;
	text->bytes[before] = '\0';
	return false;
}

const struct error *
embeddings_context_prepare(struct request *req, const struct embeddings_context_request *in)
{
	return search_prepare(req, in->query, in->mode);
}

/* What was found, in its order; the text is made of it when it is known what may be shown. */
struct context_found {
	const struct search_chunk_row **chunks;
	const struct ranked *ranked;
	size_t n;
};

const struct error *
embeddings_context(struct request *req, const struct embeddings_context_request *in, struct embeddings_context_response *out)
{
	const struct search search = { .query = in->query, .mode = in->mode, .filters = { in->content_type_id, in->type, in->locale },
		.min_similarity = least(in->min_similarity), .by_item = false, .asked = req->prepared };
	struct context_found *found = ARENA_NEW(req->arena, struct context_found);
	struct search_answer answer;

	const struct error *error = search_run(req, &search, &answer);
	found->n = answer.n < CONTEXT_CHUNKS_MAX ? answer.n : CONTEXT_CHUNKS_MAX;
	if (!error)
		error = read_chunks(req, &answer, found->n, in->query, false, &found->chunks);
	if (error)
		return error;
	found->ranked = answer.ranked;
	req->prepared = found;
	*out = (struct embeddings_context_response){ .text = "", .mode = answer.mode, .model = answer.model, .is_exact = answer.is_exact,
		.recall = answer.recall };
	return NULL;
}

const struct error *
embeddings_context_complete(struct request *req, const struct embeddings_context_request *in, struct embeddings_context_response *out)
{
	const struct context_found *found = req->prepared;
	struct context_citation *citations = ARENA_ARRAY(req->arena, struct context_citation, found->n + 1);
	int64_t *items = ARENA_ARRAY(req->arena, int64_t, found->n + 1);
	bool *flags = ARENA_ARRAY(req->arena, bool, found->n + 1);
	size_t n_cited = 0;
	struct buf text;

	for (size_t i = 0; i < found->n; i++)
		items[i] = found->ranked[i].item;
	const struct error *error = withheld_find(req, items, found->n, flags);
	if (error)
		return error;
	buf_init(&text, req->arena, 4096);
	for (size_t i = 0; i < found->n; i++) {
		const struct search_chunk_row *chunk = found->chunks[i];
		int64_t similarity = found->ranked[i].similarity;
		if (!chunk || flags[i] || !add_passage(&text, n_cited + 1, chunk, (size_t)*in->max_tokens * TOKEN_BYTES))
			continue;
		n_cited++;
		citations[n_cited - 1] = (struct context_citation){ .number = (int64_t)n_cited, .content_item_id = chunk->content_item_id,
			.version = chunk->published_version, .chunk_index = chunk->chunk_index, .title = chunk->title,
			.similarity = similarity == SIMILARITY_NONE ? (struct doc){ NULL, 0 } : search_number(req->arena, similarity, 1000000) };
	}
	out->text = text.bytes;
	out->tokens = (int64_t)((text.len + TOKEN_BYTES - 1) / TOKEN_BYTES);
	out->citations = (struct shape_list){ citations, n_cited };
	return NULL;
}

/* ---- similar, duplicates ---- */

const struct error *
embeddings_similar(struct request *req, const struct embeddings_similar_request *in, struct embeddings_similar_response *out)
{
	const struct search_filters filters = { in->content_type_id, in->type, in->locale };
	const struct search_tenant_row *tenant;
	struct search_answer answer;
	const char *vector = NULL;
	size_t n = 0;

	const struct error *error = store_tenant_get(req, &tenant);
	if (!error && tenant)
		error = store_item_vector(req, in->content_item_id, tenant->active_model, &vector);
	if (error)
		return error;
	if (!vector)
		return FAIL(req, CONTENT_ITEM_NOT_INDEXED, "content item %" PRId64 " has no vector", in->content_item_id);
	error = search_near(req, tenant, vector, &filters, least(in->min_similarity), &answer);
	if (error)
		return error;
	for (size_t i = 0; i < answer.n; i++) {
		if (answer.ranked[i].item != in->content_item_id)
			answer.ranked[n++] = answer.ranked[i];
	}
	answer.n = n;
	out->mode = answer.mode;
	out->model = answer.model;
	out->is_exact = answer.is_exact;
	out->recall = answer.recall;
	return answer_results(req, &answer, (size_t)*in->limit, "", *in->include_data, &out->results);
}

const struct error *
embeddings_similar_complete(struct request *req, const struct embeddings_similar_request *in, struct embeddings_similar_response *out)
{
	(void)in;
	return withheld_hide(req, &out->results);
}

const struct error *
embeddings_duplicates(struct request *req, const struct embeddings_duplicates_request *in, struct embeddings_duplicates_response *out)
{
	int64_t after = in->after ? *in->after : 0;
	const struct search_page_end_row *end;
	const struct search_tenant_row *tenant;
	struct shape_list rows = { "", 0 };

	const struct error *error = store_tenant_get(req, &tenant);
	out->pairs = (struct shape_list){ "", 0 };
	if (error || !tenant)
		return error;
	error = store_twins(req, search_is_exact(tenant), tenant->dimension, tenant->active_model, after, *in->limit, *in->threshold, &rows);
	if (!error)
		error = store_twins_page_end(req, tenant->active_model, after, *in->limit, &end);
	if (error)
		return error;
	struct duplicate_pair *pairs = ARENA_ARRAY(req->arena, struct duplicate_pair, rows.n + 1);
	const struct search_twins_row *list = rows.items;
	for (size_t i = 0; i < rows.n; i++)
		pairs[i] = (struct duplicate_pair){ .content_item_id = list[i].content_item_id, .title = list[i].title,
			.other_item_id = list[i].other_item_id, .other_title = list[i].other_title, .similarity = search_number(req->arena, list[i].similarity, 1000000) };
	out->pairs = (struct shape_list){ pairs, rows.n };
	out->next_after = end && end->n == *in->limit ? end->last : NULL;
	return NULL;
}

const struct error *
embeddings_duplicates_complete(struct request *req, const struct embeddings_duplicates_request *in, struct embeddings_duplicates_response *out)
{
	struct duplicate_pair *pair = (struct duplicate_pair *)out->pairs.items; /* made for this answer */
	int64_t *items = ARENA_ARRAY(req->arena, int64_t, 2 * out->pairs.n + 1);
	bool *flags = ARENA_ARRAY(req->arena, bool, 2 * out->pairs.n + 1);
	(void)in;

	for (size_t i = 0; i < out->pairs.n; i++) {
		items[2 * i] = pair[i].content_item_id;
		items[2 * i + 1] = pair[i].other_item_id;
	}
	const struct error *error = withheld_find(req, items, 2 * out->pairs.n, flags);
	for (size_t i = 0; !error && i < out->pairs.n; i++) {
		pair[i].title = flags[2 * i] ? NULL : pair[i].title;
		pair[i].other_title = flags[2 * i + 1] ? NULL : pair[i].other_title;
	}
	return error;
}
