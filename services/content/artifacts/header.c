/* JSON Schema as a C header: a struct for each type's data.  What C has no type for stays JSON text. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "artifacts/artifacts.h"
#include "model/extensions.h"
#include "model/walk.h"

enum { HEADER_DEPTH_MAX = 8 };

struct writer {
	struct arena *arena;
	struct buf *buf;
	const struct artifact_type *type;
	size_t n_nodes;
};

/* How a value is declared: a member that may be missing says so. */
struct member {
	const struct json_value *node;
	const char *name;
	bool is_needed, is_in_locale; /* a value of one locale is not localized again */
	int depth;
};

static void write_member(struct writer *writer, const struct member *member);

/* ---- names ---- */

static bool
is_reserved(const char *name)
{
	static const char *const words[] = { "alignas", "alignof", "asm", "auto", "bool", "break", "case", "catch", "char", "class", "const", "constexpr", "continue", "default", "delete", "do",
		"double", "else", "enum", "errno", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "is_set", "long", "mutable", "namespace", "new",
		"nullptr", "operator", "other", "private", "protected", "public", "register", "requires", "restrict", "return", "short", "signed", "sizeof", "static", "stderr", "stdin", "stdout", "struct", "switch",
		"template", "this", "throw", "true", "try", "typedef", "typename", "typeof", "union", "unix", "unsigned", "using", "virtual", "void", "volatile", "while", "linux" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], name) == 0)
			return true;
	}
	return false;
}

/* homePage, home-page -> home_page */
static const char *
identifier_of(struct arena *arena, const char *name, size_t n)
{
	struct buf buf;

	buf_init(&buf, arena, 64);
	for (size_t i = 0; i < n && buf.len < 60; i++) {
		unsigned char c = (unsigned char)name[i];
		bool is_word = c < 0x80 && isalnum(c);
		if (i == 0 && !(is_word && !isdigit(c)))
			buf_add_text(&buf, "f_");
		if (i > 0 && is_word && isupper(c) && buf.bytes[buf.len - 1] != '_' && (islower((unsigned char)name[i - 1]) || isdigit((unsigned char)name[i - 1])))
			buf_add_char(&buf, '_');
		if (is_word)
			buf_add_char(&buf, (char)tolower(c));
		else if (buf.len == 0 || buf.bytes[buf.len - 1] != '_')
			buf_add_char(&buf, '_');
	}
	if (buf.len == 0)
		return "f_";
	const char *text = arena_strndup(arena, buf.bytes, buf.len);
	return is_reserved(text) ? arena_printf(arena, "%s_", text) : text;
}

/* Unlike the ones before it. */
static const char *
unlike(struct arena *arena, const char *name, const char *const *names, size_t n)
{
	const char *wanted = name;

	for (size_t i = 0, number = 2; i < n; i++) {
		if (strcmp(names[i], name) != 0)
			continue;
		name = arena_printf(arena, "%s_%zu", wanted, number++);
		i = (size_t)-1; /* from the beginning */
	}
	return name;
}

static void
indent(struct writer *writer, int depth)
{
	for (int i = 0; i < depth; i++)
		buf_add_char(writer->buf, '\t');
}

/* As a JSON text without what would end a comment. */
static void
add_comment(struct writer *writer, const char *name, size_t n)
{
	struct buf text;

	buf_init(&text, writer->arena, 64);
	buf_add_json_text(&text, name, n);
	buf_add_text(writer->buf, " /* ");
	for (size_t i = 0; i < text.len; i++) {
		bool is_end = text.bytes[i] == '/' && i > 0 && text.bytes[i - 1] == '*', is_start = text.bytes[i] == '*' && i > 0 && text.bytes[i - 1] == '/';
		if (is_end || is_start)
			buf_add_char(writer->buf, ' ');
		buf_add_char(writer->buf, text.bytes[i]);
	}
	buf_add_text(writer->buf, " */\n");
}

/* ---- what a schema is of ---- */

static bool
is_true(const struct json_value *value)
{
	return value && value->type == JSON_BOOL && value->boolean;
}

static bool
is_text(const struct json_value *value, const char *text)
{
	return value->type == JSON_TEXT && strcmp(value->text, text) == 0;
}

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

