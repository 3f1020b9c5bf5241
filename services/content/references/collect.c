/* Schema and document walked side by side. */
#include "references/collect.h"

#include <string.h>

#include "id.h"

enum { DEPTH_MAX = 48, HOPS_MAX = 12, VISITS_MAX = 100000 };

struct walk {
	struct arena *arena;
	const struct json_value *root;
	struct references *found;
	size_t n_max, n_visits;
};

static void visit(struct walk *walk, const struct json_value *node, const struct json_value *value, const char *path, int depth);

static const struct json_value *
resolved(const struct json_value *root, const struct json_value *node)
{
	for (int hops = 0; node && node->type == JSON_OBJECT && hops < HOPS_MAX; hops++) {
		const struct json_value *reference = json_get(node, "$ref"), *at = root;
		if (!reference || reference->type != JSON_TEXT)
			return node;
		if (reference->text[0] != '#')
			return NULL;
		for (const char *step = reference->text + 1; at && *step == '/';) {
			size_t n = strcspn(++step, "/");
			at = at->type == JSON_OBJECT ? json_get_n(at, step, n) : NULL;
			step += n;
		}
		node = at;
	}
	return NULL;
}

static bool
is_true(const struct json_value *node, const char *keyword)
{
	const struct json_value *value = json_get(node, keyword);
	return value && value->type == JSON_BOOL && value->boolean;
}

/* ---- what is found ---- */

static void
add(struct walk *walk, const char *kind, const struct json_value *id, const struct json_value *node, const char *path)
{
	struct references *found = walk->found;

	if (!id || id->type != JSON_INT)
		return;
	if (id->integer < 1 || id->integer > INT32_MAX) {
		if (!found->beyond_path && strcmp(kind, "content_item") == 0) {
			found->beyond_id = id->integer;
			found->beyond_path = path;
		}
		return;
	}
	for (size_t i = found->n; i > 0 && i + 64 > found->n; i--) { /* several branches may lead to one place, one after the other */
		if (strcmp(found->list[i - 1].path, path) == 0 && strcmp(found->list[i - 1].kind, kind) == 0)
			return;
	}
	if (found->n == REFERENCES_MAX) {
		found->is_too_many = true;
		return;
	}
	if (found->n == walk->n_max) {
		walk->n_max = walk->n_max ? walk->n_max * 2 : 16;
		struct reference *list = ARENA_ARRAY(walk->arena, struct reference, walk->n_max);
		for (size_t i = 0; i < found->n; i++)
			list[i] = found->list[i];
		found->list = list;
	}
	found->list[found->n++] = (struct reference){ .path = path, .kind = kind, .id = id->integer, .node = node };
}

static void
take_kind(struct walk *walk, const struct json_value *node, const struct json_value *value, const char *path)
{
	const struct json_value *kind = json_get(node, "x-wordclaw-field-kind");

	if (!kind || kind->type != JSON_TEXT)
		return;
	bool is_asset = strncmp(kind->text, "asset", 5) == 0;
	const char *name = is_asset ? "asset" : "content_item", *member = is_asset ? "assetId" : "contentItemId";
	bool is_list = strcmp(kind->text, "asset-list") == 0 || strcmp(kind->text, "content-ref-list") == 0;
	if (!is_list && value->type == JSON_OBJECT)
		add(walk, name, json_get(value, member), node, path);
	for (uint32_t i = 0; is_list && value->type == JSON_LIST && i < value->n; i++) {
		if (value->items[i].type == JSON_OBJECT)
			add(walk, name, json_get(&value->items[i], member), node, arena_printf(walk->arena, "%s/%u", path, i));
	}
}

/* ---- branches ---- */

static bool
has_type(const struct json_value *node, const struct json_value *value)
{
	static const char *const names[] = { [JSON_NULL] = "null", [JSON_BOOL] = "boolean", [JSON_INT] = "integer", [JSON_REAL] = "number", [JSON_TEXT] = "string",
		[JSON_LIST] = "array", [JSON_OBJECT] = "object" };
	const struct json_value *type = json_get(node, "type");

	if (!type)
		return true;
	for (uint32_t i = 0; i < (type->type == JSON_LIST ? type->n : 1); i++) {
		const struct json_value *one = type->type == JSON_LIST ? &type->items[i] : type;
		if (one->type == JSON_TEXT && (strcmp(one->text, names[value->type]) == 0 || (value->type == JSON_INT && strcmp(one->text, "number") == 0)))
			return true;
	}
	return false;
}

