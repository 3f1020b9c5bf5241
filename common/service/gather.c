/* Rows on their way to statements that take many at once: those of one mutation, and in a group those of the mutations before it.
 * What a statement of its own could see is written first, so nobody notices that rows had waited. */
#include "gather.h"

#include <assert.h>
#include <string.h>

#include "service_internal.h"

static struct gathered *
set_of(struct gather *gather, const struct db_statement *statement)
{
	for (size_t i = 0; i < gather->n; i++) {
		if (gather->sets[i].statement == statement)
			return &gather->sets[i];
	}
	assert(gather->n < GATHER_SETS_MAX);
	struct gathered *set = &gather->sets[gather->n++];
	*set = (struct gathered){ .statement = statement };
	return set;
}

static void
append(struct gathered *set, struct gathered_row *first, struct gathered_row *last, size_t n)
{
	if (set->last)
		set->last->next = first;
	else
		set->first = first;
	set->last = last;
	set->n += n;
}

/* Each parameter becomes an array of the rows' values. */
static void
send(struct request *req, const struct db_statement *statement, const struct db_param *const rows[], size_t n)
{
	struct db_param *columns = ARENA_ARRAY(req->arena, struct db_param, (size_t)statement->n_params);

	for (int i = 0; i < statement->n_params; i++)
		columns[i] = P_COLUMN(rows, n, i);
	req->last_statement = statement->name;
	(void)db_send(req->db, statement, columns); /* the ticket is drained with the next wait */
}

static void
write_all(struct request *req, struct gather *gather)
{
	for (size_t i = 0; i < gather->n; i++) {
		const struct gathered *set = &gather->sets[i];
		const struct db_param **rows = ARENA_ARRAY(req->arena, const struct db_param *, set->n);
		size_t n = 0;
		for (const struct gathered_row *row = set->first; row; row = row->next)
			rows[n++] = row->params;
		assert(n == set->n);
		send(req, set->statement, rows, n);
	}
	gather->n = 0;
}

void
query_gather(struct request *req, const struct db_statement *statement, const struct db_param *params)
{
	struct gathered_row *row = ARENA_NEW(req->arena, struct gathered_row);

	row->next = NULL;
	row->params = arena_memdup(req->arena, params, (size_t)statement->n_params * sizeof(*params));
	if (req->own)
		append(set_of(req->own, statement), row, row, 1);
	else
		send(req, statement, &row->params, 1);
}

void
gather_settle(struct request *req)
{
	if (req->earlier && !req->has_savepoint) {
		write_all(req, req->earlier);
		db_savepoint(req->db);
		req->has_savepoint = true;
	}
	if (req->own)
		write_all(req, req->own);
}

void
gather_write(struct request *req, struct gather *gather)
{
	write_all(req, gather);
}

void
gather_keep(struct request *req)
{
	for (size_t i = 0; i < req->own->n; i++) {
		const struct gathered *set = &req->own->sets[i];
		append(set_of(req->earlier, set->statement), set->first, set->last, set->n);
	}
	req->own->n = 0;
}
