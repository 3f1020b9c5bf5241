/* What references name: resources by URI, places in them by JSON pointer or anchor, dialects by $schema. */
#include <string.h>

#include "schema/internal.h"

#define URI_DRAFT_07 "http://json-schema.org/draft-07/schema"
#define URI_2020_12 "https://json-schema.org/draft/2020-12/schema"
#define URI_VOCABULARY "https://json-schema.org/draft/2020-12/vocab/"

enum { INDEX_DIGITS_MAX = 9 };

/* ---- dialects ---- */

struct schema_dialect
schema_dialect_default(const struct json_schema_options *options)
{
	switch (options->dialect) {
	case JSON_SCHEMA_DRAFT_07:
		return (struct schema_dialect){ DRAFT_07, VOCABULARY_ALL, URI_DRAFT_07 };
	case JSON_SCHEMA_2020_12:
		return (struct schema_dialect){ DRAFT_2020, VOCABULARY_ALL, URI_2020_12 };
	case JSON_SCHEMA_BY_KEYWORD:
		break;
	}
	return (struct schema_dialect){ DRAFT_MIXED, VOCABULARY_ALL, URI_2020_12 };
}

static bool
is_uri(const char *uri, const char *http)
{
	size_t n = strcspn(uri, "#");
	const char *rest = strstr(http, "://");
	bool has_fragment = uri[n] == '#' && uri[n + 1] != '\0';
	const char *own = strstr(uri, "://");

	if (has_fragment || !own || strncmp(uri, "http", 4) != 0)
		return false;
	return strlen(rest) == n - (size_t)(own - uri) && strncmp(own, rest, strlen(rest)) == 0;
}

static uint32_t
vocabulary_bit(const char *uri)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} names[] = {
		{ "core", VOCABULARY_CORE }, { "applicator", VOCABULARY_APPLICATOR },
		{ "unevaluated", VOCABULARY_UNEVALUATED }, { "validation", VOCABULARY_VALIDATION },
		{ "format-annotation", VOCABULARY_FORMAT }, { "format-assertion", VOCABULARY_FORMAT_ASSERTION },
		{ "content", VOCABULARY_OTHER }, { "meta-data", VOCABULARY_OTHER },
	};
	size_t n_prefix = strlen(URI_VOCABULARY);

	if (strncmp(uri, URI_VOCABULARY, n_prefix) != 0)
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(uri + n_prefix, names[i].name) == 0)
			return names[i].bit;
	}
	return 0;
}

static const struct json_value *
given_document(const struct schema_compiler *c, const char *uri)
{
	for (size_t i = 0; i < c->options->n_documents; i++) {
		const char *known = c->options->documents[i].uri;
		size_t n = strcspn(known, "#");
		if (strlen(uri) == n && strncmp(known, uri, n) == 0)
			return c->options->documents[i].value;
	}
	return NULL;
}

static bool
read_vocabularies(struct schema_compiler *c, const struct schema_place *place,
    const struct json_value *metaschema, uint32_t *ret)
{
	const struct json_value *list = json_get(metaschema, "$vocabulary");
	uint32_t bits = VOCABULARY_CORE;

	if (!list || list->type != JSON_OBJECT)
		return true;
	for (uint32_t i = 0; i < list->n; i++) {
		const struct json_member *member = &list->members[i];
		uint32_t bit = vocabulary_bit(member->name);
		bool is_required = member->value.type == JSON_BOOL && member->value.boolean;
		if (!bit && is_required)
			return schema_fail(c, place, "$schema", "unknown vocabulary '%.200s'", member->name);
		bits |= bit;
	}
	*ret = bits;
	return true;
}

bool
schema_dialect_find(struct schema_compiler *c, const struct schema_place *place, const char *uri,
    struct schema_dialect *ret_dialect)
{
	/* Draft-06 is draft-07 without if, then and else. */
	if (is_uri(uri, URI_DRAFT_07) || is_uri(uri, "http://json-schema.org/draft-06/schema")) {
		*ret_dialect = (struct schema_dialect){ DRAFT_07, VOCABULARY_ALL, URI_DRAFT_07 };
		return true;
	}
	*ret_dialect = (struct schema_dialect){ DRAFT_2020, VOCABULARY_ALL, URI_2020_12 };
	if (is_uri(uri, URI_2020_12))
		return true;
	char *bare = arena_strdup(c->arena, uri);
	(void)schema_uri_cut_fragment(c->arena, bare);
	const struct json_value *metaschema = given_document(c, bare);
	if (!metaschema)
		return schema_fail(c, place, "$schema", "unknown dialect '%.200s': known are %s# and %s", uri,
		    URI_DRAFT_07, URI_2020_12);
	ret_dialect->metaschema = bare;
	return read_vocabularies(c, place, metaschema, &ret_dialect->vocabularies);
}

/* ---- resources ---- */

static struct schema_resource *
known_resource(const struct schema_compiler *c, const char *uri)
{
	for (struct schema_resource *resource = c->resources; resource; resource = resource->next) {
		if (strcmp(resource->uri, uri) == 0)
			return schema_place_of(c, resource->root)->resource; /* its $id may have given it another name */
	}
	return NULL;
}

static const struct json_value *
builtin_document(struct schema_compiler *c, const char *uri)
{
	const char *text = schema_metaschema_text(uri, c->is_mixed);
	struct json_error error;
	return text ? json_parse(c->arena, text, strlen(text), NULL, &error) : NULL;
}

