/* The statements of queries.sql as functions. */
#include "store.h"

#include <assert.h>

#include "content_queries.h"
#include "total_cache.h"
#include "undo/things.h"

const struct constraint_error content_constraints[] = {
	{ "content_types_domain_slug_key", ERROR_CONTENT_TYPE_SLUG_CONFLICT, "another content type of this tenant has this slug" },
	{ "content_change_sets_label_key", ERROR_CHANGE_SET_EXISTS, "a change set with this label is open already" },
	{ "content_items_singleton_key", ERROR_SINGLETON_CONTENT_ITEM_EXISTS, "the singleton type has an item already" },
	{ "content_items_content_type_fkey", ERROR_CONTENT_TYPE_NOT_FOUND, "the content type was deleted or changed meanwhile" },
};
const size_t content_n_constraints = sizeof(content_constraints) / sizeof(content_constraints[0]);

#define CHANGES_KEEP_US (INT64_C(90) * 24 * 3600 * 1000 * 1000)
enum { CHANGES_FORGET_MAX = 500 }; /* of one step */
enum { PURGE_ITEMS_MAX = 20, PURGE_VERSIONS_MAX = 200 }; /* of one step */

const char *
store_actor(const struct request *req)
{
	return req->actor ? req->actor->id : req->principal->id;
}

static const struct error *
claim_count(struct request *req, db_ticket ticket, int64_t *ret_n)
{
	const struct content_count_row *row = NULL;
	const struct error *error = query_claim(req, ticket, &row);
	if (error)
		return error;
	assert(row); /* an aggregate has a row */
	*ret_n = row->total;
	return NULL;
}

/* ---- types ---- */

const struct error *
store_type_insert(struct request *req, const struct content_type_row *type, const struct content_type_row **ret_type)
{
	const struct error *error = query_find(req, &content_type_insert_query,
	    PARAMS(P_TEXT(type->name), P_TEXT(type->slug), P_TEXT(type->kind), P_TEXT(type->description),
	        P_TEXT(type->schema), P_TEXT(type->schema_hash), P_INT_OPT(type->base_price), P_TIME(type->created_at), P_TEXT(store_actor(req)),
	        P_TEXT(type->schema_manifest)),
	    ret_type);
	if (!error)
		change_note(req, &(struct change_note){ "content_type", "create", (*ret_type)->id, .is_there = true });
	return error;
}

const struct error *
store_types_by_id(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_types)
{
	return query_list(req, &content_types_get_query, PARAMS(P_INT_LIST(ids, n)), ret_types);
}

const struct error *
store_types_by_slug(struct request *req, const char *const *slugs, size_t n, struct shape_list *ret_rows)
{
	return query_list(req, &content_types_by_slug_query, PARAMS(P_TEXT_LIST(slugs, n)), ret_rows);
}

const struct error *
store_singleton_type(struct request *req, const char *slug, const struct content_type_row **ret_type)
{
	return query_find(req, &content_singleton_type_query, PARAMS(P_TEXT(slug)), ret_type);
}

const struct error *
store_singleton_types(struct request *req, int64_t limit, struct shape_list *ret_types)
{
	return query_list(req, &content_singleton_types_query, PARAMS(P_INT(limit)), ret_types);
}

const struct error *
store_type_lock(struct request *req, int64_t id, const struct content_type_row **ret_type)
{
	return query_find(req, &content_type_lock_query, PARAMS(P_INT(id)), ret_type);
}

const struct error *
store_types(struct request *req, const struct type_list *list, struct shape_list *ret_types, int64_t *ret_total)
{
	db_ticket rows = query_ask(req, &content_types_list_query, PARAMS(P_INT(list->limit), P_INT(list->offset), P_INT(list->after)));
	db_ticket count = query_ask(req, &content_types_count_query, PARAMS(P_INT(LIST_TOTAL_MAX + 1)));

	const struct error *error = query_claim_list(req, rows, ret_types);
	if (error)
		return error;
	return claim_count(req, count, ret_total);
}

