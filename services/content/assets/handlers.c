/* What each operation on assets decides. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assets/assets.h"
#include "assets/rules.h"
#include "assets/store.h"
#include "blob/blob.h"
#include "cursor.h"
#include "id.h"
#include "references/reference_store.h"
#include "secret.h"
#include "tokens/token.h"

enum { SECOND_US = 1000000 };

/* ---- what a reader is shown ---- */

static const struct asset_scope *
scope_view(struct arena *arena, const struct asset_row *row)
{
	if (!row->entitlement_scope_type)
		return NULL;
	struct asset_scope *scope = ARENA_NEW(arena, struct asset_scope);
	*scope = (struct asset_scope){ .type = row->entitlement_scope_type, .ref = row->entitlement_scope_ref };
	return scope;
}

static const struct asset_relationships *
relationships_view(struct arena *arena, const struct asset_row *row)
{
	struct asset_relationships *view = ARENA_NEW(arena, struct asset_relationships);

	view->source_path = row->source_asset_id ? arena_printf(arena, "/api/assets/%" PRId64, *row->source_asset_id) : NULL;
	view->derivatives_path = arena_printf(arena, "/api/assets/%" PRId64 "/derivatives", row->id);
	return view;
}

static const char *
content_path(struct arena *arena, int64_t id)
{
	return arena_printf(arena, "/api/assets/%" PRId64 "/content", id);
}

static const struct asset_delivery *
delivery_view(struct arena *arena, const struct asset_row *row)
{
	struct asset_delivery *view = ARENA_NEW(arena, struct asset_delivery);
	bool is_signed = strcmp(row->access_mode, "signed") == 0;

	*view = (struct asset_delivery){ .content_path = content_path(arena, row->id),
		.access_path = is_signed ? arena_printf(arena, "/api/assets/%" PRId64 "/access", row->id) : NULL,
		.requires_auth = strcmp(row->access_mode, "public") != 0, .requires_entitlement = strcmp(row->access_mode, "entitled") == 0 };
	return view;
}

static struct doc
doc_of(const char *text)
{
	return (struct doc){ .json = text, .len = text ? strlen(text) : 0 };
}

static struct asset
view(struct arena *arena, const struct asset_row *row)
{
	return (struct asset){ .id = row->id, .filename = row->filename, .original_filename = row->original_filename, .mime_type = row->mime_type,
		.size_bytes = row->size_bytes, .byte_hash = row->byte_hash, .access_mode = row->access_mode,
		.storage_provider = blob_store_provider(asset_store()), /* where all of them are, whatever was so when this one came */
		.entitlement_scope = scope_view(arena, row), .status = row->status, .metadata = doc_of(row->metadata),
		.source_asset_id = row->source_asset_id, .variant_key = row->variant_key, .transform_spec = doc_of(row->transform_spec),
		.uploader_actor_id = row->uploader_actor_id, .uploader_actor_type = row->uploader_actor_type,
		.uploader_actor_source = row->uploader_actor_source, .created_at = row->created_at, .updated_at = row->updated_at,
		.deleted_at = row->deleted_at, .relationships = relationships_view(arena, row), .delivery = delivery_view(arena, row) };
}

/* The payload of every event of an asset. */
#define CHANGE_OF(event, row) \
	&(struct event){ .filename = (row)->filename, .mime_type = (row)->mime_type, .size_bytes = (row)->size_bytes, .byte_hash = (row)->byte_hash, \
		.access_mode = (row)->access_mode }

static const struct error *
not_found(struct request *req, int64_t id)
{
	return FAIL(req, ASSET_NOT_FOUND, "asset %" PRId64 " does not exist", id);
}

static const struct error *
find(struct request *req, int64_t id, const struct asset_row **ret)
{
	const struct error *error = store_asset(req, id, ret);

	return error || *ret ? error : not_found(req, id);
}

static const struct error *
lock(struct request *req, int64_t id, const struct asset_row **ret)
{
	const struct error *error = store_asset_lock(req, id, ret);

	return error || *ret ? error : not_found(req, id);
}

/* ---- create ---- */

