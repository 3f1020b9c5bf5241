/* SDL to a schema: what our generator writes, and no more (no interfaces, unions, extensions). */
#include "graphql/schema/schema.h"

#include <string.h>

#include "buf.h"

enum { SCHEMA_TOKENS_MAX = 200000 };

struct reader {
	struct graphql_parser parser;
	struct graphql_vector types, directives;
	const struct graphql_schema *schema;
};

/* ---- reading ---- */

static const char *
read_description(struct graphql_parser *parser)
{
	const char *text = parser->token.kind == GRAPHQL_TOKEN_STRING ? parser->token.text : NULL;
	if (text)
		graphql_parser_take(parser);
	return text;
}

/* `name: Type = fallback` until the closing mark. */
static const struct graphql_schema_input *
read_inputs(struct graphql_parser *parser, char close, size_t *ret_n)
{
	struct graphql_vector list = { .size = sizeof(struct graphql_schema_input) };
	const struct graphql_directive *ignored;
	size_t n_ignored;

	while (!graphql_parser_accept(parser, close) && !parser->has_failed) {
		struct graphql_schema_input input = { .description = read_description(parser) };
		input.name = graphql_parser_name(parser);
		graphql_parser_expect(parser, ':');
		input.type = graphql_parser_type(parser);
		if (graphql_parser_accept(parser, '=')) {
			struct graphql_value *fallback = ARENA_NEW(parser->arena, struct graphql_value);
			graphql_parser_value(parser, true, fallback);
			input.fallback = fallback;
		}
		graphql_parser_directives(parser, true, &ignored, &n_ignored);
		*(struct graphql_schema_input *)graphql_vector_add(parser->arena, &list) = input;
	}
	*ret_n = list.n;
	return list.items;
}

static void
read_fields(struct graphql_parser *parser, struct graphql_schema_type *type)
{
	struct graphql_vector list = { .size = sizeof(struct graphql_schema_field) };

	graphql_parser_expect(parser, '{');
	while (!graphql_parser_accept(parser, '}') && !parser->has_failed) {
		struct graphql_schema_field field = { .description = read_description(parser) };
		field.name = graphql_parser_name(parser);
		if (graphql_parser_accept(parser, '('))
			field.arguments = read_inputs(parser, ')', &field.n_arguments);
		graphql_parser_expect(parser, ':');
		field.type = graphql_parser_type(parser);
		*(struct graphql_schema_field *)graphql_vector_add(parser->arena, &list) = field;
	}
	type->fields = list.items;
	type->n_fields = list.n;
}

static void
read_values(struct graphql_parser *parser, struct graphql_schema_type *type)
{
	struct graphql_vector list = { .size = sizeof(struct graphql_schema_value) };

	graphql_parser_expect(parser, '{');
	while (!graphql_parser_accept(parser, '}') && !parser->has_failed) {
		struct graphql_schema_value value = { .description = read_description(parser) };
		value.name = graphql_parser_name(parser);
		*(struct graphql_schema_value *)graphql_vector_add(parser->arena, &list) = value;
	}
	type->values = list.items;
	type->n_values = list.n;
}

static void
read_scalar(struct graphql_parser *parser, struct graphql_schema_type *type)
{
	const struct graphql_directive *list;
	size_t n;

	graphql_parser_directives(parser, true, &list, &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, "specifiedBy") == 0 && list[i].n_arguments == 1)
			type->specified_by = list[i].arguments[0].value.text;
}

static void
read_directive(struct reader *reader, const char *description)
{
	struct graphql_parser *parser = &reader->parser;
	struct graphql_vector locations = { .size = sizeof(const char *) };
	struct graphql_schema_directive directive = { .description = description };

	graphql_parser_expect(parser, '@');
	directive.name = graphql_parser_name(parser);
	if (graphql_parser_accept(parser, '('))
		directive.arguments = read_inputs(parser, ')', &directive.n_arguments);
	if (!graphql_parser_accept_word(parser, "on"))
		graphql_parser_fail(parser, "expected 'on'");
	do
		*(const char **)graphql_vector_add(parser->arena, &locations) = graphql_parser_name(parser);
	while (graphql_parser_accept(parser, '|'));
	directive.locations = locations.items;
	directive.n_locations = locations.n;
	*(struct graphql_schema_directive *)graphql_vector_add(parser->arena, &reader->directives) = directive;
}

