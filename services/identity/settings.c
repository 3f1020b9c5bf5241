/* What an operator may set for identity, besides the skeleton's settings. */
#include "identity.h"

struct identity_settings identity_settings;

const struct setting identity_setting_table[] = {
	{ "WORDCLAW_PUBLIC_BASE_URL", SETTING_TEXT, "http://127.0.0.1:4000", 0, 0,
	    "Where clients reach the gateway, as told to new tenants.", &identity_settings.public_base_url },
	{ "WORDCLAW_DECISION_KEEP_DAYS", SETTING_INT, "90", 1, 3650, "Policy decisions are kept this long.",
	    &identity_settings.decision_keep_days },
	{ "WORDCLAW_SESSION_HOURS", SETTING_INT, "12", 1, 720, "A person is signed in for this long at most.", &identity_settings.session_hours },
	{ "WORDCLAW_SESSION_IDLE_MINUTES", SETTING_INT, "120", 1, 43200, "A session that is not used for this long ends.",
	    &identity_settings.session_idle_minutes },
	{ "WORDCLAW_OIDC_ISSUER", SETTING_TEXT, "", 0, 0, "Issuer of the OpenID Connect provider that people may sign in with; empty: none.", &identity_settings.oidc_issuer },
	{ "WORDCLAW_OIDC_CLIENT_ID", SETTING_TEXT, "wordclaw", 0, 0, "Our client id there; its redirect address is that of the console and /ui/oidc.", &identity_settings.oidc_client_id },
	{ "WORDCLAW_OIDC_CLIENT_SECRET", SETTING_SECRET, "", 0, 0, "Its secret; empty: a public client.", &identity_settings.oidc_client_secret },
	{ "WORDCLAW_LOGIN_ATTEMPTS_MAX", SETTING_INT, "10", 1, 1000, "Attempts to sign in with one email in fifteen minutes.",
	    &identity_settings.login_attempts_max },
};
const size_t identity_n_settings = sizeof(identity_setting_table) / sizeof(identity_setting_table[0]);
