/* Errors for agents: what happened, what to do with the tools they have, and their own call put right. */
#ifndef TOOL_ERROR_H
#define TOOL_ERROR_H

#include "mcp/mcp.h"

/* {"code","message","remediation","pointer","violations","context","example","retryable"}.  arguments: the caller's, or NULL. */
void tool_error_write(struct buf *buf, const struct mcp_call *call, const struct operation *operation, const struct invoked *result,
    const struct json_value *arguments);

/* correction.c: the arguments without what is unknown or wrong, and with what is missing, as JSON text. */
const char *correction_make(struct arena *arena, const struct shape *shape, const struct json_value *arguments,
    const struct violations *violations);

/* The arguments of a refused change, based on the version it would meet now; NULL when the edits overlap or nothing is known. */
const char *correction_rebase(struct arena *arena, const struct operation *operation, const struct json_value *arguments,
    const char *context);

/* data_error.c: of a refusal whose context lists what breaks a type's schema.  False, NULL: it lists nothing, or the call is too large to be
 * sent back. */
bool data_error_write_violations(struct buf *buf, struct arena *arena, const struct error *error);
const char *data_error_example(struct arena *arena, const struct error *error, const struct json_value *arguments);

#endif
