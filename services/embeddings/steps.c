/* How an item gets into the index: look at what is there, read the published version and embed what is new, write all of it together.
 *
 * An event raises the item's generation.  What was read before it is not written after it, so the last event wins and nothing that was
 * unpublished meanwhile comes back. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "chunk.h"
#include "content_proto.h"
#include "json/json.h"
#include "language.h"
#include "provider.h"
#include "rules.h"
#include "secret.h"
#include "store.h"

enum {
	ATTEMPTS_MAX = 8, BACKOFF_FIRST_MS = 500, BACKOFF_LAST_MS = 60 * 1000,
	ITEMS_AT_ONCE = 4,        /* of a tenant */
	LOCAL_TEXTS_MAX = CHUNKS_MAX,
	EMBED_TIMEOUT_MS = 60 * 1000,
};

/* What "look" leaves in the payload for "embed". */
struct known {
	int64_t item, generation;
	const char *version_hash;     /* of data and schema that were indexed last with this model; or NULL */
	const struct json_value *hashes; /* texts that have a vector */
};

/* What "embed" hands to its commit. */
struct result {
	int64_t item, generation;
	bool is_removed, is_unchanged, is_partial;
	struct version_read read;
	struct doc drafts;
	int64_t n_asked;              /* texts that the remote provider was asked for */
	const char *code;             /* of a failure */
};

static int64_t
item_of(const struct process *process)
{
	return strtoll(process->key, NULL, 10);
}

/* ---- look ---- */

static int64_t
rest_of_minute_us(const struct request *req)
{
	return 60 * 1000000 - req->now_us % (60 * 1000000);
}

static bool
is_over_budget(const struct request *req, const struct search_tenant_row *tenant)
{
	return provider_is_remote(embeddings_settings.model) && tenant && tenant->spent >= embeddings_settings.budget_per_minute
	    && tenant->minute / (60 * 1000000) == req->now_us / (60 * 1000000);
}

static const struct error *
look(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	int64_t item = item_of(process);
	const struct search_index_row *row;
	const struct search_tenant_row *tenant;
	struct shape_list hashes;
	struct buf payload;

	const struct error *error = store_index_lock(req, item, &row);
	if (!error)
		error = store_tenant_get(req, &tenant);
	if (!error)
		error = store_hash_list(req, item, embeddings_settings.model, &hashes);
	if (error || !row)
		return error;
	if (is_over_budget(req, tenant)) {
		*outcome = (struct step_outcome){ .verdict = STEP_NEXT, .delay_us = rest_of_minute_us(req) };
		return NULL;
	}
	bool is_of_model = row->model && strcmp(row->model, embeddings_settings.model) == 0;
	buf_init(&payload, req->arena, 128 + hashes.n * 36);
	buf_printf(&payload, "{\"generation\":%" PRId64, row->generation);
	if (is_of_model && row->content_hash && hashes.n == (size_t)row->chunks)
		buf_printf(&payload, ",\"versionHash\":\"%s\"", row->content_hash);
	buf_add_text(&payload, ",\"hashes\":[");
	for (size_t i = 0; i < hashes.n; i++)
		buf_printf(&payload, "%s\"%s\"", i ? "," : "", ((const struct search_hash_row *)hashes.items)[i].content_hash);
	buf_add_text(&payload, "]}");
	*outcome = (struct step_outcome){ .verdict = STEP_NEXT, .next = "embed", .payload = { payload.bytes, payload.len } };
	return NULL;
}

/* ---- embed ---- */

static bool
read_known(struct request *req, const struct process *process, struct known *known)
{
	struct json_error wrong;
	const struct json_value *payload = json_parse(req->arena, process->payload.json, process->payload.len, NULL, &wrong);
	const struct json_value *generation = payload ? json_get(payload, "generation") : NULL;
	const struct json_value *hash = payload ? json_get(payload, "versionHash") : NULL;

	if (!generation)
		return false;
	*known = (struct known){ .item = item_of(process), .generation = generation->integer, .version_hash = hash ? hash->text : NULL,
		.hashes = json_get(payload, "hashes") };
	return true;
}

static bool
has_vector(const struct known *known, const char *hash)
{
	for (uint32_t i = 0; i < known->hashes->n; i++) {
		if (strcmp(known->hashes->items[i].text, hash) == 0)
			return true;
	}
	return false;
}

static void
retry(struct step_outcome *outcome, struct result *result, const char *code, const char *reason, int64_t delay_us)
{
	result->code = code;
	outcome->verdict = STEP_RETRY;
	outcome->reason = reason;
	outcome->delay_us = delay_us;
}

/* NULL when nothing is published. */
static const struct error *
read_version(struct request *req, int64_t id, const struct content_items_snapshot_response **ret_version)
{
	struct content_items_snapshot_response *version = ARENA_NEW(req->arena, struct content_items_snapshot_response);
	struct content_items_snapshot_request get = { .id = id };

	const struct error *error = request_call(req, &operation_content_items_snapshot, &get, NULL, version);
	bool is_gone = error && req->call_fate == CALL_REFUSED && error->info->status == 404;
	if (error && !is_gone)
		return error;
	*ret_version = !is_gone && version->published_version && version->published_data.json ? version : NULL;
	return NULL;
}

