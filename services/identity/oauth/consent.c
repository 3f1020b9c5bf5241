/* A person lets an OAuth client in, or sends it away. */
#include <inttypes.h>
#include <string.h>

#include "contract/policy.h"
#include "keys/keys.h"
#include "oauth/document.h"
#include "oauth/oauth.h"
#include "oauth/requests.h"
#include "oauth/rows.h"
#include "people.h"
#include "rules.h"
#include "secret.h"

static const int64_t CODE_LIFE_US = INT64_C(60000000), DAY_US = 24 * INT64_C(3600000000);
enum { DAYS_DEFAULT = 30 };

/* A request of a client, as the browser brought it. */
struct asking {
	const char *response_type, *client_id, *redirect_uri, *challenge, *method, *scope, *resource, *issuer, *host;
	/* found out */
	const struct oauth_client_row *client;
	const char *target;
	struct shape_list scopes;
};

static const struct error *
need_person(struct request *req)
{
	if (people_actor(req) == 0)
		return FAIL(req, SUPERVISOR_REQUIRED, "'%s' is no person who has signed in", req->principal->id);
	return NULL;
}

/* A document that describes the client is read before the transaction, and for people alone. */
static const struct error *
prepare_client(struct request *req, const char *client_id)
{
	const struct oauth_client_row *client = NULL;
	const struct error *error = need_person(req);
	if (!error && document_is_address(client_id))
		error = document_read(req, client_id, &client);
	req->prepared = (void *)client;
	return error;
}

const struct error *
identity_oauth_inspect_prepare(struct request *req, const struct identity_oauth_inspect_request *in)
{
	return prepare_client(req, in->client_id);
}

const struct error *
identity_oauth_authorize_prepare(struct request *req, const struct identity_oauth_authorize_request *in)
{
	return prepare_client(req, in->client_id);
}

/* Nobody is sent to an address that the client has not registered: whatever is wrong is told to the person. */
static const struct error *
find_client(struct request *req, struct asking *asking)
{
	const struct error *error = NULL;

	asking->client = req->prepared;
	if (!asking->client)
		error = store_client_get(req, asking->client_id, &asking->client);
	if (error)
		return error;
	if (!asking->client)
		return FAIL_AT(req, OAUTH_REQUEST_INVALID, "/clientId", "the client is not known here, or not any more");
	const char *const *registered = asking->client->redirect_uris.items;
	for (size_t i = 0; i < asking->client->redirect_uris.n; i++) {
		if (oauth_redirect_matches(registered[i], asking->redirect_uri))
			return NULL;
	}
	return FAIL_AT(req, OAUTH_REQUEST_INVALID, "/redirectUri", "the client has not registered this address");
}

static const struct error *
check(struct request *req, struct asking *asking)
{
	const struct error *error = need_person(req);
	if (error)
		return error;
	if (req->principal->tenant == 0)
		return FAIL(req, INVALID_DOMAIN_CONTEXT, "the header x-wordclaw-domain is missing: choose the tenant that the client is let into");
	error = find_client(req, asking);
	if (error)
		return error;
	if (strcmp(asking->response_type, "code") != 0)
		return FAIL_AT(req, OAUTH_REQUEST_INVALID, "/responseType", "only the response type 'code' is known here");
	if (strcmp(asking->method, "S256") != 0 || !oauth_challenge_is_fit(asking->challenge))
		return FAIL_AT(req, OAUTH_REQUEST_INVALID, "/codeChallenge", "a code challenge of the method S256 is needed");
	if (!oauth_base_is_ours(asking->issuer, asking->host, identity_settings.public_base_url))
		return FAIL_AT(req, OAUTH_REQUEST_INVALID, "/issuer", "'%s' is not an address of this installation", asking->issuer);
	asking->target = oauth_resource(req->arena, asking->issuer, asking->resource);
	if (!asking->target)
		return FAIL_AT(req, OAUTH_REQUEST_INVALID, "/resource", "the client asks for a token for '%s', which is not this installation", asking->resource);
	asking->scopes = oauth_scopes(req->arena, asking->scope, (struct shape_list){ req->principal->scopes, req->principal->n_scopes });
	if (asking->scopes.n == 0)
		return FAIL_AT(req, OAUTH_REQUEST_INVALID, "/scope", "the client asks for nothing that you may do yourself");
	return NULL;
}

