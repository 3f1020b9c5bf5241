/* Releases: what becomes public together, and is taken back together. */
#ifndef RELEASES_H
#define RELEASES_H

#include "content.h"
#include "releases/verdicts.h"

/* The release, locked, with the caller's version token held against it.  Errors: RELEASE_NOT_FOUND, VERSION_CONFLICT. */
const struct error *release_lock(struct request *req, int64_t id, const int64_t *expected_version, const struct content_release_row **ret_release) MUST_CHECK;

struct content_release release_view(const struct request *req, const struct content_release_row *row);

/* Items whose entries cannot be carried out, collected over several steps. */
enum { CONFLICTS_MAX = 50, CONFLICT_TEXT_BYTES = 256 };
struct release_conflicts {
	struct {
		int64_t content_item_id;
		const char *reason;
		char message[CONFLICT_TEXT_BYTES];
	} list[CONFLICTS_MAX];
	size_t n; /* of all; those beyond the list are only counted */
};
void release_add_conflict(struct release_conflicts *conflicts, int64_t id, const char *reason, const char *message);
/* NULL without conflicts, otherwise RELEASE_CONFLICT, whose context lists them. */
const struct error *release_refuse(struct request *req, const struct content_release_row *release, const struct release_conflicts *conflicts) MUST_CHECK;

/* A release while it is carried out: its entries in order of their items, and what is done to which of them. */
struct release_work {
	const struct content_release_row *release;
	const struct content_release_entry_row *entries;
	size_t n;
	int64_t *changed, *deleted; /* ids */
	size_t n_changed, n_deleted;
	const char **hashes; /* of the content that each entry is about, hex */
	int64_t price_sats; /* of the deletions */
	struct release_conflicts conflicts;
};

/* Reads the entries of a locked release, whose items it locks. */
const struct error *release_work_begin(struct request *req, const struct content_release_row *release, struct release_work *work) MUST_CHECK;

/* Reads the content that entries are about, a few at a time: its hash, and with is_checked what the schema says of it where the item becomes public. */
const struct error *release_read_content(struct request *req, struct release_work *work, bool is_checked) MUST_CHECK;

/* publish.c, revert.c: errors besides those of release_lock: EMPTY_BATCH, RELEASE_CONFLICT, RELEASE_NOT_DRAFT, RELEASE_NOT_PUBLISHED. */
const struct error *release_publish(struct request *req, int64_t id, const int64_t *expected_version, const struct content_release_row **ret_release) MUST_CHECK;

#endif
