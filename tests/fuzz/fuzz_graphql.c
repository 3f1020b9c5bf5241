/* Any text as a GraphQL document: what is read is validated, and what is valid is planned within its bounds and priced. */
#include <assert.h>
#include <string.h>

#include "graphql/run/arguments.h"
#include "graphql/run/cost.h"
#include "graphql/validate/validate.h"
#include "graphql/run/variables.h"
#include "pages/openapi_data.h"
#include "utf8.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, TEXT_BYTES_MAX = 16 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static const struct graphql_schema *schema;
static const struct graphql_meta *meta;

static void
read_schema(void)
{
	static struct arena *arena;
	struct graphql_problem problem;
	struct embedded text = schema_graphql();

	arena = arena_new(ARENA_BYTES);
	schema = graphql_schema_read(arena, text.bytes, text.n, &problem);
	assert(schema);
	meta = graphql_meta_new(arena, schema);
}

/* Requests come as JSON, so their texts are UTF-8 without NUL. */
static bool
is_text(const char *text, size_t n)
{
	for (size_t at = 0; at < n;) {
		size_t step = utf8_sequence(text + at, n - at);
		if (step == 0 || text[at] == '\0')
			return false;
		at += step;
	}
	return true;
}

static void
check_arguments(struct arena *arena, const struct graphql_plan_field *fields, size_t n, const struct json_value *variables)
{
	for (size_t i = 0; i < n; i++) {
		const struct graphql_plan_field *field = &fields[i];
		assert(field->type_name || field->field);
		assert(field->sets);
		if (!field->field)
			continue;
		if (field->field->operation && !field->field->bound) {
			const struct json_value *arguments = graphql_arguments(arena, field, variables, NULL, NULL);
			assert(arguments->type == JSON_OBJECT && graphql_argument_limit(field, variables) >= 0);
			(void)graphql_argument_dry_run(field, variables);
		}
		check_arguments(arena, field->fields, field->n_fields, variables);
	}
}

static void
check_operation(struct arena *arena, const struct graphql_document *document, const struct graphql_operation *operation)
{
	struct graphql_problems *problems = ARENA_NEW(arena, struct graphql_problems);
	struct graphql_plan *plan = ARENA_NEW(arena, struct graphql_plan);
	const struct json_value *variables = graphql_variables_coerce(arena, schema, operation, NULL, problems);

	assert(variables || problems->n > 0);
	if (graphql_plan_make(arena, document, operation, meta, plan) != GRAPHQL_PLANNED || !variables)
		return;
	assert(plan->depth >= 1 && plan->depth <= GRAPHQL_NESTING_MAX && plan->n_all_fields <= GRAPHQL_SELECTIONS_MAX);
	struct graphql_cost none = graphql_cost_of(plan, 0, variables), all = graphql_cost_of(plan, UINT64_MAX, variables);
	assert(none.cost >= 0 && none.cost <= all.cost && none.n_calls <= all.n_calls);
	check_arguments(arena, plan->fields, plan->n_fields, variables);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	struct graphql_problem problem = { .message = NULL };

	if (!schema)
		read_schema();
	if (n_bytes > TEXT_BYTES_MAX || !is_text((const char *)bytes, n_bytes))
		return 0;
	struct arena *arena = arena_new(ARENA_BYTES);
	struct graphql_problems *problems = ARENA_NEW(arena, struct graphql_problems);
	const struct graphql_document *document = graphql_parse(arena, arena_strndup(arena, (const char *)bytes, n_bytes), n_bytes, &problem);

	assert(document || (problem.message && problem.at.line >= 1 && problem.at.column >= 1));
	if (document && graphql_validate(arena, schema, document, problems))
		for (size_t i = 0; i < document->n_operations; i++)
			check_operation(arena, document, &document->operations[i]);
	assert(!document || problems->n <= GRAPHQL_PROBLEMS_MAX);
	arena_free(arena);
	return 0;
}
