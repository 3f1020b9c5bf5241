/* The statements about releases as functions. */
#include "releases/release_store.h"

#include "content_queries.h"
#include "releases/verdicts.h"
#include "rules.h"
#include "store.h"
#include "total_cache.h"
#include "undo/things.h"

const struct error *
store_release_insert(struct request *req, const char *name, const char *description, const struct content_release_row **ret)
{
	const struct error *error = query_find(req, &content_release_insert_query,
	    PARAMS(P_TEXT(name), P_TEXT(description), P_TIME(rules_stored_time(req->now_us)), P_TEXT(store_actor(req))), ret);
	if (!error)
		change_note(req, &(struct change_note){ "content_release", "create", (*ret)->id, .is_there = true });
	return error;
}

const struct error *
store_release(struct request *req, int64_t id, const struct content_release_row **ret)
{
	return query_find(req, &content_release_get_query, PARAMS(P_INT(id)), ret);
}

const struct error *
store_release_lock(struct request *req, int64_t id, const struct content_release_row **ret)
{
	return query_find(req, &content_release_lock_query, PARAMS(P_INT(id)), ret);
}

const struct error *
store_releases(struct request *req, int64_t before, const char *status, int64_t limit, struct shape_list *ret)
{
	return query_list(req, &content_releases_list_query, PARAMS(P_INT(before), P_TEXT(status), P_INT(limit)), ret);
}

const struct error *
store_release_touch(struct request *req, int64_t id, const char *status, const struct content_release_row **ret)
{
	return query_find(req, &content_release_touch_query,
	    PARAMS(P_INT(id), P_TIME(rules_stored_time(req->now_us)), P_TEXT(store_actor(req)), P_TEXT(status)), ret);
}

void
store_release_delete(struct request *req, int64_t id)
{
	change_note(req, &(struct change_note){ "content_release", "delete", id, .was_there = true });
	query_send(req, &content_release_delete_query, PARAMS(P_INT(id)));
}

/* ---- entries ---- */

const struct error *
store_release_wishes(struct request *req, const struct release_wishes *wishes, struct shape_list *ret)
{
	return query_list(req, &content_release_wishes_query, PARAMS(P_INT_LIST(wishes->ids, wishes->n), P_INT_LIST(wishes->versions, wishes->n)), ret);
}

void
store_release_put(struct request *req, int64_t id, const struct release_wishes *wishes)
{
	query_send(req, &content_release_put_query,
	    PARAMS(P_INT(id), P_INT_LIST(wishes->ids, wishes->n), P_TEXT_LIST(wishes->actions, wishes->n), P_INT_LIST(wishes->versions, wishes->n),
	        P_INT_LIST(wishes->bases, wishes->n)));
}

void
store_release_remove(struct request *req, int64_t id, const int64_t *items, size_t n)
{
	query_send(req, &content_release_remove_query, PARAMS(P_INT(id), P_INT_LIST(items, n)));
}

const struct error *
store_release_lock_items(struct request *req, int64_t id)
{
	struct shape_list rows = { .n = 0 };
	const struct error *error = query_list(req, &content_release_lock_items_query, PARAMS(P_INT(id)), &rows);

	return error ? error : query_list(req, &content_release_lock_deleted_query, PARAMS(P_INT(id)), &rows);
}

const struct error *
store_release_rows(struct request *req, int64_t id, int64_t after, int64_t limit, struct shape_list *ret)
{
	return query_list(req, &content_release_rows_query, PARAMS(P_INT(id), P_INT(after), P_TIME(req->now_us), P_INT(limit)), ret);
}

const struct error *
store_release_data(struct request *req, const int64_t *ids, const int64_t *versions, size_t n, int64_t bytes_max, struct shape_list *ret)
{
	return query_list(req, &content_release_data_query, PARAMS(P_INT_LIST(ids, n), P_INT_LIST(versions, n), P_INT(bytes_max)), ret);
}

/* ---- carried out ---- */

void
store_release_note(struct request *req, int64_t id, const int64_t *changed, size_t n)
{
	query_send(req, &content_release_note_query, PARAMS(P_INT(id), P_INT_LIST(changed, n)));
}

static void
put_beside(struct request *req, int64_t id, const int64_t *items, size_t n, bool of_base)
{
	query_send(req, &content_release_refer_query, PARAMS(P_INT(id), P_INT_LIST(items, n), P_BOOL(of_base)));
	query_send(req, &content_fields_put_query, PARAMS(P_INT_LIST(items, n)));
	store_prompt(req, items, n);
	total_cache_touch(req->tenant);
}

void
store_release_publish(struct request *req, int64_t id, const int64_t *changed, size_t n)
{
	query_send(req, &content_release_keep_versions_query, PARAMS(P_INT_LIST(changed, n)));
	query_send(req, &content_release_publish_query,
	    PARAMS(P_INT(id), P_INT_LIST(changed, n), P_TIME(rules_stored_time(req->now_us)), P_TEXT(store_actor(req)), P_LABELS(req), P_ORIGIN(req)));
	put_beside(req, id, changed, n, false);
}

void
store_release_revert(struct request *req, int64_t id, const int64_t *changed, size_t n)
{
	query_send(req, &content_release_keep_versions_query, PARAMS(P_INT_LIST(changed, n)));
	query_send(req, &content_release_revert_items_query,
	    PARAMS(P_INT(id), P_INT_LIST(changed, n), P_TIME(rules_stored_time(req->now_us)), P_TEXT(store_actor(req)), P_LABELS(req), P_ORIGIN(req)));
	put_beside(req, id, changed, n, true);
}

void
store_release_restore(struct request *req, int64_t id, const int64_t *deleted, size_t n)
{
	query_send(req, &content_release_keep_deleted_query, PARAMS(P_INT_LIST(deleted, n)));
	query_send(req, &content_release_restore_items_query,
	    PARAMS(P_INT(id), P_INT_LIST(deleted, n), P_TIME(rules_stored_time(req->now_us)), P_TEXT(store_actor(req)), P_LABELS(req), P_ORIGIN(req)));
	put_beside(req, id, deleted, n, true);
}

void
store_release_delete_items(struct request *req, const int64_t *deleted, size_t n, int64_t purge_at)
{
	total_cache_touch(req->tenant);
	query_send(req, &content_release_delete_items_query, PARAMS(P_INT_LIST(deleted, n), P_TIME(req->now_us), P_TIME(purge_at), P_TEXT(store_actor(req)),
	    P_LABELS(req)));
}

const struct error *
store_release_referenced(struct request *req, const int64_t *deleted, size_t n, struct shape_list *ret)
{
	return query_list(req, &content_release_referenced_query, PARAMS(P_INT_LIST(deleted, n)), ret);
}
