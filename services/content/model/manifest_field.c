/* What each type of field becomes. */
#include <string.h>

#include "model/compiler.h"

typedef bool field_compiler(struct compiler *compiler, const struct place *place, const struct json_value *field);

/* What lists can filter and sort by. */
static bool
holds_values(const struct json_value *field)
{
	static const char *const types[] = { "text", "textarea", "number", "checkbox", "select" };
	const struct json_value *type = json_get(field, "type"), *item = json_get(field, "itemType");

	if (type && type->type == JSON_TEXT && strcmp(type->text, "array") == 0)
		type = item;
	for (size_t i = 0; type && type->type == JSON_TEXT && i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(types[i], type->text) == 0)
			return true;
	}
	return false;
}

/* What every field may say. */
static bool
add_common(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	const char *label = NULL, *description = NULL;
	bool is_localized = false, is_queryable = false;

	if (!compiler_text(compiler, place, field, "label", &label) || !compiler_text(compiler, place, field, "description", &description)
	    || !compiler_flag(compiler, place, field, "localized", &is_localized) || !compiler_flag(compiler, place, field, "queryable", &is_queryable))
		return false;
	if (is_queryable && (is_localized || !holds_values(field)))
		return compiler_fail(compiler, &(struct place){ place, "queryable", 0 }, "is for text, textarea, number, checkbox, select and arrays of them, not localized");
	compiler_add_text(compiler, "title", label);
	compiler_add_text(compiler, "description", description);
	if (is_localized)
		buf_add_text(&compiler->out, ",\"x-wordclaw-localized\":true");
	if (is_queryable)
		buf_add_text(&compiler->out, ",\"x-wordclaw-queryable\":true");
	return true;
}

static bool
add_type(struct compiler *compiler, const struct place *place, const struct json_value *field, const char *type)
{
	buf_printf(&compiler->out, "\"type\":\"%s\"", type);
	return add_common(compiler, place, field);
}

static bool
add_counts(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	const int64_t *low = NULL, *high = NULL;

	if (!compiler_count(compiler, place, field, "minItems", &low) || !compiler_count(compiler, place, field, "maxItems", &high))
		return false;
	if (low && high && *low > *high)
		return compiler_fail(compiler, &(struct place){ place, "minItems", 0 }, "must not be greater than maxItems");
	if (low)
		compiler_add(compiler, "minItems", json_get(field, "minItems"));
	if (high)
		compiler_add(compiler, "maxItems", json_get(field, "maxItems"));
	return true;
}

/* ---- scalars ---- */

static bool
compile_text(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	return add_type(compiler, place, field, "string");
}

static bool
compile_textarea(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	if (!add_type(compiler, place, field, "string"))
		return false;
	buf_add_text(&compiler->out, ",\"x-wordclaw-ui\":{\"widget\":\"textarea\"}");
	return true;
}

static bool
add_bound(struct compiler *compiler, const struct place *place, const struct json_value *field, const char *name, const char *keyword)
{
	const struct json_value *value = json_get(field, name);

	if (!value || value->type == JSON_NULL)
		return true;
	if (value->type != JSON_INT && value->type != JSON_REAL)
		return compiler_fail(compiler, &(struct place){ place, name, 0 }, "must be a number");
	compiler_add(compiler, keyword, value);
	return true;
}

static double
number_of(const struct json_value *value)
{
	return value->type == JSON_INT ? (double)value->integer : value->real;
}

static bool
compile_number(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	const struct json_value *low = json_get(field, "min"), *high = json_get(field, "max");
	bool is_integer = false;

	if (!compiler_flag(compiler, place, field, "integer", &is_integer) || !add_type(compiler, place, field, is_integer ? "integer" : "number")
	    || !add_bound(compiler, place, field, "min", "minimum") || !add_bound(compiler, place, field, "max", "maximum"))
		return false;
	bool has_both = low && high && low->type != JSON_NULL && high->type != JSON_NULL;
	if (has_both && number_of(low) > number_of(high))
		return compiler_fail(compiler, &(struct place){ place, "min", 0 }, "must not be greater than max");
	return true;
}

