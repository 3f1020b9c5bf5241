/* Units of work on one connection: reads in an implicit transaction, writes in an explicit one with savepoints. */
#include "db/db.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db/internal.h"

/* In WHERE, because a row without columns is cheaper to make and to read than three texts; none of them is ever NULL. */
#define SCOPE_SQL "select where set_config('wordclaw.tenant', $1, true) is not null"
static const struct db_statement SET_SCOPE = { .name = "db_set_scope", .kind = DB_EXEC, .n_params = 1, .sql = SCOPE_SQL };
static const struct db_statement SET_SCOPE_AND_TIMEOUT = { .name = "db_set_scope_and_timeout", .kind = DB_EXEC, .n_params = 2,
	.sql = SCOPE_SQL " and set_config('statement_timeout', $2, true) is not null and set_config('lock_timeout', $2, true) is not null" };
static const struct db_statement SET_NARROW = { .name = "db_set_narrow", .kind = DB_EXEC, .n_params = 1,
	.sql = "select where set_config('wordclaw.narrow', $1, true) is not null" };
static const struct db_statement DISCARD_PLANS = { .name = "db_discard_plans", .kind = DB_EXEC, .sql = "discard plans" };
static const struct db_statement BEGIN = { .name = "db_begin", .kind = DB_EXEC, .sql = "begin" };
static const struct db_statement COMMIT = { .name = "db_commit", .kind = DB_EXEC, .sql = "commit" };
static const struct db_statement ROLLBACK = { .name = "db_rollback", .kind = DB_EXEC, .sql = "rollback" };
static const struct db_statement SAVEPOINT = { .name = "db_savepoint", .kind = DB_EXEC, .sql = "savepoint m" };
static const struct db_statement RELEASE = { .name = "db_release", .kind = DB_EXEC, .sql = "release m" };
static const struct db_statement ROLLBACK_TO = { .name = "db_rollback_to", .kind = DB_EXEC, .sql = "rollback to m" };

struct db *
db_new(const char *conninfo, const char *name)
{
	struct db *db = calloc(1, sizeof(*db));

	if (!db || !(db->conninfo = strdup(conninfo)) || !(db->name = strdup(name)))
		abort();
	db->scratch = arena_new(DB_SCRATCH_BYTES);
	db->plans = arena_new(DB_PLANS_BYTES);
	db->first = db->next = db->flushed = 1; /* 0 is no ticket */
	return db;
}

void
db_free(struct db *db)
{
	if (!db)
		return;
	db_connection_close(db);
	arena_free(db->scratch);
	arena_free(db->plans);
	free(db->conninfo);
	free(db->conninfo_path);
	free(db->name);
	free(db);
}

void
db_follow_file(struct db *db, const char *path)
{
	if (path && *path && !(db->conninfo_path = strdup(path)))
		abort();
}

bool db_is_pooled;

void
db_expect_pooler(bool is_pooled)
{
	db_is_pooled = is_pooled;
}

const struct db_failure *
db_failure(const struct db *db)
{
	return &db->failure;
}

enum db_status
db_connect(struct db *db, int64_t deadline_us)
{
	assert(db->mode == DB_MODE_IDLE);
	db->is_lost = false;
	return db_connection_open(db, deadline_us);
}

void
db_set_deadline(struct db *db, int64_t deadline_us)
{
	db->deadline_us = deadline_us;
}

static void
start(struct db *db, enum db_mode mode, const struct db_scope *scope)
{
	assert(db->mode == DB_MODE_IDLE);
	db->mode = mode;
	db->scope = *scope;
	db->is_scope_sent = db->has_own_timeout = false;
	db->is_failed = db->is_lost = false;
	db->released = 0;
	memset(&db->failure, 0, sizeof(db->failure));
	if (db->deadline_us != 0 && db->deadline_us <= clock_now_us()) {
		/* Nothing was sent: the work is lost, the connection is not. */
		(void)db_refuse(db, "57014", "the deadline passed before the work began");
		db->is_failed = false;
		db->is_lost = true;
		return;
	}
	if (db->n_prepares > DB_PREPARES_MAX)
		db_connection_close(db);
	/* A failure has set is_lost: every later call of this work says so. */
	(void)db_connection_open(db, db->deadline_us);
}

