/* What the gateway's OAuth endpoints ask: clients, keys for codes, renewals. */
#include <inttypes.h>
#include <string.h>

#include "keys/keys.h"
#include "oauth/oauth.h"
#include "oauth/requests.h"
#include "oauth/rows.h"
#include "people.h"
#include "rules.h"
#include "secret.h"

enum { CLIENTS_MAX = 10000, REFRESH_PART_CHARS = 48, GRANTS_MAX = 500 }; /* grants: as many as key_granted_list lists, so that all of a person's end with them */
static const int64_t HOUR_US = INT64_C(3600000000), DAY_US = 24 * INT64_C(3600000000);

/* ---- clients ---- */

const struct error *
identity_oauth_register(struct request *req, const struct identity_oauth_register_request *in, struct identity_oauth_register_response *out)
{
	struct new_client client = { .name = in->client_name && *in->client_name ? in->client_name : "Unnamed client", .redirect_uris = in->redirect_uris,
		.expires_at = req->now_us + DAY_US };
	const char *const *uris = in->redirect_uris.items;
	const char *unused;
	int64_t n;

	if (in->redirect_uris.n == 0)
		return FAIL(req, OAUTH_INVALID_REDIRECT_URI, "redirect_uris is empty");
	for (size_t i = 0; i < in->redirect_uris.n; i++) {
		if (!oauth_redirect_is_fit(uris[i]))
			return FAIL(req, OAUTH_INVALID_REDIRECT_URI, "redirect_uris/%zu can not be registered", i);
	}
	store_client_maintain(req, req->now_us);
	const struct error *error = store_client_count(req, CLIENTS_MAX, &n);
	if (error)
		return error;
	if (n >= CLIENTS_MAX)
		return FAIL(req, OAUTH_TEMPORARILY_UNAVAILABLE, "%d clients have registered already", CLIENTS_MAX);
	people_token(req, "wcoc_", &client.id, &unused);
	store_client_add(req, &client);
	*out = (struct identity_oauth_register_response){ .client_id = client.id, .client_name = client.name, .issued_at = req->now_us,
		.redirect_uris = in->redirect_uris };
	return NULL;
}

/* ---- secrets ---- */

/* The key's text and the token that renews it: "wcor_", a part that stays and one that changes. */
struct secrets {
	const char *key, *key_hash, *key_prefix;
	const char *refresh, *refresh_hash, *family_hash;
};

static const char *
hash_of(struct request *req, const char *text, size_t n)
{
	char *hash = arena_alloc(req->arena, SHA256_HEX_BYTES);

	sha256_hex(hash, text, n);
	return hash;
}

/* family: the part that stays, "wcor_" and 48 characters; NULL: a new one. */
static struct secrets
make_secrets(struct request *req, const char *family)
{
	struct secrets made;
	const char *part, *unused;

	people_token(req, "wcak_", &made.key, &made.key_hash);
	made.key_prefix = arena_strndup(req->arena, made.key, KEY_PREFIX_CHARS);
	if (!family)
		people_token(req, "wcor_", &family, &unused);
	people_token(req, "wcor_", &part, &unused);
	made.refresh = arena_printf(req->arena, "%.*s%s", TOKEN_TEXT_BYTES - 1, family, part + 5);
	made.refresh_hash = hash_of(req, made.refresh, strlen(made.refresh));
	made.family_hash = hash_of(req, made.refresh, TOKEN_TEXT_BYTES - 1);
	return made;
}

static bool
is_refresh(const char *token)
{
	return strlen(token) == TOKEN_TEXT_BYTES - 1 + REFRESH_PART_CHARS && strncmp(token, "wcor_", 5) == 0;
}

static int64_t
life_of(struct request *req, int64_t ends_at)
{
	return ends_at < req->now_us + HOUR_US ? ends_at : req->now_us + HOUR_US;
}

/* ---- a key for a code ---- */

static void
act_as(struct request *req, int64_t supervisor_id, int64_t domain_id)
{
	struct principal *actor = ARENA_NEW(req->arena, struct principal);

	*actor = (struct principal){ .tenant = domain_id, .id = arena_printf(req->arena, "supervisor:%" PRId64, supervisor_id), .type = "supervisor", .source = "oauth" };
	req->actor = actor;
}

/* Shown twice, somebody has stolen it: what it gave ends. */
static const struct error *
refuse_used(struct request *req, const struct oauth_code_row *code)
{
	const struct api_key_row *key = NULL;
	const struct error *error;

	req->keeps_refusal = true;
	request_act_for(req, code->domain_id);
	error = code->key_id ? keys_lock(req, *code->key_id, &key) : NULL;
	if (!error && key)
		error = keys_end(req, key);
	return error ? error : FAIL(req, OAUTH_INVALID_GRANT, "the code was used already");
}

