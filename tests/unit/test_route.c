/* Method and path to what answers them. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "contract/operation.h"
#include "rest/route.h"

static struct arena *arena;
static struct router *router;

static void
set_up(void)
{
	static const char *const routes[][2] = {
		{ "GET", "/health" }, { "GET", "/api/items" }, { "POST", "/api/items" }, { "GET", "/api/items/{id}" },
		{ "DELETE", "/api/items/{itemId}" }, { "GET", "/api/items/{id}/versions/{version}" }, { "GET", "/api/items/latest" },
		{ "GET", "/api/items/latest/x" },
	};

	arena = arena_new(1024 * 1024);
	router = router_new(arena);
	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++)
		ck_assert(router_add(router, routes[i][0], routes[i][1], routes[i][1]));
}

static void
tear_down(void)
{
	arena_free(arena);
}

static const struct find_row {
	const char *method, *path, *route; /* route NULL: no such path; "" : path without this method */
} finds[] = {
	{ "GET", "/health", "/health" },
	{ "HEAD", "/health", "/health" },
	{ "POST", "/health", "" },
	{ "GET", "/api/items/12", "/api/items/{id}" },
	{ "DELETE", "/api/items/12", "/api/items/{itemId}" },
	{ "GET", "/api/items/latest", "/api/items/latest" },
	{ "GET", "/api/items/latest/x", "/api/items/latest/x" },
	{ "GET", "/api/items/latest/versions/3", "/api/items/{id}/versions/{version}" },
	{ "GET", "/api/items/%2F", "/api/items/{id}" },
	{ "GET", "/api/items/", NULL },
	{ "GET", "/api/items//versions/1", NULL },
	{ "GET", "/api", NULL },
	{ "GET", "/", NULL },
	{ "GET", "", NULL },
	{ "GET", "api/items", NULL },
	{ "GET", "/api/items/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18", NULL },
};

START_TEST(paths_find_their_route)
{
	const struct find_row *row = &finds[_i];
	struct route_match match;
	bool is_found = router_find(router, row->path, &match);

	ck_assert_msg(is_found == (row->route != NULL), "%s", row->path);
	if (!is_found)
		return;
	const char *route = route_choose(&match, row->method);
	ck_assert_msg(row->route[0] ? route && strcmp(route, row->route) == 0 : !route, "%s %s: got %s", row->method, row->path,
	    route ? route : "(no method)");
}
END_TEST

START_TEST(variables_carry_the_chosen_routes_names)
{
	struct route_match match;

	ck_assert(router_find(router, "/api/items/a%20b/versions/3", &match));
	ck_assert_ptr_nonnull(route_choose(&match, "GET"));
	ck_assert_uint_eq(match.n_variables, 2);
	ck_assert_str_eq(match.variables[0].name, "id");
	ck_assert_uint_eq(match.variables[0].n, 5);
	ck_assert_str_eq(match.variables[1].name, "version");
	ck_assert(router_find(router, "/api/items/7", &match));
	ck_assert_ptr_nonnull(route_choose(&match, "DELETE"));
	ck_assert_str_eq(match.variables[0].name, "itemId");
}
END_TEST

START_TEST(a_taken_route_is_refused)
{
	ck_assert(!router_add(router, "GET", "/api/items", "other"));
	ck_assert(!router_add(router, "GET", "/api/items/{other}", "other"));
}
END_TEST

START_TEST(allow_lists_every_method_of_the_path)
{
	struct route_match match;

	ck_assert(router_find(router, "/api/items", &match));
	ck_assert_str_eq(route_allow(arena, &match), "GET, POST, HEAD, OPTIONS");
}
END_TEST

START_TEST(every_route_of_the_registry_has_its_place)
{
	struct router *all = router_new(arena);

	for (size_t i = 0; i < registry_n_operations; i++) {
		const struct operation *operation = registry_operations[i];
		for (size_t r = 0; r < operation->n_routes; r++)
			ck_assert_msg(router_add(all, operation->routes[r].method, operation->routes[r].path, operation), "%s %s",
			    operation->routes[r].method, operation->routes[r].path);
	}
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int
main(void)
{
	Suite *suite = suite_create("route");
	TCase *tc = tcase_create("route");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, paths_find_their_route, 0, ROWS(finds));
	tcase_add_test(tc, variables_carry_the_chosen_routes_names);
	tcase_add_test(tc, a_taken_route_is_refused);
	tcase_add_test(tc, allow_lists_every_method_of_the_path);
	tcase_add_test(tc, every_route_of_the_registry_has_its_place);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