/* Of everything that decides what the chunks are. */
static const char *
hash_of(struct request *req, const struct content_items_snapshot_response *version)
{
	const char *all = arena_printf(req->arena, "%s %s %" PRId64 " %" PRId64 " %s", version->published_hash, version->schema_hash,
	    *version->published_version, version->content_type_id, version->content_type_slug);
	char *hex = arena_alloc(req->arena, SHA256_HEX_BYTES);

	sha256_hex(hex, all, strlen(all));
	return hex;
}

static void
write_chunk(struct buf *json, size_t i, const struct chunk *chunk, const char *vector)
{
	buf_printf(json, "%s{\"i\":%zu,\"t\":", i ? "," : "", i);
	buf_add_json_text(json, chunk->text, chunk->n);
	buf_printf(json, ",\"h\":\"%s\",\"g\":\"%s\"", chunk->hash, language_of(chunk->locale, embeddings_settings.language));
	if (chunk->locale) {
		buf_add_text(json, ",\"l\":");
		buf_add_json_text(json, chunk->locale, strlen(chunk->locale));
	}
	if (vector)
		buf_printf(json, ",\"v\":\"%s\"", vector);
	buf_add_char(json, '}');
}

/* Word vectors are better off without labels; models read them. */
static struct provider_text
text_of(struct request *req, const char *model, const struct chunk *chunk)
{
	struct buf values;

	if (provider_is_remote(model))
		return (struct provider_text){ chunk->text, chunk->n };
	buf_init(&values, req->arena, chunk->n + 1);
	chunk_values(&values, chunk->text, chunk->n);
	return (struct provider_text){ values.bytes, values.len };
}

/* Vectors of the texts that have none: all, or as many as one request takes. */
static bool
embed_new(struct request *req, const struct known *known, const struct chunk_list *chunks, struct result *result, const char **vectors,
    struct provider_failure *failure)
{
	const char *model = embeddings_settings.model;
	size_t n_max = provider_is_remote(model) ? PROVIDER_BATCH_MAX : LOCAL_TEXTS_MAX, n = 0;
	struct provider_text *texts = ARENA_ARRAY(req->arena, struct provider_text, n_max);
	size_t *places = ARENA_ARRAY(req->arena, size_t, n_max);
	const char **made = ARENA_ARRAY(req->arena, const char *, n_max);

	for (size_t i = 0; i < chunks->n && !result->is_partial; i++) {
		if (has_vector(known, chunks->list[i].hash))
			continue;
		result->is_partial = n == n_max;
		if (!result->is_partial) {
			places[n] = i;
			texts[n++] = text_of(req, model, &chunks->list[i]);
		}
	}
	result->n_asked = provider_is_remote(model) ? (int64_t)n : 0;
	if (n > 0 && !provider_embed(req, model, texts, n, made, failure))
		return false;
	for (size_t i = 0; i < n; i++)
		vectors[places[i]] = made[i];
	return true;
}

static void
write_drafts(struct request *req, const struct chunk_list *chunks, const char *const *vectors, struct doc *ret_drafts)
{
	struct buf json;
	bool is_first = true;

	buf_init(&json, req->arena, 4096);
	buf_add_char(&json, '[');
	for (size_t i = 0; i < chunks->n; i++) {
		if (!vectors[i])
			continue;
		buf_printf(&json, "%s{\"h\":\"%s\",\"v\":\"%s\"}", is_first ? "" : ",", chunks->list[i].hash, vectors[i]);
		is_first = false;
	}
	buf_add_char(&json, ']');
	*ret_drafts = (struct doc){ json.bytes, json.len };
}

static void
write_chunks(struct request *req, const struct chunk_list *chunks, const char *const *vectors, struct doc *ret_chunks)
{
	struct buf json;

	buf_init(&json, req->arena, 4096);
	buf_add_char(&json, '[');
	for (size_t i = 0; i < chunks->n; i++)
		write_chunk(&json, i, &chunks->list[i], vectors[i]);
	buf_add_char(&json, ']');
	*ret_chunks = (struct doc){ json.bytes, json.len };
}

static void
cut_and_embed(struct request *req, const struct known *known, const struct content_items_snapshot_response *version, struct result *result,
    struct step_outcome *outcome)
{
	struct json_error wrong;
	const struct json_value *schema = json_parse(req->arena, version->schema, strlen(version->schema), NULL, &wrong);
	const struct json_value *data = json_parse(req->arena, version->published_data.json, version->published_data.len, NULL, &wrong);
	struct provider_failure failure;
	struct buf public_data;

