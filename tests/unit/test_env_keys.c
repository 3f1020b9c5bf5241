/* API keys given by the environment. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "access/env_keys.h"
#include "secret.h"

static const struct bad_row {
	const char *label, *text;
} bads[] = {
	{ "no equals sign", "longenough" },
	{ "short key", "short=admin" },
	{ "no scopes", "longenough=" },
	{ "unknown scope", "longenough=content:read|root" },
	{ "scope with a space", "longenough= admin" },
	{ "second entry bad", "longenough=admin,alsolong" },
};

START_TEST(malformed_lists_are_refused)
{
	const char *problem = NULL;

	ck_assert_msg(!env_keys_parse(bads[_i].text, &problem), "%s", bads[_i].label);
	ck_assert_ptr_nonnull(problem);
	ck_assert_ptr_null(strstr(problem, "longenough"));
}
END_TEST

START_TEST(a_key_finds_its_principal)
{
	const char *problem = NULL;
	struct env_keys *keys = env_keys_parse("first-key=content:read|content:write,second-key=admin", &problem);
	unsigned char hash[SHA256_BYTES];
	const struct principal *principal;

	ck_assert_ptr_nonnull(keys);
	sha256(hash, "first-key", 9);
	principal = env_keys_find(keys, hash);
	ck_assert_ptr_nonnull(principal);
	ck_assert_int_eq(principal->tenant, 1);
	ck_assert_uint_eq(principal->n_scopes, 2);
	ck_assert_str_eq(principal->scopes[1], "content:write");
	ck_assert(!principal->is_platform_admin);
	sha256(hash, "second-key", 10);
	principal = env_keys_find(keys, hash);
	ck_assert(principal && principal->is_platform_admin);
	ck_assert_str_eq(principal->source, "env");
	sha256(hash, "third-key", 9);
	ck_assert_ptr_null(env_keys_find(keys, hash));
	env_keys_free(keys);
}
END_TEST

START_TEST(the_id_shows_the_hash_and_not_the_key)
{
	const char *problem = NULL;
	struct env_keys *keys = env_keys_parse("first-key=admin", &problem);
	unsigned char hash[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES];

	sha256(hash, "first-key", 9);
	sha256_hex(hex, "first-key", 9);
	const struct principal *principal = env_keys_find(keys, hash);
	ck_assert_int_eq(strncmp(principal->id, "env_key:", 8), 0);
	ck_assert_int_eq(strncmp(principal->id + 8, hex, 12), 0);
	ck_assert_uint_eq(strlen(principal->id), 20);
	env_keys_free(keys);
}
END_TEST

START_TEST(no_keys_is_fine)
{
	const char *problem = NULL;
	struct env_keys *keys = env_keys_parse("", &problem);

	ck_assert_ptr_nonnull(keys);
	env_keys_free(keys);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int
main(void)
{
	Suite *suite = suite_create("env_keys");
	TCase *tc = tcase_create("env_keys");

	secret_init();
	tcase_add_loop_test(tc, malformed_lists_are_refused, 0, ROWS(bads));
	tcase_add_test(tc, a_key_finds_its_principal);
	tcase_add_test(tc, the_id_shows_the_hash_and_not_the_key);
	tcase_add_test(tc, no_keys_is_fine);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
