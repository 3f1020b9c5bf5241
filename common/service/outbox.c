/* Events on their way out: written in the mutation's transaction, read by consumers in (epoch, xid, seq) order.
 * A row may be read only when its xid is below the snapshot's xmin: nothing before it can still appear then. */
#include "common_proto.h"

#include <stdio.h>
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
	"VALUES ($1, (SELECT max(epoch) FROM outbox_epoch), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
	DB_EXEC, 13, NULL };

/* Older epochs are complete by definition: nobody writes them any more. */
static const struct db_statement pull_statement = { "outbox_pull",
	"SELECT event_id, epoch, xid::text AS xid, seq, type, domain_id, entity_type, entity_id, entity_version, actor_id, "
	"actor_type, actor_source, request_id, trace_parent, occurred_at, payload "
	"FROM outbox WHERE epoch = $1 AND (xid, seq) > ($2::text::xid8, $3) "
	"AND (epoch < (SELECT max(epoch) FROM outbox_epoch) OR xid < pg_snapshot_xmin(pg_current_snapshot())) "
	"ORDER BY outbox.xid, outbox.seq LIMIT $4", DB_LIST, 4, &event_record_shape };

static const struct db_statement next_epoch_statement = { "outbox_next_epoch",
	"SELECT epoch AS holdback FROM outbox_epoch WHERE epoch > $1 ORDER BY epoch LIMIT 1", DB_FIND, 1, &holdback_shape };

static const struct db_statement confirm_statement = { "outbox_confirm",
	"INSERT INTO outbox_consumers AS c (consumer, epoch, xid, seq) VALUES ($1, $2, $3::text::xid8, $4) "
	"ON CONFLICT (consumer) DO UPDATE SET epoch = excluded.epoch, xid = excluded.xid, seq = excluded.seq, updated_at = now() "
	"WHERE (c.epoch, c.xid, c.seq) < (excluded.epoch, excluded.xid, excluded.seq)", DB_EXEC, 4, NULL };

static const struct db_statement maintain_statement = { "outbox_maintain",
	"SELECT outbox_maintain(make_interval(days => $1))", DB_EXEC, 1, NULL };

static const struct db_statement holdback_statement = { "outbox_holdback",
	"SELECT (pg_snapshot_xmax(s)::text::bigint - pg_snapshot_xmin(s)::text::bigint) AS holdback "
	"FROM pg_current_snapshot() AS s", DB_FIND, 0, &holdback_shape };

void
outbox_write(struct request *req)
{
	for (size_t i = 0; i < req->n_events; i++) {
		const struct emitted_event *event = &req->events[i];
		unsigned char random[10];
		char id[UUID_TEXT_BYTES];

		secret_random(random, sizeof(random));
		uuid7_format(id, req->now_us, random);
		query_send(req, &add_statement, PARAMS(P_TEXT(id), P_TEXT(event->type->name), P_INT(event->tenant),
		    P_TEXT(event->type->entity_type), P_INT(event->entity_id),
		    event->entity_version ? P_INT(event->entity_version) : P_NULL(), P_TEXT(req->principal->id),
		    P_TEXT(req->principal->type), P_TEXT(req->principal->source), P_TEXT(req->request_id),
		    P_TEXT(req->trace_parent), P_TIME(req->now_us), P_TEXT(event->payload)));
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
	buf_add_text(&json, "]}");
	return json.bytes;
}

/* ---- pulls ---- */

/* What consumers have confirmed by asking for what comes after; saved now and then for retention. */
enum { CONSUMERS_KNOWN_MAX = 32 };
static struct {
	pthread_mutex_t mutex;
	struct confirmed {
		char consumer[64];
		int64_t epoch;
		char xid[24];
		int64_t seq;
		bool is_saved;
	} list[CONSUMERS_KNOWN_MAX];
	size_t n;
} confirmed = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static void
confirm(const struct events_pull_request *in)
{
	pthread_mutex_lock(&confirmed.mutex);
	struct confirmed *entry = NULL;
	for (size_t i = 0; i < confirmed.n && !entry; i++) {
		if (strcmp(confirmed.list[i].consumer, in->consumer) == 0)
			entry = &confirmed.list[i];
	}
	if (!entry && confirmed.n < CONSUMERS_KNOWN_MAX)
		entry = &confirmed.list[confirmed.n++];
	if (entry && !(entry->epoch == in->epoch && entry->seq == in->seq && strcmp(entry->xid, in->xid) == 0)) {
		(void)snprintf(entry->consumer, sizeof(entry->consumer), "%s", in->consumer);
		(void)snprintf(entry->xid, sizeof(entry->xid), "%s", in->xid);
		entry->epoch = in->epoch;
		entry->seq = in->seq;
		entry->is_saved = false;
	}
	pthread_mutex_unlock(&confirmed.mutex);
}

static const struct error *
pull_from(struct request *req, int64_t epoch, const char *xid, int64_t seq, int64_t limit, struct events_pull_response *out)
{
	const struct error *error = query_list(req, &pull_statement,
	    PARAMS(P_INT(epoch), P_TEXT(xid), P_INT(seq), P_INT(limit)), &out->events);
	if (error)
		return error;
	out->epoch = epoch;
	out->xid = xid;
	out->seq = seq;
	if (out->events.n > 0) {
		const struct event_record *last = (const struct event_record *)out->events.items + (out->events.n - 1);
		out->xid = last->xid;
		out->seq = last->seq;
	}
	return NULL;
}

static const struct error *
pull(struct request *req, const void *input, void *output)
{
	const struct events_pull_request *in = input;
	struct events_pull_response *out = output;
	const struct holdback_row *next;

	confirm(in);
	const struct error *error = pull_from(req, in->epoch, in->xid, in->seq, in->limit, out);
	if (error || out->events.n > 0)
		return error;
	error = query_find(req, &next_epoch_statement, PARAMS(P_INT(in->epoch)), &next);
	if (error || !next)
		return error;
	return pull_from(req, next->holdback, "0", 0, in->limit, out);
}

const struct service_operation outbox_pull_operation = { &operation_events_pull, pull, NULL };

/* ---- retention ---- */

static struct metric *holdback_metric;

void
outbox_init(struct service *service)
{
	(void)service;
	holdback_metric = metric_gauge("wordclaw_event_holdback_transactions",
	    "Transactions between the oldest running writer and the newest: events above the oldest are held back.", NULL);
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
		    P_TEXT(arena_strdup(req->arena, entry->xid)), P_INT(entry->seq)));
		entry->is_saved = true; /* a lost save is repaired by the next pull that moves on */
	}
	pthread_mutex_unlock(&confirmed.mutex);
}

const struct error *
outbox_maintain(struct request *req)
{
	const struct holdback_row *row;

	save_confirmed(req);
	query_send(req, &maintain_statement, PARAMS(P_INT(req->service->settings.outbox_keep_days)));
	const struct error *error = query_find(req, &holdback_statement, PARAMS(P_NULL()), &row);
	if (!error && row)
		metric_set(holdback_metric, row->holdback);
	return error;
}
