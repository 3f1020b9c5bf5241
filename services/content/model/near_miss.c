/* Unknown keywords that are spelt almost like known ones, and properties that stand where keywords belong. */
#include "model/near_miss.h"

#include <string.h>
#include <strings.h>

#include "model/walk.h"

static const char *const keywords[] = {
	"$anchor", "$comment", "$defs", "$dynamicAnchor", "$dynamicRef", "$id", "$recursiveAnchor", "$recursiveRef", "$ref", "$schema", "$vocabulary",
	"additionalItems", "additionalProperties", "allOf", "allowedContentTypeIds", "allowedContentTypeSlugs", "anyOf", "const", "contains",
	"contentEncoding", "contentMediaType", "contentSchema", "default", "definitions", "dependencies", "dependentRequired", "dependentSchemas",
	"deprecated", "description", "else", "enum", "examples", "exclusiveMaximum", "exclusiveMinimum", "format", "if", "items", "maxContains",
	"maxItems", "maxLength", "maxProperties", "maximum", "minContains", "minItems", "minLength", "minProperties", "minimum", "multipleOf",
	"not", "oneOf", "pattern", "patternProperties", "prefixItems", "premium", "properties", "propertyNames", "readOnly", "required", "then",
	"title", "type", "unevaluatedItems", "unevaluatedProperties", "uniqueItems", "writeOnly",
	"x-wordclaw-field-kind", "x-wordclaw-lifecycle", "x-wordclaw-localization", "x-wordclaw-localized", "x-wordclaw-preview",
	"x-wordclaw-public-write", "x-wordclaw-queryable", "x-wordclaw-schema-manifest", "x-wordclaw-ui",
};
enum { N_KEYWORDS = sizeof(keywords) / sizeof(keywords[0]), KEYWORD_BYTES_MAX = 32 };

struct search {
	struct arena *arena;
	const struct schema_node *node;
	struct schema_warning *list;
	size_t n;
};

static bool
is_keyword(const char *name)
{
	for (size_t i = 0; i < N_KEYWORDS; i++) {
		if (strcmp(keywords[i], name) == 0)
			return true;
	}
	return false;
}

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t smaller = a < b ? a : b;
	return smaller < c ? smaller : c;
}

size_t
near_distance(const char *a, const char *b)
{
	size_t rows[3][NEAR_NAME_BYTES_MAX + 1], n_a = strlen(a), n_b = strlen(b);

	if (n_a > NEAR_NAME_BYTES_MAX || n_b > NEAR_NAME_BYTES_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= n_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
		now[0] = i;
		for (size_t j = 1; j <= n_b; j++) {
			size_t is_other = (a[i - 1] | 0x20) != (b[j - 1] | 0x20);
			bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
			now[j] = least(before[j] + 1, now[j - 1] + 1, before[j - 1] + is_other);
			if (is_swap && earlier[j - 2] + 1 < now[j])
				now[j] = earlier[j - 2] + 1;
		}
	}
	return rows[n_a % 3][n_b];
}

/* Two letters of a long word may be wrong, one of a short one. */
static const char *
nearest_keyword(const char *name)
{
	size_t n = strlen(name), best = 3;
	const char *found = NULL;

	if (n < 3 || n > KEYWORD_BYTES_MAX)
		return NULL;
	for (size_t i = 0; i < N_KEYWORDS; i++) {
		size_t allowed = strlen(keywords[i]) >= 6 ? 2 : 1, d = near_distance(name, keywords[i]);
		if (d > allowed || d >= best)
			continue;
		best = d;
		found = keywords[i];
	}
	return found;
}

static void
warn(struct search *search, const struct json_member *member, const char *message, const char *suggestion)
{
	if (search->n == NEAR_MISSES_MAX)
		return;
	search->list[search->n++] = (struct schema_warning){ .path = schema_path(search->arena, search->node, NULL), .keyword = member->name,
		.message = message, .suggestion = suggestion };
}

static bool
is_type_name(const struct json_value *value)
{
	static const char *const names[] = { "string", "number", "integer", "boolean", "array", "object", "text", "date" };

	for (size_t i = 0; value->type == JSON_TEXT && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(value->text, names[i]) == 0)
			return true;
	}
	return false;
}

/* {"title":"string"} where {"properties":{"title":{"type":"string"}}} was meant: one of these may also be a keyword by its name. */
static bool
is_named_type(const struct json_member *member)
{
	static const char *const annotations[] = { "title", "description", "$comment", "default" };

	if (!is_type_name(&member->value))
		return false;
	for (size_t i = 0; i < sizeof(annotations) / sizeof(annotations[0]); i++) {
		if (strcmp(member->name, annotations[i]) == 0)
			return true;
	}
	return !is_keyword(member->name);
}

static bool
is_schema_like(const struct json_value *value)
{
	return value->type == JSON_OBJECT && (json_get(value, "type") || json_get(value, "$ref") || json_get(value, "properties") || json_get(value, "enum"));
}

static const char *
property_example(struct arena *arena, const char *name, const struct json_value *value)
{
	struct buf buf;

	buf_init(&buf, arena, 128);
	buf_add_text(&buf, "{\"type\":\"object\",\"properties\":{");
	buf_add_json_text(&buf, name, strlen(name));
	if (value->type == JSON_TEXT)
		buf_printf(&buf, ":{\"type\":\"%s\"}}}", strcmp(value->text, "text") == 0 || strcmp(value->text, "date") == 0 ? "string" : value->text);
	else
		buf_add_text(&buf, ":{...}}}");
	return buf.bytes;
}

/* The fields of a manifest, at the root: as a schema they say nothing. */
static bool
is_manifest_fields(const struct search *search, const struct json_member *member, bool has_properties)
{
	return !has_properties && !search->node->up && strcmp(member->name, "fields") == 0 && member->value.type == JSON_LIST;
}

static void
look_at(struct search *search, const struct json_member *member, bool has_properties)
{
	bool is_property = is_schema_like(&member->value) && !is_keyword(member->name);
	bool is_type = !has_properties && !json_get(search->node->value, "type") && is_named_type(member);

	if (is_type || is_property) {
		warn(search, member, arena_printf(search->arena, "'%s' is read as a keyword of the schema, not as a property", member->name),
		    property_example(search->arena, member->name, &member->value));
		return;
	}
	if (is_manifest_fields(search, member, has_properties)) {
		warn(search, member, "'fields' has no effect in a schema: it takes anything; send the manifest as schemaManifest", "schemaManifest");
		return;
	}
	if (is_keyword(member->name) || member->n_name != strlen(member->name))
		return;
	const char *keyword = nearest_keyword(member->name);
	if (keyword)
		warn(search, member, arena_printf(search->arena, "'%s' is no keyword and has no effect; did you mean '%s'?", member->name, keyword), keyword);
}

struct shape_list
near_misses(struct arena *arena, const struct json_value *schema)
{
	struct search search = { .arena = arena, .node = schema_walk(arena, schema), .list = ARENA_ARRAY(arena, struct schema_warning, NEAR_MISSES_MAX) };

	for (; search.node && search.n < NEAR_MISSES_MAX; search.node = search.node->next) {
		const struct json_value *value = search.node->value;
		bool has_properties = value->type == JSON_OBJECT && json_get(value, "properties");
		for (uint32_t i = 0; value->type == JSON_OBJECT && i < value->n; i++)
			look_at(&search, &value->members[i], has_properties);
	}
	return (struct shape_list){ .items = search.list, .n = search.n };
}
