/* Variables from JSON to what the operation's types say. */
#include "graphql/run/variables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- constants ---- */

static void
list_to_json(struct arena *arena, const struct graphql_value *value, const struct json_value *variables, struct json_value *ret)
{
	struct json_value *items = ARENA_ARRAY(arena, struct json_value, value->n + 1);

	for (size_t i = 0; i < value->n; i++)
		if (!graphql_value_to_json(arena, &value->items[i], variables, &items[i]))
			items[i].type = JSON_NULL;
	*ret = (struct json_value){ .type = JSON_LIST, .n = (uint32_t)value->n, .items = items };
}

static void
object_to_json(struct arena *arena, const struct graphql_value *value, const struct json_value *variables, struct json_value *ret)
{
	struct json_member *members = ARENA_ARRAY(arena, struct json_member, value->n + 1);
	uint32_t n = 0;

	for (size_t i = 0; i < value->n; i++) {
		const struct graphql_argument *given = &value->members[i];
		members[n] = (struct json_member){ .name = given->name, .n_name = (uint32_t)strlen(given->name) };
		n += graphql_value_to_json(arena, &given->value, variables, &members[n].value);
	}
	*ret = (struct json_value){ .type = JSON_OBJECT, .n = n, .members = members };
}

/* Digits beyond 64 bits stay a number of the document's own spelling. */
static void
number_to_json(const struct graphql_value *value, struct json_value *ret)
{
	errno = 0;
	long long integer = value->kind == GRAPHQL_VALUE_INT ? strtoll(value->text, NULL, 10) : 0;

	if (value->kind == GRAPHQL_VALUE_INT && errno == 0)
		*ret = (struct json_value){ .type = JSON_INT, .integer = integer };
	else
		*ret = (struct json_value){ .type = JSON_REAL, .n = (uint32_t)strlen(value->text), .real = strtod(value->text, NULL),
			.number = value->text };
}

bool
graphql_value_to_json(struct arena *arena, const struct graphql_value *value, const struct json_value *variables,
    struct json_value *ret_json)
{
	switch (value->kind) {
	case GRAPHQL_VALUE_VARIABLE: {
		const struct json_value *given = variables ? json_get(variables, value->text) : NULL;
		if (given)
			*ret_json = *given;
		return given != NULL;
	}
	case GRAPHQL_VALUE_LIST:
		list_to_json(arena, value, variables, ret_json);
		return true;
	case GRAPHQL_VALUE_OBJECT:
		object_to_json(arena, value, variables, ret_json);
		return true;
	case GRAPHQL_VALUE_INT:
	case GRAPHQL_VALUE_FLOAT:
		number_to_json(value, ret_json);
		return true;
	case GRAPHQL_VALUE_STRING:
		*ret_json = (struct json_value){ .type = JSON_TEXT, .n = (uint32_t)value->n, .text = value->text };
		return true;
	case GRAPHQL_VALUE_ENUM:
		*ret_json = (struct json_value){ .type = JSON_TEXT, .n = (uint32_t)strlen(value->text), .text = value->text };
		return true;
	case GRAPHQL_VALUE_BOOLEAN:
		*ret_json = (struct json_value){ .type = JSON_BOOL, .boolean = value->boolean };
		return true;
	case GRAPHQL_VALUE_NULL:
		*ret_json = (struct json_value){ .type = JSON_NULL };
		return true;
	}
	return false;
}

/* ---- what was given ---- */

/* Where in the variables, for messages. */
struct place {
	const struct place *outer;
	const char *name; /* NULL: an item */
	size_t index;
};

struct coercion {
	struct arena *arena;
	const struct graphql_schema *schema;
	struct graphql_problems *problems;
	struct graphql_at at; /* of the variable */
};

static bool coerce(struct coercion *coercion, const struct graphql_type_ref *type, const struct graphql_schema_type *base,
    const struct json_value *given, const struct place *place, struct json_value *ret_value);

