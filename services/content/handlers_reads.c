/* How items and their history are read. */
#include <inttypes.h>
#include <string.h>

#include "content.h"
#include "id.h"
#include "licensing/gate.h"
#include "localisation/reader.h"
#include "past/past.h"
#include "provenance/origin.h"
#include "query/text.h"
#include "rules.h"
#include "store.h"

enum { LIST_LIMIT_DEFAULT = 50 };

/* Only of rows that have a version: heads, and snapshots of published items. */
static struct content_item
item_view(const struct content_item_row *row)
{
	int64_t published = row->published_version ? *row->published_version : 0;

	return (struct content_item){
		.id = row->id, .content_type_id = row->content_type_id, .data = row->data, .status = row->status,
		.version = *row->version, .created_at = row->created_at, .updated_at = *row->updated_at,
		.working_copy_version = row->working_copy_version, .published_version = row->published_version,
		.publication_state = rules_publication_state(row->working_copy_version, published),
	};
}

static const struct error *
page_too_large(struct request *req)
{
	return FAIL(req, RESPONSE_TOO_LARGE, "the answer would hold more than %d bytes of data", PAGE_BYTES_MAX);
}

/* Of a batch: others may have taken the room, and asked again it may come alone. */
const struct error *
content_no_room(struct request *req, bool is_alone)
{
	return is_alone ? page_too_large(req) : FAIL(req, SERVICE_OVERLOADED, "too many large items were read at once");
}

/* ---- who reads ---- */

/* What tells that there is a working copy is not for the public. */
struct content_item
content_item_view(const struct request *req, const struct content_item_row *row)
{
	struct content_item item = item_view(row);

	if (content_is_public_reader(req)) {
		item.working_copy_version = item.version;
		item.publication_state = "published";
	}
	return item;
}

/* ---- list ---- */

/* Statuses are a closed set: the common ones and the states of active workflows. */
const struct error *
content_check_status(struct request *req, const char *status)
{
	bool exists = true;

	if (!status || rules_status_is_common(status))
		return NULL;
	const struct error *error = store_workflow_state(req, status, &exists);
	if (error || exists)
		return error;
	return error_at(FAIL(req, VALIDATION_ERROR, "'%s' is neither draft, in_review, published, archived nor a state of an active workflow", status),
	    "/status", "{\"allowed\":[\"draft\",\"in_review\",\"published\",\"archived\"]}");
}

static bool
is_other_text(const char *asked, const char *text)
{
	return asked && (!text || strcmp(asked, text) != 0);
}

static bool
is_other_int(const int64_t *asked, const int64_t *number)
{
	return asked && (!number || *asked != *number);
}

/* A list of a type is without what its lifecycle has archived, unless that or a status is asked for.  The public sees none of it anyway. */
const char *
content_listed_status(const struct request *req, const struct content_items_list_request *in)
{
	bool is_published_view = (in->draft && !*in->draft) || content_is_public_reader(req), wants_all = in->include_archived && *in->include_archived;

	return in->status || !in->content_type_id || wants_all || is_published_view ? in->status : STATUS_NOT_ARCHIVED;
}

/* A cursor that leaves nothing out may belong to a type without a lifecycle. */
bool
content_continues_archived(const struct content_items_list_request *in, const struct item_filter *filter)
{
	return !in->include_archived || !*in->include_archived || !filter->status || filter->status[0];
}

/* What the request says besides the cursor has to be what the cursor says. */
static const struct error *
check_continuation(struct request *req, const struct content_items_list_request *in, const struct item_filter *filter)
{
	struct item_order order = rules_item_order(in->sort_by, in->sort_dir);

	if ((in->sort_by && order.sort != filter->order.sort) || (in->sort_dir && order.is_ascending != filter->order.is_ascending))
		return FAIL_AT(req, CONTENT_ITEMS_CURSOR_SORT_UNSUPPORTED, "/sortBy", "the cursor continues a list in another order");
	bool is_other_view = content_is_public_reader(req) ? !filter->is_published_view : in->draft && *in->draft == filter->is_published_view;
	if (is_other_view || is_other_int(in->content_type_id, filter->content_type_id) || is_other_text(in->status, filter->status)
	    || is_other_text(in->q, filter->q) || is_other_int(in->created_after, filter->created_after)
	    || is_other_int(in->created_before, filter->created_before) || is_other_int(in->as_of, filter->as_of) || !content_continues_archived(in, filter))
		return FAIL_AT(req, INVALID_CONTENT_ITEMS_CURSOR, "/cursor", "the cursor continues a list with other filters");
	return NULL;
}

