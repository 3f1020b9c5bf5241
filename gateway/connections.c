/* Connections, their phases and their ends. */
#include "connections.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

enum { STREAM_SEND_BYTES = 64 * 1024 };

void
connections_init(struct connections *connections, const struct connections_options *options)
{
	*connections = (struct connections){ .options = *options, .leavers_fd = epoll_create1(EPOLL_CLOEXEC) };
	if (connections->leavers_fd < 0)
		abort();
}

void
connections_release(struct connections *connections)
{
	(void)close(connections->leavers_fd);
}

struct connection *
connection_new(struct connections *connections, void *owner, int fd)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	if (!connection)
		abort();
	*connection = (struct connection){ .all = connections, .owner = owner, .fd = fd, .next = connections->first };
	if (connections->first)
		connections->first->previous = connection;
	connections->first = connection;
	connections->n++;
	connection_enter(connection, PHASE_FRESH);
	return connection;
}

void
connection_free(struct connection *connection)
{
	connection_unwatch(connection);
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		connection->all->first = connection->next;
	if (connection->next)
		connection->next->previous = connection->previous;
	connection->all->n--;
	free(connection);
}

void
connection_enter(struct connection *connection, enum phase phase)
{
	connection->phase = phase;
	connection->phase_since_us = clock_monotonic_us();
}

/* ---- who leaves ---- */

/* A client whose machine died sends nothing: then heartbeats that nobody acknowledges end the connection.  And of what a slow
 * client leaves lying, the kernel would keep megabytes. */
void
connection_watch(struct connection *connection)
{
	struct epoll_event event = { .events = EPOLLRDHUP, .data.ptr = connection };
	unsigned unacknowledged_max_ms = (unsigned)(connection->all->options.send_timeout_us / 1000);

	if (connection->is_watched || epoll_ctl(connection->all->leavers_fd, EPOLL_CTL_ADD, connection->fd, &event) != 0)
		return; /* out of kernel memory: then a write that fails tells */
	connection->is_watched = true;
	(void)setsockopt(connection->fd, SOL_SOCKET, SO_SNDBUF, &(int){ STREAM_SEND_BYTES }, sizeof(int));
	(void)setsockopt(connection->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_max_ms, sizeof(unacknowledged_max_ms));
}

void
connection_unwatch(struct connection *connection)
{
	if (connection->is_watched)
		(void)epoll_ctl(connection->all->leavers_fd, EPOLL_CTL_DEL, connection->fd, NULL); /* fails where it is closed already */
	connection->is_watched = false;
}

struct connection *
connections_leaver(struct connections *connections)
{
	struct epoll_event event;

	if (epoll_wait(connections->leavers_fd, &event, 1, 0) != 1)
		return NULL;
	struct connection *connection = event.data.ptr;
	connection_unwatch(connection);
	connection->has_left = true;
	return connection;
}

/* ---- who dawdles ---- */

static int64_t
phase_max_us(const struct connections_options *options, enum phase phase)
{
	switch (phase) {
	case PHASE_FRESH:
	case PHASE_RECEIVING:
		return options->receive_timeout_us;
	case PHASE_IDLE:
		return options->idle_timeout_us;
	case PHASE_SENDING:
		return options->send_timeout_us;
	case PHASE_WORKING: /* every call has a deadline of its own */
		return INT64_MAX;
	}
	return INT64_MAX;
}

void
connections_sweep(struct connections *connections, int64_t now_us)
{
	for (struct connection *connection = connections->first; connection; connection = connection->next) {
		if (connection->is_suspended || now_us - connection->phase_since_us <= phase_max_us(&connections->options, connection->phase))
			continue;
		if (connection->phase == PHASE_RECEIVING)
			connection->all->options.late(connection);
		/* The HTTP server meets the end of the stream at its next run and cleans up. */
		(void)shutdown(connection->fd, SHUT_RDWR);
	}
}
