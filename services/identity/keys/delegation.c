/* Keys that keys hand out: a part of one's own rights, which ends with them. */
#include <inttypes.h>

#include "contract/policy.h"
#include "keys/keys.h"
#include "rules.h"

enum { LIMIT_DEFAULT = 50 };
static const int64_t MINUTE_US = 60000000, HAND_OFF_MINUTES = 60;
static const int64_t ENDED_KEYS_KEPT_US = 30 * 24 * INT64_C(3600000000);

/* The caller's own key, locked with its family. */
static const struct error *
own_key(struct request *req, const struct api_key_row **ret_key)
{
	const struct error *error;

	if (req->principal->key_id <= 0)
		return FAIL(req, API_KEY_REQUIRED, "'%s' holds no API key", req->principal->id);
	error = keys_lock(req, req->principal->key_id, ret_key);
	if (error)
		return error;
	if (!*ret_key)
		return FAIL(req, API_KEY_REQUIRED, "API key %" PRId64 " was revoked meanwhile", req->principal->key_id);
	if ((*ret_key)->expires_at && *(*ret_key)->expires_at <= req->now_us)
		return FAIL(req, API_KEY_REQUIRED, "API key %" PRId64 " has expired meanwhile", req->principal->key_id);
	return NULL;
}

static const struct error *
refuse(struct request *req, enum rights_excess excess, const char *what)
{
	const char *pointer = excess == RIGHTS_SCOPE ? "/scopes" : arena_printf(req->arena, "/%s", what);

	switch (excess) {
	case RIGHTS_FIT:
		break;
	case RIGHTS_SCOPE:
		return FAIL_AT(req, INVALID_KEY_SCOPES, pointer, "scope '%s' is beyond those of the key that asks", what);
	case RIGHTS_EXPIRY:
		return FAIL_AT(req, INVALID_EXPIRES_AT, pointer, "expiresAt lies after that of the key that asks");
	case RIGHTS_BUDGET:
		return FAIL_AT(req, INVALID_KEY_BUDGET, pointer, "%s is beyond what the key that asks can hand on", what);
	case RIGHTS_LIMIT:
		return FAIL_AT(req, INVALID_KEY_LIMITS, pointer, "%s is empty or beyond what the key that asks is limited to", what);
	}
	return NULL;
}

static const struct error *
check_room(struct request *req, const struct api_key_row *parent, int64_t root_id)
{
	int64_t n;
	const struct error *error;

	if (parent->ancestors.n >= KEY_DEPTH_MAX)
		return FAIL(req, API_KEY_DEPTH_EXCEEDED, "API key %" PRId64 " was handed on %d times already", parent->id, KEY_DEPTH_MAX);
	error = store_key_family_count(req, root_id, FAMILY_MAX, &n);
	if (error)
		return error;
	if (n >= FAMILY_MAX)
		return FAIL(req, API_KEY_CHILDREN_EXCEEDED, "%d keys that came of API key %" PRId64 " work already", FAMILY_MAX, root_id);
	return NULL;
}

static struct shape_list
with_parent(struct request *req, const struct api_key_row *parent)
{
	const int64_t *above = parent->ancestors.items;
	int64_t *ancestors = ARENA_ARRAY(req->arena, int64_t, parent->ancestors.n + 1);

	for (size_t i = 0; i < parent->ancestors.n; i++)
		ancestors[i] = above[i];
	ancestors[parent->ancestors.n] = parent->id;
	return (struct shape_list){ ancestors, parent->ancestors.n + 1 };
}

/* A child of the caller's key with what it wants of its rights. */
static const struct error *
hand_on(struct request *req, const struct api_key_row *parent, const struct key_rights *wanted, const char *name, struct api_key_created *out)
{
	struct key_rights own = keys_rights(parent), rights;
	int64_t root_id = parent->root_id ? *parent->root_id : parent->id;
	const char *what;
	const struct error *error = keys_check_expiry(req, wanted->expires_at);
	if (error)
		return error;
	enum rights_excess excess = rights_hand_on(req->arena, &own, wanted, &rights, &what);
	error = excess == RIGHTS_FIT ? NULL : refuse(req, excess, what);
	if (!error)
		error = check_room(req, parent, root_id);
	if (error)
		return error;
	struct new_key key = { .domain_id = parent->domain_id, .name = name, .scopes = rights.scopes, .created_by = parent->created_by,
		.expires_at = rights.expires_at, .parent_id = &parent->id, .root_id = &root_id, .ancestors = with_parent(req, parent),
		.types = rights.types, .items = rights.items, .tasks = rights.tasks };
	for (int i = 0; i < BUDGETS_N; i++)
		key.budgets[i] = rights.budgets[i];
	return keys_make(req, &key, out);
}

