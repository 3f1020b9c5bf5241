/* The manifest as a whole: objects of fields, and the sections that become the schema's own. */
#include "model/manifest.h"

#include <inttypes.h>
#include <string.h>

#include "model/compiler.h"

/* ---- what is wrong ---- */

static void
add_place(struct buf *buf, const struct place *place)
{
	if (!place->up)
		return; /* the root has no step */
	add_place(buf, place->up);
	buf_add_char(buf, '/');
	if (place->step)
		buf_add_text(buf, place->step);
	else
		buf_printf(buf, "%zu", place->number);
}

bool
compiler_fail(struct compiler *compiler, const struct place *place, const char *format, ...)
{
	struct buf path;
	va_list args;

	buf_init(&path, compiler->arena, 64);
	add_place(&path, place);
	if (path.len == 0)
		buf_add_char(&path, '/');
	va_start(args, format);
	*compiler->problem = (struct model_problem){ .path = path.bytes, .message = arena_vprintf(compiler->arena, format, args) };
	va_end(args);
	return false;
}

bool
compiler_text(struct compiler *compiler, const struct place *place, const struct json_value *from, const char *name, const char **ret)
{
	const struct json_value *value = json_get(from, name);

	*ret = NULL;
	if (!value || value->type == JSON_NULL)
		return true;
	if (value->type != JSON_TEXT)
		return compiler_fail(compiler, &(struct place){ place, name, 0 }, "must be text");
	*ret = value->text;
	return true;
}

bool
compiler_flag(struct compiler *compiler, const struct place *place, const struct json_value *from, const char *name, bool *ret)
{
	const struct json_value *value = json_get(from, name);

	*ret = value && value->type == JSON_BOOL && value->boolean;
	if (value && value->type != JSON_BOOL && value->type != JSON_NULL)
		return compiler_fail(compiler, &(struct place){ place, name, 0 }, "must be true or false");
	return true;
}

bool
compiler_count(struct compiler *compiler, const struct place *place, const struct json_value *from, const char *name, const int64_t **ret)
{
	const struct json_value *value = json_get(from, name);

	*ret = NULL;
	if (!value || value->type == JSON_NULL)
		return true;
	if (value->type != JSON_INT || value->integer < 0)
		return compiler_fail(compiler, &(struct place){ place, name, 0 }, "must be an integer of at least 0");
	*ret = &value->integer;
	return true;
}

bool
compiler_name(struct compiler *compiler, const struct place *place, const struct json_value *from, const char *name, const char **ret)
{
	struct place here = { place, name, 0 };
	const char *text = NULL;

	if (!compiler_text(compiler, place, from, name, &text))
		return false;
	const char *start = text ? text : "";
	while (*start && strchr(" \t\r\n", *start))
		start++;
	size_t n = strlen(start);
	while (n > 0 && strchr(" \t\r\n", start[n - 1]))
		n--;
	if (n == 0)
		return compiler_fail(compiler, &here, "must be a text that is not empty");
	if (n > FIELD_NAME_BYTES_MAX)
		return compiler_fail(compiler, &here, "must have at most %d bytes", FIELD_NAME_BYTES_MAX);
	*ret = arena_strndup(compiler->arena, start, n);
	return true;
}

void
compiler_add(struct compiler *compiler, const char *name, const struct json_value *value)
{
	buf_printf(&compiler->out, ",\"%s\":", name);
	json_write(&compiler->out, value);
}

void
compiler_add_text(struct compiler *compiler, const char *name, const char *text)
{
	if (!text)
		return;
	buf_printf(&compiler->out, ",\"%s\":", name);
	buf_add_json_text(&compiler->out, text, strlen(text));
}

/* ---- objects ---- */

/* The fields of one object by name: a name may come once. */
struct names {
	const char *list[FIELDS_MAX + 1];
	bool is_required[FIELDS_MAX + 1];
	size_t n;
};

static bool
add_name(struct compiler *compiler, const struct place *place, struct names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++) {
		if (strcmp(names->list[i], name) == 0)
			return compiler_fail(compiler, place, "the name '%s' is taken by another field of the same object", name);
	}
	names->list[names->n++] = name;
	return true;
}

static bool
add_field(struct compiler *compiler, const struct place *fields, size_t number, const struct json_value *field, struct names *names)
{
	struct place by_number = { fields, NULL, number };
	const char *name = NULL;
	bool is_required = false;

	if (field->type != JSON_OBJECT)
		return compiler_fail(compiler, &by_number, "must be an object such as {\"name\":\"title\",\"type\":\"text\"}");
	if (!compiler_name(compiler, &by_number, field, "name", &name))
		return false;
	struct place place = { fields, name, 0 };
	if (!add_name(compiler, &place, names, name) || !compiler_flag(compiler, &place, field, "required", &is_required))
		return false;
	names->is_required[names->n - 1] = is_required;
	if (names->n > 1)
		buf_add_char(&compiler->out, ',');
	buf_add_json_text(&compiler->out, name, strlen(name));
	buf_add_text(&compiler->out, ":{");
	if (!compiler_field(compiler, &place, field))
		return false;
	buf_add_char(&compiler->out, '}');
	return true;
}

