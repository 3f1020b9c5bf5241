/* Cursors of lists by fields: base64url of a JSON object with "by":"fields", short names, absent when not used. */
#include "query/list.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "id.h"

static void
add_text(struct buf *buf, const char *name, const char *text)
{
	if (!text)
		return;
	buf_printf(buf, ",\"%s\":", name);
	buf_add_json_text(buf, text, strlen(text));
}

static void
add_int(struct buf *buf, const char *name, const int64_t *value)
{
	if (value)
		buf_printf(buf, ",\"%s\":%" PRId64, name, *value);
}

static void
add_texts(struct buf *buf, const char *const *texts, size_t n)
{
	buf_add_char(buf, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_char(buf, ',');
		buf_add_json_text(buf, texts[i], strlen(texts[i]));
	}
	buf_add_char(buf, ']');
}

static void
add_conditions(struct buf *buf, const struct shape_list *conditions)
{
	const struct item_condition *condition = conditions->items;

	buf_add_char(buf, '[');
	for (size_t i = 0; i < conditions->n; i++) {
		const char *op = condition[i].op ? condition[i].op : "eq";
		buf_add_text(buf, i ? ",[" : "[");
		buf_add_json_text(buf, condition[i].field, strlen(condition[i].field));
		buf_add_char(buf, ',');
		buf_add_json_text(buf, op, strlen(op));
		if (condition[i].value.json) {
			buf_add_char(buf, ',');
			buf_add(buf, condition[i].value.json, condition[i].value.len);
		}
		buf_add_char(buf, ']');
	}
	buf_add_char(buf, ']');
}

const char *
list_order_text(struct arena *arena, const struct list_asked *asked)
{
	struct buf buf;

	buf_init(&buf, arena, 64);
	add_texts(&buf, asked->sort.items, asked->sort.n);
	return buf.bytes;
}

const char *
list_conditions_text(struct arena *arena, const struct list_asked *asked)
{
	struct buf buf;

	buf_init(&buf, arena, 128);
	add_conditions(&buf, &asked->conditions);
	return buf.bytes;
}

const char *
list_cursor(struct arena *arena, const struct list_asked *asked)
{
	const struct item_filter *filter = &asked->filter;
	struct buf buf;

	buf_init(&buf, arena, 256);
	buf_printf(&buf, "{\"by\":\"fields\",\"i\":%" PRId64, asked->place.id);
	add_int(&buf, "t", filter->content_type_id);
	add_int(&buf, "a", filter->created_after);
	add_int(&buf, "b", filter->created_before);
	if (filter->is_published_view)
		buf_add_text(&buf, ",\"p\":1");
	add_text(&buf, "st", filter->status);
	add_text(&buf, "q", filter->q);
	add_text(&buf, "l", filter->q ? filter->locale : NULL);
	buf_add_text(&buf, ",\"n\":");
	add_texts(&buf, asked->place.numbers, asked->sort.n);
	buf_add_text(&buf, ",\"x\":");
	add_texts(&buf, asked->place.texts, asked->sort.n);
	buf_printf(&buf, ",\"o\":%s,\"f\":%s}", list_order_text(arena, asked), list_conditions_text(arena, asked));
	return base64url_encode(arena, buf.bytes, buf.len);
}

/* ---- reading: somebody may have made it up ---- */

static const struct json_value *
read_object(struct arena *arena, const char *text, const char **ret_bytes)
{
	struct json_error problem;
	void *bytes = NULL;
	size_t n = 0;

	if (!base64url_decode(arena, text, &bytes, &n))
		return NULL;
	const struct json_value *value = json_parse(arena, bytes, n, NULL, &problem);
	const struct json_value *by = value && value->type == JSON_OBJECT ? json_get(value, "by") : NULL;
	*ret_bytes = bytes;
	return by && by->type == JSON_TEXT && strcmp(by->text, "fields") == 0 ? value : NULL;
}

static const int64_t *
read_int(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);
	return value && value->type == JSON_INT ? &value->integer : NULL;
}

static const char *
read_text(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);
	return value && value->type == JSON_TEXT ? value->text : NULL;
}

static bool
read_texts(struct arena *arena, const struct json_value *list, size_t n_max, const char ***ret_texts, size_t *ret_n)
{
	if (!list || list->type != JSON_LIST || list->n > n_max)
		return false;
	const char **texts = ARENA_ARRAY(arena, const char *, list->n + 1);
	for (uint32_t i = 0; i < list->n; i++) {
		if (list->items[i].type != JSON_TEXT)
			return false;
		texts[i] = list->items[i].text;
	}
	*ret_texts = texts;
	*ret_n = list->n;
	return true;
}

