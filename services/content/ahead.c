/* Locks of many items in one statement; the handlers take them one by one. */
#include "ahead.h"

#include "content.h"
#include "store.h"

enum { HELD_BYTES_MAX = 1024 * 1024 }; /* of data; what is larger is locked by its own statement */

struct held {
	struct content_head_row *heads;
	const int64_t *target_ids; /* of heads: where it was said to go, 0: it stays */
	size_t n_heads;
	struct content_target_row *targets;
	size_t n_targets;
};

const struct content_head_row *
ahead_head(struct request *req, int64_t id, int64_t target_type_id)
{
	const struct held *held = req->held;

	for (size_t i = 0; held && i < held->n_heads; i++) {
		struct content_head_row *head = &held->heads[i];
		if (head->id != id || !head->data.json || held->target_ids[i] != target_type_id)
			continue;
		struct content_head_row *taken = arena_memdup(req->arena, head, sizeof(*head));
		head->id = 0; /* the next one of the group must see what this one makes of it */
		return taken;
	}
	return NULL;
}

const struct content_target_row *
ahead_target(struct request *req, int64_t type_id)
{
	const struct held *held = req->held;

	for (size_t i = 0; held && i < held->n_targets; i++) {
		struct content_target_row *target = &held->targets[i];
		if (target->content_type_id != type_id)
			continue;
		struct content_target_row *taken = arena_memdup(req->arena, target, sizeof(*target));
		target->content_type_id = 0; /* each has an item's id of its own */
		return taken;
	}
	return NULL;
}

/* ---- locking ---- */

struct wishes {
	int64_t *ids, *type_ids;
	size_t n;
	int64_t *targets;
	size_t n_targets;
};

/* An item's second change in a group has to see the first. */
static void
wish_head(struct wishes *wishes, int64_t id, const int64_t *type_id)
{
	for (size_t i = 0; i < wishes->n; i++) {
		if (wishes->ids[i] == id)
			return;
	}
	wishes->ids[wishes->n] = id;
	wishes->type_ids[wishes->n++] = type_id ? *type_id : 0;
}

static void
wish(struct wishes *wishes, const struct operation *operation, const void *in)
{
	if (operation == &operation_content_items_create) {
		const struct content_items_create_request *create = in;
		if (create->content_type_id)
			wishes->targets[wishes->n_targets++] = create->content_type_id;
	} else if (operation == &operation_content_items_update) {
		const struct content_items_update_request *update = in;
		wish_head(wishes, update->id, update->content_type_id);
	} else if (operation == &operation_content_items_patch) {
		wish_head(wishes, ((const struct content_items_patch_request *)in)->id, NULL);
	} else if (operation == &operation_content_items_publish) {
		wish_head(wishes, ((const struct content_items_publish_request *)in)->id, NULL);
	} else if (operation == &operation_content_items_unpublish) {
		wish_head(wishes, ((const struct content_items_unpublish_request *)in)->id, NULL);
	}
}

/* Rows come in the order of the wishes, without those that do not exist. */
static const struct error *
lock_heads(struct request *req, const struct wishes *wishes, struct held *held)
{
	struct shape_list rows = { .n = 0 };
	int64_t *target_ids = ARENA_ARRAY(req->arena, int64_t, wishes->n + 1);

	const struct error *error = store_heads_lock(req, &(struct head_locks){ wishes->ids, wishes->type_ids, wishes->n, HELD_BYTES_MAX }, &rows);
	if (error)
		return error;
	held->heads = arena_memdup(req->arena, rows.items, rows.n * sizeof(struct content_head_row));
	held->n_heads = rows.n;
	for (size_t i = 0, k = 0; i < rows.n; i++, k++) {
		while (wishes->ids[k] != held->heads[i].id)
			k++;
		target_ids[i] = wishes->type_ids[k];
	}
	held->target_ids = target_ids;
	return NULL;
}