static const struct error *
check_source(struct request *req, const struct asset_row *row)
{
	const struct asset_row *source = NULL;

	if (!row->source_asset_id && (row->variant_key || row->transform_spec))
		return FAIL_AT(req, ASSET_DERIVATIVE_SOURCE_REQUIRED, "/sourceAssetId", "%s belongs to a derivative, which has a sourceAssetId",
		    row->variant_key ? "variantKey" : "transformSpec");
	if (!row->source_asset_id)
		return NULL;
	if (!row->variant_key)
		return FAIL_AT(req, ASSET_VARIANT_KEY_REQUIRED, "/variantKey", "a derivative has a variantKey");
	if (!asset_rules_variant_key_is_valid(row->variant_key))
		return FAIL_AT(req, ASSET_VARIANT_KEY_INVALID, "/variantKey", "'%s' is not a valid variant key", row->variant_key);
	const struct error *error = store_asset(req, *row->source_asset_id, &source);
	if (!error && (!source || strcmp(source->status, "active") != 0))
		error = FAIL_AT(req, ASSET_SOURCE_NOT_FOUND, "/sourceAssetId", "asset %" PRId64 " does not exist", *row->source_asset_id);
	return error;
}

static const struct error *
take_scope(struct request *req, const struct asset_scope *scope, struct asset_row *row)
{
	bool is_entitled = strcmp(row->access_mode, "entitled") == 0;

	if (!is_entitled)
		return scope ? FAIL_AT(req, ASSET_ENTITLEMENT_SCOPE_UNEXPECTED, "/entitlementScope", "accessMode %s takes no entitlementScope", row->access_mode) : NULL;
	if (!scope)
		return FAIL_AT(req, ASSET_ENTITLEMENT_SCOPE_REQUIRED, "/entitlementScope", "accessMode entitled needs an entitlementScope");
	bool names_one = strcmp(scope->type, "subscription") != 0;
	if (names_one != (scope->ref != NULL))
		return FAIL_AT(req, ASSET_ENTITLEMENT_SCOPE_INVALID, "/entitlementScope/ref", "an entitlement scope of type %s %s a ref", scope->type,
		    names_one ? "needs" : "has no");
	row->entitlement_scope_type = scope->type;
	row->entitlement_scope_ref = scope->ref;
	return NULL;
}

static const struct error *
take_names(struct request *req, struct asset_row *row)
{
	const char *original = row->original_filename ? row->original_filename : row->filename;
	const char *mime_type = asset_rules_mime_type(req->arena, row->mime_type);

	row->filename = asset_rules_filename(req->arena, row->filename);
	if (!row->filename)
		return FAIL_AT(req, ASSET_FILENAME_REQUIRED, "/filename", "filename is not a name of printable characters");
	row->original_filename = asset_rules_filename(req->arena, original);
	if (!row->original_filename)
		return FAIL_AT(req, ASSET_ORIGINAL_FILENAME_INVALID, "/originalFilename", "originalFilename is not a name of printable characters");
	if (!mime_type)
		return FAIL_AT(req, ASSET_MIME_TYPE_REQUIRED, "/mimeType", "'%s' is not a media type", row->mime_type);
	row->mime_type = mime_type;
	return NULL;
}

static const char *
text_of(struct arena *arena, struct doc doc, const char *otherwise)
{
	return doc.json ? arena_strndup(arena, doc.json, doc.len) : otherwise;
}

/* Everything about a new asset but its bytes and its source, checked.  in: a request with the fields of asset_facts. */
#define TAKE_FACTS(req, in, row) \
	(*(row) = (struct asset_row){ .filename = (in)->filename, .original_filename = (in)->original_filename, .mime_type = (in)->mime_type, \
		.access_mode = (in)->access_mode, .metadata = text_of((req)->arena, (in)->metadata, "{}"), .source_asset_id = (in)->source_asset_id, \
		.variant_key = (in)->variant_key, .transform_spec = text_of((req)->arena, (in)->transform_spec, NULL) }, \
		check_facts((req), (in)->entitlement_scope, (row)))

static const struct error *
check_facts(struct request *req, const struct asset_scope *scope, struct asset_row *row)
{
	const struct error *error = take_names(req, row);

	return error ? error : take_scope(req, scope, row);
}

static const struct error *
enter(struct request *req, const struct asset_row *row, struct asset *out)
{
	const struct asset_row *made = NULL;
	const struct error *error = store_asset_insert(req, row, &made);

	if (error)
		return error;
	*out = view(req->arena, made);
	emit_asset_create(req, made->id, 0, CHANGE_OF(asset_create_event, made));
	return NULL;
}

