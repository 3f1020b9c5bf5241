/* Conditions on fields of the data: as they were asked for, checked against the type's schema, and as the statements take them. */
#ifndef CONDITIONS_H
#define CONDITIONS_H

#include "content.h"
#include "query/paths.h"

enum {
	CONDITIONS_MAX = 11,       /* filters and the single one */
	CONDITION_VALUES_MAX = 50, /* of "in" */
	CONDITION_TEXT_MAX = 200,  /* characters of a text: as many as the index has */
};

/* The codes of an operation for what may be wrong. */
struct field_codes {
	enum error_code requires_type, type_not_found, incomplete, field_unknown, operator_unsupported, value_invalid;
};

/* What a query has to know of a type. */
struct query_type {
	int64_t id;
	const struct json_value *schema;
	const int64_t *field_ids; /* the fields served by index, */
	const char *const *paths; /* and their paths */
	size_t n_fields;
	bool archives; /* it has a lifecycle */
};

/* A value as content_item_fields has it. */
struct field_value {
	double number;
	const char *text;
};

enum condition_op { OP_IN, OP_CONTAINS, OP_GT, OP_GTE, OP_LT, OP_LTE, OP_EXISTS };

struct condition {
	struct field_path field;
	int64_t field_id; /* 0: not served by index */
	enum condition_op op;
	bool is_not;
	const struct field_value *values;
	size_t n_values;
};

const struct error *query_type_read(struct request *req, const int64_t *type_id, const struct field_codes *codes, struct query_type *ret_type) MUST_CHECK;

/* The id of a field that is served by index, or 0. */
int64_t query_type_field_id(const struct query_type *type, const char *path);

/* All conditions of a request: its filters, and fieldName, fieldOp and fieldValue, which may be NULL. */
struct asked_conditions {
	struct shape_list filters;
	const char *field_name, *field_op, *field_value;
};
bool conditions_are_asked(const struct asked_conditions *asked);
/* The same as one list of struct item_condition, so that cursors hold one form.  Error: codes->incomplete. */
const struct error *conditions_listed(struct request *req, const struct asked_conditions *asked, const struct field_codes *codes,
    struct shape_list *ret_list) MUST_CHECK;

/* Errors: those of codes. */
const struct error *conditions_read(struct request *req, const struct query_type *type, const struct shape_list *list,
    const struct field_codes *codes, struct condition *ret_conditions) MUST_CHECK;

/* The parameter of the statements; NULL for none. */
struct doc conditions_json(struct arena *arena, const struct condition *conditions, size_t n);

/* Steps of a path as a JSON array. */
void conditions_add_steps(struct buf *buf, const char *path);

/* Ranges of values that hold every item a condition can be true of. */
struct value_ranges {
	const char **low, **low_texts, **high, **high_texts; /* numbers as text */
	size_t n;
};
/* False: there are none that an index could begin with. */
bool conditions_ranges(struct arena *arena, const struct condition *condition, struct value_ranges *ret_ranges);
/* Whether those ranges hold no other item. */
bool conditions_is_range(const struct condition *condition);

#endif