static struct schema_resource *
find_resource(struct schema_compiler *c, const struct schema_place *place, const char *keyword, const char *uri)
{
	struct schema_resource *resource = known_resource(c, uri);
	if (resource)
		return resource;

	const struct json_value *value = given_document(c, uri);
	struct schema_dialect dialect = schema_dialect_default(c->options);
	if (!value)
		value = builtin_document(c, uri);
	if (!value) {
		schema_fail(c, place, keyword, "cannot resolve '%.200s': no schema of that URI is known, "
		    "and nothing is fetched", uri);
		return NULL;
	}
	struct schema_place *root = schema_load(c, uri, value, uri, &dialect);
	return root ? root->resource : NULL;
}

/* ---- fragments ---- */

static bool
unescape_token(const char *token, size_t n_token, char *ret_name, size_t *ret_n)
{
	size_t n = 0;
	for (size_t i = 0; i < n_token; i++) {
		bool is_escape = token[i] == '~';
		if (is_escape && (i + 1 == n_token || (token[i + 1] != '0' && token[i + 1] != '1')))
			return false;
		ret_name[n++] = is_escape ? (token[++i] == '0' ? '~' : '/') : token[i];
	}
	*ret_n = n;
	return true;
}

static const struct json_value *
item_at(const struct json_value *list, const char *name, size_t n_name)
{
	uint32_t index = 0;
	if (n_name == 0 || n_name > INDEX_DIGITS_MAX || (name[0] == '0' && n_name > 1))
		return NULL;
	for (size_t i = 0; i < n_name; i++) {
		if (name[i] < '0' || name[i] > '9')
			return NULL;
		index = index * 10 + (uint32_t)(name[i] - '0');
	}
	return index < list->n ? &list->items[index] : NULL;
}

/* Follow a JSON pointer from the resource's root; embedded resources on the way change the base URI. */
static struct schema_place *
follow_pointer(struct schema_compiler *c, const struct schema_resource *resource, const char *pointer)
{
	const struct json_value *value = resource->root;
	struct schema_place *place = schema_place_of(c, value);
	struct schema_place *nearest = place;
	const char *after_nearest = pointer;
	char *name = arena_alloc(c->arena, strlen(pointer) + 1);

	for (const char *at = pointer; *at == '/';) {
		size_t n_token = strcspn(++at, "/");
		size_t n_name;
		if (!unescape_token(at, n_token, name, &n_name))
			return NULL;
		at += n_token;
		if (value->type == JSON_OBJECT)
			value = json_get_n(value, name, n_name);
		else
			value = value->type == JSON_LIST ? item_at(value, name, n_name) : NULL;
		if (!value)
			return NULL;
		place = schema_place_of(c, value);
		nearest = place ? place : nearest;
		after_nearest = place ? at : after_nearest;
	}
	bool is_schema = value->type == JSON_OBJECT || value->type == JSON_BOOL;
	if (place || !is_schema)
		return place;
	return schema_place_late(c, value, nearest, *after_nearest ? after_nearest + 1 : after_nearest);
}

static const struct schema_anchor *
find_anchor(const struct schema_resource *resource, const char *name)
{
	const struct schema_anchor *found = NULL;
	for (const struct schema_anchor *anchor = resource->anchors; anchor; anchor = anchor->next) {
		if (strcmp(anchor->name, name) == 0 && (!found || anchor->is_dynamic))
			found = anchor;
	}
	return found;
}

struct schema_place *
schema_resolve(struct schema_compiler *c, const struct schema_place *place, const char *keyword,
    const struct json_value *reference, const struct schema_anchor **ret_anchor)
{
	struct schema_place *target = NULL;

	*ret_anchor = NULL;
	if (!schema_expect(c, place, keyword, reference, JSON_TEXT))
		return NULL;
	char *uri = schema_uri_resolve(c->arena, place->resource->uri, reference->text);
	const char *fragment = schema_uri_cut_fragment(c->arena, uri);
	struct schema_resource *resource = find_resource(c, place, keyword, uri);
	if (!resource)
		return NULL;
	if (fragment[0] == '\0' || fragment[0] == '/') {
		target = follow_pointer(c, resource, fragment);
	} else {
		const struct schema_anchor *anchor = find_anchor(resource, fragment);
		target = anchor ? schema_place_of(c, anchor->value) : NULL;
		*ret_anchor = anchor && anchor->is_dynamic ? anchor : NULL;
	}
	if (!target)
		schema_fail(c, place, keyword, "'%.200s' names no schema", reference->text);
	return target;
}

/* ---- locations ---- */

static void
add_token(struct buf *buf, const char *token, size_t n)
{
	buf_add_char(buf, '/');
	for (size_t i = 0; i < n; i++) {
		if (token[i] == '~' || token[i] == '/')
			buf_add_text(buf, token[i] == '~' ? "~0" : "~1");
		else
			buf_add_char(buf, token[i]);
	}
}

static void
add_place_text(struct buf *buf, const struct schema_place *place)
{
	if (!place->outer) {
		buf_add_text(buf, place->document ? place->document : "");
		buf_add_char(buf, '#');
		return;
	}
	add_place_text(buf, place->outer);
	buf_add_char(buf, '/');
	buf_add_text(buf, place->keyword);
	if (place->token)
		add_token(buf, place->token, place->n_token);
	if (place->index >= 0) {
		buf_add_char(buf, '/');
		buf_add_int(buf, place->index);
	}
}

const char *
schema_place_text(struct arena *arena, const struct schema_place *place, const char *keyword)
{
	struct buf buf;
	buf_init(&buf, arena, 64);
	add_place_text(&buf, place);
	if (keyword) {
		buf_add_char(&buf, '/');
		buf_add_text(&buf, keyword);
	}
	return buf.bytes;
}
