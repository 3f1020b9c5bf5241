/* Operations and fragments as wholes, and what ties them together. */
#include <string.h>

#include "graphql/validate/internal.h"

void
graphql_invalid(struct graphql_validator *validator, struct graphql_at at, const char *format, ...)
{
	struct graphql_problems *problems = validator->problems;
	va_list args;

	if (problems->n == GRAPHQL_PROBLEMS_MAX)
		return;
	va_start(args, format);
	problems->list[problems->n++] = (struct graphql_problem){ arena_vprintf(validator->arena, format, args), at };
	va_end(args);
}

size_t
graphql_fragment_index(const struct graphql_document *document, const char *name)
{
	size_t i = 0;
	while (i < document->n_fragments && strcmp(document->fragments[i].name, name) != 0)
		i++;
	return i;
}

/* ---- names ---- */

static void
check_names(struct graphql_validator *validator)
{
	const struct graphql_document *document = validator->document;

	for (size_t i = 0; i < document->n_operations; i++) {
		const struct graphql_operation *operation = &document->operations[i];
		if (!operation->name && document->n_operations > 1)
			graphql_invalid(validator, operation->at, "an operation without name must be the only one");
		for (size_t k = 0; k < i && operation->name; k++)
			if (document->operations[k].name && strcmp(document->operations[k].name, operation->name) == 0)
				graphql_invalid(validator, operation->at, "there are several operations '%s'", operation->name);
	}
	for (size_t i = 0; i < document->n_fragments; i++)
		if (graphql_fragment_index(document, document->fragments[i].name) != i)
			graphql_invalid(validator, document->fragments[i].at, "there are several fragments '%s'", document->fragments[i].name);
}

/* ---- reach ---- */

/* Marks what contents use, directly and through fragments. */
static void
reach(const struct graphql_contents *contents, const struct graphql_contents *fragments, bool *reached)
{
	const size_t *spreads = contents->spreads.items;

	for (size_t i = 0; i < contents->spreads.n; i++) {
		if (reached[spreads[i]])
			continue;
		reached[spreads[i]] = true;
		reach(&fragments[spreads[i]], fragments, reached);
	}
}

static const struct graphql_variable *
find_variable(const struct graphql_operation *operation, const char *name)
{
	for (size_t i = 0; i < operation->n_variables; i++)
		if (strcmp(operation->variables[i].name, name) == 0)
			return &operation->variables[i];
	return NULL;
}

/* Every use is of a declared variable that fits; is_used marks which. */
static void
check_uses(struct graphql_validator *validator, const struct graphql_operation *operation, const struct graphql_contents *contents,
    bool *is_used)
{
	const struct graphql_variable_use *uses = contents->uses.items;

	for (size_t i = 0; i < contents->uses.n && validator->problems->n < GRAPHQL_PROBLEMS_MAX; i++) {
		const struct graphql_variable *variable = find_variable(operation, uses[i].name);
		if (!variable) {
			graphql_invalid(validator, uses[i].at, "variable '$%s' is not declared%s%s", uses[i].name,
			    operation->name ? " by operation " : "", operation->name ? operation->name : "");
			continue;
		}
		is_used[variable - operation->variables] = true;
		graphql_validate_use(validator, variable, &uses[i]);
	}
}

static void
check_operation(struct graphql_validator *validator, const struct graphql_operation *operation, const struct graphql_contents *own,
    const struct graphql_contents *fragments, bool *ever_reached)
{
	size_t n_fragments = validator->document->n_fragments;
	bool *reached = ARENA_ARRAY(validator->arena, bool, n_fragments + 1);
	bool *is_used = ARENA_ARRAY(validator->arena, bool, operation->n_variables + 1);

	reach(own, fragments, reached);
	check_uses(validator, operation, own, is_used);
	for (size_t i = 0; i < n_fragments; i++) {
		ever_reached[i] |= reached[i];
		if (reached[i])
			check_uses(validator, operation, &fragments[i], is_used);
	}
	for (size_t i = 0; i < operation->n_variables; i++)
		if (!is_used[i])
			graphql_invalid(validator, operation->variables[i].at, "variable '$%s' is never used", operation->variables[i].name);
}