static const struct error *
check_code(struct request *req, const struct identity_oauth_exchange_request *in, const struct oauth_code_row *code)
{
	if (!code || strcmp(code->client_id, in->client_id) != 0)
		return FAIL(req, OAUTH_INVALID_GRANT, "the code is unknown");
	if (code->used_at)
		return refuse_used(req, code);
	if (code->expires_at <= req->now_us)
		return FAIL(req, OAUTH_INVALID_GRANT, "the code has expired");
	if (strcmp(code->redirect_uri, in->redirect_uri) != 0)
		return FAIL(req, OAUTH_INVALID_GRANT, "redirect_uri is not where the code was sent");
	if (in->resource && strcmp(code->resource, in->resource) != 0)
		return FAIL(req, OAUTH_INVALID_TARGET, "the code was given for another resource");
	if (!oauth_verifier_fits(req->arena, code->challenge, in->verifier))
		return FAIL(req, OAUTH_INVALID_GRANT, "code_verifier does not fit the code challenge");
	return NULL;
}

/* The person may have other rights by now than when the client was let in. */
static const struct error *
check_person(struct request *req, const struct oauth_code_row *code)
{
	const struct role *role = rules_role(code->role);
	const char *const *scopes = code->scopes.items;

	for (size_t i = 0; i < code->scopes.n; i++) {
		if (!role || !rights_include((struct shape_list){ role->scopes, role->n_scopes }, scopes[i]))
			return FAIL(req, OAUTH_INVALID_GRANT, "the person may not do any more what the code was given for");
	}
	return NULL;
}

/* The next one would be one too many: the oldest ends. */
static const struct error *
make_room(struct request *req, int64_t supervisor_id)
{
	struct shape_list keys;
	const struct api_key_row *key;
	const struct error *error = store_key_granted_list(req, supervisor_id, &keys);
	if (error || keys.n < GRANTS_MAX)
		return error;
	const struct key_granted_row *oldest = keys.items;
	request_act_for(req, oldest->domain_id);
	error = keys_lock(req, oldest->id, &key);
	if (!error && key)
		error = keys_end(req, key);
	if (!error)
		request_act_for(req, 0);
	return error;
}

const struct error *
identity_oauth_exchange(struct request *req, const struct identity_oauth_exchange_request *in, struct identity_oauth_exchange_response *out)
{
	const char *code_hash = hash_of(req, in->code, strlen(in->code));
	const struct oauth_code_row *code;
	struct api_key_created created;
	const struct error *error = store_code_lock(req, code_hash, &code);
	if (!error)
		error = check_code(req, in, code);
	if (!error)
		error = check_person(req, code);
	if (error)
		return error;
	act_as(req, code->supervisor_id, code->domain_id);
	error = make_room(req, code->supervisor_id);
	if (error)
		return error;
	struct secrets secrets = make_secrets(req, NULL);
	int64_t expires_at = life_of(req, code->ends_at);
	struct new_key key = { .domain_id = code->domain_id, .name = code->client_name, .prefix = secrets.key_prefix, .hash = secrets.key_hash,
		.scopes = code->scopes, .created_by = code->user_id, .expires_at = &expires_at, .client_id = code->client_id, .client_name = code->client_name,
		.granted_by = &code->supervisor_id, .resource = code->resource, .refresh_family = secrets.family_hash, .refresh_hash = secrets.refresh_hash,
		.ends_at = &code->ends_at };
	key.budgets[BUDGET_WRITES_PER_MINUTE] = code->writes_per_minute;
	key.budgets[BUDGET_PUBLISHES_PER_DAY] = code->publishes_per_day;
	key.budgets[BUDGET_SATS_PER_DAY] = code->sats_per_day;
	error = store_key_add(req, &key, &created.id);
	if (error)
		return error;
	store_code_use(req, code_hash, created.id);
	*out = (struct identity_oauth_exchange_response){ .access_token = secrets.key, .refresh_token = secrets.refresh,
		.expires_in = (expires_at - req->now_us) / 1000000, .scopes = code->scopes };
	request_act_for(req, code->domain_id);
	emit_api_key_create(req, created.id, 0, &(struct api_key_create_event){ .name = key.name, .key_prefix = key.prefix, .scopes = key.scopes,
	    .expires_at = key.ends_at });
	return NULL;
}

