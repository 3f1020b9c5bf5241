/* What a record of an export must have, by its kind. */
#include <string.h>

#include "json/json.h"
#include "rules.h"
#include "schema_change/chain.h"
#include "transfer/transfer.h"

bool
record_is(const struct transfer_record *record, const char *kind)
{
	return strcmp(record->kind, kind) == 0;
}

bool
record_is_of_type(const struct transfer_record *record)
{
	return record_is(record, RECORD_TYPE) || record_is(record, RECORD_MIGRATION);
}

static const char *
lacks_of_type(struct arena *arena, const struct transfer_record *r)
{
	struct json_error problem;

	if (r->schema_manifest && !json_parse(arena, r->schema_manifest, strlen(r->schema_manifest), NULL, &problem))
		return "schemaManifest";
	return !r->version ? "version" : !r->created_at ? "createdAt" : !r->slug || !rules_slug_is_valid(r->slug) ? "slug" : !r->name ? "name"
	    : !r->content_kind ? "contentKind" : !r->schema ? "schema" : NULL;
}

static const char *
lacks_of_migration(struct request *req, const struct transfer_record *r)
{
	return !r->schema_version || *r->schema_version < 2 ? "schemaVersion" : !r->created_at ? "createdAt" : !r->updated_by ? "updatedBy"
	    : !r->steps || !chain_text_is_good(req, r->steps) ? "steps" : NULL;
}

static const char *
lacks_of_asset(const struct transfer_record *r)
{
	bool is_deleted = r->status && strcmp(r->status, "deleted") == 0, is_entitled = r->access_mode && strcmp(r->access_mode, "entitled") == 0;

	if (!r->status || (!is_deleted && strcmp(r->status, "active") != 0))
		return "status";
	if (is_deleted != (r->deleted_at != NULL))
		return "deletedAt";
	if (!r->access_mode || is_entitled != (r->entitlement_scope != NULL))
		return "entitlementScope";
	if ((r->source_asset_id != NULL) != (r->variant_key != NULL))
		return "variantKey";
	return !r->created_at ? "createdAt" : !r->filename ? "filename" : !r->original_filename ? "originalFilename" : !r->mime_type ? "mimeType" : !r->size_bytes ? "sizeBytes" : NULL;
}

static const char *
lacks_of_state(const struct transfer_record *r)
{
	if (!r->version || !r->status || !r->data.json)
		return !r->version ? "version" : !r->status ? "status" : "data";
	if (record_is(r, RECORD_VERSION))
		return NULL;
	bool is_published = strcmp(r->status, STATUS_PUBLISHED) == 0;
	if (!r->content_type_id || !r->created_at)
		return r->content_type_id ? "createdAt" : "contentTypeId";
	if ((r->published_version != NULL) != (r->published_at != NULL))
		return "publishedAt";
	if (r->published_version && (*r->published_version > *r->version || strcmp(r->status, STATUS_ARCHIVED) == 0))
		return "publishedVersion";
	return is_published != (r->published_version && *r->published_version == *r->version) ? "publishedVersion" : NULL;
}

const char *
record_lacks(struct request *req, const struct transfer_record *record)
{
	if (record_is(record, RECORD_TYPE))
		return lacks_of_type(req->arena, record);
	if (record_is(record, RECORD_MIGRATION))
		return lacks_of_migration(req, record);
	return record_is(record, RECORD_ASSET) ? lacks_of_asset(record) : lacks_of_state(record);
}
