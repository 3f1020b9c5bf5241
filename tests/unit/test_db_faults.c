/* db when the server is slow, silent, stopped, killed or not there. */
#include "db/db.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "db_fixture.h"

static const struct db_statement GET = STATEMENT("thing_get", DB_FIND, 1, &thing_shape, "select id, name from db_test.thing where id = $1");
static const struct db_statement ALL = STATEMENT("thing_all", DB_LIST, 0, &thing_shape, "select id, name from db_test.thing order by id limit 1000");
static const struct db_statement ADD = STATEMENT("thing_add", DB_EXEC, 2, NULL, "insert into db_test.thing (id, name) values ($1, $2)");
static const struct db_statement DIVIDE = STATEMENT("divide", DB_FIND, 1, &thing_shape, "select 1 / $1::bigint as id");
static const struct db_statement SLEEP = STATEMENT("sleep", DB_EXEC, 1, NULL, "select pg_sleep($1::bigint)");
static const struct db_statement BACKEND = STATEMENT("backend", DB_FIND, 0, &thing_shape, "select pg_backend_pid() as id");

static void
begin_with(int64_t id, const char *name)
{
	db_begin(db, &SCOPE);
	(void)db_send(db, &ADD, PARAMS(P_INT(id), P_TEXT(name)));
}

static int64_t
n_things(void)
{
	return admin_int("select count(*) from db_test.thing");
}

START_TEST(statement_timeout_is_refused_not_lost)
{
	db_begin(db, &(struct db_scope){ .timeout_ms = 50 });
	int64_t n;
	ck_assert_int_eq(db_receive_count(db, db_send(db, &SLEEP, PARAMS(P_INT(5))), &n), DB_REFUSED);
	ck_assert_str_eq(db_failure(db)->sqlstate, "57014");
	db_rollback(db);
	db_begin_read(db, &SCOPE);
	ck_assert_int_eq(find(&DIVIDE, PARAMS(P_INT(1)))->id, 1);
	ck_assert_int_eq(db_end_read(db), DB_OK);
}
END_TEST

START_TEST(passed_deadline_cancels_and_loses_the_connection)
{
	int64_t n;
	int64_t start_us = clock_monotonic_us();

	db_set_deadline(db, clock_now_us() + 100 * 1000);
	db_begin(db, &(struct db_scope){ .timeout_ms = 0 });
	ck_assert_int_eq(db_receive_count(db, db_send(db, &SLEEP, PARAMS(P_INT(30))), &n), DB_LOST);
	ck_assert_int_lt(clock_monotonic_us() - start_us, 2000 * 1000);
	ck_assert_int_eq(db_commit(db), DB_LOST);
	admin_wait("select count(*) from pg_stat_activity where application_name = 'test_db' and state = 'active'", 0);

	db_set_deadline(db, clock_now_us() + 5000 * 1000);
	begin_with(1, "one");
	ck_assert_int_eq(db_commit(db), DB_OK);
}
END_TEST

START_TEST(work_begun_too_late_is_lost_but_its_connection_is_not)
{
	const void *row;

	db_begin_read(db, &SCOPE);
	int64_t pid = find(&BACKEND, NULL)->id;
	ck_assert_int_eq(db_end_read(db), DB_OK);
	uint64_t n_statements = db_n_statements(db);

	db_set_deadline(db, clock_now_us() - 1);
	db_begin_read(db, &SCOPE);
	ck_assert_int_eq(db_receive_row(db, arena, db_send(db, &GET, PARAMS(P_INT(1))), &row), DB_LOST);
	ck_assert_int_eq(db_end_read(db), DB_LOST);
	begin_with(1, "one");
	ck_assert_int_eq(db_commit(db), DB_LOST);
	ck_assert_uint_eq(db_n_statements(db), n_statements);

	db_set_deadline(db, clock_now_us() + 5000 * 1000);
	db_begin_read(db, &SCOPE);
	ck_assert_int_eq(find(&BACKEND, NULL)->id, pid);
	ck_assert_int_eq(db_end_read(db), DB_OK);
}
END_TEST

START_TEST(server_timeout_answers_before_the_client_gives_up)
{
	int64_t n;

	ck_assert_int_eq(db_connect(db, clock_now_us() + 5000 * 1000), DB_OK);
	db_set_deadline(db, clock_now_us() + 100 * 1000);
	db_begin(db, &(struct db_scope){ .timeout_ms = 100 });
	ck_assert_int_eq(db_receive_count(db, db_send(db, &SLEEP, PARAMS(P_INT(5))), &n), DB_REFUSED);
	ck_assert_str_eq(db_failure(db)->sqlstate, "57014");
	db_rollback(db);
}
END_TEST

