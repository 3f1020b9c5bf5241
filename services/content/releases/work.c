/* What publishing and taking back have in common: the entries, their content, and what stands against them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json/json.h"
#include "releases/releases.h"
#include "releases/release_store.h"
#include "rules.h"
#include "secret.h"
#include "validation.h"

enum { CHUNK_ITEMS = 100, CHUNK_BYTES = 512 * 1024 }; /* parsed, documents are several times as large */

/* ---- conflicts ---- */

void
release_add_conflict(struct release_conflicts *conflicts, int64_t id, const char *reason, const char *message)
{
	size_t at = conflicts->n++;

	if (at >= CONFLICTS_MAX)
		return;
	conflicts->list[at].content_item_id = id;
	conflicts->list[at].reason = reason;
	(void)snprintf(conflicts->list[at].message, CONFLICT_TEXT_BYTES, "%s", message ? message : "");
}

/* A message may be cut within a character. */
static size_t
whole_characters(const char *text)
{
	size_t n = strlen(text);

	if (n < CONFLICT_TEXT_BYTES - 1)
		return n;
	while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
		n--;
	return n > 0 && ((unsigned char)text[n - 1] & 0x80) ? n - 1 : n;
}

const struct error *
release_refuse(struct request *req, const struct content_release_row *release, const struct release_conflicts *conflicts)
{
	size_t n = conflicts->n < CONFLICTS_MAX ? conflicts->n : CONFLICTS_MAX;
	struct buf buf;

	if (conflicts->n == 0)
		return NULL;
	buf_init(&buf, req->arena, 1024);
	buf_printf(&buf, "{\"releaseId\":%" PRId64 ",\"conflictCount\":%zu,\"conflicts\":[", release->id, conflicts->n);
	for (size_t i = 0; i < n; i++) {
		buf_printf(&buf, "%s{\"contentItemId\":%" PRId64 ",\"reason\":\"%s\"", i ? "," : "", conflicts->list[i].content_item_id, conflicts->list[i].reason);
		if (conflicts->list[i].message[0] != '\0') {
			buf_add_text(&buf, ",\"message\":");
			buf_add_json_text(&buf, conflicts->list[i].message, whole_characters(conflicts->list[i].message));
		}
		buf_add_char(&buf, '}');
	}
	buf_add_text(&buf, "]}");
	return FAIL_WITH(req, RELEASE_CONFLICT, buf.bytes, "%zu of the release's %" PRId64 " entries cannot be carried out, so nothing was done; the first is of content item %" PRId64 ": %s",
	    conflicts->n, release->entry_count, conflicts->list[0].content_item_id, conflicts->list[0].reason);
}

/* ---- entries ---- */

const struct error *
release_work_begin(struct request *req, const struct content_release_row *release, struct release_work *work)
{
	struct shape_list rows = { .n = 0 };

	work->release = release;
	const struct error *error = store_release_lock_items(req, release->id);
	if (!error)
		error = store_release_rows(req, release->id, 0, RELEASE_ENTRIES_MAX, &rows);
	if (error)
		return error;
	work->entries = rows.items;
	work->n = rows.n;
	work->changed = ARENA_ARRAY(req->arena, int64_t, rows.n + 1);
	work->deleted = ARENA_ARRAY(req->arena, int64_t, rows.n + 1);
	work->hashes = ARENA_ARRAY(req->arena, const char *, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		work->hashes[i] = ARENA_ARRAY(req->arena, char, SHA256_HEX_BYTES);
	return NULL;
}

/* ---- content ---- */

static const struct error *
check_content(struct request *req, struct release_work *work, const struct content_release_entry_row *entry, struct doc data)
{
	const struct json_value *value = NULL;
	const struct error *error = validation_stored_data(req, data, &value);

	if (error)
		return error;
	error = validation_item(req, *entry->content_type_id, entry->schema_hash, value);
	if (!error || error->info != &error_catalogue[ERROR_CONTENT_SCHEMA_VALIDATION_FAILED])
		return error;
	release_add_conflict(&work->conflicts, entry->content_item_id, "invalid", error->message);
	return NULL;
}

/* As many as come with their data; *at moves behind them. */
static const struct error *
read_chunk(struct request *req, struct release_work *work, size_t *at, bool is_checked)
{
	int64_t ids[CHUNK_ITEMS], versions[CHUNK_ITEMS];
	size_t n = work->n - *at < CHUNK_ITEMS ? work->n - *at : CHUNK_ITEMS, first = *at;
	struct shape_list rows = { .n = 0 };

	for (size_t i = 0; i < n; i++) {
		const struct content_release_entry_row *entry = &work->entries[first + i];
		ids[i] = entry->content_item_id;
		versions[i] = is_checked ? entry->version : entry->base_version;
	}
	const struct error *error = store_release_data(req, ids, versions, n, CHUNK_BYTES, &rows);
	if (error)
		return error;
	const struct content_release_data_row *row = rows.items;
	for (size_t i = 0; !error && i < rows.n && row[i].data.json; i++) {
		const struct content_release_entry_row *entry = &work->entries[first + (size_t)row[i].place - 1];
		sha256_hex((char *)work->hashes[first + (size_t)row[i].place - 1], row[i].data.json, row[i].data.len); /* made by release_work_begin */
		if (is_checked && release_entry_changes(entry))
			error = check_content(req, work, entry, row[i].data);
		*at = first + (size_t)row[i].place;
	}
	if (!error && *at == first)
		error = FAIL(req, SERVICE_UNAVAILABLE, "the versions of release %" PRId64 " are being removed", work->release->id);
	return error;
}

const struct error *
release_read_content(struct request *req, struct release_work *work, bool is_checked)
{
	size_t at = 0;

	while (at < work->n) {
		struct arena_mark mark = arena_mark(req->arena);
		const struct error *error = read_chunk(req, work, &at, is_checked);
		if (error)
			return error;
		arena_rewind(req->arena, mark);
	}
	return NULL;
}
