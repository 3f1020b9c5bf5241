/* What handlers of people and of sessions share. */
#include "people.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"
#include "secret.h"
#include "store.h"

int64_t
people_actor(const struct request *req)
{
	static const char prefix[] = "supervisor:";

	if (strcmp(req->principal->type, "supervisor") != 0 || strncmp(req->principal->id, prefix, sizeof(prefix) - 1) != 0)
		return 0;
	return strtoll(req->principal->id + sizeof(prefix) - 1, NULL, 10);
}

const struct error *
people_actor_row(struct request *req, const struct supervisor_row **ret_person)
{
	int64_t id = people_actor(req);
	const struct error *error = id ? store_supervisor_get(req, id, ret_person) : NULL;
	if (error)
		return error;
	if (!id || !*ret_person)
		return FAIL(req, SUPERVISOR_REQUIRED, "'%s' is no person who has signed in", req->principal->id);
	return NULL;
}

const struct error *
people_lock_proved(struct request *req, const struct supervisor_row *proved, const struct supervisor_row **ret_person)
{
	const struct error *error;

	request_act_for(req, 0);
	error = store_supervisor_lock(req, proved->id, ret_person);
	if (error)
		return error;
	if (!*ret_person || strcmp((*ret_person)->password_hash, proved->password_hash) != 0)
		return FAIL_AT(req, SUPERVISOR_PASSWORD_MISMATCH, "/currentPassword", "the password was changed meanwhile");
	return NULL;
}

const struct supervisor *
people_shown(struct request *req, const struct supervisor_row *row)
{
	struct supervisor *shown = ARENA_NEW(req->arena, struct supervisor);

	*shown = (struct supervisor){ .id = row->id, .email = row->email, .role = row->role, .domain_id = row->domain_id,
		.created_at = row->created_at, .last_login_at = row->last_login_at, .second_factor_since = row->totp_confirmed_at };
	return shown;
}

const struct error *
people_act_at_home(struct request *req, const int64_t *domain_id)
{
	const struct domain *first;

	if (domain_id) {
		request_act_for(req, *domain_id);
		return NULL;
	}
	const struct error *error = store_domain_first(req, &first);
	if (error)
		return error;
	if (!first)
		return FAIL(req, SUPERVISOR_DOMAIN_NOT_FOUND, "there is no tenant yet: wordclaw-identity --bootstrap makes the first");
	request_act_for(req, first->id);
	return NULL;
}

void
people_token(struct request *req, const char *prefix, const char **ret_token, const char **ret_hash)
{
	unsigned char random[TOKEN_RANDOM_BYTES];
	char *token = arena_alloc(req->arena, TOKEN_TEXT_BYTES), *hash = arena_alloc(req->arena, SHA256_HEX_BYTES);

	secret_random(random, sizeof(random));
	rules_token_format(token, prefix, random);
	sha256_hex(hash, token, strlen(token));
	*ret_token = token;
	*ret_hash = hash;
}

const struct error *
people_sign_in(struct request *req, const struct supervisor_row *person, const char *user_agent, const char **ret_token, int64_t *ret_expires_at)
{
	struct principal *actor = ARENA_NEW(req->arena, struct principal);
	struct new_session session = { .domain_id = person->domain_id, .supervisor_id = person->id, .user_agent = user_agent,
		.expires_at = req->now_us + identity_settings.session_hours * 3600 * 1000000 };
	int64_t session_id;

	people_token(req, "wcss_", ret_token, &session.token_hash);
	store_supervisor_signed_in(req, person->id);
	const struct error *error = store_session_add(req, &session, &session_id);
	if (!error)
		error = people_act_at_home(req, person->domain_id);
	if (error)
		return error;
	*actor = (struct principal){ .tenant = req->tenant, .id = arena_printf(req->arena, "supervisor:%" PRId64, person->id),
		.type = "supervisor", .source = "cookie" };
	req->actor = actor;
	*ret_expires_at = session.expires_at;
	emit_session_create(req, session_id, 0, &(struct session_create_event){ .supervisor_id = person->id, .email = person->email });
	return NULL;
}

const char *
people_login_subject(struct request *req, const char *email)
{
	char *subject = arena_alloc(req->arena, SHA256_HEX_BYTES);

	sha256_hex(subject, email, strlen(email));
	return subject;
}
