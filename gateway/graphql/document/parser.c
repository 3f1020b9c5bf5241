/* Recursive descent over tokens.  Source: GraphQL specification, section 2.
 * After the first problem every token is the end, so that each loop ends by itself. */
#include "graphql/document/parser.h"

#include <string.h>

enum { VECTOR_FIRST = 4 };

void *
graphql_vector_add(struct arena *arena, struct graphql_vector *vector)
{
	if (vector->n == vector->n_max) {
		void *old = vector->items;
		vector->n_max = vector->n_max ? vector->n_max * 2 : VECTOR_FIRST;
		vector->items = arena_alloc(arena, vector->n_max * vector->size);
		if (old)
			memcpy(vector->items, old, vector->n * vector->size);
	}
	return (char *)vector->items + vector->size * vector->n++;
}

void
graphql_parser_fail(struct graphql_parser *parser, const char *message)
{
	if (!parser->has_failed)
		parser->problem = (struct graphql_problem){ .message = message, .at = parser->token.at };
	parser->has_failed = true;
	parser->token = (struct graphql_token){ .kind = GRAPHQL_TOKEN_END, .at = parser->token.at };
}

static void
bound(struct graphql_parser *parser, size_t n, size_t n_max, const char *things)
{
	if (n > n_max)
		graphql_parser_fail(parser, arena_printf(parser->arena, "there are more than %zu %s", n_max, things));
}

void
graphql_parser_take(struct graphql_parser *parser)
{
	if (parser->has_failed)
		return;
	parser->token = graphql_lexer_next(&parser->lexer);
	if (parser->lexer.problem) {
		parser->token.at = parser->lexer.problem_at;
		graphql_parser_fail(parser, parser->lexer.problem);
	} else if (parser->token.kind != GRAPHQL_TOKEN_END) {
		bound(parser, ++parser->n_tokens, parser->n_tokens_max, "tokens");
	}
}

void
graphql_parser_init(struct graphql_parser *parser, struct arena *arena, const char *text, size_t n, size_t n_tokens_max)
{
	*parser = (struct graphql_parser){ .arena = arena, .n_tokens_max = n_tokens_max };
	graphql_lexer_init(&parser->lexer, arena, text, n);
	graphql_parser_take(parser);
}

/* ---- tokens ---- */

static const char *
describe(struct graphql_parser *parser)
{
	const struct graphql_token *token = &parser->token;

	switch (token->kind) {
	case GRAPHQL_TOKEN_END:
		return "the end of the document";
	case GRAPHQL_TOKEN_PUNCTUATOR:
		return token->punctuator == '.' ? "'...'" : arena_printf(parser->arena, "'%c'", token->punctuator);
	case GRAPHQL_TOKEN_STRING:
		return "a string";
	case GRAPHQL_TOKEN_NAME:
	case GRAPHQL_TOKEN_INT:
	case GRAPHQL_TOKEN_FLOAT:
		return arena_printf(parser->arena, "'%.40s'", token->text);
	}
	return "";
}

static void
unexpected(struct graphql_parser *parser, const char *wanted)
{
	graphql_parser_fail(parser, arena_printf(parser->arena, "expected %s, found %s", wanted, describe(parser)));
}

static bool
is_ahead(const struct graphql_parser *parser, char punctuator)
{
	return parser->token.kind == GRAPHQL_TOKEN_PUNCTUATOR && parser->token.punctuator == punctuator;
}

static bool
is_word(const struct graphql_parser *parser, const char *word)
{
	return parser->token.kind == GRAPHQL_TOKEN_NAME && strcmp(parser->token.text, word) == 0;
}

bool
graphql_parser_accept(struct graphql_parser *parser, char punctuator)
{
	bool is_it = is_ahead(parser, punctuator);
	if (is_it)
		graphql_parser_take(parser);
	return is_it;
}

bool
graphql_parser_accept_word(struct graphql_parser *parser, const char *word)
{
	bool is_it = is_word(parser, word);
	if (is_it)
		graphql_parser_take(parser);
	return is_it;
}

void
graphql_parser_expect(struct graphql_parser *parser, char punctuator)
{
	if (!graphql_parser_accept(parser, punctuator))
		unexpected(parser, arena_printf(parser->arena, "'%c'", punctuator));
}

