/* The bridge between an agent's pipes and the MCP endpoint: what its parts share. */
#ifndef MCP_BRIDGE_H
#define MCP_BRIDGE_H

#include <pthread.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/mcp/post.h"

enum {
	BRIDGE_WORKERS = 32,          /* requests in flight; one more is refused */
	BRIDGE_LINE_BYTES_MAX = 4 * 1024 * 1024,
	BRIDGE_HEADER_BYTES = 256,    /* of a session's id */
	BRIDGE_DRAIN_MS = 30000,      /* for what is in flight when the agent leaves */
};

struct bridge_worker {
	struct bridge *bridge;
	pthread_t thread;
	struct http_client *client;
	struct arena *arena;
	struct mcp_message message;
	bool is_busy, is_started;     /* is_started: there is a thread to join */
	bool is_endless;              /* subscriptions/listen: it ends when it is told to */
	bool is_cancelled;            /* nobody waits for its answer any more */
};

struct bridge {
	struct mcp_target target;
	FILE *in, *out;
	pthread_mutex_t lock;         /* of everything below */
	pthread_cond_t change;        /* a worker is free, the session is another, or the end has come */
	bool is_ending;
	struct bridge_worker workers[BRIDGE_WORKERS];

	/* the session of the older generations */
	char session[BRIDGE_HEADER_BYTES]; /* "": none */
	char protocol[BRIDGE_HEADER_BYTES];
	char *initialize;             /* the agent's first message, to begin again with */
	struct arena *session_arena;  /* holds it */
	unsigned n_sessions;          /* raised by each new one */

	/* the notification stream of the session */
	pthread_t listener;
	struct http_client *listener_client;
	bool is_listening;
};

/* A message to the agent; a line of its own, whoever else is writing. */
bool bridge_write(struct bridge *bridge, const char *text, size_t n_text);

/* ---- mcp_session.c ---- */

/* Send a message in the session, if there is one, and pass on what comes back.  A session that the endpoint has forgotten is
 * begun anew, once.  A request that gets no answer gets an error, unless it was cancelled. */
void bridge_send(struct bridge *bridge, struct http_client *client, struct arena *arena, const struct mcp_message *message,
    const bool *is_cancelled);

/* The agent's initialize: its answer begins the session. */
void bridge_initialize(struct bridge *bridge, struct http_client *client, struct arena *arena, const struct mcp_message *message);

/* Tell the endpoint that the session is over. */
void bridge_end_session(struct bridge *bridge, struct http_client *client, struct arena *arena);

/* ---- mcp_worker.c ---- */

/* On a thread of its own; an error response when there are too many. */
void bridge_submit(struct bridge *bridge, struct arena *arena, const struct mcp_message *message);

/* notifications/cancelled: true when that request's stream was closed, which tells the endpoint too. */
bool bridge_cancel(struct bridge *bridge, struct arena *arena, const struct mcp_message *message);

/* Wait for what is in flight, within BRIDGE_DRAIN_MS; what has no end is ended. */
void bridge_drain(struct bridge *bridge);

/* ---- mcp_listener.c ---- */

/* Messages of the endpoint that answer nothing: one stream for as long as there is a session. */
void bridge_listen(struct bridge *bridge);
void bridge_stop_listening(struct bridge *bridge);

/* Wait on the bridge's condition, at most ms; with the lock held. */
void bridge_wait(struct bridge *bridge, int64_t ms);

#endif
