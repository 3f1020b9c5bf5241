/* Requests to clients of the older generation. */
#include "interaction.h"

void
client_requests_start(struct interaction *interaction, const struct shape_list *requests)
{
	(void)requests;
	mcp_fail(interaction->call, JSONRPC_INTERNAL_ERROR, NULL, "this client cannot be asked yet");
}