const char *
graphql_parser_name(struct graphql_parser *parser)
{
	const char *name = parser->token.text;

	if (parser->token.kind != GRAPHQL_TOKEN_NAME) {
		unexpected(parser, "a name");
		return "";
	}
	graphql_parser_take(parser);
	return name;
}

/* Every nested thing passes here, so the stack is bounded. */
static bool
enter(struct graphql_parser *parser)
{
	if (++parser->depth > GRAPHQL_PARSE_DEPTH_MAX)
		graphql_parser_fail(parser, "the document is nested too deep");
	return !parser->has_failed;
}

/* ---- types and values ---- */

const struct graphql_type_ref *
graphql_parser_type(struct graphql_parser *parser)
{
	struct graphql_type_ref *type = ARENA_NEW(parser->arena, struct graphql_type_ref);

	type->at = parser->token.at;
	if (enter(parser) && graphql_parser_accept(parser, '[')) {
		type->of = graphql_parser_type(parser);
		graphql_parser_expect(parser, ']');
	} else {
		type->name = graphql_parser_name(parser);
	}
	parser->depth--;
	type->is_required = graphql_parser_accept(parser, '!');
	return type;
}

static void
parse_list(struct graphql_parser *parser, bool is_constant, struct graphql_value *ret_value)
{
	struct graphql_vector items = { .size = sizeof(struct graphql_value) };

	while (!graphql_parser_accept(parser, ']') && !parser->has_failed) {
		struct graphql_value item;
		graphql_parser_value(parser, is_constant, &item);
		*(struct graphql_value *)graphql_vector_add(parser->arena, &items) = item;
	}
	ret_value->kind = GRAPHQL_VALUE_LIST;
	ret_value->items = items.items;
	ret_value->n = items.n;
}

static void
parse_named_value(struct graphql_parser *parser, bool is_constant, struct graphql_argument *ret_argument)
{
	ret_argument->at = parser->token.at;
	ret_argument->name = graphql_parser_name(parser);
	graphql_parser_expect(parser, ':');
	graphql_parser_value(parser, is_constant, &ret_argument->value);
}

static void
parse_object(struct graphql_parser *parser, bool is_constant, struct graphql_value *ret_value)
{
	struct graphql_vector members = { .size = sizeof(struct graphql_argument) };

	while (!graphql_parser_accept(parser, '}') && !parser->has_failed) {
		struct graphql_argument member;
		parse_named_value(parser, is_constant, &member);
		*(struct graphql_argument *)graphql_vector_add(parser->arena, &members) = member;
		bound(parser, members.n, GRAPHQL_MEMBERS_MAX, "fields in an object");
	}
	ret_value->kind = GRAPHQL_VALUE_OBJECT;
	ret_value->members = members.items;
	ret_value->n = members.n;
}

static void
parse_scalar(struct graphql_parser *parser, struct graphql_value *ret_value)
{
	const struct graphql_token token = parser->token;
	bool is_true = is_word(parser, "true"), is_null = is_word(parser, "null");

	ret_value->text = token.text;
	ret_value->n = token.n;
	switch (token.kind) {
	case GRAPHQL_TOKEN_INT:
		ret_value->kind = GRAPHQL_VALUE_INT;
		break;
	case GRAPHQL_TOKEN_FLOAT:
		ret_value->kind = GRAPHQL_VALUE_FLOAT;
		break;
	case GRAPHQL_TOKEN_STRING:
		ret_value->kind = GRAPHQL_VALUE_STRING;
		break;
	case GRAPHQL_TOKEN_NAME:
		ret_value->boolean = is_true;
		ret_value->kind = is_true || is_word(parser, "false") ? GRAPHQL_VALUE_BOOLEAN : is_null ? GRAPHQL_VALUE_NULL : GRAPHQL_VALUE_ENUM;
		break;
	case GRAPHQL_TOKEN_END:
	case GRAPHQL_TOKEN_PUNCTUATOR:
		unexpected(parser, "a value");
		return;
	}
	graphql_parser_take(parser);
}

void
graphql_parser_value(struct graphql_parser *parser, bool is_constant, struct graphql_value *ret_value)
{
	*ret_value = (struct graphql_value){ .kind = GRAPHQL_VALUE_NULL, .at = parser->token.at };
	if (enter(parser)) {
		if (!is_constant && graphql_parser_accept(parser, '$')) {
			ret_value->kind = GRAPHQL_VALUE_VARIABLE;
			ret_value->text = graphql_parser_name(parser);
		} else if (graphql_parser_accept(parser, '[')) {
			parse_list(parser, is_constant, ret_value);
		} else if (graphql_parser_accept(parser, '{')) {
			parse_object(parser, is_constant, ret_value);
		} else {
			parse_scalar(parser, ret_value);
		}
	}
	parser->depth--;
}

