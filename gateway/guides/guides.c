/* Recipes of tasks.  A step names its operation by its symbol, so a guide cannot name what is not there. */
#include "guides/guides.h"

#include <string.h>

#include "audit_proto.h"
#include "content_proto.h"
#include "contract/policy.h"
#include "embeddings_proto.h"
#include "identity_proto.h"
#include "jobs_proto.h"
#include "payments_proto.h"
#include "webhooks_proto.h"
#include "workflow_proto.h"

enum { STEPS_MAX = 10 };

struct recipe_step {
	const struct operation *operation;
	const char *purpose;
	bool is_optional;
};

struct recipe {
	const char *task;
	const char *goal;
	struct recipe_step steps[STEPS_MAX];
};

static const struct recipe recipes[] = {
	{ "author-content", "Write an item that its type's schema allows, and publish it.", {
		{ &operation_identity_whoami, "See whose key this is and what it may do.", false },
		{ &operation_content_types_list, "Choose the type by what its schema describes.", false },
		{ &operation_content_types_get, "Read the schema: data that does not satisfy it is refused.", false },
		{ &operation_content_items_create, "Make a draft; with dryRun first it tells what the schema refuses and changes nothing.", false },
		{ &operation_content_items_get, "Read it back and note its version: changes send it as expectedVersion.", false },
		{ &operation_content_items_patch, "Change single members; the public goes on to see what was published.", true },
		{ &operation_content_items_publish, "Show the working copy to the public. Where a workflow governs the type, submit it for review instead.", false } } },
	{ "bootstrap-workspace", "Make a tenant whose agents can work.", {
		{ &operation_identity_onboard, "Make the tenant and its first key in one step; the key is shown once.", false },
		{ &operation_identity_keys_create, "Give each agent a key of its own with the scopes that it needs.", false },
		{ &operation_content_types_create, "Say what content looks like: a JSON Schema.", false },
		{ &operation_workflow_workflows_create, "Let people approve what agents write.", true },
		{ &operation_webhooks_create, "Tell other systems what happens.", true } } },
	{ "change-model", "Change what content of a type looks like, without losing items.", {
		{ &operation_content_types_get, "Read the schema and the type's version.", false },
		{ &operation_content_items_list, "See what there is of the type.", true },
		{ &operation_content_types_update, "Try the new schema with dryRun, then send it with expectedVersion.", false },
		{ &operation_content_batch_update, "Bring items along that the new schema would refuse.", true } } },
	{ "consume-paid-content", "Buy access to content and read it.", {
		{ &operation_payments_offers_list, "See what is sold and for how much.", false },
		{ &operation_payments_offers_purchase, "Get an invoice and a macaroon.", false },
		{ &operation_payments_offers_confirm, "Prove the payment with macaroon and preimage: the entitlement becomes active.", false },
		{ &operation_payments_entitlements_list, "See how many reads are left, and until when.", true },
		{ &operation_content_items_get, "Read what was bought.", false } } },
	{ "discover-deployment", "See what this system can do.", {
		{ &operation_gateway_capabilities, "Every operation with its names on each surface, and every event.", false },
		{ &operation_embeddings_status, "Is search by meaning ready?", true },
		{ &operation_jobs_worker_status, "Are the workers of jobs running?", true } } },
	{ "discover-workspace", "See what this tenant has and where work waits.", {
		{ &operation_identity_whoami, "The tenant and the scopes of this key.", false },
		{ &operation_content_types_list, "With includeStats: how much there is of each type, and in which status.", false },
		{ &operation_workflow_reviews_list, "Reviews that wait for a decision.", true },
		{ &operation_embeddings_search, "Find published content by words and by meaning.", true } } },
	{ "manage-integrations", "Let other systems hear of changes, and give programs keys.", {
		{ &operation_identity_keys_list, "Which keys there are and when each was last used.", false },
		{ &operation_identity_keys_create, "One key for each program, with as few scopes as it needs.", false },
		{ &operation_webhooks_create, "Events to a URL; the secret that signs them is shown once.", false },
		{ &operation_webhooks_test, "Send a test event.", false },
		{ &operation_webhooks_deliveries_list, "See what was sent and what the receiver answered.", true },
		{ &operation_identity_keys_rotate, "Replace a key that may have leaked.", true } } },
	{ "review-workflow", "Submit an item for review, or decide one.", {
		{ &operation_workflow_workflows_active, "Which workflow governs the type, and who may decide.", false },
		{ &operation_workflow_reviews_submit, "Submit the version that was read; it cannot change unseen.", false },
		{ &operation_workflow_reviews_list, "Find what waits for a decision.", false },
		{ &operation_content_versions_diff, "See what changed since the published version.", true },
		{ &operation_workflow_comments_create, "Say what should be better.", true },
		{ &operation_workflow_reviews_decide, "Approve or reject; the status follows.", false } } },
	{ "verify-provenance", "Find out who changed what, and that nobody rewrote the trail.", {
		{ &operation_content_items_versions, "Which versions an item has had.", false },
		{ &operation_content_versions_diff, "What changed between two of them.", false },
		{ &operation_audit_logs_list, "Who did it, when and through which key.", false },
		{ &operation_audit_logs_verify, "Recompute the chain of hashes.", false },
		{ &operation_content_items_rollback, "Make an earlier version the head again.", true } } },
};
enum { N_RECIPES = sizeof(recipes) / sizeof(recipes[0]) };

