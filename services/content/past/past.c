/* How the past is asked: that a time is over, and then its statement, in one round trip. */
#include "past/past.h"

#include <assert.h>
#include <string.h>

#include "content_queries.h"
#include "id.h"
#include "store.h"

static db_ticket
ask_over(struct request *req, int64_t as_of)
{
	return query_ask(req, &content_past_is_over_query, PARAMS(P_TIME(as_of)));
}

static const struct error *
claim_over(struct request *req, db_ticket ticket, int64_t as_of)
{
	const struct content_past_row *row = NULL;
	char asked[TIME_TEXT_BYTES];

	const struct error *error = query_claim(req, ticket, &row);
	if (error)
		return error;
	assert(row); /* a function's answer */
	if (row->is_over)
		return NULL;
	time_format(asked, as_of);
	return FAIL_AT(req, AS_OF_IN_FUTURE, "/asOf", "%s lies ahead", asked);
}

/* ---- items ---- */

static const struct content_item_row *
row_of(struct request *req, const struct content_past_item_row *found)
{
	struct content_item_row *row = ARENA_NEW(req->arena, struct content_item_row);

	*row = (struct content_item_row){ .id = found->id, .content_type_id = found->content_type_id, .data = found->data, .status = found->status,
		.version = found->version, .created_at = found->created_at, .updated_at = found->updated_at,
		.working_copy_version = found->working_copy_version, .published_version = found->published_version };
	return row;
}

/* One question for each time in a row. */
static bool
is_asked(const struct past_wish *wishes, size_t i)
{
	return i > 0 && wishes[i - 1].as_of == wishes[i].as_of;
}

const struct error *
past_items(struct request *req, const struct past_wish *wishes, size_t n, const struct content_item_row *ret_rows[], const struct error *errors[])
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n), *times = ARENA_ARRAY(req->arena, int64_t, n), *views = ARENA_ARRAY(req->arena, int64_t, n);
	db_ticket *over = ARENA_ARRAY(req->arena, db_ticket, n);
	struct shape_list rows = { .n = 0 };

	for (size_t i = 0; i < n; i++) {
		ids[i] = wishes[i].id;
		times[i] = wishes[i].as_of;
		views[i] = wishes[i].is_public;
		over[i] = is_asked(wishes, i) ? 0 : ask_over(req, wishes[i].as_of);
		ret_rows[i] = NULL;
		errors[i] = NULL;
	}
	db_ticket found = query_ask(req, &content_past_items_query,
	    PARAMS(P_INT_LIST(ids, n), P_INT_LIST(times, n), P_INT_LIST(views, n), P_INT(PAGE_BYTES_MAX)));
	for (size_t i = 0; i < n; i++)
		errors[i] = is_asked(wishes, i) ? errors[i - 1] : claim_over(req, over[i], wishes[i].as_of);
	const struct error *error = query_claim_list(req, found, &rows);
	if (error)
		return error;
	const struct content_past_item_row *row = rows.items;
	for (size_t i = 0; i < rows.n; i++)
		ret_rows[row[i].place - 1] = row_of(req, &row[i]);
	return NULL;
}

const struct error *
past_of_types(struct request *req, const struct past_types *types, struct shape_list *ret_rows)
{
	db_ticket over = ask_over(req, types->as_of);
	db_ticket rows = query_ask(req, &content_past_of_types_query,
	    PARAMS(P_INT_LIST(types->ids, types->n), P_TIME(types->as_of), P_BOOL(types->is_public), P_INT(PAGE_BYTES_MAX)));

	const struct error *error = claim_over(req, over, types->as_of);
	return error ? error : query_claim_list(req, rows, ret_rows);
}

/* ---- lists ---- */

static const struct db_statement *const lists[2][2][2] = { /* by view, direction, filter */
	{ { &content_past_heads_latest_query, &content_past_heads_latest_of_type_query }, { &content_past_heads_oldest_query, &content_past_heads_oldest_of_type_query } },
	{ { &content_past_snapshots_latest_query, &content_past_snapshots_latest_of_type_query },
	    { &content_past_snapshots_oldest_query, &content_past_snapshots_oldest_of_type_query } },
};

/* Nothing that was there at a time was changed after it. */
static struct row_place
first_place(const struct item_filter *filter)
{
	return filter->order.is_ascending ? (struct row_place){ TIME_FIRST_US, 0 } : (struct row_place){ *filter->as_of, INT32_MAX };
}

const struct error *
past_list(struct request *req, const struct past_page *page, struct shape_list *ret_rows)
{
	const struct item_filter *filter = page->filter;
	struct row_place place = page->after ? *page->after : first_place(filter);
	const struct db_statement *statement = lists[filter->is_published_view][filter->order.is_ascending][filter->content_type_id != NULL];

	db_ticket over = ask_over(req, *filter->as_of);
	db_ticket rows = query_ask(req, statement,
	    PARAMS(P_INT_OPT(filter->content_type_id), P_TEXT(filter->status), P_TIME_OPT(filter->created_after), P_TIME_OPT(filter->created_before),
	        P_TIME(*filter->as_of), P_TIME(place.key), P_INT(place.id), P_INT(page->limit), P_INT(page->offset), P_INT(PAGE_BYTES_MAX)));
	const struct error *error = claim_over(req, over, *filter->as_of);
	return error ? error : query_claim_list(req, rows, ret_rows);
}

const struct error *
past_check_list(struct request *req, const struct content_items_list_request *in)
{
	const struct {
		bool is_there;
		const char *pointer, *name;
	} parts[] = {
		{ in->q != NULL, "/q", "q" },
		{ in->filters.n > 0, "/filters", "filters" },
		{ in->field_name != NULL, "/fieldName", "fieldName" },
		{ in->sort.n > 0, "/sort", "sort" },
		{ in->sort_field != NULL, "/sortField", "sortField" },
		{ in->sort_by && strcmp(in->sort_by, "updatedAt") != 0, "/sortBy", "another sortBy than updatedAt" },
	};

	for (size_t i = 0; in->as_of && i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].is_there)
			return FAIL_AT(req, AS_OF_NOT_COMBINABLE, parts[i].pointer, "a list of the past takes no %s", parts[i].name);
	}
	return NULL;
}
