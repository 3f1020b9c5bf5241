/* Asks content, workflow, payments and identity at once, in the caller's name, and answers when all have.  What one of them refuses or cannot
 * say is a warning; without the types there is nothing to say. */
#include "discovery/workspace.h"

#include <string.h>

#include "clock.h"
#include "discovery/workspace_internal.h"
#include "identity_proto.h"

enum question { ASK_TYPES, ASK_WORKFLOWS, ASK_TASKS, ASK_OFFERS, ASK_ACTOR, QUESTIONS };

struct look;

struct answer {
	struct look *look;
	const struct error *error;
	const void *output;
};

struct look {
	struct dispatch_request request;
	struct workspace workspace;
	struct answer answers[QUESTIONS];
	size_t n_left;
	const char *warnings[WORKSPACE_WARNINGS_MAX];
	size_t n_warnings;
	void (*answer)(struct look *look);
};

/* ---- what was said ---- */

static void
warn(struct look *look, const char *text)
{
	if (look->n_warnings < WORKSPACE_WARNINGS_MAX)
		look->warnings[look->n_warnings++] = text;
}

static void
warn_of_errors(struct look *look)
{
	static const char *const names[QUESTIONS] = { "types", "workflows", "reviews", "offers", "the tenant" };

	for (size_t i = 0; i < QUESTIONS; i++)
		if (look->answers[i].error)
			warn(look, arena_printf(look->request.arena, "%s could not be looked at: %s", names[i], look->answers[i].error->message));
}

static void
warn_of_more(struct look *look, bool has_more, const char *what)
{
	if (has_more)
		warn(look, arena_printf(look->request.arena, "there are more %s than were looked at", what));
}

static void
gather(struct look *look)
{
	struct workspace *workspace = &look->workspace;
	const struct content_types_list_response *types = look->answers[ASK_TYPES].output;
	const struct workflow_workflows_list_response *workflows = look->answers[ASK_WORKFLOWS].output;
	const struct workflow_reviews_list_response *tasks = look->answers[ASK_TASKS].output;
	const struct payments_offers_list_response *offers = look->answers[ASK_OFFERS].output;

	*workspace = (struct workspace){ .arena = look->request.arena, .principal = look->request.principal };
	if (types) {
		workspace->types = types->types.items;
		workspace->n_types = types->types.n;
		warn_of_more(look, types->has_more, "types");
	}
	if (workflows) {
		workspace->workflows = workflows->workflows.items;
		workspace->n_workflows = workflows->workflows.n;
		warn_of_more(look, workflows->has_more, "workflows");
	}
	if (tasks) {
		workspace->tasks = tasks->tasks.items;
		workspace->n_tasks = tasks->tasks.n;
		warn_of_more(look, tasks->has_more, "reviews");
	}
	if (offers) {
		workspace->offers = offers->offers.items;
		workspace->n_offers = offers->offers.n;
		warn_of_more(look, offers->has_more, "offers");
	}
	warn_of_errors(look);
}

static const struct workspace_actor *
actor_of(const struct look *look)
{
	const struct principal *principal = look->request.principal;
	struct workspace_actor *actor = ARENA_NEW(look->request.arena, struct workspace_actor);

	*actor = (struct workspace_actor){ .actor_id = principal->id, .actor_type = principal->type, .scopes = { principal->scopes, principal->n_scopes } };
	return actor;
}

/* NULL: a platform credential, or identity did not say. */
static const struct workspace_domain *
domain_of(const struct look *look)
{
	const struct identity_whoami_response *who = look->answers[ASK_ACTOR].output;
	const struct domain_summary *domain = who ? who->domain : NULL;

	if (!domain)
		return NULL;
	struct workspace_domain *made = ARENA_NEW(look->request.arena, struct workspace_domain);
	*made = (struct workspace_domain){ .id = domain->id, .name = domain->name, .hostname = domain->hostname };
	return made;
}

static void
finish(const struct look *look, const void *output)
{
	look->request.done(look->request.context, &(struct dispatch_reply){ .error = look->answers[ASK_TYPES].error, .output = output });
}

/* ---- context ---- */

static const struct workspace_summary *
summary_of(const struct look *look)
{
	const struct workspace *workspace = &look->workspace;
	const struct content_types_list_response *types = look->answers[ASK_TYPES].output;
	struct workspace_summary *summary = ARENA_NEW(workspace->arena, struct workspace_summary);

	summary->total_content_types = types ? types->total : 0;
	summary->pending_review_task_count = (int64_t)workspace->n_tasks;
	for (size_t i = 0; i < workspace->n_types; i++) {
		struct workspace_type seen = workspace_type_of(workspace, &workspace->types[i]);
		bool is_paid = seen.paid->active_type_offer_count > 0 || (seen.paid->base_price && *seen.paid->base_price > 0);
		summary->content_types_with_content += seen.has_content;
		summary->workflow_enabled_content_types += seen.workflows.n > 0;
		summary->paid_content_types += is_paid;
	}
	return summary;
}

static struct shape_list
leads_of(const struct look *look, enum intent intent, const char *search)
{
	struct arena *arena = look->request.arena;
	struct workspace_target *targets = ARENA_ARRAY(arena, struct workspace_target, look->workspace.n_types + 1);
	struct workspace_lead *leads = ARENA_ARRAY(arena, struct workspace_lead, LEADS_MAX);
	size_t n = workspace_rank(&look->workspace, intent, search, targets), n_leads = 0;

	for (size_t i = 0; i < n && n_leads < LEADS_MAX; i++) {
		const struct workspace_target *target = &targets[i];
		if (strcmp(target->work_target->status, "blocked") != 0)
			leads[n_leads++] = (struct workspace_lead){ .content_type_id = target->content_type->id, .slug = target->content_type->slug,
				.status = target->work_target->status, .label = target->work_target->label, .reason = target->work_target->reason };
	}
	return (struct shape_list){ leads, n_leads };
}

