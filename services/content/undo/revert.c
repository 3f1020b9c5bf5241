/* One earlier change taken back, with everything that came after it kept. */
#include <inttypes.h>
#include <string.h>

#include "conflict.h"
#include "json/merge.h"
#include "schema_change/chain.h"
#include "validation.h"
#include "write.h"

/* A version and the one before it, as the present schema wants them. */
struct change_made {
	const struct json_value *before, *after;
};

static const struct error *
read_version(struct request *req, const struct content_head_row *head, int64_t version, const struct json_value **ret_data, int64_t *ret_schema_version)
{
	const struct content_item_version *row = NULL;

	*ret_schema_version = head->schema_version;
	if (version == head->version)
		return validation_stored_data(req, head->data, ret_data);
	const struct error *error = store_version(req, head->id, version, &row);
	if (error)
		return error;
	if (!row)
		return FAIL_AT(req, TARGET_VERSION_NOT_FOUND, "/version", "content item %" PRId64 " has no version %" PRId64, head->id, version);
	*ret_schema_version = row->schema_version;
	return validation_stored_data(req, row->data, ret_data);
}

static const struct error *
read_change(struct request *req, const struct content_head_row *head, int64_t version, struct change_made *ret_made)
{
	struct schema_chain *chain = ARENA_NEW(req->arena, struct schema_chain);
	int64_t before_schema = 0, after_schema = 0;
	const struct error *error = NULL;

	if (version < 2 || version > head->version)
		return FAIL_AT(req, TARGET_VERSION_NOT_FOUND, "/version", version < 2 ? "version 1 of content item %" PRId64 " created it, which only a deletion takes back; it has %" PRId64
		    : "content item %" PRId64 " has %" PRId64 " versions", head->id, head->version);
	error = read_version(req, head, version, &ret_made->after, &after_schema);
	if (!error)
		error = read_version(req, head, version - 1, &ret_made->before, &before_schema);
	if (!error && before_schema < *head->target_schema_version)
		error = chain_load(req, head->content_type_id, before_schema, chain);
	if (error)
		return error;
	ret_made->before = chain_apply(req->arena, chain, before_schema, ret_made->before);
	ret_made->after = chain_apply(req->arena, chain, after_schema, ret_made->after);
	return NULL;
}

static const struct error *
refuse(struct request *req, const struct content_head_row *head, int64_t version, const struct merge_conflicts *conflicts)
{
	struct buf buf;

	buf_init(&buf, req->arena, 256);
	buf_printf(&buf, "{\"version\":%" PRId64 ",\"currentVersion\":%" PRId64 ",\"conflicts\":[", version, head->version);
	for (size_t i = 0; i < conflicts->n; i++) {
		buf_add_text(&buf, i ? "," : "");
		buf_add_json_text(&buf, conflicts->pointers[i], strlen(conflicts->pointers[i]));
	}
	buf_add_text(&buf, "]}");
	return FAIL_WITH(req, REVERT_CONFLICT, buf.bytes, "what version %" PRId64 " of content item %" PRId64 " changed was changed again since, in %zu place%s, first at %s", version, head->id,
	    conflicts->n, conflicts->n == 1 ? "" : "s", conflicts->n > 0 && conflicts->pointers[0][0] ? conflicts->pointers[0] : "/");
}

const struct error *
content_items_revert(struct request *req, const struct content_items_revert_request *in, struct content_item *out)
{
	struct locked_item item = { .head = NULL };
	struct merge_conflicts conflicts = { .n = 0 };
	struct change_made made = { .before = NULL };
	const struct json_value *now = NULL;
	struct changed changed = { .before = NULL };
	struct buf text;

	const struct error *error = store_item_lock(req, in->id, NULL, 0, &item);
	if (error)
		return error;
	const struct content_head_row *head = item.head;
	if (!head)
		return write_not_found(req, in->id);
	if (!rules_token_is_current(in->expected_version, head->version))
		return conflict_item(req, *in->expected_version, head);
	error = read_change(req, head, in->version, &made);
	if (!error)
		error = validation_stored_data(req, head->data, &now);
	if (error)
		return error;
	const struct json_value *merged = json_merge3(req->arena, made.after, now, made.before, &conflicts);
	if (!merged)
		return refuse(req, head, in->version, &conflicts);
	buf_init(&text, req->arena, head->data.len + 256);
	json_write(&text, merged);
	const struct change change = { .id = in->id, .kind = CHANGE_REVERT, .expected_version = &head->version, .replacement = { text.bytes, text.len },
		.intended = { .replacement = merged } };
	error = write_change(req, &change, &changed);
	if (!error)
		*out = changed.item;
	return error;
}