/* ---- renewing ---- */

static const struct error *
key_of(struct request *req, const char *token, const char *client_id, const struct api_key_row **ret_key)
{
	*ret_key = NULL;
	if (!is_refresh(token))
		return NULL;
	const struct error *error = store_key_by_refresh(req, hash_of(req, token, TOKEN_TEXT_BYTES - 1), ret_key);
	if (!error && *ret_key && ((*ret_key)->revoked_at || strcmp((*ret_key)->client_id, client_id) != 0))
		*ret_key = NULL;
	return error;
}

static const struct error *
end(struct request *req, const struct api_key_row *key)
{
	const struct api_key_row *locked;

	request_act_for(req, key->domain_id);
	const struct error *error = keys_lock(req, key->id, &locked);
	if (!error && locked)
		error = keys_end(req, locked);
	return error;
}

static const struct error *
check_renewal(struct request *req, const struct identity_oauth_refresh_request *in, const struct api_key_row *key)
{
	struct shape_list asked;

	if (!key)
		return FAIL(req, OAUTH_INVALID_GRANT, "the refresh token is unknown or was revoked");
	if (strcmp(key->refresh_hash, hash_of(req, in->refresh_token, strlen(in->refresh_token))) != 0) {
		const struct error *error = end(req, key);
		req->keeps_refusal = true;
		return error ? error : FAIL(req, OAUTH_INVALID_GRANT, "the refresh token was used already: its grant ends");
	}
	if (*key->ends_at <= req->now_us)
		return FAIL(req, OAUTH_INVALID_GRANT, "what the person has allowed has ended");
	if (in->resource && strcmp(in->resource, key->resource) != 0)
		return FAIL(req, OAUTH_INVALID_TARGET, "the token is for another resource");
	if (!in->scope || !*in->scope)
		return NULL;
	asked = oauth_scopes(req->arena, in->scope, (struct shape_list){ (const char *const[]){ "admin" }, 1 });
	const char *const *scopes = asked.items;
	for (size_t i = 0; i < asked.n; i++) {
		if (!rights_include(key->scopes, scopes[i]))
			return FAIL(req, OAUTH_INVALID_SCOPE, "scope '%s' was not given", scopes[i]);
	}
	return NULL;
}

const struct error *
identity_oauth_refresh(struct request *req, const struct identity_oauth_refresh_request *in, struct identity_oauth_refresh_response *out)
{
	const struct api_key_row *key;
	const struct error *error = key_of(req, in->refresh_token, in->client_id, &key);
	if (!error)
		error = check_renewal(req, in, key);
	if (error)
		return error;
	struct secrets secrets = make_secrets(req, in->refresh_token);
	struct key_renewal renewal = { .hash = secrets.key_hash, .prefix = secrets.key_prefix, .refresh_hash = secrets.refresh_hash,
		.expires_at = life_of(req, *key->ends_at) };
	store_key_renew(req, key->id, &renewal);
	*out = (struct identity_oauth_refresh_response){ .access_token = secrets.key, .refresh_token = secrets.refresh,
		.expires_in = (renewal.expires_at - req->now_us) / 1000000, .scopes = key->scopes };
	return NULL;
}

/* ---- ending ---- */

const struct error *
identity_oauth_revoke(struct request *req, const struct identity_oauth_revoke_request *in, struct identity_oauth_revoke_response *out)
{
	const struct api_key_row *key;
	const struct error *error = key_of(req, in->token, in->client_id, &key);
	if (!error && !key)
		error = store_key_by_hash(req, hash_of(req, in->token, strlen(in->token)), &key);
	if (error)
		return error;
	out->revoked = key && key->client_id && strcmp(key->client_id, in->client_id) == 0;
	return out->revoked ? end(req, key) : NULL;
}

const struct error *
oauth_end_grants(struct request *req, int64_t supervisor_id)
{
	struct shape_list keys;
	const struct error *error = store_key_granted_list(req, supervisor_id, &keys);

	for (size_t i = 0; !error && i < keys.n; i++) {
		const struct key_granted_row *granted = (const struct key_granted_row *)keys.items + i;
		const struct api_key_row *key;
		request_act_for(req, granted->domain_id);
		error = keys_lock(req, granted->id, &key);
		if (!error && key)
			error = keys_end(req, key);
	}
	if (!error)
		request_act_for(req, 0);
	return error;
}

const struct error *
identity_maintain_oauth(struct request *req)
{
	store_client_maintain(req, req->now_us - DAY_US);
	store_code_maintain(req, req->now_us - DAY_US);
	return NULL;
}
