/* Changes told as they happen: subscriptions/listen of 2026-07-28, and the GET stream of sessions. */
#ifndef SUBSCRIPTIONS_H
#define SUBSCRIPTIONS_H

#include "mcp/mcp.h"

enum {
	SUBSCRIBER_BYTES_MAX = 256 * 1024, /* that wait for one client; beyond it the client resumes where it was */
	SUBSCRIBER_URIS_MAX = 64,
};

#define SUBSCRIBER_BEGIN_US (INT64_C(5) * 1000000) /* that the hub may take to learn where it stands */

void mcp_listen(struct mcp_call *call);
void mcp_subscribe(struct mcp_call *call);
void mcp_unsubscribe(struct mcp_call *call);

/* GET /mcp of an open session. */
void subscriptions_stream(struct mcp_call *call);

/* The session ended: so does its stream. */
void subscriptions_end(struct mcp *mcp, uint64_t session_id);

/* A sign of life on streams where nothing happens, which also finds out who left. */
void subscribers_beat(struct mcp *mcp, int64_t now_us);

#endif
