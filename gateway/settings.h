/* The gateway's settings: one typed table, read once at start. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "blob/blob.h"
#include "trace.h"

enum { SETTINGS_SERVICES_MAX = 16 };

struct gateway_settings {
	int64_t port;
	const char *bind;
	const char *home;
	const char *run_dir;
	struct blob_settings assets;
	struct trace_settings traces;
	int64_t asset_bytes_max;
	const char *log_level;
	const char *metrics_address;
	int64_t metrics_port;
	bool metrics_remote;
	bool documentation;

	int64_t connections_max;
	int64_t connections_per_address_max;
	int64_t listeners_max;
	int64_t listeners_per_key_max;
	int64_t heartbeat_ms;
	int64_t idle_timeout_ms;
	int64_t receive_timeout_ms;
	int64_t send_timeout_ms;
	int64_t drain_timeout_ms;
	int64_t memory_max_mb;

	int64_t outstanding_max;
	int64_t queue_delay_max_ms;

	int64_t rate_limit_max;
	int64_t rate_limit_window_ms;
	int64_t address_rate_limit_max;
	int64_t auth_failures_max, login_rate_limit_max, upload_rate_limit_max, form_file_bytes_max;

	int64_t graphql_depth_max;
	int64_t graphql_fields_max;
	int64_t graphql_cost_max;
	const char *graphql_explorer;
	const char *console;

	const char *api_keys;
	const char *trusted_proxies;
	const char *cors_allowed_origins;
	bool hsts;
	const char *allowed_hosts;
	const char *public_url;
	const char *mcp_key_file;
	const char *mcp_profile;
	const char *build_commit;
	const char *build_time;

	const char *bus_key_file;
	const char *audit_pokes, *identity_pokes;
	const char *endpoints[SETTINGS_SERVICES_MAX]; /* in the order of registry_services */
};

extern struct gateway_settings settings;

/* Read the environment and fill in what depends on other settings.  False when a value is refused (printed). */
bool gateway_settings_load(void);

void gateway_settings_print(void);

#endif
