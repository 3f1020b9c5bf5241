/* Which instance takes a call, and what becomes of its calls when one comes, dies or leaves.  Private to the bus client. */
#ifndef BUS_DISPATCH_H
#define BUS_DISPATCH_H

#include "bus/instance.h"

struct dispatcher {
	const char *service;
	void *context;
	struct bus_wake *wake;
	struct call_table *calls;
	struct bus_instance instances[BUS_INSTANCES_MAX];
	struct call_list held;         /* until an instance is live, at most for a moment */
	size_t next_instance;
	uint64_t generation;
	bool is_short_of_fds;          /* an instance could not be opened: want again */
};

/* The call is in no list: assign it to the least loaded instance, hold it while there is none, or give it up. */
void dispatch_call(struct dispatcher *dispatcher, struct call *call);
/* Once there is an instance for them. */
void dispatch_held(struct dispatcher *dispatcher);
/* Send what is assigned.  What a connection refuses goes elsewhere. */
void dispatch_flush(struct dispatcher *dispatcher);

/* Exactly these addresses from now on; others finish what they have. */
void dispatch_want(struct dispatcher *dispatcher, const struct bus_endpoints *fixed, const struct bus_endpoints *found);
/* The connection is gone: settle its calls and connect afresh. */
void dispatch_lose(struct dispatcher *dispatcher, struct bus_instance *instance, const char *cause);
/* The address is gone: settle its calls and free the slot. */
void dispatch_drop(struct dispatcher *dispatcher, struct bus_instance *instance);

#endif
