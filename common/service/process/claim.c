/* The runner's statements: what is due, by turns of tenants and lanes; leases; what follows a step. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"

/* ---- claiming ---- */

struct got_row {
	bool got;
};
static const struct shape_field got_fields[] = {
	{ .name = "got", .column = "got", .type = SHAPE_BOOL, .flags = SHAPE_REQUIRED, .offset = 0 },
};
static const struct shape got_shape = { "process_got_row", sizeof(struct got_row), got_fields, 1 };

/* One claim at a time in a service's schema, so limits of lanes hold over all instances.  Nobody waits for it. */
static const struct db_statement lock_statement = { "process_claim_lock",
	"SELECT pg_try_advisory_xact_lock('processes'::regclass::oid::bigint) AS got", DB_FIND, 0, &got_shape };

#define FIELD(n, c, t, f, m) { .name = n, .column = c, .type = t, .flags = f, .offset = offsetof(struct claimed_row, m) }
static const struct shape_field claimed_fields[] = {
	FIELD("id", "id", SHAPE_INT, SHAPE_REQUIRED, id),
	FIELD("domainId", "domain_id", SHAPE_INT, SHAPE_REQUIRED, tenant),
	FIELD("kind", "kind", SHAPE_TEXT, SHAPE_REQUIRED, kind),
	FIELD("key", "key", SHAPE_TEXT, 0, key),
	FIELD("lane", "lane", SHAPE_TEXT, SHAPE_REQUIRED, lane),
	FIELD("ordering", "ordering", SHAPE_TEXT, 0, ordering),
	FIELD("step", "step", SHAPE_TEXT, SHAPE_REQUIRED, step),
	FIELD("attempts", "attempts", SHAPE_INT, SHAPE_REQUIRED, attempts),
	FIELD("losses", "losses", SHAPE_INT, SHAPE_REQUIRED, losses),
	FIELD("fence", "fence", SHAPE_INT, SHAPE_REQUIRED, fence),
	FIELD("payload", "payload", SHAPE_DOC, SHAPE_REQUIRED, payload),
	FIELD("requestId", "request_id", SHAPE_TEXT, 0, request_id),
	FIELD("traceParent", "trace_parent", SHAPE_TEXT, 0, trace_parent),
	FIELD("session", "session", SHAPE_TEXT, 0, labels.session),
	FIELD("changeSet", "change_set", SHAPE_TEXT, 0, labels.change_set),
	FIELD("promptHash", "prompt_hash", SHAPE_TEXT, 0, labels.prompt_hash),
	FIELD("surface", "surface", SHAPE_TEXT, 0, labels.surface),
	FIELD("createdAt", "created_at", SHAPE_TIME, SHAPE_REQUIRED, created_us),
	FIELD("dueAt", "due_at", SHAPE_TIME, SHAPE_REQUIRED, due_us),
};
static const struct shape claimed_shape = { "process_claimed_row", sizeof(struct claimed_row), claimed_fields,
	sizeof(claimed_fields) / sizeof(claimed_fields[0]) };

/* $1 watermark: nothing unfinished is due before it, and rows that are gone before it need not be walked over, which matters while
 * an old transaction keeps them from being removed.  Lanes are those of the rows that are due first; only when there are so many that
 * some lanes may hide behind others is every lane looked at.  Of each lane its first due ones of kinds that this version knows ($5), as
 * many as may run, those with a priority of their own before; of each tenant one after the other by turns, those that run counted; at
 * most $3 of one tenant, $2 in all.  What was chosen is locked by its id: with "state = 'ready'" the index of all that is due would fit too. */
#define DUE "SELECT p.id, p.next_at, p.priority FROM processes p WHERE p.domain_id = l.domain_id AND p.lane = l.lane " \
	"AND p.state = 'ready' AND p.next_at >= $1 AND p.next_at <= now() AND p.kind = ANY($5::text[]) "
