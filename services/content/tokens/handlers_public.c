/* Writes by people without a key, about one subject, with a token. */
#include <inttypes.h>
#include <string.h>

#include "json/json.h"
#include "model/extensions.h"
#include "rules.h"
#include "store.h"
#include "tokens/token.h"
#include "validation.h"
#include "write.h"

enum { US_PER_SECOND = 1000000 };

/* How the public may write items of a type. */
static const struct error *
read_config(struct request *req, int64_t type_id, struct public_write *ret_config)
{
	const struct content_schema_row *row = NULL;
	struct json_error problem;

	const struct error *error = store_type_schema(req, type_id, &row);
	if (error)
		return error;
	if (!row)
		return FAIL(req, CONTENT_TYPE_NOT_FOUND, "content type %" PRId64 " does not exist", type_id);
	const struct json_value *schema = json_parse(req->arena, row->schema, strlen(row->schema), NULL, &problem);
	if (!schema || schema->type != JSON_OBJECT || !extensions_public_write(schema, ret_config))
		return FAIL(req, CONTENT_TYPE_PUBLIC_WRITE_UNAVAILABLE, "the schema of content type %" PRId64 " has no x-wordclaw-public-write", type_id);
	return NULL;
}

/* ---- issue ---- */

static const struct error *
take_operations(struct request *req, const struct shape_list *wanted, const struct public_write *config, struct token_claims *claims)
{
	const char *const *name = wanted->items;

	for (size_t i = 0; i < wanted->n; i++) {
		bool is_create = strcmp(name[i], "create") == 0, is_update = strcmp(name[i], "update") == 0;
		if (!(is_create && config->allows_create) && !(is_update && config->allows_update))
			return FAIL_AT(req, PUBLIC_WRITE_OPERATION_UNSUPPORTED, arena_printf(req->arena, "/operations/%zu", i), "the type does not allow the public to %s", name[i]);
		claims->allows_create |= is_create;
		claims->allows_update |= is_update;
	}
	if (wanted->n == 0) {
		claims->allows_create = config->allows_create;
		claims->allows_update = config->allows_update;
	}
	return NULL;
}

static struct shape_list
shown_operations(struct request *req, const struct token_claims *claims)
{
	const char **names = ARENA_ARRAY(req->arena, const char *, 2);
	size_t n = 0;

	if (claims->allows_create)
		names[n++] = "create";
	if (claims->allows_update)
		names[n++] = "update";
	return (struct shape_list){ .items = names, .n = n };
}

/* A singleton that has its item cannot get another one. */
static const struct error *
check_singleton(struct request *req, const struct content_public_issue_request *in, const struct token_claims *claims)
{
	const struct content_target_row *target = NULL;

	if (!claims->allows_create || claims->allows_update)
		return NULL;
	const struct error *error = store_item_target(req, in->id, &target);
	if (error || !target || !target->singleton_item_id)
		return error;
	return write_singleton_exists(req, in->id, *target->singleton_item_id);
}

const struct error *
content_public_issue(struct request *req, const struct content_public_issue_request *in, struct content_public_issue_response *out)
{
	struct token_claims claims = { .mode = TOKEN_PUBLIC_WRITE, .domain_id = req->tenant, .content_type_id = in->id, .subject = in->subject,
		.maker_key_id = req->principal->key_id };
	int64_t ttl = in->ttl_seconds ? *in->ttl_seconds : 900;
	struct public_write config;

	const struct error *error = read_config(req, in->id, &config);
	if (!error)
		error = take_operations(req, &in->operations, &config, &claims);
	if (!error)
		error = check_singleton(req, in, &claims);
	if (error)
		return error;
	claims.subject_field = config.subject_field;
	claims.required_status = config.required_status;
	claims.expires_at = rules_stored_time(req->now_us) + ttl * US_PER_SECOND;
	*out = (struct content_public_issue_response){ .token = token_make(req, &claims), .content_type_id = in->id, .subject_field = config.subject_field,
		.subject = in->subject, .allowed_operations = shown_operations(req, &claims), .required_status = config.required_status, .ttl_seconds = ttl,
		.expires_at = claims.expires_at };
	emit_content_type_issue_public_write(req, in->id, 0, &(struct content_type_issue_public_write_event){ .key_id = claims.key_id, .jti = claims.jti,
	    .subject = in->subject, .allowed_operations = out->allowed_operations, .expires_at = claims.expires_at });
	return NULL;
}

/* ---- write ---- */

