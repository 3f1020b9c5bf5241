/* One item back to what it was before the changes that are meant. */
#include "undo/undo.h"

#include "undo/things.h"

#include <inttypes.h>
#include <string.h>

#include "content_queries.h"
#include "rules.h"
#include "store.h"
#include "validation.h"
#include "write.h"

/* ---- what became of it ---- */

static void
set_version(struct request *req, const int64_t **place, int64_t version)
{
	*place = version ? arena_memdup(req->arena, &version, sizeof(version)) : NULL;
}

/* A refusal is the item's result; a fault is everybody's. */
static const struct error *
take_refusal(struct request *req, const struct error *error, struct undone_item *result)
{
	return undo_take_refusal(req, error, &result->outcome, &result->code, &result->reason);
}

static const struct error *
conflict(struct request *req, const struct undo_item *item, struct undone_item *result)
{
	result->outcome = "conflict";
	result->code = "VERSION_CONFLICT";
	result->reason = arena_printf(req->arena, "content item %" PRId64 " was changed since by %s; it is at version %" PRId64 "%s", item->id,
	    item->later_actor[0] ? item->later_actor : "somebody", item->head, item->is_deleted ? " and deleted" : "");
	return NULL;
}

/* ---- the ways back ---- */

static const struct error *
delete_item(struct request *req, const struct undo_item *item, struct undone_item *result)
{
	struct content_items_delete_response gone = { .id = 0 };
	const struct error *error = content_items_delete(req, &(struct content_items_delete_request){ .id = item->id, .expected_version = &item->head }, &gone);

	if (error)
		return take_refusal(req, error, result);
	result->outcome = "deleted";
	result->public_change = gone.public_change;
	return NULL;
}

static const struct error *
read_state(struct request *req, int64_t id, int64_t version, const struct content_state_row **ret_state)
{
	const struct error *error = store_state(req, id, version, ret_state);

	if (!error && (!*ret_state || !(*ret_state)->status))
		return FAIL(req, TARGET_VERSION_NOT_FOUND, "content item %" PRId64 " has no version %" PRId64, id, version);
	return error;
}

/* What the public saw as of the version that it goes back to. */
static const struct error *
read_public_view(struct request *req, const struct undo_item *item, const struct content_state_row *target, int64_t version,
    const int64_t *seen_then, struct public_view *ret_view)
{
	const struct content_state_row *seen = NULL;
	const struct json_value *data = NULL;
	int64_t published = seen_then ? *seen_then : 0, now = target->published_version ? *target->published_version : 0;

	if (strcmp(target->status, STATUS_PUBLISHED) == 0) {
		*ret_view = (struct public_view){ .version = PUBLIC_NEXT };
		return NULL;
	}
	if (strcmp(target->status, STATUS_ARCHIVED) == 0 || published > version)
		published = 0;
	*ret_view = (struct public_view){ .version = published };
	if (!published || published == now)
		return NULL;
	const struct error *error = read_state(req, item->id, published, &seen);
	if (!error)
		error = validation_stored_data(req, seen->data, &data);
	if (!error)
		ret_view->text = rules_search_text(req->arena, data);
	return error;
}

static const struct error *
revert(struct request *req, const struct undo_item *item, int64_t head, int64_t version, struct undone_item *result)
{
	const struct content_state_row *target = NULL;
	const struct content_undo_state_row *then = NULL;
	struct change change = { .id = item->id, .kind = CHANGE_UNDO, .expected_version = &head };
	struct changed changed = { .before = NULL };

	const struct error *error = read_state(req, item->id, version, &target);
	if (!error)
		error = query_find(req, &content_undo_state_query, PARAMS(P_INT(item->id), P_INT(version)), &then);
	if (!error)
		error = read_public_view(req, item, target, version, then ? then->published_version : NULL, &change.was_public);
	if (!error)
		error = validation_stored_data(req, target->data, &change.intended.replacement);
	if (error)
		return take_refusal(req, error, result);
	change.status = target->status;
	change.replacement = target->data;
	change.content_type_id = then ? &then->content_type_id : NULL;
	error = write_change(req, &change, &changed);
	if (error)
		return take_refusal(req, error, result);
	int64_t seen = changed.before->published_version ? *changed.before->published_version : 0;
	result->outcome = result->outcome ? result->outcome : changed.item.is_unchanged ? "unchanged" : "reverted";
	result->public_change |= (changed.item.published_version ? *changed.item.published_version : 0) != seen;
	set_version(req, &result->version, changed.item.version);
	return NULL;
}

