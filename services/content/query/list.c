/* Lists by fields of the data: which index serves one, where it goes on, and what is refused because none does. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "licensing/gate.h"
#include "query/list.h"
#include "query/statements.h"
#include "query/text.h"
#include "total_cache.h"

enum {
	LIST_LIMIT_DEFAULT = 50,
	WALKED_MAX = 20000, /* rows looked at for a page, where fewer are expected */
	FILTERS_BYTES_MAX = 2000, /* of all conditions: they travel in the cursor, and that in a request's target */
};

static const struct field_codes codes = {
	.requires_type = ERROR_CONTENT_ITEMS_FIELD_QUERY_REQUIRES_CONTENT_TYPE, .type_not_found = ERROR_CONTENT_ITEMS_FIELD_QUERY_CONTENT_TYPE_NOT_FOUND,
	.incomplete = ERROR_CONTENT_ITEMS_FIELD_FILTER_INCOMPLETE, .field_unknown = ERROR_CONTENT_ITEMS_FIELD_FILTER_FIELD_UNKNOWN,
	.operator_unsupported = ERROR_CONTENT_ITEMS_FIELD_FILTER_OPERATOR_UNSUPPORTED, .value_invalid = ERROR_CONTENT_ITEMS_FIELD_FILTER_VALUE_INVALID,
};

struct field_list {
	struct list_asked asked;
	struct query_type type;
	struct condition conditions[CONDITIONS_MAX];
	struct sort_key keys[KEYS_MAX];
	size_t n_keys;
	int64_t limit, offset;
	bool is_driver_all;  /* the driver's ranges are the only condition, and exactly it */
	int64_t n_driven;    /* values in the driver's ranges */
	int64_t known_total; /* of the only condition, where it was counted; 0: not */
};

/* ---- what is asked for ---- */

static bool
has_fields(const struct content_items_list_request *in)
{
	return in->filters.n > 0 || in->field_name || in->field_op || in->field_value || in->sort.n > 0 || in->sort_field;
}

bool
list_is_by_fields(const struct request *req, const struct content_items_list_request *in)
{
	return has_fields(in) || (in->cursor && list_cursor_is(req->arena, in->cursor));
}

static const struct error *
read_sort(struct request *req, const struct content_items_list_request *in, struct shape_list *ret_sort)
{
	const char **words = ARENA_ARRAY(req->arena, const char *, 1);
	bool is_ascending = in->sort_dir && strcmp(in->sort_dir, "asc") == 0;

	if (in->sort.n > 0 && (in->sort_field || in->sort_by || in->sort_dir))
		return FAIL_AT(req, VALIDATION_ERROR, "/sort", "sort has the directions within, as in -price: leave sortField, sortBy and sortDir out");
	if (in->sort_field && in->sort_by)
		return FAIL_AT(req, VALIDATION_ERROR, "/sortField", "the list has sortField and sortBy: send one of them");
	const char *name = in->sort_field ? in->sort_field : in->sort_by ? in->sort_by : "updatedAt";
	words[0] = is_ascending ? name : arena_printf(req->arena, "-%s", name);
	*ret_sort = in->sort.n > 0 ? in->sort : (struct shape_list){ .items = words, .n = 1 };
	return NULL;
}

static const struct error *
ask_anew(struct request *req, const struct content_items_list_request *in, struct list_asked *ret_asked)
{
	struct asked_conditions conditions = { .filters = in->filters, .field_name = in->field_name, .field_op = in->field_op, .field_value = in->field_value };
	struct list_asked asked = { .filter = { .content_type_id = in->content_type_id, .status = content_listed_status(req, in), .q = in->q, .locale = in->locale, .created_after = in->created_after,
	    .created_before = in->created_before, .is_published_view = (in->draft && !*in->draft) || content_is_public_reader(req) } };

	const struct error *error = content_check_status(req, in->status);
	if (!error)
		error = conditions_listed(req, &conditions, &codes, &asked.conditions);
	if (!error)
		error = read_sort(req, in, &asked.sort);
	if (error)
		return error;
	*ret_asked = asked;
	return NULL;
}

