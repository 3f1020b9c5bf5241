/* Client connections: their sockets, the phase each is in and since when, and which of them have something to do.  What is said over
 * them is http.c's. */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "http/body.h"

enum phase {
	PHASE_FRESH,      /* accepted, and nothing came */
	PHASE_IDLE,       /* between two requests */
	PHASE_RECEIVING,  /* a request is under way */
	PHASE_WORKING,    /* it is there, its answer is not */
	PHASE_SENDING,    /* the answer is under way */
	PHASE_RESTING,    /* so far all of a stream was sent */
	PHASE_DISCARDING, /* answered before the body was there: the rest is thrown away */
	PHASE_LINGERING,  /* we send no more; what still comes is thrown away, or a reset would overtake the answer */
};

struct exchange;
struct http;

struct connection {
	struct connections *all;
	int fd;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} peer;
	enum phase phase;
	int64_t phase_since_us;
	bool can_read, can_write; /* as far as is known */
	bool has_left;            /* the client sends no more */
	bool is_over;             /* to be dropped: nothing can be sent, or nobody waits for it */
	struct connection *previous, *next;

	bool is_ready; /* in the list of those with something to do */
	struct connection *next_ready;

	/* what came and was not used yet: part of a head, or requests sent before they were asked for */
	char *pending;
	size_t n_pending, n_scanned;

	/* the request under way and its answer */
	struct exchange *exchange;
	struct http_body body;
	size_t n_discarded;
	bool goes_on;        /* another request may follow */
	struct iovec out[2]; /* what is left of head and content */
	char *block;         /* of a stream, or NULL */
	bool is_last_block;
};

struct connections_options {
	int listener;                      /* a socket that does not block; closed by connections_quiesce or _release */
	unsigned n_max, n_per_address_max; /* of the latter 0: no limit */
	int64_t idle_timeout_us, receive_timeout_us, send_timeout_us;
	struct http *http;                           /* late's context */
	void (*late)(struct connection *connection); /* its request did not arrive in time */
};

struct connections {
	struct connections_options options;
	struct connection *first;
	size_t n;
	int epoll_fd;
	bool is_accepting;
	struct connection *first_ready, *last_ready;
};

void connections_init(struct connections *connections, const struct connections_options *options);

/* No connection may be left. */
void connections_release(struct connections *connections);

/* Turn no one away, but take no one any more. */
void connections_quiesce(struct connections *connections);

/* Accept who waits and see whose socket has news; without waiting.  Those become ready. */
void connections_poll(struct connections *connections);

/* Something may be done on this connection; at its next turn it is looked at. */
void connection_make_ready(struct connection *connection);

/* Takes the one that has waited longest out of the list, or NULL. */
struct connection *connections_next_ready(struct connections *connections);

void connection_enter(struct connection *connection, enum phase phase);

/* Up to n bytes: how many; 0 when none are there now, -1 when none will come.  After an error is_over is set too. */
ssize_t connection_receive(struct connection *connection, char *bytes, size_t n);

/* Send what is left of out.  True once nothing is; false when the client must take some first, or is_over. */
bool connection_send(struct connection *connection);

/* Before a stream: a client whose machine died sends nothing, so heartbeats that nobody acknowledges must end the connection; and of what a
 * slow client leaves lying, the kernel would keep megabytes. */
void connection_expect_stream(struct connection *connection);

/* Closes it. */
void connection_free(struct connection *connection);

/* End those that dawdle: late() for a request under way, is_over for the others.  Call about once a second. */
void connections_sweep(struct connections *connections, int64_t now_us);

#endif
