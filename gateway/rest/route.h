/* Method and path to what answers them: a tree of path segments, built once at start. */
#ifndef ROUTE_H
#define ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

enum { ROUTE_SEGMENTS_MAX = 16, ROUTE_VARIABLES_MAX = 8, ROUTE_METHODS_MAX = 8 };

/* One segment of the path as it came, percent-encoded; name is the route's. */
struct route_variable {
	const char *name;
	const char *text;
	size_t n;
};

struct route_target {
	const char *method;
	const void *target;
	const char *const *names; /* of the variables, in order; routes of one path may differ in them */
};

struct route_match {
	const struct route_target *targets; /* one per method */
	size_t n_targets;
	struct route_variable variables[ROUTE_VARIABLES_MAX]; /* names are those of the chosen target */
	size_t n_variables;
};

struct router;

/* Everything lives in the arena. */
struct router *router_new(struct arena *arena);

/* path as in the contract: "/api/content-items/{id}".  False when the route is taken or a bound is passed. */
bool router_add(struct router *router, const char *method, const char *path, const void *target);

/* False when no route has this path under any method.  path borrows into the match; it has no query. */
bool router_find(const struct router *router, const char *path, struct route_match *ret_match);

/* The target for a method (HEAD falls back to GET), with the variables' names filled in; NULL when the path has no such method. */
const void *route_choose(struct route_match *match, const char *method);

/* "DELETE, GET, HEAD": the value of Allow. */
const char *route_allow(struct arena *arena, const struct route_match *match);

#endif
