/* Payments' rules: the whole matrix of states, caveats, signatures, providers' words. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"

static struct arena *arena;

static void
setup(void)
{
	arena = arena_new(1024 * 1024);
}

static void
teardown(void)
{
	arena_free(arena);
}

/* ---- states ---- */

static void
check_matrix(const char *const *states, size_t n_states, const char *const *steps, size_t n_steps, const struct transition *table, size_t n_table,
    const char *(*next)(const char *from, const char *on))
{
	for (size_t i = 0; i < n_states; i++) {
		for (size_t j = 0; j < n_steps; j++) {
			const char *wanted = NULL, *found = next(states[i], steps[j]);
			for (size_t k = 0; k < n_table; k++) {
				if (strcmp(table[k].from, states[i]) == 0 && strcmp(table[k].on, steps[j]) == 0)
					wanted = table[k].to;
			}
			ck_assert_msg((!wanted && !found) || (wanted && found && strcmp(wanted, found) == 0), "%s on %s", states[i], steps[j]);
		}
	}
}

START_TEST(a_payment_moves_by_its_table_alone)
{
	static const char *const states[] = { "pending", "paid", "consuming", "consumed", "expired", "failed", "" };
	static const char *const steps[] = { "settle", "expire", "fail", "reserve", "consume", "release", "" };

	check_matrix(states, 7, steps, 7, rules_payment_transitions, rules_n_payment_transitions, rules_payment_next);
	ck_assert_str_eq(rules_payment_next("pending", "settle"), "paid");
	ck_assert_str_eq(rules_payment_next("consuming", "release"), "paid");
	static const char *const ends[] = { "consumed", "expired", "failed" };
	for (size_t i = 0; i < 3; i++) {
		for (size_t j = 0; j < 6; j++)
			ck_assert_ptr_null(rules_payment_next(ends[i], steps[j]));
	}
	ck_assert_ptr_null(rules_payment_next("paid", "consume"));
	ck_assert_ptr_null(rules_payment_next("pending", "reserve"));
}
END_TEST

START_TEST(an_entitlement_moves_by_its_table_alone)
{
	static const char *const states[] = { "pending_payment", "active", "exhausted", "expired", "revoked", "" };
	static const char *const steps[] = { "activate", "expire", "revoke", "" };

	check_matrix(states, 6, steps, 4, rules_entitlement_transitions, rules_n_entitlement_transitions, rules_entitlement_next);
	ck_assert_ptr_null(rules_entitlement_next("pending_payment", "revoke"));
	ck_assert_ptr_null(rules_entitlement_next("exhausted", "activate"));
}
END_TEST

/* ---- tokens ---- */

static const int64_t price = 21;
static const struct token_terms terms = { .payment_hash = "ab12", .method = "POST", .path = "/api/x", .tenant = 7, .amount_sats = &price, .now_us = 1000000 };

START_TEST(a_new_tokens_caveats_have_the_promised_text_and_hold)
{
	static const char *const wanted[TOKEN_CAVEATS] = { "hash = ab12", "method = POST", "path = /api/x", "domain = 7", "amount = 21", "expires_at <= 5000" };
	const char *caveats[TOKEN_CAVEATS];

	rules_caveats_make(arena, &terms, 5000000, caveats);
	for (size_t i = 0; i < TOKEN_CAVEATS; i++) {
		ck_assert_str_eq(caveats[i], wanted[i]);
		ck_assert(rules_caveat_holds(caveats[i], strlen(caveats[i]), &terms));
	}
}
END_TEST

START_TEST(other_caveats_do_not_hold)
{
	static const char *const others[] = { "hash = ab13", "hash = ab1", "hash = ab122", "method = GET", "path = /api/", "domain = 8", "domain = 07x", "domain = ",
		"amount = 22", "amount = -21", "amount = 2100000000000000000000", "expires_at <= 999", "expires_at < 5000", "expires_at <= ", "color = red", "", "hash" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_msg(!rules_caveat_holds(others[i], strlen(others[i]), &terms), "%s", others[i]);
	struct token_terms any = terms;
	any.amount_sats = NULL;
	ck_assert(rules_caveat_holds("amount = 22", 11, &any));
}
END_TEST

/* ---- providers ---- */

#define HEX "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

START_TEST(signatures_are_read_strictly)
{
	unsigned char digest[32];
	int64_t time_s;
	static const char *const bad[] = { "", "t=,v1=" HEX, "t=12", "t=12,v1=00", "t=12,v1=" HEX "0", "v1=" HEX ",t=12", "t=12,v2=" HEX, "t=1x,v1=" HEX,
		"t=12,v1=g0112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF", HEX };

	ck_assert(rules_signature_read("t=1700000000,v1=" HEX, &time_s, digest));
	ck_assert_int_eq(time_s, 1700000000);
	ck_assert_int_eq(digest[1], 0x11);
	ck_assert_int_eq(digest[31], 0xff);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!rules_signature_read(bad[i], &time_s, digest), "%s", bad[i]);
}
END_TEST

