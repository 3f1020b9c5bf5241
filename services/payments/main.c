/* wordclaw-payments: invoices, offers, entitlements, and the ledger of what was paid. */
#include "payments.h"

extern const struct service_operation payments_operations[];
extern const size_t payments_n_operations;

static const struct consumer consumers[] = {
	{ .publisher = "identity", .apply = payments_take_key_events, .types = (const char *const[]){ "api_key.rotate", NULL } },
};

static const struct timer timers[] = {
	{ "payments.sweep", 10 * 1000, payments_sweep },
};

static const struct service_command commands[] = {
	{ "--conserve", "Say where every satoshi is that came in, and fail when one is nowhere or in two places.", ledger_conserve },
	{ "--rotate-root-key", "Sign new tokens with a new key; those signed with older ones stay good.", token_rotate },
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &(struct service_definition){
	    .name = "payments",
	    .operations = payments_operations,
	    .n_operations = payments_n_operations,
	    .constraints = payments_constraints,
	    .n_constraints = payments_n_constraints,
	    .settings = payments_setting_table,
	    .n_settings = payments_n_settings,
	    .consumers = consumers,
	    .n_consumers = sizeof(consumers) / sizeof(consumers[0]),
	    .timers = timers,
	    .n_timers = sizeof(timers) / sizeof(timers[0]),
	    .processes = payments_process_kinds,
	    .n_processes = payments_n_process_kinds,
	    .step_workers = 8,
	    .commands = commands,
	    .n_commands = sizeof(commands) / sizeof(commands[0]),
	    .start = payments_start,
	});
}
