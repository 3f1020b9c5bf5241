/* Arguments of a field as the JSON object that an operation takes, with variables put in. */
#ifndef GRAPHQL_ARGUMENTS_H
#define GRAPHQL_ARGUMENTS_H

#include "graphql/run/plan.h"
#include "json/json.h"

/* Those of the document, and those bound from object (NULL: none; of shape).  variables: an object, coerced.  Ids come as numbers
 * and enum values as choices, as over REST. */
const struct json_value *graphql_arguments(struct arena *arena, const struct graphql_plan_field *field,
    const struct json_value *variables, const struct shape *shape, const void *object);

bool graphql_argument_dry_run(const struct graphql_plan_field *field, const struct json_value *variables);

/* A text argument, or NULL. */
const char *graphql_argument_text(const struct graphql_plan_field *field, const struct json_value *variables, const char *name);

/* How many rows a list may answer: its limit, given or by default. */
int64_t graphql_argument_limit(const struct graphql_plan_field *field, const struct json_value *variables);

#endif
