/* Texts of a field: one, or one for each language. */
#include <string.h>

#include "rules.h"

enum { LANGUAGES_MAX = 50, FIELD_TEXT_BYTES_MAX = 2000 };

static bool
is_text(const struct json_value *value)
{
	return value->type == JSON_TEXT && value->n > 0 && value->n <= FIELD_TEXT_BYTES_MAX;
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "de", "pt-BR": subtags of RFC 5646 by their looks, the first of letters. */
static bool
is_language(const char *tag)
{
	size_t n = 0, n_subtags = 0;

	for (; *tag; tag++) {
		if (*tag == '-') {
			if (n == 0)
				return false;
			n = 0;
			n_subtags++;
			continue;
		}
		if (!is_alpha(*tag) && (n_subtags == 0 || *tag < '0' || *tag > '9'))
			return false;
		if (++n > 8)
			return false;
	}
	return n > 0 && (n_subtags > 0 || n > 1) && n_subtags < 5;
}

bool
label_is_valid(const struct json_value *label)
{
	if (label->type != JSON_OBJECT)
		return is_text(label);
	for (size_t i = 0; i < label->n; i++) {
		if (!is_language(label->members[i].name) || !is_text(&label->members[i].value))
			return false;
	}
	return label->n > 0 && label->n <= LANGUAGES_MAX;
}

/* Language tags are compared without regard to case. */
static const char *
find(const struct json_value *label, const char *locale, size_t n)
{
	for (size_t i = 0; i < label->n; i++) {
		const struct json_member *member = &label->members[i];
		if (member->n_name == n && strncasecmp(member->name, locale, n) == 0)
			return member->value.text;
	}
	return NULL;
}

const char *
label_in(const struct json_value *label, const char *locale)
{
	const char *text = NULL;

	if (!label || (label->type != JSON_TEXT && label->type != JSON_OBJECT))
		return NULL;
	if (label->type == JSON_TEXT)
		return label->text;
	/* de-AT-1996 falls back to de-AT, that to de. */
	for (size_t n = locale ? strlen(locale) : 0; !text && n > 0;) {
		text = find(label, locale, n);
		while (n > 0 && locale[--n] != '-')
			;
	}
	if (!text)
		text = find(label, "en", 2);
	return text ? text : label->members[0].value.text;
}

/* ---- a form's fields in one language ---- */

static bool
is_label(const char *name)
{
	return strcmp(name, "label") == 0 || strcmp(name, "description") == 0 || strcmp(name, "placeholder") == 0;
}

/* An object whose labels are texts from now on, and so are those of the options in it. */
static void
write_in(struct buf *out, const struct json_value *object, const char *locale)
{
	buf_add_char(out, '{');
	for (size_t i = 0; i < object->n; i++) {
		const struct json_member *member = &object->members[i];
		const char *text = is_label(member->name) ? label_in(&member->value, locale) : NULL;
		if (i > 0)
			buf_add_char(out, ',');
		buf_add_json_text(out, member->name, member->n_name);
		buf_add_char(out, ':');
		if (text)
			buf_add_json_text(out, text, strlen(text));
		else
			json_write(out, &member->value);
	}
}

static void
write_options(struct buf *out, const struct json_value *options, const char *locale)
{
	buf_add_text(out, ",\"options\":[");
	for (size_t i = 0; i < options->n; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		write_in(out, &options->items[i], locale);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

/* A field without its options, which follow in their language. */
static void
write_field(struct request *req, struct buf *out, const struct json_value *field, const char *locale)
{
	const struct json_value *options = json_get(field, "options");
	struct json_member *members = ARENA_ARRAY(req->arena, struct json_member, field->n + 1);
	struct json_value rest = { .type = JSON_OBJECT, .n = 0 };

	for (size_t i = 0; i < field->n; i++) {
		if (&field->members[i].value != options)
			members[rest.n++] = field->members[i];
	}
	rest.members = members;
	write_in(out, &rest, locale);
	if (options)
		write_options(out, options, locale);
	buf_add_char(out, '}');
}

struct doc
labels_resolved(struct request *req, struct doc fields, const char *locale)
{
	struct json_error wrong;
	const struct json_value *list = json_parse(req->arena, fields.json, fields.len, NULL, &wrong);
	struct buf out;

	if (!list || list->type != JSON_LIST)
		return fields;
	buf_init(&out, req->arena, fields.len + 1);
	buf_add_char(&out, '[');
	for (size_t i = 0; i < list->n; i++) {
		if (i > 0)
			buf_add_char(&out, ',');
		write_field(req, &out, &list->items[i], locale);
	}
	buf_add_char(&out, ']');
	return (struct doc){ out.bytes, out.len };
}
