/* Taking back what was changed together: which changes are meant, what there was before, and who has built on them since. */
#ifndef UNDO_H
#define UNDO_H

#include "content.h"

enum { UNDO_ITEMS_MAX = 500, UNDO_CHANGES_MAX = 200 }; /* the latest of each item */

/* What is known of an item whose changes are meant. */
struct undo_item {
	int64_t id;
	int64_t newest_at;       /* of its meant changes; 0: none is meant */
	int64_t head;            /* version of it, or of what was deleted */
	bool is_deleted;
	int64_t before;          /* version that it had before the oldest of them; 0: there was none */
	bool was_deleted;        /* before them */
	bool is_beyond;          /* there are more changes of it than are looked at */
	const char *later_actor; /* who changed it after a meant change; "": nobody says who; NULL: nobody did */
};

/* Those that the request means, in the order in which they are undone: what was changed last first.
 * Errors: UNDO_TOO_LARGE, VALIDATION_ERROR. */
const struct error *undo_find(struct request *req, const struct content_changes_undo_request *in, struct undo_item **ret_items, size_t *ret_n) MUST_CHECK;

/* From when on changes are looked at that are meant by a time or by requests. */
int64_t undo_since(const struct request *req, const struct content_changes_undo_request *in);

/* One item back.  A refusal of the item is its result, not an error. */
const struct error *undo_item(struct request *req, const struct undo_item *item, struct undone_item *ret_result) MUST_CHECK;

#endif
