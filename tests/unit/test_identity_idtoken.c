/* ID tokens: the signature of RFC 7515's example, and what is refused whoever signed it. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "oidc/idtoken.h"

/* RFC 7515, A.3: ES256 over {"iss":"joe","exp":1300819380,"http://example.com/is_root":true}. */
#define HEADER "eyJhbGciOiJFUzI1NiJ9"
#define CLAIMS "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define SIGNATURE "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
static const char keys_text[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"one\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";

static struct arena *arena;

static void
setup(void)
{
	arena = arena_new(256 * 1024);
}

static void
teardown(void)
{
	arena_free(arena);
}

static const char *
problem_of(const char *token, const char *keys)
{
	struct json_error ignored;
	struct idtoken read;

	return idtoken_read(arena, token, json_parse(arena, keys, strlen(keys), NULL, &ignored),
	    &(struct idtoken_expected){ .issuer = "joe", .client_id = "us", .nonce = "n", .now_s = 1300819000 }, &read);
}

/* Past the signature and the issuer, to the audience that the example has none of. */
START_TEST(the_example_of_the_rfc_is_signed)
{
	ck_assert_str_eq(problem_of(HEADER "." CLAIMS "." SIGNATURE, keys_text), "it is for another client");
}
END_TEST

static const struct {
	const char *label, *token, *keys;
} forged[] = {
	{ "other claims", HEADER ".eyJpc3MiOiJqb2UifQ." SIGNATURE, keys_text },
	{ "a cut signature", HEADER "." CLAIMS ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6M", keys_text },
	{ "no signature", HEADER "." CLAIMS ".", keys_text },
	{ "no algorithm: {\"alg\":\"none\"}", "eyJhbGciOiJub25lIn0." CLAIMS ".", keys_text },
	{ "a secret: {\"alg\":\"HS256\"}", "eyJhbGciOiJIUzI1NiJ9." CLAIMS "." SIGNATURE, keys_text },
	{ "another key's name: {\"alg\":\"ES256\",\"kid\":\"two\"}", "eyJhbGciOiJFUzI1NiIsImtpZCI6InR3byJ9." CLAIMS "." SIGNATURE, keys_text },
	{ "no keys", HEADER "." CLAIMS "." SIGNATURE, "{}" },
	{ "a key that is none", HEADER "." CLAIMS "." SIGNATURE, "{\"keys\":[1,{\"kty\":\"EC\"},{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}" },
};

START_TEST(what_is_forged_is_refused)
{
	ck_assert_msg(strcmp(problem_of(forged[_i].token, forged[_i].keys), "its signature is of none of the provider's keys") == 0, "%s", forged[_i].label);
}
END_TEST

START_TEST(what_is_no_token_is_refused)
{
	static const char *const texts[] = { "", ".", "..", "a.b", "a.b.c", HEADER "." CLAIMS, HEADER "." CLAIMS "." SIGNATURE ".x", HEADER ".W10." SIGNATURE };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_str_eq(problem_of(texts[i], keys_text), "it is no JSON Web Token");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("identity_idtoken");
	TCase *tcase = tcase_create("idtoken");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_example_of_the_rfc_is_signed);
	tcase_add_loop_test(tcase, what_is_forged_is_refused, 0, sizeof(forged) / sizeof(forged[0]));
	tcase_add_test(tcase, what_is_no_token_is_refused);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
