/* What stands against a release. */
#include "releases/verdicts.h"

#include <string.h>

#include "rules.h"

bool
release_entry_deletes(const struct content_release_entry_row *entry)
{
	return strcmp(entry->action, "delete") == 0;
}

bool
release_entry_changes(const struct content_release_entry_row *entry)
{
	if (release_entry_deletes(entry))
		return false;
	return entry->version != entry->base_version || strcmp(entry->status, STATUS_PUBLISHED) != 0;
}

bool
release_entry_has_changed(const struct content_release_entry_row *entry)
{
	return !release_entry_deletes(entry) && *entry->after_version > entry->base_version;
}

const char *
release_publish_conflict(const struct content_release_entry_row *entry)
{
	if (!entry->head_version)
		return "deleted";
	if (*entry->head_version != entry->base_version)
		return "changed";
	return entry->is_governed && release_entry_changes(entry) ? "governed" : NULL;
}

static const char *
restore_conflict(const struct content_release_entry_row *entry)
{
	if (entry->head_version)
		return "restored";
	if (!entry->deleted_version)
		return "purged";
	if (*entry->deleted_version != entry->base_version)
		return "changed";
	if (!entry->schema_hash)
		return "type_deleted";
	return entry->other_id ? "singleton" : NULL;
}

const char *
release_revert_conflict(const struct content_release_entry_row *entry)
{
	if (release_entry_deletes(entry))
		return restore_conflict(entry);
	if (!release_entry_has_changed(entry))
		return NULL;
	if (!entry->head_version)
		return "deleted";
	if (*entry->head_version != *entry->after_version)
		return "changed";
	return entry->is_governed ? "governed" : NULL;
}

const char *
release_conflict(const char *status, const struct content_release_entry_row *entry)
{
	if (strcmp(status, RELEASE_DRAFT) == 0)
		return release_publish_conflict(entry);
	return strcmp(status, RELEASE_PUBLISHED) == 0 ? release_revert_conflict(entry) : NULL;
}

const char *
release_reverted_status(const char *before)
{
	bool is_kept = strcmp(before, STATUS_IN_REVIEW) == 0 || strcmp(before, STATUS_ARCHIVED) == 0;
	return is_kept ? before : STATUS_DRAFT;
}
