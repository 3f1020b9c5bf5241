/* The operations that ask for items by what they hold. */
#include "localisation/reader.h"
#include "past/past.h"
#include "query/known.h"
#include "query/list.h"
#include "references/references.h"

/* In the view that the page itself is of. */
static const struct error *
include(struct request *req, const struct content_items_list_request *in, struct content_items_list_response *out)
{
	struct include_view view = { .is_published = (in->draft && !*in->draft) || content_is_public_reader(req), .as_of = in->as_of };
	struct item_filter filter = { .as_of = NULL };
	struct row_place place;

	if (in->cursor && !view.is_published)
		view.is_published = list_cursor_is_published(req->arena, in->cursor);
	if (in->cursor && cursor_read_items(req->arena, in->cursor, &filter, &place))
		view.as_of = filter.as_of;
	return references_include(req, &out->items, &in->include, &view, &out->included);
}

/* Items and included ones were made for this answer. */
static const struct error *
localise_list(struct request *req, const struct content_items_list_request *in, struct content_items_list_response *out)
{
	struct locale_wish wish = { in->locale, in->fallback_locale };
	struct reader reader = { .n = 0 };

	reader_add_all(req, &reader, (struct content_item *)out->items.items, out->items.n, &wish);
	reader_add_all(req, &reader, (struct content_item *)out->included.items, out->included.n, &wish);
	return reader_run(req, &reader);
}

const struct error *
content_items_list(struct request *req, const struct content_items_list_request *in, struct content_items_list_response *out)
{
	const struct error *error = reader_check(req, in->locale, in->fallback_locale);
	if (!error)
		error = past_check_list(req, in);
	if (!error)
		error = list_is_by_fields(req, in) ? list_by_fields(req, in, out) : content_list_plain(req, in, out);
	if (!error)
		error = known_check(req, in, out);
	if (!error && in->include.n > 0)
		error = include(req, in, out);
	if (!error && in->locale)
		error = localise_list(req, in, out);
	if (error || in->fields.n == 0)
		return error;
	struct content_item *items = ARENA_ARRAY(req->arena, struct content_item, out->items.n + 1);
	for (size_t i = 0; i < out->items.n; i++) {
		items[i] = ((const struct content_item *)out->items.items)[i];
		items[i].data = subset_of(req->arena, items[i].data, &in->fields);
	}
	out->items.items = items;
	return NULL;
}
