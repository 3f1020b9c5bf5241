/* Branches of oneOf, anyOf and if are chosen by what tells them apart: types, constants, and which members there must and may be.
 * Stored data was valid when it was written, so that is enough, and far cheaper than validating each branch. */
#include "localisation/applies.h"

#include <string.h>

#include "model/extensions.h"
#include "model/walk.h"
#include "regex.h"

enum { FIT_DEPTH_MAX = 6, APPLY_DEPTH_MAX = 16 };

static const struct json_value *
object_member(const struct json_value *node, const char *name, enum json_type type)
{
	const struct json_value *value = node->type == JSON_OBJECT ? json_get(node, name) : NULL;
	return value && value->type == type ? value : NULL;
}

/* ---- branches ---- */

static bool
is_of_type(const struct json_value *value, const char *type)
{
	switch (value->type) {
	case JSON_NULL:
		return strcmp(type, "null") == 0;
	case JSON_BOOL:
		return strcmp(type, "boolean") == 0;
	case JSON_INT:
		return strcmp(type, "integer") == 0 || strcmp(type, "number") == 0;
	case JSON_REAL:
		return strcmp(type, "number") == 0;
	case JSON_TEXT:
		return strcmp(type, "string") == 0;
	case JSON_LIST:
		return strcmp(type, "array") == 0;
	case JSON_OBJECT:
		return strcmp(type, "object") == 0;
	}
	return false;
}

static bool
fits_type(const struct json_value *node, const struct json_value *value)
{
	const struct json_value *type = json_get(node, "type");

	if (!type)
		return true;
	if (type->type == JSON_TEXT)
		return is_of_type(value, type->text);
	for (uint32_t i = 0; type->type == JSON_LIST && i < type->n; i++) {
		if (type->items[i].type == JSON_TEXT && is_of_type(value, type->items[i].text))
			return true;
	}
	return false;
}

static bool
fits_constants(const struct json_value *node, const struct json_value *value)
{
	const struct json_value *constant = json_get(node, "const"), *choices = object_member(node, "enum", JSON_LIST);

	if (constant && !json_equal(constant, value))
		return false;
	for (uint32_t i = 0; choices && i < choices->n; i++) {
		if (json_equal(&choices->items[i], value))
			return true;
	}
	return !choices;
}

static bool
fits_names(const struct json_value *node, const struct json_value *value)
{
	const struct json_value *required = object_member(node, "required", JSON_LIST), *properties = object_member(node, "properties", JSON_OBJECT);
	const struct json_value *closed = object_member(node, "additionalProperties", JSON_BOOL);

	if (value->type != JSON_OBJECT)
		return true;
	for (uint32_t i = 0; required && i < required->n; i++) {
		if (required->items[i].type == JSON_TEXT && !json_get(value, required->items[i].text))
			return false;
	}
	if (!closed || closed->boolean || object_member(node, "patternProperties", JSON_OBJECT))
		return true;
	for (uint32_t i = 0; i < value->n; i++) {
		if (!properties || !json_get_n(properties, value->members[i].name, value->members[i].n_name))
			return false;
	}
	return true;
}

static bool fits(const struct reading *reading, const struct json_value *node, const struct json_value *value, int depth);

static bool
fits_members(const struct reading *reading, const struct json_value *node, const struct json_value *value, int depth)
{
	const struct json_value *properties = object_member(node, "properties", JSON_OBJECT);

	for (uint32_t i = 0; properties && value->type == JSON_OBJECT && i < value->n; i++) {
		const struct json_value *property = json_get_n(properties, value->members[i].name, value->members[i].n_name);
		if (property && !fits(reading, property, &value->members[i].value, depth + 1))
			return false;
	}
	return true;
}

static bool
fits(const struct reading *reading, const struct json_value *node, const struct json_value *value, int depth)
{
	node = schema_deref(reading->root, node);
	if (!node || depth > FIT_DEPTH_MAX)
		return true;
	if (node->type == JSON_BOOL)
		return node->boolean;
	if (node->type != JSON_OBJECT)
		return true;
	if (object_member(node, KEY_LOCALIZED, JSON_BOOL) && json_get(node, KEY_LOCALIZED)->boolean)
		return value->type == JSON_OBJECT; /* a map of locales */
	return fits_type(node, value) && fits_constants(node, value) && fits_names(node, value) && fits_members(reading, node, value, depth);
}

/* ---- what applies ---- */

static void
add_one(const struct reading *reading, const struct json_value *node, const struct json_value *value, struct applies *applies, int depth);

