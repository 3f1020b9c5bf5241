/* Requests to clients of the older generation, on the stream of the answer they wait for. */
#ifndef CLIENT_REQUESTS_H
#define CLIENT_REQUESTS_H

#include "mcp/mcp.h"

enum { CLIENT_REQUESTS_PENDING_MAX = 1024, CLIENT_STREAM_BYTES_MAX = 2 * 1024 * 1024 };

#define CLIENT_ANSWER_US (INT64_C(300) * 1000000) /* a person may have to think, but not for ever */

struct interaction;

/* Ask, and go on with interaction_send when everything was answered. */
void client_requests_start(struct interaction *interaction, const struct shape_list *requests);

/* A response that a client posted. */
void client_requests_deliver(struct mcp_call *call);

/* Whoever has waited too long is told so. */
void client_requests_expire(struct mcp *mcp, int64_t now_us);

/* The process ends: nobody is asked any more. */
void client_requests_abandon(struct mcp *mcp);

/* What waits for the client of this call is forgotten: the client left. */
void client_requests_forget(struct mcp *mcp, const struct mcp_call *call);

/* The answer becomes a stream, once.  False: it cannot. */
bool mcp_stream_open(struct mcp_call *call);

/* Send call->events.  False: the client is too slow. */
bool mcp_stream_send(struct mcp_call *call) MUST_CHECK;

/* The same, and end the stream. */
void mcp_stream_finish(struct mcp_call *call);

#endif
