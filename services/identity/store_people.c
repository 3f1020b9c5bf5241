/* Rows of people, invitations and sessions: one call, one statement. */
#include "store_people.h"

#include "identity_queries.h"

/* ---- people ---- */

const struct error *
store_supervisor_get(struct request *req, int64_t id, const struct supervisor_row **ret_row)
{
	return query_find(req, &identity_supervisor_get_query, PARAMS(P_INT(id)), ret_row);
}

const struct error *
store_supervisor_lock(struct request *req, int64_t id, const struct supervisor_row **ret_row)
{
	return query_find(req, &identity_supervisor_lock_query, PARAMS(P_INT(id)), ret_row);
}

const struct error *
store_supervisor_by_email(struct request *req, const char *email, const struct supervisor_row **ret_row)
{
	return query_find(req, &identity_supervisor_by_email_query, PARAMS(P_TEXT(email)), ret_row);
}

const struct error *
store_supervisor_by_subject(struct request *req, const char *subject, const struct supervisor_row **ret_row)
{
	return query_find(req, &identity_supervisor_by_subject_query, PARAMS(P_TEXT(subject)), ret_row);
}

const struct error *
store_supervisor_bind(struct request *req, int64_t id, const char *subject, int64_t *ret_n)
{
	return query_exec(req, &identity_supervisor_bind_query, PARAMS(P_INT(id), P_TEXT(subject)), ret_n);
}

const struct error *
store_supervisor_list(struct request *req, const int64_t *domain_id, int64_t after, int64_t limit, struct shape_list *ret_list)
{
	if (domain_id)
		return query_list(req, &identity_supervisor_list_of_query, PARAMS(P_INT(after), P_INT(limit), P_INT(*domain_id)), ret_list);
	return query_list(req, &identity_supervisor_list_all_query, PARAMS(P_INT(after), P_INT(limit)), ret_list);
}

const struct error *
store_supervisor_any(struct request *req, bool *ret_is_any)
{
	struct shape_list list;
	const struct error *error = query_list(req, &identity_supervisor_first_query, PARAMS(P_NULL()), &list);
	if (!error)
		*ret_is_any = list.n > 0;
	return error;
}

const struct error *
store_supervisor_lock_platform(struct request *req, size_t *ret_n)
{
	struct shape_list list;
	const struct error *error = query_list(req, &identity_supervisor_platform_lock_query, PARAMS(P_NULL()), &list);
	if (!error)
		*ret_n = list.n;
	return error;
}

const struct error *
store_supervisor_user(struct request *req, int64_t domain_id, const char *email, int64_t *ret_id)
{
	const struct supervisor_id_row *row;
	const struct error *error = query_find(req, &identity_supervisor_user_query,
	    PARAMS(P_INT(domain_id), P_TEXT(email), P_TIME(req->now_us)), &row);
	if (!error)
		*ret_id = row->id;
	return error;
}

const struct error *
store_supervisor_add(struct request *req, const struct new_supervisor *person, const struct supervisor_row **ret_row)
{
	return query_find(req, &identity_supervisor_add_query,
	    PARAMS(P_INT_OPT(person->domain_id), P_INT_OPT(person->user_id), P_TEXT(person->email), P_TEXT(person->role),
	        P_TEXT(person->password_hash), P_TIME(req->now_us)), ret_row);
}

void
store_supervisor_set_role(struct request *req, int64_t id, const char *role)
{
	query_send(req, &identity_supervisor_set_role_query, PARAMS(P_INT(id), P_TEXT(role), P_TIME(req->now_us)));
}

void
store_supervisor_set_password(struct request *req, int64_t id, const char *hash)
{
	query_send(req, &identity_supervisor_set_password_query, PARAMS(P_INT(id), P_TEXT(hash), P_TIME(req->now_us)));
}

void
store_supervisor_signed_in(struct request *req, int64_t id)
{
	query_send(req, &identity_supervisor_signed_in_query, PARAMS(P_INT(id), P_TIME(req->now_us)));
}

void
store_supervisor_delete(struct request *req, int64_t id)
{
	query_send(req, &identity_supervisor_delete_query, PARAMS(P_INT(id)));
}

/* ---- invitations ---- */

const struct error *
store_invite_add(struct request *req, const struct new_invite *invite, int64_t *ret_id)
{
	const struct supervisor_id_row *row;
	const struct error *error = query_find(req, &identity_invite_add_query,
	    PARAMS(P_INT_OPT(invite->domain_id), P_TEXT(invite->email), P_TEXT(invite->role), P_TEXT(invite->token_hash),
	        P_INT_OPT(invite->supervisor_id), P_INT_OPT(invite->invited_by), P_TIME(invite->expires_at), P_TIME(req->now_us)), &row);
	if (!error)
		*ret_id = row->id;
	return error;
}

