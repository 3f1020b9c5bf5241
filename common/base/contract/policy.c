/* The rules of policy version 1.0.0, in the order in which they are asked. */
#include "contract/policy.h"

#include <string.h>

bool
principal_has_scope(const struct principal *principal, const char *scope)
{
	for (size_t i = 0; i < principal->n_scopes; i++) {
		if (strcmp(principal->scopes[i], scope) == 0)
			return true;
	}
	return false;
}

static struct policy_verdict
allow(const char *code)
{
	return (struct policy_verdict){ .is_allowed = true, .code = code };
}

static struct policy_verdict
deny(const char *code, const char *remediation)
{
	return (struct policy_verdict){ .code = code, .remediation = remediation };
}

static bool
starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool
ends_with(const char *text, const char *suffix)
{
	size_t n = strlen(text);
	size_t n_suffix = strlen(suffix);

	return n >= n_suffix && strcmp(text + n - n_suffix, suffix) == 0;
}

static bool
is_read(const char *operation)
{
	return ends_with(operation, ".read") || ends_with(operation, ".list");
}

/* An operation is "noun.verb"; anything else was never declared and no rule may guess about it. */
static bool
is_operation(const char *text)
{
	const char *dot = text ? strchr(text, '.') : NULL;

	return dot && dot != text && dot[1] != '\0';
}

static bool
is_complete(const struct policy_question *question)
{
	const struct principal *principal = question->principal;

	return principal && principal->id && principal->type && principal->source && question->resource_type &&
	    question->resource_type[0] != '\0' && is_operation(question->operation) &&
	    (principal->n_scopes == 0 || principal->scopes);
}

/* Which scope an operation takes once tenant and platform rules let it through. */
struct scope_rule {
	const char *prefix; /* of the operation, or NULL: any */
	const char *suffix; /* of the operation, or NULL: any */
	const char *scope, *other_scope; /* either will do; NULL: no scope short of admin */
	const char *code;
	const char *remediation;
};

#define ADMIN_ONLY "Use an API key with the scope 'admin', or sign in as a supervisor of this tenant."
#define AUDIT_ONLY "Ask an administrator for an API key with the scope 'audit:read' (POST /api/auth/keys)."

static const struct scope_rule scope_rules[] = {
	{ "apikey.", NULL, NULL, NULL, "ADMIN_REQUIRED", ADMIN_ONLY },
	{ "webhook.", NULL, NULL, NULL, "ADMIN_REQUIRED", ADMIN_ONLY },
	{ "ai_provider.", NULL, NULL, NULL, "ADMIN_REQUIRED", ADMIN_ONLY },
	{ "workforce.", NULL, NULL, NULL, "ADMIN_REQUIRED", ADMIN_ONLY },
	{ "audit.", NULL, "audit:read", NULL, "MISSING_AUDIT_SCOPE", AUDIT_ONLY },
	{ "payment.", NULL, "audit:read", NULL, "MISSING_AUDIT_SCOPE", AUDIT_ONLY },
	{ NULL, ".read", "content:read", "content:write", "MISSING_CONTENT_READ_SCOPE",
	    "Ask an administrator for an API key with the scope 'content:read' (POST /api/auth/keys)." },
	{ NULL, ".list", "content:read", "content:write", "MISSING_CONTENT_READ_SCOPE",
	    "Ask an administrator for an API key with the scope 'content:read' (POST /api/auth/keys)." },
	{ NULL, NULL, "content:write", NULL, "MISSING_CONTENT_WRITE_SCOPE",
	    "Ask an administrator for an API key with the scope 'content:write' (POST /api/auth/keys)." },
};

static struct policy_verdict
decide_by_scope(const struct principal *principal, const char *operation)
{
	size_t i = 0;

	/* The last rule takes every operation. */
	while ((scope_rules[i].prefix && !starts_with(operation, scope_rules[i].prefix)) ||
	    (scope_rules[i].suffix && !ends_with(operation, scope_rules[i].suffix)))
		i++;
	const struct scope_rule *rule = &scope_rules[i];
	if (rule->scope && principal_has_scope(principal, rule->scope))
		return allow("ALLOWED_SCOPE_MATCH");
	if (rule->other_scope && principal_has_scope(principal, rule->other_scope))
		return allow("ALLOWED_SCOPE_MATCH");
	return deny(rule->code, rule->remediation);
}

struct policy_verdict
policy_decide(const struct policy_question *question)
{
	if (!is_complete(question)) {
		bool is_reading = is_operation(question->operation) && is_read(question->operation);
		return deny(is_reading ? "POLICY_EVALUATION_FAILED_READ" : "POLICY_EVALUATION_FAILED_MUTATION",
		    "Repeat the request; when it is denied again, report its request id to the operator.");
	}
	const struct principal *principal = question->principal;
	const char *operation = question->operation;
	bool is_system = strcmp(question->resource_type, "system") == 0;

	if (!is_system && question->resource_tenant == 0)
		return deny("POLICY_RESOURCE_DOMAIN_UNRESOLVED",
		    "Use a credential that belongs to a tenant; a platform supervisor names one in the header x-wordclaw-domain.");
	if (starts_with(operation, "tenant.") && !principal->is_platform_admin)
		return deny("PLATFORM_ADMIN_REQUIRED",
		    "Use a platform administrator's credential: a supervisor without a tenant, or an API_KEYS key with the scope 'admin'.");
	if (question->resource_tenant != 0 && question->resource_tenant != principal->tenant &&
	    !principal->is_platform_admin)
		return deny("TENANT_ISOLATION_VIOLATION", "Use a credential of the tenant that owns the resource.");
	if (principal_has_scope(principal, "admin") || principal_has_scope(principal, "tenant:admin"))
		return allow("ALLOWED_ADMIN");
	return decide_by_scope(principal, operation);
}