static const char *
place_text(struct arena *arena, const struct place *place)
{
	if (!place->outer)
		return arena_printf(arena, "$%s", place->name);
	const char *outer = place_text(arena, place->outer);
	return place->name ? arena_printf(arena, "%s.%s", outer, place->name) : arena_printf(arena, "%s[%zu]", outer, place->index);
}

static bool
refuse(struct coercion *coercion, const struct place *place, const char *what)
{
	struct graphql_problems *problems = coercion->problems;

	if (problems->n < GRAPHQL_PROBLEMS_MAX)
		problems->list[problems->n++] = (struct graphql_problem){
			arena_printf(coercion->arena, "variable '%s' %s", place_text(coercion->arena, place), what), coercion->at };
	return false;
}

/* 3.0 is an integer to JSON. */
static bool
is_int32(const struct json_value *given)
{
	if (given->type == JSON_INT)
		return given->integer >= INT32_MIN && given->integer <= INT32_MAX;
	return given->type == JSON_REAL && given->real >= INT32_MIN && given->real <= INT32_MAX && given->real == (double)(int64_t)given->real;
}

static bool
coerce_scalar(struct coercion *coercion, const struct graphql_schema_type *base, const struct json_value *given,
    const struct place *place, struct json_value *ret_value)
{
	bool is_number = given->type == JSON_INT || given->type == JSON_REAL;
	bool is_good = !base->is_builtin; /* others are for the operation to judge */

	*ret_value = *given;
	if (!base->is_builtin)
		return true;
	if (strcmp(base->name, "Int") == 0) {
		is_good = is_int32(given);
		if (is_good && given->type == JSON_REAL)
			*ret_value = (struct json_value){ .type = JSON_INT, .integer = (int64_t)given->real };
	} else if (strcmp(base->name, "Float") == 0) {
		is_good = is_number;
	} else if (strcmp(base->name, "Boolean") == 0) {
		is_good = given->type == JSON_BOOL;
	} else if (strcmp(base->name, "String") == 0) {
		is_good = given->type == JSON_TEXT;
	} else {
		is_good = given->type == JSON_TEXT || given->type == JSON_INT;
	}
	return is_good || refuse(coercion, place, arena_printf(coercion->arena, "is not a value of type '%s'", base->name));
}

static bool
coerce_enum(struct coercion *coercion, const struct graphql_schema_type *base, const struct json_value *given,
    const struct place *place, struct json_value *ret_value)
{
	for (size_t i = 0; given->type == JSON_TEXT && i < base->n_values; i++) {
		if (strcmp(base->values[i].name, given->text) != 0)
			continue;
		*ret_value = *given;
		return true;
	}
	return refuse(coercion, place, arena_printf(coercion->arena, "is not a value of type '%s'", base->name));
}

/* One field of an input object; *ret_has: it is there, given or by default. */
static bool
coerce_member(struct coercion *coercion, const struct graphql_schema_input *input, const struct json_value *given,
    const struct place *place, struct json_value *ret_value, bool *ret_has)
{
	*ret_has = given || input->fallback;
	if (given)
		return coerce(coercion, input->type, input->base, given, place, ret_value);
	if (input->fallback)
		return graphql_value_to_json(coercion->arena, input->fallback, NULL, ret_value);
	return !input->type->is_required || refuse(coercion, place, "is missing");
}