static const struct error *
decode(struct request *req, const char *text, void **ret_bytes, size_t *ret_n)
{
	if (!text)
		return FAIL_AT(req, ASSET_CONTENT_REQUIRED, "/contentBase64", "the asset has no content");
	if (!base64_decode(req->arena, text, ret_bytes, ret_n))
		return FAIL_AT(req, INVALID_ASSET_CONTENT_BASE64, "/contentBase64", "contentBase64 is not base64");
	if (*ret_n == 0)
		return FAIL_AT(req, EMPTY_ASSET_CONTENT, "/contentBase64", "the asset is empty");
	return NULL;
}

static const struct error *
keep(struct request *req, const void *bytes, size_t n, struct asset_row *row)
{
	struct blob *blob = ARENA_NEW(req->arena, struct blob);
	struct blob_writer *writer = req->dry_run ? NULL : blob_begin(asset_store(), req->tenant);

	if (writer)
		(void)blob_add(writer, bytes, n); /* blob_finish tells */
	if (req->dry_run)
		sha256_hex(blob->hash, bytes, n);
	else if (!writer || !blob_finish(writer, blob))
		return FAIL(req, ASSET_STORAGE_PROVIDER_REQUEST_FAILED, "the asset could not be stored: %s", strerror(errno));
	row->storage_provider = blob_store_provider(asset_store());
	row->storage_key = blob->key;
	row->byte_hash = blob->hash;
	row->size_bytes = (int64_t)n;
	return NULL;
}

/* The bytes are safe before the transaction begins, for a bucket may be slow.  Those of an asset that is refused then, or was entered before under
 * the same idempotency key, are found as orphans: the transaction may be run again, so it removes nothing itself. */
const struct error *
content_assets_create_prepare(struct request *req, const struct content_assets_create_request *in)
{
	struct asset_row *row = ARENA_NEW(req->arena, struct asset_row);
	void *bytes = NULL;
	size_t n = 0;

	const struct error *error = TAKE_FACTS(req, in, row);
	if (!error)
		error = decode(req, in->content_base64, &bytes, &n);
	if (!error)
		error = keep(req, bytes, n, row);
	req->prepared = row;
	return error;
}

const struct error *
content_assets_create(struct request *req, const struct content_assets_create_request *in, struct asset *out)
{
	const struct asset_row *row = req->prepared;
	const struct error *error = check_source(req, row);

	(void)in;
	return error ? error : enter(req, row, out);
}

const struct error *
content_assets_store(struct request *req, const struct content_assets_store_request *in, struct asset *out)
{
	struct asset_row row;
	const struct error *error = TAKE_FACTS(req, in, &row);

	if (!error)
		error = check_source(req, &row);
	if (error)
		return error;
	row.storage_provider = blob_store_provider(asset_store());
	row.storage_key = in->storage_key;
	row.byte_hash = in->byte_hash;
	row.size_bytes = in->size_bytes;
	req->actor = content_actor(req, in->actor_id, in->actor_type, in->actor_source);
	return enter(req, &row, out);
}

/* ---- reads ---- */

const struct error *
content_assets_get(struct request *req, const struct content_assets_get_request *in, struct asset *out)
{
	const struct asset_row *row = NULL;
	const struct error *error = find(req, in->id, &row);

	if (!error)
		*out = view(req->arena, row);
	return error;
}

/* One more row than asked for tells that there are more. */
static const struct error *
list(struct request *req, struct asset_page *page, const char *cursor, struct content_assets_list_response *out)
{
	int64_t limit = page->limit;
	struct shape_list rows;

	page->before = INT32_MAX;
	if (cursor && !cursor_read_rows(req->arena, cursor, "assets", &page->before))
		return FAIL_AT(req, INVALID_CURSOR, "/cursor", "the cursor is invalid: send a nextCursor as it was received, or none");
	page->limit++;
	const struct error *error = store_assets(req, page, &rows);
	if (error)
		return error;
	size_t n = (int64_t)rows.n > limit ? (size_t)limit : rows.n;
	struct asset *assets = ARENA_ARRAY(req->arena, struct asset, n + 1);
	for (size_t i = 0; i < n; i++)
		assets[i] = view(req->arena, (const struct asset_row *)rows.items + i);
	*out = (struct content_assets_list_response){ .assets = { assets, n }, .limit = limit, .has_more = rows.n > n,
		.next_cursor = rows.n > n ? cursor_of_rows(req->arena, "assets", assets[n - 1].id) : NULL };
	return NULL;
}

