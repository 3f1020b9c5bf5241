/* Is a document valid against the schema?  Every rule of the specification's chapter 5 that a schema without interfaces,
 * unions and subscriptions can break. */
#ifndef GRAPHQL_VALIDATE_H
#define GRAPHQL_VALIDATE_H

#include "graphql/schema/schema.h"

enum {
	GRAPHQL_PROBLEMS_MAX = 50,
	GRAPHQL_MERGE_STEPS_MAX = 100000, /* fields looked at and compared; a document that needs more is refused */
};

struct graphql_problems {
	struct graphql_problem list[GRAPHQL_PROBLEMS_MAX];
	size_t n;
};

/* True when there are no problems. */
bool graphql_validate(struct arena *arena, const struct graphql_schema *schema, const struct graphql_document *document,
    struct graphql_problems *ret_problems);

#endif
