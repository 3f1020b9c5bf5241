/* handlers.c: what each operation of identity decides.  Order follows proto/identity.toml. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/json.h"
#include "error_codes.h"
#include "id.h"
#include "contract/policy.h"
#include "rules.h"
#include "secret.h"
#include "store.h"
#include "store_people.h"

enum { LIMIT_DEFAULT = 50 };

static int64_t
or_default(const int64_t *value, int64_t fallback)
{
	return value ? *value : fallback;
}

/* ---- tenants ---- */

const struct error *
identity_domains_list(struct request *req, const struct identity_domains_list_request *in,
    struct identity_domains_list_response *out)
{
	const int64_t *only = req->principal->is_platform_admin ? NULL : &req->principal->tenant;

	out->limit = or_default(in->limit, LIMIT_DEFAULT);
	out->offset = or_default(in->offset, 0);
	const struct error *error = store_domain_list(req, only, out->limit, out->offset, &out->domains);
	if (error)
		return error;
	out->total = 1;
	if (!only)
		error = store_domain_count(req, &out->total);
	out->has_more = out->offset + (int64_t)out->domains.n < out->total;
	return error;
}

static const struct error *
add_domain(struct request *req, const char *name, const char *hostname, bool is_onboarding, struct domain *domain)
{
	const struct identity_id_row *row;
	const struct error *error = store_domain_add(req, name, hostname, &row);
	if (error)
		return error;
	*domain = (struct domain){ .id = row->id, .name = name, .hostname = hostname, .created_at = row->created_at };
	request_act_for(req, domain->id); /* the rest of the transaction happens inside the new tenant */
	emit_domain_create(req, domain->id, 0, &(struct domain_create_event){
	    .name = name, .hostname = hostname, .onboard_tenant = is_onboarding });
	return NULL;
}

const struct error *
identity_domains_create(struct request *req, const struct identity_domains_create_request *in, struct domain *out)
{
	return add_domain(req, in->name, in->hostname, false, out);
}

/* ---- keys ---- */

static const struct error *
check_expiry(struct request *req, const int64_t *expires_at)
{
	if (expires_at && *expires_at <= req->now_us)
		return FAIL_AT(req, INVALID_EXPIRES_AT, "/expiresAt", "expiresAt lies in the past");
	return NULL;
}

static const struct error *
normalise_scopes(struct request *req, struct shape_list given, struct shape_list *ret_scopes)
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

/* Make the secret and its row; key's name, tenant, scopes and rights are the caller's. */
static const struct error *
issue_key(struct request *req, struct new_key *key, int64_t *ret_id, const char **ret_text)
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

static const struct error *
create_key(struct request *req, struct new_key *key, struct api_key_created *out)
{
	const struct error *error = issue_key(req, key, &out->id, &out->api_key);
	if (error)
		return error;
	out->name = key->name;
	out->key_prefix = key->prefix;
	out->scopes = key->scopes;
	out->expires_at = key->expires_at;
	emit_api_key_create(req, out->id, 0, &(struct api_key_create_event){ .name = key->name, .key_prefix = key->prefix,
	    .scopes = key->scopes, .expires_at = key->expires_at });
	return NULL;
}

const struct error *
identity_onboard(struct request *req, const struct identity_onboard_request *in, struct identity_onboard_response *out)
{
	struct new_key key = { .name = in->api_key_name ? in->api_key_name : "Bootstrap admin key", .expires_at = in->expires_at };
	static const char *const admin[] = { "admin" };
	struct domain *domain = ARENA_NEW(req->arena, struct domain);
	struct api_key_created *created = ARENA_NEW(req->arena, struct api_key_created);
	struct onboarding_endpoints *endpoints = ARENA_NEW(req->arena, struct onboarding_endpoints);
	const char *base = in->public_base_url ? in->public_base_url : identity_settings.public_base_url;
	struct shape_list scopes = in->scopes.items ? in->scopes : (struct shape_list){ admin, 1 };
	int64_t n_domains, user_id;

	if (scopes.n == 0)
		return FAIL_AT(req, EMPTY_ONBOARDING_SCOPES, "/scopes", "scopes must not be empty");
	if (!rules_base_url_is_valid(base))
		return FAIL_AT(req, INVALID_PUBLIC_BASE_URL, "/publicBaseUrl", "'%s' is not an absolute http or https URL", base);
	const struct error *error = normalise_scopes(req, scopes, &key.scopes);
	if (!error)
		error = check_expiry(req, in->expires_at);
	if (!error)
		error = store_domain_count(req, &n_domains);
	if (!error)
		error = add_domain(req, in->tenant_name, in->hostname, true, domain);
	if (!error && in->admin_email)
		error = store_user_add(req, domain->id, in->admin_email, &user_id);
	if (error)
		return error;
	key.domain_id = domain->id;
	key.created_by = in->admin_email ? &user_id : NULL;
	error = create_key(req, &key, created);
	if (error)
		return error;
	endpoints->api = arena_printf(req->arena, "%s/api", base);
	endpoints->mcp = arena_printf(req->arena, "%s/mcp", base);
	*out = (struct identity_onboard_response){ .bootstrap = n_domains == 0, .domain = domain, .api_key = created, .endpoints = endpoints };
	return NULL;
}