static void
add_required(struct compiler *compiler, const struct names *names)
{
	bool is_first = true;

	for (size_t i = 0; i < names->n; i++) {
		if (!names->is_required[i])
			continue;
		buf_add_text(&compiler->out, is_first ? ",\"required\":[" : ",");
		buf_add_json_text(&compiler->out, names->list[i], strlen(names->list[i]));
		is_first = false;
	}
	if (!is_first)
		buf_add_char(&compiler->out, ']');
}

static void
add_block_type(struct compiler *compiler, const char *block, struct names *names)
{
	buf_add_text(&compiler->out, "\"blockType\":{\"type\":\"string\",\"const\":");
	buf_add_json_text(&compiler->out, block, strlen(block));
	buf_add_char(&compiler->out, '}');
	names->list[0] = "blockType";
	names->is_required[0] = true;
	names->n = 1;
}

bool
compiler_object(struct compiler *compiler, const struct place *place, const struct json_value *from, const char *block)
{
	struct place here = { place, "fields", 0 };
	struct names *names = ARENA_NEW(compiler->arena, struct names);
	const struct json_value *fields = json_get(from, "fields");

	if (!fields || fields->type != JSON_LIST || fields->n == 0)
		return compiler_fail(compiler, &here, "must be a list of at least one field");
	if (fields->n > FIELDS_MAX)
		return compiler_fail(compiler, &here, "must have at most %d fields", FIELDS_MAX);
	if (arena_is_exhausted(compiler->arena))
		return compiler_fail(compiler, &here, "the manifest takes too much memory to compile");
	buf_add_text(&compiler->out, ",\"additionalProperties\":false,\"properties\":{");
	if (block)
		add_block_type(compiler, block, names);
	for (uint32_t i = 0; i < fields->n; i++) {
		if (!add_field(compiler, &here, i, &fields->items[i], names))
			return false;
	}
	buf_add_char(&compiler->out, '}');
	add_required(compiler, names);
	return true;
}

/* ---- the whole ---- */

static bool
add_sections(struct compiler *compiler, const struct place *root, const struct json_value *manifest)
{
	static const struct { const char *section, *keyword; } sections[] = { { "localization", "x-wordclaw-localization" },
		{ "publicWrite", "x-wordclaw-public-write" }, { "lifecycle", "x-wordclaw-lifecycle" }, { "preview", "x-wordclaw-preview" } };

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		const struct json_value *section = json_get(manifest, sections[i].section);
		if (!section || section->type == JSON_NULL)
			continue;
		if (section->type != JSON_OBJECT)
			return compiler_fail(compiler, &(struct place){ root, sections[i].section, 0 }, "must be an object");
		compiler_add(compiler, sections[i].keyword, section);
	}
	return true;
}

static bool
add_root(struct compiler *compiler, const struct place *root, const struct json_value *manifest)
{
	const char *title = NULL, *description = NULL;
	const int64_t *version = NULL;

	if (!compiler_text(compiler, root, manifest, "title", &title) || !compiler_text(compiler, root, manifest, "description", &description)
	    || !compiler_count(compiler, root, manifest, "version", &version))
		return false;
	if (version && *version < 1)
		return compiler_fail(compiler, &(struct place){ root, "version", 0 }, "must be an integer of at least 1");
	buf_add_text(&compiler->out, "{\"type\":\"object\"");
	compiler_add_text(compiler, "title", title);
	compiler_add_text(compiler, "description", description);
	if (!compiler_object(compiler, root, manifest, NULL) || !add_sections(compiler, root, manifest))
		return false;
	buf_printf(&compiler->out, ",\"x-wordclaw-schema-manifest\":{\"version\":%" PRId64 "}}", version ? *version : 1);
	return true;
}

bool
manifest_compile(struct arena *arena, const struct json_value *manifest, struct buf *schema, struct model_problem *ret_problem)
{
	struct compiler compiler = { .arena = arena, .problem = ret_problem };
	struct place root = { NULL, NULL, 0 };
	struct json_error error;

	buf_init(&compiler.out, arena, 4096);
	if (!add_root(&compiler, &root, manifest))
		return false;
	const struct json_value *value = json_parse(arena, compiler.out.bytes, compiler.out.len, NULL, &error);
	if (!value) /* a name that JSON takes and we take is good, so this is depth */
		return compiler_fail(&compiler, &(struct place){ &root, "fields", 0 }, "the schema would not be one: %s", error.message);
	json_write_pretty(schema, value);
	return true;
}
