/* wordclaw-webhooks: every committed event, signed and delivered to the endpoints that want it. */
#include "webhooks.h"

extern const struct service_operation webhooks_operations[];
extern const size_t webhooks_n_operations;

static const struct consumer consumers[] = {
	{ .apply = webhooks_take_events }, /* of every service */
};

static const struct timer timers[] = {
	{ "webhooks.maintain", 60 * 1000, webhooks_maintain },
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &(struct service_definition){
	    .name = "webhooks",
	    .operations = webhooks_operations,
	    .n_operations = webhooks_n_operations,
	    .settings = webhooks_setting_table,
	    .n_settings = webhooks_n_settings,
	    .consumers = consumers,
	    .n_consumers = sizeof(consumers) / sizeof(consumers[0]),
	    .timers = timers,
	    .n_timers = sizeof(timers) / sizeof(timers[0]),
	    .processes = webhooks_process_kinds,
	    .n_processes = webhooks_n_process_kinds,
	    .step_workers = 48,
	});
}
