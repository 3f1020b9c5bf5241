/* Prometheus text of several processes as one. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "pages/exposition.h"

static struct arena *arena;
static struct exposition *exposition;

static void
set_up(void)
{
	arena = arena_new(4 * 1024 * 1024);
	exposition = exposition_new(arena);
}

static void
tear_down(void)
{
	arena_free(arena);
}

static void
add(const char *process, const char *text)
{
	exposition_add(exposition, process, text, strlen(text));
}

static const char *
written(void)
{
	struct buf buf;
	buf_init(&buf, arena, 256);
	exposition_write(&buf, exposition);
	return buf.bytes;
}

START_TEST(a_family_is_described_once_and_its_series_stand_together)
{
	add("a", "# HELP x Things.\n# TYPE x counter\nx{k=\"1\"} 2\n# HELP y Others.\n# TYPE y gauge\ny 5\n");
	add("b", "# HELP x Things, said otherwise.\n# TYPE x counter\nx 3\n");
	ck_assert_str_eq(written(), "# HELP x Things.\n# TYPE x counter\nx{process=\"a\",k=\"1\"} 2\nx{process=\"b\"} 3\n"
				    "# HELP y Others.\n# TYPE y gauge\ny{process=\"a\"} 5\n");
}
END_TEST

START_TEST(a_histograms_series_stay_in_their_family)
{
	add("a", "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 0.5\nh_count 1\n");
	ck_assert_str_eq(written(), "# TYPE h histogram\nh_bucket{process=\"a\",le=\"+Inf\"} 1\nh_sum{process=\"a\"} 0.5\nh_count{process=\"a\"} 1\n");
}
END_TEST

START_TEST(empty_labels_and_missing_newlines_are_fine)
{
	add("a", "x{} 1\n\ny 2");
	ck_assert_str_eq(written(), "x{process=\"a\"} 1\ny{process=\"a\"} 2\n");
}
END_TEST

START_TEST(lines_that_are_no_exposition_are_left_out)
{
	add("a", "# just a comment\nrubbish\n# HELP\n{a=\"b\"} 1\nx 1\n");
	ck_assert_str_eq(written(), "x{process=\"a\"} 1\n");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("exposition");
	TCase *tc = tcase_create("exposition");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, a_family_is_described_once_and_its_series_stand_together);
	tcase_add_test(tc, a_histograms_series_stay_in_their_family);
	tcase_add_test(tc, empty_labels_and_missing_newlines_are_fine);
	tcase_add_test(tc, lines_that_are_no_exposition_are_left_out);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
