/* Which other things are meant, and how each stands. */
#include <stdlib.h>
#include <string.h>

#include "content_queries.h"
#include "store.h"
#include "undo/things.h"
#include "undo/undo.h"

enum { CHANGES_SINCE_MAX = 5000 };

static const struct error *
too_large(struct request *req)
{
	return FAIL(req, UNDO_TOO_LARGE, "more than %d types, assets and other things, or more than %d changes of such since that time, would have to be looked at",
	    UNDO_THINGS_MAX, CHANGES_SINCE_MAX);
}

static const struct error *
find_candidates(struct request *req, const struct content_changes_undo_request *in, int64_t since, struct shape_list *ret_rows)
{
	if (in->change_set || in->session)
		return query_list(req, in->change_set ? &content_undo_things_of_change_set_query : &content_undo_things_of_session_query,
		    PARAMS(P_TEXT(in->change_set ? in->change_set : in->session), P_INT(UNDO_THINGS_MAX + 1)), ret_rows);
	const struct error *error = query_list(req, &content_undo_things_since_query, PARAMS(P_TIME(since), P_INT(CHANGES_SINCE_MAX + 1)), ret_rows);
	return error || ret_rows->n <= CHANGES_SINCE_MAX ? error : too_large(req);
}

static int
by_thing(const void *a, const void *b)
{
	const struct content_thing_row *left = a, *right = b;
	int order = strcmp(left->kind, right->kind);

	return order ? order : (left->entity_id > right->entity_id) - (left->entity_id < right->entity_id);
}

/* Its n changes, newest first. */
static void
read_thing(const struct content_thing_change_row *row, size_t n, struct undo_thing *thing)
{
	const char *later_actor = NULL;

	*thing = (struct undo_thing){ .kind = row->kind, .id = row->entity_id, .is_there = row->is_there, .last_action = row->action };
	for (size_t i = 0; i < n; i++) {
		if (!row[i].is_meant) {
			if (!later_actor)
				later_actor = row[i].actor_id ? row[i].actor_id : "";
			continue;
		}
		if (!thing->newest_at) {
			thing->newest_at = row[i].at;
			thing->action = row[i].action;
		}
		thing->later_actor = later_actor;
		thing->before = row[i].id;
		thing->was_there = row[i].was_there;
		thing->is_beyond = i + 1 == UNDO_CHANGES_MAX;
	}
}

static int
newest_first(const void *a, const void *b)
{
	const struct undo_thing *left = a, *right = b;

	if (left->newest_at != right->newest_at)
		return left->newest_at < right->newest_at ? 1 : -1;
	return (left->before < right->before) - (left->before > right->before);
}

static const struct error *
read_changes(struct request *req, const struct shape_list *rows, struct undo_plan *plan)
{
	const struct content_thing_change_row *row = rows->items;

	plan->things = ARENA_ARRAY(req->arena, struct undo_thing, rows->n + 1);
	for (size_t i = 0, end; i < rows->n; i = end) {
		for (end = i; end < rows->n && by_thing(&(struct content_thing_row){ row[end].kind, row[end].entity_id }, &(struct content_thing_row){ row[i].kind, row[i].entity_id }) == 0; end++)
			;
		read_thing(&row[i], end - i, &plan->things[plan->n]);
		plan->n += plan->things[plan->n].newest_at != 0;
	}
	if (plan->n > UNDO_THINGS_MAX)
		return too_large(req);
	qsort(plan->things, plan->n, sizeof(*plan->things), newest_first);
	plan->results = ARENA_ARRAY(req->arena, struct undone_thing, plan->n + 1);
	for (size_t i = 0; i < plan->n; i++)
		plan->results[i] = (struct undone_thing){ .entity_type = plan->things[i].kind, .entity_id = plan->things[i].id };
	return NULL;
}

const struct error *
things_find(struct request *req, const struct content_changes_undo_request *in, int64_t since, struct undo_plan *ret_plan)
{
	struct shape_list rows = { .n = 0 };
	size_t n = 0;

	*ret_plan = (struct undo_plan){ .n = 0 };
	const struct error *error = find_candidates(req, in, since, &rows);
	if (error)
		return error;
	struct content_thing_row *thing = ARENA_ARRAY(req->arena, struct content_thing_row, rows.n + 1);
	const char **kinds = ARENA_ARRAY(req->arena, const char *, rows.n + 1);
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, rows.n + 1);
	if (rows.n > 0)
		memcpy(thing, rows.items, rows.n * sizeof(*thing));
	qsort(thing, rows.n, sizeof(*thing), by_thing);
	for (size_t i = 0; i < rows.n; i++) {
		if (i > 0 && by_thing(&thing[i], &thing[i - 1]) == 0)
			continue;
		kinds[n] = thing[i].kind;
		ids[n++] = thing[i].entity_id;
	}
	if ((in->change_set || in->session) && n > UNDO_THINGS_MAX)
		return too_large(req);
	error = query_list(req, &content_undo_thing_changes_query, PARAMS(P_TEXT_LIST(kinds, n), P_INT_LIST(ids, n), P_TEXT(in->change_set), P_TEXT(in->session),
	    P_TEXT_LIST(in->request_ids.items, in->request_ids.n), P_TEXT(in->actor_id), P_TIME(since), P_INT(UNDO_CHANGES_MAX)), &rows);
	return error ? error : read_changes(req, &rows, ret_plan);
}
