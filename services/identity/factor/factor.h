/* The second factor, as signing in needs it. */
#ifndef FACTOR_H
#define FACTOR_H

#include "people.h"

/* Whether the person, whose row is locked, may sign in with this code: one of the app, or a recovery code, which is used up.  NULL: they may.
 * Errors: SUPERVISOR_CODE_REQUIRED, SUPERVISOR_CODE_WRONG. */
const struct error *factor_check(struct request *req, const struct supervisor_row *person, const char *code) MUST_CHECK;

/* rows.c */
/* sealed NULL: none. */
void store_factor_set(struct request *req, int64_t supervisor_id, const char *sealed);
void store_factor_confirm(struct request *req, int64_t supervisor_id);
void store_factor_used(struct request *req, int64_t supervisor_id, int64_t step);
void store_recovery_add(struct request *req, int64_t supervisor_id, const char *hash);
void store_recovery_clear(struct request *req, int64_t supervisor_id);
const struct error *store_recovery_use(struct request *req, int64_t supervisor_id, const char *hash, int64_t *ret_n) MUST_CHECK;

#endif
