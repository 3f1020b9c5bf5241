/* Keys that administrators make. */
#include <inttypes.h>
#include <string.h>

#include "contract/policy.h"
#include "keys/keys.h"
#include "rules.h"
#include "secret.h"

enum { LIMIT_DEFAULT = 50 };

static int64_t
or_default(const int64_t *value, int64_t fallback)
{
	return value ? *value : fallback;
}

const struct error *
keys_check_expiry(struct request *req, const int64_t *expires_at)
{
	if (expires_at && *expires_at <= req->now_us)
		return FAIL_AT(req, INVALID_EXPIRES_AT, "/expiresAt", "expiresAt lies in the past");
	return NULL;
}

/* When the key that asks ends; NULL: never, or it is no key that asks. */
static const struct error *
own_expiry(struct request *req, const int64_t **ret_expires_at)
{
	const struct api_key_row *own = NULL;
	const struct error *error = req->principal->key_id > 0 ? store_key_get(req, req->principal->key_id, &own) : NULL;

	*ret_expires_at = !error && own ? own->expires_at : NULL;
	return error;
}

/* A key that ends hands on nothing that outlives it. */
const struct error *
keys_bound_expiry(struct request *req, struct new_key *key)
{
	const int64_t *own;
	const struct error *error = own_expiry(req, &own);

	if (!error && own && key->expires_at && *key->expires_at > *own)
		return FAIL_AT(req, INVALID_EXPIRES_AT, "/expiresAt", "expiresAt lies after that of the key that asks");
	key->expires_at = key->expires_at || error ? key->expires_at : own;
	return error;
}

const struct error *
keys_normalise_scopes(struct request *req, struct shape_list given, struct shape_list *ret_scopes)
{
	const char *bad;

	if (rules_scopes_normalise(req->arena, given, ret_scopes, &bad))
		return NULL;
	if (!bad)
		return FAIL_AT(req, INVALID_KEY_SCOPES, "/scopes", "scopes must not be empty");
	return FAIL_AT(req, INVALID_KEY_SCOPES, "/scopes", "scope '%s' is unknown", bad);
}

/* A key hands on no more than it has: what is left out is what it has itself. */
static const struct error *
check_budgets(struct request *req, const struct identity_keys_create_request *in, struct new_key *key)
{
	static const char *const names[BUDGETS_N] = { "satsPerDay", "satsPerCall", "writesPerMinute", "publishesPerDay" };
	const int64_t *wanted[BUDGETS_N] = { in->sats_per_day, in->sats_per_call, in->writes_per_minute, in->publishes_per_day };

	for (int i = 0; i < BUDGETS_N; i++) {
		int64_t own = principal_budget(req->principal, (enum budget)i);
		if (own >= 0 && wanted[i] && *wanted[i] > own)
			return FAIL_AT(req, INVALID_KEY_BUDGET, arena_printf(req->arena, "/%s", names[i]), "%s is %" PRId64 " and that of the key that asks %" PRId64,
			    names[i], *wanted[i], own);
		key->budgets[i] = wanted[i] || own < 0 ? wanted[i] : arena_memdup(req->arena, &own, sizeof(own));
	}
	return NULL;
}

const struct error *
keys_issue(struct request *req, struct new_key *key, int64_t *ret_id, const char **ret_text)
{
	unsigned char random[KEY_RANDOM_BYTES];
	char *text = arena_alloc(req->arena, KEY_TEXT_BYTES);
	char *hash = arena_alloc(req->arena, SHA256_HEX_BYTES);

	secret_random(random, sizeof(random));
	rules_key_format(text, random);
	sha256_hex(hash, text, strlen(text));
	key->hash = hash;
	key->prefix = arena_strndup(req->arena, text, KEY_PREFIX_CHARS);
	*ret_text = text;
	return store_key_add(req, key, ret_id);
}

const struct error *
keys_make(struct request *req, struct new_key *key, struct api_key_created *out)
{
	const struct error *error = keys_issue(req, key, &out->id, &out->api_key);
	if (error)
		return error;
	out->name = key->name;
	out->key_prefix = key->prefix;
	out->scopes = key->scopes;
	out->expires_at = key->expires_at;
	out->parent_id = key->parent_id;
	emit_api_key_create(req, out->id, 0, &(struct api_key_create_event){ .name = key->name, .key_prefix = key->prefix,
	    .scopes = key->scopes, .expires_at = key->expires_at, .parent_id = key->parent_id });
	return NULL;
}

const struct error *
identity_keys_create(struct request *req, const struct identity_keys_create_request *in, struct api_key_created *out)
{
	struct new_key key = { .domain_id = req->tenant, .name = in->name, .expires_at = in->expires_at };
	const struct error *error = keys_normalise_scopes(req, in->scopes, &key.scopes);
	if (!error)
		error = keys_check_expiry(req, in->expires_at);
	if (!error)
		error = keys_bound_expiry(req, &key);
	if (!error)
		error = check_budgets(req, in, &key);
	if (error)
		return error;
	return keys_make(req, &key, out);
}

const struct error *
identity_keys_list(struct request *req, const struct identity_keys_list_request *in, struct identity_keys_list_response *out)
{
	out->limit = or_default(in->limit, LIMIT_DEFAULT);
	out->offset = or_default(in->offset, 0);
	const struct error *error = store_key_page(req, out->limit, out->offset, &out->keys, &out->total);
	out->has_more = out->offset + (int64_t)out->keys.n < out->total;
	return error;
}

