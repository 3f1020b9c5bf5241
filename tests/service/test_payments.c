/* Payments through the real dispatcher on a real database: invoices, tokens, reservations, purchases, reads. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "harness.h"
#include "lightning/bolt11.h"
#include "payments.h"
#include "secret.h"

extern const struct service_operation payments_operations[];
extern const size_t payments_n_operations;

enum { SIGNED_BYTES_MAX = 1024 };

static struct harness *harness;
static struct arena *arena;
static struct principal admin, buyer, between;
static int64_t last_tenant = 100;

static void
start(void)
{
	static struct service_definition definition;

	(void)setenv("WORDCLAW_PAYMENT_WEBHOOK_SECRETS", "mock:secret", 1);
	definition = (struct service_definition){ .name = "payments", .operations = payments_operations, .n_operations = payments_n_operations,
		.constraints = payments_constraints, .n_constraints = payments_n_constraints, .settings = payments_setting_table,
		.n_settings = payments_n_settings, .processes = payments_process_kinds, .n_processes = payments_n_process_kinds, .start = payments_start };
	harness = harness_start(&definition);
	arena = arena_new(16 * 1024 * 1024);
}

static void
stop(void)
{
	arena_free(arena);
	harness_stop(harness);
}

static void
new_tenant(void)
{
	admin = harness_principal(++last_tenant, "admin");
	buyer = harness_principal(last_tenant, "content:read");
	buyer.key_id = 12;
	buyer.id = "api_key:12";
	between = admin;
	between.id = "system:charge";
	between.type = "system";
}

/* ---- calls ---- */

static const void *
run_as(const struct principal *principal, const struct operation *operation, const void *in)
{
	struct harness_call call = { .principal = principal };
	const void *out = NULL;
	const struct error *error = harness_run(harness, operation, &call, in, &out);
	ck_assert_msg(!error, "%s: %s: %s (%s)", operation->id, error ? error->info->code : "", error ? error->message : "",
	    error && error->cause ? error->cause : "");
	return out;
}

static const struct error *
refuse_as(const struct principal *principal, const struct operation *operation, const void *in, const char *code)
{
	struct harness_call call = { .principal = principal };
	const void *out = NULL;
	const struct error *error = harness_run(harness, operation, &call, in, &out);
	ck_assert_msg(error, "%s was not refused with %s", operation->id, code);
	ck_assert_msg(strcmp(error->info->code, code) == 0, "%s: %s instead of %s: %s", operation->id, error->info->code, code, error->message);
	return error;
}

static const struct payments_challenge_response *
challenge(const char *path, int64_t sats)
{
	return run_as(&between, &operation_payments_challenge, &(struct payments_challenge_request){ .method = "POST", .path = path,
	    .amount_satoshis = sats, .actor_id = buyer.id, .actor_type = "api_key", .actor_source = "db" });
}

static const struct payments_mock_pay_response *
pay(const char *invoice, bool notify)
{
	return run_as(&buyer, &operation_payments_mock_pay, &(struct payments_mock_pay_request){ .invoice = invoice, .notify = &notify });
}

static struct payments_reserve_request
reserve_request(const char *path, int64_t sats, const char *macaroon, const char *preimage)
{
	return (struct payments_reserve_request){ .proof = arena_printf(arena, "L402 %s:%s", macaroon, preimage), .method = "POST", .path = path,
		.amount_satoshis = sats, .actor_id = buyer.id, .service = "content", .operation = "content.items.create" };
}

static int64_t
count(const char *sql)
{
	return harness_count(harness, sql);
}

/* ---- invoices ---- */

