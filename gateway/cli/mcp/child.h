/* `wordclaw mcp serve` as a command's child: MCP over a pipe of ours, as agents speak it that start their servers. */
#ifndef MCP_CHILD_H
#define MCP_CHILD_H

#include "cli/mcp/post.h"
#include "cli/input/preferences.h"

struct mcp_child;

/* This very program, with these settings; the key is in its environment only.  Until mcp_child_end, interruptions (Ctrl-C,
 * SIGTERM, SIGHUP) are held back and end every wait.  NULL with *ret_problem when it cannot be started. */
struct mcp_child *mcp_child_start(struct arena *arena, const struct preferences *preferences, const char **ret_problem);

/* As mcp_post: one message, and every message that comes back for it, all within timeout_ms.  A child that dies or is late has
 * been ended when this returns, and the reply's problem says how. */
void mcp_child_post(struct mcp_child *child, struct arena *arena, const struct mcp_message *message, int64_t timeout_ms,
    const struct mcp_receiver *receiver, struct mcp_reply *ret_reply);

/* Ended and reaped, whatever it does.  An interruption that was held back comes through here: then this does not return. */
void mcp_child_end(struct mcp_child *child);

#endif
