/* The queue of what was sent and not yet answered, and the way back from a failed statement. */
#include "db/internal.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"

/* The statement's slot; pointers are stable because statements are static tables. */
static struct db_prepared *
prepared_slot(struct db *db, const struct db_statement *statement)
{
	size_t hash = (size_t)(((uintptr_t)statement >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 32);

	for (size_t i = 0; i < DB_PREPARED_MAX; i++) {
		struct db_prepared *slot = &db->prepared[(hash + i) & (DB_PREPARED_MAX - 1)];

		if (slot->statement == statement)
			return slot;
		if (slot->statement)
			continue;
		slot->statement = statement;
		return slot;
	}
	assert(!"more statements than DB_PREPARED_MAX");
	return NULL;
}

static db_ticket
push(struct db *db, enum db_op_kind kind, struct db_prepared *prepared)
{
	assert(db->next - db->first < DB_QUEUE_MAX);
	db->ops[db->next & (DB_QUEUE_MAX - 1)] = (struct db_op){ .kind = kind, .prepared = prepared };
	return db->next++;
}

/* Every preparation gets a name of its own, so that an outdated one needs no DEALLOCATE first. */
static bool
prepare(struct db *db, struct db_prepared *prepared)
{
	const struct db_statement *statement = prepared->statement;

	db->n_prepares++;
	prepared->name[0] = '\0'; /* behind a pooler: the one without a name lasts to the execution behind it */
	if (!db_is_pooled)
		(void)snprintf(prepared->name, sizeof(prepared->name), "%u:%s", db->n_prepares, statement->name);
	if (!PQsendPrepare(db->conn, prepared->name, statement->sql, 0, NULL))
		return false;
	prepared->state = DB_PREPARING;
	prepared->is_mapped = false;
	(void)push(db, DB_OP_PREPARE, prepared);
	return true;
}

db_ticket
db_pipeline_queue(struct db *db, const struct db_statement *statement, const struct db_param *params)
{
	struct db_encoded encoded;

	if (db->is_lost || db->is_failed)
		return 0;

	struct db_prepared *prepared = prepared_slot(db, statement);
	bool is_sent = (!db_is_pooled && prepared->state != DB_UNPREPARED) || prepare(db, prepared);
	if (is_sent) {
		db_params_encode(db->scratch, params, statement->n_params, &encoded);
		is_sent = PQsendQueryPrepared(db->conn, prepared->name, statement->n_params, encoded.values,
		    encoded.lengths, encoded.formats, 1);
		arena_reset(db->scratch);
	}
	if (!is_sent) {
		(void)db_lose(db, PQerrorMessage(db->conn));
		return 0;
	}
	db->n_statements++;
	return push(db, DB_OP_EXECUTE, prepared);
}

void
db_pipeline_make_room(struct db *db)
{
	if (db->next - db->first > DB_QUEUE_MAX - DB_QUEUE_RESERVE)
		(void)db_pipeline_drain(db); /* its failure is in db */
}

void
db_pipeline_sync(struct db *db)
{
	if (db->is_lost)
		return;
	if (!PQpipelineSync(db->conn)) {
		(void)db_lose(db, PQerrorMessage(db->conn));
		return;
	}
	(void)push(db, DB_OP_SYNC, NULL);
	db->flushed = db->next;
	db->is_scope_sent = false;
	db->n_round_trips++;
}

enum db_status
db_pipeline_flush(struct db *db)
{
	if (db->is_lost)
		return DB_LOST;
	if (db->flushed == db->next)
		return DB_OK;
	/* The Sync ends a read's implicit transaction; what is queued later opens another with the same scope.
	 * That saves the round trip which a Sync of its own would cost. */
	if (db->mode == DB_MODE_READ) {
		db_pipeline_sync(db);
		return db->is_lost ? DB_LOST : DB_OK;
	}
	if (!PQsendFlushRequest(db->conn))
		return db_lose(db, PQerrorMessage(db->conn));
	db->flushed = db->next;
	db->n_round_trips++;
	return DB_OK;
}

static bool
next_result(struct db *db, PGresult **ret_result)
{
	while (PQisBusy(db->conn))
		if (!db_connection_wait(db))
			return false;
	*ret_result = PQgetResult(db->conn);
	return true;
}

/* Read the oldest operation's result.  False when the connection is lost; *ret_result is never NULL otherwise. */
static bool
read_oldest(struct db *db, struct db_op *ret_op, PGresult **ret_result)
{
	struct db_op op = db->ops[db->first & (DB_QUEUE_MAX - 1)];
	PGresult *result = NULL;
	PGresult *end = NULL;

	if (!next_result(db, &result))
		return false;
	if (!result) {
		(void)db_lose(db, "the database answered out of order");
		return false;
	}
	if (op.kind != DB_OP_SYNC && !next_result(db, &end)) {
		PQclear(result);
		return false;
	}
	if (end || (op.kind == DB_OP_SYNC) != (PQresultStatus(result) == PGRES_PIPELINE_SYNC)) {
		PQclear(end);
		PQclear(result);
		(void)db_lose(db, PQstatus(db->conn) == CONNECTION_BAD ? PQerrorMessage(db->conn) : "the database answered out of order");
		return false;
	}
	db->first++;
	db->last_used_us = clock_monotonic_us();
	*ret_op = op;
	*ret_result = result;
	return true;
}

static bool
is_result_good(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_PIPELINE_SYNC;
}

/* The server has forgotten the statement, or its result type changed with the schema.  The latter shares its SQLSTATE with
 * every unsupported feature and its message is translated, so the raising function tells. */
static bool
is_outdated(const PGresult *result)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);

	if (!sqlstate)
		return false;
	if (strcmp(sqlstate, "26000") == 0)
		return true;
	return strcmp(sqlstate, "0A000") == 0 && function && strcmp(function, "RevalidateCachedQuery") == 0;
}

