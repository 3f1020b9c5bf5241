/* Scripts: what one is, and what references in it stand for. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command/script.h"

enum { ARENA_BYTES = 1024 * 1024 };

static struct arena *arena;

static void
setup(void)
{
	arena = arena_new(ARENA_BYTES);
}

static void
teardown(void)
{
	arena_free(arena);
}

static const struct json_value *
json(const char *text)
{
	struct json_error error;
	const struct json_value *value = json_parse(arena, text, strlen(text), NULL, &error);

	ck_assert_msg(value != NULL, "%s: %s", text, error.message);
	return value;
}

START_TEST(a_script_is_a_list_or_an_object_with_steps)
{
	struct script script;

	ck_assert_ptr_null(script_read(arena, json("[{\"args\":[\"whoami\"]},{\"name\":\"x\",\"args\":[\"a\"],\"continueOnError\":true}]"), &script));
	ck_assert_uint_eq(script.n_steps, 2);
	ck_assert_str_eq(script.steps[0].name, "step 1");
	ck_assert(!script.steps[0].may_fail);
	ck_assert_str_eq(script.steps[1].name, "x");
	ck_assert(script.steps[1].may_fail);
	ck_assert_ptr_null(script_read(arena, json("{\"continueOnError\":true,\"steps\":[{\"args\":[\"whoami\"]}]}"), &script));
	ck_assert(script.steps[0].may_fail);
}
END_TEST

static const struct {
	const char *script, *problem;
} bad_scripts[] = {
	{ "[]", "a script is a list of 1 to" },
	{ "{}", "a script is a list of 1 to" },
	{ "\"x\"", "a script is a list of 1 to" },
	{ "{\"steps\":[{\"args\":[\"a\"]}],\"continueonerror\":true}", "unknown member 'continueonerror'" },
	{ "[1]", "step 1 is not an object" },
	{ "[{\"args\":[\"a\"]},{\"args\":[]}]", "step 2 needs args" },
	{ "[{\"args\":\"whoami\"}]", "step 1 needs args" },
	{ "[{\"name\":1,\"args\":[\"a\"]}]", "name of step 1" },
	{ "[{\"args\":[\"a\"],\"arg\":1}]", "step 1 has an unknown member 'arg'" },
};

START_TEST(anything_else_is_refused_by_place)
{
	struct script script;
	const char *problem = script_read(arena, json(bad_scripts[_i].script), &script);

	ck_assert_msg(problem && strstr(problem, bad_scripts[_i].problem), "%s", problem ? problem : "no problem");
}
END_TEST

static const struct {
	const char *argument, *expanded; /* NULL: there is nothing of that name */
} references[] = {
	{ "\"plain\"", "plain" },
	{ "7", "7" },
	{ "\"{{steps.a.data.id}}\"", "42" },
	{ "\"x-{{steps.a.data.id}}-{{steps.a.data.title}}\"", "x-42-say \"hi\"" },
	{ "{\"id\":\"{{steps.a.data.id}}\",\"t\":\"{{steps.a.data.title}}!\",\"l\":[\"{{steps.a.data.tags}}\"]}",
	    "{\"id\":42,\"t\":\"say \\\"hi\\\"!\",\"l\":[[\"p\",\"q\"]]}" },
	{ "\"{{steps.a.data.tags.1}}\"", "q" },
	{ "\"{{steps.a.b.x}}\"", "dotted" },
	{ "\"{{steps.a}}\"", "{\"data\":{\"id\":42,\"title\":\"say \\\"hi\\\"\",\"tags\":[\"p\",\"q\"]},\"c\":null}" },
	{ "\"{{steps.a.c}}\"", "null" },
	{ "\"{{ other }} {{steps.open\"", "{{ other }} {{steps.open" },
	{ "\"{{steps.a.data.nothing}}\"", NULL },
	{ "\"{{steps.a.data.tags.2}}\"", NULL },
	{ "\"{{steps.a.data.tags.x}}\"", NULL },
	{ "\"{{steps.late.data}}\"", NULL },
	{ "\"{{steps.silent.data}}\"", NULL },
	{ "\"{{steps.a.}}\"", NULL },
	{ "{\"x\":{\"y\":\"{{steps.none}}\"}}", NULL },
};

START_TEST(a_reference_stands_for_what_an_earlier_step_was_answered)
{
	const struct script_result results[] = {
		{ "a", json("{\"data\":{\"id\":42,\"title\":\"say \\\"hi\\\"\",\"tags\":[\"p\",\"q\"]},\"c\":null}") },
		{ "a.b", json("{\"x\":\"dotted\"}") }, { "silent", NULL },
	};
	const char *problem = NULL;
	const char *expanded = script_expand(arena, json(references[_i].argument), results, 3, &problem);

	ck_assert_pstr_eq(expanded, references[_i].expanded);
	ck_assert_msg((problem == NULL) == (expanded != NULL), "%s", problem ? problem : "no problem");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cli_script");
	TCase *tcase = tcase_create("script");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_script_is_a_list_or_an_object_with_steps);
	tcase_add_loop_test(tcase, anything_else_is_refused_by_place, 0, sizeof(bad_scripts) / sizeof(bad_scripts[0]));
	tcase_add_loop_test(tcase, a_reference_stands_for_what_an_earlier_step_was_answered, 0, sizeof(references) / sizeof(references[0]));
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