const struct error *
store_types_stats(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_rows)
{
	return query_list(req, &content_types_stats_query, PARAMS(P_INT_LIST(ids, n)), ret_rows);
}

const struct error *
store_type_items_count(struct request *req, int64_t id, int64_t n_max, int64_t *ret_n)
{
	return claim_count(req, query_ask(req, &content_type_items_count_query, PARAMS(P_INT(id), P_INT(n_max))), ret_n);
}

void
store_type_update(struct request *req, const struct content_type_row *type)
{
	change_note(req, &(struct change_note){ "content_type", "update", type->id, .was_there = true, .is_there = true });
	query_send(req, &content_type_update_query,
	    PARAMS(P_INT(type->id), P_TEXT(type->name), P_TEXT(type->slug), P_TEXT(type->kind), P_TEXT(type->description),
	        P_TEXT(type->schema), P_TEXT(type->schema_hash), P_INT_OPT(type->base_price), P_TIME(type->updated_at),
	        P_INT(type->version), P_TEXT(store_actor(req)), P_TEXT(type->schema_manifest), P_INT(type->schema_version)));
}

void
store_type_delete(struct request *req, int64_t id)
{
	change_note(req, &(struct change_note){ "content_type", "delete", id, .was_there = true });
	query_send(req, &content_type_delete_query, PARAMS(P_INT(id)));
}

const struct error *
store_type_query(struct request *req, int64_t id, const struct content_type_query_row **ret_type)
{
	return query_find(req, &content_type_query_query, PARAMS(P_INT(id)), ret_type);
}

const struct error *
store_type_schema(struct request *req, int64_t id, const struct content_schema_row **ret_schema)
{
	return query_find(req, &content_type_schema_query, PARAMS(P_INT(id)), ret_schema);
}

const struct error *
store_types_localized(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_types)
{
	return query_list(req, &content_types_localized_query, PARAMS(P_INT_LIST(ids, n)), ret_types);
}

const struct error *
store_type_items_data(struct request *req, int64_t id, const struct row_place *after, int64_t limit, int64_t bytes_max, struct shape_list *ret_rows)
{
	return query_list(req, &content_type_items_data_query,
	    PARAMS(P_INT(id), P_TIME(after->key), P_INT(after->id), P_INT(limit), P_INT(bytes_max)), ret_rows);
}

const struct error *
store_lifecycle_types(struct request *req, int64_t tenant, int64_t after, int64_t limit, struct shape_list *ret_types)
{
	return query_list(req, &content_lifecycle_types_query, PARAMS(P_INT(tenant), P_INT(after), P_INT(limit)), ret_types);
}

const struct error *
store_lifecycle_due(struct request *req, const struct lifecycle_due *due, struct shape_list *ret_items)
{
	return query_list(req, due->by_creation ? &content_lifecycle_due_created_query : &content_lifecycle_due_updated_query,
	    PARAMS(P_INT(due->tenant), P_INT(due->type_id), P_TEXT_LIST(due->statuses->items, due->statuses->n), P_TIME(due->before), P_INT(due->limit)), ret_items);
}

/* ---- one item ---- */

void
store_prompt(struct request *req, const int64_t *ids, size_t n)
{
	if (req->labels.prompt_hash && n > 0)
		query_send(req, &content_prompt_note_query, PARAMS(P_INT_LIST(ids, n), P_TEXT(req->labels.prompt_hash)));
}

/* What the item holds of its type's queryable fields, as its row is now. */
static void
put_fields(struct request *req, int64_t id)
{
	query_gather(req, &content_fields_put_query, PARAMS(P_INT(id)));
}

