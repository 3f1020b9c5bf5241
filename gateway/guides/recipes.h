/* What the guides' files share: recipes.c says what tasks take, facts.c what there is, steps.c makes calls of both. */
#ifndef RECIPES_H
#define RECIPES_H

#include "content_proto.h"
#include "contract/envelope.h"
#include "contract/operation.h"
#include "gateway_proto.h"
#include "payments_proto.h"
#include "workflow_proto.h"

enum { STEPS_MAX = 10, GUIDE_TYPES_MAX = 200, GUIDE_ROWS_MAX = 50, GUIDE_WARNINGS_MAX = 2 * STEPS_MAX };

struct recipe_step {
	const struct operation *operation;
	const char *purpose;
	bool is_optional;
	bool comes_after; /* its arguments come of the steps before it */
};

/* What a task is about. */
enum guide_subject { ABOUT_NOTHING, ABOUT_WRITING, ABOUT_REVIEW, ABOUT_BUYING };

struct recipe {
	const char *task;
	const char *goal;
	enum guide_subject subject;
	const char *follow_up[4]; /* events that tell how it went on; NULL-terminated */
	struct recipe_step steps[STEPS_MAX];
};

extern const struct recipe recipes[];
extern const size_t n_recipes;
const struct recipe *recipe_find(const char *task);

/* What the services said, and what of it the task is about.  NULL: there is none. */
struct facts {
	const struct principal *principal;
	const struct content_type *types;
	size_t n_types;
	const struct workflow *workflows;
	size_t n_workflows;
	const struct review_task *tasks; /* pending ones */
	size_t n_tasks;
	const struct offer *offers;
	size_t n_offers;
	const struct workflow *governing; /* the item's, with its transitions, where the task is about reviews */
	const struct content_item *items; /* changed last */
	size_t n_items;
	const struct content_type *type;
	const struct content_item *item;
	const struct review_task *task;
	const struct offer *offer;
};

/* Chooses what the task is about; wanted_type: a type's id, or NULL. */
void facts_choose(struct facts *facts, enum guide_subject subject, const int64_t *wanted_type);
const struct workflow *facts_workflow(const struct facts *facts, int64_t content_type_id); /* the active one of a type, or NULL */
bool facts_may_decide(const struct facts *facts, const struct review_task *task);
/* The transition from the item's status, or NULL. */
const struct workflow_transition *facts_transition(const struct facts *facts);

/* A step with the arguments that are known; whether it can be made now. */
struct guide_step step_view(struct arena *arena, const struct facts *facts, const struct recipe *recipe, size_t place);

#endif
