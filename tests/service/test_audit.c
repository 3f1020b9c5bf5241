/* Audit on a real database: chains of two tenants, and every way of tampering that must show. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit.h"
#include "common_proto.h"
#include "harness.h"
#include "rules.h"
#include "signing.h"

extern const struct service_operation audit_operations[];
extern const size_t audit_n_operations;

enum { N_EVENTS = 40 };

static struct harness *harness;
static struct principal first, second;

static bool
load_key(void)
{
	static char path[64];

	(void)snprintf(path, sizeof(path), "/tmp/wcaudit%d.key", (int)getpid());
	audit_settings.signing_key_path = path;
	bool is_loaded = signing_start();
	(void)unlink(path);
	return is_loaded;
}

/* Events of tenants 1 and 2 by turns, numbered from start. */
static void
make_events(struct event_record *events, size_t n, int start)
{
	static const int64_t tenants[] = { 1, 2 };
	static int64_t version = 3;
	static char ids[4 * N_EVENTS][37];

	for (size_t i = 0; i < n; i++) {
		(void)snprintf(ids[(size_t)start + i], 37, "01932c0e-7a4b-7c3d-8e5f-%012d", start + (int)i);
		events[i] = (struct event_record){ .epoch = 1, .seq = start + (int64_t)i + 1, .event_id = ids[(size_t)start + i],
			.type = "content_item.update", .domain_id = &tenants[i % 2], .entity_type = "content_item", .entity_id = 42,
			.entity_version = &version, .actor_id = "api_key:7", .actor_type = "api_key", .actor_source = "db",
			.request_id = "r-1", .occurred_at = 1700000000123456, .payload = { "{\"newStatus\":\"draft\"}", 21 } };
	}
}

static void
append(int start)
{
	struct event_record events[N_EVENTS];

	make_events(events, N_EVENTS, start);
	const struct error *error = harness_apply(harness, audit_append, "content", events, N_EVENTS);
	ck_assert_msg(!error, "%s: %s", error ? error->message : "", error && error->cause ? error->cause : "");
}

static const struct audit_logs_verify_response *
verify(const struct principal *principal, int64_t from)
{
	struct audit_logs_verify_request in = { .from = &from };
	const void *out;
	const struct error *error = harness_run(harness, &operation_audit_logs_verify, &(struct harness_call){ .principal = principal }, &in, &out);

	ck_assert_msg(!error, "%s", error ? error->message : "");
	return out;
}

static void
start(void)
{
	append(0);
	ck_assert_ptr_null(harness_run_timer(harness, audit_sign_heads));
	append(N_EVENTS);
}

START_TEST(each_tenant_has_its_own_gapless_chain)
{
	for (int tenant = 1; tenant <= 2; tenant++) {
		const struct audit_logs_verify_response *result = verify(tenant == 1 ? &first : &second, 1);
		ck_assert(result->is_intact);
		ck_assert(result->is_complete);
		ck_assert_int_eq(result->checked_entries, N_EVENTS);
		ck_assert_int_eq(result->checked_checkpoints, 1);
		ck_assert_int_eq(result->last_number, N_EVENTS);
	}
}
END_TEST

START_TEST(an_event_is_recorded_once_or_the_whole_batch_fails)
{
	struct event_record events[2];
	int64_t before = harness_count(harness, "SELECT count(*) FROM audit.audit_logs");

	make_events(events, 2, 0);
	const struct error *error = harness_apply(harness, audit_append, "content", events, 2);
	ck_assert_ptr_nonnull(error);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM audit.audit_logs"), before);
}
END_TEST

START_TEST(verification_may_start_in_the_middle)
{
	const struct audit_logs_verify_response *result = verify(&first, 11);

	ck_assert(result->is_intact);
	ck_assert_int_eq(result->checked_entries, N_EVENTS - 10);
}
END_TEST

START_TEST(entries_name_the_key_and_the_request)
{
	struct audit_logs_list_request in = { .request_id = "r-1" };
	const void *out;

	ck_assert_ptr_null(harness_run(harness, &operation_audit_logs_list, &(struct harness_call){ .principal = &first }, &in, &out));
	const struct audit_logs_list_response *list = out;
	const struct audit_entry *newest = list->entries.items;
	ck_assert_int_eq(list->total, N_EVENTS);
	ck_assert_int_eq(*newest->user_id, 7);
	ck_assert_str_eq(newest->action, "update");
	ck_assert_str_eq(newest->details, "{\"newStatus\":\"draft\",\"requestId\":\"r-1\"}");
}
END_TEST

