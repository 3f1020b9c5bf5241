/* The memory region of a request. */
#include <check.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

enum { LIMIT_BYTES = 1024 * 1024 };

static struct arena *arena;

static void
set_up(void)
{
	arena = arena_new(LIMIT_BYTES);
}

static void
tear_down(void)
{
	arena_free(arena);
}

START_TEST(memory_is_zeroed_and_aligned)
{
	for (size_t n = 1; n < 3000; n += 7) {
		unsigned char *bytes = arena_alloc(arena, n);
		ck_assert_uint_eq((uintptr_t)bytes % _Alignof(max_align_t), 0);
		size_t n_dirty = 0; /* one assertion a block: each costs a message */
		for (size_t i = 0; i < n; i++)
			n_dirty += bytes[i] != 0;
		ck_assert_uint_eq(n_dirty, 0);
		memset(bytes, 0xff, n);
	}
}
END_TEST

START_TEST(a_rewind_forgets_what_came_after_the_mark_only)
{
	char *kept = arena_strdup(arena, "kept");
	struct arena_mark mark = arena_mark(arena);
	size_t used = arena_used_bytes(arena);

	memset(arena_alloc(arena, 500000), 0xff, 500000); /* a block of its own */
	arena_rewind(arena, mark);
	ck_assert_uint_eq(arena_used_bytes(arena), used);
	ck_assert_str_eq(kept, "kept");
	const char *bytes = arena_alloc(arena, 100);
	for (size_t i = 0; i < 100; i++)
		ck_assert_int_eq(bytes[i], 0);
}
END_TEST

START_TEST(memory_is_zeroed_again_after_a_reset)
{
	memset(arena_alloc(arena, 1000), 0xff, 1000);
	arena_reset(arena);
	ck_assert_uint_eq(arena_used_bytes(arena), 0);
	const char *bytes = arena_alloc(arena, 1000);
	for (size_t i = 0; i < 1000; i++)
		ck_assert_int_eq(bytes[i], 0);
}
END_TEST

START_TEST(allocations_do_not_overlap)
{
	enum { N = 2000 };
	static unsigned char *blocks[N];

	for (size_t i = 0; i < N; i++) {
		blocks[i] = arena_alloc(arena, 1 + i % 400);
		memset(blocks[i], (int)(i % 251), 1 + i % 400);
	}
	for (size_t i = 0; i < N; i++)
		ck_assert(blocks[i][0] == i % 251 && blocks[i][i % 400] == i % 251);
}
END_TEST

START_TEST(the_last_allocation_grows_where_it_stands)
{
	unsigned char *first = arena_alloc(arena, 100), *last = arena_alloc(arena, 100);

	memset(last, 7, 100);
	ck_assert(!arena_extend(arena, first, 100, 200));
	ck_assert(arena_extend(arena, last, 100, 5000));
	memset(last, 7, 5000);
	unsigned char *next = arena_alloc(arena, 16);
	ck_assert(next >= last + 5000 && first[99] == 0);
	ck_assert(!arena_extend(arena, last, 5000, 6000));
	ck_assert(arena_extend(arena, next, 16, 16) && !arena_extend(arena, next, 16, 8) && !arena_extend(arena, next, 16, 512 * 1024));
	ck_assert_uint_ge(arena_used_bytes(arena), 5116);
}
END_TEST

START_TEST(past_the_limit_it_says_so_and_goes_on)
{
	(void)arena_alloc(arena, LIMIT_BYTES);
	ck_assert(!arena_is_exhausted(arena));
	ck_assert(!arena_has_room(arena, 1));
	(void)arena_alloc(arena, 1);
	ck_assert(arena_is_exhausted(arena));
	ck_assert(!arena_has_room(arena, 0));
	arena_reset(arena);
	ck_assert(!arena_is_exhausted(arena));
}
END_TEST

