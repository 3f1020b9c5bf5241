/* Client connections: the phase each is in and since when, who waits, and who has left. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum phase {
	PHASE_FRESH,     /* accepted, no request line yet */
	PHASE_IDLE,      /* between two requests; part of a request line may be there */
	PHASE_RECEIVING, /* a request is under way */
	PHASE_WORKING,   /* it is there, its answer is not */
	PHASE_SENDING,   /* the answer is under way */
};

struct MHD_Connection;
struct exchange;

struct connection {
	struct connections *all;
	struct MHD_Connection *mhd;
	int fd;
	struct exchange *exchange; /* the request under way, from its first line on, or NULL */
	struct connection *previous, *next;
	enum phase phase;
	int64_t phase_since_us;
	bool is_suspended;
	bool is_at_head;   /* suspended before the body: the library calls once more when it goes on */
	bool is_read;      /* the library knows that the request is whole */
	bool is_streaming;
	bool has_left;     /* the client of a stream */
	bool has_ended;    /* shut down: the library will meet it */
	bool is_known;     /* its last request had a verified key */
	struct in6_addr peer;
};

struct connections {
	struct connection *first;
	size_t n, n_ended; /* n_ended: of them, shut down */
	size_t n_max, n_kept; /* n_kept: of n_max, for whoever comes next */
	int64_t idle_timeout_us, receive_timeout_us, send_timeout_us;
	bool wants_run; /* somebody was resumed */
};

struct connection *connection_new(struct connections *connections, struct MHD_Connection *mhd, int fd, const struct in6_addr *peer);
void connection_free(struct connection *connection);

void connection_enter(struct connection *connection, enum phase phase);

/* The library neither reads nor writes until connection_resume, which does nothing when the connection is not suspended. */
void connection_suspend(struct connection *connection);
void connection_resume(struct connection *connection);

/* Before the first byte of a stream: bounds what the kernel keeps for a slow client, and ends the connection of a client whose machine
 * died, which sends nothing and acknowledges nothing. */
void connection_expect_stream(struct connection *connection);

/* How many connections this address has. */
size_t connections_of(const struct connections *connections, const struct in6_addr *peer);

/* Near the limit: those without a key are asked to come anew for their next request. */
bool connections_are_crowded(const struct connections *connections);

/* After a new one, where the places are nearly taken: the connection that is missed least gives way, one that rests, without a verified key
 * before one with it, and of these the one that has rested longest. */
void connections_make_room(struct connections *connections);

/* Shuts down connections that took too long for their phase, and resumes streams whose client has left.  Call about twice a second. */
void connections_sweep(struct connections *connections, int64_t now_us);

#endif
