/* Reads the generated policy rules, in the order in which they are asked. */
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

bool
principals_have_same_scopes(const struct principal *one, const struct principal *other)
{
	if (one->n_scopes != other->n_scopes)
		return false;
	for (size_t i = 0; i < one->n_scopes; i++) {
		if (strcmp(one->scopes[i], other->scopes[i]) != 0)
			return false;
	}
	return true;
}

static struct policy_verdict
allow(const char *code)
{
	return (struct policy_verdict){ .is_allowed = true, .code = code };
}

static struct policy_verdict
deny(const char *code)
{
	return (struct policy_verdict){ .code = code };
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

static bool
fits(const char *pattern, const char *operation)
{
	const char *star = strchr(pattern, '*');

	if (!star)
		return strcmp(pattern, operation) == 0;
	return strncmp(operation, pattern, (size_t)(star - pattern)) == 0 && ends_with(operation, star + 1);
}

static const struct policy_rule *
rule_of(const char *operation)
{
	const struct policy_rule *rule = policy_rules.rules;

	for (;; rule++) {
		for (const char *const *pattern = rule->patterns; *pattern; pattern++) {
			if (fits(*pattern, operation))
				return rule;
		}
	}
}

static bool
has_any_scope(const struct principal *principal, const char *const *scopes)
{
	for (; *scopes; scopes++) {
		if (principal_has_scope(principal, *scopes))
			return true;
	}
	return false;
}

bool
principal_is_derived(const struct principal *principal)
{
	return strcmp(principal->type, "api_key") == 0 && (strcmp(principal->source, "delegated") == 0 || strcmp(principal->source, "oauth") == 0);
}

struct policy_verdict
policy_decide(const struct policy_question *question)
{
	if (!is_complete(question)) {
		bool is_reading = is_operation(question->operation) && is_read(question->operation);
		return deny(is_reading ? "POLICY_EVALUATION_FAILED_READ" : "POLICY_EVALUATION_FAILED_MUTATION");
	}
	const struct principal *principal = question->principal;
	const struct policy_rule *rule = rule_of(question->operation);

	if (strcmp(question->resource_type, "system") != 0 && principal->tenant == 0)
		return deny("POLICY_RESOURCE_DOMAIN_UNRESOLVED");
	if (rule->is_platform && !principal->is_platform_admin)
		return deny(rule->code);
	if ((principal->narrow && !question->is_narrow) || (rule->is_original && principal_is_derived(principal)))
		return deny("KEY_RESTRICTED");
	if (has_any_scope(principal, policy_rules.admin_scopes))
		return allow("ALLOWED_ADMIN");
	return has_any_scope(principal, rule->scopes) ? allow("ALLOWED_SCOPE_MATCH") : deny(rule->code);
}

bool
principal_sees_sold(const struct principal *principal)
{
	return strcmp(principal->type, "system") == 0 || strcmp(principal->type, "supervisor") == 0 || principal->is_platform_admin ||
	    principal_has_scope(principal, "admin") || principal_has_scope(principal, "tenant:admin");
}

int64_t
principal_budget(const struct principal *principal, enum budget budget)
{
	return principal->has_budgets ? principal->budgets[budget] : -1;
}

bool
principal_is_counted(const struct principal *principal)
{
	bool is_counted = false;

	for (int i = 0; i < BUDGETS_N; i++) {
		is_counted |= principal_budget(principal, (enum budget)i) >= 0;
		for (size_t k = 0; k < principal->n_ancestors; k++)
			is_counted |= principal->ancestors[k].budgets[i] >= 0;
	}
	return is_counted;
}
