/* The listening end of pokes. */
#include "bus/internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

enum { SWALLOWED_MAX = 4096 };

struct bus_subscriber {
	zsock_t *sub;
	zpoller_t *poller;
};

struct bus_subscriber *
bus_subscriber_new(const char *endpoints)
{
	struct bus_endpoints parsed;
	const char *problem;

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
	/* A name with several addresses reaches one of them: pokes are hints, and the poll finds the rest. */
	for (size_t i = 0; i < parsed.n; i++) {
		bool is_tcp = strncmp(parsed.items[i].address, "tcp://", 6) == 0;
		/* While keys are rotated: with each of them, one of which the publisher has. */
		for (size_t key = 0; key == 0 || (is_tcp && key < bus_n_keys()); key++) {
			bus_socket_secure(subscriber->sub, parsed.items[i].address, false, key);
			(void)zsock_connect(subscriber->sub, "%s", parsed.items[i].address);
		}
	}
	subscriber->poller = zpoller_new(subscriber->sub, NULL);
	assert(subscriber->poller);
	zpoller_set_nonstop(subscriber->poller, true); /* signals are the program's */
	return subscriber;
}

void
bus_subscriber_free(struct bus_subscriber *subscriber)
{
	if (!subscriber)
		return;
	zpoller_destroy(&subscriber->poller);
	bus_socket_free(subscriber->sub, 0);
	free(subscriber);
}

bool
bus_subscriber_wait(struct bus_subscriber *subscriber, int timeout_ms)
{
	size_t n = 0;

	if (!zpoller_wait(subscriber->poller, timeout_ms))
		return false;
	for (; n < SWALLOWED_MAX; n++) {
		zframe_t *poke = zframe_recv(subscriber->sub);
		if (!poke)
			break;
		zframe_destroy(&poke);
	}
	return n > 0;
}
