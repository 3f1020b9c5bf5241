/* Variables of a request against what its operation declares (specification, 6.1.2). */
#ifndef GRAPHQL_VARIABLES_H
#define GRAPHQL_VARIABLES_H

#include "graphql/validate/validate.h"
#include "json/json.h"

/* Defaults filled in; those not given and without default are left out.  given: an object, or NULL.  NULL with problems. */
const struct json_value *graphql_variables_coerce(struct arena *arena, const struct graphql_schema *schema,
    const struct graphql_operation *operation, const struct json_value *given, struct graphql_problems *ret_problems);

/* A constant of a document as JSON; a variable that is not in variables (an object or NULL) is none: false. */
bool graphql_value_to_json(struct arena *arena, const struct graphql_value *value, const struct json_value *variables,
    struct json_value *ret_json);

#endif