static void
read_definition(struct reader *reader, bool is_builtin)
{
	struct graphql_parser *parser = &reader->parser;
	struct graphql_schema_type type = { .description = read_description(parser), .is_builtin = is_builtin };
	const char *word = graphql_parser_name(parser);

	if (strcmp(word, "directive") == 0) {
		read_directive(reader, type.description);
		return;
	}
	type.name = graphql_parser_name(parser);
	if (strcmp(word, "type") == 0) {
		type.kind = GRAPHQL_TYPE_OBJECT;
		read_fields(parser, &type);
	} else if (strcmp(word, "enum") == 0) {
		type.kind = GRAPHQL_TYPE_ENUM;
		read_values(parser, &type);
	} else if (strcmp(word, "input") == 0) {
		type.kind = GRAPHQL_TYPE_INPUT;
		graphql_parser_expect(parser, '{');
		type.inputs = read_inputs(parser, '}', &type.n_inputs);
	} else if (strcmp(word, "scalar") == 0) {
		type.kind = GRAPHQL_TYPE_SCALAR;
		read_scalar(parser, &type);
	} else {
		graphql_parser_fail(parser, "expected type, enum, input, scalar or directive");
	}
	*(struct graphql_schema_type *)graphql_vector_add(parser->arena, &reader->types) = type;
}

static bool
read_text(struct reader *reader, struct arena *arena, const char *text, size_t n, bool is_builtin, struct graphql_problem *ret_problem)
{
	graphql_parser_init(&reader->parser, arena, text, n, SCHEMA_TOKENS_MAX);
	while (reader->parser.token.kind != GRAPHQL_TOKEN_END)
		read_definition(reader, is_builtin);
	if (reader->parser.has_failed)
		*ret_problem = reader->parser.problem;
	return !reader->parser.has_failed;
}

/* ---- references ---- */

static const struct graphql_schema_type *
base_of(struct reader *reader, const struct graphql_type_ref *type)
{
	while (type->of)
		type = type->of;
	const struct graphql_schema_type *base = graphql_schema_type(reader->schema, type->name);
	if (!base)
		graphql_parser_fail(&reader->parser, arena_printf(reader->parser.arena, "type '%s' is not declared", type->name));
	return base;
}

static void
resolve_inputs(struct reader *reader, const struct graphql_schema_input *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((struct graphql_schema_input *)(uintptr_t)&list[i])->base = base_of(reader, list[i].type);
}

static void
resolve(struct reader *reader)
{
	for (size_t i = 0; i < reader->schema->n_types; i++) {
		const struct graphql_schema_type *type = &reader->schema->types[i];
		resolve_inputs(reader, type->inputs, type->n_inputs);
		for (size_t k = 0; k < type->n_fields; k++) {
			struct graphql_schema_field *field = (struct graphql_schema_field *)(uintptr_t)&type->fields[k];
			field->base = base_of(reader, field->type);
			resolve_inputs(reader, field->arguments, field->n_arguments);
		}
	}
	for (size_t i = 0; i < reader->schema->n_directives; i++)
		resolve_inputs(reader, reader->schema->directives[i].arguments, reader->schema->directives[i].n_arguments);
}

/* The fields that the specification adds are those of a type in the built-in text. */
static void
take_meta_fields(struct graphql_schema *schema)
{
	const struct graphql_schema_type *meta = graphql_schema_type(schema, "__Meta");

	schema->meta[0] = meta->fields[0];
	schema->meta[1] = meta->fields[1];
	schema->type_name = meta->fields[2];
	schema->n_types--; /* it is the last one, and no type of the schema */
}

