/* What takes items away and brings them, or their earlier versions, back. */
#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "conflict.h"
#include "content.h"
#include "diff.h"
#include "id.h"
#include "licensing/gate.h"
#include "rules.h"
#include "schema_change/carry.h"
#include "store.h"
#include "validation.h"
#include "write.h"

enum { DAY_SECONDS = 24 * 3600 };

/* Lock the head, and the superseded version asked for (0: none) beside it; hold the caller's version token against it. */
static const struct error *
lock_item(struct request *req, int64_t id, int64_t version, const int64_t *expected_version, struct locked_item *ret_item)
{
	struct locked_item item = { .head = NULL };
	const struct error *error = store_item_lock(req, id, NULL, version, &item);
	if (error)
		return error;
	if (!item.head)
		return write_not_found(req, id);
	if (!rules_token_is_current(expected_version, item.head->version))
		return conflict_item(req, *expected_version, item.head);
	*ret_item = item;
	return NULL;
}

/* ---- diff ---- */

static const struct error *
find_state(struct request *req, int64_t id, int64_t version, const struct content_state_row **ret_state, const struct json_value **ret_data)
{
	const struct content_state_row *state = NULL;
	const struct error *error = store_state(req, id, version, &state);
	if (error)
		return error;
	bool is_hidden = state && content_is_public_reader(req) && (!state->published_version || *state->published_version != version);
	if (!state || (is_hidden && !state->published_version))
		return write_not_found(req, id);
	if (!state->status || is_hidden)
		return FAIL(req, TARGET_VERSION_NOT_FOUND, "content item %" PRId64 " has no version %" PRId64, id, version);
	*ret_state = state;
	return validation_stored_data(req, state->data, ret_data);
}

const struct error *
content_versions_diff(struct request *req, const struct content_versions_diff_request *in, struct content_versions_diff_response *out)
{
	static const struct diff_bounds bounds = { .entries_max = 1000, .value_bytes_max = 65536, .bytes_max = 1024 * 1024 };
	const struct content_state_row *from = NULL, *to = NULL;
	const struct json_value *before = NULL, *after = NULL;

	const struct error *error = find_state(req, in->id, in->from, &from, &before);
	if (error)
		return error;
	int64_t to_version = in->to ? *in->to : content_is_public_reader(req) ? *from->published_version : from->head_version;
	error = find_state(req, in->id, to_version, &to, &after);
	if (error)
		return error;
	struct diff diff = diff_documents(req->arena, before, after, &bounds);
	*out = (struct content_versions_diff_response){ .content_item_id = in->id, .from = in->from, .to = to_version,
		.from_status = from->status, .to_status = to->status, .patch = diff.entries, .changes = (int64_t)diff.n, .is_complete = diff.is_complete };
	return NULL;
}

/* ---- delete ---- */

static const char *
deletion_message(struct request *req, const struct content_head_row *head, int64_t purge_at)
{
	char until[TIME_TEXT_BYTES];

	time_format(until, purge_at);
	return arena_printf(req->arena, "content item %" PRId64 " %s deleted; until %s it can be restored, then its %" PRId64 " version%s %s gone for good",
	    head->id, req->dry_run ? "would be" : "is", until, head->version, head->version == 1 ? "" : "s", head->version == 1 ? "is" : "are");
}