START_TEST(room_is_asked_for_without_taking_it)
{
	ck_assert(arena_has_room(arena, LIMIT_BYTES));
	ck_assert(!arena_has_room(arena, LIMIT_BYTES + 1));
	ck_assert(!arena_has_room(arena, SIZE_MAX));
	ck_assert_uint_eq(arena_used_bytes(arena), 0);
}
END_TEST

START_TEST(far_past_the_limit_it_aborts)
{
	for (int i = 0; i < 6; i++)
		(void)arena_alloc(arena, LIMIT_BYTES);
}
END_TEST

START_TEST(text_is_copied_and_terminated)
{
	char text[] = "abcdef";
	char *copy = arena_strdup(arena, text);
	char *part = arena_strndup(arena, text, 3);
	char *bytes = arena_memdup(arena, text, 2);

	text[0] = 'X';
	ck_assert_str_eq(copy, "abcdef");
	ck_assert_str_eq(part, "abc");
	ck_assert_mem_eq(bytes, "ab", 2);
	ck_assert_str_eq(arena_strndup(arena, NULL, 0), "");
	ck_assert_str_eq(arena_printf(arena, "%s-%d", "a", 7), "a-7");
}
END_TEST

START_TEST(arenas_that_share_a_budget_are_exhausted_together)
{
	struct arena_budget budget = { .max_bytes = 1024 * 1024 };
	struct arena *large = arena_new_shared(16 * 1024 * 1024, &budget), *other = arena_new_shared(16 * 1024 * 1024, &budget);
	struct arena *small = arena_new_shared(16 * 1024 * 1024, &budget);

	(void)arena_alloc(small, 1000);
	(void)arena_alloc(other, 100000);
	ck_assert_uint_eq(budget.held_bytes, 128 * 1024);
	ck_assert(arena_has_room(large, 800 * 1024));
	ck_assert(!arena_has_room(large, 1000 * 1024));
	ck_assert(arena_is_short(large, 1000 * 1024));
	ck_assert(!arena_is_short(large, 0));
	(void)arena_alloc(large, 1000 * 1024);
	ck_assert(arena_budget_is_spent(&budget));
	ck_assert(arena_is_exhausted(large) && arena_is_short(large, 0));
	ck_assert(arena_is_exhausted(other));
	ck_assert(!arena_is_exhausted(small)); /* it lives in its first block */
	ck_assert(arena_has_room(small, 1000) && !arena_has_room(small, 100000));
	arena_reset(large);
	ck_assert_uint_eq(budget.held_bytes, 128 * 1024);
	ck_assert(!arena_is_exhausted(other));
	arena_free(other);
	struct arena_mark mark = arena_mark(small);
	(void)arena_alloc(small, 100000);
	arena_rewind(small, mark);
	ck_assert_uint_eq(budget.held_bytes, 0);
	arena_free(small);
	arena_free(large);
}
END_TEST

START_TEST(an_arena_past_its_own_limit_is_not_short)
{
	struct arena_budget budget = { .max_bytes = 1024 * 1024 };
	struct arena *own = arena_new_shared(100000, &budget);

	(void)arena_alloc(own, 200000);
	ck_assert(arena_is_exhausted(own) && !arena_is_short(own, 0));
	arena_free(own);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("arena");
	TCase *tc = tcase_create("arena");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, memory_is_zeroed_and_aligned);
	tcase_add_test(tc, a_rewind_forgets_what_came_after_the_mark_only);
	tcase_add_test(tc, memory_is_zeroed_again_after_a_reset);
	tcase_add_test(tc, allocations_do_not_overlap);
	tcase_add_test(tc, the_last_allocation_grows_where_it_stands);
	tcase_add_test(tc, past_the_limit_it_says_so_and_goes_on);
	tcase_add_test(tc, room_is_asked_for_without_taking_it);
	tcase_add_test_raise_signal(tc, far_past_the_limit_it_aborts, SIGABRT);
	tcase_add_test(tc, text_is_copied_and_terminated);
	tcase_add_test(tc, arenas_that_share_a_budget_are_exhausted_together);
	tcase_add_test(tc, an_arena_past_its_own_limit_is_not_short);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
