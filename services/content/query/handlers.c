/* The operations that ask for items by what they hold. */
#include "query/list.h"

const struct error *
content_items_list(struct request *req, const struct content_items_list_request *in, struct content_items_list_response *out)
{
	const struct error *error = list_is_by_fields(req, in) ? list_by_fields(req, in, out) : content_list_plain(req, in, out);

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
