/* Events on their way out: written in the mutation's transaction, read by consumers so that what a transaction could see comes
 * before what it wrote (docs/adr/0014-causal-order.md).  A position (epoch, seq, snapshot, next xid) says: everything
 * that the snapshot shows up to seq was read, and whatever it does not show up to there has a lower id than next xid. */
#include "common_proto.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "id.h"
#include "service_internal.h"

struct holdback_row {
	int64_t holdback;
};
static const struct shape_field holdback_fields[] = {
	{ .name = "holdback", .column = "holdback", .type = SHAPE_INT, .flags = SHAPE_REQUIRED, .offset = 0 },
};
static const struct shape holdback_shape = { "holdback_row", sizeof(struct holdback_row), holdback_fields, 1 };

static const struct db_statement add_statement = { "outbox_add",
	"INSERT INTO outbox (event_id, epoch, type, domain_id, entity_type, entity_id, entity_version, actor_id, actor_type, "
	"actor_source, request_id, trace_parent, occurred_at, payload) "
	"SELECT n.event_id, (SELECT max(epoch) FROM outbox_epoch), n.type, n.domain_id, n.entity_type, n.entity_id, n.entity_version, n.actor_id, n.actor_type, "
	"n.actor_source, n.request_id, n.trace_parent, n.occurred_at, n.payload "
	"FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::bigint[], $6::integer[], $7::text[], $8::text[], $9::text[], $10::text[], "
	"$11::text[], $12::timestamptz[], $13::json[]) AS n (event_id, type, domain_id, entity_type, entity_id, entity_version, actor_id, actor_type, "
	"actor_source, request_id, trace_parent, occurred_at, payload)", DB_EXEC, 13, NULL };

struct view_row {
	const char *snapshot;
	int64_t next_epoch;
};
static const struct shape_field view_fields[] = {
	{ .name = "snapshot", .column = "snapshot", .type = SHAPE_TEXT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct view_row, snapshot) },
	{ .name = "nextEpoch", .column = "next_epoch", .type = SHAPE_INT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct view_row, next_epoch) },
};
static const struct shape view_shape = { "view_row", sizeof(struct view_row), view_fields, 2 };

/* Older epochs are complete, nobody writes them any more, and their transaction ids may be another cluster's: all is visible. */
static const struct db_statement view_statement = { "outbox_view",
	"SELECT CASE WHEN next.epoch IS NULL THEN pg_current_snapshot()::text ELSE '9223372036854775807:9223372036854775807:' END AS snapshot, "
	"coalesce(next.epoch, 0) AS next_epoch "
	"FROM (SELECT min(epoch) AS epoch FROM outbox_epoch WHERE epoch > $1) AS next", DB_FIND, 1, &view_shape };

#define EVENT_COLUMNS "event_id, epoch, seq, type, domain_id, entity_type, entity_id, entity_version, actor_id, actor_type, " \
	"actor_source, request_id, trace_parent, occurred_at, payload"

/* Late: of transactions that ran when the position's snapshot was taken, listed in it or not yet known to it.  They are few
 * (what one group of each writer wrote) and come whole.  They are found by xid: with "+ 0" no other index
 * fits, and of an empty day each looks as good. */
static const struct db_statement pull_statement = { "outbox_pull",
	"SELECT " EVENT_COLUMNS " FROM outbox WHERE epoch + 0 = $1 AND seq + 0 <= $2 "
	"AND xid = ANY (ARRAY(SELECT pg_snapshot_xip($3::text::pg_snapshot))) AND pg_visible_in_snapshot(xid, $5::text::pg_snapshot) "
	"UNION ALL "
	"SELECT " EVENT_COLUMNS " FROM outbox WHERE epoch + 0 = $1 AND seq + 0 <= $2 "
	"AND xid >= pg_snapshot_xmax($3::text::pg_snapshot) AND xid < $4::text::xid8 AND pg_visible_in_snapshot(xid, $5::text::pg_snapshot) "
	"UNION ALL "
	"SELECT " EVENT_COLUMNS " FROM (SELECT n.*, sum(octet_length(n.payload::text)) OVER (ORDER BY n.seq ROWS UNBOUNDED PRECEDING) - octet_length(n.payload::text) AS before "
	"FROM (SELECT " EVENT_COLUMNS " FROM outbox WHERE epoch = $1 AND seq > $2 "
	"AND pg_visible_in_snapshot(xid, $5::text::pg_snapshot) ORDER BY seq LIMIT $6) AS n) AS sized WHERE before < $7 "
	"ORDER BY seq", DB_LIST, 7, &event_record_shape };

