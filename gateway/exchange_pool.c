/* Exchanges that come and go without malloc, and whom they come from. */
#include "exchange_pool.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "admission.h"

enum { POOLED_MAX = 128 };

struct exchange_pool {
	struct exchange *first;
	size_t n_pooled, n_taken;
};

struct exchange_pool *
exchange_pool_new(void)
{
	struct exchange_pool *pool = calloc(1, sizeof(*pool));
	if (!pool)
		abort();
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
		arena = arena_new(EXCHANGE_ARENA_BYTES);
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
exchange_read_address(struct exchange *exchange, const struct sockaddr *address, uint64_t seed)
{
	if (address && address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
		(void)inet_ntop(AF_INET6, &v6->sin6_addr, exchange->address, sizeof(exchange->address));
		exchange->is_local = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
		bool is_v4 = IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);
		exchange->address_id = admission_hash(seed, &v6->sin6_addr, is_v4 ? 16 : 8);
		return;
	}
	if (!address || address->sa_family != AF_INET)
		return;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
	(void)inet_ntop(AF_INET, &v4->sin_addr, exchange->address, sizeof(exchange->address));
	exchange->is_local = ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	exchange->address_id = admission_hash(seed, &v4->sin_addr, sizeof(v4->sin_addr));
}
