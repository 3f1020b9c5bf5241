/* Turns host names of endpoints into addresses again and again, so that instances may come and go behind a name. */
#include "bus/internal.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RESOLVE_PERIOD_S = 1 };

/* Shared by the client and the thread; whoever lets go last frees it, because a look-up cannot be interrupted. */
struct bus_resolver {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int n_users;
	bool is_stopping;
	bool is_changed;
	struct bus_endpoints names;     /* never written after the start */
	struct bus_endpoints addresses;
};

static void
resolver_release(struct bus_resolver *resolver, bool is_stop)
{
	(void)pthread_mutex_lock(&resolver->lock);
	resolver->is_stopping |= is_stop;
	bool is_last = --resolver->n_users == 0;
	(void)pthread_cond_signal(&resolver->wake);
	(void)pthread_mutex_unlock(&resolver->lock);
	if (!is_last)
		return;
	(void)pthread_cond_destroy(&resolver->wake);
	(void)pthread_mutex_destroy(&resolver->lock);
	free(resolver);
}

static bool
endpoints_have(const struct bus_endpoints *endpoints, const char *address)
{
	for (size_t i = 0; i < endpoints->n; i++)
		if (strcmp(endpoints->items[i].address, address) == 0)
			return true;
	return false;
}

static void
add_address(struct bus_endpoints *addresses, const struct addrinfo *info, const char *port)
{
	char host[INET6_ADDRSTRLEN], address[BUS_ADDRESS_MAX];
	bool is_v6 = info->ai_family == AF_INET6;
	const void *bytes = is_v6 ? (const void *)&((const struct sockaddr_in6 *)(const void *)info->ai_addr)->sin6_addr :
	    (const void *)&((const struct sockaddr_in *)(const void *)info->ai_addr)->sin_addr;

	if (!inet_ntop(info->ai_family, bytes, host, sizeof(host)))
		return;
	(void)snprintf(address, sizeof(address), is_v6 ? "tcp://[%s]:%s" : "tcp://%s:%s", host, port);
	if (addresses->n == BUS_INSTANCES_MAX || endpoints_have(addresses, address))
		return;
	struct bus_endpoint *endpoint = &addresses->items[addresses->n++];
	*endpoint = (struct bus_endpoint){ 0 };
	(void)snprintf(endpoint->address, sizeof(endpoint->address), "%s", address);
}

/* False when the name has no answer now: the caller keeps what it knew, since heartbeats tell who is alive. */
static bool
resolve_one(const struct bus_endpoint *name, struct bus_endpoints *addresses)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	struct addrinfo *list = NULL;

	if (getaddrinfo(name->host, name->port, &hints, &list) != 0)
		return false;
	for (const struct addrinfo *info = list; info; info = info->ai_next)
		if (info->ai_family == AF_INET || info->ai_family == AF_INET6)
			add_address(addresses, info, name->port);
	freeaddrinfo(list);
	return true;
}

/* One name failing must not drop the addresses of another, so the round counts only when all answered. */
static bool
resolve_all(const struct bus_endpoints *names, struct bus_endpoints *ret_addresses)
{
	struct bus_endpoints addresses = { .n = 0 };

	for (size_t i = 0; i < names->n; i++)
		if (!resolve_one(&names->items[i], &addresses))
			return false;
	*ret_addresses = addresses;
	return true;
}

static bool
endpoints_equal(const struct bus_endpoints *a, const struct bus_endpoints *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!endpoints_have(b, a->items[i].address))
			return false;
	return true;
}

static void
wait_a_period(struct bus_resolver *resolver)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += RESOLVE_PERIOD_S;
	while (!resolver->is_stopping && pthread_cond_timedwait(&resolver->wake, &resolver->lock, &until) == 0)
		continue;
}

static void *
resolve(void *argument)
{
	struct bus_resolver *resolver = argument;
	struct bus_endpoints addresses;

	(void)pthread_mutex_lock(&resolver->lock);
	while (!resolver->is_stopping) {
		(void)pthread_mutex_unlock(&resolver->lock);
		bool is_answered = resolve_all(&resolver->names, &addresses);
		(void)pthread_mutex_lock(&resolver->lock);
		if (is_answered && !endpoints_equal(&addresses, &resolver->addresses)) {
			resolver->addresses = addresses;
			resolver->is_changed = true;
		}
		wait_a_period(resolver);
	}
	(void)pthread_mutex_unlock(&resolver->lock);
	resolver_release(resolver, true);
	return NULL;
}

/* Signals belong to the main thread. */
static bool
start_thread(struct bus_resolver *resolver)
{
	sigset_t all, before;
	pthread_t thread;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	int problem = pthread_create(&thread, NULL, resolve, resolver);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (problem)
		return false;
	(void)pthread_detach(thread);
	return true;
}

struct bus_resolver *
bus_resolver_new(const struct bus_endpoints *endpoints)
{
	struct bus_resolver *resolver = calloc(1, sizeof(*resolver));
	assert(resolver);
	for (size_t i = 0; i < endpoints->n; i++)
		if (endpoints->items[i].is_name)
			resolver->names.items[resolver->names.n++] = endpoints->items[i];
	(void)pthread_mutex_init(&resolver->lock, NULL);
	(void)pthread_cond_init(&resolver->wake, NULL);
	resolver->n_users = 2;
	bool is_started = start_thread(resolver);
	assert(is_started);
	return resolver;
}

void
bus_resolver_free(struct bus_resolver *resolver)
{
	if (resolver)
		resolver_release(resolver, true);
}

bool
bus_resolver_take(struct bus_resolver *resolver, struct bus_endpoints *ret_addresses)
{
	(void)pthread_mutex_lock(&resolver->lock);
	bool is_changed = resolver->is_changed;
	if (is_changed)
		*ret_addresses = resolver->addresses;
	resolver->is_changed = false;
	(void)pthread_mutex_unlock(&resolver->lock);
	return is_changed;
}
