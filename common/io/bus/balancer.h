/* Which instance takes a call, and what becomes of its calls when one comes, dies or leaves.  Private to the bus client. */
#ifndef BUS_BALANCER_H
#define BUS_BALANCER_H

#include "bus/instance.h"

struct balancer {
	const char *service;
	struct bus_wake *wake;
	struct call_table *calls;
	struct bus_instance instances[BUS_INSTANCES_MAX];
	struct call_list held;         /* until an instance is live, at most for a moment */
	size_t next_instance;
	uint64_t generation;
	bool is_short_of_fds;          /* an instance could not be opened: want again */
};

/* The call is in no list: assign it to the least loaded instance, hold it while there is none, or give it up. */
void balancer_call(struct balancer *balancer, struct call *call);
/* Once there is an instance for them. */
void balancer_held(struct balancer *balancer);
/* Send what is assigned.  What a connection refuses goes elsewhere. */
void balancer_flush(struct balancer *balancer);

/* Exactly these addresses from now on; others finish what they have. */
void balancer_want(struct balancer *balancer, const struct bus_endpoints *fixed, const struct bus_endpoints *found);
/* The connection is gone: settle its calls and connect afresh. */
void balancer_lose(struct balancer *balancer, struct bus_instance *instance, const char *cause);
/* The address is gone: settle its calls and free the slot. */
void balancer_drop(struct balancer *balancer, struct bus_instance *instance);

#endif
