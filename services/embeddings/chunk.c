/* An item's data as texts to be searched.  Values in, texts out. */
#include "chunk.h"

#include <ctype.h>
#include <string.h>

#include "secret.h"
#include "utf8.h"

enum { LABEL_BYTES_MAX = 400, REFERENCES_MAX = 8 };

struct walk {
	struct arena *arena;
	const struct json_value *root; /* of the schema; or NULL */
	const char *locale;            /* NULL: not localised */
	struct buf *out;
	size_t n_localised;            /* values found in the locale */
};

/* ---- schemas ---- */

static const struct json_value *
member(const struct json_value *object, const char *name)
{
	return object && object->type == JSON_OBJECT ? json_get(object, name) : NULL;
}

static const char *
text_member(const struct json_value *object, const char *name)
{
	const struct json_value *value = member(object, name);

	return value && value->type == JSON_TEXT ? value->text : NULL;
}

static bool
is_set(const struct json_value *object, const char *name, bool wanted)
{
	const struct json_value *value = member(object, name);

	return value && value->type == JSON_BOOL && value->boolean == wanted;
}

/* What a local "$ref" leads to; node itself when it has none. */
static const struct json_value *
resolve(const struct walk *walk, const struct json_value *node)
{
	for (int i = 0; i < REFERENCES_MAX; i++) {
		const char *at = text_member(node, "$ref");
		if (!at || at[0] != '#')
			return node;
		node = walk->root;
		for (at++; node && *at == '/';) {
			size_t n = strcspn(at + 1, "/");
			node = node->type == JSON_OBJECT ? json_get_n(node, at + 1, n) : NULL;
			at += n + 1;
		}
	}
	return NULL;
}

/* Whether what a branch holds constant is so in the value. */
static bool
fits(const struct walk *walk, const struct json_value *branch, const struct json_value *value)
{
	const struct json_value *properties = member(resolve(walk, branch), "properties");

	for (uint32_t i = 0; properties && properties->type == JSON_OBJECT && i < properties->n; i++) {
		const struct json_value *constant = member(&properties->members[i].value, "const");
		const struct json_value *own = constant ? member(value, properties->members[i].name) : NULL;
		if (constant && !(own && json_equal(constant, own)))
			return false;
	}
	return true;
}

/* The schema that describes a value: through references, and of alternatives the first that fits. */
static const struct json_value *
schema_of(const struct walk *walk, const struct json_value *node, const struct json_value *value)
{
	static const char *const alternatives[] = { "oneOf", "anyOf" };

	node = resolve(walk, node);
	for (size_t i = 0; i < 2; i++) {
		const struct json_value *branches = member(node, alternatives[i]);
		for (uint32_t j = 0; branches && branches->type == JSON_LIST && j < branches->n; j++) {
			if (value->type == JSON_OBJECT && fits(walk, &branches->items[j], value))
				return resolve(walk, &branches->items[j]);
		}
	}
	return node;
}

static const struct json_value *
property_of(const struct walk *walk, const struct json_value *node, const char *name)
{
	const struct json_value *own = member(member(node, "properties"), name), *all = member(node, "allOf");

	for (uint32_t i = 0; !own && all && all->type == JSON_LIST && i < all->n; i++)
		own = member(member(resolve(walk, &all->items[i]), "properties"), name);
	return resolve(walk, own);
}

static bool
is_left_out(const struct json_value *node)
{
	const char *kind = text_member(node, "x-wordclaw-field-kind"), *format = text_member(node, "format");

	return kind || member(node, "const") || is_set(node, "x-wordclaw-search", false)
	    || (format && (strncmp(format, "uri", 3) == 0 || strcmp(format, "uuid") == 0));
}

static bool
is_for_everybody(const struct json_value *node)
{
	return !is_set(node, "premium", true);
}

/* ---- labels ---- */

