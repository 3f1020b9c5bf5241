/* Keyword by keyword; whatever is not understood counts as narrower. */
#include "schema_change/widening.h"

#include <string.h>

#include "model/extensions.h"

enum { DEPTH_MAX = 64 };

static bool widens(const struct json_value *before, const struct json_value *after, int depth);

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++) {
		if (strcmp(name, *names) == 0)
			return true;
	}
	return false;
}

/* Says nothing about which data is taken. */
static bool
is_annotation(const char *name)
{
	static const char *const annotations[] = { "title", "description", "default", "examples", "$comment", "$schema", "deprecated", "readOnly",
		"writeOnly", "premium", NULL };
	static const char *const constraints[] = { KEY_LOCALIZATION, KEY_LOCALIZED, KEY_FIELD_KIND, NULL };

	if (strncmp(name, "x-", 2) == 0)
		return !is_one_of(name, constraints);
	return is_one_of(name, annotations);
}

static bool
list_has(const struct json_value *list, const struct json_value *value)
{
	for (uint32_t i = 0; i < list->n; i++) {
		if (json_equal(&list->items[i], value))
			return true;
	}
	return false;
}

/* Each of `few` is among `many`. */
static bool
is_subset(const struct json_value *few, const struct json_value *many)
{
	if (few->type != JSON_LIST || many->type != JSON_LIST)
		return false;
	for (uint32_t i = 0; i < few->n; i++) {
		if (!list_has(many, &few->items[i]))
			return false;
	}
	return true;
}

static bool
names_type(const struct json_value *type, const char *name)
{
	if (type->type == JSON_TEXT)
		return strcmp(type->text, name) == 0;
	for (uint32_t i = 0; type->type == JSON_LIST && i < type->n; i++) {
		if (type->items[i].type == JSON_TEXT && strcmp(type->items[i].text, name) == 0)
			return true;
	}
	return false;
}

static bool
type_widens(const struct json_value *before, const struct json_value *after)
{
	static const char *const names[] = { "null", "boolean", "integer", "number", "string", "array", "object" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool is_integer = strcmp(names[i], "integer") == 0;
		if (names_type(before, names[i]) && !names_type(after, names[i]) && !(is_integer && names_type(after, "number")))
			return false;
	}
	return true;
}

static double
number_of(const struct json_value *value)
{
	return value->type == JSON_INT ? (double)value->integer : value->type == JSON_REAL ? value->real : 0;
}

static bool
is_open(const struct json_value *schema)
{
	const struct json_value *more = json_get(schema, "additionalProperties");
	return !more || (more->type == JSON_BOOL && more->boolean);
}

static bool
properties_widen(const struct json_value *before, const struct json_value *after, const struct json_value *whole, int depth)
{
	if (before->type != JSON_OBJECT || after->type != JSON_OBJECT)
		return false;
	for (uint32_t i = 0; i < before->n; i++) {
		const struct json_value *kept = json_get_n(after, before->members[i].name, before->members[i].n_name);
		if (kept ? !widens(&before->members[i].value, kept, depth + 1) : !is_open(whole))
			return false;
	}
	return true;
}

static bool
keyword_widens(const char *name, const struct json_value *before, const struct json_value *after, const struct json_value *whole, int depth)
{
	static const char *const lower[] = { "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", NULL };
	static const char *const upper[] = { "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", NULL };

	if (json_equal(before, after))
		return true;
	if (strcmp(name, "type") == 0)
		return type_widens(before, after);
	if (strcmp(name, "properties") == 0)
		return properties_widen(before, after, whole, depth);
	if (strcmp(name, "required") == 0)
		return is_subset(after, before);
	if (strcmp(name, "enum") == 0)
		return is_subset(before, after);
	if (strcmp(name, "additionalProperties") == 0)
		return before->type == JSON_BOOL ? !before->boolean : widens(before, after, depth + 1);
	if (strcmp(name, "items") == 0)
		return widens(before, after, depth + 1);
	if (is_one_of(name, lower))
		return number_of(after) <= number_of(before);
	return is_one_of(name, upper) && number_of(after) >= number_of(before);
}

/* Without the keyword everything is taken that it kept out. */
static bool
may_go(const char *name)
{
	static const char *const removable[] = { "type", "required", "enum", "const", "pattern", "format", "minimum", "maximum", "exclusiveMinimum",
		"exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "multipleOf", "uniqueItems", "not",
		"additionalProperties", "propertyNames", "contains", "items", NULL };

	return is_annotation(name) || is_one_of(name, removable);
}

static bool
may_come(const char *name, const struct json_value *value)
{
	if (strcmp(name, "properties") == 0)
		return true;
	if (strcmp(name, "additionalProperties") == 0)
		return value->type == JSON_BOOL && value->boolean;
	if (strcmp(name, "required") == 0)
		return value->type == JSON_LIST && value->n == 0;
	return is_annotation(name) || strcmp(name, "definitions") == 0 || strcmp(name, "$defs") == 0;
}

static bool
widens(const struct json_value *before, const struct json_value *after, int depth)
{
	if (depth > DEPTH_MAX)
		return false;
	if (before->type != JSON_OBJECT || after->type != JSON_OBJECT)
		return json_equal(before, after) || (after->type == JSON_BOOL && after->boolean) || (before->type == JSON_BOOL && !before->boolean);
	for (uint32_t i = 0; i < before->n; i++) {
		const struct json_member *member = &before->members[i];
		const struct json_value *now = json_get_n(after, member->name, member->n_name);
		if (is_annotation(member->name))
			continue;
		if (now ? !keyword_widens(member->name, &member->value, now, after, depth) : !may_go(member->name))
			return false;
	}
	for (uint32_t i = 0; i < after->n; i++) {
		const struct json_member *member = &after->members[i];
		if (!json_get_n(before, member->name, member->n_name) && !may_come(member->name, &member->value))
			return false;
	}
	return true;
}

bool
schema_widens(const struct json_value *before, const struct json_value *after)
{
	return widens(before, after, 0);
}
