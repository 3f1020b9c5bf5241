/* GraphQL: what one gateway keeps for it. */
#ifndef GRAPHQL_H
#define GRAPHQL_H

#include <stdint.h>

struct graphql;

/* Reads the generated schema.  seed: secret, of the table of documents.  NULL with a log line when the schema and the tables disagree. */
struct graphql *graphql_new(uint64_t seed);
void graphql_free(struct graphql *graphql); /* accepts NULL; every request must have been answered */

#endif
