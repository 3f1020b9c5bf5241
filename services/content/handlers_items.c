/* What each operation on one item decides.  Order follows proto/content.toml. */
#include <inttypes.h>
#include <string.h>

#include "conflict.h"
#include "content.h"
#include "rules.h"
#include "secret.h"
#include "store.h"
#include "validation.h"

static const struct error *
item_not_found(struct request *req, int64_t id)
{
	return FAIL(req, CONTENT_ITEM_NOT_FOUND, "no content item %" PRId64, id);
}

static const struct error *
singleton_exists(struct request *req, int64_t type_id, int64_t item_id)
{
	return FAIL_WITH(req, SINGLETON_CONTENT_ITEM_EXISTS, arena_printf(req->arena, "{\"contentItemId\":%" PRId64 "}", item_id),
	    "singleton content type %" PRId64 " has item %" PRId64 " already", type_id, item_id);
}

static const char *
hash_of(struct request *req, struct doc data)
{
	char *hash = arena_alloc(req->arena, SHA256_HEX_BYTES);
	sha256_hex(hash, data.json, data.len);
	return hash;
}

static const int64_t *
optional_version(struct request *req, int64_t version)
{
	return version ? arena_memdup(req->arena, &version, sizeof(version)) : NULL;
}

/* ---- create ---- */

const struct error *
content_items_create(struct request *req, const struct content_items_create_request *in, struct content_item *out)
{
	const char *status = in->status ? in->status : STATUS_DRAFT;
	const struct content_target_row *type = NULL;
	const struct json_value *data = NULL;

	const struct error *error = validation_status(req, status);
	if (!error)
		error = validation_data(req, in->data, &data);
	if (!error)
		error = store_item_target(req, in->content_type_id, &type);
	if (error)
		return error;
	if (!type)
		return FAIL(req, CONTENT_TYPE_NOT_FOUND, "no content type %" PRId64, in->content_type_id);
	if (type->singleton_item_id)
		return singleton_exists(req, in->content_type_id, *type->singleton_item_id);
	error = validation_item(req, in->content_type_id, type->schema_hash, data);
	if (error)
		return error;

	struct new_item item = { .id = type->item_id, .content_type_id = in->content_type_id, .is_singleton = type->is_singleton,
		.data = in->data, .status = status, .created_at = rules_stored_time(req->now_us) };
	store_item_insert(req, &item);
	int64_t published = rules_published_version(status, 1, 0);
	*out = (struct content_item){
		.id = req->dry_run ? 0 : item.id, /* the one it would get is not known before it is created */
		.content_type_id = in->content_type_id, .data = in->data, .status = status, .version = 1,
		.created_at = item.created_at, .updated_at = item.created_at, .working_copy_version = 1,
		.publication_state = rules_publication_state(1, published), .published_version = optional_version(req, published),
	};
	emit_content_item_create(req, item.id, 1, &(struct content_item_create_event){ .content_type_id = in->content_type_id,
	    .new_status = status, .content_hash = hash_of(req, in->data), .data = rules_event_data(in->data) });
	return NULL;
}

/* ---- update and patch ---- */

/* What an update or patch asks for. */
struct change {
	int64_t id;
	const int64_t *content_type_id;
	const char *status;
	const int64_t *expected_version;
	const char *mode;
	struct doc replacement;       /* the text to store, of intended.replacement */
	struct intended_data intended;
};

static const struct error *
lock_for_change(struct request *req, const struct change *change, struct locked_item *ret_item)
{
	struct locked_item item = { .head = NULL };
	const struct error *error = store_item_lock(req, change->id, change->content_type_id, 0, &item);
	if (error)
		return error;
	if (!item.head)
		return item_not_found(req, change->id);
	if (!rules_token_is_current(change->expected_version, item.head->version))
		return conflict_update(req, *change->expected_version, item.head, &change->intended);
	*ret_item = item;
	return NULL;
}

