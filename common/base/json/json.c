/* JSON values in memory: lookup, equality, copying, merge patch. */
#include "json/json.h"

#include <stdlib.h>
#include <string.h>

#include "json/internal.h"

/* ---- names ---- */

static inline uint64_t
load(const char *bytes, size_t n_bytes)
{
	uint64_t word = 0;
	uint32_t low, high;

	if (n_bytes >= 8) {
		memcpy(&word, bytes, 8);
		return word;
	}
	if (n_bytes >= 4) {
		memcpy(&low, bytes, 4);
		memcpy(&high, bytes + n_bytes - 4, 4);
		return (uint64_t)high << 32 | low;
	}
	for (size_t i = 0; i < n_bytes; i++)
		word = word << 8 | (unsigned char)bytes[i];
	return word;
}

uint32_t
json_name_hash(const char *name, size_t n_name)
{
	const uint64_t factor = UINT64_C(0x9E3779B97F4A7C15);
	uint64_t hash = n_name * factor;

	for (; n_name > 8; name += 8, n_name -= 8) {
		hash = (hash ^ load(name, 8)) * factor;
		hash ^= hash >> 32;
	}
	hash = (hash ^ load(name, n_name)) * factor;
	hash ^= hash >> 32;
	hash *= factor;
	uint32_t folded = (uint32_t)(hash >> 32);
	return folded ? folded : 1;
}

static uint32_t
member_hash(const struct json_member *member)
{
	return member->hash ? member->hash : json_name_hash(member->name, member->n_name);
}

int
json_member_compare(const struct json_member *a, const struct json_member *b)
{
	uint32_t a_hash = member_hash(a);
	uint32_t b_hash = member_hash(b);

	if (a_hash != b_hash)
		return a_hash < b_hash ? -1 : 1;
	if (a->n_name != b->n_name)
		return a->n_name < b->n_name ? -1 : 1;
	return memcmp(a->name, b->name, a->n_name);
}

static int
compare_pointers(const void *a, const void *b)
{
	return json_member_compare(*(const struct json_member *const *)a, *(const struct json_member *const *)b);
}

const struct json_member *const *
json_order_members(struct arena *arena, const struct json_member *members, size_t n)
{
	const struct json_member **order = ARENA_ARRAY(arena, const struct json_member *, n);
	for (size_t i = 0; i < n; i++)
		order[i] = &members[i];
	qsort(order, n, sizeof(*order), compare_pointers);
	return order;
}

/* ---- lookup ---- */

const struct json_value *
json_find(const struct json_value *object, const char *name, size_t n_name, uint32_t hash)
{
	if (object->order) {
		const struct json_member key = { .name = name, .n_name = (uint32_t)n_name, .hash = hash };
		const struct json_member *key_pointer = &key;
		const struct json_member *const *found =
		    bsearch(&key_pointer, object->order, object->n, sizeof(*object->order), compare_pointers);
		return found ? &(*found)->value : NULL;
	}
	for (uint32_t i = 0; i < object->n; i++) {
		const struct json_member *member = &object->members[i];
		if (member->n_name != n_name || (member->hash && member->hash != hash))
			continue;
		if (memcmp(member->name, name, n_name) == 0)
			return &member->value;
	}
	return NULL;
}

const struct json_value *
json_get_n(const struct json_value *object, const char *name, size_t n_name)
{
	if (object->type != JSON_OBJECT)
		return NULL;
	return json_find(object, name, n_name, json_name_hash(name, n_name));
}

const struct json_value *
json_get(const struct json_value *object, const char *name)
{
	return json_get_n(object, name, strlen(name));
}

/* ---- equality ---- */

static bool
numbers_equal(const struct json_value *a, const struct json_value *b)
{
	if (a->type == JSON_INT && b->type == JSON_INT)
		return a->integer == b->integer;
	if (a->type == JSON_REAL && b->type == JSON_REAL)
		return a->real == b->real;
	int64_t integer = a->type == JSON_INT ? a->integer : b->integer;
	double real = a->type == JSON_REAL ? a->real : b->real;
	if (real < -0x1p63 || real >= 0x1p63)
		return false;
	return (double)(int64_t)real == real && (int64_t)real == integer;
}

static bool
lists_equal(const struct json_value *a, const struct json_value *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		if (!json_equal(&a->items[i], &b->items[i]))
			return false;
	}
	return true;
}

