/* What workspace.c, which asks the services, and rank.c, which judges what they say, share. */
#ifndef WORKSPACE_INTERNAL_H
#define WORKSPACE_INTERNAL_H

#include "content_proto.h"
#include "dispatch/dispatch.h"
#include "gateway_proto.h"
#include "payments_proto.h"
#include "workflow_proto.h"

enum { WORKSPACE_TYPES_MAX = 200, WORKSPACE_ROWS_MAX = 200, WORKSPACE_WARNINGS_MAX = 8, LEADS_MAX = 3 };

enum intent { INTENT_AUTHORING, INTENT_REVIEW, INTENT_WORKFLOW, INTENT_PAID, INTENTS };

/* What the services said; lists of what could not be asked are empty. */
struct workspace {
	struct arena *arena;
	const struct principal *principal;
	const struct content_type *types;
	size_t n_types;
	const struct workflow *workflows;
	size_t n_workflows;
	const struct review_task *tasks; /* pending ones */
	size_t n_tasks;
	const struct offer *offers;
	size_t n_offers;
};

enum intent intent_named(const char *name); /* "all" is authoring */

/* Those whose name, slug or description has the text (NULL: all), the best for the intent first.  Returns how many. */
size_t workspace_rank(const struct workspace *workspace, enum intent intent, const char *search, struct workspace_target *targets);

struct workspace_type workspace_type_of(const struct workspace *workspace, const struct content_type *type);

#endif