/* "readTimeMinutes" and "read_time_minutes" are "Read time minutes". */
static const char *
spelt_out(struct arena *arena, const char *name)
{
	struct buf out;

	buf_init(&out, arena, 2 * strlen(name) + 1);
	for (const char *at = name; *at; at++) {
		unsigned char c = (unsigned char)*at;
		bool is_new = at > name && isupper(c) && islower((unsigned char)at[-1]);
		if (is_new)
			buf_add_char(&out, ' ');
		buf_add_char(&out, c == '_' || c == '-' ? ' ' : at == name ? (char)toupper(c) : is_new ? (char)tolower(c) : *at);
	}
	return out.bytes;
}

static const char *
label_of(struct arena *arena, const struct json_value *node, const char *parent, const char *name)
{
	const char *title = text_member(node, "title"), *own = title && *title ? title : spelt_out(arena, name);

	return parent && strlen(parent) < LABEL_BYTES_MAX ? arena_printf(arena, "%s / %s", parent, own) : own;
}

/* ---- values ---- */

static void
add_trimmed(struct buf *out, const char *text, size_t n)
{
	while (n > 0 && isspace((unsigned char)text[0]))
		text++, n--;
	while (n > 0 && isspace((unsigned char)text[n - 1]))
		n--;
	buf_add(out, text, n);
}

/* Nothing for null, false, 0 and "". */
static void
add_scalar(struct buf *out, const struct json_value *value)
{
	switch (value->type) {
	case JSON_TEXT:
		add_trimmed(out, value->text, value->n);
		return;
	case JSON_INT:
	case JSON_REAL:
		if (value->type == JSON_REAL || value->integer != 0)
			json_write(out, value);
		return;
	case JSON_BOOL:
		if (value->boolean)
			buf_add_text(out, "true");
		return;
	case JSON_NULL:
	case JSON_LIST:
	case JSON_OBJECT:
		return;
	}
}

static void
add_line(struct walk *walk, const char *label, const char *text, size_t n)
{
	if (n == 0)
		return;
	buf_add_text(walk->out, label);
	buf_add_text(walk->out, ": ");
	buf_add(walk->out, text, n);
	buf_add_char(walk->out, '\n');
}

static void walk_value(struct walk *walk, const struct json_value *node, const struct json_value *value, const char *label);

static void
walk_object(struct walk *walk, const struct json_value *node, const struct json_value *value, const char *label)
{
	for (uint32_t i = 0; i < value->n; i++) {
		const struct json_member *one = &value->members[i];
		const struct json_value *schema = property_of(walk, node, one->name);
		if (is_left_out(schema))
			continue;
		walk_value(walk, schema, &one->value, label_of(walk->arena, schema, label, one->name));
	}
}

/* Scalars on one line; of objects, each like an object of its own, under its alternative's title. */
static void
walk_list(struct walk *walk, const struct json_value *node, const struct json_value *list, const char *label)
{
	const struct json_value *items = resolve(walk, member(node, "items"));
	struct buf line;

	buf_init(&line, walk->arena, 128);
	for (uint32_t i = 0; i < list->n; i++) {
		const struct json_value *item = &list->items[i];
		if (item->type == JSON_OBJECT || item->type == JSON_LIST) {
			const struct json_value *schema = schema_of(walk, items, item);
			const char *title = schema != items ? text_member(schema, "title") : NULL;
			if (!is_left_out(schema))
				walk_value(walk, schema, item, title && *title ? title : label);
			continue;
		}
		size_t before = line.len;
		if (before > 0)
			buf_add_text(&line, ", ");
		size_t begun = line.len;
		add_scalar(&line, item);
		if (line.len == begun)
			line.len = before;
	}
	add_line(walk, label, line.bytes, line.len);
}

static void
walk_value(struct walk *walk, const struct json_value *node, const struct json_value *value, const char *label)
{
	struct buf text;

	if (walk->locale && is_set(node, "x-wordclaw-localized", true)) {
		value = member(value, walk->locale);
		if (!value)
			return;
		walk->n_localised++;
	}
	node = schema_of(walk, node, value);
	if (value->type == JSON_OBJECT) {
		walk_object(walk, node, value, label);
		return;
	}
	if (value->type == JSON_LIST) {
		walk_list(walk, node, value, label);
		return;
	}
	buf_init(&text, walk->arena, value->type == JSON_TEXT ? value->n + 1 : 32);
	add_scalar(&text, value);
	add_line(walk, label, text.bytes, text.len);
}