START_TEST(the_same_question_gets_the_same_invoice_until_it_is_paid)
{
	const struct payments_challenge_response *first = challenge("/api/a", 21), *again = challenge("/api/a", 21);
	struct bolt11_invoice invoice;
	const char *problem;

	ck_assert(first->is_ready);
	ck_assert_str_eq(first->invoice, again->invoice);
	ck_assert_str_eq(first->macaroon, again->macaroon);
	ck_assert_str_ne(first->invoice, challenge("/api/b", 21)->invoice);
	ck_assert_str_ne(first->invoice, challenge("/api/a", 22)->invoice);
	ck_assert(bolt11_decode(arena, first->invoice, &invoice, &problem));
	ck_assert_str_eq(invoice.network, "bcrt");
	ck_assert_int_eq(invoice.amount_msats, 21000);
	(void)pay(first->invoice, true);
	ck_assert_str_ne(first->invoice, challenge("/api/a", 21)->invoice);
}
END_TEST

START_TEST(a_token_is_good_for_its_call_once)
{
	const struct payments_challenge_response *asked = challenge("/api/a", 21);
	const char *preimage = pay(asked->invoice, false)->preimage;
	struct payments_reserve_request in = reserve_request("/api/a", 21, asked->macaroon, preimage);

	/* Nobody told us that it was paid: the preimage is the proof. */
	const struct payments_reserve_response *held = run_as(&between, &operation_payments_reserve, &in);
	ck_assert_ptr_nonnull(held->reservation_id);
	refuse_as(&between, &operation_payments_reserve, &in, "PAYMENT_IN_USE");
	struct payments_release_request release = { .reservation_id = *held->reservation_id };
	ck_assert_str_eq(((const struct payments_release_response *)run_as(&between, &operation_payments_release, &release))->state, "released");
	held = run_as(&between, &operation_payments_reserve, &in);
	struct payments_consume_request consume = { .reservation_id = *held->reservation_id };
	ck_assert_str_eq(((const struct payments_consume_response *)run_as(&between, &operation_payments_consume, &consume))->state, "consumed");
	ck_assert_str_eq(((const struct payments_consume_response *)run_as(&between, &operation_payments_consume, &consume))->state, "consumed");
	release.reservation_id = *held->reservation_id;
	ck_assert_str_eq(((const struct payments_release_response *)run_as(&between, &operation_payments_release, &release))->state, "consumed");
	refuse_as(&between, &operation_payments_reserve, &in, "PAYMENT_CONSUMED");
	ck_assert_int_eq(count("SELECT count(*) FROM payments.processes WHERE kind = 'reservation'"), 0);
}
END_TEST

static void
is_invalid(const struct payments_reserve_request *in, const char *what)
{
	const struct payments_reserve_response *out = run_as(&between, &operation_payments_reserve, in);

	ck_assert_msg(!out->reservation_id && out->reason && strcmp(out->reason, "invalid") == 0, "%s", what);
}

START_TEST(a_token_is_good_for_nothing_else)
{
	const struct payments_challenge_response *asked = challenge("/api/a", 21), *other = challenge("/api/b", 21);
	const char *preimage = pay(asked->invoice, true)->preimage;
	struct payments_reserve_request in = reserve_request("/api/b", 21, asked->macaroon, preimage);

	is_invalid(&in, "another path");
	in = reserve_request("/api/a", 20, asked->macaroon, preimage);
	is_invalid(&in, "another price");
	in = reserve_request("/api/a", 21, other->macaroon, preimage);
	is_invalid(&in, "another macaroon");
	in = reserve_request("/api/a", 21, asked->macaroon, "00000000000000000000000000000000000000000000000000000000000000ff");
	is_invalid(&in, "another preimage");
	in = reserve_request("/api/a", 21, asked->macaroon, "xyz");
	is_invalid(&in, "no preimage");
	in = reserve_request("/api/a", 21, "AgEL", preimage);
	is_invalid(&in, "no macaroon");
	in = reserve_request("/api/a", 21, asked->macaroon, preimage);
	in.method = "GET";
	is_invalid(&in, "another method");
	in = reserve_request("/api/a", 21, asked->macaroon, preimage);
	in.actor_id = "api_key:13";
	is_invalid(&in, "somebody else");
	struct principal tenant = between;
	tenant.tenant = last_tenant + 5000;
	in = reserve_request("/api/a", 21, asked->macaroon, preimage);
	const struct payments_reserve_response *out = run_as(&tenant, &operation_payments_reserve, &in);
	ck_assert_ptr_null(out->reservation_id);
	ck_assert_int_eq(count("SELECT count(*) FROM payments.reservations WHERE state = 'held'"), 0);
}
END_TEST

