/* Connections: accepted, watched, timed, ended.
 *
 * Each socket is put into the epoll set once, edge-triggered, and stays there: what it said last is remembered in can_read and
 * can_write, so a request costs one recv and one send, and its share of an epoll_wait. */
#include "http/connections.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

enum { EVENTS_MAX = 256, ACCEPTED_AT_ONCE_MAX = 64, STREAM_SEND_BYTES = 64 * 1024 };

/* ---- accepting ---- */

/* With no room, clients wait in the kernel's queue: the listener is level-triggered, so it is taken out of the set. */
static void
accept_more(struct connections *connections, bool is_accepting)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };

	if (connections->options.listener < 0 || connections->is_accepting == is_accepting)
		return;
	if (epoll_ctl(connections->epoll_fd, is_accepting ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, connections->options.listener, &event) != 0)
		abort();
	connections->is_accepting = is_accepting;
}

void
connections_init(struct connections *connections, const struct connections_options *options)
{
	*connections = (struct connections){ .options = *options, .epoll_fd = epoll_create1(EPOLL_CLOEXEC) };
	if (connections->epoll_fd < 0)
		abort();
	accept_more(connections, true);
}

void
connections_quiesce(struct connections *connections)
{
	accept_more(connections, false);
	if (connections->options.listener >= 0)
		(void)close(connections->options.listener);
	connections->options.listener = -1;
}

void
connections_release(struct connections *connections)
{
	connections_quiesce(connections);
	(void)close(connections->epoll_fd);
}

static bool
is_same_address(const struct connection *a, const struct connection *b)
{
	if (a->peer.any.sa_family != b->peer.any.sa_family)
		return false;
	if (a->peer.any.sa_family == AF_INET)
		return a->peer.v4.sin_addr.s_addr == b->peer.v4.sin_addr.s_addr;
	return memcmp(&a->peer.v6.sin6_addr, &b->peer.v6.sin6_addr, sizeof(a->peer.v6.sin6_addr)) == 0;
}

static bool
has_room_for(const struct connections *connections, const struct connection *newcomer)
{
	unsigned n = 0, n_max = connections->options.n_per_address_max;

	for (const struct connection *other = connections->first; n_max > 0 && other; other = other->next)
		n += is_same_address(newcomer, other);
	return n_max == 0 || n < n_max;
}

static void
begin(struct connections *connections, const struct connection *newcomer)
{
	struct connection *connection = malloc(sizeof(*connection));
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = connection };

	if (!connection)
		abort();
	*connection = *newcomer;
	connection->next = connections->first;
	if (connections->first)
		connections->first->previous = connection;
	connections->first = connection;
	connections->n++;
	connection_enter(connection, PHASE_FRESH);
	if (epoll_ctl(connections->epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) == 0)
		return;
	connection->is_over = true; /* out of kernel memory */
	connection_make_ready(connection);
}

