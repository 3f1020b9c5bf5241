/* Asks the services at once, in the caller's name, what there is for a task, and answers when all have.  What one of them refuses or cannot say is a
 * warning: a guide helps also who may do little. */
#include "guides/guides.h"

#include <inttypes.h>
#include <string.h>

#include "error_codes.h"
#include "guides/recipes.h"

enum question { ASK_TYPES, ASK_WORKFLOWS, ASK_TASKS, ASK_OFFERS, ASK_ITEMS, ASK_ACTIVE, QUESTIONS };

struct guide;

struct answer {
	struct guide *guide;
	const struct error *error;
	const void *output;
};

struct guide {
	struct gateway *gateway;
	struct dispatch_request request;
	const struct recipe *recipe;
	struct facts facts;
	struct answer answers[QUESTIONS];
	size_t n_left;
	const char *warnings[GUIDE_WARNINGS_MAX];
	size_t n_warnings;
};

struct shape_list
guides_list(struct arena *arena)
{
	struct guide_task *tasks = ARENA_ARRAY(arena, struct guide_task, n_recipes);

	for (size_t i = 0; i < n_recipes; i++)
		tasks[i] = (struct guide_task){ .task_id = recipes[i].task, .goal = recipes[i].goal };
	return (struct shape_list){ tasks, n_recipes };
}

static void
warn(struct guide *guide, const char *text)
{
	if (guide->n_warnings < GUIDE_WARNINGS_MAX)
		guide->warnings[guide->n_warnings++] = text;
}

/* ---- what was said ---- */

static void
gather(struct guide *guide)
{
	const struct content_types_list_response *types = guide->answers[ASK_TYPES].output;
	const struct workflow_workflows_list_response *workflows = guide->answers[ASK_WORKFLOWS].output;
	const struct workflow_reviews_list_response *tasks = guide->answers[ASK_TASKS].output;
	const struct payments_offers_list_response *offers = guide->answers[ASK_OFFERS].output;
	const struct content_items_list_response *items = guide->answers[ASK_ITEMS].output;

	guide->facts = (struct facts){ .principal = guide->request.principal, .types = types ? types->types.items : NULL, .n_types = types ? types->types.n : 0,
		.workflows = workflows ? workflows->workflows.items : NULL, .n_workflows = workflows ? workflows->workflows.n : 0,
		.tasks = tasks ? tasks->tasks.items : NULL, .n_tasks = tasks ? tasks->tasks.n : 0,
		.offers = offers ? offers->offers.items : NULL, .n_offers = offers ? offers->offers.n : 0,
		.items = items ? items->items.items : NULL, .n_items = items ? items->items.n : 0 };
}

/* ---- the answer ---- */

