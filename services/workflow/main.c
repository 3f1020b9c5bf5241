/* wordclaw-workflow: reviews of content, from submission to decision. */
#include "store.h"

extern const struct service_operation workflow_operations[];
extern const size_t workflow_n_operations;

static const struct consumer consumers[] = {
	{ .publisher = "content", .apply = workflow_take_events, .types = (const char *const[]){ "content_item.delete", NULL }, .from_now = true },
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &(struct service_definition){
	    .name = "workflow",
	    .operations = workflow_operations,
	    .n_operations = workflow_n_operations,
	    .constraints = store_constraints,
	    .n_constraints = store_n_constraints,
	    .settings = workflow_setting_table,
	    .n_settings = workflow_n_settings,
	    .consumers = consumers,
	    .n_consumers = sizeof(consumers) / sizeof(consumers[0]),
	    .processes = workflow_process_kinds,
	    .n_processes = workflow_n_process_kinds,
	    .step_workers = 16,
	});
}
