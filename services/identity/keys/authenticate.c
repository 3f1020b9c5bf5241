/* What a presented key is: its principal, with its limits and those whose budgets it uses up. */
#include <inttypes.h>

#include "keys/keys.h"

static void
write_bounds(int64_t to[BUDGETS_N], const int64_t *const bounds[BUDGETS_N])
{
	for (int i = 0; i < BUDGETS_N; i++)
		to[i] = bounds[i] ? *bounds[i] : -1;
}

/* -1 for each that is not bounded; without any: none. */
static struct shape_list
budgets_of(struct request *req, const struct key_rights *rights)
{
	int64_t *list = ARENA_ARRAY(req->arena, int64_t, BUDGETS_N);
	bool is_any = false;

	for (int i = 0; i < BUDGETS_N; i++)
		is_any |= rights->budgets[i] != NULL;
	write_bounds(list, rights->budgets);
	return (struct shape_list){ .items = list, .n = is_any ? BUDGETS_N : 0 };
}

static const struct error *
ancestors_of(struct request *req, const struct api_key_row *key, struct shape_list *ret_ancestors)
{
	enum { INTS = sizeof(struct budget_owner) / sizeof(int64_t) };
	struct shape_list rows = { 0 };
	const struct error *error = key->ancestors.n > 0 ? store_key_ancestors(req, key->ancestors, &rows) : NULL;
	if (error)
		return error;
	struct budget_owner *owners = ARENA_ARRAY(req->arena, struct budget_owner, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++) {
		const struct key_ancestor_row *row = (const struct key_ancestor_row *)rows.items + i;
		owners[i].key_id = row->id;
		write_bounds(owners[i].budgets, (const int64_t *const[]){ row->sats_per_day, row->sats_per_call, row->writes_per_minute, row->publishes_per_day });
	}
	*ret_ancestors = (struct shape_list){ owners, rows.n * INTS };
	return NULL;
}

static const struct error *
authenticate(struct request *req, const char *hash, struct identity_keys_authenticate_response *out)
{
	const struct api_key_row *key;
	const struct error *error = store_key_by_hash(req, hash, &key);
	if (error)
		return error;
	if (!key)
		return FAIL(req, AUTH_INVALID_API_KEY, "the API key is unknown or revoked");
	if (key->expires_at && *key->expires_at <= req->now_us)
		return FAIL_WITH(req, AUTH_KEY_EXPIRED, arena_printf(req->arena, "{\"apiKeyId\":%" PRId64 "}", key->id),
		    "API key %" PRId64 " has expired", key->id);
	struct key_rights rights = keys_rights(key);
	out->actor_id = arena_printf(req->arena, "api_key:%" PRId64, key->id);
	out->actor_type = "api_key";
	out->actor_source = key->client_id ? "oauth" : key->parent_id ? "delegated" : "db";
	out->key_id = key->id;
	out->domain_id = key->domain_id;
	out->scopes = key->scopes;
	out->expires_at = key->expires_at;
	out->is_platform_admin = key->is_platform_admin;
	out->budgets = budgets_of(req, &rights);
	out->narrow = rights_narrow(req->arena, &rights);
	return ancestors_of(req, key, &out->ancestors);
}

const struct error *
identity_keys_authenticate(struct request *req, const struct identity_keys_authenticate_request *in,
    struct identity_keys_authenticate_response *out)
{
	if (in->is_session && *in->is_session)
		return identity_session_authenticate(req, in, out);
	return authenticate(req, in->key_hash, out);
}
