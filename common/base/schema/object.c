/* Filling a node's rules for objects: a hashed table of the names it knows, so that each member is looked up once. */
#include <string.h>

#include "schema/internal.h"

enum {
	SLOTS_MIN = 8,
	SLOTS_PER_NAME = 2,
	PROBES_MAX = 512, /* only names made to collide come near it */
};

/* The table's entry for a name, added when missing; NULL: failed. */
static struct schema_property *
property_of(struct schema_compiler *c, const struct schema_place *place, struct schema_object_rules *rules,
    const char *name, uint32_t n_name)
{
	uint32_t hash = json_name_hash(name, n_name);
	uint32_t slot = hash & rules->mask;
	uint32_t n_probes = 0;

	for (; rules->slots[slot]; slot = (slot + 1) & rules->mask) {
		if (n_probes++ == PROBES_MAX) {
			schema_fail(c, place, "properties", "too many property names with one hash");
			return NULL;
		}
		struct schema_property *known = &rules->properties[rules->slots[slot] - 1];
		if (known->hash == hash && known->n_name == n_name && memcmp(known->name, name, n_name) == 0)
			return known;
	}
	struct schema_property *added = &rules->properties[rules->n_properties++];
	*added = (struct schema_property){ .name = name, .n_name = n_name, .hash = hash };
	rules->slots[slot] = rules->n_properties;
	return added;
}

static bool
fill_required(struct schema_compiler *c, const struct schema_place *place, const struct json_value *required,
    struct schema_object_rules *rules)
{
	for (uint32_t i = 0; i < required->n; i++) {
		const struct json_value *name = &required->items[i];
		if (!schema_expect(c, place, "required", name, JSON_TEXT))
			return false;
		struct schema_property *property = property_of(c, place, rules, name->text, name->n);
		if (!property)
			return false;
		rules->n_required += !property->is_required;
		property->is_required = true;
	}
	return true;
}

static bool
fill_properties(struct schema_compiler *c, const struct schema_place *place, struct schema_object_rules *rules)
{
	static const struct json_value none = { .type = JSON_OBJECT };
	static const struct json_value nothing = { .type = JSON_LIST };
	const struct json_value *properties = schema_keyword(place, "properties");
	const struct json_value *required = schema_keyword(place, "required");

	if (!properties && !required)
		return true;
	properties = properties ? properties : &none;
	required = required ? required : &nothing;
	if (!schema_expect(c, place, "properties", properties, JSON_OBJECT) ||
	    !schema_expect(c, place, "required", required, JSON_LIST))
		return false;
	uint32_t n_names = properties->n + required->n;
	uint32_t n_slots = SLOTS_MIN;
	while (n_slots < n_names * SLOTS_PER_NAME)
		n_slots *= 2;
	rules->mask = n_slots - 1;
	rules->slots = ARENA_ARRAY(c->arena, uint32_t, n_slots);
	rules->properties = ARENA_ARRAY(c->arena, struct schema_property, n_names);
	for (uint32_t i = 0; i < properties->n; i++) {
		const struct json_member *member = &properties->members[i];
		struct schema_place *child = schema_place_of(c, &member->value);
		if (!child)
			return schema_fail(c, place, "properties", "must hold schemas: objects or booleans");
		struct schema_property *property = property_of(c, place, rules, member->name, member->n_name);
		if (!property)
			return false;
		property->node = schema_node_of(c, child);
		if (!property->node)
			return false;
	}
	return fill_required(c, place, required, rules);
}

static bool
fill_patterns(struct schema_compiler *c, const struct schema_place *place, struct schema_object_rules *rules)
{
	const struct json_value *patterns = schema_keyword(place, "patternProperties");

	if (!patterns)
		return true;
	if (!schema_expect(c, place, "patternProperties", patterns, JSON_OBJECT))
		return false;
	rules->patterns = ARENA_ARRAY(c->arena, struct schema_pattern, patterns->n);
	for (uint32_t i = 0; i < patterns->n; i++) {
		const struct json_member *member = &patterns->members[i];
		struct schema_place *child = schema_place_of(c, &member->value);
		struct schema_pattern *pattern = &rules->patterns[rules->n_patterns];
		if (!child)
			return schema_fail(c, place, "patternProperties", "must hold schemas: objects or booleans");
		pattern->node = schema_node_of(c, child);
		if (!pattern->node ||
		    !schema_regex(c, place, "patternProperties", member->name, member->n_name, &pattern->regex))
			return false;
		rules->n_patterns += pattern->regex != NULL;
	}
	return true;
}

static bool
fill_dependency(struct schema_compiler *c, const struct schema_place *place, const char *keyword,
    const struct json_member *member, struct schema_dependency *ret)
{
	ret->name = member;
	ret->keyword = keyword;
	if (member->value.type != JSON_LIST) {
		struct schema_place *child = schema_place_of(c, &member->value);
		if (!child)
			return schema_fail(c, place, keyword, "must hold schemas or lists of names");
		ret->node = schema_node_of(c, child);
		return ret->node != NULL;
	}
	ret->names = &member->value;
	for (uint32_t i = 0; i < ret->names->n; i++) {
		if (!schema_expect(c, place, keyword, &ret->names->items[i], JSON_TEXT))
			return false;
	}
	return true;
}

static bool
fill_dependencies(struct schema_compiler *c, const struct schema_place *place, struct schema_object_rules *rules)
{
	static const char *const keywords[] = { "dependentRequired", "dependentSchemas", "dependencies" };
	enum { N_KEYWORDS = sizeof(keywords) / sizeof(keywords[0]) };
	const struct json_value *maps[N_KEYWORDS];
	size_t n = 0;

	for (size_t i = 0; i < N_KEYWORDS; i++) {
		maps[i] = schema_keyword(place, keywords[i]);
		if (maps[i] && !schema_expect(c, place, keywords[i], maps[i], JSON_OBJECT))
			return false;
		n += maps[i] ? maps[i]->n : 0;
	}
	rules->dependencies = ARENA_ARRAY(c->arena, struct schema_dependency, n);
	for (size_t i = 0; i < N_KEYWORDS; i++) {
		for (uint32_t j = 0; maps[i] && j < maps[i]->n; j++) {
			struct schema_dependency *dependency = &rules->dependencies[rules->n_dependencies++];
			if (!fill_dependency(c, place, keywords[i], &maps[i]->members[j], dependency))
				return false;
		}
	}
	return true;
}

bool
schema_fill_object(struct schema_compiler *c, struct schema_node *node)
{
	const struct schema_place *place = node->place;
	struct schema_object_rules rules = { .max_members = UINT64_MAX };

	if (!schema_count(c, place, "minProperties", &rules.min_members) ||
	    !schema_count(c, place, "maxProperties", &rules.max_members) || !fill_properties(c, place, &rules) ||
	    !fill_patterns(c, place, &rules) ||
	    !schema_child(c, place, "additionalProperties", &rules.additional) ||
	    !schema_child(c, place, "propertyNames", &rules.names) || !fill_dependencies(c, place, &rules) ||
	    !schema_child(c, place, "unevaluatedProperties", &rules.unevaluated))
		return false;
	bool has_any = rules.min_members || rules.max_members != UINT64_MAX || rules.n_properties ||
	    rules.n_patterns || rules.additional || rules.names || rules.n_dependencies || rules.unevaluated;
	if (has_any)
		node->object = arena_memdup(c->arena, &rules, sizeof(rules));
	node->collects = node->collects || rules.unevaluated;
	return true;
}
