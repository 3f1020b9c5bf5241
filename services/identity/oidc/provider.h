/* The OpenID Connect provider: what it says of itself, codes, keys. */
#ifndef OIDC_PROVIDER_H
#define OIDC_PROVIDER_H

#include "identity.h"
#include "json/json.h"

struct provider {
	const char *issuer, *authorization_endpoint, *token_endpoint, *jwks_uri;
};

/* OIDC_NOT_CONFIGURED, OIDC_PROVIDER_FAILED. */
const struct error *provider_discover(struct request *req, struct provider *ret_provider) MUST_CHECK;

/* The ID token for a code.  OIDC_PROVIDER_FAILED; SUPERVISOR_LOGIN_FAILED when the provider refuses the code. */
struct provider_code {
	const char *code, *redirect_uri, *verifier;
};
const struct error *provider_exchange(struct request *req, const struct provider *provider, const struct provider_code *code, const char **ret_token) MUST_CHECK;

const struct error *provider_keys(struct request *req, const struct provider *provider, const struct json_value **ret_keys) MUST_CHECK;

#endif
