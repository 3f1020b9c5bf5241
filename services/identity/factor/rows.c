/* Rows of second factors: one call, one statement. */
#include "factor/factor.h"
#include "identity_queries.h"

void
store_factor_set(struct request *req, int64_t supervisor_id, const char *sealed)
{
	query_send(req, &identity_factor_set_query, PARAMS(P_INT(supervisor_id), P_TEXT(sealed)));
}

void
store_factor_confirm(struct request *req, int64_t supervisor_id)
{
	query_send(req, &identity_factor_confirm_query, PARAMS(P_INT(supervisor_id), P_TIME(req->now_us)));
}

void
store_factor_used(struct request *req, int64_t supervisor_id, int64_t step)
{
	query_send(req, &identity_factor_used_query, PARAMS(P_INT(supervisor_id), P_INT(step)));
}

void
store_recovery_add(struct request *req, int64_t supervisor_id, const char *hash)
{
	query_send(req, &identity_recovery_add_query, PARAMS(P_INT(supervisor_id), P_TEXT(hash)));
}

void
store_recovery_clear(struct request *req, int64_t supervisor_id)
{
	query_send(req, &identity_recovery_clear_query, PARAMS(P_INT(supervisor_id)));
}

const struct error *
store_recovery_use(struct request *req, int64_t supervisor_id, const char *hash, int64_t *ret_n)
{
	return query_exec(req, &identity_recovery_use_query, PARAMS(P_INT(supervisor_id), P_TEXT(hash), P_TIME(req->now_us)), ret_n);
}