static void
accept_waiting(struct connections *connections)
{
	for (int i = 0; i < ACCEPTED_AT_ONCE_MAX; i++) {
		if (connections->n >= connections->options.n_max) {
			accept_more(connections, false);
			return;
		}
		struct connection newcomer = { .all = connections, .can_write = true };
		socklen_t n = sizeof(newcomer.peer);
		newcomer.fd = accept4(connections->options.listener, &newcomer.peer.any, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (newcomer.fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
			accept_more(connections, false); /* until one ends or the next sweep */
		if (newcomer.fd < 0)
			return;
		if (has_room_for(connections, &newcomer))
			begin(connections, &newcomer);
		else
			(void)close(newcomer.fd);
	}
}

/* ---- what sockets say ---- */

void
connection_make_ready(struct connection *connection)
{
	struct connections *connections = connection->all;

	if (connection->is_ready)
		return;
	connection->is_ready = true;
	connection->next_ready = NULL;
	if (connections->last_ready)
		connections->last_ready->next_ready = connection;
	else
		connections->first_ready = connection;
	connections->last_ready = connection;
}

struct connection *
connections_next_ready(struct connections *connections)
{
	struct connection *connection = connections->first_ready;

	if (!connection)
		return NULL;
	connections->first_ready = connection->next_ready;
	if (!connections->first_ready)
		connections->last_ready = NULL;
	connection->is_ready = false;
	return connection;
}

static void
leave_ready(struct connection *connection)
{
	struct connections *connections = connection->all;
	struct connection **link = &connections->first_ready, *last = NULL;

	for (; *link; link = &(*link)->next_ready)
		if (*link == connection)
			break;
		else
			last = *link;
	if (*link)
		*link = connection->next_ready;
	if (connections->last_ready == connection)
		connections->last_ready = last;
}

static void
hear(struct connection *connection, uint32_t events)
{
	connection->can_read |= (events & (EPOLLIN | EPOLLRDHUP)) != 0;
	connection->can_write |= (events & EPOLLOUT) != 0;
	connection->has_left |= (events & EPOLLRDHUP) != 0;
	connection->is_over |= (events & (EPOLLERR | EPOLLHUP)) != 0;
	connection_make_ready(connection);
}

void
connections_poll(struct connections *connections)
{
	struct epoll_event events[EVENTS_MAX];
	int n = epoll_wait(connections->epoll_fd, events, EVENTS_MAX, 0);

	for (int i = 0; i < n; i++)
		if (events[i].data.ptr)
			hear(events[i].data.ptr, events[i].events);
		else
			accept_waiting(connections);
}

/* Less than asked for means that no more is there, and the next byte is a new event; when has_left, no event will follow. */
ssize_t
connection_receive(struct connection *connection, char *bytes, size_t n)
{
	ssize_t n_received = recv(connection->fd, bytes, n, 0);

	if (n_received < 0 && (errno == EAGAIN || errno == EINTR)) {
		connection->can_read = errno == EINTR;
		return 0;
	}
	if (n_received > 0) {
		connection->can_read = (size_t)n_received == n;
		return n_received;
	}
	connection->can_read = false;
	connection->has_left = true;
	connection->is_over |= n_received < 0;
	return -1;
}

static void
advance(struct iovec *parts, size_t n)
{
	for (int i = 0; i < 2; i++) {
		size_t n_of_part = n < parts[i].iov_len ? n : parts[i].iov_len;
		parts[i].iov_base = (char *)parts[i].iov_base + n_of_part;
		parts[i].iov_len -= n_of_part;
		n -= n_of_part;
	}
}

bool
connection_send(struct connection *connection)
{
	struct iovec *out = connection->out;

	while (out[0].iov_len + out[1].iov_len > 0 && connection->can_write && !connection->is_over) {
		struct msghdr message = { .msg_iov = out[0].iov_len > 0 ? out : out + 1, .msg_iovlen = out[0].iov_len > 0 ? 2 : 1 };
		ssize_t n = sendmsg(connection->fd, &message, MSG_NOSIGNAL);
		if (n >= 0)
			advance(out, (size_t)n);
		else if (errno == EAGAIN)
			connection->can_write = false;
		else if (errno != EINTR)
			connection->is_over = true;
	}
	return out[0].iov_len + out[1].iov_len == 0;
}

void
connection_expect_stream(struct connection *connection)
{
	unsigned unacknowledged_max_ms = (unsigned)(connection->all->options.send_timeout_us / 1000);

	(void)setsockopt(connection->fd, SOL_SOCKET, SO_SNDBUF, &(int){ STREAM_SEND_BYTES }, sizeof(int));
	(void)setsockopt(connection->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_max_ms, sizeof(unacknowledged_max_ms));
}

/* ---- phases and ends ---- */

void
connection_enter(struct connection *connection, enum phase phase)
{
	connection->phase = phase;
	connection->phase_since_us = clock_monotonic_us();
}

void
connection_free(struct connection *connection)
{
	struct connections *connections = connection->all;

	if (connection->previous)
		connection->previous->next = connection->next;
	else
		connections->first = connection->next;
	if (connection->next)
		connection->next->previous = connection->previous;
	connections->n--;
	if (connection->is_ready)
		leave_ready(connection);
	(void)close(connection->fd);
	free(connection->pending);
	free(connection->block);
	free(connection);
	accept_more(connections, true);
}

static int64_t
phase_max_us(const struct connections_options *options, enum phase phase)
{
	switch (phase) {
	case PHASE_FRESH:
	case PHASE_RECEIVING:
	case PHASE_DISCARDING:
	case PHASE_LINGERING:
		return options->receive_timeout_us;
	case PHASE_IDLE:
		return options->idle_timeout_us;
	case PHASE_SENDING:
		return options->send_timeout_us;
	case PHASE_WORKING: /* every call has a deadline of its own */
	case PHASE_RESTING:
		return INT64_MAX;
	}
	return INT64_MAX;
}

void
connections_sweep(struct connections *connections, int64_t now_us)
{
	accept_more(connections, connections->n < connections->options.n_max);
	for (struct connection *connection = connections->first; connection; connection = connection->next) {
		if (now_us - connection->phase_since_us <= phase_max_us(&connections->options, connection->phase))
			continue;
		if (connection->phase == PHASE_RECEIVING)
			connections->options.late(connection);
		else
			connection->is_over = true;
		connection_make_ready(connection);
	}
}
