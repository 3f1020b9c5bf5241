/* The schema as introspection shows it: structs with shapes like those of operations, made once, so that introspection is planned
 * and written as everything else is. */
#ifndef GRAPHQL_META_H
#define GRAPHQL_META_H

#include "graphql/schema/schema.h"
#include "graphql_types.h"

struct graphql_meta {
	struct graphql_field schema, type; /* __schema and __type(name:): fields without member and operation */
	const void *object;                /* of __schema */
};

const struct graphql_meta *graphql_meta_new(struct arena *arena, const struct graphql_schema *schema);

/* The object of __type, or NULL. */
const void *graphql_meta_type(const struct graphql_meta *meta, const char *name);

#endif