static const struct error *
page_of(struct request *req, const struct content_items_list_request *in, struct item_page *ret_page)
{
	struct item_page page = { .limit = in->limit ? *in->limit : LIST_LIMIT_DEFAULT, .offset = in->offset ? *in->offset : 0 };
	struct row_place *place = ARENA_NEW(req->arena, struct row_place);

	if (!in->cursor) {
		page.filter = (struct item_filter){ .content_type_id = in->content_type_id, .status = content_listed_status(req, in), .q = in->q, .locale = in->locale,
			.created_after = in->created_after, .created_before = in->created_before, .as_of = in->as_of,
			.is_published_view = (in->draft && !*in->draft) || content_is_public_reader(req),
			.order = rules_item_order(in->sort_by, in->sort_dir) };
		*ret_page = page;
		const struct error *error = content_check_status(req, in->status);
		return !error && in->q ? gate_allow_question(req, in->content_type_id, NULL, 0) : error;
	}
	if (in->offset)
		return FAIL_AT(req, CONTENT_ITEMS_CURSOR_OFFSET_CONFLICT, "/cursor", "the list has a cursor and an offset");
	if (!cursor_read_items(req->arena, in->cursor, &page.filter, place))
		return FAIL_AT(req, INVALID_CONTENT_ITEMS_CURSOR, "/cursor", "the cursor is invalid");
	page.after = place;
	*ret_page = page;
	const struct error *error = check_continuation(req, in, &page.filter);
	return !error && page.filter.q ? gate_allow_question(req, page.filter.content_type_id, NULL, 0) : error;
}

struct list_total {
	int64_t n;
	bool is_exact;
};

/* A page that shows the end tells the total by itself.  What was there in the past is not counted, nor what was met on the way to a page that has
 * a text and more: they tell what they show. */
static const struct error *
total_of(struct request *req, const struct item_page *page, size_t n_rows, struct list_total *ret_total)
{
	int64_t seen = page->offset + (int64_t)n_rows;
	bool has_more = n_rows > (size_t)page->limit, is_whole = !page->after && !has_more && (n_rows > 0 || page->offset == 0);

	*ret_total = (struct list_total){ .n = seen, .is_exact = is_whole };
	if (page->filter.as_of) {
		*ret_total = (struct list_total){ .n = has_more ? seen - 1 : seen, .is_exact = !page->after && !has_more };
		return NULL;
	}
	if (is_whole)
		return NULL;
	if (page->filter.text)
		ret_total->is_exact = text_total(req, &page->filter, &ret_total->n);
	const struct error *error = page->filter.text ? NULL : store_items_count(req, &page->filter, &ret_total->n);
	ret_total->is_exact = ret_total->is_exact || !page->filter.text;
	if (ret_total->n < seen && n_rows > 0)
		ret_total->n = seen; /* never less than what it shows */
	return error;
}

static const char *
cursor_behind(struct request *req, const struct item_filter *filter, const struct content_item *item)
{
	struct row_place place = { .id = item->id };

	switch (filter->order.sort) {
	case SORT_UPDATED:
		place.key = item->updated_at;
		break;
	case SORT_CREATED:
		place.key = item->created_at;
		break;
	case SORT_VERSION:
		place.key = item->version;
		break;
	}
	return cursor_of_items(req->arena, filter, &place);
}

/* The page's rows, of which one more than its limit tells that there are more. */
struct shown_items {
	struct content_item *items;
	size_t n;
	bool has_more;
	const char *next_cursor;
};

