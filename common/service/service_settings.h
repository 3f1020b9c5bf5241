/* The settings that every service has. */
#ifndef SERVICE_SETTINGS_H
#define SERVICE_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "trace.h"

struct service_definition;

/* The skeleton's settings. */
struct service_settings {
	const char *home, *run_dir;
	const char *bind_endpoint, *poke_endpoint;
	const char *database_url, *system_database_url;
	const char *log_level;
	const char *master_key_file, *bus_key_file, *metrics_address;
	int64_t read_workers, write_workers;
	int64_t group_max, batch_max, queue_max;
	int64_t metrics_port, consumer_poll_ms;
	int64_t outbox_keep_days;
	int64_t step_workers, step_connections;
	const char *outbound_ports, *outbound_allow;
	bool is_database_pooled;
	struct trace_settings traces;
};

/* settings.c: every problem is printed; false when there is one */
bool service_settings_load(struct service_settings *ret_settings, const struct service_definition *definition);
void service_settings_print(const struct service_definition *definition);

#endif
