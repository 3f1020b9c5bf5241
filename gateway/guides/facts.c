/* What a task is about, of all that there is. */
#include <string.h>

#include "guides/recipes.h"

const struct workflow *
facts_workflow(const struct facts *facts, int64_t content_type_id)
{
	for (size_t i = 0; i < facts->n_workflows; i++) {
		if (facts->workflows[i].active && facts->workflows[i].content_type_id == content_type_id)
			return &facts->workflows[i];
	}
	return NULL;
}

bool
facts_may_decide(const struct facts *facts, const struct review_task *task)
{
	bool is_for_me = !task->assignee || strcmp(task->assignee, facts->principal->id) == 0;

	return is_for_me && strcmp(task->submitted_by, facts->principal->id) != 0;
}

const struct workflow_transition *
facts_transition(const struct facts *facts)
{
	const struct workflow *workflow = facts->governing;
	const struct workflow_transition *transition = workflow ? workflow->transitions.items : NULL, *found = NULL;

	for (size_t i = 0; workflow && facts->item && i < workflow->transitions.n; i++) {
		if (strcmp(transition[i].from_state, facts->item->status) != 0)
			continue;
		if (found) /* which one is meant has to be said */
			return NULL;
		found = &transition[i];
	}
	return found;
}

static bool
is_under_review(const struct facts *facts, int64_t item_id)
{
	for (size_t i = 0; i < facts->n_tasks; i++) {
		if (facts->tasks[i].content_item_id == item_id)
			return true;
	}
	return false;
}

static const struct content_type *
type_of(const struct facts *facts, int64_t id)
{
	for (size_t i = 0; i < facts->n_types; i++) {
		if (facts->types[i].id == id)
			return &facts->types[i];
	}
	return NULL;
}

/* Items that could be submitted are better for a review than those that could not; for writing, those that nobody reviews. */
static int
fitness(const struct facts *facts, enum guide_subject subject, const struct content_item *item)
{
	bool is_waiting = is_under_review(facts, item->id), is_governed = facts_workflow(facts, item->content_type_id);

	if (subject == ABOUT_REVIEW)
		return !is_waiting && is_governed ? 1 + (strcmp(item->status, "draft") == 0) : 0;
	return !is_waiting && !is_governed;
}

static void
choose_item(struct facts *facts, enum guide_subject subject, const int64_t *wanted_type)
{
	const struct content_item *best = NULL;
	int best_fitness = -1;

	for (size_t i = 0; i < facts->n_items; i++) {
		if (wanted_type && facts->items[i].content_type_id != *wanted_type)
			continue;
		int fit = fitness(facts, subject, &facts->items[i]);
		if (fit > best_fitness) {
			best = &facts->items[i];
			best_fitness = fit;
		}
	}
	facts->item = best;
}

void
facts_choose(struct facts *facts, enum guide_subject subject, const int64_t *wanted_type)
{
	choose_item(facts, subject, wanted_type);
	facts->type = wanted_type ? type_of(facts, *wanted_type) : facts->item ? type_of(facts, facts->item->content_type_id) : facts->n_types > 0 ? facts->types : NULL;
	for (size_t i = 0; i < facts->n_tasks; i++) {
		if (!facts->task || (facts_may_decide(facts, &facts->tasks[i]) && !facts_may_decide(facts, facts->task)))
			facts->task = &facts->tasks[i];
	}
	for (size_t i = 0; i < facts->n_offers && !facts->offer; i++) {
		if (facts->offers[i].active)
			facts->offer = &facts->offers[i];
	}
}
