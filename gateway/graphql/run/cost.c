/* The cost of a plan: a walk with the number of objects each field is asked on. */
#include "graphql/run/cost.h"

#include <string.h>

#include "graphql/run/arguments.h"

enum { ROWS_UNKNOWN = 50 }; /* of a list inside an answer that says no max */

struct tally {
	struct graphql_cost cost;
	uint64_t holding;
	const struct json_value *variables;
};

/* Far beyond every limit, and far from overflow. */
static int64_t
bounded(int64_t a, int64_t b)
{
	int64_t product;
	return __builtin_mul_overflow(a, b, &product) || product > INT32_MAX ? INT32_MAX : product;
}

bool
graphql_shown(const struct graphql_plan_field *field, uint64_t holding)
{
	for (size_t i = 0; i < field->n_shown_if; i++)
		if ((field->shown_if[i] & ~holding) == 0)
			return true;
	return field->n_shown_if == 0;
}

/* Objects of a member: of the list that an operation pages through, as many as it was asked for. */
static int64_t
rows_of(const struct graphql_plan_field *field, const struct graphql_plan_field *call, const struct tally *tally)
{
	const struct operation *operation = call ? call->field->operation : NULL;

	if (field->member->type != SHAPE_LIST)
		return 1;
	if (operation && operation->list && strcmp(operation->list, field->member->name) == 0)
		return graphql_argument_limit(call, tally->variables);
	return field->member->max > 0 ? field->member->max : ROWS_UNKNOWN;
}

static void
add(struct tally *tally, int64_t cost, int64_t n_calls)
{
	if (tally->cost.cost < INT32_MAX)
		tally->cost.cost += cost;
	if (tally->cost.n_calls < INT32_MAX)
		tally->cost.n_calls += n_calls;
}

/* fields of `times` objects; call: the field whose operation answers them. */
static void
walk(struct tally *tally, const struct graphql_plan_field *fields, size_t n, const struct graphql_plan_field *call, int64_t times)
{
	for (size_t i = 0; i < n; i++) {
		const struct graphql_plan_field *field = &fields[i];
		if (!field->field || !graphql_shown(field, tally->holding))
			continue;
		if (field->field->operation) {
			add(tally, bounded(times, field->field->operation->cost), times);
			walk(tally, field->fields, field->n_fields, field, times);
		} else if (field->member && field->n_fields > 0 && !(field->member->flags & SHAPE_META)) { /* that is once in an answer, not of each row */
			int64_t rows = rows_of(field, call, tally);
			if (field->member->type == SHAPE_LIST)
				add(tally, bounded(times, rows) / GRAPHQL_ROWS_PER_COST, 0);
			walk(tally, field->fields, field->n_fields, NULL, bounded(times, rows));
		}
	}
}

struct graphql_cost
graphql_cost_of(const struct graphql_plan *plan, uint64_t holding, const struct json_value *variables)
{
	struct tally tally = { .holding = holding, .variables = variables };

	walk(&tally, plan->fields, plan->n_fields, NULL, 1);
	return tally.cost;
}
