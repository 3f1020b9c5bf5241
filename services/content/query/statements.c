/* The statements about fields as functions. */
#include "query/statements.h"

#include "content_queries.h"

const struct error *
store_fields_walk(struct request *req, const struct field_query *query, const struct field_place *before, struct shape_list *ret_rows)
{
	static const struct db_statement *const statements[2][2] = {
		{ &content_fields_walk_heads_asc_query, &content_fields_walk_heads_desc_query },
		{ &content_fields_walk_snapshots_asc_query, &content_fields_walk_snapshots_desc_query },
	};
	const struct item_filter *filter = query->filter;
	const struct sort_key *key = &query->keys[0];
	/* Before the first: nothing is below (-Infinity, ''), and no id reaches above (Infinity, '', 2147483647). */
	const char *number = before->id ? before->numbers[0] : key->is_descending ? "Infinity" : "-Infinity";
	int64_t id = before->id ? before->id : key->is_descending ? INT32_MAX : 0;

	return query_list(req, statements[filter->is_published_view][key->is_descending],
	    PARAMS(P_INT_OPT(filter->content_type_id), P_TEXT(filter->status), P_TIME_OPT(filter->created_after), P_TIME_OPT(filter->created_before),
	        P_INT(key->field_id), P_TEXT(number), P_TEXT(before->id ? before->texts[0] : ""), P_INT(id), P_INT(query->limit), P_INT(query->offset),
	        P_DOC(query->conditions), P_TEXT(filter->q)),
	    ret_rows);
}

const struct error *
store_fields_gather(struct request *req, const struct field_query *query, const struct field_place *before, const struct field_driver *driver,
    struct shape_list *ret_rows)
{
	const struct item_filter *filter = query->filter;
	int64_t signs[KEYS_MAX];

	for (size_t i = 0; i < query->n_keys; i++)
		signs[i] = query->keys[i].is_descending ? -1 : 1;
	const struct db_param params[] = {
		P_INT_OPT(filter->content_type_id), P_TEXT(filter->status), P_TIME_OPT(filter->created_after), P_TIME_OPT(filter->created_before),
		query->conditions.json ? P_DOC(query->conditions) : P_DOC(((struct doc){ "[]", 2 })), P_DOC(keys_json(req->arena, query->keys, query->n_keys)),
		P_INT_LIST(signs, query->n_keys), P_TEXT_LIST(before->numbers, before->id ? query->n_keys : 0),
		P_TEXT_LIST(before->texts, before->id ? query->n_keys : 0), P_INT(before->id), P_TEXT(filter->q), P_INT(TYPE_ITEMS_MAX),
		P_INT(query->limit), P_INT(query->offset), driver ? P_INT(driver->field_id) : P_NULL(),
		driver ? P_TEXT_LIST(driver->ranges.low, driver->ranges.n) : P_NULL(), driver ? P_TEXT_LIST(driver->ranges.low_texts, driver->ranges.n) : P_NULL(),
		driver ? P_TEXT_LIST(driver->ranges.high, driver->ranges.n) : P_NULL(), driver ? P_TEXT_LIST(driver->ranges.high_texts, driver->ranges.n) : P_NULL(),
	};
	if (driver)
		return query_list(req, filter->is_published_view ? &content_gather_driven_snapshots_query : &content_gather_driven_heads_query, params, ret_rows);
	return query_list(req, filter->is_published_view ? &content_gather_snapshots_query : &content_gather_heads_query, params, ret_rows);
}

const struct error *
store_driver_counts(struct request *req, const struct field_driver *drivers, size_t n, bool is_public, int64_t n_max, int64_t ret_counts[])
{
	db_ticket tickets[CONDITIONS_MAX];

	for (size_t i = 0; i < n; i++)
		tickets[i] = query_ask(req, &content_fields_driver_count_query,
		    PARAMS(P_INT(drivers[i].field_id), P_BOOL(is_public), P_TEXT_LIST(drivers[i].ranges.low, drivers[i].ranges.n),
		        P_TEXT_LIST(drivers[i].ranges.low_texts, drivers[i].ranges.n), P_TEXT_LIST(drivers[i].ranges.high, drivers[i].ranges.n),
		        P_TEXT_LIST(drivers[i].ranges.high_texts, drivers[i].ranges.n), P_INT(n_max)));
	for (size_t i = 0; i < n; i++) {
		const struct content_count_row *row = NULL;
		const struct error *error = query_claim(req, tickets[i], &row);
		if (error)
			return error;
		ret_counts[i] = row ? row->total : 0;
	}
	return NULL;
}

/* ---- what keeps them ---- */

const struct error *
store_type_fields(struct request *req, int64_t type_id, struct shape_list *ret_rows)
{
	return query_list(req, &content_fields_of_type_query, PARAMS(P_INT(type_id)), ret_rows);
}

const struct error *
store_fields_declare(struct request *req, int64_t type_id, const char *const *paths, size_t n, bool is_ready, struct shape_list *ret_rows)
{
	return query_list(req, &content_fields_declare_query, PARAMS(P_INT(type_id), P_TEXT_LIST(paths, n), P_BOOL(is_ready)), ret_rows);
}

void
store_fields_drop(struct request *req, int64_t type_id, const int64_t *ids, size_t n)
{
	query_send(req, &content_fields_drop_query, PARAMS(P_INT(type_id), P_INT_LIST(ids, n)));
}

void
store_fields_ready(struct request *req, int64_t type_id, const int64_t *ids, size_t n)
{
	query_send(req, &content_fields_ready_query, PARAMS(P_INT(type_id), P_INT_LIST(ids, n)));
}

void
store_type_set_indexed(struct request *req, int64_t type_id)
{
	query_send(req, &content_type_set_indexed_query, PARAMS(P_INT(type_id)));
}

const struct error *
store_fields_build(struct request *req, int64_t type_id, int64_t after, int64_t limit, int64_t *ret_last)
{
	struct shape_list rows = { .n = 0 };

	const struct error *error = query_list(req, &content_fields_build_lock_query, PARAMS(P_INT(type_id), P_INT(after), P_INT(limit)), &rows);
	if (error)
		return error;
	const struct content_id_row *row = rows.items;
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		ids[i] = row[i].id;
	*ret_last = rows.n == (size_t)limit ? ids[rows.n - 1] : 0;
	if (rows.n > 0)
		query_send(req, &content_fields_put_query, PARAMS(P_INT_LIST(ids, rows.n)));
	return NULL;
}

const struct error *
store_fields_sweep(struct request *req, const int64_t *ids, size_t n, int64_t limit, int64_t *ret_n)
{
	return query_exec(req, &content_fields_sweep_query, PARAMS(P_INT_LIST(ids, n), P_INT(limit)), ret_n);
}
