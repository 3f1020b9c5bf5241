/* Rows of OAuth clients, codes and the keys that come of them: one call, one statement. */
#include "oauth/rows.h"

#include "identity_queries.h"

const struct error *
store_client_get(struct request *req, const char *id, const struct oauth_client_row **ret_client)
{
	return query_find(req, &identity_oauth_client_get_query, PARAMS(P_TEXT(id), P_TIME(req->now_us)), ret_client);
}

const struct error *
store_client_count(struct request *req, int64_t max, int64_t *ret_n)
{
	const struct identity_count_row *row;
	const struct error *error = query_find(req, &identity_oauth_client_count_query, PARAMS(P_INT(max)), &row);
	if (!error)
		*ret_n = row->total;
	return error;
}

void
store_client_add(struct request *req, const struct new_client *client)
{
	query_send(req, &identity_oauth_client_add_query, PARAMS(P_TEXT(client->id), P_TEXT(client->name),
	    P_TEXT_LIST(client->redirect_uris.items, client->redirect_uris.n), P_TIME(req->now_us), P_TIME(client->expires_at)));
}

void
store_client_put(struct request *req, const struct new_client *client)
{
	query_send(req, &identity_oauth_client_put_query, PARAMS(P_TEXT(client->id), P_TEXT(client->name),
	    P_TEXT_LIST(client->redirect_uris.items, client->redirect_uris.n), P_TIME(req->now_us), P_TIME(client->expires_at)));
}

void
store_client_keep(struct request *req, const char *id, int64_t expires_at)
{
	query_send(req, &identity_oauth_client_keep_query, PARAMS(P_TEXT(id), P_TIME(expires_at)));
}

void
store_client_maintain(struct request *req, int64_t ended_before_us)
{
	query_send(req, &identity_oauth_client_maintain_query, PARAMS(P_TIME(ended_before_us)));
}

void
store_code_add(struct request *req, const struct new_code *code)
{
	query_send(req, &identity_oauth_code_add_query, PARAMS(P_TEXT(code->hash), P_TEXT(code->client_id), P_INT(code->domain_id), P_INT(code->supervisor_id),
	    P_TEXT(code->redirect_uri), P_TEXT(code->challenge), P_TEXT(code->resource), P_TEXT_LIST(code->scopes.items, code->scopes.n),
	    P_INT_OPT(code->writes_per_minute), P_INT_OPT(code->publishes_per_day), P_INT_OPT(code->sats_per_day), P_TIME(code->ends_at),
	    P_TIME(code->expires_at)));
}

const struct error *
store_code_lock(struct request *req, const char *hash, const struct oauth_code_row **ret_code)
{
	return query_find(req, &identity_oauth_code_lock_query, PARAMS(P_TEXT(hash)), ret_code);
}

void
store_code_use(struct request *req, const char *hash, int64_t key_id)
{
	query_send(req, &identity_oauth_code_use_query, PARAMS(P_TEXT(hash), P_TIME(req->now_us), P_INT(key_id)));
}

void
store_code_maintain(struct request *req, int64_t ended_before_us)
{
	query_send(req, &identity_oauth_code_maintain_query, PARAMS(P_TIME(ended_before_us)));
}

const struct error *
store_key_by_refresh(struct request *req, const char *family, const struct api_key_row **ret_key)
{
	return query_find(req, &identity_key_by_refresh_query, PARAMS(P_TEXT(family)), ret_key);
}

void
store_key_renew(struct request *req, int64_t id, const struct key_renewal *renewal)
{
	query_send(req, &identity_key_renew_query, PARAMS(P_INT(id), P_TEXT(renewal->hash), P_TEXT(renewal->prefix), P_TIME(renewal->expires_at),
	    P_TEXT(renewal->refresh_hash)));
}

const struct error *
store_key_granted_list(struct request *req, int64_t supervisor_id, struct shape_list *ret_keys)
{
	return query_list(req, &identity_key_granted_list_query, PARAMS(P_INT(supervisor_id)), ret_keys);
}
