/* Who makes vectors, found by the model's name: "local/..." or "openai/<name>/<dimension>". */
#include "provider.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "local.h"
#include "outbound.h"

enum { RETRY_AFTER_MAX_US = 600 * 1000 * 1000, CONNECT_TIMEOUT_MS = 3000, MARGIN_MS = 200 };

bool
provider_is_remote(const char *model)
{
	return strncmp(model, "openai/", 7) == 0;
}

int64_t
provider_dimension(const char *model)
{
	const char *slash = strrchr(model, '/');

	return provider_is_remote(model) ? strtoll(slash + 1, NULL, 10) : LOCAL_DIMENSION;
}

/* ---- local ---- */

static const char *
print_vector(struct arena *arena, const float *vector, size_t n)
{
	struct buf out;

	buf_init(&out, arena, n * 12 + 3);
	buf_add_char(&out, '[');
	for (size_t i = 0; i < n; i++)
		buf_printf(&out, i ? ",%.5g" : "%.5g", (double)vector[i]);
	buf_add_char(&out, ']');
	return out.bytes;
}

static bool
embed_locally(struct request *req, const struct provider_text *texts, size_t n, const char **ret_vectors)
{
	float vector[LOCAL_DIMENSION];

	for (size_t i = 0; i < n; i++) {
		local_embed(texts[i].text, texts[i].n, vector);
		ret_vectors[i] = print_vector(req->arena, vector, LOCAL_DIMENSION);
	}
	return true;
}

/* ---- remote ---- */

static int64_t
retry_after_us(const struct request *req)
{
	const char *text = outbound_header(req, "Retry-After");
	int64_t us = text ? strtoll(text, NULL, 10) * 1000000 : 0;

	return us < 0 ? 0 : us > RETRY_AFTER_MAX_US ? RETRY_AFTER_MAX_US : us;
}

static bool
fail(struct provider_failure *failure, const char *code, const char *problem)
{
	failure->code = code;
	failure->problem = problem;
	return false;
}

static bool
embed_remotely(struct request *req, const char *model, const struct provider_text *texts, size_t n, const char **ret_vectors,
    struct provider_failure *failure)
{
	const char *name = model + strlen("openai/"), *dimension = strrchr(model, '/');
	const char *key = embeddings_settings.key;
	const char *headers[] = { "Content-Type: application/json", *key ? arena_printf(req->arena, "Authorization: Bearer %s", key) : NULL, NULL };
	int64_t left_ms = (req->deadline_us - clock_now_us()) / 1000 - MARGIN_MS;
	struct http_client_response response;
	struct buf body;
	bool is_size = false;

	if (left_ms < 1)
		return fail(failure, "EMBEDDING_API_ERROR", "there was no time left to ask the provider");
	buf_init(&body, req->arena, 1024 * n);
	openai_write_request(&body, arena_strndup(req->arena, name, (size_t)(dimension - name)), texts, n);
	struct http_client_request request = { .method = "POST", .url = embeddings_settings.url, .headers = headers, .body = body.bytes,
		.n_body = body.len, .connect_timeout_ms = CONNECT_TIMEOUT_MS, .timeout_ms = left_ms < PROVIDER_TIMEOUT_MS ? left_ms : PROVIDER_TIMEOUT_MS,
		.response_bytes_max = PROVIDER_ANSWER_BYTES_MAX };
	if (outbound_send(req, &request, &response) != OUTBOUND_ANSWERED)
		return fail(failure, "EMBEDDING_API_ERROR", response.problem ? response.problem : "the provider did not answer");
	if (response.status != 200) {
		failure->retry_after_us = retry_after_us(req);
		return fail(failure, "EMBEDDING_API_ERROR", arena_printf(req->arena, "the provider answered HTTP %d", response.status));
	}
	const char *problem = openai_read_answer(req->arena, response.body, response.n_body, n, provider_dimension(model), ret_vectors, &is_size);
	return !problem || fail(failure, is_size ? "EMBEDDING_RESPONSE_SIZE_MISMATCH" : "EMBEDDING_API_ERROR", problem);
}

bool
provider_embed(struct request *req, const char *model, const struct provider_text *texts, size_t n, const char **ret_vectors,
    struct provider_failure *ret_failure)
{
	*ret_failure = (struct provider_failure){ .code = NULL };
	return provider_is_remote(model) ? embed_remotely(req, model, texts, n, ret_vectors, ret_failure) : embed_locally(req, texts, n, ret_vectors);
}
