/* The operations that ask for items by what they hold. */
#include "localisation/reader.h"
#include "query/list.h"
#include "references/references.h"

/* In the view that the page itself is of. */
static const struct error *
include(struct request *req, const struct content_items_list_request *in, struct content_items_list_response *out)
{
	bool is_published_view = (in->draft && !*in->draft) || content_is_public_reader(req);

	if (in->cursor && !is_published_view)
		is_published_view = list_cursor_is_published(req->arena, in->cursor);
	return references_include(req, &out->items, &in->include, is_published_view, &out->included);
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
		error = list_is_by_fields(req, in) ? list_by_fields(req, in, out) : content_list_plain(req, in, out);
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
