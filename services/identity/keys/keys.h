/* Keys: made, found and ended. */
#ifndef KEYS_H
#define KEYS_H

#include "keys/rights.h"
#include "store.h"

/* How many keys may come of one, directly or not, and work at the same time. */
enum { FAMILY_MAX = 1000 };

struct new_key;
/* A key that ends hands on nothing that outlives it: what names no end gets its own.  Error: INVALID_EXPIRES_AT. */
const struct error *keys_bound_expiry(struct request *req, struct new_key *key) MUST_CHECK;
const struct error *keys_check_expiry(struct request *req, const int64_t *expires_at) MUST_CHECK;
/* Known scopes, each once.  INVALID_KEY_SCOPES */
const struct error *keys_normalise_scopes(struct request *req, struct shape_list given, struct shape_list *ret_scopes) MUST_CHECK;

/* Make the secret and its row; key's name, tenant and rights are the caller's.  keys_make describes and emits it too. */
const struct error *keys_issue(struct request *req, struct new_key *key, int64_t *ret_id, const char **ret_text) MUST_CHECK;
const struct error *keys_make(struct request *req, struct new_key *key, struct api_key_created *out) MUST_CHECK;

/* A key that works, locked with its family: nobody adds to it or revokes a part of it meanwhile.  *ret_key is NULL when there is none. */
const struct error *keys_lock(struct request *req, int64_t id, const struct api_key_row **ret_key) MUST_CHECK;

/* The key ends, and what came of it; emits. */
const struct error *keys_end(struct request *req, const struct api_key_row *key) MUST_CHECK;

struct key_rights keys_rights(const struct api_key_row *key);

#endif