START_TEST(old_root_keys_still_verify)
{
	const struct payments_challenge_response *asked = challenge("/api/rotated", 21);
	const char *preimage = pay(asked->invoice, true)->preimage;

	harness_execute(harness, "INSERT INTO payments.root_keys (id, sealed) SELECT max(id) + 1, 'x' FROM payments.root_keys");
	struct payments_reserve_request in = reserve_request("/api/rotated", 21, asked->macaroon, preimage);
	ck_assert_ptr_nonnull(((const struct payments_reserve_response *)run_as(&between, &operation_payments_reserve, &in))->reservation_id);
	harness_execute(harness, "DELETE FROM payments.root_keys WHERE sealed = 'x'");
}
END_TEST

/* ---- provider messages ---- */

static const void *
receive(const char *body, int64_t age_s, const char *secret, const char *code)
{
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES], text[SIGNED_BYTES_MAX];
	int64_t at = clock_now_us() / 1000000 - age_s;
	struct principal nobody = { .id = "anonymous", .type = "anonymous", .source = "internal" };

	(void)snprintf(text, sizeof(text), "%" PRId64 ".%s", at, body);
	hmac_sha256(digest, secret, strlen(secret), text, strlen(text));
	for (size_t i = 0; i < SHA256_BYTES; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	struct payments_receive_request in = { .provider = "mock", .signature = arena_printf(arena, "t=%" PRId64 ",v1=%s", at, hex),
		.raw_body = { body, strlen(body) } };
	if (!code)
		return run_as(&nobody, &operation_payments_receive, &in);
	return refuse_as(&nobody, &operation_payments_receive, &in, code);
}

START_TEST(a_provider_message_is_applied_once_or_not_at_all)
{
	const struct payments_challenge_response *asked = challenge("/api/p", 21);
	const char *paid = arena_printf(arena, "{\"eventId\":\"e1\",\"paymentHash\":\"%s\",\"status\":\"paid\",\"amountSats\":21}", asked->payment_hash);

	receive(paid, 0, "wrong", "INVALID_PAYMENT_WEBHOOK_SIGNATURE");
	receive(paid, 400, "secret", "INVALID_PAYMENT_WEBHOOK_SIGNATURE");
	receive("{\"eventId\":\"e0\"}", 0, "secret", "INVALID_PAYMENT_WEBHOOK_PAYLOAD");
	receive(arena_printf(arena, "{\"eventId\":\"e1\",\"paymentHash\":\"%s\",\"status\":\"paid\",\"amountSats\":22}", asked->payment_hash), 0, "secret",
	    "INVALID_PAYMENT_WEBHOOK_PAYLOAD");
	ck_assert_int_eq(count("SELECT count(*) FROM payments.payment_provider_events"), 0); /* what was refused can be sent again */
	const struct payments_receive_response *out = receive(paid, 0, "secret", NULL);
	ck_assert_str_eq(out->status, "paid");
	out = receive(paid, 0, "secret", NULL);
	ck_assert(out->duplicate && *out->duplicate);
	receive(arena_printf(arena, "{\"eventId\":\"e2\",\"paymentHash\":\"%s\",\"status\":\"expired\"}", asked->payment_hash), 0, "secret",
	    "INVALID_PAYMENT_TRANSITION");
	out = receive("{\"eventId\":\"e3\",\"paymentHash\":\"00\",\"status\":\"paid\"}", 0, "secret", NULL);
	ck_assert(out->unknown_payment && *out->unknown_payment);
	ck_assert_int_eq(count("SELECT count(*) FROM payments.payment_provider_events"), 2);
}
END_TEST