/* The one type that its values have beside null, or NULL. */
static const char *
type_of(const struct json_value *node, bool *ret_is_nullable)
{
	const struct json_value *type = json_get(node, "type");
	const char *name = NULL;

	*ret_is_nullable = false;
	if (!type)
		return json_get(node, "properties") ? "object" : NULL;
	if (type->type == JSON_TEXT)
		return type->text;
	for (uint32_t i = 0; type->type == JSON_LIST && i < type->n; i++) {
		bool is_null = is_text(&type->items[i], "null");
		*ret_is_nullable = *ret_is_nullable || is_null;
		if (!is_null && name)
			return NULL;
		if (!is_null && type->items[i].type == JSON_TEXT)
			name = type->items[i].text;
	}
	return name;
}

/* ---- declarations ---- */

static void
write_properties(struct writer *writer, const struct json_value *node, int depth)
{
	const struct json_value *properties = json_get(node, "properties"), *more = json_get(node, "additionalProperties");
	bool is_open = !more || more->type != JSON_BOOL || more->boolean;
	size_t n = properties && properties->type == JSON_OBJECT ? properties->n : 0;
	const char **names = ARENA_ARRAY(writer->arena, const char *, n + 1);

	for (size_t i = 0; i < n; i++) {
		const struct json_member *property = &properties->members[i];
		names[i] = unlike(writer->arena, identifier_of(writer->arena, property->name, property->n_name), names, i);
		indent(writer, depth);
		write_member(writer, &(struct member){ .node = &property->value, .name = names[i], .is_needed = is_required(node, property), .depth = depth });
		add_comment(writer, property->name, property->n_name);
	}
	if (is_open || n == 0) {
		indent(writer, depth);
		buf_add_text(writer->buf, is_open ? "struct wordclaw_json other; /* an object with the members that the schema does not name */\n" : "char other; /* it has no members */\n");
	}
}

static void
write_object(struct writer *writer, const struct json_value *node, const struct member *member)
{
	buf_add_text(writer->buf, "struct {\n");
	if (!member->is_needed) {
		indent(writer, member->depth + 1);
		buf_add_text(writer->buf, "bool is_set;\n");
	}
	write_properties(writer, node, member->depth + 1);
	indent(writer, member->depth);
	buf_printf(writer->buf, "} %s;", member->name);
}

static void
write_list(struct writer *writer, const struct json_value *node, const struct member *member)
{
	static const struct json_value anything = { .type = JSON_BOOL, .boolean = true };
	const struct json_value *items = json_get(node, "items");

	buf_add_text(writer->buf, "struct {\n");
	indent(writer, member->depth + 1);
	if (!member->is_needed)
		buf_add_text(writer->buf, "bool is_set;\n");
	if (!member->is_needed)
		indent(writer, member->depth + 1);
	buf_add_text(writer->buf, "size_t n;\n");
	indent(writer, member->depth + 1);
	write_member(writer, &(struct member){ .node = items ? items : &anything, .name = "*items", .is_needed = true, .depth = member->depth + 1 });
	buf_add_char(writer->buf, '\n');
	indent(writer, member->depth);
	buf_printf(writer->buf, "} %s;", member->name);
}

static void
write_locales(struct writer *writer, const struct json_value *node, const struct member *member)
{
	const struct json_value *locales = writer->type->locales;
	const char **names = ARENA_ARRAY(writer->arena, const char *, locales->n + 1);

	buf_add_text(writer->buf, "struct {\n");
	for (uint32_t i = 0; i < locales->n; i++) {
		const struct json_value *locale = &locales->items[i];
		names[i] = unlike(writer->arena, identifier_of(writer->arena, locale->text, locale->n), names, i);
		bool is_needed = member->is_needed && is_text(locale, writer->type->default_locale);
		indent(writer, member->depth + 1);
		write_member(writer, &(struct member){ .node = node, .name = names[i], .is_needed = is_needed, .is_in_locale = true, .depth = member->depth + 1 });
		buf_add_char(writer->buf, '\n');
	}
	indent(writer, member->depth);
	buf_printf(writer->buf, "} %s;", member->name);
}

