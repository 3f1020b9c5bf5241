/* Processes as handlers, consumers and steps see them: started, cancelled, restarted. */
#include "process.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "runner.h"
#include "service_internal.h"

enum { RUNNING_MAX_DEFAULT = 4 };

struct id_row {
	int64_t id;
};
static const struct shape_field id_fields[] = {
	{ .name = "id", .column = "id", .type = SHAPE_INT, .flags = SHAPE_REQUIRED, .offset = 0 },
};
static const struct shape id_shape = { "process_id_row", sizeof(struct id_row), id_fields, 1 };

static const struct db_statement lanes_statement = { "process_lanes_make",
	"INSERT INTO process_lanes (domain_id, lane, running_max) "
	"SELECT DISTINCT $1::integer, l.lane, l.running_max FROM unnest($2::text[], $3::integer[]) AS l(lane, running_max) "
	"ON CONFLICT DO NOTHING", DB_EXEC, 3, NULL };

/* Behind an unfinished process of the same ordering it waits; so does all but the first of one call. */
static const struct db_statement start_statement = { "process_start",
	"INSERT INTO processes (domain_id, kind, key, lane, ordering, state, step, priority, next_at, payload, request_id, trace_parent, session, change_set, prompt_hash, surface) "
	"SELECT $1, s.kind, s.key, s.lane, s.ordering, CASE WHEN s.ordering IS NOT NULL AND (s.place > 1 OR ("
	"SELECT p.id FROM processes p WHERE p.domain_id = $1 AND p.ordering = s.ordering AND p.state <> 'set_aside' ORDER BY p.id LIMIT 1) IS NOT NULL) THEN 'waiting' ELSE 'ready' END, "
	"s.step, s.priority, greatest(now(), 'epoch'::timestamptz + s.\"atUs\" * interval '1 microsecond'), s.payload, $3, $4, $5, $6, $7, $8 "
	"FROM (SELECT r.*, row_number() OVER (PARTITION BY r.ordering ORDER BY r.number) AS place FROM json_to_recordset($2::json) "
	"AS r(number integer, kind text, key text, lane text, ordering text, step text, priority integer, \"atUs\" bigint, payload json)) AS s "
	"ORDER BY s.number ON CONFLICT (domain_id, kind, key) DO NOTHING RETURNING id", DB_LIST, 8, &id_shape };

static const struct db_statement cancel_statement = { "process_cancel",
	"DELETE FROM processes WHERE domain_id = $1 AND kind = $2 AND key = $3 "
	"AND (NOT $4 OR lease_until IS NULL OR lease_until <= now())", DB_EXEC, 4, NULL };
static const struct db_statement there_statement = { "process_there",
	"SELECT id FROM processes WHERE domain_id = $1 AND kind = $2 AND key = $3", DB_LIST, 3, &id_shape };
static const struct db_statement restart_statement = { "process_restart",
	"UPDATE processes SET state = 'ready', next_at = now(), attempts = 0, losses = 0, lease_until = NULL, fence = fence + 1 "
	"WHERE domain_id = $1 AND kind = $2 AND key = $3", DB_EXEC, 3, NULL };
static const struct db_statement lane_statement = { "process_lane_set",
	"INSERT INTO process_lanes AS l (domain_id, lane, running_max, is_paused) VALUES ($1, $2, coalesce(nullif($3, 0), $5), $4) "
	"ON CONFLICT (domain_id, lane) DO UPDATE SET running_max = coalesce(nullif($3, 0), l.running_max), is_paused = $4",
	DB_EXEC, 5, NULL };

const struct process_kind *
process_kind_find(const struct service_definition *definition, const char *name)
{
	for (size_t i = 0; i < definition->n_processes; i++) {
		if (strcmp(definition->processes[i].name, name) == 0)
			return &definition->processes[i];
	}
	return strcmp(name, timer_kind.name) == 0 ? &timer_kind : NULL;
}

static int64_t
running_max_of(const struct process_kind *kind)
{
	return kind->running_max ? kind->running_max : RUNNING_MAX_DEFAULT;
}

static void
write_member(struct buf *json, const char *name, const char *text)
{
	if (!text)
		return;
	buf_printf(json, ",\"%s\":", name);
	buf_add_json_text(json, text, strlen(text));
}

