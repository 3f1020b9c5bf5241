/* What a browser's form sends, texts alone, as values of the form's fields. */
#include <string.h>

#include "page/page.h"
#include "rules.h"

static const struct json_value *
parse(struct request *req, struct doc text)
{
	struct json_error wrong;

	return json_parse(req->arena, text.json, text.len, NULL, &wrong);
}

static const char *
text_of(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);

	return value && value->type == JSON_TEXT ? value->text : "";
}

static const struct json_value *
find_field(const struct json_value *fields, const char *name)
{
	for (size_t i = 0; i < fields->n; i++) {
		if (strcmp(text_of(&fields->items[i], "name"), name) == 0)
			return &fields->items[i];
	}
	return NULL;
}

/* Browsers end lines with CR LF; content keeps the LF. */
static struct json_value
plain_text(struct request *req, const struct json_value *value)
{
	char *text = arena_alloc(req->arena, value->n + 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < value->n; i++) {
		if (value->text[i] != '\r' || value->text[i + 1] != '\n')
			text[n++] = value->text[i];
	}
	return (struct json_value){ .type = JSON_TEXT, .n = n, .text = text };
}

/* Tokens of files, which have no comma in them. */
static struct json_value
list_of_texts(struct request *req, const struct json_value *value)
{
	struct json_value *items = ARENA_ARRAY(req->arena, struct json_value, value->n + 1);
	size_t n = 0;

	for (const char *at = value->text; *at; at += strspn(at, ",")) {
		size_t n_text = strcspn(at, ",");
		items[n++] = (struct json_value){ .type = JSON_TEXT, .n = (uint32_t)n_text, .text = arena_strndup(req->arena, at, n_text) };
		at += n_text;
	}
	return (struct json_value){ .type = JSON_LIST, .n = (uint32_t)n, .items = items };
}

/* A number that is none stays a text, which the form then refuses by name. */
static struct json_value
converted(struct request *req, const struct json_value *field, const struct json_value *value)
{
	const char *kind = field ? text_of(field, "type") : "text";

	if (strcmp(kind, "checkbox") == 0)
		return (struct json_value){ .type = JSON_BOOL, .boolean = true };
	if (strcmp(kind, "number") == 0) {
		const struct json_value *number = parse(req, (struct doc){ value->text, value->n });
		if (number && (number->type == JSON_INT || number->type == JSON_REAL))
			return *number;
	}
	if (strcmp(kind, "asset-list") == 0)
		return list_of_texts(req, value);
	return plain_text(req, value);
}

static void
add(struct json_value *object, struct json_member *members, const char *name, size_t n_name, struct json_value value)
{
	members[object->n++] = (struct json_member){ .name = name, .n_name = (uint32_t)n_name, .value = value };
}

/* A box that is not ticked is not sent: it is there, and false, where the form shows it. */
static void
add_unticked(const struct json_value *fields, struct json_value *data, struct json_member *members)
{
	for (size_t turn = 0; turn < fields->n; turn++) {
		uint32_t n_before = data->n;
		for (size_t i = 0; i < fields->n; i++) {
			const struct json_value *field = &fields->items[i], *name = json_get(field, "name");
			if (strcmp(text_of(field, "type"), "checkbox") == 0 && !json_get(data, name->text) && condition_is_met(field, data))
				add(data, members, name->text, name->n, (struct json_value){ .type = JSON_BOOL, .boolean = false });
		}
		if (data->n == n_before)
			return;
	}
}

struct doc
page_read_sent(struct request *req, const struct form_row *form, struct doc sent)
{
	const struct json_value *fields = parse(req, form->fields), *texts = parse(req, sent);
	struct json_member *members = ARENA_ARRAY(req->arena, struct json_member, texts->n + fields->n + 1);
	struct json_value data = { .type = JSON_OBJECT, .n = 0, .members = members };
	struct buf out;

	for (size_t i = 0; i < texts->n; i++) {
		const struct json_member *member = &texts->members[i];
		if (member->value.type == JSON_TEXT && member->value.n > 0)
			add(&data, members, member->name, member->n_name, converted(req, find_field(fields, member->name), &member->value));
	}
	add_unticked(fields, &data, members);
	buf_init(&out, req->arena, sent.len + 64);
	json_write(&out, &data);
	return (struct doc){ out.bytes, out.len };
}