/* ---- the feed: what the gateway reads for those who listen ---- */

static const struct principal gateway = { .id = "system", .type = "system", .source = "internal" };

static const struct audit_feed_read_response *
read_feed(const struct audit_feed_position *positions, size_t n, int64_t limit)
{
	struct audit_feed_read_request in = { .positions = { (void *)(uintptr_t)positions, n }, .limit = limit };
	const void *out;
	const struct error *error = harness_run(harness, &operation_audit_feed_read, &(struct harness_call){ .principal = &gateway }, &in, &out);

	ck_assert_msg(!error, "%s: %s", error ? error->info->code : "", error ? error->message : "");
	return out;
}

static void
check_entries(const struct audit_feed_entry *entries, size_t n, int64_t tenant, int64_t number)
{
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(entries[i].domain_id, tenant);
		ck_assert_int_eq(entries[i].number, number + (int64_t)i);
	}
}

START_TEST(the_feed_has_what_comes_after_a_position_of_that_tenant_only)
{
	const struct audit_feed_position position = { .domain_id = 2, .after = N_EVENTS - 3 };
	const struct audit_feed_read_response *feed = read_feed(&position, 1, 500);
	const struct audit_feed_entry *entries = feed->entries.items;
	const struct audit_feed_head *heads = feed->heads.items;

	ck_assert_uint_eq(feed->entries.n, 3);
	check_entries(entries, 3, 2, N_EVENTS - 2);
	ck_assert_str_eq(entries[0].entity_type, "content_item");
	ck_assert_str_eq(entries[0].action, "update");
	ck_assert_int_eq(entries[0].entity_id, 42);
	ck_assert_int_eq(*entries[0].entity_version, 3);
	ck_assert_str_eq(entries[0].actor_id, "api_key:7");
	ck_assert_int_eq(entries[0].created_at, 1700000000123456);
	ck_assert_uint_eq(feed->heads.n, 1);
	ck_assert_int_eq(heads[0].domain_id, 2);
	ck_assert_int_eq(heads[0].number, N_EVENTS);
}
END_TEST

START_TEST(tenants_share_a_page_evenly)
{
	const struct audit_feed_position positions[] = { { .domain_id = 2, .after = 0 }, { .domain_id = 1, .after = 20 } };
	const struct audit_feed_read_response *feed = read_feed(positions, 2, 10);
	const struct audit_feed_entry *entries = feed->entries.items;

	ck_assert_uint_eq(feed->entries.n, 10);
	check_entries(entries, 5, 1, 21);
	check_entries(entries + 5, 5, 2, 1);
	ck_assert_uint_eq(feed->heads.n, 2);
}
END_TEST

START_TEST(who_wants_no_entries_learns_the_end_and_an_unknown_tenant_has_none)
{
	const struct audit_feed_position positions[] = { { .domain_id = 1, .after = -1 }, { .domain_id = 999, .after = 0 } };
	const struct audit_feed_read_response *feed = read_feed(positions, 2, 500);
	const struct audit_feed_head *heads = feed->heads.items;

	ck_assert_uint_eq(feed->entries.n, 0);
	ck_assert_uint_eq(feed->heads.n, 1);
	ck_assert_int_eq(heads[0].domain_id, 1);
	ck_assert_int_eq(heads[0].number, N_EVENTS);
}
END_TEST

START_TEST(a_tenant_cannot_read_the_feed)
{
	const struct audit_feed_position position = { .domain_id = 2, .after = 0 };
	struct audit_feed_read_request in = { .positions = { (void *)(uintptr_t)&position, 1 }, .limit = 500 };
	struct principal admin = harness_principal(1, "admin");
	const void *out = NULL;
	const struct error *error = harness_run(harness, &operation_audit_feed_read, &(struct harness_call){ .principal = &admin }, &in, &out);

	ck_assert_msg(error != NULL, "%zu entries were read", ((const struct audit_feed_read_response *)out)->entries.n);
	ck_assert_str_eq(error->message, "audit.feed.read is for services only");
}
END_TEST

START_TEST(nobody_updates_or_deletes_an_entry)
{
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%append_only'"), 2);
	ck_assert_int_eq(harness_count(harness, "SELECT (has_table_privilege('wordclaw_audit', 'audit.audit_logs', 'UPDATE, DELETE, TRUNCATE'))::int"), 0);
}
END_TEST