void
store_item_insert(struct request *req, const struct new_item *item)
{
	total_cache_touch(req->tenant);
	query_gather(req, &content_item_insert_query,
	    PARAMS(P_INT(item->id), P_INT(item->content_type_id), P_BOOL(item->is_singleton), P_DOC(item->data),
	        P_TEXT(item->status), P_TIME(item->created_at), P_TEXT(store_actor(req)), P_TEXT(item->search_text),
	        P_LABELS(req), P_INT(item->schema_version), P_ORIGIN(req)));
	if (item->is_indexed)
		put_fields(req, item->id);
	if (item->has_references)
		store_references(req, &(struct version_references){ .item_id = item->id, .version = 1 }, &item->references);
	store_prompt(req, &item->id, 1);
}

void
store_item_update(struct request *req, const struct content_head_row *head, const struct next_head *next)
{
	total_cache_touch(req->tenant);
	query_gather(req, &content_item_keep_version_query, PARAMS(P_INT(head->id), P_INT(head->version)));
	query_gather(req, &content_item_update_query,
	    PARAMS(P_INT(head->id), P_INT(head->version), P_INT(next->content_type_id), P_BOOL(next->is_singleton),
	        P_DOC(next->data), P_TEXT(next->status), P_TIME(next->updated_at),
	        next->published_version ? P_INT(next->published_version) : P_NULL(), P_TEXT(store_actor(req)), P_TEXT(next->search_text),
	        P_LABELS(req), P_TEXT(next->published_text), P_INT(next->schema_version), P_ORIGIN(req)));
	if (next->is_indexed)
		put_fields(req, head->id);
	if (next->has_references)
		store_references(req, &(struct version_references){ .item_id = head->id, .version = head->version + 1, .published = next->published_version },
		    &next->references);
	store_prompt(req, &head->id, 1);
}

void
store_item_delete(struct request *req, int64_t id, int64_t purge_at)
{
	total_cache_touch(req->tenant);
	query_send(req, &content_item_delete_query, PARAMS(P_INT(id), P_TIME(req->now_us), P_TIME(purge_at), P_TEXT(store_actor(req)), P_LABELS(req)));
}

const struct error *
store_deleted_lock(struct request *req, int64_t id, const struct content_deleted_row **ret_item)
{
	return query_find(req, &content_deleted_lock_query, PARAMS(P_INT(id), P_TIME(req->now_us)), ret_item);
}

void
store_item_restore(struct request *req, const struct content_deleted_row *item, const struct next_head *next)
{
	total_cache_touch(req->tenant);
	query_send(req, &content_item_restore_query,
	    PARAMS(P_INT(item->id), P_BOOL(*item->target_is_singleton), P_TEXT(next->status), P_TIME(next->updated_at), P_TEXT(store_actor(req)),
	        P_TEXT(next->search_text), P_LABELS(req), P_DOC(next->data), P_INT(next->schema_version), P_ORIGIN(req)));
	put_fields(req, item->id);
	store_references(req, &(struct version_references){ .item_id = item->id, .version = item->version + 1 }, &next->references);
	store_prompt(req, &item->id, 1);
}

const struct error *
store_purge(struct request *req, int64_t *ret_n_items)
{
	struct shape_list due = { .n = 0 };

	const struct error *error = query_list(req, &content_purge_due_query, PARAMS(P_TIME(req->now_us), P_INT(PURGE_ITEMS_MAX)), &due);
	if (error)
		return error;
	query_send(req, &content_changes_forget_query, PARAMS(P_TIME(req->now_us - CHANGES_KEEP_US), P_INT(CHANGES_FORGET_MAX)));
	const struct content_purge_row *row = due.items;
	for (size_t i = 0; i < due.n; i++) {
		query_send(req, &content_purge_versions_query, PARAMS(P_INT(row[i].domain_id), P_INT(row[i].id), P_INT(PURGE_VERSIONS_MAX)));
		query_send(req, &content_purge_item_query, PARAMS(P_INT(row[i].domain_id), P_INT(row[i].id)));
	}
	*ret_n_items = (int64_t)due.n;
	return NULL;
}

