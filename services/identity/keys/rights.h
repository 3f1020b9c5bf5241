/* What a key may hand on: never more than it has. */
#ifndef RIGHTS_H
#define RIGHTS_H

#include "arena.h"
#include "contract/envelope.h"

/* Lists without items: not limited to any.  Budgets NULL: no bound.  expires_at NULL: never. */
struct key_rights {
	struct shape_list scopes; /* of const char * */
	const int64_t *expires_at;
	const int64_t *budgets[BUDGETS_N];
	struct shape_list types, items, tasks; /* of int64_t */
};

/* The first thing in which what is wanted exceeds what the parent has. */
enum rights_excess { RIGHTS_FIT, RIGHTS_SCOPE, RIGHTS_EXPIRY, RIGHTS_BUDGET, RIGHTS_LIMIT };

/* What a child has that wants these of the parent's rights; of what it does not say it has what the parent has.
 * wanted->scopes are known ones; without items: all of the parent's.
 * *ret_what names the excess: a scope, or the member of a request. */
enum rights_excess rights_hand_on(struct arena *arena, const struct key_rights *parent, const struct key_rights *wanted, struct key_rights *ret_child,
    const char **ret_what);

/* Whether somebody with these scopes may do all that the scope allows. */
bool rights_include(struct shape_list scopes, const char *scope);

/* The limits as services set them for row-level security, "{3,4}|{50}|{7}", or NULL: none. */
const char *rights_narrow(struct arena *arena, const struct key_rights *rights);
void rights_read_narrow(struct arena *arena, const char *narrow, struct key_rights *ret_rights);

#endif