static const struct error *
enter(struct request *req, const char *token, struct token_claims *ret_claims)
{
	switch (token_read(req, TOKEN_PUBLIC_WRITE, token, ret_claims)) {
	case TOKEN_INVALID:
		return FAIL_AT(req, INVALID_PUBLIC_WRITE_TOKEN, "/token", "the token was not made for public writes here");
	case TOKEN_EXPIRED:
		return FAIL_AT(req, PUBLIC_WRITE_TOKEN_EXPIRED, "/token", "the token has expired");
	case TOKEN_GOOD:
		break;
	}
	if (token_has_ended(req))
		return FAIL_AT(req, PUBLIC_WRITE_TOKEN_EXPIRED, "/token", "the API key that made the token was revoked or has ended");
	if (!ret_claims->subject_field || !ret_claims->subject || !ret_claims->required_status)
		return FAIL_AT(req, INVALID_PUBLIC_WRITE_TOKEN, "/token", "the token names no subject");
	request_act_for(req, ret_claims->domain_id);
	req->actor = token_principal(req, ret_claims, PUBLIC_WRITER);
	return NULL;
}

const struct error *
content_public_create_prepare(struct request *req, const struct content_public_create_request *in)
{
	return token_ask_maker(req, TOKEN_PUBLIC_WRITE, in->token);
}

const struct error *
content_public_update_prepare(struct request *req, const struct content_public_update_request *in)
{
	return token_ask_maker(req, TOKEN_PUBLIC_WRITE, in->token);
}

/* The type still says what it said when the token was made. */
static const struct error *
check_current(struct request *req, const struct token_claims *claims)
{
	struct public_write config;

	const struct error *error = read_config(req, claims->content_type_id, &config);
	if (error)
		return error;
	if (strcmp(config.subject_field, claims->subject_field) != 0 || strcmp(config.required_status, claims->required_status) != 0)
		return FAIL_AT(req, PUBLIC_WRITE_TOKEN_STALE, "/token", "the type's public write was changed since the token was made");
	return NULL;
}

static const struct error *
check_subject(struct request *req, const struct token_claims *claims, const struct json_value *data, const char *whose)
{
	const struct json_value *subject = data->type == JSON_OBJECT ? json_get(data, claims->subject_field) : NULL;

	if (subject && subject->type == JSON_TEXT && strcmp(subject->text, claims->subject) == 0)
		return NULL;
	return FAIL_AT(req, PUBLIC_WRITE_SUBJECT_MISMATCH, arena_printf(req->arena, "/data/%s", claims->subject_field), "the token is for another subject than %s data is about", whose);
}

static const struct error *
check_data(struct request *req, const struct token_claims *claims, struct doc data)
{
	const struct json_value *value = NULL;
	const struct error *error = validation_data(req, data, &value);
	return error ? error : check_subject(req, claims, value, "the sent");
}

const struct error *
content_public_create(struct request *req, const struct content_public_create_request *in, struct content_item *out)
{
	struct token_claims claims;

	const struct error *error = enter(req, in->token, &claims);
	if (error)
		return error;
	if (claims.content_type_id != in->id)
		return FAIL_AT(req, PUBLIC_WRITE_TOKEN_CONTENT_TYPE_MISMATCH, "/token", "the token is for another content type than %" PRId64, in->id);
	if (!claims.allows_create)
		return FAIL_AT(req, PUBLIC_WRITE_OPERATION_FORBIDDEN, "/token", "the token does not allow to create");
	error = check_current(req, &claims);
	if (!error)
		error = check_data(req, &claims, in->data);
	if (error)
		return error;
	struct content_items_create_request create = { .content_type_id = in->id, .data = in->data, .status = claims.required_status };
	return content_items_create(req, &create, out);
}

static const struct error *
check_item(struct request *req, const struct token_claims *claims, int64_t id)
{
	struct locked_item item = { .head = NULL };
	const struct json_value *stored = NULL;

	const struct error *error = store_item_lock(req, id, NULL, 0, &item);
	if (error)
		return error;
	if (!item.head)
		return write_not_found(req, id);
	if (item.head->content_type_id != claims->content_type_id)
		return FAIL_AT(req, PUBLIC_WRITE_TOKEN_CONTENT_TYPE_MISMATCH, "/token", "the token is for another content type than that of content item %" PRId64, id);
	error = validation_stored_data(req, item.head->data, &stored);
	if (!error)
		error = check_subject(req, claims, stored, "the stored");
	if (!error && strcmp(item.head->status, claims->required_status) != 0)
		error = FAIL(req, PUBLIC_WRITE_STATUS_LOCKED, "content item %" PRId64 " is %s, not %s", id, item.head->status, claims->required_status);
	return error;
}

const struct error *
content_public_update(struct request *req, const struct content_public_update_request *in, struct content_item *out)
{
	struct token_claims claims;

	const struct error *error = enter(req, in->token, &claims);
	if (error)
		return error;
	if (!claims.allows_update)
		return FAIL_AT(req, PUBLIC_WRITE_OPERATION_FORBIDDEN, "/token", "the token does not allow to update");
	error = check_item(req, &claims, in->id);
	if (!error)
		error = check_current(req, &claims);
	if (!error)
		error = check_data(req, &claims, in->data);
	if (error)
		return error;
	struct content_items_update_request update = { .id = in->id, .data = in->data, .status = claims.required_status };
	return content_items_update(req, &update, out);
}
