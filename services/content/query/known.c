/* A walk along one path through all branches of a schema. */
#include "query/known.h"

#include <string.h>

#include "model/near_miss.h"
#include "model/walk.h"
#include "store.h"
#include "validation.h"

enum { DEPTH_MAX = 48, VISITS_MAX = 20000, NEAR_MAX = 2 };

struct search {
	struct arena *arena;
	const struct json_value *root;
	const char *path;
	bool is_reference;
	bool is_known, is_open;
	const char *nearest;
	size_t distance, n_visits;
};

static void seek(struct search *search, const struct json_value *node, const char *rest, int depth);

static bool
is_true(const struct json_value *node, const char *keyword)
{
	const struct json_value *value = json_get(node, keyword);
	return value && value->type == JSON_BOOL && value->boolean;
}

static bool
has_kind(const struct json_value *node)
{
	const struct json_value *kind = node && node->type == JSON_OBJECT ? json_get(node, "x-wordclaw-field-kind") : NULL;
	return kind && kind->type == JSON_TEXT && strncmp(kind->text, "content-ref", 11) == 0;
}

/* A list of references is one too. */
static bool
is_wanted(const struct search *search, const struct json_value *node)
{
	const struct json_value *items = json_get(node, "items");

	return !search->is_reference || has_kind(node) || (items && items->type == JSON_OBJECT && has_kind(schema_deref(search->root, items)));
}

static bool
may_be_object(const struct json_value *node)
{
	const struct json_value *type = json_get(node, "type");

	if (!type || type->type == JSON_TEXT)
		return !type || strcmp(type->text, "object") == 0;
	for (uint32_t i = 0; type->type == JSON_LIST && i < type->n; i++) {
		if (type->items[i].type == JSON_TEXT && strcmp(type->items[i].text, "object") == 0)
			return true;
	}
	return false;
}

static void
note_near(struct search *search, const struct json_value *properties, const char *rest, const char *name)
{
	for (uint32_t i = 0; i < properties->n; i++) {
		size_t distance = near_distance(name, properties->members[i].name);
		if (search->nearest && distance >= search->distance)
			continue;
		search->distance = distance;
		search->nearest = arena_printf(search->arena, "%.*s%s", (int)(rest - search->path), search->path, properties->members[i].name);
	}
}

static void
seek_member(struct search *search, const struct json_value *node, const char *rest, int depth)
{
	const struct json_value *properties = json_get(node, "properties"), *more = json_get(node, "additionalProperties"), *items = json_get(node, "items");
	size_t n = strcspn(rest, ".");
	const char *name = arena_strndup(search->arena, rest, n), *behind = rest[n] ? rest + n + 1 : rest + n;
	bool has_properties = properties && properties->type == JSON_OBJECT;
	const struct json_value *property = has_properties ? json_get(properties, name) : NULL;

	if (items && n > 0 && strspn(name, "0123456789") == n)
		seek(search, items, behind, depth + 1);
	if (property) {
		seek(search, property, behind, depth + 1);
		return;
	}
	if (has_properties)
		note_near(search, properties, rest, name);
	if (more && more->type == JSON_OBJECT)
		seek(search, more, behind, depth + 1);
	bool is_closed = (more && !is_true(node, "additionalProperties")) || (json_get(node, "unevaluatedProperties") && !is_true(node, "unevaluatedProperties"));
	bool is_part = json_get(node, "$ref") || json_get(node, "allOf") || json_get(node, "anyOf") || json_get(node, "oneOf");
	if (may_be_object(node) && (json_get(node, "patternProperties") || (!is_closed && (!is_part || has_properties))))
		search->is_open = true;
}

static void
seek_branches(struct search *search, const struct json_value *node, const char *rest, int depth)
{
	static const char *const lists[] = { "allOf", "anyOf", "oneOf" };
	static const char *const singles[] = { "then", "else" };

	for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
		const struct json_value *list = json_get(node, lists[k]);
		for (uint32_t i = 0; list && list->type == JSON_LIST && i < list->n; i++)
			seek(search, &list->items[i], rest, depth + 1);
	}
	for (size_t k = 0; k < sizeof(singles) / sizeof(singles[0]); k++) {
		const struct json_value *branch = json_get(node, singles[k]);
		if (branch)
			seek(search, branch, rest, depth + 1);
	}
}