static const struct error *
restore(struct request *req, const struct undo_item *item, int64_t version, struct undone_item *result)
{
	struct content_item back = { .id = 0 };
	const struct error *error = content_items_restore(req, &(struct content_items_restore_request){ .id = item->id }, &back);

	if (error)
		return take_refusal(req, error, result);
	result->outcome = "restored";
	set_version(req, &result->version, back.version);
	return revert(req, item, back.version, version, result);
}

const struct error *
undo_item(struct request *req, const struct undo_item *item, struct undone_item *ret_result)
{
	bool was_there = item->before > 0 && !item->was_deleted;

	*ret_result = (struct undone_item){ .content_item_id = item->id };
	if (item->later_actor)
		return conflict(req, item, ret_result);
	if (item->is_beyond)
		return take_refusal(req, FAIL(req, UNDO_TOO_LARGE, "content item %" PRId64 " has more than %d changes since", item->id, UNDO_CHANGES_MAX), ret_result);
	set_version(req, &ret_result->to_version, was_there ? item->before : 0);
	if (!was_there && item->is_deleted) { /* made and deleted by the same changes, or restored and deleted */
		ret_result->outcome = "unchanged";
		return NULL;
	}
	if (!was_there)
		return delete_item(req, item, ret_result);
	set_version(req, &ret_result->version, item->head);
	return item->is_deleted ? restore(req, item, item->before, ret_result) : revert(req, item, item->head, item->before, ret_result);
}

/* ---- the operation ---- */

/* What is undone has a label of its own, so that the undoing can be undone. */
static void
label(struct request *req)
{
	req->labels.change_set = arena_printf(req->arena, "undo:%.*s", LABEL_BYTES_MAX - 5, req->request_id);
}

static const struct error *
undo_items(struct request *req, struct undo_item *items, size_t n, struct undone_item *results)
{
	const struct error *error = NULL;

	for (size_t i = 0; i < n && !error; i++)
		error = undo_item(req, &items[i], &results[i]);
	return error;
}

/* Counts what was undone; where all of it was wanted, the first that was not is an error. */
static const struct error *
sum_up(struct request *req, bool is_atomic, struct content_changes_undo_response *out)
{
	const struct undone_item *item = out->results.items;
	const struct undone_thing *thing = out->others.items;

	for (size_t i = 0; i < out->results.n; i++) {
		if (item[i].code && is_atomic)
			return FAIL_WITH(req, UNDO_CONFLICT, arena_printf(req->arena, "{\"contentItemId\":%" PRId64 ",\"code\":\"%s\"}", item[i].content_item_id, item[i].code),
			    "nothing was undone: %s", item[i].reason);
		*(item[i].code ? &out->not_undone : &out->undone) += 1;
	}
	for (size_t i = 0; i < out->others.n; i++) {
		if (thing[i].code && is_atomic)
			return FAIL_WITH(req, UNDO_CONFLICT, arena_printf(req->arena, "{\"entityType\":\"%s\",\"entityId\":%" PRId64 ",\"code\":\"%s\"}", thing[i].entity_type,
			    thing[i].entity_id, thing[i].code), "nothing was undone: %s", thing[i].reason);
		*(thing[i].code ? &out->not_undone : &out->undone) += 1;
	}
	return NULL;
}

const struct error *
content_changes_undo(struct request *req, const struct content_changes_undo_request *in, struct content_changes_undo_response *out)
{
	struct undo_item *items = NULL;
	struct undo_plan plan = { .n = 0 };
	size_t n = 0;

	const struct error *error = undo_find(req, in, &items, &n);
	if (!error)
		error = things_find(req, in, undo_since(req, in), &plan);
	if (error)
		return error;
	label(req);
	struct undone_item *results = ARENA_ARRAY(req->arena, struct undone_item, n + 1);
	error = things_undo(req, &plan, UNDO_BEFORE_ITEMS);
	if (!error)
		error = undo_items(req, items, n, results);
	if (!error)
		error = things_undo(req, &plan, UNDO_AFTER_ITEMS);
	if (error)
		return error;
	out->change_set = req->labels.change_set;
	out->results = (struct shape_list){ .items = results, .n = n };
	out->others = (struct shape_list){ .items = plan.results ? (const void *)plan.results : "", .n = plan.n };
	return sum_up(req, in->atomic && *in->atomic, out);
}
