/* What can be done next about each type, and in which order.  Nothing here asks anybody. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "contract/policy.h"
#include "discovery/workspace_internal.h"
#include "json/json.h"

/* ---- a type in figures ---- */

static void
count_fields(struct arena *arena, const char *schema, struct workspace_type *ret)
{
	struct json_error ignored;
	const struct json_value *value = json_parse(arena, schema, strlen(schema), NULL, &ignored);
	const struct json_value *properties = value && value->type == JSON_OBJECT ? json_get(value, "properties") : NULL;
	const struct json_value *required = value && value->type == JSON_OBJECT ? json_get(value, "required") : NULL;

	ret->field_count = properties && properties->type == JSON_OBJECT ? properties->n : 0;
	ret->required_field_count = required && required->type == JSON_LIST ? required->n : 0;
}

static bool
sells(const struct offer *offer, const struct content_type *type)
{
	return offer->active && strcmp(offer->scope_type, "type") == 0 && offer->scope_ref && *offer->scope_ref == type->id;
}

static const struct workspace_price *
price_of(const struct workspace *workspace, const struct content_type *type)
{
	struct workspace_price *price = ARENA_NEW(workspace->arena, struct workspace_price);

	price->base_price = type->base_price;
	for (size_t i = 0; i < workspace->n_offers; i++) {
		const struct offer *offer = &workspace->offers[i];
		if (!sells(offer, type))
			continue;
		price->active_type_offer_count++;
		if (price->lowest_type_offer_sats && *price->lowest_type_offer_sats <= offer->price_sats)
			continue;
		price->lowest_type_offer_sats = &offer->price_sats;
		price->lowest_type_offer_id = &offer->id;
	}
	return price;
}

static struct shape_list
workflows_of(const struct workspace *workspace, const struct content_type *type)
{
	struct workspace_workflow *list = ARENA_ARRAY(workspace->arena, struct workspace_workflow, workspace->n_workflows + 1);
	size_t n = 0;

	for (size_t i = 0; i < workspace->n_workflows; i++) {
		const struct workflow *workflow = &workspace->workflows[i];
		if (workflow->active && workflow->content_type_id == type->id)
			list[n++] = (struct workspace_workflow){ .id = workflow->id, .name = workflow->name };
	}
	return (struct shape_list){ list, n };
}

static struct shape_list
texts_of(struct arena *arena, const char *first, const char *second)
{
	const char **list = ARENA_ARRAY(arena, const char *, 2);
	size_t n = 0;

	if (first)
		list[n++] = first;
	if (second)
		list[n++] = second;
	return (struct shape_list){ list, n };
}

struct workspace_type
workspace_type_of(const struct workspace *workspace, const struct content_type *type)
{
	struct arena *arena = workspace->arena;
	struct workspace_type made = { .id = type->id, .name = type->name, .slug = type->slug, .description = type->description,
		.paid = price_of(workspace, type), .workflows = workflows_of(workspace, type) };

	count_fields(arena, type->schema, &made);
	if (type->stats) {
		made.item_count = type->stats->item_count;
		made.last_item_updated_at = type->stats->last_item_updated_at;
	}
	made.has_content = made.item_count > 0;
	for (size_t i = 0; i < workspace->n_tasks; i++)
		made.pending_review_task_count += workspace->tasks[i].content_type_id == type->id;
	made.recommended_commands = texts_of(arena, arena_printf(arena, "wordclaw content list --content-type-id %" PRId64, type->id),
	    made.workflows.n > 0 ? arena_printf(arena, "wordclaw workflows active %" PRId64, type->id) : NULL);
	return made;
}

/* ---- the work ---- */

static bool
may(const struct workspace *workspace, const struct operation *operation)
{
	struct policy_question question = { .principal = workspace->principal, .operation = operation->policy, .resource_type = operation->resource_type };

	return policy_decide(&question).is_allowed;
}

/* The route with the number in the place of its variable. */
static const char *
route_of(struct arena *arena, const struct operation *operation, int64_t id)
{
	const char *path = operation->routes[0].path, *open = strchr(path, '{');
	const char *close = open ? strchr(open, '}') : NULL;

	if (!close)
		return arena_printf(arena, "%s %s", operation->routes[0].method, path);
	return arena_printf(arena, "%s %.*s%" PRId64 "%s", operation->routes[0].method, (int)(open - path), path, id, close + 1);
}

