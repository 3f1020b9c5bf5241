/* Fields that are shown when another one has a value: as they are defined, and as they are sent. */
#include <string.h>

#include "rules.h"

static const char *
text_of(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);

	return value && value->type == JSON_TEXT ? value->text : "";
}

static const struct json_value *
find_field(const struct json_value *fields, const char *name)
{
	for (size_t i = 0; i < fields->n; i++) {
		if (strcmp(text_of(&fields->items[i], "name"), name) == 0)
			return &fields->items[i];
	}
	return NULL;
}

bool
condition_is_met(const struct json_value *field, const struct json_value *data)
{
	const struct json_value *condition = json_get(field, "showIf");
	const struct json_value *other = condition ? json_get(data, text_of(condition, "field")) : NULL;

	return !condition || (other && json_equal(other, json_get(condition, "equals")));
}

static bool
is_option(const struct json_value *field, const struct json_value *value)
{
	const struct json_value *options = json_get(field, "options");

	for (size_t i = 0; value->type == JSON_TEXT && options && i < options->n; i++) {
		if (strcmp(text_of(&options->items[i], "value"), value->text) == 0)
			return true;
	}
	return false;
}

/* Whether a field can have this value at all. */
static bool
can_equal(const struct json_value *field, const struct json_value *value)
{
	const char *kind = text_of(field, "type");

	if (strcmp(kind, "number") == 0)
		return value->type == JSON_INT || value->type == JSON_REAL;
	if (strcmp(kind, "checkbox") == 0)
		return value->type == JSON_BOOL;
	if (strcmp(kind, "select") == 0)
		return is_option(field, value);
	return (strcmp(kind, "text") == 0 || strcmp(kind, "textarea") == 0) && value->type == JSON_TEXT && value->n > 0;
}

/* Following the conditions from a field must end at one that is always shown. */
static bool
depends_on_itself(const struct json_value *fields, const struct json_value *field)
{
	const struct json_value *at = field;

	for (size_t i = 0; at && i < fields->n; i++) {
		const struct json_value *condition = json_get(at, "showIf");
		at = condition ? find_field(fields, text_of(condition, "field")) : NULL;
	}
	return at != NULL;
}

const struct error *
conditions_check(struct request *req, const struct json_value *fields)
{
	for (size_t i = 0; i < fields->n; i++) {
		const struct json_value *field = &fields->items[i], *condition = json_get(field, "showIf");
		const char *name = text_of(field, "name"), *wanted = condition ? text_of(condition, "field") : NULL;
		const struct json_value *other = condition ? find_field(fields, wanted) : NULL;
		const char *pointer = arena_printf(req->arena, "/fields/%zu/showIf", i);
		if (!condition)
			continue;
		if (!other)
			return FAIL_AT(req, FORM_FIELD_INVALID, pointer, "showIf of field '%s' names '%s', which is no field of the form", name, wanted);
		if (!can_equal(other, json_get(condition, "equals")))
			return FAIL_AT(req, FORM_FIELD_INVALID, pointer, "field '%s' is shown for a value that '%s', a %s field, cannot have", name, wanted, text_of(other, "type"));
		if (depends_on_itself(fields, field))
			return FAIL_AT(req, FORM_FIELD_INVALID, pointer, "field '%s' would never be shown: its condition leads back to itself", name);
	}
	return NULL;
}
