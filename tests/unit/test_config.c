/* Settings: what is accepted, and what an operator reads when it is not. */
#include "config.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *text, *secret, *optional;
static int64_t number;
static bool flag;

static const struct setting settings[] = {
	{ .name = "T_TEXT", .type = SETTING_TEXT, .fallback = "hello", .doc = "a greeting", .target = &text },
	{ .name = "T_SECRET", .type = SETTING_SECRET, .fallback = NULL, .doc = "the key", .target = &secret },
	{ .name = "T_OPTIONAL", .type = SETTING_TEXT, .fallback = "", .doc = "may be absent", .target = &optional },
	{ .name = "T_NUMBER", .type = SETTING_INT, .fallback = "8", .min = 1, .max = 64, .doc = "how many", .target = &number },
	{ .name = "T_FLAG", .type = SETTING_BOOL, .fallback = "off", .doc = "whether", .target = &flag },
};
enum { N_SETTINGS = sizeof(settings) / sizeof(settings[0]), OUTPUT_BYTES = 4096 };

static char output[OUTPUT_BYTES];
static char path[64];

static void
setup(void)
{
	for (int i = 0; i < N_SETTINGS; i++) {
		char name[64];

		(void)snprintf(name, sizeof(name), "%s_FILE", settings[i].name);
		unsetenv(settings[i].name);
		unsetenv(name);
	}
	setenv("T_SECRET", "s3cret", 1);
	(void)snprintf(path, sizeof(path), "/tmp/test_config.XXXXXX");
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void
teardown(void)
{
	unlink(path);
}

static void
fill(const char *content)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	(void)fputs(content, file);
	(void)fclose(file);
}

/* Run what writes to a standard stream and keep what it wrote. */
static bool
load_captured(void)
{
	FILE *capture = tmpfile();
	int saved = dup(STDERR_FILENO);

	(void)fflush(stderr);
	ck_assert_int_ge(dup2(fileno(capture), STDERR_FILENO), 0);
	bool is_good = settings_load(settings, N_SETTINGS);
	(void)fflush(stderr);
	ck_assert_int_ge(dup2(saved, STDERR_FILENO), 0);
	close(saved);
	rewind(capture);
	output[fread(output, 1, sizeof(output) - 1, capture)] = '\0';
	(void)fclose(capture);
	return is_good;
}

START_TEST(absent_settings_take_their_defaults)
{
	number = 0;
	flag = true;
	ck_assert_msg(load_captured(), "%s", output);
	ck_assert_str_eq(text, "hello");
	ck_assert_str_eq(secret, "s3cret");
	ck_assert_str_eq(optional, "");
	ck_assert_int_eq(number, 8);
	ck_assert(!flag);
	ck_assert_str_eq(output, "");
}
END_TEST

START_TEST(variables_are_read)
{
	setenv("T_TEXT", "bye", 1);
	setenv("T_NUMBER", "64", 1);
	setenv("T_FLAG", "TRUE", 1);
	ck_assert_msg(load_captured(), "%s", output);
	ck_assert_str_eq(text, "bye");
	ck_assert_int_eq(number, 64);
	ck_assert(flag);
}
END_TEST

START_TEST(files_are_read_without_their_last_newline)
{
	fill("from file\r\n");
	unsetenv("T_SECRET");
	setenv("T_SECRET_FILE", path, 1);
	ck_assert_msg(load_captured(), "%s", output);
	ck_assert_str_eq(secret, "from file");
	free((char *)secret);
}
END_TEST

START_TEST(empty_variable_counts_as_unset)
{
	setenv("T_TEXT", "", 1);
	setenv("T_NUMBER", "", 1);
	ck_assert_msg(load_captured(), "%s", output);
	ck_assert_str_eq(text, "hello");
	ck_assert_int_eq(number, 8);
}
END_TEST

static const struct fault {
	const char *name, *value, *wanted;
} faults[] = {
	{ "T_NUMBER", "65", "T_NUMBER: '65' is not a whole number between 1 and 64; it is how many; example: T_NUMBER=8\n" },
	{ "T_NUMBER", "0", "T_NUMBER: '0' is not a whole number between 1 and 64" },
	{ "T_NUMBER", "7x", "T_NUMBER: '7x' is not a whole number" },
	{ "T_NUMBER", "99999999999999999999", "T_NUMBER: '99999999999999999999' is not a whole number" },
	{ "T_FLAG", "maybe", "T_FLAG: 'maybe' is neither on nor off; it is whether; example: T_FLAG=off\n" },
	{ "T_SECRET", "", "T_SECRET: is required but not set; it is the key; example: T_SECRET_FILE=/run/secrets/t_secret\n" },
	{ "T_TEXT_FILE", "/nonexistent", "T_TEXT: cannot read the file '/nonexistent': No such file or directory" },
	{ "T_TEXT_FILE", "/dev/null", "T_TEXT: cannot read the file '/dev/null': No data available" },
	{ "T_SECRET_FILE", "/dev/null", "T_SECRET: is set, and so is the variable with _FILE: keep one" },
};

START_TEST(fault_is_named_with_an_example)
{
	const struct fault *fault = &faults[_i];

	setenv(fault->name, fault->value, 1);
	ck_assert_msg(!load_captured(), "%s=%s was accepted", fault->name, fault->value);
	ck_assert_msg(strncmp(output, fault->wanted, strlen(fault->wanted)) == 0, "%s=%s: %s", fault->name, fault->value, output);
}
END_TEST

START_TEST(every_fault_is_reported_and_no_secret_shown)
{
	setenv("T_NUMBER", "no", 1);
	setenv("T_FLAG", "no idea", 1);
	setenv("T_SECRET_FILE", "/dev/null", 1);
	ck_assert(!load_captured());
	ck_assert_ptr_nonnull(strstr(output, "T_NUMBER"));
	ck_assert_ptr_nonnull(strstr(output, "T_FLAG"));
	ck_assert_ptr_nonnull(strstr(output, "T_SECRET"));
	ck_assert_ptr_null(strstr(output, "s3cret"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("config");
	TCase *tcase = tcase_create("config");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, absent_settings_take_their_defaults);
	tcase_add_test(tcase, variables_are_read);
	tcase_add_test(tcase, files_are_read_without_their_last_newline);
	tcase_add_test(tcase, empty_variable_counts_as_unset);
	tcase_add_loop_test(tcase, fault_is_named_with_an_example, 0, sizeof(faults) / sizeof(faults[0]));
	tcase_add_test(tcase, every_fault_is_reported_and_no_secret_shown);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