const struct error *
identity_keys_create(struct request *req, const struct identity_keys_create_request *in, struct api_key_created *out)
{
	struct new_key key = { .domain_id = req->tenant, .name = in->name, .expires_at = in->expires_at };
	const struct error *error = normalise_scopes(req, in->scopes, &key.scopes);
	if (!error)
		error = check_expiry(req, in->expires_at);
	if (!error)
		error = check_budgets(req, in, &key);
	if (error)
		return error;
	return create_key(req, &key, out);
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

static const struct error *
lock_key(struct request *req, int64_t id, const struct api_key_row **ret_key)
{
	const struct error *error = store_key_lock(req, id, ret_key);
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
	struct new_key key = { .domain_id = old->domain_id, .name = arena_printf(req->arena, "%s (rotated)", old->name),
		.scopes = old->scopes, .is_platform_admin = old->is_platform_admin, .created_by = old->created_by,
		.expires_at = old->expires_at, .budgets = { old->sats_per_day, old->sats_per_call, old->writes_per_minute, old->publishes_per_day } };
	for (int i = 0; i < BUDGETS_N; i++) {
		int64_t own = principal_budget(req->principal, (enum budget)i);
		if (own >= 0 && (!key.budgets[i] || *key.budgets[i] > own))
			return FAIL(req, INVALID_KEY_BUDGET, "API key %" PRId64 " has a larger budget than the key that asks", old->id);
	}
	error = issue_key(req, &key, &out->new_id, &out->api_key);
	if (error)
		return error;
	store_key_revoke(req, old->id);
	out->old_id = old->id;
	out->key_prefix = key.prefix;
	emit_api_key_rotate(req, old->id, 0, &(struct api_key_rotate_event){ .old_id = old->id, .new_id = out->new_id,
	    .name = key.name, .key_prefix = key.prefix });
	return NULL;
}

const struct error *
identity_keys_revoke(struct request *req, const struct identity_keys_revoke_request *in, struct confirmation *out)
{
	const struct api_key_row *key;
	const struct error *error = lock_key(req, in->id, &key);
	if (error)
		return error;
	store_key_revoke(req, key->id);
	out->id = key->id;
	out->message = arena_printf(req->arena, "API key %" PRId64 " revoked", key->id);
	emit_api_key_revoke(req, key->id, 0, &(struct api_key_revoke_event){ .name = key->name, .key_prefix = key->key_prefix });
	return NULL;
}

/* ---- who and whether ---- */

static const struct actor_profile profiles[] = {
	{ "api-key", "API key", "A program holding a key of one tenant; its scopes say what it may do." },
	{ "env-key", "Environment key", "A key from the gateway's configuration, for operators and bootstrap scripts." },
	{ "supervisor-session", "Person", "Somebody who has signed in; the role says what they may do." },
	{ "anonymous-local-dev", "Local development", "No credential; only on a machine configured for it." },
};

static const struct actor_profile *
profile_of(const struct principal *principal)
{
	if (strcmp(principal->type, "env_key") == 0)
		return &profiles[1];
	if (strcmp(principal->type, "supervisor") == 0)
		return &profiles[2];
	return strcmp(principal->type, "anonymous") == 0 ? &profiles[3] : &profiles[0];
}

static const struct key_budget *
budget_view(struct request *req, const struct principal *principal)
{
	struct key_budget *view = ARENA_NEW(req->arena, struct key_budget);
	const int64_t **bounds[BUDGETS_N] = { &view->sats_per_day, &view->sats_per_call, &view->writes_per_minute, &view->publishes_per_day };

	if (!principal->has_budgets)
		return NULL;
	for (int i = 0; i < BUDGETS_N; i++)
		*bounds[i] = principal->budgets[i] < 0 ? NULL : &principal->budgets[i];
	return view;
}

const struct error *
identity_whoami(struct request *req, const struct identity_whoami_request *in, struct identity_whoami_response *out)
{
	const struct principal *principal = req->principal;
	const char **refs = ARENA_ARRAY(req->arena, const char *, 2);
	const struct domain *domain;
	(void)in;

	const struct error *error = store_domain_get(req, principal->tenant, &domain);
	if (error)
		return error;
	if (domain) {
		struct domain_summary *summary = ARENA_NEW(req->arena, struct domain_summary);
		*summary = (struct domain_summary){ .id = domain->id, .name = domain->name, .hostname = domain->hostname };
		out->domain = summary;
		out->domain_id = &summary->id;
	}
	refs[0] = principal->id;
	refs[1] = principal->key_id ? arena_printf(req->arena, "%" PRId64, principal->key_id) : NULL;
	out->actor_id = principal->id;
	out->actor_type = principal->type;
	out->actor_source = principal->source;
	out->profile = profile_of(principal);
	out->budget = budget_view(req, principal);
	out->actor_profile_id = out->profile->id;
	out->scopes = (struct shape_list){ principal->scopes, principal->n_scopes };
	out->assignment_refs = (struct shape_list){ refs, refs[1] ? 2 : 1 };
	return NULL;
}

const struct error *
identity_policy_evaluate(struct request *req, const struct identity_policy_evaluate_request *in,
    struct identity_policy_evaluate_response *out)
{
	struct buf metadata;
	struct policy_verdict verdict = policy_decide(&(struct policy_question){ .principal = req->principal,
	    .operation = in->operation, .resource_type = in->resource->type });

	buf_init(&metadata, req->arena, 128);
	buf_printf(&metadata, "{\"principalId\":\"%s\",\"resourceType\":", req->principal->id);
	buf_add_json_text(&metadata, in->resource->type, strlen(in->resource->type));
	buf_printf(&metadata, ",\"domainId\":%" PRId64 "}", req->principal->tenant);
	out->outcome = verdict.is_allowed ? "allow" : "deny";
	out->code = verdict.code;
	out->remediation = verdict.is_allowed ? NULL : error_find(verdict.code)->remediation;
	out->metadata = (struct doc){ metadata.bytes, metadata.len };
	out->policy_version = policy_rules.version;
	return NULL;
}

static const int64_t *
p95_of(struct request *req, const struct shape_list *decisions)
{
	const struct policy_decision *list = decisions->items;
	int64_t *durations = ARENA_ARRAY(req->arena, int64_t, decisions->n + 1);

	for (size_t i = 0; i < decisions->n; i++)
		durations[i] = list[i].evaluation_duration_ms;
	if (decisions->n == 0)
		return NULL;
	durations[0] = rules_p95(durations, decisions->n);
	return durations;
}

const struct error *
identity_decisions_list(struct request *req, const struct identity_decisions_list_request *in,
    struct identity_decisions_list_response *out)
{
	int64_t before_us, before_id = 0;

	if (in->cursor && !cursor_decode(req->arena, in->cursor, &before_us, &before_id))
		return FAIL_AT(req, INVALID_POLICY_DECISIONS_CURSOR, "/cursor", "the cursor is invalid: send a nextCursor as it was received, or none");
	out->limit = or_default(in->limit, LIMIT_DEFAULT);
	const struct error *error = store_decision_page(req, in, in->cursor ? &before_us : NULL, before_id, out->limit + 1, &out->decisions);
	if (error)
		return error;
	out->has_more = (int64_t)out->decisions.n > out->limit;
	if (out->has_more) {
		out->decisions.n = (size_t)out->limit;
		const struct policy_decision *last = (const struct policy_decision *)out->decisions.items + (out->limit - 1);
		out->next_cursor = cursor_encode(req->arena, last->created_at, last->id);
	}
	out->duration_p95_ms = p95_of(req, &out->decisions);
	return NULL;
}

/* ---- between processes ---- */

static struct shape_list
budgets_of(struct request *req, const struct api_key_row *key)
{
	const int64_t *bounds[BUDGETS_N] = { key->sats_per_day, key->sats_per_call, key->writes_per_minute, key->publishes_per_day };
	int64_t *list = ARENA_ARRAY(req->arena, int64_t, BUDGETS_N);
	size_t n = 0;

	for (int i = 0; i < BUDGETS_N; i++) {
		list[i] = bounds[i] ? *bounds[i] : -1;
		n = bounds[i] ? BUDGETS_N : n;
	}
	return (struct shape_list){ .items = list, .n = n };
}

const struct error *
identity_keys_authenticate(struct request *req, const struct identity_keys_authenticate_request *in,
    struct identity_keys_authenticate_response *out)
{
	const struct api_key_row *key;

	if (in->is_session && *in->is_session)
		return identity_session_authenticate(req, in, out);
	const struct error *error = store_key_by_hash(req, in->key_hash, &key);
	if (error)
		return error;
	if (!key)
		return FAIL(req, AUTH_INVALID_API_KEY, "the API key is unknown or revoked");
	if (key->expires_at && *key->expires_at <= req->now_us)
		return FAIL_WITH(req, AUTH_KEY_EXPIRED, arena_printf(req->arena, "{\"apiKeyId\":%" PRId64 "}", key->id),
		    "API key %" PRId64 " has expired", key->id);
	out->actor_id = arena_printf(req->arena, "api_key:%" PRId64, key->id);
	out->actor_type = "api_key";
	out->actor_source = "db";
	out->key_id = key->id;
	out->domain_id = key->domain_id;
	out->scopes = key->scopes;
	out->expires_at = key->expires_at;
	out->is_platform_admin = key->is_platform_admin;
	out->budgets = budgets_of(req, key);
	return NULL;
}

/* A list of structs as one JSON array parameter. */
static struct doc
as_array(struct request *req, const struct shape *shape, struct shape_list list)
{
	struct buf json;

	buf_init(&json, req->arena, 256 * list.n + 16);
	buf_add_char(&json, '[');
	for (size_t i = 0; i < list.n; i++) {
		if (i > 0)
			buf_add_char(&json, ',');
		codec_json_write(&json, shape, (const char *)list.items + i * shape->size);
	}
	buf_add_char(&json, ']');
	return (struct doc){ json.bytes, json.len };
}

const struct error *
identity_keys_touch(struct request *req, const struct identity_keys_touch_request *in, struct identity_keys_touch_response *out)
{
	int64_t n_keys = 0, n_sessions = 0;
	const struct error *error = NULL;

	if (in->uses.n > 0)
		error = store_key_touch(req, as_array(req, &api_key_use_shape, in->uses), &n_keys);
	if (!error && in->sessions.n > 0)
		error = store_session_touch(req, as_array(req, &session_use_shape, in->sessions), &n_sessions);
	out->touched = n_keys + n_sessions;
	return error;
}

const struct error *
identity_decisions_record(struct request *req, const struct identity_decisions_record_request *in,
    struct identity_decisions_record_response *out)
{
	return store_decision_add(req, as_array(req, &policy_decision_entry_shape, in->decisions), &out->recorded);
}

/* ---- outside requests ---- */

const struct error *
identity_maintain_decisions(struct request *req)
{
	store_decision_maintain(req, identity_settings.decision_keep_days);
	return NULL;
}

/* First start: make the first tenant and an administrator key, and print the key.  With --renew: another key for the
 * first tenant, when the printed one was lost.  Prints nothing when there is nothing to do. */
const struct error *
identity_bootstrap(struct request *req, int argc, char **argv)
{
	static const char *const admin[] = { "admin" };
	bool must_renew = argc > 0 && strcmp(argv[0], "--renew") == 0;
	struct new_key key = { .name = "Bootstrap admin key", .scopes = { admin, 1 }, .is_platform_admin = true };
	struct api_key_created created = { 0 };
	const struct domain *first;
	struct domain domain;
	const struct error *error = store_domain_first(req, &first);
	if (error || (first && !must_renew))
		return error;
	if (first) {
		domain = *first;
		request_act_for(req, domain.id);
	} else {
		error = add_domain(req, "Default", "localhost", true, &domain);
	}
	if (error)
		return error;
	key.domain_id = domain.id;
	error = create_key(req, &key, &created);
	if (!error)
		printf("%s\n", created.api_key);
	return error;
}
