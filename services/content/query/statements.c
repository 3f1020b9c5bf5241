/* The statements about fields as functions. */
#include "query/statements.h"

#include <inttypes.h>
#include <string.h>

#include "content_queries.h"

/* The parameters about text. */
#define TEXT_WORDS(filter) P_TEXT((filter)->text ? (filter)->text->words : NULL)
#define TEXT_BESIDES(filter) P_TEXT((filter)->text ? (filter)->text->needle : NULL), P_INT_OPT((filter)->text ? (filter)->text->id : NULL)

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
	        P_DOC(query->conditions), TEXT_WORDS(filter), TEXT_BESIDES(filter)),
	    ret_rows);
}

/* From the values of one field, through the index. */
static const struct error *
gather_driven(struct request *req, const struct field_query *query, const struct field_place *before, const struct field_driver *driver,
    const int64_t signs[], struct shape_list *ret_rows)
{
	const struct item_filter *filter = query->filter;
	int64_t fields[KEYS_MAX];
	const char *columns[KEYS_MAX];

	for (size_t i = 0; i < query->n_keys; i++) {
		fields[i] = query->keys[i].field_id; /* 0: none has it */
		columns[i] = query->keys[i].is_column ? query->keys[i].name : "";
	}
	return query_list(req, filter->is_published_view ? &content_gather_driven_snapshots_query : &content_gather_driven_heads_query,
	    PARAMS(P_INT_OPT(filter->content_type_id), P_TEXT(filter->status), P_TIME_OPT(filter->created_after), P_TIME_OPT(filter->created_before),
	        P_DOC(query->conditions), P_INT_LIST(fields, query->n_keys), P_INT_LIST(signs, query->n_keys),
	        P_TEXT_LIST(before->numbers, before->id ? query->n_keys : 0), P_TEXT_LIST(before->texts, before->id ? query->n_keys : 0), P_INT(before->id),
	        TEXT_WORDS(filter), P_INT(TYPE_ITEMS_MAX), P_INT(query->limit), P_INT(query->offset), P_INT(driver->field_id),
	        P_TEXT_LIST(driver->ranges.low, driver->ranges.n), P_TEXT_LIST(driver->ranges.low_texts, driver->ranges.n),
	        P_TEXT_LIST(driver->ranges.high, driver->ranges.n), P_TEXT_LIST(driver->ranges.high_texts, driver->ranges.n),
	        P_TEXT_LIST(columns, query->n_keys), TEXT_BESIDES(filter)),
	    ret_rows);
}

const struct error *
store_fields_gather(struct request *req, const struct field_query *query, const struct field_place *before, const struct field_driver *driver,
    struct shape_list *ret_rows)
{
	static const struct db_statement *const statements[3][2] = {
		{ &content_gather_heads_query, &content_gather_snapshots_query },
		{ &content_gather_text_heads_query, &content_gather_text_snapshots_query },
		{ &content_gather_words_heads_query, &content_gather_words_snapshots_query },
	};
	const struct item_filter *filter = query->filter;
	int64_t signs[KEYS_MAX];

	for (size_t i = 0; i < query->n_keys; i++)
		signs[i] = query->keys[i].is_descending ? -1 : 1;
	if (driver)
		return gather_driven(req, query, before, driver, signs, ret_rows);
	return query_list(req, statements[query->is_by_text + (query->is_by_text && query->is_served)][filter->is_published_view],
	    PARAMS(P_INT_OPT(filter->content_type_id), P_TEXT(filter->status), P_TIME_OPT(filter->created_after), P_TIME_OPT(filter->created_before),
	        P_DOC(query->conditions), P_DOC(keys_json(req->arena, query->keys, query->n_keys)), P_INT_LIST(signs, query->n_keys),
	        P_TEXT_LIST(before->numbers, before->id ? query->n_keys : 0), P_TEXT_LIST(before->texts, before->id ? query->n_keys : 0), P_INT(before->id),
	        TEXT_WORDS(filter), P_INT(TYPE_ITEMS_MAX), P_INT(query->limit), P_INT(query->offset), TEXT_BESIDES(filter)),
	    ret_rows);
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

/* ---- without index ---- */

const struct error *
query_check_size(struct request *req, const struct query_type *type, const char *field)
{
	int64_t n = 0;
	const struct error *error = store_type_items_count(req, type->id, TYPE_ITEMS_MAX + 1, &n);

	if (error || n <= TYPE_ITEMS_MAX)
		return error;
	if (!field)
		return FAIL_AT(req, CONTENT_ITEMS_FIELD_NOT_INDEXED, "/sort", "content type %" PRId64 " has more than %d items, and no condition leaves at most %d of them to be sorted by several keys",
		    type->id, TYPE_ITEMS_MAX, DRIVEN_MAX);
	struct error *refusal = FAIL(req, CONTENT_ITEMS_FIELD_NOT_INDEXED, "content type %" PRId64 " has more than %d items, and no index serves its field '%s'",
	    type->id, TYPE_ITEMS_MAX, field);
	struct buf context;
	buf_init(&context, req->arena, 128);
	buf_add_text(&context, "{\"field\":");
	buf_add_json_text(&context, field, strlen(field));
	buf_add_text(&context, ",\"example\":{\"type\":\"string\",\"" QUERYABLE_KEYWORD "\":true}}");
	return error_at(refusal, "", context.bytes);
}

/* ---- projections ---- */

static struct db_param
steps_of(struct request *req, const char *path)
{
	const char **steps = ARENA_ARRAY(req->arena, const char *, PATH_STEPS_MAX);
	size_t n = 0;

	if (!path)
		return P_NULL();
	for (const char *step = path; n < PATH_STEPS_MAX; step += strcspn(step, ".") + 1) {
		steps[n++] = arena_strndup(req->arena, step, strcspn(step, "."));
		if (!step[strcspn(step, ".")])
			break;
	}
	return P_TEXT_LIST(steps, n);
}

const struct error *
store_projection(struct request *req, const struct projection_query *query, struct shape_list *ret_rows)
{
	static const struct db_statement *const statements[2][2] = {
		{ &content_projection_heads_query, &content_projection_snapshots_query },
		{ &content_projection_indexed_heads_query, &content_projection_indexed_snapshots_query },
	};
	const struct item_filter *filter = query->filter;
	bool is_indexed = query->group_id != 0;

	return query_list(req, statements[is_indexed][filter->is_published_view],
	    PARAMS(P_INT_OPT(filter->content_type_id), P_TEXT(filter->status), P_TIME_OPT(filter->created_after), P_TIME_OPT(filter->created_before),
	        P_DOC(query->conditions),
	        is_indexed ? P_INT(query->group_id) : steps_of(req, query->group_path),
	        !is_indexed ? steps_of(req, query->metric_path) : query->metric_id ? P_INT(query->metric_id) : P_NULL(), P_TEXT(query->metric),
	        P_BOOL(query->is_by_group), P_INT(query->is_ascending ? 1 : -1), P_INT(query->limit)),
	    ret_rows);
}
