/* The schema as documents are held against it, read once from SDL. */
#ifndef GRAPHQL_SCHEMA_H
#define GRAPHQL_SCHEMA_H

#include "buf.h"
#include "graphql/document/parser.h"

enum graphql_type_kind { GRAPHQL_TYPE_SCALAR, GRAPHQL_TYPE_OBJECT, GRAPHQL_TYPE_ENUM, GRAPHQL_TYPE_INPUT };

/* An argument of a field or directive, or a field of an input object. */
struct graphql_schema_input {
	const char *name, *description;
	const struct graphql_type_ref *type;
	const struct graphql_schema_type *base; /* what is inside all lists */
	const struct graphql_value *fallback;   /* or NULL */
};

struct graphql_schema_field {
	const char *name, *description;
	const struct graphql_schema_input *arguments;
	size_t n_arguments;
	const struct graphql_type_ref *type;
	const struct graphql_schema_type *base;
};

struct graphql_schema_value {
	const char *name, *description;
};

struct graphql_schema_type {
	enum graphql_type_kind kind;
	const char *name, *description, *specified_by;
	const struct graphql_schema_field *fields; /* OBJECT */
	size_t n_fields;
	const struct graphql_schema_input *inputs; /* INPUT */
	size_t n_inputs;
	const struct graphql_schema_value *values; /* ENUM */
	size_t n_values;
	bool is_builtin; /* a scalar of the specification, or of introspection */
};

struct graphql_schema_directive {
	const char *name, *description;
	const struct graphql_schema_input *arguments;
	size_t n_arguments;
	const char *const *locations; /* "FIELD", "QUERY", ... */
	size_t n_locations;
};

struct graphql_schema {
	const struct graphql_schema_type *types; /* in order of the text, built-in ones last */
	size_t n_types;
	const struct graphql_schema_directive *directives;
	size_t n_directives;
	const struct graphql_schema_type *query, *mutation; /* NULL: there is none */
	struct graphql_schema_field meta[2];     /* __schema and __type of the query root */
	struct graphql_schema_field type_name;   /* __typename of every object */
};

/* text: SDL.  NULL with *ret_problem. */
const struct graphql_schema *graphql_schema_read(struct arena *arena, const char *text, size_t n, struct graphql_problem *ret_problem);

/* NULL when there is none. */
const struct graphql_schema_type *graphql_schema_type(const struct graphql_schema *schema, const char *name);
const struct graphql_schema_field *graphql_schema_field(const struct graphql_schema *schema, const struct graphql_schema_type *type,
    const char *name);
const struct graphql_schema_directive *graphql_schema_directive(const struct graphql_schema *schema, const char *name);
const struct graphql_schema_input *graphql_schema_input(const struct graphql_schema_input *list, size_t n, const char *name);

/* "[ID!]!" */
const char *graphql_type_text(struct arena *arena, const struct graphql_type_ref *type);

/* A constant as it is written: for introspection. */
void graphql_value_write(struct buf *buf, const struct graphql_value *value);

/* The scalars, directives and introspection types of the specification, as SDL. */
extern const char graphql_builtin_sdl[];

#endif
