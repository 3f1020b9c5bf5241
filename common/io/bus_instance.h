/* One connection of a client: its socket, whether the far end lives, and the calls it holds.  Private to the bus client. */
#ifndef BUS_INSTANCE_H
#define BUS_INSTANCE_H

#include "bus_internal.h"

struct call_list {
	struct call *head, *tail;
	size_t n;
};

/* A call is in exactly one list from bus_client_call until done. */
struct call {
	struct call *previous, *next, *hash_next;
	struct call_list *list;
	struct bus_instance *instance; /* NULL while no instance has it */
	uint64_t correlation;
	int64_t deadline_us;           /* realtime */
	int64_t hold_until_us;         /* monotonic; while no instance is live */
	zmq_msg_t record;              /* emptied by the send that needs no second try */
	size_t n_record;
	bool is_retryable;             /* still has its second try */
	bool was_sent;
	enum bus_result result;
	bus_done done;
	void *context;
};

struct bus_instance {
	char address[BUS_ADDRESS_MAX]; /* "" when the slot is free */
	void *socket, *monitor;
	int fd;
	bool is_live;
	bool is_leaving;               /* no longer listed: takes no new calls, closed when it has none */
	int64_t heartbeat_due_us;      /* monotonic */
	int64_t silent_since_us;       /* when the oldest unanswered heartbeat was sent; 0: none */
	struct call_list pending;      /* assigned, not sent */
	struct call_list sent;
};

void call_list_add(struct call_list *list, struct call *call);
void call_list_remove(struct call *call);

/* Connect; the address is kept for reopening. */
void instance_open(struct bus_instance *instance, void *context, const char *address);
/* Drop the connection and whatever was still queued in it.  Call lists stay the caller's. */
void instance_close(struct bus_instance *instance);

/* True when the connection broke since the last look. */
bool instance_is_disconnected(struct bus_instance *instance);

/* Send a heartbeat when one is due; says nothing while there is no connection. */
void instance_heartbeat(struct bus_instance *instance, int64_t now_us);
/* Anything received proves life. */
void instance_heard(struct bus_instance *instance);
/* After a stall of our own: judge the peer by a fresh heartbeat only. */
void instance_pardon(struct bus_instance *instance);
bool instance_is_silent(const struct bus_instance *instance, int64_t now_us);

/* Send one message of pending calls; false when the connection does not take it (they stay pending). */
bool instance_send(struct bus_instance *instance);

#endif