static const struct error *
show_page(struct request *req, const struct item_page *page, const struct shape_list *rows, struct shown_items *ret_shown)
{
	const struct content_item_row *row = rows->items;
	size_t n = rows->n > (size_t)page->limit ? (size_t)page->limit : rows->n;
	struct content_item *items = ARENA_ARRAY(req->arena, struct content_item, n + 1);

	if (n > 0 && !row[n - 1].data.json)
		return page_too_large(req);
	for (size_t i = 0; i < n; i++)
		items[i] = content_item_view(req, &row[i]);
	*ret_shown = (struct shown_items){ .items = items, .n = n, .has_more = rows->n > n,
		.next_cursor = rows->n > n && n > 0 ? cursor_behind(req, &page->filter, &items[n - 1]) : NULL };
	return NULL;
}

/* The page, and the total where it came with it. */
static const struct error *
read_page(struct request *req, const struct item_page *page, struct shape_list *ret_rows, struct list_total *ret_total)
{
	struct item_page wanted = *page;
	bool is_gathered = false;

	wanted.limit++;
	if (page->filter.as_of) {
		struct past_page past = { .filter = &page->filter, .after = page->after, .limit = wanted.limit, .offset = page->offset };
		return past_list(req, &past, ret_rows);
	}
	const struct error *error = page->filter.text ? text_choose(req, &wanted, &is_gathered) : NULL;
	if (error)
		return error;
	ret_total->is_exact = is_gathered;
	return is_gathered ? text_list(req, &wanted, ret_rows, &ret_total->n) : store_items(req, &wanted, ret_rows);
}

const struct error *
content_list_plain(struct request *req, const struct content_items_list_request *in, struct content_items_list_response *out)
{
	struct item_page page = { .limit = 0 };
	struct shape_list rows = { .n = 0 };
	struct shown_items shown = { .n = 0 };
	struct list_total total = { .n = 0 };

	const struct error *error = page_of(req, in, &page);
	if (!error)
		error = text_ask(req, &page.filter);
	if (!error)
		error = read_page(req, &page, &rows, &total);
	if (!error && !total.is_exact)
		error = total_of(req, &page, rows.n, &total);
	if (!error)
		error = show_page(req, &page, &rows, &shown);
	if (error)
		return error;
	*out = (struct content_items_list_response){
		.items = { .items = shown.items, .n = shown.n }, .total = total.n < LIST_TOTAL_MAX ? total.n : LIST_TOTAL_MAX,
		.total_is_exact = total.is_exact && total.n <= LIST_TOTAL_MAX, .limit = page.limit, .offset = page.offset, .has_more = shown.has_more,
		.next_cursor = shown.next_cursor,
	};
	return NULL;
}

/* ---- items of types ---- */

static bool
wants_published(const struct request *req, const struct content_types_items_request *in)
{
	return (in->draft && !*in->draft) || content_is_public_reader(req);
}

/* Each type of a view once, with the longest page asked for; one row more tells hasMore. */
static struct type_pages
pages_of(const struct request *req, size_t n, const struct content_types_items_request *const in[], bool is_published_view)
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n), *limits = ARENA_ARRAY(req->arena, int64_t, n);
	size_t n_ids = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t limit = (in[i]->limit ? *in[i]->limit : LIST_LIMIT_DEFAULT) + 1;
		size_t at = 0;
		if (in[i]->cursor || wants_published(req, in[i]) != is_published_view)
			continue;
		while (at < n_ids && ids[at] != in[i]->content_type_id)
			at++;
		if (at == n_ids)
			ids[n_ids++] = in[i]->content_type_id;
		if (limits[at] < limit)
			limits[at] = limit;
	}
	return (struct type_pages){ .ids = ids, .limits = limits, .n = n_ids, .is_published_view = is_published_view };
}

static bool
has_id(const struct shape_list *rows, int64_t id)
{
	const struct content_id_row *row = rows->items;

	for (size_t i = 0; i < rows->n; i++) {
		if (row[i].id == id)
			return true;
	}
	return false;
}

