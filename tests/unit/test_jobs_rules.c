/* Cron expressions: what they name, and what is refused. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "id.h"
#include "rules.h"

#include <string.h>

static int64_t
at(const char *text)
{
	int64_t us;

	ck_assert_msg(time_parse(text, strlen(text), &us), "%s", text);
	return us;
}

static const struct next_row {
	const char *cron, *after, *next; /* NULL: never */
} nexts[] = {
	{ "* * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00.000Z" },
	{ "* * * * *", "2026-01-01T00:00:59.999Z", "2026-01-01T00:01:00.000Z" },
	{ "0 8 * * 1", "2026-11-29T20:00:00Z", "2026-11-30T08:00:00.000Z" },
	{ "0 8 * * MON", "2026-11-30T08:00:00Z", "2026-12-07T08:00:00.000Z" },
	{ "*/15 * * * *", "2026-01-01T10:14:00Z", "2026-01-01T10:15:00.000Z" },
	{ "10-20/5 6,18 * * *", "2026-01-01T06:15:00Z", "2026-01-01T06:20:00.000Z" },
	{ "10-20/5 6,18 * * *", "2026-01-01T06:20:00Z", "2026-01-01T18:10:00.000Z" },
	{ "5/20 * * * *", "2026-01-01T06:06:00Z", "2026-01-01T06:25:00.000Z" },
	{ "0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00.000Z" },
	{ "0 0 30 2 *", "2026-01-01T00:00:00Z", NULL },
	{ "0 0 13 * 5", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00.000Z" }, /* a 13th or a Friday */
	{ "0 0 1 JAN *", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00.000Z" },
	{ "0 0 * * 7", "2026-11-29T00:00:00Z", "2026-12-06T00:00:00.000Z" },
	{ "@daily", "2026-12-31T23:59:00Z", "2027-01-01T00:00:00.000Z" },
	{ "@monthly", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00.000Z" },
};

START_TEST(names_the_next_minute)
{
	const struct next_row *row = &nexts[_i];
	struct cron cron;
	char text[TIME_TEXT_BYTES];
	int64_t next;

	ck_assert_msg(!cron_parse(row->cron, &cron), "%s: %s", row->cron, cron_parse(row->cron, &cron));
	bool is_found = cron_next(&cron, at(row->after), &next);
	ck_assert_msg(is_found == (row->next != NULL), "%s", row->cron);
	if (!is_found)
		return;
	time_format(text, next);
	ck_assert_msg(strcmp(text, row->next) == 0, "%s after %s: %s, not %s", row->cron, row->after, text, row->next);
}
END_TEST

static const char *const refused[] = { "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8",
	"a * * * *", "1- * * * *", "5-1 * * * *", "*/0 * * * *", "1,,2 * * * *", "-1 * * * *", "@often", "1.5 * * * *", "* * * FOO *" };

START_TEST(refuses_what_is_no_expression)
{
	struct cron cron;

	ck_assert_msg(cron_parse(refused[_i], &cron), "'%s' was taken", refused[_i]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("jobs rules");
	TCase *tcase = tcase_create("cron");
	SRunner *runner = srunner_create(suite);

	tcase_add_loop_test(tcase, names_the_next_minute, 0, sizeof(nexts) / sizeof(nexts[0]));
	tcase_add_loop_test(tcase, refuses_what_is_no_expression, 0, sizeof(refused) / sizeof(refused[0]));
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
