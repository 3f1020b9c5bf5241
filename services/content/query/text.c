/* Full text.  PostgreSQL says what the terms ask for and how many items have it; few are gathered from the index and sorted, of many a page is
 * met soon on the way along its order. */
#include "query/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "content_queries.h"
#include "language.h"

enum { WORDS_TURN = 250 }; /* items: a long text takes some 30 ms */

/* ---- what is asked for ---- */

static void
add_term(struct arena *arena, struct text_terms *terms, const char *text, size_t n, const char *kind)
{
	if (n == 0 || terms->n == TERMS_MAX)
		return;
	terms->texts[terms->n] = arena_strndup(arena, text, n);
	terms->kinds[terms->n++] = kind;
}

void
text_terms_read(struct arena *arena, const char *q, struct text_terms *ret_terms)
{
	static const char blanks[] = " \t\r\n";
	struct text_terms terms = { .n = 0 };
	bool has_wanted = false;

	while (*(q += strspn(q, blanks))) {
		bool is_not = *q == '-' && q[1] && !strchr(blanks, q[1]), is_phrase = q[is_not] == '"';
		q += is_not + is_phrase;
		size_t n = strcspn(q, is_phrase ? "\"" : " \t\r\n\""), n_text = n;
		bool is_beginning = !is_phrase && (!is_not || (n > 0 && q[n - 1] == '*'));
		while (!is_phrase && n_text > 0 && q[n_text - 1] == '*')
			n_text--;
		add_term(arena, &terms, q, n_text, is_not ? is_beginning ? "no_beginning" : "no_phrase" : is_beginning ? "beginning" : "phrase");
		has_wanted = has_wanted || !is_not;
		q += n + (is_phrase && q[n] == '"');
	}
	for (size_t i = 0; !has_wanted && i < terms.n; i++)
		terms.kinds[i] = strcmp(terms.kinds[i], "no_phrase") == 0 ? "phrase" : "beginning";
	*ret_terms = terms;
}

/* q as an id, or NULL. */
static const int64_t *
id_of(struct arena *arena, const char *q)
{
	int64_t *id = ARENA_NEW(arena, int64_t);
	char *end = NULL;

	errno = 0;
	*id = strtoll(q, &end, 10);
	return q[0] >= '1' && q[0] <= '9' && *end == '\0' && errno == 0 && *id <= INT32_MAX ? id : NULL;
}

const struct error *
text_ask(struct request *req, struct item_filter *filter)
{
	struct text_asked *text = ARENA_NEW(req->arena, struct text_asked);
	const struct content_text_probe_row *row = NULL;
	struct text_terms terms;

	filter->text = NULL;
	if (!filter->q)
		return NULL;
	text_terms_read(req->arena, filter->q, &terms);
	if (terms.n == 0)
		return NULL;
	const struct error *error = query_find(req, &content_text_probe_query,
	    PARAMS(P_TEXT_LIST(terms.texts, terms.n), P_TEXT_LIST(terms.kinds, terms.n), P_TEXT(language_of(filter->locale, "simple")),
	        P_INT_OPT(filter->content_type_id), P_BOOL(filter->is_published_view), P_INT(TEXT_FOUND_MAX + 1), P_INT(TEXT_QUEUED_MAX + 1),
	        P_TEXT(filter->q)),
	    &row);
	if (error)
		return error;
	if (!row)
		return FAIL(req, INTERNAL_SERVER_ERROR, "the database does not say whether words are kept");
	*text = (struct text_asked){ .words = row->words ? row->words : "", .needle = row->needle, .id = id_of(req->arena, filter->q), .n_found = row->found,
		.n_queued = row->queued, .is_ready = row->is_ready && row->words };
	filter->text = text;
	if (filter->status && !filter->status[0] && !row->archives)
		filter->status = NULL;
	return NULL;
}

/* How many items have it, where the probe has told. */
bool
text_total(const struct request *req, const struct item_filter *filter, int64_t *ret_total)
{
	const struct text_asked *text = filter->text;

	*ret_total = text->n_found;
	return text->is_ready && text->n_queued == 0 && !text->id && !filter->status && !filter->created_after && !filter->created_before && !req->principal->narrow;
}

/* Whether going along the order meets a page of them sooner than all of them are sorted. */
static const struct error *
is_walk_cheaper(struct request *req, const struct item_page *page, bool *ret_is)
{
	struct item_filter all = page->filter;
	int64_t n_items = 0, n_found = 0;

	*ret_is = false;
	all.text = NULL;
	if (!text_total(req, &page->filter, &n_found) || n_found < TEXT_WALKED_MIN)
		return NULL;
	const struct error *error = store_items_count(req, &all, &n_items);
	*ret_is = !error && n_items <= LIST_TOTAL_MAX && (page->offset + page->limit) * n_items < n_found * n_found;
	return error;
}

const struct error *
text_choose(struct request *req, const struct item_page *page, bool *ret_is_gathered)
{
	const struct text_asked *text = page->filter.text;
	bool is_walked = false;

	*ret_is_gathered = text->is_ready && text->n_queued <= TEXT_QUEUED_MAX && text->n_found <= TEXT_FOUND_MAX;
	const struct error *error = *ret_is_gathered ? is_walk_cheaper(req, page, &is_walked) : NULL;
	*ret_is_gathered = *ret_is_gathered && !is_walked;
	return error;
}

/* ---- the items that have it ---- */

static const char *
key_name(const struct item_order *order)
{
	return order->sort == SORT_VERSION ? "version" : order->sort == SORT_CREATED ? "createdAt" : "updatedAt";
}

