/* After a step: the row is held while its effect is written, and moves on under its fence. */
#include <stddef.h>
#include <string.h>

#include "runner.h"

struct held_row {
	int64_t id, fence;
};
static const struct shape_field held_fields[] = {
	{ .name = "id", .column = "id", .type = SHAPE_INT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct held_row, id) },
	{ .name = "fence", .column = "fence", .type = SHAPE_INT, .flags = SHAPE_REQUIRED, .offset = offsetof(struct held_row, fence) },
};
static const struct shape held_shape = { "process_held_row", sizeof(struct held_row), held_fields, 2 };
static const struct db_statement hold_statement = { "process_hold",
	"SELECT id, fence FROM processes WHERE id = $1 AND fence = $2 FOR UPDATE", DB_LIST, 2, &held_shape };

static const struct db_statement done_statement = { "process_done",
	"DELETE FROM processes WHERE id = $1 AND fence = $2", DB_EXEC, 2, NULL };
/* The fence ends with the step: neither a renewal under way nor a commit that is repeated because its answer was lost finds the row again. */
static const struct db_statement move_statement = { "process_move",
	"UPDATE processes SET fence = fence + 1, step = $3, attempts = $4, losses = 0, state = $5, next_at = now() + $6::bigint * interval '1 microsecond', "
	"payload = coalesce($7::json, payload), last_error = $8, lease_until = NULL WHERE id = $1 AND fence = $2", DB_EXEC, 8, NULL };
static const struct db_statement successor_statement = { "process_wake_successor",
	"UPDATE processes SET state = 'ready', next_at = now() WHERE id = (SELECT id FROM processes "
	"WHERE domain_id = $1 AND ordering = $2 AND id > $3 AND state = 'waiting' ORDER BY id LIMIT 1)", DB_EXEC, 3, NULL };

static const struct error *
move(struct request *req, const struct process *process, const struct step_outcome *outcome, int64_t *ret_n)
{
	bool is_next = outcome->verdict == STEP_NEXT;
	const char *step = is_next && outcome->next ? outcome->next : process->step;

	return query_exec(req, &move_statement, PARAMS(P_INT(process->id), P_INT(process->fence), P_TEXT(step),
	    P_INT(is_next ? 0 : process->attempt), P_TEXT(outcome->verdict == STEP_FAILED ? "set_aside" : "ready"), P_INT(outcome->delay_us),
	    P_DOC(outcome->payload), P_TEXT(outcome->reason)), ret_n);
}

const struct error *
process_hold(struct request *req, const struct process *process, bool *ret_is_mine)
{
	struct shape_list rows = { .n = 0 };
	const struct error *error = query_list(req, &hold_statement, PARAMS(P_INT(process->id), P_INT(process->fence)), &rows);

	*ret_is_mine = rows.n == 1;
	return error;
}

const struct error *
process_finish(struct request *req, const struct process *process, const struct step_outcome *outcome, bool *ret_is_mine)
{
	bool ends = outcome->verdict == STEP_DONE || outcome->verdict == STEP_FAILED;
	int64_t n = 0;

	if (process->ordering && ends)
		query_send(req, &successor_statement, PARAMS(P_INT(process->tenant), P_TEXT(process->ordering), P_INT(process->id)));
	const struct error *error = outcome->verdict == STEP_DONE
	    ? query_exec(req, &done_statement, PARAMS(P_INT(process->id), P_INT(process->fence)), &n)
	    : move(req, process, outcome, &n);
	*ret_is_mine = n == 1;
	return error;
}

/* ---- many at once ---- */

static const struct db_statement hold_many_statement = { "process_hold_many",
	"SELECT p.id, p.fence FROM unnest($1::bigint[], $2::bigint[]) AS m(id, fence) "
	"CROSS JOIN LATERAL (SELECT q.id, q.fence FROM processes q WHERE q.id = m.id AND q.fence = m.fence FOR UPDATE) AS p", DB_LIST, 2, &held_shape };

/* One process may be in a group twice: by who lost its lease, and by who has it now.  The fence tells them apart. */
static bool
is_held(const struct shape_list *rows, int64_t id, int64_t fence)
{
	const struct held_row *held = rows->items;

	for (size_t i = 0; i < rows->n; i++) {
		if (held[i].id == id && held[i].fence == fence)
			return true;
	}
	return false;
}

const struct error *
processes_hold(struct request *req, struct finish **group, size_t n)
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n), *fences = ARENA_ARRAY(req->arena, int64_t, n);
	struct shape_list rows = { .n = 0 };

	for (size_t i = 0; i < n; i++) {
		ids[i] = group[i]->process->id;
		fences[i] = group[i]->process->fence;
	}
	const struct error *error = query_list(req, &hold_many_statement, PARAMS(P_INT_LIST(ids, n), P_INT_LIST(fences, n)), &rows);
	for (size_t i = 0; i < n; i++)
		group[i]->is_mine = !error && is_held(&rows, ids[i], fences[i]);
	return error;
}

/* They are held, so nothing has to be counted, and all statements are on their way before anything is waited for. */
const struct error *
processes_finish(struct request *req, struct finish **group, size_t n)
{
	const struct error *error = NULL;
	int64_t n_rows = 0;

	for (size_t i = 0; !error && i < n; i++) {
		const struct process *process = group[i]->process;
		enum step_verdict verdict = group[i]->outcome->verdict;
		if (!group[i]->is_mine)
			continue;
		if (process->ordering && (verdict == STEP_DONE || verdict == STEP_FAILED))
			query_send(req, &successor_statement, PARAMS(P_INT(process->tenant), P_TEXT(process->ordering), P_INT(process->id)));
		if (verdict == STEP_DONE)
			query_send(req, &done_statement, PARAMS(P_INT(process->id), P_INT(process->fence)));
		else
			error = move(req, process, group[i]->outcome, &n_rows);
	}
	if (!error)
		gather_settle(req); /* what waits is written before the commit */
	return error;
}
