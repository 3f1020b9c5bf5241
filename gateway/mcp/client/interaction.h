/* An operation asked on behalf of a client that may have to answer first: the fields with in = "mcp", in both directions. */
#ifndef INTERACTION_H
#define INTERACTION_H

#include "mcp/mcp.h"

enum { INTERACTION_ROUNDS_MAX = 8, INTERACTION_REQUESTS_MAX = 16 };

#define REQUEST_STATE_LIFE_US (INT64_C(3600) * 1000000) /* a person may have to think */

/* A question under way. */
struct interaction {
	struct mcp_call *call;
	struct mcp_question question;
	struct invocation_side side;
	size_t n_rounds;
};

/* Ask (again). */
void interaction_send(struct interaction *interaction);

/* request_state.c: what the operation wants to remember, sealed for this caller, operation and arguments; and back.  NULL from
 * open: not sealed by us, for another call, or too old. */
const char *request_state_seal(const struct interaction *interaction, const char *state);
const char *request_state_open(const struct interaction *interaction, const char *text);

#endif
