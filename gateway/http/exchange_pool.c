/* Exchanges that come and go without malloc, and whom they come from. */
#include "http/exchange_pool.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "access/admission.h"

enum { POOLED_MAX = 128 };

struct exchange_pool {
	struct exchange *first;
	size_t n_pooled, n_taken;
	struct arena_budget *budget;
};

struct exchange_pool *
exchange_pool_new(struct arena_budget *budget)
{
	struct exchange_pool *pool = calloc(1, sizeof(*pool));
	if (!pool)
		abort();
	pool->budget = budget;
	return pool;
}

void
exchange_pool_free(struct exchange_pool *pool)
{
	while (pool->first) {
		struct exchange *exchange = pool->first;
		pool->first = exchange->next;
		arena_free(exchange->arena);
		free(exchange);
	}
	free(pool);
}

struct exchange *
exchange_pool_take(struct exchange_pool *pool)
{
	struct exchange *exchange = pool->first;
	struct arena *arena;

	pool->n_taken++;
	if (exchange) {
		pool->first = exchange->next;
		pool->n_pooled--;
		arena = exchange->arena;
		memset(exchange, 0, sizeof(*exchange));
	} else {
		exchange = calloc(1, sizeof(*exchange));
		if (!exchange)
			abort();
		arena = arena_new_shared(EXCHANGE_ARENA_BYTES, pool->budget);
	}
	exchange->arena = arena;
	return exchange;
}

void
exchange_pool_return(struct exchange_pool *pool, struct exchange *exchange)
{
	pool->n_taken--;
	arena_reset(exchange->arena);
	if (pool->n_pooled == POOLED_MAX) {
		arena_free(exchange->arena);
		free(exchange);
		return;
	}
	exchange->next = pool->first;
	pool->first = exchange;
	pool->n_pooled++;
}

size_t
exchange_pool_n_taken(const struct exchange_pool *pool)
{
	return pool->n_taken;
}

/* An IPv6 caller owns a /64, so that is what its limits count. */
void
exchange_read_address(struct exchange *exchange, const struct sockaddr *peer, const struct trusted_proxies *proxies, uint64_t seed)
{
	struct in6_addr address;

	if (!forwarded_peer(peer, &address))
		return;
	address = forwarded_client(proxies, address, exchange->head.headers, exchange->head.n_headers);
	bool is_v4 = IN6_IS_ADDR_V4MAPPED(&address);
	(void)inet_ntop(is_v4 ? AF_INET : AF_INET6, &address.s6_addr[is_v4 ? 12 : 0], exchange->address, sizeof(exchange->address));
	exchange->is_local = is_v4 ? address.s6_addr[12] == 127 : IN6_IS_ADDR_LOOPBACK(&address);
	exchange->address_id = admission_hash(seed, &address, is_v4 ? 16 : 8);
}