static void
parse_arguments(struct graphql_parser *parser, bool is_constant, const struct graphql_argument **ret_list, size_t *ret_n)
{
	struct graphql_vector list = { .size = sizeof(struct graphql_argument) };

	if (graphql_parser_accept(parser, '(')) {
		do {
			struct graphql_argument argument = { .name = "" };
			parse_named_value(parser, is_constant, &argument);
			*(struct graphql_argument *)graphql_vector_add(parser->arena, &list) = argument;
			bound(parser, list.n, GRAPHQL_MEMBERS_MAX, "arguments");
		} while (!graphql_parser_accept(parser, ')') && !parser->has_failed);
	}
	*ret_list = list.items;
	*ret_n = list.n;
}

void
graphql_parser_directives(struct graphql_parser *parser, bool is_constant, const struct graphql_directive **ret_list, size_t *ret_n)
{
	struct graphql_vector list = { .size = sizeof(struct graphql_directive) };

	while (is_ahead(parser, '@')) {
		struct graphql_directive directive = { .at = parser->token.at };
		graphql_parser_take(parser);
		directive.name = graphql_parser_name(parser);
		parse_arguments(parser, is_constant, &directive.arguments, &directive.n_arguments);
		*(struct graphql_directive *)graphql_vector_add(parser->arena, &list) = directive;
		bound(parser, list.n, GRAPHQL_DIRECTIVES_MAX, "directives in one place");
	}
	*ret_list = list.items;
	*ret_n = list.n;
}

/* ---- selections ---- */

static struct graphql_selection_set parse_set(struct graphql_parser *parser);

static void
parse_field(struct graphql_parser *parser, struct graphql_selection *ret_field)
{
	ret_field->name = graphql_parser_name(parser);
	if (graphql_parser_accept(parser, ':')) {
		ret_field->alias = ret_field->name;
		ret_field->name = graphql_parser_name(parser);
	}
	parse_arguments(parser, false, &ret_field->arguments, &ret_field->n_arguments);
	graphql_parser_directives(parser, false, &ret_field->directives, &ret_field->n_directives);
	if (is_ahead(parser, '{'))
		ret_field->set = parse_set(parser);
}

static void
parse_fragment_use(struct graphql_parser *parser, struct graphql_selection *ret_selection)
{
	bool is_spread = parser->token.kind == GRAPHQL_TOKEN_NAME && !is_word(parser, "on");

	ret_selection->kind = is_spread ? GRAPHQL_SELECTION_SPREAD : GRAPHQL_SELECTION_INLINE;
	if (is_spread)
		ret_selection->name = graphql_parser_name(parser);
	else if (graphql_parser_accept_word(parser, "on"))
		ret_selection->on = graphql_parser_name(parser);
	graphql_parser_directives(parser, false, &ret_selection->directives, &ret_selection->n_directives);
	if (!is_spread)
		ret_selection->set = parse_set(parser);
}

static struct graphql_selection_set
parse_set(struct graphql_parser *parser)
{
	struct graphql_vector list = { .size = sizeof(struct graphql_selection) };
	size_t number = parser->n_sets++;

	graphql_parser_expect(parser, '{');
	if (enter(parser)) {
		do {
			struct graphql_selection selection = { .kind = GRAPHQL_SELECTION_FIELD, .at = parser->token.at };
			if (graphql_parser_accept(parser, '.'))
				parse_fragment_use(parser, &selection);
			else
				parse_field(parser, &selection);
			*(struct graphql_selection *)graphql_vector_add(parser->arena, &list) = selection;
		} while (!graphql_parser_accept(parser, '}') && !parser->has_failed);
	}
	parser->depth--;
	return (struct graphql_selection_set){ list.items, list.n, number };
}

/* ---- definitions ---- */

/* What may stand before a definition or a variable, for people. */
static bool
skip_description(struct graphql_parser *parser)
{
	bool is_there = parser->token.kind == GRAPHQL_TOKEN_STRING;
	if (is_there)
		graphql_parser_take(parser);
	return is_there;
}