struct xid_row {
	const char *xid;
};
static const struct shape_field xid_fields[] = {
	{ .name = "xid", .column = "xid", .type = SHAPE_TEXT, .flags = SHAPE_REQUIRED, .offset = 0 },
};
static const struct shape xid_shape = { "xid_row", sizeof(struct xid_row), xid_fields, 1 };

/* The one way to learn an id that no transaction had before is to take it. */
static const struct db_statement next_xid_statement = { "outbox_next_xid",
	"SELECT pg_current_xact_id()::text AS xid", DB_FIND, 0, &xid_shape };

static const struct db_statement confirm_statement = { "outbox_confirm",
	"INSERT INTO outbox_consumers AS c (consumer, epoch, seq, snapshot) VALUES ($1, $2, $3, $4::text::pg_snapshot) "
	"ON CONFLICT (consumer) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, snapshot = excluded.snapshot, updated_at = now() "
	"WHERE (c.epoch, c.seq, pg_snapshot_xmax(c.snapshot)) <= (excluded.epoch, excluded.seq, pg_snapshot_xmax(excluded.snapshot))",
	DB_EXEC, 4, NULL };

static const struct db_statement maintain_statement = { "outbox_maintain",
	"SELECT outbox_maintain(make_interval(days => $1))", DB_EXEC, 1, NULL };

static const struct db_statement holdback_statement = { "outbox_holdback",
	"SELECT (pg_snapshot_xmax(s)::text::bigint - pg_snapshot_xmin(s)::text::bigint) AS holdback "
	"FROM pg_current_snapshot() AS s", DB_FIND, 0, &holdback_shape };

static void
add_label(struct buf *json, const char *name, const char *label)
{
	if (label)
		buf_printf(json, "%s\"%s\":\"%s\"", json->bytes[json->len - 1] == '{' ? "" : ",", name, label); /* a token: nothing to escape */
}

/* What the event declares, and the caller's labels. */
static const char *
labelled(struct request *req, const char *payload)
{
	const struct labels *labels = &req->labels;
	struct buf json;

	if (!labels->session && !labels->change_set && !labels->prompt_hash)
		return payload;
	buf_init(&json, req->arena, strlen(payload) + 4 * LABEL_BYTES_MAX);
	buf_add(&json, payload, strlen(payload) - 1); /* without its last brace */
	add_label(&json, "promptHash", labels->prompt_hash);
	add_label(&json, "session", labels->session);
	add_label(&json, "changeSet", labels->change_set);
	buf_add_char(&json, '}');
	return json.bytes;
}

void
outbox_write(struct request *req)
{
	for (size_t i = 0; i < req->n_events; i++) {
		const struct emitted_event *event = &req->events[i];
		const struct principal *actor = req->actor ? req->actor : req->principal;
		unsigned char random[10];
		char *id = arena_alloc(req->arena, UUID_TEXT_BYTES);

		secret_random(random, sizeof(random));
		uuid7_format(id, req->now_us, random);
		query_gather(req, &add_statement, PARAMS(P_TEXT(id), P_TEXT(event->type->name), P_INT(event->tenant),
		    P_TEXT(event->type->entity_type), P_INT(event->entity_id),
		    event->entity_version ? P_INT(event->entity_version) : P_NULL(), P_TEXT(actor->id),
		    P_TEXT(actor->type), P_TEXT(actor->source), P_TEXT(req->request_id),
		    P_TEXT(req->trace_parent), P_TIME(req->now_us), P_TEXT(labelled(req, event->payload))));
	}
}

