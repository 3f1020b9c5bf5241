/* The people who supervise, and the links that bring them in. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "factor/factor.h"
#include "oauth/oauth.h"
#include "people.h"
#include "rules.h"
#include "secret.h"
#include "store.h"

enum { LIMIT_DEFAULT = 50, RESET_HOURS = 24, FIRST_HOURS = 24 };
static const int64_t HOUR_US = INT64_C(3600000000);

/* Whose people the caller sees: NULL for all. */
static const int64_t *
tenant_of(const struct request *req)
{
	return req->principal->is_platform_admin ? NULL : &req->principal->tenant;
}

static bool
is_own(const struct request *req, const int64_t *domain_id)
{
	const int64_t *tenant = tenant_of(req);
	return !tenant || (domain_id && *domain_id == *tenant);
}

/* ---- people ---- */

const struct error *
identity_supervisors_list(struct request *req, const struct identity_supervisors_list_request *in, struct identity_supervisors_list_response *out)
{
	int64_t limit = in->limit ? *in->limit : LIMIT_DEFAULT;
	const struct error *error = store_supervisor_list(req, tenant_of(req), in->after ? *in->after : 0, limit + 1, &out->supervisors);
	if (error)
		return error;
	out->has_more = (int64_t)out->supervisors.n > limit;
	if (out->has_more)
		out->supervisors.n = (size_t)limit;
	return NULL;
}

static const struct error *
lock_person(struct request *req, int64_t id, const struct supervisor_row **ret_person)
{
	const struct error *error = store_supervisor_lock(req, id, ret_person);
	if (error)
		return error;
	if (!*ret_person || !is_own(req, (*ret_person)->domain_id))
		return FAIL(req, SUPERVISOR_NOT_FOUND, "no supervisor %" PRId64, id);
	return NULL;
}

const struct error *
identity_supervisors_update(struct request *req, const struct identity_supervisors_update_request *in, struct supervisor *out)
{
	const struct supervisor_row *person;
	const struct error *error = lock_person(req, in->id, &person);
	if (error)
		return error;
	if (person->id == people_actor(req) || !person->domain_id)
		return FAIL(req, SUPERVISOR_SELF_CHANGE_FORBIDDEN, "the role of supervisor %" PRId64 " is not changed: it is your own, or the platform's", person->id);
	*out = *people_shown(req, person);
	out->role = in->role;
	store_supervisor_set_role(req, person->id, in->role);
	error = oauth_end_grants(req, person->id);
	if (!error)
		error = people_act_at_home(req, person->domain_id);
	if (!error)
		emit_supervisor_update(req, person->id, 0, &(struct supervisor_update_event){ .email = person->email, .role = in->role });
	return error;
}

static const struct error *
keep_one_platform_administrator(struct request *req, const struct supervisor_row *person)
{
	size_t n = 2;
	const struct error *error = person->domain_id ? NULL : store_supervisor_lock_platform(req, &n);
	if (error)
		return error;
	if (n < 2)
		return FAIL(req, SUPERVISOR_LAST_PLATFORM_SUPERVISOR, "'%s' is the last platform administrator", person->email);
	return NULL;
}

const struct error *
identity_supervisors_delete(struct request *req, const struct identity_supervisors_delete_request *in, struct confirmation *out)
{
	const struct supervisor_row *person;
	const struct error *error = lock_person(req, in->id, &person);
	if (error)
		return error;
	if (person->id == people_actor(req))
		return FAIL(req, SUPERVISOR_SELF_DELETE_FORBIDDEN, "supervisor %" PRId64 " is yourself", person->id);
	error = keep_one_platform_administrator(req, person);
	if (!error)
		error = oauth_end_grants(req, person->id);
	if (error)
		return error;
	store_supervisor_delete(req, person->id);
	out->id = person->id;
	out->message = arena_printf(req->arena, "supervisor %" PRId64 " removed", person->id);
	error = people_act_at_home(req, person->domain_id);
	if (!error)
		emit_supervisor_delete(req, person->id, 0, &(struct supervisor_delete_event){ .email = person->email, .role = person->role });
	return error;
}

