/* A hash table with a list in order of use, under one lock that is held for a few pointer moves. */
#include "schema_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1024 };

struct entry {
	struct entry *next;           /* in the bucket */
	struct entry *newer, *older;  /* in the order of use */
	int64_t tenant, type_id;
	char hash[SCHEMA_HASH_BYTES];
	struct json_schema *schema;
	size_t n_text;
};

/* The one mutable thing the workers of the process share. */
static struct {
	pthread_mutex_t lock;
	struct entry *buckets[BUCKETS];
	struct entry *newest, *oldest;
	size_t n, n_max, n_text;
} cache = { .lock = PTHREAD_MUTEX_INITIALIZER, .n_max = BUCKETS };

static struct entry **
bucket_of(int64_t tenant, int64_t type_id)
{
	uint64_t mixed = ((uint64_t)tenant << 32 ^ (uint64_t)type_id) * UINT64_C(0x9e3779b97f4a7c15);
	return &cache.buckets[mixed >> 54];
}

static struct entry *
find(const struct schema_key *key)
{
	struct entry *entry = *bucket_of(key->tenant, key->type_id);
	while (entry && (entry->tenant != key->tenant || entry->type_id != key->type_id))
		entry = entry->next;
	return entry;
}

static void
unlink_use(struct entry *entry)
{
	if (entry->newer)
		entry->newer->older = entry->older;
	else
		cache.newest = entry->older;
	if (entry->older)
		entry->older->newer = entry->newer;
	else
		cache.oldest = entry->newer;
}

static void
link_newest(struct entry *entry)
{
	entry->newer = NULL;
	entry->older = cache.newest;
	if (cache.newest)
		cache.newest->newer = entry;
	cache.newest = entry;
	if (!cache.oldest)
		cache.oldest = entry;
}

static void
drop(struct entry *entry)
{
	struct entry **link = bucket_of(entry->tenant, entry->type_id);
	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
	unlink_use(entry);
	cache.n--;
	cache.n_text -= entry->n_text;
	json_schema_unref(entry->schema);
	free(entry);
}

void
schema_cache_reset(size_t n_max)
{
	pthread_mutex_lock(&cache.lock);
	while (cache.oldest)
		drop(cache.oldest);
	cache.n_max = n_max;
	pthread_mutex_unlock(&cache.lock);
}

struct json_schema *
schema_cache_get(const struct schema_key *key)
{
	struct json_schema *schema = NULL;

	pthread_mutex_lock(&cache.lock);
	struct entry *entry = find(key);
	if (entry && strcmp(entry->hash, key->hash) == 0) {
		unlink_use(entry);
		link_newest(entry);
		schema = json_schema_ref(entry->schema);
	}
	pthread_mutex_unlock(&cache.lock);
	return schema;
}

static struct entry *
entry_new(const struct schema_key *key, struct json_schema *schema, size_t n_text)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->tenant = key->tenant;
	entry->type_id = key->type_id;
	strncpy(entry->hash, key->hash, sizeof(entry->hash) - 1);
	entry->schema = json_schema_ref(schema);
	entry->n_text = n_text;
	return entry;
}

void
schema_cache_put(const struct schema_key *key, struct json_schema *schema, size_t n_text)
{
	struct entry *entry = entry_new(key, schema, n_text);
	if (!entry)
		return; /* a cache may forget */

	pthread_mutex_lock(&cache.lock);
	struct entry *old = find(key);
	if (old)
		drop(old);
	struct entry **bucket = bucket_of(key->tenant, key->type_id);
	entry->next = *bucket;
	*bucket = entry;
	link_newest(entry);
	cache.n++;
	cache.n_text += n_text;
	while (cache.n > cache.n_max || (cache.n > 1 && cache.n_text > SCHEMA_CACHE_TEXT_BYTES_MAX))
		drop(cache.oldest);
	pthread_mutex_unlock(&cache.lock);
}

size_t
schema_cache_size(void)
{
	pthread_mutex_lock(&cache.lock);
	size_t n = cache.n;
	pthread_mutex_unlock(&cache.lock);
	return n;
}
