/* JSON Schema as TypeScript types. */
#include <string.h>

#include "artifacts/artifacts.h"
#include "model/extensions.h"
#include "model/walk.h"

struct writer {
	struct buf *buf;
	const struct artifact_type *type;
	size_t n_nodes;
};

static void write_type(struct writer *writer, const struct json_value *node, int depth);

static bool
is_true(const struct json_value *value)
{
	return value && value->type == JSON_BOOL && value->boolean;
}

static bool
is_required(const struct json_value *node, const struct json_member *member)
{
	const struct json_value *required = json_get(node, "required");

	for (uint32_t i = 0; required && required->type == JSON_LIST && i < required->n; i++) {
		const struct json_value *name = &required->items[i];
		if (name->type == JSON_TEXT && name->n == member->n_name && memcmp(name->text, member->name, name->n) == 0)
			return true;
	}
	return false;
}

static void
indent(struct buf *buf, int depth)
{
	for (int i = 0; i < depth; i++)
		buf_add_text(buf, "  ");
}

static void
write_object(struct writer *writer, const struct json_value *node, int depth)
{
	const struct json_value *properties = json_get(node, "properties"), *more = json_get(node, "additionalProperties");
	bool is_open = !more || more->type != JSON_BOOL || more->boolean;

	buf_add_text(writer->buf, "{\n");
	for (uint32_t i = 0; properties && properties->type == JSON_OBJECT && i < properties->n; i++) {
		const struct json_member *member = &properties->members[i];
		indent(writer->buf, depth + 1);
		buf_add_json_text(writer->buf, member->name, member->n_name);
		buf_add_text(writer->buf, is_required(node, member) ? ": " : "?: ");
		write_type(writer, &member->value, depth + 1);
		buf_add_text(writer->buf, ";\n");
	}
	if (is_open) {
		indent(writer->buf, depth + 1);
		buf_add_text(writer->buf, "[key: string]: unknown;\n");
	}
	indent(writer->buf, depth);
	buf_add_char(writer->buf, '}');
}

static void
write_choices(struct writer *writer, const struct json_value *list, const char *separator, int depth)
{
	buf_add_char(writer->buf, '(');
	for (uint32_t i = 0; i < list->n; i++) {
		if (i > 0)
			buf_add_text(writer->buf, separator);
		write_type(writer, &list->items[i], depth);
	}
	buf_add_char(writer->buf, ')');
}

static bool
is_literal(const struct json_value *value)
{
	return value->type != JSON_LIST && value->type != JSON_OBJECT;
}

static void
write_literals(struct writer *writer, const struct json_value *list)
{
	buf_add_char(writer->buf, '(');
	for (uint32_t i = 0; i < list->n; i++) {
		if (i > 0)
			buf_add_text(writer->buf, " | ");
		if (is_literal(&list->items[i]))
			json_write(writer->buf, &list->items[i]);
		else
			buf_add_text(writer->buf, "unknown");
	}
	buf_add_char(writer->buf, ')');
}

static void
write_named(struct writer *writer, const struct json_value *node, const char *name, int depth)
{
	const struct json_value *items = json_get(node, "items");

	if (strcmp(name, "object") == 0) {
		write_object(writer, node, depth);
	} else if (strcmp(name, "array") == 0) {
		buf_add_text(writer->buf, "Array<");
		if (items && items->type == JSON_OBJECT)
			write_type(writer, items, depth);
		else
			buf_add_text(writer->buf, "unknown");
		buf_add_char(writer->buf, '>');
	} else {
		bool is_number = strcmp(name, "integer") == 0 || strcmp(name, "number") == 0;
		buf_add_text(writer->buf, is_number ? "number" : name); /* string, boolean and null are called the same */
	}
}

static void
write_by_type(struct writer *writer, const struct json_value *node, const struct json_value *type, int depth)
{
	if (type->type == JSON_TEXT) {
		write_named(writer, node, type->text, depth);
		return;
	}
	buf_add_char(writer->buf, '(');
	for (uint32_t i = 0; type->type == JSON_LIST && i < type->n; i++) {
		if (i > 0)
			buf_add_text(writer->buf, " | ");
		write_named(writer, node, type->items[i].type == JSON_TEXT ? type->items[i].text : "unknown", depth);
	}
	buf_add_char(writer->buf, ')');
}

static void
write_plain(struct writer *writer, const struct json_value *node, int depth)
{
	static const struct { const char *keyword, *separator; } choices[] = { { "oneOf", " | " }, { "anyOf", " | " }, { "allOf", " & " } };
	const struct json_value *type = json_get(node, "type"), *constant = json_get(node, "const"), *values = json_get(node, "enum");

	if (constant && is_literal(constant)) {
		json_write(writer->buf, constant);
		return;
	}
	if (values && values->type == JSON_LIST && values->n > 0) {
		write_literals(writer, values);
		return;
	}
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		const struct json_value *list = json_get(node, choices[i].keyword);
		if (list && list->type == JSON_LIST && list->n > 0 && !json_get(node, "properties")) {
			write_choices(writer, list, choices[i].separator, depth);
			return;
		}
	}
	if (type)
		write_by_type(writer, node, type, depth);
	else if (json_get(node, "properties"))
		write_object(writer, node, depth);
	else
		buf_add_text(writer->buf, "unknown");
}

static void
write_type(struct writer *writer, const struct json_value *node, int depth)
{
	const struct json_value *found = schema_deref(writer->type->schema, node);

	if (!found || found->type != JSON_OBJECT || depth > ARTIFACT_DEPTH_MAX || ++writer->n_nodes > ARTIFACT_NODES_MAX) {
		buf_add_text(writer->buf, "unknown");
		return;
	}
	bool is_localized = writer->type->locales && is_true(json_get(found, KEY_LOCALIZED));
	if (is_localized)
		buf_printf(writer->buf, "LocalizedField<");
	write_plain(writer, found, depth);
	if (is_localized)
		buf_printf(writer->buf, ", %sLocale>", writer->type->pascal);
}

void
artifact_typescript(struct buf *buf, const struct artifact_type *type)
{
	struct writer writer = { .buf = buf, .type = type };

	write_type(&writer, type->schema, 0);
}
