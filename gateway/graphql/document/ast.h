/* A GraphQL document as a tree; everything lives in the arena it was parsed in.  Text is NUL-terminated. */
#ifndef GRAPHQL_AST_H
#define GRAPHQL_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the document, both from 1. */
struct graphql_at {
	uint32_t line, column;
};

enum graphql_value_kind {
	GRAPHQL_VALUE_NULL, GRAPHQL_VALUE_INT, GRAPHQL_VALUE_FLOAT, GRAPHQL_VALUE_STRING, GRAPHQL_VALUE_BOOLEAN, GRAPHQL_VALUE_ENUM,
	GRAPHQL_VALUE_LIST, GRAPHQL_VALUE_OBJECT, GRAPHQL_VALUE_VARIABLE,
};

struct graphql_value {
	enum graphql_value_kind kind;
	struct graphql_at at;
	bool boolean;
	const char *text; /* INT, FLOAT: the number; STRING: unescaped; ENUM, VARIABLE: the name */
	const struct graphql_value *items; /* LIST */
	const struct graphql_argument *members; /* OBJECT */
	size_t n;         /* bytes of STRING, items, members */
};

/* Of a field or directive, and a member of an object value. */
struct graphql_argument {
	const char *name;
	struct graphql_at at;
	struct graphql_value value;
};

struct graphql_directive {
	const char *name;
	struct graphql_at at;
	const struct graphql_argument *arguments;
	size_t n_arguments;
};

enum graphql_selection_kind { GRAPHQL_SELECTION_FIELD, GRAPHQL_SELECTION_SPREAD, GRAPHQL_SELECTION_INLINE };

struct graphql_selection_set {
	const struct graphql_selection *list;
	size_t n;
	size_t number; /* among the document's sets, from 0 */
};

struct graphql_selection {
	enum graphql_selection_kind kind;
	struct graphql_at at;
	const char *name;  /* of the FIELD, of the fragment of a SPREAD */
	const char *alias; /* FIELD, or NULL */
	const char *on;    /* INLINE: its type, or NULL */
	const struct graphql_argument *arguments;
	size_t n_arguments;
	const struct graphql_directive *directives;
	size_t n_directives;
	struct graphql_selection_set set; /* n 0: none */
};

/* ID, [ID!]!: outermost first. */
struct graphql_type_ref {
	const char *name;                  /* NULL: a list of `of` */
	const struct graphql_type_ref *of;
	bool is_required;
	struct graphql_at at;
};

struct graphql_variable {
	const char *name;
	struct graphql_at at;
	const struct graphql_type_ref *type;
	const struct graphql_value *fallback; /* or NULL */
	const struct graphql_directive *directives;
	size_t n_directives;
};

enum graphql_operation_kind { GRAPHQL_QUERY, GRAPHQL_MUTATION, GRAPHQL_SUBSCRIPTION };

struct graphql_operation {
	enum graphql_operation_kind kind;
	struct graphql_at at;
	const char *name; /* or NULL */
	const struct graphql_variable *variables;
	size_t n_variables;
	const struct graphql_directive *directives;
	size_t n_directives;
	struct graphql_selection_set set;
};

struct graphql_fragment {
	const char *name;
	const char *on;
	struct graphql_at at;
	const struct graphql_directive *directives;
	size_t n_directives;
	struct graphql_selection_set set;
};

struct graphql_document {
	const struct graphql_operation *operations;
	size_t n_operations;
	const struct graphql_fragment *fragments;
	size_t n_fragments;
	size_t n_sets; /* selection sets in all */
};

/* What is wrong with a document, and where. */
struct graphql_problem {
	const char *message;
	struct graphql_at at;
};

#endif
