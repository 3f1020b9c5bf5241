/* The answer to a stale version token: what changed meanwhile and, where the edits do not overlap, the merge. */
#ifndef CONFLICT_H
#define CONFLICT_H

#include "content.h"
#include "json/json.h"

/* VERSION_CONFLICT with {expectedVersion, currentVersion, changedBy, changedAt, theirs}. */
const struct error *conflict_type(struct request *req, int64_t expected_version, const struct content_type *theirs,
    const char *changed_by) MUST_CHECK;

/* The same for an item that was to be deleted or rolled back: theirs is the head's data. */
const struct error *conflict_item(struct request *req, int64_t expected_version, const struct content_head_row *head) MUST_CHECK;

/* The same for what a workflow found otherwise than it thought: status, version and hash of what is there. */
const struct error *conflict_state(struct request *req, const struct content_head_row *head, const char *what) MUST_CHECK;

/* What an update wanted the data to become: a whole document, a merge patch of the version it read, or neither. */
struct intended_data {
	const struct json_value *replacement;
	const struct json_value *patch;
};

/* For an update: also base (the data the caller read), yours (what it would have become) and merged or conflicts (JSON
 * pointers).  The documents are left out when they are too large together, and base when there never was such a version. */
const struct error *conflict_update(struct request *req, int64_t expected_version, const struct content_head_row *head,
    const struct intended_data *intended) MUST_CHECK;

#endif