/* ---- invitations ---- */

static const struct error *
make_invite(struct request *req, struct new_invite *invite, struct supervisor_invite_created *out)
{
	int64_t actor = people_actor(req);
	const struct error *error;

	people_token(req, "wcsi_", &out->token, &invite->token_hash);
	invite->invited_by = actor ? &actor : NULL;
	error = store_invite_add(req, invite, &out->id);
	if (error)
		return error;
	out->email = invite->email ? invite->email : "";
	out->role = invite->role;
	out->domain_id = invite->domain_id;
	out->expires_at = invite->expires_at;
	out->invite_path = arena_printf(req->arena, "/ui/invite#token=%s", out->token);
	out->invite_url = arena_printf(req->arena, "%s%s", identity_settings.public_base_url, out->invite_path);
	error = people_act_at_home(req, invite->domain_id);
	if (!error)
		emit_supervisor_invite_create(req, out->id, 0, &(struct supervisor_invite_create_event){ .email = out->email, .role = out->role,
		    .is_reset = invite->supervisor_id });
	return error;
}

/* The invitation's tenant, or why there may be none. */
static const struct error *
choose_tenant(struct request *req, const struct identity_invites_create_request *in, struct new_invite *invite)
{
	bool is_platform = strcmp(invite->role, "platform") == 0;

	if (is_platform && !req->principal->is_platform_admin)
		return FAIL(req, PLATFORM_ADMIN_REQUIRED, "only a platform administrator invites another one");
	if (in->domain_id && !is_own(req, in->domain_id))
		return FAIL_AT(req, SUPERVISOR_INVITE_DOMAIN_SCOPE_MISMATCH, "/domainId", "tenant %" PRId64 " is not yours", *in->domain_id);
	invite->domain_id = in->domain_id ? in->domain_id : req->principal->tenant ? &req->principal->tenant : NULL;
	if (is_platform && in->domain_id)
		return FAIL_AT(req, SUPERVISOR_DOMAIN_NOT_FOUND, "/domainId", "the role platform belongs to no tenant");
	if (is_platform)
		invite->domain_id = NULL;
	else if (!invite->domain_id)
		return FAIL_AT(req, SUPERVISOR_DOMAIN_NOT_FOUND, "/domainId", "name the tenant in domainId");
	return NULL;
}

const struct error *
identity_invites_create(struct request *req, const struct identity_invites_create_request *in, struct supervisor_invite_created *out)
{
	struct new_invite invite = { .email = rules_email(req->arena, in->email), .role = in->role ? in->role : "editor",
		.expires_at = req->now_us + (in->expires_in_hours ? *in->expires_in_hours : 72) * HOUR_US };
	const struct supervisor_row *other;
	const struct error *error = choose_tenant(req, in, &invite);
	if (!error)
		error = store_supervisor_by_email(req, invite.email, &other);
	if (error)
		return error;
	if (other)
		return FAIL_AT(req, SUPERVISOR_EMAIL_CONFLICT, "/email", "somebody signs in with '%s' already", invite.email);
	return make_invite(req, &invite, out);
}

static const struct error *
make_reset(struct request *req, const struct supervisor_row *person, struct supervisor_invite_created *out)
{
	struct new_invite invite = { .email = person->email, .role = person->role, .domain_id = person->domain_id, .supervisor_id = &person->id,
		.expires_at = req->now_us + RESET_HOURS * HOUR_US };

	store_invite_drop(req, &person->id);
	return make_invite(req, &invite, out);
}

const struct error *
identity_supervisors_reset(struct request *req, const struct identity_supervisors_reset_request *in, struct supervisor_invite_created *out)
{
	const struct supervisor_row *person;
	const struct error *error = lock_person(req, in->id, &person);
	if (error)
		return error;
	return make_reset(req, person, out);
}