static const struct tampering {
	const char *label, *sql, *reason;
	int64_t number;
} tamperings[] = {
	{ "an edited column", "UPDATE audit.audit_logs SET actor_id = 'api_key:8' WHERE domain_id = 1 AND number = 5",
	    "columns_mismatch", 5 },
	{ "an edited column and text", "UPDATE audit.audit_logs SET action = 'create', canonical = replace(canonical, '\"update\"', '\"create\"') "
	    "WHERE domain_id = 1 AND number = 6",
	    "hash_mismatch", 6 },
	{ "a replaced hash", "UPDATE audit.audit_logs SET hash = repeat('ab', 32) WHERE domain_id = 1 AND number = 7",
	    "hash_mismatch", 7 },
};

START_TEST(tampering_shows_at_the_entry_it_touched)
{
	const struct tampering *tampering = &tamperings[_i];
	char save[256];

	harness_execute(harness, "ALTER TABLE audit.audit_logs DISABLE TRIGGER audit_logs_append_only");
	(void)snprintf(save, sizeof(save), "CREATE TABLE saved AS SELECT * FROM audit.audit_logs WHERE domain_id = 1 AND number = %lld",
	    (long long)tampering->number);
	harness_execute(harness, save);
	harness_execute(harness, tampering->sql);
	const struct audit_logs_verify_response *result = verify(&first, 1);
	harness_execute(harness, "UPDATE audit.audit_logs a SET (actor_id, action, canonical, hash) = (s.actor_id, s.action, s.canonical, s.hash) "
	                         "FROM saved s WHERE a.id = s.id");
	harness_execute(harness, "DROP TABLE saved");
	ck_assert_msg(!result->is_intact, "%s went unnoticed", tampering->label);
	ck_assert_int_eq(result->first_break->number, tampering->number);
	ck_assert_str_eq(result->first_break->reason, tampering->reason);
	ck_assert(verify(&first, 1)->is_intact);
	ck_assert_msg(verify(&second, 1)->is_intact, "another tenant's chain is untouched");
}
END_TEST

START_TEST(a_cut_tail_shows_through_the_checkpoint)
{
	harness_execute(harness, "ALTER TABLE audit.audit_logs DISABLE TRIGGER audit_logs_append_only");
	harness_execute(harness, "DELETE FROM audit.audit_logs WHERE domain_id = 2 AND number > 10");
	harness_execute(harness, "UPDATE audit.audit_chain_heads h SET number = 10, hash = l.hash FROM audit.audit_logs l "
	                         "WHERE h.domain_id = 2 AND l.domain_id = 2 AND l.number = 10");
	const struct audit_logs_verify_response *result = verify(&second, 1);
	ck_assert(!result->is_intact);
	ck_assert_str_eq(result->first_break->reason, "gap");
}
END_TEST

int
main(void)
{
	struct service_definition definition = { .name = "audit", .operations = audit_operations, .n_operations = audit_n_operations,
		.settings = audit_setting_table, .n_settings = audit_n_settings, .start = load_key };
	Suite *suite = suite_create("audit");
	TCase *tests = tcase_create("chain");
	SRunner *runner = srunner_create(suite);

	srunner_set_fork_status(runner, CK_NOFORK); /* one database for all */
	tcase_set_timeout(tests, 60);
	harness = harness_start(&definition);
	first = harness_principal(1, "audit:read");
	second = harness_principal(2, "audit:read");
	tcase_add_unchecked_fixture(tests, start, NULL);
	tcase_add_test(tests, each_tenant_has_its_own_gapless_chain);
	tcase_add_test(tests, an_event_is_recorded_once_or_the_whole_batch_fails);
	tcase_add_test(tests, verification_may_start_in_the_middle);
	tcase_add_test(tests, entries_name_the_key_and_the_request);
	tcase_add_test(tests, the_feed_has_what_comes_after_a_position_of_that_tenant_only);
	tcase_add_test(tests, tenants_share_a_page_evenly);
	tcase_add_test(tests, who_wants_no_entries_learns_the_end_and_an_unknown_tenant_has_none);
	tcase_add_test(tests, a_tenant_cannot_read_the_feed);
	tcase_add_test(tests, nobody_updates_or_deletes_an_entry);
	tcase_add_loop_test(tests, tampering_shows_at_the_entry_it_touched, 0, (int)(sizeof(tamperings) / sizeof(tamperings[0])));
	tcase_add_test(tests, a_cut_tail_shows_through_the_checkpoint);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	harness_stop(harness);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
