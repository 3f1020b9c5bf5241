/* One item or a batch of them, as they are or as they were. */
#include <inttypes.h>

#include "content.h"
#include "localisation/reader.h"
#include "past/past.h"
#include "rules.h"
#include "store.h"

static bool
wants_snapshot(const struct request *req, const struct content_items_get_request *in)
{
	return (in->draft && !*in->draft) || content_is_public_reader(req);
}

static const struct content_item_row *
find_row(const struct shape_list *rows, int64_t id)
{
	const struct content_item_row *row = rows->items;

	for (size_t i = 0; i < rows->n; i++) { /* a batch is small: a table would cost more */
		if (row[i].id == id)
			return &row[i];
	}
	return NULL;
}

static const struct error *
answer(struct request *req, const struct content_item_row *row, const struct content_items_get_request *in, bool is_alone, struct content_item *out)
{
	bool is_past = in->as_of != NULL;

	if (!row || (!row->version && content_is_public_reader(req)))
		return FAIL(req, CONTENT_ITEM_NOT_FOUND, "content item %" PRId64 " %s", in->id, is_past ? "was not there at that time" : "does not exist");
	if (!row->version)
		return FAIL(req, CONTENT_ITEM_UNPUBLISHED, "content item %" PRId64 " %s no published version", in->id, is_past ? "had then" : "has");
	if (!row->data.json)
		return content_no_room(req, is_alone);
	*out = content_item_view(req, row);
	return NULL;
}

/* Where each item of a batch is read: among the working copies, in what the public sees, or in the past. */
struct asked_items {
	struct item_ids now;
	struct past_wish *past;
	size_t n_past;
};

static struct asked_items
sort_asked(const struct request *req, size_t n, const struct content_items_get_request *const in[])
{
	int64_t *heads = ARENA_ARRAY(req->arena, int64_t, n), *snapshots = ARENA_ARRAY(req->arena, int64_t, n);
	struct asked_items asked = { .now = { .heads = heads, .snapshots = snapshots }, .past = ARENA_ARRAY(req->arena, struct past_wish, n) };

	for (size_t i = 0; i < n; i++) {
		if (in[i]->as_of)
			asked.past[asked.n_past++] = (struct past_wish){ in[i]->id, *in[i]->as_of, wants_snapshot(req, in[i]) };
		else if (wants_snapshot(req, in[i]))
			snapshots[asked.now.n_snapshots++] = in[i]->id;
		else
			heads[asked.now.n_heads++] = in[i]->id;
	}
	return asked;
}

const struct error *
content_items_get(struct request *req, size_t n, const struct content_items_get_request *const in[],
    struct content_item *const out[], const struct error *errors[])
{
	struct asked_items asked = sort_asked(req, n, in);
	const struct content_item_row **past = ARENA_ARRAY(req->arena, const struct content_item_row *, n);
	const struct error **refused = ARENA_ARRAY(req->arena, const struct error *, n), *error = NULL;
	struct shape_list head_rows = { .n = 0 }, snapshot_rows = { .n = 0 };
	struct reader reader = { .n = 0 };

	if (asked.now.n_heads + asked.now.n_snapshots > 0)
		error = store_items_by_id(req, &asked.now, &head_rows, &snapshot_rows);
	if (!error && asked.n_past > 0)
		error = past_items(req, asked.past, asked.n_past, past, refused);
	if (error)
		return error;
	for (size_t i = 0, at = 0; i < n; i++) {
		errors[i] = reader_check(req, in[i]->locale, in[i]->fallback_locale);
		const struct content_item_row *row = in[i]->as_of ? past[at] : find_row(wants_snapshot(req, in[i]) ? &snapshot_rows : &head_rows, in[i]->id);
		if (!errors[i] && in[i]->as_of)
			errors[i] = refused[at];
		at += in[i]->as_of != NULL;
		if (!errors[i])
			errors[i] = answer(req, row, in[i], n == 1, out[i]);
		if (!errors[i])
			reader_add(req, &reader, out[i], &(struct locale_wish){ in[i]->locale, in[i]->fallback_locale });
	}
	return reader_run(req, &reader);
}
