/* Rewrites localized nodes into maps of locales.  A node stands once in its map, under additionalProperties, with the locales in
 * propertyNames: written out for each locale it would double with each level of nesting. */
#include "model/expand.h"

#include <string.h>

#include "model/extensions.h"
#include "model/walk.h"

struct expansion {
	struct arena *arena;
	const struct json_value *root;
	struct localization localization;
};

static struct json_value
text_of(const char *text)
{
	return (struct json_value){ .type = JSON_TEXT, .n = (uint32_t)strlen(text), .text = text };
}

static struct json_member
member_of(const char *name, struct json_value value)
{
	return (struct json_member){ .name = name, .n_name = (uint32_t)strlen(name), .value = value };
}

static bool
is_localized(const struct json_value *node)
{
	const struct json_value *flag = node && node->type == JSON_OBJECT ? json_get(node, KEY_LOCALIZED) : NULL;
	return flag && flag->type == JSON_BOOL && flag->boolean;
}

static struct json_value expand_node(struct expansion *expansion, const struct json_value *node, bool is_required);

static bool
is_required_member(const struct json_value *object, const char *name)
{
	const struct json_value *required = json_get(object, "required");

	for (uint32_t i = 0; required && required->type == JSON_LIST && i < required->n; i++) {
		if (required->items[i].type == JSON_TEXT && strcmp(required->items[i].text, name) == 0)
			return true;
	}
	return false;
}

/* {"required":["en"]} */
static struct json_value
default_required(struct expansion *expansion)
{
	struct json_member *member = ARENA_NEW(expansion->arena, struct json_member);
	struct json_value *locale = ARENA_NEW(expansion->arena, struct json_value);

	*locale = text_of(expansion->localization.default_locale);
	*member = member_of("required", (struct json_value){ .type = JSON_LIST, .n = 1, .items = locale });
	return (struct json_value){ .type = JSON_OBJECT, .n = 1, .members = member };
}

/* A required property that is localized where its $ref leads: the default locale is required of this use of it only. */
static struct json_value
require_behind_ref(struct expansion *expansion, struct json_value node)
{
	struct json_value *both = ARENA_ARRAY(expansion->arena, struct json_value, 2);
	struct json_member *member = ARENA_NEW(expansion->arena, struct json_member);

	both[0] = node;
	both[1] = default_required(expansion);
	*member = member_of("allOf", (struct json_value){ .type = JSON_LIST, .n = 2, .items = both });
	return (struct json_value){ .type = JSON_OBJECT, .n = 1, .members = member };
}

static struct json_value
expand_property(struct expansion *expansion, const struct json_value *object, const struct json_member *property)
{
	bool is_required = is_required_member(object, property->name);
	struct json_value expanded = expand_node(expansion, &property->value, is_required);

	if (is_required && !is_localized(&property->value) && is_localized(schema_deref(expansion->root, &property->value)))
		return require_behind_ref(expansion, expanded);
	return expanded;
}

static struct json_value
expand_map(struct expansion *expansion, const struct json_value *object, const struct json_member *keyword)
{
	const struct json_value *map = &keyword->value;
	struct json_member *members = ARENA_ARRAY(expansion->arena, struct json_member, map->n + 1);
	bool is_properties = strcmp(keyword->name, "properties") == 0;

	for (uint32_t i = 0; i < map->n; i++) {
		members[i] = map->members[i];
		members[i].value = is_properties ? expand_property(expansion, object, &map->members[i]) : expand_node(expansion, &map->members[i].value, false);
	}
	return (struct json_value){ .type = JSON_OBJECT, .n = map->n, .members = members };
}

static struct json_value
expand_list(struct expansion *expansion, const struct json_value *list)
{
	struct json_value *items = ARENA_ARRAY(expansion->arena, struct json_value, list->n + 1);

	for (uint32_t i = 0; i < list->n; i++)
		items[i] = expand_node(expansion, &list->items[i], false);
	return (struct json_value){ .type = JSON_LIST, .n = list->n, .items = items };
}

static struct json_value
expand_keyword(struct expansion *expansion, const struct json_value *object, const struct json_member *keyword)
{
	enum holder holder = schema_holder(keyword->name);

	if (holder == HOLDS_MAP && keyword->value.type == JSON_OBJECT)
		return expand_map(expansion, object, keyword);
	if (holder != HOLDS_NONE && keyword->value.type == JSON_LIST)
		return expand_list(expansion, &keyword->value);
	if (holder == HOLDS_ONE)
		return expand_node(expansion, &keyword->value, false);
	return keyword->value;
}

/* The node without its mark, what is inside it expanded. */
static struct json_value
expand_inside(struct expansion *expansion, const struct json_value *node)
{
	struct json_member *members = ARENA_ARRAY(expansion->arena, struct json_member, node->n + 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < node->n; i++) {
		if (strcmp(node->members[i].name, KEY_LOCALIZED) == 0)
			continue;
		members[n] = node->members[i];
		members[n++].value = expand_keyword(expansion, node, &node->members[i]);
	}
	return (struct json_value){ .type = JSON_OBJECT, .n = n, .members = members };
}

static struct json_value
map_of_locales(struct expansion *expansion, const struct json_value *node, bool is_required)
{
	static const char *const kept[] = { "title", "description", "premium" };
	struct json_member *members = ARENA_ARRAY(expansion->arena, struct json_member, 7), *names = ARENA_NEW(expansion->arena, struct json_member);
	uint32_t n = 0;

	*names = member_of("enum", *expansion->localization.locales);
	members[n++] = member_of("type", text_of("object"));
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const struct json_value *value = json_get(node, kept[i]);
		if (value)
			members[n++] = member_of(kept[i], *value);
	}
	members[n++] = member_of("propertyNames", (struct json_value){ .type = JSON_OBJECT, .n = 1, .members = names });
	members[n++] = member_of("additionalProperties", expand_inside(expansion, node));
	if (is_required)
		members[n++] = default_required(expansion).members[0];
	return (struct json_value){ .type = JSON_OBJECT, .n = n, .members = members };
}

static struct json_value
expand_node(struct expansion *expansion, const struct json_value *node, bool is_required)
{
	if (node->type != JSON_OBJECT)
		return *node;
	return is_localized(node) ? map_of_locales(expansion, node, is_required) : expand_inside(expansion, node);
}

const struct json_value *
expand_localized(struct arena *arena, const struct json_value *schema)
{
	struct expansion expansion = { .arena = arena, .root = schema };

	if (schema->type != JSON_OBJECT || !extensions_localization(schema, &expansion.localization))
		return schema;
	struct json_value *expanded = ARENA_NEW(arena, struct json_value);
	*expanded = expand_inside(&expansion, schema);
	return expanded;
}
