/* A form held against its type's schema: what each field is, and whether the form could ever be sent. */
#include <string.h>

#include "rules.h"
#include "outbound.h"

enum { FIELDS_MAX = 100, OPTIONS_MAX = 200 };

static const char *const members[] = { "name", "label", "description", "type", "required", "placeholder", "options", "showIf" };

static const struct json_value *
parse(struct request *req, const char *text, size_t n)
{
	struct json_error wrong;

	return json_parse(req->arena, text, n, NULL, &wrong);
}

static bool
is_type(const struct json_value *schema, const char *name)
{
	const struct json_value *type = json_get(schema, "type");

	if (type && type->type == JSON_TEXT)
		return strcmp(type->text, name) == 0;
	for (size_t i = 0; type && type->type == JSON_LIST && i < type->n; i++) {
		if (type->items[i].type == JSON_TEXT && strcmp(type->items[i].text, name) == 0)
			return true;
	}
	return false;
}

static bool
is_text_enum(const struct json_value *values)
{
	for (size_t i = 0; values && values->type == JSON_LIST && i < values->n; i++) {
		if (values->items[i].type != JSON_TEXT)
			return false;
	}
	return values && values->type == JSON_LIST && values->n > 0;
}

/* Which kind of field a property makes; NULL: none. */
static const char *
kind_of(const struct json_value *property)
{
	const struct json_value *localized = json_get(property, "x-wordclaw-localized"), *kind = json_get(property, "x-wordclaw-field-kind");
	const struct json_value *widget = json_get(property, "x-wordclaw-ui-widget");

	if (localized && localized->type == JSON_BOOL && localized->boolean)
		return NULL;
	if (kind && kind->type == JSON_TEXT)
		return strcmp(kind->text, "asset") == 0 || strcmp(kind->text, "asset-list") == 0 ? kind->text : NULL;
	if (is_text_enum(json_get(property, "enum")))
		return "select";
	if (is_type(property, "string"))
		return widget && widget->type == JSON_TEXT && strcmp(widget->text, "textarea") == 0 ? "textarea" : "text";
	if (is_type(property, "integer") || is_type(property, "number"))
		return "number";
	return is_type(property, "boolean") ? "checkbox" : NULL;
}

static bool
is_known_kind(const char *kind)
{
	static const char *const kinds[] = { "text", "textarea", "number", "checkbox", "select", "asset", "asset-list" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i], kind) == 0)
			return true;
	}
	return false;
}

static bool
is_text_kind(const char *kind)
{
	return strcmp(kind, "text") == 0 || strcmp(kind, "textarea") == 0;
}

static const char *
text_of(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);

	return value && value->type == JSON_TEXT ? value->text : NULL;
}

static bool
is_label(const char *member)
{
	return strcmp(member, "label") == 0 || strcmp(member, "description") == 0 || strcmp(member, "placeholder") == 0;
}

/* An optional text that says nothing is not kept. */
static bool
is_nothing(const struct json_value *value)
{
	return value->type == JSON_NULL || (value->type == JSON_TEXT && value->n == 0);
}

/* A field as it was given is an object of known members with the right types. */
static const struct error *
check_shape(struct request *req, const struct json_value *field)
{
	if (field->type != JSON_OBJECT || !text_of(field, "name") || !*text_of(field, "name"))
		return FAIL_AT(req, FORM_FIELD_INVALID, "/fields", "each field is an object with a name");
	for (size_t i = 0; i < field->n; i++) {
		bool is_known = false;
		for (size_t j = 0; j < sizeof(members) / sizeof(members[0]); j++)
			is_known |= strcmp(field->members[i].name, members[j]) == 0;
		if (!is_known)
			return FAIL_AT(req, FORM_FIELD_INVALID, "/fields", "field '%s' has an unknown member '%s'", text_of(field, "name"), field->members[i].name);
	}
	for (size_t i = 1; i < 6; i++) {
		const struct json_value *label = is_label(members[i]) ? json_get(field, members[i]) : NULL;
		if (label && !is_nothing(label) && !label_is_valid(label))
			return FAIL_AT(req, FORM_FIELD_INVALID, "/fields", "%s of field '%s' is a text, or a text by language: {\"en\": \"Name\", \"de\": \"Name\"}", members[i],
			    text_of(field, "name"));
	}
	const struct json_value *required = json_get(field, "required"), *condition = json_get(field, "showIf");
	if (required && required->type != JSON_BOOL)
		return FAIL_AT(req, FORM_FIELD_INVALID, "/fields", "required of field '%s' is true or false", text_of(field, "name"));
	if (condition && (condition->type != JSON_OBJECT || !text_of(condition, "field") || !json_get(condition, "equals")))
		return FAIL_AT(req, FORM_FIELD_INVALID, "/fields", "showIf of field '%s' is { field, equals }", text_of(field, "name"));
	return NULL;
}