static void
write_start(struct buf *json, size_t number, const struct process_start *start, const struct process_kind *kind)
{
	buf_printf(json, "%s{\"number\":%zu", number ? "," : "", number);
	write_member(json, "kind", start->kind);
	write_member(json, "key", start->key);
	write_member(json, "lane", start->lane ? start->lane : start->kind);
	write_member(json, "ordering", start->ordering);
	write_member(json, "step", start->step ? start->step : kind->steps[0].name);
	buf_printf(json, ",\"priority\":%" PRId64 ",\"atUs\":%" PRId64 ",\"payload\":%s}", start->priority, start->at_us,
	    start->payload ? start->payload : "{}");
}

/* Queues both statements; the ticket is of the second. */
static db_ticket
ask_start(struct request *req, const struct process_start *starts, size_t n)
{
	const char **lanes = ARENA_ARRAY(req->arena, const char *, n);
	int64_t *running_max = ARENA_ARRAY(req->arena, int64_t, n);
	struct buf json;

	assert(n > 0 && n <= PROCESS_START_MAX);
	buf_init(&json, req->arena, 256 * n);
	buf_add_text(&json, "[");
	for (size_t i = 0; i < n; i++) {
		const struct process_kind *kind = process_kind_find(req->service->definition, starts[i].kind);
		assert(kind);
		lanes[i] = starts[i].lane ? starts[i].lane : starts[i].kind;
		running_max[i] = running_max_of(kind);
		write_start(&json, i, &starts[i], kind);
	}
	buf_add_text(&json, "]");
	req->has_processes = true;
	query_send(req, &lanes_statement, PARAMS(P_INT(req->tenant), P_TEXT_LIST(lanes, n), P_INT_LIST(running_max, n)));
	return query_ask(req, &start_statement, PARAMS(P_INT(req->tenant), P_DOC(((struct doc){ json.bytes, json.len })),
	    P_TEXT(req->request_id), P_TEXT(req->trace_parent), P_TEXT(req->labels.session), P_TEXT(req->labels.change_set),
	    P_TEXT(req->labels.prompt_hash), P_TEXT(req->labels.surface)));
}

const struct error *
process_start(struct request *req, const struct process_start *start, int64_t *ret_id)
{
	struct shape_list rows;
	db_ticket ticket = ask_start(req, start, 1);

	if (!ret_id)
		return NULL;
	const struct error *error = query_claim_list(req, ticket, &rows);
	if (!error)
		*ret_id = rows.n ? ((const struct id_row *)rows.items)->id : 0;
	return error;
}

const struct error *
process_start_many(struct request *req, const struct process_start *starts, size_t n)
{
	struct shape_list rows;

	return n ? query_claim_list(req, ask_start(req, starts, n), &rows) : NULL;
}

const char *
process_key(struct request *req, const struct process *process, const char *purpose)
{
	return arena_printf(req->arena, "%s:process:%" PRId64 ":%s", req->service->definition->name, process->id, purpose);
}

static const struct error *
change(struct request *req, const struct db_statement *statement, const struct db_param *params, bool *ret_found)
{
	int64_t n;
	const struct error *error = query_exec(req, statement, params, &n);

	if (!error)
		*ret_found = n > 0;
	req->has_processes = true; /* an instance that waits for something due looks again */
	return error;
}

const struct error *
process_cancel(struct request *req, const char *kind, const char *key, bool only_waiting, bool *ret_found)
{
	return change(req, &cancel_statement, PARAMS(P_INT(req->tenant), P_TEXT(kind), P_TEXT(key), P_BOOL(only_waiting)), ret_found);
}

const struct error *
process_is_there(struct request *req, const char *kind, const char *key, bool *ret_is_there)
{
	struct shape_list rows = { .n = 0 };
	const struct error *error = query_list(req, &there_statement, PARAMS(P_INT(req->tenant), P_TEXT(kind), P_TEXT(key)), &rows);

	*ret_is_there = !error && rows.n > 0;
	return error;
}

const struct error *
process_restart(struct request *req, const char *kind, const char *key, bool *ret_found)
{
	return change(req, &restart_statement, PARAMS(P_INT(req->tenant), P_TEXT(kind), P_TEXT(key)), ret_found);
}

const struct error *
process_lane_set(struct request *req, const char *lane, int64_t running_max, bool is_paused)
{
	int64_t n;

	req->has_processes = true;
	return query_exec(req, &lane_statement, PARAMS(P_INT(req->tenant), P_TEXT(lane), P_INT(running_max), P_BOOL(is_paused),
	    P_INT(RUNNING_MAX_DEFAULT)), &n);
}