#define FREE_OF_LANE "greatest(l.running_max - coalesce(b.n, 0), 0)"
static const struct db_statement claim_statement = { "process_claim",
	"WITH busy AS (SELECT domain_id, lane, count(*) AS n FROM processes WHERE lease_until > now() GROUP BY domain_id, lane), "
	"tenant_busy AS (SELECT domain_id, sum(n) AS n FROM busy GROUP BY domain_id), "
	"first AS MATERIALIZED (SELECT domain_id, lane FROM processes WHERE state = 'ready' AND next_at >= $1 AND next_at <= now() ORDER BY next_at LIMIT 301), "
	"lanes AS (SELECT l.* FROM (SELECT DISTINCT domain_id, lane FROM first) f "
	"CROSS JOIN LATERAL (SELECT * FROM process_lanes p WHERE p.domain_id = f.domain_id AND p.lane = f.lane LIMIT 1) l WHERE (SELECT count(*) FROM first) <= 300 "
	"UNION ALL SELECT l.* FROM process_lanes l WHERE (SELECT count(*) FROM first) > 300), "
	"due AS (SELECT d.id, l.domain_id, d.next_at, d.place FROM lanes l LEFT JOIN busy b USING (domain_id, lane) "
	"CROSS JOIN LATERAL (SELECT q.id, q.next_at, row_number() OVER (ORDER BY q.priority DESC, q.next_at, q.id) AS place "
	"FROM ((" DUE "AND p.priority = 0 ORDER BY p.next_at LIMIT " FREE_OF_LANE ") UNION ALL (" DUE "AND p.priority <> 0 ORDER BY p.next_at LIMIT 200)) AS q "
	"ORDER BY place LIMIT " FREE_OF_LANE ") AS d WHERE NOT l.is_paused), "
	"ranked AS (SELECT d.id, d.next_at, row_number() OVER (PARTITION BY d.domain_id ORDER BY d.place, d.next_at) + coalesce(t.n, 0) AS turn "
	"FROM due d LEFT JOIN tenant_busy t USING (domain_id)), "
	"chosen AS (SELECT id FROM ranked WHERE turn <= $3 ORDER BY turn, next_at LIMIT $2), "
	"locked AS (SELECT p.id, p.next_at AS due_at FROM chosen c CROSS JOIN LATERAL (SELECT p.id, p.next_at FROM processes p "
	"WHERE p.id = c.id AND p.state NOT IN ('waiting', 'set_aside') AND p.next_at <= now() FOR UPDATE SKIP LOCKED) p) "
	"UPDATE processes p SET lease_until = now() + $4::bigint * interval '1 millisecond', next_at = now() + $4::bigint * interval '1 millisecond', "
	"fence = p.fence + 1, attempts = p.attempts + (p.lease_until IS NULL)::integer, losses = p.losses + (p.lease_until IS NOT NULL)::integer "
	"FROM locked WHERE p.id = locked.id "
	"RETURNING p.id, p.domain_id, p.kind, p.key, p.lane, p.ordering, p.step, p.attempts, p.losses, p.fence, p.payload, p.request_id, "
	"p.trace_parent, p.session, p.change_set, p.prompt_hash, p.surface, p.created_at, locked.due_at", DB_LIST, 5, &claimed_shape };

struct next_row {
	const int64_t *next_us;
	int64_t now_us;
};
static const struct shape_field next_fields[] = {
	{ .name = "next", .column = "next", .type = SHAPE_TIME, .offset = offsetof(struct next_row, next_us) },
	{ .name = "now", .column = "now", .type = SHAPE_TIME, .flags = SHAPE_REQUIRED, .offset = offsetof(struct next_row, now_us) },
};
static const struct shape next_shape = { "process_next_row", sizeof(struct next_row), next_fields, 2 };

static const struct db_statement next_statement = { "process_next",
	"SELECT (SELECT next_at FROM processes WHERE state = 'ready' AND next_at > now() ORDER BY next_at LIMIT 1) AS next, now() AS now",
	DB_FIND, 0, &next_shape };

/* Each kind is told once of all its rows. */
static const struct error *
tell_claimed(struct request *req, struct claimed_row *rows, size_t n)
{
	const struct service_definition *definition = req->service->definition;

	for (size_t i = 0; i < definition->n_processes; i++) {
		const struct process_kind *kind = &definition->processes[i];
		struct process *list = ARENA_ARRAY(req->arena, struct process, n + 1);
		size_t n_list = 0, *of = ARENA_ARRAY(req->arena, size_t, n + 1);
		for (size_t j = 0; kind->claimed && j < n; j++) {
			if (strcmp(rows[j].kind, kind->name) != 0)
				continue;
			of[n_list] = j;
			list[n_list++] = process_of(&rows[j]);
		}
		const struct error *error = n_list ? kind->claimed(req, list, n_list) : NULL;
		if (error)
			return error;
		for (size_t j = 0; j < n_list; j++)
			rows[of[j]].note = list[j].note;
	}
	return NULL;
}

static struct db_param
known_kinds(struct request *req)
{
	const struct service_definition *definition = req->service->definition;
	const char **names = ARENA_ARRAY(req->arena, const char *, definition->n_processes + 1);

	for (size_t i = 0; i < definition->n_processes; i++)
		names[i] = definition->processes[i].name;
	names[definition->n_processes] = timer_kind.name;
	return P_TEXT_LIST(names, definition->n_processes + 1);
}

const struct error *
claim_run(struct request *req, void *context)
{
	struct claim *claim = context;
	const struct got_row *row;
	const struct next_row *next;
	struct shape_list rows;

	claim->n = 0;
	const struct error *error = query_find(req, &lock_statement, PARAMS(P_NULL()), &row);
	claim->is_contended = !error && !row->got;
	if (error || !row->got)
		return error;
	db_ticket claimed = query_ask(req, &claim_statement, PARAMS(P_TIME(claim->watermark_us), P_INT(claim->n_max),
	    P_INT(claim->tenant_max), P_INT(PROCESS_LEASE_MS), known_kinds(req)));
	db_ticket upcoming = query_ask(req, &next_statement, PARAMS(P_NULL()));
	error = query_claim_list(req, claimed, &rows);
	if (!error)
		error = query_claim(req, upcoming, &next);
	if (error)
		return error;
	claim->next_in_us = next->next_us ? *next->next_us - next->now_us : INT64_MAX;
	claim->rows = arena_memdup(req->arena, rows.items, rows.n * sizeof(struct claimed_row));
	claim->n = rows.n;
	return tell_claimed(req, claim->rows, rows.n);
}

