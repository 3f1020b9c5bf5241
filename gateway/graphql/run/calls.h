/* What a request asks of operations: each call found again by the object it hangs on, or by what it asks. */
#ifndef GRAPHQL_CALLS_H
#define GRAPHQL_CALLS_H

#include "graphql/run/plan.h"
#include "dispatch/invoke.h"

struct graphql_run;

struct graphql_call {
	struct graphql_run *run;
	const struct graphql_plan_field *field;
	const struct json_value *arguments;
	struct invoked result;
	bool dry_run;
	struct graphql_call *next; /* in the queue */
};

struct graphql_calls;

struct graphql_calls *graphql_calls_new(struct arena *arena);

/* Where the call of a field on one object is kept; points at NULL when there is none yet.  Valid until the next call of this
 * or of graphql_calls_asking. */
struct graphql_call **graphql_calls_on(struct graphql_calls *calls, const struct graphql_plan_field *field, const void *object);

/* The same by what is bound from the object: rows that ask the same share one call. */
struct graphql_call **graphql_calls_asking(struct graphql_calls *calls, const struct graphql_plan_field *field, const char *bound);

#endif
