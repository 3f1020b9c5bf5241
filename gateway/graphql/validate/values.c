/* Values and variables against input types. */
#include <stdlib.h>
#include <string.h>

#include "graphql/validate/internal.h"

/* ---- values ---- */

static const char *
value_text(struct graphql_validator *validator, const struct graphql_value *value)
{
	struct buf buf;

	buf_init(&buf, validator->arena, 32);
	graphql_value_write(&buf, value);
	return buf.bytes;
}

static void
wrong(struct graphql_validator *validator, const char *type, const struct graphql_value *value)
{
	graphql_invalid(validator, value->at, "%.80s is not a value of type '%s'", value_text(validator, value), type);
}

static void
use_variable(struct graphql_validator *validator, const struct graphql_value *value, const struct graphql_type_ref *type, bool has_fallback)
{
	struct graphql_variable_use *use = graphql_vector_add(validator->arena, &validator->contents->uses);
	*use = (struct graphql_variable_use){ .name = value->text, .at = value->at, .type = type, .has_fallback = has_fallback };
}

static void
check_members_once(struct graphql_validator *validator, const struct graphql_value *object)
{
	for (size_t i = 0; i < object->n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(object->members[i].name, object->members[k].name) == 0)
				graphql_invalid(validator, object->members[i].at, "field '%s' is given twice", object->members[i].name);
}

/* Inside a scalar of any form there may be variables: in its lists of the scalar's type, in its objects of any (type NULL). */
static void
check_any(struct graphql_validator *validator, const struct graphql_type_ref *type, const struct graphql_value *value)
{
	struct graphql_type_ref *item = NULL;

	if (value->kind == GRAPHQL_VALUE_VARIABLE)
		use_variable(validator, value, type, false);
	if (value->kind == GRAPHQL_VALUE_LIST && type) {
		item = ARENA_NEW(validator->arena, struct graphql_type_ref);
		*item = *type;
		item->is_required = false;
	}
	for (size_t i = 0; value->kind == GRAPHQL_VALUE_LIST && i < value->n; i++)
		check_any(validator, item, &value->items[i]);
	if (value->kind != GRAPHQL_VALUE_OBJECT)
		return;
	check_members_once(validator, value);
	for (size_t i = 0; i < value->n; i++)
		check_any(validator, NULL, &value->members[i].value);
}

static bool
is_int32(const char *digits)
{
	long long value = strlen(digits) <= 11 ? strtoll(digits, NULL, 10) : INT64_MAX;
	return value >= INT32_MIN && value <= INT32_MAX;
}

static bool
fits_scalar(const char *type, const struct graphql_value *value)
{
	enum graphql_value_kind kind = value->kind;

	if (strcmp(type, "Int") == 0)
		return kind == GRAPHQL_VALUE_INT && is_int32(value->text);
	if (strcmp(type, "Float") == 0)
		return kind == GRAPHQL_VALUE_INT || kind == GRAPHQL_VALUE_FLOAT;
	if (strcmp(type, "String") == 0)
		return kind == GRAPHQL_VALUE_STRING;
	if (strcmp(type, "Boolean") == 0)
		return kind == GRAPHQL_VALUE_BOOLEAN;
	return kind == GRAPHQL_VALUE_STRING || kind == GRAPHQL_VALUE_INT; /* ID */
}

static bool
has_value(const struct graphql_schema_type *type, const char *name)
{
	for (size_t i = 0; i < type->n_values; i++)
		if (strcmp(type->values[i].name, name) == 0)
			return true;
	return false;
}

static void
check_input(struct graphql_validator *validator, const struct graphql_schema_type *type, const struct graphql_value *value)
{
	if (value->kind != GRAPHQL_VALUE_OBJECT) {
		wrong(validator, type->name, value);
		return;
	}
	check_members_once(validator, value);
	for (size_t i = 0; i < value->n; i++) {
		const struct graphql_schema_input *input = graphql_schema_input(type->inputs, type->n_inputs, value->members[i].name);
		if (input)
			graphql_validate_value(validator, input->type, input->base, &value->members[i].value, input->fallback != NULL);
		else
			graphql_invalid(validator, value->members[i].at, "type '%s' has no field '%s'", type->name, value->members[i].name);
	}
	for (size_t i = 0; i < type->n_inputs; i++) {
		size_t k = 0;
		while (k < value->n && strcmp(value->members[k].name, type->inputs[i].name) != 0)
			k++;
		if (k == value->n && type->inputs[i].type->is_required && !type->inputs[i].fallback)
			graphql_invalid(validator, value->at, "type '%s' needs field '%s'", type->name, type->inputs[i].name);
	}
}

