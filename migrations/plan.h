/* What pending files would lock, and for how long. */
#ifndef PLAN_H
#define PLAN_H

#include "migration.h"

enum { PLAN_BLOCKED_MS_MAX = 1000 };

/* Try them in an empty copy of the database, whose locks nobody meets, and print for each file and table what it takes and about how long, by
 * the sizes of the tables of session's database.  Returns the number of files that would block writes for longer than PLAN_BLOCKED_MS_MAX. */
size_t plan_print(struct session *session, const struct migration_set *set, const char *url);

#endif
