/* The jobs service's own settings. */
#include "jobs.h"

struct jobs_settings jobs_settings;

const struct setting jobs_setting_table[] = {
	{ "WORDCLAW_JOBS_KEEP_DAYS", SETTING_INT, "30", 1, 3650, "Finished jobs stay at least this long.", &jobs_settings.keep_days },
};
const size_t jobs_n_settings = sizeof(jobs_setting_table) / sizeof(jobs_setting_table[0]);