/* ---- offers ---- */

static const struct offer *
make_offer(const char *slug, int64_t item, int64_t reads)
{
	/* Content, which would be asked whether there is such an item, does not run here. */
	int64_t id = count(arena_printf(arena, "WITH made AS (INSERT INTO payments.offers (domain_id, slug, name, scope_type, scope_ref, price_sats)"
	    " VALUES (%" PRId64 ", '%s', 'An offer', 'item', %" PRId64 ", 500) RETURNING id) SELECT id FROM made", last_tenant, slug, item));
	const struct offer *offer = run_as(&admin, &operation_payments_offers_get, &(struct payments_offers_get_request){ .id = id });
	if (reads)
		run_as(&admin, &operation_payments_licenses_create, &(struct payments_licenses_create_request){ .offer_id = offer->id, .max_reads = &reads });
	return offer;
}

static struct payments_offers_purchase_request
purchase_of(const struct offer *offer)
{
	return (struct payments_offers_purchase_request){ .id = offer->id, .payment_method = "lightning" };
}

static const char *
member(const char *context, const char *name)
{
	const char *at = strstr(context, arena_printf(arena, "\"%s\":\"", name));

	ck_assert_msg(at, "no %s in %s", name, context);
	at = strchr(at, ':') + 2;
	return arena_strndup(arena, at, strcspn(at, "\""));
}

static const struct entitlement *
buy(const struct offer *offer)
{
	struct payments_offers_purchase_request in = purchase_of(offer);
	const char *context = arena_strdup(arena, refuse_as(&buyer, &operation_payments_offers_purchase, &in, "PAYMENT_REQUIRED")->context);
	const char *preimage = pay(member(context, "invoice"), false)->preimage;

	return run_as(&buyer, &operation_payments_offers_confirm, &(struct payments_offers_confirm_request){ .id = offer->id,
	    .payment_proof = arena_printf(arena, "LSAT %s:%s", member(context, "macaroon"), preimage) });
}

START_TEST(an_offer_lives_and_its_terms_have_versions)
{
	const struct offer *offer = make_offer("lives", 42, 0);
	struct payments_offers_purchase_request in = purchase_of(offer);
	int64_t reads = 5, price = 600;

	refuse_as(&buyer, &operation_payments_offers_purchase, &in, "OFFER_MISSING_POLICY");
	ck_assert_int_eq(count("SELECT count(*) FROM payments.payments WHERE purpose = 'purchase' AND resource_path LIKE '/api/offers/%'"), 0);
	const struct license_policy *first = run_as(&admin, &operation_payments_licenses_create,
	    &(struct payments_licenses_create_request){ .offer_id = offer->id, .max_reads = &reads });
	reads = 7;
	const struct license_policy *second = run_as(&admin, &operation_payments_licenses_create,
	    &(struct payments_licenses_create_request){ .offer_id = offer->id, .max_reads = &reads });
	ck_assert_int_eq(first->version, 1);
	ck_assert_int_eq(second->version, 2);
	const struct entitlement *bought = buy(offer);
	ck_assert_int_eq(bought->policy_version, 2);
	ck_assert_int_eq(*bought->remaining_reads, 7);
	refuse_as(&admin, &operation_payments_licenses_update, &(struct payments_licenses_update_request){ .id = second->id, .max_reads = &reads }, "LICENSE_POLICY_IN_USE");
	refuse_as(&admin, &operation_payments_licenses_delete, &(struct payments_licenses_delete_request){ .id = second->id }, "LICENSE_POLICY_IN_USE");
	refuse_as(&admin, &operation_payments_offers_delete, &(struct payments_offers_delete_request){ .id = offer->id }, "OFFER_IN_USE");
	run_as(&admin, &operation_payments_licenses_delete, &(struct payments_licenses_delete_request){ .id = first->id });
	refuse_as(&admin, &operation_payments_licenses_get, &(struct payments_licenses_get_request){ .id = first->id }, "LICENSE_POLICY_NOT_FOUND");
	const struct offer *changed = run_as(&admin, &operation_payments_offers_update, &(struct payments_offers_update_request){ .id = offer->id, .price_sats = &price });
	ck_assert_int_eq(changed->price_sats, 600);
	refuse_as(&admin, &operation_payments_offers_update, &(struct payments_offers_update_request){ .id = offer->id }, "EMPTY_UPDATE_BODY");
	refuse_as(&admin, &operation_payments_offers_create, &(struct payments_offers_create_request){ .slug = "lives", .name = "x",
	    .scope_type = "subscription", .price_sats = 1, .active = &(bool){ true } }, "OFFER_SLUG_CONFLICT");
	refuse_as(&admin, &operation_payments_offers_create, &(struct payments_offers_create_request){ .slug = "s", .name = "x", .scope_type = "subscription",
	    .scope_ref = &reads, .price_sats = 1, .active = &(bool){ true } }, "OFFER_SCOPE_INVALID");
	refuse_as(&buyer, &operation_payments_offers_create, &(struct payments_offers_create_request){ .slug = "s", .name = "x", .scope_type = "subscription",
	    .price_sats = 1, .active = &(bool){ true } }, "ADMIN_REQUIRED");
}
END_TEST

