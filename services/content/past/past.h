/* The past of a tenant: what its items were at a time (docs/adr/0029-time-travel.md). */
#ifndef PAST_H
#define PAST_H

#include "content.h"
#include "cursor.h"

/* An item as of a time. */
struct past_wish {
	int64_t id, as_of;
	bool is_public; /* what the public saw; otherwise the working copy */
};

/* Rows in the order of the wishes; NULL where there was no such item, without a version where nothing of it was public.
 * errors[i] is set to AS_OF_IN_FUTURE where the time is not over. */
const struct error *past_items(struct request *req, const struct past_wish *wishes, size_t n, const struct content_item_row *ret_rows[],
    const struct error *errors[]) MUST_CHECK;

/* Of each type the item that it had at a time: rows of struct content_item_row.  Error: AS_OF_IN_FUTURE. */
struct past_types {
	const int64_t *ids;
	size_t n;
	int64_t as_of;
	bool is_public;
};
const struct error *past_of_types(struct request *req, const struct past_types *types, struct shape_list *ret_rows) MUST_CHECK;

/* A page of filter->as_of, in order of the last change: rows of struct content_item_row.  Error: AS_OF_IN_FUTURE. */
struct past_page {
	const struct item_filter *filter;
	const struct row_place *after; /* NULL: from the beginning */
	int64_t limit, offset;
};
const struct error *past_list(struct request *req, const struct past_page *page, struct shape_list *ret_rows) MUST_CHECK;

/* That a list which names a time asks for nothing that is known of the present only.  Error: AS_OF_NOT_COMBINABLE. */
const struct error *past_check_list(struct request *req, const struct content_items_list_request *in) MUST_CHECK;

#endif
