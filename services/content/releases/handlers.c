/* Releases as they are put together, and what is shown of them. */
#include <inttypes.h>
#include <string.h>

#include "cursor.h"
#include "releases/releases.h"
#include "releases/release_store.h"
#include "rules.h"

#define CHANGE_OF(event, row) &(struct event){ .name = (row)->name, .entry_count = (row)->entry_count }

/* ---- one release ---- */

struct content_release
release_view(const struct request *req, const struct content_release_row *row)
{
	(void)req;
	return (struct content_release){ .id = row->id, .name = row->name, .description = row->description, .status = row->status, .version = row->version,
		.entry_count = row->entry_count, .created_at = row->created_at, .updated_at = row->updated_at, .published_at = row->published_at,
		.reverted_at = row->reverted_at };
}

static const struct error *
not_found(struct request *req, int64_t id)
{
	return FAIL(req, RELEASE_NOT_FOUND, "release %" PRId64 " does not exist", id);
}

static const struct error *
find(struct request *req, int64_t id, const struct content_release_row **ret_release)
{
	const struct error *error = store_release(req, id, ret_release);

	return error || *ret_release ? error : not_found(req, id);
}

const struct error *
release_lock(struct request *req, int64_t id, const int64_t *expected_version, const struct content_release_row **ret_release)
{
	const struct content_release_row *row = NULL;
	const struct error *error = store_release_lock(req, id, &row);

	if (error)
		return error;
	if (!row)
		return not_found(req, id);
	if (!rules_token_is_current(expected_version, row->version))
		return FAIL_WITH(req, VERSION_CONFLICT, arena_printf(req->arena, "{\"expectedVersion\":%" PRId64 ",\"currentVersion\":%" PRId64 "}", *expected_version, row->version),
		    "version %" PRId64 " of the release was expected, the current one is %" PRId64, *expected_version, row->version);
	*ret_release = row;
	return NULL;
}

static const struct error *
lock_draft(struct request *req, int64_t id, const int64_t *expected_version, const struct content_release_row **ret_release)
{
	const struct error *error = release_lock(req, id, expected_version, ret_release);

	if (!error && strcmp((*ret_release)->status, RELEASE_DRAFT) != 0)
		error = FAIL(req, RELEASE_NOT_DRAFT, "release %" PRId64 " is %s", id, (*ret_release)->status);
	return error;
}

const struct error *
content_releases_create(struct request *req, const struct content_releases_create_request *in, struct content_release *out)
{
	const struct content_release_row *row = NULL;
	const struct error *error = store_release_insert(req, in->name, in->description, &row);

	if (error)
		return error;
	*out = release_view(req, row);
	if (req->dry_run)
		out->id = 0; /* the one it would get is not known before it is created */
	emit_content_release_create(req, row->id, row->version, CHANGE_OF(content_release_create_event, row));
	return NULL;
}

const struct error *
content_releases_list(struct request *req, const struct content_releases_list_request *in, struct content_releases_list_response *out)
{
	struct shape_list rows = { .n = 0 };
	int64_t before = INT32_MAX;

	if (in->cursor && !cursor_read_rows(req->arena, in->cursor, "releases", &before))
		return FAIL_AT(req, INVALID_CURSOR, "/cursor", "the cursor is invalid: send a nextCursor as it was received, or none");
	const struct error *error = store_releases(req, before, in->status, *in->limit + 1, &rows);
	if (error)
		return error;
	size_t n = rows.n > (size_t)*in->limit ? (size_t)*in->limit : rows.n;
	struct content_release *releases = ARENA_ARRAY(req->arena, struct content_release, n + 1);
	for (size_t i = 0; i < n; i++)
		releases[i] = release_view(req, (const struct content_release_row *)rows.items + i);
	*out = (struct content_releases_list_response){ .releases = { releases, n }, .limit = *in->limit, .has_more = rows.n > n,
		.next_cursor = rows.n > n ? cursor_of_rows(req->arena, "releases", releases[n - 1].id) : NULL };
	return NULL;
}

const struct error *
content_releases_get(struct request *req, const struct content_releases_get_request *in, struct content_release *out)
{
	const struct content_release_row *row = NULL;
	const struct error *error = find(req, in->id, &row);

	if (!error)
		*out = release_view(req, row);
	return error;
}

const struct error *
content_releases_delete(struct request *req, const struct content_releases_delete_request *in, struct confirmation *out)
{
	const struct content_release_row *row = NULL;
	const struct error *error = release_lock(req, in->id, in->expected_version, &row);

	if (error)
		return error;
	store_release_delete(req, in->id);
	*out = (struct confirmation){ .id = in->id, .message = arena_printf(req->arena, "release %" PRId64 " %s deleted", in->id, req->dry_run ? "would be" : "is") };
	emit_content_release_delete(req, row->id, row->version, CHANGE_OF(content_release_delete_event, row));
	return NULL;
}