static void
parse_variables(struct graphql_parser *parser, struct graphql_operation *ret_operation)
{
	struct graphql_vector list = { .size = sizeof(struct graphql_variable) };

	if (!graphql_parser_accept(parser, '('))
		return;
	do {
		(void)skip_description(parser);
		struct graphql_variable variable = { .at = parser->token.at };
		graphql_parser_expect(parser, '$');
		variable.name = graphql_parser_name(parser);
		graphql_parser_expect(parser, ':');
		variable.type = graphql_parser_type(parser);
		if (graphql_parser_accept(parser, '=')) {
			struct graphql_value *fallback = ARENA_NEW(parser->arena, struct graphql_value);
			graphql_parser_value(parser, true, fallback);
			variable.fallback = fallback;
		}
		graphql_parser_directives(parser, true, &variable.directives, &variable.n_directives);
		*(struct graphql_variable *)graphql_vector_add(parser->arena, &list) = variable;
		bound(parser, list.n, GRAPHQL_VARIABLES_MAX, "variables");
	} while (!graphql_parser_accept(parser, ')') && !parser->has_failed);
	ret_operation->variables = list.items;
	ret_operation->n_variables = list.n;
}

static void
parse_operation(struct graphql_parser *parser, struct graphql_operation *ret_operation)
{
	*ret_operation = (struct graphql_operation){ .kind = GRAPHQL_QUERY, .at = parser->token.at };
	if (!is_ahead(parser, '{')) {
		if (graphql_parser_accept_word(parser, "mutation"))
			ret_operation->kind = GRAPHQL_MUTATION;
		else if (graphql_parser_accept_word(parser, "subscription"))
			ret_operation->kind = GRAPHQL_SUBSCRIPTION;
		else if (!graphql_parser_accept_word(parser, "query"))
			unexpected(parser, "query, mutation, subscription, fragment or '{'");
		if (parser->token.kind == GRAPHQL_TOKEN_NAME)
			ret_operation->name = graphql_parser_name(parser);
		parse_variables(parser, ret_operation);
		graphql_parser_directives(parser, false, &ret_operation->directives, &ret_operation->n_directives);
	}
	ret_operation->set = parse_set(parser);
}

static void
parse_fragment(struct graphql_parser *parser, struct graphql_fragment *ret_fragment)
{
	*ret_fragment = (struct graphql_fragment){ .at = parser->token.at };
	graphql_parser_take(parser); /* "fragment" */
	if (is_word(parser, "on"))
		unexpected(parser, "the fragment's name");
	ret_fragment->name = graphql_parser_name(parser);
	if (!graphql_parser_accept_word(parser, "on"))
		unexpected(parser, "'on'");
	ret_fragment->on = graphql_parser_name(parser);
	graphql_parser_directives(parser, false, &ret_fragment->directives, &ret_fragment->n_directives);
	ret_fragment->set = parse_set(parser);
}

const struct graphql_document *
graphql_parse(struct arena *arena, const char *text, size_t n, struct graphql_problem *ret_problem)
{
	struct graphql_document *document = ARENA_NEW(arena, struct graphql_document);
	struct graphql_vector operations = { .size = sizeof(struct graphql_operation) };
	struct graphql_vector fragments = { .size = sizeof(struct graphql_fragment) };
	struct graphql_parser parser;

	graphql_parser_init(&parser, arena, text, n, GRAPHQL_PARSE_TOKENS_MAX);
	bound(&parser, n, GRAPHQL_TEXT_MAX, "bytes");
	do {
		if (skip_description(&parser) && is_ahead(&parser, '{'))
			unexpected(&parser, "query, mutation, subscription or fragment");
		if (is_word(&parser, "fragment"))
			parse_fragment(&parser, graphql_vector_add(arena, &fragments));
		else
			parse_operation(&parser, graphql_vector_add(arena, &operations));
		bound(&parser, operations.n, GRAPHQL_OPERATIONS_MAX, "operations");
		bound(&parser, fragments.n, GRAPHQL_FRAGMENTS_MAX, "fragments");
	} while (parser.token.kind != GRAPHQL_TOKEN_END);
	if (parser.has_failed) {
		*ret_problem = parser.problem;
		return NULL;
	}
	*document = (struct graphql_document){ .operations = operations.items, .n_operations = operations.n,
		.fragments = fragments.items, .n_fragments = fragments.n, .n_sets = parser.n_sets };
	return document;
}
