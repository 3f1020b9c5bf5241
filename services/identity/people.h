/* What handlers of people and of sessions share. */
#ifndef PEOPLE_H
#define PEOPLE_H

#include "store_people.h"

/* Attempts to sign in are counted for so long. */
enum { ATTEMPTS_WINDOW_US = 15 * 60 * 1000000 };

/* The row of the person who acts.  SUPERVISOR_REQUIRED: no person does. */
const struct error *people_actor_row(struct request *req, const struct supervisor_row **ret_person) MUST_CHECK;

/* The person who acts, or 0: no person does. */
int64_t people_actor(const struct request *req);

/* The row, locked, of a person whose password was checked before this transaction.  SUPERVISOR_PASSWORD_MISMATCH: it is another one by now. */
const struct error *people_lock_proved(struct request *req, const struct supervisor_row *proved, const struct supervisor_row **ret_person) MUST_CHECK;

/* The row as it travels. */
const struct supervisor *people_shown(struct request *req, const struct supervisor_row *row);

/* Events of a tenant's person are the tenant's, those of a platform administrator the first tenant's, which the installation began with.
 * What comes after it in the transaction sees that tenant only. */
const struct error *people_act_at_home(struct request *req, const int64_t *domain_id) MUST_CHECK;

/* A new token and its hash. */
void people_token(struct request *req, const char *prefix, const char **ret_token, const char **ret_hash);

/* The person is who acts from here on, and has a session; emits at home.  Nothing else may be written after it. */
const struct error *people_sign_in(struct request *req, const struct supervisor_row *person, const char *user_agent,
    const char **ret_token, int64_t *ret_expires_at) MUST_CHECK;

/* What attempts to sign in with an email are counted under. */
const char *people_login_subject(struct request *req, const char *email);

#endif
