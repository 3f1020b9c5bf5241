/* Fields of one name in an answer must be one field (5.3.2).  In a schema of objects only, fields that meet have the same
 * parent, so they are the same when their names and arguments are, and their selections are merged and looked at in turn. */
#include <string.h>

#include "graphql_validate_internal.h"

/* A list of selection sets that are merged into one. */
struct sets {
	const struct graphql_selection_set **list;
	size_t n;
};

struct group {
	const char *key;
	const struct graphql_selection *first;
	struct graphql_vector sets; /* const struct graphql_selection_set *, each once */
};

struct merging {
	struct graphql_validator *validator;
	struct graphql_vector groups; /* struct group: of the level that is looked at */
	bool *is_seen;                /* fragments of the level */
	struct graphql_vector *checked; /* sets looked at alone: need it once only */
	size_t *n_steps;
};

static void merge(struct graphql_validator *validator, struct sets sets, struct graphql_vector *checked, size_t *n_steps);

static bool same_value(const struct graphql_value *a, const struct graphql_value *b);

static bool
same_arguments(const struct graphql_argument *a, size_t n_a, const struct graphql_argument *b, size_t n_b)
{
	for (size_t i = 0; n_a == n_b && i < n_a; i++) {
		size_t k = 0;
		while (k < n_b && strcmp(a[i].name, b[k].name) != 0)
			k++;
		if (k == n_b || !same_value(&a[i].value, &b[k].value))
			return false;
	}
	return n_a == n_b;
}

static bool
same_value(const struct graphql_value *a, const struct graphql_value *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == GRAPHQL_VALUE_OBJECT)
		return same_arguments(a->members, a->n, b->members, b->n);
	if (a->kind != GRAPHQL_VALUE_LIST)
		return strcmp(a->text, b->text) == 0;
	for (size_t i = 0; a->n == b->n && i < a->n; i++)
		if (!same_value(&a->items[i], &b->items[i]))
			return false;
	return a->n == b->n;
}

static void
add_set(struct arena *arena, struct graphql_vector *sets, const struct graphql_selection_set *set)
{
	const struct graphql_selection_set *const *list = sets->items;

	for (size_t i = 0; i < sets->n; i++)
		if (list[i]->list == set->list)
			return;
	if (set->n > 0)
		*(const struct graphql_selection_set **)graphql_vector_add(arena, sets) = set;
}

static void
add_field(struct merging *merging, const struct graphql_selection *field)
{
	struct graphql_validator *validator = merging->validator;
	const char *key = field->alias ? field->alias : field->name;
	struct group *groups = merging->groups.items, *group = NULL;

	for (size_t i = 0; i < merging->groups.n && !group; i++)
		if (strcmp(groups[i].key, key) == 0)
			group = &groups[i];
	if (!group) {
		group = graphql_vector_add(validator->arena, &merging->groups);
		*group = (struct group){ .key = key, .first = field, .sets = { .size = sizeof(const struct graphql_selection_set *) } };
	} else if (strcmp(group->first->name, field->name) != 0) {
		graphql_invalid(validator, field->at, "'%s' is both field '%s' and field '%s': give one an alias", key, group->first->name, field->name);
	} else if (!same_arguments(group->first->arguments, group->first->n_arguments, field->arguments, field->n_arguments)) {
		graphql_invalid(validator, field->at, "'%s' is asked with different arguments: give one an alias", key);
	}
	add_set(validator->arena, &group->sets, &field->set);
}

static void
gather(struct merging *merging, const struct graphql_selection_set *set)
{
	const struct graphql_document *document = merging->validator->document;

	for (size_t i = 0; i < set->n && ++*merging->n_steps <= GRAPHQL_MERGE_STEPS_MAX; i++) {
		const struct graphql_selection *selection = &set->list[i];
		size_t at;
		switch (selection->kind) {
		case GRAPHQL_SELECTION_FIELD:
			*merging->n_steps += merging->groups.n / 16; /* looking for its group is work too */
			add_field(merging, selection);
			break;
		case GRAPHQL_SELECTION_INLINE:
			gather(merging, &selection->set);
			break;
		case GRAPHQL_SELECTION_SPREAD:
			at = graphql_fragment_index(document, selection->name);
			if (at == document->n_fragments || merging->is_seen[at])
				break;
			merging->is_seen[at] = true;
			gather(merging, &document->fragments[at].set);
			break;
		}
	}
}

static bool
is_checked(struct graphql_vector *checked, const struct graphql_selection_set *set)
{
	const struct graphql_selection *const *list = checked->items;

	for (size_t i = 0; i < checked->n; i++)
		if (list[i] == set->list)
			return true;
	return false;
}

static void
merge(struct graphql_validator *validator, struct sets sets, struct graphql_vector *checked, size_t *n_steps)
{
	struct merging merging = { .validator = validator, .groups = { .size = sizeof(struct group) }, .n_steps = n_steps,
		.is_seen = ARENA_ARRAY(validator->arena, bool, validator->document->n_fragments + 1) };

	if (sets.n == 1) {
		*n_steps += checked->n / 16;
		if (is_checked(checked, sets.list[0]))
			return;
		*(const struct graphql_selection **)graphql_vector_add(validator->arena, checked) = sets.list[0]->list;
	}
	for (size_t i = 0; i < sets.n; i++)
		gather(&merging, sets.list[i]);
	const struct group *groups = merging.groups.items;
	for (size_t i = 0; i < merging.groups.n && *n_steps <= GRAPHQL_MERGE_STEPS_MAX; i++)
		if (groups[i].sets.n > 0)
			merge(validator, (struct sets){ groups[i].sets.items, groups[i].sets.n }, checked, n_steps);
}

void
graphql_validate_merge(struct graphql_validator *validator, const struct graphql_selection_set *set)
{
	struct graphql_vector checked = { .size = sizeof(const struct graphql_selection *) };
	size_t n_steps = 0;

	merge(validator, (struct sets){ &set, 1 }, &checked, &n_steps);
	if (n_steps > GRAPHQL_MERGE_STEPS_MAX)
		graphql_invalid(validator, (struct graphql_at){ 1, 1 }, "the document selects too much to be compared");
}