const struct error *
content_items_delete(struct request *req, const struct content_items_delete_request *in, struct content_items_delete_response *out)
{
	struct locked_item item = { .head = NULL };
	bool is_sold = false;

	const struct error *error = lock_item(req, in->id, 0, in->expected_version, &item);
	if (error)
		return error;
	const struct content_head_row *head = item.head;
	error = references_check_unused(req, &(struct reference_target){ REFERENCE_TO_ITEM, in->id, ERROR_CONTENT_ITEM_REFERENCED }, in->force);
	if (!error)
		error = request_charge(req, head->price);
	if (!error)
		error = gate_is_sold(req, in->id, head->content_type_id, head->content_type_id, &is_sold);
	if (error)
		return error;
	int64_t purge_at = rules_stored_time(req->now_us) + content_deleted_keep_days() * DAY_SECONDS * INT64_C(1000000);

	store_item_delete(req, in->id, purge_at);
	*out = (struct content_items_delete_response){ .id = in->id, .message = deletion_message(req, head, purge_at),
		.versions = head->version, .restorable_until = purge_at, .public_change = head->published_version != NULL };
	emit_content_item_delete(req, in->id, head->version, &(struct content_item_delete_event){
	    .content_type_id = head->content_type_id, .old_status = head->status, .content_hash = write_hash(req, head->data),
	    .version = head->version, .published_version = head->published_version, .restorable_until = purge_at,
	    .data = is_sold ? (struct doc){ .json = NULL } : rules_event_data(head->data) });
	return NULL;
}

/* ---- restore ---- */

static const struct error *
not_restorable(struct request *req, int64_t id)
{
	const struct content_public_row *there = NULL;
	const struct error *error = store_item_public(req, id, &there);
	if (error)
		return error;
	if (there)
		return FAIL(req, CONTENT_ITEM_NOT_DELETED, "content item %" PRId64 " is not deleted", id);
	return FAIL(req, CONTENT_ITEM_NOT_FOUND, "no deleted content item %" PRId64 " can be restored: it was not deleted, or its retention time has passed", id);
}

/* Where the type has another schema by now, its recorded steps come first.  Forced, and where none are recorded, it comes back as it was. */
static const struct error *
restored_data(struct request *req, const struct content_deleted_row *item, bool is_forced, struct next_head *next, const struct json_value **ret_data)
{
	struct carried carried = { .what = arena_printf(req->arena, "content item %" PRId64, item->id),
		.way_out = "Have it back as it was with force=true, then correct it.", .type_id = item->content_type_id, .from = item->schema_version,
		.to = *item->target_schema_version, .schema_hash = item->target_schema_hash, .text = item->data };
	bool is_recorded = false;

	next->data = item->data;
	next->schema_version = item->schema_version;
	const struct error *error = validation_stored_data(req, item->data, &carried.data);
	*ret_data = carried.data;
	if (!error && !is_forced && carried.from < carried.to)
		error = carry_is_recorded(req, carried.type_id, carried.from, &is_recorded);
	if (error || !is_recorded)
		return error;
	error = carry_over(req, &carried);
	next->data = carried.text;
	next->schema_version = carried.to;
	*ret_data = carried.data;
	return error;
}

const struct error *
content_items_restore(struct request *req, const struct content_items_restore_request *in, struct content_item *out)
{
	const struct content_deleted_row *item = NULL;
	const struct json_value *data = NULL;
	int64_t other_id = 0;

	const struct error *error = store_deleted_lock(req, in->id, &item);
	if (error)
		return error;
	if (!item)
		return not_restorable(req, in->id);
	if (!item->target_type_id)
		return FAIL(req, CONTENT_TYPE_NOT_FOUND, "content type %" PRId64 " of content item %" PRId64 " was deleted", item->content_type_id, in->id);
	if (*item->target_is_singleton) {
		error = store_singleton_item(req, item->content_type_id, in->id, &other_id);
		if (error)
			return error;
		if (other_id)
			return write_singleton_exists(req, item->content_type_id, other_id);
	}
	struct next_head next = { .updated_at = rules_change_time(req->now_us, item->updated_at),
		.status = rules_rollback_status(item->status, item->status, item->is_governed, &item->workflow_states) };
	error = restored_data(req, item, in->force && *in->force, &next, &data);
	if (!error)
		error = references_find(req, &(struct reference_type){ item->content_type_id, *item->target_has_references }, data, false, &next.references);
	if (error)
		return error;
	int64_t version = item->version + 1;
	next.search_text = rules_search_text(req->arena, data);
	store_item_restore(req, item, &next);
	*out = (struct content_item){ .id = in->id, .content_type_id = item->content_type_id, .data = next.data, .status = next.status,
		.version = version, .created_at = item->created_at, .updated_at = next.updated_at, .working_copy_version = version,
		.publication_state = rules_publication_state(version, 0), .public_change = write_public_change(req, false) };
	emit_content_item_restore(req, in->id, version, &(struct content_item_restore_event){ .content_type_id = item->content_type_id,
	    .version = version, .new_status = next.status, .content_hash = write_hash(req, next.data) });
	return NULL;
}

