/* Identity's rows: one call, one statement. */
#include "store.h"

#include "identity_queries.h"
#include "contract/policy.h"

const struct constraint_error store_constraints[] = {
	{ "domains_hostname_unique", ERROR_DOMAIN_HOSTNAME_CONFLICT, "another tenant has this hostname" },
	{ "supervisors_email_unique", ERROR_SUPERVISOR_EMAIL_CONFLICT, "somebody signs in with this email already" },
	{ "supervisor_invites_domain_id_fkey", ERROR_SUPERVISOR_DOMAIN_NOT_FOUND, "the tenant does not exist" },
};
const size_t store_n_constraints = sizeof(store_constraints) / sizeof(store_constraints[0]);

const struct error *
store_domain_count(struct request *req, int64_t *ret_n)
{
	const struct identity_count_row *row;
	const struct error *error = query_find(req, &identity_domain_count_query, PARAMS(P_NULL()), &row);
	if (error)
		return error;
	*ret_n = row->total;
	return NULL;
}

const struct error *
store_domain_list(struct request *req, const int64_t *only, int64_t limit, int64_t offset, struct shape_list *ret_domains)
{
	return query_list(req, &identity_domain_list_query, PARAMS(P_INT_OPT(only), P_INT(limit), P_INT(offset)), ret_domains);
}

const struct error *
store_domain_get(struct request *req, int64_t id, const struct domain **ret_domain)
{
	return query_find(req, &identity_domain_get_query, PARAMS(P_INT(id)), ret_domain);
}

const struct error *
store_domain_first(struct request *req, const struct domain **ret_domain)
{
	return query_find(req, &identity_domain_first_query, PARAMS(P_NULL()), ret_domain);
}

const struct error *
store_domain_add(struct request *req, const char *name, const char *hostname, const struct identity_id_row **ret_row)
{
	return query_find(req, &identity_domain_add_query, PARAMS(P_TEXT(name), P_TEXT(hostname), P_TIME(req->now_us)), ret_row);
}

const struct error *
store_user_add(struct request *req, int64_t domain_id, const char *email, int64_t *ret_id)
{
	const struct identity_id_row *row;
	const struct error *error = query_find(req, &identity_user_add_query,
	    PARAMS(P_INT(domain_id), P_TEXT(email), P_TIME(req->now_us)), &row);
	if (error)
		return error;
	*ret_id = row->id;
	return NULL;
}

/* Without ids: NULL, which limits to nothing. */
static struct db_param
ids(struct shape_list list)
{
	return list.n > 0 ? P_INT_LIST(list.items, list.n) : P_NULL();
}

const struct error *
store_key_add(struct request *req, const struct new_key *key, int64_t *ret_id)
{
	const struct identity_id_row *row;
	const struct error *error = query_find(req, &identity_key_add_query,
	    PARAMS(P_INT(key->domain_id), P_TEXT(key->name), P_TEXT(key->prefix), P_TEXT(key->hash),
	        P_TEXT_LIST(key->scopes.items, key->scopes.n), P_BOOL(key->is_platform_admin), P_INT_OPT(key->created_by),
	        P_TIME(req->now_us), P_TIME_OPT(key->expires_at), P_INT_OPT(key->budgets[BUDGET_SATS_PER_DAY]), P_INT_OPT(key->budgets[BUDGET_SATS_PER_CALL]),
	        P_INT_OPT(key->budgets[BUDGET_WRITES_PER_MINUTE]), P_INT_OPT(key->budgets[BUDGET_PUBLISHES_PER_DAY]), P_INT_OPT(key->parent_id),
	        P_INT_OPT(key->root_id), P_INT_LIST(key->ancestors.items, key->ancestors.n), ids(key->types), ids(key->items), ids(key->tasks),
	        P_TEXT(key->client_id), P_TEXT(key->client_name), P_INT_OPT(key->granted_by), P_TEXT(key->resource), P_TEXT(key->refresh_family),
	        P_TEXT(key->refresh_hash), P_TIME_OPT(key->ends_at)), &row);
	if (error)
		return error;
	*ret_id = row->id;
	return NULL;
}

