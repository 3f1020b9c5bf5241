/* Builds the context of VERSION_CONFLICT. */
#include "conflict.h"

#include <inttypes.h>
#include <string.h>

#include "codec/json.h"
#include "id.h"
#include "json/merge.h"
#include "licensing/gate.h"
#include "secret.h"
#include "store.h"
#include "validation.h"

/* All documents of one conflict together: the context travels in one reply. */
enum { CONFLICT_BYTES_MAX = 512 * 1024 };

/* What is there instead, who made it and when. */
struct present {
	int64_t version;
	const char *changed_by; /* NULL: not known */
	int64_t changed_at;
};

static struct present
present_item(const struct content_head_row *head)
{
	return (struct present){ .version = head->version, .changed_by = head->updated_by, .changed_at = head->updated_at };
}

static void
start_context(struct buf *buf, struct arena *arena, int64_t expected_version, const struct present *present)
{
	char at[TIME_TEXT_BYTES];

	buf_init(buf, arena, 1024);
	buf_printf(buf, "{\"expectedVersion\":%" PRId64 ",\"currentVersion\":%" PRId64, expected_version, present->version);
	if (present->changed_by) {
		buf_add_text(buf, ",\"changedBy\":");
		buf_add_json_text(buf, present->changed_by, strlen(present->changed_by));
	}
	time_format(at, present->changed_at);
	buf_printf(buf, ",\"changedAt\":\"%s\"", at);
}

static const struct error *
version_conflict(struct request *req, int64_t expected_version, const struct present *present, struct buf *context)
{
	char at[TIME_TEXT_BYTES];

	time_format(at, present->changed_at);
	buf_add_char(context, '}');
	return error_at(FAIL(req, VERSION_CONFLICT, "version %" PRId64 " was expected, the current one is %" PRId64 ", made by %s at %s",
	    expected_version, present->version, present->changed_by ? present->changed_by : "somebody", at), "/expectedVersion", context->bytes);
}

const struct error *
conflict_type(struct request *req, int64_t expected_version, const struct content_type *theirs, const char *changed_by)
{
	struct present present = { .version = theirs->version, .changed_by = changed_by, .changed_at = theirs->updated_at };
	struct buf context;

	start_context(&context, req->arena, expected_version, &present);
	if (strlen(theirs->schema) <= CONFLICT_BYTES_MAX) {
		buf_add_text(&context, ",\"theirs\":");
		codec_json_write(&context, &content_type_shape, theirs);
	}
	return version_conflict(req, expected_version, &present, &context);
}

static void
add_doc(struct buf *context, const char *name, struct doc data)
{
	buf_printf(context, ",\"%s\":", name);
	buf_add(context, data.json, data.len);
}

const struct error *
conflict_item(struct request *req, int64_t expected_version, const struct content_head_row *head)
{
	struct present present = present_item(head);
	struct buf context;
	bool withholds = false;

	const struct error *error = gate_withholds(req, head->id, head->content_type_id, &withholds);
	if (error)
		return error;
	start_context(&context, req->arena, expected_version, &present);
	if (!withholds && head->data.len <= CONFLICT_BYTES_MAX)
		add_doc(&context, "theirs", head->data);
	return version_conflict(req, expected_version, &present, &context);
}

const struct error *
conflict_state(struct request *req, const struct content_head_row *head, const char *what)
{
	struct present present = present_item(head);
	char hash[SHA256_HEX_BYTES];
	struct buf context;

	sha256_hex(hash, head->data.json, head->data.len);
	start_context(&context, req->arena, head->version, &present);
	buf_add_text(&context, ",\"status\":");
	buf_add_json_text(&context, head->status, strlen(head->status));
	buf_printf(&context, ",\"contentHash\":\"%s\"}", hash);
	return error_at(FAIL(req, VERSION_CONFLICT, "content item %" PRId64 " is not as expected: %s", head->id, what), NULL, context.bytes);
}

/* ---- updates ---- */

static struct doc
doc_of(struct arena *arena, const struct json_value *value)
{
	struct buf buf;

	buf_init(&buf, arena, 1024);
	json_write(&buf, value);
	return (struct doc){ .json = buf.bytes, .len = buf.len };
}

static const struct json_value *
apply_intent(struct arena *arena, const struct intended_data *intended, const struct json_value *base)
{
	if (intended->replacement)
		return intended->replacement;
	return intended->patch ? json_merge_patch(arena, base, intended->patch) : base;
}

static void
add_pointers(struct buf *context, const struct merge_conflicts *conflicts)
{
	buf_add_text(context, ",\"conflicts\":[");
	for (size_t i = 0; i < conflicts->n && context->len < 2 * CONFLICT_BYTES_MAX; i++) {
		if (i > 0)
			buf_add_char(context, ',');
		buf_add_json_text(context, conflicts->pointers[i], strlen(conflicts->pointers[i]));
	}
	buf_add_char(context, ']');
}

/* base, yours, and what a merge of both edits gives. */
static const struct error *
add_merge(struct request *req, struct buf *context, const struct content_head_row *head, struct doc base_data,
    const struct intended_data *intended)
{
	const struct json_value *base = NULL, *theirs = NULL;
	struct merge_conflicts conflicts = { .n = 0 };

	const struct error *error = validation_stored_data(req, base_data, &base);
	if (!error)
		error = validation_stored_data(req, head->data, &theirs);
	if (error)
		return error;
	const struct json_value *yours = apply_intent(req->arena, intended, base);
	struct doc yours_data = doc_of(req->arena, yours);
	if (base_data.len + head->data.len + yours_data.len <= CONFLICT_BYTES_MAX) {
		add_doc(context, "base", base_data);
		add_doc(context, "theirs", head->data);
		add_doc(context, "yours", yours_data);
	}
	const struct json_value *merged = json_merge3(req->arena, base, theirs, yours, &conflicts);
	if (merged && head->data.len + yours_data.len <= CONFLICT_BYTES_MAX)
		add_doc(context, "merged", doc_of(req->arena, merged));
	add_pointers(context, &conflicts);
	return NULL;
}

const struct error *
conflict_update(struct request *req, int64_t expected_version, const struct content_head_row *head,
    const struct intended_data *intended)
{
	const struct content_item_version *base = NULL;
	struct present present = present_item(head);
	struct buf context;
	bool withholds = false;

	const struct error *error = gate_withholds(req, head->id, head->content_type_id, &withholds);
	if (!error && !withholds)
		error = store_version(req, head->id, expected_version, &base);
	if (error)
		return error;
	if (!base) /* never was, or is yet to come, or is not to be seen: nothing to merge from */
		return conflict_item(req, expected_version, head);
	start_context(&context, req->arena, expected_version, &present);
	error = add_merge(req, &context, head, base->data, intended);
	if (error)
		return error;
	return version_conflict(req, expected_version, &present, &context);
}
