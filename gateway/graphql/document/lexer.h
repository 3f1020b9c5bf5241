/* Tokens of a GraphQL document. */
#ifndef GRAPHQL_LEXER_H
#define GRAPHQL_LEXER_H

#include "arena.h"
#include "graphql/document/ast.h"

enum graphql_token_kind {
	GRAPHQL_TOKEN_END, GRAPHQL_TOKEN_PUNCTUATOR, GRAPHQL_TOKEN_NAME, GRAPHQL_TOKEN_INT, GRAPHQL_TOKEN_FLOAT, GRAPHQL_TOKEN_STRING,
};

struct graphql_token {
	enum graphql_token_kind kind;
	struct graphql_at at;
	char punctuator;   /* its first character: '.' for "..." */
	const char *text;  /* NAME and numbers: as written; STRING: unescaped.  NUL-terminated, in the arena */
	size_t n;
	bool is_block;     /* STRING */
};

struct graphql_lexer {
	struct arena *arena;
	const char *at, *end, *line_start;
	uint32_t line;
	const char *problem; /* of the first thing that is no token; lexing goes on at the end */
	struct graphql_at problem_at;
};

/* text is UTF-8 without NUL. */
void graphql_lexer_init(struct graphql_lexer *lexer, struct arena *arena, const char *text, size_t n);

struct graphql_token graphql_lexer_next(struct graphql_lexer *lexer);

#endif
