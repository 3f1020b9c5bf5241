/* The process's ZeroMQ context and sockets with every rule of this bus set in one place. */
#include "bus/internal.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	WIRE_HEARTBEAT_MS = 200,
	WIRE_TIMEOUT_MS = 600,
	WIRE_HANDSHAKE_MS = 1000,
	HEARTBEAT_MARK = 0xc1,
	HEARTBEAT_LEAVING = BUS_HEARTBEAT_BYTES - 1, /* offset */
};

static struct {
	pthread_mutex_t lock;
	void *zmq;
	pid_t pid; /* a forked child cannot use its parent's context */
	int n_users;
} shared = { .lock = PTHREAD_MUTEX_INITIALIZER };

void *
bus_context_get(void)
{
	(void)pthread_mutex_lock(&shared.lock);
	if (!shared.zmq || shared.pid != getpid()) {
		shared.zmq = zmq_ctx_new();
		shared.pid = getpid();
		shared.n_users = 0;
		assert(shared.zmq);
	}
	shared.n_users++;
	void *zmq = shared.zmq;
	(void)pthread_mutex_unlock(&shared.lock);
	return zmq;
}

void
bus_context_put(void)
{
	void *unused = NULL;

	(void)pthread_mutex_lock(&shared.lock);
	assert(shared.n_users > 0);
	if (--shared.n_users == 0) {
		unused = shared.zmq;
		shared.zmq = NULL;
	}
	(void)pthread_mutex_unlock(&shared.lock);
	/* Waits until lingering replies are out, at most BUS_LINGER_MS: exiting earlier would lose them. */
	while (unused && zmq_ctx_term(unused) < 0 && errno == EINTR)
		continue;
}

void
bus_socket_set(void *socket, int option, int value)
{
	int rc = zmq_setsockopt(socket, option, &value, sizeof(value));
	assert(rc == 0);
}

void *
bus_socket_new(void *context, int type)
{
	void *socket = zmq_socket(context, type);
	if (!socket)
		return NULL;
	bool is_poke = type == ZMQ_PUB || type == ZMQ_SUB;
	int64_t n_bytes_max = BUS_LENGTH_BYTES + BUS_RECORD_BYTES_MAX;
	int rc = zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &n_bytes_max, sizeof(n_bytes_max));
	assert(rc == 0);

	bus_socket_set(socket, ZMQ_LINGER, BUS_LINGER_MS);
	bus_socket_set(socket, ZMQ_SNDHWM, is_poke ? BUS_POKE_HWM : BUS_HWM);
	bus_socket_set(socket, ZMQ_RCVHWM, is_poke ? BUS_POKE_HWM : BUS_HWM);
	bus_socket_set(socket, ZMQ_IPV6, 1);
	bus_socket_set(socket, ZMQ_RECONNECT_IVL, BUS_RECONNECT_MS);
	bus_socket_set(socket, ZMQ_RECONNECT_IVL_MAX, BUS_RECONNECT_MAX_MS);
	bus_socket_set(socket, ZMQ_HANDSHAKE_IVL, WIRE_HANDSHAKE_MS);
	bus_socket_set(socket, ZMQ_HEARTBEAT_IVL, WIRE_HEARTBEAT_MS);
	bus_socket_set(socket, ZMQ_HEARTBEAT_TIMEOUT, WIRE_TIMEOUT_MS);
	bus_socket_set(socket, ZMQ_HEARTBEAT_TTL, WIRE_TIMEOUT_MS);
	if (type == ZMQ_DEALER)
		bus_socket_set(socket, ZMQ_IMMEDIATE, 1);
	if (type == ZMQ_ROUTER)
		bus_socket_set(socket, ZMQ_ROUTER_MANDATORY, 1);
	return socket;
}

void
bus_socket_free(void *socket, int linger_ms)
{
	if (!socket)
		return;
	bus_socket_set(socket, ZMQ_LINGER, linger_ms);
	(void)zmq_close(socket); /* fails only on what is no socket */
}

int
bus_socket_fd(void *socket)
{
	int fd = -1;
	size_t n = sizeof(fd);

	int rc = zmq_getsockopt(socket, ZMQ_FD, &fd, &n);
	assert(rc == 0);
	return fd;
}

bool
bus_socket_has_input(void *socket)
{
	int events = 0;
	size_t n = sizeof(events);

	return zmq_getsockopt(socket, ZMQ_EVENTS, &events, &n) == 0 && (events & ZMQ_POLLIN);
}

void
bus_wake_init(struct bus_wake *wake)
{
	wake->fd = epoll_create1(EPOLL_CLOEXEC);
	wake->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	wake->is_raised = false;
	assert(wake->fd >= 0 && wake->event_fd >= 0);
	bus_wake_watch(wake, wake->event_fd);
}

void
bus_wake_release(struct bus_wake *wake)
{
	(void)close(wake->event_fd);
	(void)close(wake->fd);
}

void
bus_wake_watch(struct bus_wake *wake, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };
	int rc = epoll_ctl(wake->fd, EPOLL_CTL_ADD, fd, &event);
	assert(rc == 0);
}

void
bus_wake_unwatch(struct bus_wake *wake, int fd)
{
	(void)epoll_ctl(wake->fd, EPOLL_CTL_DEL, fd, NULL);
}

void
bus_wake_raise(struct bus_wake *wake)
{
	if (!wake->is_raised)
		wake->is_raised = eventfd_write(wake->event_fd, 1) == 0;
}

void
bus_wake_clear(struct bus_wake *wake)
{
	eventfd_t value;

	if (wake->is_raised)
		(void)eventfd_read(wake->event_fd, &value);
	wake->is_raised = false;
}

void
bus_heartbeat_write(uint8_t frame[BUS_HEARTBEAT_BYTES], int64_t stamp_us)
{
	frame[0] = HEARTBEAT_MARK;
	for (size_t i = 1; i <= sizeof(stamp_us); i++)
		frame[i] = (uint8_t)((uint64_t)stamp_us >> (64 - 8 * i));
	frame[HEARTBEAT_LEAVING] = 0;
}

bool
bus_heartbeat_is(const void *bytes, size_t n_bytes)
{
	return n_bytes == BUS_HEARTBEAT_BYTES && *(const uint8_t *)bytes == HEARTBEAT_MARK;
}

void
bus_heartbeat_set_leaving(void *bytes)
{
	((uint8_t *)bytes)[HEARTBEAT_LEAVING] = 1;
}

bool
bus_heartbeat_is_leaving(const void *bytes)
{
	return ((const uint8_t *)bytes)[HEARTBEAT_LEAVING] != 0;
}
