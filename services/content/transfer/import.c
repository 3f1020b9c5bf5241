/* Records of an export come in: what is there already is passed over, something else under the same id refuses them all. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assets/store.h"
#include "json/json.h"
#include "licensing/gate.h"
#include "model/source.h"
#include "query/fields.h"
#include "rules.h"
#include "schema_change/chain.h"
#include "secret.h"
#include "store.h"
#include "transfer/transfer.h"
#include "transfer/transfer_store.h"
#include "validation.h"

struct import {
	const struct transfer_record *records;
	size_t n;
	size_t *states, n_states; /* which records are versions or items */
	int64_t *ids, *versions;  /* of those */
	int64_t *items;           /* that came */
	size_t n_items;
	int64_t n_created, n_unchanged;
};

static const char *
place(struct request *req, size_t at)
{
	return arena_printf(req->arena, "/records/%zu", at);
}

static const struct error *
conflict(struct request *req, size_t at, const struct transfer_record *record)
{
	return error_at(FAIL(req, IMPORT_CONFLICT, "the tenant has another %s with the id %" PRId64 " than record %zu", record->kind, record->id, at), place(req, at),
	    arena_printf(req->arena, "{\"index\":%zu,\"id\":%" PRId64 "}", at, record->id));
}

/* ---- what a record must have ---- */

static const struct error *
incomplete(struct request *req, size_t at, const char *member)
{
	return FAIL_AT(req, VALIDATION_ERROR, arena_printf(req->arena, "/records/%zu/%s", at, member), "record %zu has no %s, or one that does not go with the others", at, member);
}

static const struct error *
check_records(struct request *req, const struct import *import, const struct content_transfer_ids_row *last)
{
	for (size_t i = 0; i < import->n; i++) {
		const struct transfer_record *record = &import->records[i];
		bool is_type = record_is_of_type(record), is_asset = record_is(record, RECORD_ASSET);
		const char *lacking = record_lacks(req, record);
		if (lacking)
			return incomplete(req, i, lacking);
		if (record->id > (is_type ? last->types : is_asset ? last->assets : last->items))
			return error_at(FAIL(req, IMPORT_ID_AHEAD, "record %zu has the id %" PRId64 ", which this installation has not given to anybody yet", i, record->id),
			    place(req, i), arena_printf(req->arena, "{\"index\":%zu,\"id\":%" PRId64 "}", i, record->id));
	}
	return NULL;
}

/* Versions and items, each once. */
static const struct error *
take_states(struct request *req, struct import *import)
{
	for (size_t i = 0; i < import->n; i++) {
		const struct transfer_record *record = &import->records[i];
		if (record_is_of_type(record) || record_is(record, RECORD_ASSET))
			continue;
		for (size_t k = 0; k < import->n_states; k++) {
			if (import->ids[k] == record->id && import->versions[k] == *record->version)
				return FAIL_AT(req, VALIDATION_ERROR, place(req, i), "version %" PRId64 " of content item %" PRId64 " comes twice", *record->version, record->id);
		}
		import->ids[import->n_states] = record->id;
		import->versions[import->n_states] = *record->version;
		import->states[import->n_states++] = i;
	}
	return NULL;
}

/* ---- types, what led to their schemas, and assets ---- */

static const struct error *
import_type(struct request *req, struct import *import, size_t at)
{
	const struct transfer_record *record = &import->records[at];
	struct schema_source source = { .schema = { record->schema, strlen(record->schema) } };
	char *hash = arena_alloc(req->arena, SHA256_HEX_BYTES);
	struct content_type_row taken = { .id = 0 };
	struct shape_list rows = { .n = 0 }, warnings = { .n = 0 };

	const struct error *error = store_types_by_id(req, &record->id, 1, &rows);
	if (error)
		return error;
	const struct content_type_row *row = rows.items;
	sha256_hex(hash, source.schema.json, source.schema.len);
	if (rows.n > 0 && (strcmp(row->slug, record->slug) != 0 || strcmp(row->schema_hash, hash) != 0 || row->version != *record->version))
		return conflict(req, at, record);
	if (rows.n > 0) {
		import->n_unchanged++;
		return NULL;
	}
	error = source_take(req, &source, &taken, &warnings);
	if (error)
		return error;
	if (record->base_price)
		gate_touch(req->tenant);
	store_transfer_put_type(req, record, hash);
	error = fields_follow_schema(req, record->id, record->schema, true);
	if (error)
		return error;
	emit_content_type_create(req, record->id, *record->version, &(struct content_type_create_event){
	    .name = record->name, .slug = record->slug, .kind = record->content_kind, .schema_hash = hash });
	import->n_created++;
	return NULL;
}

