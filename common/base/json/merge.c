/* Three-way merge of JSON documents. */
#include "json/merge.h"

#include "id.h"

static const struct json_value empty_object = { .type = JSON_OBJECT };

struct merger {
	struct arena *arena;
	struct merge_conflicts *conflicts;
};

/* NULL stands for a member that is not there. */
static bool
is_same(const struct json_value *a, const struct json_value *b)
{
	if (!a || !b)
		return a == b;
	return json_equal(a, b);
}

static bool
is_object(const struct json_value *value)
{
	return value && value->type == JSON_OBJECT;
}

static const struct json_value *merge_objects(struct merger *merger, const char *pointer,
    const struct json_value *base, const struct json_value *theirs, const struct json_value *yours);

/* The merged value; NULL when the merged document has none here, and after a conflict. */
static const struct json_value *
merge_value(struct merger *merger, const char *pointer, const struct json_value *base,
    const struct json_value *theirs, const struct json_value *yours)
{
	if (is_same(theirs, yours) || is_same(base, yours))
		return theirs;
	if (is_same(base, theirs))
		return yours;
	if (is_object(theirs) && is_object(yours) && (!base || is_object(base)))
		return merge_objects(merger, pointer, base ? base : &empty_object, theirs, yours);
	struct merge_conflicts *conflicts = merger->conflicts;
	if (conflicts->n < MERGE_CONFLICTS_MAX)
		conflicts->pointers[conflicts->n++] = pointer;
	return NULL;
}

static const struct json_value *
merge_objects(struct merger *merger, const char *pointer, const struct json_value *base,
    const struct json_value *theirs, const struct json_value *yours)
{
	struct json_member *members = ARENA_ARRAY(merger->arena, struct json_member,
	    (size_t)theirs->n + yours->n + 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < theirs->n + yours->n; i++) {
		bool is_theirs = i < theirs->n;
		const struct json_member *member = is_theirs ? &theirs->members[i] : &yours->members[i - theirs->n];
		const struct json_value *other = json_get_n(is_theirs ? yours : theirs, member->name, member->n_name);
		if (!is_theirs && other)
			continue; /* met among theirs */
		const struct json_value *merged = merge_value(merger,
		    pointer_append(merger->arena, pointer, member->name), json_get_n(base, member->name, member->n_name),
		    is_theirs ? &member->value : NULL, is_theirs ? other : &member->value);
		if (!merged)
			continue;
		members[n] = *member;
		members[n++].value = *merged;
	}
	struct json_value *object = ARENA_NEW(merger->arena, struct json_value);
	object->type = JSON_OBJECT;
	object->n = n;
	object->members = members;
	return object;
}

const struct json_value *
json_merge3(struct arena *arena, const struct json_value *base, const struct json_value *theirs,
    const struct json_value *yours, struct merge_conflicts *ret_conflicts)
{
	struct merger merger = { .arena = arena, .conflicts = ret_conflicts };

	ret_conflicts->n = 0;
	const struct json_value *merged = merge_value(&merger, "", base, theirs, yours);
	return ret_conflicts->n ? NULL : merged;
}
