/* Many items in one transaction: all of them or none, or each for itself. */
#include <inttypes.h>
#include <string.h>

#include "ahead.h"
#include "content.h"
#include "rules.h"
#include "store.h"
#include "write.h"

struct batch {
	bool is_atomic;
	struct content_batch_result *results;
	size_t n;
};

static const struct error *
start_batch(struct request *req, size_t n, const bool *atomic, struct batch *ret_batch)
{
	if (n == 0)
		return FAIL(req, EMPTY_BATCH, "the batch is empty");
	*ret_batch = (struct batch){ .is_atomic = atomic && *atomic, .results = ARENA_ARRAY(req->arena, struct content_batch_result, n) };
	req->sums_charges = true;
	return NULL;
}

static void
write_failure(struct buf *buf, size_t index, const struct error *error)
{
	buf_printf(buf, "{\"index\":%zu,\"ok\":false,\"code\":\"%s\",\"error\":", index, error->info->code);
	buf_add_json_text(buf, error->message, strlen(error->message));
	if (error->context)
		buf_printf(buf, ",\"context\":%s", error->context);
	buf_add_char(buf, '}');
}

/* A refusal is the entry's result, or in an atomic batch the end of it; a fault is everybody's. */
static const struct error *
add_refusal(struct request *req, struct batch *batch, const struct error *error)
{
	struct buf context;

	if (error->info->status >= 500 || req->must_rerun || req->is_lost)
		return error;
	if (arena_is_exhausted(req->arena)) /* the entry is refused for what the others need */
		return FAIL(req, RESPONSE_TOO_LARGE, "the batch needs more memory than a request has; send its entries in several");
	if (batch->is_atomic) {
		buf_init(&context, req->arena, 256);
		write_failure(&context, batch->n, error);
		return FAIL_WITH(req, BATCH_ATOMIC_FAILED, context.bytes, "entry %zu of the batch was refused, so nothing was done: %s", batch->n, error->message);
	}
	batch->results[batch->n] = (struct content_batch_result){ .index = (int64_t)batch->n, .code = error->info->code, .error = error->message,
		.context = { error->context, error->context ? strlen(error->context) : 0 } };
	batch->n++;
	return NULL;
}

static const struct error *
add_result(struct request *req, struct batch *batch, const struct error *error, const struct content_item *item)
{
	if (error)
		return add_refusal(req, batch, error);
	struct content_batch_result *result = &batch->results[batch->n];
	*result = (struct content_batch_result){ .index = (int64_t)batch->n, .ok = true,
		.id = arena_memdup(req->arena, &item->id, sizeof(int64_t)), .version = item->version ? arena_memdup(req->arena, &item->version, sizeof(int64_t)) : NULL };
	batch->n++;
	return NULL;
}

/* What was done is paid for together, or not done. */
static const struct error *
end_batch(struct request *req, const struct batch *batch, struct content_batch *out)
{
	req->sums_charges = false;
	*out = (struct content_batch){ .atomic = batch->is_atomic, .results = { .items = batch->results, .n = batch->n } };
	return request_charge(req, req->summed_sats);
}

/* The skeleton has put the type's id in the place of its slug, or 0 where there is no such type. */
static const struct error *
check_slug(struct request *req, const char *slug, const int64_t *id)
{
	return slug && !*id ? FAIL_AT(req, CONTENT_TYPE_NOT_FOUND, "/contentTypeId", "'%s' is the slug of no content type", slug) : NULL;
}

const struct error *
content_batch_create(struct request *req, const struct content_batch_create_request *in, struct content_batch *out)
{
	const struct new_batch_item *entry = in->items.items;
	struct batch batch = { .n = 0 };

	const struct error *error = start_batch(req, in->items.n, in->atomic, &batch);
	for (size_t i = 0; !error && i < in->items.n; i++) {
		struct content_items_create_request create = { .content_type_id = entry[i].content_type_id, .data = entry[i].data, .status = entry[i].status };
		struct content_item item = { .id = 0 };
		error = check_slug(req, entry[i].content_type_id_slug, &create.content_type_id);
		if (!error)
			error = content_items_create(req, &create, &item);
		error = add_result(req, &batch, error, &item);
	}
	return error ? error : end_batch(req, &batch, out);
}

static const struct error *
lock_all(struct request *req, const struct changed_batch_item *entries, size_t n)
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n), *type_ids = ARENA_ARRAY(req->arena, int64_t, n);

	for (size_t i = 0; i < n; i++) {
		ids[i] = entries[i].id;
		type_ids[i] = entries[i].content_type_id ? *entries[i].content_type_id : 0;
	}
	return ahead_lock_heads(req, ids, type_ids, n);
}

const struct error *
content_batch_update(struct request *req, const struct content_batch_update_request *in, struct content_batch *out)
{
	const struct changed_batch_item *entry = in->items.items;
	struct batch batch = { .n = 0 };

	const struct error *error = start_batch(req, in->items.n, in->atomic, &batch);
	if (!error)
		error = lock_all(req, entry, in->items.n);
	for (size_t i = 0; !error && i < in->items.n; i++) {
		struct content_items_update_request update = { .id = entry[i].id, .content_type_id = entry[i].content_type_id, .data = entry[i].data,
			.status = entry[i].status, .expected_version = entry[i].expected_version };
		struct content_item item = { .id = 0 };
		error = check_slug(req, entry[i].content_type_id_slug, update.content_type_id);
		if (!error)
			error = content_items_update(req, &update, &item);
		error = add_result(req, &batch, error, &item);
	}
	return error ? error : end_batch(req, &batch, out);
}

const struct error *
content_batch_delete(struct request *req, const struct content_batch_delete_request *in, struct content_batch *out)
{
	const int64_t *ids = in->ids.items;
	struct batch batch = { .n = 0 };

	const struct error *error = start_batch(req, in->ids.n, in->atomic, &batch);
	for (size_t i = 0; !error && i < in->ids.n; i++) {
		struct content_items_delete_response gone = { .id = 0 };
		error = content_items_delete(req, &(struct content_items_delete_request){ .id = ids[i], .force = in->force }, &gone);
		error = add_result(req, &batch, error, &(struct content_item){ .id = ids[i] });
	}
	return error ? error : end_batch(req, &batch, out);
}
