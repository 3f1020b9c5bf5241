/* Arguments out of texts. */
#include "mcp/tools/arguments.h"

#include <ctype.h>
#include <string.h>

#include "rest/template.h"

enum { PLACE_BYTES_MAX = 64 };

void
arguments_begin(struct arguments *arguments, struct arena *arena, const struct operation *operation, const char *fixed)
{
	arguments->operation = operation;
	buf_init(&arguments->json, arena, 256);
	size_t n = fixed ? strlen(fixed) : 0;
	if (n > 0)
		buf_add(&arguments->json, fixed, n - 1);
	else
		buf_add_char(&arguments->json, '{');
}

static bool
is_scalar(const struct shape_field *field, const char *text)
{
	if (field->type == SHAPE_BOOL)
		return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
	size_t n = strspn(text, "0123456789");
	return field->type == SHAPE_INT && n > 0 && n <= 18 && text[n] == '\0' && (text[0] != '0' || n == 1);
}

void
arguments_add(struct arguments *arguments, const char *name, const char *text)
{
	const struct shape_field *field = shape_find(arguments->operation->request, name);

	json_key(&arguments->json, name);
	if (field && is_scalar(field, text))
		buf_add_text(&arguments->json, text);
	else
		buf_add_json_text(&arguments->json, text, strlen(text));
}

const struct json_value *
arguments_end(struct arguments *arguments)
{
	struct json_error ignored;

	buf_add_char(&arguments->json, '}');
	return json_parse(arguments->json.arena, arguments->json.bytes, arguments->json.len, NULL, &ignored);
}

/* The length of a place at text: "{name}" or "{name.part}"; 0: none. */
static size_t
place_length(const char *text)
{
	size_t n = 1;

	if (text[0] != '{' || !islower((unsigned char)text[1]))
		return 0;
	while (n < PLACE_BYTES_MAX && (isalnum((unsigned char)text[n]) || text[n] == '.'))
		n++;
	return text[n] == '}' ? n + 1 : 0;
}

void
places_fill(struct buf *buf, const char *text, const struct places *places)
{
	while (*text) {
		size_t n = place_length(text);
		if (n == 0) {
			buf_add_char(buf, *text++);
			continue;
		}
		char *name = arena_strndup(buf->arena, text + 1, n - 2);
		char *dot = strchr(name, '.');
		if (dot)
			*dot = '\0';
		places->put(buf, places->context, name, dot ? dot + 1 : NULL);
		text += n;
	}
}