/* A page that goes on behind another one is a list of its own. */
static const struct error *
continue_items(struct request *req, const struct content_types_items_request *in, struct content_types_items_response *out)
{
	struct item_page page = { .limit = in->limit ? *in->limit : LIST_LIMIT_DEFAULT };
	struct shown_items shown = { .n = 0 };
	struct shape_list rows = { .n = 0 };
	struct row_place place;

	bool is_good = cursor_read_items(req->arena, in->cursor, &page.filter, &place);
	if (!is_good || is_other_int(&in->content_type_id, page.filter.content_type_id)
	    || (in->draft ? *in->draft == page.filter.is_published_view : content_is_public_reader(req) && !page.filter.is_published_view))
		return FAIL_AT(req, INVALID_CURSOR, "/cursor", is_good ? "the cursor continues another list" : "the cursor is invalid");
	page.after = &place;
	struct list_total ignored = { .n = 0 };
	const struct error *error = text_ask(req, &page.filter);
	if (!error)
		error = read_page(req, &page, &rows, &ignored);
	if (!error)
		error = show_page(req, &page, &rows, &shown);
	if (error)
		return error;
	*out = (struct content_types_items_response){ .items = { .items = shown.items, .n = shown.n }, .limit = page.limit,
		.has_more = shown.has_more, .next_cursor = shown.next_cursor };
	return NULL;
}

/* The type's rows stand together, the first ones are the page. */
static const struct error *
answer_items(struct request *req, const struct content_types_items_request *in, const struct shape_list *rows, bool is_alone,
    struct content_types_items_response *out)
{
	const struct content_item_row *row = rows->items;
	size_t limit = (size_t)(in->limit ? *in->limit : LIST_LIMIT_DEFAULT), first = 0, n = 0;

	while (first < rows->n && row[first].content_type_id != in->content_type_id)
		first++;
	while (first + n < rows->n && row[first + n].content_type_id == in->content_type_id && n <= limit)
		n++;
	bool has_more = n > limit;
	n -= has_more;
	if (n > 0 && !row[first + n - 1].data.json)
		return content_no_room(req, is_alone);
	struct content_item *items = ARENA_ARRAY(req->arena, struct content_item, n + 1);
	for (size_t i = 0; i < n; i++)
		items[i] = content_item_view(req, &row[first + i]);
	struct item_filter filter = { .content_type_id = &in->content_type_id, .is_published_view = wants_published(req, in) };
	*out = (struct content_types_items_response){ .items = { .items = items, .n = n }, .limit = (int64_t)limit, .has_more = has_more,
		.next_cursor = has_more && n > 0 ? cursor_behind(req, &filter, &items[n - 1]) : NULL };
	return NULL;
}

static const struct error *
localise_pages(struct request *req, size_t n, const struct content_types_items_request *const in[],
    struct content_types_items_response *const out[], const struct error *errors[])
{
	struct reader reader = { .n = 0 };

	for (size_t i = 0; i < n; i++) {
		if (!errors[i]) /* the items were made for this answer, whatever its type says */
			reader_add_all(req, &reader, (struct content_item *)out[i]->items.items, out[i]->items.n, &(struct locale_wish){ in[i]->locale, in[i]->fallback_locale });
	}
	return reader_run(req, &reader);
}

const struct error *
content_types_items(struct request *req, size_t n, const struct content_types_items_request *const in[],
    struct content_types_items_response *const out[], const struct error *errors[])
{
	struct shape_list types[2] = { { .n = 0 }, { .n = 0 } }, rows[2] = { { .n = 0 }, { .n = 0 } }; /* working copies; published */

	for (size_t view = 0; view < 2; view++) {
		struct type_pages pages = pages_of(req, n, in, view == 1);
		const struct error *error = pages.n > 0 ? store_items_of_types(req, &pages, &types[view], &rows[view]) : NULL;
		if (error)
			return error;
	}
	for (size_t i = 0; i < n; i++) {
		size_t view = wants_published(req, in[i]);
		errors[i] = reader_check(req, in[i]->locale, in[i]->fallback_locale);
		if (errors[i])
			continue;
		if (in[i]->cursor)
			errors[i] = continue_items(req, in[i], out[i]);
		else if (has_id(&types[view], in[i]->content_type_id))
			errors[i] = answer_items(req, in[i], &rows[view], n == 1, out[i]);
		else
			errors[i] = FAIL(req, CONTENT_TYPE_NOT_FOUND, "content type %" PRId64 " does not exist", in[i]->content_type_id);
	}
	return localise_pages(req, n, in, out, errors);
}

/* ---- versions ---- */