static void
seek(struct search *search, const struct json_value *node, const char *rest, int depth)
{
	node = schema_deref(search->root, node);
	if (!node || search->is_known || depth > DEPTH_MAX || ++search->n_visits > VISITS_MAX)
		return;
	if (node->type != JSON_OBJECT) {
		search->is_open = search->is_open || (node->type == JSON_BOOL && node->boolean);
		return;
	}
	if (!*rest && is_wanted(search, node))
		search->is_known = true;
	seek_branches(search, node, rest, depth);
	if (!*rest)
		return;
	seek_member(search, node, rest, depth);
	const char *behind = rest + strcspn(rest, ".");
	if (is_true(node, "x-wordclaw-localized")) { /* a locale stands here */
		if (!*behind && is_wanted(search, node))
			search->is_known = true;
		else if (*behind)
			seek_member(search, node, behind + 1, depth + 1);
	}
}

struct known_path
known_path(struct arena *arena, const struct json_value *schema, const char *path, bool is_reference)
{
	struct search search = { .arena = arena, .root = schema, .path = path, .is_reference = is_reference };

	seek(&search, schema, path, 0);
	bool is_exhausted = search.n_visits > VISITS_MAX; /* then nobody knows */
	return (struct known_path){ .nearest = search.nearest, .is_near = search.nearest && search.distance <= NEAR_MAX,
		.verdict = search.is_known || is_exhausted ? PATH_KNOWN : search.is_open && !is_reference ? PATH_OPEN : PATH_UNKNOWN };
}

/* ---- lists ---- */

static bool
has_value(const struct json_value *data, const char *path)
{
	while (data && data->type == JSON_OBJECT) {
		size_t n = strcspn(path, ".");
		data = json_get_n(data, path, n);
		if (!path[n])
			return data != NULL;
		path += n + 1;
	}
	return false;
}

/* A schema that is open says nothing against a path: what the items hold does. */
static bool
is_held(struct request *req, const struct content_items_list_response *out, const char *path)
{
	const struct content_item *item = out->items.items;
	struct json_error ignored;

	for (size_t i = 0; i < out->items.n; i++) {
		struct arena_mark mark = arena_mark(req->arena);
		const struct json_value *data = json_parse(req->arena, item[i].data.json, item[i].data.len, NULL, &ignored);
		bool is_there = data && has_value(data, path);
		arena_rewind(req->arena, mark);
		if (is_there)
			return true;
	}
	return out->items.n == 0;
}

static const struct error *
refuse(struct request *req, const struct known_path *found, const char *path, bool is_reference)
{
	const char *suggestion = found->nearest ? arena_printf(req->arena, "; the nearest one is '%.200s'", found->nearest) : "";
	struct buf context;

	buf_init(&context, req->arena, 128);
	buf_add_text(&context, "{\"path\":");
	buf_add_json_text(&context, path, strlen(path));
	if (found->nearest) {
		buf_add_text(&context, ",\"nearest\":");
		buf_add_json_text(&context, found->nearest, strlen(found->nearest));
	}
	buf_add_char(&context, '}');
	if (is_reference)
		return error_at(FAIL(req, CONTENT_ITEMS_INCLUDE_FIELD_UNKNOWN, "the type has no reference to items at '%.200s'%s", path, suggestion), "/include", context.bytes);
	return error_at(FAIL(req, CONTENT_ITEMS_SELECTED_FIELD_UNKNOWN, "the type has no field '%.200s'%s", path, suggestion), "/fields", context.bytes);
}

static const struct error *
check_paths(struct request *req, const struct json_value *schema, const struct shape_list *paths, bool is_reference, const struct content_items_list_response *out)
{
	const char *const *path = paths->items;

	for (size_t i = 0; i < paths->n; i++) {
		struct known_path found = known_path(req->arena, schema, path[i], is_reference);
		bool is_typo = found.verdict == PATH_OPEN && found.is_near && !is_held(req, out, path[i]);
		if (found.verdict == PATH_UNKNOWN || is_typo)
			return refuse(req, &found, path[i], is_reference);
	}
	return NULL;
}

const struct error *
known_check(struct request *req, const struct content_items_list_request *in, const struct content_items_list_response *out)
{
	const struct content_schema_row *row = NULL;
	const struct json_value *schema = NULL;

	if (!in->content_type_id || in->as_of || (in->fields.n == 0 && in->include.n == 0)) /* of the past: the schema was another one, perhaps */
		return NULL;
	const struct error *error = store_type_schema(req, *in->content_type_id, &row);
	if (error || !row)
		return error;
	error = validation_stored_data(req, (struct doc){ row->schema, strlen(row->schema) }, &schema);
	if (!error)
		error = check_paths(req, schema, &in->include, true, out);
	return error ? error : check_paths(req, schema, &in->fields, false, out);
}
