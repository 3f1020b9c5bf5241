/* Filling a node: types, values, numbers, strings, arrays, logic and references. */
#include <string.h>

#include "schema/internal.h"

static bool
type_bit(const char *name, uint32_t *ret)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} types[] = {
		{ "null", TYPE_NULL }, { "boolean", TYPE_BOOLEAN }, { "integer", TYPE_INTEGER },
		{ "number", TYPE_NUMBER }, { "string", TYPE_STRING }, { "array", TYPE_ARRAY },
		{ "object", TYPE_OBJECT },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(types[i].name, name) == 0) {
			*ret |= types[i].bit;
			return true;
		}
	}
	return false;
}

static bool
fill_types(struct schema_compiler *c, struct schema_node *node)
{
	const struct json_value *type = schema_keyword(node->place, "type");
	uint32_t bits = 0;

	if (!type)
		return true;
	bool is_list = type->type == JSON_LIST;
	const struct json_value *names = is_list ? type->items : type;
	for (uint32_t i = 0; i < (is_list ? type->n : 1); i++) {
		if (names[i].type != JSON_TEXT || !type_bit(names[i].text, &bits))
			return schema_fail(c, node->place, "type", "names no JSON type");
	}
	node->types = bits;
	return true;
}

static bool
fill_choices(struct schema_compiler *c, struct schema_node *node)
{
	node->choices = schema_keyword(node->place, "enum");
	node->constant = schema_keyword(node->place, "const");
	return !node->choices || schema_expect(c, node->place, "enum", node->choices, JSON_LIST);
}

/* ---- numbers ---- */

static bool
bound(struct schema_compiler *c, const struct schema_place *place, const char *keyword,
    const struct json_value **ret, bool *ret_any)
{
	*ret = schema_keyword(place, keyword);
	if (!*ret)
		return true;
	*ret_any = true;
	return (*ret)->type == JSON_INT || schema_expect(c, place, keyword, *ret, JSON_REAL);
}

static bool
fill_number(struct schema_compiler *c, struct schema_node *node)
{
	struct schema_number_rules rules = { 0 };
	bool has_any = false;

	if (!bound(c, node->place, "minimum", &rules.minimum, &has_any) ||
	    !bound(c, node->place, "maximum", &rules.maximum, &has_any) ||
	    !bound(c, node->place, "exclusiveMinimum", &rules.exclusive_minimum, &has_any) ||
	    !bound(c, node->place, "exclusiveMaximum", &rules.exclusive_maximum, &has_any) ||
	    !bound(c, node->place, "multipleOf", &rules.multiple_of, &has_any))
		return false;
	if (!has_any)
		return true;
	if (rules.multiple_of) {
		double divisor = rules.multiple_of->type == JSON_INT ? (double)rules.multiple_of->integer
		                                                     : rules.multiple_of->real;
		if (divisor <= 0)
			return schema_fail(c, node->place, "multipleOf", "must be above 0");
		rules.divisor = schema_decimal_of(rules.multiple_of);
	}
	node->number = arena_memdup(c->arena, &rules, sizeof(rules));
	return true;
}

/* ---- strings ---- */

static bool
fill_format(struct schema_compiler *c, const struct schema_place *place, struct schema_text_rules *rules)
{
	const struct json_value *format = schema_keyword(place, "format");
	bool is_asserted = c->options->assert_format ||
	    (place->resource->dialect.vocabularies & VOCABULARY_FORMAT_ASSERTION);

	if (!format || !is_asserted)
		return true;
	if (!schema_expect(c, place, "format", format, JSON_TEXT))
		return false;
	rules->is_regex_format = strcmp(format->text, "regex") == 0 && c->program->engine;
	rules->format = schema_format_find(format->text);
	return true;
}

static bool
fill_text(struct schema_compiler *c, struct schema_node *node)
{
	struct schema_text_rules rules = { .max_characters = UINT64_MAX };
	const struct json_value *pattern = schema_keyword(node->place, "pattern");

	if (!schema_count(c, node->place, "minLength", &rules.min_characters) ||
	    !schema_count(c, node->place, "maxLength", &rules.max_characters) ||
	    !fill_format(c, node->place, &rules))
		return false;
	if (pattern && !schema_expect(c, node->place, "pattern", pattern, JSON_TEXT))
		return false;
	if (pattern && !schema_regex(c, node->place, "pattern", pattern->text, pattern->n, &rules.regex))
		return false;
	bool has_any = rules.min_characters || rules.max_characters != UINT64_MAX || rules.regex || rules.format ||
	    rules.is_regex_format;
	if (has_any)
		node->text = arena_memdup(c->arena, &rules, sizeof(rules));
	return true;
}