static bool
is_in(const struct json_value *list, const char *text)
{
	for (size_t i = 0; list && list->type == JSON_LIST && i < list->n; i++) {
		if (list->items[i].type == JSON_TEXT && strcmp(list->items[i].text, text) == 0)
			return true;
	}
	return false;
}

static void
add_member(struct buf *out, const char *name, const struct json_value *value)
{
	if (!value || is_nothing(value))
		return;
	buf_printf(out, ",\"%s\":", name);
	json_write(out, value);
}

static const struct error *
check_option(struct request *req, const struct json_value *field, size_t i, const struct json_value *values)
{
	const struct json_value *given = json_get(field, "options"), *option = &given->items[i];
	const struct json_value *label = option->type == JSON_OBJECT ? json_get(option, "label") : NULL;
	const char *name = text_of(field, "name"), *value = option->type == JSON_OBJECT ? text_of(option, "value") : NULL;

	if (!value || (label && !label_is_valid(label)) || option->n != (label ? 2 : 1))
		return FAIL_AT(req, FORM_FIELD_OPTION_INVALID, "/fields", "option %zu of field '%s' is no { value, label }", i + 1, name);
	if (!is_in(values, value))
		return FAIL_AT(req, FORM_FIELD_SELECT_OPTIONS_INVALID, "/fields", "option '%s' of field '%s' is not a value of the property's enum", value, name);
	for (size_t j = 0; j < i; j++) {
		if (strcmp(text_of(&given->items[j], "value"), value) == 0)
			return FAIL_AT(req, FORM_FIELD_OPTION_DUPLICATE, "/fields", "option '%s' of field '%s' is there twice", value, name);
	}
	return NULL;
}

