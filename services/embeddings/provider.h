/* Who makes vectors: this process, or a server that speaks OpenAI's POST /v1/embeddings. */
#ifndef PROVIDER_H
#define PROVIDER_H

#include "embeddings.h"

enum {
	PROVIDER_BATCH_MAX = 48,      /* texts of one request */
	PROVIDER_TIMEOUT_MS = 20000,
	PROVIDER_ANSWER_BYTES_MAX = 4 * 1024 * 1024,
};

struct provider_text {
	const char *text;
	size_t n;
};

/* Why there is no vector. */
struct provider_failure {
	const char *code;       /* "EMBEDDING_API_ERROR", "EMBEDDING_RESPONSE_SIZE_MISMATCH" */
	const char *problem;    /* one clause */
	int64_t retry_after_us; /* 0: it did not say */
};

bool provider_is_remote(const char *model);
int64_t provider_dimension(const char *model);

/* A vector for each text, as pgvector reads it ("[0.1,0.2]"), into ret_vectors; at most PROVIDER_BATCH_MAX texts of a remote model.
 * Outside any transaction when the model is remote.  False with *ret_failure. */
bool provider_embed(struct request *req, const char *model, const struct provider_text *texts, size_t n, const char **ret_vectors,
    struct provider_failure *ret_failure);

/* openai.c: the wire format */
void openai_write_request(struct buf *body, const char *model, const struct provider_text *texts, size_t n);
/* What is wrong with the answer, or NULL.  *ret_is_size: it has vectors, but not of this dimension or not as many. */
const char *openai_read_answer(struct arena *arena, const char *body, size_t n_body, size_t n, int64_t dimension, const char **ret_vectors, bool *ret_is_size);

#endif