/* ---- cutting ---- */

/* Bytes from `at` that hold n units at most, never part of a character. */
static size_t
bytes_of_units(const char *text, size_t n_bytes, size_t n_units)
{
	size_t at = 0, units = 0;

	while (at < n_bytes) {
		size_t n = utf8_sequence(text + at, n_bytes - at);
		size_t own = n == 4 ? 2 : 1;
		if (n == 0 || units + own > n_units)
			break;
		at += n;
		units += own;
	}
	return at;
}

static bool
ends_sentence(char c)
{
	return c == '.' || c == '!' || c == '?';
}

/* Where the first chunk of a text that is too long ends: after a line or sentence, else after a word, else anywhere. */
static size_t
cut_of(const char *text, size_t n_bytes)
{
	size_t last = bytes_of_units(text, n_bytes, CHUNK_UNITS_MAX), first = bytes_of_units(text, last, CHUNK_UNITS_MIN), word = 0;

	for (size_t i = last; i > first; i--) {
		if (text[i - 1] == '\n' || (text[i - 1] == ' ' && i >= 2 && ends_sentence(text[i - 2])))
			return i;
		if (text[i - 1] == ' ' && word == 0)
			word = i;
	}
	return word ? word : last;
}

/* Where the next chunk begins: some words before the cut, so that a sentence across it is found. */
static size_t
overlap_of(const char *text, size_t cut)
{
	size_t at = cut, units = 0;

	while (at > 0 && units < CHUNK_OVERLAP_UNITS) {
		do
			at--;
		while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80);
		units += (unsigned char)text[at] >= 0xf0 ? 2 : 1;
	}
	while (at < cut && text[at] != ' ' && text[at] != '\n')
		at++;
	return at < cut ? at + 1 : cut;
}

static void
add_chunk(struct chunk_list *chunks, struct arena *arena, const char *text, size_t n, const char *locale)
{
	unsigned char digest[SHA256_BYTES];
	static const char digits[] = "0123456789abcdef";

	while (n > 0 && isspace((unsigned char)text[n - 1]))
		n--;
	if (n == 0 || chunks->n == CHUNKS_MAX)
		return;
	struct chunk *chunk = &chunks->list[chunks->n++];
	*chunk = (struct chunk){ .text = arena_strndup(arena, text, n), .n = n, .locale = locale };
	sha256(digest, text, n);
	for (size_t i = 0; i < CHUNK_HASH_BYTES / 2; i++) {
		chunk->hash[2 * i] = digits[digest[i] >> 4];
		chunk->hash[2 * i + 1] = digits[digest[i] & 15];
	}
}

static void
cut_text(struct chunk_list *chunks, struct arena *arena, const char *text, size_t n, const char *locale)
{
	size_t fresh = 0; /* bytes at the front that the chunk before has too */

	while (chunks->n < CHUNKS_MAX) {
		while (n > 0 && isspace((unsigned char)text[0])) {
			text++, n--;
			fresh -= fresh > 0;
		}
		if (bytes_of_units(text, n, CHUNK_UNITS_MAX) >= n)
			break;
		size_t cut = cut_of(text, n), next = overlap_of(text, cut);
		add_chunk(chunks, arena, text, cut, locale);
		fresh = cut - next;
		text += next;
		n -= next;
	}
	if (n > fresh)
		add_chunk(chunks, arena, text, n, locale);
}

/* ---- the whole ---- */

static void
walk_item(struct walk *walk, const struct json_value *data)
{
	const struct json_value *node = schema_of(walk, walk->root, data);

	for (uint32_t i = 0; data->type == JSON_OBJECT && i < data->n; i++) {
		const struct json_member *one = &data->members[i];
		const struct json_value *schema = property_of(walk, node, one->name);
		if (is_left_out(schema) || !is_for_everybody(schema) || strcmp(one->name, "id") == 0 || strcmp(one->name, "slug") == 0)
			continue;
		size_t before = walk->out->len;
		walk_value(walk, schema, &one->value, label_of(walk->arena, schema, NULL, one->name));
		if (walk->out->len > before)
			buf_add_char(walk->out, '\n');
	}
}

