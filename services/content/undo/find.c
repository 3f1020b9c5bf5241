/* Which items are meant, and how each stands. */
#include <stdlib.h>
#include <string.h>

#include "content_queries.h"
#include "undo/undo.h"

enum { SINCE_DAYS = 1, CHANGES_SINCE_MAX = 5000 };

/* ---- candidates ---- */

static const struct error *
check_wish(struct request *req, const struct content_changes_undo_request *in)
{
	int n = (in->change_set != NULL) + (in->session != NULL) + (in->request_ids.n > 0) + (in->actor_id != NULL);

	if (n != 1)
		return FAIL_AT(req, VALIDATION_ERROR, "", "say what is to be undone by one of changeSet, session, requestIds, or actorId with since");
	if (in->actor_id && !in->since)
		return FAIL_AT(req, VALIDATION_ERROR, "/since", "with actorId, since says from when on, as in 2026-01-01T09:00:00.000Z");
	return NULL;
}

int64_t
undo_since(const struct request *req, const struct content_changes_undo_request *in)
{
	return in->since ? *in->since : req->now_us - (int64_t)SINCE_DAYS * 86400 * 1000000;
}

static const struct error *
find_candidates(struct request *req, const struct content_changes_undo_request *in, struct shape_list *ret_ids, bool *ret_is_cut)
{
	if (in->change_set || in->session) {
		const struct error *error = query_list(req, in->change_set ? &content_undo_of_change_set_query : &content_undo_of_session_query,
		    PARAMS(P_TEXT(in->change_set ? in->change_set : in->session), P_INT(UNDO_ITEMS_MAX + 1)), ret_ids);
		*ret_is_cut = !error && ret_ids->n > UNDO_ITEMS_MAX;
		return error;
	}
	const struct error *error = query_list(req, &content_undo_since_query, PARAMS(P_TIME(undo_since(req, in)), P_INT(CHANGES_SINCE_MAX + 1)), ret_ids);
	*ret_is_cut = !error && ret_ids->n > CHANGES_SINCE_MAX;
	return error;
}

static int
by_id(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* Each once. */
static size_t
distinct_ids(struct request *req, const struct shape_list *rows, int64_t **ret_ids)
{
	const struct content_id_row *row = rows->items;
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, rows->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < rows->n; i++)
		ids[i] = row[i].id;
	qsort(ids, rows->n, sizeof(*ids), by_id);
	for (size_t i = 0; i < rows->n; i++) {
		if (n == 0 || ids[n - 1] != ids[i])
			ids[n++] = ids[i];
	}
	*ret_ids = ids;
	return n;
}

/* ---- how an item stands ---- */

/* Its n changes, newest first. */
static void
read_item(const struct content_undo_row *row, size_t n, struct undo_item *item)
{
	const char *later_actor = NULL;

	*item = (struct undo_item){ .id = row->item_id, .head = row->version, .is_deleted = row->is_deletion };
	for (size_t i = 0; i < n; i++) {
		if (!row[i].is_meant) {
			if (!later_actor)
				later_actor = row[i].actor_id ? row[i].actor_id : "";
			continue;
		}
		if (row[i].at > item->newest_at)
			item->newest_at = row[i].at;
		item->later_actor = later_actor;
		item->before = i + 1 < n ? row[i + 1].version : 0;
		item->was_deleted = i + 1 < n && row[i + 1].is_deletion;
		item->is_beyond = i + 1 == n && row[i].version > 1;
	}
}

static size_t
read_changes(struct request *req, const struct shape_list *rows, struct undo_item **ret_items)
{
	const struct content_undo_row *row = rows->items;
	struct undo_item *items = ARENA_ARRAY(req->arena, struct undo_item, rows->n + 1);
	size_t n = 0;

	for (size_t i = 0, end; i < rows->n; i = end) {
		for (end = i; end < rows->n && row[end].item_id == row[i].item_id; end++)
			;
		read_item(&row[i], end - i, &items[n]);
		n += items[n].newest_at != 0;
	}
	*ret_items = items;
	return n;
}

static int
newest_first(const void *a, const void *b)
{
	const struct undo_item *left = a, *right = b;

	if (left->newest_at != right->newest_at)
		return left->newest_at < right->newest_at ? 1 : -1;
	return (left->id < right->id) - (left->id > right->id);
}

static const struct error *
too_large(struct request *req)
{
	return FAIL(req, UNDO_TOO_LARGE, "more than %d items, or more than %d changes since that time, would have to be looked at", UNDO_ITEMS_MAX, CHANGES_SINCE_MAX);
}

const struct error *
undo_find(struct request *req, const struct content_changes_undo_request *in, struct undo_item **ret_items, size_t *ret_n)
{
	struct shape_list candidates = { .n = 0 }, rows = { .n = 0 };
	bool is_cut = false;
	int64_t *ids = NULL;

	const struct error *error = check_wish(req, in);
	if (!error)
		error = find_candidates(req, in, &candidates, &is_cut);
	if (error)
		return error;
	if (is_cut)
		return too_large(req);
	size_t n_ids = distinct_ids(req, &candidates, &ids);
	error = query_list(req, &content_undo_changes_query, PARAMS(P_INT_LIST(ids, n_ids), P_TEXT(in->change_set), P_TEXT(in->session),
	    P_TEXT_LIST(in->request_ids.items, in->request_ids.n), P_TEXT(in->actor_id), P_TIME(undo_since(req, in)), P_INT(UNDO_CHANGES_MAX)), &rows);
	if (error)
		return error;
	*ret_n = read_changes(req, &rows, ret_items);
	if (*ret_n > UNDO_ITEMS_MAX)
		return too_large(req);
	qsort(*ret_items, *ret_n, sizeof(**ret_items), newest_first);
	return NULL;
}
