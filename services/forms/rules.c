/* What the public sends, held against the form. */
#include <string.h>

#include "rules.h"

static const struct json_value *
parse(struct request *req, struct doc text)
{
	struct json_error wrong;

	return json_parse(req->arena, text.json, text.len, NULL, &wrong);
}

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

static bool
is_option(const struct json_value *field, const char *value)
{
	const struct json_value *options = json_get(field, "options");

	for (size_t i = 0; options && i < options->n; i++) {
		if (strcmp(text_of(&options->items[i], "value"), value) == 0)
			return true;
	}
	return false;
}

/* What a value of the field's type is; NULL when this is one. */
static const char *
wanted_instead(const struct json_value *field, const struct json_value *value)
{
	const char *kind = text_of(field, "type");

	if (strcmp(kind, "number") == 0)
		return value->type == JSON_INT || value->type == JSON_REAL ? NULL : "a number";
	if (strcmp(kind, "checkbox") == 0)
		return value->type == JSON_BOOL ? NULL : "true or false";
	if (strcmp(kind, "select") == 0)
		return value->type == JSON_TEXT && is_option(field, value->text) ? NULL : "one of its options";
	if (strcmp(kind, "asset-list") == 0)
		return value->type == JSON_LIST ? NULL : "a list";
	if (strcmp(kind, "asset") == 0)
		return NULL;
	return value->type == JSON_TEXT ? NULL : "text";
}

static const char *
fields_context(struct request *req, const char *name)
{
	struct buf json;

	buf_init(&json, req->arena, 128);
	buf_add_text(&json, "{\"fields\":[");
	buf_add_json_text(&json, name, strlen(name));
	buf_add_text(&json, "]}");
	return json.bytes;
}

static const struct error *
check_values(struct request *req, const struct form_row *form, const struct json_value *fields, const struct json_value *data)
{
	for (size_t i = 0; i < data->n; i++) {
		const char *name = data->members[i].name;
		const struct json_value *field = find_field(fields, name);
		if (form->honeypot_field && strcmp(name, form->honeypot_field) == 0)
			continue;
		if (!field || !condition_is_met(field, data))
			return FAIL_WITH(req, FORM_SUBMISSION_UNKNOWN_FIELDS, fields_context(req, name),
			    field ? "the field '%.64s' is not shown for these values" : "the form has no field '%.64s'", name);
		const char *wanted = wanted_instead(field, &data->members[i].value);
		if (wanted)
			return FAIL_AT(req, FORM_SUBMISSION_FIELD_INVALID, arena_printf(req->arena, "/data/%.64s", name), "the field '%s' takes %s", name, wanted);
	}
	return NULL;
}

const struct error *
submission_check(struct request *req, const struct form_row *form, struct doc text, bool *ret_is_trapped)
{
	const struct json_value *fields = parse(req, form->fields), *data = parse(req, text);
	const struct json_value *trap = form->honeypot_field ? json_get(data, form->honeypot_field) : NULL;

	*ret_is_trapped = trap && !(trap->type == JSON_TEXT && trap->n == 0) && trap->type != JSON_NULL;
	const struct error *error = check_values(req, form, fields, data);
	for (size_t i = 0; !error && i < fields->n; i++) {
		const struct json_value *field = &fields->items[i], *required = json_get(field, "required");
		const struct json_value *value = json_get(data, text_of(field, "name"));
		bool is_missing = !value || value->type == JSON_NULL || (value->type == JSON_TEXT && value->n == 0);
		if (required && required->boolean && condition_is_met(field, data) && is_missing)
			error = FAIL_AT(req, FORM_SUBMISSION_REQUIRED_FIELD_MISSING, arena_printf(req->arena, "/data/%s", text_of(field, "name")), "the field '%s' is missing",
			    text_of(field, "name"));
	}
	return error;
}