/* Beside a cursor only what it says itself. */
static const struct error *
ask_on(struct request *req, const struct content_items_list_request *in, struct list_asked *ret_asked)
{
	if (in->offset)
		return FAIL_AT(req, CONTENT_ITEMS_CURSOR_OFFSET_CONFLICT, "/cursor", "the list has a cursor and an offset");
	if (!list_cursor_read(req->arena, in->cursor, ret_asked) || (content_is_public_reader(req) && !ret_asked->filter.is_published_view))
		return FAIL_AT(req, INVALID_CONTENT_ITEMS_CURSOR, "/cursor", "the cursor is invalid");
	const struct item_filter *filter = &ret_asked->filter;
	bool is_same = (!in->content_type_id || *in->content_type_id == *filter->content_type_id) && (!in->draft || *in->draft != filter->is_published_view)
	    && (!in->status || (filter->status && strcmp(in->status, filter->status) == 0)) && (!in->q || (filter->q && strcmp(in->q, filter->q) == 0))
	    && (!in->created_after || (filter->created_after && *in->created_after == *filter->created_after))
	    && (!in->created_before || (filter->created_before && *in->created_before == *filter->created_before)) && content_continues_archived(in, filter);
	if (!is_same)
		return FAIL_AT(req, INVALID_CONTENT_ITEMS_CURSOR, "/cursor", "the cursor continues a list with other filters");
	if (!has_fields(in) && !in->sort_by && !in->sort_dir)
		return NULL;
	struct list_asked anew = { .sort = { .n = 0 } };
	const struct error *error = ask_anew(req, in, &anew);
	if (error)
		return error;
	bool has_order = in->sort.n > 0 || in->sort_field || in->sort_by || in->sort_dir, has_conditions = anew.conditions.n > 0;
	if (has_order && strcmp(list_order_text(req->arena, &anew), list_order_text(req->arena, ret_asked)) != 0)
		return FAIL_AT(req, CONTENT_ITEMS_CURSOR_SORT_UNSUPPORTED, "/sort", "the cursor continues a list in another order");
	if (has_conditions && strcmp(list_conditions_text(req->arena, &anew), list_conditions_text(req->arena, ret_asked)) != 0)
		return FAIL_AT(req, INVALID_CONTENT_ITEMS_CURSOR, "/cursor", "the cursor continues a list with other filters");
	return NULL;
}

/* What is asked about has to be free to read. */
static const struct error *
allow_fields(struct request *req, const struct field_list *list)
{
	const char *paths[CONDITIONS_MAX + KEYS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < list->asked.conditions.n; i++)
		paths[n++] = list->conditions[i].field.path;
	for (size_t i = 0; i < list->asked.sort.n; i++) {
		if (!list->keys[i].is_column)
			paths[n++] = list->keys[i].name;
	}
	if (list->asked.filter.q)
		return gate_allow_question(req, &list->type.id, NULL, 0);
	return n > 0 ? gate_allow_question(req, &list->type.id, paths, n) : NULL;
}

static const struct error *
read_list(struct request *req, const struct content_items_list_request *in, struct field_list *list)
{
	const struct error *error = in->cursor ? ask_on(req, in, &list->asked) : ask_anew(req, in, &list->asked);
	if (!error && strlen(list_conditions_text(req->arena, &list->asked)) > FILTERS_BYTES_MAX)
		error = FAIL_AT(req, VALIDATION_ERROR, "/filters", "the conditions have more than %d bytes together", FILTERS_BYTES_MAX);
	if (!error)
		error = query_type_read(req, list->asked.filter.content_type_id, &codes, &list->type);
	if (!error && list->asked.filter.status && !list->asked.filter.status[0] && !list->type.archives)
		list->asked.filter.status = NULL;
	if (!error)
		error = conditions_read(req, &list->type, &list->asked.conditions, &codes, list->conditions);
	if (!error)
		error = keys_read(req, &list->type, &list->asked.sort, list->keys);
	if (!error)
		error = allow_fields(req, list);
	if (!error)
		error = text_ask(req, &list->asked.filter);
	list->n_keys = list->asked.sort.n;
	list->limit = in->limit ? *in->limit : LIST_LIMIT_DEFAULT;
	list->offset = in->offset ? *in->offset : 0;
	return error;
}

/* ---- which index ---- */