static struct content_item_version
version_view(const struct content_version_row *row)
{
	return (struct content_item_version){ .id = row->id, .content_item_id = row->content_item_id, .version = row->version,
		.data = row->data, .status = row->status, .created_at = row->created_at, .created_by = row->created_by, .session = row->session,
		.change_set = row->change_set, .schema_version = row->schema_version, .actor_kind = origin_kind(row->created_by), .surface = origin_surface(row->surface),
		.prompt_hash = row->prompt_hash };
}

/* Of the superseded versions, the one that the public sees. */
static const struct error *
public_versions(struct request *req, const struct content_items_versions_request *in, struct content_items_versions_response *out)
{
	const struct content_public_row *item = NULL;
	const struct content_item_version *version = NULL;

	const struct error *error = store_item_public(req, in->id, &item);
	if (!error && item && item->published_version)
		error = store_version(req, in->id, *item->published_version, &version);
	if (error)
		return error;
	if (!item || !item->published_version)
		return FAIL(req, CONTENT_ITEM_NOT_FOUND, "content item %" PRId64 " does not exist", in->id);
	bool is_asked = version && (!in->before || version->version < *in->before);
	*out = (struct content_items_versions_response){ .limit = in->limit ? *in->limit : LIST_LIMIT_DEFAULT,
		.versions = { .items = version ? (const void *)version : "", .n = is_asked } };
	return NULL;
}

const struct error *
content_items_versions(struct request *req, const struct content_items_versions_request *in,
    struct content_items_versions_response *out)
{
	int64_t limit = in->limit ? *in->limit : LIST_LIMIT_DEFAULT, before = 0;
	const char *of = arena_printf(req->arena, "%" PRId64, in->id);
	struct shape_list rows;
	bool exists = false;

	if (content_is_public_reader(req))
		return public_versions(req, in, out);
	if (in->cursor && (in->before || !cursor_read_rows(req->arena, in->cursor, of, &before)))
		return FAIL_AT(req, INVALID_CURSOR, "/cursor", in->before ? "the list has a cursor and before" : "the cursor is invalid");
	struct version_list list = { .item_id = in->id, .before = in->cursor ? &before : in->before, .limit = limit + 1 }; /* one more tells hasMore */
	const struct error *error = store_versions(req, &list, &exists, &rows);
	if (error)
		return error;
	if (!exists)
		return FAIL(req, CONTENT_ITEM_NOT_FOUND, "content item %" PRId64 " does not exist", in->id);
	size_t n = rows.n > (size_t)limit ? (size_t)limit : rows.n;
	struct content_item_version *versions = ARENA_ARRAY(req->arena, struct content_item_version, n + 1);
	const struct content_version_row *row = rows.items;
	if (n > 0 && !row[n - 1].data.json)
		return page_too_large(req);
	for (size_t i = 0; i < n; i++)
		versions[i] = version_view(&row[i]);
	*out = (struct content_items_versions_response){
		.versions = { .items = versions, .n = n }, .limit = limit, .has_more = rows.n > n,
		.next_cursor = rows.n > n && n > 0 ? cursor_of_rows(req->arena, of, versions[n - 1].version) : NULL,
	};
	return origin_tell_head(req, in->id, &out->head);
}

const struct error *
content_versions_get(struct request *req, const struct content_versions_get_request *in, struct content_versions_get_response *out)
{
	const struct content_state_row *state = NULL;
	const struct error *error = store_state(req, in->id, in->version, &state);
	if (error)
		return error;
	if (!state)
		return FAIL(req, CONTENT_ITEM_NOT_FOUND, "content item %" PRId64 " does not exist", in->id);
	bool is_hidden = content_is_public_reader(req) && (!state->published_version || *state->published_version != in->version);
	if (is_hidden && !state->published_version)
		return FAIL(req, CONTENT_ITEM_NOT_FOUND, "content item %" PRId64 " does not exist", in->id);
	if (!state->status || is_hidden)
		return FAIL_AT(req, TARGET_VERSION_NOT_FOUND, "/version", "content item %" PRId64 " has no version %" PRId64, in->id, in->version);
	*out = (struct content_versions_get_response){
		.content_item_id = in->id, .version = in->version, .data = state->data, .status = state->status,
		.is_head = state->head_version == in->version || content_is_public_reader(req), .created_at = *state->created_at,
	};
	return NULL;
}
