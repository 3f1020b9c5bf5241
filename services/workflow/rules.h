/* Workflows as graphs, and who may do what in a review. */
#ifndef RULES_H
#define RULES_H

#include "arena.h"
#include "contract/envelope.h"
#include "json/json.h"

struct edge {
	const char *from, *to;
	int64_t approvals;
};

/* NULL when each state is reached from draft or published and none is a dead end; else what is wrong, naming the state. */
const char *rules_graph_problem(struct arena *arena, const struct edge *edges, size_t n);

/* diagram.c: the graph as a text for Mermaid, and as SVG. */
const char *diagram_text(struct arena *arena, const struct edge *edges, size_t n);
const char *diagram_picture(struct arena *arena, const struct edge *edges, size_t n);

/* Whether one of the scopes in a JSON array is the principal's; *ret_is_empty when the array has none. */
bool rules_has_role(const struct principal *principal, const struct json_value *roles, bool *ret_is_empty);

#endif
