/* Identity's rows: one call, one statement. */
#ifndef STORE_H
#define STORE_H

#include "identity.h"

extern const struct constraint_error store_constraints[];
extern const size_t store_n_constraints;

struct new_key {
	int64_t domain_id;
	const char *name, *prefix, *hash;
	struct shape_list scopes;
	bool is_platform_admin;
	const int64_t *created_by;
	const int64_t *expires_at;
	const int64_t *budgets[BUDGETS_N]; /* NULL: no bound */
	const int64_t *parent_id, *root_id;
	struct shape_list ancestors;           /* the oldest first */
	struct shape_list types, items, tasks; /* without items: not limited */
	/* of an OAuth client's, else NULL */
	const char *client_id, *client_name, *resource, *refresh_family, *refresh_hash;
	const int64_t *granted_by, *ends_at;
};

const struct error *store_domain_count(struct request *req, int64_t *ret_n) MUST_CHECK;
/* only: one tenant's id, or NULL for all. */
const struct error *store_domain_list(struct request *req, const int64_t *only, int64_t limit, int64_t offset,
    struct shape_list *ret_domains) MUST_CHECK;
const struct error *store_domain_get(struct request *req, int64_t id, const struct domain **ret_domain) MUST_CHECK;
const struct error *store_domain_first(struct request *req, const struct domain **ret_domain) MUST_CHECK;
const struct error *store_domain_add(struct request *req, const char *name, const char *hostname,
    const struct identity_id_row **ret_row) MUST_CHECK;
const struct error *store_user_add(struct request *req, int64_t domain_id, const char *email, int64_t *ret_id) MUST_CHECK;
const struct error *store_key_add(struct request *req, const struct new_key *key, int64_t *ret_id) MUST_CHECK;
const struct error *store_key_page(struct request *req, int64_t limit, int64_t offset, struct shape_list *ret_keys,
    int64_t *ret_total) MUST_CHECK;
const struct error *store_key_lock(struct request *req, int64_t id, const struct api_key_row **ret_key) MUST_CHECK;
const struct error *store_key_by_hash(struct request *req, const char *hash, const struct api_key_row **ret_key) MUST_CHECK;
const struct error *store_key_works(struct request *req, int64_t id, int64_t domain_id, bool *ret_works) MUST_CHECK;
const struct error *store_key_get(struct request *req, int64_t id, const struct api_key_row **ret_key) MUST_CHECK;
/* At most one, which can administer the tenant and does not end with the key. */
const struct error *store_key_other_administrators(struct request *req, int64_t id, struct shape_list *ret_keys) MUST_CHECK;
const struct error *store_key_family_count(struct request *req, int64_t root_id, int64_t max, int64_t *ret_n) MUST_CHECK;
const struct error *store_key_family_revoke(struct request *req, int64_t root_id, int64_t id, int64_t *ret_n) MUST_CHECK;
const struct error *store_key_family_list(struct request *req, int64_t root_id, int64_t id, int64_t after, int64_t limit, struct shape_list *ret_keys) MUST_CHECK;
const struct error *store_key_ancestors(struct request *req, struct shape_list ids, struct shape_list *ret_rows) MUST_CHECK;
void store_key_maintain(struct request *req, int64_t ended_before_us);
void store_key_revoke(struct request *req, int64_t id);
const struct error *store_key_touch(struct request *req, struct doc uses, int64_t *ret_n) MUST_CHECK;
const struct error *store_decision_add(struct request *req, struct doc decisions, int64_t *ret_n) MUST_CHECK;
const struct error *store_decision_page(struct request *req, const struct identity_decisions_list_request *in,
    const int64_t *before_us, int64_t before_id, int64_t limit, struct shape_list *ret_decisions) MUST_CHECK;
void store_decision_maintain(struct request *req, int64_t keep_days);

#endif
