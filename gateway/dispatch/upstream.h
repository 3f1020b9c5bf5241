/* The services as the gateway sees them: one bus client each, calls bounded in number and age. */
#ifndef UPSTREAM_H
#define UPSTREAM_H

#include "bus/bus.h"

struct upstream;
struct upstreams;

enum upstream_refusal { UPSTREAM_ACCEPTED, UPSTREAM_OVERLOADED };

/* A call under way.  The caller provides it; it lives until done was called. */
struct upstream_call {
	bus_done done;
	void *context;
	int64_t tenant; /* whose it is; 0: nobody's */
	/* upstream.c's */
	struct upstream *upstream;
	struct upstream_call *previous, *next;
	int64_t sent_us;
};

struct upstreams_options {
	const char *const *services;  /* NULL-terminated */
	const char *const *endpoints; /* of each */
	int64_t outstanding_max;
	int64_t queue_delay_max_us;
	int epoll_fd; /* descriptors of the bus are kept registered here, with data.u64 = tag + n for upstreams_wake */
	uint64_t epoll_tag;
};

/* NULL with a log line when a list of endpoints is malformed. */
struct upstreams *upstreams_new(const struct upstreams_options *options);
void upstreams_free(struct upstreams *upstreams); /* every call under way ends as BUS_LOST */

struct upstream *upstreams_find(const struct upstreams *upstreams, const char *service);
uint64_t upstream_next_correlation(struct upstream *upstream);

/* Queue one call, unless the service, or this tenant in it, has too much to do already.  bus->done and bus->context are call's. */
enum upstream_refusal upstream_send(struct upstream *upstream, struct upstream_call *call, struct bus_call bus);

/* Send what was queued. */
void upstreams_flush(struct upstreams *upstreams);

/* Dispatch the replies of one service, whose descriptor was readable: n is what its tag had beyond epoll_tag. */
void upstreams_receive(struct upstreams *upstreams, uint64_t n);

/* Heartbeats, deadlines, new instances: at least every 20 ms. */
void upstreams_tick(struct upstreams *upstreams, int64_t now_us);

struct upstream_state {
	const char *service;
	size_t n_live;
	size_t n_outstanding;
};
size_t upstreams_states(const struct upstreams *upstreams, struct upstream_state *states, size_t n_max);

#endif