static void
check_named(struct graphql_validator *validator, const struct graphql_type_ref *type, const struct graphql_schema_type *base,
    const struct graphql_value *value)
{
	switch (base->kind) {
	case GRAPHQL_TYPE_INPUT:
		check_input(validator, base, value);
		return;
	case GRAPHQL_TYPE_ENUM:
		if (value->kind != GRAPHQL_VALUE_ENUM || !has_value(base, value->text))
			wrong(validator, base->name, value);
		return;
	case GRAPHQL_TYPE_SCALAR:
		if (!base->is_builtin)
			check_any(validator, type, value); /* what it may be is the operation's to say, in its own words */
		else if (!fits_scalar(base->name, value))
			wrong(validator, base->name, value);
		return;
	case GRAPHQL_TYPE_OBJECT:
		return;
	}
}

void
graphql_validate_value(struct graphql_validator *validator, const struct graphql_type_ref *type,
    const struct graphql_schema_type *base, const struct graphql_value *value, bool has_fallback)
{
	if (value->kind == GRAPHQL_VALUE_VARIABLE) {
		use_variable(validator, value, type, has_fallback);
		return;
	}
	if (value->kind == GRAPHQL_VALUE_NULL) {
		if (type->is_required)
			graphql_invalid(validator, value->at, "null is not a value of type '%s'", graphql_type_text(validator->arena, type));
		return;
	}
	if (type->name) {
		check_named(validator, type, base, value);
		return;
	}
	if (value->kind != GRAPHQL_VALUE_LIST) { /* stands for a list of one */
		graphql_validate_value(validator, type->of, base, value, false);
		return;
	}
	for (size_t i = 0; i < value->n; i++)
		graphql_validate_value(validator, type->of, base, &value->items[i], false);
}

/* ---- variables ---- */

static const struct graphql_schema_type *
base_of(const struct graphql_validator *validator, const struct graphql_type_ref *type)
{
	while (type->of)
		type = type->of;
	return graphql_schema_type(validator->schema, type->name);
}

void
graphql_validate_variables(struct graphql_validator *validator, const struct graphql_operation *operation)
{
	for (size_t i = 0; i < operation->n_variables; i++) {
		const struct graphql_variable *variable = &operation->variables[i];
		const struct graphql_schema_type *base = base_of(validator, variable->type);
		for (size_t k = 0; k < i; k++)
			if (strcmp(operation->variables[k].name, variable->name) == 0)
				graphql_invalid(validator, variable->at, "variable '$%s' is declared twice", variable->name);
		graphql_validate_directives(validator, variable->directives, variable->n_directives, "VARIABLE_DEFINITION");
		if (!base)
			graphql_invalid(validator, variable->type->at, "type '%s' is not known", graphql_type_text(validator->arena, variable->type));
		else if (base->kind == GRAPHQL_TYPE_OBJECT)
			graphql_invalid(validator, variable->type->at, "variable '$%s' cannot have type '%s', which is not an input", variable->name, base->name);
		else if (variable->fallback)
			graphql_validate_value(validator, variable->type, base, variable->fallback, false);
	}
}

/* Is every value of type `given` one of type `wanted`?  (5.8.5, AreTypesCompatible) */
static bool
is_within(const struct graphql_type_ref *given, const struct graphql_type_ref *wanted, bool is_wanted_required)
{
	if (is_wanted_required && !given->is_required)
		return false;
	if (wanted->name || given->name)
		return wanted->name && given->name && strcmp(wanted->name, given->name) == 0;
	return is_within(given->of, wanted->of, wanted->of->is_required);
}

void
graphql_validate_use(struct graphql_validator *validator, const struct graphql_variable *variable, const struct graphql_variable_use *use)
{
	const struct graphql_schema_type *base = base_of(validator, variable->type);

	if (!use->type || !base || base->kind == GRAPHQL_TYPE_OBJECT)
		return;
	bool has_fallback = use->has_fallback || (variable->fallback && variable->fallback->kind != GRAPHQL_VALUE_NULL);
	if (!is_within(variable->type, use->type, use->type->is_required && !has_fallback))
		graphql_invalid(validator, use->at, "variable '$%s' of type '%s' stands where '%s' is wanted", variable->name,
		    graphql_type_text(validator->arena, variable->type), graphql_type_text(validator->arena, use->type));
}
