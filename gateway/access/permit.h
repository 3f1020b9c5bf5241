/* The policy decision of one operation, on every surface. */
#ifndef PERMIT_H
#define PERMIT_H

#include "contract/operation.h"
#include "error.h"

struct arena;
struct gateway;
struct principal;

/* May the principal?  Decides by the policy engine and logs the decision.  NULL: yes. */
const struct error *permit(struct gateway *gateway, const struct operation *operation, const struct principal *principal,
    const char *surface, const char *request_id, struct arena *arena) MUST_CHECK;

#endif
