/* A table of verdicts by schema and value.  It grows to a bound, then takes no more: what is not in it is only evaluated again. */
#include "schema/memo.h"

#include "arena.h"

enum { SLOTS_FIRST = 64, SLOTS_MAX = 32768, GROWTH = 4 };

static size_t
slot_of(const struct schema_memo *memo, const struct schema_node *node, const struct json_value *value)
{
	uint64_t hash = ((uint64_t)(uintptr_t)node * UINT64_C(0x9E3779B97F4A7C15)) ^ (uint64_t)(uintptr_t)value;
	size_t i;

	hash *= UINT64_C(0xD6E8FEB86659FD93);
	for (i = (hash >> 32) & (memo->capacity - 1); memo->slots[i].node; i = (i + 1) & (memo->capacity - 1)) {
		if (memo->slots[i].node == node && memo->slots[i].value == value)
			break;
	}
	return i;
}

struct schema_verdict *
schema_memo_find(const struct schema_memo *memo, const struct schema_node *node, const struct json_value *value)
{
	if (!memo->slots)
		return NULL;
	struct schema_verdict *found = &memo->slots[slot_of(memo, node, value)];
	return found->node ? found : NULL;
}

/* False: no more room. */
static bool
grow(struct schema_memo *memo, struct arena *arena)
{
	struct schema_memo larger = { .n = memo->n, .capacity = memo->slots ? memo->capacity * GROWTH : SLOTS_FIRST };

	if (larger.capacity > SLOTS_MAX || arena_is_exhausted(arena))
		return false;
	larger.slots = ARENA_ARRAY(arena, struct schema_verdict, larger.capacity);
	for (size_t i = 0; i < memo->capacity; i++) {
		if (memo->slots[i].node)
			larger.slots[slot_of(&larger, memo->slots[i].node, memo->slots[i].value)] = memo->slots[i];
	}
	*memo = larger;
	return true;
}

struct schema_verdict *
schema_memo_put(struct schema_memo *memo, struct arena *arena, const struct schema_node *node, const struct json_value *value)
{
	if ((!memo->slots || memo->n >= memo->capacity / 2) && !grow(memo, arena))
		return NULL;
	struct schema_verdict *slot = &memo->slots[slot_of(memo, node, value)];
	memo->n += !slot->node;
	*slot = (struct schema_verdict){ .node = node, .value = value, .reported_in = UINT32_MAX };
	return slot;
}
