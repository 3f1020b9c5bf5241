/* Where a list goes on: its order, its filters and the last row shown, as one opaque text. */
#ifndef CURSOR_H
#define CURSOR_H

#include "content.h"
#include "rules.h"

/* Which items, in which order. */
/* What text_ask (query/text.h) found out about q. */
struct text_asked {
	const char *words, *needle; /* a condition on words, empty: none; a text without which nothing is meant */
	const int64_t *id;          /* that is meant besides, or NULL */
	int64_t n_found, n_queued;  /* items that have it, and those whose words are not kept yet; bounded */
	bool is_ready;              /* words are kept of all others, and asked for */
};

#define STATUS_NOT_ARCHIVED "" /* any but the one that the type's lifecycle archives with */
struct item_filter {
	const int64_t *content_type_id;
	const char *status, *q, *locale; /* locale: whose language the words of q are in */
	const struct text_asked *text;   /* NULL: of any text */
	const int64_t *created_after, *created_before;
	const int64_t *as_of; /* NULL: as it is now */
	bool is_published_view;
	struct item_order order;
};

/* The row before: the value it is sorted by (microseconds or a version) and its id. */
struct row_place {
	int64_t key, id;
};

const char *cursor_of_items(struct arena *arena, const struct item_filter *filter, const struct row_place *place);
bool cursor_read_items(struct arena *arena, const char *text, struct item_filter *ret_filter, struct row_place *ret_place);

/* Of a list in one order without filters: of = what is listed ("types", or the number of an item). */
const char *cursor_of_rows(struct arena *arena, const char *of, int64_t id);
bool cursor_read_rows(struct arena *arena, const char *text, const char *of, int64_t *ret_id);

#endif
