/* What an operator may set for audit, besides the skeleton's settings. */
#include "audit.h"

struct audit_settings audit_settings;

const struct setting audit_setting_table[] = {
	{ "WORDCLAW_HOME", SETTING_TEXT, ".wordclaw", 0, 0, "Where the signing key is kept unless set otherwise.", &audit_settings.home },
	{ "WORDCLAW_AUDIT_SIGNING_KEY_PATH", SETTING_TEXT, "", 0, 0,
	    "Ed25519 key that signs checkpoints, made when missing; default $WORDCLAW_HOME/secrets/audit-signing.key. Instances share it.",
	    &audit_settings.signing_key_path },
	{ "WORDCLAW_CHECKPOINT_SECONDS", SETTING_INT, "60", 1, 86400, "Chains that moved are signed this often.",
	    &audit_settings.checkpoint_seconds },
};
const size_t audit_n_settings = sizeof(audit_setting_table) / sizeof(audit_setting_table[0]);
