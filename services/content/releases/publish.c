/* A release becomes public: one transaction, a statement for each kind of change. */
#include <inttypes.h>
#include <string.h>

#include "releases/releases.h"
#include "releases/release_store.h"
#include "rules.h"

enum { DAY_SECONDS = 24 * 3600 };

/* Deleting costs what it costs one by one.  A job has nobody to ask for it. */
static void
sort_out(const struct request *req, struct release_work *work)
{
	bool is_free = !(req->op->flags & OPERATION_PRICED);

	for (size_t i = 0; i < work->n; i++) {
		const struct content_release_entry_row *entry = &work->entries[i];
		const char *conflict = release_publish_conflict(entry);
		int64_t price = release_entry_deletes(entry) && entry->base_price ? *entry->base_price : 0;
		work->price_sats += price;
		if (!conflict && price > 0 && is_free)
			conflict = "priced";
		if (conflict)
			release_add_conflict(&work->conflicts, entry->content_item_id, conflict, NULL);
		else if (release_entry_deletes(entry))
			work->deleted[work->n_deleted++] = entry->content_item_id;
		else if (release_entry_changes(entry))
			work->changed[work->n_changed++] = entry->content_item_id;
	}
}

/* What stays must not refer to what goes: asked once the new versions and their references are there. */
static const struct error *
check_unused(struct request *req, struct release_work *work)
{
	struct shape_list rows = { .n = 0 };
	const struct error *error = store_release_referenced(req, work->deleted, work->n_deleted, &rows);

	if (error)
		return error;
	const struct content_release_reference_row *row = rows.items;
	for (size_t i = 0; i < rows.n; i++)
		release_add_conflict(&work->conflicts, row[i].id, "referenced", arena_printf(req->arena, "content item %" PRId64 " refers to it", row[i].source_id));
	return release_refuse(req, work->release, &work->conflicts);
}

static void
emit_items(struct request *req, const struct release_work *work, int64_t purge_at)
{
	for (size_t i = 0; i < work->n; i++) {
		const struct content_release_entry_row *entry = &work->entries[i];
		int64_t version = entry->base_version + 1;
		if (release_entry_deletes(entry))
			emit_content_item_delete(req, entry->content_item_id, entry->base_version, &(struct content_item_delete_event){
			    .content_type_id = *entry->content_type_id, .old_status = entry->status, .content_hash = work->hashes[i],
			    .version = entry->base_version, .published_version = entry->published_version, .restorable_until = purge_at });
		else if (release_entry_changes(entry))
			emit_content_item_publish(req, entry->content_item_id, version, &(struct content_item_publish_event){
			    .content_type_id = *entry->content_type_id, .version = version, .published_version = &version, .old_status = entry->status,
			    .new_status = STATUS_PUBLISHED, .content_hash = work->hashes[i] });
	}
}

static const struct error *
carry_out(struct request *req, struct release_work *work, int64_t purge_at)
{
	int64_t id = work->release->id;

	store_release_note(req, id, work->changed, work->n_changed);
	if (work->n_changed > 0)
		store_release_publish(req, id, work->changed, work->n_changed);
	if (work->n_deleted == 0)
		return NULL;
	const struct error *error = check_unused(req, work);
	if (!error)
		store_release_delete_items(req, work->deleted, work->n_deleted, purge_at);
	return error;
}

const struct error *
release_publish(struct request *req, int64_t id, const int64_t *expected_version, const struct content_release_row **ret_release)
{
	struct release_work *work = ARENA_NEW(req->arena, struct release_work);
	int64_t purge_at = rules_stored_time(req->now_us) + content_deleted_keep_days() * DAY_SECONDS * INT64_C(1000000);
	const struct content_release_row *release = NULL;

	const struct error *error = release_lock(req, id, expected_version, &release);
	if (error)
		return error;
	if (strcmp(release->status, RELEASE_DRAFT) != 0)
		return FAIL(req, RELEASE_NOT_DRAFT, "release %" PRId64 " is %s", id, release->status);
	if (release->entry_count == 0)
		return FAIL(req, EMPTY_BATCH, "release %" PRId64 " has no entries", id);
	error = release_work_begin(req, release, work);
	if (error)
		return error;
	sort_out(req, work);
	if (work->conflicts.n == 0)
		error = release_read_content(req, work, true);
	if (!error)
		error = release_refuse(req, release, &work->conflicts);
	if (!error)
		error = request_charge(req, work->price_sats);
	if (!error && work->n_changed > 0)
		error = request_spend(req, BUDGET_PUBLISHES_PER_DAY, (int64_t)work->n_changed);
	if (!error)
		error = carry_out(req, work, purge_at);
	if (!error)
		error = store_release_touch(req, id, RELEASE_PUBLISHED, ret_release);
	if (error)
		return error;
	emit_items(req, work, purge_at);
	emit_content_release_publish(req, id, (*ret_release)->version, &(struct content_release_publish_event){ .name = release->name, .entry_count = release->entry_count });
	return NULL;
}

const struct error *
content_releases_publish(struct request *req, const struct content_releases_publish_request *in, struct content_release *out)
{
	const struct content_release_row *release = NULL;
	const struct error *error = release_publish(req, in->id, in->expected_version, &release);

	if (!error)
		*out = release_view(req, release);
	return error;
}

/* Published already by the time: that is what was wanted. */
const struct error *
content_jobs_publish_release(struct request *req, const struct content_jobs_publish_release_request *in, struct content_jobs_publish_release_response *out)
{
	const struct content_release_row *release = NULL;
	const struct error *error = store_release(req, in->release_id, &release);
	bool is_done = release && strcmp(release->status, RELEASE_PUBLISHED) == 0;

	if (!error && !is_done)
		error = release_publish(req, in->release_id, in->expected_version, &release);
	if (error)
		return error;
	const char *result = arena_printf(req->arena, "{\"skipped\":%s,\"releaseId\":%" PRId64 ",\"entryCount\":%" PRId64 "}", is_done ? "true" : "false", release->id,
	    release->entry_count);
	out->result = (struct doc){ result, strlen(result) };
	return NULL;
}
