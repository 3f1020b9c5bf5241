/* From content's events to processes that read items again; and the timer that tries once more. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "rules.h"
#include "store.h"

enum { FAILED_WAIT_US = 300 * 1000 * 1000 };

const char *const embeddings_event_types[] = { "content_item.*", "content_type.update", NULL };

const struct error *
index_items(struct request *req, const int64_t *ids, size_t n)
{
	struct process_start *starts = ARENA_ARRAY(req->arena, struct process_start, n);

	if (n == 0)
		return NULL;
	store_index_touch(req, ids, n);
	for (size_t i = 0; i < n; i++)
		starts[i] = (struct process_start){ .kind = "index", .key = arena_printf(req->arena, "%" PRId64, ids[i]) };
	return process_start_many(req, starts, n);
}

/* ---- one tenant's events ---- */

struct changes {
	int64_t *touched, *removed, *noted;
	size_t n_touched, n_removed, n_noted;
};

static void
add_once(int64_t *list, size_t *n, int64_t id)
{
	for (size_t i = 0; i < *n; i++) {
		if (list[i] == id)
			return;
	}
	list[(*n)++] = id;
}

static const char *
text_in(const struct json_value *payload, const char *name)
{
	const struct json_value *value = payload && payload->type == JSON_OBJECT ? json_get(payload, name) : NULL;

	return value && value->type == JSON_TEXT ? value->text : NULL;
}

/* A type's schema says what is text: all its items are read again, page by page. */
static const struct error *
start_retype(struct request *req, const struct event_record *event)
{
	return process_start(req, &(struct process_start){ .kind = "retype", .key = event->event_id,
	    .payload = arena_printf(req->arena, "{\"contentTypeId\":%" PRId64 ",\"after\":0}", event->entity_id) }, NULL);
}

static const struct error *
note_event(struct request *req, const struct event_record *event, struct changes *changes)
{
	struct json_error wrong;

	if (strcmp(event->type, "content_type.update") == 0)
		return start_retype(req, event);
	const struct json_value *payload = json_parse(req->arena, event->payload.json, event->payload.len, NULL, &wrong);
	const char *old_status = text_in(payload, "oldStatus"), *new_status = text_in(payload, "newStatus");
	bool is_moved = payload && payload->type == JSON_OBJECT && json_get(payload, "oldContentTypeId");
	if (!rules_is_public_change(event->type, old_status, new_status, is_moved)) {
		add_once(changes->noted, &changes->n_noted, event->entity_id);
		return NULL;
	}
	add_once(changes->touched, &changes->n_touched, event->entity_id);
	/* What is public no more goes at once; the process confirms it. */
	if (rules_is_removal(event->type, new_status))
		add_once(changes->removed, &changes->n_removed, event->entity_id);
	return NULL;
}

static const struct error *
take_of_tenant(struct request *req, int64_t tenant, const struct event_record *events, size_t n)
{
	struct changes changes = { .touched = ARENA_ARRAY(req->arena, int64_t, n), .removed = ARENA_ARRAY(req->arena, int64_t, n),
		.noted = ARENA_ARRAY(req->arena, int64_t, n) };

	request_act_for(req, tenant);
	for (size_t i = 0; i < n; i++) {
		if (!events[i].domain_id || *events[i].domain_id != tenant)
			continue;
		const struct error *error = note_event(req, &events[i], &changes);
		if (error)
			return error;
	}
	const struct error *error = index_items(req, changes.touched, changes.n_touched);
	if (!error && changes.n_noted > 0)
		store_index_note(req, changes.noted, changes.n_noted);
	if (!error && changes.n_removed > 0)
		store_chunks_remove_of(req, changes.removed, changes.n_removed);
	return error;
}

const struct error *
embeddings_take_events(struct request *req, const char *publisher, const struct event_record *events, size_t n)
{
	int64_t *tenants = ARENA_ARRAY(req->arena, int64_t, n);
	size_t n_tenants = 0;

	(void)publisher;
	for (size_t i = 0; i < n; i++) {
		if (events[i].domain_id)
			add_once(tenants, &n_tenants, *events[i].domain_id);
	}
	for (size_t i = 0; i < n_tenants; i++) {
		const struct error *error = take_of_tenant(req, tenants[i], events, n);
		if (error)
			return error;
	}
	return NULL;
}

/* ---- the timer ---- */

static const struct error *
retry_failed(struct request *req)
{
	struct shape_list rows;
	const struct error *error = store_index_failed(req, req->now_us - FAILED_WAIT_US, &rows);

	for (size_t i = 0; !error && i < rows.n; i++) {
		const struct search_failed_row *row = (const struct search_failed_row *)rows.items + i;
		request_act_for(req, row->domain_id);
		error = index_items(req, &row->content_item_id, 1);
	}
	request_act_for(req, 0);
	return error;
}

/* Tenants whose vectors are of another model get a new set. */
static const struct error *
replace_outdated(struct request *req)
{
	struct shape_list rows;
	const struct error *error = store_tenant_outdated(req, &rows);

	for (size_t i = 0; !error && i < rows.n; i++) {
		request_act_for(req, ((const struct search_outdated_row *)rows.items)[i].domain_id);
		store_tenant_reindex(req, 0, true);
		error = process_start(req, &(struct process_start){ .kind = "reindex", .key = "all" }, NULL);
	}
	request_act_for(req, 0);
	return error;
}

const struct error *
embeddings_tend(struct request *req)
{
	const struct error *error = retry_failed(req);

	return error ? error : replace_outdated(req);
}
