/* The statements about assets as functions. */
#ifndef ASSET_STORE_H
#define ASSET_STORE_H

#include "content.h"

struct asset_page {
	const char *status, *access_mode, *q; /* the last two or NULL */
	const int64_t *source_id;             /* or NULL */
	int64_t before, limit;
};

/* row: everything but id, tenant, status and what the statement knows itself. */
const struct error *store_asset_insert(struct request *req, const struct asset_row *row, const struct asset_row **ret) MUST_CHECK;
const struct error *store_asset(struct request *req, int64_t id, const struct asset_row **ret) MUST_CHECK;
const struct error *store_asset_lock(struct request *req, int64_t id, const struct asset_row **ret) MUST_CHECK;
/* Of any tenant: for a request of the system's scope. */
const struct error *store_asset_open(struct request *req, int64_t id, const struct asset_row **ret) MUST_CHECK;
const struct error *store_assets(struct request *req, const struct asset_page *page, struct shape_list *ret) MUST_CHECK;
const struct error *store_asset_has_derivative(struct request *req, int64_t id, bool *ret) MUST_CHECK;
void store_asset_status(struct request *req, int64_t id, const char *status, const int64_t *deleted_at);
void store_asset_remove(struct request *req, int64_t id);

/* Places in the list, from 1, of keys that no asset has: rows of struct content_id_row. */
const struct error *store_asset_orphans(struct request *req, const char *const *keys, size_t n, struct shape_list *ret) MUST_CHECK;

#endif
