/* ID tokens: who the provider says has signed in. */
#include "oidc/idtoken.h"

#include <string.h>

#include "id.h"
#include "jws.h"

enum { SKEW_S = 60, KEYS_MAX = 50, TOKEN_BYTES_MAX = 16 * 1024 };

/* "header.claims.signature" */
struct parts {
	const struct json_value *header, *claims;
	struct jws_bytes signed_bytes, signature;
};

static const char *
text_of(struct arena *arena, const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);

	if (!value || value->type != JSON_TEXT || strlen(value->text) != value->n)
		return NULL;
	return arena_strndup(arena, value->text, value->n);
}

static const struct json_value *
object_of(struct arena *arena, const char *text, size_t n)
{
	struct json_error ignored;
	void *bytes;
	size_t n_bytes;

	if (!base64url_decode(arena, arena_strndup(arena, text, n), &bytes, &n_bytes))
		return NULL;
	const struct json_value *value = json_parse(arena, bytes, n_bytes, NULL, &ignored);
	return value && value->type == JSON_OBJECT ? value : NULL;
}

static bool
split(struct arena *arena, const char *token, struct parts *ret_parts)
{
	const char *first = strchr(token, '.'), *second = first ? strchr(first + 1, '.') : NULL;
	void *signature;

	if (!second || strchr(second + 1, '.') || strlen(token) > TOKEN_BYTES_MAX)
		return false;
	ret_parts->header = object_of(arena, token, (size_t)(first - token));
	ret_parts->claims = object_of(arena, first + 1, (size_t)(second - first - 1));
	ret_parts->signed_bytes = (struct jws_bytes){ token, (size_t)(second - token) };
	if (!base64url_decode(arena, second + 1, &signature, &ret_parts->signature.n))
		return false;
	ret_parts->signature.bytes = signature;
	return ret_parts->header && ret_parts->claims;
}

/* ---- signature ---- */

static bool
number_of(struct arena *arena, const struct json_value *key, const char *name, struct jws_bytes *ret_bytes)
{
	const char *text = text_of(arena, key, name);
	void *bytes;

	if (!text || !base64url_decode(arena, text, &bytes, &ret_bytes->n))
		return false;
	ret_bytes->bytes = bytes;
	return true;
}

static bool
is_signed_by(struct arena *arena, const struct json_value *key, const char *algorithm, const struct parts *parts)
{
	const char *type = text_of(arena, key, "kty"), *use = text_of(arena, key, "use"), *curve = text_of(arena, key, "crv");
	struct jws_bytes a, b;

	if (!type || (use && strcmp(use, "sig") != 0))
		return false;
	if (strcmp(algorithm, "RS256") == 0 && strcmp(type, "RSA") == 0)
		return number_of(arena, key, "n", &a) && number_of(arena, key, "e", &b) && jws_check_rs256(a, b, parts->signed_bytes, parts->signature);
	if (strcmp(algorithm, "ES256") == 0 && strcmp(type, "EC") == 0 && curve && strcmp(curve, "P-256") == 0)
		return number_of(arena, key, "x", &a) && number_of(arena, key, "y", &b) && jws_check_es256(a, b, parts->signed_bytes, parts->signature);
	return false;
}

/* By the key that the token names, or by any when it names none. */
static bool
is_signed(struct arena *arena, const struct json_value *keys, const struct parts *parts)
{
	const struct json_value *list = json_get(keys, "keys");
	const char *algorithm = text_of(arena, parts->header, "alg"), *id = text_of(arena, parts->header, "kid");

	if (!list || list->type != JSON_LIST || !algorithm)
		return false;
	for (size_t i = 0; i < list->n && i < KEYS_MAX; i++) {
		const struct json_value *key = &list->items[i];
		const char *key_id = key->type == JSON_OBJECT ? text_of(arena, key, "kid") : NULL;
		if (key->type != JSON_OBJECT || (id && (!key_id || strcmp(key_id, id) != 0)))
			continue;
		if (is_signed_by(arena, key, algorithm, parts))
			return true;
	}
	return false;
}

/* ---- claims ---- */

static bool
is_for(struct arena *arena, const struct json_value *claims, const char *client_id)
{
	const struct json_value *audience = json_get(claims, "aud");
	const char *party = text_of(arena, claims, "azp");
	bool is_named = false;

	if (!audience || (party && strcmp(party, client_id) != 0))
		return false;
	if (audience->type == JSON_TEXT)
		return strlen(client_id) == audience->n && memcmp(client_id, audience->text, audience->n) == 0;
	if (audience->type != JSON_LIST || (audience->n > 1 && !party))
		return false;
	for (size_t i = 0; i < audience->n; i++) {
		const struct json_value *one = &audience->items[i];
		is_named |= one->type == JSON_TEXT && one->n == strlen(client_id) && memcmp(one->text, client_id, one->n) == 0;
	}
	return is_named;
}

static bool
is_text(struct arena *arena, const struct json_value *claims, const char *name, const char *wanted)
{
	const char *text = text_of(arena, claims, name);

	return text && strcmp(text, wanted) == 0;
}

static const char *
check_claims(struct arena *arena, const struct json_value *claims, const struct idtoken_expected *expected)
{
	const struct json_value *expires = json_get(claims, "exp");

	if (!is_text(arena, claims, "iss", expected->issuer))
		return "it is of another issuer";
	if (!is_for(arena, claims, expected->client_id))
		return "it is for another client";
	if (!is_text(arena, claims, "nonce", expected->nonce))
		return "it answers another sign-in";
	if (!expires || expires->type != JSON_INT || expires->integer <= expected->now_s - SKEW_S)
		return "it has expired";
	return NULL;
}

const char *
idtoken_read(struct arena *arena, const char *token, const struct json_value *keys, const struct idtoken_expected *expected, struct idtoken *ret_token)
{
	struct parts parts = { 0 };

	if (!split(arena, token, &parts))
		return "it is no JSON Web Token";
	if (!is_signed(arena, keys, &parts))
		return "its signature is of none of the provider's keys";
	const char *problem = check_claims(arena, parts.claims, expected);
	if (problem)
		return problem;
	const struct json_value *verified = json_get(parts.claims, "email_verified");
	ret_token->subject = text_of(arena, parts.claims, "sub");
	ret_token->email = verified && verified->type == JSON_BOOL && verified->boolean ? text_of(arena, parts.claims, "email") : NULL;
	return ret_token->subject && *ret_token->subject ? NULL : "it names nobody";
}