const struct error *
keys_lock(struct request *req, int64_t id, const struct api_key_row **ret_key)
{
	const struct api_key_row *root = NULL;
	const struct error *error = store_key_get(req, id, ret_key);
	if (!error && *ret_key && (*ret_key)->root_id)
		error = store_key_lock(req, *(*ret_key)->root_id, &root);
	if (!error && *ret_key)
		error = store_key_lock(req, id, ret_key);
	return error;
}

struct key_rights
keys_rights(const struct api_key_row *key)
{
	return (struct key_rights){ .scopes = key->scopes, .expires_at = key->expires_at,
		.budgets = { key->sats_per_day, key->sats_per_call, key->writes_per_minute, key->publishes_per_day },
		.types = key->content_type_ids, .items = key->content_item_ids, .tasks = key->review_task_ids };
}

static int64_t
family_of(const struct api_key_row *key)
{
	return key->root_id ? *key->root_id : key->id;
}

const struct error *
keys_end(struct request *req, const struct api_key_row *key)
{
	int64_t n_descendants = 0;
	const struct error *error = store_key_family_revoke(req, family_of(key), key->id, &n_descendants);
	if (error)
		return error;
	store_key_revoke(req, key->id);
	emit_api_key_revoke(req, key->id, 0, &(struct api_key_revoke_event){ .name = key->name, .key_prefix = key->key_prefix, .descendants = n_descendants });
	return NULL;
}

static const struct error *
lock_key(struct request *req, int64_t id, const struct api_key_row **ret_key)
{
	const struct error *error = keys_lock(req, id, ret_key);
	if (error)
		return error;
	if (!*ret_key)
		return FAIL(req, API_KEY_NOT_FOUND, "API key %" PRId64 " does not exist or was revoked", id);
	/* Rotating hands out the key's rights, revoking takes them away: neither beyond one's own. */
	if ((*ret_key)->is_platform_admin && !req->principal->is_platform_admin)
		return FAIL(req, PLATFORM_ADMIN_REQUIRED, "API key %" PRId64 " has platform rights: only a key with platform rights can rotate or revoke it", id);
	return NULL;
}

const struct error *
identity_keys_rotate(struct request *req, const struct identity_keys_rotate_request *in, struct api_key_rotated *out)
{
	const struct api_key_row *old;
	const struct error *error = lock_key(req, in->id, &old);
	if (error)
		return error;
	if (old->client_id)
		return FAIL(req, OAUTH_TOKEN_RENEWS_ITSELF, "API key %" PRId64 " belongs to the OAuth client '%s', which renews it", old->id, old->client_name);
	struct new_key key = { .domain_id = old->domain_id, .name = arena_printf(req->arena, "%s (rotated)", old->name),
		.scopes = old->scopes, .is_platform_admin = old->is_platform_admin, .created_by = old->created_by,
		.expires_at = old->expires_at, .budgets = { old->sats_per_day, old->sats_per_call, old->writes_per_minute, old->publishes_per_day },
		.parent_id = old->parent_id, .root_id = old->root_id, .ancestors = old->ancestors, .types = old->content_type_ids,
		.items = old->content_item_ids, .tasks = old->review_task_ids };
	const int64_t *own;
	int64_t n_descendants;
	for (int i = 0; i < BUDGETS_N; i++) {
		int64_t own_budget = principal_budget(req->principal, (enum budget)i);
		if (own_budget >= 0 && (!key.budgets[i] || *key.budgets[i] > own_budget))
			return FAIL(req, INVALID_KEY_BUDGET, "API key %" PRId64 " has a larger budget than the key that asks", old->id);
	}
	error = own_expiry(req, &own);
	if (!error && own && (!old->expires_at || *old->expires_at > *own))
		error = FAIL(req, INVALID_EXPIRES_AT, "API key %" PRId64 " lives longer than the key that asks", old->id);
	if (!error)
		error = keys_issue(req, &key, &out->new_id, &out->api_key);
	if (error)
		return error;
	error = store_key_family_revoke(req, family_of(old), old->id, &n_descendants); /* whoever has stolen a key may have handed out others */
	if (error)
		return error;
	store_key_revoke(req, old->id);
	out->old_id = old->id;
	out->key_prefix = key.prefix;
	emit_api_key_rotate(req, old->id, 0, &(struct api_key_rotate_event){ .old_id = old->id, .new_id = out->new_id,
	    .name = key.name, .key_prefix = key.prefix });
	return NULL;
}

/* A tenant whose last administrator key is gone can be helped on the machine only. */
static const struct error *
keep_an_administrator(struct request *req, const struct api_key_row *key, const bool *force)
{
	struct shape_list others;
	const struct error *error;

	if (!rights_include(key->scopes, "admin") || (force && *force))
		return NULL;
	error = store_key_other_administrators(req, key->id, &others);
	if (error)
		return error;
	if (others.n == 0)
		return FAIL(req, API_KEY_LAST_ADMINISTRATOR, "API key %" PRId64 " is the last one that can administer the tenant: send force=true to revoke it all the same", key->id);
	return NULL;
}

const struct error *
identity_keys_revoke(struct request *req, const struct identity_keys_revoke_request *in, struct confirmation *out)
{
	const struct api_key_row *key;
	const struct error *error = lock_key(req, in->id, &key);
	if (!error)
		error = keep_an_administrator(req, key, in->force);
	if (!error)
		error = keys_end(req, key);
	if (error)
		return error;
	out->id = key->id;
	out->message = arena_printf(req->arena, "API key %" PRId64 " revoked", key->id);
	return NULL;
}
