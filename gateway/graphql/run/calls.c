/* One table for both ways to find a call: entries of an object have no text, entries of a question no object. */
#include "graphql/run/calls.h"

#include <string.h>

enum { SLOTS_FIRST = 16 };

struct slot {
	const struct graphql_plan_field *field; /* NULL: free */
	const void *object;
	const char *bound;
	uint64_t hash;
	struct graphql_call *call;
};

struct graphql_calls {
	struct arena *arena;
	struct slot *slots;
	size_t n_slots, n; /* n_slots is a power of two, n at most half of it */
};

struct graphql_calls *
graphql_calls_new(struct arena *arena)
{
	struct graphql_calls *calls = ARENA_NEW(arena, struct graphql_calls);

	*calls = (struct graphql_calls){ .arena = arena, .slots = ARENA_ARRAY(arena, struct slot, SLOTS_FIRST), .n_slots = SLOTS_FIRST };
	return calls;
}

/* Ids are small numbers and pointers are aligned: spread them. */
static uint64_t
mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 29;
}

static uint64_t
hash_of(const struct graphql_plan_field *field, const void *object, const char *bound)
{
	uint64_t hash = mix(mix(0, (uintptr_t)field), (uintptr_t)object);

	for (const char *at = bound; at && *at; at++)
		hash = mix(hash, (unsigned char)*at);
	return hash;
}

static bool
is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static struct slot *
find(const struct graphql_calls *calls, const struct slot *wanted)
{
	size_t at = wanted->hash & (calls->n_slots - 1);

	for (;; at = (at + 1) & (calls->n_slots - 1)) {
		struct slot *slot = &calls->slots[at];
		bool is_it = slot->hash == wanted->hash && slot->field == wanted->field && slot->object == wanted->object &&
		    is_same_text(slot->bound, wanted->bound);
		if (!slot->field || is_it)
			return slot;
	}
}

static void
grow(struct graphql_calls *calls)
{
	const struct slot *old = calls->slots;
	size_t n_old = calls->n_slots;

	calls->n_slots *= 2;
	calls->slots = ARENA_ARRAY(calls->arena, struct slot, calls->n_slots);
	for (size_t i = 0; i < n_old; i++)
		if (old[i].field)
			*find(calls, &old[i]) = old[i];
}

static struct graphql_call **
place(struct graphql_calls *calls, struct slot wanted)
{
	wanted.hash = hash_of(wanted.field, wanted.object, wanted.bound);
	struct slot *slot = find(calls, &wanted);

	if (slot->field)
		return &slot->call;
	if (++calls->n * 2 > calls->n_slots) {
		grow(calls);
		slot = find(calls, &wanted);
	}
	*slot = wanted;
	return &slot->call;
}

struct graphql_call **
graphql_calls_on(struct graphql_calls *calls, const struct graphql_plan_field *field, const void *object)
{
	return place(calls, (struct slot){ .field = field, .object = object });
}

struct graphql_call **
graphql_calls_asking(struct graphql_calls *calls, const struct graphql_plan_field *field, const char *bound)
{
	return place(calls, (struct slot){ .field = field, .bound = bound });
}
