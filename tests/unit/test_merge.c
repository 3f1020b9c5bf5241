/* Three-way merge of documents. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "json/merge.h"

static struct arena *arena;

static void
set_up(void)
{
	arena = arena_new(1024 * 1024);
}

static void
tear_down(void)
{
	arena_free(arena);
}

static const struct json_value *
parse(const char *text)
{
	struct json_error error;
	const struct json_value *value = json_parse(arena, text, strlen(text), NULL, &error);

	ck_assert_msg(value != NULL, "%s: %s", text, error.message);
	return value;
}

static const struct row {
	const char *label;
	const char *base, *theirs, *yours;
	const char *merged;    /* NULL: conflicts */
	const char *conflicts; /* pointers, a blank after each */
} rows[] = {
	{ "nothing changed", "{\"a\":1}", "{\"a\":1}", "{\"a\":1}", "{\"a\":1}", "" },
	{ "only theirs", "{\"a\":1}", "{\"a\":2}", "{\"a\":1}", "{\"a\":2}", "" },
	{ "only yours", "{\"a\":1}", "{\"a\":1}", "{\"a\":2}", "{\"a\":2}", "" },
	{ "same change", "{\"a\":1}", "{\"a\":2}", "{\"a\":2.0}", "{\"a\":2}", "" },
	{ "different members", "{\"a\":1,\"b\":1}", "{\"a\":2,\"b\":1}", "{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":2}", "" },
	{ "same member", "{\"a\":1}", "{\"a\":2}", "{\"a\":3}", NULL, "/a " },
	{ "every conflict", "{\"a\":1,\"b\":1}", "{\"a\":2,\"b\":2}", "{\"a\":3,\"b\":3}", NULL, "/a /b " },
	{ "added by both, apart", "{}", "{\"a\":1}", "{\"b\":2}", "{\"a\":1,\"b\":2}", "" },
	{ "added by both, same", "{}", "{\"a\":1}", "{\"a\":1}", "{\"a\":1}", "" },
	{ "added by both, different", "{}", "{\"a\":1}", "{\"a\":2}", NULL, "/a " },
	{ "objects added by both", "{}", "{\"a\":{\"x\":1}}", "{\"a\":{\"y\":2}}", "{\"a\":{\"x\":1,\"y\":2}}", "" },
	{ "removed by them", "{\"a\":1,\"b\":1}", "{\"b\":1}", "{\"a\":1,\"b\":2}", "{\"b\":2}", "" },
	{ "removed by you", "{\"a\":1,\"b\":1}", "{\"a\":1,\"b\":2}", "{\"b\":1}", "{\"b\":2}", "" },
	{ "removed by both", "{\"a\":1,\"b\":1}", "{\"b\":1}", "{\"b\":1}", "{\"b\":1}", "" },
	{ "removed here, changed there", "{\"a\":1}", "{}", "{\"a\":2}", NULL, "/a " },
	{ "changed here, removed there", "{\"a\":1}", "{\"a\":2}", "{}", NULL, "/a " },
	{ "null is a value", "{\"a\":1}", "{\"a\":null}", "{\"a\":1,\"b\":null}", "{\"a\":null,\"b\":null}", "" },
	{ "deep", "{\"o\":{\"x\":{\"p\":1,\"q\":1}}}", "{\"o\":{\"x\":{\"p\":2,\"q\":1}}}", "{\"o\":{\"x\":{\"p\":1,\"q\":2}}}",
	    "{\"o\":{\"x\":{\"p\":2,\"q\":2}}}", "" },
	{ "deep conflict", "{\"o\":{\"a/b\":1}}", "{\"o\":{\"a/b\":2}}", "{\"o\":{\"a/b\":3}}", NULL, "/o/a~1b " },
	{ "arrays are whole", "{\"l\":[1,2]}", "{\"l\":[0,1,2]}", "{\"l\":[1,2,3]}", NULL, "/l " },
	{ "array changed once", "{\"l\":[1,2]}", "{\"l\":[1,2]}", "{\"l\":[2,1]}", "{\"l\":[2,1]}", "" },
	{ "type changed", "{\"a\":{\"x\":1}}", "{\"a\":[1]}", "{\"a\":{\"x\":2}}", NULL, "/a " },
	{ "roots that are no objects", "1", "2", "3", NULL, " " },
	{ "root changed once", "1", "1", "[3]", "[3]", "" },
};

START_TEST(changes_of_both_writers_are_kept)
{
	const struct row *row = &rows[_i];
	struct merge_conflicts conflicts;
	struct buf buf;
	const struct json_value *merged = json_merge3(arena, parse(row->base), parse(row->theirs), parse(row->yours),
	    &conflicts);

	buf_init(&buf, arena, 64);
	for (size_t i = 0; i < conflicts.n; i++)
		buf_printf(&buf, "%s ", conflicts.pointers[i]);
	ck_assert_msg(strcmp(buf.bytes, row->conflicts) == 0, "%s: conflicts '%s'", row->label, buf.bytes);
	ck_assert_msg((merged != NULL) == (row->merged != NULL), "%s", row->label);
	if (!merged)
		return;
	buf_reset(&buf);
	json_write(&buf, merged);
	ck_assert_msg(strcmp(buf.bytes, row->merged) == 0, "%s: %s", row->label, buf.bytes);
}
END_TEST

START_TEST(the_list_of_conflicts_is_bounded)
{
	struct buf texts[3];
	struct merge_conflicts conflicts;

	for (int i = 0; i < 3; i++) {
		buf_init(&texts[i], arena, 4096);
		for (int k = 0; k < MERGE_CONFLICTS_MAX + 5; k++)
			buf_printf(&texts[i], "%c\"m%d\":%d", k ? ',' : '{', k, i);
		buf_add_char(&texts[i], '}');
	}
	ck_assert_ptr_null(json_merge3(arena, parse(texts[0].bytes), parse(texts[1].bytes), parse(texts[2].bytes),
	    &conflicts));
	ck_assert_uint_eq(conflicts.n, MERGE_CONFLICTS_MAX);
}
END_TEST

START_TEST(a_merged_document_can_be_merged_again)
{
	struct merge_conflicts conflicts;
	const struct json_value *once = json_merge3(arena, parse("{}"), parse("{\"a\":1}"), parse("{\"b\":2}"), &conflicts);
	const struct json_value *twice = json_merge3(arena, parse("{}"), once, parse("{\"c\":3}"), &conflicts);

	ck_assert(json_equal(twice, parse("{\"a\":1,\"b\":2,\"c\":3}")));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("merge");
	TCase *tc = tcase_create("merge");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, changes_of_both_writers_are_kept, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tc, the_list_of_conflicts_is_bounded);
	tcase_add_test(tc, a_merged_document_can_be_merged_again);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
