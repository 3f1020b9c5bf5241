/* What content does for jobs. */
#include <inttypes.h>
#include <string.h>

#include "content.h"
#include "store.h"

static struct doc
doc_of(const char *text)
{
	return (struct doc){ text, strlen(text) };
}

/* The item has moved on since the transition was scheduled: that is an outcome, not a failure to try again. */
const struct error *
content_jobs_status_transition(struct request *req, const struct content_jobs_status_transition_request *in,
    struct content_jobs_status_transition_response *out)
{
	struct locked_item item = { .head = NULL };
	struct content_item changed = { 0 };

	const struct error *error = store_item_lock(req, in->content_item_id, NULL, 0, &item);
	if (error)
		return error;
	if (!item.head)
		return FAIL(req, CONTENT_ITEM_NOT_FOUND, "no content item %" PRId64, in->content_item_id);
	if (strcmp(item.head->status, in->target_status) == 0 || (in->expected_version && *in->expected_version != item.head->version)) {
		const char *reason = strcmp(item.head->status, in->target_status) == 0 ? "already_there" : "item_has_moved_on";
		out->result = doc_of(arena_printf(req->arena, "{\"skipped\":true,\"reason\":\"%s\",\"contentItemId\":%" PRId64
		    ",\"status\":\"%s\",\"version\":%" PRId64 "}", reason, in->content_item_id, item.head->status, item.head->version));
		return NULL;
	}
	struct content_items_update_request update = { .id = in->content_item_id, .status = in->target_status };
	error = content_items_update(req, &update, &changed);
	if (error)
		return error;
	out->result = doc_of(arena_printf(req->arena, "{\"skipped\":false,\"contentItemId\":%" PRId64 ",\"previousStatus\":\"%s\",\"status\":\"%s\",\"version\":%" PRId64 "}",
	    in->content_item_id, item.head->status, changed.status, changed.version));
	return NULL;
}
