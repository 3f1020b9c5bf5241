/* Codes of authenticator apps, against the vectors of RFC 6238 and RFC 4648. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "factor/totp.h"

static const unsigned char secret[] = "12345678901234567890"; /* RFC 6238, appendix B, SHA-1 */
enum { N_SECRET = sizeof(secret) - 1 };

static struct arena *arena;

static void
setup(void)
{
	arena = arena_new(64 * 1024);
}

static void
teardown(void)
{
	arena_free(arena);
}

/* The last six digits of the eight that the appendix has. */
static const struct {
	int64_t time_s;
	const char *code;
} vectors[] = { { 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" }, { 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" } };

START_TEST(codes_are_those_of_the_rfc)
{
	char code[TOTP_CODE_BYTES];

	totp_code(code, secret, N_SECRET, vectors[_i].time_s / 30);
	ck_assert_str_eq(code, vectors[_i].code);
}
END_TEST

START_TEST(a_code_is_good_a_step_before_and_after_and_once)
{
	int64_t now_us = INT64_C(1111111111) * 1000000, step = 0, now = 1111111111 / 30;
	char code[TOTP_CODE_BYTES];

	for (int64_t offset = -3; offset <= 3; offset++) {
		totp_code(code, secret, N_SECRET, now + offset);
		bool fits = totp_fits(secret, N_SECRET, code, now_us, 0, &step);
		ck_assert_msg(fits == (offset >= -1 && offset <= 1), "offset %d", (int)offset);
		if (!fits)
			continue;
		ck_assert_int_eq(step, now + offset);
		ck_assert(!totp_fits(secret, N_SECRET, code, now_us, step, &step));
	}
}
END_TEST

START_TEST(what_is_no_code_does_not_fit)
{
	static const char *const texts[] = { "", "05047", "0504711", "05047l", "      ", "000000" };
	int64_t step;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert(!totp_fits(secret, N_SECRET, texts[i], INT64_C(1111111111) * 1000000, 0, &step));
}
END_TEST

START_TEST(base32_is_that_of_the_rfc)
{
	ck_assert_str_eq(totp_base32(arena, (const unsigned char *)"foobar", 6), "MZXW6YTBOI");
	ck_assert_str_eq(totp_base32(arena, (const unsigned char *)"f", 1), "MY");
	ck_assert_str_eq(totp_base32(arena, secret, N_SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}
END_TEST

START_TEST(recovery_codes_are_read_as_people_type_them)
{
	const char *code = recovery_code(arena, (const unsigned char *)"0123456789");

	ck_assert_uint_eq(strlen(code), 19);
	ck_assert_str_eq(recovery_plain(arena, " abcd efgh-2345-xy67 "), "ABCDEFGH2345XY67");
	ck_assert_uint_eq(strlen(recovery_plain(arena, code)), 16);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("identity_totp");
	TCase *tcase = tcase_create("totp");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, codes_are_those_of_the_rfc, 0, sizeof(vectors) / sizeof(vectors[0]));
	tcase_add_test(tcase, a_code_is_good_a_step_before_and_after_and_once);
	tcase_add_test(tcase, what_is_no_code_does_not_fit);
	tcase_add_test(tcase, base32_is_that_of_the_rfc);
	tcase_add_test(tcase, recovery_codes_are_read_as_people_type_them);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