void
store_invite_drop(struct request *req, const int64_t *supervisor_id)
{
	if (supervisor_id)
		query_send(req, &identity_invite_drop_reset_query, PARAMS(P_INT(*supervisor_id)));
	else
		query_send(req, &identity_invite_drop_first_query, PARAMS(P_NULL()));
}

const struct error *
store_invite_list(struct request *req, const int64_t *domain_id, int64_t limit, struct shape_list *ret_list)
{
	if (domain_id)
		return query_list(req, &identity_invite_list_of_query, PARAMS(P_INT(limit), P_INT(*domain_id)), ret_list);
	return query_list(req, &identity_invite_list_all_query, PARAMS(P_INT(limit)), ret_list);
}

const struct error *
store_invite_get(struct request *req, int64_t id, const struct invite_row **ret_row)
{
	return query_find(req, &identity_invite_get_query, PARAMS(P_INT(id)), ret_row);
}

const struct error *
store_invite_by_hash(struct request *req, const char *hash, const struct invite_row **ret_row)
{
	return query_find(req, &identity_invite_by_hash_query, PARAMS(P_TEXT(hash)), ret_row);
}

const struct error *
store_invite_accept(struct request *req, int64_t id, int64_t *ret_n)
{
	return query_exec(req, &identity_invite_accept_query, PARAMS(P_INT(id), P_TIME(req->now_us)), ret_n);
}

void
store_invite_delete(struct request *req, int64_t id)
{
	query_send(req, &identity_invite_delete_query, PARAMS(P_INT(id)));
}

/* ---- sessions ---- */

const struct error *
store_session_add(struct request *req, const struct new_session *session, int64_t *ret_id)
{
	const struct supervisor_id_row *row;
	const struct error *error = query_find(req, &identity_session_add_query,
	    PARAMS(P_INT_OPT(session->domain_id), P_INT(session->supervisor_id), P_TEXT(session->token_hash), P_TEXT(session->user_agent),
	        P_TIME(req->now_us), P_TIME(session->expires_at)), &row);
	if (!error)
		*ret_id = row->id;
	return error;
}

const struct error *
store_session_by_hash(struct request *req, const char *hash, const struct session_row **ret_row)
{
	return query_find(req, &identity_session_by_hash_query, PARAMS(P_TEXT(hash)), ret_row);
}

const struct error *
store_session_get(struct request *req, int64_t id, const struct session_row **ret_row)
{
	return query_find(req, &identity_session_get_query, PARAMS(P_INT(id)), ret_row);
}

const struct error *
store_session_list_all(struct request *req, int64_t limit, struct shape_list *ret_list)
{
	return query_list(req, &identity_session_list_all_query, PARAMS(P_INT(limit), P_TIME(req->now_us)), ret_list);
}

const struct error *
store_session_list_of(struct request *req, int64_t domain_id, int64_t limit, struct shape_list *ret_list)
{
	return query_list(req, &identity_session_list_of_query, PARAMS(P_INT(limit), P_TIME(req->now_us), P_INT(domain_id)), ret_list);
}

const struct error *
store_session_list_own(struct request *req, int64_t supervisor_id, int64_t limit, struct shape_list *ret_list)
{
	return query_list(req, &identity_session_list_own_query, PARAMS(P_INT(limit), P_TIME(req->now_us), P_INT(supervisor_id)), ret_list);
}

void
store_session_revoke(struct request *req, int64_t id)
{
	query_send(req, &identity_session_revoke_query, PARAMS(P_INT(id), P_TIME(req->now_us)));
}

void
store_session_revoke_others(struct request *req, int64_t supervisor_id, int64_t id)
{
	query_send(req, &identity_session_revoke_others_query, PARAMS(P_INT(supervisor_id), P_INT(id), P_TIME(req->now_us)));
}

const struct error *
store_session_touch(struct request *req, struct doc uses, int64_t *ret_n)
{
	return query_exec(req, &identity_session_touch_query, PARAMS(P_DOC(uses)), ret_n);
}

void
store_session_maintain(struct request *req, int64_t ended_before_us)
{
	query_send(req, &identity_session_maintain_query, PARAMS(P_TIME(ended_before_us)));
}

const struct error *
store_login_attempt(struct request *req, const char *subject, int64_t since_us, int64_t *ret_n)
{
	const struct login_attempt_row *row;
	const struct error *error = query_find(req, &identity_login_attempt_query,
	    PARAMS(P_TEXT(subject), P_TIME(req->now_us), P_TIME(since_us)), &row);
	if (!error)
		*ret_n = row->attempts;
	return error;
}

void
store_login_succeeded(struct request *req, const char *subject)
{
	query_send(req, &identity_login_succeeded_query, PARAMS(P_TEXT(subject)));
}

void
store_login_maintain(struct request *req, int64_t before_us)
{
	query_send(req, &identity_login_maintain_query, PARAMS(P_TIME(before_us)));
}