struct shape_list
guides_list(struct arena *arena)
{
	struct guide_task *tasks = ARENA_ARRAY(arena, struct guide_task, N_RECIPES);

	for (size_t i = 0; i < N_RECIPES; i++)
		tasks[i] = (struct guide_task){ .task_id = recipes[i].task, .goal = recipes[i].goal };
	return (struct shape_list){ tasks, N_RECIPES };
}

static bool
may(const struct principal *principal, const struct operation *operation)
{
	struct policy_question question = { .principal = principal, .operation = operation->policy, .resource_type = operation->resource_type };

	return operation->flags & OPERATION_PUBLIC || policy_decide(&question).is_allowed;
}

static struct guide_step
step_view(struct arena *arena, const struct recipe_step *step, int64_t number, bool is_ready)
{
	const struct operation *operation = step->operation;
	const char *example = operation->n_examples > 0 ? operation->examples[0].request : NULL;

	return (struct guide_step){ .number = number, .title = operation->summary, .purpose = step->purpose, .operation = operation->id,
		.rest = arena_printf(arena, "%s %s", operation->routes[0].method, operation->routes[0].path), .mcp = operation->mcp,
		.graphql = operation->graphql, .cli = operation->cli, .scope = operation->scope, .status = is_ready ? "ready" : "forbidden",
		.is_optional = step->is_optional, .dry_run = operation->flags & OPERATION_DRY_RUN,
		.example = { .json = example, .len = example ? strlen(example) : 0 } };
}

static bool
is_among(const char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

static void
describe(struct arena *arena, const struct recipe *recipe, const struct principal *principal, struct gateway_guides_get_response *ret)
{
	struct guide_step *steps = ARENA_ARRAY(arena, struct guide_step, STEPS_MAX);
	const char **scopes = ARENA_ARRAY(arena, const char *, STEPS_MAX), **warnings = ARENA_ARRAY(arena, const char *, STEPS_MAX);
	size_t n = 0, n_scopes = 0, n_warnings = 0;

	for (const struct recipe_step *step = recipe->steps; n < STEPS_MAX && step->operation; step++, n++) {
		const char *scope = step->operation->scope;
		bool is_ready = may(principal, step->operation);
		steps[n] = step_view(arena, step, (int64_t)n + 1, is_ready);
		ret->is_ready &= is_ready || step->is_optional;
		if (scope && !step->is_optional && !is_among(scopes, n_scopes, scope))
			scopes[n_scopes++] = scope;
		if (!is_ready)
			warnings[n_warnings++] = arena_printf(arena, "%s %zu needs a key with the scope %s: %s", step->is_optional ? "Optional step" : "Step", n + 1,
			    scope ? scope : "of a platform administrator", step->operation->summary);
	}
	ret->required_scopes = (struct shape_list){ scopes, n_scopes };
	ret->steps = (struct shape_list){ steps, n };
	ret->warnings = (struct shape_list){ warnings, n_warnings };
}

bool
guides_get(struct arena *arena, const char *task, const struct principal *principal, struct gateway_guides_get_response *ret)
{
	for (size_t i = 0; i < N_RECIPES; i++) {
		if (strcmp(recipes[i].task, task) != 0)
			continue;
		*ret = (struct gateway_guides_get_response){ .task_id = recipes[i].task, .goal = recipes[i].goal, .current_actor = principal->id, .is_ready = true };
		describe(arena, &recipes[i], principal, ret);
		return true;
	}
	return false;
}
