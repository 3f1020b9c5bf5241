/* A walk over the parts of a JSON Schema that say where a member is. */
#include "query/paths.h"

#include <string.h>

enum { DEPTH_MAX = 12, OFFERED_BYTES_MAX = 600 };

const char *
field_kind_name(enum field_kind kind)
{
	static const char *const names[] = { [FIELD_TEXT] = "text", [FIELD_NUMBER] = "number", [FIELD_BOOLEAN] = "boolean" };
	return names[kind];
}

/* ---- nodes ---- */

static bool
is_true(const struct json_value *node, const char *keyword)
{
	const struct json_value *value = json_get(node, keyword);
	return value && value->type == JSON_BOOL && value->boolean;
}

/* "#/definitions/price" from the root; NULL where it leads nowhere or elsewhere. */
static const struct json_value *
follow(const struct json_value *root, const char *reference)
{
	const struct json_value *node = root;

	if (reference[0] != '#')
		return NULL;
	for (const char *step = reference + 1; node && *step == '/';) {
		size_t n = strcspn(++step, "/");
		node = node->type == JSON_OBJECT ? json_get_n(node, step, n) : NULL;
		step += n;
	}
	return node && node->type == JSON_OBJECT ? node : NULL;
}

static const struct json_value *
resolved(const struct json_value *root, const struct json_value *node)
{
	for (int depth = 0; node && node->type == JSON_OBJECT && depth < DEPTH_MAX; depth++) {
		const struct json_value *reference = json_get(node, "$ref");
		if (!reference || reference->type != JSON_TEXT)
			return node;
		node = follow(root, reference->text);
	}
	return NULL;
}

static const struct json_value *
member_of(const struct json_value *root, const struct json_value *node, const char *name, size_t n_name, int depth)
{
	node = resolved(root, node);
	if (!node || depth > DEPTH_MAX)
		return NULL;
	const struct json_value *properties = json_get(node, "properties"), *all = json_get(node, "allOf"), *found = NULL;
	if (properties && properties->type == JSON_OBJECT)
		found = json_get_n(properties, name, n_name);
	for (uint32_t i = 0; !found && all && all->type == JSON_LIST && i < all->n; i++)
		found = member_of(root, &all->items[i], name, n_name, depth + 1);
	return found;
}

static bool
kind_named(const char *type, enum field_kind *ret_kind)
{
	if (strcmp(type, "string") == 0)
		*ret_kind = FIELD_TEXT;
	else if (strcmp(type, "number") == 0 || strcmp(type, "integer") == 0)
		*ret_kind = FIELD_NUMBER;
	else if (strcmp(type, "boolean") == 0)
		*ret_kind = FIELD_BOOLEAN;
	else
		return false;
	return true;
}

/* "string", or ["string", "null"]. */
static const char *
type_of(const struct json_value *node)
{
	const struct json_value *type = json_get(node, "type");
	const char *only = NULL;

	if (type && type->type == JSON_TEXT)
		return type->text;
	for (uint32_t i = 0; type && type->type == JSON_LIST && i < type->n; i++) {
		if (type->items[i].type != JSON_TEXT || strcmp(type->items[i].text, "null") == 0)
			continue;
		if (only)
			return NULL;
		only = type->items[i].text;
	}
	return only;
}

static bool
read_scalar(const struct json_value *root, const struct json_value *node, struct field_path *ret_field)
{
	node = resolved(root, node);
	const char *type = node ? type_of(node) : NULL;

	if (!type || is_true(node, "x-wordclaw-localized"))
		return false;
	if (strcmp(type, "array") != 0)
		return kind_named(type, &ret_field->kind);
	const struct json_value *items = resolved(root, json_get(node, "items"));
	type = items ? type_of(items) : NULL;
	ret_field->is_list = true;
	return type && kind_named(type, &ret_field->kind);
}

/* ---- by path ---- */

bool
paths_find(const struct json_value *schema, const char *path, struct field_path *ret_field)
{
	struct field_path field = { .path = path };
	const struct json_value *node = schema;
	size_t n_steps = 0;

	for (const char *step = path; node; n_steps++) {
		size_t n = strcspn(step, ".");
		const struct json_value *before = n > 0 && n_steps < PATH_STEPS_MAX ? resolved(schema, node) : NULL;
		if (!before || is_true(before, "x-wordclaw-localized"))
			return false;
		node = member_of(schema, before, step, n, 0);
		if (!step[n])
			break;
		step += n + 1;
	}
	if (!node || !read_scalar(schema, node, &field))
		return false;
	*ret_field = field;
	return true;
}

/* ---- all of them ---- */

struct walk {
	struct arena *arena;
	const struct json_value *root;
	struct declared_paths *declared;
};

static void walk_members(struct walk *walk, const struct json_value *node, const char *prefix, int depth);

static void
take(struct walk *walk, const char *path)
{
	struct declared_paths *declared = walk->declared;
	struct field_path field = { .path = path };

	if (strlen(path) > PATH_BYTES_MAX || !paths_find(walk->root, path, &field)) {
		declared->wrong = path;
		return;
	}
	for (size_t i = 0; i < declared->n; i++) {
		if (strcmp(declared->list[i].path, path) == 0)
			return;
	}
	if (declared->n == DECLARED_MAX) {
		declared->is_too_many = true;
		return;
	}
	declared->list[declared->n++] = field;
}

static void
walk_member(struct walk *walk, const struct json_member *member, const char *prefix, int depth)
{
	const struct json_value *node = resolved(walk->root, &member->value);
	const char *path = *prefix ? arena_printf(walk->arena, "%s.%s", prefix, member->name) : member->name;

	if (!node)
		return;
	if (is_true(node, QUERYABLE_KEYWORD) || (member->value.type == JSON_OBJECT && is_true(&member->value, QUERYABLE_KEYWORD)))
		take(walk, strchr(member->name, '.') ? arena_printf(walk->arena, "%s.", path) : path);
	walk_members(walk, node, path, depth + 1);
}

static void
walk_members(struct walk *walk, const struct json_value *node, const char *prefix, int depth)
{
	const struct json_value *properties = json_get(node, "properties"), *all = json_get(node, "allOf");

	if (depth >= PATH_STEPS_MAX)
		return;
	for (uint32_t i = 0; properties && properties->type == JSON_OBJECT && i < properties->n; i++)
		walk_member(walk, &properties->members[i], prefix, depth);
	for (uint32_t i = 0; all && all->type == JSON_LIST && i < all->n; i++) {
		const struct json_value *part = resolved(walk->root, &all->items[i]);
		if (part)
			walk_members(walk, part, prefix, depth + 1);
	}
}

void
paths_declared(struct arena *arena, const struct json_value *schema, struct declared_paths *ret_declared)
{
	struct walk walk = { .arena = arena, .root = schema, .declared = ret_declared };

	*ret_declared = (struct declared_paths){ .n = 0 };
	if (schema->type == JSON_OBJECT)
		walk_members(&walk, schema, "", 0);
}

const char *
paths_offered(struct arena *arena, const struct json_value *schema)
{
	const struct json_value *properties = schema->type == JSON_OBJECT ? json_get(schema, "properties") : NULL;
	struct field_path field = { .path = NULL };
	struct buf buf;

	buf_init(&buf, arena, 128);
	for (uint32_t i = 0; properties && properties->type == JSON_OBJECT && i < properties->n && buf.len < OFFERED_BYTES_MAX; i++) {
		if (paths_find(schema, properties->members[i].name, &field))
			buf_printf(&buf, "%s%.80s", buf.len ? ", " : "", properties->members[i].name);
	}
	return buf.len ? buf.bytes : "none";
}