const struct error *
content_assets_list(struct request *req, const struct content_assets_list_request *in, struct content_assets_list_response *out)
{
	struct asset_page page = { .status = in->status, .access_mode = in->access_mode, .q = in->q, .source_id = in->source_asset_id, .limit = *in->limit };

	return list(req, &page, in->cursor, out);
}

const struct error *
content_assets_derivatives(struct request *req, const struct content_assets_derivatives_request *in, struct content_assets_derivatives_response *out)
{
	struct asset_page page = { .status = in->status, .source_id = &in->id, .limit = *in->limit };
	struct content_assets_list_response found = { .limit = 0 };
	const struct asset_row *source = NULL;

	const struct error *error = find(req, in->id, &source);
	if (!error)
		error = list(req, &page, in->cursor, &found);
	if (!error)
		*out = (struct content_assets_derivatives_response){ .assets = found.assets, .limit = found.limit, .has_more = found.has_more,
			.next_cursor = found.next_cursor };
	return error;
}

/* ---- who may have the bytes ---- */

const struct error *
content_assets_access(struct request *req, const struct content_assets_access_request *in, struct content_assets_access_response *out)
{
	const struct asset_row *row = NULL;
	const struct error *error = find(req, in->id, &row);

	if (error)
		return error;
	if (strcmp(row->status, "active") != 0)
		return not_found(req, in->id);
	if (strcmp(row->access_mode, "entitled") == 0)
		return FAIL(req, ASSET_ACCESS_ISSUE_UNSUPPORTED, "asset %" PRId64 " is given to keys with an entitlement only", in->id);
	struct asset *shown = ARENA_NEW(req->arena, struct asset);
	*shown = view(req->arena, row);
	*out = (struct content_assets_access_response){ .asset = shown, .mode = row->access_mode, .method = "GET",
		.content_path = content_path(req->arena, row->id) };
	if (strcmp(row->access_mode, "public") == 0)
		return NULL;
	int64_t *expires_at = ARENA_NEW(req->arena, int64_t);
	*expires_at = req->now_us + *in->ttl_seconds * SECOND_US;
	out->token = request_seal(req, arena_printf(req->arena, "asset:%" PRId64 ":%" PRId64 ":%" PRId64 ":%" PRId64, row->domain_id, row->id, *expires_at,
	    req->principal->key_id));
	out->signed_url = arena_printf(req->arena, "%s?token=%s", out->content_path, out->token);
	out->expires_at = expires_at;
	out->ttl_seconds = in->ttl_seconds;
	return NULL;
}

static const struct error *
check_token(struct request *req, const struct asset_row *row, const char *token)
{
	const char *text = request_open(req, token);
	const char *mine = arena_printf(req->arena, "asset:%" PRId64 ":%" PRId64 ":", row->domain_id, row->id);

	if (!text || strncmp(text, mine, strlen(mine)) != 0)
		return FAIL(req, INVALID_ASSET_ACCESS_TOKEN, "the token is not one for asset %" PRId64, row->id);
	if (strtoll(text + strlen(mine), NULL, 10) <= req->now_us)
		return FAIL(req, ASSET_ACCESS_TOKEN_EXPIRED, "the token for asset %" PRId64 " has expired", row->id);
	if (token_has_ended(req))
		return FAIL(req, ASSET_ACCESS_TOKEN_EXPIRED, "the API key that made the token for asset %" PRId64 " was revoked or has ended", row->id);
	return NULL;
}

/* Whether the key that made the token still works; the handler looks at the rest. */
const struct error *
content_assets_open_prepare(struct request *req, const struct content_assets_open_request *in)
{
	const char *text = in->token ? request_open(req, in->token) : NULL;
	long long domain_id, key_id;

	if (!text || sscanf(text, "asset:%lld:%*[0-9]:%*[0-9]:%lld", &domain_id, &key_id) != 2 || key_id < 1)
		return NULL;
	return token_ask_key(req, key_id, domain_id);
}