const char *
outbox_effects(const struct request *req)
{
	struct buf json;

	buf_init(&json, req->arena, 256);
	buf_add_text(&json, "{\"events\":[");
	for (size_t i = 0; i < req->n_events; i++) {
		const struct emitted_event *event = &req->events[i];
		buf_printf(&json, "%s{\"type\":\"%s\",\"entityType\":\"%s\",\"payload\":%s}", i ? "," : "",
		    event->type->name, event->type->entity_type, event->payload);
	}
	buf_add_char(&json, ']');
	if (req->quoted_sats > 0)
		buf_printf(&json, ",\"priceSatoshis\":%lld", (long long)req->quoted_sats);
	buf_add_char(&json, '}');
	return json.bytes;
}

/* ---- pulls ---- */

/* What consumers have confirmed by asking for what comes after; saved now and then for retention. */
enum { CONSUMERS_KNOWN_MAX = 32, PULL_BYTES = 1024 * 1024 };
static struct {
	pthread_mutex_t mutex;
	struct confirmed {
		char consumer[65];
		int64_t epoch, seq;
		char *snapshot; /* malloc'd */
		bool is_saved;
	} list[CONSUMERS_KNOWN_MAX];
	size_t n;
} confirmed = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static bool
is_at(const struct confirmed *entry, const struct events_pull_request *in)
{
	return entry->snapshot && entry->epoch == in->epoch && entry->seq == in->seq && strcmp(entry->snapshot, in->snapshot) == 0;
}

/* Sorted by name, so that two instances save in one order and do not wait for each other in a circle.  NULL: there is no room. */
static struct confirmed *
entry_of(const char *consumer)
{
	size_t at = 0;

	while (at < confirmed.n && strcmp(confirmed.list[at].consumer, consumer) < 0)
		at++;
	if (at < confirmed.n && strcmp(confirmed.list[at].consumer, consumer) == 0)
		return &confirmed.list[at];
	if (confirmed.n == CONSUMERS_KNOWN_MAX)
		return NULL;
	memmove(&confirmed.list[at + 1], &confirmed.list[at], (confirmed.n++ - at) * sizeof(confirmed.list[0]));
	confirmed.list[at] = (struct confirmed){ .snapshot = NULL };
	return &confirmed.list[at];
}

static void
confirm(const struct events_pull_request *in)
{
	pthread_mutex_lock(&confirmed.mutex);
	struct confirmed *entry = entry_of(in->consumer);
	if (entry && !is_at(entry, in)) {
		(void)snprintf(entry->consumer, sizeof(entry->consumer), "%s", in->consumer);
		free(entry->snapshot);
		entry->snapshot = strdup(in->snapshot);
		assert(entry->snapshot);
		entry->epoch = in->epoch;
		entry->seq = in->seq;
		entry->is_saved = false;
	}
	pthread_mutex_unlock(&confirmed.mutex);
}

/* Events after the position *out; moves it past them.  *ret_next_epoch is 0 when this one is still written. */
static const struct error *
pull_from(struct request *req, int64_t limit, int64_t max_bytes, struct events_pull_response *out, int64_t *ret_next_epoch)
{
	const struct view_row *view;
	const struct xid_row *next;

	const struct error *error = query_find(req, &view_statement, PARAMS(P_INT(out->epoch)), &view);
	if (error)
		return error;
	*ret_next_epoch = view->next_epoch;
	error = query_list(req, &pull_statement, PARAMS(P_INT(out->epoch), P_INT(out->seq), P_TEXT(out->snapshot),
	    P_TEXT(out->next_xid), P_TEXT(view->snapshot), P_INT(limit), P_INT(max_bytes)), &out->events);
	if (error || out->events.n == 0)
		return error;
	const struct event_record *last = (const struct event_record *)out->events.items + (out->events.n - 1);
	if (last->seq > out->seq)
		out->seq = last->seq;
	out->snapshot = view->snapshot;
	error = query_find(req, &next_xid_statement, PARAMS(P_NULL()), &next);
	if (!error)
		out->next_xid = next->xid;
	return error;
}

