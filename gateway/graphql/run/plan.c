/* From a valid document to a plan.  The schema has neither interfaces nor unions, so a fragment in a valid document
 * applies to its object or never: fields can be collected once, before there are variables. */
#include "graphql/run/plan.h"

#include <string.h>

#include "rest/template.h"

enum { FIELDS_FIRST = 8 };

struct planner {
	struct arena *arena;
	struct graphql_plan *plan;
	const struct graphql_meta *meta;
	bool is_meta;        /* within introspection */
	size_t n_meta_lists; /* around what is planned */
	size_t n_selections;
	enum graphql_plan_outcome outcome;
};

/* The fields of one object while they are collected. */
struct collection {
	const struct graphql_type *type;
	struct graphql_plan_field *list;
	size_t n, n_max;
};

static void collect(struct planner *planner, struct collection *into, const struct graphql_selection_set *set, uint64_t conditions);

/* ---- conditions ---- */

static uint64_t
condition_bit(struct planner *planner, const char *variable, bool is_wanted)
{
	struct graphql_plan *plan = planner->plan;

	for (size_t i = 0; i < plan->n_conditions; i++)
		if (plan->conditions[i].is_wanted == is_wanted && strcmp(plan->conditions[i].variable, variable) == 0)
			return UINT64_C(1) << i;
	if (plan->n_conditions == GRAPHQL_CONDITIONS_MAX) {
		planner->outcome = GRAPHQL_PLAN_TOO_LARGE;
		return 0;
	}
	plan->conditions[plan->n_conditions] = (struct graphql_condition){ variable, is_wanted };
	return UINT64_C(1) << plan->n_conditions++;
}

/* Adds what @skip and @include of a selection ask; false when it is out whatever the variables are. */
static bool
read_directives(struct planner *planner, const struct graphql_selection *selection, uint64_t *conditions)
{
	for (size_t i = 0; i < selection->n_directives; i++) {
		const struct graphql_directive *directive = &selection->directives[i];
		bool is_skip = strcmp(directive->name, "skip") == 0;
		if ((!is_skip && strcmp(directive->name, "include") != 0) || directive->n_arguments == 0)
			continue;
		const struct graphql_value *given = &directive->arguments[0].value;
		if (given->kind == GRAPHQL_VALUE_VARIABLE)
			*conditions |= condition_bit(planner, given->text, !is_skip);
		else if (given->boolean == is_skip)
			return false;
	}
	return true;
}

/* ---- fields ---- */

static const struct graphql_field *
find_field(const struct planner *planner, const struct graphql_type *type, const char *name)
{
	if (type == &graphql_type_query && strcmp(name, "__schema") == 0)
		return &planner->meta->schema;
	if (type == &graphql_type_query && strcmp(name, "__type") == 0)
		return &planner->meta->type;
	for (size_t i = 0; i < type->n_fields; i++)
		if (strcmp(type->fields[i].name, name) == 0)
			return &type->fields[i];
	return NULL;
}

static struct graphql_plan_field *
field_of(struct planner *planner, struct collection *into, const struct graphql_selection *selection)
{
	const char *key = selection->alias ? selection->alias : selection->name;

	for (size_t i = 0; i < into->n; i++)
		if (strcmp(into->list[i].key, key) == 0)
			return &into->list[i];
	if (into->n == into->n_max) {
		struct graphql_plan_field *old = into->list;
		into->n_max = into->n_max ? into->n_max * 2 : FIELDS_FIRST;
		into->list = ARENA_ARRAY(planner->arena, struct graphql_plan_field, into->n_max);
		if (into->n > 0)
			memcpy(into->list, old, into->n * sizeof(*old));
	}
	struct graphql_plan_field *field = &into->list[into->n++];
	field->key = key;
	field->field = find_field(planner, into->type, selection->name);
	if (strcmp(selection->name, "__typename") == 0)
		field->type_name = into->type->name;
	if (field->field && field->field->member)
		field->member = shape_find(into->type->shape, field->field->member);
	if (++planner->plan->n_all_fields > GRAPHQL_FIELDS_MAX)
		planner->outcome = GRAPHQL_PLAN_TOO_LARGE;
	return field;
}

/* One more place where a field stands.  Once it stands somewhere without conditions, it is always shown. */
static void
add_place(struct planner *planner, struct graphql_plan_field *field, const struct graphql_selection *selection, uint64_t conditions)
{
	bool is_always = field->sets && field->n_shown_if == 0;
	struct graphql_plan_set *set = ARENA_NEW(planner->arena, struct graphql_plan_set);

	*set = (struct graphql_plan_set){ .written = selection, .conditions = conditions };
	if (field->last_set)
		field->last_set->next = set;
	else
		field->sets = set;
	field->last_set = set;
	if (conditions == 0 || is_always) {
		field->n_shown_if = 0;
		return;
	}
	if ((field->n_shown_if & (field->n_shown_if - 1)) == 0) { /* a power of two, or none: full */
		uint64_t *old = field->shown_if;
		field->shown_if = ARENA_ARRAY(planner->arena, uint64_t, field->n_shown_if * 2 + 1);
		if (old)
			memcpy(field->shown_if, old, field->n_shown_if * sizeof(*old));
	}
	field->shown_if[field->n_shown_if++] = conditions;
}

