/* Events that cannot be applied are set aside, each with those of its tenant that follow, and the other tenants go on. */
#include <string.h>

#include "codec/json.h"
#include "common_proto.h"
#include "json/json.h"
#include "log.h"
#include "set_aside.h"

enum { REASON_BYTES_MAX = 500 };

struct blocked_row {
	const char *publisher;
	int64_t tenant;
};
static const struct shape_field blocked_fields[] = {
	{ .name = "publisher", .column = "publisher", .type = SHAPE_TEXT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct blocked_row, publisher) },
	{ .name = "domainId", .column = "domain_id", .type = SHAPE_INT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct blocked_row, tenant) },
};
static const struct shape blocked_shape = { "inbox_blocked_row", sizeof(struct blocked_row), blocked_fields, 2 };

struct set_aside_row {
	int64_t id;
	struct doc event;
};
static const struct shape_field set_aside_fields[] = {
	{ .name = "id", .column = "id", .type = SHAPE_INT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct set_aside_row, id) },
	{ .name = "event", .column = "event", .type = SHAPE_DOC, .flags = SHAPE_REQUIRED, .offset = offsetof(struct set_aside_row, event) },
};
static const struct shape set_aside_shape = { "inbox_set_aside_row", sizeof(struct set_aside_row), set_aside_fields, 2 };

static const struct db_statement blocked_statement = { "inbox_blocked",
	"SELECT DISTINCT publisher, domain_id FROM inbox_set_aside WHERE publisher = $1 LIMIT 10000", DB_LIST, 1, &blocked_shape };
static const struct db_statement all_blocked_statement = { "inbox_all_blocked",
	"SELECT DISTINCT publisher, domain_id FROM inbox_set_aside LIMIT 100", DB_LIST, 0, &blocked_shape };
static const struct db_statement add_statement = { "inbox_set_aside_add",
	"INSERT INTO inbox_set_aside (publisher, domain_id, event_id, event, reason) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
	DB_EXEC, 5, NULL };
static const struct db_statement list_statement = { "inbox_set_aside_list",
	"SELECT id, event FROM inbox_set_aside WHERE publisher = $1 AND domain_id = $2 ORDER BY id LIMIT 200", DB_LIST, 2, &set_aside_shape };
static const struct db_statement remove_statement = { "inbox_set_aside_remove",
	"DELETE FROM inbox_set_aside WHERE publisher = $1 AND domain_id = $2 AND id <= $3", DB_EXEC, 3, NULL };
/* The consumer moves this row's position in its own transaction, so the two never append and remove at once. */
static const struct db_statement lock_statement = { "inbox_lock",
	"SELECT publisher, 0::bigint AS domain_id FROM inbox WHERE publisher = $1 LIMIT 1 FOR UPDATE", DB_LIST, 1, &blocked_shape };

static int64_t
tenant_of(const struct event_record *event)
{
	return event->domain_id ? *event->domain_id : 0;
}

static void
set_aside(struct request *req, const char *publisher, const struct event_record *event, const char *reason)
{
	struct buf json;

	buf_init(&json, req->arena, 1024 + event->payload.len);
	codec_json_write(&json, &event_record_shape, event);
	query_send(req, &add_statement, PARAMS(P_TEXT(publisher), P_INT(tenant_of(event)), P_TEXT(event->event_id),
	    P_DOC(((struct doc){ json.bytes, json.len })), P_TEXT(arena_strndup(req->arena, reason, strnlen(reason, REASON_BYTES_MAX)))));
}

static bool
is_blocked(const int64_t *blocked, size_t n, int64_t tenant)
{
	for (size_t i = 0; i < n; i++) {
		if (blocked[i] == tenant)
			return true;
	}
	return false;
}

/* Tenants with events set aside, and room for those that join them in this transaction. */
static const struct error *
read_blocked(struct request *req, const char *publisher, size_t n_more, int64_t **ret_list, size_t *ret_n)
{
	struct shape_list rows;
	const struct error *error = query_list(req, &blocked_statement, PARAMS(P_TEXT(publisher)), &rows);
	if (error)
		return error;
	*ret_list = ARENA_ARRAY(req->arena, int64_t, rows.n + n_more + 1);
	for (size_t i = 0; i < rows.n; i++)
		(*ret_list)[i] = ((const struct blocked_row *)rows.items)[i].tenant;
	*ret_n = rows.n;
	return NULL;
}

/* Whom a consumer acted for last is not whom the next event is of, nor the rows of this file. */
static void
act_as_before(struct request *req, int64_t tenant)
{
	if (req->tenant != tenant)
		request_act_for(req, tenant);
}

const struct error *
apply_unblocked(struct request *req, const struct consumer *consumer, const char *publisher, const struct event_record *events, size_t n)
{
	int64_t *blocked;
	size_t n_blocked, n_free = 0;
	struct event_record *free_events = ARENA_ARRAY(req->arena, struct event_record, n);
	const struct error *error = read_blocked(req, publisher, 0, &blocked, &n_blocked);
	if (error)
		return error;
	for (size_t i = 0; i < n; i++) {
		if (is_blocked(blocked, n_blocked, tenant_of(&events[i])))
			set_aside(req, publisher, &events[i], "waits for an earlier event of its tenant");
		else
			free_events[n_free++] = events[i];
	}
	int64_t tenant = req->tenant;
	error = n_free ? consumer->apply(req, publisher, free_events, n_free) : NULL;
	if (!error)
		act_as_before(req, tenant);
	return error;
}