struct now_row {
	int64_t epoch, seq;
	const char *snapshot;
};
static const struct shape_field now_fields[] = {
	{ .name = "epoch", .column = "epoch", .type = SHAPE_INT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct now_row, epoch) },
	{ .name = "seq", .column = "seq", .type = SHAPE_INT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct now_row, seq) },
	{ .name = "snapshot", .column = "snapshot", .type = SHAPE_TEXT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct now_row, snapshot) },
};
static const struct shape now_shape = { "outbox_now_row", sizeof(struct now_row), now_fields, 3 };
static const struct db_statement now_statement = { "outbox_now",
	"SELECT e.epoch, coalesce((SELECT max(seq) FROM outbox o WHERE o.epoch = e.epoch), 0) AS seq, pg_current_snapshot()::text AS snapshot "
	"FROM (SELECT max(epoch) AS epoch FROM outbox_epoch) AS e", DB_FIND, 0, &now_shape };

static const struct error *
position_now(struct request *req, struct events_pull_response *out)
{
	const struct now_row *now;
	const struct xid_row *next;
	db_ticket first = query_ask(req, &now_statement, PARAMS(P_NULL())), second = query_ask(req, &next_xid_statement, PARAMS(P_NULL()));
	const struct error *error = query_claim(req, first, &now);

	if (!error)
		error = query_claim(req, second, &next);
	if (error)
		return error;
	out->events = (struct shape_list){ arena_alloc(req->arena, 1), 0 }; /* an empty list, not an absent one */
	out->epoch = now->epoch;
	out->seq = now->seq;
	out->snapshot = now->snapshot;
	out->next_xid = next->xid;
	return NULL;
}

static const struct error *
pull(struct request *req, const void *input, void *output)
{
	const struct events_pull_request *in = input;
	struct events_pull_response *out = output;
	int64_t next_epoch;

	confirm(in);
	out->epoch = in->epoch;
	out->seq = in->seq;
	out->snapshot = in->snapshot;
	out->next_xid = in->next_xid;
	if (in->from_now && *in->from_now)
		return position_now(req, out);
	const struct error *error = pull_from(req, in->limit, in->max_bytes ? *in->max_bytes : PULL_BYTES, out, &next_epoch);
	if (error || out->events.n > 0 || next_epoch == 0)
		return error;
	out->epoch = next_epoch;
	out->seq = 0;
	out->snapshot = "1:1:";
	out->next_xid = "1";
	return pull_from(req, in->limit, in->max_bytes ? *in->max_bytes : PULL_BYTES, out, &next_epoch);
}

const struct service_operation outbox_pull_operation = { &operation_events_pull, pull, NULL, NULL, NULL };

/* ---- retention ---- */

static struct metric *holdback_metric;

void
outbox_init(struct service *service)
{
	(void)service;
	holdback_metric = metric_gauge("wordclaw_event_holdback_transactions",
	    "Transactions from the oldest running writer to the newest: whose events may come late.", NULL);
}

static void
save_confirmed(struct request *req)
{
	pthread_mutex_lock(&confirmed.mutex);
	for (size_t i = 0; i < confirmed.n; i++) {
		struct confirmed *entry = &confirmed.list[i];
		if (entry->is_saved)
			continue;
		query_send(req, &confirm_statement, PARAMS(P_TEXT(arena_strdup(req->arena, entry->consumer)), P_INT(entry->epoch),
		    P_INT(entry->seq), P_TEXT(arena_strdup(req->arena, entry->snapshot))));
		entry->is_saved = true; /* a lost save is repaired by the next pull that moves on */
	}
	pthread_mutex_unlock(&confirmed.mutex);
}

const struct error *
outbox_note(struct request *req, void *context)
{
	const struct holdback_row *row;

	(void)context;
	save_confirmed(req);
	const struct error *error = query_find(req, &holdback_statement, PARAMS(P_NULL()), &row);
	if (!error && row)
		metric_set(holdback_metric, row->holdback);
	return error;
}

const struct error *
outbox_maintain(struct request *req)
{
	query_send(req, &maintain_statement, PARAMS(P_INT(req->service->settings.outbox_keep_days)));
	return NULL;
}
