/* Rules for arrays. */
#include <stdlib.h>
#include <string.h>

#include "schema/run.h"

enum { PAIRWISE_MAX = 16, BYTES_PER_STEP = 64 };

static bool
check_items(struct schema_run *run, const struct schema_list_rules *rules, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	bool is_ok = true;

	for (uint32_t i = 0; i < value->n && schema_goes_on(run, is_ok); i++) {
		const struct schema_node *node = i < rules->prefix.n ? rules->prefix.list[i] : rules->rest;
		const struct schema_path here = { .outer = path, .index = i };
		if (!node)
			break;
		is_ok = schema_evaluate(run, node, &value->items[i], &here, NULL) && is_ok;
		if (seen)
			schema_seen_mark(seen, i);
	}
	return is_ok;
}

static bool
check_contains(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	const struct schema_list_rules *rules = node->list;
	bool marks = seen && rules->counts_contains_as_evaluated;
	bool needs_all = marks || rules->max_contains != UINT64_MAX;
	uint64_t n = 0;

	for (uint32_t i = 0; i < value->n && !run->limit; i++) {
		const struct schema_path here = { .outer = path, .index = i };
		if (n >= rules->min_contains && !needs_all)
			break;
		if (!schema_evaluate_quietly(run, rules->contains, &value->items[i], &here, NULL))
			continue;
		n++;
		if (marks)
			schema_seen_mark(seen, i);
	}
	if (n < rules->min_contains)
		return schema_report(run, node, path, rules->min_contains == 1 ? "contains" : "minContains",
		    "must contain at least %llu matching items, has %llu", (unsigned long long)rules->min_contains,
		    (unsigned long long)n);
	if (n > rules->max_contains)
		return schema_report(run, node, path, "maxContains", "must contain at most %llu matching items, has %llu",
		    (unsigned long long)rules->max_contains, (unsigned long long)n);
	return true;
}

bool
schema_run_list(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	const struct schema_list_rules *rules = node->list;
	uint32_t first, second;
	bool is_ok = true;

	if (value->n < rules->min_items)
		is_ok = schema_report(run, node, path, "minItems", "must have at least %llu items, has %u",
		    (unsigned long long)rules->min_items, value->n);
	if (value->n > rules->max_items)
		is_ok = schema_report(run, node, path, "maxItems", "must have at most %llu items, has %u",
		    (unsigned long long)rules->max_items, value->n);
	if ((rules->prefix.n || rules->rest) && schema_goes_on(run, is_ok))
		is_ok = check_items(run, rules, value, path, seen) && is_ok;
	if (rules->contains && schema_goes_on(run, is_ok))
		is_ok = check_contains(run, node, value, path, seen) && is_ok;
	if (rules->is_unique && schema_goes_on(run, is_ok) && !schema_is_unique(run, value, &first, &second))
		is_ok = schema_report(run, node, path, "uniqueItems", "items %u and %u (from 0) are equal", first, second);
	return is_ok;
}

/* ---- unique items ---- */

struct entry {
	uint64_t hash;
	uint32_t index;
};

static uint64_t
mix(uint64_t hash)
{
	hash *= UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 29;
}

/* Equal values have equal hashes: 1 and 1.0, objects in any order. */
static uint64_t
hash_value(const struct json_value *value)
{
	uint64_t hash = value->type;
	double number;

	switch (value->type) {
	case JSON_NULL:
		return mix(hash);
	case JSON_BOOL:
		return mix(hash + 64 + value->boolean);
	case JSON_INT:
	case JSON_REAL:
		number = value->type == JSON_INT ? (double)value->integer : value->real;
		number = number == 0 ? 0 : number; /* -0 equals 0 */
		memcpy(&hash, &number, sizeof(hash));
		return mix(hash);
	case JSON_TEXT:
		return mix(hash + json_name_hash(value->text, value->n));
	case JSON_LIST:
		for (uint32_t i = 0; i < value->n; i++)
			hash = mix(hash ^ hash_value(&value->items[i]));
		return hash;
	case JSON_OBJECT:
		for (uint32_t i = 0; i < value->n; i++) {
			const struct json_member *member = &value->members[i];
			uint32_t name = member->hash ? member->hash : json_name_hash(member->name, member->n_name);
			hash += mix(name ^ hash_value(&member->value));
		}
		return mix(hash);
	}
	return hash;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *left = a;
	const struct entry *right = b;

	if (left->hash != right->hash)
		return left->hash < right->hash ? -1 : 1;
	return left->index < right->index ? -1 : left->index > right->index;
}

static bool
is_unique_pairwise(struct schema_run *run, const struct json_value *list, uint32_t *ret_first, uint32_t *ret_second)
{
	for (uint32_t i = 1; i < list->n; i++) {
		for (uint32_t j = 0; j < i; j++) {
			if (!schema_equals(run, &list->items[j], &list->items[i]))
				continue;
			*ret_first = j;
			*ret_second = i;
			return false;
		}
	}
	return true;
}

bool
schema_is_unique(struct schema_run *run, const struct json_value *list, uint32_t *ret_first, uint32_t *ret_second)
{
	if (list->n <= PAIRWISE_MAX)
		return is_unique_pairwise(run, list, ret_first, ret_second);
	if (!schema_spend(run, list->n + (list->end > list->start ? (list->end - list->start) / BYTES_PER_STEP : 0)))
		return true;
	if (arena_is_exhausted(run->arena)) {
		(void)schema_give_up(run, "more memory than one validation may take");
		return true;
	}
	struct entry *entries = ARENA_ARRAY(run->arena, struct entry, list->n);
	for (uint32_t i = 0; i < list->n; i++)
		entries[i] = (struct entry){ .hash = hash_value(&list->items[i]), .index = i };
	qsort(entries, list->n, sizeof(*entries), compare_entries);
	for (uint32_t i = 1; i < list->n; i++) {
		for (uint32_t j = i; j > 0 && entries[j - 1].hash == entries[i].hash && schema_spend(run, 1); j--) {
			const struct json_value *a = &list->items[entries[j - 1].index];
			if (!schema_equals(run, a, &list->items[entries[i].index]))
				continue;
			*ret_first = entries[j - 1].index;
			*ret_second = entries[i].index;
			return false;
		}
	}
	return true;
}
