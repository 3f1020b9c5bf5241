/* handlers.c: what each operation of identity decides.  Order follows proto/identity.toml. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/json.h"
#include "error_codes.h"
#include "id.h"
#include "contract/policy.h"
#include "keys/keys.h"
#include "keys/rights.h"
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

/* ---- a tenant with its first key ---- */

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
	const struct error *error = keys_normalise_scopes(req, scopes, &key.scopes);
	if (!error)
		error = keys_check_expiry(req, in->expires_at);
	if (!error)
		error = keys_bound_expiry(req, &key);
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
	error = keys_make(req, &key, created);
	if (error)
		return error;
	endpoints->api = arena_printf(req->arena, "%s/api", base);
	endpoints->mcp = arena_printf(req->arena, "%s/mcp", base);
	*out = (struct identity_onboard_response){ .bootstrap = n_domains == 0, .domain = domain, .api_key = created, .endpoints = endpoints };
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

static const struct key_limits *
limits_view(struct request *req, const struct principal *principal)
{
	struct key_limits *view = ARENA_NEW(req->arena, struct key_limits);
	struct key_rights rights = { 0 };

	if (!principal->narrow)
		return NULL;
	rights_read_narrow(req->arena, principal->narrow, &rights);
	*view = (struct key_limits){ .content_type_ids = rights.types, .content_item_ids = rights.items, .review_task_ids = rights.tasks };
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
	out->limits = limits_view(req, principal);
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
identity_keys_works(struct request *req, const struct identity_keys_works_request *in, struct identity_keys_works_response *out)
{
	return store_key_works(req, in->key_id, in->domain_id, &out->works);
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
	error = keys_make(req, &key, &created);
	if (!error)
		printf("%s\n", created.api_key);
	return error;
}
