/* The command line: words, options, operands, and what is said about mistakes. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command/builtins.h"
#include "cli/call.h"
#include "cli/command/command_line.h"
#include "cli/input/input.h"
#include "patterns.h"
#include "registry.h"
#include "cli/builtin/rest_request.h"

enum { ARENA_BYTES = 16 * 1024 * 1024, WORDS_MAX = 32 };

static struct arena *arena;
static const struct commands *commands;

static void
setup(void)
{
	arena = arena_new(ARENA_BYTES);
	ck_assert(patterns_install());
	commands = commands_make(arena, builtins, call_run);
}

static void
teardown(void)
{
	arena_free(arena);
}

/* Words separated by one space; none of them has blanks inside. */
static struct command_line
parse(const char *text)
{
	const char **words = ARENA_ARRAY(arena, const char *, WORDS_MAX);
	struct command_line line;
	size_t n = 0;

	for (; *text && n < WORDS_MAX; n++) {
		size_t n_word = strcspn(text, " ");
		words[n] = arena_strndup(arena, text, n_word);
		text += n_word + (text[n_word] == ' ');
	}
	command_line_parse(arena, commands, n, words, &line);
	return line;
}

static const char *
value_of(const struct command_line *line, const char *name)
{
	for (size_t i = 0; i < line->command->n_flags; i++)
		if (strcmp(line->command->flags[i].name, name) == 0)
			return line->arguments.values[i];
	return NULL;
}

static void
finds(const char *text, const char *name)
{
	struct command_line line = parse(text);

	ck_assert_msg(!line.problem, "%s: %s", text, line.problem);
	ck_assert_msg(line.command != NULL, "%s: no command", text);
	ck_assert_str_eq(line.command->name, name);
}

static void
refuses(const char *text, const char *problem, const char *hint)
{
	struct command_line line = parse(text);

	ck_assert_msg(line.problem != NULL, "%s: no problem", text);
	ck_assert_msg(strstr(line.problem, problem), "%s: %s", text, line.problem);
	if (hint)
		ck_assert_msg(line.hint && strstr(line.hint, hint), "%s: hint %s", text, line.hint ? line.hint : "none");
}

START_TEST(words_name_a_command)
{
	finds("content list", "content list");
	finds("whoami", "whoami");
	finds("ct ls", "content-types list");
	finds("content rm 7", "content delete");
	finds("--output json content list", "content list");
	finds("schema check a.json", "schema check");
}
END_TEST

START_TEST(every_operation_has_one_command_and_no_builtin_hides_it)
{
	for (size_t i = 0; i < registry_n_operations; i++) {
		const struct operation *operation = registry_operations[i];
		bool is_for_browsers = !operation->mcp && !operation->graphql && !operation->cli; /* signing in */
		if (operation->flags & OPERATION_INTERNAL || is_for_browsers)
			continue;
		ck_assert_msg(operation->cli != NULL, "%s has no words", operation->id);
		struct command_line line = parse(arena_printf(arena, "%s --help", operation->cli));
		ck_assert_msg(line.command && line.command->operation == operation, "'%s' is not %s", operation->cli, operation->id);
	}
	for (size_t i = 1; i < commands->n; i++)
		ck_assert_str_ne(commands->list[i - 1]->name, commands->list[i]->name);
}
END_TEST

START_TEST(operands_fill_the_variables_of_the_path)
{
	struct command_line line = parse("content version 42 3");

	ck_assert(!line.problem);
	ck_assert_str_eq(value_of(&line, "id"), "42");
	ck_assert_str_eq(value_of(&line, "version"), "3");
	line = parse("content version --id 42 3");
	ck_assert(!line.problem);
	ck_assert_str_eq(value_of(&line, "version"), "3");
	refuses("content version 1 2 3", "takes no argument '3'", "--name value");
}
END_TEST

START_TEST(options_have_two_spellings_and_two_ways_to_give_a_value)
{
	const char *const spellings[] = { "content update 1 --expected-version 3", "content update 1 --expectedVersion 3",
		"content update 1 --expected-version=3", "content update --expectedVersion=3 1" };

	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		struct command_line line = parse(spellings[i]);
		ck_assert_msg(!line.problem, "%s: %s", spellings[i], line.problem);
		ck_assert_str_eq(value_of(&line, "expected-version"), "3");
		ck_assert_str_eq(value_of(&line, "id"), "1");
	}
}
END_TEST