/* ---- entries ---- */

static const struct error *
touch(struct request *req, const struct content_release_row *release, struct content_release *out)
{
	const struct content_release_row *row = NULL;
	const struct error *error = store_release_touch(req, release->id, release->status, &row);

	if (error)
		return error;
	if (!row)
		return not_found(req, release->id);
	if (row->entry_count > RELEASE_ENTRIES_MAX)
		return FAIL_AT(req, RELEASE_TOO_LARGE, "/entries", "the release would have %" PRId64 " entries, %d are allowed", row->entry_count, RELEASE_ENTRIES_MAX);
	*out = release_view(req, row);
	emit_content_release_update(req, row->id, row->version, CHANGE_OF(content_release_update_event, row));
	return NULL;
}

static const struct content_release_wish_row *
find_wish(const struct shape_list *rows, int64_t id)
{
	const struct content_release_wish_row *row = rows->items;

	for (size_t i = 0; i < rows->n; i++) {
		if (row[i].id == id)
			return &row[i];
	}
	return NULL;
}

/* The wishes in the form of the statements, each item once. */
static const struct error *
take_entries(struct request *req, const struct shape_list *entries, struct release_wishes *ret_wishes, int64_t **ret_versions, int64_t **ret_bases)
{
	const struct new_release_entry *entry = entries->items;
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, entries->n), *versions = ARENA_ARRAY(req->arena, int64_t, entries->n);
	const char **actions = ARENA_ARRAY(req->arena, const char *, entries->n);

	for (size_t i = 0; i < entries->n; i++) {
		ids[i] = entry[i].content_item_id;
		actions[i] = entry[i].action ? entry[i].action : "publish";
		versions[i] = entry[i].version && strcmp(actions[i], "publish") == 0 ? *entry[i].version : 0;
		for (size_t k = 0; k < i; k++) {
			if (ids[k] == ids[i])
				return FAIL_AT(req, VALIDATION_ERROR, arena_printf(req->arena, "/entries/%zu/contentItemId", i), "content item %" PRId64 " has two entries", ids[i]);
		}
	}
	*ret_versions = versions;
	*ret_bases = ARENA_ARRAY(req->arena, int64_t, entries->n);
	*ret_wishes = (struct release_wishes){ .ids = ids, .versions = versions, .bases = *ret_bases, .actions = actions, .n = entries->n };
	return NULL;
}

const struct error *
content_releases_put_entries(struct request *req, const struct content_releases_put_entries_request *in, struct content_release *out)
{
	const struct content_release_row *release = NULL;
	struct release_wishes wishes = { .n = 0 };
	int64_t *versions = NULL, *bases = NULL;
	struct shape_list rows = { .n = 0 };

	if (in->entries.n == 0)
		return FAIL(req, EMPTY_BATCH, "there are no entries");
	const struct error *error = lock_draft(req, in->id, in->expected_version, &release);
	if (!error)
		error = take_entries(req, &in->entries, &wishes, &versions, &bases);
	if (!error)
		error = store_release_wishes(req, &wishes, &rows);
	if (error)
		return error;
	for (size_t i = 0; i < wishes.n; i++) {
		const struct content_release_wish_row *row = find_wish(&rows, wishes.ids[i]);
		if (!row)
			return FAIL_AT(req, CONTENT_ITEM_NOT_FOUND, arena_printf(req->arena, "/entries/%zu/contentItemId", i), "content item %" PRId64 " does not exist", wishes.ids[i]);
		if (row->found_version == 0)
			return FAIL_AT(req, TARGET_VERSION_NOT_FOUND, arena_printf(req->arena, "/entries/%zu/version", i), "content item %" PRId64 " has no version %" PRId64,
			    wishes.ids[i], versions[i]);
		versions[i] = row->found_version;
		bases[i] = row->head_version;
	}
	store_release_put(req, in->id, &wishes);
	return touch(req, release, out);
}

const struct error *
content_releases_remove_entries(struct request *req, const struct content_releases_remove_entries_request *in, struct content_release *out)
{
	const struct content_release_row *release = NULL;

	if (in->content_item_ids.n == 0)
		return FAIL(req, EMPTY_BATCH, "there are no items");
	const struct error *error = lock_draft(req, in->id, in->expected_version, &release);
	if (error)
		return error;
	store_release_remove(req, in->id, in->content_item_ids.items, in->content_item_ids.n);
	return touch(req, release, out);
}

/* ---- what it does ---- */

