/* Identity through the real dispatcher on a real database: keys, tenants, and what the dispatcher promises for every operation. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common_proto.h"
#include "harness.h"
#include "identity.h"
#include "secret.h"
#include "service_internal.h"
#include "store.h"

extern const struct service_operation identity_operations[];
extern const size_t identity_n_operations;

static struct harness *harness;
static struct principal platform, first_admin, second_admin;

static void
start(void)
{
	static struct service_definition definition;

	definition = (struct service_definition){ .name = "identity", .operations = identity_operations,
		.n_operations = identity_n_operations, .constraints = store_constraints, .n_constraints = store_n_constraints,
		.settings = identity_setting_table, .n_settings = identity_n_settings };
	harness = harness_start(&definition);
	platform = harness_principal(0, "admin");
	platform.is_platform_admin = true;
	platform.tenant = 1;
}

static void
stop(void)
{
	harness_stop(harness);
}

static const struct identity_onboard_response *
onboard(const char *hostname, struct harness_call *call)
{
	struct identity_onboard_request in = { .tenant_name = "Tenant", .hostname = hostname };
	const void *out = NULL;

	call->principal = &platform;
	const struct error *error = harness_run(harness, &operation_identity_onboard, call, &in, &out);
	ck_assert_msg(!error, "onboarding %s: %s (%s)", hostname, error ? error->message : "", error && error->cause ? error->cause : "");
	return out;
}

static void
onboard_two(void)
{
	first_admin = harness_principal(onboard("one.example.com", &(struct harness_call){ 0 })->domain->id, "admin");
	second_admin = harness_principal(onboard("two.example.com", &(struct harness_call){ 0 })->domain->id, "admin");
}

static const struct error *
create_key(const struct principal *principal, struct harness_call *call, const char *name, const struct api_key_created **ret_key)
{
	static const char *const scopes[] = { "content:read" };
	struct identity_keys_create_request in = { .name = name, .scopes = { scopes, 1 } };
	const void *out = NULL;

	call->principal = principal;
	const struct error *error = harness_run(harness, &operation_identity_keys_create, call, &in, &out);
	if (!error)
		*ret_key = out;
	return error;
}

START_TEST(onboarding_makes_a_tenant_and_a_working_admin_key)
{
	const struct identity_onboard_response *made = onboard("new.example.com", &(struct harness_call){ 0 });
	char hash[SHA256_HEX_BYTES];
	const void *out;

	sha256_hex(hash, made->api_key->api_key, strlen(made->api_key->api_key));
	struct identity_keys_authenticate_request in = { .key_hash = hash };
	struct principal system = { .id = "system", .type = "system", .source = "internal" };
	const struct error *error = harness_run(harness, &operation_identity_keys_authenticate,
	    &(struct harness_call){ .principal = &system }, &in, &out);
	ck_assert_ptr_null(error);
	const struct identity_keys_authenticate_response *principal = out;
	ck_assert_int_eq(principal->domain_id, made->domain->id);
	ck_assert_int_eq(principal->key_id, made->api_key->id);
	ck_assert(!principal->is_platform_admin);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.outbox WHERE domain_id = (SELECT id FROM identity.domains "
	                                        "WHERE hostname = 'new.example.com')"), 2);
}
END_TEST

/* Pulls after the position and moves it there.  How many events came. */
static size_t
pull(struct events_pull_request *position)
{
	struct principal system = { .id = "system", .type = "system" };
	const void *out;
	const struct error *error = harness_run(harness, &operation_events_pull, &(struct harness_call){ .principal = &system }, position, &out);

	ck_assert_ptr_null(error);
	const struct events_pull_response *pulled = out;
	position->epoch = pulled->epoch;
	position->seq = pulled->seq;
	position->snapshot = pulled->snapshot;
	position->next_xid = pulled->next_xid;
	return pulled->events.n;
}