/* Documents of one origin keep their members in one order: look at the same place first. */
static const struct json_value *
counterpart(const struct json_member *member, const struct json_value *object, uint32_t i)
{
	const struct json_member *other = &object->members[i];
	if (other->n_name == member->n_name && memcmp(other->name, member->name, member->n_name) == 0)
		return &other->value;
	return json_find(object, member->name, member->n_name, member_hash(member));
}

static bool
objects_equal(const struct json_value *a, const struct json_value *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		const struct json_value *other = counterpart(&a->members[i], b, i);
		if (!other || !json_equal(&a->members[i].value, other))
			return false;
	}
	return true;
}

static bool
is_number(const struct json_value *value)
{
	return value->type == JSON_INT || value->type == JSON_REAL;
}

bool
json_equal(const struct json_value *a, const struct json_value *b)
{
	if (is_number(a) && is_number(b))
		return numbers_equal(a, b);
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case JSON_NULL:
		return true;
	case JSON_BOOL:
		return a->boolean == b->boolean;
	case JSON_TEXT:
		return a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
	case JSON_LIST:
		return lists_equal(a, b);
	case JSON_OBJECT:
		return objects_equal(a, b);
	case JSON_INT:
	case JSON_REAL:
		break;
	}
	return false;
}

/* ---- copying ---- */

static struct json_value copy_value(struct arena *arena, const struct json_value *value);

static const struct json_member *
copy_members(struct arena *arena, const struct json_value *object)
{
	struct json_member *members = ARENA_ARRAY(arena, struct json_member, object->n);
	for (uint32_t i = 0; i < object->n; i++) {
		const struct json_member *from = &object->members[i];
		members[i] = *from;
		members[i].hash = member_hash(from);
		members[i].name = arena_strndup(arena, from->name, from->n_name);
		members[i].value = copy_value(arena, &from->value);
	}
	return members;
}

static const struct json_value *
copy_items(struct arena *arena, const struct json_value *list)
{
	struct json_value *items = ARENA_ARRAY(arena, struct json_value, list->n);
	for (uint32_t i = 0; i < list->n; i++)
		items[i] = copy_value(arena, &list->items[i]);
	return items;
}

static struct json_value
copy_value(struct arena *arena, const struct json_value *value)
{
	struct json_value copy = *value;

	if (value->type == JSON_TEXT)
		copy.text = arena_strndup(arena, value->text, value->n);
	if (value->type == JSON_REAL && value->number)
		copy.number = arena_strndup(arena, value->number, value->n);
	if (value->type == JSON_LIST)
		copy.items = copy_items(arena, value);
	if (value->type == JSON_OBJECT) {
		copy.members = copy_members(arena, value);
		copy.order = value->n > JSON_ORDER_ABOVE ? json_order_members(arena, copy.members, copy.n) : NULL;
	}
	return copy;
}

const struct json_value *
json_copy(struct arena *arena, const struct json_value *value)
{
	struct json_value *copy = ARENA_NEW(arena, struct json_value);
	*copy = copy_value(arena, value);
	return copy;
}

/* ---- merge patch ---- */

static struct json_value
merge(struct arena *arena, const struct json_value *target, const struct json_value *patch)
{
	if (patch->type != JSON_OBJECT)
		return *patch;

	uint32_t n_target = target && target->type == JSON_OBJECT ? target->n : 0;
	struct json_member *members = ARENA_ARRAY(arena, struct json_member, n_target + patch->n);
	uint32_t n = 0;
	for (uint32_t i = 0; i < n_target; i++) {
		const struct json_member *member = &target->members[i];
		const struct json_value *change = json_find(patch, member->name, member->n_name, member_hash(member));
		if (change && change->type == JSON_NULL)
			continue;
		members[n] = *member;
		if (change)
			members[n].value = merge(arena, &member->value, change);
		n++;
	}
	for (uint32_t i = 0; i < patch->n; i++) {
		const struct json_member *member = &patch->members[i];
		if (member->value.type == JSON_NULL)
			continue;
		if (n_target && json_find(target, member->name, member->n_name, member_hash(member)))
			continue;
		members[n] = *member;
		members[n++].value = merge(arena, NULL, &member->value);
	}
	struct json_value result = { .type = JSON_OBJECT, .n = n, .members = members };
	if (n > JSON_ORDER_ABOVE)
		result.order = json_order_members(arena, members, n);
	return result;
}

const struct json_value *
json_merge_patch(struct arena *arena, const struct json_value *target, const struct json_value *patch)
{
	struct json_value *result = ARENA_NEW(arena, struct json_value);
	*result = merge(arena, target, patch);
	return result;
}