/* ---- arrays ---- */

static bool
fill_items(struct schema_compiler *c, const struct schema_place *place, struct schema_list_rules *rules)
{
	const struct json_value *items = schema_keyword(place, "items");
	bool is_tuple = items && items->type == JSON_LIST;

	if (!is_tuple)
		return schema_children(c, place, "prefixItems", &rules->prefix) &&
		    schema_child(c, place, "items", &rules->rest);
	if (place->resource->dialect.draft == DRAFT_2020)
		return schema_fail(c, place, "items", "must be a schema: use prefixItems for a list of schemas");
	return schema_children(c, place, "items", &rules->prefix) &&
	    schema_child(c, place, "additionalItems", &rules->rest);
}

static bool
fill_list(struct schema_compiler *c, struct schema_node *node)
{
	const struct schema_place *place = node->place;
	struct schema_list_rules rules = { .max_items = UINT64_MAX, .min_contains = 1, .max_contains = UINT64_MAX };
	const struct json_value *unique = schema_keyword(place, "uniqueItems");

	rules.is_unique = unique && unique->type == JSON_BOOL && unique->boolean;
	rules.counts_contains_as_evaluated = place->resource->dialect.draft != DRAFT_07;
	if (!schema_count(c, place, "minItems", &rules.min_items) ||
	    !schema_count(c, place, "maxItems", &rules.max_items) ||
	    !schema_count(c, place, "minContains", &rules.min_contains) ||
	    !schema_count(c, place, "maxContains", &rules.max_contains) || !fill_items(c, place, &rules) ||
	    !schema_child(c, place, "contains", &rules.contains) ||
	    !schema_child(c, place, "unevaluatedItems", &rules.unevaluated))
		return false;
	bool has_any = rules.min_items || rules.max_items != UINT64_MAX || rules.is_unique || rules.prefix.n ||
	    rules.rest || rules.contains || rules.unevaluated;
	if (has_any)
		node->list = arena_memdup(c->arena, &rules, sizeof(rules));
	node->collects = node->collects || rules.unevaluated;
	return true;
}

/* ---- logic and references ---- */

static bool
fill_refs(struct schema_compiler *c, const struct schema_place *place, struct schema_logic_rules *rules)
{
	const struct json_value *ref = schema_keyword(place, "$ref");
	const struct json_value *dynamic = schema_keyword(place, "$dynamicRef");
	const struct schema_anchor *anchor;
	struct schema_place *target;

	if (ref) {
		target = schema_resolve(c, place, "$ref", ref, &anchor);
		rules->ref = target ? schema_node_of(c, target) : NULL;
		if (!rules->ref)
			return false;
	}
	if (dynamic) {
		target = schema_resolve(c, place, "$dynamicRef", dynamic, &anchor);
		rules->dynamic_ref = target ? schema_node_of(c, target) : NULL;
		if (!rules->dynamic_ref)
			return false;
		rules->dynamic_anchor = anchor ? anchor->name : NULL;
		c->program->has_dynamic_refs = c->program->has_dynamic_refs || anchor;
	}
	return true;
}

static bool
fill_logic(struct schema_compiler *c, struct schema_node *node)
{
	const struct schema_place *place = node->place;
	struct schema_logic_rules rules = { 0 };

	if (!fill_refs(c, place, &rules) || !schema_children(c, place, "allOf", &rules.all_of) ||
	    !schema_children(c, place, "anyOf", &rules.any_of) ||
	    !schema_children(c, place, "oneOf", &rules.one_of) ||
	    !schema_child(c, place, "not", &rules.not_) || !schema_child(c, place, "if", &rules.if_) ||
	    !schema_child(c, place, "then", &rules.then_) || !schema_child(c, place, "else", &rules.else_))
		return false;
	bool has_any = rules.ref || rules.dynamic_ref || rules.all_of.n || rules.any_of.n || rules.one_of.n ||
	    rules.not_ || rules.if_;
	if (has_any)
		node->logic = arena_memdup(c->arena, &rules, sizeof(rules));
	return true;
}

bool
schema_fill_rules(struct schema_compiler *c, struct schema_node *node)
{
	return fill_types(c, node) && fill_choices(c, node) && fill_number(c, node) && fill_text(c, node) &&
	    fill_list(c, node) && fill_logic(c, node);
}