START_TEST(an_older_epoch_is_read_to_its_end_before_the_next)
{
	struct events_pull_request position = { .epoch = 1, .snapshot = "1:1:", .next_xid = "1", .limit = 3, .consumer = "test" };
	size_t n_old = (size_t)harness_count(harness, "SELECT count(*) FROM identity.outbox"), n = 0;

	harness_execute(harness, "INSERT INTO identity.outbox_epoch (epoch) VALUES (2)");
	(void)onboard("restored.example.com", &(struct harness_call){ 0 });
	while (n < n_old) {
		n += pull(&position);
		ck_assert_int_eq(position.epoch, 1);
	}
	ck_assert_uint_eq(n, n_old);
	ck_assert_uint_eq(pull(&position), 2);
	ck_assert_int_eq(position.epoch, 2);
	ck_assert_uint_eq(pull(&position), 0);
}
END_TEST

START_TEST(a_hostname_taken_twice_is_a_conflict_and_leaves_nothing)
{
	struct identity_onboard_request in = { .tenant_name = "Tenant", .hostname = "one.example.com" };
	const void *out;
	int64_t before = harness_count(harness, "SELECT count(*) FROM identity.outbox");
	const struct error *error = harness_run(harness, &operation_identity_onboard, &(struct harness_call){ .principal = &platform }, &in, &out);

	ck_assert_ptr_nonnull(error);
	ck_assert_str_eq(error->info->code, "DOMAIN_HOSTNAME_CONFLICT");
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.outbox"), before);
}
END_TEST

START_TEST(a_tenant_admin_may_not_onboard)
{
	struct identity_onboard_request in = { .tenant_name = "Tenant", .hostname = "three.example.com" };
	const void *out;
	const struct error *error = harness_run(harness, &operation_identity_onboard, &(struct harness_call){ .principal = &first_admin }, &in, &out);

	ck_assert_ptr_nonnull(error);
	ck_assert_str_eq(error->info->code, "PLATFORM_ADMIN_REQUIRED");
}
END_TEST

START_TEST(a_revoked_key_is_unknown)
{
	const struct api_key_created *key = NULL;
	char hash[SHA256_HEX_BYTES];
	const void *out;

	ck_assert_ptr_null(create_key(&first_admin, &(struct harness_call){ 0 }, "short-lived", &key));
	sha256_hex(hash, key->api_key, strlen(key->api_key));
	struct identity_keys_revoke_request revoke = { .id = key->id };
	ck_assert_ptr_null(harness_run(harness, &operation_identity_keys_revoke, &(struct harness_call){ .principal = &first_admin }, &revoke, &out));
	struct identity_keys_authenticate_request in = { .key_hash = hash };
	struct principal system = { .id = "system", .type = "system", .source = "internal" };
	const struct error *error = harness_run(harness, &operation_identity_keys_authenticate,
	    &(struct harness_call){ .principal = &system }, &in, &out);
	ck_assert_ptr_nonnull(error);
	ck_assert_str_eq(error->info->code, "AUTH_INVALID_API_KEY");
}
END_TEST

START_TEST(another_tenants_key_is_as_absent_as_one_that_never_was)
{
	const struct api_key_created *key = NULL;
	const void *out;

	ck_assert_ptr_null(create_key(&first_admin, &(struct harness_call){ 0 }, "private", &key));
	struct identity_keys_rotate_request theirs = { .id = key->id }, nobodys = { .id = 2000000000 };
	const struct error *error = harness_run(harness, &operation_identity_keys_rotate, &(struct harness_call){ .principal = &second_admin }, &theirs, &out);
	const struct error *absent = harness_run(harness, &operation_identity_keys_rotate, &(struct harness_call){ .principal = &second_admin }, &nobodys, &out);
	ck_assert_ptr_nonnull(error);
	ck_assert_ptr_nonnull(absent);
	ck_assert_ptr_eq(error->info, absent->info);
}
END_TEST

