/* One call per statement of queries.sql that is about fields of the data. */
#ifndef STATEMENTS_H
#define STATEMENTS_H

#include "query/keys.h"
#include "store.h"

/* The filters that every list has, the conditions and the keys. */
struct field_query {
	const struct item_filter *filter;
	struct doc conditions; /* conditions_json */
	const struct sort_key *keys;
	size_t n_keys;
	int64_t limit, offset; /* of rows */
	bool is_by_text;       /* gathered from the words that the filter asks for, */
	bool is_served;        /* with all values from the index of fields */
};

/* The row before: of each key the number, as text, and the text. */
struct field_place {
	const char *numbers[KEYS_MAX], *texts[KEYS_MAX];
	int64_t id; /* 0: from the beginning */
};

/* All answer rows of struct content_place_row, in order. */
const struct error *store_fields_walk(struct request *req, const struct field_query *query, const struct field_place *before, struct shape_list *ret_rows) MUST_CHECK;
/* Numbers carry the sign of their direction.  driver NULL: every item of the type, as many as TYPE_ITEMS_MAX, or those that have the words. */
struct field_driver {
	int64_t field_id;
	struct value_ranges ranges;
};
const struct error *store_fields_gather(struct request *req, const struct field_query *query, const struct field_place *before,
    const struct field_driver *driver, struct shape_list *ret_rows) MUST_CHECK;

/* Rows of struct content_projection_row. */
struct projection_query {
	const struct item_filter *filter;
	struct doc conditions;
	const char *group_path, *metric_path; /* metric_path NULL: none */
	int64_t group_id, metric_id;          /* of the index; group_id 0: by the documents */
	const char *metric;
	bool is_by_group, is_ascending;
	int64_t limit;
};
const struct error *store_projection(struct request *req, const struct projection_query *query, struct shape_list *ret_rows) MUST_CHECK;

/* How many values lie in each driver's ranges, exact up to n_max; one round trip. */
const struct error *store_driver_counts(struct request *req, const struct field_driver *drivers, size_t n, bool is_public, int64_t n_max,
    int64_t ret_counts[]) MUST_CHECK;

/* ---- what keeps them (fields.c) ---- */

/* Rows of struct content_field_row. */
const struct error *store_type_fields(struct request *req, int64_t type_id, struct shape_list *ret_rows) MUST_CHECK;
/* Rows of struct content_id_row: those that are new. */
const struct error *store_fields_declare(struct request *req, int64_t type_id, const char *const *paths, size_t n, bool is_ready, struct shape_list *ret_rows) MUST_CHECK;
/* Queued. */
void store_fields_drop(struct request *req, int64_t type_id, const int64_t *ids, size_t n);
void store_fields_ready(struct request *req, int64_t type_id, const int64_t *ids, size_t n);
void store_type_set_indexed(struct request *req, int64_t type_id);
/* The fields of some items from after on, at most limit: *ret_last is the last of them, 0 when there were none. */
const struct error *store_fields_build(struct request *req, int64_t type_id, int64_t after, int64_t limit, int64_t *ret_last) MUST_CHECK;
const struct error *store_fields_sweep(struct request *req, const int64_t *ids, size_t n, int64_t limit, int64_t *ret_n) MUST_CHECK;


/* That a type is small enough to be asked without index.  field: that no index serves, NULL: several sort keys together. */
const struct error *query_check_size(struct request *req, const struct query_type *type, const char *field) MUST_CHECK;

#endif
