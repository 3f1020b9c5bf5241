/* One search: by meaning, by words, or both fused. */
#include "search.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "language.h"
#include "metrics.h"

enum { TENANT_SLOTS = 1024, MODEL_BYTES_MAX = 300, MINUTE_US = 60 * 1000000 };

/* ---- what this instance remembers of tenants: their model, and what they asked of the provider in this minute ---- */

static struct tenant_slot {
	int64_t tenant;
	char model[MODEL_BYTES_MAX];
	int64_t minute, spent;
} slots[TENANT_SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Tenants that share a slot forget each other's: a search then asks for the model of the settings. */
static struct tenant_slot *
slot_of(int64_t tenant)
{
	struct tenant_slot *slot = &slots[(uint64_t)tenant % TENANT_SLOTS];

	if (slot->tenant != tenant)
		*slot = (struct tenant_slot){ .tenant = tenant };
	return slot;
}

static const char *
remembered_model(struct request *req)
{
	pthread_mutex_lock(&lock);
	const struct tenant_slot *slot = slot_of(req->tenant);
	const char *model = *slot->model ? arena_strdup(req->arena, slot->model) : embeddings_settings.model;
	pthread_mutex_unlock(&lock);
	return model;
}

static void
remember_model(int64_t tenant, const char *model)
{
	size_t n = strlen(model);

	pthread_mutex_lock(&lock);
	if (n < MODEL_BYTES_MAX)
		memcpy(slot_of(tenant)->model, model, n + 1);
	pthread_mutex_unlock(&lock);
}

static bool
spend_one(const struct request *req)
{
	pthread_mutex_lock(&lock);
	struct tenant_slot *slot = slot_of(req->tenant);
	if (slot->minute != req->now_us / MINUTE_US) {
		slot->minute = req->now_us / MINUTE_US;
		slot->spent = 0;
	}
	bool is_within = slot->spent < embeddings_settings.budget_per_minute;
	slot->spent += is_within;
	pthread_mutex_unlock(&lock);
	return is_within;
}

/* ---- the query's vector ---- */

static const struct error *
no_vector(struct request *req, const struct search_vector *asked)
{
	if (asked->is_over_budget)
		return FAIL(req, EMBEDDING_DAILY_BUDGET_EXCEEDED, "the tenant asked for %" PRId64 " texts in this minute already", embeddings_settings.budget_per_minute);
	if (!asked->failure.code)
		return FAIL(req, EMBEDDING_API_ERROR, "the set of vectors is being replaced");
	if (strcmp(asked->failure.code, "EMBEDDING_RESPONSE_SIZE_MISMATCH") == 0)
		return FAIL(req, EMBEDDING_RESPONSE_SIZE_MISMATCH, "%s", asked->failure.problem);
	return FAIL(req, EMBEDDING_API_ERROR, "%s", asked->failure.problem);
}

static void
embed_query(struct request *req, const char *query, const char *model, struct search_vector *asked)
{
	struct provider_text text = { query, strlen(query) };

	asked->model = model;
	asked->is_over_budget = provider_is_remote(model) && !spend_one(req);
	if (!asked->is_over_budget)
		(void)provider_embed(req, model, &text, 1, &asked->vector, &asked->failure); /* its failure is kept in asked */
}

const struct error *
search_prepare(struct request *req, const char *query, const char *mode)
{
	struct search_vector *asked = ARENA_ARRAY(req->arena, struct search_vector, SEARCH_MODELS_MAX);
	const char *const models[SEARCH_MODELS_MAX] = { remembered_model(req), embeddings_settings.model };
	bool is_text = strcmp(mode, "text") == 0, has_vector = false;

	req->prepared = asked;
	for (size_t i = 0; i < SEARCH_MODELS_MAX; i++) {
		bool is_same = i > 0 && strcmp(models[i], models[0]) == 0;
		if (!is_same && (!is_text || !provider_is_remote(models[i])))
			embed_query(req, query, models[i], &asked[i]);
		has_vector = has_vector || asked[i].vector;
	}
	return strcmp(mode, "vector") == 0 && !has_vector ? no_vector(req, asked) : NULL;
}

/* The vector for the model that is searched.  One of another model is no use; a local one costs nothing. */
static const char *
vector_for(struct request *req, const struct search *search, const char *model)
{
	for (size_t i = 0; i < SEARCH_MODELS_MAX; i++) {
		if (search->asked[i].vector && strcmp(search->asked[i].model, model) == 0)
			return search->asked[i].vector;
	}
	if (provider_is_remote(model))
		return NULL;
	struct search_vector local = { .vector = NULL };
	embed_query(req, search->query, model, &local);
	return local.vector;
}

/* ---- recall ---- */

static atomic_int_fast64_t n_approximate, recall_permille = -1;

static const struct error *
sample_recall(struct request *req, const struct search_tenant_row *tenant, const char *vector, const struct search_filters *filters,
    const struct shape_list *found)
{
	struct shape_list exact;

	if (!embeddings_settings.recall_sample || (atomic_fetch_add(&n_approximate, 1) % embeddings_settings.recall_sample) != 0)
		return NULL;
	const struct error *error = query_claim_list(req, store_ask_nearest(req, true, tenant->dimension, vector, tenant->active_model, filters,
	    SEARCH_RECALL_FIRST), &exact);
	if (error)
		return error;
	int64_t own = rules_recall(found->items, found->n, exact.items, exact.n, SEARCH_RECALL_FIRST);
	int64_t before = atomic_load(&recall_permille), now = before < 0 ? own : (before * 9 + own) / 10;
	atomic_store(&recall_permille, now); /* a lost sample of another thread is no harm */
	metric_set(metric_gauge("wordclaw_search_recall_permille", "Share of the ten nearest chunks that approximate searches found, moving average of samples.", NULL), now);
	return NULL;
}

struct doc
search_number(struct arena *arena, int64_t value, int64_t unit)
{
	const char *text = arena_printf(arena, "%s%" PRId64 ".%0*" PRId64, value < 0 ? "-" : "", (value < 0 ? -value : value) / unit,
	    unit == 1000 ? 3 : unit == 1000000 ? 6 : 9, (value < 0 ? -value : value) % unit);

	return (struct doc){ text, strlen(text) };
}

/* ---- search ---- */

bool
search_is_exact(const struct search_tenant_row *tenant)
{
	return tenant->chunks <= embeddings_settings.exact_max || !store_is_indexed(tenant->dimension);
}

static void
fuse(struct request *req, const struct shape_list *nearest, const struct shape_list *matching, bool by_item, int64_t min_similarity,
    struct search_answer *answer)
{
	struct fusion fusion = { .nearest = nearest->items, .n_nearest = nearest->n, .matching = matching->items, .n_matching = matching->n,
		.by_item = by_item, .min_similarity = min_similarity };

	answer->ranked = ARENA_ARRAY(req->arena, struct ranked, nearest->n + matching->n + 1);
	answer->n = rules_fuse(&fusion, answer->ranked);
	int64_t recall = atomic_load(&recall_permille);
	if (!answer->is_exact && recall >= 0)
		answer->recall = search_number(req->arena, recall, 1000);
}

static const struct error *
nothing_indexed(struct request *req)
{
	bool exists;
	const struct error *error = store_vector_exists(req, &exists);

	if (error)
		return error;
	return exists ? NULL : FAIL(req, SEMANTIC_SEARCH_DISABLED, "the database server has no pgvector");
}

const struct error *
search_run(struct request *req, const struct search *search, struct search_answer *answer)
{
	struct shape_list nearest = { "", 0 }, matching = { "", 0 };
	const struct search_tenant_row *tenant;
	const struct error *error = store_tenant_get(req, &tenant);

	*answer = (struct search_answer){ .mode = search->mode, .is_exact = true };
	if (error || !tenant)
		return error ? error : nothing_indexed(req);
	remember_model(req->tenant, tenant->active_model);
	const char *vector = vector_for(req, search, tenant->active_model);
	bool wants_vector = strcmp(search->mode, "text") != 0, wants_text = strcmp(search->mode, "vector") != 0;
	if (!vector && !wants_text)
		return no_vector(req, search->asked);
	if (!vector)
		answer->mode = "text";
	answer->model = tenant->active_model;
	answer->is_exact = search_is_exact(tenant);
	db_ticket near = 0, text = 0;
	if (vector && wants_vector)
		near = store_ask_nearest(req, answer->is_exact, tenant->dimension, vector, tenant->active_model, &search->filters, SEARCH_CANDIDATES);
	if (wants_text)
		text = store_ask_text(req, search->query, language_of(search->filters.locale, embeddings_settings.language), vector,
		    tenant->active_model, &search->filters, SEARCH_CANDIDATES);
	if (vector && wants_vector)
		error = query_claim_list(req, near, &nearest);
	if (!error && wants_text)
		error = query_claim_list(req, text, &matching);
	if (!error && vector && wants_vector && !answer->is_exact)
		error = sample_recall(req, tenant, vector, &search->filters, &nearest);
	if (!error)
		fuse(req, &nearest, &matching, search->by_item, search->min_similarity, answer);
	return error;
}

const struct error *
search_near(struct request *req, const struct search_tenant_row *tenant, const char *vector, const struct search_filters *filters,
    int64_t min_similarity, struct search_answer *answer)
{
	struct shape_list nearest, none = { "", 0 };

	*answer = (struct search_answer){ .mode = "vector", .model = tenant->active_model, .is_exact = search_is_exact(tenant) };
	const struct error *error = query_claim_list(req, store_ask_nearest(req, answer->is_exact, tenant->dimension, vector, tenant->active_model,
	    filters, SEARCH_CANDIDATES), &nearest);
	if (!error && !answer->is_exact)
		error = sample_recall(req, tenant, vector, filters, &nearest);
	if (!error)
		fuse(req, &nearest, &none, true, min_similarity, answer);
	return error;
}
