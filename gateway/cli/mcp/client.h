/* A client of the MCP endpoint for commands, without a session. */
#ifndef MCP_CLIENT_H
#define MCP_CLIENT_H

#include "cli/cli.h"
#include "json/json.h"

struct mcp_child;

struct mcp_client {
	struct cli *cli;
	struct mcp_child *child; /* through which it speaks; NULL: over HTTP */
};

/* By the way that was chosen (--mcp-transport).  CLI_OK, else told. */
int mcp_client_open(struct cli *cli, struct mcp_client *ret_client);
void mcp_client_close(struct mcp_client *client); /* also when closed already */

/* params: JSON object text without its closing brace, "{" at least.  CLI_OK with *ret_result, else told. */
int mcp_client_ask(struct mcp_client *client, const char *method, const char *params, const struct json_value **ret_result);

/* All pages of a list's entries, behind those that *list (a JSON_LIST) has.  CLI_OK, else told. */
int mcp_client_list(struct mcp_client *client, const char *method, const char *name, struct json_value *list);

/* One question with a client of its own. */
int mcp_ask(struct cli *cli, const char *method, const char *params, const struct json_value **ret_result);
int mcp_list(struct cli *cli, const char *method, const char *name, struct json_value *list);

/* Tell an error in the gateway's words, wherever they stand; message: where it has none.  Returns the status to exit with. */
int mcp_tell_error(struct cli *cli, const struct json_value *error, const char *message);

#endif
