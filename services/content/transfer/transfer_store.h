/* The statements of export and import as functions. */
#ifndef TRANSFER_STORE_H
#define TRANSFER_STORE_H

#include "content.h"

/* Rows of struct content_transfer_row behind a version of an item; data is absent beyond bytes_max. */
struct transfer_place {
	int64_t item_id, version;
};
const struct error *store_transfer_items(struct request *req, const struct transfer_place *after, int64_t limit, int64_t bytes_max, struct shape_list *ret) MUST_CHECK;
/* Rows of struct content_transfer_reference_row, in the order of the versions. */
const struct error *store_transfer_references(struct request *req, const int64_t *ids, const int64_t *versions, size_t n, int64_t limit, struct shape_list *ret) MUST_CHECK;
/* Rows of struct content_transfer_migration_row behind a schema (version) of a type (item_id). */
const struct error *store_transfer_migrations(struct request *req, const struct transfer_place *after, int64_t limit, struct shape_list *ret) MUST_CHECK;
/* The steps that led to a schema of a type; NULL: none are recorded. */
const struct error *store_transfer_migration(struct request *req, int64_t type_id, int64_t schema_version, const char **ret_steps) MUST_CHECK;
/* Rows of struct asset_row behind an asset. */
const struct error *store_transfer_assets(struct request *req, int64_t after, int64_t limit, struct shape_list *ret) MUST_CHECK;

/* Until the end of the transaction nobody else imports into the tenant. */
const struct error *store_transfer_lock(struct request *req) MUST_CHECK;
const struct error *store_transfer_ids(struct request *req, const struct content_transfer_ids_row **ret) MUST_CHECK;
const struct error *store_transfer_reserve(struct request *req, int64_t id) MUST_CHECK;
/* Rows of struct content_transfer_known_row, of those that are known. */
const struct error *store_transfer_known(struct request *req, const int64_t *ids, const int64_t *versions, size_t n, struct shape_list *ret) MUST_CHECK;
/* The first item that came without its type or versions; 0: none. */
const struct error *store_transfer_incomplete(struct request *req, const int64_t *ids, size_t n, int64_t *ret_id) MUST_CHECK;

/* ---- queued: of an item its versions first ---- */

void store_transfer_put_type(struct request *req, const struct transfer_record *record, const char *schema_hash);
void store_transfer_put_migration(struct request *req, const struct transfer_record *record);
void store_transfer_put_asset(struct request *req, const struct transfer_record *record);
void store_transfer_put_version(struct request *req, const struct transfer_record *record);
void store_transfer_put_item(struct request *req, const struct transfer_record *record);
void store_transfer_put_fields(struct request *req, const int64_t *ids, size_t n);

#endif
