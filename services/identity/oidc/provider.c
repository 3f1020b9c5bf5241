/* The OpenID Connect provider: what it says of itself, codes, keys. */
#include "oidc/provider.h"

#include <string.h>

#include "clock.h"
#include "id.h"
#include "outbound.h"
#include "uri.h"

enum { CONNECT_MS = 2000, ANSWER_MS = 4000, MARGIN_MS = 200, ANSWER_BYTES_MAX = 256 * 1024 };

static const struct error *
ask(struct request *req, const char *method, const char *url, const char *const *headers, const char *body, struct http_client_response *ret_response)
{
	int64_t left_ms = (req->deadline_us - clock_now_us()) / 1000 - MARGIN_MS;
	struct http_client_request request = { .method = method, .url = url, .headers = headers, .body = body, .n_body = body ? strlen(body) : 0,
		.connect_timeout_ms = CONNECT_MS, .timeout_ms = left_ms < ANSWER_MS ? left_ms : ANSWER_MS, .response_bytes_max = ANSWER_BYTES_MAX };

	if (left_ms < 1)
		return FAIL(req, OIDC_PROVIDER_FAILED, "there was no time left to ask the provider");
	if (outbound_send(req, &request, ret_response) == OUTBOUND_ANSWERED)
		return NULL;
	struct error *error = FAIL(req, OIDC_PROVIDER_FAILED, "the provider did not answer");
	error->cause = ret_response->problem;
	return error;
}

static const struct error *
read_object(struct request *req, const struct http_client_response *response, const struct json_value **ret_object)
{
	struct json_error ignored;
	const struct json_value *object = json_parse(req->arena, response->body, response->n_body, NULL, &ignored);

	if (response->status != 200 || !object || object->type != JSON_OBJECT)
		return FAIL(req, OIDC_PROVIDER_FAILED, "the provider answered HTTP %d, or no JSON object", response->status);
	*ret_object = object;
	return NULL;
}

static const char *
text_of(struct request *req, const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);

	return value && value->type == JSON_TEXT ? arena_strndup(req->arena, value->text, value->n) : NULL;
}

const struct error *
provider_discover(struct request *req, struct provider *ret_provider)
{
	const char *issuer = identity_settings.oidc_issuer;
	struct http_client_response response;
	const struct json_value *object;
	size_t n = strlen(issuer);

	if (n == 0)
		return FAIL(req, OIDC_NOT_CONFIGURED, "no OpenID Connect provider is configured");
	const struct error *error = ask(req, "GET", arena_printf(req->arena, "%s%s.well-known/openid-configuration", issuer, issuer[n - 1] == '/' ? "" : "/"),
	    NULL, NULL, &response);
	if (!error)
		error = read_object(req, &response, &object);
	if (error)
		return error;
	*ret_provider = (struct provider){ .issuer = text_of(req, object, "issuer"), .authorization_endpoint = text_of(req, object, "authorization_endpoint"),
		.token_endpoint = text_of(req, object, "token_endpoint"), .jwks_uri = text_of(req, object, "jwks_uri") };
	if (!ret_provider->issuer || strcmp(ret_provider->issuer, issuer) != 0)
		return FAIL(req, OIDC_PROVIDER_FAILED, "the provider names another issuer than the one that is configured");
	if (!ret_provider->authorization_endpoint || !ret_provider->token_endpoint || !ret_provider->jwks_uri)
		return FAIL(req, OIDC_PROVIDER_FAILED, "the provider does not say where its endpoints are");
	return NULL;
}

/* client_secret_basic; a client without secret names itself in the form. */
static const char *
authorization(struct request *req)
{
	const char *id = identity_settings.oidc_client_id, *secret = identity_settings.oidc_client_secret;

	if (!*secret)
		return NULL;
	const char *both = arena_printf(req->arena, "%s:%s", uri_encode(req->arena, id), uri_encode(req->arena, secret));
	return arena_printf(req->arena, "Authorization: Basic %s", base64_encode(req->arena, both, strlen(both)));
}

const struct error *
provider_exchange(struct request *req, const struct provider *provider, const struct provider_code *code, const char **ret_token)
{
	const char *headers[] = { "Content-Type: application/x-www-form-urlencoded", "Accept: application/json", authorization(req), NULL };
	const char *body = arena_printf(req->arena, "grant_type=authorization_code&code=%s&redirect_uri=%s&code_verifier=%s%s%s", uri_encode(req->arena, code->code),
	    uri_encode(req->arena, code->redirect_uri), code->verifier, headers[2] ? "" : "&client_id=",
	    headers[2] ? "" : uri_encode(req->arena, identity_settings.oidc_client_id));
	struct http_client_response response;
	const struct json_value *object;
	const struct error *error = ask(req, "POST", provider->token_endpoint, headers, body, &response);
	if (error)
		return error;
	if (response.status == 400)
		return FAIL(req, SUPERVISOR_LOGIN_FAILED, "the provider does not take the code");
	error = read_object(req, &response, &object);
	if (error)
		return error;
	*ret_token = text_of(req, object, "id_token");
	return *ret_token ? NULL : FAIL(req, OIDC_PROVIDER_FAILED, "the provider's answer has no ID token");
}

const struct error *
provider_keys(struct request *req, const struct provider *provider, const struct json_value **ret_keys)
{
	struct http_client_response response;
	const struct error *error = ask(req, "GET", provider->jwks_uri, NULL, NULL, &response);

	return error ? error : read_object(req, &response, ret_keys);
}
