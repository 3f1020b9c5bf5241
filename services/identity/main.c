/* wordclaw-identity: tenants, keys, principals and policy decisions. */
#include "identity.h"
#include "oauth/oauth.h"
#include "store.h"

extern const struct service_operation identity_operations[];
extern const size_t identity_n_operations;

static const struct timer timers[] = {
	{ "decisions.maintain", 3600 * 1000, identity_maintain_decisions },
	{ "keys.maintain", 3600 * 1000, identity_maintain_keys },
	{ "oauth.maintain", 3600 * 1000, identity_maintain_oauth },
	{ "sessions.maintain", 3600 * 1000, identity_maintain_sessions },
};

static const struct service_command commands[] = {
	{ "--bootstrap", "make the first tenant and print its admin key (--renew: another key)", identity_bootstrap },
	{ "--login-link", "print a link: without an email for the first person, where there is none yet; with one for a new password", identity_login_link },
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &(struct service_definition){
	    .name = "identity",
	    .operations = identity_operations,
	    .n_operations = identity_n_operations,
	    .constraints = store_constraints,
	    .n_constraints = store_n_constraints,
	    .settings = identity_setting_table,
	    .n_settings = identity_n_settings,
	    .timers = timers,
	    .n_timers = sizeof(timers) / sizeof(timers[0]),
	    .commands = commands,
	    .n_commands = sizeof(commands) / sizeof(commands[0]),
	});
}