static void
set_call(const struct workspace *workspace, struct workspace_work *work, const struct operation *operation, const char *argument, int64_t id)
{
	struct arena *arena = workspace->arena;
	const char *arguments = arena_printf(arena, "{\"%s\":%" PRId64 "}", argument, id);

	work->operation = operation->id;
	work->rest = route_of(arena, operation, id);
	work->mcp = operation->mcp;
	work->arguments = (struct doc){ arguments, strlen(arguments) };
	const char *option = strchr(operation->routes[0].path, '{') ? "" : strcmp(argument, "contentTypeId") == 0 ? "--content-type-id " : "--id ";
	work->recommended_commands = texts_of(arena, operation->cli ? arena_printf(arena, "wordclaw %s %s%" PRId64, operation->cli, option, id) : NULL, NULL);
	if (may(workspace, operation))
		return;
	work->status = "blocked";
	work->reason = arena_printf(arena, "this key has no scope for it: %s needs %s", operation->id, operation->scope);
}

static void
set_authoring(const struct workspace *workspace, const struct content_type *type, const struct workspace_type *seen, struct workspace_work *work)
{
	struct arena *arena = workspace->arena;
	bool is_full = strcmp(type->kind, "singleton") == 0 && seen->has_content;

	work->kind = "content-type";
	work->label = arena_printf(arena, "Write an item of '%s'", type->name);
	work->status = is_full ? "blocked" : "ready";
	work->reason = is_full ? "it has the one item that a singleton may have: change that" : arena_printf(arena, "it has %" PRId64 " items", seen->item_count);
	work->notes = texts_of(arena, seen->workflows.n > 0 ? "a workflow governs it: submit the draft for review" : NULL,
	    seen->field_count == 0 ? "its schema names no fields" : NULL);
	if (seen->field_count == 0 && !is_full)
		work->status = "warning";
	set_call(workspace, work, &operation_content_items_create, "contentTypeId", type->id);
}

static bool
may_decide(const struct workspace *workspace, const struct review_task *task)
{
	bool is_for_me = !task->assignee || strcmp(task->assignee, workspace->principal->id) == 0;
	return is_for_me && strcmp(task->submitted_by, workspace->principal->id) != 0;
}

/* One that the caller may decide, else any. */
static const struct review_task *
task_of(const struct workspace *workspace, const struct content_type *type)
{
	const struct review_task *any = NULL;

	for (size_t i = 0; i < workspace->n_tasks; i++) {
		const struct review_task *task = &workspace->tasks[i];
		if (task->content_type_id != type->id)
			continue;
		if (may_decide(workspace, task))
			return task;
		any = any ? any : task;
	}
	return any;
}

static void
set_review(const struct workspace *workspace, const struct content_type *type, struct workspace_work *work)
{
	struct arena *arena = workspace->arena;
	const struct review_task *task = task_of(workspace, type);

	work->kind = "review-task";
	work->notes = texts_of(arena, NULL, NULL);
	work->label = arena_printf(arena, "Decide a review of '%s'", type->name);
	if (!task) {
		set_call(workspace, work, &operation_workflow_reviews_list, "contentTypeId", type->id);
		work->status = "blocked";
		work->reason = "no review of it waits";
		return;
	}
	bool is_mine = may_decide(workspace, task);
	work->status = is_mine ? "ready" : "warning";
	work->reason = arena_printf(arena, "%s asks to change item %" PRId64 " from %s to %s", task->submitted_by, task->content_item_id, task->from_state, task->to_state);
	work->notes = texts_of(arena, is_mine ? NULL : task->assignee ? "it is for somebody else" : "you submitted it: unless the workflow lets authors decide, somebody else must", NULL);
	work->review_task_id = &task->id;
	work->content_item_id = &task->content_item_id;
	work->workflow_id = &task->workflow_id;
	set_call(workspace, work, &operation_workflow_reviews_decide, "id", task->id);
}

static void
set_workflow(const struct workspace *workspace, const struct content_type *type, const struct workspace_type *seen, struct workspace_work *work)
{
	const struct workspace_workflow *workflows = seen->workflows.items;

	work->kind = "workflow";
	work->notes = texts_of(workspace->arena, seen->pending_review_task_count > 0 ? "reviews of it wait already" : NULL, NULL);
	work->label = arena_printf(workspace->arena, "Submit an item of '%s' for review", type->name);
	work->status = seen->workflows.n == 0 ? "blocked" : seen->has_content ? "ready" : "warning";
	work->reason = seen->workflows.n == 0 ? "no workflow governs it" : seen->has_content ? "a workflow governs it" : "a workflow governs it, and it has no items yet";
	work->workflow_id = seen->workflows.n > 0 ? &workflows[0].id : NULL;
	set_call(workspace, work, seen->workflows.n > 0 ? &operation_workflow_workflows_active : &operation_workflow_workflows_list, "contentTypeId", type->id);
}