const struct graphql_schema *
graphql_schema_read(struct arena *arena, const char *text, size_t n, struct graphql_problem *ret_problem)
{
	struct graphql_schema *schema = ARENA_NEW(arena, struct graphql_schema);
	struct reader reader = { .types = { .size = sizeof(struct graphql_schema_type) },
		.directives = { .size = sizeof(struct graphql_schema_directive) }, .schema = schema };

	if (!read_text(&reader, arena, text, n, false, ret_problem) ||
	    !read_text(&reader, arena, graphql_builtin_sdl, strlen(graphql_builtin_sdl), true, ret_problem))
		return NULL;
	*schema = (struct graphql_schema){ .types = reader.types.items, .n_types = reader.types.n,
		.directives = reader.directives.items, .n_directives = reader.directives.n };
	resolve(&reader);
	schema->query = graphql_schema_type(schema, "Query");
	schema->mutation = graphql_schema_type(schema, "Mutation");
	if (!schema->query)
		graphql_parser_fail(&reader.parser, "there is no type Query");
	if (reader.parser.has_failed) {
		*ret_problem = reader.parser.problem;
		return NULL;
	}
	take_meta_fields(schema);
	return schema;
}

/* ---- look-ups ---- */

const struct graphql_schema_type *
graphql_schema_type(const struct graphql_schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->n_types; i++)
		if (strcmp(schema->types[i].name, name) == 0)
			return &schema->types[i];
	return NULL;
}

const struct graphql_schema_field *
graphql_schema_field(const struct graphql_schema *schema, const struct graphql_schema_type *type, const char *name)
{
	if (strcmp(name, "__typename") == 0)
		return &schema->type_name;
	for (size_t i = 0; type == schema->query && i < 2; i++)
		if (strcmp(schema->meta[i].name, name) == 0)
			return &schema->meta[i];
	for (size_t i = 0; i < type->n_fields; i++)
		if (strcmp(type->fields[i].name, name) == 0)
			return &type->fields[i];
	return NULL;
}

const struct graphql_schema_directive *
graphql_schema_directive(const struct graphql_schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->n_directives; i++)
		if (strcmp(schema->directives[i].name, name) == 0)
			return &schema->directives[i];
	return NULL;
}

const struct graphql_schema_input *
graphql_schema_input(const struct graphql_schema_input *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

/* ---- as text ---- */

const char *
graphql_type_text(struct arena *arena, const struct graphql_type_ref *type)
{
	const char *required = type->is_required ? "!" : "";

	if (type->name)
		return arena_printf(arena, "%s%s", type->name, required);
	return arena_printf(arena, "[%s]%s", graphql_type_text(arena, type->of), required);
}

void
graphql_value_write(struct buf *buf, const struct graphql_value *value)
{
	switch (value->kind) {
	case GRAPHQL_VALUE_STRING:
		buf_add_json_text(buf, value->text, value->n);
		return;
	case GRAPHQL_VALUE_LIST:
		buf_add_char(buf, '[');
		for (size_t i = 0; i < value->n; i++) {
			buf_add_text(buf, i > 0 ? ", " : "");
			graphql_value_write(buf, &value->items[i]);
		}
		buf_add_char(buf, ']');
		return;
	case GRAPHQL_VALUE_OBJECT:
		buf_add_char(buf, '{');
		for (size_t i = 0; i < value->n; i++) {
			buf_add_text(buf, i > 0 ? ", " : "");
			buf_add_text(buf, value->members[i].name);
			buf_add_text(buf, ": ");
			graphql_value_write(buf, &value->members[i].value);
		}
		buf_add_char(buf, '}');
		return;
	case GRAPHQL_VALUE_VARIABLE:
		buf_add_char(buf, '$');
		buf_add_text(buf, value->text);
		return;
	case GRAPHQL_VALUE_NULL:
	case GRAPHQL_VALUE_INT:
	case GRAPHQL_VALUE_FLOAT:
	case GRAPHQL_VALUE_BOOLEAN:
	case GRAPHQL_VALUE_ENUM:
		buf_add_text(buf, value->text);
		return;
	}
}
