/* Any text as a request target: routing and the query parser read nothing past its end, and what they accept is text
 * without NUL that means the same after encoding it again. */
#include <assert.h>
#include <string.h>

#include "contract/operation.h"
#include "rest/route.h"
#include "uri.h"
#include "utf8.h"

enum { ARENA_BYTES = 8 * 1024 * 1024, TARGET_BYTES_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static struct router *
registry_router(void)
{
	static struct router *router;

	if (router)
		return router;
	router = router_new(arena_new(ARENA_BYTES));
	for (size_t i = 0; i < registry_n_operations; i++)
		for (size_t r = 0; r < registry_operations[i]->n_routes; r++)
			assert(router_add(router, registry_operations[i]->routes[r].method, registry_operations[i]->routes[r].path,
			    registry_operations[i]));
	return router;
}

static void
check_text(struct arena *arena, const char *text)
{
	size_t n = strlen(text), at = 0;

	while (at < n) {
		size_t step = utf8_sequence(text + at, n - at);
		assert(step > 0);
		at += step;
	}
	const char *encoded = uri_encode(arena, text);
	const char *again = uri_decode(arena, encoded, strlen(encoded), true);
	assert(again && strcmp(again, text) == 0);
}

static void
check_path(struct arena *arena, const char *path)
{
	struct route_match match;

	if (!router_find(registry_router(), path, &match))
		return;
	assert(match.n_targets > 0);
	(void)route_choose(&match, "HEAD");
	(void)route_allow(arena, &match);
	for (size_t i = 0; i < match.n_variables; i++) {
		const struct route_variable *variable = &match.variables[i];
		assert(variable->n > 0 && variable->text >= path && variable->text + variable->n <= path + strlen(path));
		const char *text = uri_decode(arena, variable->text, variable->n, false);
		if (text)
			check_text(arena, text);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	struct query query;

	if (n_bytes > TARGET_BYTES_MAX)
		return 0;
	struct arena *arena = arena_new(ARENA_BYTES);
	const char *target = arena_strndup(arena, (const char *)bytes, n_bytes);
	size_t n_path = strcspn(target, "?");

	check_path(arena, arena_strndup(arena, target, n_path));
	if (target[n_path] && !query_parse(arena, target + n_path + 1, &query)) {
		assert(query.n <= URI_QUERY_PARAMETERS_MAX);
		for (size_t i = 0; i < query.n; i++) {
			check_text(arena, query.list[i].name);
			check_text(arena, query.list[i].value);
		}
	}
	arena_free(arena);
	return 0;
}