/* A plan made while a table was empty, or for a tenant that had little, would be used as long as the session lasts. */
static void
queue_replanning(struct db *db)
{
	int64_t now_us = clock_monotonic_us();

	if (db_is_pooled || now_us - db->planned_us < DB_PLANS_MAX_US)
		return;
	(void)db_pipeline_queue(db, &DISCARD_PLANS, NULL);
	db->planned_us = now_us;
}

/* Setting and resetting the two timeouts costs the server 8 us of the 45 that a read takes it; so the session starts with
 * the timeouts of its first work (db_connection.c), and they are set only where they differ from that. */
static void
queue_scope(struct db *db)
{
	char tenant[24] = "";
	char timeout[24];
	int64_t timeout_ms = db_timeout_step(db->scope.timeout_ms);

	if (timeout_ms != db->session_timeout_ms)
		db->has_own_timeout = true;
	if (db->scope.tenant != 0)
		(void)snprintf(tenant, sizeof(tenant), "%" PRId64, db->scope.tenant);
	(void)snprintf(timeout, sizeof(timeout), "%" PRId64, timeout_ms);
	(void)db_pipeline_queue(db, db->has_own_timeout ? &SET_SCOPE_AND_TIMEOUT : &SET_SCOPE,
	    PARAMS(P_TEXT(tenant), P_TEXT(timeout)));
	if (db->scope.narrow)
		(void)db_pipeline_queue(db, &SET_NARROW, PARAMS(P_TEXT(db->scope.narrow)));
	db->is_scope_sent = true;
}

/* Work is over; lost and failed are its result. */
static enum db_status
finish(struct db *db)
{
	enum db_status status = db->is_lost ? DB_LOST : db->is_failed ? DB_REFUSED : DB_OK;

	db->mode = DB_MODE_IDLE;
	db->is_failed = db->is_lost = false;
	return status;
}

/* Undoing is worth a short wait even when the work itself came too late: it keeps the connection. */
static int64_t
extend_deadline(struct db *db)
{
	int64_t saved_us = db->deadline_us;
	int64_t earliest_us = clock_now_us() + DB_ROLLBACK_GRACE_US;

	if (saved_us != 0 && saved_us < earliest_us)
		db->deadline_us = earliest_us;
	return saved_us;
}

void
db_begin_read(struct db *db, const struct db_scope *scope)
{
	start(db, DB_MODE_READ, scope);
}

enum db_status
db_end_read(struct db *db)
{
	assert(db->mode == DB_MODE_READ);
	(void)db_pipeline_drain(db); /* its failure is in db */
	return finish(db);
}

void
db_begin(struct db *db, const struct db_scope *scope)
{
	start(db, DB_MODE_WRITE, scope);
	queue_replanning(db);
	(void)db_pipeline_queue(db, &BEGIN, NULL);
	queue_scope(db);
}

void
db_set_scope(struct db *db, const struct db_scope *scope)
{
	assert(db->mode != DB_MODE_IDLE);
	db_pipeline_make_room(db);
	bool is_same = db->is_scope_sent && scope->tenant == db->scope.tenant && scope->narrow == db->scope.narrow &&
	    db_timeout_step(scope->timeout_ms) == db_timeout_step(db->scope.timeout_ms);
	db->scope = *scope;
	if (!is_same)
		queue_scope(db);
}

enum db_status
db_commit(struct db *db)
{
	assert(db->mode == DB_MODE_WRITE);
	if (db->is_failed) {
		db_rollback(db);
		return DB_REFUSED;
	}
	db_pipeline_make_room(db);
	(void)db_pipeline_queue(db, &COMMIT, NULL);
	db_pipeline_sync(db);
	if (db_pipeline_drain(db) == DB_REFUSED) {
		db_rollback(db);
		return DB_REFUSED;
	}
	return finish(db);
}

