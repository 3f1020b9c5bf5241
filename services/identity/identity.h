/* Identity: tenants, API keys, principals and policy decisions. */
#ifndef IDENTITY_H
#define IDENTITY_H

#include "identity_proto.h"
#include "service.h"

/* settings.c */
struct identity_settings {
	const char *public_base_url;
	int64_t decision_keep_days;
	const char *oidc_issuer, *oidc_client_id, *oidc_client_secret;
	int64_t session_hours, session_idle_minutes, login_attempts_max;
};
extern struct identity_settings identity_settings;
extern const struct setting identity_setting_table[];
extern const size_t identity_n_settings;

/* handlers.c: the timer and the command of main.c's definition */
const struct error *identity_maintain_decisions(struct request *req) MUST_CHECK;
const struct error *identity_maintain_keys(struct request *req) MUST_CHECK;
const struct error *identity_bootstrap(struct request *req, int argc, char **argv) MUST_CHECK;

/* handlers_sessions.c */
struct session_row;
const struct error *identity_session_authenticate(struct request *req, const struct identity_keys_authenticate_request *in,
    struct identity_keys_authenticate_response *out) MUST_CHECK;
const struct error *identity_maintain_sessions(struct request *req) MUST_CHECK;

/* handlers_people.c */
const struct error *identity_login_link(struct request *req, int argc, char **argv) MUST_CHECK;

/* password_work.c: Argon2id takes 64 MiB and a good part of a tenth of a second, so one runs at a time in a process.  Called outside
 * transactions.  SERVICE_OVERLOADED, retryable: another one is running. */
enum { PASSWORD_HASH_BYTES = 128 };
const struct error *password_make(struct request *req, const char *password, const char **ret_hash) MUST_CHECK;
/* hash NULL: nobody has it; the work is the same. */
const struct error *password_matches(struct request *req, const char *hash, const char *password, bool *ret_matches) MUST_CHECK;

#endif
