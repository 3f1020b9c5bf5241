/* One operation of a document made ready to run: fragments resolved, fields merged, each field bound to what is behind it.
 * A plan does not depend on variables; it is immutable and lives in the arena it was made in, as the document does. */
#ifndef GRAPHQL_PLAN_H
#define GRAPHQL_PLAN_H

#include "arena.h"
#include "graphql/document/ast.h"
#include "graphql/schema/meta.h"
#include "graphql_types.h"

enum {
	GRAPHQL_CONDITIONS_MAX = 64,     /* different @skip and @include by variable */
	GRAPHQL_FIELDS_MAX = 1000,       /* of one plan, whatever the setting says */
	GRAPHQL_SELECTIONS_MAX = 10000,  /* looked at to make a plan, fragments as often as they are used */
	GRAPHQL_NESTING_MAX = 64,        /* of fields, whatever the setting says */
	GRAPHQL_META_LISTS_MAX = 3,      /* lists within lists of introspection: types, their fields, the arguments of these */
};

/* @include(if: $variable), or @skip with is_wanted false. */
struct graphql_condition {
	const char *variable;
	bool is_wanted;
};

/* Selection sets of one field, which may stand in several places. */
struct graphql_plan_set {
	const struct graphql_selection *written;
	uint64_t conditions;
	struct graphql_plan_set *next;
};

struct graphql_plan_field {
	const char *key;                   /* in the answer */
	const struct graphql_field *field; /* NULL: __typename */
	const char *type_name;             /* of __typename: its value; else NULL */
	const struct shape_field *member;  /* of the object; NULL: asks an operation, or is __schema or __type, which have none */
	/* Sets of conditions (bits by their place in the plan): shown when all of one set hold.  Empty: always. */
	uint64_t *shown_if;
	size_t n_shown_if;
	const struct graphql_plan_set *sets; /* where it stands */
	struct graphql_plan_set *last_set;
	struct graphql_plan_field *fields;
	size_t n_fields;
	bool has_calls;                    /* operations are asked on the object itself or on members of it */
};

struct graphql_plan {
	const struct graphql_document *document;
	const struct graphql_operation *operation;
	bool is_mutation;
	struct graphql_plan_field *fields;
	size_t n_fields;
	struct graphql_condition conditions[GRAPHQL_CONDITIONS_MAX];
	size_t n_conditions;
	size_t depth;         /* of nested fields, introspection aside */
	size_t n_all_fields;
	bool is_single_call;  /* one operation, asked once */
};

enum graphql_plan_outcome { GRAPHQL_PLANNED, GRAPHQL_PLAN_TOO_LARGE, GRAPHQL_PLAN_TOO_DEEP };

/* The document has passed validation, operation is one of its.  What is too large or too deep is only planned so far. */
enum graphql_plan_outcome graphql_plan_make(struct arena *arena, const struct graphql_document *document,
    const struct graphql_operation *operation, const struct graphql_meta *meta, struct graphql_plan *ret_plan);

#endif
