/* Rules for objects: each member is looked up once, then what is missing is named. */
#include <string.h>

#include "schema/run.h"

static uint32_t
hash_of(const struct json_member *member)
{
	return member->hash ? member->hash : json_name_hash(member->name, member->n_name);
}

static const struct schema_property *
find_property(const struct schema_object_rules *rules, const struct json_member *member)
{
	uint32_t hash = hash_of(member);

	if (!rules->n_properties)
		return NULL;
	for (uint32_t slot = hash & rules->mask; rules->slots[slot]; slot = (slot + 1) & rules->mask) {
		const struct schema_property *property = &rules->properties[rules->slots[slot] - 1];
		if (property->hash == hash && property->n_name == member->n_name &&
		    memcmp(property->name, member->name, member->n_name) == 0)
			return property;
	}
	return NULL;
}

static bool
check_name(struct schema_run *run, const struct schema_node *node, const struct json_member *member,
    const struct schema_path *path)
{
	const struct json_value name = { .type = JSON_TEXT, .n = member->n_name, .text = member->name };

	run->is_name = true;
	bool is_ok = schema_evaluate_quietly(run, node->object->names, &name, path, NULL);
	run->is_name = false;
	if (is_ok)
		return true;
	return schema_report(run, node, path, "propertyNames", "the property's name is not allowed");
}

/* Sets *ret_is_known when some keyword evaluated the member. */
static bool
check_patterns(struct schema_run *run, const struct schema_object_rules *rules, const struct json_member *member,
    const struct schema_path *path, bool *ret_is_known)
{
	bool is_ok = true;

	for (size_t i = 0; i < rules->n_patterns && schema_goes_on(run, is_ok); i++) {
		if (!schema_matches(run, rules->patterns[i].regex, member->name, member->n_name))
			continue;
		*ret_is_known = true;
		is_ok = schema_evaluate(run, rules->patterns[i].node, &member->value, path, NULL) && is_ok;
	}
	return is_ok;
}

static bool
check_member(struct schema_run *run, const struct schema_node *node, const struct json_member *member,
    const struct schema_path *path, const struct schema_property *property, bool *ret_is_known)
{
	const struct schema_object_rules *rules = node->object;
	bool is_known = false;
	bool is_ok = true;

	if (property && property->node) {
		is_known = true;
		is_ok = schema_evaluate(run, property->node, &member->value, path, NULL);
	}
	if (rules->n_patterns && schema_goes_on(run, is_ok))
		is_ok = check_patterns(run, rules, member, path, &is_known) && is_ok;
	if (rules->names && schema_goes_on(run, is_ok))
		is_ok = check_name(run, node, member, path) && is_ok;
	if (!is_known && rules->additional && schema_goes_on(run, is_ok)) {
		is_known = true;
		is_ok = schema_evaluate(run, rules->additional, &member->value, path, NULL) && is_ok;
	}
	*ret_is_known = is_known;
	return is_ok;
}

static bool
report_required(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path)
{
	const struct schema_object_rules *rules = node->object;

	if (!run->errors)
		return false;
	for (uint32_t i = 0; i < rules->n_properties; i++) {
		const struct schema_property *property = &rules->properties[i];
		if (!property->is_required || json_find(value, property->name, property->n_name, property->hash))
			continue;
		(void)schema_report_missing(run, node, path, "required", property->name, property->n_name);
		if (!schema_spend(run, 1))
			return false;
	}
	return false;
}

static bool
check_members(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	uint32_t n_required = 0;
	bool is_ok = true;

	if (!schema_spend(run, value->n / 8))
		return false;
	for (uint32_t i = 0; i < value->n; i++) {
		const struct json_member *member = &value->members[i];
		const struct schema_path here = { .outer = path, .member = member };
		const struct schema_property *property = find_property(node->object, member);
		bool is_known;

		n_required += property && property->is_required;
		is_ok = check_member(run, node, member, &here, property, &is_known) && is_ok;
		if (seen && is_known)
			schema_seen_mark(seen, i);
		if (!schema_goes_on(run, is_ok))
			return false;
	}
	if (n_required < node->object->n_required)
		is_ok = report_required(run, node, value, path);
	return is_ok;
}

static bool
check_dependency(struct schema_run *run, const struct schema_node *node, const struct schema_dependency *dependency,
    const struct json_value *value, const struct schema_path *path, struct schema_seen *seen)
{
	const struct json_member *name = dependency->name;
	bool is_ok = true;

	if (!json_find(value, name->name, name->n_name, hash_of(name)))
		return true;
	if (dependency->node)
		return schema_evaluate(run, dependency->node, value, path, seen);
	for (uint32_t i = 0; i < dependency->names->n && schema_goes_on(run, is_ok); i++) {
		const struct json_value *needed = &dependency->names->items[i];
		(void)schema_spend(run, 1 + value->n / 32);
		if (!json_get_n(value, needed->text, needed->n))
			is_ok = schema_report_missing(run, node, path, dependency->keyword, needed->text, needed->n);
	}
	return is_ok;
}

static bool
check_dependencies(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	const struct schema_object_rules *rules = node->object;
	bool is_ok = schema_spend(run, rules->n_dependencies * (1 + value->n / 32));

	for (size_t i = 0; i < rules->n_dependencies && schema_goes_on(run, is_ok); i++)
		is_ok = check_dependency(run, node, &rules->dependencies[i], value, path, seen) && is_ok;
	return is_ok;
}

bool
schema_run_object(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	const struct schema_object_rules *rules = node->object;
	bool is_ok = true;

	if (value->n < rules->min_members)
		is_ok = schema_report(run, node, path, "minProperties", "must have at least %llu properties, has %u",
		    (unsigned long long)rules->min_members, value->n);
	if (value->n > rules->max_members)
		is_ok = schema_report(run, node, path, "maxProperties", "must have at most %llu properties, has %u",
		    (unsigned long long)rules->max_members, value->n);
	if (schema_goes_on(run, is_ok))
		is_ok = check_members(run, node, value, path, seen) && is_ok;
	if (rules->n_dependencies && schema_goes_on(run, is_ok))
		is_ok = check_dependencies(run, node, value, path, seen) && is_ok;
	return is_ok;
}

/* ---- what no other keyword evaluated ---- */

static bool
check_rest(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	bool is_object = value->type == JSON_OBJECT;
	bool is_ok = true;

	for (uint32_t i = 0; i < value->n && schema_goes_on(run, is_ok); i++) {
		if (schema_seen_has(seen, i))
			continue;
		const struct json_member *member = is_object ? &value->members[i] : NULL;
		const struct schema_path here = { .outer = path, .member = member, .index = i };
		const struct json_value *part = is_object ? &member->value : &value->items[i];
		is_ok = schema_evaluate(run, node, part, &here, NULL) && is_ok;
		schema_seen_mark(seen, i);
	}
	return is_ok;
}

bool
schema_run_unevaluated(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path, struct schema_seen *seen)
{
	const struct schema_node *rest = NULL;

	if (value->type == JSON_OBJECT)
		rest = node->object ? node->object->unevaluated : NULL;
	if (value->type == JSON_LIST)
		rest = node->list ? node->list->unevaluated : NULL;
	return !rest || check_rest(run, rest, value, path, seen);
}