/* The first field that no index serves, or NULL. */
static const char *
unserved_field(const struct field_list *list)
{
	for (size_t i = 0; i < list->asked.conditions.n; i++) {
		if (!list->conditions[i].field_id)
			return list->conditions[i].field.path;
	}
	for (size_t i = 0; i < list->n_keys; i++) {
		if (!list->keys[i].is_column && !list->keys[i].field_id)
			return list->keys[i].name;
	}
	return NULL;
}

/* The condition that fewest values satisfy, when they are few enough to begin with. */
static const struct error *
find_driver(struct request *req, struct field_list *list, struct field_driver *ret_driver, bool *ret_found)
{
	struct field_driver drivers[CONDITIONS_MAX];
	int64_t counts[CONDITIONS_MAX];
	size_t n = 0, best = 0;

	*ret_found = false;
	for (size_t i = 0; i < list->asked.conditions.n; i++) {
		drivers[n].field_id = list->conditions[i].field_id;
		n += conditions_ranges(req->arena, &list->conditions[i], &drivers[n].ranges);
	}
	if (n == 0)
		return NULL;
	const struct error *error = store_driver_counts(req, drivers, n, list->asked.filter.is_published_view, DRIVEN_MAX + 1, counts);
	if (error)
		return error;
	for (size_t i = 1; i < n; i++)
		best = counts[i] < counts[best] ? i : best;
	if (n == 1 && list->asked.conditions.n == 1)
		list->known_total = counts[0] > DRIVEN_MAX ? DRIVEN_MAX : counts[0];
	list->is_driver_all = list->asked.conditions.n == 1 && conditions_is_range(&list->conditions[0]);
	*ret_found = counts[best] <= DRIVEN_MAX;
	*ret_driver = drivers[best];
	list->n_driven = counts[best];
	return NULL;
}

/* About how many items the type has, at most WALKED_MAX + 1: it only chooses the way, and counting costs as much as going it. */
static const struct error *
type_size(struct request *req, const struct field_list *list, int64_t *ret_n)
{
	const struct total_key key = { .tenant = req->tenant, .type_id = list->type.id };
	int64_t now_us = clock_monotonic_us();

	if (total_cache_get(&key, now_us, ret_n))
		return NULL;
	uint64_t generation = total_cache_generation(req->tenant);
	const struct error *error = store_type_items_count(req, list->type.id, WALKED_MAX + 1, ret_n);
	if (!error)
		total_cache_put(&key, now_us, generation, *ret_n);
	return error;
}

/* Whether going along the order meets a page's worth of matching rows sooner than all that match are sorted.  In the worst order it looks
 * at the whole type, so only small ones are gone along. */
static const struct error *
is_walk_cheaper(struct request *req, const struct field_list *list, bool *ret_is)
{
	int64_t n_items = 0, n_match = list->known_total;

	*ret_is = false;
	if (!list->is_driver_all || list->n_keys != 1 || n_match == 0)
		return NULL;
	const struct error *error = type_size(req, list, &n_items);
	*ret_is = !error && n_items <= WALKED_MAX && (list->offset + list->limit) * n_items / n_match < n_match;
	return error;
}

/* Whether to begin with the items that have the words: few have them, or many, but the type is so large that going along an order would meet them seldom. */
static const struct error *
is_text_first(struct request *req, const struct field_list *list, bool is_driven, bool *ret_is)
{
	const struct text_asked *text = list->asked.filter.text;
	int64_t n_items = 0;

	*ret_is = false;
	if (!text || !text->is_ready || text->n_queued > TEXT_QUEUED_MAX || text->n_found > TEXT_FOUND_MAX || (is_driven && list->n_driven <= text->n_found))
		return NULL;
	const struct error *error = text->n_found > DRIVEN_MAX ? type_size(req, list, &n_items) : NULL;
	*ret_is = !error && (text->n_found <= DRIVEN_MAX || n_items > WALKED_MAX);
	return error;
}

/* ---- rows ---- */

static double
sign_of(const struct sort_key *key)
{
	return key->is_descending ? -1 : 1;
}

/* Gathered numbers carry their direction's sign, places in cursors do not. */
static void
turn_numbers(struct arena *arena, const struct field_list *list, struct field_place *place)
{
	for (size_t i = 0; place->id && i < list->n_keys; i++)
		place->numbers[i] = arena_printf(arena, "%.17g", sign_of(&list->keys[i]) * strtod(place->numbers[i], NULL));
}

