/* What an operator may set for every service, and what --help says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outbound.h"
#include "service_internal.h"

enum { STEP_WORKERS_DEFAULT = 4 };

static struct service_settings settings;

static const struct setting skeleton_settings[] = {
	{ "WORDCLAW_HOME", SETTING_TEXT, ".wordclaw", 0, 0, "Directory of sockets, secrets and logs.", &settings.home },
	{ "WORDCLAW_RUN_DIR", SETTING_TEXT, "", 0, 0, "Directory of sockets and metrics ports; default $WORDCLAW_HOME/run.", &settings.run_dir },
	{ "WORDCLAW_BIND_ENDPOINT", SETTING_TEXT, "", 0, 0, "Where requests are taken: ipc://PATH or tcp://ADDRESS:PORT; default ipc in the run directory.", &settings.bind_endpoint },
	{ "WORDCLAW_POKE_ENDPOINT", SETTING_TEXT, "", 0, 0, "Where new events are announced; default ipc in the run directory.", &settings.poke_endpoint },
	{ "WORDCLAW_DATABASE_URL", SETTING_SECRET, NULL, 0, 0, "Role of what tenants ask, e.g. postgresql://wordclaw_content:...@db/wordclaw.", &settings.database_url },
	{ "WORDCLAW_SYSTEM_DATABASE_URL", SETTING_SECRET, NULL, 0, 0, "Role of the service's own work across tenants, e.g. postgresql://wordclaw_content_system:...@db/wordclaw.", &settings.system_database_url },
	{ "WORDCLAW_DATABASE_POOLED", SETTING_BOOL, "off", 0, 0, "PgBouncer or its like stands in front of the database in transaction mode: leave nothing in a session.", &settings.is_database_pooled },
	{ "WORDCLAW_MASTER_KEY_PATH", SETTING_TEXT, "", 0, 0, "Key file that seals stored replies, made when missing; default $WORDCLAW_HOME/secrets/master.key.", &settings.master_key_file },
	{ "WORDCLAW_BUS_KEY_FILE", SETTING_TEXT, "", 0, 0, "32-byte key of the installation: encrypts tcp:// endpoints, required off the loopback; every host needs the same file.", &settings.bus_key_file },
	{ "WORDCLAW_LOG_LEVEL", SETTING_TEXT, "info", 0, 0, "debug, info, warn or error; debug also logs every read.", &settings.log_level },
	TRACE_SETTINGS(settings.traces),
	{ "WORDCLAW_READ_WORKERS", SETTING_INT, "2", 1, WORKERS_MAX, "Connections that serve reads.", &settings.read_workers },
	{ "WORDCLAW_WRITE_WORKERS", SETTING_INT, "2", 1, WORKERS_MAX, "Connections that serve mutations.", &settings.write_workers },
	{ "WORDCLAW_GROUP_MAX", SETTING_INT, "32", 1, GROUP_MAX, "Mutations that may share one commit.", &settings.group_max },
	{ "WORDCLAW_BATCH_MAX", SETTING_INT, "32", 1, BATCH_MAX, "Reads that may share one statement.", &settings.batch_max },
	{ "WORDCLAW_QUEUE_MAX", SETTING_INT, "512", 1, 16384, "Requests inside the process, three quarters of them of one tenant; further ones are refused at once.", &settings.queue_max },
	{ "WORDCLAW_METRICS_ADDRESS", SETTING_TEXT, "127.0.0.1", 0, 0, "IPv4 address of /metrics; 0.0.0.0 where a network policy says who may ask.", &settings.metrics_address },
	{ "WORDCLAW_METRICS_PORT", SETTING_INT, "0", 0, 65535, "Port of /metrics; 0 picks one and writes it to the run directory.", &settings.metrics_port },
	{ "WORDCLAW_CONSUMER_POLL_MS", SETTING_INT, "1000", 5, 60000, "Longest wait for a poke before looking for events anyway.", &settings.consumer_poll_ms },
	{ "WORDCLAW_STEP_WORKERS", SETTING_INT, "0", 0, 64, "Threads that run steps of durable work; 0: the service's own number.", &settings.step_workers },
	{ "WORDCLAW_STEP_CONNECTIONS", SETTING_INT, "2", 1, 16, "Connections that commit them.", &settings.step_connections },
	{ "WORDCLAW_OUTBOUND_PORTS", SETTING_TEXT, "443", 0, 0, "Ports that https receivers outside may listen on.", &settings.outbound_ports },
	{ "WORDCLAW_OUTBOUND_ALLOW", SETTING_TEXT, "", 0, 0, "Receivers that may be private and plain http: host:port, ..., * for any port. For development.", &settings.outbound_allow },
	{ "WORDCLAW_OUTBOX_KEEP_DAYS", SETTING_INT, "7", 1, 3650, "Events stay at least this long after every consumer had them.", &settings.outbox_keep_days },
};
enum { N_SKELETON_SETTINGS = sizeof(skeleton_settings) / sizeof(skeleton_settings[0]) };

static void
default_path(const char **target, const char *scheme, const char *directory, const char *name)
{
	char *path = NULL;

	if (**target)
		return;
	if (asprintf(&path, "%s%s/%s", scheme, directory, name) < 0)
		abort();
	*target = path; /* lives for the process */
}

static bool
check_log_level(void)
{
	static const char *const levels[] = { "debug", "info", "warn", "error" };

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(settings.log_level, levels[i]) == 0)
			return true;
	}
	(void)fprintf(stderr, "WORDCLAW_LOG_LEVEL '%s' is not a level: debug, info, warn or error\n", settings.log_level);
	return false;
}

bool
service_settings_load(struct service_settings *ret_settings, const struct service_definition *definition)
{
	char name[64];

	if (!settings_load(skeleton_settings, N_SKELETON_SETTINGS) || !settings_load(definition->settings, definition->n_settings) ||
	    !check_log_level() || !outbound_settings_check(settings.outbound_ports, settings.outbound_allow))
		return false;
	db_expect_pooler(settings.is_database_pooled);
	default_path(&settings.run_dir, "", settings.home, "run");
	default_path(&settings.master_key_file, "", settings.home, "secrets/master.key");
	(void)snprintf(name, sizeof(name), "%s.ipc", definition->name);
	default_path(&settings.bind_endpoint, "ipc://", settings.run_dir, name);
	(void)snprintf(name, sizeof(name), "%s.pub", definition->name);
	default_path(&settings.poke_endpoint, "ipc://", settings.run_dir, name);
	if (settings.step_workers == 0)
		settings.step_workers = definition->step_workers ? definition->step_workers : STEP_WORKERS_DEFAULT;
	*ret_settings = settings;
	return true;
}

void
service_settings_print(const struct service_definition *definition)
{
	printf("usage: wordclaw-%s [--help | --version | --check-config", definition->name);
	printf(" | COMMAND]\n\nServes the %s operations on the message bus.  Without arguments it runs until SIGTERM.\n\n", definition->name);
	commands_print(definition);
	settings_print(skeleton_settings, N_SKELETON_SETTINGS);
	settings_print(definition->settings, definition->n_settings);
}