static void
write_member(struct writer *writer, const struct member *member)
{
	const struct json_value *node = schema_deref(writer->type->schema, member->node);
	struct member wanted = *member;
	bool is_nullable = false;

	bool is_beyond = !node || node->type != JSON_OBJECT || member->depth > HEADER_DEPTH_MAX || ++writer->n_nodes > ARTIFACT_NODES_MAX;
	if (!is_beyond && !member->is_in_locale && writer->type->locales && is_true(json_get(node, KEY_LOCALIZED))) {
		write_locales(writer, node, member);
		return;
	}
	const char *type = is_beyond ? NULL : type_of(node, &is_nullable);
	wanted.is_needed = member->is_needed && !is_nullable;
	if (type && strcmp(type, "object") == 0 && json_get(node, "properties"))
		write_object(writer, node, &wanted);
	else if (type && strcmp(type, "array") == 0)
		write_list(writer, node, &wanted);
	else if (type && strcmp(type, "string") == 0)
		buf_printf(writer->buf, "const char *%s;", member->name);
	else if (type && strcmp(type, "integer") == 0)
		buf_printf(writer->buf, "%s %s;", wanted.is_needed ? "int64_t" : "struct wordclaw_integer", member->name);
	else if (type && strcmp(type, "number") == 0)
		buf_printf(writer->buf, "%s %s;", wanted.is_needed ? "double" : "struct wordclaw_number", member->name);
	else if (type && strcmp(type, "boolean") == 0)
		buf_printf(writer->buf, "%s %s;", wanted.is_needed ? "bool" : "struct wordclaw_boolean", member->name);
	else
		buf_printf(writer->buf, "struct wordclaw_json %s;", member->name);
}

/* ---- the file ---- */

static const char prelude[] =
    "#ifndef WORDCLAW_CONTENT_H\n#define WORDCLAW_CONTENT_H\n\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\n"
    "/* Texts are UTF-8 and end with a zero byte; one that is missing is NULL.  Of everything else that may be missing or null, is_set says whether it is there.\n"
    " * Behind each member is its name in JSON. */\n\n"
    "/* A value that C has no type for, as JSON text; NULL where there is none. */\n"
    "struct wordclaw_json {\n\tconst char *text;\n\tsize_t n;\n};\n\n"
    "struct wordclaw_number {\n\tbool is_set;\n\tdouble value;\n};\n\nstruct wordclaw_integer {\n\tbool is_set;\n\tint64_t value;\n};\n\n"
    "struct wordclaw_boolean {\n\tbool is_set, value;\n};\n\n"
    "/* A content type; WORDCLAW_MODELS lists them. */\n"
    "struct wordclaw_model {\n\tint32_t id;\n\tconst char *slug;\n\tbool is_singleton, is_localized;\n};\n\n";

static const char *
upper_of(struct arena *arena, const char *name)
{
	char *text = arena_strndup(arena, name, strlen(name));

	for (char *c = text; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return text;
}

void
artifact_header(struct buf *buf, struct arena *arena, const struct artifact_types *types)
{
	const char **names = ARENA_ARRAY(arena, const char *, types->n + 1);

	buf_add_text(buf, prelude);
	buf_printf(buf, "#define WORDCLAW_SCHEMA_HASH \"%s\"\n\n", types->hash);
	for (size_t i = 0; i < types->n; i++) {
		const struct artifact_type *type = &types->list[i];
		struct writer writer = { .arena = arena, .buf = buf, .type = type };
		names[i] = unlike(arena, arena_printf(arena, "%s_data", identifier_of(arena, type->slug, strlen(type->slug))), names, i);
		buf_printf(buf, "#define WORDCLAW_%s_TYPE_ID %" PRId64 "\n\n", upper_of(arena, names[i]), type->id);
		buf_printf(buf, "struct wordclaw_%s {\n", names[i]);
		const struct json_value *root = schema_deref(type->schema, type->schema);
		static const struct json_value nothing = { .type = JSON_OBJECT };
		write_properties(&writer, root && root->type == JSON_OBJECT ? root : &nothing, 1);
		buf_add_text(buf, "};\n\n");
	}
	buf_add_text(buf, "#define WORDCLAW_MODELS { \\\n");
	for (size_t i = 0; i < types->n; i++)
		buf_printf(buf, "\t{ %" PRId64 ", \"%s\", %s, %s }, \\\n", types->list[i].id, types->list[i].slug, types->list[i].is_singleton ? "true" : "false",
		    types->list[i].locales ? "true" : "false");
	buf_add_text(buf, "}\n\n#endif\n");
}