static struct field_place
place_of(const struct content_place_row *row)
{
	struct field_place place = { .id = row->id };

	for (size_t i = 0; i < row->numbers.n && i < row->texts.n && i < KEYS_MAX; i++) {
		place.numbers[i] = ((const char *const *)row->numbers.items)[i];
		place.texts[i] = ((const char *const *)row->texts.items)[i];
	}
	return place;
}

/* The items at these places, and where the page ends. */
static const struct error *
read_items(struct request *req, const struct field_list *list, const struct shape_list *places, struct list_page *ret_page)
{
	const struct content_place_row *place = places->items;
	size_t n = places->n > (size_t)list->limit ? (size_t)list->limit : places->n;
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n + 1);
	struct item_ids wanted = { .n_heads = 0 };
	struct shape_list heads = { .n = 0 }, snapshots = { .n = 0 };

	for (size_t i = 0; i < n; i++)
		ids[i] = place[i].id;
	if (list->asked.filter.is_published_view)
		wanted = (struct item_ids){ .snapshots = ids, .n_snapshots = n };
	else
		wanted = (struct item_ids){ .heads = ids, .n_heads = n };
	const struct error *error = n > 0 ? store_items_by_id(req, &wanted, &heads, &snapshots) : NULL;
	if (error)
		return error;
	struct content_item_row *rows = ARENA_ARRAY(req->arena, struct content_item_row, n + 1);
	size_t n_rows = 0;
	for (size_t i = 0; i < n; i++) {
		const struct content_item_row *row = store_find_item(list->asked.filter.is_published_view ? &snapshots : &heads, ids[i]);
		if (row && row->version)
			rows[n_rows++] = *row;
	}
	*ret_page = (struct list_page){ .rows = { .items = rows, .n = n_rows }, .has_more = places->n > n, .n_seen = n };
	if (ret_page->has_more)
		ret_page->last = place_of(&place[n - 1]);
	return NULL;
}

static const struct error *
walk(struct request *req, const struct field_list *list, const struct field_query *query, struct list_page *ret_page)
{
	struct shape_list places = { .n = 0 };
	const struct error *error = store_fields_walk(req, query, &list->asked.place, &places);

	return error ? error : read_items(req, list, &places, ret_page);
}

static const struct error *
gather(struct request *req, const struct field_list *list, const struct field_query *query, const struct field_driver *driver, struct list_page *ret_page)
{
	struct field_place before = list->asked.place;
	struct shape_list places = { .n = 0 };

	turn_numbers(req->arena, list, &before);
	const struct error *error = store_fields_gather(req, query, &before, driver, &places);
	if (!error)
		error = read_items(req, list, &places, ret_page);
	if (error)
		return error;
	turn_numbers(req->arena, list, &ret_page->last);
	if (places.n > 0) {
		ret_page->total = ((const struct content_place_row *)places.items)->total;
		ret_page->total_is_exact = true;
	}
	return NULL;
}

/* In the common orders the items' own indexes serve. */
static const struct error *
page(struct request *req, const struct field_list *list, const struct field_query *query, struct list_page *ret_page)
{
	const struct sort_key *key = &list->keys[0];
	struct item_page wanted = { .filter = list->asked.filter, .conditions = query->conditions, .limit = query->limit, .offset = query->offset };
	bool is_version = strcmp(key->name, "version") == 0;
	double unit = is_version ? 1 : 1e6;
	struct row_place place = { .id = list->asked.place.id };
	struct shape_list rows = { .n = 0 };

	wanted.filter.order = rules_item_order(key->name, key->is_descending ? "desc" : "asc");
	if (place.id) {
		place.key = llround(strtod(list->asked.place.numbers[0], NULL) * unit);
		wanted.after = &place;
	}
	const struct error *error = store_items(req, &wanted, &rows);
	if (error)
		return error;
	size_t n = rows.n > (size_t)list->limit ? (size_t)list->limit : rows.n;
	*ret_page = (struct list_page){ .rows = { .items = rows.items, .n = n }, .has_more = rows.n > n, .n_seen = n };
	if (!ret_page->has_more)
		return NULL;
	const struct content_item_row *last = (const struct content_item_row *)rows.items + n - 1;
	int64_t value = is_version ? *last->version : strcmp(key->name, "createdAt") == 0 ? last->created_at : *last->updated_at;
	ret_page->last = (struct field_place){ .id = last->id, .texts = { "" }, .numbers = { arena_printf(req->arena, "%.17g", (double)value / unit) } };
	return NULL;
}

