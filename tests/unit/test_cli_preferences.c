/* Settings of the command line: option, environment, file, default, in this order. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command/command_line.h"
#include "cli/input/preferences.h"

enum { ARENA_BYTES = 1024 * 1024 };

static struct arena *arena;
static char directory[] = "/tmp/wcprefXXXXXX", home[64], here[64];
static struct preferences preferences;
static const char *globals[GLOBALS];

static void
write_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static void
setup(void)
{
	static const char *const variables[] = { "WORDCLAW_BASE_URL", "WORDCLAW_API_KEY", "WORDCLAW_API_KEY_FILE", "WORDCLAW_MCP_TRANSPORT",
		"WORDCLAW_MCP_URL", "WORDCLAW_CONFIG", "WORDCLAW_OUTPUT", "WORDCLAW_RAW", "WORDCLAW_TIMEOUT" };

	arena = arena_new(ARENA_BYTES);
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	memset(globals, 0, sizeof(globals));
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	(void)snprintf(home, sizeof(home), "%s/home", directory);
	(void)snprintf(here, sizeof(here), "%s/here", directory);
	ck_assert_int_eq(mkdir(home, 0700) | mkdir(here, 0700) | chdir(here), 0);
	setenv("HOME", home, 1);
}

static void
teardown(void)
{
	ck_assert_int_eq(chdir(directory), 0);
	(void)unlink("here/.wordclaw.json"); /* most tests have none */
	(void)unlink("here/key");
	(void)unlink("home/.wordclaw.json");
	ck_assert_int_eq(rmdir("here") | rmdir("home") | chdir("/") | rmdir(directory), 0);
	arena_free(arena);
}

static void
loads(enum preference preference, const char *text, const char *origin)
{
	const char *problem = preferences_load(arena, globals, &preferences);

	ck_assert_msg(!problem, "%s", problem);
	ck_assert_pstr_eq(preferences.values[preference].text, text);
	ck_assert_str_eq(preferences.values[preference].origin, origin);
}

static void
refuses(const char *part)
{
	const char *problem = preferences_load(arena, globals, &preferences);

	ck_assert_msg(problem && strstr(problem, part), "%s", problem ? problem : "no problem");
}

START_TEST(a_value_comes_from_the_nearest_place_that_has_one)
{
	loads(PREFERENCE_BASE_URL, "http://localhost:4000", "default");
	write_file("../home/.wordclaw.json", "{\"baseUrl\":\"http://home\"}", 0600);
	loads(PREFERENCE_BASE_URL, "http://home", arena_printf(arena, "%s/.wordclaw.json", home));
	write_file(".wordclaw.json", "{\"baseUrl\":\"http://here/\"}", 0600);
	loads(PREFERENCE_BASE_URL, "http://here", ".wordclaw.json");
	setenv("WORDCLAW_BASE_URL", "http://environment", 1);
	loads(PREFERENCE_BASE_URL, "http://environment", "WORDCLAW_BASE_URL");
	globals[GLOBAL_BASE_URL] = "http://option";
	loads(PREFERENCE_BASE_URL, "http://option", "--base-url");
}
END_TEST

START_TEST(a_named_file_replaces_the_others_and_must_be_there)
{
	write_file(".wordclaw.json", "{\"output\":\"json\"}", 0600);
	write_file("key", "{\"format\":\"yaml\"}", 0600);
	setenv("WORDCLAW_CONFIG", "key", 1);
	loads(PREFERENCE_OUTPUT, "yaml", "key");
	globals[GLOBAL_CONFIG] = "nowhere.json";
	refuses("nowhere.json: No such file");
}
END_TEST

START_TEST(the_key_may_lie_in_a_file)
{
	write_file("key", "wcak_abc\n", 0600);
	setenv("WORDCLAW_API_KEY_FILE", "key", 1);
	loads(PREFERENCE_API_KEY, "wcak_abc", "WORDCLAW_API_KEY_FILE");
	setenv("WORDCLAW_API_KEY", "wcak_direct", 1);
	loads(PREFERENCE_API_KEY, "wcak_direct", "WORDCLAW_API_KEY");
	unsetenv("WORDCLAW_API_KEY");
	setenv("WORDCLAW_API_KEY_FILE", "missing", 1);
	refuses("WORDCLAW_API_KEY_FILE names missing: No such file");
}
END_TEST

START_TEST(the_mcp_endpoint_follows_the_gateway)
{
	globals[GLOBAL_BASE_URL] = "https://cms.example.com/";
	loads(PREFERENCE_MCP_URL, "https://cms.example.com/mcp", "default");
}
END_TEST

START_TEST(a_file_of_somebody_else_is_not_used)
{
	write_file(".wordclaw.json", "{\"baseUrl\":\"http://evil\"}", 0666);
	refuses("can be written by others");
	globals[GLOBAL_CONFIG] = ".wordclaw.json";
	loads(PREFERENCE_BASE_URL, "http://evil", ".wordclaw.json");
}
END_TEST