START_TEST(nobody_rotates_or_revokes_beyond_their_own_rights)
{
	const struct api_key_created *key = NULL;
	const void *out;

	ck_assert_ptr_null(create_key(&first_admin, &(struct harness_call){ 0 }, "of the platform", &key));
	harness_execute(harness, "UPDATE identity.api_keys SET is_platform_admin = true WHERE name = 'of the platform'");
	struct identity_keys_rotate_request rotate = { .id = key->id };
	struct identity_keys_revoke_request revoke = { .id = key->id };
	struct principal peer = platform;
	peer.tenant = first_admin.tenant;
	const struct error *error = harness_run(harness, &operation_identity_keys_rotate, &(struct harness_call){ .principal = &first_admin }, &rotate, &out);
	ck_assert_ptr_nonnull(error);
	ck_assert_str_eq(error->info->code, "PLATFORM_ADMIN_REQUIRED");
	error = harness_run(harness, &operation_identity_keys_revoke, &(struct harness_call){ .principal = &first_admin }, &revoke, &out);
	ck_assert_ptr_nonnull(error);
	ck_assert_str_eq(error->info->code, "PLATFORM_ADMIN_REQUIRED");
	ck_assert_ptr_null(harness_run(harness, &operation_identity_keys_revoke, &(struct harness_call){ .principal = &peer }, &revoke, &out));
}
END_TEST

/* Or stealing a key for an hour would be stealing it for good. */
START_TEST(a_key_that_ends_hands_on_nothing_that_outlives_it)
{
	const struct api_key_created *key = NULL, *heir = NULL;
	static const char *const scopes[] = { "content:read" };
	struct principal ending = first_admin;
	const void *out;

	ck_assert_ptr_null(create_key(&first_admin, &(struct harness_call){ 0 }, "for an hour", &key));
	harness_execute(harness, "UPDATE identity.api_keys SET expires_at = date_trunc('second', now()) + interval '1 hour' WHERE name = 'for an hour'");
	ending.key_id = key->id;
	ck_assert_ptr_null(create_key(&ending, &(struct harness_call){ 0 }, "heir", &heir));
	ck_assert_int_eq(harness_count(harness, "SELECT count(DISTINCT expires_at) FROM identity.api_keys WHERE name IN ('for an hour', 'heir')"), 1);
	const struct error *error = harness_run(harness, &operation_identity_keys_create, &(struct harness_call){ .principal = &ending },
	    &(struct identity_keys_create_request){ .name = "later", .scopes = { scopes, 1 }, .expires_at = &(int64_t){ INT64_C(4000000000000000) } }, &out);
	ck_assert_str_eq(error->info->code, "INVALID_EXPIRES_AT");
	ck_assert_ptr_null(create_key(&first_admin, &(struct harness_call){ 0 }, "for ever", &heir));
	error = harness_run(harness, &operation_identity_keys_rotate, &(struct harness_call){ .principal = &ending }, &(struct identity_keys_rotate_request){ .id = heir->id }, &out);
	ck_assert_str_eq(error->info->code, "INVALID_EXPIRES_AT");
	ck_assert_ptr_null(harness_run(harness, &operation_identity_keys_rotate, &(struct harness_call){ .principal = &ending }, &(struct identity_keys_rotate_request){ .id = key->id }, &out));
}
END_TEST

START_TEST(a_repeated_idempotency_key_answers_the_same_and_changes_nothing)
{
	const struct api_key_created *first = NULL, *second = NULL;
	struct harness_call call = { .idempotency_key = "once" };

	ck_assert_ptr_null(create_key(&first_admin, &call, "idempotent", &first));
	ck_assert(!call.is_replayed);
	ck_assert_ptr_null(create_key(&first_admin, &call, "idempotent", &second));
	ck_assert(call.is_replayed);
	ck_assert_str_eq(first->api_key, second->api_key);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.api_keys WHERE name = 'idempotent'"), 1);
	/* The stored reply is sealed: the secret is nowhere in the database. */
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.idempotency_keys WHERE position('wcak_'::bytea IN response) > 0"), 0);
}
END_TEST

