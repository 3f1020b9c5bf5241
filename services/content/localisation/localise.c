/* Walks data and schema side by side; what is not localized is copied as it stands in the text. */
#include "localisation/localise.h"

#include <string.h>

#include "localisation/applies.h"
#include "model/extensions.h"

enum { UNRESOLVED_MAX = 200, DEPTH_MAX = 128 };

struct walk {
	struct reading reading;
	const char *text;
	const char *locale, *fallback;
	struct buf out;
	struct content_locale_resolution *resolution;
	const char **unresolved;
	size_t n_unresolved;
};

/* Where the walk is: written out only for what has no value. */
struct step {
	const struct step *up;
	const char *name; /* NULL: the number */
	uint32_t index;
	int depth;
};

static void
add_path(struct buf *buf, const struct step *step)
{
	if (!step->up)
		return;
	add_path(buf, step->up);
	if (step->name)
		buf_printf(buf, "/%s", step->name);
	else
		buf_printf(buf, "/%u", step->index);
}

static const struct json_value *
localized_of(const struct applies *applies)
{
	for (size_t i = 0; i < applies->n; i++) {
		const struct json_value *flag = json_get(applies->list[i], KEY_LOCALIZED);
		if (flag && flag->type == JSON_BOOL && flag->boolean)
			return applies->list[i];
	}
	return NULL;
}

static void write_value(struct walk *walk, const struct applies *applies, const struct json_value *value, const struct step *step);

static void
write_object(struct walk *walk, const struct applies *applies, const struct json_value *object, const struct step *step)
{
	struct applies parts = { .n = 0 };

	buf_add_char(&walk->out, '{');
	for (uint32_t i = 0; i < object->n; i++) {
		const struct json_member *member = &object->members[i];
		if (i > 0)
			buf_add_char(&walk->out, ',');
		buf_add_json_text(&walk->out, member->name, member->n_name);
		buf_add_char(&walk->out, ':');
		applies_to_member(&walk->reading, applies, member, &parts);
		write_value(walk, &parts, &member->value, &(struct step){ step, member->name, 0, step->depth + 1 });
	}
	buf_add_char(&walk->out, '}');
}

static void
write_list(struct walk *walk, const struct applies *applies, const struct json_value *list, const struct step *step)
{
	struct applies parts = { .n = 0 };

	buf_add_char(&walk->out, '[');
	for (uint32_t i = 0; i < list->n; i++) {
		if (i > 0)
			buf_add_char(&walk->out, ',');
		applies_to_item(&walk->reading, applies, list, i, &parts);
		write_value(walk, &parts, &list->items[i], &(struct step){ step, NULL, i, step->depth + 1 });
	}
	buf_add_char(&walk->out, ']');
}

/* The value of one locale, which may hold localized values itself. */
static void
write_chosen(struct walk *walk, const struct json_value *node, const struct json_value *value, const struct step *step)
{
	struct applies inner = { .n = 0 };

	applies_add(&walk->reading, node, value, &inner);
	if (value->type == JSON_OBJECT)
		write_object(walk, &inner, value, step);
	else if (value->type == JSON_LIST)
		write_list(walk, &inner, value, step);
	else
		buf_add(&walk->out, walk->text + value->start, value->end - value->start);
}

static void
write_localized(struct walk *walk, const struct json_value *node, const struct json_value *map, const struct step *step)
{
	struct content_locale_resolution *resolution = walk->resolution;
	const struct json_value *value = json_get(map, walk->locale);

	resolution->localized_field_count++;
	if (value) {
		resolution->resolved_field_count++;
	} else {
		value = json_get(map, walk->fallback);
		resolution->fallback_field_count += value != NULL;
	}
	if (value) {
		write_chosen(walk, node, value, step);
		return;
	}
	buf_add_text(&walk->out, "null");
	if (walk->n_unresolved < UNRESOLVED_MAX) {
		struct buf path;
		buf_init(&path, walk->reading.arena, 64);
		add_path(&path, step);
		walk->unresolved[walk->n_unresolved++] = path.bytes;
	}
}

static void
write_value(struct walk *walk, const struct applies *applies, const struct json_value *value, const struct step *step)
{
	const struct json_value *localized = localized_of(applies);

	if (localized && value->type == JSON_OBJECT)
		write_localized(walk, localized, value, step);
	else if (value->type == JSON_OBJECT && applies->n > 0 && step->depth < DEPTH_MAX)
		write_object(walk, applies, value, step);
	else if (value->type == JSON_LIST && applies->n > 0 && step->depth < DEPTH_MAX)
		write_list(walk, applies, value, step);
	else
		buf_add(&walk->out, walk->text + value->start, value->end - value->start);
}

bool
localise(struct arena *arena, const struct json_value *schema, struct doc text, const struct json_value *data, const struct locale_wish *wish,
    struct doc *ret_data, struct content_locale_resolution *ret_resolution)
{
	struct localization localization;
	struct walk walk = { .reading = { .root = schema, .arena = arena }, .text = text.json, .locale = wish->locale, .resolution = ret_resolution };
	struct applies applies = { .n = 0 };

	if (schema->type != JSON_OBJECT || !extensions_localization(schema, &localization))
		return false;
	walk.fallback = wish->fallback ? wish->fallback : localization.default_locale;
	walk.unresolved = ARENA_ARRAY(arena, const char *, UNRESOLVED_MAX);
	*ret_resolution = (struct content_locale_resolution){ .requested_locale = wish->locale, .fallback_locale = walk.fallback,
		.default_locale = localization.default_locale };
	buf_init(&walk.out, arena, text.len + 16);
	applies_add(&walk.reading, schema, data, &applies);
	write_value(&walk, &applies, data, &(struct step){ NULL, NULL, 0, 0 });
	ret_resolution->unresolved_fields = (struct shape_list){ .items = walk.unresolved, .n = walk.n_unresolved };
	*ret_data = (struct doc){ walk.out.bytes, walk.out.len };
	return true;
}