const struct error *
identity_invites_list(struct request *req, const struct identity_invites_list_request *in, struct identity_invites_list_response *out)
{
	return store_invite_list(req, tenant_of(req), in->limit ? *in->limit : LIMIT_DEFAULT, &out->invites);
}

const struct error *
identity_invites_revoke(struct request *req, const struct identity_invites_revoke_request *in, struct confirmation *out)
{
	const struct invite_row *invite;
	const struct error *error = store_invite_get(req, in->id, &invite);
	if (error)
		return error;
	if (!invite || invite->accepted_at || !is_own(req, invite->domain_id))
		return FAIL(req, SUPERVISOR_INVITE_NOT_FOUND, "no open invitation %" PRId64, in->id);
	store_invite_delete(req, invite->id);
	out->id = invite->id;
	out->message = arena_printf(req->arena, "invitation %" PRId64 " withdrawn", invite->id);
	error = people_act_at_home(req, invite->domain_id);
	if (!error)
		emit_supervisor_invite_revoke(req, invite->id, 0, &(struct supervisor_invite_revoke_event){ .email = invite->email });
	return error;
}

/* ---- accepting ---- */

static const struct error *
find_invite(struct request *req, const char *token, const struct invite_row **ret_invite)
{
	char hash[SHA256_HEX_BYTES];

	sha256_hex(hash, token, strlen(token));
	const struct error *error = store_invite_by_hash(req, hash, ret_invite);
	if (error)
		return error;
	if (!*ret_invite)
		return FAIL(req, SUPERVISOR_INVITE_NOT_FOUND, "the link is unknown");
	if ((*ret_invite)->accepted_at)
		return FAIL(req, SUPERVISOR_INVITE_ALREADY_ACCEPTED, "the link was used already");
	if ((*ret_invite)->expires_at <= req->now_us)
		return FAIL(req, SUPERVISOR_INVITE_EXPIRED, "the link has expired");
	return NULL;
}

const struct error *
identity_invites_inspect(struct request *req, const struct identity_invites_inspect_request *in, struct supervisor_invite_summary *out)
{
	const struct invite_row *invite;
	const struct error *error = find_invite(req, in->token, &invite);
	if (error)
		return error;
	*out = (struct supervisor_invite_summary){ .email = invite->email, .role = invite->role, .domain_id = invite->domain_id,
		.domain_name = invite->domain_name, .is_reset = invite->supervisor_id, .expires_at = invite->expires_at };
	return NULL;
}

struct acceptance {
	const struct identity_invites_accept_request *in;
	struct identity_invites_accept_response *out;
	const char *email, *hash;
	int64_t n_attempts; /* of codes, where there is somebody who may have a second factor */
};

static const struct error *
begin_acceptance(struct request *req, void *context)
{
	struct acceptance *acceptance = context;
	const struct invite_row *invite;
	const struct error *error = find_invite(req, acceptance->in->token, &invite);
	if (error)
		return error;
	if (!invite->email && !acceptance->in->email)
		return FAIL_AT(req, SUPERVISOR_EMAIL_REQUIRED, "/email", "the invitation names no email");
	acceptance->email = rules_email(req->arena, invite->email ? invite->email : acceptance->in->email);
	if (!invite->supervisor_id)
		return NULL;
	return store_login_attempt(req, people_login_subject(req, acceptance->email), req->now_us - ATTEMPTS_WINDOW_US, &acceptance->n_attempts);
}