START_TEST(an_idempotency_key_with_another_request_is_refused)
{
	const struct api_key_created *key = NULL;
	struct harness_call call = { .idempotency_key = "reused" };

	ck_assert_ptr_null(create_key(&first_admin, &call, "one thing", &key));
	const struct error *error = create_key(&first_admin, &call, "another thing", &key);
	ck_assert_ptr_nonnull(error);
	ck_assert_str_eq(error->info->code, "IDEMPOTENCY_KEY_REUSED");
}
END_TEST

START_TEST(an_idempotency_key_of_another_tenant_means_nothing)
{
	const struct api_key_created *first = NULL, *second = NULL;
	struct harness_call call = { .idempotency_key = "shared" };

	ck_assert_ptr_null(create_key(&first_admin, &call, "same name", &first));
	ck_assert_ptr_null(create_key(&second_admin, &call, "same name", &second));
	ck_assert(!call.is_replayed);
	ck_assert_str_ne(first->api_key, second->api_key);
}
END_TEST

START_TEST(a_group_commits_its_good_mutations_and_refuses_the_bad_one)
{
	static const char *const good_scopes[] = { "content:read" };
	static const char *const bad_scopes[] = { "content:eat" };
	struct identity_keys_create_request good = { .name = "grouped", .scopes = { good_scopes, 1 } };
	struct identity_keys_create_request bad = { .name = "grouped", .scopes = { bad_scopes, 1 } };
	const struct operation *operations[] = { &operation_identity_keys_create, &operation_identity_keys_create,
		&operation_identity_keys_create };
	const struct principal *principals[] = { &first_admin, &first_admin, &second_admin };
	const void *ins[] = { &good, &bad, &good };
	const struct error *errors[3];
	const void *outs[3];
	int64_t before = harness_count(harness, "SELECT count(*) FROM identity.outbox WHERE type = 'api_key.create'");

	harness_run_group(harness, operations, principals, ins, 3, errors, outs);
	ck_assert_ptr_null(errors[0]);
	ck_assert_str_eq(errors[1]->info->code, "INVALID_KEY_SCOPES");
	ck_assert_ptr_null(errors[2]);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.outbox WHERE type = 'api_key.create'"), before + 2);
	ck_assert_int_eq(harness_count(harness, "SELECT count(DISTINCT domain_id) FROM identity.api_keys WHERE name = 'grouped'"), 2);
}
END_TEST

/* A retry that meets its first try in one transaction knows no more than that one does. */
START_TEST(a_replay_of_what_may_not_be_committed_is_no_answer)
{
	static const char *const scopes[] = { "content:read" };
	struct identity_keys_create_request key = { .name = "lost", .scopes = { scopes, 1 } };
	const struct operation *operations[] = { &operation_identity_keys_create, &operation_identity_keys_create };
	const struct principal *principals[] = { &first_admin, &first_admin };
	const char *const keys[] = { "lost", "lost" };
	const void *ins[] = { &key, &key };
	const struct error *errors[2];
	const void *outs[2];

	harness_execute(harness, "CREATE FUNCTION identity.die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS "
	    "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'");
	harness_execute(harness, "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON identity.api_keys DEFERRABLE INITIALLY DEFERRED "
	    "FOR EACH ROW EXECUTE FUNCTION identity.die()");
	harness_run_group_keyed(harness, operations, principals, keys, ins, 2, errors, outs);
	harness_execute(harness, "DROP TRIGGER die ON identity.api_keys");
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.api_keys WHERE name = 'lost'"), 0);
	for (int i = 0; i < 2; i++) {
		ck_assert_ptr_nonnull(errors[i]);
		ck_assert_str_eq(errors[i]->info->code, "SERVICE_UNAVAILABLE");
	}
	harness_run_group_keyed(harness, operations, principals, keys, ins, 2, errors, outs);
	ck_assert_ptr_null(errors[0]);
	ck_assert_ptr_null(errors[1]);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.api_keys WHERE name = 'lost'"), 1);
}
END_TEST

