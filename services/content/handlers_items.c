/* What each operation on one item decides.  Order follows proto/content.toml. */
#include <inttypes.h>
#include <string.h>

#include "content.h"
#include "licensing/gate.h"
#include "rules.h"
#include "store.h"
#include "validation.h"
#include "write.h"

/* ---- create ---- */

static const int64_t *
optional_version(struct request *req, int64_t version)
{
	return version ? arena_memdup(req->arena, &version, sizeof(version)) : NULL;
}

/* A form asks for the price itself, before it takes what is sent; one that does not makes nothing that costs. */
static const struct error *
charge_new_item(struct request *req, int64_t type_id, const int64_t *price)
{
	if (!price || *price == 0 || !req->actor || strcmp(req->actor->type, "form") != 0)
		return request_charge(req, price ? *price : 0);
	return req->paid_sats > 0 ? NULL : FAIL(req, CONTENT_ITEM_UNPAID, "content type %" PRId64 " costs %" PRId64 " sats, and nothing was paid", type_id, *price);
}

static const struct error *
check_new_item(struct request *req, const struct content_items_create_request *in, struct new_item *ret_item)
{
	const struct content_target_row *type = NULL;
	const struct json_value *data = NULL;

	const char *status = NULL;

	const struct error *error = validation_data(req, in->data, &data);
	if (!error)
		error = store_item_target(req, in->content_type_id, &type);
	if (error)
		return error;
	if (!type)
		return FAIL(req, CONTENT_TYPE_NOT_FOUND, "content type %" PRId64 " does not exist", in->content_type_id);
	struct status_wish wish = { .to = in->status, .is_governed = type->is_governed, .states = type->workflow_states };
	error = write_status(req, &wish, &status);
	if (error)
		return error;
	if (type->singleton_item_id)
		return write_singleton_exists(req, in->content_type_id, *type->singleton_item_id);
	*ret_item = (struct new_item){ .id = type->item_id, .content_type_id = in->content_type_id, .is_singleton = type->is_singleton, .schema_version = type->schema_version, .is_indexed = type->is_indexed, .has_references = type->has_references,
		.data = in->data, .status = status, .search_text = rules_search_text(req->arena, data), .created_at = rules_stored_time(req->now_us) };
	error = validation_item(req, in->content_type_id, type->schema_hash, data);
	if (!error)
		error = references_find(req, &(struct reference_type){ in->content_type_id, type->has_references }, data, true, &ret_item->references);
	return error ? error : charge_new_item(req, in->content_type_id, type->base_price);
}

bool
content_is_from_public(const struct request *req)
{
	return req->actor && (strcmp(req->actor->type, "form") == 0 || strcmp(req->actor->type, PUBLIC_WRITER) == 0);
}

static struct doc
told_data(const struct request *req, bool is_sold, struct doc data)
{
	return is_sold || content_is_from_public(req) ? (struct doc){ .json = NULL } : rules_event_data(data);
}

const struct error *
content_items_create(struct request *req, const struct content_items_create_request *in, struct content_item *out)
{
	struct new_item item = { .id = 0 };
	bool is_sold = false;

	const struct error *error = check_new_item(req, in, &item);
	if (!error && rules_published_version(item.status, 1, 0))
		error = request_spend(req, BUDGET_PUBLISHES_PER_DAY, 1);
	if (!error)
		error = gate_is_sold(req, item.id, in->content_type_id, in->content_type_id, &is_sold);
	if (error)
		return error;
	store_item_insert(req, &item);
	int64_t published = rules_published_version(item.status, 1, 0);
	*out = (struct content_item){
		.id = req->dry_run ? 0 : item.id, /* the one it would get is not known before it is created */
		.content_type_id = in->content_type_id, .data = in->data, .status = item.status, .version = 1,
		.created_at = item.created_at, .updated_at = item.created_at, .working_copy_version = 1,
		.publication_state = rules_publication_state(1, published), .published_version = optional_version(req, published),
		.public_change = write_public_change(req, published != 0),
	};
	emit_content_item_create(req, item.id, 1, &(struct content_item_create_event){ .content_type_id = in->content_type_id,
	    .new_status = item.status, .content_hash = write_hash(req, in->data), .published_version = out->published_version,
	    .data = told_data(req, is_sold, in->data) });
	return NULL;
}

/* ---- change ---- */

static const struct error *
change_item(struct request *req, const struct change *change, struct content_item *out)
{
	struct changed changed = { .before = NULL };
	const struct error *error = write_change(req, change, &changed);
	if (!error)
		*out = changed.item;
	return error;
}

const struct error *
content_items_update(struct request *req, const struct content_items_update_request *in, struct content_item *out)
{
	struct change change = { .id = in->id, .content_type_id = in->content_type_id, .status = in->status,
		.expected_version = in->expected_version, .kind = CHANGE_UPDATE, .replacement = in->data };
	if (!in->data.json && !in->status && !in->content_type_id)
		return FAIL(req, EMPTY_UPDATE_BODY, "the update changes nothing");
	if (in->data.json) {
		const struct error *error = validation_data(req, in->data, &change.intended.replacement);
		if (error)
			return error;
	}
	return change_item(req, &change, out);
}

const struct error *
content_items_patch(struct request *req, const struct content_items_patch_request *in, struct content_item *out)
{
	struct change change = { .id = in->id, .status = in->status, .expected_version = in->expected_version, .kind = CHANGE_PATCH };
	if (!in->data.json && !in->status)
		return FAIL(req, EMPTY_UPDATE_BODY, "the patch changes nothing");
	if (in->data.json) {
		const struct error *error = validation_data(req, in->data, &change.intended.patch);
		if (error)
			return error;
	}
	return change_item(req, &change, out);
}

const struct error *
content_items_publish(struct request *req, const struct content_items_publish_request *in, struct content_item *out)
{
	return change_item(req, &(struct change){ .id = in->id, .kind = CHANGE_PUBLISH, .expected_version = in->expected_version }, out);
}

const struct error *
content_items_unpublish(struct request *req, const struct content_items_unpublish_request *in, struct content_item *out)
{
	return change_item(req, &(struct change){ .id = in->id, .kind = CHANGE_UNPUBLISH, .expected_version = in->expected_version }, out);
}
