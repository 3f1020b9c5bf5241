/* Rows of OAuth clients, codes and the keys that come of them: one call, one statement. */
#ifndef OAUTH_ROWS_H
#define OAUTH_ROWS_H

#include "store.h"

struct new_code {
	const char *hash, *client_id, *redirect_uri, *challenge, *resource;
	int64_t domain_id, supervisor_id, ends_at, expires_at;
	struct shape_list scopes;
	const int64_t *writes_per_minute, *publishes_per_day, *sats_per_day;
};

struct new_client {
	const char *id, *name;
	struct shape_list redirect_uris;
	int64_t expires_at;
};

const struct error *store_client_get(struct request *req, const char *id, const struct oauth_client_row **ret_client) MUST_CHECK;
const struct error *store_client_count(struct request *req, int64_t max, int64_t *ret_n) MUST_CHECK;
void store_client_add(struct request *req, const struct new_client *client);
void store_client_put(struct request *req, const struct new_client *client);
void store_client_keep(struct request *req, const char *id, int64_t expires_at);
void store_client_maintain(struct request *req, int64_t ended_before_us);

void store_code_add(struct request *req, const struct new_code *code);
const struct error *store_code_lock(struct request *req, const char *hash, const struct oauth_code_row **ret_code) MUST_CHECK;
void store_code_use(struct request *req, const char *hash, int64_t key_id);
void store_code_maintain(struct request *req, int64_t ended_before_us);

const struct error *store_key_by_refresh(struct request *req, const char *family, const struct api_key_row **ret_key) MUST_CHECK;

struct key_renewal {
	const char *hash, *prefix, *refresh_hash;
	int64_t expires_at;
};
void store_key_renew(struct request *req, int64_t id, const struct key_renewal *renewal);
const struct error *store_key_granted_list(struct request *req, int64_t supervisor_id, struct shape_list *ret_keys) MUST_CHECK;

#endif
