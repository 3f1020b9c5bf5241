/* Plans of documents seen before, so that a hot query costs no parse: the least recently used is forgotten. */
#ifndef GRAPHQL_DOCUMENTS_H
#define GRAPHQL_DOCUMENTS_H

#include "graphql/run/plan.h"

enum {
	GRAPHQL_DOCUMENTS_MAX = 256,
	GRAPHQL_DOCUMENT_BYTES_MAX = 16 * 1024, /* larger ones are planned each time */
};

struct graphql_documents;

/* Immutable; kept while somebody holds it. */
struct graphql_document_plan {
	const struct graphql_plan *plan;
	struct arena *arena; /* of the plan and all it points at */
};

struct graphql_documents *graphql_documents_new(uint64_t seed);
void graphql_documents_free(struct graphql_documents *documents); /* nobody may hold anything any more */

/* What was kept for a text and operation name (NULL: none), held; or NULL. */
const struct graphql_document_plan *graphql_documents_find(struct graphql_documents *documents, const char *text,
    const char *operation_name);

/* Takes the arena; what it returns is held.  Large documents are not kept. */
const struct graphql_document_plan *graphql_documents_add(struct graphql_documents *documents, const char *text,
    const char *operation_name, struct arena *arena, const struct graphql_plan *plan);

void graphql_documents_release(struct graphql_documents *documents, const struct graphql_document_plan *held);

#endif
