/* Choices of the contract as GraphQL enum values: legal names for texts that need not be. */
#ifndef GRAPHQL_ENUM_H
#define GRAPHQL_ENUM_H

#include "buf.h"

/* A choice as a JSON string of its name: audit:read is "audit_read".  The same rule as the generator's. */
void graphql_enum_write(struct buf *buf, const char *choice);

/* The choice of a name, or NULL.  choices: NULL-terminated. */
const char *graphql_enum_choice(const char *const *choices, const char *name);

#endif
