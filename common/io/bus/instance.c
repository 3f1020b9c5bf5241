/* One connection of a client: socket, monitor, heartbeats, batched sending. */
#include "bus/instance.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	UNCONNECTED_RETRY_US = 10000,
	MONITOR_EVENTS_MAX = 256,
	KEY_TRY_US = 300000, /* a handshake takes a few milliseconds */
};

/* The monitor tells of a kill -9 within a millisecond; heartbeats need BUS_DEAD_MS.  czmq's zmonitor would take a thread for each. */
static zsock_t *
monitor_new(zsock_t *socket)
{
	static _Atomic uint64_t n_monitors;
	char address[64];

	(void)snprintf(address, sizeof(address), "inproc://bus-monitor-%" PRIu64, atomic_fetch_add(&n_monitors, 1));
	if (zmq_socket_monitor(zsock_resolve(socket), address, ZMQ_EVENT_DISCONNECTED) < 0)
		return NULL;
	zsock_t *monitor = bus_socket_new(ZMQ_PAIR);
	if (!monitor)
		return NULL;
	/* Unlimited: libzmq's I/O thread blocks on a full monitor.  It holds one event per lost connection. */
	zsock_set_rcvhwm(monitor, 0);
	int rc = zsock_connect(monitor, "%s", address);
	assert(rc == 0);
	return monitor;
}

void
instance_close(struct bus_instance *instance)
{
	if (!instance->socket)
		return;
	(void)zmq_socket_monitor(zsock_resolve(instance->socket), NULL, 0);
	bus_socket_free(instance->monitor, 0);
	bus_socket_free(instance->socket, 0); /* no linger: a stopped peer must not run them when it wakes */
	instance->socket = instance->monitor = NULL;
	instance->fd = -1;
	instance->is_live = false;
}

bool
instance_open(struct bus_instance *instance, const char *address)
{
	if (address != instance->address)
		(void)snprintf(instance->address, sizeof(instance->address), "%s", address);
	instance->is_live = instance->is_draining = instance->was_sent_to = false;
	instance->heartbeat_due_us = instance->silent_since_us = 0;
	instance->socket = bus_socket_new(ZMQ_DEALER);
	instance->monitor = instance->socket ? monitor_new(instance->socket) : NULL;
	if (!instance->monitor) {
		instance_close(instance);
		return false;
	}
	instance->fd = (int)zsock_fd(instance->socket);
	bus_socket_secure(instance->socket, instance->address, false, instance->key);
	(void)zsock_connect(instance->socket, "%s", instance->address); /* what fails here never becomes live */
	return true;
}

bool
instance_takes_calls(const struct bus_instance *instance)
{
	return instance->is_live && !instance->is_draining && !instance->is_unlisted;
}

size_t
instance_load(const struct bus_instance *instance)
{
	return instance->pending.n + instance->sent.n;
}

bool
instance_is_disconnected(struct bus_instance *instance)
{
	bool is_disconnected = false;

	if (!bus_socket_has_input(instance->monitor))
		return false;
	for (size_t i = 0; i < MONITOR_EVENTS_MAX; i++) {
		zframe_t *event = zframe_recv(instance->monitor);
		if (!event)
			break;
		zframe_destroy(&event);
		is_disconnected = true;
	}
	return is_disconnected;
}

bool
instance_has_input(struct bus_instance *instance)
{
	if (!instance->was_sent_to)
		return false;
	instance->was_sent_to = false;
	return bus_socket_has_input(instance->socket);
}

void
instance_heartbeat(struct bus_instance *instance, int64_t now_us)
{
	uint8_t frame[BUS_HEARTBEAT_BYTES];

	if (!instance->socket || now_us < instance->heartbeat_due_us)
		return; /* not open: the process was out of descriptors */
	bus_heartbeat_write(frame, now_us);
	instance->was_sent_to = true;
	if (!bus_socket_send(instance->socket, frame, sizeof(frame), false)) {
		instance->heartbeat_due_us = now_us + UNCONNECTED_RETRY_US;
		return;
	}
	instance->heartbeat_due_us = now_us + BUS_HEARTBEAT_MS * 1000;
	if (instance->silent_since_us == 0)
		instance->silent_since_us = now_us;
}

void
instance_heard(struct bus_instance *instance, const void *bytes, size_t n_bytes)
{
	if (bus_heartbeat_is(bytes, n_bytes))
		instance->is_draining = bus_heartbeat_is_leaving(bytes);
	instance->silent_since_us = instance->dumb_since_us = 0;
	instance->is_live = true;
}

void
instance_pardon(struct bus_instance *instance)
{
	instance->silent_since_us = 0;
	instance->heartbeat_due_us = 0;
}

bool
instance_is_silent(const struct bus_instance *instance, int64_t now_us)
{
	return instance->silent_since_us != 0 && now_us - instance->silent_since_us > BUS_DEAD_MS * 1000;
}

bool
instance_wants_other_key(struct bus_instance *instance, int64_t now_us)
{
	if (bus_n_keys() < 2 || instance->is_live || strncmp(instance->address, "tcp://", 6) != 0)
		return false;
	/* Not since it was opened: with a wrong key the far end hangs up at once, again and again. */
	if (instance->dumb_since_us == 0)
		instance->dumb_since_us = now_us;
	if (now_us - instance->dumb_since_us < KEY_TRY_US)
		return false;
	instance->dumb_since_us = now_us;
	instance->key++;
	return true;
}

bool
instance_send(struct bus_instance *instance)
{
	struct bus_message message = { 0 };

	for (const struct call *call = instance->pending.head; call; call = call->next) {
		if (!bus_message_has_room(&message, call->n_record))
			break;
		bus_message_add(&message, call->record, call->n_record);
	}
	size_t n = message.n_records;
	instance->was_sent_to = true;
	if (!bus_message_send(&message, instance->socket))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct call *call = instance->pending.head;
		call_list_remove(call);
		call->was_sent = true;
		if (!call->is_retryable) {
			free(call->record);
			call->record = NULL;
		}
		call_list_add(&instance->sent, call);
	}
	return true;
}
