/* What the tests of db share: a schema of their own, a connection under test, and another one to look from outside.
 * WORDCLAW_TEST_DATABASE_URL names a superuser connection to a throw-away cluster. */
#ifndef DB_FIXTURE_H
#define DB_FIXTURE_H

#include <check.h>
#include <poll.h>
#include <postgresql/libpq-fe.h>
#include <stdlib.h>

#include "clock.h"
#include "db/db.h"

enum { ARENA_BYTES = 1024 * 1024, WAIT_STEPS_MAX = 500, WAIT_STEP_MS = 10 };

struct thing {
	int64_t id;
	const int64_t *parent_id;
	const char *name;
	bool is_live;
	const bool *maybe;
	int64_t created_at_us;
	const int64_t *deleted_at_us;
	struct doc data;
	const char *uid;
	struct shape_list numbers;
	struct shape_list words;
};

#define REQUIRED(n, c, t, m) { .name = n, .column = c, .type = t, .flags = SHAPE_REQUIRED, .offset = offsetof(struct thing, m) }
#define OPTIONAL(n, c, t, m) { .name = n, .column = c, .type = t, .offset = offsetof(struct thing, m) }

static const struct shape_field thing_fields[] = {
	REQUIRED("id", "id", SHAPE_INT, id),
	OPTIONAL("parentId", "parent_id", SHAPE_INT, parent_id),
	OPTIONAL("name", "name", SHAPE_TEXT, name),
	OPTIONAL("maybe", "maybe", SHAPE_BOOL, maybe),
	OPTIONAL("deletedAt", "deleted_at", SHAPE_TIME, deleted_at_us),
	OPTIONAL("data", "data", SHAPE_DOC, data),
	OPTIONAL("uid", "uid", SHAPE_TEXT, uid),
	{ .name = "numbers", .column = "numbers", .type = SHAPE_LIST, .item = SHAPE_INT, .offset = offsetof(struct thing, numbers) },
	{ .name = "words", .column = "words", .type = SHAPE_LIST, .item = SHAPE_TEXT, .offset = offsetof(struct thing, words) },
};
static const struct shape thing_shape = { "thing", sizeof(struct thing), thing_fields, sizeof(thing_fields) / sizeof(thing_fields[0]) };

#define STATEMENT(n, k, np, r, s) { .name = n, .kind = k, .n_params = np, .row = r, .sql = s }

static const struct db_scope SCOPE = { .tenant = 7, .timeout_ms = 2000 };

static struct db *db;
static struct arena *arena;
static PGconn *admin;

static void
admin_do(const char *sql)
{
	PGresult *result = PQexec(admin, sql);
	ExecStatusType status = PQresultStatus(result);

	ck_assert_msg(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "%s: %s", sql, PQerrorMessage(admin));
	PQclear(result);
}

__attribute__((unused)) static int64_t
admin_int(const char *sql)
{
	PGresult *result = PQexec(admin, sql);

	ck_assert_msg(PQntuples(result) == 1, "%s: %s", sql, PQerrorMessage(admin));
	int64_t value = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return value;
}

/* Until sql says want, for at most five seconds. */
__attribute__((unused)) static void
admin_wait(const char *sql, int64_t want)
{
	for (int i = 0; i < WAIT_STEPS_MAX && admin_int(sql) != want; i++)
		(void)poll(NULL, 0, WAIT_STEP_MS);
	ck_assert_msg(admin_int(sql) == want, "waited in vain for: %s", sql);
}

static const char *
url(void)
{
	const char *value = getenv("WORDCLAW_TEST_DATABASE_URL");

	ck_assert_msg(value && *value, "WORDCLAW_TEST_DATABASE_URL is not set: run this through 'make test', which starts a throw-away PostgreSQL");
	return value;
}

static void
setup(void)
{
	admin = PQconnectdb(url());
	ck_assert_msg(PQstatus(admin) == CONNECTION_OK, "%s", PQerrorMessage(admin));
	admin_do("select pg_advisory_lock(5420)"); /* test programs may run at once, and share one schema name */
	admin_do("set client_min_messages = warning; drop schema if exists db_test cascade; create schema db_test;"
		 " create table db_test.thing (id bigint primary key, name text, rank integer constraint rank_once unique deferrable initially deferred)");
	db = db_new(url(), "test_db");
	arena = arena_new(ARENA_BYTES);
	db_set_deadline(db, clock_now_us() + 10 * 1000000);
}

static void
teardown(void)
{
	db_free(db);
	arena_free(arena);
	admin_do("drop schema db_test cascade");
	PQfinish(admin);
}

static const struct thing *
find(const struct db_statement *statement, const struct db_param *params)
{
	const void *row = NULL;
	enum db_status status = db_receive_row(db, arena, db_send(db, statement, params), &row);

	ck_assert_msg(status == DB_OK, "%s: %s", statement->name, db_failure(db)->message);
	return row;
}

static int
run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}

#endif
