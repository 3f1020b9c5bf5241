/* Finding the subschemas of a document: which keywords hold schemas, and which base URI and dialect rule there. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "schema/internal.h"

enum { PLACES_FIRST = 64, DRAFT_ANY = DRAFT_07 | DRAFT_2020 | DRAFT_MIXED, DRAFT_NEW = DRAFT_2020 | DRAFT_MIXED };

enum holds { HOLDS_DATA, HOLDS_SCHEMA, HOLDS_LIST, HOLDS_MAP };

static const struct keyword {
	const char *name;
	enum holds holds; /* SCHEMA also accepts a list, MAP also data: array items, dependencies of names */
	uint32_t drafts;
	uint32_t vocabulary;
} keywords[] = { /* sorted by name */
	{ "$anchor", HOLDS_DATA, DRAFT_NEW, VOCABULARY_CORE },
	{ "$defs", HOLDS_MAP, DRAFT_NEW, VOCABULARY_CORE },
	{ "$dynamicAnchor", HOLDS_DATA, DRAFT_NEW, VOCABULARY_CORE },
	{ "$dynamicRef", HOLDS_DATA, DRAFT_NEW, VOCABULARY_CORE },
	{ "$id", HOLDS_DATA, DRAFT_ANY, VOCABULARY_CORE },
	{ "$ref", HOLDS_DATA, DRAFT_ANY, VOCABULARY_CORE },
	{ "$schema", HOLDS_DATA, DRAFT_ANY, VOCABULARY_CORE },
	{ "additionalItems", HOLDS_SCHEMA, DRAFT_07 | DRAFT_MIXED, VOCABULARY_APPLICATOR },
	{ "additionalProperties", HOLDS_SCHEMA, DRAFT_ANY, VOCABULARY_APPLICATOR },
	{ "allOf", HOLDS_LIST, DRAFT_ANY, VOCABULARY_APPLICATOR },
	{ "anyOf", HOLDS_LIST, DRAFT_ANY, VOCABULARY_APPLICATOR },
	{ "const", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "contains", HOLDS_SCHEMA, DRAFT_ANY, VOCABULARY_APPLICATOR },
	{ "definitions", HOLDS_MAP, DRAFT_ANY, VOCABULARY_CORE },
	{ "dependencies", HOLDS_MAP, DRAFT_ANY, VOCABULARY_APPLICATOR },
	{ "dependentRequired", HOLDS_DATA, DRAFT_NEW, VOCABULARY_VALIDATION },
	{ "dependentSchemas", HOLDS_MAP, DRAFT_NEW, VOCABULARY_APPLICATOR },
	{ "else", HOLDS_SCHEMA, DRAFT_ANY, VOCABULARY_APPLICATOR },
	{ "enum", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "exclusiveMaximum", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "exclusiveMinimum", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "format", HOLDS_DATA, DRAFT_ANY, VOCABULARY_FORMAT | VOCABULARY_FORMAT_ASSERTION },
	{ "if", HOLDS_SCHEMA, DRAFT_ANY, VOCABULARY_APPLICATOR },
	{ "items", HOLDS_SCHEMA, DRAFT_ANY, VOCABULARY_APPLICATOR },
	{ "maxContains", HOLDS_DATA, DRAFT_NEW, VOCABULARY_VALIDATION },
	{ "maxItems", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "maxLength", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "maxProperties", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "maximum", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "minContains", HOLDS_DATA, DRAFT_NEW, VOCABULARY_VALIDATION },
	{ "minItems", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "minLength", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "minProperties", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "minimum", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "multipleOf", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "not", HOLDS_SCHEMA, DRAFT_ANY, VOCABULARY_APPLICATOR },
	{ "oneOf", HOLDS_LIST, DRAFT_ANY, VOCABULARY_APPLICATOR },
	{ "pattern", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "patternProperties", HOLDS_MAP, DRAFT_ANY, VOCABULARY_APPLICATOR },
	{ "prefixItems", HOLDS_LIST, DRAFT_NEW, VOCABULARY_APPLICATOR },
	{ "properties", HOLDS_MAP, DRAFT_ANY, VOCABULARY_APPLICATOR },
	{ "propertyNames", HOLDS_SCHEMA, DRAFT_ANY, VOCABULARY_APPLICATOR },
	{ "required", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "then", HOLDS_SCHEMA, DRAFT_ANY, VOCABULARY_APPLICATOR },
	{ "type", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
	{ "unevaluatedItems", HOLDS_SCHEMA, DRAFT_NEW, VOCABULARY_UNEVALUATED },
	{ "unevaluatedProperties", HOLDS_SCHEMA, DRAFT_NEW, VOCABULARY_UNEVALUATED },
	{ "uniqueItems", HOLDS_DATA, DRAFT_ANY, VOCABULARY_VALIDATION },
};

static int
compare_keyword(const void *name, const void *keyword)
{
	return strcmp(name, ((const struct keyword *)keyword)->name);
}

static const struct keyword *
find_keyword(const char *name)
{
	return bsearch(name, keywords, sizeof(keywords) / sizeof(keywords[0]), sizeof(keywords[0]), compare_keyword);
}

const struct json_value *
schema_keyword(const struct schema_place *place, const char *name)
{
	const struct keyword *keyword = find_keyword(name);
	const struct schema_dialect *dialect = &place->resource->dialect;

	assert(keyword);
	if (!(keyword->drafts & dialect->draft) || !(keyword->vocabulary & dialect->vocabularies))
		return NULL;
	if (place->is_ref_only && strcmp(name, "$ref") != 0)
		return NULL;
	return json_get(place->value, name);
}

/* ---- places ---- */

static size_t
slot_of(const struct schema_compiler *c, const struct json_value *value)
{
	size_t mask = c->places_capacity - 1;
	size_t slot = ((uintptr_t)value >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 20 & mask;
	while (c->places[slot] && c->places[slot]->value != value)
		slot = (slot + 1) & mask;
	return slot;
}

struct schema_place *
schema_place_of(const struct schema_compiler *c, const struct json_value *value)
{
	return c->places_capacity ? c->places[slot_of(c, value)] : NULL;
}

static void
grow_places(struct schema_compiler *c)
{
	size_t n = c->places_capacity;
	struct schema_place **old = c->places;

	c->places_capacity = n ? n * 2 : PLACES_FIRST;
	c->places = ARENA_ARRAY(c->arena, struct schema_place *, c->places_capacity);
	for (size_t i = 0; i < n; i++) {
		if (old[i])
			c->places[slot_of(c, old[i]->value)] = old[i];
	}
}

static bool scan(struct schema_compiler *c, struct schema_place *place);

/* Record a place and everything below it; NULL: failed. */
static struct schema_place *
add_place(struct schema_compiler *c, struct schema_place place)
{
	if (c->n_places * 2 >= c->places_capacity)
		grow_places(c);
	if (c->n_places >= SCHEMA_NODES_MAX) {
		schema_fail(c, &place, NULL, "more than %d subschemas", SCHEMA_NODES_MAX);
		return NULL;
	}
	struct schema_place *added = arena_memdup(c->arena, &place, sizeof(place));
	c->places[slot_of(c, added->value)] = added;
	c->n_places++;
	return scan(c, added) ? added : NULL;
}

/* ---- resources and anchors ---- */

static struct schema_resource *
add_resource(struct schema_compiler *c, const struct schema_place *place, const char *uri,
    const struct schema_dialect *dialect)
{
	if (c->n_resources++ == SCHEMA_RESOURCES_MAX) {
		schema_fail(c, place, "$id", "more than %d schemas with an $id", SCHEMA_RESOURCES_MAX);
		return NULL;
	}
	struct schema_resource *resource = ARENA_NEW(c->arena, struct schema_resource);
	resource->uri = uri;
	resource->root = place->value;
	resource->dialect = *dialect;
	*c->last_resource = resource;
	c->last_resource = &resource->next;
	return resource;
}

static bool
add_anchor(struct schema_compiler *c, const struct schema_place *place, const char *name, bool is_dynamic)
{
	struct schema_resource *resource = place->resource;

	if (resource->n_anchors++ == SCHEMA_RESOURCES_MAX)
		return schema_fail(c, place, NULL, "more than %d anchors", SCHEMA_RESOURCES_MAX);
	struct schema_anchor *anchor = ARENA_NEW(c->arena, struct schema_anchor);
	anchor->name = name;
	anchor->value = place->value;
	anchor->is_dynamic = is_dynamic;
	anchor->next = resource->anchors;
	resource->anchors = anchor;
	return true;
}

static const char *
text_of(const struct schema_place *place, const char *keyword)
{
	const struct json_value *value = schema_keyword(place, keyword);
	return value && value->type == JSON_TEXT ? value->text : NULL;
}

/* Whatever $id and $schema say begins here. */
static bool
enter_resource(struct schema_compiler *c, struct schema_place *place)
{
	struct schema_dialect dialect = place->resource->dialect;
	const char *id = text_of(place, "$id");
	const char *schema = text_of(place, "$schema");

	if (schema && (id || !place->outer) && !schema_dialect_find(c, place, schema, &dialect))
		return false;
	if (!place->outer)
		place->resource->dialect = dialect;
	place->is_ref_only = dialect.draft == DRAFT_07 && json_get(place->value, "$ref") != NULL;
	if (!id || place->is_ref_only)
		return true;
	char *uri = schema_uri_resolve(c->arena, place->resource->uri, id);
	const char *fragment = schema_uri_cut_fragment(c->arena, uri);
	if (strcmp(uri, place->resource->uri) != 0) {
		place->resource = add_resource(c, place, uri, &dialect);
		if (!place->resource)
			return false;
	}
	bool is_anchor = dialect.draft != DRAFT_2020 && fragment[0] != '\0' && fragment[0] != '/';
	return !is_anchor || add_anchor(c, place, fragment, false);
}

static bool
enter_anchors(struct schema_compiler *c, const struct schema_place *place)
{
	const char *anchor = text_of(place, "$anchor");
	const char *dynamic = text_of(place, "$dynamicAnchor");

	if (anchor && !add_anchor(c, place, anchor, false))
		return false;
	return !dynamic || add_anchor(c, place, dynamic, true);
}

/* ---- scanning ---- */

static bool
add_below(struct schema_compiler *c, struct schema_place below, const struct json_value *value)
{
	if (value->type != JSON_OBJECT && value->type != JSON_BOOL)
		return true; /* no schema: names of a dependency, or the metaschema check tells */
	below.value = value;
	return add_place(c, below) != NULL;
}

static bool
add_each(struct schema_compiler *c, struct schema_place below, const struct json_value *holder)
{
	bool is_list = holder->type == JSON_LIST;
	for (uint32_t i = 0; i < holder->n; i++) {
		if (is_list) {
			below.index = i;
		} else {
			below.token = holder->members[i].name;
			below.n_token = holder->members[i].n_name;
		}
		if (!add_below(c, below, is_list ? &holder->items[i] : &holder->members[i].value))
			return false;
	}
	return true;
}

static bool
scan_member(struct schema_compiler *c, const struct schema_place *place, const struct json_member *member)
{
	const struct keyword *keyword = find_keyword(member->name);
	struct schema_place below = { .resource = place->resource, .outer = place, .document = place->document,
		.index = -1 };

	if (!keyword || !(keyword->drafts & place->resource->dialect.draft))
		return true;
	below.keyword = keyword->name;
	switch (keyword->holds) {
	case HOLDS_DATA:
		return true;
	case HOLDS_SCHEMA:
		return member->value.type == JSON_LIST ? add_each(c, below, &member->value)
		                                       : add_below(c, below, &member->value);
	case HOLDS_LIST:
		return member->value.type != JSON_LIST || add_each(c, below, &member->value);
	case HOLDS_MAP:
		return member->value.type != JSON_OBJECT || add_each(c, below, &member->value);
	}
	return true;
}

static bool
scan(struct schema_compiler *c, struct schema_place *place)
{
	if (place->value->type != JSON_OBJECT)
		return true;
	if (!enter_resource(c, place) || !enter_anchors(c, place))
		return false;
	for (uint32_t i = 0; i < place->value->n; i++) {
		if (!scan_member(c, place, &place->value->members[i]))
			return false;
	}
	return true;
}

struct schema_place *
schema_load(struct schema_compiler *c, const char *uri, const struct json_value *value, const char *name,
    const struct schema_dialect *dialect)
{
	struct schema_place place = { .value = json_copy(c->arena, value), .document = name, .index = -1 };

	if (arena_is_exhausted(c->arena)) {
		schema_fail(c, &place, NULL, "schema needs more than %d bytes compiled", SCHEMA_PROGRAM_BYTES_MAX);
		return NULL;
	}
	place.resource = add_resource(c, &place, uri, dialect);
	return place.resource ? add_place(c, place) : NULL;
}

struct schema_place *
schema_place_late(struct schema_compiler *c, const struct json_value *value, const struct schema_place *outer,
    const char *pointer)
{
	struct schema_place place = { .value = value, .resource = outer->resource, .outer = outer,
		.document = outer->document, .keyword = pointer, .index = -1 };
	return add_place(c, place);
}
