/* Signing in and out, and the sessions that come of it.
 *
 * Passwords are hashed between two short transactions: in one, the hash would keep others waiting. */
#include <inttypes.h>
#include <string.h>

#include "contract/policy.h"
#include "factor/factor.h"
#include "people.h"
#include "rules.h"
#include "secret.h"
#include "store.h"

enum { LIMIT_DEFAULT = 50 };
static const int64_t ENDED_SESSIONS_KEPT_US = 30 * 24 * INT64_C(3600000000);

/* ---- signing in ---- */

struct login {
	const struct identity_sessions_create_request *in;
	struct identity_sessions_create_response *out;
	const char *email, *subject;
	int64_t n_attempts;
	const struct supervisor_row *person;
};

/* Counted before the password is checked, so that attempts at the same time count too. */
static const struct error *
begin_login(struct request *req, void *context)
{
	struct login *login = context;
	const struct error *error = store_login_attempt(req, login->subject, req->now_us - ATTEMPTS_WINDOW_US, &login->n_attempts);
	if (error)
		return error;
	return store_supervisor_by_email(req, login->email, &login->person);
}

static const struct error *
finish_login(struct request *req, void *context)
{
	struct login *login = context;
	const struct supervisor_row *person;

	request_act_for(req, 0);
	const struct error *error = store_supervisor_lock(req, login->person->id, &person);
	if (error)
		return error;
	if (!person || strcmp(person->password_hash, login->person->password_hash) != 0)
		return FAIL(req, SUPERVISOR_LOGIN_FAILED, "the account has changed meanwhile");
	error = factor_check(req, person, login->in->code);
	if (error)
		return error;
	store_login_succeeded(req, login->subject);
	login->out->supervisor = people_shown(req, person);
	return people_sign_in(req, person, login->in->user_agent, &login->out->session_token, &login->out->expires_at);
}

const struct error *
identity_sessions_create(struct request *req, const struct identity_sessions_create_request *in,
    struct identity_sessions_create_response *out)
{
	struct login login = { .in = in, .out = out, .email = rules_email(req->arena, in->email) };
	bool is_right = false;

	login.subject = people_login_subject(req, login.email);
	const struct error *error = request_transaction(req, begin_login, &login);
	if (error)
		return error;
	if (login.n_attempts > identity_settings.login_attempts_max)
		return FAIL(req, SUPERVISOR_LOGIN_THROTTLED, "more than %" PRId64 " attempts with this email in fifteen minutes",
		    identity_settings.login_attempts_max);
	error = password_matches(req, login.person ? login.person->password_hash : NULL, in->password, &is_right);
	if (error)
		return error;
	if (!is_right)
		return FAIL(req, SUPERVISOR_LOGIN_FAILED, "the email is unknown or the password is wrong");
	return request_transaction(req, finish_login, &login);
}

/* ---- the session of a cookie ---- */

static const struct error *
session_of(struct request *req, const char *cookies, const struct session_row **ret_session)
{
	const char *token = rules_session_token(req->arena, cookies);
	char hash[SHA256_HEX_BYTES];

	*ret_session = NULL;
	if (!token)
		return NULL;
	sha256_hex(hash, token, strlen(token));
	return store_session_by_hash(req, hash, ret_session);
}

static const struct error *
end_session(struct request *req, const struct session_row *session)
{
	store_session_revoke(req, session->id);
	const struct error *error = people_act_at_home(req, session->domain_id);
	if (!error)
		emit_session_revoke(req, session->id, 0, &(struct session_revoke_event){ .supervisor_id = session->supervisor_id, .email = session->email });
	return error;
}