static const struct error *
import_migration(struct request *req, struct import *import, size_t at)
{
	const struct transfer_record *record = &import->records[at];
	const char *steps = NULL;
	struct shape_list rows = { .n = 0 };

	const struct error *error = store_types_by_id(req, &record->id, 1, &rows);
	if (!error && rows.n == 0)
		error = FAIL_AT(req, IMPORT_INCOMPLETE, place(req, at), "content type %" PRId64 " of the migration is not there", record->id);
	if (!error)
		error = store_transfer_migration(req, record->id, *record->schema_version, &steps);
	if (error)
		return error;
	if (steps && strcmp(steps, record->steps) != 0)
		return conflict(req, at, record);
	if (steps) {
		import->n_unchanged++;
		return NULL;
	}
	store_transfer_put_migration(req, record);
	import->n_created++;
	return NULL;
}

static const struct error *
import_asset(struct request *req, struct import *import, size_t at)
{
	const struct transfer_record *record = &import->records[at];
	const struct asset_row *row = NULL, *source = NULL;

	const struct error *error = store_asset(req, record->id, &row);
	if (error)
		return error;
	if (row && (strcmp(row->filename, record->filename) != 0 || row->size_bytes != *record->size_bytes || row->created_at != *record->created_at))
		return conflict(req, at, record);
	if (row) {
		import->n_unchanged++;
		return NULL;
	}
	if (record->source_asset_id) {
		error = store_asset(req, *record->source_asset_id, &source);
		if (error)
			return error;
		if (!source)
			return FAIL_AT(req, IMPORT_INCOMPLETE, place(req, at), "asset %" PRId64 " was made from asset %" PRId64 ", which is not there", record->id, *record->source_asset_id);
	}
	store_transfer_put_asset(req, record);
	emit_asset_create(req, record->id, 0, &(struct asset_create_event){ .filename = record->filename, .mime_type = record->mime_type,
	    .size_bytes = *record->size_bytes, .byte_hash = record->byte_hash ? record->byte_hash : "", .access_mode = record->access_mode });
	import->n_created++;
	return NULL;
}

/* ---- versions and items ---- */

static void
put_item(struct request *req, struct import *import, const struct transfer_record *record)
{
	char *hash = arena_alloc(req->arena, SHA256_HEX_BYTES);

	store_transfer_put_item(req, record);
	import->items[import->n_items++] = record->id;
	sha256_hex(hash, record->data.json, record->data.len);
	emit_content_item_create(req, record->id, *record->version, &(struct content_item_create_event){ .content_type_id = *record->content_type_id,
	    .new_status = record->status, .content_hash = hash, .published_version = record->published_version });
}

/* What the public sees of an item is one of its versions, so those go before all items. */
static void
put_states(struct request *req, struct import *import, const struct transfer_record *const records[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (record_is(records[i], RECORD_VERSION))
			store_transfer_put_version(req, records[i]);
	}
	for (size_t i = 0; i < n; i++) {
		if (record_is(records[i], RECORD_ITEM))
			put_item(req, import, records[i]);
	}
	import->n_created += (int64_t)n;
}

/* There already, or of an item that is there and has no such version: then it is another item. */
static bool
is_same(const struct transfer_record *record, const struct content_transfer_known_row *known)
{
	char hash[SHA256_HEX_BYTES];

	if (!known->hash || (known->is_deleted && *known->is_deleted))
		return false;
	if (record_is(record, RECORD_ITEM) && (!known->head_version || *known->head_version != *record->version))
		return false;
	if (record_is(record, RECORD_VERSION) && known->head_version && *known->head_version <= *record->version)
		return false;
	sha256_hex(hash, record->data.json, record->data.len);
	return strcmp(known->hash, hash) == 0 && strcmp(known->status, record->status) == 0;
}