/* The options given, each one of the enum's, once; or all of the enum's. */
static const struct error *
write_options(struct request *req, struct buf *out, const struct json_value *field, const struct json_value *property)
{
	const struct json_value *given = json_get(field, "options"), *values = json_get(property, "enum");

	if (given && (given->type != JSON_LIST || given->n > OPTIONS_MAX))
		return FAIL_AT(req, FORM_FIELD_OPTIONS_INVALID, "/fields", "options of field '%s' are a list of up to %d", text_of(field, "name"), OPTIONS_MAX);
	if (given && given->n == 0)
		return FAIL_AT(req, FORM_FIELD_SELECT_OPTIONS_REQUIRED, "/fields", "field '%s' offers nothing to choose from", text_of(field, "name"));
	buf_add_text(out, ",\"options\":[");
	for (size_t i = 0; i < (given ? given->n : values->n); i++) {
		const struct error *error = given ? check_option(req, field, i, values) : NULL;
		if (error)
			return error;
		const char *value = given ? text_of(&given->items[i], "value") : values->items[i].text;
		buf_add_text(out, i ? ",{\"value\":" : "{\"value\":");
		buf_add_json_text(out, value, strlen(value));
		if (given)
			add_member(out, "label", json_get(&given->items[i], "label"));
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
	return NULL;
}

static const struct error *
write_field(struct request *req, struct buf *out, const struct json_value *field, const struct json_value *schema)
{
	const struct json_value *properties = json_get(schema, "properties");
	const char *name = text_of(field, "name"), *wanted = text_of(field, "type");
	const struct json_value *property = json_get(properties, name), *required = json_get(field, "required");

	if (!property)
		return FAIL_AT(req, FORM_FIELD_NOT_IN_SCHEMA, "/fields", "the type has no property '%s'", name);
	if (wanted && !is_known_kind(wanted))
		return FAIL_AT(req, FORM_FIELD_TYPE_INVALID, "/fields", "field '%s' has the unknown type '%s'", name, wanted);
	const char *kind = kind_of(property);
	if (!kind)
		return FAIL_AT(req, FORM_FIELD_UNSUPPORTED, "/fields", "the property '%s' cannot be filled in by a form", name);
	if (wanted && strcmp(wanted, kind) != 0 && !(is_text_kind(wanted) && is_text_kind(kind)))
		return FAIL_AT(req, FORM_FIELD_TYPE_MISMATCH, "/fields", "field '%s' is %s, not %s", name, kind, wanted);
	if (json_get(field, "options") && strcmp(kind, "select") != 0)
		return FAIL_AT(req, FORM_FIELD_OPTIONS_INVALID, "/fields", "field '%s' is %s: only a select field has options", name, kind);
	bool is_required = required ? required->boolean : is_in(json_get(schema, "required"), name);
	buf_add_text(out, "{\"name\":");
	buf_add_json_text(out, name, strlen(name));
	buf_printf(out, ",\"type\":\"%s\",\"required\":%s", wanted ? wanted : kind, is_required ? "true" : "false");
	add_member(out, "label", json_get(field, "label"));
	add_member(out, "description", json_get(field, "description"));
	add_member(out, "placeholder", json_get(field, "placeholder"));
	add_member(out, "showIf", json_get(field, "showIf"));
	const struct error *error = strcmp(kind, "select") == 0 ? write_options(req, out, field, property) : NULL;
	buf_add_char(out, '}');
	return error;
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

/* What the schema requires must come from a field or from the default data. */
static const struct error *
check_submittable(struct request *req, const struct definition *definition, const struct json_value *fields, const struct json_value *schema)
{
	const struct json_value *required = json_get(schema, "required"), *properties = json_get(schema, "properties");
	const struct json_value *data = parse(req, definition->default_data.json, definition->default_data.len);

	for (size_t i = 0; data && i < data->n; i++) {
		if (!json_get(properties, data->members[i].name))
			return FAIL_AT(req, FORM_DEFAULT_DATA_INVALID, "/defaultData", "the type has no property '%s'", data->members[i].name);
	}
	for (size_t i = 0; required && required->type == JSON_LIST && i < required->n; i++) {
		const char *name = required->items[i].type == JSON_TEXT ? required->items[i].text : "";
		if (!find_field(fields, name) && !(data && json_get(data, name)))
			return FAIL_AT(req, FORM_UNSUBMITTABLE, "/fields", "the type requires '%s', which is neither a field nor default data", name);
	}
	if (definition->honeypot_field && json_get(properties, definition->honeypot_field))
		return FAIL_AT(req, FORM_FIELD_INVALID, "/honeypotField", "'%s' is a property of the type: the honeypot must not be", definition->honeypot_field);
	const struct json_value *sender = definition->submitter_field ? find_field(fields, definition->submitter_field) : NULL;
	if (definition->submitter_field && (!sender || !is_text_kind(text_of(sender, "type"))))
		return FAIL_AT(req, FORM_FIELD_INVALID, "/submitterField", "'%s' is no text field of the form", definition->submitter_field);
	return conditions_check(req, fields);
}

const struct error *
definition_resolve(struct request *req, struct definition *definition)
{
	const struct json_value *schema = parse(req, definition->type->schema, strlen(definition->type->schema));
	const struct json_value *fields = definition->fields.json ? parse(req, definition->fields.json, definition->fields.len) : NULL;
	const char *problem = definition->webhook_url && *definition->webhook_url ? outbound_check_url(req->arena, definition->webhook_url) : NULL;
	struct buf out;

	if (problem)
		return FAIL_AT(req, FORM_WEBHOOK_URL_UNSAFE, "/webhookUrl", "the URL cannot be a receiver's: %s", problem);
	if (!schema)
		return FAIL(req, FORM_CONTENT_SCHEMA_INVALID, "the type's schema is not JSON");
	if (!json_get(schema, "properties") || json_get(schema, "properties")->type != JSON_OBJECT)
		return FAIL(req, FORM_CONTENT_SCHEMA_UNSUPPORTED, "the type's schema has no properties");
	if (!fields || fields->type != JSON_LIST || fields->n == 0 || fields->n > FIELDS_MAX)
		return FAIL_AT(req, FORM_FIELDS_REQUIRED, "/fields", "a form has 1 to %d fields", FIELDS_MAX);
	buf_init(&out, req->arena, 1024);
	buf_add_char(&out, '[');
	for (size_t i = 0; i < fields->n; i++) {
		const struct error *error = check_shape(req, &fields->items[i]);
		for (size_t j = 0; !error && j < i; j++) {
			if (strcmp(text_of(&fields->items[j], "name"), text_of(&fields->items[i], "name")) == 0)
				error = FAIL_AT(req, FORM_FIELD_NAME_DUPLICATE, "/fields", "field '%s' is there twice", text_of(&fields->items[i], "name"));
		}
		if (i > 0)
			buf_add_char(&out, ',');
		if (!error)
			error = write_field(req, &out, &fields->items[i], schema);
		if (error)
			return error;
	}
	buf_add_char(&out, ']');
	definition->fields = (struct doc){ out.bytes, out.len };
	return check_submittable(req, definition, parse(req, out.bytes, out.len), schema);
}