static bool
compile_checkbox(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	return add_type(compiler, place, field, "boolean");
}

/* ---- select ---- */

struct option {
	const char *value, *label;
};

static bool
read_option(struct compiler *compiler, const struct place *place, const struct json_value *from, struct option *ret_option)
{
	if (from->type == JSON_TEXT && from->n > 0) {
		*ret_option = (struct option){ from->text, from->text };
		return true;
	}
	if (from->type != JSON_OBJECT)
		return compiler_fail(compiler, place, "must be a text that is not empty, or an object such as {\"value\":\"red\",\"label\":\"Red\"}");
	if (!compiler_name(compiler, place, from, "value", &ret_option->value) || !compiler_text(compiler, place, from, "label", &ret_option->label))
		return false;
	if (!ret_option->label)
		ret_option->label = ret_option->value;
	return true;
}

static bool
read_options(struct compiler *compiler, const struct place *place, const struct json_value *list, struct option *options)
{
	for (uint32_t i = 0; i < list->n; i++) {
		struct place here = { place, NULL, i };
		if (!read_option(compiler, &here, &list->items[i], &options[i]))
			return false;
		for (uint32_t k = 0; k < i; k++) {
			if (strcmp(options[k].value, options[i].value) == 0)
				return compiler_fail(compiler, &here, "the value '%s' is among the options already", options[i].value);
		}
	}
	return true;
}

static void
add_options(struct compiler *compiler, const struct option *options, size_t n)
{
	struct buf *out = &compiler->out;

	for (size_t i = 0; i < n; i++) {
		buf_add_text(out, i == 0 ? ",\"enum\":[" : ",");
		buf_add_json_text(out, options[i].value, strlen(options[i].value));
	}
	buf_add_text(out, "],\"x-wordclaw-ui\":{\"widget\":\"select\",\"options\":[");
	for (size_t i = 0; i < n; i++) {
		buf_add_text(out, i == 0 ? "{\"value\":" : ",{\"value\":");
		buf_add_json_text(out, options[i].value, strlen(options[i].value));
		compiler_add_text(compiler, "label", options[i].label);
		buf_add_char(out, '}');
	}
	buf_add_text(out, "]}");
}

static bool
add_select(struct compiler *compiler, const struct place *place, const struct json_value *field, const char *name)
{
	struct place here = { place, name, 0 };
	const struct json_value *list = json_get(field, name);

	if (!list || list->type != JSON_LIST || list->n == 0)
		return compiler_fail(compiler, &here, "must be a list of at least one option");
	if (list->n > OPTIONS_MAX)
		return compiler_fail(compiler, &here, "must have at most %d options", OPTIONS_MAX);
	struct option *options = ARENA_ARRAY(compiler->arena, struct option, list->n);
	if (!read_options(compiler, &here, list, options))
		return false;
	add_options(compiler, options, list->n);
	return true;
}

static bool
compile_select(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	return add_type(compiler, place, field, "string") && add_select(compiler, place, field, "options");
}

/* ---- references ---- */

static void
add_reference(struct compiler *compiler, const char *id)
{
	buf_printf(&compiler->out, ",\"additionalProperties\":false,\"properties\":{\"%s\":{\"type\":\"integer\"}},\"required\":[\"%s\"]", id, id);
}

static bool
compile_asset(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	if (!add_type(compiler, place, field, "object"))
		return false;
	add_reference(compiler, "assetId");
	buf_add_text(&compiler->out, ",\"x-wordclaw-field-kind\":\"asset\"");
	return true;
}

static bool
compile_asset_list(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	if (!add_type(compiler, place, field, "array") || !add_counts(compiler, place, field))
		return false;
	buf_add_text(&compiler->out, ",\"x-wordclaw-field-kind\":\"asset-list\",\"items\":{\"type\":\"object\"");
	add_reference(compiler, "assetId");
	buf_add_char(&compiler->out, '}');
	return true;
}

