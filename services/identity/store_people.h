/* Rows of people, invitations and sessions: one call, one statement. */
#ifndef STORE_PEOPLE_H
#define STORE_PEOPLE_H

#include "identity.h"

struct new_supervisor {
	const int64_t *domain_id, *user_id;
	const char *email, *role, *password_hash;
};

struct new_invite {
	const int64_t *domain_id, *supervisor_id, *invited_by;
	const char *email, *role, *token_hash;
	int64_t expires_at;
};

struct new_session {
	const int64_t *domain_id;
	int64_t supervisor_id, expires_at;
	const char *token_hash, *user_agent;
};

const struct error *store_supervisor_get(struct request *req, int64_t id, const struct supervisor_row **ret_row) MUST_CHECK;
const struct error *store_supervisor_lock(struct request *req, int64_t id, const struct supervisor_row **ret_row) MUST_CHECK;
const struct error *store_supervisor_by_email(struct request *req, const char *email, const struct supervisor_row **ret_row) MUST_CHECK;
const struct error *store_supervisor_by_subject(struct request *req, const char *subject, const struct supervisor_row **ret_row) MUST_CHECK;
/* *ret_n is 0 when the person is bound to another account already. */
const struct error *store_supervisor_bind(struct request *req, int64_t id, const char *subject, int64_t *ret_n) MUST_CHECK;
/* domain_id NULL: everybody. */
const struct error *store_supervisor_list(struct request *req, const int64_t *domain_id, int64_t after, int64_t limit, struct shape_list *ret_list) MUST_CHECK;
const struct error *store_supervisor_any(struct request *req, bool *ret_is_any) MUST_CHECK;
/* At most two are counted. */
const struct error *store_supervisor_lock_platform(struct request *req, size_t *ret_n) MUST_CHECK;
const struct error *store_supervisor_user(struct request *req, int64_t domain_id, const char *email, int64_t *ret_id) MUST_CHECK;
const struct error *store_supervisor_add(struct request *req, const struct new_supervisor *person, const struct supervisor_row **ret_row) MUST_CHECK;
void store_supervisor_set_role(struct request *req, int64_t id, const char *role);
void store_supervisor_set_password(struct request *req, int64_t id, const char *hash);
void store_supervisor_signed_in(struct request *req, int64_t id);
void store_supervisor_delete(struct request *req, int64_t id);

const struct error *store_invite_add(struct request *req, const struct new_invite *invite, int64_t *ret_id) MUST_CHECK;
/* Those that reset the password of a person, or with NULL those for the first person. */
void store_invite_drop(struct request *req, const int64_t *supervisor_id);
const struct error *store_invite_list(struct request *req, const int64_t *domain_id, int64_t limit, struct shape_list *ret_list) MUST_CHECK;
const struct error *store_invite_get(struct request *req, int64_t id, const struct invite_row **ret_row) MUST_CHECK;
const struct error *store_invite_by_hash(struct request *req, const char *hash, const struct invite_row **ret_row) MUST_CHECK;
const struct error *store_invite_accept(struct request *req, int64_t id, int64_t *ret_n) MUST_CHECK;
void store_invite_delete(struct request *req, int64_t id);

const struct error *store_session_add(struct request *req, const struct new_session *session, int64_t *ret_id) MUST_CHECK;
const struct error *store_session_by_hash(struct request *req, const char *hash, const struct session_row **ret_row) MUST_CHECK;
const struct error *store_session_get(struct request *req, int64_t id, const struct session_row **ret_row) MUST_CHECK;
const struct error *store_session_list_all(struct request *req, int64_t limit, struct shape_list *ret_list) MUST_CHECK;
const struct error *store_session_list_of(struct request *req, int64_t domain_id, int64_t limit, struct shape_list *ret_list) MUST_CHECK;
const struct error *store_session_list_own(struct request *req, int64_t supervisor_id, int64_t limit, struct shape_list *ret_list) MUST_CHECK;
void store_session_revoke(struct request *req, int64_t id);
/* id 0: all of the person. */
void store_session_revoke_others(struct request *req, int64_t supervisor_id, int64_t id);
const struct error *store_session_touch(struct request *req, struct doc uses, int64_t *ret_n) MUST_CHECK;
void store_session_maintain(struct request *req, int64_t ended_before_us);

const struct error *store_login_attempt(struct request *req, const char *subject, int64_t since_us, int64_t *ret_n) MUST_CHECK;
void store_login_succeeded(struct request *req, const char *subject);
void store_login_maintain(struct request *req, int64_t before_us);

#endif