const struct error *
store_item_public(struct request *req, int64_t id, const struct content_public_row **ret_item)
{
	return query_find(req, &content_item_public_query, PARAMS(P_INT(id)), ret_item);
}

const struct error *
store_item_snapshot(struct request *req, int64_t id, const int64_t *version, const struct content_snapshot_row **ret_item)
{
	return query_find(req, &content_item_snapshot_query, PARAMS(P_INT(id), P_INT_OPT(version)), ret_item);
}

void
store_workflow(struct request *req, const struct content_governance_set_request *workflow)
{
	query_send(req, &content_workflow_put_query,
	    PARAMS(P_INT(workflow->content_type_id), P_INT(workflow->workflow_id), P_TEXT_LIST(workflow->states.items, workflow->states.n),
	        P_DOC(workflow->transitions), P_BOOL(workflow->active), P_TIME(req->now_us),
	        P_INT_OPT(workflow->generation)));
}

const struct error *
store_workflow_state(struct request *req, const char *status, bool *ret_exists)
{
	const struct content_id_row *row = NULL;
	const struct error *error = query_find(req, &content_workflow_state_exists_query, PARAMS(P_TEXT(status)), &row);
	if (error)
		return error;
	*ret_exists = row != NULL;
	return NULL;
}

const struct error *
store_singleton_item(struct request *req, int64_t type_id, int64_t item_id, int64_t *ret_id)
{
	const struct content_id_row *row = NULL;
	const struct error *error = query_find(req, &content_type_singleton_item_query,
	    PARAMS(P_INT(type_id), P_INT(item_id)), &row);
	if (error)
		return error;
	*ret_id = row ? row->id : 0;
	return NULL;
}

const struct error *
store_version(struct request *req, int64_t id, int64_t version, const struct content_item_version **ret_version)
{
	return query_find(req, &content_version_get_query, PARAMS(P_INT(id), P_INT(version)), ret_version);
}

const struct error *
store_state(struct request *req, int64_t id, int64_t version, const struct content_state_row **ret_state)
{
	return query_find(req, &content_state_get_query, PARAMS(P_INT(id), P_INT(version)), ret_state);
}

const struct error *
store_versions(struct request *req, const struct version_list *list, bool *ret_exists, struct shape_list *ret_rows)
{
	db_ticket item = query_ask(req, &content_item_exists_query, PARAMS(P_INT(list->item_id)));
	db_ticket rows = query_ask(req, &content_versions_list_query,
	    PARAMS(P_INT(list->item_id), P_INT(list->before ? *list->before : INT32_MAX), P_INT(list->limit), P_INT(PAGE_BYTES_MAX)));
	const struct content_id_row *row = NULL;

	const struct error *error = query_claim(req, item, &row);
	if (error)
		return error;
	*ret_exists = row != NULL;
	return query_claim_list(req, rows, ret_rows);
}

/* ---- many items ---- */

const struct error *
store_items_by_id(struct request *req, const struct item_ids *ids, struct shape_list *ret_heads,
    struct shape_list *ret_snapshots)
{
	db_ticket heads = 0, snapshots = 0;

	if (ids->n_heads > 0)
		heads = query_ask(req, &content_heads_get_query, PARAMS(P_INT_LIST(ids->heads, ids->n_heads), P_INT(PAGE_BYTES_MAX)));
	if (ids->n_snapshots > 0)
		snapshots = query_ask(req, &content_snapshots_get_query, PARAMS(P_INT_LIST(ids->snapshots, ids->n_snapshots), P_INT(PAGE_BYTES_MAX)));
	if (ids->n_heads > 0) {
		const struct error *error = query_claim_list(req, heads, ret_heads);
		if (error)
			return error;
	}
	if (ids->n_snapshots == 0)
		return NULL;
	return query_claim_list(req, snapshots, ret_snapshots);
}

