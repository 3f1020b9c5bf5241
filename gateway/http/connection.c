/* Client connections.
 *
 * libmicrohttpd times inactivity, so a client that sends a byte now and then is never late.  The sweep measures each phase as a whole
 * and shuts such a socket down; the library meets its end at the next run and cleans up. */
#include "http/connection.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "clock.h"

enum {
	STREAM_SEND_BYTES = 64 * 1024,
	POLLED_AT_ONCE_MAX = 256,
	FRESH_US = 500000,
	CROWDED_SHARE = 4, /* when fewer than one of so many places are free */
};

struct connection *
connection_new(struct connections *connections, struct MHD_Connection *mhd, int fd, const struct in6_addr *peer)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	if (!connection)
		abort();
	*connection = (struct connection){ .all = connections, .mhd = mhd, .fd = fd, .peer = *peer, .next = connections->first };
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
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		connection->all->first = connection->next;
	if (connection->next)
		connection->next->previous = connection->previous;
	connection->all->n--;
	connection->all->n_ended -= connection->has_ended;
	free(connection);
}

void
connection_enter(struct connection *connection, enum phase phase)
{
	connection->phase = phase;
	connection->phase_since_us = clock_monotonic_us();
}

void
connection_suspend(struct connection *connection)
{
	connection->is_suspended = true;
	MHD_suspend_connection(connection->mhd);
}

void
connection_resume(struct connection *connection)
{
	if (!connection->is_suspended)
		return;
	connection->is_suspended = false;
	connection->all->wants_run = true;
	MHD_resume_connection(connection->mhd);
}

void
connection_expect_stream(struct connection *connection)
{
	unsigned unacknowledged_max_ms = (unsigned)(connection->all->send_timeout_us / 1000);

	connection->is_streaming = true;
	(void)setsockopt(connection->fd, SOL_SOCKET, SO_SNDBUF, &(int){ STREAM_SEND_BYTES }, sizeof(int));
	(void)setsockopt(connection->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_max_ms, sizeof(unacknowledged_max_ms));
}

/* ---- room for newcomers ---- */

size_t
connections_of(const struct connections *connections, const struct in6_addr *peer)
{
	size_t n = 0;

	for (const struct connection *connection = connections->first; connection; connection = connection->next)
		n += IN6_ARE_ADDR_EQUAL(&connection->peer, peer) && !connection->has_ended;
	return n;
}

static void
shut_down(struct connection *connection)
{
	connection->all->n_ended += !connection->has_ended;
	connection->has_ended = true;
	(void)shutdown(connection->fd, SHUT_RDWR);
}

/* Whoever has just come is about to ask. */
static bool
is_resting(const struct connection *connection, int64_t now_us)
{
	return !connection->is_suspended && !connection->has_ended
	    && (connection->phase == PHASE_IDLE || (connection->phase == PHASE_FRESH && now_us - connection->phase_since_us > FRESH_US));
}

static bool
is_missed_less(const struct connection *a, const struct connection *b)
{
	return a->is_known != b->is_known ? !a->is_known : a->phase_since_us < b->phase_since_us;
}

bool
connections_are_crowded(const struct connections *connections)
{
	return connections->n > connections->n_max - connections->n_max / CROWDED_SHARE;
}

void
connections_make_room(struct connections *connections)
{
	struct connection *least = NULL;
	int64_t now_us = clock_monotonic_us();

	if (connections->n - connections->n_ended < connections->n_max - connections->n_kept)
		return;
	for (struct connection *connection = connections->first; connection; connection = connection->next)
		if (is_resting(connection, now_us) && (!least || is_missed_less(connection, least)))
			least = connection;
	if (least)
		shut_down(least);
}

/* ---- the sweep ---- */

static int64_t
phase_max_us(const struct connections *connections, enum phase phase)
{
	switch (phase) {
	case PHASE_FRESH:
	case PHASE_RECEIVING:
		return connections->receive_timeout_us;
	case PHASE_IDLE: /* the library closes a silent one earlier; this is for a request line that trickles in */
		return connections->idle_timeout_us + connections->receive_timeout_us;
	case PHASE_SENDING:
		return connections->send_timeout_us;
	case PHASE_WORKING: /* every call has a deadline of its own */
		return INT64_MAX;
	}
	return INT64_MAX;
}

/* The library does not watch suspended connections, and a stream rests for minutes.  Of others it misses an end that came together with the
 * last bytes: its reads are edge-triggered and it stops at a short one. */
static bool
may_have_left_unseen(const struct connection *connection)
{
	if (connection->is_suspended)
		return connection->is_streaming;
	return connection->phase == PHASE_FRESH || connection->phase == PHASE_RECEIVING;
}

static void
end_leaver(struct connection *connection)
{
	int n_unread = 0;

	if (connection->is_suspended) {
		connection->has_left = true;
		connection_resume(connection);
	} else if (ioctl(connection->fd, FIONREAD, &n_unread) == 0 && n_unread == 0) {
		(void)shutdown(connection->fd, SHUT_RDWR); /* the rest of its request will not come */
	}
}

static void
end_leavers(struct pollfd *polled, struct connection *const *connections, size_t n)
{
	if (n == 0 || poll(polled, n, 0) <= 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (polled[i].revents != 0)
			end_leaver(connections[i]);
	}
}

void
connections_sweep(struct connections *connections, int64_t now_us)
{
	struct pollfd polled[POLLED_AT_ONCE_MAX];
	struct connection *watched[POLLED_AT_ONCE_MAX];
	size_t n = 0;

	for (struct connection *connection = connections->first; connection; connection = connection->next) {
		if (!connection->is_suspended && now_us - connection->phase_since_us > phase_max_us(connections, connection->phase)) {
			shut_down(connection);
		} else if (may_have_left_unseen(connection)) {
			polled[n] = (struct pollfd){ .fd = connection->fd, .events = POLLRDHUP };
			watched[n++] = connection;
		}
		if (n == POLLED_AT_ONCE_MAX) {
			end_leavers(polled, watched, n);
			n = 0;
		}
	}
	end_leavers(polled, watched, n);
}
