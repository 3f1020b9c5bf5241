/* Times of a schedule.  A wall clock skips an hour in spring, and a time in it happens an hour later; it shows an hour twice in
 * autumn, and a time in it happens once. */
#include <assert.h>

#include "rules.h"
#include "store.h"

const struct error *
schedule_times(struct request *req, const char *cron_text, const char *time_zone, int64_t after_us, size_t n, int64_t *ret_times)
{
	struct cron cron;
	int64_t local_us, locals[NEXT_TIMES];
	const char *problem = cron_parse(cron_text, &cron);

	assert(n <= NEXT_TIMES);
	if (problem)
		return FAIL_AT(req, JOB_SCHEDULE_INVALID, "/cron", "'%s': %s", cron_text, problem);
	const struct error *error = store_zone_local(req, time_zone, after_us, &local_us);
	if (error)
		return error;
	for (size_t i = 0; i < n; i++) {
		if (!cron_next(&cron, local_us, &local_us))
			return FAIL_AT(req, JOB_SCHEDULE_INVALID, "/cron", "'%s' names no time of the next five years", cron_text);
		locals[i] = local_us;
	}
	return store_zone_moments(req, time_zone, locals, n, ret_times);
}
