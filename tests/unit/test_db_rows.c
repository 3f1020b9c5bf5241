/* What db makes of parameters, and of rows of every type, against a real PostgreSQL. */
#include "db/db.h"

#include <string.h>

#include "db_fixture.h"

static const struct shape_field strict_fields[] = {
	REQUIRED("id", "id", SHAPE_INT, id),
	REQUIRED("isLive", "is_live", SHAPE_BOOL, is_live),
	REQUIRED("createdAt", "created_at", SHAPE_TIME, created_at_us),
};
static const struct shape strict_shape = { "strict", sizeof(struct thing), strict_fields, 3 };

/* One statement read on its own, decoded by shape. */
static const struct thing *
read_one(const struct shape *shape, const char *sql)
{
	struct db_statement *statement = arena_alloc(arena, sizeof(*statement));

	*statement = (struct db_statement){ .name = "read_one", .sql = sql, .kind = DB_FIND, .row = shape };
	db_begin_read(db, &SCOPE);
	const struct thing *thing = find(statement, NULL);
	ck_assert_int_eq(db_end_read(db), DB_OK);
	ck_assert_ptr_nonnull(thing);
	return thing;
}

START_TEST(every_parameter_type_arrives)
{
	static const struct db_statement statement = STATEMENT("parameters", DB_FIND, 9, &thing_shape,
	    "select 1 as id, concat_ws('|', $1::bigint, $2::boolean, $3::text, ($4::timestamptz at time zone 'UTC')::text, $5::json->>'a',"
	    " encode($6::bytea, 'hex'), $7::int[]::text, $8::text[]::text, $9::text is null) as name");
	const int64_t numbers[] = { 1, -2, INT32_MAX };
	const char *const words[] = { "plain", "with \"quote\"", "back\\slash", "a,b", "", "NULL", NULL, "{}" };

	db_begin_read(db, &SCOPE);
	const struct thing *thing = find(&statement, PARAMS(P_INT(INT64_MIN), P_BOOL(true), P_TEXT("it's"),
	    P_TIME(INT64_C(1700000000123456)), P_DOC(((struct doc){ .json = "{\"a\":5}garbage", .len = 7 })), P_BYTES("\0\xff", 2),
	    P_INT_LIST(numbers, 3), P_TEXT_LIST(words, 8), P_NULL()));
	ck_assert_str_eq(thing->name,
	    "-9223372036854775808|t|it's|2023-11-14 22:13:20.123456|5|00ff|{1,-2,2147483647}"
	    "|{plain,\"with \\\"quote\\\"\",\"back\\\\slash\",\"a,b\",\"\",\"NULL\",NULL,\"{}\"}|t");
	ck_assert_int_eq(db_end_read(db), DB_OK);
}
END_TEST

START_TEST(times_of_every_age_arrive)
{
	static const struct db_statement statement = STATEMENT("time", DB_FIND, 1, &thing_shape, "select 1 as id, $1::timestamptz as deleted_at");
	static const int64_t times_us[] = { 0, -1, 1, INT64_C(-62135596800000000), INT64_C(253402300799999999), INT64_C(946684800000000), INT64_MAX, INT64_MIN };

	for (size_t i = 0; i < sizeof(times_us) / sizeof(times_us[0]); i++) {
		db_begin_read(db, &SCOPE);
		ck_assert_int_eq(*find(&statement, PARAMS(P_TIME(times_us[i])))->deleted_at_us, times_us[i]);
		ck_assert_int_eq(db_end_read(db), DB_OK);
	}
}
END_TEST

START_TEST(every_column_type_is_decoded)
{
	ck_assert_int_eq(read_one(&thing_shape, "select (-5)::int2 as id")->id, -5);
	ck_assert_int_eq(read_one(&thing_shape, "select (-70000)::int4 as id")->id, -70000);
	ck_assert_int_eq(read_one(&thing_shape, "select '-9223372036854775808'::int8 as id")->id, INT64_MIN);
	ck_assert_int_eq(read_one(&thing_shape, "select '12345678901'::xid8 as id")->id, INT64_C(12345678901));
	ck_assert_int_eq(read_one(&thing_shape, "select 4294967295::oid as id")->id, INT64_C(4294967295));
	ck_assert_int_eq(*read_one(&thing_shape, "select 1 as id, 2 as parent_id")->parent_id, 2);
	ck_assert(*read_one(&thing_shape, "select 1 as id, true as maybe")->maybe);
	ck_assert_str_eq(read_one(&thing_shape, "select 1 as id, 'x'::varchar as name")->name, "x");
	ck_assert_str_eq(read_one(&thing_shape, "select 1 as id, 'pg'::name as name")->name, "pg");
	ck_assert_str_eq(read_one(&thing_shape, "select 1 as id, '' as name")->name, "");
	ck_assert_str_eq(read_one(&thing_shape, "select 1 as id, '{\"a\": 1}'::json as name")->name, "{\"a\": 1}");
	ck_assert_str_eq(read_one(&thing_shape, "select 1 as id, '{\"a\":1}'::jsonb as name")->name, "{\"a\": 1}");
	ck_assert_str_eq(read_one(&thing_shape, "select 1 as id, '18446744073709551615'::xid8 as name")->name, "18446744073709551615");
	ck_assert_str_eq(read_one(&thing_shape, "select 1 as id, '\\x00ff10'::bytea as name")->name, "00ff10");
	ck_assert_str_eq(read_one(&thing_shape, "select 1 as id, '01234567-89ab-cdef-0123-456789abcdef'::uuid as uid")->uid,
	    "01234567-89ab-cdef-0123-456789abcdef");
	ck_assert_int_eq(*read_one(&thing_shape, "select 1 as id, timestamptz '1970-01-01 00:00:01.5+00' as deleted_at")->deleted_at_us, 1500000);
	ck_assert_int_eq(*read_one(&thing_shape, "select 1 as id, timestamp '1970-01-01 00:00:01.5' as deleted_at")->deleted_at_us, 1500000);
}
END_TEST

