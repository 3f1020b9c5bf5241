/* A key hands on no more than it has: every pair of rights. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "contract/policy.h"
#include "keys/rights.h"
#include "registry.h"

enum { SCOPES_N = 5, SETS_N = 1 << SCOPES_N, LIMITS_N = 6, BOUNDS_N = 4 };

static struct arena *arena;

static void
setup(void)
{
	arena = arena_new(8 * 1024 * 1024);
}

static void
teardown(void)
{
	arena_free(arena);
}

/* ---- scopes ---- */

static struct shape_list
scopes_of(int set)
{
	static const char *const names[SCOPES_N] = { "content:read", "content:read:published", "content:write", "audit:read", "admin" };
	const char **scopes = ARENA_ARRAY(arena, const char *, SCOPES_N);
	size_t n = 0;

	for (int i = 0; i < SCOPES_N; i++)
		if (set & 1 << i)
			scopes[n++] = names[i];
	return (struct shape_list){ scopes, n };
}

static bool
may(struct shape_list scopes, const struct operation *operation)
{
	struct principal principal = { .tenant = 1, .id = "x", .type = "api_key", .source = "db", .scopes = scopes.items, .n_scopes = scopes.n };

	return policy_decide(&(struct policy_question){ .principal = &principal, .operation = operation->policy, .resource_type = operation->resource_type }).is_allowed;
}

/* _i is the parent's set.  By the policy, not by the rule under test: whatever the child may do, the parent may. */
START_TEST(a_child_may_do_nothing_that_its_parent_may_not)
{
	struct key_rights parent = { .scopes = scopes_of(_i) };

	for (int set = 1; set < SETS_N; set++) {
		struct key_rights wanted = { .scopes = scopes_of(set) }, child;
		const char *what;
		bool is_made = rights_hand_on(arena, &parent, &wanted, &child, &what) == RIGHTS_FIT, exceeds = false;
		for (size_t i = 0; i < registry_n_operations; i++) {
			const struct operation *operation = registry_operations[i];
			if (operation->policy && may(wanted.scopes, operation) && !may(parent.scopes, operation))
				exceeds = true;
		}
		ck_assert_msg(!is_made || !exceeds, "parent %d, child %d: the child may do more", _i, set);
		/* nor is anything refused without need, but for scopes that no operation of today tells apart */
		if ((set & _i) == set)
			ck_assert_msg(is_made, "parent %d, child %d: refused for %s", _i, set, what);
	}
}
END_TEST

START_TEST(without_scopes_a_child_has_those_of_its_parent)
{
	struct key_rights parent = { .scopes = scopes_of(5) }, wanted = { 0 }, child;
	const char *what;

	ck_assert_int_eq(rights_hand_on(arena, &parent, &wanted, &child, &what), RIGHTS_FIT);
	ck_assert_uint_eq(child.scopes.n, 2);
}
END_TEST

/* ---- budgets and life ---- */

static const int64_t bounds[BOUNDS_N] = { -1, 0, 1, 100 }; /* -1: none */

static const int64_t *
bound(int i)
{
	return bounds[i] < 0 ? NULL : &bounds[i];
}

START_TEST(no_budget_of_a_child_is_beyond_that_of_its_parent)
{
	struct key_rights parent = { .scopes = scopes_of(1) }, child;
	int which = _i;

	for (int p = 0; p < BOUNDS_N; p++) {
		for (int w = 0; w < BOUNDS_N; w++) {
			struct key_rights wanted = { 0 };
			const char *what = NULL;
			parent.budgets[which] = bound(p);
			wanted.budgets[which] = bound(w);
			enum rights_excess excess = rights_hand_on(arena, &parent, &wanted, &child, &what);
			int64_t most = which == BUDGET_SATS_PER_DAY && bounds[p] > 0 ? 0 : bounds[p];
			bool is_more = most >= 0 && bounds[w] > most;
			ck_assert_msg(excess == (is_more ? RIGHTS_BUDGET : RIGHTS_FIT), "budget %d, parent %d, wanted %d", which, p, w);
			if (!is_more && most >= 0)
				ck_assert(child.budgets[which] && *child.budgets[which] <= most);
		}
	}
}
END_TEST

