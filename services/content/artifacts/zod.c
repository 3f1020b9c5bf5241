/* JSON Schema as Zod expressions.  They check structure, sizes and bounds; patterns and formats stay with the server. */
#include <string.h>

#include "artifacts/artifacts.h"
#include "model/extensions.h"
#include "model/walk.h"

struct writer {
	struct buf *buf;
	const struct artifact_type *type;
	size_t n_nodes;
};

static void write_zod(struct writer *writer, const struct json_value *node, bool is_needed, int depth);

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
write_bound(struct buf *buf, const struct json_value *node, const char *keyword, const char *method)
{
	const struct json_value *value = json_get(node, keyword);

	if (!value || (value->type != JSON_INT && value->type != JSON_REAL))
		return;
	buf_printf(buf, ".%s(", method);
	json_write(buf, value);
	buf_add_char(buf, ')');
}

static void
write_object(struct writer *writer, const struct json_value *node, int depth)
{
	const struct json_value *properties = json_get(node, "properties"), *more = json_get(node, "additionalProperties");
	bool is_closed = more && more->type == JSON_BOOL && !more->boolean;

	buf_add_text(writer->buf, "z.object({");
	for (uint32_t i = 0; properties && properties->type == JSON_OBJECT && i < properties->n; i++) {
		const struct json_member *member = &properties->members[i];
		bool is_needed = is_required(node, member);
		buf_add_text(writer->buf, i == 0 ? " " : ", ");
		buf_add_json_text(writer->buf, member->name, member->n_name);
		buf_add_text(writer->buf, ": ");
		write_zod(writer, &member->value, is_needed, depth + 1);
		if (!is_needed)
			buf_add_text(writer->buf, ".optional()");
	}
	buf_add_text(writer->buf, is_closed ? " }).strict()" : " }).passthrough()");
}

static void
write_list(struct writer *writer, const struct json_value *node, int depth)
{
	const struct json_value *items = json_get(node, "items");

	buf_add_text(writer->buf, "z.array(");
	if (items && items->type == JSON_OBJECT)
		write_zod(writer, items, false, depth + 1);
	else
		buf_add_text(writer->buf, "z.unknown()");
	buf_add_char(writer->buf, ')');
	write_bound(writer->buf, node, "minItems", "min");
	write_bound(writer->buf, node, "maxItems", "max");
}

static void
write_number(struct writer *writer, const struct json_value *node, bool is_integer)
{
	buf_add_text(writer->buf, is_integer ? "z.number().int()" : "z.number()");
	write_bound(writer->buf, node, "minimum", "gte");
	write_bound(writer->buf, node, "maximum", "lte");
}

static void
write_named(struct writer *writer, const struct json_value *node, const char *name, int depth)
{
	if (strcmp(name, "object") == 0)
		write_object(writer, node, depth);
	else if (strcmp(name, "array") == 0)
		write_list(writer, node, depth);
	else if (strcmp(name, "integer") == 0 || strcmp(name, "number") == 0)
		write_number(writer, node, name[0] == 'i');
	else if (strcmp(name, "boolean") == 0 || strcmp(name, "null") == 0)
		buf_printf(writer->buf, "z.%s()", name);
	else if (strcmp(name, "string") == 0)
		buf_add_text(writer->buf, "z.string()");
	else
		buf_add_text(writer->buf, "z.unknown()");
}

/* What a union is of. */
enum union_of { OF_SCHEMAS, OF_VALUES, OF_TYPES };

static void
write_option(struct writer *writer, const struct json_value *node, const struct json_value *option, enum union_of of, int depth)
{
	bool is_literal = option->type != JSON_LIST && option->type != JSON_OBJECT;

	switch (of) {
	case OF_SCHEMAS:
		write_zod(writer, option, false, depth + 1);
		return;
	case OF_TYPES:
		write_named(writer, node, option->type == JSON_TEXT ? option->text : "", depth);
		return;
	case OF_VALUES:
		buf_add_text(writer->buf, is_literal ? "z.literal(" : "z.unknown(");
		if (is_literal)
			json_write(writer->buf, option);
		buf_add_char(writer->buf, ')');
		return;
	}
}

