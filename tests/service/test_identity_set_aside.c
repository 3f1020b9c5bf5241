/* Events that cannot be applied, on a real database: their tenant waits, the others go on, order is kept. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common_proto.h"
#include "harness.h"
#include "events/set_aside.h"

enum { N = 6 };

static struct harness *harness;
static bool is_poisonous;

/* Refuses entity 13 after having written something that must not stay.  Acts for each tenant, and does not come back. */
static const struct error *
apply(struct request *req, const char *publisher, const struct event_record *events, size_t n)
{
	static const struct db_statement statement = { "applied_add", "INSERT INTO applied (entity, tenant) VALUES ($1, $2)", DB_EXEC, 2, NULL };

	(void)publisher;
	for (size_t i = 0; i < n; i++) {
		request_act_for(req, *events[i].domain_id);
		query_send(req, &statement, PARAMS(P_INT(events[i].entity_id), P_INT(*events[i].domain_id)));
		if (is_poisonous && events[i].entity_id == 13)
			return FAIL(req, INTERNAL_SERVER_ERROR, "entity 13 brings bad luck");
	}
	return NULL;
}

static const struct consumer consumers[] = { { "content", apply, NULL, false } };
static const struct service_definition definition = { .name = "identity", .consumers = consumers, .n_consumers = 1 };

static const struct error *
one_by_one(struct request *req, const char *publisher, const struct event_record *events, size_t n)
{
	return apply_one_by_one(req, &consumers[0], publisher, events, n);
}

static const struct error *
unblocked(struct request *req, const char *publisher, const struct event_record *events, size_t n)
{
	return apply_unblocked(req, &consumers[0], publisher, events, n);
}

/* Entities first to first + N - 1; odd ones are tenant 1's, even ones tenant 2's. */
static void
play(const struct error *(*how)(struct request *, const char *, const struct event_record *, size_t), int first)
{
	static const int64_t tenants[] = { 2, 1 };
	struct event_record events[N];
	char ids[N][37];

	for (int i = 0; i < N; i++) {
		(void)snprintf(ids[i], sizeof(ids[i]), "01932c0e-7a4b-7c3d-8e5f-%012d", first + i);
		events[i] = (struct event_record){ .epoch = 1, .seq = first + i, .event_id = ids[i], .type = "content_item.update",
			.domain_id = &tenants[(first + i) % 2], .entity_type = "content_item", .entity_id = first + i,
			.occurred_at = 1700000000123456, .payload = { "{\"a\":\"\\u00e4\"}", 14 } };
	}
	const struct error *error = harness_apply(harness, how, "content", events, N);
	ck_assert_msg(!error, "%s: %s", error ? error->message : "", error && error->cause ? error->cause : "");
}

static void
setup(void)
{
	harness = harness_start(&definition);
	harness_execute(harness, "CREATE TABLE identity.applied (id bigserial, entity bigint, tenant bigint); "
	    "GRANT INSERT ON identity.applied TO PUBLIC; GRANT USAGE ON SEQUENCE identity.applied_id_seq TO PUBLIC");
	is_poisonous = true;
}

static void
teardown(void)
{
	harness_stop(harness);
}

START_TEST(one_bad_event_holds_up_its_own_tenant_only)
{
	play(one_by_one, 11); /* 11 12 13! 14 15 16 */
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.applied WHERE tenant = 2"), 3);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.applied WHERE tenant = 1"), 1);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.inbox_set_aside WHERE domain_id = 1"), 2);
	play(unblocked, 17); /* the bad tenant's go behind, in order */
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.applied WHERE tenant = 2"), 6);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.inbox_set_aside WHERE domain_id = 1"), 5);
}
END_TEST

/* The timer's own row is nobody's: whoever still acts for a tenant does not see it. */
static const struct error *
retry_for_all(struct request *req)
{
	const struct error *error = set_aside_retry(req);

	ck_assert_int_eq(req->tenant, 0);
	return error;
}

START_TEST(what_was_set_aside_is_applied_in_order_when_it_can_be)
{
	play(one_by_one, 11);
	play(unblocked, 17);
	ck_assert_ptr_null(harness_run_timer(harness, set_aside_retry));
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.inbox_set_aside"), 5);
	is_poisonous = false;
	ck_assert_ptr_null(harness_run_timer(harness, retry_for_all));
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.inbox_set_aside"), 0);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM (SELECT entity, lag(entity) OVER (ORDER BY id) AS before "
	    "FROM identity.applied WHERE tenant = 1) AS o WHERE entity < before"), 0);
	ck_assert_int_eq(harness_count(harness, "SELECT count(DISTINCT entity) FROM identity.applied"), 2 * N);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.applied"), 2 * N);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("set aside");
	TCase *tcase = tcase_create("events");
	SRunner *runner = srunner_create(suite);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, one_bad_event_holds_up_its_own_tenant_only);
	tcase_add_test(tcase, what_was_set_aside_is_applied_in_order_when_it_can_be);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