static void
set_paid(const struct workspace *workspace, const struct content_type *type, const struct workspace_type *seen, struct workspace_work *work)
{
	const struct workspace_price *price = seen->paid;

	work->kind = "paid-content";
	work->notes = texts_of(workspace->arena, NULL, NULL);
	work->label = arena_printf(workspace->arena, "Buy reads of '%s'", type->name);
	if (!price->lowest_type_offer_id) {
		set_call(workspace, work, &operation_content_items_list, "contentTypeId", type->id);
		work->status = price->base_price && *price->base_price > 0 ? "warning" : "blocked";
		work->reason = price->base_price && *price->base_price > 0 ? "each priced call of it costs its base price" : "no offer sells it";
		return;
	}
	work->status = "ready";
	work->reason = arena_printf(workspace->arena, "%" PRId64 " offers, from %" PRId64 " sats", price->active_type_offer_count, *price->lowest_type_offer_sats);
	work->offer_id = price->lowest_type_offer_id;
	set_call(workspace, work, &operation_payments_offers_purchase, "id", *price->lowest_type_offer_id);
}

static const struct workspace_work *
work_of(const struct workspace *workspace, enum intent intent, const struct content_type *type, const struct workspace_type *seen)
{
	struct workspace_work *work = ARENA_NEW(workspace->arena, struct workspace_work);

	switch (intent) {
	case INTENT_AUTHORING:
		set_authoring(workspace, type, seen, work);
		break;
	case INTENT_REVIEW:
		set_review(workspace, type, work);
		break;
	case INTENT_WORKFLOW:
		set_workflow(workspace, type, seen, work);
		break;
	case INTENT_PAID:
	case INTENTS:
		set_paid(workspace, type, seen, work);
		break;
	}
	return work;
}

/* ---- the order ---- */

static int
status_rank(const char *status)
{
	return strcmp(status, "ready") == 0 ? 0 : strcmp(status, "warning") == 0 ? 1 : 2;
}

static int
compare_numbers(int64_t more, int64_t less)
{
	return (more < less) - (more > less);
}

static int
compare_authoring(const struct workspace_type *a, const struct workspace_type *b)
{
	int by = compare_numbers((int64_t)a->workflows.n, (int64_t)b->workflows.n);

	if (by == 0)
		by = compare_numbers(a->pending_review_task_count, b->pending_review_task_count);
	return by ? by : compare_numbers(a->item_count, b->item_count);
}

static int
compare_paid(const struct workspace_price *a, const struct workspace_price *b)
{
	int by = compare_numbers(a->active_type_offer_count, b->active_type_offer_count);

	if (by || !a->lowest_type_offer_sats || !b->lowest_type_offer_sats)
		return by;
	return compare_numbers(*b->lowest_type_offer_sats, *a->lowest_type_offer_sats);
}

static int
compare(const void *one, const void *other)
{
	const struct workspace_target *a = one, *b = other;
	bool is_paid = strcmp(a->work_target->kind, "paid-content") == 0;
	int by = status_rank(a->work_target->status) - status_rank(b->work_target->status);

	if (by == 0)
		by = compare_numbers(a->work_target->review_task_id != NULL, b->work_target->review_task_id != NULL);
	if (by == 0)
		by = is_paid ? compare_paid(a->content_type->paid, b->content_type->paid) : compare_authoring(a->content_type, b->content_type);
	if (by == 0)
		by = strcmp(a->content_type->name, b->content_type->name);
	return by ? by : compare_numbers(b->content_type->id, a->content_type->id);
}

static bool
is_found(const struct content_type *type, const char *search)
{
	return !search || strcasestr(type->name, search) || strcasestr(type->slug, search) || (type->description && strcasestr(type->description, search));
}

enum intent
intent_named(const char *name)
{
	static const char *const names[INTENTS] = { "authoring", "review", "workflow", "paid" };

	for (size_t i = 0; i < INTENTS; i++)
		if (strcmp(names[i], name) == 0)
			return (enum intent)i;
	return INTENT_AUTHORING;
}

size_t
workspace_rank(const struct workspace *workspace, enum intent intent, const char *search, struct workspace_target *targets)
{
	size_t n = 0;

	for (size_t i = 0; i < workspace->n_types; i++) {
		const struct content_type *type = &workspace->types[i];
		struct workspace_type *seen = is_found(type, search) ? ARENA_NEW(workspace->arena, struct workspace_type) : NULL;
		if (!seen)
			continue;
		*seen = workspace_type_of(workspace, type);
		targets[n++] = (struct workspace_target){ .content_type = seen, .work_target = work_of(workspace, intent, type, seen) };
	}
	qsort(targets, n, sizeof(targets[0]), compare);
	for (size_t i = 0; i < n; i++)
		targets[i].rank = (int64_t)i + 1;
	return n;
}
