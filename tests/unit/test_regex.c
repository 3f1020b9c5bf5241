/* Patterns of ECMA-262: what they match, what is refused, and that matching ends. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "regex.h"

static struct arena *arena;

static void
set_up(void)
{
	arena = arena_new(16 * 1024 * 1024);
}

static void
tear_down(void)
{
	arena_free(arena);
}

static const struct match_row {
	const char *pattern, *text;
	enum json_regex_verdict verdict;
} matches[] = {
	{ "b", "abc", JSON_REGEX_MATCH },
	{ "^b", "abc", JSON_REGEX_NO_MATCH },
	{ "", "", JSON_REGEX_MATCH },
	{ "^a$", "a\n", JSON_REGEX_NO_MATCH },
	{ "^\\d$", "7", JSON_REGEX_MATCH },
	{ "^\\d$", "\xdf\x80", JSON_REGEX_NO_MATCH },
	{ "^\\w+$", "caf\xc3\xa9", JSON_REGEX_NO_MATCH },
	{ "^\\s$", "\xc2\xa0", JSON_REGEX_MATCH },
	{ "^[\\s]$", "\xe2\x80\xa8", JSON_REGEX_MATCH },
	{ "^\\S$", "\xef\xbb\xbf", JSON_REGEX_NO_MATCH },
	{ "^.$", "\xf0\x9f\x90\xb2", JSON_REGEX_MATCH },
	{ "^\\uD83D\\uDC32$", "\xf0\x9f\x90\xb2", JSON_REGEX_MATCH },
	{ "^\\u{1F432}$", "\xf0\x9f\x90\xb2", JSON_REGEX_MATCH },
	{ "^\\u00e9\\xe9$", "\xc3\xa9\xc3\xa9", JSON_REGEX_MATCH },
	{ "^\\cC$", "\x03", JSON_REGEX_MATCH },
	{ "^\\v\\f$", "\x0b\x0c", JSON_REGEX_MATCH },
	{ "^\\p{Letter}+$", "\xcf\x80", JSON_REGEX_MATCH },
	{ "^\\p{gc=Lu}\\P{Lu}$", "Aa", JSON_REGEX_MATCH },
	{ "^\\p{Script=Greek}$", "\xcf\x80", JSON_REGEX_MATCH },
	{ "^[[a]$", "[", JSON_REGEX_MATCH },
	{ "^[[:alpha:]]$", ":]", JSON_REGEX_MATCH },
	{ "^[^]$", "x", JSON_REGEX_MATCH },
	{ "[]", "x", JSON_REGEX_NO_MATCH },
	{ "^[\\b]$", "\b", JSON_REGEX_MATCH },
	{ "\\bword\\b", "a word here", JSON_REGEX_MATCH },
	{ "^a{2,3}$", "aaa", JSON_REGEX_MATCH },
	{ "^a{,2}$", "a{,2}", JSON_REGEX_MATCH },
	{ "^{$", "{", JSON_REGEX_MATCH },
	{ "^(?<y>a)\\k<y>$", "aa", JSON_REGEX_MATCH },
	{ "^(a)?\\1b$", "b", JSON_REGEX_MATCH },
	{ "^(?!x).(?=c)", "bc", JSON_REGEX_MATCH },
	{ "(?<=a)b(?<!c)", "ab", JSON_REGEX_MATCH },
	{ "^\\/\\-\\_\\@$", "/-_@", JSON_REGEX_MATCH },
	{ "^a+?b*?$", "aab", JSON_REGEX_MATCH },
	{ "^\\0$", "0", JSON_REGEX_NO_MATCH },
	{ "a", "\xff", JSON_REGEX_NO_MATCH },
};

START_TEST(patterns_mean_what_ecma_262_says)
{
	const struct match_row *row = &matches[_i];
	const char *message = "";
	struct regex *regex = regex_new(row->pattern, strlen(row->pattern), arena, &message);

	ck_assert_msg(regex != NULL, "%s: %s", row->pattern, message);
	ck_assert_msg(regex_match(regex, row->text, strlen(row->text), true) == row->verdict, "%s on %s", row->pattern,
	    row->text);
	regex_free(regex);
}
END_TEST

static const char *const refused[] = { "(", ")", "[", "a**", "*", "a++", "^*", "(*ACCEPT)", "(*UTF)a", "(?>a)",
	"(?R)", "(?1)", "(?P<n>a)", "(?i)a", "(?#c)", "\\Z", "\\A", "\\Qa\\E", "\\K", "\\C", "\\G", "\\h", "\\a", "\\",
	"\\u12", "\\uD800", "\\u{110000}", "\\xg", "\\c1", "\\p", "\\p{NoSuch}", "\\p{^L}", "\\1", "\\k", "[z-a]", "(?<n",
	"a{3,2}", "(?<=a+)b", "[\\B]" };

START_TEST(what_ecma_262_does_not_know_is_refused)
{
	const char *pattern = refused[_i];
	const char *message = NULL;

	ck_assert_msg(regex_new(pattern, strlen(pattern), arena, &message) == NULL, "accepted: %s", pattern);
	ck_assert_ptr_nonnull(message);
}
END_TEST

START_TEST(a_nul_byte_is_a_character)
{
	const char *message = "";
	struct regex *regex = regex_new("^a\0b\\0$", 7, arena, &message);

	ck_assert_msg(regex != NULL, "%s", message);
	ck_assert_int_eq(regex_match(regex, "a\0b", 4, true), JSON_REGEX_MATCH);
	regex_free(regex);
}
END_TEST

START_TEST(matching_gives_up_at_its_limit)
{
	static const char *const patterns[] = { "^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "^(.*a){20}$", "(a*)*b" };
	char text[4001];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 2] = '!';
	text[sizeof(text) - 1] = '\0';
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		const char *message = "";
		struct regex *regex = regex_new(patterns[i], strlen(patterns[i]), arena, &message);
		ck_assert_msg(regex != NULL, "%s: %s", patterns[i], message);
		ck_assert_int_ne(regex_match(regex, text, sizeof(text) - 1, true), JSON_REGEX_MATCH);
		regex_free(regex);
	}
}
END_TEST

START_TEST(long_patterns_are_refused)
{
	char pattern[REGEX_PATTERN_BYTES_MAX + 1];
	const char *message = NULL;

	memset(pattern, 'a', sizeof(pattern));
	ck_assert_ptr_null(regex_new(pattern, sizeof(pattern), arena, &message));
	ck_assert_str_eq(message, "longer than 8192 bytes");
	memset(pattern, '(', sizeof(pattern));
	ck_assert_ptr_null(regex_new(pattern, 1000, arena, &message));
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int
main(void)
{
	Suite *suite = suite_create("regex");
	TCase *tc = tcase_create("regex");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, patterns_mean_what_ecma_262_says, 0, ROWS(matches));
	tcase_add_loop_test(tc, what_ecma_262_does_not_know_is_refused, 0, ROWS(refused));
	tcase_add_test(tc, a_nul_byte_is_a_character);
	tcase_add_test(tc, matching_gives_up_at_its_limit);
	tcase_add_test(tc, long_patterns_are_refused);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