START_TEST(documents_keep_their_bytes)
{
	struct doc json = read_one(&thing_shape, "select 1 as id, '{ \"b\":1,  \"a\":2 }'::json as data")->data;
	struct doc jsonb = read_one(&thing_shape, "select 1 as id, '{\"b\":1}'::jsonb as data")->data;
	struct doc bytes = read_one(&thing_shape, "select 1 as id, '\\x5b00'::bytea as data")->data;

	ck_assert_uint_eq(json.len, 17);
	ck_assert_mem_eq(json.json, "{ \"b\":1,  \"a\":2 }", 17);
	ck_assert_uint_eq(jsonb.len, 8);
	ck_assert_mem_eq(jsonb.json, "{\"b\": 1}", 8);
	ck_assert_uint_eq(bytes.len, 2);
	ck_assert_mem_eq(bytes.json, "[\0", 2);
}
END_TEST

START_TEST(lists_are_decoded)
{
	const struct thing *thing = read_one(&thing_shape, "select 1 as id, '{1,-2,3}'::int4[] as numbers, '{a,\"b c\",\"\"}'::text[] as words");

	ck_assert_uint_eq(thing->numbers.n, 3);
	ck_assert_int_eq(((const int64_t *)thing->numbers.items)[1], -2);
	ck_assert_uint_eq(thing->words.n, 3);
	ck_assert_str_eq(((const char *const *)thing->words.items)[1], "b c");
	ck_assert_str_eq(((const char *const *)thing->words.items)[2], "");
	thing = read_one(&thing_shape, "select 1 as id, '{}'::int8[] as numbers, null::text[] as words");
	ck_assert_uint_eq(thing->numbers.n, 0);
	ck_assert_ptr_nonnull(thing->numbers.items);
	ck_assert_ptr_null(thing->words.items);
}
END_TEST

START_TEST(null_is_absent)
{
	const struct thing *thing = read_one(&thing_shape,
	    "select 1 as id, null::int as parent_id, null::text as name, null::bool as maybe, null::timestamptz as deleted_at, null::json as data");

	ck_assert_ptr_null(thing->parent_id);
	ck_assert_ptr_null(thing->name);
	ck_assert_ptr_null(thing->maybe);
	ck_assert_ptr_null(thing->deleted_at_us);
	ck_assert_ptr_null(thing->data.json);
}
END_TEST

static const struct mismatch {
	const char *label, *sql, *message;
	const struct shape *shape;
} mismatches[] = {
	{ "unknown column", "select 1 as id, 2 as surprise", "read_one: column 'surprise' is not a member", &thing_shape },
	{ "column twice", "select 1 as id, 2 as id", "read_one: column 'id' occurs twice", &thing_shape },
	{ "missing required column", "select 1 as id, true as is_live", "read_one: column 'created_at' is missing", &strict_shape },
	{ "wrong type", "select 'x'::text as id", "read_one: column 'id' has a type", &thing_shape },
	{ "numeric", "select 1.5 as id", "read_one: column 'id' has a type", &thing_shape },
	{ "NULL in a required column", "select 1 as id, null::bool as is_live, now() as created_at", "read_one: column 'is_live' is NULL", &strict_shape },
	{ "NULL in a list", "select 1 as id, '{1,null}'::int[] as numbers", "read_one: column 'numbers' holds a value", &thing_shape },
	{ "list of lists", "select 1 as id, '{{1},{2}}'::int[] as numbers", "read_one: column 'numbers' holds a value", &thing_shape },
	{ "words for numbers", "select 1 as id, '{a}'::text[] as numbers", "read_one: column 'numbers' holds a value", &thing_shape },
};

START_TEST(row_that_does_not_fit_its_shape_is_refused_by_name)
{
	const struct mismatch *mismatch = &mismatches[_i];
	struct db_statement statement = { .name = "read_one", .sql = mismatch->sql, .kind = DB_FIND, .row = mismatch->shape };
	const void *row;

	db_begin_read(db, &SCOPE);
	ck_assert_msg(db_receive_row(db, arena, db_send(db, &statement, NULL), &row) == DB_REFUSED, "%s: accepted", mismatch->label);
	ck_assert_msg(strstr(db_failure(db)->message, mismatch->message) == db_failure(db)->message, "%s: %s", mismatch->label, db_failure(db)->message);
	ck_assert_int_eq(db_end_read(db), DB_REFUSED);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		every_parameter_type_arrives, times_of_every_age_arrive, every_column_type_is_decoded,
		documents_keep_their_bytes, lists_are_decoded, null_is_absent,
	};
	Suite *suite = suite_create("db_rows");
	TCase *tcase = tcase_create("db_rows");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tcase, tests[i]);
	tcase_add_loop_test(tcase, row_that_does_not_fit_its_shape_is_refused_by_name, 0, sizeof(mismatches) / sizeof(mismatches[0]));
	suite_add_tcase(suite, tcase);
	return run(suite);
}