/* ---- looking around ---- */

struct view_row {
	const int64_t *oldest_us;
	int64_t now_us;
	int64_t n_set_aside;
};
static const struct shape_field view_fields[] = {
	{ .name = "oldest", .column = "oldest", .type = SHAPE_TIME, .offset = offsetof(struct view_row, oldest_us) },
	{ .name = "now", .column = "now", .type = SHAPE_TIME, .flags = SHAPE_REQUIRED, .offset = offsetof(struct view_row, now_us) },
	{ .name = "nSetAside", .column = "n_set_aside", .type = SHAPE_INT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct view_row, n_set_aside) },
};
static const struct shape view_shape = { "process_view_row", sizeof(struct view_row), view_fields, 3 };

static const struct db_statement view_statement = { "process_view",
	"SELECT (SELECT next_at FROM processes WHERE state = 'ready' AND next_at >= $1 ORDER BY next_at LIMIT 1) AS oldest, now() AS now, "
	"(SELECT count(*) FROM (SELECT FROM processes WHERE state = 'set_aside' LIMIT 1000) AS s) AS n_set_aside",
	DB_FIND, 1, &view_shape };

/* One starts behind another of its ordering that just ends unseen: nobody wakes it then but this. */
static const struct db_statement wake_statement = { "process_wake_forgotten",
	"UPDATE processes w SET state = 'ready', next_at = now() WHERE w.id IN (SELECT c.id FROM processes c "
	"WHERE c.state = 'waiting' AND c.created_at > now() - $1::bigint * interval '1 second' AND NOT EXISTS (SELECT FROM processes e "
	"WHERE e.domain_id = c.domain_id AND e.ordering = c.ordering AND e.id < c.id AND e.state <> 'set_aside') LIMIT 1000)", DB_EXEC, 1, NULL };

enum { LATE_COMMIT_US = 60 * 1000000, RECENT_SECONDS = 120, ALL_SECONDS = 10 * 365 * 86400, WAKE_ALL_EVERY = 60 };

/* Rows become due no earlier than their transaction began, and transactions end within seconds: what is due below the oldest
 * unfinished row of a minute ago cannot appear any more. */
const struct error *
look_around(struct request *req, void *context)
{
	struct outlook *outlook = context;
	const struct view_row *row;

	query_send(req, &wake_statement, PARAMS(P_INT(outlook->n_turns++ % WAKE_ALL_EVERY ? RECENT_SECONDS : ALL_SECONDS)));
	const struct error *error = query_find(req, &view_statement, PARAMS(P_TIME(outlook->watermark_us)), &row);
	if (error)
		return error;
	int64_t bound_us = row->now_us - LATE_COMMIT_US;
	if (row->oldest_us && *row->oldest_us < bound_us)
		bound_us = *row->oldest_us;
	if (bound_us > outlook->watermark_us)
		outlook->watermark_us = bound_us;
	outlook->overdue_us = row->oldest_us && *row->oldest_us < row->now_us ? row->now_us - *row->oldest_us : 0;
	outlook->n_set_aside = row->n_set_aside;
	return NULL;
}

static const struct db_statement renew_statement = { "process_renew",
	"UPDATE processes p SET lease_until = now() + $3::bigint * interval '1 millisecond', next_at = now() + $3::bigint * interval '1 millisecond' "
	"FROM unnest($1::bigint[], $2::bigint[]) AS mine(id, fence) WHERE p.id = mine.id AND p.fence = mine.fence", DB_EXEC, 3, NULL };
static const struct db_statement release_statement = { "process_release",
	"UPDATE processes p SET lease_until = NULL, next_at = now(), attempts = greatest(p.attempts - 1, 0) "
	"FROM unnest($1::bigint[], $2::bigint[]) AS mine(id, fence) WHERE p.id = mine.id AND p.fence = mine.fence", DB_EXEC, 2, NULL };

const struct error *
leases_renew(struct request *req, void *context)
{
	const struct leases *leases = context;
	int64_t n;

	return query_exec(req, &renew_statement, PARAMS(P_INT_LIST(leases->ids, leases->n), P_INT_LIST(leases->fences, leases->n),
	    P_INT(PROCESS_LEASE_MS)), &n);
}

const struct error *
leases_release(struct request *req, void *context)
{
	const struct leases *leases = context;
	int64_t n;

	return query_exec(req, &release_statement, PARAMS(P_INT_LIST(leases->ids, leases->n), P_INT_LIST(leases->fences, leases->n)), &n);
}
