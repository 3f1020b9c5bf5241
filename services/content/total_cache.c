/* A table of slots, one per hash; a newer key takes an older one's place. */
#include "total_cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static struct slot {
	int64_t tenant, type_id;
	char status[TOTAL_STATUS_BYTES];
	bool is_published_view;
	int64_t counted_us;
	uint64_t generation;
	int64_t total;
} slots[TOTAL_CACHE_SLOTS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Tenants that share a counter only forget each other's totals. */
static atomic_uint_fast64_t generations[TOTAL_CACHE_SLOTS];

static const char *
status_of(const struct total_key *key)
{
	return key->status ? key->status : "";
}

static struct slot *
slot_of(const struct total_key *key)
{
	uint64_t hash = ((uint64_t)key->tenant << 33 ^ (uint64_t)key->type_id << 1 ^ (uint64_t)key->is_published_view);

	for (const char *c = status_of(key); *c; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
	return &slots[(hash * UINT64_C(0x9e3779b97f4a7c15)) >> 54];
}

static atomic_uint_fast64_t *
generation_of(int64_t tenant)
{
	return &generations[(uint64_t)tenant % TOTAL_CACHE_SLOTS];
}

uint64_t
total_cache_generation(int64_t tenant)
{
	return atomic_load(generation_of(tenant));
}

void
total_cache_touch(int64_t tenant)
{
	atomic_fetch_add(generation_of(tenant), 1);
}

bool
total_cache_get(const struct total_key *key, int64_t now_us, int64_t *ret_total)
{
	const struct slot *slot = slot_of(key);
	uint64_t generation = total_cache_generation(key->tenant);

	pthread_mutex_lock(&lock);
	bool is_known = slot->tenant == key->tenant && slot->type_id == key->type_id && slot->is_published_view == key->is_published_view
	    && strcmp(slot->status, status_of(key)) == 0 && slot->generation == generation
	    && now_us - slot->counted_us < TOTAL_CACHE_AGE_US;
	if (is_known)
		*ret_total = slot->total;
	pthread_mutex_unlock(&lock);
	return is_known;
}

void
total_cache_put(const struct total_key *key, int64_t now_us, uint64_t generation, int64_t total)
{
	struct slot *slot = slot_of(key);

	pthread_mutex_lock(&lock);
	slot->tenant = key->tenant;
	slot->type_id = key->type_id;
	(void)snprintf(slot->status, sizeof(slot->status), "%s", status_of(key));
	slot->is_published_view = key->is_published_view;
	slot->counted_us = now_us;
	slot->generation = generation;
	slot->total = total;
	pthread_mutex_unlock(&lock);
}