/* True when no fragment contains itself. */
static bool
check_cycles(struct graphql_validator *validator, const struct graphql_contents *fragments)
{
	size_t n = validator->document->n_fragments;
	bool has_none = true;

	for (size_t i = 0; i < n; i++) {
		bool *reached = ARENA_ARRAY(validator->arena, bool, n);
		reach(&fragments[i], fragments, reached);
		if (reached[i])
			graphql_invalid(validator, validator->document->fragments[i].at, "fragment '%s' contains itself",
			    validator->document->fragments[i].name);
		has_none &= !reached[i];
	}
	return has_none;
}

/* ---- definitions ---- */

static const struct graphql_schema_type *
root_of(struct graphql_validator *validator, const struct graphql_operation *operation)
{
	static const char *const words[] = { "queries", "mutations", "subscriptions" };
	const struct graphql_schema_type *type = operation->kind == GRAPHQL_QUERY ? validator->schema->query
	    : operation->kind == GRAPHQL_MUTATION ? validator->schema->mutation : NULL;

	if (!type)
		graphql_invalid(validator, operation->at, "the schema has no %s", words[operation->kind]);
	return type;
}

static struct graphql_contents
new_contents(void)
{
	return (struct graphql_contents){ .uses = { .size = sizeof(struct graphql_variable_use) },
		.spreads = { .size = sizeof(size_t) } };
}

static void
look_at_operation(struct graphql_validator *validator, const struct graphql_operation *operation)
{
	static const char *const locations[] = { "QUERY", "MUTATION", "SUBSCRIPTION" };
	const struct graphql_schema_type *root = root_of(validator, operation);

	graphql_validate_variables(validator, operation);
	graphql_validate_directives(validator, operation->directives, operation->n_directives, locations[operation->kind]);
	if (root)
		graphql_validate_selections(validator, root, &operation->set);
}

static void
look_at_fragment(struct graphql_validator *validator, const struct graphql_fragment *fragment)
{
	const struct graphql_schema_type *type = graphql_schema_type(validator->schema, fragment->on);

	graphql_validate_directives(validator, fragment->directives, fragment->n_directives, "FRAGMENT_DEFINITION");
	if (!type)
		graphql_invalid(validator, fragment->at, "type '%s' is not known", fragment->on);
	else if (type->kind != GRAPHQL_TYPE_OBJECT)
		graphql_invalid(validator, fragment->at, "fragment '%s' is on '%s', which has no fields", fragment->name, fragment->on);
	else
		graphql_validate_selections(validator, type, &fragment->set);
}

bool
graphql_validate(struct arena *arena, const struct graphql_schema *schema, const struct graphql_document *document,
    struct graphql_problems *ret_problems)
{
	struct graphql_validator validator = { .arena = arena, .schema = schema, .document = document, .problems = ret_problems };
	struct graphql_contents *operations = ARENA_ARRAY(arena, struct graphql_contents, document->n_operations + 1);
	struct graphql_contents *fragments = ARENA_ARRAY(arena, struct graphql_contents, document->n_fragments + 1);
	bool *reached = ARENA_ARRAY(arena, bool, document->n_fragments + 1);

	ret_problems->n = 0;
	check_names(&validator);
	for (size_t i = 0; i < document->n_operations; i++) {
		operations[i] = new_contents();
		validator.contents = &operations[i];
		look_at_operation(&validator, &document->operations[i]);
	}
	for (size_t i = 0; i < document->n_fragments; i++) {
		fragments[i] = new_contents();
		validator.contents = &fragments[i];
		look_at_fragment(&validator, &document->fragments[i]);
	}
	for (size_t i = 0; i < document->n_operations; i++)
		check_operation(&validator, &document->operations[i], &operations[i], fragments, reached);
	for (size_t i = 0; i < document->n_fragments; i++)
		if (!reached[i])
			graphql_invalid(&validator, document->fragments[i].at, "fragment '%s' is never used", document->fragments[i].name);
	if (check_cycles(&validator, fragments))
		graphql_validate_merge(&validator);
	return ret_problems->n == 0;
}