static void
add_branches(const struct reading *reading, const struct json_value *list, const struct json_value *value, struct applies *applies, int depth,
    bool only_fitting)
{
	for (uint32_t i = 0; list && i < list->n; i++) {
		if (!only_fitting || fits(reading, &list->items[i], value, 0))
			add_one(reading, &list->items[i], value, applies, depth);
	}
}

static void
add_condition(const struct reading *reading, const struct json_value *node, const struct json_value *value, struct applies *applies, int depth)
{
	const struct json_value *condition = json_get(node, "if");

	if (!condition)
		return;
	bool holds = fits(reading, condition, value, 0);
	const struct json_value *branch = json_get(node, holds ? "then" : "else");
	if (holds)
		add_one(reading, condition, value, applies, depth);
	if (branch)
		add_one(reading, branch, value, applies, depth);
}

static void
add_one(const struct reading *reading, const struct json_value *node, const struct json_value *value, struct applies *applies, int depth)
{
	if (node->type != JSON_OBJECT || depth > APPLY_DEPTH_MAX || applies->n == APPLIES_MAX)
		return;
	for (size_t i = 0; i < applies->n; i++) {
		if (applies->list[i] == node)
			return;
	}
	applies->list[applies->n++] = node;
	const struct json_value *ref = object_member(node, "$ref", JSON_TEXT);
	const struct json_value *target = ref ? schema_at(reading->root, ref->text) : NULL;
	if (target)
		add_one(reading, target, value, applies, depth + 1);
	if (object_member(node, KEY_LOCALIZED, JSON_BOOL) && json_get(node, KEY_LOCALIZED)->boolean && applies->n > 1)
		return; /* its branches speak about each locale's value */
	add_branches(reading, object_member(node, "allOf", JSON_LIST), value, applies, depth + 1, false);
	add_branches(reading, object_member(node, "anyOf", JSON_LIST), value, applies, depth + 1, true);
	add_branches(reading, object_member(node, "oneOf", JSON_LIST), value, applies, depth + 1, true);
	add_condition(reading, node, value, applies, depth + 1);
}

void
applies_add(const struct reading *reading, const struct json_value *node, const struct json_value *value, struct applies *applies)
{
	add_one(reading, node, value, applies, 0);
}

/* ---- parts ---- */

static bool
matches(const struct reading *reading, const char *pattern, const struct json_member *member)
{
	const char *message = NULL;
	void *regex = regex_engine.compile(pattern, strlen(pattern), reading->arena, &message);
	bool is_match = regex && regex_engine.match(regex, member->name, member->n_name, false) == JSON_REGEX_MATCH;

	if (regex)
		regex_engine.free(regex);
	return is_match;
}

static void
add_member_of(const struct reading *reading, const struct json_value *node, const struct json_member *member, struct applies *ret)
{
	const struct json_value *properties = object_member(node, "properties", JSON_OBJECT), *patterns = object_member(node, "patternProperties", JSON_OBJECT);
	const struct json_value *property = properties ? json_get_n(properties, member->name, member->n_name) : NULL;
	const struct json_value *others = json_get(node, "additionalProperties");
	bool is_named = property != NULL;

	if (property)
		applies_add(reading, property, &member->value, ret);
	for (uint32_t i = 0; patterns && i < patterns->n; i++) {
		if (!matches(reading, patterns->members[i].name, member))
			continue;
		is_named = true;
		applies_add(reading, &patterns->members[i].value, &member->value, ret);
	}
	if (!is_named && others)
		applies_add(reading, others, &member->value, ret);
}

void
applies_to_member(const struct reading *reading, const struct applies *of, const struct json_member *member, struct applies *ret)
{
	ret->n = 0;
	for (size_t i = 0; i < of->n; i++)
		add_member_of(reading, of->list[i], member, ret);
}

void
applies_to_item(const struct reading *reading, const struct applies *of, const struct json_value *list, uint32_t index, struct applies *ret)
{
	const struct json_value *item = &list->items[index];

	ret->n = 0;
	for (size_t i = 0; i < of->n; i++) {
		const struct json_value *items = json_get(of->list[i], "items"), *prefix = object_member(of->list[i], "prefixItems", JSON_LIST);
		const struct json_value *rest = items;
		if (items && items->type == JSON_LIST) {
			prefix = items;
			rest = json_get(of->list[i], "additionalItems");
		}
		if (prefix && index < prefix->n)
			applies_add(reading, &prefix->items[index], item, ret);
		else if (rest)
			applies_add(reading, rest, item, ret);
	}
}