static const struct error *
read_page(struct request *req, struct field_list *list, struct list_page *ret_page)
{
	struct field_query query = { .filter = &list->asked.filter, .conditions = conditions_json(req->arena, list->conditions, list->asked.conditions.n),
		.keys = list->keys, .n_keys = list->n_keys, .limit = list->limit + 1, .offset = list->offset }; /* one more tells hasMore */
	const char *unserved = unserved_field(list);
	struct field_driver driver = { .field_id = 0 };
	bool is_driven = false;

	query.is_served = !unserved;
	const struct error *error = unserved ? NULL : find_driver(req, list, &driver, &is_driven);
	if (!error)
		error = is_text_first(req, list, is_driven, &query.is_by_text);
	if (error)
		return error;
	if (query.is_by_text)
		return gather(req, list, &query, NULL, ret_page);
	bool is_walked = false;
	if (is_driven)
		error = is_walk_cheaper(req, list, &is_walked);
	if (error)
		return error;
	if (is_driven && !is_walked && list->is_driver_all)
		query.conditions = (struct doc){ .json = NULL };
	if (is_driven && !is_walked)
		return gather(req, list, &query, &driver, ret_page);
	if (!unserved && list->n_keys == 1)
		return list->keys[0].is_column ? page(req, list, &query, ret_page) : walk(req, list, &query, ret_page);
	error = query_check_size(req, &list->type, unserved);
	return error ? error : gather(req, list, &query, NULL, ret_page);
}

/* What lies before a page that a cursor began is not counted again. */
static int64_t
total_of(const struct field_list *list, const struct list_page *page, bool *ret_is_exact)
{
	int64_t seen = list->offset + (int64_t)page->n_seen;
	bool is_at_end = !page->has_more && !list->asked.place.id && (page->n_seen > 0 || list->offset == 0);

	*ret_is_exact = page->total_is_exact || is_at_end;
	if (page->total_is_exact)
		return page->total;
	return is_at_end || list->known_total < seen ? seen : list->known_total;
}

/* Without conditions it is the total of the list in any other order; of a text, where it was found out. */
static const struct error *
count_all(struct request *req, const struct field_list *list, struct content_items_list_response *out)
{
	int64_t total = 0;
	bool is_known = !list->asked.filter.text || text_total(req, &list->asked.filter, &total);
	const struct error *error = list->asked.filter.text ? NULL : store_items_count(req, &list->asked.filter, &total);

	if (error || !is_known)
		return error;
	total = total < out->total ? out->total : total; /* never less than what it shows */
	out->total = total < LIST_TOTAL_MAX ? total : LIST_TOTAL_MAX;
	out->total_is_exact = total <= LIST_TOTAL_MAX;
	return NULL;
}

const struct error *
list_by_fields(struct request *req, const struct content_items_list_request *in, struct content_items_list_response *out)
{
	struct field_list *list = ARENA_NEW(req->arena, struct field_list);
	struct list_page page = { .n_seen = 0 };

	const struct error *error = read_list(req, in, list);
	if (!error)
		error = read_page(req, list, &page);
	if (error)
		return error;
	const struct content_item_row *row = page.rows.items;
	struct content_item *items = ARENA_ARRAY(req->arena, struct content_item, page.rows.n + 1);
	for (size_t i = 0; i < page.rows.n; i++) {
		if (!row[i].data.json)
			return FAIL(req, RESPONSE_TOO_LARGE, "the answer would hold more than %d bytes of data", PAGE_BYTES_MAX);
		items[i] = content_item_view(req, &row[i]);
	}
	*out = (struct content_items_list_response){ .items = { .items = items, .n = page.rows.n }, .limit = list->limit, .offset = list->offset, .has_more = page.has_more };
	out->total = total_of(list, &page, &out->total_is_exact);
	error = list->asked.conditions.n == 0 && !out->total_is_exact ? count_all(req, list, out) : NULL;
	if (error)
		return error;
	if (page.has_more) {
		list->asked.place = page.last;
		out->next_cursor = list_cursor(req->arena, &list->asked);
	}
	return NULL;
}