const struct error *
store_key_page(struct request *req, int64_t limit, int64_t offset, struct shape_list *ret_keys, int64_t *ret_total)
{
	const struct identity_count_row *count;
	db_ticket page = query_ask(req, &identity_key_list_query, PARAMS(P_INT(limit), P_INT(offset)));
	db_ticket total = query_ask(req, &identity_key_count_query, PARAMS(P_NULL()));
	const struct error *error = query_claim_list(req, page, ret_keys);
	if (error)
		return error;
	error = query_claim(req, total, &count);
	if (error)
		return error;
	*ret_total = count->total;
	return NULL;
}

const struct error *
store_key_lock(struct request *req, int64_t id, const struct api_key_row **ret_key)
{
	return query_find(req, &identity_key_lock_query, PARAMS(P_INT(id)), ret_key);
}

const struct error *
store_key_by_hash(struct request *req, const char *hash, const struct api_key_row **ret_key)
{
	return query_find(req, &identity_key_by_hash_query, PARAMS(P_TEXT(hash)), ret_key);
}

const struct error *
store_key_get(struct request *req, int64_t id, const struct api_key_row **ret_key)
{
	return query_find(req, &identity_key_get_query, PARAMS(P_INT(id)), ret_key);
}

const struct error *
store_key_works(struct request *req, int64_t id, int64_t domain_id, bool *ret_works)
{
	const struct identity_count_row *row;
	const struct error *error = query_find(req, &identity_key_works_query, PARAMS(P_INT(id), P_INT(domain_id), P_TIME(req->now_us)), &row);

	*ret_works = !error && row->total > 0;
	return error;
}

const struct error *
store_key_other_administrators(struct request *req, int64_t id, struct shape_list *ret_keys)
{
	return query_list(req, &identity_key_other_administrators_query, PARAMS(P_INT(id), P_TIME(req->now_us)), ret_keys);
}

const struct error *
store_key_family_count(struct request *req, int64_t root_id, int64_t max, int64_t *ret_n)
{
	const struct identity_count_row *row;
	const struct error *error = query_find(req, &identity_key_family_count_query, PARAMS(P_INT(root_id), P_TIME(req->now_us), P_INT(max)), &row);
	if (!error)
		*ret_n = row->total;
	return error;
}

const struct error *
store_key_family_revoke(struct request *req, int64_t root_id, int64_t id, int64_t *ret_n)
{
	return query_exec(req, &identity_key_family_revoke_query, PARAMS(P_INT(root_id), P_INT(id), P_TIME(req->now_us)), ret_n);
}

const struct error *
store_key_family_list(struct request *req, int64_t root_id, int64_t id, int64_t after, int64_t limit, struct shape_list *ret_keys)
{
	return query_list(req, &identity_key_family_list_query, PARAMS(P_INT(root_id), P_INT(id), P_TIME(req->now_us), P_INT(after), P_INT(limit)), ret_keys);
}

const struct error *
store_key_ancestors(struct request *req, struct shape_list list, struct shape_list *ret_rows)
{
	return query_list(req, &identity_key_ancestors_query, PARAMS(P_INT_LIST(list.items, list.n)), ret_rows);
}

void
store_key_maintain(struct request *req, int64_t ended_before_us)
{
	query_send(req, &identity_key_maintain_query, PARAMS(P_TIME(ended_before_us)));
}

void
store_key_revoke(struct request *req, int64_t id)
{
	query_send(req, &identity_key_revoke_query, PARAMS(P_INT(id), P_TIME(req->now_us)));
}

const struct error *
store_key_touch(struct request *req, struct doc uses, int64_t *ret_n)
{
	return query_exec(req, &identity_key_touch_query, PARAMS(P_DOC(uses)), ret_n);
}

const struct error *
store_decision_add(struct request *req, struct doc decisions, int64_t *ret_n)
{
	return query_exec(req, &identity_decision_add_query, PARAMS(P_DOC(decisions), P_TEXT(policy_rules.version)), ret_n);
}

const struct error *
store_decision_page(struct request *req, const struct identity_decisions_list_request *in, const int64_t *before_us,
    int64_t before_id, int64_t limit, struct shape_list *ret_decisions)
{
	return query_list(req, &identity_decision_list_query,
	    PARAMS(P_TEXT(in->outcome), P_TEXT(in->operation), P_TEXT(in->principal_id), P_TIME_OPT(before_us),
	        before_us ? P_INT(before_id) : P_NULL(), P_INT(limit)), ret_decisions);
}

void
store_decision_maintain(struct request *req, int64_t keep_days)
{
	query_send(req, &identity_decision_maintain_query, PARAMS(P_INT(keep_days)));
}
