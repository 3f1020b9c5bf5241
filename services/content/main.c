/* wordclaw-content: types, items and their history. */
#include "content.h"

extern const struct service_operation content_operations[];
extern const size_t content_n_operations;

static const struct timer timers[] = {
	{ "items.purge", 60 * 1000, content_purge },
};

int
main(int argc, char **argv)
{
	struct service_definition definition = {
		.name = "content",
		.operations = content_operations,
		.n_operations = content_n_operations,
		.constraints = content_constraints,
		.n_constraints = content_n_constraints,
		.settings = content_settings,
		.n_settings = content_n_settings,
		.start = content_start,
		.timers = timers,
		.n_timers = sizeof(timers) / sizeof(timers[0]),
	};
	return service_main(argc, argv, &definition);
}
