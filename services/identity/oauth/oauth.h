/* What OAuth shares with people: a grant ends with the rights of whoever gave it. */
#ifndef OAUTH_H
#define OAUTH_H

#include "identity.h"

/* The keys that a person has allowed end; emits in the tenant of each.  Afterwards the request sees all tenants. */
const struct error *oauth_end_grants(struct request *req, int64_t supervisor_id) MUST_CHECK;

const struct error *identity_maintain_oauth(struct request *req) MUST_CHECK;

#endif
