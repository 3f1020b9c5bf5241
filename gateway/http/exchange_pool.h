/* Exchanges that come and go without malloc. */
#ifndef EXCHANGE_POOL_H
#define EXCHANGE_POOL_H

#include <sys/socket.h>

#include "http/exchange.h"
#include "http/forwarded.h"

/* Their arenas share the budget. */
struct exchange_pool *exchange_pool_new(struct arena_budget *budget);
void exchange_pool_free(struct exchange_pool *pool); /* none may be taken */

/* Zeroed, with an empty arena. */
struct exchange *exchange_pool_take(struct exchange_pool *pool);
void exchange_pool_return(struct exchange_pool *pool, struct exchange *exchange);

size_t exchange_pool_n_taken(const struct exchange_pool *pool);

/* Whom the request comes from: the peer, or who stands behind the proxies that it came through.  NULL when that is not known. */
void exchange_read_address(struct exchange *exchange, const struct sockaddr *peer, const struct trusted_proxies *proxies, uint64_t seed);

#endif