START_TEST(secrets_are_found_by_provider)
{
	ck_assert_str_eq(rules_secret_of(arena, "mock:a,lnbits:b:c", "lnbits"), "b:c");
	ck_assert_str_eq(rules_secret_of(arena, "mock:a,lnbits:b", "mock"), "a");
	ck_assert_ptr_null(rules_secret_of(arena, "mock:a", "moc"));
	ck_assert_ptr_null(rules_secret_of(arena, "mock:", "mock"));
	ck_assert_ptr_null(rules_secret_of(arena, "", "mock"));
}
END_TEST

static const struct {
	const char *json, *event, *hash;
	enum reported status;
	int64_t settled_us, amount;
} reports[] = {
	{ "{\"eventId\":\"e\",\"paymentHash\":\"h\",\"status\":\"paid\",\"settledAt\":1700000000}", "e", "h", REPORTED_PAID, INT64_C(1700000000000000), 0 },
	{ "{\"id\":7,\"checking_id\":\"h\",\"paid\":true,\"paid_at\":1700000000123}", "7", "h", REPORTED_PAID, INT64_C(1700000000123000), 0 },
	{ "{\"event_id\":\"e\",\"hash\":\"h\",\"state\":\"completed\",\"settled_at\":\"2023-11-14T22:13:20Z\",\"amountSats\":21}", "e", "h", REPORTED_PAID, INT64_C(1700000000000000), 21 },
	{ "{\"eventId\":\"e\",\"payment_hash\":\"h\",\"status\":\"error\"}", "e", "h", REPORTED_FAILED, 0, 0 },
	{ "{\"eventId\":\"e\",\"payment_hash\":\"h\",\"expired\":true}", "e", "h", REPORTED_EXPIRED, 0, 0 },
	{ "{\"eventId\":\"e\",\"payment_hash\":\"h\",\"paid\":false,\"pending\":true}", "e", "h", REPORTED_PENDING, 0, 0 },
};

START_TEST(a_report_is_read_whatever_it_calls_its_members)
{
	struct report report;

	ck_assert_msg(rules_report_read(arena, reports[_i].json, strlen(reports[_i].json), &report), "%s", reports[_i].json);
	ck_assert_str_eq(report.event_id, reports[_i].event);
	ck_assert_str_eq(report.payment_hash, reports[_i].hash);
	ck_assert_int_eq(report.status, reports[_i].status);
	ck_assert_int_eq(report.settled_us, reports[_i].settled_us);
	ck_assert_int_eq(report.amount_sats, reports[_i].amount);
}
END_TEST

START_TEST(a_report_without_event_payment_or_status_is_none)
{
	static const char *const bad[] = { "", "[]", "1", "{}", "{\"eventId\":\"e\",\"status\":\"paid\"}", "{\"paymentHash\":\"h\",\"status\":\"paid\"}",
		"{\"eventId\":\"e\",\"paymentHash\":\"h\"}", "{\"eventId\":\"e\",\"paymentHash\":\"h\",\"status\":\"maybe\",\"paid\":true}",
		"{\"eventId\":\"\",\"paymentHash\":\"h\",\"status\":\"paid\"}", "{\"eventId\":null,\"paymentHash\":\"h\",\"status\":\"paid\"}" };
	struct report report;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!rules_report_read(arena, bad[i], strlen(bad[i]), &report), "%s", bad[i]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("payments_rules");
	TCase *tcase = tcase_create("payments_rules");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_payment_moves_by_its_table_alone);
	tcase_add_test(tcase, an_entitlement_moves_by_its_table_alone);
	tcase_add_test(tcase, a_new_tokens_caveats_have_the_promised_text_and_hold);
	tcase_add_test(tcase, other_caveats_do_not_hold);
	tcase_add_test(tcase, signatures_are_read_strictly);
	tcase_add_test(tcase, secrets_are_found_by_provider);
	tcase_add_loop_test(tcase, a_report_is_read_whatever_it_calls_its_members, 0, sizeof(reports) / sizeof(reports[0]));
	tcase_add_test(tcase, a_report_without_event_payment_or_status_is_none);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