/* The type the item will have takes it. */
static const struct error *
check_target(struct request *req, const struct change *change, const struct content_head_row *head)
{
	int64_t other_id = 0;

	if (!head->target_type_id)
		return FAIL_AT(req, CONTENT_TYPE_NOT_FOUND, "/contentTypeId", "no content type %" PRId64, *change->content_type_id);
	if (*head->target_type_id == head->content_type_id || !*head->target_is_singleton)
		return NULL;
	const struct error *error = store_singleton_item(req, *head->target_type_id, head->id, &other_id);
	if (error || !other_id)
		return error;
	return singleton_exists(req, *head->target_type_id, other_id);
}

/* The item after the change: its data as value and as the text to store. */
static void
next_data(struct request *req, const struct change *change, const struct content_head_row *head,
    const struct json_value *before, const struct json_value **ret_after, struct doc *ret_text)
{
	struct buf buf;

	*ret_after = before;
	*ret_text = head->data;
	if (change->intended.replacement) {
		*ret_after = change->intended.replacement;
		*ret_text = change->replacement;
	} else if (change->intended.patch) {
		*ret_after = json_merge_patch(req->arena, before, change->intended.patch);
		buf_init(&buf, req->arena, head->data.len + 256);
		json_write(&buf, *ret_after);
		*ret_text = (struct doc){ .json = buf.bytes, .len = buf.len };
	}
}

static struct shape_list
changed_fields(struct request *req, const struct content_head_row *head, const struct next_head *next,
    const struct shape_list *members)
{
	const char **names = ARENA_ARRAY(req->arena, const char *, members->n + 2);
	const char *const *member = members->items;
	size_t n = 0;

	if (head->content_type_id != next->content_type_id)
		names[n++] = "contentTypeId";
	if (strcmp(head->status, next->status) != 0)
		names[n++] = "status";
	for (size_t i = 0; i < members->n; i++)
		names[n++] = arena_printf(req->arena, "data.%s", member[i]);
	return (struct shape_list){ .items = names, .n = n };
}

static void
emit_update(struct request *req, const struct change *change, const struct content_head_row *head,
    const struct next_head *next, const struct json_value *const data[2])
{
	struct shape_list members = rules_changed_fields(req->arena, data[0], data[1]);

	emit_content_item_update(req, head->id, head->version + 1, &(struct content_item_update_event){
	    .content_type_id = next->content_type_id,
	    .old_content_type_id = next->content_type_id == head->content_type_id ? NULL : &head->content_type_id,
	    .old_status = head->status, .new_status = next->status, .content_hash = hash_of(req, next->data),
	    .changed_fields = changed_fields(req, head, next, &members),
	    .changes = rules_event_data(rules_changes(req->arena, data[0], data[1])), .mode = change->mode });
}

/* The head once next is in its place. */
static struct content_item
changed_item(struct request *req, const struct content_head_row *head, const struct next_head *next)
{
	int64_t version = head->version + 1;
	int64_t last = head->last_published_version ? *head->last_published_version : 0;
	int64_t published = rules_published_version(next->status, version, last);

	return (struct content_item){
		.id = head->id, .content_type_id = next->content_type_id, .data = next->data, .status = next->status,
		.version = version, .created_at = head->created_at, .updated_at = next->updated_at, .working_copy_version = version,
		.publication_state = rules_publication_state(version, published), .published_version = optional_version(req, published),
	};
}

static const struct error *
change_item(struct request *req, const struct change *change, struct content_item *out)
{
	const struct json_value *data[2] = { NULL, NULL }; /* before and after */
	struct locked_item item = { .head = NULL };
	struct doc text;

	const struct error *error = lock_for_change(req, change, &item);
	if (!error)
		error = check_target(req, change, item.head);
	if (!error)
		error = validation_stored_data(req, item.head->data, &data[0]);
	if (error)
		return error;
	next_data(req, change, item.head, data[0], &data[1], &text);
	if (text.len > DATA_BYTES_MAX)
		return FAIL_AT(req, VALIDATION_ERROR, "/data", "the data would have %zu bytes, %d are allowed", text.len, DATA_BYTES_MAX);
	error = validation_item(req, *item.head->target_type_id, item.head->target_schema_hash, data[1]);
	if (error)
		return error;

	struct next_head next = {
		.content_type_id = *item.head->target_type_id, .is_singleton = *item.head->target_is_singleton, .data = text,
		.status = change->status ? change->status : item.head->status,
		.updated_at = rules_change_time(req->now_us, item.head->updated_at),
	};
	store_item_update(req, item.head, &next);
	*out = changed_item(req, item.head, &next);
	emit_update(req, change, item.head, &next, data);
	return NULL;
}

