/* The listening end of pokes. */
#include "bus/internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "log.h"

enum { SWALLOWED_MAX = 4096 };

struct bus_subscriber {
	zsock_t *sub;
	zpoller_t *poller;
	int wake_fd;
	struct bus_resolver *resolver;  /* NULL when no endpoint has a name */
	struct bus_endpoints connected; /* behind the names, now */
};

static void
connect_to(struct bus_subscriber *subscriber, const char *address)
{
	bool is_tcp = strncmp(address, "tcp://", 6) == 0;

	/* While keys are rotated: with each of them, one of which the publisher has. */
	for (size_t key = 0; key == 0 || (is_tcp && key < bus_n_keys()); key++) {
		bus_socket_secure(subscriber->sub, address, false, key);
		(void)zsock_connect(subscriber->sub, "%s", address);
	}
}

static bool
is_among(const struct bus_endpoints *endpoints, const char *address)
{
	for (size_t i = 0; i < endpoints->n; i++)
		if (strcmp(endpoints->items[i].address, address) == 0)
			return true;
	return false;
}

/* Instances come and go behind a name; each of them is heard. */
static void
follow_names(struct bus_subscriber *subscriber)
{
	struct bus_endpoints found;

	if (!subscriber->resolver || !bus_resolver_take(subscriber->resolver, &found))
		return;
	for (size_t i = 0; i < found.n; i++)
		if (!is_among(&subscriber->connected, found.items[i].address))
			connect_to(subscriber, found.items[i].address);
	for (size_t i = 0; i < subscriber->connected.n; i++)
		for (size_t key = 0; !is_among(&found, subscriber->connected.items[i].address) && (key == 0 || key < bus_n_keys()); key++)
			(void)zsock_disconnect(subscriber->sub, "%s", subscriber->connected.items[i].address);
	subscriber->connected = found;
}

struct bus_subscriber *
bus_subscriber_new(const char *endpoints)
{
	struct bus_endpoints parsed;
	const char *problem;
	bool has_names = false;

	if (!bus_endpoints_are_safe(endpoints, &problem) || !bus_endpoints_parse(endpoints, &parsed, &problem)) {
		log_write(LOG_ERROR, "bus.endpoint_invalid", LOG_TEXT("cause", problem));
		return NULL;
	}
	struct bus_subscriber *subscriber = calloc(1, sizeof(*subscriber));
	assert(subscriber);
	bus_context_need();
	subscriber->sub = bus_socket_new(ZMQ_SUB);
	assert(subscriber->sub);
	/* One waiting poke says as much as many.  And a pipe that never fills keeps clear of a fault of libzmq: an input that was
	 * stopped by a full pipe, and whose connection its heartbeats then replace, aborts the process (libzmq issue 3937). */
	zsock_set_conflate(subscriber->sub, 1);
	zsock_set_subscribe(subscriber->sub, "");
	for (size_t i = 0; i < parsed.n; i++) {
		has_names |= parsed.items[i].is_name;
		if (!parsed.items[i].is_name)
			connect_to(subscriber, parsed.items[i].address);
	}
	if (has_names)
		subscriber->resolver = bus_resolver_new(&parsed);
	subscriber->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	assert(subscriber->wake_fd >= 0);
	subscriber->poller = zpoller_new(subscriber->sub, &subscriber->wake_fd, NULL);
	assert(subscriber->poller);
	zpoller_set_nonstop(subscriber->poller, true); /* signals are the program's */
	return subscriber;
}

void
bus_subscriber_free(struct bus_subscriber *subscriber)
{
	if (!subscriber)
		return;
	bus_resolver_free(subscriber->resolver);
	zpoller_destroy(&subscriber->poller);
	bus_socket_free(subscriber->sub, 0);
	(void)close(subscriber->wake_fd);
	free(subscriber);
}

void
bus_subscriber_wake(struct bus_subscriber *subscriber)
{
	(void)eventfd_write(subscriber->wake_fd, 1);
}

bool
bus_subscriber_wait(struct bus_subscriber *subscriber, int timeout_ms)
{
	eventfd_t n_wakes;
	size_t n = 0;

	follow_names(subscriber);
	if (!zpoller_wait(subscriber->poller, timeout_ms))
		return false;
	bool is_woken = eventfd_read(subscriber->wake_fd, &n_wakes) == 0;
	for (; n < SWALLOWED_MAX; n++) {
		zframe_t *poke = zframe_recv(subscriber->sub);
		if (!poke)
			break;
		zframe_destroy(&poke);
	}
	return n > 0 || is_woken;
}
