/* What a plan may cost at most with the arguments it is given: known before anything is asked. */
#ifndef GRAPHQL_COST_H
#define GRAPHQL_COST_H

#include "graphql/run/plan.h"
#include "json/json.h"

enum { GRAPHQL_ROWS_PER_COST = 50 };

struct graphql_cost {
	int64_t cost;
	int64_t n_calls; /* operations asked */
};

/* Each call costs what its operation does; a field of a list is asked as often as the list may have rows, and every
 * GRAPHQL_ROWS_PER_COST rows cost one.  holding: the conditions that hold.  Saturates. */
struct graphql_cost graphql_cost_of(const struct graphql_plan *plan, uint64_t holding, const struct json_value *variables);

bool graphql_shown(const struct graphql_plan_field *field, uint64_t holding);

#endif
