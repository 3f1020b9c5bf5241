/* From committed events to deliveries: one row for each event and endpoint that wants it, in the transaction that moves the position. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"
#include "json/json.h"
#include "rules.h"
#include "store.h"

/* A delivery to be written. */
struct draft {
	const struct webhook_match_row *webhook;
	const struct event_record *event;
};

/* An endpoint's numbers while they are given out. */
struct numbers {
	int64_t webhook_id, next;
	size_t n;
};

static int
by_value(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static const struct error *
read_endpoints(struct request *req, const struct event_record *events, size_t n, struct shape_list *ret_endpoints)
{
	int64_t *tenants = ARENA_ARRAY(req->arena, int64_t, n);
	size_t n_tenants = 0;

	for (size_t i = 0; i < n; i++)
		tenants[i] = *events[i].domain_id;
	qsort(tenants, n, sizeof(*tenants), by_value);
	for (size_t i = 0; i < n; i++) {
		if (n_tenants == 0 || tenants[n_tenants - 1] != tenants[i])
			tenants[n_tenants++] = tenants[i];
	}
	return store_active_of(req, tenants, n_tenants, ret_endpoints);
}

static const char *
status_in(const struct json_value *payload, const char *name)
{
	const struct json_value *value = payload && payload->type == JSON_OBJECT ? json_get(payload, name) : NULL;

	return value && value->type == JSON_TEXT ? value->text : NULL;
}

static const char *
topic_of(struct request *req, const struct event_record *event)
{
	struct json_error wrong;
	const struct json_value *payload = json_parse(req->arena, event->payload.json, event->payload.len, NULL, &wrong);

	return rules_topic(event->type, status_in(payload, "oldStatus"), status_in(payload, "newStatus"));
}

/* In the order of the events. */
static struct draft *
match(struct request *req, const struct event_record *events, size_t n, const struct shape_list *endpoints, size_t *ret_n)
{
	const struct webhook_match_row *list = endpoints->items;
	struct draft *drafts = ARENA_ARRAY(req->arena, struct draft, n * endpoints->n + 1);
	size_t n_drafts = 0;

	for (size_t i = 0; i < n; i++) {
		const char *topic = NULL;
		for (size_t j = 0; j < endpoints->n; j++) {
			if (list[j].domain_id != *events[i].domain_id)
				continue;
			if (!topic)
				topic = topic_of(req, &events[i]) ?: "";
			if (rules_wants(list[j].events, events[i].type, *topic ? topic : NULL))
				drafts[n_drafts++] = (struct draft){ &list[j], &events[i] };
		}
	}
	*ret_n = n_drafts;
	return drafts;
}

static struct numbers *
numbers_of(struct numbers *numbers, size_t n, int64_t webhook_id)
{
	return bsearch(&webhook_id, numbers, n, sizeof(*numbers), by_value); /* webhook_id is the first member */
}
_Static_assert(offsetof(struct numbers, webhook_id) == 0, "numbers_of compares the first member");

/* Each endpoint gives as many numbers as it gets deliveries; its row lock orders the instances. */
static const struct error *
take_numbers(struct request *req, const struct draft *drafts, size_t n, struct numbers **ret_numbers, size_t *ret_n)
{
	struct numbers *numbers = ARENA_ARRAY(req->arena, struct numbers, n);
	size_t n_numbers = 0;
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n);
	struct shape_list rows;
	struct buf json;

	for (size_t i = 0; i < n; i++)
		ids[i] = drafts[i].webhook->id;
	qsort(ids, n, sizeof(*ids), by_value);
	for (size_t i = 0; i < n; i++) {
		if (n_numbers == 0 || numbers[n_numbers - 1].webhook_id != ids[i])
			numbers[n_numbers++] = (struct numbers){ .webhook_id = ids[i] };
		numbers[n_numbers - 1].n++;
	}
	buf_init(&json, req->arena, 32 * n_numbers + 2);
	for (size_t i = 0; i < n_numbers; i++)
		buf_printf(&json, "%s{\"id\":%" PRId64 ",\"n\":%zu}", i ? "," : "[", numbers[i].webhook_id, numbers[i].n);
	buf_add_char(&json, ']');
	const struct error *error = store_numbers_take(req, (struct doc){ json.bytes, json.len }, &rows);
	for (size_t i = 0; !error && i < rows.n; i++) {
		const struct webhook_range_row *row = (const struct webhook_range_row *)rows.items + i;
		struct numbers *own = numbers_of(numbers, n_numbers, row->id);
		own->next = row->last_sequence - (int64_t)own->n + 1;
	}
	*ret_numbers = numbers;
	*ret_n = n_numbers;
	return error;
}

