/* A page to try queries in, for development: files of packaged libraries in a directory that a setting names. */
#ifndef GRAPHQL_EXPLORER_H
#define GRAPHQL_EXPLORER_H

#include "http/exchange.h"

/* A browser asks for the page, and there is one. */
bool graphql_explorer_is_wanted(const struct exchange *exchange);

void graphql_explorer_answer(struct exchange *exchange);

#endif
