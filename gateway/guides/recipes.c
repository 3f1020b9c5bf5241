/* Recipes of tasks.  A step names its operation by its symbol, so a guide cannot name what is not there. */
#include "guides/recipes.h"

#include <string.h>

#include "audit_proto.h"
#include "embeddings_proto.h"
#include "identity_proto.h"
#include "jobs_proto.h"
#include "webhooks_proto.h"

const struct recipe recipes[] = {
	{ "author-content", "Write an item that its type's schema allows, and publish it.", ABOUT_WRITING, { "content_item.publish", "content_item.update", NULL }, {
		{ &operation_identity_whoami, "See whose key this is and what it may do.", false, false },
		{ &operation_content_types_list, "Choose the type by what its schema describes.", false, false },
		{ &operation_content_types_get, "Read the schema: data that does not satisfy it is refused.", false, false },
		{ &operation_content_items_create, "Make a draft; with dryRun first it tells what the schema refuses and changes nothing.", false, false },
		{ &operation_content_items_get, "Read it back and note its version: changes send it as expectedVersion.", false, false },
		{ &operation_content_items_patch, "Change single members; the public goes on to see what was published.", true, false },
		{ &operation_content_items_publish, "Show the working copy to the public. Where a workflow governs the type, submit it for review instead.", false, false } } },
	{ "bootstrap-workspace", "Make a tenant whose agents can work.", ABOUT_NOTHING, { "content_type.create", NULL }, {
		{ &operation_identity_onboard, "Make the tenant and its first key in one step; the key is shown once.", false, false },
		{ &operation_identity_keys_create, "Give each agent a key of its own with the scopes that it needs.", false, false },
		{ &operation_content_types_create, "Say what content looks like: a JSON Schema.", false, false },
		{ &operation_workflow_workflows_create, "Let people approve what agents write.", true, false },
		{ &operation_webhooks_create, "Tell other systems what happens.", true, false } } },
	{ "change-model", "Change what content of a type looks like, without losing items.", ABOUT_WRITING, { "content_type.update", "content_type.migrate", NULL }, {
		{ &operation_content_types_get, "Read the schema and the type's version.", false, false },
		{ &operation_content_items_list, "See what there is of the type.", true, false },
		{ &operation_content_types_update, "Try the new schema with dryRun, then send it with expectedVersion.", false, false },
		{ &operation_content_batch_update, "Bring items along that the new schema would refuse.", true, false } } },
	{ "consume-paid-content", "Buy access to content and read it.", ABOUT_BUYING, { NULL }, {
		{ &operation_payments_offers_list, "See what is sold and for how much.", false, false },
		{ &operation_payments_offers_purchase, "Get an invoice and a macaroon.", false, false },
		{ &operation_payments_offers_confirm, "Prove the payment with macaroon and preimage: the entitlement becomes active.", false, true },
		{ &operation_payments_entitlements_list, "See how many reads are left, and until when.", true, false },
		{ &operation_content_items_get, "Read what was bought.", false, true } } },
	{ "discover-deployment", "See what this system can do.", ABOUT_NOTHING, { NULL }, {
		{ &operation_gateway_capabilities, "Every operation with its names on each surface, and every event.", false, false },
		{ &operation_embeddings_status, "Is search by meaning ready?", true, false },
		{ &operation_jobs_worker_status, "Are the workers of jobs running?", true, false } } },
	{ "discover-workspace", "See what this tenant has and where work waits.", ABOUT_WRITING, { NULL }, {
		{ &operation_identity_whoami, "The tenant and the scopes of this key.", false, false },
		{ &operation_content_types_list, "With includeStats: how much there is of each type, and in which status.", false, false },
		{ &operation_workflow_reviews_list, "Reviews that wait for a decision.", true, false },
		{ &operation_embeddings_search, "Find published content by words and by meaning.", true, false } } },
	{ "manage-integrations", "Let other systems hear of changes, and give programs keys.", ABOUT_NOTHING, { "webhook.disable", "api_key.revoke", NULL }, {
		{ &operation_identity_keys_list, "Which keys there are and when each was last used.", false, false },
		{ &operation_identity_keys_create, "One key for each program, with as few scopes as it needs.", false, false },
		{ &operation_webhooks_create, "Events to a URL; the secret that signs them is shown once.", false, false },
		{ &operation_webhooks_test, "Send a test event.", false, true },
		{ &operation_webhooks_deliveries_list, "See what was sent and what the receiver answered.", true, true },
		{ &operation_identity_keys_rotate, "Replace a key that may have leaked.", true, true } } },
	{ "review-workflow", "Submit an item for review, or decide one.", ABOUT_REVIEW, { "review_task.approve", "review_task.reject", NULL }, {
		{ &operation_workflow_workflows_active, "Which workflow governs the type, and who may decide.", false, false },
		{ &operation_workflow_reviews_submit, "Submit the version that was read; it cannot change unseen.", false, false },
		{ &operation_workflow_reviews_list, "Find what waits for a decision.", false, false },
		{ &operation_content_versions_diff, "See what changed since the published version.", true, false },
		{ &operation_workflow_comments_create, "Say what should be better.", true, false },
		{ &operation_workflow_reviews_decide, "Approve or reject; the status follows.", false, false } } },
	{ "verify-provenance", "Find out who changed what, and that nobody rewrote the trail.", ABOUT_WRITING, { "content_item.update", "content_item.rollback", NULL }, {
		{ &operation_content_items_versions, "Which versions an item has had.", false, false },
		{ &operation_content_versions_diff, "What changed between two of them.", false, false },
		{ &operation_content_items_blame, "Who set each field, when and why.", true, false },
		{ &operation_audit_logs_list, "Who did it, when and through which key.", false, false },
		{ &operation_audit_logs_verify, "Recompute the chain of hashes.", false, false },
		{ &operation_content_items_rollback, "Make an earlier version the head again.", true, false } } },
};
const size_t n_recipes = sizeof(recipes) / sizeof(recipes[0]);

const struct recipe *
recipe_find(const char *task)
{
	for (size_t i = 0; i < n_recipes; i++) {
		if (strcmp(recipes[i].task, task) == 0)
			return &recipes[i];
	}
	return NULL;
}
