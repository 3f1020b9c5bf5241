/* The registry profile: three tools instead of one per operation, for clients whose context is small. */
#ifndef PROFILE_H
#define PROFILE_H

#include "mcp/mcp.h"

/* The three, with commas between them. */
void profile_write_tools(struct buf *out);

/* False when the name is none of the three. */
bool profile_call(struct mcp_call *call, const char *name, const struct json_value *arguments);

#endif