static bool
read_condition(const struct json_value *value, const char *source, struct item_condition *ret_condition)
{
	if (value->type != JSON_LIST || value->n < 2 || value->n > 3 || value->items[0].type != JSON_TEXT || value->items[1].type != JSON_TEXT)
		return false;
	*ret_condition = (struct item_condition){ .field = value->items[0].text, .op = value->items[1].text };
	if (value->n == 3)
		ret_condition->value = (struct doc){ source + value->items[2].start, value->items[2].end - value->items[2].start };
	return true;
}

static bool
read_conditions(struct arena *arena, const struct json_value *list, const char *source, struct shape_list *ret_conditions)
{
	if (!list || list->type != JSON_LIST || list->n > CONDITIONS_MAX)
		return false;
	struct item_condition *conditions = ARENA_ARRAY(arena, struct item_condition, list->n + 1);
	for (uint32_t i = 0; i < list->n; i++) {
		if (!read_condition(&list->items[i], source, &conditions[i]))
			return false;
	}
	*ret_conditions = (struct shape_list){ .items = conditions, .n = list->n };
	return true;
}

/* "%.17g" of a double, infinity included. */
static bool
is_number(const char *text)
{
	char *end = NULL;
	double number = strtod(text, &end);

	return *text && *end == '\0' && !isnan(number) && strlen(text) < 32;
}

static bool
is_small(const int64_t *n)
{
	return *n > 0 && *n <= INT32_MAX;
}

static bool
is_time(const int64_t *us)
{
	return !us || (*us > INT64_C(-62135596800000000) && *us < INT64_C(253402300800000000));
}

/* Also as far as the statement's types go: a place among times is one that a time can have. */
static bool
read_place(struct arena *arena, const struct json_value *object, size_t n_keys, struct field_place *ret_place)
{
	const char **numbers = NULL, **texts = NULL;
	size_t n_numbers = 0, n_texts = 0;
	const int64_t *id = read_int(object, "i");

	if (!id || !is_small(id) || !read_texts(arena, json_get(object, "n"), KEYS_MAX, &numbers, &n_numbers)
	    || !read_texts(arena, json_get(object, "x"), KEYS_MAX, &texts, &n_texts) || n_numbers != n_keys || n_texts != n_keys)
		return false;
	ret_place->id = *id;
	for (size_t i = 0; i < n_keys; i++) {
		if (!is_number(numbers[i]))
			return false;
		ret_place->numbers[i] = numbers[i];
		ret_place->texts[i] = texts[i];
	}
	return true;
}

bool
list_cursor_is(struct arena *arena, const char *text)
{
	const char *bytes = NULL;
	return read_object(arena, text, &bytes) != NULL;
}

bool
list_cursor_read(struct arena *arena, const char *text, struct list_asked *ret_asked)
{
	struct list_asked asked = { .filter = { .content_type_id = NULL } };
	const char *bytes = NULL, **words = NULL;
	const struct json_value *object = read_object(arena, text, &bytes);

	if (!object || !read_texts(arena, json_get(object, "o"), KEYS_MAX, &words, &asked.sort.n) || asked.sort.n == 0)
		return false;
	asked.sort.items = words;
	asked.filter.content_type_id = read_int(object, "t");
	asked.filter.created_after = read_int(object, "a");
	asked.filter.created_before = read_int(object, "b");
	asked.filter.is_published_view = read_int(object, "p") != NULL;
	asked.filter.status = read_text(object, "st");
	asked.filter.q = read_text(object, "q");
	asked.filter.locale = read_text(object, "l");
	if (!read_conditions(arena, json_get(object, "f"), bytes, &asked.conditions) || !read_place(arena, object, asked.sort.n, &asked.place))
		return false;
	if (!asked.filter.content_type_id || !is_small(asked.filter.content_type_id) || !is_time(asked.filter.created_after) || !is_time(asked.filter.created_before))
		return false;
	*ret_asked = asked;
	return true;
}

bool
list_cursor_is_published(struct arena *arena, const char *text)
{
	struct list_asked asked = { .filter = { .is_published_view = false } };
	struct row_place place;

	if (list_cursor_read(arena, text, &asked))
		return asked.filter.is_published_view;
	return cursor_read_items(arena, text, &asked.filter, &place) && asked.filter.is_published_view;
}