static bool
coerce_object(struct coercion *coercion, const struct graphql_schema_type *base, const struct json_value *given,
    const struct place *place, struct json_value *ret_value)
{
	struct json_member *members = ARENA_ARRAY(coercion->arena, struct json_member, base->n_inputs + 1);
	uint32_t n = 0;
	bool is_good = true;

	if (given->type != JSON_OBJECT)
		return refuse(coercion, place, arena_printf(coercion->arena, "is not an object, as type '%s' is", base->name));
	for (uint32_t i = 0; i < given->n; i++)
		if (!graphql_schema_input(base->inputs, base->n_inputs, given->members[i].name))
			is_good = refuse(coercion, &(struct place){ .outer = place, .name = given->members[i].name }, "is not a field of its type");
	for (size_t i = 0; i < base->n_inputs; i++) {
		const struct graphql_schema_input *input = &base->inputs[i];
		struct place inner = { .outer = place, .name = input->name };
		bool has = false;
		members[n] = (struct json_member){ .name = input->name, .n_name = (uint32_t)strlen(input->name) };
		is_good &= coerce_member(coercion, input, json_get(given, input->name), &inner, &members[n].value, &has);
		n += has;
	}
	*ret_value = (struct json_value){ .type = JSON_OBJECT, .n = n, .members = members };
	return is_good;
}

static bool
coerce_list(struct coercion *coercion, const struct graphql_type_ref *type, const struct graphql_schema_type *base,
    const struct json_value *given, const struct place *place, struct json_value *ret_value)
{
	uint32_t n = given->type == JSON_LIST ? given->n : 1;
	struct json_value *items = ARENA_ARRAY(coercion->arena, struct json_value, n + 1);
	bool is_good = true;

	for (uint32_t i = 0; i < n; i++) {
		struct place item = { .outer = place, .index = i };
		if (given->type == JSON_LIST)
			is_good &= coerce(coercion, type->of, base, &given->items[i], &item, &items[i]);
		else
			is_good &= coerce(coercion, type->of, base, given, place, &items[i]);
	}
	*ret_value = (struct json_value){ .type = JSON_LIST, .n = n, .items = items };
	return is_good;
}

static bool
coerce(struct coercion *coercion, const struct graphql_type_ref *type, const struct graphql_schema_type *base,
    const struct json_value *given, const struct place *place, struct json_value *ret_value)
{
	if (given->type == JSON_NULL) {
		*ret_value = *given;
		return !type->is_required || refuse(coercion, place, "may not be null");
	}
	if (type->of)
		return coerce_list(coercion, type, base, given, place, ret_value);
	if (base->kind == GRAPHQL_TYPE_ENUM)
		return coerce_enum(coercion, base, given, place, ret_value);
	if (base->kind == GRAPHQL_TYPE_INPUT)
		return coerce_object(coercion, base, given, place, ret_value);
	return coerce_scalar(coercion, base, given, place, ret_value);
}

const struct json_value *
graphql_variables_coerce(struct arena *arena, const struct graphql_schema *schema, const struct graphql_operation *operation,
    const struct json_value *given, struct graphql_problems *ret_problems)
{
	struct json_value *variables = ARENA_NEW(arena, struct json_value);
	struct json_member *members = ARENA_ARRAY(arena, struct json_member, operation->n_variables + 1);
	uint32_t n = 0;

	ret_problems->n = 0;
	for (size_t i = 0; i < operation->n_variables; i++) {
		const struct graphql_variable *declared = &operation->variables[i];
		const struct graphql_type_ref *innermost = declared->type;
		while (innermost->of)
			innermost = innermost->of;
		struct coercion coercion = { .arena = arena, .schema = schema, .problems = ret_problems, .at = declared->at };
		struct graphql_schema_input input = { .name = declared->name, .type = declared->type, .fallback = declared->fallback,
			.base = graphql_schema_type(schema, innermost->name) };
		struct place place = { .name = declared->name };
		bool has = false;
		members[n] = (struct json_member){ .name = declared->name, .n_name = (uint32_t)strlen(declared->name) };
		(void)coerce_member(&coercion, &input, given ? json_get(given, declared->name) : NULL, &place, &members[n].value, &has);
		n += has;
	}
	*variables = (struct json_value){ .type = JSON_OBJECT, .n = n, .members = members };
	return ret_problems->n == 0 ? variables : NULL;
}
