/* Workflows as graphs, and roles as scopes. */
#include "rules.h"

#include <string.h>

#include "contract/policy.h"

static bool
is_reached(const struct edge *edges, size_t n, const char *state)
{
	if (strcmp(state, "draft") == 0 || strcmp(state, "published") == 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(edges[i].to, state) == 0)
			return true;
	}
	return false;
}

static bool
is_left(const struct edge *edges, size_t n, const char *state)
{
	if (strcmp(state, "published") == 0 || strcmp(state, "archived") == 0)
		return true; /* where items may stay */
	for (size_t i = 0; i < n; i++) {
		if (strcmp(edges[i].from, state) == 0)
			return true;
	}
	return false;
}

const char *
rules_graph_problem(struct arena *arena, const struct edge *edges, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct edge *edge = &edges[i];
		if (strcmp(edge->from, edge->to) == 0)
			return arena_printf(arena, "the transition from '%s' leads to itself", edge->from);
		if (strcmp(edge->from, "in_review") == 0 || strcmp(edge->to, "in_review") == 0)
			return "'in_review' is what every item under review is: a transition names the states before and after";
		if (!is_reached(edges, n, edge->from))
			return arena_printf(arena, "no transition reaches the state '%s'", edge->from);
		if (!is_left(edges, n, edge->to))
			return arena_printf(arena, "the state '%s' is a dead end: no transition leaves it", edge->to);
	}
	return NULL;
}

bool
rules_has_role(const struct principal *principal, const struct json_value *roles, bool *ret_is_empty)
{
	*ret_is_empty = !roles || roles->type != JSON_LIST || roles->n == 0;
	for (size_t i = 0; !*ret_is_empty && i < roles->n; i++) {
		if (roles->items[i].type == JSON_TEXT && principal_has_scope(principal, roles->items[i].text))
			return true;
	}
	return false;
}
