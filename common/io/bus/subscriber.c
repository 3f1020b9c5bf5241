/* The listening end of pokes. */
#include "bus/internal.h"

#include <assert.h>
#include <stdlib.h>

#include "log.h"

enum { SWALLOWED_MAX = 4096 };

struct bus_subscriber {
	void *context, *sub;
};

struct bus_subscriber *
bus_subscriber_new(const char *endpoints)
{
	struct bus_endpoints parsed;
	const char *problem;

	if (!bus_endpoints_parse(endpoints, &parsed, &problem)) {
		log_write(LOG_ERROR, "bus.endpoint_invalid", LOG_TEXT("cause", problem));
		return NULL;
	}
	struct bus_subscriber *subscriber = calloc(1, sizeof(*subscriber));
	assert(subscriber);
	subscriber->context = bus_context_get();
	subscriber->sub = bus_socket_new(subscriber->context, ZMQ_SUB);
	assert(subscriber->sub);
	/* One waiting poke says as much as many.  And a pipe that never fills keeps clear of a fault of libzmq: an input that was
	 * stopped by a full pipe, and whose connection its heartbeats then replace, aborts the process (libzmq issue 3937). */
	bus_socket_set(subscriber->sub, ZMQ_CONFLATE, 1);
	int rc = zmq_setsockopt(subscriber->sub, ZMQ_SUBSCRIBE, "", 0);
	assert(rc == 0);
	/* A name with several addresses reaches one of them: pokes are hints, and the poll finds the rest. */
	for (size_t i = 0; i < parsed.n; i++) {
		bus_socket_secure(subscriber->sub, parsed.items[i].address, false);
		(void)zmq_connect(subscriber->sub, parsed.items[i].address);
	}
	return subscriber;
}

void
bus_subscriber_free(struct bus_subscriber *subscriber)
{
	if (!subscriber)
		return;
	bus_socket_free(subscriber->sub, 0);
	bus_context_put();
	free(subscriber);
}

bool
bus_subscriber_wait(struct bus_subscriber *subscriber, int timeout_ms)
{
	zmq_pollitem_t item = { .socket = subscriber->sub, .events = ZMQ_POLLIN };
	char byte;
	size_t n = 0;

	if (zmq_poll(&item, 1, timeout_ms) <= 0)
		return false;
	while (n < SWALLOWED_MAX && zmq_recv(subscriber->sub, &byte, 1, ZMQ_DONTWAIT) >= 0)
		n++;
	return n > 0;
}