static bool
is_same_entity(const struct draft *a, const struct draft *b)
{
	return a->webhook->id == b->webhook->id && a->event->entity_id == b->event->entity_id &&
	    strcmp(a->event->entity_type, b->event->entity_type) == 0;
}

static void
write_delivery(struct buf *json, const struct draft *draft, int64_t sequence, int64_t previous)
{
	const struct event_record *event = draft->event;

	buf_printf(json, "%s{\"domainId\":%" PRId64 ",\"webhookId\":%" PRId64 ",\"eventId\":\"%s\",\"eventType\":\"%s\",\"entityType\":\"%s\","
	    "\"entityId\":%" PRId64 ",\"sequence\":%" PRId64, json->len ? "," : "[", *event->domain_id, draft->webhook->id, event->event_id, event->type,
	    event->entity_type, event->entity_id, sequence);
	if (event->entity_version)
		buf_printf(json, ",\"entityVersion\":%" PRId64, *event->entity_version);
	if (previous)
		buf_printf(json, ",\"previousSequence\":%" PRId64, previous);
	buf_add_text(json, ",\"event\":");
	codec_json_write(json, &event_record_shape, event);
	buf_add_char(json, '}');
}

const struct error *
webhooks_start_deliveries(struct request *req, const struct webhook_added_row *rows, size_t n)
{
	struct process_start *starts = ARENA_ARRAY(req->arena, struct process_start, n);
	const struct error *error = NULL;

	/* Processes belong to a tenant: rows come in order of endpoint, so one tenant's lie together. */
	for (size_t first = 0, end; !error && first < n; first = end) {
		size_t count = 0;
		for (end = first; end < n && rows[end].domain_id == rows[first].domain_id; end++)
			starts[count++] = (struct process_start){ .kind = "delivery", .key = arena_printf(req->arena, "%" PRId64, rows[end].id),
				.lane = arena_printf(req->arena, "endpoint:%" PRId64, rows[end].webhook_id),
				.ordering = arena_printf(req->arena, "%" PRId64 ":%s:%" PRId64, rows[end].webhook_id, rows[end].entity_type, rows[end].entity_id) };
		if (req->tenant != rows[first].domain_id)
			request_act_for(req, rows[first].domain_id);
		error = process_start_many(req, starts, count);
	}
	return error;
}

const struct error *
webhooks_take_events(struct request *req, const char *publisher, const struct event_record *events, size_t n)
{
	struct event_record *of_tenants = ARENA_ARRAY(req->arena, struct event_record, n);
	struct shape_list endpoints, added;
	struct numbers *numbers;
	size_t n_events = 0, n_drafts, n_numbers;
	struct buf json;

	(void)publisher;
	for (size_t i = 0; i < n; i++) {
		if (events[i].domain_id)
			of_tenants[n_events++] = events[i];
	}
	const struct error *error = n_events ? read_endpoints(req, of_tenants, n_events, &endpoints) : NULL;
	if (error || n_events == 0 || endpoints.n == 0)
		return error;
	struct draft *drafts = match(req, of_tenants, n_events, &endpoints, &n_drafts);
	if (n_drafts == 0)
		return NULL;
	error = take_numbers(req, drafts, n_drafts, &numbers, &n_numbers);
	if (error)
		return error;
	int64_t *sequences = ARENA_ARRAY(req->arena, int64_t, n_drafts);
	buf_init(&json, req->arena, 1024 * n_drafts);
	for (size_t i = 0; i < n_drafts; i++) {
		int64_t previous = 0;
		sequences[i] = numbers_of(numbers, n_numbers, drafts[i].webhook->id)->next++;
		for (size_t j = i; j > 0 && !previous; j--)
			previous = is_same_entity(&drafts[j - 1], &drafts[i]) ? sequences[j - 1] : 0;
		write_delivery(&json, &drafts[i], sequences[i], previous);
	}
	buf_add_char(&json, ']');
	error = store_deliveries_add(req, (struct doc){ json.bytes, json.len }, &added);
	if (error)
		return error;
	error = webhooks_start_deliveries(req, added.items, added.n);
	request_act_for(req, 0);
	return error;
}
