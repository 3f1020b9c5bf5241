/* Routes as a tree of segments: literal children before the variable one. */
#include "rest/route.h"

#include <string.h>

#include "buf.h"

struct node {
	const char *literal; /* NULL: a variable */
	size_t n_literal;
	struct node *next; /* sibling */
	struct node *children;
	struct node *variable;
	struct route_target targets[ROUTE_METHODS_MAX];
	size_t n_targets;
};

struct router {
	struct arena *arena;
	struct node root;
};


struct router *
router_new(struct arena *arena)
{
	struct router *router = ARENA_NEW(arena, struct router);
	router->arena = arena;
	return router;
}

static struct node *
child_of(struct arena *arena, struct node *node, const char *text, size_t n)
{
	if (text[0] == '{') {
		if (!node->variable)
			node->variable = ARENA_NEW(arena, struct node);
		return node->variable;
	}
	for (struct node *child = node->children; child; child = child->next)
		if (child->n_literal == n && memcmp(child->literal, text, n) == 0)
			return child;
	struct node *child = ARENA_NEW(arena, struct node);
	child->literal = arena_strndup(arena, text, n);
	child->n_literal = n;
	child->next = node->children;
	node->children = child;
	return child;
}

static bool
add_target(struct node *node, const struct route_target *target)
{
	for (size_t i = 0; i < node->n_targets; i++)
		if (strcmp(node->targets[i].method, target->method) == 0)
			return false;
	if (node->n_targets == ROUTE_METHODS_MAX)
		return false;
	node->targets[node->n_targets++] = *target;
	return true;
}

bool
router_add(struct router *router, const char *method, const char *path, const void *target)
{
	const char **names = ARENA_ARRAY(router->arena, const char *, ROUTE_VARIABLES_MAX);
	struct node *node = &router->root;
	size_t n_segments = 0, n_names = 0;

	while (*path == '/' && path[1] != '\0') { /* "/" itself is the root */
		size_t n = strcspn(++path, "/");
		if (n == 0 || ++n_segments > ROUTE_SEGMENTS_MAX)
			return false;
		node = child_of(router->arena, node, path, n);
		if (path[0] == '{') {
			if (n_names == ROUTE_VARIABLES_MAX)
				return false;
			names[n_names++] = arena_strndup(router->arena, path + 1, n - 2);
		}
		path += n;
	}
	return add_target(node, &(struct route_target){ .method = method, .target = target, .names = names });
}

/* Depth is bounded by ROUTE_SEGMENTS_MAX, the depth of the tree. */
static const struct node *
find_below(const struct node *node, const char *path, struct route_match *match)
{
	if (*path == '\0')
		return node->n_targets > 0 ? node : NULL;

	const char *text = path + 1; /* behind the '/' */
	size_t n = strcspn(text, "/");
	for (const struct node *child = node->children; child; child = child->next) {
		if (child->n_literal != n || memcmp(child->literal, text, n) != 0)
			continue;
		const struct node *found = find_below(child, text + n, match);
		if (found)
			return found;
	}
	if (!node->variable || n == 0 || match->n_variables == ROUTE_VARIABLES_MAX)
		return NULL;
	match->variables[match->n_variables++] = (struct route_variable){ .text = text, .n = n };
	const struct node *found = find_below(node->variable, text + n, match);
	if (!found)
		match->n_variables--;
	return found;
}

bool
router_find(const struct router *router, const char *path, struct route_match *ret_match)
{
	ret_match->n_variables = 0;
	ret_match->n_targets = 0;
	const struct node *node = path[0] == '/' ? find_below(&router->root, path[1] ? path : "", ret_match) : NULL;
	if (!node)
		return false;
	ret_match->targets = node->targets;
	ret_match->n_targets = node->n_targets;
	return true;
}

static const struct route_target *
target_of(const struct route_match *match, const char *method)
{
	for (size_t i = 0; i < match->n_targets; i++)
		if (strcmp(match->targets[i].method, method) == 0)
			return &match->targets[i];
	return NULL;
}

const void *
route_choose(struct route_match *match, const char *method)
{
	const struct route_target *target = target_of(match, method);
	if (!target && strcmp(method, "HEAD") == 0)
		target = target_of(match, "GET");
	if (!target)
		return NULL;
	for (size_t i = 0; i < match->n_variables; i++)
		match->variables[i].name = target->names[i];
	return target->target;
}

const char *
route_allow(struct arena *arena, const struct route_match *match)
{
	struct buf buf;

	buf_init(&buf, arena, 64);
	for (size_t i = 0; i < match->n_targets; i++) {
		buf_add_text(&buf, i > 0 ? ", " : "");
		buf_add_text(&buf, match->targets[i].method);
	}
	if (target_of(match, "GET") && !target_of(match, "HEAD"))
		buf_add_text(&buf, ", HEAD");
	buf_add_text(&buf, ", OPTIONS");
	return buf.bytes;
}