START_TEST(a_group_of_the_system_role_survives_what_the_database_refuses)
{
	struct identity_onboard_request taken = { .tenant_name = "T", .hostname = "one.example.com" };
	struct identity_onboard_request free_one = { .tenant_name = "G", .hostname = "grouped.example.com" };
	const struct operation *operations[] = { &operation_identity_onboard, &operation_identity_onboard };
	const struct principal *principals[] = { &platform, &platform };
	const void *ins[] = { &taken, &free_one };
	const struct error *errors[2];
	const void *outs[2];

	harness_run_group(harness, operations, principals, ins, 2, errors, outs);
	ck_assert_str_eq(errors[0]->info->code, "DOMAIN_HOSTNAME_CONFLICT");
	ck_assert_ptr_null(errors[1]);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.domains WHERE hostname = 'grouped.example.com'"), 1);
}
END_TEST

START_TEST(expired_and_past_expiries_are_refused)
{
	static const char *const scopes[] = { "admin" };
	int64_t past = 1000000;
	struct identity_keys_create_request in = { .name = "late", .scopes = { scopes, 1 }, .expires_at = &past };
	const void *out;
	const struct error *error = harness_run(harness, &operation_identity_keys_create, &(struct harness_call){ .principal = &first_admin }, &in, &out);

	ck_assert_ptr_nonnull(error);
	ck_assert_str_eq(error->info->code, "INVALID_EXPIRES_AT");
	ck_assert_str_eq(error->pointer, "/expiresAt");
}
END_TEST

START_TEST(decisions_go_by_the_day)
{
	static const char kept[] = "SELECT count(*) FROM identity.policy_decision_logs WHERE request_id = 'dated'";
	static const char partitions[] = "SELECT count(*) FROM pg_class WHERE relnamespace = 'identity'::regnamespace AND relname ~ '^policy_decision_logs_[0-9]{8}$'";

	harness_execute(harness, "DO $$ BEGIN SET LOCAL search_path = identity; PERFORM partitions_make('policy_decision_logs', current_date - 100); END $$");
	harness_execute(harness, "INSERT INTO identity.policy_decision_logs (domain_id, operation, resource_type, environment, outcome, code, policy_version, "
	    "evaluation_duration_ms, request_id, created_at) SELECT 1, 'x', 'x', 'x', 'allow', 'X', '1', 1, 'dated', now() - n * interval '1 day' FROM generate_series(0, 99) n");
	ck_assert_int_eq(harness_count(harness, partitions), 108);
	ck_assert_ptr_null(harness_run_timer(harness, identity_maintain_decisions));
	ck_assert_int_eq(harness_count(harness, partitions), identity_settings.decision_keep_days + 1 + 7);
	ck_assert_int_eq(harness_count(harness, kept), identity_settings.decision_keep_days + 1);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.policy_decision_logs_default"), 0);
}
END_TEST

START_TEST(old_keys_are_forgotten_in_steps)
{
	static const char old[] = "SELECT count(*) FROM identity.idempotency_keys WHERE operation = 'old'";
	int64_t others = harness_count(harness, "SELECT count(*) FROM identity.idempotency_keys WHERE operation <> 'old'");

	harness_execute(harness, "INSERT INTO identity.idempotency_keys (domain_id, principal_id, operation, key, request_hash, created_at) "
	    "SELECT 1, 'p', 'old', n, '', now() - interval '25 hours' FROM generate_series(1, 42000) n");
	ck_assert_ptr_null(harness_run_timer(harness, idempotency_expire));
	ck_assert_int_eq(harness_count(harness, old), 2000);
	ck_assert_ptr_null(harness_run_timer(harness, idempotency_expire));
	ck_assert_int_eq(harness_count(harness, old), 0);
	ck_assert_int_eq(harness_count(harness, "SELECT count(*) FROM identity.idempotency_keys"), others);
}
END_TEST