static bool
add_allowed(struct compiler *compiler, const struct place *place, const struct json_value *field, const char *name, enum json_type type)
{
	struct place here = { place, name, 0 };
	const struct json_value *list = json_get(field, name);

	if (!list || list->type == JSON_NULL)
		return true;
	if (list->type != JSON_LIST)
		return compiler_fail(compiler, &here, "must be a list");
	for (uint32_t i = 0; i < list->n; i++) {
		const struct json_value *item = &list->items[i];
		bool is_good = item->type == type && (type == JSON_TEXT ? item->n > 0 : item->integer > 0);
		if (!is_good)
			return compiler_fail(compiler, &(struct place){ &here, NULL, i }, "must be %s", type == JSON_TEXT ? "the slug of a content type" : "the id of a content type");
	}
	if (list->n > 0)
		compiler_add(compiler, name, list);
	return true;
}

static bool
add_content_ref(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	add_reference(compiler, "contentItemId");
	buf_add_text(&compiler->out, ",\"x-wordclaw-field-kind\":\"content-ref\"");
	return add_allowed(compiler, place, field, "allowedContentTypeIds", JSON_INT)
	    && add_allowed(compiler, place, field, "allowedContentTypeSlugs", JSON_TEXT);
}

static bool
compile_content_ref(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	return add_type(compiler, place, field, "object") && add_content_ref(compiler, place, field);
}

static bool
compile_content_ref_list(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	if (!add_type(compiler, place, field, "array") || !add_counts(compiler, place, field))
		return false;
	buf_add_text(&compiler->out, ",\"x-wordclaw-field-kind\":\"content-ref-list\",\"items\":{\"type\":\"object\"");
	if (!add_content_ref(compiler, place, field))
		return false;
	buf_add_char(&compiler->out, '}');
	return true;
}

/* ---- what has parts ---- */

static bool
compile_group(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	return add_type(compiler, place, field, "object") && compiler_object(compiler, place, field, NULL);
}

/* A list of scalars: title, description and locales belong to the list. */
static bool
add_item_type(struct compiler *compiler, const struct place *place, const struct json_value *field, const char *type)
{
	struct place here = { place, "itemType", 0 };
	bool is_integer = false;

	if (strcmp(type, "text") == 0) {
		buf_add_text(&compiler->out, "\"type\":\"string\"");
		return true;
	}
	if (strcmp(type, "textarea") == 0) {
		buf_add_text(&compiler->out, "\"type\":\"string\",\"x-wordclaw-ui\":{\"widget\":\"textarea\"}");
		return true;
	}
	if (strcmp(type, "checkbox") == 0) {
		buf_add_text(&compiler->out, "\"type\":\"boolean\"");
		return true;
	}
	if (strcmp(type, "select") == 0) {
		buf_add_text(&compiler->out, "\"type\":\"string\"");
		return add_select(compiler, place, field, "itemOptions");
	}
	if (strcmp(type, "number") != 0)
		return compiler_fail(compiler, &here, "must be text, textarea, number, checkbox or select");
	if (!compiler_flag(compiler, place, field, "itemInteger", &is_integer))
		return false;
	buf_printf(&compiler->out, "\"type\":\"%s\"", is_integer ? "integer" : "number");
	return true;
}

static bool
compile_array(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	const struct json_value *fields = json_get(field, "fields");
	const char *item_type = NULL;

	if (!add_type(compiler, place, field, "array") || !add_counts(compiler, place, field)
	    || !compiler_text(compiler, place, field, "itemType", &item_type))
		return false;
	bool has_fields = fields && fields->type != JSON_NULL;
	if (!has_fields && !item_type)
		return compiler_fail(compiler, place, "an array has fields, for objects, or itemType, for scalars");
	if (has_fields && item_type)
		return compiler_fail(compiler, &(struct place){ place, "itemType", 0 }, "an array has either fields or itemType");
	buf_add_text(&compiler->out, ",\"items\":{");
	if (has_fields)
		buf_add_text(&compiler->out, "\"type\":\"object\"");
	if (!(has_fields ? compiler_object(compiler, place, field, NULL) : add_item_type(compiler, place, field, item_type)))
		return false;
	buf_add_char(&compiler->out, '}');
	return true;
}

/* ---- block sets ---- */

struct block {
	const char *type, *label, *description;
};

