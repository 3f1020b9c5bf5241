/* A release is taken back: the public sees what it saw before. */
#include <inttypes.h>
#include <string.h>

#include "releases/releases.h"
#include "releases/release_store.h"
#include "rules.h"

static void
sort_out(struct release_work *work)
{
	for (size_t i = 0; i < work->n; i++) {
		const struct content_release_entry_row *entry = &work->entries[i];
		const char *conflict = release_revert_conflict(entry);
		if (conflict)
			release_add_conflict(&work->conflicts, entry->content_item_id, conflict, NULL);
		else if (release_entry_deletes(entry))
			work->deleted[work->n_deleted++] = entry->content_item_id;
		else if (release_entry_has_changed(entry))
			work->changed[work->n_changed++] = entry->content_item_id;
	}
}

/* Whoever follows what is public must hear of an item that is not any more. */
static void
emit_item(struct request *req, const struct content_release_entry_row *entry, const char *hash)
{
	int64_t version = *entry->after_version + 1;
	const char *status = release_reverted_status(entry->before_status);

	if (release_entry_deletes(entry))
		emit_content_item_restore(req, entry->content_item_id, version, &(struct content_item_restore_event){ .content_type_id = *entry->content_type_id,
		    .version = version, .published_version = entry->before_published_version, .new_status = status, .content_hash = hash });
	else if (!release_entry_has_changed(entry))
		return;
	else if (entry->before_published_version)
		emit_content_item_rollback(req, entry->content_item_id, version, &(struct content_item_rollback_event){ .content_type_id = *entry->content_type_id,
		    .old_status = entry->status, .new_status = status, .from_version = *entry->after_version, .to_version = entry->base_version,
		    .published_version = entry->before_published_version, .content_hash = hash });
	else
		emit_content_item_unpublish(req, entry->content_item_id, version, &(struct content_item_unpublish_event){ .content_type_id = *entry->content_type_id,
		    .version = version, .old_status = entry->status, .new_status = status, .content_hash = hash });
}

static const struct error *
lock_published(struct request *req, const struct content_releases_revert_request *in, const struct content_release_row **ret_release)
{
	const struct error *error = release_lock(req, in->id, in->expected_version, ret_release);

	if (!error && strcmp((*ret_release)->status, RELEASE_PUBLISHED) != 0)
		error = FAIL(req, RELEASE_NOT_PUBLISHED, "release %" PRId64 " is %s", in->id, strcmp((*ret_release)->status, RELEASE_DRAFT) == 0 ? "a draft" : "taken back already");
	return error;
}

const struct error *
content_releases_revert(struct request *req, const struct content_releases_revert_request *in, struct content_release *out)
{
	struct release_work *work = ARENA_NEW(req->arena, struct release_work);
	const struct content_release_row *release = NULL, *after = NULL;

	const struct error *error = lock_published(req, in, &release);
	if (!error)
		error = release_work_begin(req, release, work);
	if (error)
		return error;
	sort_out(work);
	error = release_refuse(req, release, &work->conflicts);
	if (!error && work->n_changed > 0) /* as taking back one item's publication would */
		error = request_spend(req, BUDGET_PUBLISHES_PER_DAY, (int64_t)work->n_changed);
	if (!error)
		error = release_read_content(req, work, false);
	if (error)
		return error;
	if (work->n_changed > 0)
		store_release_revert(req, in->id, work->changed, work->n_changed);
	if (work->n_deleted > 0)
		store_release_restore(req, in->id, work->deleted, work->n_deleted);
	error = store_release_touch(req, in->id, RELEASE_REVERTED, &after);
	if (error)
		return error;
	for (size_t i = 0; i < work->n; i++)
		emit_item(req, &work->entries[i], work->hashes[i]);
	emit_content_release_revert(req, in->id, after->version, &(struct content_release_revert_event){ .name = release->name, .entry_count = release->entry_count });
	*out = release_view(req, after);
	return NULL;
}