struct chunk_list
chunks_make(struct arena *arena, const struct json_value *schema, const struct json_value *data)
{
	const struct json_value *localization = member(schema, "x-wordclaw-localization"), *locales = member(localization, "supportedLocales");
	struct chunk_list chunks = { .list = ARENA_ARRAY(arena, struct chunk, CHUNKS_MAX) };
	bool is_localised = locales && locales->type == JSON_LIST && locales->n > 0 && !is_set(localization, "enabled", false);
	size_t n_texts = is_localised ? locales->n : 1;

	for (size_t i = 0; i < n_texts; i++) {
		const char *locale = is_localised && locales->items[i].type == JSON_TEXT ? locales->items[i].text : NULL;
		struct buf out;
		buf_init(&out, arena, data->end - data->start + 256);
		struct walk walk = { .arena = arena, .root = schema, .locale = locale, .out = &out };
		walk_item(&walk, data);
		if (!locale || walk.n_localised > 0)
			cut_text(&chunks, arena, out.bytes, out.len, locale);
	}
	return chunks;
}

void
chunk_values(struct buf *out, const char *text, size_t n)
{
	for (size_t at = 0; at < n;) {
		const char *line = text + at, *end = memchr(line, '\n', n - at);
		size_t n_line = end ? (size_t)(end - line) + 1 : n - at;
		const char *colon = memmem(line, n_line < LABEL_BYTES_MAX ? n_line : LABEL_BYTES_MAX, ": ", 2);
		size_t n_label = colon ? (size_t)(colon - line) + 2 : 0;
		buf_add(out, line + n_label, n_line - n_label);
		at += n_line;
	}
}

void
chunks_public_data(struct buf *out, const struct json_value *schema, const struct json_value *data)
{
	const struct walk walk = { .root = schema };
	bool is_first = true;

	buf_add_char(out, '{');
	for (uint32_t i = 0; data->type == JSON_OBJECT && i < data->n; i++) {
		const struct json_member *one = &data->members[i];
		if (!is_for_everybody(property_of(&walk, resolve(&walk, schema), one->name)))
			continue;
		if (!is_first)
			buf_add_char(out, ',');
		is_first = false;
		buf_add_json_text(out, one->name, one->n_name);
		buf_add_char(out, ':');
		json_write(out, &one->value);
	}
	buf_add_char(out, '}');
}

/* A localised title: the default locale's, else any. */
static const char *
title_in(struct arena *arena, const struct json_value *schema, const struct json_value *value)
{
	const char *locale = text_member(member(schema, "x-wordclaw-localization"), "defaultLocale");
	const struct json_value *own = value && value->type == JSON_OBJECT && locale ? member(value, locale) : value;

	if (!own || own->type != JSON_TEXT || own->n == 0)
		return NULL;
	size_t n = bytes_of_units(own->text, own->n < CHUNK_TITLE_BYTES_MAX ? own->n : CHUNK_TITLE_BYTES_MAX, CHUNK_TITLE_BYTES_MAX);
	return arena_strndup(arena, own->text, n);
}

const char *
chunks_title(struct arena *arena, const struct json_value *schema, const struct json_value *data)
{
	const char *preview = text_member(member(schema, "x-wordclaw-preview"), "titleField");
	const char *const names[] = { preview ? preview : "title", "title", "name", "headline" };
	const struct walk walk = { .root = schema };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *title = is_for_everybody(property_of(&walk, schema, names[i])) ? title_in(arena, schema, member(data, names[i])) : NULL;
		if (title)
			return title;
	}
	for (uint32_t i = 0; data->type == JSON_OBJECT && i < data->n; i++) {
		const struct json_value *node = property_of(&walk, schema, data->members[i].name);
		const char *title = is_for_everybody(node) && !is_left_out(node) ? title_in(arena, schema, &data->members[i].value) : NULL;
		if (title)
			return title;
	}
	return NULL;
}
