/* OAuth 2.1 for clients that cannot hold a key: what we are (RFC 8414), registration (RFC 7591), tokens and their end (RFC 7009).
 * Identity decides; here its answers become OAuth's words.  The consent is a page of the console, /ui/authorize. */
#include <ctype.h>
#include <string.h>

#include "access/access.h"
#include "dispatch/dispatch.h"
#include "identity_proto.h"
#include "json/json.h"
#include "mcp/protocol/jsonrpc.h"
#include "pages/page.h"
#include "rest/answer.h"

enum { FORM_BYTES_MAX = 16 * 1024, REDIRECT_URIS_MAX = 10, NAME_BYTES_MAX = 200 };

/* ---- words ---- */

static const char *
word_of(struct arena *arena, const char *code)
{
	static const char prefix[] = "OAUTH_";

	if (strncmp(code, prefix, sizeof(prefix) - 1) == 0) {
		char *word = arena_strdup(arena, code + sizeof(prefix) - 1);
		for (char *c = word; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		return word;
	}
	if (strcmp(code, "RATE_LIMIT_EXCEEDED") == 0 || strcmp(code, "SERVICE_OVERLOADED") == 0 || strcmp(code, "SERVICE_UNAVAILABLE") == 0)
		return "temporarily_unavailable";
	return strcmp(code, "INTERNAL_SERVER_ERROR") == 0 ? "server_error" : "invalid_request";
}

static const char *
write_error(struct buf *buf, const struct exchange *exchange, const struct error *error)
{
	buf_add_char(buf, '{');
	json_member_text(buf, "error", word_of(exchange->arena, error->info->code));
	json_member_text(buf, "error_description", error->message);
	buf_add_char(buf, '}');
	return "application/json; charset=utf-8";
}

static void
answer(struct exchange *exchange, int status, const struct buf *json)
{
	exchange_set_header(exchange, "Cache-Control", "no-store");
	exchange_answer(exchange, status, "application/json; charset=utf-8", json->bytes, json->len);
}

static void
add_list(struct buf *json, const char *name, struct shape_list texts)
{
	const char *const *list = texts.items;

	buf_printf(json, ",\"%s\":[", name);
	for (size_t i = 0; i < texts.n; i++) {
		if (i > 0)
			buf_add_char(json, ',');
		buf_add_json_text(json, list[i], strlen(list[i]));
	}
	buf_add_char(json, ']');
}

/* "a b c" */
static const char *
spaced(struct arena *arena, struct shape_list texts)
{
	const char *const *list = texts.items;
	const char *text = "";

	for (size_t i = 0; i < texts.n; i++)
		text = arena_printf(arena, "%s%s%s", text, i > 0 ? " " : "", list[i]);
	return text;
}

static void
ask(struct exchange *exchange, const struct operation *operation, const void *input, dispatch_done done)
{
	exchange_wait(exchange);
	dispatch(exchange->gateway, &(struct dispatch_request){ .operation = operation, .input = input, .principal = &dispatch_system_principal,
	    .request_id = exchange->request_id, .trace_parent = exchange->trace_parent, .surface = "rest", .arena = exchange->arena, .done = done,
	    .context = exchange });
}

/* ---- what we are ---- */

static void
answer_metadata(struct exchange *exchange)
{
	const char *base = exchange_base_url(exchange);
	struct buf out;

	buf_init(&out, exchange->arena, 1024);
	buf_add_char(&out, '{');
	json_member_text(&out, "issuer", base);
	json_member_text(&out, "authorization_endpoint", arena_printf(exchange->arena, "%s/ui/authorize", base));
	json_member_text(&out, "token_endpoint", arena_printf(exchange->arena, "%s/oauth/token", base));
	json_member_text(&out, "registration_endpoint", arena_printf(exchange->arena, "%s/oauth/register", base));
	json_member_text(&out, "revocation_endpoint", arena_printf(exchange->arena, "%s/oauth/revoke", base));
	json_member_text(&out, "service_documentation", arena_printf(exchange->arena, "%s/documentation", base));
	buf_add_text(&out, ",\"response_types_supported\":[\"code\"],\"response_modes_supported\":[\"query\"],"
	    "\"grant_types_supported\":[\"authorization_code\",\"refresh_token\"],\"code_challenge_methods_supported\":[\"S256\"],"
	    "\"token_endpoint_auth_methods_supported\":[\"none\"],\"revocation_endpoint_auth_methods_supported\":[\"none\"],"
	    "\"scopes_supported\":[\"content:read\",\"content:read:published\",\"content:write\",\"audit:read\",\"admin\"],"
	    "\"client_id_metadata_document_supported\":true,\"authorization_response_iss_parameter_supported\":true}");
	exchange_set_header(exchange, "Cache-Control", "no-cache");
	exchange_answer(exchange, 200, "application/json; charset=utf-8", out.bytes, out.len);
}

/* ---- registration ---- */

static void
on_registered(void *context, const struct dispatch_reply *reply)
{
	struct exchange *exchange = context;
	const struct identity_oauth_register_response *made = reply->output;
	struct buf out;

	if (reply->error) {
		answer_error(exchange, reply->error);
		return;
	}
	buf_init(&out, exchange->arena, 512);
	buf_add_char(&out, '{');
	json_member_text(&out, "client_id", made->client_id);
	json_member_text(&out, "client_name", made->client_name);
	buf_printf(&out, ",\"client_id_issued_at\":%lld", (long long)(made->issued_at / 1000000));
	add_list(&out, "redirect_uris", made->redirect_uris);
	buf_add_text(&out, ",\"token_endpoint_auth_method\":\"none\",\"grant_types\":[\"authorization_code\",\"refresh_token\"],\"response_types\":[\"code\"]}");
	answer(exchange, 201, &out);
}

/* False: it was answered. */
static bool
read_uris(struct exchange *exchange, const struct json_value *uris, struct shape_list *ret_uris)
{
	const char **list = ARENA_ARRAY(exchange->arena, const char *, REDIRECT_URIS_MAX);

	if (!uris || uris->type != JSON_LIST || uris->n == 0 || uris->n > REDIRECT_URIS_MAX) {
		ANSWER_FAIL(exchange, OAUTH_INVALID_REDIRECT_URI, "redirect_uris must be a list of one to %d addresses", REDIRECT_URIS_MAX);
		return false;
	}
	for (size_t i = 0; i < uris->n; i++) {
		if (uris->items[i].type != JSON_TEXT) {
			ANSWER_FAIL(exchange, OAUTH_INVALID_REDIRECT_URI, "redirect_uris/%zu is no text", i);
			return false;
		}
		list[i] = arena_strndup(exchange->arena, uris->items[i].text, uris->items[i].n);
	}
	*ret_uris = (struct shape_list){ list, uris->n };
	return true;
}

static void
answer_registration(struct exchange *exchange)
{
	struct identity_oauth_register_request *input = ARENA_NEW(exchange->arena, struct identity_oauth_register_request);
	struct json_error wrong;
	const struct json_value *body, *name;

	if (!access_count_anonymous(exchange))
		return;
	body = json_parse(exchange->arena, exchange->body.bytes, exchange->body.len, NULL, &wrong);
	if (!body || body->type != JSON_OBJECT) {
		ANSWER_FAIL(exchange, OAUTH_INVALID_CLIENT_METADATA, "the body is no JSON object");
		return;
	}
	name = json_get(body, "client_name");
	if (name && (name->type != JSON_TEXT || name->n > NAME_BYTES_MAX)) {
		ANSWER_FAIL(exchange, OAUTH_INVALID_CLIENT_METADATA, "client_name is no text of up to %d bytes", NAME_BYTES_MAX);
		return;
	}
	if (!read_uris(exchange, json_get(body, "redirect_uris"), &input->redirect_uris))
		return;
	input->client_name = name ? arena_strndup(exchange->arena, name->text, name->n) : NULL;
	ask(exchange, &operation_identity_oauth_register, input, on_registered);
}

/* ---- forms ---- */

/* NULL: it was answered. */
static const struct query *
read_form(struct exchange *exchange)
{
	static const char type[] = "application/x-www-form-urlencoded";
	const char *content_type = exchange_header(exchange, "content-type");
	struct query *form = ARENA_NEW(exchange->arena, struct query);
	const char *problem;

	if (!access_count_anonymous(exchange))
		return NULL;
	if (!content_type || strncmp(content_type, type, sizeof(type) - 1) != 0) {
		ANSWER_FAIL(exchange, VALIDATION_ERROR, "the body must be %s", type);
		return NULL;
	}
	problem = query_parse(exchange->arena, arena_strndup(exchange->arena, exchange->body.bytes, exchange->body.len), form);
	if (!problem)
		return form;
	ANSWER_FAIL(exchange, VALIDATION_ERROR, "%s", problem);
	return NULL;
}

/* NULL: it is missing or too long, and that was answered. */
static const char *
needed(struct exchange *exchange, const struct query *form, const char *name, size_t n_max)
{
	const char *value = query_get(form, name);

	if (value && *value && strlen(value) <= n_max)
		return value;
	if (!exchange->is_answered)
		ANSWER_FAIL(exchange, VALIDATION_ERROR, "%s is missing or has more than %zu bytes", name, n_max);
	return NULL;
}

/* Any of the addresses under which we are known is the MCP endpoint's; others stay, and are refused. */
static const char *
resource_of(struct exchange *exchange, const struct query *form)
{
	const char *resource = query_get(form, "resource"), *base = exchange_base_url(exchange);
	size_t n = strlen(base);

	if (!resource)
		return NULL;
	if (strncmp(resource, base, n) == 0 && (strcmp(resource + n, "") == 0 || strcmp(resource + n, "/") == 0 || strcmp(resource + n, "/mcp/") == 0))
		return arena_printf(exchange->arena, "%s/mcp", base);
	return resource;
}

/* ---- tokens ---- */

struct tokens {
	const char *access, *refresh;
	int64_t expires_in;
	struct shape_list scopes;
};

static void
answer_tokens(struct exchange *exchange, const struct tokens *tokens)
{
	struct buf out;

	buf_init(&out, exchange->arena, 512);
	buf_add_char(&out, '{');
	json_member_text(&out, "access_token", tokens->access);
	json_member_text(&out, "token_type", "Bearer");
	buf_printf(&out, ",\"expires_in\":%lld", (long long)tokens->expires_in);
	json_member_text(&out, "refresh_token", tokens->refresh);
	json_member_text(&out, "scope", spaced(exchange->arena, tokens->scopes));
	buf_add_char(&out, '}');
	answer(exchange, 200, &out);
}

static void
on_exchanged(void *context, const struct dispatch_reply *reply)
{
	const struct identity_oauth_exchange_response *made = reply->output;

	if (reply->error)
		answer_error(context, reply->error);
	else
		answer_tokens(context, &(struct tokens){ made->access_token, made->refresh_token, made->expires_in, made->scopes });
}

static void
on_refreshed(void *context, const struct dispatch_reply *reply)
{
	const struct identity_oauth_refresh_response *made = reply->output;

	if (reply->error)
		answer_error(context, reply->error);
	else
		answer_tokens(context, &(struct tokens){ made->access_token, made->refresh_token, made->expires_in, made->scopes });
}

static void
exchange_code(struct exchange *exchange, const struct query *form)
{
	struct identity_oauth_exchange_request *input = ARENA_NEW(exchange->arena, struct identity_oauth_exchange_request);

	input->code = needed(exchange, form, "code", 200);
	input->client_id = needed(exchange, form, "client_id", 500);
	input->redirect_uri = needed(exchange, form, "redirect_uri", 2000);
	input->verifier = needed(exchange, form, "code_verifier", 128);
	input->resource = resource_of(exchange, form);
	if (!exchange->is_answered)
		ask(exchange, &operation_identity_oauth_exchange, input, on_exchanged);
}

static void
refresh(struct exchange *exchange, const struct query *form)
{
	struct identity_oauth_refresh_request *input = ARENA_NEW(exchange->arena, struct identity_oauth_refresh_request);

	input->refresh_token = needed(exchange, form, "refresh_token", 200);
	input->client_id = needed(exchange, form, "client_id", 500);
	input->scope = query_get(form, "scope");
	input->resource = resource_of(exchange, form);
	if (!exchange->is_answered)
		ask(exchange, &operation_identity_oauth_refresh, input, on_refreshed);
}

static void
answer_token(struct exchange *exchange)
{
	const struct query *form = read_form(exchange);
	const char *grant = form ? needed(exchange, form, "grant_type", 64) : NULL;

	if (!grant)
		return;
	if (strcmp(grant, "authorization_code") == 0)
		exchange_code(exchange, form);
	else if (strcmp(grant, "refresh_token") == 0)
		refresh(exchange, form);
	else
		ANSWER_FAIL(exchange, OAUTH_UNSUPPORTED_GRANT_TYPE, "grant_type is '%s'; authorization_code and refresh_token are known", grant);
}

/* ---- revocation ---- */

static void
on_revoked(void *context, const struct dispatch_reply *reply)
{
	struct exchange *exchange = context;

	if (reply->error) {
		answer_error(exchange, reply->error);
		return;
	}
	exchange_set_header(exchange, "Cache-Control", "no-store");
	exchange_answer(exchange, 200, "application/json; charset=utf-8", "{}", 2); /* the same for what there was none of */
}

static void
answer_revocation(struct exchange *exchange)
{
	struct identity_oauth_revoke_request *input = ARENA_NEW(exchange->arena, struct identity_oauth_revoke_request);
	const struct query *form = read_form(exchange);

	if (!form)
		return;
	input->token = needed(exchange, form, "token", 200);
	input->client_id = needed(exchange, form, "client_id", 500);
	if (!exchange->is_answered)
		ask(exchange, &operation_identity_oauth_revoke, input, on_revoked);
}

const struct page oauth_metadata_page = { .method = "GET", .path = "/.well-known/oauth-authorization-server", .name = "oauth.metadata",
	.answer = answer_metadata };
const struct page oauth_metadata_named_page = { .method = "GET", .path = "/.well-known/oauth-authorization-server/mcp", .name = "oauth.metadata",
	.answer = answer_metadata };
const struct page oauth_register_page = { .method = "POST", .path = "/oauth/register", .name = "oauth.register", .body_max = FORM_BYTES_MAX,
	.answer = answer_registration, .write_error = write_error };
const struct page oauth_token_page = { .method = "POST", .path = "/oauth/token", .name = "oauth.token", .body_max = FORM_BYTES_MAX,
	.answer = answer_token, .write_error = write_error };
const struct page oauth_revoke_page = { .method = "POST", .path = "/oauth/revoke", .name = "oauth.revoke", .body_max = FORM_BYTES_MAX,
	.answer = answer_revocation, .write_error = write_error };
