/* wordclaw-jobs: work that happens later, or again and again. */
#include "jobs.h"

extern const struct service_operation jobs_operations[];
extern const size_t jobs_n_operations;

static const struct timer timers[] = {
	{ "jobs.maintain", 60 * 1000, jobs_maintain_partitions },
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &(struct service_definition){
	    .name = "jobs",
	    .operations = jobs_operations,
	    .n_operations = jobs_n_operations,
	    .settings = jobs_setting_table,
	    .n_settings = jobs_n_settings,
	    .timers = timers,
	    .n_timers = sizeof(timers) / sizeof(timers[0]),
	    .processes = jobs_process_kinds,
	    .n_processes = jobs_n_process_kinds,
	    .step_workers = 48,
	});
}