/* Keep what is known of a statement true to what its result says. */
static void
prepared_learn(const struct db_op *op, const PGresult *result)
{
	if (op->kind == DB_OP_PREPARE)
		op->prepared->state = is_result_good(result) ? DB_PREPARED : DB_UNPREPARED;
	if (op->kind == DB_OP_EXECUTE && is_outdated(result))
		op->prepared->state = DB_UNPREPARED;
}

static void
failure_record(struct db *db, const struct db_op *op, const PGresult *result)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);

	if (!message)
		message = PQresultErrorMessage(result);
	(void)db_refuse(db, sqlstate ? sqlstate : "", "%s%s: %s", op->kind == DB_OP_PREPARE ? "prepare " : "",
	    op->prepared ? op->prepared->statement->name : "sync", message);
	(void)snprintf(db->failure.constraint, sizeof(db->failure.constraint), "%s", constraint ? constraint : "");
	db->failure.is_of_released = db->first <= db->released; /* first is behind op already */
}

/* The server skips everything up to the next Sync: send one unless one is on its way, and read up to it. */
static enum db_status
recover(struct db *db)
{
	bool is_synced = db->first != db->next && db->ops[(db->next - 1) & (DB_QUEUE_MAX - 1)].kind == DB_OP_SYNC;

	if (!is_synced)
		db_pipeline_sync(db);
	while (!db->is_lost && db->first != db->next) {
		struct db_op op;
		PGresult *result;

		if (!read_oldest(db, &op, &result))
			return DB_LOST;
		prepared_learn(&op, result);
		PQclear(result);
	}
	return db->is_lost ? DB_LOST : DB_REFUSED;
}

static enum db_status
take_oldest(struct db *db, PGresult **ret_result, struct db_prepared **ret_prepared)
{
	struct db_op op;
	PGresult *result;

	if (!read_oldest(db, &op, &result))
		return DB_LOST;
	prepared_learn(&op, result);
	if (is_result_good(result)) {
		*ret_result = result;
		*ret_prepared = op.prepared;
		return DB_OK;
	}
	failure_record(db, &op, result);
	PQclear(result);
	if (PQstatus(db->conn) == CONNECTION_BAD)
		return db_lose(db, "connection lost");
	return recover(db);
}

enum db_status
db_pipeline_await(struct db *db, db_ticket ticket, PGresult **ret_result, struct db_prepared **ret_prepared)
{
	if (db->is_lost)
		return DB_LOST;
	if (db->is_failed)
		return DB_REFUSED;
	if (ticket < db->first || ticket >= db->next)
		return db_refuse(db, "", "the result of ticket %llu was drained before it was received", (unsigned long long)ticket);
	if (ticket >= db->flushed) {
		enum db_status status = db_pipeline_flush(db);
		if (status != DB_OK)
			return status;
	}
	for (;;) {
		bool is_wanted = db->first == ticket;
		PGresult *result;
		struct db_prepared *prepared;
		enum db_status status = take_oldest(db, &result, &prepared);

		if (status != DB_OK)
			return status;
		if (is_wanted) {
			*ret_result = result;
			*ret_prepared = prepared;
			return DB_OK;
		}
		PQclear(result);
	}
}

enum db_status
db_pipeline_drain(struct db *db)
{
	if (db->is_lost)
		return DB_LOST;
	if (db->is_failed)
		return db->first == db->next ? DB_REFUSED : recover(db);

	enum db_status status = db_pipeline_flush(db);
	while (status == DB_OK && db->first != db->next) {
		PGresult *result;
		struct db_prepared *prepared;

		status = take_oldest(db, &result, &prepared);
		if (status == DB_OK)
			PQclear(result);
	}
	return status;
}