struct entry_page {
	int64_t id, limit;
	const char *cursor;
	const char *status; /* of the release */
	struct release_entry *entries;
	const struct content_release_entry_row *rows;
	size_t n;
	bool has_more;
	const char *next_cursor;
};

static const struct error *
read_page(struct request *req, struct entry_page *page)
{
	const char *of = arena_printf(req->arena, "release %" PRId64, page->id);
	const struct content_release_row *release = NULL;
	struct shape_list rows = { .n = 0 };
	int64_t after = 0;

	if (page->cursor && !cursor_read_rows(req->arena, page->cursor, of, &after))
		return FAIL_AT(req, INVALID_CURSOR, "/cursor", "the cursor is invalid: send a nextCursor as it was received, or none");
	const struct error *error = find(req, page->id, &release);
	if (!error)
		error = store_release_rows(req, page->id, after, page->limit + 1, &rows);
	if (error)
		return error;
	page->status = release->status;
	page->rows = rows.items;
	page->n = rows.n > (size_t)page->limit ? (size_t)page->limit : rows.n;
	page->has_more = rows.n > page->n;
	page->entries = ARENA_ARRAY(req->arena, struct release_entry, page->n + 1);
	for (size_t i = 0; i < page->n; i++) {
		const struct content_release_entry_row *row = &page->rows[i];
		page->entries[i] = (struct release_entry){ .content_item_id = row->content_item_id, .action = row->action, .version = row->version,
			.base_version = row->base_version, .working_copy_version = row->head_version, .published_version = row->published_version,
			.conflict = release_conflict(release->status, row) };
	}
	page->next_cursor = page->has_more ? cursor_of_rows(req->arena, of, page->rows[page->n - 1].content_item_id) : NULL;
	return NULL;
}

const struct error *
content_releases_entries(struct request *req, const struct content_releases_entries_request *in, struct content_releases_entries_response *out)
{
	struct entry_page page = { .id = in->id, .limit = *in->limit, .cursor = in->cursor };
	const struct error *error = read_page(req, &page);

	if (!error)
		*out = (struct content_releases_entries_response){ .entries = { page.entries, page.n }, .limit = page.limit, .has_more = page.has_more,
			.next_cursor = page.next_cursor };
	return error;
}

/* As publishing would leave it: one version on, unless it is as the release wants it. */
static const struct content_item *
previewed(struct request *req, const struct content_release_entry_row *row, struct doc data)
{
	struct content_item *item = ARENA_NEW(req->arena, struct content_item);
	int64_t *version = ARENA_NEW(req->arena, int64_t);

	*version = *row->head_version + release_entry_changes(row);
	*item = (struct content_item){ .id = row->content_item_id, .content_type_id = *row->content_type_id, .data = data, .status = STATUS_PUBLISHED,
		.version = *version, .created_at = *row->created_at, .updated_at = rules_stored_time(req->now_us), .publication_state = "published",
		.working_copy_version = *version, .published_version = version };
	return item;
}

static const struct error *
add_previews(struct request *req, struct entry_page *page)
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, page->n + 1), *versions = ARENA_ARRAY(req->arena, int64_t, page->n + 1);
	struct shape_list rows = { .n = 0 };
	size_t n = 0, at = 0;

	for (size_t i = 0; i < page->n; i++) {
		if (release_entry_deletes(&page->rows[i]) || !page->rows[i].head_version)
			continue;
		ids[n] = page->rows[i].content_item_id;
		versions[n++] = page->rows[i].version;
	}
	const struct error *error = n > 0 ? store_release_data(req, ids, versions, n, PAGE_BYTES_MAX, &rows) : NULL;
	if (error)
		return error;
	const struct content_release_data_row *row = rows.items;
	for (size_t i = 0; i < page->n && at < rows.n; i++) {
		if (page->rows[i].content_item_id != row[at].item_id)
			continue;
		if (!row[at].data.json)
			return FAIL(req, RESPONSE_TOO_LARGE, "the answer would hold more than %d bytes of data: send a smaller limit", PAGE_BYTES_MAX);
		page->entries[i].item = previewed(req, &page->rows[i], row[at].data);
		at++;
	}
	return NULL;
}

const struct error *
content_releases_preview(struct request *req, const struct content_releases_preview_request *in, struct content_releases_preview_response *out)
{
	struct entry_page page = { .id = in->id, .limit = *in->limit, .cursor = in->cursor };
	const struct error *error = read_page(req, &page);

	if (!error)
		error = add_previews(req, &page);
	if (!error)
		*out = (struct content_releases_preview_response){ .entries = { page.entries, page.n }, .limit = page.limit, .has_more = page.has_more,
			.next_cursor = page.next_cursor };
	return error;
}