START_TEST(a_purchase_is_confirmed_by_its_own_proof)
{
	const struct offer *offer = make_offer("confirmed", 43, 2), *other = make_offer("other", 44, 2);
	struct payments_offers_purchase_request in = purchase_of(offer);
	const char *context = arena_strdup(arena, refuse_as(&buyer, &operation_payments_offers_purchase, &in, "PAYMENT_REQUIRED")->context);
	const char *same = refuse_as(&buyer, &operation_payments_offers_purchase, &in, "PAYMENT_REQUIRED")->context;
	struct payments_offers_confirm_request confirm = { .id = offer->id };
	struct principal env = buyer;

	ck_assert_str_eq(context, same);
	env.key_id = 0;
	refuse_as(&env, &operation_payments_offers_purchase, &in, "API_KEY_REQUIRED");
	refuse_as(&buyer, &operation_payments_offers_confirm, &confirm, "PAYMENT_CONFIRMATION_REQUIRED");
	confirm.payment_proof = arena_printf(arena, "%s:%064d", member(context, "macaroon"), 0);
	refuse_as(&buyer, &operation_payments_offers_confirm, &confirm, "PAYMENT_VERIFICATION_FAILED");
	confirm.payment_proof = arena_printf(arena, "%s:%s", member(context, "macaroon"), pay(member(context, "invoice"), true)->preimage);
	struct payments_offers_confirm_request elsewhere = confirm;
	elsewhere.id = other->id;
	refuse_as(&buyer, &operation_payments_offers_confirm, &elsewhere, "PAYMENT_VERIFICATION_FAILED");
	struct principal thief = buyer;
	thief.key_id = 99;
	refuse_as(&thief, &operation_payments_offers_confirm, &confirm, "PROFILE_MISSING");
	const struct entitlement *first = run_as(&buyer, &operation_payments_offers_confirm, &confirm);
	const struct entitlement *again = run_as(&buyer, &operation_payments_offers_confirm, &confirm);
	ck_assert_int_eq(first->id, again->id);
	ck_assert_str_eq(first->status, "active");
	const struct payments_entitlements_list_response *mine = run_as(&buyer, &operation_payments_entitlements_list,
	    &(struct payments_entitlements_list_request){ .limit = &(int64_t){ 10 } });
	ck_assert_uint_eq(mine->entitlements.n, 1);
	refuse_as(&thief, &operation_payments_entitlements_get, &(struct payments_entitlements_get_request){ .id = first->id }, "ENTITLEMENT_NOT_FOUND");
}
END_TEST

