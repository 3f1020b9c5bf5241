/* Selections against the type they select from: fields, arguments, directives, fragments. */
#include <string.h>

#include "graphql/validate/internal.h"

/* ---- arguments ---- */

static void
check_given(struct graphql_validator *validator, const struct graphql_argument *list, size_t i, const struct graphql_schema_input *declared,
    size_t n_declared, const char *of)
{
	const struct graphql_argument *given = &list[i];
	const struct graphql_schema_input *input = graphql_schema_input(declared, n_declared, given->name);

	for (size_t k = 0; k < i; k++)
		if (strcmp(list[k].name, given->name) == 0)
			graphql_invalid(validator, given->at, "argument '%s' is given twice", given->name);
	if (input)
		graphql_validate_value(validator, input->type, input->base, &given->value, input->fallback != NULL);
	else
		graphql_invalid(validator, given->at, "'%s' has no argument '%s'", of, given->name);
}

static void
check_arguments(struct graphql_validator *validator, const struct graphql_argument *list, size_t n,
    const struct graphql_schema_input *declared, size_t n_declared, const char *of, struct graphql_at at)
{
	for (size_t i = 0; i < n; i++)
		check_given(validator, list, i, declared, n_declared, of);
	for (size_t i = 0; i < n_declared; i++) {
		size_t k = 0;
		while (k < n && strcmp(list[k].name, declared[i].name) != 0)
			k++;
		if (k == n && declared[i].type->is_required && !declared[i].fallback)
			graphql_invalid(validator, at, "'%s' needs argument '%s' of type '%s'", of, declared[i].name,
			    graphql_type_text(validator->arena, declared[i].type));
	}
}

/* ---- directives ---- */

static bool
may_stand(const struct graphql_schema_directive *directive, const char *location)
{
	for (size_t i = 0; i < directive->n_locations; i++)
		if (strcmp(directive->locations[i], location) == 0)
			return true;
	return false;
}

void
graphql_validate_directives(struct graphql_validator *validator, const struct graphql_directive *list, size_t n, const char *location)
{
	for (size_t i = 0; i < n; i++) {
		const struct graphql_schema_directive *directive = graphql_schema_directive(validator->schema, list[i].name);
		for (size_t k = 0; k < i; k++)
			if (strcmp(list[k].name, list[i].name) == 0)
				graphql_invalid(validator, list[i].at, "directive '@%s' stands here twice", list[i].name);
		if (!directive) {
			graphql_invalid(validator, list[i].at, "directive '@%s' is not known", list[i].name);
			continue;
		}
		if (!may_stand(directive, location))
			graphql_invalid(validator, list[i].at, "directive '@%s' may not stand on %s", list[i].name, location);
		check_arguments(validator, list[i].arguments, list[i].n_arguments, directive->arguments, directive->n_arguments, list[i].name,
		    list[i].at);
	}
}

/* ---- selections ---- */

static void
check_field(struct graphql_validator *validator, const struct graphql_schema_type *type, const struct graphql_selection *selection)
{
	const struct graphql_schema_field *field = graphql_schema_field(validator->schema, type, selection->name);

	graphql_validate_directives(validator, selection->directives, selection->n_directives, "FIELD");
	if (!field) {
		graphql_invalid(validator, selection->at, "type '%s' has no field '%s'", type->name, selection->name);
		return;
	}
	check_arguments(validator, selection->arguments, selection->n_arguments, field->arguments, field->n_arguments, selection->name,
	    selection->at);
	bool has_fields = field->base->kind == GRAPHQL_TYPE_OBJECT;
	if (has_fields && selection->set.n == 0)
		graphql_invalid(validator, selection->at, "field '%s' of type '%s' needs a selection of fields", selection->name,
		    graphql_type_text(validator->arena, field->type));
	else if (!has_fields && selection->set.n > 0)
		graphql_invalid(validator, selection->at, "field '%s' of type '%s' has no fields to select", selection->name,
		    graphql_type_text(validator->arena, field->type));
	else if (has_fields)
		graphql_validate_selections(validator, field->base, &selection->set);
}

static void
check_inline(struct graphql_validator *validator, const struct graphql_schema_type *type, const struct graphql_selection *selection)
{
	const struct graphql_schema_type *on = selection->on ? graphql_schema_type(validator->schema, selection->on) : type;

	graphql_validate_directives(validator, selection->directives, selection->n_directives, "INLINE_FRAGMENT");
	if (!on) {
		graphql_invalid(validator, selection->at, "type '%s' is not known", selection->on);
		return;
	}
	if (on->kind != GRAPHQL_TYPE_OBJECT) {
		graphql_invalid(validator, selection->at, "a fragment is on '%s', which has no fields", on->name);
		return;
	}
	if (on != type)
		graphql_invalid(validator, selection->at, "a '%s' is never a '%s'", type->name, on->name);
	graphql_validate_selections(validator, on, &selection->set);
}

static void
check_spread(struct graphql_validator *validator, const struct graphql_schema_type *type, const struct graphql_selection *selection)
{
	const struct graphql_document *document = validator->document;
	size_t at = graphql_fragment_index(document, selection->name);

	graphql_validate_directives(validator, selection->directives, selection->n_directives, "FRAGMENT_SPREAD");
	if (at == document->n_fragments) {
		graphql_invalid(validator, selection->at, "there is no fragment '%s'", selection->name);
		return;
	}
	*(size_t *)graphql_vector_add(validator->arena, &validator->contents->spreads) = at;
	const struct graphql_schema_type *on = graphql_schema_type(validator->schema, document->fragments[at].on);
	if (on && on->kind == GRAPHQL_TYPE_OBJECT && on != type)
		graphql_invalid(validator, selection->at, "fragment '%s' is on '%s', but a '%s' is never one", selection->name, on->name, type->name);
}

void
graphql_validate_selections(struct graphql_validator *validator, const struct graphql_schema_type *type,
    const struct graphql_selection_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		switch (set->list[i].kind) {
		case GRAPHQL_SELECTION_FIELD:
			check_field(validator, type, &set->list[i]);
			break;
		case GRAPHQL_SELECTION_INLINE:
			check_inline(validator, type, &set->list[i]);
			break;
		case GRAPHQL_SELECTION_SPREAD:
			check_spread(validator, type, &set->list[i]);
			break;
		}
	}
}
