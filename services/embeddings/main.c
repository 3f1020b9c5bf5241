/* wordclaw-embeddings: what is published, made searchable. */
#include "embeddings.h"

extern const struct service_operation embeddings_operations[];
extern const size_t embeddings_n_operations;

static const struct consumer consumers[] = {
	{ .publisher = "content", .apply = embeddings_take_events, .types = embeddings_event_types },
};

static const struct timer timers[] = {
	{ "embeddings.tend", 10 * 1000, embeddings_tend },
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &(struct service_definition){
	    .name = "embeddings",
	    .operations = embeddings_operations,
	    .n_operations = embeddings_n_operations,
	    .settings = embeddings_setting_table,
	    .n_settings = embeddings_n_settings,
	    .consumers = consumers,
	    .n_consumers = sizeof(consumers) / sizeof(consumers[0]),
	    .timers = timers,
	    .n_timers = sizeof(timers) / sizeof(timers[0]),
	    .processes = embeddings_process_kinds,
	    .n_processes = embeddings_n_process_kinds,
	    .start = embeddings_start,
	});
}
