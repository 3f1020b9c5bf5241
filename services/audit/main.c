/* wordclaw-audit: one entry for each committed event of every service, hash-chained per tenant. */
#include <stdio.h>

#include "audit.h"
#include "signing.h"

extern const struct service_operation audit_operations[];
extern const size_t audit_n_operations;

static const struct consumer consumers[] = {
	{ .apply = audit_append }, /* of every service */
};

static struct timer timers[] = {
	{ "checkpoints.sign", 60 * 1000, audit_sign_heads },
};

static bool
start(void)
{
	static char path[4096];

	timers[0].interval_ms = audit_settings.checkpoint_seconds * 1000;
	if (!*audit_settings.signing_key_path) {
		(void)snprintf(path, sizeof(path), "%s/secrets/audit-signing.key", audit_settings.home);
		audit_settings.signing_key_path = path;
	}
	if (signing_start())
		return true;
	(void)fprintf(stderr, "wordclaw-audit: cannot read or make the signing key '%s'\n", audit_settings.signing_key_path);
	return false;
}

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &(struct service_definition){
	    .name = "audit",
	    .operations = audit_operations,
	    .n_operations = audit_n_operations,
	    .settings = audit_setting_table,
	    .n_settings = audit_n_settings,
	    .consumers = consumers,
	    .n_consumers = sizeof(consumers) / sizeof(consumers[0]),
	    .timers = timers,
	    .n_timers = sizeof(timers) / sizeof(timers[0]),
	    .of_tenants = &audit_verify_chains,
	    .start = start,
	});
}