START_TEST(handed_out_keys_are_forgotten_long_after_their_end)
{
	static const char left[] = "SELECT count(*) FROM identity.api_keys WHERE name LIKE 'ended:%'", kept[] = "SELECT count(*) FROM identity.api_keys WHERE name = 'ended: kept'";

	/* What OAuth clients were given and its child; one that was revoked and had no end; what may still be renewed, is of an administrator, or has ended lately. */
	harness_execute(harness, "INSERT INTO identity.api_keys (domain_id, name, key_prefix, key_hash, scopes, client_id, parent_id, root_id, ancestors, expires_at, ends_at, revoked_at) "
	    "SELECT 1, 'ended: ' || name, 'x', 'ended' || random(), '{content:read}', client, parent, parent, CASE WHEN parent IS NULL THEN '{}' ELSE ARRAY[parent] END, "
	    "now() - expired * interval '1 day', now() - ended * interval '1 day', now() - revoked * interval '1 day' "
	    "FROM (SELECT min(id) AS parent FROM identity.api_keys) p (one), "
	    "LATERAL (VALUES ('grant', 'c', NULL, 40, 31, NULL), ('revoked', NULL, one, NULL, NULL, 31), ('kept', 'c', NULL, 40, 29, NULL), ('kept', 'c', NULL, 40, -9, NULL), "
	    "('kept', NULL, NULL, 40, NULL, 40)) v (name, client, parent, expired, ended, revoked)");
	ck_assert_int_eq(harness_count(harness, left), 5);
	ck_assert_ptr_null(harness_run_timer(harness, identity_maintain_keys));
	ck_assert_int_eq(harness_count(harness, left), 3);
	ck_assert_int_eq(harness_count(harness, kept), 3);
	harness_execute(harness, "DELETE FROM identity.api_keys WHERE name LIKE 'ended:%'");
}
END_TEST

START_TEST(without_a_tenant_every_tenant_table_looks_empty)
{
	static const char *const tables[] = { "domains", "users", "api_keys", "policy_decision_logs", "idempotency_keys" };
	char sql[256];

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		harness_execute(harness, "SET ROLE wordclaw_identity");
		(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM identity.%s", tables[i]);
		int64_t n = harness_count(harness, sql);
		harness_execute(harness, "RESET ROLE");
		ck_assert_msg(n == 0, "%s shows %lld rows to nobody", tables[i], (long long)n);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("identity");
	TCase *tests = tcase_create("operations");
	SRunner *runner = srunner_create(suite);

	srunner_set_fork_status(runner, CK_NOFORK); /* one database for all; each test makes what it needs */
	tcase_set_timeout(tests, 60);
	start();
	tcase_add_unchecked_fixture(tests, onboard_two, NULL);

	tcase_add_test(tests, an_older_epoch_is_read_to_its_end_before_the_next);
	tcase_add_test(tests, a_hostname_taken_twice_is_a_conflict_and_leaves_nothing);
	tcase_add_test(tests, a_tenant_admin_may_not_onboard);
	tcase_add_test(tests, a_revoked_key_is_unknown);
	tcase_add_test(tests, nobody_rotates_or_revokes_beyond_their_own_rights);
	tcase_add_test(tests, a_key_that_ends_hands_on_nothing_that_outlives_it);
	tcase_add_test(tests, another_tenants_key_is_as_absent_as_one_that_never_was);
	tcase_add_test(tests, a_repeated_idempotency_key_answers_the_same_and_changes_nothing);
	tcase_add_test(tests, an_idempotency_key_with_another_request_is_refused);
	tcase_add_test(tests, an_idempotency_key_of_another_tenant_means_nothing);
	tcase_add_test(tests, a_group_commits_its_good_mutations_and_refuses_the_bad_one);
	tcase_add_test(tests, a_replay_of_what_may_not_be_committed_is_no_answer);
	tcase_add_test(tests, a_group_of_the_system_role_survives_what_the_database_refuses);
	tcase_add_test(tests, expired_and_past_expiries_are_refused);
	tcase_add_test(tests, decisions_go_by_the_day);
	tcase_add_test(tests, old_keys_are_forgotten_in_steps);
	tcase_add_test(tests, handed_out_keys_are_forgotten_long_after_their_end);
	tcase_add_test(tests, without_a_tenant_every_tenant_table_looks_empty);
	tcase_add_test(tests, onboarding_makes_a_tenant_and_a_working_admin_key);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	stop();
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