static bool
is_among(const char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

static void
describe(struct guide *guide, struct gateway_guides_get_response *out)
{
	struct arena *arena = guide->request.arena;
	struct guide_step *steps = ARENA_ARRAY(arena, struct guide_step, STEPS_MAX);
	const char **scopes = ARENA_ARRAY(arena, const char *, STEPS_MAX);
	size_t n = 0, n_scopes = 0;

	for (const struct recipe_step *step = guide->recipe->steps; n < STEPS_MAX && step->operation; step++, n++) {
		const char *scope = step->operation->scope;
		steps[n] = step_view(arena, &guide->facts, guide->recipe, n);
		bool is_forbidden = strcmp(steps[n].status, "forbidden") == 0, is_blocked = strcmp(steps[n].status, "blocked") == 0;
		out->is_ready &= (!is_forbidden && !is_blocked) || step->is_optional;
		out->dry_run_recommended |= step->operation->flags & OPERATION_DRY_RUN && step->operation->tx == OPERATION_TX_WRITE;
		if (scope && !step->is_optional && !is_among(scopes, n_scopes, scope))
			scopes[n_scopes++] = scope;
		if (is_forbidden || is_blocked)
			warn(guide, arena_printf(arena, "%s %zu (%s): %s", step->is_optional ? "Optional step" : "Step", n + 1, step->operation->summary, steps[n].reason));
	}
	out->required_scopes = (struct shape_list){ scopes, n_scopes };
	out->steps = (struct shape_list){ steps, n };
	out->warnings = (struct shape_list){ guide->warnings, guide->n_warnings };
}

static const struct guide_state *
state_of(const struct guide *guide)
{
	const struct facts *facts = &guide->facts;
	struct guide_state *state = ARENA_NEW(guide->request.arena, struct guide_state);

	*state = (struct guide_state){ .content_types = (int64_t)facts->n_types, .pending_reviews = (int64_t)facts->n_tasks,
		.content_type_id = facts->type ? &facts->type->id : NULL, .content_type_slug = facts->type ? facts->type->slug : NULL,
		.content_item_id = facts->item ? &facts->item->id : NULL, .content_item_status = facts->item ? facts->item->status : NULL,
		.content_item_version = facts->item ? &facts->item->version : NULL, .review_task_id = facts->task ? &facts->task->id : NULL,
		.offer_id = facts->offer ? &facts->offer->id : NULL };
	return state;
}

static void
fail(const struct dispatch_request *request, const struct error *error)
{
	request->done(request->context, &(struct dispatch_reply){ .error = error });
}

static void
answer(struct guide *guide)
{
	const struct dispatch_request *request = &guide->request;
	const struct gateway_guides_get_request *in = request->input;
	struct gateway_guides_get_response *out = ARENA_NEW(request->arena, struct gateway_guides_get_response);
	static const char *const names[QUESTIONS] = { "types", "workflows", "reviews", "offers", "items", "the workflow" };
	size_t n = 0;

	guide->facts.governing = guide->answers[ASK_ACTIVE].output;
	for (size_t i = 0; i < QUESTIONS; i++) {
		if (guide->answers[i].error)
			warn(guide, arena_printf(request->arena, "%s could not be looked at: %s", names[i], guide->answers[i].error->message));
	}
	if (in->content_type_id && !guide->facts.type && !guide->answers[ASK_TYPES].error) {
		fail(request, error_make(request->arena, &error_catalogue[ERROR_CONTENT_TYPE_NOT_FOUND], ERROR_WHERE, "content type %" PRId64 " does not exist", *in->content_type_id));
		return;
	}
	while (n < 4 && guide->recipe->follow_up[n])
		n++;
	*out = (struct gateway_guides_get_response){ .task_id = guide->recipe->task, .goal = guide->recipe->goal, .current_actor = request->principal->id,
		.is_ready = true, .preferred_surface = "mcp", .fallback_surface = "rest", .live_state = state_of(guide),
		.follow_up = { guide->recipe->follow_up, n } };
	describe(guide, out);
	request->done(request->context, &(struct dispatch_reply){ .output = out });
}

/* ---- asking ---- */

static void on_reply(void *context, const struct dispatch_reply *reply);

static void
ask(struct guide *guide, enum question question, const struct operation *operation, const void *input)
{
	guide->answers[question] = (struct answer){ .guide = guide };
	dispatch(guide->gateway, &(struct dispatch_request){ .operation = operation, .input = input, .principal = guide->request.principal, .key = guide->request.key,
	    .request_id = guide->request.request_id, .trace_parent = guide->request.trace_parent, .surface = guide->request.surface, .is_kept = true,
	    .arena = guide->request.arena, .done = on_reply, .context = &guide->answers[question] });
}

/* What governs the item of a review is known by its type only, which the lists tell. */
static void
go_on(struct guide *guide)
{
	const struct gateway_guides_get_request *in = guide->request.input;

	gather(guide);
	facts_choose(&guide->facts, guide->recipe->subject, in->content_type_id);
	const struct content_item *item = guide->facts.item;
	if (guide->recipe->subject != ABOUT_REVIEW || !item || !facts_workflow(&guide->facts, item->content_type_id)) {
		answer(guide);
		return;
	}
	struct workflow_workflows_active_request *active = ARENA_NEW(guide->request.arena, struct workflow_workflows_active_request);
	active->content_type_id = item->content_type_id;
	guide->n_left = 1;
	ask(guide, ASK_ACTIVE, &operation_workflow_workflows_active, active);
}

static void
on_reply(void *context, const struct dispatch_reply *reply)
{
	struct answer *one = context;
	struct guide *guide = one->guide;

	one->error = reply->error;
	one->output = reply->error ? NULL : reply->output;
	if (--guide->n_left > 0)
		return;
	if (one == &guide->answers[ASK_ACTIVE])
		answer(guide);
	else
		go_on(guide);
}

void
guides_begin(struct gateway *gateway, const struct dispatch_request *request)
{
	static const int64_t types_max = GUIDE_TYPES_MAX, rows_max = GUIDE_ROWS_MAX, offset = 0;
	static const bool with_stats = true, of_anybody = false, working_copies = true;
	static const struct content_types_list_request types = { .limit = &types_max, .offset = &offset, .include_stats = &with_stats };
	static const struct workflow_workflows_list_request workflows = { .limit = &rows_max };
	static const struct workflow_reviews_list_request tasks = { .status = "pending", .mine = &of_anybody, .limit = &rows_max };
	static const struct payments_offers_list_request offers = { .limit = &rows_max };
	const struct gateway_guides_get_request *in = request->input;
	struct content_items_list_request *items = ARENA_NEW(request->arena, struct content_items_list_request);
	struct guide *guide = ARENA_NEW(request->arena, struct guide);

	*guide = (struct guide){ .gateway = gateway, .request = *request, .recipe = recipe_find(in->task_id), .n_left = ASK_ACTIVE };
	if (!guide->recipe) {
		fail(request, error_make(request->arena, &error_catalogue[ERROR_UNKNOWN_TASK], ERROR_WHERE, "no task is called '%s'", in->task_id));
		return;
	}
	*items = (struct content_items_list_request){ .content_type_id = in->content_type_id, .draft = &working_copies, .limit = &rows_max, .offset = &offset };
	ask(guide, ASK_TYPES, &operation_content_types_list, &types);
	ask(guide, ASK_WORKFLOWS, &operation_workflow_workflows_list, &workflows);
	ask(guide, ASK_TASKS, &operation_workflow_reviews_list, &tasks);
	ask(guide, ASK_OFFERS, &operation_payments_offers_list, &offers);
	ask(guide, ASK_ITEMS, &operation_content_items_list, items);
}
