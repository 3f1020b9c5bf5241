/* One search: by meaning, by words, or both fused. */
#ifndef SEARCH_H
#define SEARCH_H

#include "provider.h"
#include "rules.h"
#include "store.h"

enum { SEARCH_CANDIDATES = 200, SEARCH_RECALL_FIRST = 10 };

/* The query's vector, made before the transaction: for the model that the tenant searched last, and where that is not the one of the
 * settings, for that one too, for a tenant may switch at any moment. */
enum { SEARCH_MODELS_MAX = 2 };
struct search_vector {
	const char *vector; /* NULL: there is none */
	const char *model;
	struct provider_failure failure;
	bool is_over_budget;
};

struct search {
	const char *query;        /* "" when only the vector counts */
	const char *mode;         /* "hybrid", "vector" or "text" */
	struct search_filters filters;
	int64_t min_similarity;   /* millionths; SIMILARITY_NONE: any */
	bool by_item;
	const struct search_vector *asked; /* SEARCH_MODELS_MAX of them, what prepare left; model NULL: not asked */
};

struct search_answer {
	struct ranked *ranked;
	size_t n;
	const char *mode, *model; /* as it was done; model NULL: nothing was ever indexed */
	bool is_exact;
	struct doc recall;        /* .json NULL: not known, or exact */
};

/* Before the transaction: leaves struct search_vector[SEARCH_MODELS_MAX] in req->prepared.  Only mode "vector" cannot do without one.
 * Errors: EMBEDDING_API_ERROR, EMBEDDING_RESPONSE_SIZE_MISMATCH, EMBEDDING_DAILY_BUDGET_EXCEEDED. */
const struct error *search_prepare(struct request *req, const char *query, const char *mode) MUST_CHECK;

/* tenant: from store_tenant_get; NULL when nothing was indexed.  Errors: as above, SEMANTIC_SEARCH_DISABLED. */
const struct error *search_run(struct request *req, const struct search *search, struct search_answer *ret_answer) MUST_CHECK;

/* Items near a vector of the active model. */
const struct error *search_near(struct request *req, const struct search_tenant_row *tenant, const char *vector,
    const struct search_filters *filters, int64_t min_similarity, struct search_answer *ret_answer) MUST_CHECK;

bool search_is_exact(const struct search_tenant_row *tenant);

/* Millionths or billionths as a JSON number. */
struct doc search_number(struct arena *arena, int64_t value, int64_t unit);

#endif
