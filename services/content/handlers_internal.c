/* What content does for other services: their jobs, transitions and questions. */
#include <inttypes.h>
#include <string.h>

#include "content.h"
#include "rules.h"
#include "store.h"
#include "write.h"

static struct doc
doc_of(const char *text)
{
	return (struct doc){ text, strlen(text) };
}

/* ---- jobs ---- */

/* The item has moved on since the transition was scheduled: that is an outcome, not a failure to try again. */
const struct error *
content_jobs_status_transition(struct request *req, const struct content_jobs_status_transition_request *in,
    struct content_jobs_status_transition_response *out)
{
	struct locked_item item = { .head = NULL };
	struct changed changed = { .before = NULL };

	const struct error *error = store_item_lock(req, in->content_item_id, NULL, 0, &item);
	if (error)
		return error;
	if (!item.head)
		return write_not_found(req, in->content_item_id);
	if (strcmp(item.head->status, in->target_status) == 0 || (in->expected_version && *in->expected_version != item.head->version)) {
		const char *reason = strcmp(item.head->status, in->target_status) == 0 ? "already_there" : "item_has_moved_on";
		out->result = doc_of(arena_printf(req->arena, "{\"skipped\":true,\"reason\":\"%s\",\"contentItemId\":%" PRId64
		    ",\"status\":\"%s\",\"version\":%" PRId64 "}", reason, in->content_item_id, item.head->status, item.head->version));
		return NULL;
	}
	error = write_change(req, &(struct change){ .id = in->content_item_id, .kind = CHANGE_UPDATE, .status = in->target_status }, &changed);
	if (error)
		return error;
	out->result = doc_of(arena_printf(req->arena, "{\"skipped\":false,\"contentItemId\":%" PRId64 ",\"previousStatus\":\"%s\",\"status\":\"%s\",\"version\":%" PRId64 "}",
	    in->content_item_id, item.head->status, changed.item.status, changed.item.version));
	return NULL;
}

/* ---- in somebody's name ---- */

const struct principal *
content_actor(struct request *req, const char *id, const char *type, const char *source)
{
	struct principal *actor = ARENA_NEW(req->arena, struct principal);

	*actor = (struct principal){ .tenant = req->tenant, .id = id, .type = type, .source = source };
	return actor;
}

const struct error *
content_items_create_as(struct request *req, const struct content_items_create_as_request *in, struct content_item *out)
{
	struct content_items_create_request create = { .content_type_id = in->content_type_id, .data = in->data, .status = in->status };

	req->actor = content_actor(req, in->actor_id, in->actor_type, in->actor_source);
	req->paid_sats = in->paid_sats ? *in->paid_sats : 0;
	return content_items_create(req, &create, out);
}

const struct error *
content_items_update_as(struct request *req, const struct content_items_update_as_request *in, struct content_item *out)
{
	struct content_items_update_request update = { .id = in->id, .data = in->data };

	req->actor = content_actor(req, in->actor_id, in->actor_type, in->actor_source);
	return content_items_update(req, &update, out);
}

/* ---- workflows ---- */

const struct error *
content_governance_set(struct request *req, const struct content_governance_set_request *in,
    struct content_governance_set_response *out)
{
	const struct content_type_row *type = NULL;
	const struct error *error = store_type_lock(req, in->content_type_id, &type);
	if (error)
		return error;
	if (!type)
		return FAIL(req, CONTENT_TYPE_NOT_FOUND, "content type %" PRId64 " does not exist", in->content_type_id);
	store_workflow(req, in);
	out->content_type_id = in->content_type_id;
	return NULL;
}

const struct error *
content_governance_transition(struct request *req, const struct content_governance_transition_request *in,
    struct content_governance_transition_response *out)
{
	struct changed changed = { .before = NULL };
	struct change change = { .id = in->content_item_id, .kind = CHANGE_TRANSITION, .status = in->to_status,
		.expected_version = in->expected_version, .transition = in };

	req->actor = content_actor(req, in->actor_id, in->actor_type, in->actor_source);
	const struct error *error = write_change(req, &change, &changed);
	if (error)
		return error;
	*out = (struct content_governance_transition_response){ .id = in->content_item_id, .version = changed.item.version,
		.previous_status = changed.before->status, .status = changed.item.status, .content_hash = changed.content_hash,
		.published_version = changed.item.published_version, .content_type_id = changed.item.content_type_id };
	return NULL;
}

/* ---- snapshots ---- */

const struct error *
content_items_snapshot(struct request *req, const struct content_items_snapshot_request *in, struct content_items_snapshot_response *out)
{
	const struct content_snapshot_row *row = NULL;
	const struct error *error = store_item_snapshot(req, in->id, in->version, &row);
	if (error)
		return error;
	if (!row)
		return write_not_found(req, in->id);
	if (!row->status)
		return FAIL_AT(req, TARGET_VERSION_NOT_FOUND, "/version", "content item %" PRId64 " has no version %" PRId64, in->id, *in->version);
	int64_t published = row->published_version ? *row->published_version : 0;
	*out = (struct content_items_snapshot_response){ .id = row->id, .content_type_id = row->content_type_id,
		.version = in->version ? *in->version : row->head_version, .data = row->data, .content_hash = write_hash(req, row->data),
		.status = row->status, .created_at = row->created_at, .updated_at = row->updated_at, .working_copy_version = row->head_version,
		.publication_state = rules_publication_state(row->head_version, published), .published_version = row->published_version,
		.published_at = row->published_at, .content_type_slug = row->type_slug, .content_type_name = row->type_name,
		.content_type_version = row->type_version, .schema = row->schema, .schema_hash = row->schema_hash, .base_price = row->base_price };
	if (published) {
		out->published_data = row->published_data;
		out->published_hash = write_hash(req, row->published_data);
	}
	return NULL;
}
