/* Which tenants sell something: remembered for half a second, so that reads of those who sell nothing ask nobody. */
#include "licensing/tenants.h"

#include <pthread.h>

#include "clock.h"
#include "content_queries.h"
#include "licensing/gate.h"

enum { SLOTS = 4096, KEEP_US = 500 * 1000, TOUCHED_US = 2 * 1000 * 1000 };

static struct slot {
	int64_t tenant, until_us;
	bool sells;
} slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
remember(int64_t tenant, bool sells, int64_t until_us)
{
	struct slot *slot = &slots[(uint64_t)tenant % SLOTS];

	pthread_mutex_lock(&lock);
	if (slot->tenant != tenant || slot->until_us < until_us)
		*slot = (struct slot){ .tenant = tenant, .until_us = until_us, .sells = sells };
	pthread_mutex_unlock(&lock);
}

/* Its rows are asked every time until the change has surely been committed. */
void
gate_touch(int64_t tenant)
{
	remember(tenant, true, clock_now_us() + TOUCHED_US);
}

const struct error *
tenants_sells(struct request *req, bool *ret_sells)
{
	const struct slot *slot = &slots[(uint64_t)req->tenant % SLOTS];
	const struct gate_tenant_row *row = NULL;

	pthread_mutex_lock(&lock);
	bool is_known = slot->tenant == req->tenant && slot->until_us > req->now_us;
	*ret_sells = slot->sells;
	pthread_mutex_unlock(&lock);
	if (is_known)
		return NULL;
	const struct error *error = query_find(req, &content_gate_tenant_query, PARAMS(P_NULL()), &row);
	if (error)
		return error;
	*ret_sells = row && row->sells;
	remember(req->tenant, *ret_sells, req->now_us + KEEP_US);
	return NULL;
}
