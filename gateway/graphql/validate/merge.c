/* Fields of one name in an answer must be one field (5.3.2).  In a schema of objects only, fields that meet have the same
 * parent, so they are the same when their names and arguments are, and their selections are merged and looked at in turn.
 * Sets that meet can be as many as all combinations, so the work is counted, over all operations of the document. */
#include <string.h>

#include "graphql/validate/internal.h"

enum { COMPARISONS_PER_STEP = 16, BYTES_PER_COMPARISON = 64, SEEN_BITS = 64 };

struct merging {
	struct graphql_validator *validator;
	bool *is_checked; /* by the set's number: looked at alone, which it needs once only */
	size_t n_steps;
};

struct group {
	const char *key;
	const struct graphql_selection *first;
	struct graphql_vector sets; /* const struct graphql_selection_set *: those of its fields */
};

/* Selection sets that are merged into one. */
struct level {
	struct merging *merging;
	struct graphql_vector groups; /* struct group */
	uint64_t seen[GRAPHQL_FRAGMENTS_MAX / SEEN_BITS]; /* its fragments */
};

/* ---- work ---- */

static void
spend(struct merging *merging, size_t n_comparisons)
{
	merging->n_steps += 1 + n_comparisons / COMPARISONS_PER_STEP;
}

static bool
is_spent(const struct merging *merging)
{
	return merging->n_steps > GRAPHQL_MERGE_STEPS_MAX || arena_is_exhausted(merging->validator->arena);
}

/* ---- arguments ---- */

static bool same_value(struct merging *merging, const struct graphql_value *a, const struct graphql_value *b);

static bool
same_arguments(struct merging *merging, const struct graphql_argument *a, size_t n_a, const struct graphql_argument *b, size_t n_b)
{
	for (size_t i = 0; n_a == n_b && i < n_a; i++) {
		size_t k = 0;
		while (k < n_b && strcmp(a[i].name, b[k].name) != 0)
			k++;
		spend(merging, k);
		if (k == n_b || !same_value(merging, &a[i].value, &b[k].value))
			return false;
	}
	return n_a == n_b;
}

static bool
same_value(struct merging *merging, const struct graphql_value *a, const struct graphql_value *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == GRAPHQL_VALUE_OBJECT)
		return same_arguments(merging, a->members, a->n, b->members, b->n);
	if (a->kind != GRAPHQL_VALUE_LIST) {
		spend(merging, a->n / BYTES_PER_COMPARISON);
		return strcmp(a->text, b->text) == 0;
	}
	for (size_t i = 0; a->n == b->n && i < a->n; i++)
		if (!same_value(merging, &a->items[i], &b->items[i]))
			return false;
	return a->n == b->n;
}

/* ---- one level ---- */

static struct group *
group_of(struct level *level, const struct graphql_selection *field)
{
	const char *key = field->alias ? field->alias : field->name;
	struct group *groups = level->groups.items;
	size_t i = 0;

	while (i < level->groups.n && strcmp(groups[i].key, key) != 0)
		i++;
	spend(level->merging, i);
	if (i < level->groups.n)
		return &groups[i];
	struct group *group = graphql_vector_add(level->merging->validator->arena, &level->groups);
	*group = (struct group){ .key = key, .first = field, .sets = { .size = sizeof(const struct graphql_selection_set *) } };
	return group;
}

static void
add_field(struct level *level, const struct graphql_selection *field)
{
	struct graphql_validator *validator = level->merging->validator;
	struct group *group = group_of(level, field);
	const struct graphql_selection *first = group->first;

	if (strcmp(first->name, field->name) != 0)
		graphql_invalid(validator, field->at, "'%s' is both field '%s' and field '%s': give one an alias", group->key, first->name, field->name);
	else if (first != field && !same_arguments(level->merging, first->arguments, first->n_arguments, field->arguments, field->n_arguments))
		graphql_invalid(validator, field->at, "'%s' is asked with different arguments: give one an alias", group->key);
	if (field->set.n > 0)
		*(const struct graphql_selection_set **)graphql_vector_add(validator->arena, &group->sets) = &field->set;
}

static void gather(struct level *level, const struct graphql_selection_set *set);

static void
gather_fragment(struct level *level, const char *name)
{
	const struct graphql_document *document = level->merging->validator->document;
	size_t at = graphql_fragment_index(document, name);

	spend(level->merging, at);
	if (at == document->n_fragments || level->seen[at / SEEN_BITS] >> at % SEEN_BITS & 1)
		return;
	level->seen[at / SEEN_BITS] |= UINT64_C(1) << at % SEEN_BITS;
	gather(level, &document->fragments[at].set);
}

static void
gather(struct level *level, const struct graphql_selection_set *set)
{
	for (size_t i = 0; i < set->n && !is_spent(level->merging); i++) {
		const struct graphql_selection *selection = &set->list[i];
		switch (selection->kind) {
		case GRAPHQL_SELECTION_FIELD:
			add_field(level, selection);
			break;
		case GRAPHQL_SELECTION_INLINE:
			gather(level, &selection->set);
			break;
		case GRAPHQL_SELECTION_SPREAD:
			gather_fragment(level, selection->name);
			break;
		}
	}
}

/* ---- level by level ---- */

static void
merge(struct merging *merging, const struct graphql_selection_set *const *sets, size_t n)
{
	struct level level = { .merging = merging, .groups = { .size = sizeof(struct group) } };

	if (n == 1) {
		if (merging->is_checked[sets[0]->number])
			return;
		merging->is_checked[sets[0]->number] = true;
	}
	for (size_t i = 0; i < n; i++)
		gather(&level, sets[i]);
	const struct group *groups = level.groups.items;
	for (size_t i = 0; i < level.groups.n && !is_spent(merging); i++)
		if (groups[i].sets.n > 0)
			merge(merging, groups[i].sets.items, groups[i].sets.n);
}

void
graphql_validate_merge(struct graphql_validator *validator)
{
	const struct graphql_document *document = validator->document;
	struct merging merging = { .validator = validator, .is_checked = ARENA_ARRAY(validator->arena, bool, document->n_sets) };

	for (size_t i = 0; i < document->n_operations && !is_spent(&merging); i++) {
		const struct graphql_selection_set *set = &document->operations[i].set;
		merge(&merging, &set, 1);
	}
	if (is_spent(&merging))
		graphql_invalid(validator, (struct graphql_at){ 1, 1 }, "the document selects too much to be compared");
}