const struct error *
identity_oauth_inspect(struct request *req, const struct identity_oauth_inspect_request *in, struct identity_oauth_inspect_response *out)
{
	struct asking asking = { .response_type = in->response_type, .client_id = in->client_id, .redirect_uri = in->redirect_uri,
		.challenge = in->code_challenge, .method = in->code_challenge_method, .scope = in->scope, .resource = in->resource, .issuer = in->issuer,
		.host = in->host };
	const struct error *error = check(req, &asking);
	if (error)
		return error;
	out->client_name = asking.client->name;
	out->client_address = req->prepared ? asking.client->id : NULL;
	out->redirect_host = oauth_redirect_host(req->arena, in->redirect_uri);
	out->is_local = oauth_redirect_is_local(in->redirect_uri);
	out->scopes = asking.scopes;
	return NULL;
}

/* What is given: of what was asked for. */
static const struct error *
choose_scopes(struct request *req, const struct asking *asking, struct shape_list chosen, struct shape_list *ret_scopes)
{
	*ret_scopes = asking->scopes;
	if (!chosen.items)
		return NULL;
	const struct error *error = keys_normalise_scopes(req, chosen, ret_scopes);
	if (error)
		return error;
	const char *const *scopes = ret_scopes->items;
	for (size_t i = 0; i < ret_scopes->n; i++) {
		if (!rights_include(asking->scopes, scopes[i]))
			return FAIL_AT(req, INVALID_KEY_SCOPES, "/scopes", "scope '%s' was not asked for, or is not yours", scopes[i]);
	}
	return NULL;
}

static const char *
make_code(struct request *req, const struct identity_oauth_authorize_request *in, const struct asking *asking, struct shape_list scopes)
{
	struct new_code code = { .client_id = asking->client->id, .redirect_uri = in->redirect_uri, .challenge = in->code_challenge, .resource = asking->target,
		.domain_id = req->principal->tenant, .supervisor_id = people_actor(req), .scopes = scopes, .writes_per_minute = in->writes_per_minute,
		.publishes_per_day = in->publishes_per_day, .sats_per_day = in->sats_per_day, .expires_at = req->now_us + CODE_LIFE_US,
		.ends_at = req->now_us + (in->days ? *in->days : DAYS_DEFAULT) * DAY_US };
	const char *text;

	people_token(req, "wcoa_", &text, &code.hash);
	if (req->prepared)
		store_client_put(req, &(struct new_client){ .id = asking->client->id, .name = asking->client->name,
		    .redirect_uris = asking->client->redirect_uris, .expires_at = code.ends_at });
	store_code_add(req, &code);
	store_client_keep(req, code.client_id, code.ends_at);
	return text;
}

const struct error *
identity_oauth_authorize(struct request *req, const struct identity_oauth_authorize_request *in, struct identity_oauth_authorize_response *out)
{
	struct asking asking = { .response_type = in->response_type, .client_id = in->client_id, .redirect_uri = in->redirect_uri,
		.challenge = in->code_challenge, .method = in->code_challenge_method, .scope = in->scope, .resource = in->resource, .issuer = in->issuer,
		.host = in->host };
	struct shape_list scopes = { 0 };
	const struct error *error = check(req, &asking);
	if (!error)
		error = choose_scopes(req, &asking, in->scopes, &scopes);
	if (error)
		return error;
	const char *code = in->approve ? make_code(req, in, &asking, scopes) : NULL;
	struct oauth_parameter parameters[] = { { "code", code }, { "error", in->approve ? NULL : "access_denied" }, { "state", in->state }, { "iss", in->issuer } };
	out->redirect_url = oauth_answer_url(req->arena, in->redirect_uri, parameters, sizeof(parameters) / sizeof(parameters[0]));
	request_act_for(req, req->principal->tenant);
	emit_oauth_client_authorize(req, people_actor(req), 0, &(struct oauth_client_authorize_event){ .client_id = asking.client->id,
	    .client_name = asking.client->name, .is_approved = in->approve, .scopes = scopes });
	return NULL;
}
