/* Which branch of a oneOf or anyOf a value means: the one whose tag, a const or enum of a member, is the value's. */
#include "schema/run.h"

static const struct schema_node *
target_of(const struct schema_node *node)
{
	enum { REFS_MAX = 8 };

	for (int i = 0; i < REFS_MAX && node->logic && node->logic->ref; i++)
		node = node->logic->ref;
	return node;
}

static bool
is_tag(const struct schema_node *node)
{
	return node && node->kind != SCHEMA_FALSE && (node->constant || node->choices);
}

static bool
is_one_of(struct schema_run *run, const struct json_value *choices, const struct json_value *value)
{
	for (uint32_t i = 0; i < choices->n; i++) {
		if (schema_equals(run, &choices->items[i], value))
			return true;
	}
	return false;
}

/* Every tag that the value has is the branch's, and there is one. */
static bool
is_meant(struct schema_run *run, const struct schema_node *branch, const struct json_value *value)
{
	const struct schema_object_rules *rules = target_of(branch)->object;
	bool is_tagged = false;

	for (uint32_t i = 0; rules && i < rules->n_properties; i++) {
		const struct schema_property *property = &rules->properties[i];
		if (!is_tag(property->node))
			continue;
		const struct json_value *member = json_get_n(value, property->name, property->n_name);
		if (!member)
			continue;
		if (property->node->constant ? !schema_equals(run, member, property->node->constant) : !is_one_of(run, property->node->choices, member))
			return false;
		is_tagged = true;
	}
	return is_tagged;
}

const struct schema_node *
schema_meant_branch(struct schema_run *run, const struct schema_nodes *branches, const struct json_value *value)
{
	const struct schema_node *meant = NULL;

	if (value->type != JSON_OBJECT)
		return NULL;
	for (size_t i = 0; i < branches->n; i++) {
		if (!is_meant(run, branches->list[i], value))
			continue;
		if (meant)
			return NULL; /* the tag does not tell */
		meant = branches->list[i];
	}
	return meant;
}
