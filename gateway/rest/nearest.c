/* The route that was probably meant: as many segments, and the fewest wrong letters in those that are no variables. */
#include "rest/nearest.h"

#include <stdint.h>
#include <string.h>

#include "contract/operation.h"
#include "rest/route.h"
#include "suggest.h"

enum { LETTERS_WRONG_MAX = 6 };

/* The segments of a path, "" before its first slash left out; 0 when there are too many. */
static size_t
split(struct arena *arena, const char *path, const char *segments[ROUTE_SEGMENTS_MAX])
{
	size_t n = 0;

	while (*path == '/') {
		size_t length = strcspn(++path, "/");
		if (n == ROUTE_SEGMENTS_MAX)
			return 0;
		segments[n++] = arena_strndup(arena, path, length);
		path += length;
	}
	return n;
}

/* SIZE_MAX: not to be compared. */
static size_t
distance(const char *const *asked, size_t n_asked, const char *const *route, size_t n_route)
{
	size_t sum = 0;

	if (n_asked != n_route)
		return SIZE_MAX;
	for (size_t i = 0; i < n_route; i++) {
		size_t letters = route[i][0] == '{' ? 0 : suggestion_distance(asked[i], route[i]);
		if (letters > LETTERS_WRONG_MAX || (letters > 0 && letters * 2 > strlen(route[i])))
			return SIZE_MAX;
		sum += letters;
	}
	return sum;
}

const char *
nearest_route(struct arena *arena, const char *path)
{
	const char *asked[ROUTE_SEGMENTS_MAX], *route[ROUTE_SEGMENTS_MAX], *nearest = NULL;
	size_t n_asked = split(arena, path, asked), least = LETTERS_WRONG_MAX + 1;

	for (size_t i = 0; i < registry_n_operations && n_asked > 0; i++) {
		const struct operation *operation = registry_operations[i];
		for (size_t j = 0; j < operation->n_routes; j++) {
			size_t letters = distance(asked, n_asked, route, split(arena, operation->routes[j].path, route));
			if (letters < least) {
				least = letters;
				nearest = operation->routes[j].path;
			}
		}
	}
	return nearest;
}
