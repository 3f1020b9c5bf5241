/* What the files of the validator share. */
#ifndef GRAPHQL_VALIDATE_INTERNAL_H
#define GRAPHQL_VALIDATE_INTERNAL_H

#include "graphql/validate/validate.h"

/* Where a variable stands.  type NULL: inside a scalar of any form. */
struct graphql_variable_use {
	const char *name;
	struct graphql_at at;
	const struct graphql_type_ref *type;
	bool has_fallback; /* the place has a default */
};

/* What one operation or fragment contains, itself only. */
struct graphql_contents {
	struct graphql_vector uses;    /* struct graphql_variable_use */
	struct graphql_vector spreads; /* size_t: the fragments' places in the document */
};

struct graphql_validator {
	struct arena *arena;
	const struct graphql_schema *schema;
	const struct graphql_document *document;
	struct graphql_problems *problems;
	struct graphql_contents *contents; /* of what is being looked at */
};

void graphql_invalid(struct graphql_validator *validator, struct graphql_at at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

size_t graphql_fragment_index(const struct graphql_document *document, const char *name); /* n_fragments: none */

/* graphql_validate_selections.c */
void graphql_validate_selections(struct graphql_validator *validator, const struct graphql_schema_type *type,
    const struct graphql_selection_set *set);
void graphql_validate_directives(struct graphql_validator *validator, const struct graphql_directive *list, size_t n, const char *location);

/* graphql_validate_values.c */
void graphql_validate_value(struct graphql_validator *validator, const struct graphql_type_ref *type,
    const struct graphql_schema_type *base, const struct graphql_value *value, bool has_fallback);
void graphql_validate_variables(struct graphql_validator *validator, const struct graphql_operation *operation);
void graphql_validate_use(struct graphql_validator *validator, const struct graphql_variable *variable,
    const struct graphql_variable_use *use);

/* graphql_validate_merge.c */
void graphql_validate_merge(struct graphql_validator *validator); /* no fragment contains itself */

#endif