START_TEST(a_switch_is_on_off_or_said)
{
	const struct { const char *text, *value; } rows[] = { { "content list --draft", "true" }, { "content list --draft=false", "false" },
		{ "content list --draft false", "false" }, { "content list --no-draft", "false" }, { "content list --draft true --limit 1", "true" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct command_line line = parse(rows[i].text);
		ck_assert_msg(!line.problem, "%s: %s", rows[i].text, line.problem);
		ck_assert_str_eq(value_of(&line, "draft"), rows[i].value);
	}
	refuses("content list --no-draft=true", "takes no value", NULL);
	refuses("content get 1 --watch", "no option --watch", NULL);
}
END_TEST

START_TEST(lists_may_be_given_piece_by_piece_and_nothing_else_twice)
{
	struct command_line line = parse("keys create --name x --scopes content:read --scopes audit:read,admin");

	ck_assert(!line.problem);
	ck_assert_str_eq(value_of(&line, "scopes"), "content:read,audit:read,admin");
	refuses("content list --limit 1 --limit 2", "--limit is given twice", NULL);
	refuses("--quiet --quiet content list", "given twice", NULL);
}
END_TEST

START_TEST(a_field_comes_before_an_option_of_the_program_of_the_same_name)
{
	struct command_line line = parse("--request-id outer audit list --request-id inner");

	ck_assert(!line.problem);
	ck_assert_str_eq(line.globals[GLOBAL_REQUEST_ID], "outer");
	ck_assert_str_eq(value_of(&line, "request-id"), "inner");
	line = parse("content rollback 1 --version 2");
	ck_assert(!line.problem && !line.globals[GLOBAL_VERSION]);
	ck_assert_str_eq(value_of(&line, "version"), "2");
	ck_assert_str_eq(parse("--version").globals[GLOBAL_VERSION], "true");
}
END_TEST

START_TEST(mistakes_are_named_with_what_was_probably_meant)
{
	refuses("contnet list", "no command 'contnet list'", "content list");
	refuses("content lst", "no command 'content lst'", "content list");
	refuses("content", "'content' needs another word", "help content");
	refuses("content list --limt 3", "no option --limt", "--limit");
	refuses("--outptu json content list", "no option --outptu before the command", "--output");
	refuses("content list --output jsn", "--output takes table|json|yaml", "json");
	refuses("content list --limit", "--limit needs a value", NULL);
	refuses("content list -l 3", "no option -l", "two dashes");
	refuses("rest GET", "needs [request] METHOD PATH", NULL);
	refuses("zzzzzzzz", "no command 'zzzzzzzz'", "wordclaw help");
}
END_TEST

START_TEST(help_wins_over_mistakes)
{
	ck_assert_str_eq(parse("content list --nonsense --help").globals[GLOBAL_HELP], "true");
	ck_assert_str_eq(parse("content -h").globals[GLOBAL_HELP], "true");
	ck_assert(!parse("content list --nonsense -- --help").globals[GLOBAL_HELP]);
}
END_TEST

START_TEST(two_dashes_end_the_options)
{
	struct command_line line = parse("schema check -- --a.json -");

	ck_assert(!line.problem);
	ck_assert_uint_eq(line.arguments.n_operands, 2);
	ck_assert_str_eq(line.arguments.operands[0], "--a.json");
}
END_TEST

/* ---- from options to a request ---- */

static const char *
load_text(void *context, struct arena *in, const char *value, const char **ret_problem)
{
	(void)in;
	if (value[0] == '@')
		return context;
	if (strcmp(value, "-") == 0)
		*ret_problem = "nothing there";
	return strcmp(value, "-") == 0 ? NULL : value;
}

static struct input *
read_input(const char *text, const char *document)
{
	struct command_line line = parse(text);
	struct document_source source = { .load = load_text, .context = (void *)(uintptr_t)document };
	struct input *input = ARENA_NEW(arena, struct input);

	ck_assert_msg(!line.problem, "%s: %s", text, line.problem);
	(void)input_read(arena, line.command, &line.arguments, &source, input);
	return input;
}

static struct rest_request
request_of(const char *text, const char *document)
{
	struct input *input = read_input(text, document);
	struct command_line line = parse(text);
	struct rest_request request;

	ck_assert_msg(!input->problem, "%s: %s", text, input->problem);
	ck_assert_msg(input->violations.n == 0, "%s: %s", text, input->violations.list[0].message);
	rest_request_make(arena, line.command->operation, input->object, arguments_has(line.command, &line.arguments, "dry-run"), &request);
	return request;
}

START_TEST(each_field_travels_where_the_registry_says)
{
	const struct { const char *text, *method, *target, *body; } rows[] = {
		{ "content get 42", "GET", "/api/content-items/42", NULL },
		{ "content list --limit 5 --status published --created-after 2026-01-01T00:00:00Z", "GET",
		    "/api/content-items?status=published&createdAfter=2026-01-01T00%3A00%3A00.000Z&limit=5", NULL },
		{ "content create 7 --data {\"title\":\"x\"}", "POST", "/api/content-types/7/items", "{\"data\":{\"title\":\"x\"}}" },
		{ "content create --content-type-id 7 --data @f", "POST", "/api/content-types/7/items", "{\"data\":{\"a\":1.50}}" },
		{ "content update 1 --expected-version 2 --status published --dry-run", "PUT", "/api/content-items/1?mode=dry_run",
		    "{\"status\":\"published\",\"expectedVersion\":2}" },
		{ "content delete 1 --expected-version 2", "DELETE", "/api/content-items/1?expectedVersion=2", NULL },
		{ "content list --no-draft --q a&b", "GET", "/api/content-items?draft=false&q=a%26b", NULL },
		{ "keys create --name k --scopes content:read,admin", "POST", "/api/auth/keys", "{\"name\":\"k\",\"scopes\":[\"content:read\",\"admin\"]}" },
		{ "keys rotate 3", "PUT", "/api/auth/keys/3", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rest_request request = request_of(rows[i].text, "{\"a\":1.50}");
		ck_assert_str_eq(request.method, rows[i].method);
		ck_assert_str_eq(request.target, rows[i].target);
		ck_assert_pstr_eq(request.body, rows[i].body);
	}
}
END_TEST

START_TEST(a_whole_input_is_filled_up_by_options_and_they_win)
{
	struct rest_request request = request_of("content create 9 --input @f --status published",
	    "{\"contentTypeId\":7,\"status\":\"draft\",\"data\":{\"title\":\"x\"}}");

	ck_assert_str_eq(request.target, "/api/content-types/9/items");
	ck_assert_str_eq(request.body, "{\"data\":{\"title\":\"x\"},\"status\":\"published\"}");
}
END_TEST

START_TEST(an_input_is_held_to_the_registry_with_every_violation)
{
	const struct input *input = read_input("content-types create --slug A --kind x", NULL);

	ck_assert_uint_eq(input->violations.n, 3);
	ck_assert_str_eq(input->violations.list[0].pointer, "/slug");
	ck_assert_str_eq(input->violations.list[1].pointer, "/kind");
	ck_assert_str_eq(input->violations.list[2].pointer, "/name");
	ck_assert_str_eq(read_input("content get 0", NULL)->violations.list[0].pointer, "/id");
	ck_assert_str_eq(read_input("content create 1 --data nonsense", NULL)->violations.list[0].keyword, "json");
	ck_assert_str_eq(read_input("content create 1 --input @f", "{\"data\":{},\"dta\":1}")->violations.list[0].keyword, "unknown");
}
END_TEST

START_TEST(a_document_that_cannot_be_read_is_a_problem_of_its_option)
{
	ck_assert_str_eq(read_input("content create 1 --data -", NULL)->problem, "--data: nothing there");
	ck_assert_str_eq(read_input("content create 1 --input -", NULL)->problem, "--input: nothing there");
	ck_assert_str_eq(read_input("content create 1 --input []", NULL)->problem, "--input must hold a JSON object");
	ck_assert_ptr_nonnull(strstr(read_input("content create 1 --input {", NULL)->problem, "not JSON"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cli_command_line");
	TCase *tcase = tcase_create("command_line");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, words_name_a_command);
	tcase_add_test(tcase, every_operation_has_one_command_and_no_builtin_hides_it);
	tcase_add_test(tcase, operands_fill_the_variables_of_the_path);
	tcase_add_test(tcase, options_have_two_spellings_and_two_ways_to_give_a_value);
	tcase_add_test(tcase, a_switch_is_on_off_or_said);
	tcase_add_test(tcase, lists_may_be_given_piece_by_piece_and_nothing_else_twice);
	tcase_add_test(tcase, a_field_comes_before_an_option_of_the_program_of_the_same_name);
	tcase_add_test(tcase, mistakes_are_named_with_what_was_probably_meant);
	tcase_add_test(tcase, help_wins_over_mistakes);
	tcase_add_test(tcase, two_dashes_end_the_options);
	tcase_add_test(tcase, each_field_travels_where_the_registry_says);
	tcase_add_test(tcase, a_whole_input_is_filled_up_by_options_and_they_win);
	tcase_add_test(tcase, an_input_is_held_to_the_registry_with_every_violation);
	tcase_add_test(tcase, a_document_that_cannot_be_read_is_a_problem_of_its_option);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