/* Zod's unions have two options at least. */
static void
write_union(struct writer *writer, const struct json_value *node, const struct json_value *list, enum union_of of, int depth)
{
	if (list->n > 1)
		buf_add_text(writer->buf, "z.union([");
	for (uint32_t i = 0; i < list->n; i++) {
		if (i > 0)
			buf_add_text(writer->buf, ", ");
		write_option(writer, node, &list->items[i], of, depth);
	}
	if (list->n > 1)
		buf_add_text(writer->buf, "])");
}

static void
write_all_of(struct writer *writer, const struct json_value *list, int depth)
{
	for (uint32_t i = 0; i < list->n; i++) {
		if (i > 0)
			buf_add_text(writer->buf, ".and(");
		write_zod(writer, &list->items[i], false, depth + 1);
		if (i > 0)
			buf_add_char(writer->buf, ')');
	}
}

static const struct json_value *
list_of(const struct json_value *node, const char *keyword)
{
	const struct json_value *list = json_get(node, keyword);
	return list && list->type == JSON_LIST && list->n > 0 ? list : NULL;
}

static void
write_plain(struct writer *writer, const struct json_value *node, int depth)
{
	const struct json_value *type = json_get(node, "type"), *constant = json_get(node, "const"), *values = list_of(node, "enum");
	const struct json_value *choices = list_of(node, "oneOf") ? list_of(node, "oneOf") : list_of(node, "anyOf");
	bool is_object = json_get(node, "properties") != NULL;

	if (constant)
		write_option(writer, node, constant, OF_VALUES, depth);
	else if (values)
		write_union(writer, node, values, OF_VALUES, depth);
	else if (choices && !is_object)
		write_union(writer, node, choices, OF_SCHEMAS, depth);
	else if (list_of(node, "allOf") && !is_object)
		write_all_of(writer, list_of(node, "allOf"), depth);
	else if (type && type->type == JSON_LIST && type->n > 0)
		write_union(writer, node, type, OF_TYPES, depth);
	else
		write_named(writer, node, type && type->type == JSON_TEXT ? type->text : is_object ? "object" : "", depth);
}

/* Each locale has the value; the default locale has to be there where the field has to be. */
static void
write_localized(struct writer *writer, const struct json_value *node, bool is_needed, int depth)
{
	const struct json_value *locales = writer->type->locales;

	buf_add_text(writer->buf, "localized(");
	write_plain(writer, node, depth);
	buf_add_text(writer->buf, ", [");
	for (uint32_t i = 0; i < locales->n; i++) {
		if (i > 0)
			buf_add_text(writer->buf, ", ");
		json_write(writer->buf, &locales->items[i]);
	}
	buf_add_text(writer->buf, "], ");
	if (is_needed)
		buf_add_json_text(writer->buf, writer->type->default_locale, strlen(writer->type->default_locale));
	else
		buf_add_text(writer->buf, "null");
	buf_add_char(writer->buf, ')');
}

static void
write_zod(struct writer *writer, const struct json_value *node, bool is_needed, int depth)
{
	const struct json_value *found = schema_deref(writer->type->schema, node);

	if (!found || found->type != JSON_OBJECT || depth > ARTIFACT_DEPTH_MAX || ++writer->n_nodes > ARTIFACT_NODES_MAX) {
		buf_add_text(writer->buf, "z.unknown()");
		return;
	}
	const struct json_value *mark = json_get(found, KEY_LOCALIZED);
	if (writer->type->locales && mark && mark->type == JSON_BOOL && mark->boolean)
		write_localized(writer, found, is_needed, depth);
	else
		write_plain(writer, found, depth);
}

void
artifact_zod(struct buf *buf, const struct artifact_type *type)
{
	struct writer writer = { .buf = buf, .type = type };

	write_zod(&writer, type->schema, false, 0);
}
