/* Tables of the profiles; each list with the tools that find the others fits the budget of the default one. */
#include "mcp/tools/groups.h"

#include <string.h>

#include "audit_proto.h"
#include "content_proto.h"
#include "embeddings_proto.h"
#include "gateway_proto.h"
#include "identity_proto.h"
#include "jobs_proto.h"
#include "payments_proto.h"
#include "webhooks_proto.h"
#include "workflow_proto.h"

/* Whoever it is: who am I, what is to be done. */
#define EVERYBODY &operation_identity_whoami, &operation_gateway_guides_get

static const struct operation *const author[] = { EVERYBODY, &operation_content_types_list, &operation_content_types_get, &operation_content_items_list,
	&operation_content_items_get, &operation_content_items_create, &operation_content_items_patch, &operation_content_items_publish,
	&operation_content_items_versions, &operation_content_items_revert, &operation_content_items_delete,
	&operation_content_items_restore, &operation_content_changesets_open, &operation_content_changes_undo,
	&operation_workflow_reviews_submit, NULL };

static const struct operation *const reviewer[] = { EVERYBODY, &operation_workflow_reviews_list, &operation_workflow_reviews_get,
	&operation_workflow_reviews_decide, &operation_workflow_comments_list, &operation_workflow_comments_create, &operation_workflow_feedback_list,
	&operation_workflow_workflows_active, &operation_content_items_get, &operation_content_items_versions, &operation_content_versions_diff,
	&operation_content_items_blame, &operation_content_changes_undo, &operation_audit_logs_list, NULL };

static const struct operation *const operator_[] = { EVERYBODY, &operation_gateway_deployment_status, &operation_identity_keys_list,
	&operation_identity_keys_create, &operation_identity_keys_rotate, &operation_identity_keys_revoke, &operation_webhooks_list, &operation_webhooks_create,
	&operation_webhooks_test, &operation_webhooks_deliveries_list, &operation_webhooks_deliveries_redeliver, &operation_jobs_list, &operation_jobs_retry,
	&operation_jobs_worker_status, &operation_audit_logs_list, &operation_audit_logs_verify, &operation_content_changes_undo, NULL };

static const struct operation *const buyer[] = { EVERYBODY, &operation_payments_offers_list, &operation_payments_offers_get,
	&operation_payments_offers_purchase, &operation_payments_mock_pay, &operation_payments_offers_confirm, &operation_payments_entitlements_list,
	&operation_payments_entitlements_get, &operation_content_items_list, &operation_content_items_get, &operation_embeddings_search, NULL };

static const struct group {
	const char *name;
	enum mcp_profile profile;
	const struct operation *const *operations; /* NULL-terminated */
} groups[] = { { "author", MCP_PROFILE_AUTHOR, author }, { "reviewer", MCP_PROFILE_REVIEWER, reviewer }, { "operator", MCP_PROFILE_OPERATOR, operator_ },
	{ "buyer", MCP_PROFILE_BUYER, buyer } };
enum { N_GROUPS = sizeof(groups) / sizeof(groups[0]) };

enum mcp_profile
group_named(const char *name)
{
	for (size_t i = 0; i < N_GROUPS; i++) {
		if (strcmp(groups[i].name, name) == 0)
			return groups[i].profile;
	}
	return MCP_PROFILE_DEFAULT;
}

bool
group_has(enum mcp_profile profile, const struct operation *operation)
{
	for (size_t i = 0; i < N_GROUPS; i++) {
		if (groups[i].profile != profile)
			continue;
		for (const struct operation *const *one = groups[i].operations; *one; one++)
			if (*one == operation)
				return true;
	}
	return false;
}
