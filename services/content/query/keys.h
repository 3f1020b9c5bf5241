/* What a list is sorted by. */
#ifndef KEYS_H
#define KEYS_H

#include "query/conditions.h"

enum {
	KEYS_MAX = 3,
	TYPE_ITEMS_MAX = 10000, /* of a type that may be asked without index */
	DRIVEN_MAX = 2000,      /* so many values are gathered and sorted; beyond, an order is walked */
};

struct sort_key {
	const char *name;     /* a path, or a column: updatedAt, createdAt, version */
	bool is_column, is_descending;
	int64_t field_id;     /* 0: not served by index */
};

/* The words of `sort`, each "price" or "-price".  Error: CONTENT_ITEMS_FIELD_SORT_FIELD_UNKNOWN. */
const struct error *keys_read(struct request *req, const struct query_type *type, const struct shape_list *sort, struct sort_key *ret_keys) MUST_CHECK;

/* The parameter of the statements that gather. */
struct doc keys_json(struct arena *arena, const struct sort_key *keys, size_t n);

#endif