static const struct error *
gather_places(struct request *req, const struct item_page *page, const struct row_place *after, struct shape_list *ret_places)
{
	static const struct db_statement *const statements[2][2] = {
		{ &content_text_heads_desc_query, &content_text_heads_asc_query },
		{ &content_text_snapshots_desc_query, &content_text_snapshots_asc_query },
	};
	const struct item_filter *filter = &page->filter;

	return query_list(req, statements[filter->is_published_view][filter->order.is_ascending],
	    PARAMS(P_INT_OPT(filter->content_type_id), P_TEXT(filter->status), P_TIME_OPT(filter->created_after), P_TIME_OPT(filter->created_before),
	        P_TEXT(filter->text->words), P_INT(after ? after->key : 0), P_INT(after ? after->id : 0), P_INT(page->limit), P_INT(page->offset),
	        P_TEXT(key_name(&filter->order)), P_INT_OPT(filter->text->id), P_INT(TEXT_FOUND_MAX)),
	    ret_places);
}

/* In the order of their places, without those that are not there any more. */
static const struct error *
read_rows(struct request *req, const struct item_filter *filter, const struct shape_list *places, struct shape_list *ret_rows)
{
	const struct content_found_row *place = places->items;
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, places->n + 1);
	struct shape_list heads = { .n = 0 }, snapshots = { .n = 0 };
	struct item_ids wanted = { .n_heads = 0 };
	size_t n = 0;

	for (size_t i = 0; i < places->n; i++)
		ids[i] = place[i].id;
	if (filter->is_published_view)
		wanted = (struct item_ids){ .snapshots = ids, .n_snapshots = places->n };
	else
		wanted = (struct item_ids){ .heads = ids, .n_heads = places->n };
	const struct error *error = places->n > 0 ? store_items_by_id(req, &wanted, &heads, &snapshots) : NULL;
	if (error)
		return error;
	const struct shape_list *found = filter->is_published_view ? &snapshots : &heads;
	struct content_item_row *rows = ARENA_ARRAY(req->arena, struct content_item_row, places->n + 1);
	for (size_t i = 0; i < places->n; i++) {
		const struct content_item_row *row = store_find_item(found, ids[i]);
		if (row && row->version)
			rows[n++] = *row;
	}
	*ret_rows = (struct shape_list){ .items = rows, .n = n };
	return NULL;
}

const struct error *
text_list(struct request *req, const struct item_page *page, struct shape_list *ret_rows, int64_t *ret_total)
{
	struct item_page first = { .filter = page->filter, .limit = 1 };
	struct shape_list places = { .n = 0 }, counted = { .n = 0 };

	const struct error *error = gather_places(req, page, page->after, &places);
	if (!error && places.n == 0 && (page->after || page->offset > 0)) /* nothing behind it: how many there are before it */
		error = gather_places(req, &first, NULL, &counted);
	if (error)
		return error;
	const struct content_found_row *row = places.n > 0 ? places.items : counted.items;
	*ret_total = places.n + counted.n > 0 ? row->total : 0;
	return read_rows(req, &page->filter, &places, ret_rows);
}

/* ---- the words that are kept ---- */

static const struct error *
keep(struct request *req, const struct shape_list *noted)
{
	const struct content_noted_row *row = noted->items;
	int64_t *tenants = ARENA_ARRAY(req->arena, int64_t, noted->n + 1), *ids = ARENA_ARRAY(req->arena, int64_t, noted->n + 1);

	for (size_t i = 0; i < noted->n; i++) {
		tenants[i] = row[i].domain_id;
		ids[i] = row[i].item_id;
	}
	if (noted->n == 0)
		return NULL;
	query_send(req, &content_words_forget_query, PARAMS(P_INT_LIST(tenants, noted->n), P_INT_LIST(ids, noted->n)));
	query_send(req, &content_words_put_query, PARAMS(P_INT_LIST(tenants, noted->n), P_INT_LIST(ids, noted->n)));
	return NULL;
}

/* Items that were there before, tenant after tenant. */
static const struct error *
keep_older(struct request *req, const struct content_words_state_row *state)
{
	const struct content_id_row *tenant = NULL;
	struct shape_list items = { .n = 0 };

	const struct error *error = query_list(req, &content_words_next_query, PARAMS(P_INT(state->domain_id), P_INT(state->item_id), P_INT(WORDS_TURN)), &items);
	if (!error)
		error = keep(req, &items);
	if (!error && items.n == 0)
		error = query_find(req, &content_words_next_tenant_query, PARAMS(P_INT(state->domain_id)), &tenant);
	if (error)
		return error;
	const struct content_noted_row *row = items.items;
	query_send(req, &content_words_reached_query, PARAMS(P_INT(tenant ? tenant->id : state->domain_id), P_INT(items.n > 0 ? row[items.n - 1].item_id : tenant ? 0 : state->item_id),
	    P_BOOL(items.n == 0 && !tenant)));
	return NULL;
}

const struct error *
words_keep(struct request *req)
{
	const struct content_words_state_row *state = NULL;
	struct shape_list noted = { .n = 0 };

	const struct error *error = query_find(req, &content_words_lock_query, PARAMS(P_BOOL(true)), &state);
	if (error || !state)
		return error;
	error = query_list(req, &content_words_take_query, PARAMS(P_INT(WORDS_TURN)), &noted);
	if (!error)
		error = keep(req, &noted);
	if (error || state->is_ready || noted.n == WORDS_TURN)
		return error;
	return keep_older(req, state);
}
