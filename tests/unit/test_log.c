/* What a log line looks like, whatever is put into it. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "log.h"

static char path[64];
static int saved;

/* Everything written between begin and end comes back as text. */
static void
capture_begin(void)
{
	(void)snprintf(path, sizeof(path), "/tmp/test_log.XXXXXX");
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	(void)fflush(stdout);
	saved = dup(STDOUT_FILENO);
	ck_assert_int_ge(dup2(fd, STDOUT_FILENO), 0);
	(void)close(fd);
}

static size_t
capture_end(char *text, size_t n_max)
{
	(void)dup2(saved, STDOUT_FILENO);
	(void)close(saved);
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	size_t n = fread(text, 1, n_max - 1, file);
	text[n] = '\0';
	(void)fclose(file);
	(void)unlink(path);
	return n;
}

static json_t *
parse_line(const char *text)
{
	json_error_t problem;
	json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, &problem);
	ck_assert_msg(line != NULL, "%s: %s", problem.text, text);
	return line;
}

START_TEST(line_has_the_fixed_keys_and_the_fields)
{
	char text[16384];

	log_init("wordclaw-content", LOG_INFO);
	capture_begin();
	log_write(LOG_WARN, "consumer.stalled", LOG_TEXT("publisher", "content"), LOG_INT("lagMs", -5),
	    LOG_TEXT("absent", NULL));
	size_t n = capture_end(text, sizeof(text));
	ck_assert_int_eq(text[n - 1], '\n');
	json_t *line = parse_line(text);
	ck_assert_str_eq(json_string_value(json_object_get(line, "level")), "warn");
	ck_assert_str_eq(json_string_value(json_object_get(line, "process")), "wordclaw-content");
	ck_assert_str_eq(json_string_value(json_object_get(line, "event")), "consumer.stalled");
	ck_assert_str_eq(json_string_value(json_object_get(line, "publisher")), "content");
	ck_assert_int_eq(json_integer_value(json_object_get(line, "lagMs")), -5);
	ck_assert_ptr_null(json_object_get(line, "absent"));
	const char *time = json_string_value(json_object_get(line, "time"));
	ck_assert_uint_eq(strlen(time), strlen("2026-01-01T00:00:00.000Z"));
	ck_assert_int_eq(time[10], 'T');
	ck_assert_int_eq(time[19], '.');
	json_decref(line);
}
END_TEST

START_TEST(level_below_the_least_is_silent)
{
	char text[1024];

	log_init("p", LOG_WARN);
	capture_begin();
	log_write(LOG_INFO, "quiet");
	ck_assert_uint_eq(capture_end(text, sizeof(text)), 0);
}
END_TEST

static const struct {
	const char *label, *text, *expected;
} texts[] = {
	{ "quotes and backslash", "a\"b\\c", "a\"b\\c" },
	{ "newline and tab", "a\nb\tc", "a\nb\tc" },
	{ "control", "a\x01\x7f", "a\x01\x7f" },
	{ "utf-8", "h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80" },
	{ "lone continuation", "a\x80z", "a\xef\xbf\xbdz" },
	{ "overlong", "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "cut sequence", "a\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbd" },
	{ "beyond unicode", "\xf5\x80\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
};

START_TEST(text_is_escaped)
{
	char text[4096];

	log_init("p", LOG_INFO);
	capture_begin();
	log_write(LOG_INFO, "e", LOG_TEXT("value", texts[_i].text));
	(void)capture_end(text, sizeof(text));
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
	json_t *line = parse_line(text);
	ck_assert_msg(strcmp(json_string_value(json_object_get(line, "value")), texts[_i].expected) == 0, "%s: %s",
	    texts[_i].label, text);
	json_decref(line);
}
END_TEST

/* Around the bound every length must still give one valid line. */
START_TEST(long_text_is_cut_to_a_valid_line)
{
	static char value[20000], text[32768];

	log_init("p", LOG_INFO);
	for (size_t n = 7900; n < 8250; n++) {
		memset(value, _i == 0 ? 'x' : '\x01', sizeof(value));
		value[_i == 0 ? n : n / 6] = '\0';
		capture_begin();
		log_write(LOG_INFO, "e", LOG_TEXT("value", value), LOG_INT("after", 7), LOG_TEXT("more", value));
		size_t n_text = capture_end(text, sizeof(text));
		ck_assert_uint_le(n_text, 8192);
		json_t *line = parse_line(text);
		ck_assert(json_is_true(json_object_get(line, "cut")));
		json_decref(line);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log");
	TCase *tcase = tcase_create("log");

	tcase_add_test(tcase, line_has_the_fixed_keys_and_the_fields);
	tcase_add_test(tcase, level_below_the_least_is_silent);
	tcase_add_loop_test(tcase, text_is_escaped, 0, (int)(sizeof(texts) / sizeof(texts[0])));
	tcase_add_loop_test(tcase, long_text_is_cut_to_a_valid_line, 0, 2);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
