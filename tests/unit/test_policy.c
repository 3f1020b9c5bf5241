/* The policy rules, row by row. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "contract/policy.h"
#include "error_codes.h"

static const char *const none[] = { NULL };
static const char *const reader[] = { "content:read", NULL };
static const char *const writer[] = { "content:write", NULL };
static const char *const auditor[] = { "audit:read", NULL };
static const char *const admin[] = { "admin", NULL };
static const char *const platform[] = { "admin", "tenant:admin", NULL };

static struct principal
principal_with(const char *type, const char *source, const char *const *scopes, int64_t tenant)
{
	struct principal principal = { .tenant = tenant, .id = "x", .type = type, .source = source, .scopes = scopes };

	while (scopes[principal.n_scopes])
		principal.n_scopes++;
	return principal;
}

static const struct row {
	const char *label;
	const char *type, *source;
	const char *const *scopes;
	bool is_platform_admin;
	const char *operation, *resource;
	int64_t tenant; /* of the principal */
	const char *code;
} rows[] = {
	{ "1 no tenant", "api_key", "db", admin, false, "content.read", "content_item", 0, "POLICY_RESOURCE_DOMAIN_UNRESOLVED" },
	{ "1 system needs none", "api_key", "db", reader, false, "content.read", "system", 0, "ALLOWED_SCOPE_MATCH" },
	{ "2 key of a tenant", "api_key", "db", admin, false, "tenant.create", "system", 0, "PLATFORM_ADMIN_REQUIRED" },
	{ "2 supervisor of a tenant", "supervisor", "cookie", admin, false, "tenant.onboard", "system", 1,
	    "PLATFORM_ADMIN_REQUIRED" },
	{ "2 platform supervisor", "supervisor", "cookie", platform, true, "tenant.create", "system", 0, "ALLOWED_ADMIN" },
	{ "2 environment key", "env_key", "env", admin, true, "tenant.create", "system", 0, "ALLOWED_ADMIN" },
	{ "2 platform key of the database", "api_key", "db", admin, true, "tenant.create", "system", 0, "ALLOWED_ADMIN" },
	{ "2 environment key without admin", "env_key", "env", writer, false, "tenant.create", "system", 0,
	    "PLATFORM_ADMIN_REQUIRED" },
	{ "3 platform supervisor", "supervisor", "cookie", platform, true, "content.read", "content_item", 2, "ALLOWED_ADMIN" },
	{ "4 admin", "api_key", "db", admin, false, "apikey.write", "system", 1, "ALLOWED_ADMIN" },
	{ "4 admin, any", "api_key", "db", admin, false, "audit.read", "system", 1, "ALLOWED_ADMIN" },
	{ "5 apikey", "api_key", "db", writer, false, "apikey.list", "system", 1, "ADMIN_REQUIRED" },
	{ "5 webhook", "api_key", "db", writer, false, "webhook.write", "system", 1, "ADMIN_REQUIRED" },
	{ "5 ai_provider", "api_key", "db", auditor, false, "ai_provider.list", "system", 1, "ADMIN_REQUIRED" },
	{ "5 workforce", "api_key", "db", reader, false, "workforce.list", "system", 1, "ADMIN_REQUIRED" },
	{ "6 audit", "api_key", "db", writer, false, "audit.read", "system", 1, "MISSING_AUDIT_SCOPE" },
	{ "6 payment", "api_key", "db", reader, false, "payment.read", "system", 1, "MISSING_AUDIT_SCOPE" },
	{ "6 auditor", "api_key", "db", auditor, false, "payment.read", "system", 1, "ALLOWED_SCOPE_MATCH" },
	{ "7 nothing", "api_key", "db", none, false, "content.read", "content_item", 1, "MISSING_CONTENT_READ_SCOPE" },
	{ "7 auditor", "api_key", "db", auditor, false, "content.list", "content_item", 1, "MISSING_CONTENT_READ_SCOPE" },
	{ "7 reader", "api_key", "db", reader, false, "content.read", "content_item", 1, "ALLOWED_SCOPE_MATCH" },
	{ "7 writer reads", "api_key", "db", writer, false, "policy.read", "system", 1, "ALLOWED_SCOPE_MATCH" },
	{ "8 reader writes", "api_key", "db", reader, false, "content.write", "content_item", 1,
	    "MISSING_CONTENT_WRITE_SCOPE" },
	{ "8 anything else", "api_key", "db", reader, false, "system.config", "system", 1, "MISSING_CONTENT_WRITE_SCOPE" },
	{ "8 writer", "api_key", "db", writer, false, "content.write", "content_item", 1, "ALLOWED_SCOPE_MATCH" },
	{ "prefix is not enough", "api_key", "db", writer, false, "auditor.write", "system", 1, "ALLOWED_SCOPE_MATCH" },
	{ "no operation", "api_key", "db", admin, false, NULL, "system", 1, "POLICY_EVALUATION_FAILED_MUTATION" },
	{ "empty operation", "api_key", "db", admin, false, "", "system", 1, "POLICY_EVALUATION_FAILED_MUTATION" },
	{ "no verb", "api_key", "db", admin, false, "content.", "system", 1, "POLICY_EVALUATION_FAILED_MUTATION" },
	{ "no noun", "api_key", "db", admin, false, ".read", "system", 1, "POLICY_EVALUATION_FAILED_MUTATION" },
	{ "no resource, write", "api_key", "db", admin, false, "content.write", "", 1, "POLICY_EVALUATION_FAILED_MUTATION" },
	{ "no resource, read", "api_key", "db", admin, false, "content.read", NULL, 1, "POLICY_EVALUATION_FAILED_READ" },
};

START_TEST(the_first_matching_rule_decides)
{
	const struct row *row = &rows[_i];
	struct principal principal = principal_with(row->type, row->source, row->scopes, row->tenant);
	principal.is_platform_admin = row->is_platform_admin;
	struct policy_verdict verdict = policy_decide(&(struct policy_question){
	    .principal = &principal,
	    .operation = row->operation,
	    .resource_type = row->resource,
	});

	ck_assert_msg(strcmp(verdict.code, row->code) == 0, "%s: %s", row->label, verdict.code);
	ck_assert_msg(verdict.is_allowed == (strncmp(row->code, "ALLOWED", 7) == 0), "%s", row->label);
	ck_assert_msg(verdict.is_allowed == !error_find(verdict.code), "%s", row->label);
}
END_TEST

START_TEST(no_principal_is_a_denial)
{
	struct principal unnamed = principal_with("api_key", "db", platform, 1);
	struct policy_question question = { .operation = "content.read", .resource_type = "system" };

	ck_assert(!policy_decide(&question).is_allowed);
	unnamed.type = NULL;
	question.principal = &unnamed;
	ck_assert(!policy_decide(&question).is_allowed);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int
main(void)
{
	Suite *suite = suite_create("policy");
	TCase *tc = tcase_create("policy");

	tcase_add_loop_test(tc, the_first_matching_rule_decides, 0, ROWS(rows));
	tcase_add_test(tc, no_principal_is_a_denial);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
