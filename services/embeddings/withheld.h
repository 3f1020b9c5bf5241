/* What the searcher has not bought. */
#ifndef WITHHELD_H
#define WITHHELD_H

#include "embeddings.h"

/* flags[i]: of item i nothing is free to this requester.  Outside any transaction: content is asked, unless it said just before that the tenant
 * sells nothing. */
const struct error *withheld_find(struct request *req, const int64_t *items, size_t n, bool *flags) MUST_CHECK;

/* Takes title, text and data out of struct search_result that are withheld. */
const struct error *withheld_hide(struct request *req, const struct shape_list *results) MUST_CHECK;

#endif