const struct error *
content_items_update(struct request *req, const struct content_items_update_request *in, struct content_item *out)
{
	struct change change = { .id = in->id, .content_type_id = in->content_type_id, .status = in->status,
		.expected_version = in->expected_version, .mode = "update", .replacement = in->data };
	const struct error *error = validation_status(req, in->status);
	if (error)
		return error;
	if (!in->data.json && !in->status && !in->content_type_id)
		return FAIL(req, EMPTY_UPDATE_BODY, "the update changes nothing");
	if (in->data.json) {
		error = validation_data(req, in->data, &change.intended.replacement);
		if (error)
			return error;
	}
	return change_item(req, &change, out);
}

const struct error *
content_items_patch(struct request *req, const struct content_items_patch_request *in, struct content_item *out)
{
	struct change change = { .id = in->id, .status = in->status, .expected_version = in->expected_version, .mode = "patch" };
	const struct error *error = validation_status(req, in->status);
	if (error)
		return error;
	if (!in->data.json && !in->status)
		return FAIL(req, EMPTY_UPDATE_BODY, "the patch changes nothing");
	if (in->data.json) {
		error = validation_data(req, in->data, &change.intended.patch);
		if (error)
			return error;
	}
	return change_item(req, &change, out);
}

/* ---- delete ---- */

const struct error *
content_items_delete(struct request *req, const struct content_items_delete_request *in, struct confirmation *out)
{
	struct locked_item item = { .head = NULL };
	const struct error *error = store_item_lock(req, in->id, NULL, 0, &item);
	if (error)
		return error;
	const struct content_head_row *head = item.head;
	if (!head)
		return item_not_found(req, in->id);
	if (!rules_token_is_current(in->expected_version, head->version))
		return conflict_item(req, *in->expected_version, head);

	store_item_delete(req, in->id);
	*out = (struct confirmation){ .id = in->id, .message = arena_printf(req->arena, "content item %" PRId64 " deleted", in->id) };
	emit_content_item_delete(req, in->id, head->version, &(struct content_item_delete_event){
	    .content_type_id = head->content_type_id, .old_status = head->status, .content_hash = hash_of(req, head->data),
	    .version = head->version, .data = rules_event_data(head->data) });
	return NULL;
}

/* ---- rollback ---- */

const struct error *
content_items_rollback(struct request *req, const struct content_items_rollback_request *in,
    struct content_items_rollback_response *out)
{
	const struct json_value *data = NULL;
	struct locked_item item = { .head = NULL };
	const struct error *error = store_item_lock(req, in->id, NULL, in->version, &item);
	if (error)
		return error;
	const struct content_head_row *head = item.head;
	if (!head)
		return item_not_found(req, in->id);
	if (!rules_token_is_current(in->expected_version, head->version))
		return conflict_item(req, *in->expected_version, head);
	if (!item.old)
		return FAIL_AT(req, TARGET_VERSION_NOT_FOUND, "/version", "content item %" PRId64 " has no superseded version %" PRId64,
		    in->id, in->version);
	error = validation_stored_data(req, item.old->data, &data);
	if (!error) /* the schema may have changed since */
		error = validation_item(req, head->content_type_id, head->target_schema_hash, data);
	if (error)
		return error;

	struct next_head next = { .content_type_id = head->content_type_id, .is_singleton = *head->target_is_singleton,
		.data = item.old->data, .status = item.old->status, .updated_at = rules_change_time(req->now_us, head->updated_at) };
	store_item_update(req, head, &next);
	*out = (struct content_items_rollback_response){ .id = in->id, .version = head->version + 1,
		.message = arena_printf(req->arena, "content item %" PRId64 " rolled back to version %" PRId64, in->id, in->version) };
	emit_content_item_rollback(req, in->id, head->version + 1, &(struct content_item_rollback_event){
	    .content_type_id = head->content_type_id, .old_status = head->status, .new_status = next.status,
	    .from_version = head->version, .to_version = in->version, .content_hash = hash_of(req, next.data) });
	return NULL;
}