static struct shape_list
types_of(const struct look *look, const struct gateway_workspace_context_request *in)
{
	struct arena *arena = look->request.arena;
	struct workspace_target *targets = ARENA_ARRAY(arena, struct workspace_target, look->workspace.n_types + 1);
	size_t n = workspace_rank(&look->workspace, intent_named(in->intent), in->search, targets);
	struct workspace_type *types = ARENA_ARRAY(arena, struct workspace_type, n + 1);

	n = n < (size_t)*in->limit ? n : (size_t)*in->limit;
	for (size_t i = 0; i < n; i++)
		types[i] = *targets[i].content_type;
	return (struct shape_list){ types, n };
}

static void
answer_context(struct look *look)
{
	struct arena *arena = look->request.arena;
	const struct gateway_workspace_context_request *in = look->request.input;
	struct gateway_workspace_context_response *out = ARENA_NEW(arena, struct gateway_workspace_context_response);
	struct workspace_filter *filter = ARENA_NEW(arena, struct workspace_filter);
	struct workspace_leads *leads = ARENA_NEW(arena, struct workspace_leads);

	*filter = (struct workspace_filter){ .intent = in->intent, .search = in->search, .limit = *in->limit };
	*leads = (struct workspace_leads){ .authoring = leads_of(look, INTENT_AUTHORING, in->search), .review = leads_of(look, INTENT_REVIEW, in->search),
		.workflow = leads_of(look, INTENT_WORKFLOW, in->search), .paid = leads_of(look, INTENT_PAID, in->search) };
	out->generated_at = clock_now_us();
	out->current_actor = actor_of(look);
	out->current_domain = domain_of(look);
	out->accessible_domains = (struct shape_list){ out->current_domain, out->current_domain != NULL };
	out->filter = filter;
	out->summary = summary_of(look);
	out->targets = leads;
	out->content_types = types_of(look, in);
	out->warnings = (struct shape_list){ look->warnings, look->n_warnings };
	finish(look, out);
}

/* ---- target ---- */

static void
answer_target(struct look *look)
{
	struct arena *arena = look->request.arena;
	const struct gateway_workspace_target_request *in = look->request.input;
	struct gateway_workspace_target_response *out = ARENA_NEW(arena, struct gateway_workspace_target_response);
	struct workspace_target *targets = ARENA_ARRAY(arena, struct workspace_target, look->workspace.n_types + 1);
	size_t n = workspace_rank(&look->workspace, intent_named(in->intent), in->search, targets);

	for (size_t i = 0; i < n; i++)
		out->available_target_count += strcmp(targets[i].work_target->status, "blocked") != 0;
	out->generated_at = clock_now_us();
	out->current_actor = actor_of(look);
	out->current_domain = domain_of(look);
	out->intent = in->intent;
	out->search = in->search;
	out->target = n > 0 ? &targets[0] : NULL;
	out->alternatives = (struct shape_list){ targets + 1, n > LEADS_MAX ? LEADS_MAX : n > 0 ? n - 1 : 0 };
	out->warnings = (struct shape_list){ look->warnings, look->n_warnings };
	finish(look, out);
}

/* ---- asking ---- */

static void
on_reply(void *context, const struct dispatch_reply *reply)
{
	struct answer *answer = context;
	struct look *look = answer->look;

	answer->error = reply->error;
	answer->output = reply->error ? NULL : reply->output;
	if (--look->n_left > 0)
		return;
	gather(look);
	look->answer(look);
}

static void
ask(struct gateway *gateway, struct look *look, enum question question, const struct operation *operation, const void *input)
{
	struct answer *answer = &look->answers[question];

	*answer = (struct answer){ .look = look };
	dispatch(gateway, &(struct dispatch_request){ .operation = operation, .input = input, .principal = look->request.principal, .key = look->request.key,
	    .request_id = look->request.request_id, .trace_parent = look->request.trace_parent, .surface = look->request.surface, .is_kept = true,
	    .arena = look->request.arena, .done = on_reply, .context = answer });
}

static void
begin(struct gateway *gateway, const struct dispatch_request *request, void (*answer)(struct look *look))
{
	static const int64_t types_max = WORKSPACE_TYPES_MAX, rows_max = WORKSPACE_ROWS_MAX, offset = 0;
	static const bool with_stats = true, of_anybody = false;
	static const struct content_types_list_request types = { .limit = &types_max, .offset = &offset, .include_stats = &with_stats };
	static const struct workflow_workflows_list_request workflows = { .limit = &rows_max };
	static const struct workflow_reviews_list_request tasks = { .status = "pending", .mine = &of_anybody, .limit = &rows_max };
	static const struct payments_offers_list_request offers = { .limit = &rows_max };
	static const struct identity_whoami_request nothing;
	struct look *look = ARENA_NEW(request->arena, struct look);

	look->request = *request;
	look->answer = answer;
	look->n_left = QUESTIONS;
	ask(gateway, look, ASK_TYPES, &operation_content_types_list, &types);
	ask(gateway, look, ASK_WORKFLOWS, &operation_workflow_workflows_list, &workflows);
	ask(gateway, look, ASK_TASKS, &operation_workflow_reviews_list, &tasks);
	ask(gateway, look, ASK_OFFERS, &operation_payments_offers_list, &offers);
	ask(gateway, look, ASK_ACTOR, &operation_identity_whoami, &nothing);
}

void
workspace_context(struct gateway *gateway, const struct dispatch_request *request)
{
	begin(gateway, request, answer_context);
}

void
workspace_target(struct gateway *gateway, const struct dispatch_request *request)
{
	begin(gateway, request, answer_target);
}
