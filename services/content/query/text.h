/* Full text: what `q` asks for, the items that have it, and the words that are kept for it. */
#ifndef TEXT_H
#define TEXT_H

#include "store.h"

enum {
	TERMS_MAX = 100,        /* q has 200 characters */
	TEXT_FOUND_MAX = 10000, /* items that are gathered and sorted; beyond, an order is walked */
	TEXT_WALKED_MIN = 500,  /* fewer are gathered without asking what is cheaper */
	TEXT_QUEUED_MAX = 1000, /* items looked at as they stand, for their words are not kept yet */
};

/* A word begins as it was written, unless quotes make a phrase of it; a minus in front excludes, but not the only word there is. */
struct text_terms {
	const char *texts[TERMS_MAX], *kinds[TERMS_MAX]; /* kinds as content_asked() names them */
	size_t n;
};
void text_terms_read(struct arena *arena, const char *q, struct text_terms *ret_terms);

/* What the filter's q says, found out once: filter->text stays NULL where it says nothing. */
const struct error *text_ask(struct request *req, struct item_filter *filter) MUST_CHECK;

/* Whether the items that have it are gathered from the index; else an order is walked. */
const struct error *text_choose(struct request *req, const struct item_page *page, bool *ret_is_gathered) MUST_CHECK;
/* How many have it; false where that was not found out. */
bool text_total(const struct request *req, const struct item_filter *filter, int64_t *ret_total);

/* A page of them in the filter's order: rows of struct content_item_row, one more than the limit when there are more, and how many there are in all. */
const struct error *text_list(struct request *req, const struct item_page *page, struct shape_list *ret_rows, int64_t *ret_total) MUST_CHECK;

/* A timer: keeps the words of what has changed and, after an upgrade, of what was there before. */
const struct error *words_keep(struct request *req) MUST_CHECK;

#endif
