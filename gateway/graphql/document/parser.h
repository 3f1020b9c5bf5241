/* Text to a document. */
#ifndef GRAPHQL_PARSER_H
#define GRAPHQL_PARSER_H

#include "graphql/document/lexer.h"

/* Of one document.  They bound what validation can cost: it compares the members of each of these lists with one another. */
enum {
	GRAPHQL_TEXT_MAX = 64 * 1024, /* bytes; large values travel in variables */
	GRAPHQL_PARSE_TOKENS_MAX = 10000,
	GRAPHQL_PARSE_DEPTH_MAX = 200, /* nested selections, values and types */
	GRAPHQL_OPERATIONS_MAX = 64,
	GRAPHQL_FRAGMENTS_MAX = 256,
	GRAPHQL_VARIABLES_MAX = 256,   /* of one operation */
	GRAPHQL_MEMBERS_MAX = 1000,    /* arguments of one field or directive, fields of one object value */
	GRAPHQL_DIRECTIVES_MAX = 32,   /* in one place */
};

/* Executable documents only: definitions of types are a syntax error.  NULL with *ret_problem; beyond a limit it says which. */
const struct graphql_document *graphql_parse(struct arena *arena, const char *text, size_t n, struct graphql_problem *ret_problem);

/* ---- pieces that the schema's reader shares ---- */

struct graphql_parser {
	struct arena *arena;
	struct graphql_lexer lexer;
	struct graphql_token token; /* the one ahead */
	size_t n_tokens, n_tokens_max;
	size_t depth;
	size_t n_sets; /* selection sets */
	bool has_failed;
	struct graphql_problem problem; /* the first */
};

void graphql_parser_init(struct graphql_parser *parser, struct arena *arena, const char *text, size_t n, size_t n_tokens_max);

void graphql_parser_fail(struct graphql_parser *parser, const char *message);

/* The token ahead is it, and is taken. */
bool graphql_parser_accept(struct graphql_parser *parser, char punctuator);
bool graphql_parser_accept_word(struct graphql_parser *parser, const char *word);
void graphql_parser_expect(struct graphql_parser *parser, char punctuator);
const char *graphql_parser_name(struct graphql_parser *parser); /* "" after a failure */
const struct graphql_type_ref *graphql_parser_type(struct graphql_parser *parser);
void graphql_parser_value(struct graphql_parser *parser, bool is_constant, struct graphql_value *ret_value);
void graphql_parser_directives(struct graphql_parser *parser, bool is_constant, const struct graphql_directive **ret_list, size_t *ret_n);
void graphql_parser_take(struct graphql_parser *parser);

/* A list that grows in an arena. */
struct graphql_vector {
	void *items;
	size_t n, n_max, size;
};
void *graphql_vector_add(struct arena *arena, struct graphql_vector *vector); /* zeroed; valid until the next */

#endif
