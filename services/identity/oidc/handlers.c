/* Signing in with an OpenID Connect provider: authorization code with PKCE.  What is to be remembered between the two requests travels,
 * sealed, as the state. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "id.h"
#include "oauth/requests.h"
#include "oidc/idtoken.h"
#include "oidc/provider.h"
#include "people.h"
#include "rules.h"
#include "secret.h"

enum { RANDOM_BYTES = 32 };
static const int64_t SIGN_IN_US = 10 * INT64_C(60000000);

const struct error *
identity_sign_in_methods(struct request *req, const struct identity_sign_in_methods_request *in, struct identity_sign_in_methods_response *out)
{
	(void)req;
	(void)in;
	out->password = true;
	out->oidc = *identity_settings.oidc_issuer != '\0';
	return NULL;
}

static const char *
random_text(struct request *req)
{
	unsigned char bytes[RANDOM_BYTES];

	secret_random(bytes, sizeof(bytes));
	return base64url_encode(req->arena, bytes, sizeof(bytes));
}

/* The provider is asked before the transaction. */
const struct error *
identity_oidc_begin_prepare(struct request *req, const struct identity_oidc_begin_request *in)
{
	struct provider *provider = ARENA_NEW(req->arena, struct provider);

	if (!oauth_base_is_ours(in->base, in->host, identity_settings.public_base_url))
		return FAIL_AT(req, OIDC_REQUEST_INVALID, "/base", "'%s' is not an address of this installation", in->base);
	req->prepared = provider;
	return provider_discover(req, provider);
}

const struct error *
identity_oidc_begin(struct request *req, const struct identity_oidc_begin_request *in, struct identity_oidc_begin_response *out)
{
	const struct provider *provider = req->prepared;
	const char *nonce = random_text(req), *verifier = random_text(req), *redirect_uri = arena_printf(req->arena, "%s/ui/oidc", in->base);
	unsigned char digest[SHA256_BYTES];

	sha256(digest, verifier, strlen(verifier));
	out->state = request_seal(req, arena_printf(req->arena, "%" PRId64 " %s %s %s", req->now_us + SIGN_IN_US, nonce, verifier, redirect_uri));
	struct oauth_parameter parameters[] = { { "response_type", "code" }, { "client_id", identity_settings.oidc_client_id }, { "redirect_uri", redirect_uri },
		{ "scope", "openid email" }, { "state", out->state }, { "nonce", nonce }, { "code_challenge", base64url_encode(req->arena, digest, sizeof(digest)) },
		{ "code_challenge_method", "S256" } };
	out->authorization_url = oauth_answer_url(req->arena, provider->authorization_endpoint, parameters, sizeof(parameters) / sizeof(parameters[0]));
	return NULL;
}

struct sign_in {
	const struct identity_oidc_finish_request *in;
	struct identity_oidc_finish_response *out;
	char nonce[64], verifier[64], redirect_uri[256];
	struct idtoken token;
	const char *subject; /* issuer and subject */
};

static const struct error *
open_state(struct request *req, struct sign_in *sign_in)
{
	const char *text = request_open(req, sign_in->in->state);
	int64_t expires_us = 0;

	if (!text || sscanf(text, "%" SCNd64 " %63s %63s %255s", &expires_us, sign_in->nonce, sign_in->verifier, sign_in->redirect_uri) != 4)
		return FAIL_AT(req, OIDC_REQUEST_INVALID, "/state", "the state is not of this installation");
	if (expires_us <= req->now_us)
		return FAIL_AT(req, OIDC_REQUEST_INVALID, "/state", "the sign-in has taken more than ten minutes");
	return NULL;
}

/* Whom the provider means: bound at an earlier sign-in, or by a verified email at the first. */
static const struct error *
find_person(struct request *req, const struct sign_in *sign_in, const struct supervisor_row **ret_person)
{
	const struct error *error = store_supervisor_by_subject(req, sign_in->subject, ret_person);
	int64_t n_bound = 0;

	if (error || *ret_person)
		return error;
	if (sign_in->token.email)
		error = store_supervisor_by_email(req, rules_email(req->arena, sign_in->token.email), ret_person);
	if (!error && *ret_person)
		error = store_supervisor_bind(req, (*ret_person)->id, sign_in->subject, &n_bound);
	if (error)
		return error;
	if (n_bound == 0)
		return FAIL(req, SUPERVISOR_LOGIN_FAILED, "the provider's account belongs to nobody here: its verified email is no login, or is bound to another account");
	return NULL;
}

static const struct error *
enter(struct request *req, void *context)
{
	struct sign_in *sign_in = context;
	const struct supervisor_row *person = NULL;
	const struct error *error = find_person(req, sign_in, &person);
	if (error)
		return error;
	sign_in->out->supervisor = people_shown(req, person);
	return people_sign_in(req, person, sign_in->in->user_agent, &sign_in->out->session_token, &sign_in->out->expires_at);
}

const struct error *
identity_oidc_finish(struct request *req, const struct identity_oidc_finish_request *in, struct identity_oidc_finish_response *out)
{
	struct sign_in sign_in = { .in = in, .out = out };
	const struct json_value *keys;
	struct provider provider;
	const char *token;
	const struct error *error = open_state(req, &sign_in);
	if (!error)
		error = provider_discover(req, &provider);
	if (!error)
		error = provider_exchange(req, &provider, &(struct provider_code){ .code = in->code, .redirect_uri = sign_in.redirect_uri,
		    .verifier = sign_in.verifier }, &token);
	if (!error)
		error = provider_keys(req, &provider, &keys);
	if (error)
		return error;
	const char *problem = idtoken_read(req->arena, token, keys, &(struct idtoken_expected){ .issuer = provider.issuer,
	    .client_id = identity_settings.oidc_client_id, .nonce = sign_in.nonce, .now_s = req->now_us / 1000000 }, &sign_in.token);
	if (problem)
		return FAIL(req, SUPERVISOR_LOGIN_FAILED, "the provider's ID token does not count: %s", problem);
	sign_in.subject = arena_printf(req->arena, "%s %s", provider.issuer, sign_in.token.subject);
	return request_transaction(req, enter, &sign_in);
}