static const struct error *
lock_wishes(struct request *req, const struct wishes *wishes, const void **ret_held)
{
	struct held *held = ARENA_NEW(req->arena, struct held);
	struct shape_list rows = { .n = 0 };
	const struct error *error = NULL;

	if (wishes->n > 0)
		error = lock_heads(req, wishes, held);
	if (!error && wishes->n_targets > 0)
		error = store_targets(req, wishes->targets, wishes->n_targets, &rows);
	if (error)
		return error;
	held->targets = arena_memdup(req->arena, rows.items, rows.n * sizeof(struct content_target_row));
	held->n_targets = rows.n;
	*ret_held = held;
	return NULL;
}

static bool
knows(const struct operation *operation)
{
	return operation == &operation_content_items_create || operation == &operation_content_items_update || operation == &operation_content_items_patch
	    || operation == &operation_content_items_publish || operation == &operation_content_items_unpublish;
}

static const struct error *
lock(struct request *req, const struct operation *const operations[], const void *const in[], size_t n, const void **ret_held)
{
	struct wishes wishes = { .ids = ARENA_ARRAY(req->arena, int64_t, n), .type_ids = ARENA_ARRAY(req->arena, int64_t, n),
		.targets = ARENA_ARRAY(req->arena, int64_t, n) };

	for (size_t i = 0; i < n; i++)
		wish(&wishes, operations[i], in[i]);
	return lock_wishes(req, &wishes, ret_held);
}

const struct ahead content_ahead = { knows, lock };

const struct error *
ahead_lock_heads(struct request *req, const int64_t *ids, const int64_t *type_ids, size_t n)
{
	struct wishes wishes = { .ids = ARENA_ARRAY(req->arena, int64_t, n), .type_ids = ARENA_ARRAY(req->arena, int64_t, n) };

	for (size_t i = 0; i < n; i++)
		wish_head(&wishes, ids[i], &type_ids[i]);
	return lock_wishes(req, &wishes, &req->held);
}

/* ---- one by one, where nothing is held ---- */

const struct error *
store_item_target(struct request *req, int64_t type_id, const struct content_target_row **ret_target)
{
	struct shape_list rows = { .n = 0 };
	const struct error *error;

	*ret_target = ahead_target(req, type_id);
	if (*ret_target)
		return NULL;
	error = store_targets(req, &type_id, 1, &rows);
	if (!error && rows.n > 0)
		*ret_target = rows.items;
	return error;
}

const struct error *
store_targets(struct request *req, const int64_t *type_ids, size_t n, struct shape_list *ret_targets)
{
	return query_list(req, &content_items_target_query, PARAMS(P_INT_LIST(type_ids, n)), ret_targets);
}

const struct error *
store_heads_lock(struct request *req, const struct head_locks *locks, struct shape_list *ret_heads)
{
	return query_list(req, &content_items_lock_query,
	    PARAMS(P_INT_LIST(locks->ids, locks->n), P_INT_LIST(locks->type_ids, locks->n), P_INT(locks->bytes_max)), ret_heads);
}

const struct error *
store_item_lock(struct request *req, int64_t id, const int64_t *type_id, int64_t version, struct locked_item *ret_item)
{
	int64_t target_id = type_id ? *type_id : 0;
	struct locked_item item = { .head = version ? NULL : ahead_head(req, id, target_id) };
	struct shape_list heads = { .n = 0 };

	if (item.head) {
		*ret_item = item;
		return NULL;
	}
	db_ticket lock = query_ask(req, &content_items_lock_query, PARAMS(P_INT_LIST(&id, 1), P_INT_LIST(&target_id, 1), P_INT(INT64_MAX)));
	db_ticket old = version ? query_ask(req, &content_version_get_query, PARAMS(P_INT(id), P_INT(version))) : 0;

	const struct error *error = query_claim_list(req, lock, &heads);
	if (!error && version)
		error = query_claim(req, old, &item.old);
	if (error)
		return error;
	item.head = heads.n > 0 ? heads.items : NULL;
	*ret_item = item;
	return NULL;
}
