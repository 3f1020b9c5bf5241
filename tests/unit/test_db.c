/* Units of work of db against a real PostgreSQL. */
#include "db/internal.h"

#include <string.h>

#include "db_fixture.h"

static const struct db_statement GET = STATEMENT("thing_get", DB_FIND, 1, &thing_shape, "select id, name from db_test.thing where id = $1");
static const struct db_statement ALL = STATEMENT("thing_all", DB_LIST, 0, &thing_shape, "select id, name from db_test.thing order by id limit 1000");
static const struct db_statement ADD = STATEMENT("thing_add", DB_EXEC, 2, NULL, "insert into db_test.thing (id, name) values ($1, $2)");
static const struct db_statement RENAME_ALL = STATEMENT("thing_rename_all", DB_EXEC, 1, NULL, "update db_test.thing set name = $1");
static const struct db_statement DIVIDE = STATEMENT("divide", DB_FIND, 1, &thing_shape, "select 1 / $1::bigint as id");
static const struct db_statement SETTINGS = STATEMENT("settings", DB_FIND, 0, &thing_shape,
    "select 1 as id, current_setting('wordclaw.tenant', true) || '/' || current_setting('statement_timeout') as name");
static const struct db_statement BROKEN = STATEMENT("broken", DB_FIND, 0, &thing_shape, "select id from db_test.missing");

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

START_TEST(one_statement_read_costs_one_round_trip)
{
	admin_do("insert into db_test.thing values (1, 'one')");
	uint64_t before = db_n_round_trips(db);

	db_begin_read(db, &SCOPE);
	const struct thing *thing = find(&GET, PARAMS(P_INT(1)));
	ck_assert_int_eq(db_end_read(db), DB_OK);
	ck_assert_int_eq(thing->id, 1);
	ck_assert_str_eq(thing->name, "one");
	ck_assert_uint_eq(db_n_round_trips(db) - before, 1);
}
END_TEST

START_TEST(row_that_is_not_there_is_null)
{
	const void *row = "";

	db_begin_read(db, &SCOPE);
	ck_assert_int_eq(db_receive_row(db, arena, db_send(db, &GET, PARAMS(P_INT(404))), &row), DB_OK);
	ck_assert_ptr_null(row);
	ck_assert_int_eq(db_end_read(db), DB_OK);
}
END_TEST

START_TEST(more_rows_than_one_is_refused_by_find)
{
	const void *row;

	admin_do("insert into db_test.thing values (1, 'one'), (2, 'two')");
	db_begin_read(db, &SCOPE);
	ck_assert_int_eq(db_receive_row(db, arena, db_send(db, &ALL, NULL), &row), DB_REFUSED);
	ck_assert_int_eq(db_end_read(db), DB_REFUSED);
}
END_TEST

START_TEST(list_decodes_every_row)
{
	struct shape_list rows;

	admin_do("insert into db_test.thing select n, 'thing ' || n from generate_series(1, 300) n");
	db_begin_read(db, &SCOPE);
	ck_assert_int_eq(db_receive_rows(db, arena, db_send(db, &ALL, NULL), &rows), DB_OK);
	ck_assert_int_eq(db_end_read(db), DB_OK);
	ck_assert_uint_eq(rows.n, 300);
	const struct thing *things = rows.items;
	ck_assert_int_eq(things[299].id, 300);
	ck_assert_str_eq(things[299].name, "thing 300");
}
END_TEST

START_TEST(result_larger_than_the_arena_is_refused)
{
	static const struct db_statement many = STATEMENT("many", DB_LIST, 0, &thing_shape, "select generate_series(1, 1000) as id");
	static const struct db_statement large = STATEMENT("large", DB_LIST, 0, &thing_shape, "select 1 as id, repeat('x', 1000000) as name");
	static const struct db_statement *const statements[] = { &many, &large, &many };
	struct arena *small = arena_new(4096);
	struct shape_list rows;

	for (int i = 0; i < 3; i++) {
		db_begin_read(db, &SCOPE);
		ck_assert_int_eq(db_receive_rows(db, small, db_send(db, statements[i], NULL), &rows), DB_REFUSED);
		ck_assert_str_eq(db_failure(db)->sqlstate, "54000");
		ck_assert_int_eq(db_end_read(db), DB_REFUSED);
	}
	arena_free(small);
}
END_TEST