const struct error *
identity_keys_delegate(struct request *req, const struct identity_keys_delegate_request *in, struct api_key_created *out)
{
	struct key_rights wanted = { .expires_at = in->expires_at, .budgets = { in->sats_per_day, in->sats_per_call, in->writes_per_minute, in->publishes_per_day },
		.types = in->content_type_ids, .items = in->content_item_ids };
	const struct api_key_row *parent;
	const struct error *error = in->scopes.items ? keys_normalise_scopes(req, in->scopes, &wanted.scopes) : NULL;
	if (!error)
		error = own_key(req, &parent);
	if (error)
		return error;
	return hand_on(req, parent, &wanted, in->name, out);
}

/* What a task takes at most, of what the key may do. */
static struct shape_list
task_scopes(struct shape_list own)
{
	static const char *const writing[] = { "content:write" }, *const reading[] = { "content:read" };

	if (rights_include(own, "content:write"))
		return (struct shape_list){ writing, 1 };
	return rights_include(own, "content:read") ? (struct shape_list){ reading, 1 } : own;
}

const struct error *
identity_keys_hand_off(struct request *req, const struct identity_keys_hand_off_request *in, struct api_key_created *out)
{
	const char *name = in->name ? in->name : in->review_task_id ? arena_printf(req->arena, "review task %" PRId64, *in->review_task_id)
	    : arena_printf(req->arena, "content item %" PRId64, in->content_item_id);
	int64_t *expires_at = ARENA_NEW(req->arena, int64_t); /* the answer points to it */
	struct key_rights wanted = { .expires_at = expires_at, .items = { &in->content_item_id, 1 },
		.tasks = { in->review_task_id, in->review_task_id ? 1 : 0 } };
	const struct api_key_row *parent;

	*expires_at = req->now_us + (in->minutes ? *in->minutes : HAND_OFF_MINUTES) * MINUTE_US;
	const struct error *error = in->scopes.items ? keys_normalise_scopes(req, in->scopes, &wanted.scopes) : NULL;
	if (!error)
		error = own_key(req, &parent);
	if (error)
		return error;
	if (!in->scopes.items)
		wanted.scopes = task_scopes(parent->scopes);
	if (parent->expires_at && *expires_at > *parent->expires_at)
		*expires_at = *parent->expires_at;
	return hand_on(req, parent, &wanted, name, out);
}

const struct error *
identity_keys_children(struct request *req, const struct identity_keys_children_request *in, struct identity_keys_children_response *out)
{
	int64_t limit = in->limit ? *in->limit : LIMIT_DEFAULT, own = req->principal->key_id;
	int64_t root_id = req->principal->n_ancestors > 0 ? req->principal->ancestors[0].key_id : own;

	if (own <= 0)
		return FAIL(req, API_KEY_REQUIRED, "'%s' holds no API key", req->principal->id);
	const struct error *error = store_key_family_list(req, root_id, own, in->after ? *in->after : 0, limit + 1, &out->keys);
	if (error)
		return error;
	out->has_more = (int64_t)out->keys.n > limit;
	if (out->has_more)
		out->keys.n = (size_t)limit;
	return NULL;
}

static bool
comes_of(const struct api_key_row *key, int64_t ancestor_id)
{
	const int64_t *ancestors = key->ancestors.items;

	for (size_t i = 0; i < key->ancestors.n; i++) {
		if (ancestors[i] == ancestor_id)
			return true;
	}
	return false;
}

const struct error *
identity_keys_revoke_child(struct request *req, const struct identity_keys_revoke_child_request *in, struct confirmation *out)
{
	const struct api_key_row *key;
	const struct error *error;

	if (req->principal->key_id <= 0)
		return FAIL(req, API_KEY_REQUIRED, "'%s' holds no API key", req->principal->id);
	error = keys_lock(req, in->id, &key);
	if (error)
		return error;
	if (!key || !comes_of(key, req->principal->key_id))
		return FAIL(req, API_KEY_NOT_FOUND, "API key %" PRId64 " did not come of yours, or does not work any more", in->id);
	out->id = key->id;
	out->message = arena_printf(req->arena, "API key %" PRId64 " revoked", key->id);
	return keys_end(req, key);
}

const struct error *
identity_maintain_keys(struct request *req)
{
	store_key_maintain(req, req->now_us - ENDED_KEYS_KEPT_US);
	return NULL;
}
