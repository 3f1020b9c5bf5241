/* The extensions of the root, then those of every schema inside it. */
#include "model/extensions.h"

#include <string.h>

#include "model/walk.h"

struct check {
	struct arena *arena;
	struct model_problem *problem;
};

static bool
refuse(struct check *check, const char *path, const char *message)
{
	*check->problem = (struct model_problem){ path, message };
	return false;
}

static bool
is_text(const struct json_value *value, size_t n_max)
{
	return value && value->type == JSON_TEXT && value->n > 0 && value->n <= n_max && strlen(value->text) == value->n;
}

static bool
is_one_of(const struct json_value *value, const char *const *choices)
{
	for (; value && value->type == JSON_TEXT && *choices; choices++) {
		if (strcmp(value->text, *choices) == 0)
			return true;
	}
	return false;
}

static bool
has_text(const struct json_value *list, const char *text)
{
	for (uint32_t i = 0; list && list->type == JSON_LIST && i < list->n; i++) {
		if (list->items[i].type == JSON_TEXT && strcmp(list->items[i].text, text) == 0)
			return true;
	}
	return false;
}

/* The section, when it is there and an object whose enabled is a flag; *ret_is_good false otherwise. */
static const struct json_value *
section_of(struct check *check, const struct json_value *schema, const char *key, const char *path, bool *ret_is_good)
{
	const struct json_value *section = json_get(schema, key);

	*ret_is_good = true;
	if (!section)
		return NULL;
	const struct json_value *enabled = section->type == JSON_OBJECT ? json_get(section, "enabled") : NULL;
	if (section->type != JSON_OBJECT)
		*ret_is_good = refuse(check, path, "must be an object");
	else if (enabled && enabled->type != JSON_BOOL)
		*ret_is_good = refuse(check, arena_printf(check->arena, "%s/enabled", path), "must be true or false");
	return *ret_is_good ? section : NULL;
}

static bool
is_enabled(const struct json_value *section)
{
	const struct json_value *enabled = section && section->type == JSON_OBJECT ? json_get(section, "enabled") : NULL;
	return section && section->type == JSON_OBJECT && !(enabled && enabled->type == JSON_BOOL && !enabled->boolean);
}

/* ---- lifecycle ---- */