static struct payments_entitlements_use_request
use_of(int64_t item)
{
	static const int64_t type = 1;
	static int64_t kept[8]; /* a test holds a few at a time */
	static size_t n;
	int64_t *id = &kept[n++ % (sizeof(kept) / sizeof(kept[0]))];

	*id = item;
	return (struct payments_entitlements_use_request){ .api_key_id = &buyer.key_id, .content_item_id = id, .content_type_id = &type, .path = "/api/content-items/45",
		.action = "GET /api/content-items/:id" };
}

START_TEST(reads_are_counted_to_the_last_one)
{
	const struct entitlement *bought = buy(make_offer("read", 45, 2));
	struct payments_entitlements_use_request in = use_of(45), free_item = use_of(999), stranger = use_of(45);

	ck_assert_ptr_null(((const struct payments_entitlements_use_response *)run_as(&between, &operation_payments_entitlements_use, &free_item))->entitlement_id);
	stranger.api_key_id = NULL;
	refuse_as(&between, &operation_payments_entitlements_use, &stranger, "OFFER_REQUIRED");
	const struct payments_entitlements_use_response *used = run_as(&between, &operation_payments_entitlements_use, &in);
	ck_assert_int_eq(*used->remaining_reads, 1);
	used = run_as(&between, &operation_payments_entitlements_use, &in);
	ck_assert_int_eq(*used->remaining_reads, 0);
	refuse_as(&between, &operation_payments_entitlements_use, &in, "OFFER_REQUIRED");
	in.entitlement_id = &bought->id;
	refuse_as(&between, &operation_payments_entitlements_use, &in, "ENTITLEMENT_EXHAUSTED");
	ck_assert_int_eq(count(arena_printf(arena, "SELECT count(*) FROM payments.access_events WHERE entitlement_id = %" PRId64 " AND granted", bought->id)), 2);
}
END_TEST

START_TEST(two_entitlements_for_one_item_have_to_be_told_apart)
{
	const struct offer *offer = make_offer("twice", 46, 2);
	const struct entitlement *first = buy(offer), *second = buy(offer);
	struct payments_entitlements_use_request in = use_of(46);

	ck_assert_int_ne(first->id, second->id);
	refuse_as(&between, &operation_payments_entitlements_use, &in, "ENTITLEMENT_AMBIGUOUS");
	in.entitlement_id = &first->id;
	ck_assert_int_eq(*((const struct payments_entitlements_use_response *)run_as(&between, &operation_payments_entitlements_use, &in))->entitlement_id, first->id);
}
END_TEST

START_TEST(what_has_expired_is_swept_and_refused)
{
	const struct entitlement *bought = buy(make_offer("expires", 47, 2));
	struct payments_entitlements_use_request in = use_of(47);

	in.entitlement_id = &bought->id;
	harness_execute(harness, arena_printf(arena, "UPDATE payments.entitlements SET expires_at = now() - interval '1 second' WHERE id = %" PRId64, bought->id));
	refuse_as(&between, &operation_payments_entitlements_use, &in, "ENTITLEMENT_EXPIRED");
	ck_assert_int_eq(count(arena_printf(arena, "SELECT count(*) FROM payments.access_events WHERE entitlement_id = %" PRId64 " AND NOT granted", bought->id)), 1);
	const struct entitlement *other = buy(make_offer("sweeps", 48, 2));
	harness_execute(harness, arena_printf(arena, "UPDATE payments.entitlements SET expires_at = now() - interval '1 second' WHERE id = %" PRId64, other->id));
	ck_assert_ptr_null(harness_run_timer(harness, payments_sweep));
	ck_assert_int_eq(count(arena_printf(arena, "SELECT count(*) FROM payments.entitlements WHERE id = %" PRId64 " AND status = 'expired'", other->id)), 1);
}
END_TEST