	if (!data || data->type != JSON_OBJECT) {
		retry(outcome, result, "EMBEDDING_SYNC_FAILED", "the published data is not a JSON object", 0);
		return;
	}
	struct chunk_list chunks = chunks_make(req->arena, schema, data);
	const char **vectors = ARENA_ARRAY(req->arena, const char *, chunks.n + 1);
	if (!embed_new(req, known, &chunks, result, vectors, &failure)) {
		retry(outcome, result, failure.code, failure.problem, failure.retry_after_us);
		return;
	}
	if (result->is_partial) {
		write_drafts(req, &chunks, vectors, &result->drafts);
		return;
	}
	buf_init(&public_data, req->arena, version->published_data.len + 64);
	chunks_public_data(&public_data, schema, data);
	result->read = (struct version_read){ .item = known->item, .type_id = version->content_type_id, .version = *version->published_version,
		.type_slug = version->content_type_slug, .hash = hash_of(req, version), .model = embeddings_settings.model, .title = chunks_title(req->arena, schema, data),
		.dimension = embeddings_settings.dimension, .n_chunks = (int64_t)chunks.n, .public_data = { public_data.bytes, public_data.len } };
	write_chunks(req, &chunks, vectors, &result->read.chunks);
}

static void
embed(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct result *result = ARENA_NEW(req->arena, struct result);
	const struct content_items_snapshot_response *version;
	struct known known;

	outcome->memo = result;
	if (!read_known(req, process, &known)) {
		*outcome = (struct step_outcome){ .verdict = STEP_NEXT, .next = "look" };
		return;
	}
	result->item = known.item;
	result->generation = known.generation;
	const struct error *error = read_version(req, known.item, &version);
	if (error) {
		retry(outcome, result, "EMBEDDING_SYNC_FAILED", arena_printf(req->arena, "%s: %s", error->info->code, error->message), 0);
		return;
	}
	result->is_removed = !version;
	result->is_unchanged = version && known.version_hash && strcmp(known.version_hash, hash_of(req, version)) == 0;
	if (version && !result->is_unchanged)
		cut_and_embed(req, &known, version, result, outcome);
}

/* ---- its commit ---- */

static void
write_result(struct request *req, const struct search_index_row *row, const struct result *result)
{
	if (result->is_unchanged) {
		store_index_confirm(req, result->item);
		return;
	}
	int64_t n_chunks = result->is_removed ? 0 : result->read.n_chunks;
	bool is_changed = !row->content_hash || (!result->is_removed && strcmp(row->content_hash, result->read.hash) != 0);
	if (result->is_removed)
		store_version_remove(req, result->item);
	else
		store_version_write(req, &result->read, is_changed);
	store_drafts_remove(req, result->item);
	if (n_chunks != row->chunks || result->n_asked > 0)
		store_tenant_count(req, n_chunks - row->chunks, result->n_asked);
}

static const struct error *
settle(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct result *result = outcome->memo;
	const struct search_index_row *row;

	(void)process;
	if (!result)
		return NULL;
	const struct error *error = store_index_lock(req, result->item, &row);
	if (error || !row)
		return error;
	if (outcome->verdict == STEP_RETRY) {
		if (result->n_asked > 0)
			store_tenant_count(req, 0, result->n_asked);
		return NULL;
	}
	if (row->generation != result->generation) {
		*outcome = (struct step_outcome){ .verdict = STEP_NEXT, .next = "look" };
		return NULL;
	}
	if (outcome->verdict == STEP_FAILED) {
		/* The timer tries again; set aside, the process would be in the way of the next event. */
		store_index_fail(req, result->item, result->code);
		*outcome = (struct step_outcome){ .verdict = STEP_DONE };
		return NULL;
	}
	if (result->is_partial) {
		store_drafts_write(req, result->item, embeddings_settings.model, result->drafts);
		store_tenant_count(req, 0, result->n_asked);
		*outcome = (struct step_outcome){ .verdict = STEP_NEXT, .next = "look" };
		return NULL;
	}
	write_result(req, row, result);
	return NULL;
}

/* ---- tables ---- */

static const struct step index_steps[] = {
	{ .name = "look", .commit = look },
	{ .name = "embed", .run = embed, .commit = settle, .timeout_ms = EMBED_TIMEOUT_MS },
};

const struct process_kind embeddings_process_kinds[] = {
	{ .name = "index", .steps = index_steps, .n_steps = 2, .attempts_max = ATTEMPTS_MAX, .backoff_ms = BACKOFF_FIRST_MS,
	    .backoff_max_ms = BACKOFF_LAST_MS, .running_max = ITEMS_AT_ONCE },
	{ .name = "reindex", .steps = reindex_steps, .n_steps = REINDEX_STEPS, .backoff_ms = BACKOFF_FIRST_MS, .backoff_max_ms = BACKOFF_LAST_MS },
	{ .name = "retype", .steps = retype_steps, .n_steps = RETYPE_STEPS, .backoff_ms = BACKOFF_FIRST_MS, .backoff_max_ms = BACKOFF_LAST_MS },
};
const size_t embeddings_n_process_kinds = sizeof(embeddings_process_kinds) / sizeof(embeddings_process_kinds[0]);