const struct error *
store_items_of_types(struct request *req, const struct type_pages *pages, struct shape_list *ret_types, struct shape_list *ret_rows)
{
	db_ticket types = query_ask(req, &content_types_exist_query, PARAMS(P_INT_LIST(pages->ids, pages->n)));
	db_ticket rows = query_ask(req, pages->is_published_view ? &content_snapshots_of_types_query : &content_items_of_types_query,
	    PARAMS(P_INT_LIST(pages->ids, pages->n), P_INT_LIST(pages->limits, pages->n), P_INT(PAGE_BYTES_MAX)));

	const struct error *error = query_claim_list(req, types, ret_types);
	if (error)
		return error;
	return query_claim_list(req, rows, ret_rows);
}

const struct content_item_row *
store_find_item(const struct shape_list *rows, int64_t id)
{
	const struct content_item_row *row = rows->items;

	for (size_t i = 0; i < rows->n; i++) { /* they come as they were asked for, nearly always */
		if (row[i].id == id)
			return &row[i];
	}
	return NULL;
}

/* Which statement's index serves a list of heads: by [sort][direction][filter]. */
enum { FILTER_NONE, FILTER_TYPE, FILTER_STATUS, FILTER_TYPE_STATUS, N_FILTERS };

static const struct db_statement *const head_lists[3][2][N_FILTERS] = {
	[SORT_UPDATED] = {
		{ &content_heads_updated_desc_all_query, &content_heads_updated_desc_type_query,
		    &content_heads_updated_desc_status_query, &content_heads_updated_desc_type_status_query },
		{ &content_heads_updated_asc_all_query, &content_heads_updated_asc_type_query,
		    &content_heads_updated_asc_status_query, &content_heads_updated_asc_type_status_query },
	},
	[SORT_CREATED] = {
		{ &content_heads_created_desc_all_query, &content_heads_created_desc_type_query,
		    &content_heads_created_desc_all_query, &content_heads_created_desc_type_query },
		{ &content_heads_created_asc_all_query, &content_heads_created_asc_type_query,
		    &content_heads_created_asc_all_query, &content_heads_created_asc_type_query },
	},
	[SORT_VERSION] = {
		{ &content_heads_version_desc_query, &content_heads_version_desc_query, &content_heads_version_desc_query,
		    &content_heads_version_desc_query },
		{ &content_heads_version_asc_query, &content_heads_version_asc_query, &content_heads_version_asc_query,
		    &content_heads_version_asc_query },
	},
};

static const struct db_statement *const snapshot_lists[3][2][N_FILTERS] = {
	[SORT_UPDATED] = {
		{ &content_snapshots_updated_desc_all_query, &content_snapshots_updated_desc_type_query,
		    &content_snapshots_updated_desc_all_query, &content_snapshots_updated_desc_type_query },
		{ &content_snapshots_updated_asc_all_query, &content_snapshots_updated_asc_type_query,
		    &content_snapshots_updated_asc_all_query, &content_snapshots_updated_asc_type_query },
	},
	[SORT_CREATED] = {
		{ &content_snapshots_created_desc_all_query, &content_snapshots_created_desc_type_query,
		    &content_snapshots_created_desc_all_query, &content_snapshots_created_desc_type_query },
		{ &content_snapshots_created_asc_all_query, &content_snapshots_created_asc_type_query,
		    &content_snapshots_created_asc_all_query, &content_snapshots_created_asc_type_query },
	},
	[SORT_VERSION] = {
		{ &content_snapshots_version_desc_query, &content_snapshots_version_desc_query,
		    &content_snapshots_version_desc_query, &content_snapshots_version_desc_query },
		{ &content_snapshots_version_asc_query, &content_snapshots_version_asc_query,
		    &content_snapshots_version_asc_query, &content_snapshots_version_asc_query },
	},
};

