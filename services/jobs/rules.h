/* Cron expressions: which minutes of a wall clock they name. */
#ifndef RULES_H
#define RULES_H

#include <stdbool.h>
#include <stdint.h>

struct cron {
	uint64_t minutes;  /* bit 0: minute 0 */
	uint32_t hours, days, months, weekdays; /* days from bit 1, months from bit 1, Sunday is bit 0 */
	bool any_day, any_weekday; /* both restricted: either may match, as cron has always had it */
};

/* Five fields with lists, ranges, steps and English names, or @hourly, @daily, @weekly, @monthly, @yearly.  NULL, or what is wrong. */
const char *cron_parse(const char *text, struct cron *ret_cron);

/* The first minute after a wall-clock time (microseconds as if the clock showed UTC).  False when none comes within five years:
 * 30 February. */
bool cron_next(const struct cron *cron, int64_t after_local_us, int64_t *ret_local_us);

#endif