const struct error *
content_assets_open(struct request *req, const struct content_assets_open_request *in, struct content_assets_open_response *out)
{
	const struct asset_row *row = NULL;
	const struct error *error = store_asset_open(req, in->id, &row);

	if (error)
		return error;
	if (!row)
		return not_found(req, in->id);
	bool is_public = strcmp(row->access_mode, "public") == 0, is_signed = strcmp(row->access_mode, "signed") == 0;
	bool is_reader = in->reader_domain_id && *in->reader_domain_id == row->domain_id;
	if (is_signed && in->token)
		error = check_token(req, row, in->token);
	else if (!is_public && !is_reader)
		error = in->reader_domain_id ? not_found(req, in->id) : FAIL(req, AUTH_MISSING_API_KEY, "asset %" PRId64 " is not public", in->id);
	if (error)
		return error;
	*out = (struct content_assets_open_response){ .domain_id = row->domain_id, .filename = row->filename, .mime_type = row->mime_type,
		.byte_hash = row->byte_hash, .storage_key = row->storage_key, .size_bytes = row->size_bytes, .access_mode = row->access_mode,
		.entitlement_scope = scope_view(req->arena, row) };
	return NULL;
}

/* ---- the end ---- */

static const struct error *
change_status(struct request *req, int64_t id, const char *status, const int64_t *deleted_at, struct asset *out)
{
	const struct asset_row *row = NULL;

	store_asset_status(req, id, status, deleted_at);
	const struct error *error = find(req, id, &row);
	if (!error)
		*out = view(req->arena, row);
	return error;
}

const struct error *
content_assets_delete(struct request *req, const struct content_assets_delete_request *in, struct asset *out)
{
	const struct asset_row *row = NULL;
	const struct error *error = lock(req, in->id, &row);

	if (error)
		return error;
	if (strcmp(row->status, "deleted") == 0)
		return not_found(req, in->id);
	error = references_check_unused(req, &(struct reference_target){ REFERENCE_TO_ASSET, in->id, ERROR_ASSET_REFERENCED }, in->force);
	if (!error)
		error = change_status(req, in->id, "deleted", &req->now_us, out);
	if (!error)
		emit_asset_delete(req, row->id, 0, CHANGE_OF(asset_delete_event, row));
	return error;
}

const struct error *
content_assets_restore(struct request *req, const struct content_assets_restore_request *in, struct asset *out)
{
	const struct asset_row *row = NULL;
	const struct error *error = lock(req, in->id, &row);

	if (error)
		return error;
	if (strcmp(row->status, "deleted") != 0)
		return FAIL(req, ASSET_RESTORE_NOT_DELETED, "asset %" PRId64 " is not deleted", in->id);
	error = change_status(req, in->id, "active", NULL, out);
	if (!error)
		emit_asset_restore(req, row->id, 0, CHANGE_OF(asset_restore_event, row));
	return error;
}

/* The row goes now, the bytes by a process: a crash in between leaves neither. */
const struct error *
content_assets_purge(struct request *req, const struct content_assets_purge_request *in, struct content_assets_purge_response *out)
{
	const struct asset_row *row = NULL;
	bool has_derivative = false;
	const struct error *error = lock(req, in->id, &row);

	if (!error && strcmp(row->status, "deleted") != 0)
		error = FAIL(req, ASSET_PURGE_REQUIRES_SOFT_DELETE, "asset %" PRId64 " is not deleted", in->id);
	if (!error)
		error = references_check_unused(req, &(struct reference_target){ REFERENCE_TO_ASSET, in->id, ERROR_ASSET_PURGE_BLOCKED }, in->force);
	if (!error)
		error = store_asset_has_derivative(req, in->id, &has_derivative);
	if (!error && has_derivative)
		error = FAIL(req, ASSET_PURGE_BLOCKED_BY_DERIVATIVES, "other assets were made from asset %" PRId64, in->id);
	if (error)
		return error;
	struct asset *shown = ARENA_NEW(req->arena, struct asset);
	struct asset_reference_summary *summary = ARENA_NEW(req->arena, struct asset_reference_summary);
	error = store_references_count(req, REFERENCE_TO_ASSET, in->id, "active", &summary->active_reference_count);
	if (!error)
		error = store_references_count(req, REFERENCE_TO_ASSET, in->id, "historical", &summary->historical_reference_count);
	if (error)
		return error;
	*shown = view(req->arena, row);
	*out = (struct content_assets_purge_response){ .purged = true, .asset = shown, .reference_summary = summary };
	store_asset_remove(req, in->id);
	error = process_start(req, &(struct process_start){ .kind = asset_removal_kind.name, .key = row->storage_key,
	    .payload = arena_printf(req->arena, "{\"storageKey\":\"%s\"}", row->storage_key) }, NULL);
	if (!error)
		emit_asset_purge(req, row->id, 0, CHANGE_OF(asset_purge_event, row));
	return error;
}
