/* What follows from values alone: ranks fused, languages, states. */
#ifndef RULES_H
#define RULES_H

#include "embeddings_proto.h"

enum {
	FUSION_DEPTH = 10,   /* of reciprocal rank fusion: how little it matters to be first rather than second */
	VECTOR_WEIGHT = 1, TEXT_WEIGHT = 1, /* of a text that has every word of the query */
	SIMILARITY_NONE = INT32_MIN,
	TOKEN_BYTES = 4,     /* a token, roughly */
};

/* A chunk that answers a query.  similarity in millionths, SIMILARITY_NONE without a vector; score in billionths. */
struct ranked {
	int64_t id, item, chunk_index, similarity, score;
};

struct fusion {
	const struct search_hit_row *nearest; /* most similar first */
	size_t n_nearest;
	const struct search_text_row *matching; /* best match first */
	size_t n_matching;
	bool by_item;            /* the best chunk of each item only */
	int64_t min_similarity;  /* millionths; SIMILARITY_NONE: any */
};

/* Best first; equal ones in order of item and chunk, so that the same rows give the same answer.  ret_ranked has room for all rows.
 * Returns how many. */
size_t rules_fuse(const struct fusion *fusion, struct ranked *ret_ranked);

/* How many of the first of both lists are the same, in thousandths. */
int64_t rules_recall(const struct search_hit_row *found, size_t n_found, const struct search_hit_row *exact, size_t n_exact, size_t n_first);

/* The event is about what the public sees: publish, unpublish, archive, rollback, delete and the like; not a draft's change. */
bool rules_is_public_change(const char *type, const char *old_status, const char *new_status, bool is_moved);
/* After it the item is not public for sure. */
bool rules_is_removal(const char *type, const char *new_status);

/* What a row of the index says about its item. */
void rules_readiness(const struct search_readiness_row *row, struct embedding_readiness *out);

#endif