START_TEST(an_administrator_can_end_an_entitlement)
{
	const struct entitlement *bought = buy(make_offer("revoked", 49, 2));
	struct payments_entitlements_revoke_request in = { .id = bought->id };

	ck_assert_str_eq(((const struct entitlement *)run_as(&admin, &operation_payments_entitlements_revoke, &in))->status, "revoked");
	refuse_as(&admin, &operation_payments_entitlements_revoke, &in, "ENTITLEMENT_NOT_ACTIVE");
	in.id = 999999;
	refuse_as(&admin, &operation_payments_entitlements_revoke, &in, "ENTITLEMENT_NOT_FOUND");
}
END_TEST

/* ---- all of it ---- */

static const struct error *
conserve(struct request *req)
{
	return ledger_conserve(req, 0, NULL);
}

START_TEST(every_satoshi_is_in_one_place)
{
	const struct error *error = harness_run_timer(harness, conserve);
	ck_assert_msg(!error, "%s", error ? error->message : "");
	harness_execute(harness, "BEGIN; UPDATE payments.payments SET status = 'consumed' WHERE id = (SELECT min(id) FROM payments.payments WHERE status = 'paid'); COMMIT");
	ck_assert_ptr_nonnull(harness_run_timer(harness, conserve));
	harness_execute(harness, "UPDATE payments.payments p SET status = 'paid' WHERE status = 'consumed' AND NOT EXISTS (SELECT FROM payments.reservations r WHERE r.payment_id = p.id AND r.state = 'consumed')");
	ck_assert_ptr_null(harness_run_timer(harness, conserve));
}
END_TEST

START_TEST(lists_page_and_sum_up)
{
	for (int i = 0; i < 3; i++)
		(void)challenge(arena_printf(arena, "/api/list/%d", i), 10);
	(void)pay(challenge("/api/list/0", 10)->invoice, true);
	const struct payments_list_response *page = run_as(&admin, &operation_payments_list, &(struct payments_list_request){ .limit = &(int64_t){ 2 } });
	ck_assert_uint_eq(page->payments.n, 2);
	ck_assert(page->has_more);
	page = run_as(&admin, &operation_payments_list, &(struct payments_list_request){ .limit = &(int64_t){ 2 }, .cursor = page->next_cursor });
	ck_assert_uint_eq(page->payments.n, 1);
	const struct payments_summary_response *summary = run_as(&admin, &operation_payments_summary, &(struct payments_summary_request){ .since = NULL });
	ck_assert_int_eq(summary->received_satoshis, 10);
	ck_assert_uint_eq(summary->totals.n, 2);
	struct principal other = harness_principal(last_tenant + 7000, "admin");
	page = run_as(&other, &operation_payments_list, &(struct payments_list_request){ .limit = &(int64_t){ 2 } });
	ck_assert_uint_eq(page->payments.n, 0);
	refuse_as(&admin, &operation_payments_get, &(struct payments_get_request){ .id = 999999 }, "PAYMENT_NOT_FOUND");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("payments");
	TCase *tcase = tcase_create("payments");

	tcase_add_unchecked_fixture(tcase, start, stop);
	tcase_add_checked_fixture(tcase, new_tenant, NULL);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, the_same_question_gets_the_same_invoice_until_it_is_paid);
	tcase_add_test(tcase, a_token_is_good_for_its_call_once);
	tcase_add_test(tcase, a_token_is_good_for_nothing_else);
	tcase_add_test(tcase, old_root_keys_still_verify);
	tcase_add_test(tcase, a_provider_message_is_applied_once_or_not_at_all);
	tcase_add_test(tcase, an_offer_lives_and_its_terms_have_versions);
	tcase_add_test(tcase, a_purchase_is_confirmed_by_its_own_proof);
	tcase_add_test(tcase, reads_are_counted_to_the_last_one);
	tcase_add_test(tcase, two_entitlements_for_one_item_have_to_be_told_apart);
	tcase_add_test(tcase, what_has_expired_is_swept_and_refused);
	tcase_add_test(tcase, an_administrator_can_end_an_entitlement);
	tcase_add_test(tcase, lists_page_and_sum_up);
	tcase_add_test(tcase, every_satoshi_is_in_one_place);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK); /* one service, one database */
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
