/* Which tenants sell something. */
#ifndef LICENSING_TENANTS_H
#define LICENSING_TENANTS_H

#include "request.h"

/* Whether anything of the tenant's is sold or priced; true in doubt. */
const struct error *tenants_sells(struct request *req, bool *ret_sells) MUST_CHECK;

#endif
