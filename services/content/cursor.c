/* Cursors are base64url of a small JSON object: short names, absent when not used. */
#include "cursor.h"

#include <inttypes.h>
#include <string.h>

#include "id.h"
#include "json/json.h"

static const char *const sorts[] = { [SORT_UPDATED] = "u", [SORT_CREATED] = "c", [SORT_VERSION] = "v" };

static void
add_int(struct buf *buf, const char *name, const int64_t *value)
{
	if (value)
		buf_printf(buf, ",\"%s\":%" PRId64, name, *value);
}

static void
add_text(struct buf *buf, const char *name, const char *text)
{
	if (!text)
		return;
	buf_printf(buf, ",\"%s\":", name);
	buf_add_json_text(buf, text, strlen(text));
}

const char *
cursor_of_items(struct arena *arena, const struct item_filter *filter, const struct row_place *place)
{
	struct buf buf;

	buf_init(&buf, arena, 256);
	buf_printf(&buf, "{\"s\":\"%s\",\"k\":%" PRId64 ",\"i\":%" PRId64, sorts[filter->order.sort], place->key, place->id);
	if (filter->order.is_ascending)
		buf_add_text(&buf, ",\"up\":1");
	if (filter->is_published_view)
		buf_add_text(&buf, ",\"p\":1");
	add_int(&buf, "t", filter->content_type_id);
	add_int(&buf, "a", filter->created_after);
	add_int(&buf, "b", filter->created_before);
	add_int(&buf, "o", filter->as_of);
	add_text(&buf, "st", filter->status);
	add_text(&buf, "q", filter->q);
	add_text(&buf, "l", filter->q ? filter->locale : NULL);
	buf_add_char(&buf, '}');
	return base64url_encode(arena, buf.bytes, buf.len);
}

/* ---- reading ---- */

static const struct json_value *
read_object(struct arena *arena, const char *text)
{
	struct json_error problem;
	void *bytes = NULL;
	size_t n = 0;

	if (!base64url_decode(arena, text, &bytes, &n))
		return NULL;
	const struct json_value *value = json_parse(arena, bytes, n, NULL, &problem);
	return value && value->type == JSON_OBJECT ? value : NULL;
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
read_sort(const char *name, enum item_sort *ret_sort)
{
	for (size_t i = 0; name && i < sizeof(sorts) / sizeof(sorts[0]); i++) {
		if (strcmp(sorts[i], name) == 0) {
			*ret_sort = (enum item_sort)i;
			return true;
		}
	}
	return false;
}

/* What PostgreSQL has a place for: times of the years 1 to 9999 and integers of 32 bits. */
static bool
is_time(int64_t us)
{
	return us > INT64_C(-62135596800000000) && us < INT64_C(253402300800000000);
}

static bool
is_small(int64_t n)
{
	return n >= 0 && n <= INT32_MAX;
}

static bool
is_possible(const struct item_filter *filter, const struct row_place *place)
{
	return is_small(place->id) && (filter->order.sort == SORT_VERSION ? is_small(place->key) : is_time(place->key))
	    && (!filter->content_type_id || is_small(*filter->content_type_id)) && (!filter->created_after || is_time(*filter->created_after))
	    && (!filter->created_before || is_time(*filter->created_before))
	    && (!filter->as_of || (is_time(*filter->as_of) && filter->order.sort == SORT_UPDATED && !filter->q));
}

bool
cursor_read_items(struct arena *arena, const char *text, struct item_filter *ret_filter, struct row_place *ret_place)
{
	struct item_filter filter = { .content_type_id = NULL };
	const struct json_value *object = read_object(arena, text);
	if (!object)
		return false;
	const int64_t *key = read_int(object, "k"), *id = read_int(object, "i");
	if (!key || !id || !read_sort(read_text(object, "s"), &filter.order.sort))
		return false;
	filter.order.is_ascending = read_int(object, "up") != NULL;
	filter.is_published_view = read_int(object, "p") != NULL;
	filter.content_type_id = read_int(object, "t");
	filter.created_after = read_int(object, "a");
	filter.created_before = read_int(object, "b");
	filter.as_of = read_int(object, "o");
	filter.status = read_text(object, "st");
	filter.q = read_text(object, "q");
	filter.locale = read_text(object, "l");
	struct row_place place = { .key = *key, .id = *id };
	if (!is_possible(&filter, &place))
		return false;
	*ret_filter = filter;
	*ret_place = place;
	return true;
}

/* ---- plain lists ---- */

const char *
cursor_of_rows(struct arena *arena, const char *of, int64_t id)
{
	const char *text = arena_printf(arena, "{\"of\":\"%s\",\"i\":%" PRId64 "}", of, id);
	return base64url_encode(arena, text, strlen(text));
}

bool
cursor_read_rows(struct arena *arena, const char *text, const char *of, int64_t *ret_id)
{
	const struct json_value *object = read_object(arena, text);
	if (!object)
		return false;
	const int64_t *id = read_int(object, "i");
	const char *found = read_text(object, "of");
	if (!id || !found || strcmp(found, of) != 0 || !is_small(*id))
		return false;
	*ret_id = *id;
	return true;
}
