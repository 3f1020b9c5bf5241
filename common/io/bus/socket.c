/* czmq's context and sockets with every rule of this bus set in one place. */
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
	DESCRIPTORS_SPARE = 8,
	HEARTBEAT_MARK = 0xc1,
	HEARTBEAT_LEAVING = BUS_HEARTBEAT_BYTES - 1, /* offset */
};

static pthread_once_t context_once = PTHREAD_ONCE_INIT;

static void
make_context(void)
{
	zsys_handler_set(NULL); /* signals are the program's */
	void *context = zsys_init();
	assert(context);
}

void
bus_context_need(void)
{
	(void)pthread_once(&context_once, make_context);
}

/* zsock_new ends the process when it cannot have a descriptor, so we look first, and for more than it takes. */
static bool
are_descriptors_left(void)
{
	int fds[DESCRIPTORS_SPARE];
	size_t n = 0;

	while (n < DESCRIPTORS_SPARE && (fds[n] = eventfd(0, EFD_CLOEXEC)) >= 0)
		n++;
	bool is_enough = n == DESCRIPTORS_SPARE;
	int problem = errno;
	while (n > 0)
		(void)close(fds[--n]);
	errno = problem;
	return is_enough;
}

zsock_t *
bus_socket_new(int type)
{
	bool is_poke = type == ZMQ_PUB || type == ZMQ_SUB;

	if (!are_descriptors_left())
		return NULL;
	zsock_t *socket = zsock_new(type);
	zsock_set_maxmsgsize(socket, BUS_LENGTH_BYTES + BUS_RECORD_BYTES_MAX);
	zsock_set_linger(socket, BUS_LINGER_MS);
	zsock_set_sndhwm(socket, is_poke ? BUS_POKE_HWM : BUS_HWM);
	zsock_set_rcvhwm(socket, is_poke ? BUS_POKE_HWM : BUS_HWM);
	zsock_set_sndtimeo(socket, 0);
	zsock_set_rcvtimeo(socket, 0);
	zsock_set_ipv6(socket, 1);
	zsock_set_reconnect_ivl(socket, BUS_RECONNECT_MS);
	zsock_set_reconnect_ivl_max(socket, BUS_RECONNECT_MAX_MS);
	zsock_set_handshake_ivl(socket, WIRE_HANDSHAKE_MS);
	zsock_set_heartbeat_ivl(socket, WIRE_HEARTBEAT_MS);
	zsock_set_heartbeat_timeout(socket, WIRE_TIMEOUT_MS);
	zsock_set_heartbeat_ttl(socket, WIRE_TIMEOUT_MS);
	if (type == ZMQ_DEALER)
		zsock_set_immediate(socket, 1);
	if (type == ZMQ_ROUTER)
		zsock_set_router_mandatory(socket, 1);
	return socket;
}

void
bus_socket_free(zsock_t *socket, int linger_ms)
{
	if (!socket)
		return;
	zsock_set_linger(socket, linger_ms);
	zsock_destroy(&socket);
}

bool
bus_socket_has_input(zsock_t *socket)
{
	return zsock_events(socket) & ZMQ_POLLIN;
}

/* Copied rather than given away: memory that libzmq's thread would free through us is a race to ThreadSanitizer, which takes
 * half a second to find out that it is not ours. */
bool
bus_socket_send(zsock_t *socket, const void *bytes, size_t n_bytes, bool has_more)
{
	zframe_t *frame = zframe_new(bytes, n_bytes);

	assert(frame);
	if (zframe_send(&frame, socket, ZFRAME_DONTWAIT | (has_more ? ZFRAME_MORE : 0)) == 0)
		return true;
	int problem = errno;
	zframe_destroy(&frame);
	errno = problem;
	return false;
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
