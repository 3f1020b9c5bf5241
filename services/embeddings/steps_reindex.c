/* Reading everything again: all published items of a tenant, or all items of a type whose schema changed. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "content_proto.h"
#include "json/json.h"
#include "store.h"

enum { PAGE_ITEMS = 100, WAIT_US = 500 * 1000 };

static const struct json_value *
payload_of(struct request *req, const struct process *process)
{
	struct json_error wrong;

	return json_parse(req->arena, process->payload.json, process->payload.len, NULL, &wrong);
}

static int64_t
int_in(const struct json_value *payload, const char *name)
{
	const struct json_value *value = payload ? json_get(payload, name) : NULL;

	return value && value->type == JSON_INT ? value->integer : 0;
}

static void
go_on(struct request *req, struct step_outcome *outcome, const char *next, const char *payload)
{
	(void)req;
	*outcome = (struct step_outcome){ .verdict = STEP_NEXT, .next = next, .payload = { payload, strlen(payload) } };
}

/* ---- all published items, as content lists them ---- */

/* The list is an operation like any other: whoever asks needs its scope. */
static const struct principal *
reader(struct request *req)
{
	static const char *const scopes[] = { "content:read:published" };
	struct principal *principal = ARENA_NEW(req->arena, struct principal);

	*principal = *req->principal;
	principal->scopes = scopes;
	principal->n_scopes = 1;
	return principal;
}

static void
list_page(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct json_value *payload = payload_of(req, process), *cursor = payload ? json_get(payload, "cursor") : NULL;
	const int64_t limit = PAGE_ITEMS;
	const bool draft = false;
	struct content_items_list_request list = { .draft = &draft, .limit = &limit, .sort_by = "createdAt", .sort_dir = "desc",
		.cursor = cursor && cursor->type == JSON_TEXT ? cursor->text : NULL };
	struct content_items_list_response *page = ARENA_NEW(req->arena, struct content_items_list_response);

	req->principal = reader(req);
	const struct error *error = request_call(req, &operation_content_items_list, &list, NULL, page);
	if (error) {
		outcome->verdict = STEP_RETRY;
		outcome->reason = arena_printf(req->arena, "%s: %s", error->info->code, error->message);
		return;
	}
	outcome->memo = page;
}

static const struct error *
touch_page(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct content_items_list_response *page = outcome->memo;
	struct buf payload;

	(void)process;
	if (outcome->verdict == STEP_RETRY || !page)
		return NULL;
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, page->items.n + 1);
	for (size_t i = 0; i < page->items.n; i++)
		ids[i] = ((const struct content_item *)page->items.items)[i].id;
	const struct error *error = index_items(req, ids, page->items.n);
	if (error)
		return error;
	if (page->items.n > 0)
		store_tenant_reindex(req, (int64_t)page->items.n, true);
	if (!page->next_cursor) {
		go_on(req, outcome, "rest", "{\"after\":0}");
		return NULL;
	}
	buf_init(&payload, req->arena, 600);
	buf_add_text(&payload, "{\"cursor\":");
	buf_add_json_text(&payload, page->next_cursor, strlen(page->next_cursor));
	buf_add_char(&payload, '}');
	go_on(req, outcome, "list", payload.bytes);
	return NULL;
}

/* What is in the index and was not listed. */
static const struct error *
touch_rest(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct shape_list rows;
	const struct error *error = store_index_unseen(req, int_in(payload_of(req, process), "after"), process->started_us, PAGE_ITEMS, &rows);

	if (error)
		return error;
	const struct search_item_row *list = rows.items;
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		ids[i] = list[i].content_item_id;
	error = index_items(req, ids, rows.n);
	if (rows.n < PAGE_ITEMS)
		go_on(req, outcome, "wait", "{}");
	else
		go_on(req, outcome, "rest", arena_printf(req->arena, "{\"after\":%" PRId64 "}", ids[rows.n - 1]));
	return error;
}

/* Until nothing waits: then the new set is whole, is searched from now on, and the old one goes. */
static const struct error *
wait_and_switch(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct search_counts_row *counts;
	const struct search_tenant_row *tenant;
	int64_t n_removed;

	(void)process;
	const struct error *error = store_index_counts(req, &counts);
	if (!error)
		error = store_tenant_get(req, &tenant);
	if (error)
		return error;
	bool is_other = tenant && strcmp(tenant->active_model, embeddings_settings.model) != 0;
	/* A failed item has no place in the new set: it is searched by the old one until it has. */
	if (counts->pending > 0 || (is_other && counts->failed > 0)) {
		*outcome = (struct step_outcome){ .verdict = STEP_NEXT, .delay_us = WAIT_US };
		return NULL;
	}
	store_tenant_finish(req);
	error = store_old_set_remove(req, embeddings_settings.model, &n_removed);
	if (!error && n_removed > 0)
		*outcome = (struct step_outcome){ .verdict = STEP_NEXT };
	return error;
}

const struct step reindex_steps[REINDEX_STEPS] = {
	{ .name = "list", .run = list_page, .commit = touch_page },
	{ .name = "rest", .commit = touch_rest },
	{ .name = "wait", .commit = wait_and_switch },
};

/* ---- all items of a type ---- */

static const struct error *
touch_type(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct json_value *payload = payload_of(req, process);
	int64_t type_id = int_in(payload, "contentTypeId");
	struct shape_list rows;

	const struct error *error = store_index_of_type(req, type_id, int_in(payload, "after"), PAGE_ITEMS, &rows);
	if (error)
		return error;
	const struct search_item_row *list = rows.items;
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		ids[i] = list[i].content_item_id;
	if (rows.n == PAGE_ITEMS)
		go_on(req, outcome, "page", arena_printf(req->arena, "{\"contentTypeId\":%" PRId64 ",\"after\":%" PRId64 "}", type_id, ids[rows.n - 1]));
	return index_items(req, ids, rows.n);
}

const struct step retype_steps[RETYPE_STEPS] = {
	{ .name = "page", .commit = touch_type },
};
