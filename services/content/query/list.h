/* Lists of items by fields of their data. */
#ifndef LIST_H
#define LIST_H

#include "query/statements.h"

/* What a list by fields is, as its cursor carries it: the conditions and keys as they were asked for, and the row before. */
struct list_asked {
	struct item_filter filter;    /* its order is not used */
	struct shape_list conditions; /* of struct item_condition */
	struct shape_list sort;       /* of const char *: "-price" */
	struct field_place place;
};

struct list_page {
	struct shape_list rows; /* of struct content_item_row */
	size_t n_seen;          /* of places, which an item may have left meanwhile */
	bool has_more;
	struct field_place last;
	int64_t total;
	bool total_is_exact;
};

bool list_is_by_fields(const struct request *req, const struct content_items_list_request *in);

/* Errors: those of the fields, INVALID_CONTENT_ITEMS_CURSOR, CONTENT_ITEMS_CURSOR_OFFSET_CONFLICT, CONTENT_ITEMS_CURSOR_SORT_UNSUPPORTED,
 * CONTENT_ITEMS_FIELD_NOT_INDEXED, RESPONSE_TOO_LARGE, VALIDATION_ERROR. */
const struct error *list_by_fields(struct request *req, const struct content_items_list_request *in, struct content_items_list_response *out) MUST_CHECK;

/* ---- list_cursor.c ---- */

const char *list_cursor(struct arena *arena, const struct list_asked *asked);
bool list_cursor_is(struct arena *arena, const char *text); /* it is of this kind */
bool list_cursor_is_published(struct arena *arena, const char *text); /* of either kind */
bool list_cursor_read(struct arena *arena, const char *text, struct list_asked *ret_asked);
/* One text for one meaning: what two requests are compared by. */
const char *list_order_text(struct arena *arena, const struct list_asked *asked);
const char *list_conditions_text(struct arena *arena, const struct list_asked *asked);

/* ---- subset.c ---- */

/* The data with the members at these paths only; what it does not have is left out. */
struct doc subset_of(struct arena *arena, struct doc data, const struct shape_list *paths);

#endif