START_TEST(scope_holds_for_every_statement_of_a_read)
{
	db_begin_read(db, &SCOPE);
	ck_assert_str_eq(find(&SETTINGS, NULL)->name, "7/1920ms");
	ck_assert_str_eq(find(&SETTINGS, NULL)->name, "7/1920ms");
	ck_assert_int_eq(db_end_read(db), DB_OK);

	db_begin_read(db, &(struct db_scope){ .timeout_ms = 100 });
	ck_assert_str_eq(find(&SETTINGS, NULL)->name, "/96ms");
	ck_assert_int_eq(db_end_read(db), DB_OK);
}
END_TEST

START_TEST(plans_are_made_anew_after_a_minute)
{
	db_begin_read(db, &SCOPE);
	ck_assert_str_eq(find(&SETTINGS, NULL)->name, "7/1920ms");
	ck_assert_int_eq(db_end_read(db), DB_OK);

	for (int i = 0; i < 2; i++) {
		db->planned_us -= DB_PLANS_MAX_US;
		uint64_t before = db_n_statements(db);
		if (i == 0)
			db_begin_read(db, &SCOPE);
		else
			db_begin(db, &SCOPE);
		ck_assert_str_eq(find(&SETTINGS, NULL)->name, "7/1920ms");
		ck_assert_int_eq(i == 0 ? db_end_read(db) : db_commit(db), DB_OK);
		ck_assert_uint_eq(db_n_statements(db) - before, i == 0 ? 3 : 5); /* DISCARD, scope, statement; BEGIN and COMMIT */
	}
}
END_TEST

START_TEST(scope_changes_within_a_transaction_and_ends_with_it)
{
	db_begin(db, &SCOPE);
	ck_assert_str_eq(find(&SETTINGS, NULL)->name, "7/1920ms");
	db_set_scope(db, &(struct db_scope){ .tenant = 8, .timeout_ms = 2000 });
	ck_assert_str_eq(find(&SETTINGS, NULL)->name, "8/1920ms");
	ck_assert_int_eq(db_commit(db), DB_OK);

	db_begin(db, &(struct db_scope){ .timeout_ms = 2000 });
	ck_assert_str_eq(find(&SETTINGS, NULL)->name, "/1920ms");
	db_rollback(db);
}
END_TEST

