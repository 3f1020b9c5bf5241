/* How many items a filter matches, remembered for a moment: counting ten thousand rows costs ten times the page itself. */
#ifndef TOTAL_CACHE_H
#define TOTAL_CACHE_H

#include <stdbool.h>
#include <stdint.h>

enum { TOTAL_CACHE_SLOTS = 1024, TOTAL_CACHE_AGE_US = 1000000, TOTAL_STATUS_BYTES = 68 };

/* Which count. */
struct total_key {
	int64_t tenant;
	int64_t type_id;    /* 0: any */
	const char *status; /* NULL: any */
	bool is_published_view;
};

/* A number of this process's mutations of the tenant's items; ask before counting, give it to total_cache_put. */
uint64_t total_cache_generation(int64_t tenant);

/* True with *ret_total when it was counted within TOTAL_CACHE_AGE_US and this process has changed no item of the tenant
 * since.  Another process's changes show after that age. */
bool total_cache_get(const struct total_key *key, int64_t now_us, int64_t *ret_total);
void total_cache_put(const struct total_key *key, int64_t now_us, uint64_t generation, int64_t total);

/* An item of the tenant is about to change. */
void total_cache_touch(int64_t tenant);

#endif