void
db_rollback(struct db *db)
{
	if (db->mode == DB_MODE_IDLE)
		return;
	int64_t saved_us = extend_deadline(db);
	(void)db_pipeline_drain(db); /* whatever failed is undone with the rest */
	db->is_failed = false;
	/* After a refused COMMIT there is nothing to undo and the server only warns: libpq does not know the state without a Sync. */
	if (db->mode == DB_MODE_WRITE && !db->is_lost) {
		struct db_failure failure = db->failure;

		(void)db_pipeline_queue(db, &ROLLBACK, NULL);
		db_pipeline_sync(db);
		if (db_pipeline_drain(db) == DB_REFUSED)
			(void)db_lose(db, "rollback was refused");
		db->failure = failure;
	}
	db->deadline_us = saved_us;
	(void)finish(db);
}

void
db_savepoint(struct db *db)
{
	assert(db->mode == DB_MODE_WRITE);
	db_pipeline_make_room(db);
	db->released = db->next;
	(void)db_pipeline_queue(db, &SAVEPOINT, NULL);
}

enum db_status
db_release(struct db *db)
{
	enum db_status status = db_pipeline_drain(db);

	if (status == DB_OK)
		(void)db_pipeline_queue(db, &RELEASE, NULL);
	return status;
}

void
db_release_unseen(struct db *db)
{
	db_pipeline_make_room(db);
	(void)db_pipeline_queue(db, &RELEASE, NULL);
	db->released = db->next;
}

enum db_status
db_rollback_to(struct db *db)
{
	assert(db->mode == DB_MODE_WRITE);
	int64_t saved_us = extend_deadline(db);

	(void)db_pipeline_drain(db); /* whatever failed is undone with the rest */
	if (db->is_failed && db->failure.is_of_released) { /* the savepoint may be the one before, or none */
		db->deadline_us = saved_us;
		return DB_REFUSED;
	}
	db->is_failed = false;
	(void)db_pipeline_queue(db, &ROLLBACK_TO, NULL);
	(void)db_pipeline_queue(db, &RELEASE, NULL);
	enum db_status status = db_pipeline_drain(db);
	db->is_scope_sent = false; /* settings made since the savepoint were undone too */
	db->deadline_us = saved_us;
	return status;
}

db_ticket
db_send(struct db *db, const struct db_statement *statement, const struct db_param *params)
{
	assert(db->mode != DB_MODE_IDLE);
	db_pipeline_make_room(db);
	if (!db->is_scope_sent) {
		queue_replanning(db);
		queue_scope(db);
	}
	return db_pipeline_queue(db, statement, params);
}

enum db_status
db_receive_row(struct db *db, struct arena *arena, db_ticket ticket, const void **ret_row)
{
	struct shape_list rows;
	enum db_status status = db_receive_rows(db, arena, ticket, &rows);

	if (status != DB_OK)
		return status;
	if (rows.n > 1)
		return db_refuse(db, "", "a statement for one row found %zu", rows.n);
	*ret_row = rows.n == 1 ? rows.items : NULL;
	return DB_OK;
}

enum db_status
db_receive_rows(struct db *db, struct arena *arena, db_ticket ticket, struct shape_list *ret_rows)
{
	PGresult *result;
	struct db_prepared *prepared;
	enum db_status status = db_pipeline_await(db, ticket, &result, &prepared);

	if (status != DB_OK)
		return status;
	status = db_rows_decode(db, arena, prepared, result, ret_rows);
	PQclear(result);
	return status;
}

enum db_status
db_receive_count(struct db *db, db_ticket ticket, int64_t *ret_n_affected)
{
	PGresult *result;
	struct db_prepared *prepared;
	enum db_status status = db_pipeline_await(db, ticket, &result, &prepared);

	if (status != DB_OK)
		return status;
	*ret_n_affected = strtoll(PQcmdTuples(result), NULL, 10);
	PQclear(result);
	return DB_OK;
}

enum db_status
db_drain(struct db *db)
{
	return db_pipeline_drain(db);
}

uint64_t
db_n_statements(const struct db *db)
{
	return db->n_statements;
}

uint64_t
db_n_round_trips(const struct db *db)
{
	return db->n_round_trips;
}