START_TEST(no_child_outlives_its_parent)
{
	for (int p = 0; p < BOUNDS_N; p++) {
		for (int w = 0; w < BOUNDS_N; w++) {
			struct key_rights parent = { .scopes = scopes_of(1), .expires_at = bound(p) }, wanted = { .expires_at = bound(w) }, child;
			const char *what;
			enum rights_excess excess = rights_hand_on(arena, &parent, &wanted, &child, &what);
			bool is_more = bound(p) && bound(w) && bounds[w] > bounds[p];
			ck_assert_int_eq(excess, is_more ? RIGHTS_EXPIRY : RIGHTS_FIT);
			if (!is_more && bound(p))
				ck_assert(child.expires_at && *child.expires_at <= bounds[p]);
		}
	}
}
END_TEST

/* ---- limits ---- */

static const int64_t one[] = { 1 }, two[] = { 2 }, both[] = { 1, 2 }, other[] = { 3, 1 };

static struct shape_list
limit_of(int i)
{
	static const struct shape_list limits[LIMITS_N] = { { NULL, 0 }, { one, 1 }, { two, 1 }, { both, 2 }, { other, 2 }, { one, 0 } };
	return limits[i];
}

static bool
reaches(struct shape_list limit, int64_t id)
{
	const int64_t *ids = limit.items;

	for (size_t i = 0; i < limit.n; i++)
		if (ids[i] == id)
			return true;
	return limit.n == 0;
}

/* _i: types, items or review tasks. */
START_TEST(a_child_reaches_nothing_that_its_parent_does_not)
{
	for (int p = 0; p < LIMITS_N - 1; p++) {
		for (int w = 0; w < LIMITS_N; w++) {
			struct key_rights parent = { .scopes = scopes_of(1) }, wanted = { 0 }, child = { 0 };
			struct shape_list *of_parent[] = { &parent.types, &parent.items, &parent.tasks }, *of_wanted[] = { &wanted.types, &wanted.items, &wanted.tasks },
				*of_child[] = { &child.types, &child.items, &child.tasks };
			const char *what;
			*of_parent[_i] = limit_of(p);
			*of_wanted[_i] = limit_of(w);
			enum rights_excess excess = rights_hand_on(arena, &parent, &wanted, &child, &what);
			bool is_more = w == LIMITS_N - 1; /* an empty list is no limit, and asks for one */
			for (int64_t id = 1; w != 0 && id <= 3; id++)
				is_more |= reaches(limit_of(w), id) && !reaches(limit_of(p), id);
			ck_assert_msg(excess == (is_more ? RIGHTS_LIMIT : RIGHTS_FIT), "kind %d, parent %d, wanted %d", _i, p, w);
			for (int64_t id = 1; !is_more && id <= 3; id++)
				ck_assert(!reaches(*of_child[_i], id) || reaches(limit_of(p), id));
		}
	}
}
END_TEST

START_TEST(limits_travel_as_text)
{
	struct key_rights rights = { .types = { both, 2 }, .tasks = { two, 1 } }, read = { 0 };
	const char *text = rights_narrow(arena, &rights);

	ck_assert_str_eq(text, "{1,2}||{2}");
	rights_read_narrow(arena, text, &read);
	ck_assert_uint_eq(read.types.n, 2);
	ck_assert_uint_eq(read.items.n, 0);
	ck_assert_int_eq(((const int64_t *)read.tasks.items)[0], 2);
	ck_assert_ptr_null(rights_narrow(arena, &(struct key_rights){ 0 }));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("identity_rights");
	TCase *tcase = tcase_create("rights");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_child_may_do_nothing_that_its_parent_may_not, 1, SETS_N);
	tcase_add_test(tcase, without_scopes_a_child_has_those_of_its_parent);
	tcase_add_loop_test(tcase, no_budget_of_a_child_is_beyond_that_of_its_parent, 0, BUDGETS_N);
	tcase_add_test(tcase, no_child_outlives_its_parent);
	tcase_add_loop_test(tcase, a_child_reaches_nothing_that_its_parent_does_not, 0, 3);
	tcase_add_test(tcase, limits_travel_as_text);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