static bool
add_block(struct compiler *compiler, const struct place *place, const struct json_value *from, struct block *ret_block)
{
	if (from->type != JSON_OBJECT)
		return compiler_fail(compiler, place, "must be an object such as {\"type\":\"quote\",\"fields\":[...]}");
	if (!compiler_name(compiler, place, from, "type", &ret_block->type) || !compiler_text(compiler, place, from, "label", &ret_block->label)
	    || !compiler_text(compiler, place, from, "description", &ret_block->description))
		return false;
	if (!ret_block->label)
		ret_block->label = ret_block->type;
	struct place named = { place->up, ret_block->type, 0 };
	buf_add_text(&compiler->out, "{\"type\":\"object\"");
	compiler_add_text(compiler, "title", ret_block->label);
	compiler_add_text(compiler, "description", ret_block->description);
	if (!compiler_object(compiler, &named, from, ret_block->type))
		return false;
	buf_add_char(&compiler->out, '}');
	return true;
}

static bool
add_blocks(struct compiler *compiler, const struct place *place, const struct json_value *list, struct block *blocks)
{
	buf_add_text(&compiler->out, ",\"items\":{\"oneOf\":[");
	for (uint32_t i = 0; i < list->n; i++) {
		struct place here = { place, NULL, i };
		if (i > 0)
			buf_add_char(&compiler->out, ',');
		if (!add_block(compiler, &here, &list->items[i], &blocks[i]))
			return false;
		for (uint32_t k = 0; k < i; k++) {
			if (strcmp(blocks[k].type, blocks[i].type) == 0)
				return compiler_fail(compiler, &here, "the type '%s' is taken by another block", blocks[i].type);
		}
	}
	buf_add_text(&compiler->out, "]}");
	return true;
}

static bool
compile_block_set(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	struct place here = { place, "blocks", 0 };
	const struct json_value *list = json_get(field, "blocks");

	if (!list || list->type != JSON_LIST || list->n == 0 || list->n > BLOCKS_MAX)
		return compiler_fail(compiler, &here, "must be a list of 1 to %d blocks", BLOCKS_MAX);
	struct block *blocks = ARENA_ARRAY(compiler->arena, struct block, list->n);
	if (!add_type(compiler, place, field, "array") || !add_counts(compiler, place, field) || !add_blocks(compiler, &here, list, blocks))
		return false;
	buf_add_text(&compiler->out, ",\"x-wordclaw-ui\":{\"widget\":\"block-set\",\"blocks\":[");
	for (uint32_t i = 0; i < list->n; i++) {
		buf_add_text(&compiler->out, i == 0 ? "{\"type\":" : ",{\"type\":");
		buf_add_json_text(&compiler->out, blocks[i].type, strlen(blocks[i].type));
		compiler_add_text(compiler, "label", blocks[i].label);
		compiler_add_text(compiler, "description", blocks[i].description);
		buf_add_char(&compiler->out, '}');
	}
	buf_add_text(&compiler->out, "]}");
	return true;
}

/* ---- all of them ---- */

static const struct {
	const char *type;
	field_compiler *compile;
} field_types[] = {
	{ "text", compile_text }, { "textarea", compile_textarea }, { "number", compile_number }, { "checkbox", compile_checkbox },
	{ "select", compile_select }, { "asset", compile_asset }, { "asset-list", compile_asset_list }, { "content-ref", compile_content_ref },
	{ "content-ref-list", compile_content_ref_list }, { "group", compile_group }, { "array", compile_array }, { "block-set", compile_block_set },
};

bool
compiler_field(struct compiler *compiler, const struct place *place, const struct json_value *field)
{
	const char *type = NULL;

	if (!compiler_name(compiler, place, field, "type", &type))
		return false;
	for (size_t i = 0; i < sizeof(field_types) / sizeof(field_types[0]); i++) {
		if (strcmp(field_types[i].type, type) == 0)
			return field_types[i].compile(compiler, place, field);
	}
	return compiler_fail(compiler, &(struct place){ place, "type", 0 },
	    "must be text, textarea, number, checkbox, select, asset, asset-list, content-ref, content-ref-list, group, array or block-set");
}
