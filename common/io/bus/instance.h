/* One connection of a client: its socket, whether the far end lives, and the calls it holds.  Private to the bus client. */
#ifndef BUS_INSTANCE_H
#define BUS_INSTANCE_H

#include "bus/call.h"

struct bus_instance {
	char address[BUS_ADDRESS_MAX]; /* "" when the slot is free */
	zsock_t *socket, *monitor;
	int fd;
	bool is_live;
	bool is_draining;              /* it said so: takes no new calls until it comes back */
	bool is_unlisted;              /* its name no longer resolves to it: takes no new calls, closed when it has none */
	size_t key;                    /* which of the keys it is spoken to with, modulo their number */
	int64_t dumb_since_us;         /* while there are several keys: when this one was first tried in vain; 0: not in vain */
	bool was_sent_to;              /* since the last instance_has_input */
	int64_t heartbeat_due_us;      /* monotonic */
	int64_t silent_since_us;       /* when the oldest unanswered heartbeat was sent; 0: none */
	struct call_list pending;      /* assigned, not sent */
	struct call_list sent;
};

/* Connect; call lists are left alone.  False when the process is out of descriptors: the address is kept. */
bool instance_open(struct bus_instance *instance, const char *address);
/* Drop the connection and whatever was still queued in it; accepts one that is closed. */
void instance_close(struct bus_instance *instance);

bool instance_takes_calls(const struct bus_instance *instance);
size_t instance_load(const struct bus_instance *instance);

/* True when the connection broke since the last look. */
bool instance_is_disconnected(struct bus_instance *instance);
/* True when a send may have swallowed the descriptor's edge with input waiting. */
bool instance_has_input(struct bus_instance *instance);

/* Send a heartbeat when one is due; says nothing while there is no connection. */
void instance_heartbeat(struct bus_instance *instance, int64_t now_us);
/* Anything received proves life; a heartbeat says whether the instance still wants calls. */
void instance_heard(struct bus_instance *instance, const void *bytes, size_t n_bytes);
/* After a stall of our own: judge the peer by a fresh heartbeat only. */
void instance_pardon(struct bus_instance *instance);
bool instance_is_silent(const struct bus_instance *instance, int64_t now_us);

/* True when it stays dumb and there is another key, which the next instance_open tries: while keys are rotated servers differ. */
bool instance_wants_other_key(struct bus_instance *instance, int64_t now_us);

/* Send one message of pending calls; false when the connection does not take it (they stay pending). */
bool instance_send(struct bus_instance *instance);

#endif