START_TEST(a_key_that_others_can_read_is_warned_about)
{
	write_file(".wordclaw.json", "{\"apiKey\":\"wcak_x\"}", 0644);
	loads(PREFERENCE_API_KEY, "wcak_x", ".wordclaw.json");
	ck_assert_ptr_nonnull(preferences.warning);
	write_file(".wordclaw.json", "{\"apiKey\":\"wcak_x\"}", 0600);
	loads(PREFERENCE_API_KEY, "wcak_x", ".wordclaw.json");
	ck_assert_ptr_null(preferences.warning);
}
END_TEST

static const char *
variable(char *const *environment, const char *name)
{
	size_t n = strlen(name), n_found = 0;
	const char *found = NULL;

	for (size_t i = 0; environment[i]; i++)
		if (strncmp(environment[i], name, n) == 0 && environment[i][n] == '=') {
			found = environment[i] + n + 1;
			n_found++;
		}
	ck_assert_msg(n_found <= 1, "%s is there %zu times", name, n_found);
	return found;
}

START_TEST(another_process_gets_the_settings_whatever_they_came_from)
{
	write_file(".wordclaw.json", "{\"baseUrl\":\"http://here\",\"mcpTransport\":\"stdio\"}", 0600);
	write_file("key", "wcak_abc\n", 0600);
	setenv("WORDCLAW_API_KEY_FILE", "key", 1);
	setenv("WORDCLAW_TIMEOUT", "7", 1);
	setenv("OTHER", "kept", 1);
	globals[GLOBAL_TIMEOUT] = "9";
	loads(PREFERENCE_TIMEOUT, "9", "--timeout");
	char *const *environment = preferences_environment(arena, &preferences);
	ck_assert_pstr_eq(variable(environment, "WORDCLAW_BASE_URL"), "http://here");
	ck_assert_pstr_eq(variable(environment, "WORDCLAW_MCP_TRANSPORT"), "stdio");
	ck_assert_pstr_eq(variable(environment, "WORDCLAW_API_KEY"), "wcak_abc");
	ck_assert_pstr_eq(variable(environment, "WORDCLAW_API_KEY_FILE"), NULL);
	ck_assert_pstr_eq(variable(environment, "WORDCLAW_TIMEOUT"), "9");
	ck_assert_pstr_eq(variable(environment, "WORDCLAW_OUTPUT"), NULL);
	ck_assert_pstr_eq(variable(environment, "WORDCLAW_CONFIG"), "/dev/null");
	ck_assert_pstr_eq(variable(environment, "OTHER"), "kept");
}
END_TEST

START_TEST(no_file_is_a_choice)
{
	write_file(".wordclaw.json", "{\"output\":", 0600);
	globals[GLOBAL_CONFIG] = "/dev/null";
	loads(PREFERENCE_OUTPUT, NULL, "default");
}
END_TEST

static const struct {
	const char *file, *problem;
} bad_files[] = {
	{ "{\"baseUlr\":\"http://x\"}", "unknown setting 'baseUlr'; did you mean 'baseUrl'?" },
	{ "{\"baseUrl\":[1]}", "'baseUrl' must be text" },
	{ "{\"baseUrl\":\"ftp://x\"}", "must be an http or https URL" },
	{ "{\"output\":\"xml\"}", "must be one of table|json|yaml" },
	{ "{\"mcpTransport\":\"pipe\"}", "must be one of stdio|http" },
	{ "{\"timeout\":0}", "must be seconds from 1 to 3600" },
	{ "{\"raw\":\"maybe\"}", "must be true or false" },
	{ "{\"apiKey\":\"a b\"}", "has blanks in it" },
	{ "[]", "must hold a JSON object" },
	{ "{", ".wordclaw.json:1:" },
};

START_TEST(a_bad_file_is_refused_by_name)
{
	write_file(".wordclaw.json", bad_files[_i].file, 0600);
	refuses(bad_files[_i].problem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cli_preferences");
	TCase *tcase = tcase_create("preferences");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_value_comes_from_the_nearest_place_that_has_one);
	tcase_add_test(tcase, a_named_file_replaces_the_others_and_must_be_there);
	tcase_add_test(tcase, the_key_may_lie_in_a_file);
	tcase_add_test(tcase, the_mcp_endpoint_follows_the_gateway);
	tcase_add_test(tcase, a_file_of_somebody_else_is_not_used);
	tcase_add_test(tcase, a_key_that_others_can_read_is_warned_about);
	tcase_add_test(tcase, another_process_gets_the_settings_whatever_they_came_from);
	tcase_add_test(tcase, no_file_is_a_choice);
	tcase_add_loop_test(tcase, a_bad_file_is_refused_by_name, 0, sizeof(bad_files) / sizeof(bad_files[0]));
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