static void
collect_fragment(struct planner *planner, struct collection *into, const char *on, const struct graphql_selection_set *set,
    uint64_t conditions)
{
	if (!on || strcmp(on, into->type->name) == 0)
		collect(planner, into, set, conditions);
}

static void
collect_one(struct planner *planner, struct collection *into, const struct graphql_selection *selection, uint64_t conditions)
{
	const struct graphql_document *document = planner->plan->document;

	switch (selection->kind) {
	case GRAPHQL_SELECTION_FIELD:
		add_place(planner, field_of(planner, into, selection), selection, conditions);
		return;
	case GRAPHQL_SELECTION_INLINE:
		collect_fragment(planner, into, selection->on, &selection->set, conditions);
		return;
	case GRAPHQL_SELECTION_SPREAD:
		for (size_t i = 0; i < document->n_fragments; i++)
			if (strcmp(document->fragments[i].name, selection->name) == 0)
				collect_fragment(planner, into, document->fragments[i].on, &document->fragments[i].set, conditions);
		return;
	}
}

static void
collect(struct planner *planner, struct collection *into, const struct graphql_selection_set *set, uint64_t conditions)
{
	for (size_t i = 0; i < set->n && planner->outcome == GRAPHQL_PLANNED; i++) {
		uint64_t own = conditions;
		if (++planner->n_selections > GRAPHQL_SELECTIONS_MAX)
			planner->outcome = GRAPHQL_PLAN_TOO_LARGE;
		else if (read_directives(planner, &set->list[i], &own))
			collect_one(planner, into, &set->list[i], own);
	}
}

/* ---- levels ---- */

static void plan_below(struct planner *planner, struct graphql_plan_field *field, size_t depth);

static bool
plan_fields(struct planner *planner, struct collection *collection, size_t depth)
{
	bool has_calls = false;

	if (depth > GRAPHQL_NESTING_MAX)
		planner->outcome = GRAPHQL_PLAN_TOO_DEEP;
	if (!planner->is_meta && planner->plan->depth < depth)
		planner->plan->depth = depth;
	for (size_t i = 0; i < collection->n && planner->outcome == GRAPHQL_PLANNED; i++) {
		struct graphql_plan_field *field = &collection->list[i];
		if (!field->field)
			continue;
		plan_below(planner, field, depth);
		has_calls |= field->field->operation || field->has_calls;
	}
	return has_calls;
}

static void
plan_below(struct planner *planner, struct graphql_plan_field *field, size_t depth)
{
	struct collection below = { .type = field->field->type };
	bool was_meta = planner->is_meta;

	if (!below.type)
		return;
	planner->is_meta = was_meta || (!field->member && !field->field->operation);
	bool is_meta_list = planner->is_meta && field->member && field->member->type == SHAPE_LIST;
	planner->n_meta_lists += is_meta_list;
	if (planner->n_meta_lists > GRAPHQL_META_LISTS_MAX)
		planner->outcome = GRAPHQL_PLAN_TOO_DEEP;
	for (const struct graphql_plan_set *set = field->sets; set; set = set->next)
		collect(planner, &below, &set->written->set, set->conditions);
	field->has_calls = plan_fields(planner, &below, depth + 1);
	field->fields = below.list;
	field->n_fields = below.n;
	planner->n_meta_lists -= is_meta_list;
	planner->is_meta = was_meta;
}

enum graphql_plan_outcome
graphql_plan_make(struct arena *arena, const struct graphql_document *document, const struct graphql_operation *operation,
    const struct graphql_meta *meta, struct graphql_plan *ret_plan)
{
	struct planner planner = { .arena = arena, .plan = ret_plan, .meta = meta };
	bool is_mutation = operation->kind == GRAPHQL_MUTATION;
	struct collection roots = { .type = is_mutation ? &graphql_type_mutation : &graphql_type_query };
	size_t n_calls = 0;
	bool has_links = false;

	*ret_plan = (struct graphql_plan){ .document = document, .operation = operation, .is_mutation = is_mutation };
	collect(&planner, &roots, &operation->set, 0);
	(void)plan_fields(&planner, &roots, 1);
	for (size_t i = 0; i < roots.n; i++) {
		n_calls += roots.list[i].field && roots.list[i].field->operation;
		has_links |= roots.list[i].has_calls;
	}
	ret_plan->fields = roots.list;
	ret_plan->n_fields = roots.n;
	ret_plan->is_single_call = n_calls == 1 && !has_links;
	return planner.outcome;
}