const struct error *
identity_sessions_end(struct request *req, const struct identity_sessions_end_request *in, struct identity_sessions_end_response *out)
{
	struct principal *actor = ARENA_NEW(req->arena, struct principal);
	const struct session_row *session;
	const struct error *error = session_of(req, in->cookie, &session);
	if (error)
		return error;
	/* A form of another site can be made to ask this, without the cookie: then the browser keeps it. */
	out->session_token = rules_session_token(req->arena, in->cookie) ? "" : NULL;
	out->ended = session != NULL;
	if (!session)
		return NULL;
	*actor = (struct principal){ .id = arena_printf(req->arena, "supervisor:%" PRId64, session->supervisor_id), .type = "supervisor", .source = "cookie" };
	req->actor = actor;
	return end_session(req, session);
}

const struct error *
identity_supervisors_me(struct request *req, const struct identity_supervisors_me_request *in, struct identity_supervisors_me_response *out)
{
	const struct supervisor_row *person;
	const struct session_row *session = NULL;
	const struct domain *domain = NULL;
	const struct error *error = people_actor_row(req, &person);
	if (!error)
		error = session_of(req, in->cookie, &session);
	if (!error && person->domain_id)
		error = store_domain_get(req, *person->domain_id, &domain);
	if (error)
		return error;
	if (domain) {
		struct domain_summary *summary = ARENA_NEW(req->arena, struct domain_summary);
		*summary = (struct domain_summary){ .id = domain->id, .name = domain->name, .hostname = domain->hostname };
		out->domain = summary;
	}
	out->supervisor = people_shown(req, person);
	out->scopes = (struct shape_list){ req->principal->scopes, req->principal->n_scopes };
	out->session_id = session ? &session->id : NULL;
	return NULL;
}

/* ---- one's password ---- */

struct change {
	const struct identity_supervisors_password_request *in;
	const char *subject, *hash;
	int64_t n_attempts;
	const struct supervisor_row *person;
	const struct session_row *session;
};

static const struct error *
begin_change(struct request *req, void *context)
{
	struct change *change = context;
	const struct error *error = people_actor_row(req, &change->person);
	if (!error)
		error = session_of(req, change->in->cookie, &change->session);
	if (error)
		return error;
	change->subject = people_login_subject(req, change->person->email);
	return store_login_attempt(req, change->subject, req->now_us - ATTEMPTS_WINDOW_US, &change->n_attempts);
}

static const struct error *
finish_change(struct request *req, void *context)
{
	struct change *change = context;
	const struct supervisor_row *person;
	const struct error *error = people_lock_proved(req, change->person, &person);
	if (error)
		return error;
	store_login_succeeded(req, change->subject);
	store_supervisor_set_password(req, person->id, change->hash);
	store_session_revoke_others(req, person->id, change->session ? change->session->id : 0);
	error = people_act_at_home(req, person->domain_id);
	if (!error)
		emit_supervisor_update(req, person->id, 0, &(struct supervisor_update_event){ .email = person->email, .role = person->role,
		    .password_changed = true });
	return error;
}

const struct error *
identity_supervisors_password(struct request *req, const struct identity_supervisors_password_request *in, struct supervisor *out)
{
	struct change change = { .in = in };
	bool is_right = false;
	const struct error *error = request_transaction(req, begin_change, &change);
	if (error)
		return error;
	if (change.n_attempts > identity_settings.login_attempts_max)
		return FAIL(req, SUPERVISOR_LOGIN_THROTTLED, "more than %" PRId64 " attempts in fifteen minutes", identity_settings.login_attempts_max);
	error = password_matches(req, change.person->password_hash, in->current_password, &is_right);
	if (!error && !is_right)
		error = FAIL_AT(req, SUPERVISOR_PASSWORD_MISMATCH, "/currentPassword", "currentPassword is not the password");
	if (!error)
		error = password_make(req, in->new_password, &change.hash);
	if (!error)
		error = request_transaction(req, finish_change, &change);
	if (!error)
		*out = *people_shown(req, change.person);
	return error;
}

/* ---- sessions as rows ---- */

static bool
is_administrator(const struct request *req)
{
	return principal_has_scope(req->principal, "admin");
}