/* A lifecycle takes items away: it cannot publish them. */
static bool
is_status(const struct json_value *value)
{
	return is_text(value, 64) && strspn(value->text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == value->n;
}

static bool
check_lifecycle(struct check *check, const struct json_value *schema)
{
	static const char *const clocks[] = { "updatedAt", "createdAt", NULL };
	bool is_good = true;
	const struct json_value *section = section_of(check, schema, KEY_LIFECYCLE, "/" KEY_LIFECYCLE, &is_good);

	if (!section)
		return is_good;
	const struct json_value *ttl = json_get(section, "ttlSeconds"), *status = json_get(section, "archiveStatus"), *clock = json_get(section, "clock");
	if (!ttl || ttl->type != JSON_INT || ttl->integer < TTL_SECONDS_MIN || ttl->integer > TTL_SECONDS_MAX)
		return refuse(check, "/" KEY_LIFECYCLE "/ttlSeconds", "must be an integer between 60 and 31536000");
	if (status && (!is_status(status) || strcmp(status->text, "published") == 0))
		return refuse(check, "/" KEY_LIFECYCLE "/archiveStatus", "must be a status other than published, such as archived");
	if (clock && !is_one_of(clock, clocks))
		return refuse(check, "/" KEY_LIFECYCLE "/clock", "must be updatedAt or createdAt");
	return true;
}

bool
extensions_lifecycle(const struct json_value *schema, struct lifecycle *ret)
{
	const struct json_value *section = json_get(schema, KEY_LIFECYCLE);

	if (!is_enabled(section))
		return false;
	const struct json_value *ttl = json_get(section, "ttlSeconds"), *status = json_get(section, "archiveStatus"), *clock = json_get(section, "clock");
	*ret = (struct lifecycle){ .ttl_seconds = ttl ? ttl->integer : TTL_SECONDS_MAX, .archive_status = status ? status->text : "archived",
		.by_creation = clock && strcmp(clock->text, "createdAt") == 0 };
	return true;
}

/* ---- public write ---- */

static bool
check_subject(struct check *check, const struct json_value *schema, const struct json_value *subject)
{
	const struct json_value *properties = json_get(schema, "properties"), *required = json_get(schema, "required");
	const struct json_value *property = properties && properties->type == JSON_OBJECT && is_text(subject, 200) ? json_get(properties, subject->text) : NULL;
	const struct json_value *type = property && property->type == JSON_OBJECT ? json_get(property, "type") : NULL;
	const struct json_value *localized = type ? json_get(property, KEY_LOCALIZED) : NULL;

	if (!type || type->type != JSON_TEXT || strcmp(type->text, "string") != 0 || (localized && localized->type == JSON_BOOL && localized->boolean)
	    || !has_text(required, subject->text))
		return refuse(check, "/" KEY_PUBLIC_WRITE "/subjectField", "must name a top-level property of type string that required lists and that is not localized");
	return true;
}

static bool
check_public_write(struct check *check, const struct json_value *schema)
{
	static const char *const verbs[] = { "create", "update", NULL };
	bool is_good = true;
	const struct json_value *section = section_of(check, schema, KEY_PUBLIC_WRITE, "/" KEY_PUBLIC_WRITE, &is_good);

	if (!section)
		return is_good;
	const struct json_value *allowed = json_get(section, "allowedOperations"), *status = json_get(section, "requiredStatus");
	if (!check_subject(check, schema, json_get(section, "subjectField")))
		return false;
	if (status && !is_status(status))
		return refuse(check, "/" KEY_PUBLIC_WRITE "/requiredStatus", "must be a status such as draft");
	if (allowed && (allowed->type != JSON_LIST || allowed->n == 0 || allowed->n > 2))
		return refuse(check, "/" KEY_PUBLIC_WRITE "/allowedOperations", "must be a list of create, update or both");
	for (uint32_t i = 0; allowed && i < allowed->n; i++) {
		if (!is_one_of(&allowed->items[i], verbs) || (i > 0 && json_equal(&allowed->items[0], &allowed->items[1])))
			return refuse(check, "/" KEY_PUBLIC_WRITE "/allowedOperations", "must name create and update at most once each, and nothing else");
	}
	return true;
}

bool
extensions_public_write(const struct json_value *schema, struct public_write *ret)
{
	const struct json_value *section = json_get(schema, KEY_PUBLIC_WRITE);

	if (!is_enabled(section))
		return false;
	const struct json_value *subject = json_get(section, "subjectField"), *allowed = json_get(section, "allowedOperations");
	const struct json_value *status = json_get(section, "requiredStatus");
	if (!is_text(subject, 200))
		return false; /* stored before these were checked */
	*ret = (struct public_write){ .subject_field = subject->text, .required_status = status && status->type == JSON_TEXT ? status->text : "draft",
		.allows_create = !allowed || has_text(allowed, "create"), .allows_update = has_text(allowed, "update") };
	return true;
}

/* ---- locales ---- */

static bool
is_locale(const struct json_value *value)
{
	return is_text(value, LOCALE_BYTES_MAX)
	    && strspn(value->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == value->n;
}

static bool
check_locales(struct check *check, const struct json_value *locales)
{
	const char *path = "/" KEY_LOCALIZATION "/supportedLocales";

	if (!locales || locales->type != JSON_LIST || locales->n == 0 || locales->n > LOCALES_MAX)
		return refuse(check, path, "must be a list of 1 to 100 locales such as [\"en\",\"de\"]");
	for (uint32_t i = 0; i < locales->n; i++) {
		if (!is_locale(&locales->items[i]))
			return refuse(check, arena_printf(check->arena, "%s/%u", path, i), "must be a locale such as en or pt-BR");
		for (uint32_t k = 0; k < i; k++) {
			if (strcmp(locales->items[i].text, locales->items[k].text) == 0)
				return refuse(check, arena_printf(check->arena, "%s/%u", path, i), "is in the list already");
		}
	}
	return true;
}

static bool
check_localization(struct check *check, const struct json_value *schema)
{
	bool is_good = true;
	const struct json_value *section = section_of(check, schema, KEY_LOCALIZATION, "/" KEY_LOCALIZATION, &is_good);
	const struct json_value *type = json_get(schema, "type"), *properties = json_get(schema, "properties");

	if (!section)
		return is_good;
	if (!type || type->type != JSON_TEXT || strcmp(type->text, "object") != 0 || !properties)
		return refuse(check, "/" KEY_LOCALIZATION, "wants a schema of type object with properties");
	const struct json_value *locales = json_get(section, "supportedLocales"), *fallback = json_get(section, "defaultLocale");
	if (!check_locales(check, locales))
		return false;
	if (!fallback || fallback->type != JSON_TEXT || !has_text(locales, fallback->text))
		return refuse(check, "/" KEY_LOCALIZATION "/defaultLocale", "must be one of supportedLocales");
	return true;
}

bool
extensions_localization(const struct json_value *schema, struct localization *ret)
{
	const struct json_value *section = json_get(schema, KEY_LOCALIZATION);

	if (!is_enabled(section))
		return false;
	const struct json_value *locales = json_get(section, "supportedLocales"), *fallback = json_get(section, "defaultLocale");
	if (!locales || locales->type != JSON_LIST || !is_text(fallback, LOCALE_BYTES_MAX))
		return false; /* stored before these were checked */
	*ret = (struct localization){ .locales = locales, .default_locale = fallback->text };
	return true;
}

static bool
check_localized(struct check *check, const struct json_value *schema, const struct schema_node *node)
{
	const struct json_value *localized = json_get(node->value, KEY_LOCALIZED);

	if (!localized)
		return true;
	const char *path = schema_path(check->arena, node, KEY_LOCALIZED);
	if (localized->type != JSON_BOOL)
		return refuse(check, path, "must be true or false");
	if (!localized->boolean)
		return true;
	if (!node->up)
		return refuse(check, path, "is for what is inside the schema, not for its root");
	if (!json_get(schema, KEY_LOCALIZATION))
		return refuse(check, path, "wants " KEY_LOCALIZATION " at the root of the schema");
	return true;
}

/* ---- references ---- */

/* An object whose id of this name is a number and required. */
static bool
is_reference(const struct json_value *root, const struct json_value *node, const char *id)
{
	const struct json_value *object = node ? schema_deref(root, node) : NULL;
	const struct json_value *type = object && object->type == JSON_OBJECT ? json_get(object, "type") : NULL;
	const struct json_value *properties = type ? json_get(object, "properties") : NULL;
	const struct json_value *property = properties && properties->type == JSON_OBJECT ? json_get(properties, id) : NULL;
	const struct json_value *kind = property && property->type == JSON_OBJECT ? json_get(property, "type") : NULL;
	static const char *const numbers[] = { "integer", "number", NULL };

	return type && type->type == JSON_TEXT && strcmp(type->text, "object") == 0 && is_one_of(kind, numbers)
	    && has_text(json_get(object, "required"), id);
}

static bool
is_list_of_references(const struct json_value *root, const struct json_value *node, const char *id)
{
	const struct json_value *type = json_get(node, "type"), *items = json_get(node, "items");

	return type && type->type == JSON_TEXT && strcmp(type->text, "array") == 0 && items && items->type == JSON_OBJECT && is_reference(root, items, id);
}

static bool
check_allowed(struct check *check, const struct schema_node *node, const char *key, enum json_type type)
{
	const struct json_value *list = json_get(node->value, key);

	if (!list)
		return true;
	for (uint32_t i = 0; list->type == JSON_LIST && i < list->n; i++) {
		const struct json_value *item = &list->items[i];
		if (item->type != type || (type == JSON_INT ? item->integer < 1 : !is_text(item, 200)))
			return refuse(check, schema_path(check->arena, node, key), type == JSON_INT ? "must list ids of content types" : "must list slugs of content types");
	}
	return list->type == JSON_LIST ? true : refuse(check, schema_path(check->arena, node, key), "must be a list");
}

static const struct {
	const char *kind, *id, *shape;
	bool is_list, is_asset;
} kinds[] = {
	{ "asset", "assetId", "wants type object with a required number assetId", false, true },
	{ "asset-list", "assetId", "wants type array whose items are objects with a required number assetId", true, true },
	{ "content-ref", "contentItemId", "wants type object with a required number contentItemId", false, false },
	{ "content-ref-list", "contentItemId", "wants type array whose items are objects with a required number contentItemId", true, false },
};

static enum extension
check_kind(struct check *check, const struct json_value *root, const struct schema_node *node)
{
	const struct json_value *kind = json_get(node->value, KEY_FIELD_KIND);
	bool has_allowed = json_get(node->value, "allowedContentTypeIds") || json_get(node->value, "allowedContentTypeSlugs");

	if (!kind)
		return EXTENSION_NONE;
	for (size_t i = 0; kind->type == JSON_TEXT && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].kind, kind->text) != 0)
			continue;
		bool is_good = kinds[i].is_list ? is_list_of_references(root, node->value, kinds[i].id) : is_reference(root, node->value, kinds[i].id);
		if (!is_good)
			(void)refuse(check, schema_path(check->arena, node, KEY_FIELD_KIND), kinds[i].shape);
		else if (has_allowed && kinds[i].is_asset)
			is_good = refuse(check, schema_path(check->arena, node, KEY_FIELD_KIND), "names assets, whose content types cannot be limited");
		else
			is_good = check_allowed(check, node, "allowedContentTypeIds", JSON_INT) && check_allowed(check, node, "allowedContentTypeSlugs", JSON_TEXT);
		return is_good ? EXTENSION_NONE : kinds[i].is_asset ? EXTENSION_ASSET : EXTENSION_CONTENT_REFERENCE;
	}
	(void)refuse(check, schema_path(check->arena, node, KEY_FIELD_KIND), "must be asset, asset-list, content-ref or content-ref-list");
	return EXTENSION_ASSET;
}

/* ---- all of them ---- */

enum extension
extensions_check(struct arena *arena, const struct json_value *schema, struct model_problem *ret_problem)
{
	struct check check = { arena, ret_problem };
	const struct schema_node *node = schema_walk(arena, schema);

	if (!check_lifecycle(&check, schema))
		return EXTENSION_LIFECYCLE;
	if (!check_public_write(&check, schema))
		return EXTENSION_PUBLIC_WRITE;
	if (!check_localization(&check, schema))
		return EXTENSION_LOCALIZATION;
	if (!node) {
		(void)refuse(&check, "/", "has more schemas inside it than are looked at");
		return EXTENSION_TOO_MANY;
	}
	for (; node; node = node->next) {
		if (node->value->type != JSON_OBJECT)
			continue;
		if (!check_localized(&check, schema, node))
			return EXTENSION_LOCALIZATION;
		enum extension misused = check_kind(&check, schema, node);
		if (misused != EXTENSION_NONE)
			return misused;
	}
	return EXTENSION_NONE;
}
