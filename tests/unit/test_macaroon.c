/* Macaroons against the published signatures of libmacaroons and against tampering. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "id.h"
#include "macaroon.h"
#include "secret.h"

enum { ARENA_BYTES = 8 * 1024 * 1024 };

/* libmacaroons, README, "Creating Your First Macaroon". */
#define KEY "this is our super secret key; only we should know it"
#define IDENTIFIER "we used our secret key"
#define CAVEAT "account = 3735928559"

static struct arena *arena;

static void
setup(void)
{
	secret_init();
	arena = arena_new(ARENA_BYTES);
}

static void
teardown(void)
{
	arena_free(arena);
}

static struct macaroon
make(void)
{
	struct macaroon macaroon;

	macaroon_begin(&macaroon, "http://mybank/", IDENTIFIER, strlen(IDENTIFIER), KEY, strlen(KEY));
	return macaroon;
}

static void
is_hex(const unsigned char *bytes, const char *want)
{
	char hex[2 * MACAROON_SIGNATURE_BYTES + 1];

	hex_encode(hex, bytes, MACAROON_SIGNATURE_BYTES);
	ck_assert_str_eq(hex, want);
}

START_TEST(signatures_are_those_of_libmacaroons)
{
	struct macaroon macaroon = make();

	is_hex(macaroon.signature, "e3d9e02908526c4c0039ae15114115d97fdd68bf2ba379b342aaf0f617d0552f");
	ck_assert(macaroon_restrict(&macaroon, CAVEAT));
	is_hex(macaroon.signature, "1efe4763f290dbce0c1d08477367e11f4eee456a64933cf662d79772dbb82128");
}
END_TEST

START_TEST(what_was_written_is_read)
{
	struct macaroon macaroon = make(), read;

	ck_assert(macaroon_restrict(&macaroon, CAVEAT));
	ck_assert(macaroon_restrict(&macaroon, "path = /api/content-items/1"));
	char *text = macaroon_write(arena, &macaroon);
	ck_assert(macaroon_read(arena, text, &read));
	ck_assert_str_eq(read.location, "http://mybank/");
	ck_assert_uint_eq(read.n_caveats, 2);
	ck_assert_uint_eq(read.caveats[0].n, strlen(CAVEAT));
	ck_assert_mem_eq(read.caveats[0].bytes, CAVEAT, strlen(CAVEAT));
	ck_assert(macaroon_is_signed(&read, KEY, strlen(KEY)));
	ck_assert(!macaroon_is_signed(&read, "another key", 11));
	for (char *at = text; *at; at++)
		*at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
	ck_assert(macaroon_read(arena, arena_printf(arena, "%s==", text), &read)); /* as other libraries write it */
}
END_TEST

START_TEST(an_added_caveat_needs_no_key_and_a_removed_one_shows)
{
	struct macaroon macaroon = make(), narrowed;

	ck_assert(macaroon_restrict(&macaroon, CAVEAT));
	narrowed = macaroon;
	ck_assert(macaroon_restrict(&narrowed, "amount = 1"));
	ck_assert(macaroon_is_signed(&narrowed, KEY, strlen(KEY)));
	narrowed.n_caveats--;
	ck_assert(!macaroon_is_signed(&narrowed, KEY, strlen(KEY)));
}
END_TEST

START_TEST(every_changed_byte_is_refused)
{
	struct macaroon macaroon = make(), read;
	void *bytes;
	size_t n;

	ck_assert(macaroon_restrict(&macaroon, CAVEAT));
	ck_assert(base64url_decode(arena, macaroon_write(arena, &macaroon), &bytes, &n));
	size_t location_end = 3 + strlen("http://mybank/"); /* the location is a hint and not signed */
	for (size_t i = location_end; i < n; i++) {
		((unsigned char *)bytes)[i] ^= 1;
		bool is_good = macaroon_read(arena, base64url_encode(arena, bytes, n), &read) && macaroon_is_signed(&read, KEY, strlen(KEY));
		ck_assert_msg(!is_good, "byte %zu", i);
		((unsigned char *)bytes)[i] ^= 1;
	}
	for (size_t i = 0; i < n; i++)
		ck_assert(!macaroon_read(arena, base64url_encode(arena, bytes, i), &read));
}
END_TEST

START_TEST(there_is_a_limit_of_caveats)
{
	struct macaroon macaroon = make();

	for (size_t i = 0; i < MACAROON_CAVEATS_MAX; i++)
		ck_assert(macaroon_restrict(&macaroon, CAVEAT));
	ck_assert(!macaroon_restrict(&macaroon, CAVEAT));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("macaroon");
	TCase *tcase = tcase_create("macaroon");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, signatures_are_those_of_libmacaroons);
	tcase_add_test(tcase, what_was_written_is_read);
	tcase_add_test(tcase, an_added_caveat_needs_no_key_and_a_removed_one_shows);
	tcase_add_test(tcase, every_changed_byte_is_refused);
	tcase_add_test(tcase, there_is_a_limit_of_caveats);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