static const struct error *
import_states(struct request *req, struct import *import)
{
	struct shape_list rows = { .n = 0 };
	size_t at = 0, n_new = 0;

	if (import->n_states == 0)
		return NULL;
	const struct error *error = store_transfer_known(req, import->ids, import->versions, import->n_states, &rows);
	if (error)
		return error;
	const struct content_transfer_known_row **known = ARENA_ARRAY(req->arena, const struct content_transfer_known_row *, import->n_states);
	const struct transfer_record **new = ARENA_ARRAY(req->arena, const struct transfer_record *, import->n_states);
	for (size_t i = 0; i < rows.n; i++) {
		const struct content_transfer_known_row *row = (const struct content_transfer_known_row *)rows.items + i;
		known[row->place - 1] = row;
	}
	for (size_t i = 0; i < import->n_states; i++) {
		at = import->states[i];
		const struct transfer_record *record = &import->records[at];
		error = validation_size(req, record->data);
		if (error)
			return error;
		if (!known[i])
			new[n_new++] = record;
		else if (is_same(record, known[i]))
			import->n_unchanged++;
		else
			return conflict(req, at, record);
	}
	put_states(req, import, new, n_new);
	return NULL;
}

static const struct error *
finish_items(struct request *req, const struct import *import)
{
	int64_t lost = 0;

	if (import->n_items == 0)
		return NULL;
	store_transfer_put_fields(req, import->items, import->n_items);
	const struct error *error = store_transfer_incomplete(req, import->items, import->n_items, &lost);
	if (!error && lost)
		error = FAIL(req, IMPORT_INCOMPLETE, "content item %" PRId64 " has no type here, or not all of its versions", lost);
	return error;
}

const struct error *
content_transfer_import(struct request *req, const struct content_transfer_import_request *in, struct content_transfer_import_response *out)
{
	const struct content_transfer_ids_row *last = NULL;
	size_t n = in->records.n;
	struct import import = { .records = in->records.items, .n = n, .states = ARENA_ARRAY(req->arena, size_t, n + 1),
		.ids = ARENA_ARRAY(req->arena, int64_t, n + 1), .versions = ARENA_ARRAY(req->arena, int64_t, n + 1), .items = ARENA_ARRAY(req->arena, int64_t, n + 1) };

	if (n == 0)
		return FAIL(req, EMPTY_BATCH, "there are no records");
	const struct error *error = store_transfer_lock(req);
	if (!error)
		error = store_transfer_ids(req, &last);
	if (!error)
		error = check_records(req, &import, last);
	if (!error)
		error = take_states(req, &import);
	for (size_t i = 0; !error && i < n; i++) {
		if (record_is(&import.records[i], RECORD_TYPE))
			error = import_type(req, &import, i);
		else if (record_is(&import.records[i], RECORD_MIGRATION))
			error = import_migration(req, &import, i);
		else if (record_is(&import.records[i], RECORD_ASSET))
			error = import_asset(req, &import, i);
	}
	if (!error)
		error = import_states(req, &import);
	if (!error)
		error = finish_items(req, &import);
	if (!error)
		*out = (struct content_transfer_import_response){ .created = import.n_created, .unchanged = import.n_unchanged };
	return error;
}

/* ---- the operator's part ---- */

const struct error *
transfer_reserve_ids(struct request *req, int argc, char **argv)
{
	char *end = NULL;
	long long id = argc == 1 ? strtoll(argv[0], &end, 10) : 0;

	if (argc != 1 || *end != '\0' || id < 1 || id > INT32_MAX)
		return FAIL(req, VALIDATION_ERROR, "name the highest id that an import has, such as 120000");
	const struct error *error = store_transfer_reserve(req, id);
	if (!error)
		(void)printf("no type, item or asset is given an id up to %lld by itself any more\n", id);
	return error;
}