START_TEST(killed_backend_loses_the_work_and_the_next_work_reconnects)
{
	char sql[64];
	const void *row;

	begin_with(1, "one");
	int64_t pid = find(&BACKEND, NULL)->id;
	(void)snprintf(sql, sizeof(sql), "select pg_terminate_backend(%" PRId64 ", 5000)::int", pid);
	ck_assert_int_eq(admin_int(sql), 1);
	ck_assert_int_eq(db_receive_row(db, arena, db_send(db, &GET, PARAMS(P_INT(1))), &row), DB_LOST);
	ck_assert_int_eq(db_receive_row(db, arena, db_send(db, &GET, PARAMS(P_INT(1))), &row), DB_LOST);
	ck_assert_int_eq(db_commit(db), DB_LOST);
	ck_assert_int_eq(n_things(), 0);

	begin_with(1, "one");
	ck_assert_int_ne(find(&BACKEND, NULL)->id, pid);
	ck_assert_int_eq(db_commit(db), DB_OK);
}
END_TEST

START_TEST(backend_killed_while_idle_is_noticed_before_it_matters)
{
	char sql[64];

	db_begin_read(db, &SCOPE);
	int64_t pid = find(&BACKEND, NULL)->id;
	ck_assert_int_eq(db_end_read(db), DB_OK);
	(void)snprintf(sql, sizeof(sql), "select pg_terminate_backend(%" PRId64 ", 5000)::int", pid);
	ck_assert_int_eq(admin_int(sql), 1);
	(void)poll(NULL, 0, 50); /* past the time within which a connection is trusted unseen */
	db_begin_read(db, &SCOPE);
	ck_assert_int_ne(find(&BACKEND, NULL)->id, pid);
	ck_assert_int_eq(db_end_read(db), DB_OK);
}
END_TEST

START_TEST(absent_server_is_lost_at_once_and_bounded)
{
	struct db *nowhere = db_new("host=/nonexistent dbname=postgres", "test_db");
	struct shape_list rows;

	db_begin_read(nowhere, &SCOPE);
	ck_assert_int_eq(db_receive_rows(nowhere, arena, db_send(nowhere, &ALL, NULL), &rows), DB_LOST);
	ck_assert_int_eq(db_end_read(nowhere), DB_LOST);
	ck_assert_msg(strlen(db_failure(nowhere)->message) > 0, "no reason given");
	ck_assert_int_eq(db_connect(nowhere, clock_now_us() + 100000), DB_LOST);
	db_free(nowhere);
}
END_TEST

START_TEST(stopped_backend_is_left_at_the_deadline)
{
	const void *row;

	db_begin_read(db, &SCOPE);
	pid_t pid = (pid_t)find(&BACKEND, NULL)->id;
	ck_assert_int_eq(db_end_read(db), DB_OK);
	ck_assert_msg(kill(pid, SIGSTOP) == 0, "the test must run as root or as the server's user");

	int64_t start_us = clock_monotonic_us();
	db_set_deadline(db, clock_now_us() + 100 * 1000);
	db_begin_read(db, &SCOPE);
	enum db_status status = db_receive_row(db, arena, db_send(db, &GET, PARAMS(P_INT(1))), &row);
	int64_t took_us = clock_monotonic_us() - start_us;
	ck_assert_int_eq(kill(pid, SIGCONT), 0);
	ck_assert_int_eq(status, DB_LOST);
	ck_assert_int_eq(db_end_read(db), DB_LOST);
	ck_assert_int_lt(took_us, 1500 * 1000);

	db_set_deadline(db, clock_now_us() + 5000 * 1000);
	begin_with(1, "one");
	ck_assert_int_eq(db_commit(db), DB_OK);
}
END_TEST

START_TEST(silent_server_is_left_at_the_deadline)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	char conninfo[128];

	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, n), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &n), 0);
	(void)snprintf(conninfo, sizeof(conninfo), "host=127.0.0.1 port=%d dbname=postgres user=postgres", ntohs(address.sin_port));

	struct db *silent = db_new(conninfo, "test_db");
	int64_t start_us = clock_monotonic_us();
	ck_assert_int_eq(db_connect(silent, clock_now_us() + 200 * 1000), DB_LOST);
	int64_t took_us = clock_monotonic_us() - start_us;
	ck_assert_int_ge(took_us, 190 * 1000);
	ck_assert_int_lt(took_us, 1500 * 1000);
	ck_assert_ptr_nonnull(strstr(db_failure(silent)->message, "deadline passed while connecting"));
	db_free(silent);
	close(listener);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		statement_timeout_is_refused_not_lost,
		passed_deadline_cancels_and_loses_the_connection,
		work_begun_too_late_is_lost_but_its_connection_is_not,
		server_timeout_answers_before_the_client_gives_up,
		killed_backend_loses_the_work_and_the_next_work_reconnects,
		backend_killed_while_idle_is_noticed_before_it_matters,
		absent_server_is_lost_at_once_and_bounded,
		stopped_backend_is_left_at_the_deadline,
		silent_server_is_left_at_the_deadline,
	};
	Suite *suite = suite_create("db_faults");
	TCase *tcase = tcase_create("db_faults");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	return run(suite);
}