/* Takes away for good what could be restored until now. */
const struct error *
content_purge(struct request *req)
{
	int64_t n = 0;
	return store_purge(req, &n);
}

/* ---- rollback ---- */

static const char *
rollback_message(struct request *req, const struct content_items_rollback_request *in, const struct next_head *next, bool is_carried)
{
	const char *how = is_carried ? ", with the steps of the type's schema changes since" : "";

	if (!next->published_version)
		return arena_printf(req->arena, "content item %" PRId64 " rolled back to version %" PRId64 "%s; the public sees no version of it", in->id, in->version, how);
	return arena_printf(req->arena, "content item %" PRId64 " rolled back to version %" PRId64 "%s; the public goes on to see version %" PRId64,
	    in->id, in->version, how, next->published_version);
}

const struct error *
content_items_rollback(struct request *req, const struct content_items_rollback_request *in,
    struct content_items_rollback_response *out)
{
	struct carried carried = { .data = NULL };
	struct locked_item item = { .head = NULL };
	const struct error *error = lock_item(req, in->id, in->version, in->expected_version, &item);
	if (error)
		return error;
	const struct content_head_row *head = item.head;
	if (!item.old)
		return FAIL_AT(req, TARGET_VERSION_NOT_FOUND, "/version", "content item %" PRId64 " has no superseded version %" PRId64,
		    in->id, in->version);
	carried = (struct carried){ .what = arena_printf(req->arena, "version %" PRId64, in->version),
		.way_out = "Read it with GET /api/content-items/{id}/versions/{version}, correct it and write it with PUT /api/content-items/{id}.", .type_id = head->content_type_id, .from = item.old->schema_version,
		.to = *head->target_schema_version, .schema_hash = head->target_schema_hash, .text = item.old->data };
	error = validation_stored_data(req, item.old->data, &carried.data);
	if (!error) /* the schema may have changed since */
		error = carry_over(req, &carried);
	if (error)
		return error;

	struct next_head next = { .content_type_id = head->content_type_id, .is_singleton = *head->target_is_singleton,
		.is_indexed = *head->target_is_indexed, .has_references = *head->target_has_references, .data = carried.text,
		.schema_version = carried.to,
		.status = rules_rollback_status(head->status, item.old->status, head->is_governed, &head->workflow_states),
		.search_text = rules_search_text(req->arena, carried.data), .updated_at = rules_change_time(req->now_us, head->updated_at),
		.published_version = head->published_version ? *head->published_version : 0 };
	error = references_find(req, &(struct reference_type){ head->content_type_id, *head->target_has_references }, carried.data, false, &next.references);
	if (error)
		return error;
	store_item_update(req, head, &next);
	*out = (struct content_items_rollback_response){ .id = in->id, .version = head->version + 1, .message = rollback_message(req, in, &next, carried.is_changed),
		.status = next.status, .publication_state = rules_publication_state(head->version + 1, next.published_version),
		.published_version = head->published_version };
	emit_content_item_rollback(req, in->id, head->version + 1, &(struct content_item_rollback_event){
	    .content_type_id = head->content_type_id, .old_status = head->status, .new_status = next.status,
	    .from_version = head->version, .to_version = in->version, .content_hash = write_hash(req, next.data) });
	return NULL;
}