/* The person of an invitation: new, or with the new password and without sessions. */
static const struct error *
take_in(struct request *req, const struct invite_row *invite, const struct acceptance *acceptance, const struct supervisor_row **ret_person)
{
	struct new_supervisor person = { .domain_id = invite->domain_id, .email = acceptance->email, .role = invite->role,
		.password_hash = acceptance->hash };
	const struct error *error;
	int64_t user_id;

	if (invite->supervisor_id) {
		error = store_supervisor_lock(req, *invite->supervisor_id, ret_person);
		if (!error && *ret_person) /* the link stands for the password alone */
			error = factor_check(req, *ret_person, acceptance->in->code);
		if (error)
			return error;
		store_supervisor_set_password(req, *invite->supervisor_id, acceptance->hash);
		store_session_revoke_others(req, *invite->supervisor_id, 0);
		return NULL;
	}
	error = invite->domain_id ? store_supervisor_user(req, *invite->domain_id, person.email, &user_id) : NULL;
	if (error)
		return error;
	person.user_id = invite->domain_id ? &user_id : NULL;
	return store_supervisor_add(req, &person, ret_person);
}

static const struct error *
finish_acceptance(struct request *req, void *context)
{
	struct acceptance *acceptance = context;
	const struct invite_row *invite;
	const struct supervisor_row *person = NULL;
	int64_t n_accepted = 0;

	request_act_for(req, 0);
	const struct error *error = find_invite(req, acceptance->in->token, &invite);
	if (!error)
		error = store_invite_accept(req, invite->id, &n_accepted);
	if (!error && n_accepted == 0)
		error = FAIL(req, SUPERVISOR_INVITE_ALREADY_ACCEPTED, "the link was used already");
	if (!error)
		error = take_in(req, invite, acceptance, &person);
	if (!error && !person)
		error = FAIL(req, SUPERVISOR_INVITE_NOT_FOUND, "the person is gone");
	if (error)
		return error;
	store_login_succeeded(req, people_login_subject(req, person->email));
	acceptance->out->supervisor = people_shown(req, person);
	error = people_sign_in(req, person, acceptance->in->user_agent, &acceptance->out->session_token, &acceptance->out->expires_at);
	if (error)
		return error;
	if (invite->supervisor_id)
		emit_supervisor_update(req, person->id, 0, &(struct supervisor_update_event){ .email = person->email, .role = person->role,
		    .password_changed = true });
	else
		emit_supervisor_create(req, person->id, 0, &(struct supervisor_create_event){ .email = person->email, .role = person->role });
	return NULL;
}

const struct error *
identity_invites_accept(struct request *req, const struct identity_invites_accept_request *in, struct identity_invites_accept_response *out)
{
	struct acceptance acceptance = { .in = in, .out = out };
	const struct error *error = request_transaction(req, begin_acceptance, &acceptance);
	if (!error && acceptance.n_attempts > identity_settings.login_attempts_max)
		error = FAIL(req, SUPERVISOR_LOGIN_THROTTLED, "more than %" PRId64 " attempts in fifteen minutes", identity_settings.login_attempts_max);
	if (!error)
		error = password_make(req, in->password, &acceptance.hash);
	if (!error)
		error = request_transaction(req, finish_acceptance, &acceptance);
	return error;
}

/* ---- outside requests ---- */

/* Prints where the first person signs in, while there is none; or, with an email, where that person sets a new password. */
const struct error *
identity_login_link(struct request *req, int argc, char **argv)
{
	struct new_invite first = { .role = "platform", .expires_at = req->now_us + FIRST_HOURS * HOUR_US };
	struct supervisor_invite_created made = { 0 };
	const struct supervisor_row *person = NULL;
	bool is_any = true;
	const struct error *error = argc > 0 ? store_supervisor_by_email(req, rules_email(req->arena, argv[0]), &person)
	                                     : store_supervisor_any(req, &is_any);
	if (error)
		return error;
	if (argc > 0 && !person)
		return FAIL(req, SUPERVISOR_NOT_FOUND, "nobody signs in with '%s'", argv[0]);
	if (argc == 0 && is_any)
		return NULL;
	if (person) {
		error = make_reset(req, person, &made);
	} else {
		store_invite_drop(req, NULL);
		error = make_invite(req, &first, &made);
	}
	if (!error)
		printf("%s\n", made.invite_path);
	return error;
}