/* One event under its own savepoint.  False when it could not be applied; *ret_lost when nothing can be any more. */
static bool
try_one(struct request *req, const struct consumer *consumer, const char *publisher, const struct event_record *event,
    const struct error **ret_why, bool *ret_lost)
{
	int64_t tenant = req->tenant;
	size_t n_events = req->n_events;

	db_savepoint(req->db);
	const struct error *error = consumer->apply(req, publisher, event, 1);
	if (!error) {
		enum db_status status = db_release(req->db);
		error = status == DB_OK ? NULL : request_db_error(req, status, "queued statements");
	}
	*ret_lost = req->is_lost || req->must_rerun;
	*ret_why = error;
	if (error && *ret_lost)
		return false;
	if (error) {
		req->n_events = n_events;
		*ret_lost = db_rollback_to(req->db) != DB_OK;
	}
	act_as_before(req, tenant);
	return !error;
}

const struct error *
apply_one_by_one(struct request *req, const struct consumer *consumer, const char *publisher, const struct event_record *events, size_t n)
{
	int64_t *blocked;
	size_t n_blocked;
	bool is_lost = false;
	const struct error *error = read_blocked(req, publisher, n, &blocked, &n_blocked), *why = NULL;
	if (error)
		return error;
	for (size_t i = 0; i < n; i++) {
		int64_t tenant = tenant_of(&events[i]);
		if (is_blocked(blocked, n_blocked, tenant)) {
			set_aside(req, publisher, &events[i], "waits for an earlier event of its tenant");
			continue;
		}
		if (try_one(req, consumer, publisher, &events[i], &why, &is_lost))
			continue;
		if (is_lost)
			return why;
		log_write(LOG_ERROR, "event.set_aside", LOG_TEXT("publisher", publisher), LOG_TEXT("eventId", events[i].event_id),
		    LOG_TEXT("type", events[i].type), LOG_INT("tenant", tenant), LOG_TEXT("message", why->message),
		    LOG_TEXT("cause", why->cause), LOG_TEXT("where", why->where));
		set_aside(req, publisher, &events[i], why->message);
		blocked[n_blocked++] = tenant;
	}
	return NULL;
}

/* ---- later ---- */

static const struct consumer *
consumer_of(const struct service_definition *definition, const char *publisher)
{
	for (size_t i = 0; i < definition->n_consumers; i++) {
		const char *of = definition->consumers[i].publisher;
		if (!of || strcmp(of, publisher) == 0)
			return &definition->consumers[i];
	}
	return NULL;
}

static bool
read_event(struct request *req, struct doc text, struct event_record *event)
{
	struct violations violations = { 0 };
	struct json_error wrong;
	const struct json_value *value = json_parse(req->arena, text.json, text.len, NULL, &wrong);

	return value && codec_json_read_all(req->arena, &event_record_shape, text.json, value, event, &violations);
}

/* What the tenant has waiting, in its order, until one still fails. */
static const struct error *
retry_tenant(struct request *req, const struct blocked_row *row)
{
	const struct consumer *consumer = consumer_of(req->service->definition, row->publisher);
	struct shape_list locked, rows;
	int64_t last = 0;
	bool is_lost = false;
	const struct error *why = NULL;

	const struct error *error = query_list(req, &lock_statement, PARAMS(P_TEXT(row->publisher)), &locked);
	if (!error)
		error = query_list(req, &list_statement, PARAMS(P_TEXT(row->publisher), P_INT(row->tenant)), &rows);
	for (size_t i = 0; consumer && !error && i < rows.n; i++) {
		const struct set_aside_row *entry = (const struct set_aside_row *)rows.items + i;
		struct event_record event = { 0 };
		if (!read_event(req, entry->event, &event))
			break;
		if (!try_one(req, consumer, row->publisher, &event, &why, &is_lost)) {
			error = is_lost ? why : NULL;
			break;
		}
		last = entry->id;
	}
	if (!error && last > 0)
		query_send(req, &remove_statement, PARAMS(P_TEXT(row->publisher), P_INT(row->tenant), P_INT(last)));
	return error;
}

const struct error *
set_aside_retry(struct request *req)
{
	struct shape_list rows;
	const struct error *error = query_list(req, &all_blocked_statement, PARAMS(P_NULL()), &rows);

	for (size_t i = 0; !error && i < rows.n; i++)
		error = retry_tenant(req, (const struct blocked_row *)rows.items + i);
	metric_set(metric_gauge("wordclaw_tenants_set_aside", "Tenants whose events wait because one could not be applied, by the last look.", NULL),
	    error ? 0 : (int64_t)rows.n);
	return error;
}