/* The value is valid as a whole, so a branch is told by what it requires and by its constants: those of block sets differ in them. */
static bool
fits(const struct walk *walk, const struct json_value *node, const struct json_value *value)
{
	node = resolved(walk->root, node);
	if (!node || !has_type(node, value))
		return false;
	if (value->type != JSON_OBJECT)
		return true;
	const struct json_value *required = json_get(node, "required"), *properties = json_get(node, "properties");
	for (uint32_t i = 0; required && required->type == JSON_LIST && i < required->n; i++) {
		if (required->items[i].type == JSON_TEXT && !json_get(value, required->items[i].text))
			return false;
	}
	for (uint32_t i = 0; properties && properties->type == JSON_OBJECT && i < properties->n; i++) {
		const struct json_member *property = &properties->members[i];
		const struct json_value *given = json_get(value, property->name);
		const struct json_value *constant = property->value.type == JSON_OBJECT ? json_get(&property->value, "const") : NULL;
		if (given && constant && !json_equal(given, constant))
			return false;
	}
	return true;
}

static void
visit_branches(struct walk *walk, const struct json_value *node, const struct json_value *value, const char *path, int depth)
{
	static const char *const lists[] = { "allOf", "anyOf", "oneOf" };
	static const char *const singles[] = { "if", "then", "else" };

	for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
		const struct json_value *list = json_get(node, lists[k]);
		for (uint32_t i = 0; list && list->type == JSON_LIST && i < list->n; i++) {
			if (k == 0 || fits(walk, &list->items[i], value))
				visit(walk, &list->items[i], value, path, depth);
		}
	}
	for (size_t k = 0; k < sizeof(singles) / sizeof(singles[0]); k++) {
		const struct json_value *branch = json_get(node, singles[k]);
		if (branch)
			visit(walk, branch, value, path, depth);
	}
}

/* ---- members and items ---- */

static void
visit_members(struct walk *walk, const struct json_value *node, const struct json_value *value, const char *path, int depth)
{
	const struct json_value *properties = json_get(node, "properties"), *rest = json_get(node, "additionalProperties");

	for (uint32_t i = 0; i < value->n; i++) {
		const struct json_member *member = &value->members[i];
		const struct json_value *inner = properties && properties->type == JSON_OBJECT ? json_get(properties, member->name) : NULL;
		if (!inner && rest && rest->type == JSON_OBJECT)
			inner = rest;
		if (inner)
			visit(walk, inner, &member->value, pointer_append(walk->arena, path, member->name), depth);
	}
}

static void
visit_items(struct walk *walk, const struct json_value *node, const struct json_value *value, const char *path, int depth)
{
	const struct json_value *items = json_get(node, "items"), *first = json_get(node, "prefixItems");

	if (items && items->type == JSON_LIST) {
		first = items;
		items = json_get(node, "additionalItems");
	}
	uint32_t n_first = first && first->type == JSON_LIST ? first->n : 0;
	for (uint32_t i = 0; i < value->n; i++) {
		const struct json_value *inner = i < n_first ? &first->items[i] : items;
		if (inner)
			visit(walk, inner, &value->items[i], arena_printf(walk->arena, "%s/%u", path, i), depth);
	}
}

/* What stands for one locale. */
static void
visit_plain(struct walk *walk, const struct json_value *node, const struct json_value *value, const char *path, int depth)
{
	take_kind(walk, node, value, path);
	visit_branches(walk, node, value, path, depth + 1);
	if (value->type == JSON_OBJECT)
		visit_members(walk, node, value, path, depth + 1);
	if (value->type == JSON_LIST)
		visit_items(walk, node, value, path, depth + 1);
}

static void
visit(struct walk *walk, const struct json_value *node, const struct json_value *value, const char *path, int depth)
{
	node = resolved(walk->root, node);
	if (!node || node->type != JSON_OBJECT || depth > DEPTH_MAX || (value->type != JSON_OBJECT && value->type != JSON_LIST))
		return;
	if (++walk->n_visits > VISITS_MAX) {
		walk->found->is_too_many = true;
		return;
	}
	bool is_by_locale = is_true(node, "x-wordclaw-localized") && json_get(walk->root, "x-wordclaw-localization") && value->type == JSON_OBJECT;
	if (!is_by_locale)
		visit_plain(walk, node, value, path, depth);
	for (uint32_t i = 0; is_by_locale && i < value->n; i++) {
		const struct json_member *locale = &value->members[i];
		visit_plain(walk, node, &locale->value, pointer_append(walk->arena, path, locale->name), depth);
	}
}

void
references_collect(struct arena *arena, const struct json_value *schema, const struct json_value *data, struct references *ret_references)
{
	struct walk walk = { .arena = arena, .root = schema, .found = ret_references };

	*ret_references = (struct references){ .n = 0 };
	visit(&walk, schema, data, "", 0);
}
