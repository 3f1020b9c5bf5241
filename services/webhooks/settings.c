/* The webhooks service's own settings. */
#include "webhooks.h"

struct webhooks_settings webhooks_settings;

const struct setting webhooks_setting_table[] = {
	{ "WORDCLAW_WEBHOOKS_KEEP_DAYS", SETTING_INT, "30", 1, 3650, "Finished deliveries stay at least this long.", &webhooks_settings.keep_days },
	{ "WORDCLAW_WEBHOOKS_DISABLE_HOURS", SETTING_INT, "72", 1, 8760, "An endpoint that takes nothing for this long is disabled.",
	    &webhooks_settings.disable_after_hours },
};
const size_t webhooks_n_settings = sizeof(webhooks_setting_table) / sizeof(webhooks_setting_table[0]);
