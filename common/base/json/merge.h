/* Three-way merge of JSON documents: what two writers changed since the version both started from. */
#ifndef MERGE_H
#define MERGE_H

#include "json/json.h"

enum { MERGE_CONFLICTS_MAX = 64 };

struct merge_conflicts {
	const char *pointers[MERGE_CONFLICTS_MAX]; /* JSON pointers, in arena */
	size_t n; /* at most MERGE_CONFLICTS_MAX; later ones are dropped */
};

/* The document that has both writers' changes, or NULL with *ret_conflicts naming every place where both changed
 * the same thing differently.  Objects merge member by member (an added or removed member is a change); arrays
 * and scalars change as a whole.  Members come in the order of theirs, then what yours added.  The result
 * borrows from all three documents. */
const struct json_value *json_merge3(struct arena *arena, const struct json_value *base,
    const struct json_value *theirs, const struct json_value *yours, struct merge_conflicts *ret_conflicts);

#endif
