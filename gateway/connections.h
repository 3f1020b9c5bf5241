/* Client connections as the HTTP server keeps book of them: what phase each is in, since when, and whose client has left. */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum phase { PHASE_FRESH, PHASE_IDLE, PHASE_RECEIVING, PHASE_WORKING, PHASE_SENDING };

struct exchange;

struct connection {
	struct connections *all;
	void *owner;  /* http.c's handle */
	int fd;
	struct exchange *exchange; /* the request under way, from its first line on; or NULL */
	struct connection *previous, *next;
	enum phase phase;
	int64_t phase_since_us;
	bool is_suspended, is_parked;
	bool is_watched, has_left;
	size_t n_discarded;
};

struct connections_options {
	int64_t idle_timeout_us, receive_timeout_us, send_timeout_us;
	void (*late)(struct connection *connection); /* its request did not arrive in time; it is shut down next */
};

struct connections {
	struct connections_options options;
	struct connection *first;
	size_t n;
	int leavers_fd; /* turns readable when a watched client leaves */
};

void connections_init(struct connections *connections, const struct connections_options *options);
void connections_release(struct connections *connections);

struct connection *connection_new(struct connections *connections, void *owner, int fd);
void connection_free(struct connection *connection);
void connection_enter(struct connection *connection, enum phase phase);

/* Streams rest while nothing happens, and nobody reads or writes their sockets: without this a client that left would be noticed
 * by a write that fails, the second after it left at best. */
void connection_watch(struct connection *connection);
void connection_unwatch(struct connection *connection);

/* The next watched connection whose client has left; it is watched no more and has_left.  NULL: no further one. */
struct connection *connections_leaver(struct connections *connections);

/* Shut those down that dawdle. */
void connections_sweep(struct connections *connections, int64_t now_us);

#endif