static const struct db_statement *const head_counts[N_FILTERS] = {
	&content_heads_count_all_query, &content_heads_count_type_query, &content_heads_count_status_query,
	&content_heads_count_type_status_query,
};

static const struct db_statement *const snapshot_counts[N_FILTERS] = {
	&content_snapshots_count_all_query, &content_snapshots_count_type_query, &content_snapshots_count_all_query,
	&content_snapshots_count_type_query,
};

static int
filter_of(const struct item_filter *filter)
{
	if (filter->content_type_id)
		return filter->status && filter->status[0] ? FILTER_TYPE_STATUS : FILTER_TYPE;
	return filter->status ? FILTER_STATUS : FILTER_NONE;
}

static struct row_place
first_place(const struct item_order *order)
{
	if (order->sort == SORT_VERSION)
		return order->is_ascending ? (struct row_place){ 0, 0 } : (struct row_place){ INT32_MAX, INT32_MAX };
	return order->is_ascending ? (struct row_place){ TIME_FIRST_US, 0 } : (struct row_place){ TIME_LAST_US, INT32_MAX };
}

const struct error *
store_items(struct request *req, const struct item_page *page, struct shape_list *ret_rows)
{
	const struct item_filter *filter = &page->filter;
	const struct db_statement *const (*lists)[2][N_FILTERS] = filter->is_published_view ? snapshot_lists : head_lists;
	struct row_place place = page->after ? *page->after : first_place(&filter->order);
	return query_list(req, lists[filter->order.sort][filter->order.is_ascending][filter_of(filter)],
	    PARAMS(P_INT_OPT(filter->content_type_id), P_TEXT(filter->status), P_TIME_OPT(filter->created_after), P_TIME_OPT(filter->created_before),
	        P_TEXT(filter->text ? filter->text->words : NULL), filter->order.sort == SORT_VERSION ? P_INT(place.key) : P_TIME(place.key), P_INT(place.id),
	        P_INT(page->limit), P_INT(page->offset), P_INT(PAGE_BYTES_MAX), P_DOC(page->conditions),
	        P_TEXT(filter->text ? filter->text->needle : NULL), P_INT_OPT(filter->text ? filter->text->id : NULL)),
	    ret_rows);
}

/* Filters without text or time, which have an index: worth remembering. */
static const struct error *
count_plain(struct request *req, const struct item_filter *filter, int64_t *ret_n)
{
	const struct db_statement *const *counts = filter->is_published_view ? snapshot_counts : head_counts;
	struct total_key key = { .tenant = req->tenant, .type_id = filter->content_type_id ? *filter->content_type_id : 0,
		.status = filter->status, .is_published_view = filter->is_published_view };

	bool is_shared = !req->principal->narrow; /* a limited key counts less than others */
	if (is_shared && total_cache_get(&key, req->now_us, ret_n))
		return NULL;
	uint64_t generation = total_cache_generation(req->tenant);
	const struct error *error = claim_count(req, query_ask(req, counts[filter_of(filter)],
	    PARAMS(P_INT_OPT(filter->content_type_id), P_TEXT(filter->status), P_INT(LIST_TOTAL_MAX + 1))), ret_n);
	if (!error && is_shared)
		total_cache_put(&key, req->now_us, generation, *ret_n);
	return error;
}

const struct error *
store_items_count(struct request *req, const struct item_filter *filter, int64_t *ret_n)
{
	if (!filter->created_after && !filter->created_before)
		return count_plain(req, filter, ret_n);
	return claim_count(req,
	    query_ask(req, filter->is_published_view ? &content_snapshots_count_matching_query : &content_heads_count_matching_query,
	        PARAMS(P_INT_OPT(filter->content_type_id), P_TEXT(filter->status), P_TIME_OPT(filter->created_after), P_TIME_OPT(filter->created_before),
	            P_INT(LIST_TOTAL_MAX + 1))),
	    ret_n);
}
