/* wordclaw-content: types, items and their history. */
#include "ahead.h"
#include "assets/assets.h"
#include "content.h"
#include "licensing/gate.h"
#include "lifecycle/lifecycle.h"
#include "query/fields.h"
#include "query/text.h"
#include "schema_change/migrate.h"
#include "transfer/transfer.h"
#include "undo/things.h"

extern const struct service_operation content_operations[];
extern const size_t content_n_operations;

static const struct consumer consumers[] = {
	{ .publisher = "payments", .apply = offers_take_events, .types = offers_event_types },
	/* What undo has to say of other services' things. */
	{ .publisher = "identity", .apply = changes_take_events, .types = (const char *const[]){ "api_key.*", "domain.*", "supervisor.*", "supervisor_invite.*", NULL }, .from_now = true },
	{ .publisher = "forms", .apply = changes_take_events, .types = (const char *const[]){ "form_definition.*", NULL }, .from_now = true },
	{ .publisher = "workflow", .apply = changes_take_events, .types = (const char *const[]){ "workflow.*", "review_task.*", "review_comment.*", NULL }, .from_now = true },
	{ .publisher = "jobs", .apply = changes_take_events, .types = (const char *const[]){ "job.create", "job.cancel", "job_queue.*", "job_schedule.*", NULL }, .from_now = true },
	{ .publisher = "webhooks", .apply = changes_take_events, .types = (const char *const[]){ "webhook.create", "webhook.update", "webhook.delete", "webhook.rotate", NULL }, .from_now = true },
};

static const struct timer timers[] = {
	{ "items.purge", 60 * 1000, content_purge },
	{ "assets.sweep", 3600 * 1000, assets_sweep },
	{ "assets.orphans", 24 * 3600 * 1000, assets_find_orphans },
	{ "items.lifecycle", 5 * 1000, lifecycle_sweep },
	{ "items.words", 250, words_keep },
};

static const struct service_command commands[] = {
	{ "--reserve-ids", "Give nobody an id up to this number, so that an import may bring rows that have them.", transfer_reserve_ids },
};

int
main(int argc, char **argv)
{
	const struct process_kind processes[] = { asset_removal_kind, asset_orphans_kind, fields_build_kind, migration_kind };
	struct service_definition definition = {
		.name = "content",
		.operations = content_operations,
		.n_operations = content_n_operations,
		.constraints = content_constraints,
		.n_constraints = content_n_constraints,
		.settings = content_settings,
		.n_settings = content_n_settings,
		.slugs = { content_types_of_slugs, ERROR_CONTENT_TYPE_NOT_FOUND },
		.ahead = content_ahead,
		.gate = gate_pass,
		.start = content_start,
		.consumers = consumers,
		.n_consumers = sizeof(consumers) / sizeof(consumers[0]),
		.timers = timers,
		.n_timers = sizeof(timers) / sizeof(timers[0]),
		.commands = commands,
		.n_commands = sizeof(commands) / sizeof(commands[0]),
		.processes = processes,
		.n_processes = sizeof(processes) / sizeof(processes[0]),
	};
	return service_main(argc, argv, &definition);
}
