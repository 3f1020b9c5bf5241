/* wordclaw-forms: what the public fills in, and what becomes of it. */
#include "files/files.h"
#include "store.h"

extern const struct service_operation forms_operations[];
extern const size_t forms_n_operations;

static const struct timer timers[] = {
	{ "files.forget", 60 * 1000, files_forget },
	{ "addresses.forget", 60 * 1000, addresses_forget },
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &(struct service_definition){
	    .name = "forms",
	    .operations = forms_operations,
	    .n_operations = forms_n_operations,
	    .constraints = store_constraints,
	    .n_constraints = store_n_constraints,
	    .settings = forms_setting_table,
	    .n_settings = forms_n_settings,
	    .processes = forms_process_kinds,
	    .n_processes = forms_n_process_kinds,
	    .timers = timers,
	    .n_timers = sizeof(timers) / sizeof(timers[0]),
	    .step_workers = 32,
	});
}
