/* How tokens are made and read. */
#include "tokens/token.h"

#include <inttypes.h>
#include <string.h>

#include "id.h"
#include "identity_proto.h"
#include "json/json.h"
#include "secret.h"

enum { KEYS_MAX = 2, KEY_ID_BYTES = 9, JTI_BYTES = 16 };

struct token_key {
	unsigned char bytes[SHA256_BYTES];
	char id[KEY_ID_BYTES];
};

/* The current key first.  Without a secret of its own a mode has those that come from the installation's keys. */
static size_t
keys_of(struct request *req, const char *mode, struct token_key keys[KEYS_MAX])
{
	const char *secrets[KEYS_MAX] = { "", "" };
	char hex[SHA256_HEX_BYTES];
	size_t n = 0;

	content_token_secrets(mode, secrets);
	for (size_t i = 0; i < KEYS_MAX; i++) {
		if (secrets[i][0])
			hmac_sha256(keys[n].bytes, secrets[i], strlen(secrets[i]), mode, strlen(mode));
		else if (secrets[0][0] || !request_derive_key(req, i, mode, keys[n].bytes))
			continue;
		sha256_hex(hex, keys[n].bytes, SHA256_BYTES);
		memcpy(keys[n].id, hex, KEY_ID_BYTES - 1);
		keys[n].id[KEY_ID_BYTES - 1] = '\0';
		n++;
	}
	return n;
}

/* ---- make ---- */

static void
add_text(struct buf *buf, const char *name, const char *text)
{
	if (!text)
		return;
	buf_printf(buf, ",\"%s\":", name);
	buf_add_json_text(buf, text, strlen(text));
}

static void
add_preview(struct buf *buf, const struct token_claims *claims)
{
	add_text(buf, "kind", claims->slug ? "global" : "content_item");
	add_text(buf, "slug", claims->slug);
	if (!claims->slug)
		buf_printf(buf, ",\"contentItemId\":%" PRId64, claims->content_item_id);
	buf_printf(buf, ",\"draft\":%s", claims->draft ? "true" : "false");
	if (claims->shows_sold)
		buf_add_text(buf, ",\"showsSold\":true");
	add_text(buf, "locale", claims->locale);
	add_text(buf, "fallbackLocale", claims->fallback_locale);
}

static void
add_public_write(struct buf *buf, const struct token_claims *claims)
{
	buf_printf(buf, ",\"contentTypeId\":%" PRId64, claims->content_type_id);
	add_text(buf, "subjectField", claims->subject_field);
	add_text(buf, "subject", claims->subject);
	add_text(buf, "requiredStatus", claims->required_status);
	buf_printf(buf, ",\"allowedOperations\":[%s%s%s]", claims->allows_create ? "\"create\"" : "", claims->allows_create && claims->allows_update ? "," : "",
	    claims->allows_update ? "\"update\"" : "");
}

const char *
token_make(struct request *req, struct token_claims *claims)
{
	unsigned char random[JTI_BYTES], digest[SHA256_BYTES];
	struct token_key keys[KEYS_MAX];
	struct buf json;

	(void)keys_of(req, claims->mode, keys);
	secret_random(random, sizeof(random));
	claims->jti = base64url_encode(req->arena, random, sizeof(random));
	claims->key_id = arena_strdup(req->arena, keys[0].id);
	buf_init(&json, req->arena, 512);
	buf_printf(&json, "{\"version\":1,\"mode\":\"%s\",\"kid\":\"%s\",\"jti\":\"%s\",\"domainId\":%" PRId64 ",\"expiresAt\":%" PRId64, claims->mode,
	    claims->key_id, claims->jti, claims->domain_id, claims->expires_at / 1000);
	if (claims->maker_key_id > 0)
		buf_printf(&json, ",\"apiKeyId\":%" PRId64, claims->maker_key_id);
	if (strcmp(claims->mode, TOKEN_PREVIEW) == 0)
		add_preview(&json, claims);
	else
		add_public_write(&json, claims);
	buf_add_char(&json, '}');
	const char *payload = base64url_encode(req->arena, json.bytes, json.len);
	hmac_sha256(digest, keys[0].bytes, SHA256_BYTES, payload, strlen(payload));
	return arena_printf(req->arena, "%s.%s", payload, base64url_encode(req->arena, digest, sizeof(digest)));
}

/* ---- read ---- */

static const char *
text_of(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);
	return value && value->type == JSON_TEXT ? value->text : NULL;
}

static int64_t
number_of(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);
	return value && value->type == JSON_INT ? value->integer : 0;
}

static bool
allows(const struct json_value *object, const char *verb)
{
	const struct json_value *list = json_get(object, "allowedOperations");

	for (uint32_t i = 0; list && list->type == JSON_LIST && i < list->n; i++) {
		if (list->items[i].type == JSON_TEXT && strcmp(list->items[i].text, verb) == 0)
			return true;
	}
	return false;
}