const struct error *
identity_sessions_list(struct request *req, const struct identity_sessions_list_request *in, struct identity_sessions_list_response *out)
{
	int64_t limit = in->limit ? *in->limit : LIMIT_DEFAULT, self = people_actor(req);

	if (req->principal->is_platform_admin)
		return store_session_list_all(req, limit, &out->sessions);
	if (is_administrator(req))
		return store_session_list_of(req, req->principal->tenant, limit, &out->sessions);
	if (!self)
		return FAIL(req, SUPERVISOR_REQUIRED, "'%s' is no person who has signed in", req->principal->id);
	return store_session_list_own(req, self, limit, &out->sessions);
}

static bool
may_end(const struct request *req, const struct session_row *session)
{
	if (req->principal->is_platform_admin || session->supervisor_id == people_actor(req))
		return true;
	return is_administrator(req) && session->domain_id && *session->domain_id == req->principal->tenant;
}

const struct error *
identity_sessions_revoke(struct request *req, const struct identity_sessions_revoke_request *in, struct confirmation *out)
{
	const struct session_row *session;

	if (!people_actor(req) && !is_administrator(req))
		return FAIL(req, SUPERVISOR_REQUIRED, "'%s' is no person who has signed in", req->principal->id);
	const struct error *error = store_session_get(req, in->id, &session);
	if (error)
		return error;
	if (!session || !may_end(req, session))
		return FAIL(req, SESSION_NOT_FOUND, "no open session %" PRId64, in->id);
	out->id = session->id;
	out->message = arena_printf(req->arena, "session %" PRId64 " ended", session->id);
	return end_session(req, session);
}

/* ---- between processes ---- */

/* The tenant in which the session acts: its own, or the one that a platform administrator has chosen. */
static const struct error *
check_domain(struct request *req, const struct session_row *session, const int64_t *asked, int64_t *ret_domain)
{
	const struct domain *domain;

	*ret_domain = session->domain_id ? *session->domain_id : 0;
	if (!asked || *asked == *ret_domain)
		return NULL;
	if (session->domain_id)
		return FAIL(req, SUPERVISOR_DOMAIN_SCOPE_MISMATCH, "the session belongs to tenant %" PRId64, *session->domain_id);
	const struct error *error = store_domain_get(req, *asked, &domain);
	if (error)
		return error;
	if (!domain)
		return FAIL(req, INVALID_DOMAIN_CONTEXT, "there is no tenant %" PRId64, *asked);
	*ret_domain = domain->id;
	return NULL;
}

const struct error *
identity_session_authenticate(struct request *req, const struct identity_keys_authenticate_request *in,
    struct identity_keys_authenticate_response *out)
{
	const struct session_row *session;
	const struct error *error = store_session_by_hash(req, in->key_hash, &session);
	if (error)
		return error;
	const struct role *role = session ? rules_role(session->role) : NULL;
	if (!role)
		return FAIL(req, AUTH_INVALID_API_KEY, "the session is unknown or was ended");
	if (session->expires_at <= req->now_us || session->last_seen_at + identity_settings.session_idle_minutes * 60000000 <= req->now_us)
		return FAIL(req, AUTH_KEY_EXPIRED, "session %" PRId64 " has expired", session->id);
	error = check_domain(req, session, in->domain_id, &out->domain_id);
	if (error)
		return error;
	out->actor_id = arena_printf(req->arena, "supervisor:%" PRId64, session->supervisor_id);
	out->actor_type = "supervisor";
	out->actor_source = "cookie";
	out->session_id = session->id;
	out->scopes = (struct shape_list){ role->scopes, role->n_scopes };
	out->expires_at = &session->expires_at;
	out->is_platform_admin = role->is_platform;
	out->budgets = out->ancestors = (struct shape_list){ "", 0 };
	return NULL;
}

const struct error *
identity_maintain_sessions(struct request *req)
{
	store_session_maintain(req, req->now_us - ENDED_SESSIONS_KEPT_US);
	store_login_maintain(req, req->now_us - ATTEMPTS_WINDOW_US);
	return NULL;
}
