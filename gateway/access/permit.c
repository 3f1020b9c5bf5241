/* The policy decision of one operation. */
#include "access/permit.h"

#include "access/decisions.h"
#include "clock.h"
#include "contract/policy.h"
#include "error_codes.h"
#include "gateway.h"

const struct error *
permit(struct gateway *gateway, const struct operation *operation, const struct principal *principal,
    const char *surface, const char *request_id, struct arena *arena)
{
	if (operation->flags & (OPERATION_PUBLIC | OPERATION_UNRESTRICTED))
		return NULL;
	struct policy_question question = { .principal = principal, .operation = operation->policy,
		.resource_type = operation->resource_type, .is_narrow = operation->flags & OPERATION_NARROW };
	int64_t started_us = clock_monotonic_us();
	struct policy_verdict verdict = policy_decide(&question);
	decisions_add(gateway->decisions, &(struct decision){ .question = &question, .verdict = &verdict, .surface = surface,
	    .request_id = request_id, .duration_us = clock_monotonic_us() - started_us });
	if (verdict.is_allowed)
		return NULL;
	const struct error_info *info = error_find(verdict.code);
	return error_make(arena, info ? info : &error_catalogue[ERROR_POLICY_DENIED], ERROR_WHERE,
	    "'%s' may not '%s'", principal->id, operation->policy);
}