/* Every live key is tried, whatever the token says of itself, and all of each comparison is done. */
static bool
is_signed(struct request *req, const char *mode, const char *payload, const unsigned char *signature)
{
	unsigned char digest[SHA256_BYTES];
	struct token_key keys[KEYS_MAX];
	size_t n = keys_of(req, mode, keys);
	bool is_good = false;

	for (size_t i = 0; i < n; i++) {
		hmac_sha256(digest, keys[i].bytes, SHA256_BYTES, payload, strlen(payload));
		is_good |= secret_equal(digest, signature, SHA256_BYTES);
	}
	return is_good;
}

/* The claims of a signed token as JSON, or NULL. */
static const struct json_value *
open_token(struct request *req, const char *mode, const char *token)
{
	const char *dot = strchr(token, '.');
	void *signature = NULL, *text = NULL;
	struct json_error problem;
	size_t n_signature = 0, n_text = 0;

	if (strnlen(token, TOKEN_BYTES_MAX + 1) > TOKEN_BYTES_MAX || !dot || strchr(dot + 1, '.'))
		return NULL;
	const char *payload = arena_strndup(req->arena, token, (size_t)(dot - token));
	if (!base64url_decode(req->arena, dot + 1, &signature, &n_signature) || n_signature != SHA256_BYTES)
		return NULL;
	if (!is_signed(req, mode, payload, signature) || !base64url_decode(req->arena, payload, &text, &n_text))
		return NULL;
	const struct json_value *claims = json_parse(req->arena, arena_strndup(req->arena, text, n_text), n_text, NULL, &problem);
	return claims && claims->type == JSON_OBJECT ? claims : NULL;
}

enum token_verdict
token_read(struct request *req, const char *mode, const char *token, struct token_claims *ret_claims)
{
	const struct json_value *from = open_token(req, mode, token);
	const struct json_value *draft = from ? json_get(from, "draft") : NULL, *sold = from ? json_get(from, "showsSold") : NULL;
	const char *said = from ? text_of(from, "mode") : NULL;

	if (!said || strcmp(said, mode) != 0 || number_of(from, "version") != 1 || number_of(from, "domainId") < 1 || !text_of(from, "jti"))
		return TOKEN_INVALID;
	struct token_claims claims = { .mode = mode, .key_id = text_of(from, "kid"), .jti = text_of(from, "jti"), .domain_id = number_of(from, "domainId"),
		.expires_at = number_of(from, "expiresAt") * 1000, .maker_key_id = number_of(from, "apiKeyId"), .content_item_id = number_of(from, "contentItemId"), .slug = text_of(from, "slug"),
		.draft = draft && draft->type == JSON_BOOL && draft->boolean, .shows_sold = sold && sold->type == JSON_BOOL && sold->boolean, .locale = text_of(from, "locale"),
		.fallback_locale = text_of(from, "fallbackLocale"), .content_type_id = number_of(from, "contentTypeId"),
		.subject_field = text_of(from, "subjectField"), .subject = text_of(from, "subject"), .required_status = text_of(from, "requiredStatus"),
		.allows_create = allows(from, "create"), .allows_update = allows(from, "update") };
	if (claims.expires_at <= req->now_us)
		return TOKEN_EXPIRED;
	*ret_claims = claims;
	return TOKEN_GOOD;
}

/* ---- who made it ---- */

const struct error *
token_ask_key(struct request *req, int64_t key_id, int64_t domain_id)
{
	static bool has_ended = true;
	const struct principal *caller = req->principal;
	struct identity_keys_works_response works = { .works = false };

	req->principal = request_system_principal(req);
	const struct error *error = request_call(req, &operation_identity_keys_works, &(struct identity_keys_works_request){ .key_id = key_id, .domain_id = domain_id },
	    NULL, &works);
	req->principal = caller;
	if (!error && !works.works)
		req->prepared = &has_ended;
	return error;
}

const struct error *
token_ask_maker(struct request *req, const char *mode, const char *token)
{
	struct token_claims claims;

	if (token_read(req, mode, token, &claims) != TOKEN_GOOD || claims.maker_key_id < 1)
		return NULL; /* the handler says what is wrong with it */
	return token_ask_key(req, claims.maker_key_id, claims.domain_id);
}

bool
token_has_ended(const struct request *req)
{
	return req->prepared != NULL;
}

const struct principal *
token_principal(struct request *req, const struct token_claims *claims, const char *type)
{
	static const char *const scopes[] = { "admin" }; /* what the token's maker sees of what it shows */
	struct principal *principal = ARENA_NEW(req->arena, struct principal);

	*principal = (struct principal){ .tenant = claims->domain_id, .type = type, .source = "token", .scopes = scopes, .n_scopes = claims->shows_sold,
		.id = arena_printf(req->arena, "%s:%s", type, claims->jti) };
	return principal;
}
