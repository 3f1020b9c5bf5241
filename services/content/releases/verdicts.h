/* What stands against a release: values in, verdict out. */
#ifndef RELEASE_VERDICTS_H
#define RELEASE_VERDICTS_H

#include "content.h"

enum { RELEASE_ENTRIES_MAX = 1000 };

#define RELEASE_DRAFT "draft"
#define RELEASE_PUBLISHED "published"
#define RELEASE_REVERTED "reverted"

bool release_entry_deletes(const struct content_release_entry_row *entry);

/* Publishing it makes a new version: the item is not yet as the release wants it. */
bool release_entry_changes(const struct content_release_entry_row *entry);

/* The same once it was published. */
bool release_entry_has_changed(const struct content_release_entry_row *entry);

/* Why an entry cannot be published, as far as its row tells: "deleted", "changed" or "governed"; NULL: nothing. */
const char *release_publish_conflict(const struct content_release_entry_row *entry);

/* Why it cannot be taken back: somebody has built on it ("changed", "deleted", "restored", "purged"), or there is no place for it any more
 * ("type_deleted", "singleton", "governed"); NULL: nothing. */
const char *release_revert_conflict(const struct content_release_entry_row *entry);

/* The conflict of an entry of a release with this status. */
const char *release_conflict(const char *status, const struct content_release_entry_row *entry);

/* Status that a head has after a reversal; before: the one before the release. */
const char *release_reverted_status(const char *before);

#endif