START_TEST(timeout_of_one_work_is_not_that_of_the_next)
{
	static const struct { int64_t timeout_ms; const char *wanted; } rows[] = {
		{ 2000, "7/1920ms" }, { 1930, "7/1920ms" }, { 5000, "7/4608ms" }, { 15, "7/15ms" }, { 0, "7/0" }, { 2000, "7/1920ms" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		db_begin_read(db, &(struct db_scope){ .tenant = 7, .timeout_ms = rows[i].timeout_ms });
		ck_assert_str_eq(find(&SETTINGS, NULL)->name, rows[i].wanted);
		ck_assert_int_eq(db_end_read(db), DB_OK);
	}
	db_begin(db, &SCOPE);
	db_set_scope(db, &(struct db_scope){ .tenant = 7, .timeout_ms = 500 });
	ck_assert_str_eq(find(&SETTINGS, NULL)->name, "7/480ms");
	db_set_scope(db, &SCOPE);
	ck_assert_str_eq(find(&SETTINGS, NULL)->name, "7/1920ms");
	ck_assert_int_eq(db_commit(db), DB_OK);
}
END_TEST

START_TEST(scope_survives_a_rollback_to_the_savepoint)
{
	db_begin(db, &(struct db_scope){ .timeout_ms = 2000 });
	db_savepoint(db);
	db_set_scope(db, &SCOPE);
	ck_assert_int_eq(db_rollback_to(db), DB_OK);
	ck_assert_str_eq(find(&SETTINGS, NULL)->name, "7/1920ms");
	ck_assert_int_eq(db_commit(db), DB_OK);
}
END_TEST

START_TEST(write_without_questions_costs_one_round_trip)
{
	ck_assert_int_eq(db_connect(db, clock_now_us() + 5000000), DB_OK);
	uint64_t round_trips = db_n_round_trips(db);
	uint64_t statements = db_n_statements(db);

	begin_with(1, "one");
	(void)db_send(db, &ADD, PARAMS(P_INT(2), P_TEXT("two")));
	ck_assert_int_eq(db_commit(db), DB_OK);
	ck_assert_int_eq(n_things(), 2);
	ck_assert_uint_eq(db_n_round_trips(db) - round_trips, 1);
	ck_assert_uint_eq(db_n_statements(db) - statements, 5); /* begin, scope, two inserts, commit */
}
END_TEST

START_TEST(write_that_asks_once_costs_two_round_trips)
{
	uint64_t round_trips = db_n_round_trips(db);

	begin_with(1, "one");
	ck_assert_str_eq(find(&GET, PARAMS(P_INT(1)))->name, "one");
	(void)db_send(db, &RENAME_ALL, PARAMS(P_TEXT("uno")));
	ck_assert_int_eq(db_commit(db), DB_OK);
	ck_assert_uint_eq(db_n_round_trips(db) - round_trips, 2);
}
END_TEST

START_TEST(exec_reports_how_many_rows_it_changed)
{
	int64_t n;

	admin_do("insert into db_test.thing values (1, 'a'), (2, 'b'), (3, 'c')");
	db_begin(db, &SCOPE);
	ck_assert_int_eq(db_receive_count(db, db_send(db, &RENAME_ALL, PARAMS(P_TEXT("x"))), &n), DB_OK);
	ck_assert_int_eq(n, 3);
	ck_assert_int_eq(db_commit(db), DB_OK);
}
END_TEST

START_TEST(rollback_undoes_and_leaves_the_connection_usable)
{
	begin_with(1, "one");
	db_rollback(db);
	ck_assert_int_eq(n_things(), 0);
	begin_with(1, "one");
	ck_assert_int_eq(db_commit(db), DB_OK);
	ck_assert_int_eq(n_things(), 1);
}
END_TEST

START_TEST(refused_statement_names_state_and_constraint)
{
	int64_t n;

	begin_with(1, "one");
	db_ticket again = db_send(db, &ADD, PARAMS(P_INT(1), P_TEXT("again")));
	ck_assert_int_eq(db_receive_count(db, again, &n), DB_REFUSED);
	ck_assert_str_eq(db_failure(db)->sqlstate, "23505");
	ck_assert_str_eq(db_failure(db)->constraint, "thing_pkey");
	ck_assert_ptr_nonnull(strstr(db_failure(db)->message, "thing_add: duplicate key"));
	ck_assert_int_eq(db_commit(db), DB_REFUSED);
	ck_assert_str_eq(db_failure(db)->sqlstate, "23505");
	ck_assert_int_eq(n_things(), 0);
}
END_TEST

START_TEST(refused_statement_nobody_asked_about_fails_the_commit)
{
	begin_with(1, "one");
	(void)db_send(db, &ADD, PARAMS(P_INT(1), P_TEXT("again")));
	(void)db_send(db, &ADD, PARAMS(P_INT(2), P_TEXT("two")));
	ck_assert_int_eq(db_commit(db), DB_REFUSED);
	ck_assert_str_eq(db_failure(db)->sqlstate, "23505");
	ck_assert_int_eq(n_things(), 0);
	begin_with(3, "three");
	ck_assert_int_eq(db_commit(db), DB_OK);
}
END_TEST

START_TEST(refused_statement_fails_a_later_receive)
{
	const void *row;

	begin_with(1, "one");
	(void)db_send(db, &ADD, PARAMS(P_INT(1), P_TEXT("again")));
	ck_assert_int_eq(db_receive_row(db, arena, db_send(db, &GET, PARAMS(P_INT(1))), &row), DB_REFUSED);
	ck_assert_str_eq(db_failure(db)->sqlstate, "23505");
	ck_assert_int_eq(db_receive_row(db, arena, db_send(db, &GET, PARAMS(P_INT(1))), &row), DB_REFUSED);
	db_rollback(db);
}
END_TEST

START_TEST(deferred_constraint_is_refused_at_commit)
{
	static const struct db_statement rank = STATEMENT("rank", DB_EXEC, 0, NULL, "update db_test.thing set rank = 1");

	admin_do("insert into db_test.thing values (1, 'a'), (2, 'b')");
	db_begin(db, &SCOPE);
	(void)db_send(db, &rank, NULL);
	ck_assert_int_eq(db_commit(db), DB_REFUSED);
	ck_assert_str_eq(db_failure(db)->constraint, "rank_once");
	begin_with(3, "c");
	ck_assert_int_eq(db_commit(db), DB_OK);
}
END_TEST

START_TEST(savepoint_saves_the_rest_of_the_group)
{
	begin_with(1, "one");
	db_savepoint(db);
	(void)db_send(db, &ADD, PARAMS(P_INT(2), P_TEXT("two")));
	ck_assert_int_eq(db_release(db), DB_OK);
	db_savepoint(db);
	(void)db_send(db, &ADD, PARAMS(P_INT(3), P_TEXT("three")));
	(void)db_send(db, &ADD, PARAMS(P_INT(1), P_TEXT("again")));
	ck_assert_int_eq(db_release(db), DB_REFUSED);
	ck_assert_int_eq(db_rollback_to(db), DB_OK);
	db_savepoint(db);
	(void)db_send(db, &ADD, PARAMS(P_INT(4), P_TEXT("four")));
	ck_assert_int_eq(db_release(db), DB_OK);
	ck_assert_int_eq(db_commit(db), DB_OK);
	ck_assert_int_eq(admin_int("select sum(id) from db_test.thing"), 1 + 2 + 4);
}
END_TEST

START_TEST(released_unseen_saves_the_wait)
{
	begin_with(1, "one");
	ck_assert_str_eq(find(&GET, PARAMS(P_INT(1)))->name, "one");
	uint64_t round_trips = db_n_round_trips(db);
	uint64_t statements = db_n_statements(db);

	for (int64_t id = 2; id < 5; id++) {
		db_set_scope(db, &SCOPE);
		db_savepoint(db);
		(void)db_send(db, &ADD, PARAMS(P_INT(id), P_TEXT("more")));
		db_release_unseen(db);
	}
	ck_assert_int_eq(db_commit(db), DB_OK);
	ck_assert_int_eq(n_things(), 4);
	ck_assert_uint_eq(db_n_round_trips(db) - round_trips, 1);
	ck_assert_uint_eq(db_n_statements(db) - statements, 3 * 3 + 1); /* the scope stayed the same */
}
END_TEST

START_TEST(failure_after_an_unseen_release_spoils_the_transaction)
{
	const void *row;

	begin_with(1, "one");
	db_savepoint(db);
	(void)db_send(db, &ADD, PARAMS(P_INT(1), P_TEXT("again")));
	db_release_unseen(db);
	db_savepoint(db);
	ck_assert_int_eq(db_receive_row(db, arena, db_send(db, &GET, PARAMS(P_INT(1))), &row), DB_REFUSED);
	ck_assert_str_eq(db_failure(db)->sqlstate, "23505");
	ck_assert(db_failure(db)->is_of_released);
	ck_assert_int_eq(db_rollback_to(db), DB_REFUSED);
	db_rollback(db);
	ck_assert_int_eq(n_things(), 0);
}
END_TEST

START_TEST(failure_after_an_unseen_release_shows_when_nobody_asked)
{
	begin_with(1, "one");
	db_savepoint(db);
	(void)db_send(db, &ADD, PARAMS(P_INT(1), P_TEXT("again")));
	db_release_unseen(db);
	db_savepoint(db);
	(void)db_send(db, &ADD, PARAMS(P_INT(2), P_TEXT("two")));
	ck_assert_int_eq(db_rollback_to(db), DB_REFUSED);
	db_rollback(db);
	begin_with(3, "three");
	db_savepoint(db);
	(void)db_send(db, &ADD, PARAMS(P_INT(3), P_TEXT("again")));
	db_release_unseen(db);
	ck_assert_int_eq(db_commit(db), DB_REFUSED);
	ck_assert_int_eq(n_things(), 0);
}
END_TEST

START_TEST(own_failure_behind_an_unseen_release_spoils_nothing)
{
	begin_with(1, "one");
	db_savepoint(db);
	(void)db_send(db, &ADD, PARAMS(P_INT(2), P_TEXT("two")));
	db_release_unseen(db);
	db_savepoint(db);
	(void)db_send(db, &ADD, PARAMS(P_INT(2), P_TEXT("again")));
	ck_assert_int_eq(db_rollback_to(db), DB_OK);
	ck_assert(!db_failure(db)->is_of_released);
	ck_assert_int_eq(db_commit(db), DB_OK);
	ck_assert_int_eq(n_things(), 2);
}
END_TEST

START_TEST(savepoint_undoes_work_that_did_not_fail)
{
	begin_with(1, "one");
	db_savepoint(db);
	(void)db_send(db, &ADD, PARAMS(P_INT(2), P_TEXT("two")));
	ck_assert_int_eq(db_rollback_to(db), DB_OK);
	ck_assert_int_eq(db_commit(db), DB_OK);
	ck_assert_int_eq(n_things(), 1);
}
END_TEST

START_TEST(rows_that_cannot_be_decoded_leave_the_transaction_recoverable)
{
	static const struct db_statement odd = STATEMENT("odd", DB_FIND, 0, &thing_shape, "select null::bigint as id");
	const void *row;

	begin_with(1, "one");
	db_savepoint(db);
	db_ticket ticket = db_send(db, &odd, NULL);
	(void)db_send(db, &ADD, PARAMS(P_INT(2), P_TEXT("two")));
	ck_assert_int_eq(db_receive_row(db, arena, ticket, &row), DB_REFUSED);
	ck_assert_ptr_nonnull(strstr(db_failure(db)->message, "odd: column 'id' is NULL"));
	ck_assert_int_eq(db_rollback_to(db), DB_OK);
	ck_assert_int_eq(db_commit(db), DB_OK);
	ck_assert_int_eq(n_things(), 1);
}
END_TEST

START_TEST(refused_read_ends_and_the_next_one_works)
{
	const void *row;

	db_begin_read(db, &SCOPE);
	db_ticket bad = db_send(db, &DIVIDE, PARAMS(P_INT(0)));
	db_ticket good = db_send(db, &DIVIDE, PARAMS(P_INT(1)));
	ck_assert_int_eq(db_receive_row(db, arena, bad, &row), DB_REFUSED);
	ck_assert_str_eq(db_failure(db)->sqlstate, "22012");
	ck_assert_int_eq(db_receive_row(db, arena, good, &row), DB_REFUSED);
	ck_assert_int_eq(db_end_read(db), DB_REFUSED);

	db_begin_read(db, &SCOPE);
	ck_assert_int_eq(find(&DIVIDE, PARAMS(P_INT(1)))->id, 1);
	ck_assert_int_eq(db_end_read(db), DB_OK);
}
END_TEST

START_TEST(statement_that_could_not_be_prepared_is_prepared_again)
{
	const void *row;

	for (int i = 0; i < 2; i++) {
		db_begin(db, &SCOPE);
		ck_assert_int_eq(db_receive_row(db, arena, db_send(db, &BROKEN, NULL), &row), DB_REFUSED);
		ck_assert_str_eq(db_failure(db)->sqlstate, "42P01");
		db_rollback(db);
	}
	admin_do("create table db_test.missing (id bigint)");
	db_begin(db, &SCOPE);
	ck_assert_int_eq(db_receive_row(db, arena, db_send(db, &BROKEN, NULL), &row), DB_OK);
	ck_assert_int_eq(db_commit(db), DB_OK);
}
END_TEST

START_TEST(statement_skipped_after_a_failure_is_not_taken_for_prepared)
{
	begin_with(1, "one");
	(void)db_send(db, &ADD, PARAMS(P_INT(1), P_TEXT("again")));
	(void)db_send(db, &GET, PARAMS(P_INT(1))); /* its preparation is skipped */
	ck_assert_int_eq(db_commit(db), DB_REFUSED);
	db_begin_read(db, &SCOPE);
	ck_assert_ptr_null(find(&GET, PARAMS(P_INT(1))));
	ck_assert_int_eq(db_end_read(db), DB_OK);
}
END_TEST

START_TEST(changed_result_type_is_prepared_again)
{
	static const struct db_statement star = STATEMENT("star", DB_FIND, 0, &thing_shape, "select * from db_test.star");
	const void *row;

	admin_do("create table db_test.star as select 1::int as id");
	db_begin_read(db, &SCOPE);
	ck_assert_int_eq(find(&star, NULL)->id, 1);
	ck_assert_int_eq(db_end_read(db), DB_OK);
	admin_do("alter table db_test.star alter id type bigint");
	db_begin_read(db, &SCOPE);
	ck_assert_int_eq(db_receive_row(db, arena, db_send(db, &star, NULL), &row), DB_REFUSED);
	ck_assert_int_eq(db_end_read(db), DB_REFUSED);
	db_begin_read(db, &SCOPE);
	ck_assert_int_eq(find(&star, NULL)->id, 1);
	ck_assert_int_eq(db_end_read(db), DB_OK);
}
END_TEST

START_TEST(unclaimed_results_may_outnumber_the_queue)
{
	db_begin(db, &SCOPE);
	for (int i = 0; i < 3000; i++)
		(void)db_send(db, &ADD, PARAMS(P_INT(i), P_TEXT("many")));
	ck_assert_int_eq(db_commit(db), DB_OK);
	ck_assert_int_eq(n_things(), 3000);

	struct shape_list rows;
	db_begin_read(db, &SCOPE);
	db_ticket forgotten = db_send(db, &ALL, NULL);
	for (int i = 0; i < 1500; i++)
		(void)db_send(db, &SETTINGS, NULL);
	ck_assert_str_eq(find(&SETTINGS, NULL)->name, "7/1920ms");
	ck_assert_int_eq(db_receive_rows(db, arena, forgotten, &rows), DB_REFUSED);
	ck_assert_int_eq(db_end_read(db), DB_REFUSED);
}
END_TEST

START_TEST(large_parameters_and_results_do_not_deadlock)
{
	static const struct db_statement echo = STATEMENT("echo", DB_FIND, 1, &thing_shape, "select 1 as id, $1::text as name");
	enum { BYTES = 2 * 1024 * 1024, N = 8 };
	struct arena *large = arena_new(64 * 1024 * 1024);
	char *text = arena_alloc(large, BYTES + 1);
	db_ticket tickets[N];

	memset(text, 'x', BYTES);
	db_begin_read(db, &SCOPE);
	for (int i = 0; i < N; i++)
		tickets[i] = db_send(db, &echo, PARAMS(P_TEXT(text)));
	for (int i = 0; i < N; i++) {
		const void *row;
		ck_assert_int_eq(db_receive_row(db, large, tickets[i], &row), DB_OK);
		ck_assert_uint_eq(strlen(((const struct thing *)row)->name), BYTES);
	}
	ck_assert_int_eq(db_end_read(db), DB_OK);
	arena_free(large);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		one_statement_read_costs_one_round_trip, row_that_is_not_there_is_null,
		more_rows_than_one_is_refused_by_find, list_decodes_every_row, result_larger_than_the_arena_is_refused,
		scope_holds_for_every_statement_of_a_read, plans_are_made_anew_after_a_minute, scope_changes_within_a_transaction_and_ends_with_it,
		scope_survives_a_rollback_to_the_savepoint,
		timeout_of_one_work_is_not_that_of_the_next, write_without_questions_costs_one_round_trip,
		write_that_asks_once_costs_two_round_trips, exec_reports_how_many_rows_it_changed,
		rollback_undoes_and_leaves_the_connection_usable, refused_statement_names_state_and_constraint,
		refused_statement_nobody_asked_about_fails_the_commit, refused_statement_fails_a_later_receive,
		deferred_constraint_is_refused_at_commit, savepoint_saves_the_rest_of_the_group, released_unseen_saves_the_wait,
		failure_after_an_unseen_release_spoils_the_transaction, failure_after_an_unseen_release_shows_when_nobody_asked,
		own_failure_behind_an_unseen_release_spoils_nothing,
		savepoint_undoes_work_that_did_not_fail, rows_that_cannot_be_decoded_leave_the_transaction_recoverable,
		refused_read_ends_and_the_next_one_works, statement_that_could_not_be_prepared_is_prepared_again,
		statement_skipped_after_a_failure_is_not_taken_for_prepared, changed_result_type_is_prepared_again,
		unclaimed_results_may_outnumber_the_queue, large_parameters_and_results_do_not_deadlock,
	};
	Suite *suite = suite_create("db");
	TCase *tcase = tcase_create("db");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	return run(suite);
}
