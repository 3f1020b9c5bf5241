/* BOLT 11 invoices against the specification's examples. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "bolt11_vectors.h"
#include "id.h"
#include "lightning/bech32.h"
#include "lightning/bolt11.h"
#include "secret.h"

enum { N_VECTORS = sizeof(vectors) / sizeof(vectors[0]), ARENA_BYTES = 8 * 1024 * 1024 };

static struct arena *arena;

/* BOLT 11, "Examples": the key that signed them, and its node. */
static const unsigned char example_key[NODE_KEY_BYTES] = { 0xe1, 0x26, 0xf6, 0x8f, 0x7e, 0xaf, 0xcc, 0x8b, 0x74, 0xf5, 0x4d, 0x26, 0x9f, 0xe2,
	0x06, 0xbe, 0x71, 0x50, 0x00, 0xf9, 0x4d, 0xac, 0x06, 0x7d, 0x1c, 0x04, 0xa8, 0xca, 0x3b, 0x2d, 0xb7, 0x34 };
#define EXAMPLE_NODE "03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad"

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

static struct bolt11_invoice
decode(const char *text)
{
	struct bolt11_invoice invoice = { .expiry_s = 0 };
	const char *problem = "";

	ck_assert_msg(bolt11_decode(arena, text, &invoice, &problem), "%s", problem);
	return invoice;
}

START_TEST(every_example_is_read_as_the_specification_says)
{
	struct bolt11_invoice invoice;
	const char *problem = NULL;

	bool is_read = bolt11_decode(arena, vectors[_i].text, &invoice, &problem);
	ck_assert_msg(is_read == vectors[_i].is_valid, "%s: %s", vectors[_i].title, is_read ? "was read" : problem);
	ck_assert_msg(is_read || problem, "%s: no reason", vectors[_i].title);
}
END_TEST

START_TEST(fields_of_an_example_are_found)
{
	struct bolt11_invoice invoice = decode(vectors[1].text);
	char hex[80];

	ck_assert_str_eq(invoice.network, "bc");
	ck_assert_int_eq(invoice.amount_msats, 250000000);
	ck_assert_int_eq(invoice.made_s, 1496314658);
	ck_assert_int_eq(invoice.expiry_s, 60);
	ck_assert_str_eq(invoice.description, "1 cup coffee");
	hex_encode(hex, invoice.payment_hash, BOLT11_HASH_BYTES);
	ck_assert_str_eq(hex, "0001020304050607080900010203040506070809000102030405060708090102");
	hex_encode(hex, invoice.payee, NODE_ID_BYTES);
	ck_assert_str_eq(hex, EXAMPLE_NODE);
}
END_TEST

/* Signatures are deterministic, so what we write is the specification's text to the last character. */
START_TEST(an_example_is_written_again_as_it_was)
{
	static const size_t simple[] = { 0, 1, 2, 3 };

	for (size_t i = 0; i < sizeof(simple) / sizeof(simple[0]); i++) {
		struct bolt11_invoice invoice = decode(vectors[simple[i]].text);
		ck_assert_str_eq(bolt11_encode(arena, &invoice, example_key), vectors[simple[i]].text);
	}
}
END_TEST

START_TEST(amounts_survive_writing_and_reading)
{
	static const int64_t amounts[] = { 0, 1, 9, 10, 999, 1000, 21000, 100000, 123456789, 100000000, INT64_C(100000000000), INT64_C(922337203685477580), INT64_C(2099999999999999900) };

	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
		struct bolt11_invoice invoice = { .network = "bcrt", .amount_msats = amounts[i], .made_s = 1700000000, .expiry_s = 600, .final_cltv_blocks = 40,
			.description = "ナンセンス" };
		memset(invoice.payment_hash, (int)i + 1, sizeof(invoice.payment_hash));
		struct bolt11_invoice read = decode(bolt11_encode(arena, &invoice, example_key));
		ck_assert_int_eq(read.amount_msats, amounts[i]);
		ck_assert_str_eq(read.network, "bcrt");
		ck_assert_int_eq(read.expiry_s, 600);
		ck_assert_int_eq(read.final_cltv_blocks, 40);
		ck_assert_str_eq(read.description, "ナンセンス");
		ck_assert_mem_eq(read.payment_hash, invoice.payment_hash, sizeof(read.payment_hash));
	}
}
END_TEST

START_TEST(what_cannot_be_said_is_not_written)
{
	struct bolt11_invoice invoice = { .network = "bcrt", .amount_msats = -1, .made_s = 1, .expiry_s = 1, .description = "" };
	static const unsigned char no_key[NODE_KEY_BYTES];

	ck_assert_ptr_null(bolt11_encode(arena, &invoice, example_key));
	invoice.amount_msats = 1;
	ck_assert_ptr_null(bolt11_encode(arena, &invoice, no_key));
	invoice.description = "\xff";
	ck_assert_ptr_null(bolt11_encode(arena, &invoice, example_key));
}
END_TEST

/* A changed character is found by the checksum, a changed word under a right checksum by the signature or as another payee. */
START_TEST(a_changed_word_never_yields_the_same_payee)
{
	const char *prefix, *problem;
	uint8_t *words;
	size_t n;

	ck_assert(bech32_decode(arena, vectors[1].text, &prefix, &words, &n, &problem));
	struct bolt11_invoice before = decode(vectors[1].text), after;
	for (size_t i = 0; i < n; i++) {
		words[i] ^= 1;
		bool is_read = bolt11_decode(arena, bech32_encode(arena, prefix, words, n), &after, &problem);
		ck_assert(!is_read || memcmp(before.payee, after.payee, sizeof(before.payee)) != 0);
		words[i] ^= 1;
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bolt11");
	TCase *tcase = tcase_create("bolt11");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, every_example_is_read_as_the_specification_says, 0, N_VECTORS);
	tcase_add_test(tcase, fields_of_an_example_are_found);
	tcase_add_test(tcase, an_example_is_written_again_as_it_was);
	tcase_add_test(tcase, amounts_survive_writing_and_reading);
	tcase_add_test(tcase, what_cannot_be_said_is_not_written);
	tcase_add_test(tcase, a_changed_word_never_yields_the_same_payee);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
